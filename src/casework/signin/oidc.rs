//! Signing in through an identity provider (OpenID Connect): authorization code with PKCE and a nonce.
//!
//! The browser is sent to the provider and comes back with a code; both steps are ours, what lies between is the
//! provider's. A person at the provider is known by issuer and subject, never by a name or an address, and only once an
//! invitation or the operator has linked them to an account. The provider must say that a second factor was shown, and
//! when.

#[cfg_attr(not(feature = "oidc"), path = "oidc/absent.rs")]
mod provider;

pub(super) use provider::Provider;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

use super::sessions::Factors;
use super::{NextStep, Stepped, Visit, hash_of};
use crate::casework::time::micros;
use crate::casework::{CaseworkError, Service};
use crate::law::Reason;
use crate::record::Text;
use crate::store::credentials as shown;
use crate::store::{StoreError, Write, sessions as kept};

/// The longest that a person may have been signed in at the provider.
const LATELY: TimeDelta = TimeDelta::minutes(5);
/// How far the provider's clock may be off.
const ASKEW: TimeDelta = TimeDelta::minutes(1);

/// An identity provider, as the operator names it.
#[derive(Clone, Debug)]
pub struct OidcSettings {
    /// Its issuer identifier: an `https` address, or `http` on this machine.
    pub issuer: String,
    /// What it calls this service.
    pub client_id: String,
    /// The secret between it and this service.
    pub client_secret: SecretString,
    /// Authentication context classes (`acr`) that stand for a second factor. Where there are none, the provider says
    /// so in `amr` (RFC 8176: `mfa`).
    pub acr: Vec<String>,
}

/// Where a browser is to go.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Away {
    /// To be given with what the provider sends back. The browser keeps it; the provider never sees it.
    pub ticket: String,
    /// The provider's address.
    pub location: String,
    /// Until when the ticket is good.
    pub until: DateTime<Utc>,
}

/// Between going and coming back.
#[derive(Serialize, Deserialize)]
pub(super) struct Going {
    /// Comes back in the address: that the browser which comes back is the one that went.
    state: String,
    /// Comes back in the provider's statement: that it was made for this sign-in.
    nonce: String,
    /// Shown when the code is used: that whoever uses it began it.
    verifier: String,
    /// Account and invitation to which the person is to be linked.
    invitation: Option<(Uuid, i64, Vec<u8>)>,
}

/// What a provider says of somebody, verified.
#[derive(Debug)]
pub(super) struct Said {
    subject: String,
    acr: Option<String>,
    amr: Vec<String>,
    auth_time: Option<DateTime<Utc>>,
}

impl Service {
    /// Whether people may sign in through an identity provider.
    pub fn trusts_a_provider(&self) -> bool {
        self.room().provider.get().is_some()
    }

    /// Tells which identity provider people may sign in through. Only the first one counts.
    ///
    /// # Errors
    /// `Invalid` for an issuer without encryption, or where this program was built without OpenID Connect.
    pub fn trust(&self, settings: OidcSettings, origin: &str) -> Result<(), CaseworkError> {
        let provider = Provider::new(settings, &format!("{origin}/sign-in/provider"))?;
        let _ = self.room().provider.set(Arc::new(provider));
        Ok(())
    }

    fn provider(&self) -> Result<Arc<Provider>, CaseworkError> {
        self.room().provider.get().cloned().ok_or(CaseworkError::NotFound)
    }

    /// Sends somebody to the provider.
    pub(super) async fn go(
        &self,
        invitation: Option<&SecretString>,
        visit: &Visit,
    ) -> Result<Stepped, CaseworkError> {
        let provider = self.provider()?;
        let invitation = match invitation {
            None => None,
            Some(token) => {
                let hash = hash_of(token.expose_secret());
                let account = shown::invited(self.db(), &hash, micros(self.now())).await?;
                let account = account.filter(|a| a.state == "active").ok_or(CaseworkError::SignInFailed)?;
                Some((account.id, account.epoch, hash))
            }
        };
        let [state, nonce, verifier] =
            [super::random_token()?, super::random_token()?, super::random_token()?];
        let location = provider.location(&state, &nonce, &verifier, LATELY).await?;
        let going = Going { state, nonce, verifier, invitation };
        let (ticket, until, begin) = self.begin_ceremony("provider", &going)?;
        self.keep_writes(vec![begin], Vec::new()).await?;
        tracing::debug!(request = %visit.request, "sent to the identity provider");
        Ok(Stepped { next: NextStep::Provider(Away { ticket, location, until }), token: None })
    }

