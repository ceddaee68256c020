//! Who works here: offices, accounts, roles and bearer tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::time::micros;
use super::trail::Note;
use super::{CaseworkError, Service};
use crate::access::{Assurance, Grant, Office, OfficeTree, Viewer};
use crate::law::Reason;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, AccountRoleRow, AccountRow, Db, OfficeRow, StoreError, TokenRow};
use crate::vault::DomainPlace;

/// Every bearer token begins with this, so that one found in a log or a repository is recognised.
pub const TOKEN_PREFIX: &str = "ttl_";
/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// An account as an administrator sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    /// Identity.
    pub id: Uuid,
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// `active` or `closed`.
    pub state: String,
    /// Roles and the offices at which they are held.
    pub roles: Vec<RoleView>,
}

/// A role held.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RoleView {
    /// Role.
    pub role: StaffRole,
    /// Code of the office.
    pub office: String,
}

/// An office as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct OfficeView {
    /// Identity.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Text,
    /// Code of the office above.
    pub parent: Option<String>,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Sign-in name: 2 to 60 letters, digits, dots, hyphens.
    pub login: String,
    /// Name.
    pub name: String,
    /// Roles with the code of the office at which each is held.
    pub roles: Vec<(StaffRole, String)>,
}

pub(super) async fn read_offices(db: &Db) -> Result<OfficeTree, CaseworkError> {
    let rows = store::offices(db).await?;
    Ok(OfficeTree::new(
        rows.into_iter()
            .map(|row| Office {
                id: row.id,
                parent: row.parent_id,
                code: row.code,
                name: Text::new(row.name_zh, row.name_en),
            })
            .collect(),
    ))
}

impl Service {
    /// Makes an office below another.
    ///
    /// # Errors
    /// `Taken` when the code is in use, `Invalid` when the office above does not exist.
    pub async fn add_office(
        &self,
        code: &str,
        name: Text,
        parent: Option<&str>,
    ) -> Result<Uuid, CaseworkError> {
        let code = code.trim();
        if !(1..=20).contains(&code.len()) || !code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            let text = Text::new(
                "机关代码为 1 至 20 个字母、数字或连字符",
                "an office code has 1 to 20 letters, digits or hyphens",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/code")]));
        }
        let parent_id = match parent {
            None => None,
            Some(parent) => {
                Some(self.offices().by_code(parent).map(|o| o.id).ok_or_else(|| unknown_office(parent))?)
            }
        };
        let level = parent_id.map_or(0, |id| depth(&self.offices(), id));
        let id = self.new_id();
        let row =
            OfficeRow { id, parent_id, code: code.to_owned(), name_zh: name.zh, name_en: name.en, level };
        store::insert_office(self.db(), &row).await.map_err(|error| taken(error, "office code"))?;
        self.reload_offices().await?;
        self.note_service("office.create").await?;
        Ok(id)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// `Taken` when the sign-in name is in use, `Invalid` for a malformed name or an unknown office.
    pub async fn add_account(&self, new: &NewAccount) -> Result<Uuid, CaseworkError> {
        let login = new.login.trim().to_lowercase();
        let fits = (2..=60).contains(&login.len())
            && login.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'));
        if !fits {
            let text = Text::new(
                "登录名为 2 至 60 个字母、数字、点或连字符",
                "a sign-in name has 2 to 60 letters, digits, dots or hyphens",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/login")]));
        }
        let id = self.new_id();
        let now = micros(self.now());
        let mut roles = Vec::new();
        for (role, office) in &new.roles {
            let office_id =
                self.offices().by_code(office).map(|o| o.id).ok_or_else(|| unknown_office(office))?;
            roles.push(AccountRoleRow {
                account_id: id,
                office_id,
                role: role_code(*role),
                valid_from: now,
                valid_until: None,
            });
        }
        let sealed_name = self.keys().keyring().seal_domain(&name_place(id), new.name.as_bytes())?;
        let row = AccountRow { id, login, sealed_name, state: "active".into(), created_at: now };
        store::insert_account(self.db(), &row, &roles).await.map_err(|error| taken(error, "login"))?;
        self.note_service("account.create").await?;
        Ok(id)
    }

    /// Makes a bearer token for an account. It is shown once; only its hash is kept.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn add_token(
        &self,
        login: &str,
        label: &str,
        expires: Option<DateTime<Utc>>,
    ) -> Result<String, CaseworkError> {
        let login = login.trim().to_lowercase();
        let Some(account) = store::account_by_login(self.db(), &login).await? else {
            return Err(CaseworkError::NotFound);
        };
        let mut random = [0u8; TOKEN_BYTES];
        getrandom::fill(&mut random)
            .map_err(|_| CaseworkError::Vault(crate::vault::VaultError::NoRandomness))?;
        let token = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
        let row = TokenRow {
            hash: token_hash(&token),
            account_id: account.id,
            label: label.to_owned(),
            created_at: micros(self.now()),
            expires_at: expires.map(micros),
            revoked_at: None,
        };
        store::insert_token(self.db(), &row).await?;
        self.note_service("token.create").await?;
        Ok(token)
    }

    /// Ends all tokens of an account.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn revoke_tokens(&self, login: &str) -> Result<(), CaseworkError> {
        let Some(account) = store::account_by_login(self.db(), &login.trim().to_lowercase()).await? else {
            return Err(CaseworkError::NotFound);
        };
        store::revoke_tokens(self.db(), account.id, micros(self.now())).await?;
        self.viewers().forget();
        self.note_service("token.revoke").await
    }

