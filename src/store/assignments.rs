//! Who works on which case, who is kept away from one, and what nobody works on.

use sqlx::FromRow;
use uuid::Uuid;

use super::rows::{AssignmentRow, CaseRow};
use super::side::Side;
use super::work::on;
use super::{Db, StoreError};

const ASSIGNMENTS: &str = "SELECT * FROM assignment WHERE case_id = $1 ORDER BY from_at, id";
/// Cases that are not sealed and to which somebody is assigned in any place, one index range a place.
const CASELOAD: &str = "SELECT * FROM (SELECT * FROM case_file WHERE lead_id = $1 AND sealed = 0 UNION SELECT * FROM case_file WHERE second_id = $1 AND sealed = 0 UNION SELECT * FROM case_file WHERE social_worker_id = $1 AND sealed = 0 UNION SELECT * FROM case_file WHERE approver_id = $1 AND sealed = 0) AS caseload WHERE id > $2 ORDER BY id LIMIT $3";
const CASELOAD_SIZE: &str = "SELECT COUNT(*) FROM (SELECT id FROM case_file WHERE lead_id = $1 AND sealed = 0 UNION SELECT id FROM case_file WHERE second_id = $1 AND sealed = 0 UNION SELECT id FROM case_file WHERE social_worker_id = $1 AND sealed = 0 UNION SELECT id FROM case_file WHERE approver_id = $1 AND sealed = 0) AS caseload";
const ADD_EXCLUSION: &str = "INSERT INTO exclusion (id, case_id, account_id, reason, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)";
const LIFT_EXCLUSION: &str =
    "UPDATE exclusion SET lifted_by = $1, lifted_at = $2 WHERE id = $3 AND lifted_at IS NULL";
const EXCLUSIONS: &str = "SELECT * FROM exclusion WHERE case_id = $1 ORDER BY recorded_at, id";
const IS_EXCLUDED: &str =
    "SELECT COUNT(*) FROM exclusion WHERE case_id = $1 AND account_id = $2 AND lifted_at IS NULL";

/// A conflict of interest, in force or lifted.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct ExclusionRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub account_id: Uuid,
    pub reason: Vec<u8>,
    pub recorded_by: Uuid,
    pub recorded_at: i64,
    pub lifted_by: Option<Uuid>,
    pub lifted_at: Option<i64>,
}

/// All assignments to a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn assignments_of(db: &Db, case: Uuid) -> Result<Vec<AssignmentRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(ASSIGNMENTS).bind(case).fetch_all(pool).await)?)
}

/// Cases, none of them sealed, to which somebody is assigned in any place, by identity after one.
///
/// # Errors
/// What the database says.
pub async fn caseload(db: &Db, account: Uuid, after: Uuid, limit: i64) -> Result<Vec<CaseRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(CASELOAD).bind(account).bind(after).bind(limit).fetch_all(pool).await)?)
}

/// To how many cases, none of them sealed, somebody is assigned.
///
/// # Errors
/// What the database says.
pub async fn caseload_size(db: &Db, account: Uuid) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(db, |pool| sqlx::query_as(CASELOAD_SIZE).bind(account).fetch_one(pool).await)?;
    Ok(count)
}

/// Keeps somebody away from a case.
pub fn add_exclusion(row: &ExclusionRow) -> Side {
    let reason = row.reason.as_slice();
    Side::must(
        ADD_EXCLUSION,
        vec![
            row.id.into(),
            row.case_id.into(),
            row.account_id.into(),
            reason.into(),
            row.recorded_by.into(),
            row.recorded_at.into(),
        ],
    )
}

/// Lifts what kept somebody away; a conflict if it is lifted already.
pub fn lift_exclusion(id: Uuid, by: Uuid, at: i64) -> Side {
    Side::must(LIFT_EXCLUSION, vec![by.into(), at.into(), id.into()])
}

/// Who is or was kept away from a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn exclusions_of(db: &Db, case: Uuid) -> Result<Vec<ExclusionRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(EXCLUSIONS).bind(case).fetch_all(pool).await)?)
}

/// Whether somebody is kept away from a case now.
///
/// # Errors
/// What the database says.
pub async fn is_excluded(db: &Db, case: Uuid, account: Uuid) -> Result<bool, StoreError> {
    let (count,): (i64,) =
        on!(db, |pool| sqlx::query_as(IS_EXCLUDED).bind(case).bind(account).fetch_one(pool).await)?;
    Ok(count > 0)
}
