//! Sessions, ceremonies under way, and wrong guesses.

use sqlx::FromRow;
use uuid::Uuid;

use super::accounts::{Holder, holder_roles};
use super::rows::AccountRoleRow;
use super::work::on;
use super::write::{Write, values};
use super::{Db, StoreError};

const INSERT_SESSION: &str = "INSERT INTO session (id, hash, account_id, epoch, factors, agent, created_at, seen_at, ends_at, fresh_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const KEEP_NEWEST: &str = "DELETE FROM session WHERE account_id = $1 AND id NOT IN (SELECT id FROM session WHERE account_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)";
const SESSION: &str = "SELECT s.id AS session_id, s.factors, s.created_at, s.seen_at, s.ends_at, s.fresh_until, a.id, a.login, a.state, r.office_id, r.role, r.valid_from, r.valid_until FROM session s JOIN account a ON a.id = s.account_id AND a.epoch = s.epoch LEFT JOIN account_role r ON r.account_id = a.id WHERE s.hash = $1 AND s.ends_at > $2 AND s.seen_at > $3";
const SESSIONS: &str = "SELECT s.id, s.account_id, s.factors, s.agent, s.created_at, s.seen_at, s.ends_at, s.fresh_until FROM session s JOIN account a ON a.id = s.account_id AND a.epoch = s.epoch WHERE s.account_id = $1 AND s.ends_at > $2 AND s.seen_at > $3 ORDER BY s.created_at DESC, s.id DESC";
const SEEN: &str = "UPDATE session SET seen_at = $1 WHERE id = $2 AND seen_at < $1";
const ROTATE: &str =
    "UPDATE session SET hash = $1, fresh_until = $2, seen_at = $3 WHERE id = $4 AND hash = $5";
const END: &str = "DELETE FROM session WHERE id = $1 AND account_id = $2";
const END_OTHERS: &str = "DELETE FROM session WHERE account_id = $1 AND id <> $2";
const RAISE_EPOCH: &str = "UPDATE account SET epoch = epoch + 1 WHERE id = $1";
const INSERT_CEREMONY: &str = "INSERT INTO ceremony (hash, kind, state, expires_at) VALUES ($1, $2, $3, $4)";
const CEREMONY: &str = "SELECT state FROM ceremony WHERE hash = $1 AND kind = $2 AND expires_at > $3";
const END_CEREMONY: &str = "DELETE FROM ceremony WHERE hash = $1";
const GUESSES: &str = "SELECT failures, until, resets_at FROM guess WHERE key = $1";
const COUNT_GUESS: &str = "INSERT INTO guess (key, failures, until, resets_at) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, until = excluded.until, resets_at = excluded.resets_at WHERE guess.failures = $5 AND guess.until = $6";
const FORGET_GUESSES: &str = "DELETE FROM guess WHERE key = $1";
const OLD_SESSIONS: &str = "DELETE FROM session WHERE ends_at <= $1 OR seen_at <= $2";
const OLD_CEREMONIES: &str = "DELETE FROM ceremony WHERE expires_at <= $1";
const OLD_INVITATIONS: &str = "DELETE FROM invitation WHERE expires_at <= $1";
const OLD_GUESSES: &str = "DELETE FROM guess WHERE resets_at <= $1";

/// A session as it begins.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct NewSession {
    pub id: Uuid,
    pub hash: Vec<u8>,
    pub account_id: Uuid,
    pub epoch: i64,
    pub factors: String,
    pub agent: Vec<u8>,
    pub created_at: i64,
    pub ends_at: i64,
    pub fresh_until: i64,
}

/// A session that lasts.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct SessionRow {
    pub id: Uuid,
    pub account_id: Uuid,
    pub factors: String,
    pub agent: Vec<u8>,
    pub created_at: i64,
    pub seen_at: i64,
    pub ends_at: i64,
    pub fresh_until: i64,
}

/// A session with its account and roles.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct SessionHolder {
    pub session: Uuid,
    pub factors: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub ends_at: i64,
    pub fresh_until: i64,
    pub account: Uuid,
    pub login: String,
    pub state: String,
    pub roles: Vec<AccountRoleRow>,
}

/// Wrong guesses under a sign-in name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct GuessRow {
    /// How many since the last success or midnight.
    pub failures: i64,
    /// No other guess before this moment, microseconds.
    pub until: i64,
    /// When all is forgotten, microseconds.
    pub resets_at: i64,
}

/// A session begins; of its account's sessions the newest stay.
pub fn begin_session(row: &NewSession, keep: i64) -> [Write; 2] {
    [
        Write::new(
            INSERT_SESSION,
            values![
                row.id,
                row.hash.as_slice(),
                row.account_id,
                row.epoch,
                row.factors.as_str(),
                row.agent.as_slice(),
                row.created_at,
                row.created_at,
                row.ends_at,
                row.fresh_until,
            ],
        ),
        Write::new(KEEP_NEWEST, values![row.account_id, keep]),
    ]
}

