//! Copies of a case that left the house.

use sqlx::FromRow;
use uuid::Uuid;

use super::side::Side;
use super::work::on;
use super::{Db, StoreError};

const ADD: &str =
    "INSERT INTO case_copy (id, case_id, note, digest, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
const OF_CASE: &str = "SELECT * FROM case_copy WHERE case_id = $1 ORDER BY made_at, id";
const RECALL: &str = "UPDATE case_copy SET recalled_by = $1, recalled_at = $2 WHERE id = $3 AND case_id = $4 AND recalled_at IS NULL";

/// A copy that was handed out.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct CopyRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub note: Vec<u8>,
    pub digest: Vec<u8>,
    pub made_by: Uuid,
    pub made_at: i64,
    pub recalled_by: Option<Uuid>,
    pub recalled_at: Option<i64>,
}

/// Keeps that a copy was handed out.
pub fn add_copy(row: &CopyRow) -> Side {
    let (note, digest) = (row.note.as_slice(), row.digest.as_slice());
    Side::must(
        ADD,
        vec![
            row.id.into(),
            row.case_id.into(),
            note.into(),
            digest.into(),
            row.made_by.into(),
            row.made_at.into(),
        ],
    )
}

/// The copies of a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn copies_of(db: &Db, case: Uuid) -> Result<Vec<CopyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(OF_CASE).bind(case).fetch_all(pool).await)?)
}

/// A copy came back or was destroyed; a conflict if it had.
pub fn recall_copy(case: Uuid, copy: Uuid, by: Uuid, at: i64) -> Side {
    Side::must(RECALL, vec![by.into(), at.into(), copy.into(), case.into()])
}
