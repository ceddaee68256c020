//! Offices, accounts, roles, tokens.

use sqlx::{Connection as _, FromRow};
use uuid::Uuid;

use super::rows::{AccountRoleRow, AccountRow, OfficeRow, TokenRow};
use super::work::on;
use super::{Db, StoreError};

const OFFICES: &str = "SELECT * FROM office ORDER BY code";
const INSERT_OFFICE: &str =
    "INSERT INTO office (id, parent_id, code, name_zh, name_en, level) VALUES ($1, $2, $3, $4, $5, $6)";
const ACCOUNTS: &str = "SELECT * FROM account ORDER BY login";
const ACCOUNT_BY_LOGIN: &str = "SELECT * FROM account WHERE login = $1";
const INSERT_ACCOUNT: &str =
    "INSERT INTO account (id, login, sealed_name, state, created_at) VALUES ($1, $2, $3, $4, $5)";
const INSERT_ROLE: &str = "INSERT INTO account_role (account_id, office_id, role, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5)";
const ROLES: &str = "SELECT * FROM account_role WHERE account_id = $1";
const INSERT_TOKEN: &str = "INSERT INTO token (hash, account_id, label, created_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6)";
const REVOKE_TOKENS: &str = "UPDATE token SET revoked_at = $1 WHERE account_id = $2 AND revoked_at IS NULL";
const BY_TOKEN: &str = "SELECT a.id, a.login, a.state, r.office_id, r.role, r.valid_from, r.valid_until FROM token t JOIN account a ON a.id = t.account_id LEFT JOIN account_role r ON r.account_id = a.id WHERE t.hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)";

/// All offices, by code.
///
/// # Errors
/// What the database says.
pub async fn offices(db: &Db) -> Result<Vec<OfficeRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(OFFICES).fetch_all(pool).await)?)
}

/// Keeps an office.
///
/// # Errors
/// [`StoreError::Duplicate`] when its code is taken.
pub async fn insert_office(db: &Db, row: &OfficeRow) -> Result<(), StoreError> {
    on!(db, |pool| sqlx::query(INSERT_OFFICE)
        .bind(row.id)
        .bind(row.parent_id)
        .bind(&row.code)
        .bind(&row.name_zh)
        .bind(&row.name_en)
        .bind(row.level)
        .execute(pool)
        .await
        .map(drop))?;
    Ok(())
}

/// Keeps an account with its roles.
///
/// # Errors
/// [`StoreError::Duplicate`] when its sign-in name is taken.
pub async fn insert_account(db: &Db, row: &AccountRow, roles: &[AccountRoleRow]) -> Result<(), StoreError> {
    on!(db, |pool| {
        let mut work = pool.begin().await?;
        sqlx::query(INSERT_ACCOUNT)
            .bind(row.id)
            .bind(&row.login)
            .bind(&row.sealed_name)
            .bind(&row.state)
            .bind(row.created_at)
            .execute(&mut *work)
            .await?;
        for role in roles {
            sqlx::query(INSERT_ROLE)
                .bind(role.account_id)
                .bind(role.office_id)
                .bind(&role.role)
                .bind(role.valid_from)
                .bind(role.valid_until)
                .execute(&mut *work)
                .await?;
        }
        work.commit().await?;
    });
    Ok(())
}

/// An account by its sign-in name.
///
/// # Errors
/// What the database says.
pub async fn account_by_login(db: &Db, login: &str) -> Result<Option<AccountRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(ACCOUNT_BY_LOGIN).bind(login).fetch_optional(pool).await)?)
}

/// The roles of an account.
///
/// # Errors
/// What the database says.
pub async fn roles_of(db: &Db, account: Uuid) -> Result<Vec<AccountRoleRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(ROLES).bind(account).fetch_all(pool).await)?)
}

/// All accounts with their roles, by sign-in name.
///
/// # Errors
/// What the database says.
pub async fn accounts(db: &Db) -> Result<Vec<(AccountRow, Vec<AccountRoleRow>)>, StoreError> {
    let rows: Vec<AccountRow> = on!(db, |pool| sqlx::query_as(ACCOUNTS).fetch_all(pool).await)?;
    let mut all = Vec::new();
    for row in rows {
        let roles = roles_of(db, row.id).await?;
        all.push((row, roles));
    }
    Ok(all)
}

/// Keeps a token's hash.
///
/// # Errors
/// What the database says.
pub async fn insert_token(db: &Db, row: &TokenRow) -> Result<(), StoreError> {
    on!(db, |pool| sqlx::query(INSERT_TOKEN)
        .bind(&row.hash)
        .bind(row.account_id)
        .bind(&row.label)
        .bind(row.created_at)
        .bind(row.expires_at)
        .bind(row.revoked_at)
        .execute(pool)
        .await
        .map(drop))?;
    Ok(())
}

/// Ends all tokens of an account.
///
/// # Errors
/// What the database says.
pub async fn revoke_tokens(db: &Db, account: Uuid, at: i64) -> Result<(), StoreError> {
    on!(db, |pool| sqlx::query(REVOKE_TOKENS).bind(at).bind(account).execute(pool).await.map(drop))?;
    Ok(())
}

#[derive(FromRow)]
struct TokenHolder {
    id: Uuid,
    login: String,
    state: String,
    office_id: Option<Uuid>,
    role: Option<String>,
    valid_from: Option<i64>,
    valid_until: Option<i64>,
}

/// The account behind a token that is valid at a moment, with its roles.
///
/// # Errors
/// What the database says.
pub async fn account_by_token(
    db: &Db,
    hash: &[u8],
    now: i64,
) -> Result<Option<(AccountRow, Vec<AccountRoleRow>)>, StoreError> {
    let rows: Vec<TokenHolder> =
        on!(db, |pool| sqlx::query_as(BY_TOKEN).bind(hash).bind(now).fetch_all(pool).await)?;
    let Some(first) = rows.first() else { return Ok(None) };
    let account = AccountRow {
        id: first.id,
        login: first.login.clone(),
        sealed_name: Vec::new(),
        state: first.state.clone(),
        created_at: 0,
    };
    let roles = rows
        .into_iter()
        .filter_map(|row| {
            Some(AccountRoleRow {
                account_id: row.id,
                office_id: row.office_id?,
                role: row.role?,
                valid_from: row.valid_from?,
                valid_until: row.valid_until,
            })
        })
        .collect();
    Ok(Some((account, roles)))
}
