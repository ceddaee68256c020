//! What the child said, and complaints.

use sqlx::FromRow;
use uuid::Uuid;

use super::side::Side;
use super::work::on;
use super::{Db, StoreError};

const ADD_VOICE: &str =
    "INSERT INTO voice (id, case_id, words, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5)";
const VOICES: &str = "SELECT * FROM voice WHERE case_id = $1 ORDER BY recorded_at, id";
const ADD_COMPLAINT: &str = "INSERT INTO complaint (id, case_id, office_id, subject_id, words, recorded_by, recorded_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const COMPLAINT: &str = "SELECT * FROM complaint WHERE id = $1";
const COMPLAINTS: &str = "SELECT * FROM complaint WHERE case_id = $1 ORDER BY recorded_at, id";
const SET_ANSWERER: &str = "UPDATE complaint SET answerer_id = $1 WHERE id = $2 AND answered_at IS NULL";
const ANSWER: &str = "UPDATE complaint SET answer = $1, answered_by = $2, answered_at = $3 WHERE id = $4 AND answered_at IS NULL";

/// What the child said.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct VoiceRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub words: Vec<u8>,
    pub recorded_by: Uuid,
    pub recorded_at: i64,
}

/// A complaint.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct ComplaintRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub office_id: Uuid,
    pub subject_id: Option<Uuid>,
    pub words: Vec<u8>,
    pub recorded_by: Uuid,
    pub recorded_at: i64,
    pub due_at: i64,
    pub answerer_id: Option<Uuid>,
    pub answer: Option<Vec<u8>>,
    pub answered_by: Option<Uuid>,
    pub answered_at: Option<i64>,
}

/// Keeps what the child said.
pub fn add_voice(row: &VoiceRow) -> Side {
    let words = row.words.as_slice();
    Side::must(
        ADD_VOICE,
        vec![row.id.into(), row.case_id.into(), words.into(), row.recorded_by.into(), row.recorded_at.into()],
    )
}

/// What the child said in a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn voices_of(db: &Db, case: Uuid) -> Result<Vec<VoiceRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(VOICES).bind(case).fetch_all(pool).await)?)
}

/// Keeps a complaint.
pub fn add_complaint(row: &ComplaintRow) -> Side {
    let words = row.words.as_slice();
    Side::must(
        ADD_COMPLAINT,
        vec![
            row.id.into(),
            row.case_id.into(),
            row.office_id.into(),
            row.subject_id.into(),
            words.into(),
            row.recorded_by.into(),
            row.recorded_at.into(),
            row.due_at.into(),
        ],
    )
}

/// A complaint.
///
/// # Errors
/// What the database says.
pub async fn complaint(db: &Db, id: Uuid) -> Result<Option<ComplaintRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(COMPLAINT).bind(id).fetch_optional(pool).await)?)
}

/// The complaints of a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn complaints_of(db: &Db, case: Uuid) -> Result<Vec<ComplaintRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(COMPLAINTS).bind(case).fetch_all(pool).await)?)
}

/// Somebody is to answer a complaint; a conflict if it is answered.
pub fn set_answerer(row: &ComplaintRow) -> Side {
    Side::must(SET_ANSWERER, vec![row.answerer_id.into(), row.id.into()])
}

/// A complaint is answered; a conflict if it was.
pub fn answer_complaint(row: &ComplaintRow) -> Side {
    Side::must(
        ANSWER,
        vec![row.answer.as_deref().into(), row.answered_by.into(), row.answered_at.into(), row.id.into()],
    )
}
