//! A change as a value, and how it is kept: all of it with its leaves, or nothing.

use sqlx::{PgPool, Postgres, QueryBuilder, Sqlite};
use tokio::sync::oneshot;

use super::rows::{CaseRow, ClockRow, EventRow, IdempotencyRow, LeafDraft, PersonRow, TagRow};
use super::{Db, StoreError};

/// Everything that one use case keeps.
#[derive(Clone, Debug, Default)]
pub struct WriteSet {
    /// A case that is opened.
    pub open: Option<CaseRow>,
    /// A case that changes.
    pub update: Option<CaseUpdate>,
    /// Persons added.
    pub people: Vec<PersonRow>,
    /// Tags of these persons.
    pub tags: Vec<TagRow>,
    /// Journal entries.
    pub events: Vec<EventRow>,
    /// Clocks that changed or are new.
    pub clocks: Vec<ClockRow>,
    /// The answer to remember.
    pub idempotency: Option<IdempotencyRow>,
    /// What the ledger learns of it.
    pub leaves: Vec<LeafDraft>,
}

/// A case's new row, and the version it must have until now.
#[derive(Clone, Debug)]
pub struct CaseUpdate {
    /// The row.
    pub row: CaseRow,
    /// The version it replaces.
    pub expected_version: i64,
}

impl WriteSet {
    /// Whether it only adds to the ledger.
    pub(super) const fn only_leaves(&self) -> bool {
        self.open.is_none()
            && self.update.is_none()
            && self.people.is_empty()
            && self.events.is_empty()
            && self.clocks.is_empty()
            && self.idempotency.is_none()
    }
}

/// Keeps a change durably, or nothing of it.
///
/// # Errors
/// [`StoreError::Conflict`] when the case has another version, [`StoreError::Duplicate`], and what the database says.
pub async fn commit(db: &Db, set: WriteSet) -> Result<(), StoreError> {
    match db {
        Db::Sqlite { writer, .. } => {
            let (answer, answered) = oneshot::channel();
            writer.send(set, answer).await?;
            answered.await.map_err(|_| StoreError::Unavailable { reason: "the writer has stopped".into() })?
        }
        Db::Postgres(pool) => commit_postgres(pool, &set).await,
    }
}

/// The change as one statement, so that it takes one trip to the server and needs no transaction around it: all its
/// parts are kept or none.
async fn commit_postgres(pool: &PgPool, set: &WriteSet) -> Result<(), StoreError> {
    let mut statement = QueryBuilder::<Postgres>::new("WITH ");
    let mut parts = 0;
    postgres::write(
        set,
        &mut statement,
        |statement, name| {
            if parts > 0 {
                statement.push(", ");
            }
            parts += 1;
            statement.push(format_args!("{name}_written AS ("));
        },
        |statement| {
            statement.push(")");
        },
    );
    if !set.leaves.is_empty() {
        statement.push(if parts > 0 { ", outbox_written AS (" } else { "outbox_written AS (" });
        outbox(&mut statement, &set.leaves);
        statement.push(")");
    }
    // A case that has another version is not updated; dividing by the number of updated rows then undoes the rest.
    statement.push(if set.update.is_some() { " SELECT 1 / COUNT(*) FROM case_written" } else { " SELECT 1" });
    statement.build().execute(pool).await?;
    Ok(())
}

