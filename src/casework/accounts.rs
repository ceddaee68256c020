//! Who works here: offices, accounts, roles and bearer tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::signin::tokens::Scope;
use super::time::{from_micros, micros};
use super::trail::Note;
use super::{CaseworkError, Service};
use crate::access::{Assurance, Grant, Office, OfficeKind, OfficeTree, Viewer};
use crate::law::Reason;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, AccountRoleRow, AccountRow, Db, OfficeRow, StoreError, TokenRow};
use crate::vault::DomainPlace;

/// Every bearer token begins with this, so that one found in a log or a repository is recognised.
pub const TOKEN_PREFIX: &str = "ttl_";
/// State of an account that may be used.
pub(super) const ACTIVE: &str = "active";
/// State of an account that may not be used for now.
pub(super) const SUSPENDED: &str = "suspended";
/// State of an account that will not be used again.
pub(super) const CLOSED: &str = "closed";
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
    /// `active`, `suspended` or `closed`.
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
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, if an end is known.
    pub until: Option<DateTime<Utc>>,
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
    /// What it is.
    pub kind: OfficeKind,
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
                kind: OfficeKind::from_name(&row.kind).unwrap_or(OfficeKind::District),
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
        kind: OfficeKind,
        name: Text,
        parent: Option<&str>,
    ) -> Result<Uuid, CaseworkError> {
        let row = self.office_row(code, kind, name, parent)?;
        store::insert_office(self.db(), &row).await.map_err(|error| taken(error, "office code"))?;
        self.reload_offices().await?;
        self.note_service("office.create").await?;
        Ok(row.id)
    }

    /// A new office, held to its form.
    pub(super) fn office_row(
        &self,
        code: &str,
        kind: OfficeKind,
        name: Text,
        parent: Option<&str>,
    ) -> Result<OfficeRow, CaseworkError> {
        let code = code.trim();
        if !(1..=20).contains(&code.len()) || !code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            let text = Text::new(
                "机关代码为 1 至 20 个字母、数字或连字符",
                "an office code has 1 to 20 letters, digits or hyphens",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/code")]));
        }
        let offices = self.offices();
        let above = match parent {
            None => None,
            Some(parent) => Some(offices.by_code(parent).ok_or_else(|| unknown_office(parent))?),
        };
        if above.is_none() && kind == OfficeKind::Partner
            || above.is_some_and(|above| !kind.may_be_below(above.kind))
        {
            let text = Text::new(
                "机关应在上级机关之下，社会工作机构应在检察院之下",
                "an office stands below a higher one, and a partner organisation below a procuratorate",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/parent")]));
        }
        Ok(OfficeRow {
            id: self.new_id(),
            parent_id: above.map(|above| above.id),
            code: code.to_owned(),
            name_zh: name.zh,
            name_en: name.en,
            level: above.map_or(0, |above| depth(&offices, above.id)),
            kind: kind.as_str().to_owned(),
        })
    }

    /// Makes an account.
    ///
    /// # Errors
    /// `Taken` when the sign-in name is in use, `Invalid` for a malformed name or an unknown office.
    pub async fn add_account(&self, new: &NewAccount) -> Result<Uuid, CaseworkError> {
        let row = self.account_row(&new.login, &new.name)?;
        let mut roles = Vec::new();
        for (role, office) in &new.roles {
            let offices = self.offices();
            let office = offices.by_code(office).ok_or_else(|| unknown_office(office))?;
            check_role(*role, office)?;
            roles.push(AccountRoleRow {
                account_id: row.id,
                office_id: office.id,
                role: role_code(*role),
                valid_from: row.created_at,
                valid_until: None,
            });
        }
        store::insert_account(self.db(), &row, &roles).await.map_err(|error| taken(error, "login"))?;
        self.note_service("account.create").await?;
        Ok(row.id)
    }

    /// A new account, held to its form; nobody has a role by being new.
    pub(super) fn account_row(&self, login: &str, name: &str) -> Result<AccountRow, CaseworkError> {
        let login = login.trim().to_lowercase();
        let fits = (2..=60).contains(&login.len())
            && login.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'));
        if !fits {
            let text = Text::new(
                "登录名为 2 至 60 个字母、数字、点或连字符",
                "a sign-in name has 2 to 60 letters, digits, dots or hyphens",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/login")]));
        }
        let fits = (1..=100).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control);
        if !fits {
            let text = Text::new("姓名为 1 至 100 字", "a name has 1 to 100 characters");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/name")]));
        }
        let id = self.new_id();
        let sealed_name = self.keys().keyring().seal_domain(&name_place(id), name.trim().as_bytes())?;
        Ok(AccountRow { id, login, sealed_name, state: ACTIVE.into(), created_at: micros(self.now()) })
    }

    /// Makes a bearer token for an account. It is shown once; only its hash is kept. A `fresh` one counts as a factor
    /// shown a moment ago, as acts that ask for one again need it.
    ///
    /// # Errors
    /// When there is no such account.
    pub async fn add_token(
        &self,
        login: &str,
        label: &str,
        expires: Option<DateTime<Utc>>,
        fresh: bool,
    ) -> Result<String, CaseworkError> {
        let login = login.trim().to_lowercase();
        let Some(account) = store::account_by_login(self.db(), &login).await? else {
            return Err(CaseworkError::NotFound);
        };
        let token = new_token()?;
        let row = TokenRow {
            hash: token_hash(&token),
            account_id: account.id,
            label: label.to_owned(),
            created_at: micros(self.now()),
            expires_at: expires.map(micros),
            revoked_at: None,
            fresh: i64::from(fresh),
            scope: Scope::Write.as_str().to_owned(),
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
        Ok(self.authenticate_scoped(token).await?.map(|(viewer, _)| viewer))
    }

    /// The same, with what the token may do.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn authenticate_scoped(&self, token: &str) -> Result<Option<(Viewer, Scope)>, CaseworkError> {
        if !token.starts_with(TOKEN_PREFIX) || token.len() > 100 {
            return Ok(None);
        }
        let (now, hash) = (micros(self.now()), token_hash(token));
        if let Some(known) = self.viewers().find(&hash, now) {
            return Ok(Some(known));
        }
        Box::pin(self.look_up_token(hash, now)).await
    }

    /// What the store knows of a token at a moment, which is remembered for a while.
    async fn look_up_token(&self, hash: Vec<u8>, now: i64) -> Result<Option<(Viewer, Scope)>, CaseworkError> {
        let Some((account, roles, scope, fresh)) = store::account_by_token(self.db(), &hash, now).await?
        else {
            return Ok(None);
        };
        if account.state != ACTIVE {
            return Ok(None);
        }
        let assurance = Assurance { second_factor: true, fresh };
        let viewer = self.viewer_of(account.id, account.login, &roles, now, assurance).await?;
        let known = (viewer, Scope::read(&scope));
        self.viewers().keep(hash, now, &known);
        Ok(Some(known))
    }

    /// A viewer from an active account and its roles: those in force at a moment, in microseconds since 1970.
    pub(super) async fn viewer_of(
        &self,
        account: Uuid,
        login: String,
        roles: &[AccountRoleRow],
        now: i64,
        assurance: Assurance,
    ) -> Result<Viewer, CaseworkError> {
        let grants: Vec<Grant> = roles
            .iter()
            .filter(|role| in_force(role, now))
            .filter_map(|r| Some(Grant { role: read_role(&r.role)?, office: r.office_id }))
            .collect();
        let marks = store::marks_of(self.db(), account, now).await?;
        let queries = if grants.iter().any(|grant| grant.role == StaffRole::Records) {
            store::granted_cases(self.db(), account, now).await?
        } else {
            Vec::new()
        };
        Ok(Viewer {
            account,
            login,
            active: true,
            grants,
            assurance,
            stands_in_for: marks.stands_in_for,
            excluded: marks.excluded,
            opened: marks.opened,
            queries,
        })
    }

    /// The account with this sign-in name.
    pub(super) async fn account_named(&self, login: &str) -> Result<Option<AccountRow>, CaseworkError> {
        Ok(store::account_by_login(self.db(), &login.trim().to_lowercase()).await?)
    }

    /// Whether an account is active and holds a role now, at an office or, with none named, anywhere.
    pub(super) async fn holds(
        &self,
        account: Uuid,
        role: StaffRole,
        office: Option<Uuid>,
    ) -> Result<bool, CaseworkError> {
        let now = micros(self.now());
        let active = store::account(self.db(), account).await?.is_some_and(|a| a.state == ACTIVE);
        let roles = if active { store::roles_of(self.db(), account).await? } else { Vec::new() };
        Ok(roles.iter().any(|r| {
            read_role(&r.role) == Some(role)
                && in_force(r, now)
                && office.is_none_or(|office| office == r.office_id)
        }))
    }

    /// What decides about an account has changed: this process asks the store again before it believes a token.
    pub(super) fn access_changed(&self) {
        self.viewers().forget();
        self.room().sessions.forget();
    }

    /// The account with this sign-in name, if it has the role at this office now.
    pub(super) async fn account_with_role_at(
        &self,
        login: &str,
        role: StaffRole,
        office: Uuid,
    ) -> Result<Option<Uuid>, CaseworkError> {
        let Some(account) = self.account_named(login).await? else { return Ok(None) };
        Ok(self.holds(account.id, role, Some(office)).await?.then_some(account.id))
    }

    /// All accounts.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn accounts(&self) -> Result<Vec<AccountView>, CaseworkError> {
        let mut views = Vec::new();
        for (account, roles) in store::accounts(self.db()).await? {
            views.push(self.account_view(account, &roles)?);
        }
        Ok(views)
    }

    /// An account as shown.
    pub(super) fn account_view(
        &self,
        account: AccountRow,
        roles: &[AccountRoleRow],
    ) -> Result<AccountView, CaseworkError> {
        let offices = self.offices();
        let name = self.keys().keyring().open_domain(&name_place(account.id), &account.sealed_name)?;
        let roles = roles.iter().filter_map(|r| {
            let office = offices.find(r.office_id).map(|o| o.code.clone()).unwrap_or_default();
            Some(RoleView {
                role: read_role(&r.role)?,
                office,
                from: from_micros(r.valid_from),
                until: r.valid_until.map(from_micros),
            })
        });
        Ok(AccountView {
            id: account.id,
            name: String::from_utf8_lossy(&name).into_owned(),
            login: account.login,
            state: account.state,
            roles: roles.collect(),
        })
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
                kind: office.kind,
            })
            .collect()
    }

    /// Writes down something that the service itself or its operator did.
    pub(super) async fn note_service(&self, act: &str) -> Result<(), CaseworkError> {
        self.write_aside(self.operators_note(act)).await
    }

    /// Something that the service itself or its operator did.
    pub(super) fn operators_note<'a>(&self, act: &'a str) -> Note<'a> {
        Note {
            act,
            at: self.now(),
            actor: None,
            request: self.new_id(),
            rule: "operator",
            about: Vec::new(),
            ok: true,
            case: None,
            detail: None,
            gone: Vec::new(),
            made: Vec::new(),
        }
    }
}