/// A session was used.
pub fn see_session(id: Uuid, at: i64) -> Write {
    Write::new(SEEN, values![at, id])
}

/// A session gets another token; a conflict when it has another than `old` already.
pub fn rotate_session(id: Uuid, old: &[u8], new: &[u8], fresh_until: i64, at: i64) -> Write {
    Write::of_one(ROTATE, values![new, fresh_until, at, id, old])
}

/// A session ends; a conflict when there is none.
pub fn end_session(id: Uuid, account: Uuid) -> Write {
    Write::of_one(END, values![id, account])
}

/// Every session of an account but one ends.
pub fn end_other_sessions(account: Uuid, but: Uuid) -> Write {
    Write::new(END_OTHERS, values![account, but])
}

/// Every session and token of an account ends.
pub fn end_everything(account: Uuid) -> Write {
    Write::of_one(RAISE_EPOCH, values![account])
}

#[derive(FromRow)]
struct Found {
    session_id: Uuid,
    factors: String,
    created_at: i64,
    seen_at: i64,
    ends_at: i64,
    fresh_until: i64,
    #[sqlx(flatten)]
    holder: Holder,
}

/// The session behind a token's hash that has not ended at a moment and was seen after another.
///
/// # Errors
/// What the database says.
pub async fn session_by_hash(
    db: &Db,
    hash: &[u8],
    now: i64,
    seen_after: i64,
) -> Result<Option<SessionHolder>, StoreError> {
    let rows: Vec<Found> =
        on!(db, |pool| sqlx::query_as(SESSION).bind(hash).bind(now).bind(seen_after).fetch_all(pool).await)?;
    let Some(first) = rows.first() else { return Ok(None) };
    Ok(Some(SessionHolder {
        session: first.session_id,
        factors: first.factors.clone(),
        created_at: first.created_at,
        seen_at: first.seen_at,
        ends_at: first.ends_at,
        fresh_until: first.fresh_until,
        account: first.holder.id,
        login: first.holder.login.clone(),
        state: first.holder.state.clone(),
        roles: holder_roles(rows.into_iter().map(|row| row.holder)),
    }))
}

/// The sessions of an account that last, newest first.
///
/// # Errors
/// What the database says.
pub async fn sessions_of(
    db: &Db,
    account: Uuid,
    now: i64,
    seen_after: i64,
) -> Result<Vec<SessionRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(SESSIONS)
        .bind(account)
        .bind(now)
        .bind(seen_after)
        .fetch_all(pool)
        .await)?)
}

/// A ceremony begins.
pub fn begin_ceremony(hash: &[u8], kind: &str, state: &[u8], expires_at: i64) -> Write {
    Write::new(INSERT_CEREMONY, values![hash, kind, state, expires_at])
}

/// A ceremony ends; a conflict when it has ended already.
pub fn end_ceremony(hash: &[u8]) -> Write {
    Write::of_one(END_CEREMONY, values![hash])
}

/// The sealed state of a ceremony of a kind that is under way.
///
/// # Errors
/// What the database says.
pub async fn ceremony(db: &Db, hash: &[u8], kind: &str, now: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Vec<u8>,)> =
        on!(db, |pool| sqlx::query_as(CEREMONY).bind(hash).bind(kind).bind(now).fetch_optional(pool).await)?;
    Ok(found.map(|(state,)| state))
}

/// Wrong guesses under a key; none where nothing was guessed.
///
/// # Errors
/// What the database says.
pub async fn guesses(db: &Db, key: &[u8]) -> Result<Option<GuessRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(GUESSES).bind(key).fetch_optional(pool).await)?)
}

/// Counts a guess; a conflict when somebody else guessed since `before` was read.
pub fn count_guess(key: &[u8], before: GuessRow, after: GuessRow) -> Write {
    Write::of_one(
        COUNT_GUESS,
        values![key, after.failures, after.until, after.resets_at, before.failures, before.until],
    )
}

/// Forgets what was guessed under a key.
pub fn forget_guesses(key: &[u8]) -> Write {
    Write::new(FORGET_GUESSES, values![key])
}

/// Takes away what has ended by itself: sessions, ceremonies, invitations, guesses of days past.
pub fn sweep(now: i64, seen_after: i64) -> [Write; 4] {
    [
        Write::new(OLD_SESSIONS, values![now, seen_after]),
        Write::new(OLD_CEREMONIES, values![now]),
        Write::new(OLD_INVITATIONS, values![now]),
        Write::new(OLD_GUESSES, values![now]),
    ]
}