/// The parts of a change as statements for either driver: the text is the same, the builder's type is not. `begin` is
/// told what a part writes, `end` that it is complete.
macro_rules! write_for {
    ($database:ty, $module:ident) => {
        pub(super) mod $module {
            use super::*;

            type Builder = QueryBuilder<$database>;

            pub(in crate::store) fn write(
                set: &WriteSet,
                to: &mut Builder,
                mut begin: impl FnMut(&mut Builder, &'static str),
                mut end: impl FnMut(&mut Builder),
            ) {
                if let Some(row) = &set.open {
                    begin(to, "case");
                    open(to, row);
                    end(to);
                }
                if let Some(change) = &set.update {
                    begin(to, "case");
                    update(to, change);
                    end(to);
                }
                if !set.people.is_empty() {
                    begin(to, "person");
                    people(to, &set.people);
                    end(to);
                }
                if !set.tags.is_empty() {
                    begin(to, "tag");
                    tags(to, &set.tags);
                    end(to);
                }
                if !set.events.is_empty() {
                    begin(to, "event");
                    events(to, &set.events);
                    end(to);
                }
                if !set.clocks.is_empty() {
                    begin(to, "clock");
                    clocks(to, &set.clocks);
                    end(to);
                }
                if let Some(row) = &set.idempotency {
                    begin(to, "answer");
                    answer(to, row);
                    end(to);
                }
            }

            fn open(to: &mut Builder, row: &CaseRow) {
                to.push("INSERT INTO case_file (id, case_no, office_id, pack_id, pack_version, version, main, measure, remedy, record, phase, lead_id, second_id, social_worker_id, sealed, awaiting_approval, next_due, next_clock, marks, opened_at, updated_at, snapshot, events_head, events_count, people_head, people_count, clock_digests, cseq, chain_head) ");
                to.push_values([row], |mut b, row| {
                    b.push_bind(row.id)
                        .push_bind(&row.case_no)
                        .push_bind(row.office_id)
                        .push_bind(&row.pack_id)
                        .push_bind(&row.pack_version)
                        .push_bind(row.version)
                        .push_bind(&row.main)
                        .push_bind(&row.measure)
                        .push_bind(&row.remedy)
                        .push_bind(&row.record)
                        .push_bind(&row.phase)
                        .push_bind(row.lead_id)
                        .push_bind(row.second_id)
                        .push_bind(row.social_worker_id)
                        .push_bind(row.sealed)
                        .push_bind(row.awaiting_approval)
                        .push_bind(row.next_due)
                        .push_bind(&row.next_clock)
                        .push_bind(&row.marks)
                        .push_bind(row.opened_at)
                        .push_bind(row.updated_at)
                        .push_bind(&row.snapshot)
                        .push_bind(&row.events_head)
                        .push_bind(row.events_count)
                        .push_bind(&row.people_head)
                        .push_bind(row.people_count)
                        .push_bind(&row.clock_digests)
                        .push_bind(row.cseq)
                        .push_bind(&row.chain_head);
                });
            }

            fn update(to: &mut Builder, CaseUpdate { row, expected_version }: &CaseUpdate) {
                to.push("UPDATE case_file SET version = ").push_bind(row.version);
                to.push(", main = ").push_bind(&row.main);
                to.push(", measure = ").push_bind(&row.measure);
                to.push(", remedy = ").push_bind(&row.remedy);
                to.push(", record = ").push_bind(&row.record);
                to.push(", phase = ").push_bind(&row.phase);
                to.push(", office_id = ").push_bind(row.office_id);
                to.push(", lead_id = ").push_bind(row.lead_id);
                to.push(", second_id = ").push_bind(row.second_id);
                to.push(", social_worker_id = ").push_bind(row.social_worker_id);
                to.push(", sealed = ").push_bind(row.sealed);
                to.push(", awaiting_approval = ").push_bind(row.awaiting_approval);
                to.push(", next_due = ").push_bind(row.next_due);
                to.push(", next_clock = ").push_bind(&row.next_clock);
                to.push(", marks = ").push_bind(&row.marks);
                to.push(", updated_at = ").push_bind(row.updated_at);
                to.push(", snapshot = ").push_bind(&row.snapshot);
                to.push(", events_head = ").push_bind(&row.events_head);
                to.push(", events_count = ").push_bind(row.events_count);
                to.push(", people_head = ").push_bind(&row.people_head);
                to.push(", people_count = ").push_bind(row.people_count);
                to.push(", clock_digests = ").push_bind(&row.clock_digests);
                to.push(", cseq = ").push_bind(row.cseq);
                to.push(", chain_head = ").push_bind(&row.chain_head);
                to.push(" WHERE id = ").push_bind(row.id);
                to.push(" AND version = ").push_bind(*expected_version);
                to.push(" RETURNING 1");
            }

            fn people(to: &mut Builder, rows: &[PersonRow]) {
                to.push("INSERT INTO person (id, case_id, seq, kind, class, body, tags_digest, supersedes, recorded_at, head) ");
                to.push_values(rows, |mut b, row| {
                    b.push_bind(row.id)
                        .push_bind(row.case_id)
                        .push_bind(row.seq)
                        .push_bind(&row.kind)
                        .push_bind(row.class)
                        .push_bind(&row.body)
                        .push_bind(&row.tags_digest)
                        .push_bind(row.supersedes)
                        .push_bind(row.recorded_at)
                        .push_bind(&row.head);
                });
            }

            fn tags(to: &mut Builder, rows: &[TagRow]) {
                to.push("INSERT INTO blind_index (index_no, partition, tag, case_id, person_id) ");
                to.push_values(rows, |mut b, row| {
                    b.push_bind(row.index_no)
                        .push_bind(row.partition)
                        .push_bind(&row.tag)
                        .push_bind(row.case_id)
                        .push_bind(row.person_id);
                });
            }

            fn events(to: &mut Builder, rows: &[EventRow]) {
                to.push("INSERT INTO case_event (case_id, seq, id, kind, code, legal_at, recorded_at, actor_id, class, payload, pack_version, supersedes_seq, head) ");
                to.push_values(rows, |mut b, row| {
                    b.push_bind(row.case_id)
                        .push_bind(row.seq)
                        .push_bind(row.id)
                        .push_bind(&row.kind)
                        .push_bind(&row.code)
                        .push_bind(row.legal_at)
                        .push_bind(row.recorded_at)
                        .push_bind(row.actor_id)
                        .push_bind(row.class)
                        .push_bind(&row.payload)
                        .push_bind(&row.pack_version)
                        .push_bind(row.supersedes_seq)
                        .push_bind(&row.head);
                });
            }

            fn clocks(to: &mut Builder, rows: &[ClockRow]) {
                to.push("INSERT INTO clock (case_id, clock, run, started, due_at, state, held, calendar_missing) ");
                to.push_values(rows, |mut b, row| {
                    b.push_bind(row.case_id)
                        .push_bind(&row.clock)
                        .push_bind(row.run)
                        .push_bind(row.started)
                        .push_bind(row.due_at)
                        .push_bind(&row.state)
                        .push_bind(row.held)
                        .push_bind(row.calendar_missing);
                });
                to.push(" ON CONFLICT (case_id, clock, run) DO UPDATE SET started = excluded.started, due_at = excluded.due_at, state = excluded.state, held = excluded.held, calendar_missing = excluded.calendar_missing");
            }

            fn answer(to: &mut Builder, row: &IdempotencyRow) {
                to.push("INSERT INTO idempotency (account_id, key, body_hash, case_id, status, response, at) ");
                to.push_values([row], |mut b, row| {
                    b.push_bind(row.account_id)
                        .push_bind(&row.key)
                        .push_bind(&row.body_hash)
                        .push_bind(row.case_id)
                        .push_bind(row.status)
                        .push_bind(&row.response)
                        .push_bind(row.at);
                });
            }
        }
    };
}

write_for!(Sqlite, sqlite);
write_for!(Postgres, postgres);

/// Leaves of a change on PostgreSQL: kept with it, moved into the tree by the sequencer.
fn outbox(to: &mut QueryBuilder<Postgres>, leaves: &[LeafDraft]) {
    to.push("INSERT INTO ledger_outbox (leaf, detail, case_id, actor_id, at, act) ");
    to.push_values(leaves, |mut b, row| {
        b.push_bind(&row.leaf)
            .push_bind(&row.detail)
            .push_bind(row.case_id)
            .push_bind(row.actor_id)
            .push_bind(row.at)
            .push_bind(&row.act);
    });
}
