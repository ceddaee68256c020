//! What a person can show: passwords, one-time codes, recovery codes, passkeys, invitations, API tokens.

use sqlx::FromRow;
use uuid::Uuid;

use super::rows::TokenRow;
use super::work::on;
use super::write::{Write, values};
use super::{Db, StoreError};

const SIGNING_IN: &str = "SELECT a.id, a.login, a.state, a.epoch, p.hash AS password FROM account a LEFT JOIN password p ON p.account_id = a.id WHERE a.login = $1";
const SIGNING_IN_BY_ID: &str = "SELECT a.id, a.login, a.state, a.epoch, p.hash AS password FROM account a LEFT JOIN password p ON p.account_id = a.id WHERE a.id = $1";
const SET_PASSWORD: &str = "INSERT INTO password (account_id, hash, changed_at) VALUES ($1, $2, $3) ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at";
const CHANGED_AT: &str = "SELECT changed_at FROM password WHERE account_id = $1";
const SET_TOTP: &str = "INSERT INTO totp (account_id, sealed_seed, last_step, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (account_id) DO UPDATE SET sealed_seed = excluded.sealed_seed, last_step = excluded.last_step, created_at = excluded.created_at";
const TOTP: &str = "SELECT sealed_seed, last_step, created_at FROM totp WHERE account_id = $1";
const USE_STEP: &str = "UPDATE totp SET last_step = $1 WHERE account_id = $2 AND last_step < $1";
const DROP_PASSWORD: &str = "DELETE FROM password WHERE account_id = $1";
const DROP_TOTP: &str = "DELETE FROM totp WHERE account_id = $1";
const INSERT_CODE: &str = "INSERT INTO recovery_code (account_id, hash, created_at) VALUES ($1, $2, $3)";
const DROP_CODES: &str = "DELETE FROM recovery_code WHERE account_id = $1";
const CODES: &str = "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1";
const USE_CODE: &str = "DELETE FROM recovery_code WHERE account_id = $1 AND hash = $2";
const HAS_CODE: &str = "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1 AND hash = $2";
const DROP_PASSKEYS: &str = "DELETE FROM passkey WHERE account_id = $1";
const INSERT_PASSKEY: &str = "INSERT INTO passkey (id, account_id, credential_hash, credential, label, sign_count, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const PASSKEY: &str = "SELECT id, account_id, credential, label, sign_count, created_at, used_at FROM passkey WHERE credential_hash = $1";
const PASSKEYS: &str = "SELECT id, account_id, credential, label, sign_count, created_at, used_at FROM passkey WHERE account_id = $1 ORDER BY created_at, id";
const USE_PASSKEY: &str =
    "UPDATE passkey SET credential = $1, sign_count = $2, used_at = $3 WHERE id = $4 AND sign_count = $5";
const DROP_PASSKEY: &str = "DELETE FROM passkey WHERE account_id = $1 AND id = $2";
const IDENTITY: &str = "SELECT account_id FROM identity WHERE hash = $1";
const IDENTITIES: &str = "SELECT COUNT(*) FROM identity WHERE account_id = $1";
const LINK: &str = "INSERT INTO identity (hash, account_id, linked_at) VALUES ($1, $2, $3)";
const UNLINK: &str = "DELETE FROM identity WHERE account_id = $1";
const INSERT_INVITATION: &str =
    "INSERT INTO invitation (hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
const DROP_INVITATIONS: &str = "DELETE FROM invitation WHERE account_id = $1";
const INVITED: &str = "SELECT a.id, a.login, a.state, a.epoch, NULL AS password FROM invitation i JOIN account a ON a.id = i.account_id WHERE i.hash = $1 AND i.expires_at > $2";
const USE_INVITATION: &str = "DELETE FROM invitation WHERE hash = $1";
const INSERT_OWN_TOKEN: &str = "INSERT INTO token (hash, account_id, label, created_at, expires_at, scope, epoch) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const TOKENS: &str = "SELECT t.hash, t.account_id, t.label, t.created_at, t.expires_at, t.revoked_at, t.fresh, t.scope FROM token t JOIN account a ON a.id = t.account_id AND a.epoch = t.epoch WHERE t.account_id = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) ORDER BY t.created_at, t.hash";
const REVOKE_TOKEN: &str =
    "UPDATE token SET revoked_at = $1 WHERE account_id = $2 AND hash = $3 AND revoked_at IS NULL";

