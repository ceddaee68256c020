//! Forms that were sent and did something, remembered in the transaction of what they did.

use sqlx::FromRow;
use uuid::Uuid;

use super::work::on;
use super::write::{Write, values};
use super::{Db, StoreError};

/// The changes of one request may be several, each of which says so; another request with the same key is a conflict.
const KEEP: &str = "INSERT INTO form_sent (account_id, key, body_hash, request, led_to, at) VALUES ($1, $2, $3, $4, NULL, $5) ON CONFLICT (account_id, key) DO UPDATE SET at = excluded.at WHERE form_sent.request = excluded.request";
const FIND: &str = "SELECT * FROM form_sent WHERE account_id = $1 AND key = $2";
const LED: &str = "UPDATE form_sent SET led_to = $1 WHERE account_id = $2 AND key = $3";
const FORGET: &str = "DELETE FROM form_sent WHERE at < $1";

/// A form that was sent and did something.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct SentRow {
    pub account_id: Uuid,
    pub key: String,
    pub body_hash: Vec<u8>,
    pub request: Uuid,
    pub led_to: Option<String>,
    pub at: i64,
}

/// Remembers a form with what it does. The whole change is a conflict when another request did it already.
pub fn keep_sent(row: &SentRow) -> Write {
    let (key, hash) = (row.key.as_str(), row.body_hash.as_slice());
    Write::of_one(KEEP, values![row.account_id, key, hash, row.request, row.at])
}

/// Forgets forms that were sent before a moment.
pub fn forget_sent(before: i64) -> Write {
    Write::new(FORGET, values![before])
}

/// A form of this account, if it was sent and did something.
///
/// # Errors
/// What the database says.
pub async fn find_sent(db: &Db, account: Uuid, key: &str) -> Result<Option<SentRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND).bind(account).bind(key).fetch_optional(pool).await)?)
}

/// Where a form led.
pub fn sent_led(account: Uuid, key: &str, to: &str) -> Write {
    Write::new(LED, values![to, account, key])
}
