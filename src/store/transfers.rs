//! Cases on their way to another office, emergencies, notices.

use sqlx::FromRow;
use uuid::Uuid;

use super::side::Side;
use super::work::on;
use super::{Db, StoreError};

const OFFER: &str = "INSERT INTO transfer (id, case_id, from_office, to_office, state, offer, offered_by, offered_at) VALUES ($1, $2, $3, $4, 'offered', $5, $6, $7)";
const ANSWER: &str = "UPDATE transfer SET state = $1, answer = $2, answered_by = $3, answered_at = $4, new_case_id = $5 WHERE id = $6 AND state = 'offered'";
const TRANSFER: &str = "SELECT * FROM transfer WHERE id = $1";
const OF_CASE: &str = "SELECT * FROM transfer WHERE case_id = $1 UNION SELECT * FROM transfer WHERE new_case_id = $1 ORDER BY offered_at, id";
// A sealed case is in no list.
const OPEN_TO: &str = "SELECT * FROM transfer WHERE to_office = $1 AND state = 'offered' AND NOT EXISTS (SELECT 1 FROM case_file WHERE case_file.id = transfer.case_id AND sealed = 1) ORDER BY offered_at, id LIMIT $2";
const OPEN_FROM: &str = "SELECT * FROM transfer WHERE from_office = $1 AND state = 'offered' AND NOT EXISTS (SELECT 1 FROM case_file WHERE case_file.id = transfer.case_id AND sealed = 1) ORDER BY offered_at, id LIMIT $2";
const BREAK_GLASS: &str = "INSERT INTO emergency (id, case_id, office_id, account_id, reason, opened_at, until_at, review_due) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const REVIEW: &str = "UPDATE emergency SET review = $1, justified = $2, reviewed_by = $3, reviewed_at = $4 WHERE id = $5 AND reviewed_at IS NULL";
const LEFT_UNREVIEWED: &str =
    "SELECT id FROM emergency WHERE account_id = $1 AND reviewed_at IS NULL AND review_due <= $2 LIMIT 1";
const EMERGENCY: &str = "SELECT * FROM emergency WHERE id = $1";
const UNREVIEWED: &str =
    "SELECT * FROM emergency WHERE office_id = $1 AND reviewed_at IS NULL ORDER BY review_due, id";
const NOTIFY: &str =
    "INSERT INTO notice (id, account_id, kind, case_id, about_id, at) VALUES ($1, $2, $3, $4, $5, $6)";
const MARK_READ: &str =
    "UPDATE notice SET read_at = $1 WHERE id = $2 AND account_id = $3 AND read_at IS NULL";
const NOTICES: &str = "SELECT * FROM notice WHERE account_id = $1 AND (at < $2 OR (at = $2 AND id < $3)) AND NOT EXISTS (SELECT 1 FROM case_file WHERE case_file.id = notice.case_id AND sealed = 1) ORDER BY at DESC, id DESC LIMIT $4";
const SEE_ASSIGNMENT: &str = "UPDATE work SET open = 0 WHERE item = (SELECT about_id FROM notice WHERE id = $1 AND account_id = $2) AND for_id = $2 AND open = 1";

/// A case on its way to another office.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct TransferRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub from_office: Uuid,
    pub to_office: Uuid,
    pub state: String,
    pub offer: Vec<u8>,
    pub offered_by: Uuid,
    pub offered_at: i64,
    pub answer: Option<Vec<u8>>,
    pub answered_by: Option<Uuid>,
    pub answered_at: Option<i64>,
    pub new_case_id: Option<Uuid>,
}

/// A case that somebody opened in an emergency.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct EmergencyRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub office_id: Uuid,
    pub account_id: Uuid,
    pub reason: Vec<u8>,
    pub opened_at: i64,
    pub until_at: i64,
    pub review_due: i64,
    pub review: Option<Vec<u8>>,
    pub justified: Option<i64>,
    pub reviewed_by: Option<Uuid>,
    pub reviewed_at: Option<i64>,
}

/// Something that somebody is told.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct NoticeRow {
    pub id: Uuid,
    pub account_id: Uuid,
    pub kind: String,
    pub case_id: Option<Uuid>,
    pub about_id: Option<Uuid>,
    pub at: i64,
    pub read_at: Option<i64>,
}

/// Offers a case to another office; a duplicate if it is offered to one already.
pub fn offer_transfer(row: &TransferRow) -> Side {
    let offer = row.offer.as_slice();
    Side::must(
        OFFER,
        vec![
            row.id.into(),
            row.case_id.into(),
            row.from_office.into(),
            row.to_office.into(),
            offer.into(),
            row.offered_by.into(),
            row.offered_at.into(),
        ],
    )
}

