//! What is to be done: rows of work, and pages of them, filtered as the policy says.

use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::list::{UNASSIGNED, column, condition};
use super::rows::CaseHead;
use super::work::on;
use super::write::{Write, values};
use super::{Db, StoreError};
use crate::record::{Filter, Part};

const PUT: &str = "INSERT INTO work (item, case_id, at_office, kind, code, part, run, about_id, for_id, not_id, since_at, due_at, warn_at, day_at, open, fire_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (case_id, item) DO UPDATE SET open = excluded.open, due_at = excluded.due_at, about_id = excluded.about_id, for_id = excluded.for_id";
const RENEW: &str = "INSERT INTO work (item, case_id, at_office, kind, code, part, run, about_id, for_id, not_id, since_at, due_at, warn_at, day_at, open, fire_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (case_id, item) DO UPDATE SET at_office = excluded.at_office, about_id = excluded.about_id, for_id = excluded.for_id, since_at = excluded.since_at, due_at = excluded.due_at, warn_at = excluded.warn_at, day_at = excluded.day_at, open = excluded.open, fire_at = CASE WHEN excluded.open = 0 THEN NULL WHEN work.due_at = excluded.due_at AND work.open = 1 THEN work.fire_at ELSE excluded.fire_at END";
const CLOSE: &str = "UPDATE work SET open = 0, fire_at = NULL WHERE case_id = $1 AND item = $2";
const CLOSE_KIND: &str =
    "UPDATE work SET open = 0, fire_at = NULL WHERE case_id = $1 AND kind = $2 AND open = 1";
const SEEN: &str =
    "UPDATE work SET open = 0 WHERE item = $1 AND for_id = $2 AND kind = 'assigned' AND open = 1";
const ONE: &str = "SELECT * FROM work WHERE case_id = $1 AND item = $2";
/// Kinds of which an office has so much that they are found in the order in which they fall due; the others have an index
/// of their own, whose condition has to be said as it is said there.
macro_rules! much {
    ($($kind:literal)+) => {
        const MUCH: &[&str] = &[$($kind),+];
        const RARE: &str = concat!($(" AND w.kind <> '", $kind, "'"),+);
    };
}
much!("clock" "issue" "serve" "draft");
const UNKNOWN: &str = "SELECT case_id FROM work_unknown ORDER BY case_id LIMIT $1";
const KNOWN: &str = "DELETE FROM work_unknown WHERE case_id = $1";

/// What is read of an entry and its case.
const READ: &str = "SELECT w.item, w.case_id, w.at_office, w.kind, w.code, w.part, w.run, w.about_id, w.for_id, w.not_id, w.since_at, w.due_at, w.warn_at, w.day_at, w.open, w.fire_at, c.id AS head_id, c.case_no, c.office_id, c.pack_id, c.pack_version, c.version, c.main, c.measure, c.lead_id, c.second_id, c.social_worker_id, c.approver_id, c.handed_over, c.sealed, c.awaiting_approval, c.next_due, c.next_clock, c.marks FROM work w JOIN case_file c ON c.id = w.case_id WHERE w.open = 1 AND c.sealed = 0 AND c.handed_over = 0 ";

/// Something to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct WorkRow {
    pub item: Uuid,
    pub case_id: Uuid,
    pub at_office: Uuid,
    pub kind: String,
    pub code: String,
    pub part: String,
    pub run: i64,
    pub about_id: Option<Uuid>,
    pub for_id: Option<Uuid>,
    pub not_id: Option<Uuid>,
    pub since_at: i64,
    pub due_at: i64,
    pub warn_at: Option<i64>,
    pub day_at: Option<i64>,
    pub open: i64,
    pub fire_at: Option<i64>,
}

/// Something to be done, with what is shown in the open of its case.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct WorkHit {
    /// What is to be done.
    #[sqlx(flatten)]
    pub work: WorkRow,
    /// Its case.
    #[sqlx(flatten)]
    pub case: CaseHead,
}