/// An account as somebody signs in to it.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct SigningIn {
    pub id: Uuid,
    pub login: String,
    pub state: String,
    pub epoch: i64,
    /// PHC string of the password, if there is one.
    pub password: Option<String>,
}

/// The seed of one-time codes.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct TotpRow {
    pub sealed_seed: Vec<u8>,
    pub last_step: i64,
    pub created_at: i64,
}

/// A passkey.
#[derive(Clone, Debug, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct PasskeyRow {
    pub id: Uuid,
    pub account_id: Uuid,
    pub credential: Vec<u8>,
    pub label: Vec<u8>,
    pub sign_count: i64,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

/// The account with a sign-in name, and its password.
///
/// # Errors
/// What the database says.
pub async fn signing_in(db: &Db, login: &str) -> Result<Option<SigningIn>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(SIGNING_IN).bind(login).fetch_optional(pool).await)?)
}

/// The account, and its password.
///
/// # Errors
/// What the database says.
pub async fn signing_in_by_id(db: &Db, account: Uuid) -> Result<Option<SigningIn>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(SIGNING_IN_BY_ID).bind(account).fetch_optional(pool).await)?)
}

/// An account gets a password instead of any it had.
pub fn set_password(account: Uuid, hash: &str, at: i64) -> Write {
    Write::of_one(SET_PASSWORD, values![account, hash, at])
}

/// When the password was set.
///
/// # Errors
/// What the database says.
pub async fn password_changed_at(db: &Db, account: Uuid) -> Result<Option<i64>, StoreError> {
    let found: Option<(i64,)> =
        on!(db, |pool| sqlx::query_as(CHANGED_AT).bind(account).fetch_optional(pool).await)?;
    Ok(found.map(|(at,)| at))
}

/// An account gets a seed of one-time codes instead of any it had.
pub fn set_totp(account: Uuid, sealed_seed: &[u8], last_step: i64, at: i64) -> Write {
    Write::of_one(SET_TOTP, values![account, sealed_seed, last_step, at])
}

/// The seed of an account's one-time codes.
///
/// # Errors
/// What the database says.
pub async fn totp(db: &Db, account: Uuid) -> Result<Option<TotpRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(TOTP).bind(account).fetch_optional(pool).await)?)
}

/// A one-time code is used; a conflict when it or a later one was used already.
pub fn use_step(account: Uuid, step: i64) -> Write {
    Write::of_one(USE_STEP, values![step, account])
}

/// An account gets recovery codes instead of any it had.
pub fn set_codes(account: Uuid, hashes: &[[u8; 32]], at: i64) -> Vec<Write> {
    let mut writes = vec![Write::new(DROP_CODES, values![account])];
    writes.extend(hashes.iter().map(|hash| Write::new(INSERT_CODE, values![account, hash.as_slice(), at])));
    writes
}

/// How many recovery codes are left.
///
/// # Errors
/// What the database says.
pub async fn codes_left(db: &Db, account: Uuid) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(db, |pool| sqlx::query_as(CODES).bind(account).fetch_one(pool).await)?;
    Ok(count)
}

/// Whether this recovery code is left.
///
/// # Errors
/// What the database says.
pub async fn has_code(db: &Db, account: Uuid, hash: &[u8]) -> Result<bool, StoreError> {
    let (count,): (i64,) =
        on!(db, |pool| sqlx::query_as(HAS_CODE).bind(account).bind(hash).fetch_one(pool).await)?;
    Ok(count == 1)
}

/// A recovery code is used; a conflict when it was used already.
pub fn use_code(account: Uuid, hash: &[u8]) -> Write {
    Write::of_one(USE_CODE, values![account, hash])
}

/// An account has nothing any more with which its person could sign in.
pub fn drop_all(account: Uuid) -> [Write; 5] {
    [DROP_PASSWORD, DROP_TOTP, DROP_CODES, DROP_PASSKEYS, UNLINK].map(|sql| Write::new(sql, values![account]))
}

/// An account has no password, one-time codes and recovery codes any more.
pub fn drop_password(account: Uuid) -> [Write; 3] {
    [DROP_PASSWORD, DROP_TOTP, DROP_CODES].map(|sql| Write::new(sql, values![account]))
}

