//! Changes of roles, states of accounts, deputies, and what decides about a viewer beside their roles.

use sqlx::FromRow;
use uuid::Uuid;

use super::rows::{AccountRoleRow, AccountRow, OfficeRow};
use super::side::Side;
use super::work::on;
use super::{Db, StoreError};

const END_SESSIONS: &str = "DELETE FROM session WHERE account_id = $1";
const ADD_OFFICE: &str = "INSERT INTO office (id, parent_id, code, name_zh, name_en, level, kind) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const AT_OFFICE: &str = "SELECT * FROM account WHERE id IN (SELECT account_id FROM account_role WHERE office_id = $1) ORDER BY login";
const WORKS_AT: &str = "SELECT DISTINCT account_id, office_id FROM account_role";
const WITHOUT_ROLE: &str = "SELECT * FROM account WHERE NOT EXISTS (SELECT 1 FROM account_role r WHERE r.account_id = account.id) ORDER BY login";
const HOLDERS: &str = "SELECT r.account_id, r.office_id FROM account_role r JOIN account a ON a.id = r.account_id WHERE r.role = $1 AND a.state = 'active' AND r.valid_from <= $2 AND (r.valid_until IS NULL OR r.valid_until > $2)";
const ADD_ACCOUNT: &str =
    "INSERT INTO account (id, login, sealed_name, state, created_at) VALUES ($1, $2, $3, $4, $5)";
const GRANT_ROLE: &str = "INSERT INTO account_role (account_id, office_id, role, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5)";
const END_ROLE: &str = "UPDATE account_role SET valid_until = $1 WHERE account_id = $2 AND office_id = $3 AND role = $4 AND (valid_until IS NULL OR valid_until > $1)";
const SET_STATE: &str = "UPDATE account SET state = $1 WHERE id = $2 AND state = $3";
const PROPOSE: &str = "INSERT INTO role_change (id, account_id, change, office_id, role, from_at, until_at, state, proposed_by, proposed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9)";
const DECIDE: &str = "UPDATE role_change SET state = $1, decided_by = $2, decided_at = $3 WHERE id = $4 AND state = 'proposed'";
const ROLE_CHANGE: &str = "SELECT * FROM role_change WHERE id = $1";
const OPEN_CHANGES: &str =
    "SELECT * FROM role_change WHERE state = 'proposed' ORDER BY proposed_at, id LIMIT $1";
const CHANGES_OF: &str = "SELECT * FROM role_change WHERE account_id = $1 ORDER BY proposed_at, id";
const ADD_DEPUTY: &str = "INSERT INTO deputy (id, for_id, deputy_id, from_at, until_at, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const END_DEPUTY: &str = "UPDATE deputy SET ended_at = $1, ended_by = $2 WHERE id = $3 AND ended_at IS NULL";
const DEPUTY: &str = "SELECT * FROM deputy WHERE id = $1";
const DEPUTIES_FOR: &str = "SELECT * FROM deputy WHERE for_id = $1 ORDER BY from_at, id";
/// All that decides about a viewer beside roles, in one look.
const MARKS: &str = "SELECT 'deputy' AS mark, for_id AS what FROM deputy WHERE deputy_id = $1 AND ended_at IS NULL AND from_at <= $2 AND until_at > $2 UNION ALL SELECT 'excluded', case_id FROM exclusion WHERE account_id = $1 AND lifted_at IS NULL UNION ALL SELECT 'opened', case_id FROM emergency WHERE account_id = $1 AND opened_at <= $2 AND until_at > $2";

/// A change of roles that is proposed or decided.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct RoleChangeRow {
    pub id: Uuid,
    pub account_id: Uuid,
    pub change: String,
    pub office_id: Option<Uuid>,
    pub role: Option<String>,
    pub from_at: Option<i64>,
    pub until_at: Option<i64>,
    pub state: String,
    pub proposed_by: Uuid,
    pub proposed_at: i64,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<i64>,
}

/// Who stands in for whom, from when until when.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct DeputyRow {
    pub id: Uuid,
    pub for_id: Uuid,
    pub deputy_id: Uuid,
    pub from_at: i64,
    pub until_at: i64,
    pub made_by: Uuid,
    pub made_at: i64,
    pub ended_at: Option<i64>,
    pub ended_by: Option<Uuid>,
}

/// What decides about a viewer beside their roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Accounts for which they stand in.
    pub stands_in_for: Vec<Uuid>,
    /// Cases from which they are kept away.
    pub excluded: Vec<Uuid>,
    /// Cases that they opened in an emergency.
    pub opened: Vec<Uuid>,
}

/// Makes an office.
pub fn add_office(row: &OfficeRow) -> Side {
    Side::must(
        ADD_OFFICE,
        vec![
            row.id.into(),
            row.parent_id.into(),
            (&row.code).into(),
            (&row.name_zh).into(),
            (&row.name_en).into(),
            row.level.into(),
            (&row.kind).into(),
        ],
    )
}

/// Accounts that hold, held or will hold a role at an office; with none, those that never had a role.
///
/// # Errors
/// What the database says.
pub async fn accounts_at(db: &Db, office: Option<Uuid>) -> Result<Vec<AccountRow>, StoreError> {
    Ok(match office {
        Some(office) => on!(db, |pool| sqlx::query_as(AT_OFFICE).bind(office).fetch_all(pool).await)?,
        None => on!(db, |pool| sqlx::query_as(WITHOUT_ROLE).fetch_all(pool).await)?,
    })
}

