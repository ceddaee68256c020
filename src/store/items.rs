//! Single entries of a journal that are sealed by themselves.

use sqlx::FromRow;
use uuid::Uuid;

use super::side::Side;
use super::work::on;
use super::{Db, StoreError};

const OF_CASE: &str = "SELECT * FROM sealed_item WHERE case_id = $1 ORDER BY seq, sealed_at, id";
const ADD: &str = "INSERT INTO sealed_item (id, case_id, seq, content, sealed_by, sealed_at) VALUES ($1, $2, $3, $4, $5, $6)";
const PROPOSE: &str = "UPDATE sealed_item SET proposed_by = $1, proposed_at = $2, proposal = $3 WHERE id = $4 AND lifted_at IS NULL AND proposed_by IS NULL";
const LIFT: &str = "UPDATE sealed_item SET lifted_by = $1, lifted_at = $2, content = NULL WHERE id = $3 AND lifted_at IS NULL AND proposed_by IS NOT NULL";

/// A sealed entry.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct ItemRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub seq: i64,
    pub content: Option<Vec<u8>>,
    pub sealed_by: Uuid,
    pub sealed_at: i64,
    pub proposed_by: Option<Uuid>,
    pub proposed_at: Option<i64>,
    pub proposal: Option<Vec<u8>>,
    pub lifted_by: Option<Uuid>,
    pub lifted_at: Option<i64>,
}

/// The entries of a case that are or were sealed by themselves, in their order.
///
/// # Errors
/// What the database says.
pub async fn items_of(db: &Db, case: Uuid) -> Result<Vec<ItemRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(OF_CASE).bind(case).fetch_all(pool).await)?)
}

/// Seals an entry, unless it is sealed.
pub fn seal_item(row: &ItemRow) -> Side {
    Side::must(
        ADD,
        vec![
            row.id.into(),
            row.case_id.into(),
            row.seq.into(),
            row.content.as_deref().into(),
            row.sealed_by.into(),
            row.sealed_at.into(),
        ],
    )
}

/// Proposes to put an entry back, unless somebody has.
pub fn propose_item(item: Uuid, by: Uuid, at: i64, why: &[u8]) -> Side {
    Side::must(PROPOSE, vec![by.into(), at.into(), why.into(), item.into()])
}

/// Puts an entry back that somebody proposed to put back.
pub fn lift_item(item: Uuid, by: Uuid, at: i64) -> Side {
    Side::must(LIFT, vec![by.into(), at.into(), item.into()])
}
