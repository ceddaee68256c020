//! The columns of what a change keeps, named once for both drivers.

use sqlx::query_builder::Separated;
use sqlx::{Postgres, QueryBuilder, Sqlite};

use super::ledger::LeafRow;
use super::outcomes::OutcomeRow;
use super::records::{CertificateRow, GrantRow, QueryRow};
use super::rows::{
    AssignmentRow, CaseRow, ClockRow, DetailRow, EventRow, IdempotencyRow, LeafDraft, PersonRow, TagRow,
};
use super::worklist::WorkRow;

/// Rows of one `VALUES` list; a statement of SQLite takes some 32,000 values.
const ROWS: usize = 500;

/// A table that changes write to.
pub(super) trait Table: Sized {
    /// Its name.
    const NAME: &'static str;
    /// Its columns in the order of their values.
    const COLUMNS: &'static str;

    /// Binds a row's values.
    fn bind(&self, to: &mut Separated<'_, Sqlite, &'static str>);

    /// Binds rows as one array a column.
    fn bind_arrays(rows: &[&Self], to: &mut Separated<'_, Postgres, &'static str>);
}

macro_rules! table {
    ($name:literal, $row:ty, $first:ident $first_type:literal $(, $column:ident $type:literal)+) => {
        impl Table for $row {
            const NAME: &'static str = $name;
            const COLUMNS: &'static str = concat!(stringify!($first) $(, ", ", stringify!($column))+);

            fn bind(&self, to: &mut Separated<'_, Sqlite, &'static str>) {
                to.push_bind(&self.$first)$(.push_bind(&self.$column))+;
            }

            fn bind_arrays(rows: &[&Self], to: &mut Separated<'_, Postgres, &'static str>) {
                to.push_bind(rows.iter().map(|row| &row.$first).collect::<Vec<_>>());
                to.push_unseparated(concat!("::", $first_type, "[]"));
                $(
                    to.push_bind(rows.iter().map(|row| &row.$column).collect::<Vec<_>>());
                    to.push_unseparated(concat!("::", $type, "[]"));
                )+
            }
        }
    };
}

table!(
    "case_file", CaseRow,
    id "uuid", case_no "text", office_id "uuid", pack_id "text", pack_version "text", version "bigint", main "text",
    measure "text", remedy "text", record "text", phase "text", lead_id "uuid", second_id "uuid",
    social_worker_id "uuid", sealed "bigint", awaiting_approval "bigint", next_due "bigint", next_clock "text",
    marks "text", opened_at "bigint", updated_at "bigint", snapshot "bytea", events_head "bytea",
    events_count "bigint", people_head "bytea", people_count "bigint", clock_digests "bytea", cseq "bigint",
    chain_head "bytea", details_digest "bytea", sealed_no "bytea", approver_id "uuid", handed_over "bigint"
);
table!(
    "person", PersonRow,
    id "uuid", case_id "uuid", seq "bigint", kind "text", class "bigint", body "bytea", tags_digest "bytea",
    supersedes "uuid", recorded_at "bigint", head "bytea"
);
table!(
    "blind_index", TagRow,
    index_no "bigint", partition "bigint", tag "bytea", case_id "uuid", person_id "uuid"
);
table!(
    "case_event", EventRow,
    case_id "uuid", seq "bigint", id "uuid", kind "text", code "text", legal_at "bigint", recorded_at "bigint",
    actor_id "uuid", class "bigint", payload "bytea", pack_version "text", supersedes_seq "bigint", head "bytea"
);
table!(
    "clock", ClockRow,
    case_id "uuid", clock "text", run "bigint", started "bigint", due_at "bigint", state "text", held "bigint",
    calendar_missing "bigint"
);
table!(
    "work", WorkRow,
    item "uuid", case_id "uuid", at_office "uuid", kind "text", code "text", part "text", run "bigint",
    about_id "uuid", for_id "uuid", not_id "uuid", since_at "bigint", due_at "bigint", warn_at "bigint",
    day_at "bigint", open "bigint", fire_at "bigint"
);
table!(
    "assignment", AssignmentRow,
    id "uuid", case_id "uuid", place "text", account_id "uuid", from_at "bigint", until_at "bigint", by_id "uuid",
    ended_by "uuid"
);
table!(
    "outcome", OutcomeRow,
    id "uuid", case_id "uuid", at_office "uuid", pack_id "text", kind "text", code "text", sex "text", band "bigint",
    quarter "bigint", days "bigint", met "text", unmet "text"
);
table!(
    "idempotency", IdempotencyRow,
    account_id "uuid", key "text", body_hash "bytea", case_id "uuid", status "bigint", response "bytea", at "bigint"
);
table!(
    "ledger_outbox", LeafDraft,
    leaf "bytea", detail "bytea", case_id "uuid", actor_id "uuid", at "bigint", act "text"
);
table!(
    "record_query", QueryRow,
    id "uuid", office_id "uuid", asked_by "uuid", asked_at "bigint", due_at "bigint", cap_at "bigint", state "text",
    decided_by "uuid", decided_at "bigint", until "bigint", body "bytea", decision "bytea"
);
table!("record_grant", GrantRow, query_id "uuid", account_id "uuid", case_id "uuid", until "bigint");
table!(
    "record_certificate", CertificateRow,
    id "uuid", office_id "uuid", asked_by "uuid", asked_at "bigint", due_at "bigint", issued_at "bigint", body "bytea"
);
table!("leaf_detail", DetailRow, leaf_hash "bytea", case_id "uuid", detail "bytea");
table!(
    "ledger_leaf", LeafRow,
    seq "bigint", leaf "bytea", leaf_hash "bytea", detail "bytea", case_id "uuid", actor_id "uuid", at "bigint",
    act "text"
);