/// Which work: one range of an index each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// Of the cases of a part of the caseload.
    Cases(Part),
    /// Of one kind, of the cases of a part of the caseload.
    Kind(Part, &'static str),
    /// Of one kind at an office for whoever has no name there: it names no approver.
    Unclaimed(Uuid, &'static str),
    /// Of one kind that an office is asked for, by whom the policy lets answer; no list holds the case yet.
    Asked(Uuid, &'static str),
    /// For a person.
    Personal(Uuid),
}

/// Where an entry stands in lists: by when it falls due, then the entries of a case together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkPlace {
    /// When it falls due.
    pub due_at: i64,
    /// The case.
    pub case: Uuid,
    /// The entry.
    pub item: Uuid,
}

/// A page of work.
#[derive(Clone, Debug)]
pub struct WorkPage<'a> {
    /// Who asks: what is not for them is left out.
    pub viewer: Uuid,
    /// What the policy lets them see in lists.
    pub filter: &'a Filter,
    /// Cases from which they are kept away.
    pub excluded: &'a Filter,
    /// Which work.
    pub desks: &'a [Desk],
    /// Only of this kind.
    pub kind: Option<&'static str>,
    /// Only what falls due before this moment.
    pub before: Option<i64>,
    /// The entry after which the page begins.
    pub after: Option<WorkPlace>,
    /// Entries at most.
    pub limit: i64,
}

/// A page of work, soonest due first: one query, in which each desk is one range of an index. No case that is sealed or
/// with another office is in any.
///
/// # Errors
/// What the database says.
pub async fn list_work(db: &Db, page: &WorkPage<'_>) -> Result<Vec<WorkHit>, StoreError> {
    let desks: Vec<(Desk, Filter)> =
        page.desks.iter().filter_map(|desk| Some((*desk, left(*desk, page)?))).collect();
    if desks.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(db, |pool| statement(page, &desks).build_query_as::<WorkHit>().fetch_all(pool).await)?)
}

/// What is left to ask of the cases of a desk; nothing if there can be none.
fn left(desk: Desk, page: &WorkPage<'_>) -> Option<Filter> {
    let left = match desk {
        Desk::Cases(part) | Desk::Kind(part, _) => page.filter.within(part),
        Desk::Unclaimed(office, _) => page.filter.within(Part::Office(office)),
        Desk::Asked(..) => page.excluded.clone(),
        Desk::Personal(_) => page.filter.clone(),
    };
    (left != Filter::Nothing).then_some(left)
}

