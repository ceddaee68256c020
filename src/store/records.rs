//! Queries about sealed records, what they let somebody read, certificates, and the duty to seal.

use sqlx::FromRow;
use uuid::Uuid;

use super::rows::CaseHead;
use super::work::on;
use super::{Db, StoreError};

const FIND_QUERY: &str = "SELECT * FROM record_query WHERE id = $1";
const PAGE_QUERIES: &str = "SELECT * FROM record_query WHERE office_id = $1 AND (asked_at < $2 OR (asked_at = $2 AND id < $3)) ORDER BY asked_at DESC, id DESC LIMIT $4";
const LAPSED: &str =
    "SELECT * FROM record_query WHERE state = 'pending' AND due_at <= $1 ORDER BY due_at, id LIMIT 100";
const GRANTS_OF: &str = "SELECT * FROM record_grant WHERE query_id = $1 ORDER BY account_id, case_id";
const GRANTED: &str =
    "SELECT DISTINCT case_id FROM record_grant WHERE account_id = $1 AND until > $2 ORDER BY case_id";
const FIND_CERTIFICATE: &str = "SELECT * FROM record_certificate WHERE id = $1";
const TO_SEAL: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, approver_id, handed_over, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE office_id = $1 AND record = $2 AND sealed = 0 AND (next_due > $3 OR (next_due = $3 AND id > $4)) ORDER BY next_due, id LIMIT $5";

/// An outside body's query.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct QueryRow {
    pub id: Uuid,
    pub office_id: Uuid,
    pub asked_by: Uuid,
    pub asked_at: i64,
    pub due_at: i64,
    pub cap_at: i64,
    pub state: String,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<i64>,
    pub until: Option<i64>,
    pub body: Vec<u8>,
    pub decision: Option<Vec<u8>>,
}

/// What a query lets somebody read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct GrantRow {
    pub query_id: Uuid,
    pub account_id: Uuid,
    pub case_id: Uuid,
    pub until: i64,
}

/// A no-record certificate.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct CertificateRow {
    pub id: Uuid,
    pub office_id: Uuid,
    pub asked_by: Uuid,
    pub asked_at: i64,
    pub due_at: i64,
    pub issued_at: Option<i64>,
    pub body: Vec<u8>,
}

/// The sealed cases that an account may read at a moment.
///
/// # Errors
/// What the database says.
pub async fn granted_cases(db: &Db, account: Uuid, now: i64) -> Result<Vec<Uuid>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_scalar(GRANTED).bind(account).bind(now).fetch_all(pool).await)?)
}

/// A query.
///
/// # Errors
/// What the database says.
pub async fn find_query(db: &Db, id: Uuid) -> Result<Option<QueryRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND_QUERY).bind(id).fetch_optional(pool).await)?)
}

/// The queries of an office, newest first, before a position.
///
/// # Errors
/// What the database says.
pub async fn page_queries(
    db: &Db,
    office: Uuid,
    before: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<QueryRow>, StoreError> {
    let (at, id) = before.unwrap_or((i64::MAX, Uuid::max()));
    Ok(on!(db, |pool| sqlx::query_as(PAGE_QUERIES)
        .bind(office)
        .bind(at)
        .bind(id)
        .bind(limit)
        .fetch_all(pool)
        .await)?)
}

/// Queries that nobody has decided in time.
///
/// # Errors
/// What the database says.
pub async fn lapsed_queries(db: &Db, now: i64) -> Result<Vec<QueryRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(LAPSED).bind(now).fetch_all(pool).await)?)
}

/// What a query lets whom read.
///
/// # Errors
/// What the database says.
pub async fn grants_of(db: &Db, query: Uuid) -> Result<Vec<GrantRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(GRANTS_OF).bind(query).fetch_all(pool).await)?)
}

/// A certificate.
///
/// # Errors
/// What the database says.
pub async fn find_certificate(db: &Db, id: Uuid) -> Result<Option<CertificateRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND_CERTIFICATE).bind(id).fetch_optional(pool).await)?)
}

/// Cases of an office whose record is in a state, soonest due first, after a position.
///
/// # Errors
/// What the database says.
pub async fn cases_to_seal(
    db: &Db,
    office: Uuid,
    record: &str,
    after: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<CaseHead>, StoreError> {
    let (due, id) = after.unwrap_or((i64::MIN, Uuid::nil()));
    Ok(on!(db, |pool| sqlx::query_as(TO_SEAL)
        .bind(office)
        .bind(record)
        .bind(due)
        .bind(id)
        .bind(limit)
        .fetch_all(pool)
        .await)?)
}
