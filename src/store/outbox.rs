//! What is to be sent by e-mail or to a webhook: put there in the change that makes it so, sent at least once.

use sqlx::FromRow;
use uuid::Uuid;

use super::side::Side;
use super::work::on;
use super::{Db, StoreError};

const TO_WEBHOOK: &str = "INSERT INTO outbox (id, channel, target, body, made_at, state, attempts, next_at) VALUES ($1, 'webhook', $2, $3, $4, 'waiting', 0, $4)";
/// Only to who has said where.
const TO_PERSON: &str = "INSERT INTO outbox (id, channel, target, body, made_at, state, attempts, next_at) SELECT $1, 'mail', $2, $3, $4, 'waiting', 0, $4 FROM contact WHERE account_id = $5";
const WAITING: &str = "SELECT id, channel, target, body, made_at, attempts, next_at FROM outbox WHERE channel = $1 AND state = 'waiting' AND next_at <= $2 ORDER BY next_at, id LIMIT $3";
const CLAIM: &str = "UPDATE outbox SET attempts = attempts + 1, next_at = $1 WHERE id = $2 AND state = 'waiting' AND next_at = $3";
const AGAIN: &str = "UPDATE outbox SET next_at = $1 WHERE id = $2 AND state = 'waiting'";
const END: &str = "UPDATE outbox SET state = $1, ended_at = $2 WHERE id = $3 AND state = 'waiting'";
const COUNT: &str = "SELECT COUNT(*), MIN(made_at) FROM outbox WHERE channel = $1 AND state = 'waiting'";
const SWEEP: &str = "DELETE FROM outbox WHERE state <> 'waiting' AND ended_at < $1";
const SET_CONTACT: &str = "INSERT INTO contact (account_id, address, changed_at) VALUES ($1, $2, $3) ON CONFLICT (account_id) DO UPDATE SET address = excluded.address, changed_at = excluded.changed_at";
const DROP_CONTACT: &str = "DELETE FROM contact WHERE account_id = $1";
const CONTACT: &str =
    "SELECT c.address, a.state FROM contact c JOIN account a ON a.id = c.account_id WHERE c.account_id = $1";
const SET_FEED: &str = "INSERT INTO feed (account_id, hash, made_at) VALUES ($1, $2, $3) ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, made_at = excluded.made_at";
const DROP_FEED: &str = "DELETE FROM feed WHERE account_id = $1";
const FEED: &str = "SELECT account_id FROM feed WHERE hash = $1";
const FEED_OF: &str = "SELECT made_at FROM feed WHERE account_id = $1";

/// Something that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct OutboxRow {
    pub id: Uuid,
    pub channel: String,
    pub target: String,
    pub body: String,
    pub made_at: i64,
    pub attempts: i64,
    pub next_at: i64,
}

/// Puts something for a webhook.
pub fn to_webhook(id: Uuid, name: &str, body: &str, at: i64) -> Side {
    Side::must(TO_WEBHOOK, vec![id.into(), name.into(), body.into(), at.into()])
}

/// Puts something for a person, if they have said where they get their mail.
pub fn to_person(id: Uuid, account: Uuid, body: &str, at: i64) -> Side {
    let target = account.to_string();
    Side::may(TO_PERSON, vec![id.into(), (&target).into(), body.into(), at.into(), account.into()])
}

/// What waits to be sent by a moment, longest waiting first.
///
/// # Errors
/// What the database says.
pub async fn outbox(db: &Db, channel: &str, now: i64, limit: i64) -> Result<Vec<OutboxRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(WAITING).bind(channel).bind(now).bind(limit).fetch_all(pool).await)?)
}

/// Takes one to send it, and puts off when it is tried next; a conflict if another instance was first.
pub fn claim(row: &OutboxRow, next: i64) -> Side {
    Side::must(CLAIM, vec![next.into(), row.id.into(), row.next_at.into()])
}

/// It could not be sent, and is tried again at a moment.
pub fn try_again(id: Uuid, next: i64) -> Side {
    Side::may(AGAIN, vec![next.into(), id.into()])
}

/// It was sent, or it never will be.
pub fn end_sending(id: Uuid, sent: bool, at: i64) -> Side {
    Side::may(END, vec![(if sent { "sent" } else { "dead" }).into(), at.into(), id.into()])
}

/// How many wait, and since when the oldest does.
///
/// # Errors
/// What the database says.
pub async fn outbox_waiting(db: &Db, channel: &str) -> Result<(i64, Option<i64>), StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(COUNT).bind(channel).fetch_one(pool).await)?)
}

/// Takes away what ended before a moment.
pub fn sweep_outbox(before: i64) -> Side {
    Side::may(SWEEP, vec![before.into()])
}

/// Where somebody gets their notices by e-mail from now on.
pub fn set_contact(account: Uuid, address: &[u8], at: i64) -> Side {
    Side::must(SET_CONTACT, vec![account.into(), address.into(), at.into()])
}

/// They get none any more; a conflict if they got none.
pub fn drop_contact(account: Uuid) -> Side {
    Side::must(DROP_CONTACT, vec![account.into()])
}

/// Where somebody gets their notices, and the state of their account.
///
/// # Errors
/// What the database says.
pub async fn contact(db: &Db, account: Uuid) -> Result<Option<(Vec<u8>, String)>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(CONTACT).bind(account).fetch_optional(pool).await)?)
}

/// The secret address of somebody's calendar, in place of the one before.
pub fn set_feed(account: Uuid, hash: &[u8], at: i64) -> Side {
    Side::must(SET_FEED, vec![account.into(), hash.into(), at.into()])
}

/// There is none any more; a conflict if there was none.
pub fn drop_feed(account: Uuid) -> Side {
    Side::must(DROP_FEED, vec![account.into()])
}

/// Whose calendar has this address.
///
/// # Errors
/// What the database says.
pub async fn feed(db: &Db, hash: &[u8]) -> Result<Option<Uuid>, StoreError> {
    let row: Option<(Uuid,)> = on!(db, |pool| sqlx::query_as(FEED).bind(hash).fetch_optional(pool).await)?;
    Ok(row.map(|(account,)| account))
}

/// Since when somebody's calendar has its address.
///
/// # Errors
/// What the database says.
pub async fn feed_of(db: &Db, account: Uuid) -> Result<Option<i64>, StoreError> {
    let row: Option<(i64,)> =
        on!(db, |pool| sqlx::query_as(FEED_OF).bind(account).fetch_optional(pool).await)?;
    Ok(row.map(|(at,)| at))
}
