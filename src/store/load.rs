//! How much an office's people have to do, counted by the database.

use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::list::condition;
use super::work::on;
use super::{Db, StoreError};
use crate::record::{Filter, Part};

const CASES: &str = "SELECT lead_id, second_id, social_worker_id, phase, COUNT(*) AS cases FROM case_file WHERE sealed = 0 AND handed_over = 0 AND office_id = ";
const BY_POST: &str = " GROUP BY lead_id, second_id, social_worker_id, phase";
const WORK: &str = "SELECT c.lead_id, c.second_id, c.social_worker_id, c.approver_id, c.pack_id, c.pack_version, c.main, c.measure, w.kind, w.code, w.not_id, COUNT(*) AS entries, ";
const OVER: &str = "CAST(SUM(CASE WHEN w.due_at <= ";
const SOON: &str = " THEN 1 ELSE 0 END) AS BIGINT) AS late, CAST(SUM(CASE WHEN w.due_at <= ";
const OPEN: &str = " THEN 1 ELSE 0 END) AS BIGINT) AS soon FROM work w JOIN case_file c ON c.id = w.case_id WHERE w.open = 1 AND w.for_id IS NULL AND c.sealed = 0 AND c.handed_over = 0 AND w.at_office = ";
const BY_KIND: &str = " GROUP BY c.lead_id, c.second_id, c.social_worker_id, c.approver_id, c.pack_id, c.pack_version, c.main, c.measure, w.kind, w.code, w.not_id";

/// Cases that the same people have, in the same phase.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CaseLoad {
    /// Lead prosecutor.
    pub lead_id: Option<Uuid>,
    /// Second prosecutor.
    pub second_id: Option<Uuid>,
    /// Social worker.
    pub social_worker_id: Option<Uuid>,
    /// Phase of the proceeding.
    pub phase: String,
    /// How many.
    pub cases: i64,
}

/// Entries of work that are the same people's for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct WorkLoad {
    pub lead_id: Option<Uuid>,
    pub second_id: Option<Uuid>,
    pub social_worker_id: Option<Uuid>,
    pub approver_id: Option<Uuid>,
    pub pack_id: String,
    pub pack_version: String,
    pub main: String,
    pub measure: String,
    pub kind: String,
    pub code: String,
    pub not_id: Option<Uuid>,
    /// How many.
    pub entries: i64,
    /// Of them, whose end has passed.
    pub late: i64,
    /// Of them, whose end has passed or comes before the moment that was asked for.
    pub soon: i64,
}

/// Which work is counted.
#[derive(Clone, Copy, Debug)]
pub struct LoadOf<'a> {
    /// Of the cases of this office.
    pub office: Uuid,
    /// What the policy lets the viewer see in lists.
    pub filter: &'a Filter,
    /// The present.
    pub now: i64,
    /// Until when something falls due soon.
    pub until: i64,
}

/// The cases of an office, counted by who has them.
///
/// # Errors
/// What the database says.
pub async fn case_load(db: &Db, of: &LoadOf<'_>) -> Result<Vec<CaseLoad>, StoreError> {
    let Some(left) = left(of) else { return Ok(Vec::new()) };
    Ok(on!(db, |pool| cases(of, &left).build_query_as().fetch_all(pool).await)?)
}

/// The work of an office, counted by whose it is and why.
///
/// # Errors
/// What the database says.
pub async fn work_load(db: &Db, of: &LoadOf<'_>) -> Result<Vec<WorkLoad>, StoreError> {
    let Some(left) = left(of) else { return Ok(Vec::new()) };
    Ok(on!(db, |pool| work(of, &left).build_query_as().fetch_all(pool).await)?)
}

/// What is left to ask of the cases of the office; nothing if there can be none.
fn left(of: &LoadOf<'_>) -> Option<Filter> {
    let left = of.filter.within(Part::Office(of.office));
    (left != Filter::Nothing).then_some(left)
}

fn cases<DB: Database>(of: &LoadOf<'_>, left: &Filter) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(CASES);
    query.push_bind(of.office);
    filtered(&mut query, left);
    query.push(BY_POST);
    query
}

fn work<DB: Database>(of: &LoadOf<'_>, left: &Filter) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(WORK);
    query.push(OVER).push_bind(of.now).push(SOON).push_bind(of.until).push(OPEN).push_bind(of.office);
    filtered(&mut query, left);
    query.push(BY_KIND);
    query
}

fn filtered<DB: Database>(query: &mut QueryBuilder<DB>, left: &Filter)
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    if *left != Filter::Everything {
        query.push(" AND ");
        condition(query, left);
    }
}