/// Ends an offer as the row says; a conflict if it has ended.
pub fn answer_transfer(row: &TransferRow) -> Side {
    Side::must(
        ANSWER,
        vec![
            (&row.state).into(),
            row.answer.as_deref().into(),
            row.answered_by.into(),
            row.answered_at.into(),
            row.new_case_id.into(),
            row.id.into(),
        ],
    )
}

/// A transfer.
///
/// # Errors
/// What the database says.
pub async fn transfer(db: &Db, id: Uuid) -> Result<Option<TransferRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(TRANSFER).bind(id).fetch_optional(pool).await)?)
}

/// The transfers by which a case went or came, oldest first.
///
/// # Errors
/// What the database says.
pub async fn transfers_of(db: &Db, case: Uuid) -> Result<Vec<TransferRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(OF_CASE).bind(case).fetch_all(pool).await)?)
}

/// Offers that wait for an answer, to an office and by it, oldest first.
///
/// # Errors
/// What the database says.
pub async fn open_transfers(db: &Db, office: Uuid, limit: i64) -> Result<Vec<TransferRow>, StoreError> {
    let mut rows: Vec<TransferRow> =
        on!(db, |pool| sqlx::query_as(OPEN_TO).bind(office).bind(limit).fetch_all(pool).await)?;
    let by: Vec<TransferRow> =
        on!(db, |pool| sqlx::query_as(OPEN_FROM).bind(office).bind(limit).fetch_all(pool).await)?;
    rows.extend(by);
    Ok(rows)
}

/// Opens a case in an emergency.
pub fn break_glass(row: &EmergencyRow) -> Side {
    let reason = row.reason.as_slice();
    Side::must(
        BREAK_GLASS,
        vec![
            row.id.into(),
            row.case_id.into(),
            row.office_id.into(),
            row.account_id.into(),
            reason.into(),
            row.opened_at.into(),
            row.until_at.into(),
            row.review_due.into(),
        ],
    )
}

/// Keeps the review of an emergency; a conflict if there is one.
pub fn review_emergency(row: &EmergencyRow) -> Side {
    Side::must(
        REVIEW,
        vec![
            row.review.as_deref().into(),
            row.justified.into(),
            row.reviewed_by.into(),
            row.reviewed_at.into(),
            row.id.into(),
        ],
    )
}

/// An emergency.
///
/// # Errors
/// What the database says.
pub async fn emergency(db: &Db, id: Uuid) -> Result<Option<EmergencyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(EMERGENCY).bind(id).fetch_optional(pool).await)?)
}

/// Emergencies in an office's cases that nobody has reviewed, soonest due first.
///
/// # Errors
/// What the database says.
pub async fn unreviewed(db: &Db, office: Uuid) -> Result<Vec<EmergencyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(UNREVIEWED).bind(office).fetch_all(pool).await)?)
}

/// Whether an emergency that this account declared should have been reviewed before a moment, and was not.
///
/// # Errors
/// What the database says.
pub async fn left_unreviewed(db: &Db, account: Uuid, before: i64) -> Result<bool, StoreError> {
    let found: Option<Uuid> = on!(db, |pool| {
        sqlx::query_scalar(LEFT_UNREVIEWED).bind(account).bind(before).fetch_optional(pool).await
    })?;
    Ok(found.is_some())
}

/// Tells somebody something.
pub fn notify(row: &NoticeRow) -> Side {
    Side::must(
        NOTIFY,
        vec![
            row.id.into(),
            row.account_id.into(),
            (&row.kind).into(),
            row.case_id.into(),
            row.about_id.into(),
            row.at.into(),
        ],
    )
}

/// Marks a notice of an account as read; a conflict if it is another's or was read.
pub fn mark_notice_read(id: Uuid, account: Uuid, at: i64) -> Side {
    Side::must(MARK_READ, vec![at.into(), id.into(), account.into()])
}

/// What a notice says of an assignment was seen by whom it is for.
pub fn see_assignment(notice: Uuid, account: Uuid) -> Side {
    Side::may(SEE_ASSIGNMENT, vec![notice.into(), account.into()])
}

/// What somebody was told before a moment and notice, newest first.
///
/// # Errors
/// What the database says.
pub async fn notices(
    db: &Db,
    account: Uuid,
    before: (i64, Uuid),
    limit: i64,
) -> Result<Vec<NoticeRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(NOTICES)
        .bind(account)
        .bind(before.0)
        .bind(before.1)
        .bind(limit)
        .fetch_all(pool)
        .await)?)
}
