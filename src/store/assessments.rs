//! Forms that are written about a child.

use sqlx::FromRow;
use uuid::Uuid;

use super::side::Side;
use super::work::on;
use super::{Db, StoreError};

const ADD: &str = "INSERT INTO assessment (id, case_id, form, form_version, state, version, requested_by, due_at, writer_id, submitted, released, begun_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const CHANGE: &str = "UPDATE assessment SET state = $1, version = $2, writer_id = $3, submitted = $4, released = $5, changed_at = $6 WHERE id = $7 AND version = $8 AND NOT EXISTS (SELECT 1 FROM resealing r WHERE r.case_id = assessment.case_id)";
const FIND: &str = "SELECT * FROM assessment WHERE id = $1 AND case_id = $2";
const OF_CASE: &str = "SELECT * FROM assessment WHERE case_id = $1 ORDER BY begun_at, id";
const PUT_DRAFT: &str = "INSERT INTO assessment_draft (id, assessment_id, case_id, class, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (assessment_id, class) DO UPDATE SET body = excluded.body";
const DRAFT: &str = "SELECT id, assessment_id, case_id, CAST(0 AS BIGINT) AS no, class, body FROM assessment_draft WHERE assessment_id = $1 ORDER BY class";
const ADD_VERSION: &str = "INSERT INTO assessment_version (id, assessment_id, case_id, no, class, body) VALUES ($1, $2, $3, $4, $5, $6)";
const VERSIONS: &str = "SELECT id, assessment_id, case_id, no, class, body FROM assessment_version WHERE assessment_id = $1 ORDER BY no, class";
const ADD_STEP: &str = "INSERT INTO assessment_step (id, assessment_id, case_id, seq, what, no, by_id, happened_at, recorded_at, said, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const STEPS: &str = "SELECT * FROM assessment_step WHERE assessment_id = $1 ORDER BY seq";

/// A form that is written about a child.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct AssessmentRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub form: String,
    pub form_version: i64,
    pub state: String,
    pub version: i64,
    pub requested_by: Option<Uuid>,
    pub due_at: Option<i64>,
    pub writer_id: Option<Uuid>,
    pub submitted: i64,
    pub released: i64,
    pub begun_at: i64,
    pub changed_at: i64,
}

/// Its answers in one sensitivity class: of the draft (number 0) or of a submitted version.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct AssessmentPartRow {
    pub id: Uuid,
    pub assessment_id: Uuid,
    pub case_id: Uuid,
    pub no: i64,
    pub class: i64,
    pub body: Vec<u8>,
}

/// Something that was done with it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct AssessmentStepRow {
    pub id: Uuid,
    pub assessment_id: Uuid,
    pub case_id: Uuid,
    pub seq: i64,
    pub what: String,
    pub no: Option<i64>,
    pub by_id: Uuid,
    pub happened_at: i64,
    pub recorded_at: i64,
    pub said: Option<Vec<u8>>,
    pub note: Option<Vec<u8>>,
}

/// Begins one; a duplicate if the same form was asked for already and nobody has answered.
pub fn add_assessment(row: &AssessmentRow) -> Side {
    Side::must(
        ADD,
        vec![
            row.id.into(),
            row.case_id.into(),
            (&row.form).into(),
            row.form_version.into(),
            (&row.state).into(),
            row.version.into(),
            row.requested_by.into(),
            row.due_at.into(),
            row.writer_id.into(),
            row.submitted.into(),
            row.released.into(),
            row.begun_at.into(),
            row.changed_at.into(),
        ],
    )
}

/// Replaces the version before its own; a conflict if that is not the one there, or while the case goes under other keys.
pub fn change_assessment(row: &AssessmentRow) -> Side {
    Side::must(
        CHANGE,
        vec![
            (&row.state).into(),
            row.version.into(),
            row.writer_id.into(),
            row.submitted.into(),
            row.released.into(),
            row.changed_at.into(),
            row.id.into(),
            (row.version - 1).into(),
        ],
    )
}

/// Keeps answers in one sensitivity class: of the draft, in place of those before, or of a submitted version.
pub fn put_assessment_part(row: &AssessmentPartRow) -> Side {
    let body = row.body.as_slice();
    let mut args = vec![row.id.into(), row.assessment_id.into(), row.case_id.into()];
    if row.no == 0 {
        args.extend([row.class.into(), body.into()]);
        return Side::must(PUT_DRAFT, args);
    }
    args.extend([row.no.into(), row.class.into(), body.into()]);
    Side::must(ADD_VERSION, args)
}

/// Keeps what was done.
pub fn add_assessment_step(row: &AssessmentStepRow) -> Side {
    Side::must(
        ADD_STEP,
        vec![
            row.id.into(),
            row.assessment_id.into(),
            row.case_id.into(),
            row.seq.into(),
            (&row.what).into(),
            row.no.into(),
            row.by_id.into(),
            row.happened_at.into(),
            row.recorded_at.into(),
            row.said.as_deref().into(),
            row.note.as_deref().into(),
        ],
    )
}

/// A form written about the child of a case.
///
/// # Errors
/// What the database says.
pub async fn assessment(db: &Db, case: Uuid, id: Uuid) -> Result<Option<AssessmentRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND).bind(id).bind(case).fetch_optional(pool).await)?)
}

/// All forms written about the child of a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn assessments_of(db: &Db, case: Uuid) -> Result<Vec<AssessmentRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(OF_CASE).bind(case).fetch_all(pool).await)?)
}

/// What is written and not submitted, by sensitivity class.
///
/// # Errors
/// What the database says.
pub async fn assessment_draft(db: &Db, assessment: Uuid) -> Result<Vec<AssessmentPartRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(DRAFT).bind(assessment).fetch_all(pool).await)?)
}

/// What was submitted, by version and sensitivity class.
///
/// # Errors
/// What the database says.
pub async fn assessment_versions(db: &Db, assessment: Uuid) -> Result<Vec<AssessmentPartRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(VERSIONS).bind(assessment).fetch_all(pool).await)?)
}

/// What was done with it, oldest first.
///
/// # Errors
/// What the database says.
pub async fn assessment_steps(db: &Db, assessment: Uuid) -> Result<Vec<AssessmentStepRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(STEPS).bind(assessment).fetch_all(pool).await)?)
}