    /// Hears what the provider says of whoever came back.
    pub(super) async fn come_back(
        &self,
        ticket: &str,
        state: &str,
        code: &str,
        issuer: Option<&str>,
        visit: &Visit,
    ) -> Result<Stepped, CaseworkError> {
        let (going, end) = self.ceremony::<Going>("provider", ticket).await?;
        let provider = self.provider()?;
        if going.state != state || issuer.is_some_and(|issuer| issuer != provider.issuer()) {
            return self.not_believed(None, "oidc-state", visit).await;
        }
        let Some(said) = provider.hear(code, &going.nonce, &going.verifier, self.now()).await? else {
            return self.not_believed(None, "oidc-statement", visit).await;
        };
        if !self.second_factor(&provider, &said) {
            return self.not_believed(None, "oidc-second-factor", visit).await;
        }
        let hash = self.identity(provider.issuer(), &said.subject);
        if let Some((account, epoch, invitation)) = going.invitation {
            let mut account = self.still(account, epoch).await?;
            let mut writes = vec![shown::use_invitation(&invitation), end];
            writes.extend(shown::drop_all(account.id));
            writes.push(shown::link_identity(&hash, account.id, micros(self.now())));
            writes.push(kept::end_everything(account.id));
            account.epoch += 1;
            let accepted = self.leaf("invitation.accept", Some(account.id), "oidc", true, visit.request)?;
            let done = self.complete(&account, Factors::Oidc, visit, writes, vec![accepted], None).await;
            self.forget_sign_ins();
            return gone_if_used(done);
        }
        let account = match shown::identity(self.db(), &hash).await? {
            Some(account) => shown::signing_in_by_id(self.db(), account).await?,
            None => None,
        };
        let Some(account) = account.filter(|account| account.state == "active") else {
            return self.not_believed(None, "oidc-unknown", visit).await;
        };
        gone_if_used(self.complete(&account, Factors::Oidc, visit, vec![end], Vec::new(), None).await)
    }

    /// Links a person at the provider to an account, instead of any linked before.
    ///
    /// # Errors
    /// `NotFound` when there is no such account or no provider; `Taken` when they are linked to another.
    pub async fn link_identity(&self, login: &str, subject: &str) -> Result<(), CaseworkError> {
        let account = shown::signing_in(self.db(), &login.trim().to_lowercase())
            .await?
            .ok_or(CaseworkError::NotFound)?;
        let hash = self.identity(self.provider()?.issuer(), subject);
        let writes = vec![
            shown::unlink_identities(account.id),
            shown::link_identity(&hash, account.id, micros(self.now())),
        ];
        let leaf = self.leaf("identity.link", None, "operator", true, self.new_id())?;
        match self.keep_writes(writes, vec![leaf]).await {
            Err(CaseworkError::Store(StoreError::Duplicate { .. })) => {
                Err(CaseworkError::Taken { what: "identity" })
            }
            other => other,
        }
    }

    fn identity(&self, issuer: &str, subject: &str) -> [u8; 32] {
        // An issuer is an address and has no NUL.
        self.keys().keyring().pepper_tag("identity", format!("{issuer}\0{subject}").as_bytes())
    }

    fn second_factor(&self, provider: &Provider, said: &Said) -> bool {
        let wanted = provider.acr();
        let shown = match &said.acr {
            Some(acr) if !wanted.is_empty() => wanted.contains(acr),
            _ => wanted.is_empty() && said.amr.iter().any(|method| method == "mfa"),
        };
        let age = said.auth_time.map(|at| self.now() - at);
        shown && age.is_some_and(|age| age <= LATELY + ASKEW && age >= -ASKEW)
    }

    async fn not_believed<T>(
        &self,
        account: Option<Uuid>,
        rule: &'static str,
        visit: &Visit,
    ) -> Result<T, CaseworkError> {
        let leaf = self.leaf("sign-in.failed", account, rule, false, visit.request)?;
        self.keep_writes(Vec::<Write>::new(), vec![leaf]).await?;
        Err(CaseworkError::SignInFailed)
    }
}

/// A ticket, an invitation or a link that somebody else used at the same moment.
fn gone_if_used(done: Result<Stepped, CaseworkError>) -> Result<Stepped, CaseworkError> {
    match done {
        Err(CaseworkError::Store(StoreError::Conflict | StoreError::Duplicate { .. })) => {
            Err(CaseworkError::TicketGone)
        }
        other => other,
    }
}

/// An issuer whose statements nobody on the way can change.
fn issuer_is_fit(issuer: &str) -> Result<url::Url, CaseworkError> {
    let here = |url: &url::Url| {
        url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
    };
    url::Url::parse(issuer).ok().filter(|url| url.scheme() == "https" || here(url)).ok_or_else(|| {
        let text = Text::new(
            "身份提供方地址应为 https，本机测试可用 http",
            "the issuer is an https address, or http on this machine",
        );
        CaseworkError::Invalid(vec![Reason::engine("ISSUER_INVALID", text).on("/oidc/issuer")])
    })
}