/// A new bearer token.
pub(super) fn new_token() -> Result<String, CaseworkError> {
    let mut random = [0u8; TOKEN_BYTES];
    getrandom::fill(&mut random).map_err(|_| CaseworkError::Vault(crate::vault::VaultError::NoRandomness))?;
    Ok(format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(random)))
}

/// SHA-256 of a token; the token itself is never kept.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

pub(super) fn name_place(account: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: account, table: "account", column: "sealed_name", kind: "text" }
}

/// The code of a staff role.
pub fn role_code(role: StaffRole) -> String {
    serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A staff role from its code.
pub fn read_role(code: &str) -> Option<StaffRole> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
}

/// Whether a role is held at a moment.
pub(super) fn in_force(role: &AccountRoleRow, now: i64) -> bool {
    role.valid_from <= now && role.valid_until.is_none_or(|until| now < until)
}

/// At a partner organisation there are social workers and nobody else.
pub(super) fn check_role(role: StaffRole, office: &Office) -> Result<(), CaseworkError> {
    if office.kind == OfficeKind::Partner && role != StaffRole::SocialWorker {
        let text = Text::new(
            "社会工作机构只能设社会工作者",
            "at a partner organisation only social workers have a role",
        );
        return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/role")]));
    }
    Ok(())
}

fn depth(tree: &OfficeTree, office: Uuid) -> i64 {
    tree.all().iter().filter(|above| tree.within(office, above.id)).count().try_into().unwrap_or(i64::MAX)
}

pub(super) fn unknown_office(code: &str) -> CaseworkError {
    let text =
        // As much of it as a code can be long: what was sent by mistake is not said back whole.
        Text::new(format!("没有代码为 {code:.24} 的机关"), format!("there is no office with the code {code:.24}"));
    CaseworkError::Invalid(vec![Reason::engine("OFFICE_UNKNOWN", text).on("/office")])
}

pub(super) fn taken(error: StoreError, what: &'static str) -> CaseworkError {
    match error {
        StoreError::Duplicate { .. } => CaseworkError::Taken { what },
        other => other.into(),
    }
}