/// Who works at which office, or did, or will: account and office.
///
/// # Errors
/// What the database says.
pub async fn works_at(db: &Db) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(WORKS_AT).fetch_all(pool).await)?)
}

/// Active accounts that hold a role at a moment, with the office at which they do.
///
/// # Errors
/// What the database says.
pub async fn holders(db: &Db, role: &str, now: i64) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(HOLDERS).bind(role).bind(now).fetch_all(pool).await)?)
}

/// Makes an account.
pub fn add_account(row: &AccountRow) -> Side {
    let name = row.sealed_name.as_slice();
    Side::must(
        ADD_ACCOUNT,
        vec![
            row.id.into(),
            (&row.login).into(),
            name.into(),
            row.state.as_str().into(),
            row.created_at.into(),
        ],
    )
}

/// Grants a role.
pub fn grant_role(row: &AccountRoleRow) -> Side {
    Side::must(
        GRANT_ROLE,
        vec![
            row.account_id.into(),
            row.office_id.into(),
            (&row.role).into(),
            row.valid_from.into(),
            row.valid_until.into(),
        ],
    )
}

/// Ends a role at a moment; a conflict if it is not held then.
pub fn end_role(account: Uuid, office: Uuid, role: &str, at: i64) -> Side {
    Side::must(END_ROLE, vec![at.into(), account.into(), office.into(), role.into()])
}

/// Moves an account from one state to another; a conflict if it is not in the first.
pub fn set_account_state(account: Uuid, from: &str, to: &str) -> Side {
    Side::must(SET_STATE, vec![to.into(), account.into(), from.into()])
}

/// Ends all sessions of an account: whoever has other rights now signs in anew.
pub fn end_sessions(account: Uuid) -> Side {
    Side::may(END_SESSIONS, vec![account.into()])
}

/// Proposes a change of roles.
pub fn propose_role_change(row: &RoleChangeRow) -> Side {
    Side::must(
        PROPOSE,
        vec![
            row.id.into(),
            row.account_id.into(),
            (&row.change).into(),
            row.office_id.into(),
            row.role.as_ref().into(),
            row.from_at.into(),
            row.until_at.into(),
            row.proposed_by.into(),
            row.proposed_at.into(),
        ],
    )
}

/// Decides on a proposed change; a conflict if somebody did already.
pub fn decide_role_change(id: Uuid, state: &str, by: Uuid, at: i64) -> Side {
    Side::must(DECIDE, vec![state.into(), by.into(), at.into(), id.into()])
}

/// A change of roles.
///
/// # Errors
/// What the database says.
pub async fn role_change(db: &Db, id: Uuid) -> Result<Option<RoleChangeRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(ROLE_CHANGE).bind(id).fetch_optional(pool).await)?)
}

/// Changes of roles that wait for a decision, oldest first.
///
/// # Errors
/// What the database says.
pub async fn open_role_changes(db: &Db, limit: i64) -> Result<Vec<RoleChangeRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(OPEN_CHANGES).bind(limit).fetch_all(pool).await)?)
}

/// All changes of somebody's roles, oldest first.
///
/// # Errors
/// What the database says.
pub async fn role_changes_of(db: &Db, account: Uuid) -> Result<Vec<RoleChangeRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(CHANGES_OF).bind(account).fetch_all(pool).await)?)
}

/// Says who stands in for whom.
pub fn add_deputy(row: &DeputyRow) -> Side {
    Side::must(
        ADD_DEPUTY,
        vec![
            row.id.into(),
            row.for_id.into(),
            row.deputy_id.into(),
            row.from_at.into(),
            row.until_at.into(),
            row.made_by.into(),
            row.made_at.into(),
        ],
    )
}

/// Ends that somebody stands in; a conflict if it has ended.
pub fn end_deputy(id: Uuid, by: Uuid, at: i64) -> Side {
    Side::must(END_DEPUTY, vec![at.into(), by.into(), id.into()])
}

/// Who stands in for whom.
///
/// # Errors
/// What the database says.
pub async fn deputy(db: &Db, id: Uuid) -> Result<Option<DeputyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(DEPUTY).bind(id).fetch_optional(pool).await)?)
}

/// Who stands, stood or will stand in for somebody.
///
/// # Errors
/// What the database says.
pub async fn deputies_for(db: &Db, account: Uuid) -> Result<Vec<DeputyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(DEPUTIES_FOR).bind(account).fetch_all(pool).await)?)
}

/// What decides about an account at a moment beside its roles.
///
/// # Errors
/// What the database says.
pub async fn marks_of(db: &Db, account: Uuid, now: i64) -> Result<Marks, StoreError> {
    let rows: Vec<(String, Uuid)> =
        on!(db, |pool| sqlx::query_as(MARKS).bind(account).bind(now).fetch_all(pool).await)?;
    let mut marks = Marks::default();
    for (mark, what) in rows {
        match mark.as_str() {
            "deputy" => marks.stands_in_for.push(what),
            "excluded" => marks.excluded.push(what),
            _ => marks.opened.push(what),
        }
    }
    Ok(marks)
}
