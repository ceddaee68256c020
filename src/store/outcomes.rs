//! What acts came to, as numbers, and how they are counted. No count leaves here for one case: the statements group.

use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use uuid::Uuid;

use super::work::on;
use super::write::{Write, values};
use super::{Db, StoreError};

const PUT: &str = "INSERT INTO outcome (id, case_id, at_office, pack_id, kind, code, sex, band, quarter, days, met, unmet) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const RECLASS: &str = "UPDATE outcome SET sex = $1, band = $2 WHERE case_id = $3";
/// The days become tens of days: together with a journal's own days they would lead back to the case.
const UNLINK: &str = "UPDATE outcome SET case_id = NULL, days = days / 10 * 10 WHERE case_id = $1";
const UNKNOWN: &str = "SELECT case_id FROM outcome_unknown ORDER BY case_id LIMIT $1";
const KNOWN: &str = "DELETE FROM outcome_unknown WHERE case_id = $1";

const ACTS: &str = "SELECT pack_id, kind, code, at_office, sex, band, quarter, days, met, unmet, COUNT(*) AS n FROM outcome WHERE quarter >= ";
const MISSES: &str = "SELECT c.pack_id AS pack_id, CASE WHEN m.answered_at IS NULL THEN 'open' ELSE 'answered' END AS kind, m.clock AS code, c.office_id AS at_office, COALESCE(o.sex, '') AS sex, CAST(COALESCE(o.band, -1) AS BIGINT) AS band, m.due_at AS quarter, CAST(0 AS BIGINT) AS days, '' AS met, '' AS unmet, COUNT(*) AS n FROM miss m JOIN case_file c ON c.id = m.case_id LEFT JOIN outcome o ON o.case_id = m.case_id AND o.kind = 'opened' WHERE m.due_at >= ";
const COMPLAINTS: &str = "SELECT c.pack_id AS pack_id, CASE WHEN m.answered_at IS NULL THEN 'open' WHEN m.answered_at <= m.due_at THEN 'in_time' ELSE 'late' END AS kind, 'complaint' AS code, m.office_id AS at_office, COALESCE(o.sex, '') AS sex, CAST(COALESCE(o.band, -1) AS BIGINT) AS band, m.recorded_at AS quarter, CAST(0 AS BIGINT) AS days, '' AS met, '' AS unmet, COUNT(*) AS n FROM complaint m JOIN case_file c ON c.id = m.case_id LEFT JOIN outcome o ON o.case_id = m.case_id AND o.kind = 'opened' WHERE m.recorded_at >= ";

/// What an act came to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct OutcomeRow {
    pub id: Uuid,
    pub case_id: Option<Uuid>,
    pub at_office: Uuid,
    pub pack_id: String,
    pub kind: String,
    pub code: String,
    pub sex: String,
    pub band: i64,
    pub quarter: i64,
    pub days: i64,
    pub met: String,
    pub unmet: String,
}

/// How many are alike.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct CountRow {
    pub pack_id: String,
    pub kind: String,
    pub code: String,
    pub at_office: Uuid,
    /// Empty where it is not known any more: the record is sealed.
    pub sex: String,
    pub band: i64,
    /// Of acts the quarter; of missed clocks and complaints the moment, in microseconds.
    pub quarter: i64,
    pub days: i64,
    pub met: String,
    pub unmet: String,
    pub n: i64,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Acts, from one quarter to another, both included.
    Acts,
    /// Clocks that ended unanswered, from one moment to before another.
    Misses,
    /// Complaints, by the moment at which they were recorded.
    Complaints,
}

/// Puts what an act came to beside it.
pub fn put_outcome(row: &OutcomeRow) -> Write {
    let OutcomeRow { pack_id, kind, code, sex, met, unmet, .. } = row;
    Write::new(
        PUT,
        values![
            row.id,
            row.case_id,
            row.at_office,
            pack_id.as_str(),
            kind.as_str(),
            code.as_str(),
            sex.as_str(),
            row.band,
            row.quarter,
            row.days,
            met.as_str(),
            unmet.as_str(),
        ],
    )
}

/// What is known of the child was corrected.
pub fn reclass_outcomes(case: Uuid, sex: &str, band: i64) -> Write {
    Write::new(RECLASS, values![sex, band, case])
}

/// The record is sealed: what its acts came to stays as numbers and forgets whose they are.
pub fn unlink_outcomes(case: Uuid) -> Write {
    Write::new(UNLINK, values![case])
}

/// Cases whose rows are not made yet.
///
/// # Errors
/// What the database says.
pub async fn cases_of_unknown_outcome(db: &Db, limit: i64) -> Result<Vec<Uuid>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(db, |pool| sqlx::query_as(UNKNOWN).bind(limit).fetch_all(pool).await)?;
    Ok(rows.into_iter().map(|(case,)| case).collect())
}

/// The rows of a case are made.
pub fn outcome_is_known(case: Uuid) -> Write {
    Write::new(KNOWN, values![case])
}

/// Counts what happened at these offices from `from`, up to and with `until`.
///
/// # Errors
/// What the database says.
pub async fn count_outcomes(
    db: &Db,
    what: Counted,
    offices: &[Uuid],
    (from, until): (i64, i64),
) -> Result<Vec<CountRow>, StoreError> {
    if offices.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(db, |pool| statement(what, offices, from, until)
        .build_query_as::<CountRow>()
        .fetch_all(pool)
        .await)?)
}

fn statement<DB: Database>(what: Counted, offices: &[Uuid], from: i64, until: i64) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    let (begin, moment, office) = match what {
        Counted::Acts => (ACTS, "quarter", "at_office"),
        Counted::Misses => (MISSES, "m.due_at", "c.office_id"),
        Counted::Complaints => (COMPLAINTS, "m.recorded_at", "m.office_id"),
    };
    let mut query = QueryBuilder::new(begin);
    query.push_bind(from).push(" AND ").push(moment).push(" <= ").push_bind(until);
    query.push(" AND ").push(office).push(" IN (");
    let mut list = query.separated(", ");
    for office in offices {
        list.push_bind(*office);
    }
    query.push(") GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
    query
}
