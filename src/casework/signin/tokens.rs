//! API tokens that a person makes for their own programs: with a scope, for a year at most.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::casework::accounts::{new_token, token_hash};
use crate::casework::time::{from_micros, micros};
use crate::casework::trail::Note;
use crate::casework::{Caller, CaseworkError, Service};
use crate::law::Reason;
use crate::record::Text;
use crate::store::credentials as shown;
use crate::store::{StoreError, TokenRow};

/// Characters of a token's label.
const LABEL: std::ops::RangeInclusive<usize> = 1..=60;
/// Days for which a token is good.
const DAYS: std::ops::RangeInclusive<i64> = 1..=365;

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TokenScope)]
pub enum Scope {
    /// Look only.
    Read,
    /// Whatever its account may do that asks for no fresh factor.
    Write,
}

impl Scope {
    /// As the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }

    /// What is not known may look only.
    pub(in crate::casework) fn read(code: &str) -> Self {
        if code == "write" { Self::Write } else { Self::Read }
    }
}

/// A token to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiToken {
    /// What it is for: 1 to 60 characters.
    pub label: String,
    /// What it may do.
    pub scope: Scope,
    /// Days for which it is good: 1 to 365.
    pub days: i64,
}

/// A token as its owner sees it in a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ApiTokenView {
    /// Identity.
    pub id: Uuid,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends; none for one that the operator made without an end.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A new token, shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MadeApiToken {
    /// The token.
    pub token: String,
    /// As it will be listed.
    #[serde(flatten)]
    pub view: ApiTokenView,
}

impl Service {
    /// The caller's tokens that are in force.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn api_tokens(&self, caller: &Caller) -> Result<Vec<ApiTokenView>, CaseworkError> {
        let rows = shown::tokens_of(self.db(), caller.viewer.account, micros(self.now())).await?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// Makes a token for the caller's own programs.
    ///
    /// # Errors
    /// `StepUp`, `Invalid`.
    pub async fn make_api_token(
        &self,
        caller: &Caller,
        new: &NewApiToken,
    ) -> Result<MadeApiToken, CaseworkError> {
        Self::require_fresh(caller)?;
        let label = new.label.trim();
        if !LABEL.contains(&label.chars().count()) || label.chars().any(char::is_control) {
            let text = Text::new("用途为 1 至 60 个字符", "a label has 1 to 60 characters");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/label")]));
        }
        if !DAYS.contains(&new.days) {
            let text = Text::new("有效期为 1 至 365 天", "a token is good for 1 to 365 days");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/days")]));
        }
        let account = shown::signing_in_by_id(self.db(), caller.viewer.account).await?;
        let account = account.ok_or(CaseworkError::NotFound)?;
        let (token, now) = (new_token()?, self.now());
        let expires_at = micros(now + TimeDelta::days(new.days));
        let row = TokenRow {
            hash: token_hash(&token),
            account_id: account.id,
            label: label.to_owned(),
            created_at: micros(now),
            expires_at: Some(expires_at),
            revoked_at: None,
            fresh: 0,
            scope: new.scope.as_str().to_owned(),
        };
        let leaf = Note::of(caller, "token.create", new.scope.as_str(), now).aside()?;
        self.keep_own(caller, vec![shown::insert_own_token(&row, expires_at, account.epoch)], vec![leaf])
            .await?;
        Ok(MadeApiToken { token, view: view(row) })
    }

    /// Ends one of the caller's own tokens.
    ///
    /// # Errors
    /// `NotFound` when it is not theirs, or has ended.
    pub async fn end_api_token(&self, caller: &Caller, id: Uuid) -> Result<(), CaseworkError> {
        let (account, now) = (caller.viewer.account, self.now());
        let rows = shown::tokens_of(self.db(), account, micros(now)).await?;
        let row = rows.into_iter().find(|row| id_of(&row.hash) == id).ok_or(CaseworkError::NotFound)?;
        let leaf = Note::of(caller, "token.revoke", "own", now).aside()?;
        let ended = self
            .keep_own(caller, vec![shown::revoke_token(account, &row.hash, micros(now))], vec![leaf])
            .await;
        self.viewers().forget();
        match ended {
            Err(CaseworkError::Store(StoreError::Conflict)) => Err(CaseworkError::NotFound),
            other => other,
        }
    }
}

fn view(row: TokenRow) -> ApiTokenView {
    ApiTokenView {
        id: id_of(&row.hash),
        label: row.label,
        scope: Scope::read(&row.scope),
        created_at: from_micros(row.created_at),
        expires_at: row.expires_at.map(from_micros),
    }
}

/// A token's identity: the first half of its hash, from which nobody gets back to the token.
fn id_of(hash: &[u8]) -> Uuid {
    hash.first_chunk::<16>()
        .map_or_else(Uuid::nil, |half| uuid::Builder::from_custom_bytes(*half).into_uuid())
}