fn statement<DB: Database>(page: &WorkPage<'_>, desks: &[(Desk, Filter)]) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    &'static str: for<'q> Encode<'q, DB> + Type<DB>,
{
    let first = WorkPlace { due_at: i64::MIN, case: Uuid::nil(), item: Uuid::nil() };
    let after = page.after.unwrap_or(first);
    let mut query = QueryBuilder::new("");
    for (n, (desk, filter)) in desks.iter().enumerate() {
        // An entry may stand on two desks, as one of a case that I lead and in which I stand in: UNION shows it once.
        query.push(if n == 0 { "" } else { " UNION " }).push("SELECT * FROM (").push(READ);
        place(&mut query, *desk);
        query.push(" AND (w.not_id IS NULL OR w.not_id <> ").push_bind(page.viewer).push(")");
        query.push(" AND (w.due_at, w.case_id, w.item) > (").push_bind(after.due_at).push(", ");
        query.push_bind(after.case).push(", ").push_bind(after.item).push(")");
        if let Some(kind) = page.kind {
            query.push(" AND w.kind = ").push_bind(kind);
        }
        if let Some(before) = page.before {
            query.push(" AND w.due_at < ").push_bind(before);
        }
        if *filter != Filter::Everything {
            query.push(" AND ");
            condition(&mut query, filter);
        }
        query
            .push(" ORDER BY w.due_at, w.case_id, w.item LIMIT ")
            .push_bind(page.limit)
            .push(") AS p")
            .push(n);
    }
    query.push(" ORDER BY due_at, case_id, item LIMIT ").push_bind(page.limit);
    query
}

fn place<DB: Database>(query: &mut QueryBuilder<DB>, desk: Desk)
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    &'static str: for<'q> Encode<'q, DB> + Type<DB>,
{
    match desk {
        Desk::Cases(part) => of_part(query, part),
        Desk::Kind(part, kind) => {
            of_part(query, part);
            of_kind(query, kind);
        }
        Desk::Unclaimed(office, kind) => {
            query.push("AND w.at_office = ").push_bind(office);
            of_kind(query, kind);
            query.push(" AND c.approver_id IS NULL");
        }
        Desk::Asked(office, kind) => {
            query.push("AND w.at_office = ").push_bind(office);
            of_kind(query, kind);
        }
        Desk::Personal(account) => {
            query.push("AND w.for_id = ").push_bind(account);
        }
    }
}

fn of_kind<DB: Database>(query: &mut QueryBuilder<DB>, kind: &'static str)
where
    &'static str: for<'q> Encode<'q, DB> + Type<DB>,
{
    if !MUCH.contains(&kind) {
        // Said as the index says it.
        query.push(RARE);
    }
    query.push(" AND w.kind = ").push_bind(kind);
}

fn of_part<DB: Database>(query: &mut QueryBuilder<DB>, part: Part)
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    // What is for one person alone is on nobody else's desk.
    query.push("AND w.for_id IS NULL AND ");
    match part {
        Part::Office(office) => {
            query.push("w.at_office = ").push_bind(office);
        }
        Part::Unassigned(office) => {
            query.push("w.at_office = ").push_bind(office).push(UNASSIGNED);
        }
        Part::Held(post, account) => {
            query.push("c.").push(column(post)).push(" = ").push_bind(account);
        }
    }
}

/// Puts something to be done, or renews what is there.
pub fn put_work(row: &WorkRow) -> Write {
    write(PUT, row)
}

/// Puts something to be done whose end may move: another end is one of which nobody was told yet.
pub fn renew_work(row: &WorkRow) -> Write {
    write(RENEW, row)
}

fn write(sql: &'static str, row: &WorkRow) -> Write {
    let WorkRow { kind, code, part, .. } = row;
    Write::new(
        sql,
        values![
            row.item,
            row.case_id,
            row.at_office,
            kind.as_str(),
            code.as_str(),
            part.as_str(),
            row.run,
            row.about_id,
            row.for_id,
            row.not_id,
            row.since_at,
            row.due_at,
            row.warn_at,
            row.day_at,
            row.open,
            row.fire_at,
        ],
    )
}

/// Something is done, or is to be done no more.
pub fn close_work(case: Uuid, item: Uuid) -> Write {
    Write::new(CLOSE, values![case, item])
}

/// Whom something is for alone has seen it; a conflict if it is for somebody else, or was seen.
pub fn see_work(item: Uuid, by: Uuid) -> Write {
    Write::of_one(SEEN, values![item, by])
}

/// The same for everything of one kind in a case.
pub fn close_work_of_kind(case: Uuid, kind: &str) -> Write {
    Write::new(CLOSE_KIND, values![case, kind])
}

/// Something that is or was to be done.
///
/// # Errors
/// What the database says.
pub async fn find_work(db: &Db, case: Uuid, item: Uuid) -> Result<Option<WorkRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(ONE).bind(case).bind(item).fetch_optional(pool).await)?)
}

/// Cases whose work is not derived yet.
///
/// # Errors
/// What the database says.
pub async fn cases_of_unknown_work(db: &Db, limit: i64) -> Result<Vec<Uuid>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(db, |pool| sqlx::query_as(UNKNOWN).bind(limit).fetch_all(pool).await)?;
    Ok(rows.into_iter().map(|(case,)| case).collect())
}

/// The work of a case is derived.
pub fn work_is_known(case: Uuid) -> Write {
    Write::new(KNOWN, values![case])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_much_of_is_left_out_of_the_index_of_the_rest() {
        for made in [
            include_str!("../../migrations/sqlite/record/0014_work_of_a_case_together.sql"),
            include_str!("../../migrations/postgres/record/0014_work_of_a_case_together.sql"),
        ] {
            assert!(made.contains(&RARE.replace("w.", "")));
        }
    }
}