/// What an update of a case sets from its new row `i`, beside where it stands in lists.
macro_rules! state {
    () => {
        "version = i.version, main = i.main, measure = i.measure, remedy = i.remedy, phase = i.phase, handed_over = i.handed_over, awaiting_approval = i.awaiting_approval, next_clock = i.next_clock, marks = i.marks, updated_at = i.updated_at, snapshot = i.snapshot, events_head = i.events_head, events_count = i.events_count, people_head = i.people_head, people_count = i.people_count, clock_digests = i.clock_digests, cseq = i.cseq, chain_head = i.chain_head, details_digest = i.details_digest, sealed_no = i.sealed_no"
    };
}
/// What follows from the columns by which lists find a case, each of which is in an index: how an update sets them, and the
/// values from which it does so.
macro_rules! place {
    ($first:ident $(, $column:ident)+) => {
        /// What an update sets: every column of a case that can change, from the new row `i`.
        pub(super) const SET_CASE: &str = concat!(
            "UPDATE case_file SET ", state!(), ", ",
            stringify!($first), " = i.", stringify!($first)
            $(, ", ", stringify!($column), " = i.", stringify!($column))+,
            ", case_no = i.case_no FROM "
        );

        /// … then, where that changes, the place in lists, …
        pub(super) const SET_PLACE: &str = concat!(
            "UPDATE case_file SET ",
            stringify!($first), " = i.", stringify!($first)
            $(, ", ", stringify!($column), " = i.", stringify!($column))+,
            " FROM i WHERE case_file.id = i.id AND case_file.version = i.version - 1 AND (case_file.",
            stringify!($first) $(, ", case_file.", stringify!($column))+,
            ") IS DISTINCT FROM (i.",
            stringify!($first) $(, ", i.", stringify!($column))+,
            "); "
        );

        /// The columns of the row `i` that it needs.
        pub(super) const PLACE: &str =
            concat!("id, version, ", stringify!($first) $(, ", ", stringify!($column))+);

        /// Binds their values.
        pub(super) fn bind_place(row: &CaseRow, to: &mut Separated<'_, Sqlite, &'static str>) {
            to.push_bind(row.id).push_bind(row.version);
            to.push_bind(&row.$first)$(.push_bind(&row.$column))+;
        }
    };
}

/// SQLite writes every index of a column that is set, changed or not. So there an update has three parts, of which most
/// change nothing: first the number, …
pub(super) const SET_NUMBER: &str = "UPDATE case_file SET case_no = i.case_no FROM i WHERE case_file.id = i.id AND case_file.version = i.version - 1 AND case_file.case_no <> i.case_no; ";
place!(office_id, lead_id, second_id, social_worker_id, approver_id, sealed, record, next_due);
/// … and last, with its version, everything else.
pub(super) const SET_STATE: &str = concat!("UPDATE case_file SET ", state!(), " FROM ");
/// Which rows an update changes: those whose stored version is the one before. Gives back their identities.
pub(super) const WHERE_BEFORE: &str =
    " WHERE case_file.id = i.id AND case_file.version = i.version - 1 RETURNING case_file.id";