    /// The account behind a bearer token; `None` for one that is unknown, expired or revoked, whichever it is. What
    /// another process revokes, ends within a second.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn authenticate(&self, token: &str) -> Result<Option<Viewer>, CaseworkError> {
        if !token.starts_with(TOKEN_PREFIX) || token.len() > 100 {
            return Ok(None);
        }
        let (now, hash) = (micros(self.now()), token_hash(token));
        if let Some(viewer) = self.viewers().find(&hash, now) {
            return Ok(Some(viewer));
        }
        let Some((account, roles)) = store::account_by_token(self.db(), &hash, now).await? else {
            return Ok(None);
        };
        if account.state != "active" {
            return Ok(None);
        }
        let grants: Vec<Grant> = roles
            .iter()
            .filter(|r| r.valid_from <= now && r.valid_until.is_none_or(|until| now < until))
            .filter_map(|r| Some(Grant { role: read_role(&r.role)?, office: r.office_id }))
            .collect();
        // A token that the operator made counts as a factor shown now.
        let assurance = Assurance { second_factor: true, fresh: true };
        let queries = if grants.iter().any(|grant| grant.role == StaffRole::Records) {
            store::granted_cases(self.db(), account.id, now).await?
        } else {
            Vec::new()
        };
        let viewer = Viewer {
            account: account.id,
            login: account.login,
            grants,
            assurance,
            queries,
            ..Viewer::default()
        };
        self.viewers().keep(hash, now, &viewer);
        Ok(Some(viewer))
    }

    /// The account with this sign-in name, if it has the role anywhere now.
    pub(super) async fn account_with_role(
        &self,
        login: &str,
        role: StaffRole,
    ) -> Result<Option<Uuid>, CaseworkError> {
        let Some(account) = store::account_by_login(self.db(), &login.trim().to_lowercase()).await? else {
            return Ok(None);
        };
        let now = micros(self.now());
        let roles = store::roles_of(self.db(), account.id).await?;
        let has = roles.iter().any(|r| {
            read_role(&r.role) == Some(role)
                && r.valid_from <= now
                && r.valid_until.is_none_or(|until| now < until)
        });
        Ok((has && account.state == "active").then_some(account.id))
    }

    /// The account with this sign-in name, if it has the role at this office now.
    pub(super) async fn account_with_role_at(
        &self,
        login: &str,
        role: StaffRole,
        office: Uuid,
    ) -> Result<Option<Uuid>, CaseworkError> {
        let Some(account) = self.account_with_role(login, role).await? else { return Ok(None) };
        let now = micros(self.now());
        let there = store::roles_of(self.db(), account).await?.iter().any(|r| {
            r.office_id == office
                && read_role(&r.role) == Some(role)
                && r.valid_from <= now
                && r.valid_until.is_none_or(|until| now < until)
        });
        Ok(there.then_some(account))
    }

    /// All accounts.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn accounts(&self) -> Result<Vec<AccountView>, CaseworkError> {
        let offices = self.offices();
        let keyring = self.keys().keyring();
        let mut views = Vec::new();
        for (account, roles) in store::accounts(self.db()).await? {
            let name = keyring.open_domain(&name_place(account.id), &account.sealed_name)?;
            views.push(AccountView {
                id: account.id,
                name: String::from_utf8_lossy(&name).into_owned(),
                login: account.login,
                state: account.state,
                roles: roles
                    .iter()
                    .filter_map(|r| {
                        let office = offices.find(r.office_id).map(|o| o.code.clone()).unwrap_or_default();
                        Some(RoleView { role: read_role(&r.role)?, office })
                    })
                    .collect(),
            });
        }
        Ok(views)
    }

    /// All offices, by code.
    pub fn office_views(&self) -> Vec<OfficeView> {
        let tree = self.offices();
        tree.all()
            .into_iter()
            .map(|office| OfficeView {
                id: office.id,
                code: office.code.clone(),
                name: office.name.clone(),
                parent: office.parent.and_then(|id| tree.find(id)).map(|o| o.code.clone()),
            })
            .collect()
    }

    /// Writes down something that the service itself or its operator did.
    pub(super) async fn note_service(&self, act: &str) -> Result<(), CaseworkError> {
        self.write_aside(self.service_note(act)).await
    }

    /// What is written of it.
    pub(super) fn service_note<'a>(&self, act: &'a str) -> Note<'a> {
        Note {
            act,
            at: self.now(),
            actor: None,
            request: self.new_id(),
            rule: "operator",
            ok: true,
            case: None,
            detail: None,
            gone: Vec::new(),
            made: Vec::new(),
        }
    }
}

/// SHA-256 of a token; the token itself is never kept.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn name_place(account: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: account, table: "account", column: "sealed_name", kind: "text" }
}

fn role_code(role: StaffRole) -> String {
    serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A staff role from its code.
pub fn read_role(code: &str) -> Option<StaffRole> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
}

fn depth(tree: &OfficeTree, office: Uuid) -> i64 {
    tree.all().iter().filter(|above| tree.within(office, above.id)).count().try_into().unwrap_or(i64::MAX)
}

pub(super) fn unknown_office(code: &str) -> CaseworkError {
    let text =
        Text::new(format!("没有代码为 {code} 的机关"), format!("there is no office with the code {code}"));
    CaseworkError::Invalid(vec![Reason::engine("OFFICE_UNKNOWN", text).on("/office")])
}

fn taken(error: StoreError, what: &'static str) -> CaseworkError {
    match error {
        StoreError::Duplicate { .. } => CaseworkError::Taken { what },
        other => other.into(),
    }
}