/// A passkey begins; a duplicate when its credential is there already.
pub fn insert_passkey(row: &PasskeyRow, credential_hash: &[u8]) -> Write {
    Write::new(
        INSERT_PASSKEY,
        values![
            row.id,
            row.account_id,
            credential_hash,
            row.credential.as_slice(),
            row.label.as_slice(),
            row.sign_count,
            row.created_at,
        ],
    )
}

/// The passkey with a credential's hash.
///
/// # Errors
/// What the database says.
pub async fn passkey(db: &Db, credential_hash: &[u8]) -> Result<Option<PasskeyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(PASSKEY).bind(credential_hash).fetch_optional(pool).await)?)
}

/// The passkeys of an account, oldest first.
///
/// # Errors
/// What the database says.
pub async fn passkeys_of(db: &Db, account: Uuid) -> Result<Vec<PasskeyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(PASSKEYS).bind(account).fetch_all(pool).await)?)
}

/// A passkey is used; a conflict when it was used since its counter was read.
pub fn use_passkey(id: Uuid, credential: &[u8], before: i64, sign_count: i64, at: i64) -> Write {
    Write::of_one(USE_PASSKEY, values![credential, sign_count, at, id, before])
}

/// A passkey ends; a conflict when there is none.
pub fn drop_passkey(account: Uuid, id: Uuid) -> Write {
    Write::of_one(DROP_PASSKEY, values![account, id])
}

/// The account to which somebody at an identity provider is linked, by the keyed hash of who they are there.
///
/// # Errors
/// What the database says.
pub async fn identity(db: &Db, hash: &[u8]) -> Result<Option<Uuid>, StoreError> {
    let found: Option<(Uuid,)> =
        on!(db, |pool| sqlx::query_as(IDENTITY).bind(hash).fetch_optional(pool).await)?;
    Ok(found.map(|(account,)| account))
}

/// Whether somebody at an identity provider is linked to an account.
///
/// # Errors
/// What the database says.
pub async fn is_linked(db: &Db, account: Uuid) -> Result<bool, StoreError> {
    let (count,): (i64,) = on!(db, |pool| sqlx::query_as(IDENTITIES).bind(account).fetch_one(pool).await)?;
    Ok(count > 0)
}

/// Somebody at an identity provider is linked to an account; a duplicate when they are to another.
pub fn link_identity(hash: &[u8], account: Uuid, at: i64) -> Write {
    Write::new(LINK, values![hash, account, at])
}

/// Nobody at an identity provider is linked to an account any more.
pub fn unlink_identities(account: Uuid) -> Write {
    Write::new(UNLINK, values![account])
}

/// Somebody is invited to an account; earlier invitations end.
pub fn invite(account: Uuid, hash: &[u8], at: i64, expires_at: i64) -> [Write; 2] {
    [
        Write::new(DROP_INVITATIONS, values![account]),
        Write::new(INSERT_INVITATION, values![hash, account, at, expires_at]),
    ]
}

/// The account to which an invitation that is in force invites.
///
/// # Errors
/// What the database says.
pub async fn invited(db: &Db, hash: &[u8], now: i64) -> Result<Option<SigningIn>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(INVITED).bind(hash).bind(now).fetch_optional(pool).await)?)
}

/// An invitation is used; a conflict when it was used already.
pub fn use_invitation(hash: &[u8]) -> Write {
    Write::of_one(USE_INVITATION, values![hash])
}

/// An API token begins.
pub fn insert_own_token(row: &TokenRow, expires_at: i64, epoch: i64) -> Write {
    Write::new(
        INSERT_OWN_TOKEN,
        values![
            row.hash.as_slice(),
            row.account_id,
            row.label.as_str(),
            row.created_at,
            expires_at,
            row.scope.as_str(),
            epoch,
        ],
    )
}

/// The tokens of an account that are in force, oldest first.
///
/// # Errors
/// What the database says.
pub async fn tokens_of(db: &Db, account: Uuid, now: i64) -> Result<Vec<TokenRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(TOKENS).bind(account).bind(now).fetch_all(pool).await)?)
}

/// A token ends; a conflict when it is not in force.
pub fn revoke_token(account: Uuid, hash: &[u8], at: i64) -> Write {
    Write::of_one(REVOKE_TOKEN, values![at, account, hash])
}