/// How an insert of clocks renews those that are there.
pub(super) const RENEW_CLOCK: &str = " ON CONFLICT (case_id, clock, run) DO UPDATE SET started = excluded.started, due_at = excluded.due_at, state = excluded.state, held = excluded.held, calendar_missing = excluded.calendar_missing WHERE (clock.started, clock.due_at, clock.state, clock.held, clock.calendar_missing) IS DISTINCT FROM (excluded.started, excluded.due_at, excluded.state, excluded.held, excluded.calendar_missing)";
/// How an insert of work renews what is there: another end is one of which nobody was told yet.
pub(super) const RENEW_WORK: &str = " ON CONFLICT (case_id, item) DO UPDATE SET about_id = excluded.about_id, not_id = excluded.not_id, since_at = excluded.since_at, due_at = excluded.due_at, warn_at = excluded.warn_at, day_at = excluded.day_at, open = excluded.open, fire_at = CASE WHEN excluded.open = 0 THEN NULL WHEN work.due_at = excluded.due_at AND work.open = 1 THEN work.fire_at ELSE excluded.fire_at END WHERE (work.about_id, work.not_id, work.since_at, work.due_at, work.warn_at, work.day_at, work.open) IS DISTINCT FROM (excluded.about_id, excluded.not_id, excluded.since_at, excluded.due_at, excluded.warn_at, excluded.day_at, excluded.open)";
/// How an insert of assignments ends those that are there.
pub(super) const END_ASSIGNMENT: &str =
    " ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at, ended_by = excluded.ended_by";

/// How an insert of queries decides those that are there and wait.
pub(super) const DECIDE_QUERY: &str = " ON CONFLICT (id) DO UPDATE SET state = excluded.state, decided_by = excluded.decided_by, decided_at = excluded.decided_at, until = excluded.until, decision = excluded.decision WHERE record_query.state = 'pending'";
/// How an insert passes over what is there.
pub(super) const IF_NEW: &str = " ON CONFLICT DO NOTHING";

/// Adds statements that insert rows; `rest` says what else, as about rows that are there.
pub(super) fn insert<T: Table>(to: &mut QueryBuilder<Sqlite>, rows: &[&T], rest: &str) {
    for rows in rows.chunks(ROWS) {
        to.push("INSERT INTO ").push(T::NAME).push(" (").push(T::COLUMNS).push(") ");
        values(to, rows);
        to.push(rest).push("; ");
    }
}

/// Adds rows as a list of `VALUES`.
pub(super) fn values<T: Table>(to: &mut QueryBuilder<Sqlite>, rows: &[&T]) {
    to.push_values(rows, |mut of_row, row| row.bind(&mut of_row));
}

/// Adds an insert of rows that travel as one array a column, so that its text does not depend on their number; `rest`
/// says which of them, and what else.
pub(super) fn insert_arrays<T: Table>(to: &mut QueryBuilder<Postgres>, rows: &[&T], rest: &str) {
    to.push("INSERT INTO ").push(T::NAME).push(" (").push(T::COLUMNS).push(") SELECT ").push(T::COLUMNS);
    to.push(" FROM ");
    arrays(to, rows);
    to.push(rest);
}

/// Adds rows as a table `i` made of arrays, with their number `nth` among them.
pub(super) fn arrays<T: Table>(to: &mut QueryBuilder<Postgres>, rows: &[&T]) {
    to.push("UNNEST(");
    T::bind_arrays(rows, &mut to.separated(", "));
    to.push(") WITH ORDINALITY AS i (").push(T::COLUMNS).push(", nth)");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is fixed when a case is opened; everything else is set by an update, once.
    #[test]
    fn an_update_sets_every_column_that_can_change() {
        let fixed = ["id", "pack_id", "pack_version", "opened_at"];
        let times = |texts: &[&str], column: &str| -> usize {
            texts
                .iter()
                .map(|text| text.split([' ', ',']).collect::<Vec<_>>().join(" "))
                .map(|text| text.matches(&format!(" {column} = i.{column} ")).count())
                .sum()
        };
        for column in CaseRow::COLUMNS.split(", ") {
            let expected = usize::from(!fixed.contains(&column));
            assert_eq!(times(&[SET_CASE], column), expected, "{column}");
            assert_eq!(times(&[SET_NUMBER, SET_PLACE, SET_STATE], column), expected, "{column} on SQLite");
        }
    }
}
