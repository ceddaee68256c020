//! People sign in, and show who they are.
//!
//! A sign-in goes step by step. What lies between two steps is a [`ceremony`] on the server, found by a ticket that the
//! client holds. It ends with a session, [`sessions`], whose token the browser keeps in a cookie. What can be shown:
//! a passkey ([`passkeys`]), or a [`password`] and then a one-time code ([`totp`]) or a recovery code ([`recovery`]); a
//! first sign-in begins with an invitation ([`invite`]). Or an identity provider says who it is ([`oidc`]). [`guess`] makes guessing slow by name, [`limits`] by address. [`credentials`] and
//! [`tokens`] are what a signed-in person does with their own.
//!
//! Nothing tells by text or time whether there is an account: every step does the same work for a name that nobody has.

mod ceremony;
pub mod credentials;
mod guess;
mod invite;
mod limits;
mod oidc;
pub mod passkeys;
mod password;
mod recovery;
mod sessions;
mod step_up;
pub mod tokens;
mod totp;

pub use oidc::{Away, OidcSettings};
pub use sessions::{Me, Session, SessionView};
pub use step_up::StepUp;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;
use webauthn_rs::prelude::{PublicKeyCredential, Webauthn};

use self::guess::Attempt;
use self::passkeys::{NewPasskey, PasskeyOptions};
use self::sessions::Factors;
use super::time::micros;
use super::trail::{Caller, Note};
use super::viewers::Recent;
use super::{CaseworkError, Service};
use crate::access::Viewer;
use crate::store::credentials::{self as shown, SigningIn};
use crate::store::{self, LeafDraft, Write, WriteSet, sessions as kept};
use crate::vault::VaultError;

/// What signing in needs and no other use case.
#[derive(Default)]
pub(super) struct Room {
    hashing: password::Hashing,
    limits: limits::Limits,
    pub(super) sessions: Recent<(Viewer, Session)>,
    party: OnceLock<Arc<Webauthn>>,
    provider: OnceLock<Arc<oidc::Provider>>,
}

/// One step of a sign-in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum SignIn {
    /// Sign-in name and password.
    Password {
        /// Sign-in name.
        login: String,
        /// Password.
        #[schema(value_type = String)]
        password: SecretString,
    },
    /// A one-time code, after the password.
    Totp {
        /// Ticket of the step before.
        ticket: String,
        /// Six digits.
        code: String,
    },
    /// A recovery code in place of a one-time code; it is used up.
    Recovery {
        /// Ticket of the step before.
        ticket: String,
        /// The code.
        #[schema(value_type = String)]
        code: SecretString,
    },
    /// An invitation and the password that its person chooses.
    Invitation {
        /// The invitation.
        #[schema(value_type = String)]
        token: SecretString,
        /// The new password: 15 to 128 characters.
        #[schema(value_type = String)]
        password: SecretString,
    },
    /// The first one-time code of a newly made seed.
    Enrol {
        /// Ticket of the step before.
        ticket: String,
        /// Six digits.
        code: String,
    },
    /// Ask for what an authenticator is to be asked.
    PasskeyOptions,
    /// An authenticator's answer: all that is needed.
    Passkey {
        /// Ticket of the options.
        ticket: String,
        /// The answer, with byte strings in base64url.
        #[schema(value_type = Object)]
        credential: Box<PublicKeyCredential>,
    },
    /// An invitation, by whose person a passkey is to be registered instead of a password.
    InvitationPasskey {
        /// The invitation.
        #[schema(value_type = String)]
        token: SecretString,
    },
    /// The first passkey.
    EnrolPasskey(NewPasskey),
    /// Ask where the identity provider is.
    Provider,
    /// An invitation, by whose person an account at the identity provider is to be linked.
    InvitationProvider {
        /// The invitation.
        #[schema(value_type = String)]
        token: SecretString,
    },
    /// What the identity provider sent the browser back with.
    ProviderCode {
        /// Ticket of the step before, which the browser kept.
        ticket: String,
        /// `state` of the address.
        state: String,
        /// `code` of the address.
        code: String,
        /// `iss` of the address, if there is one (RFC 9207).
        iss: Option<String>,
    },
}

/// What comes after a step.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NextStep {
    /// A second factor is to be shown.
    SecondFactor {
        /// To be given with the next step.
        ticket: String,
        /// What can be shown: `totp`, `recovery`.
        factors: Vec<&'static str>,
        /// Until when the ticket is good.
        until: DateTime<Utc>,
    },
    /// A seed is to be put into an authenticator, and its first code shown.
    EnrolTotp {
        /// To be given with the next step.
        ticket: String,
        /// The seed, base32.
        secret: String,
        /// The seed as an `otpauth:` address, for a QR code.
        uri: String,
        /// Until when the ticket is good.
        until: DateTime<Utc>,
    },
    /// An authenticator is to be asked for a passkey.
    Passkey(PasskeyOptions),
    /// An authenticator is to make a passkey.
    EnrolPasskey(PasskeyOptions),
    /// The browser is to go to the identity provider.
    Provider(Away),
    /// Signed in. The session's token is in the cookie.
    SignedIn {
        /// Who is signed in.
        me: Box<Me>,
        /// Recovery codes, shown this once; only after a first sign-in.
        #[serde(skip_serializing_if = "Option::is_none")]
        recovery_codes: Option<Vec<String>>,
    },
}

/// A step's answer, with the session's token when there is one now.
#[derive(Debug)]
pub struct Stepped {
    /// What comes next.
    pub next: NextStep,
    /// The token for the cookie.
    pub token: Option<String>,
}

/// The request through which somebody signs in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The request.
    pub request: Uuid,
    /// The browser as it calls itself.
    pub agent: String,
}

/// Between password and second factor.
#[derive(Serialize, Deserialize)]
struct Halfway {
    account: Uuid,
    epoch: i64,
}

impl Service {
    /// Does one step of a sign-in.
    ///
    /// # Errors
    /// `SignInFailed` whatever is wrong with what was shown, `TooMany` while guessing is held up, `TicketGone`, `Busy`;
    /// `Invalid` for a new password that is not fit.
    pub async fn sign_in(&self, step: SignIn, visit: &Visit) -> Result<Stepped, CaseworkError> {
        match step {
            SignIn::Password { login, password } => self.sign_in_by_password(&login, &password, visit).await,
            SignIn::Totp { ticket, code } => {
                self.sign_in_by_second(&ticket, &Second::Totp(&code), visit).await
            }
            SignIn::Recovery { ticket, code } => {
                self.sign_in_by_second(&ticket, &Second::Recovery(&code), visit).await
            }
            SignIn::PasskeyOptions => {
                Ok(Stepped { next: NextStep::Passkey(self.passkey_options().await?), token: None })
            }
            SignIn::Passkey { ticket, credential } => {
                self.sign_in_by_passkey(&ticket, &credential, visit).await
            }
            SignIn::InvitationPasskey { token } => self.accept_by_passkey(token.expose_secret()).await,
            SignIn::EnrolPasskey(new) => self.enrol_passkey(&new, visit).await,
            SignIn::Provider => self.go(None, visit).await,
            SignIn::InvitationProvider { token } => self.go(Some(&token), visit).await,
            SignIn::ProviderCode { ticket, state, code, iss } => {
                self.come_back(&ticket, &state, &code, iss.as_deref(), visit).await
            }
            SignIn::Invitation { token, password } => self.accept(&token, &password).await,
            SignIn::Enrol { ticket, code } => self.enrol(&ticket, &code, visit).await,
        }
    }

    async fn sign_in_by_password(
        &self,
        login: &str,
        password: &SecretString,
        visit: &Visit,
    ) -> Result<Stepped, CaseworkError> {
        let login = login.trim().to_lowercase();
        let attempt = self.attempt(&login).await?;
        let account = shown::signing_in(self.db(), &login).await?;
        let hash = account.as_ref().and_then(|account| account.password.clone());
        let right = self.verify_password(password, hash).await?;
        let account = match account {
            Some(account) if right && account.state == "active" => account,
            account => return self.failed(&attempt, account.map(|a| a.id), "password", visit).await,
        };
        let mut factors = Vec::new();
        if shown::totp(self.db(), account.id).await?.is_some() {
            factors.push("totp");
        }
        if shown::codes_left(self.db(), account.id).await? > 0 {
            factors.push("recovery");
        }
        if factors.is_empty() {
            return self.failed(&attempt, Some(account.id), "no-second-factor", visit).await;
        }
        let halfway = Halfway { account: account.id, epoch: account.epoch };
        let (ticket, until, begin) = self.begin_ceremony("second-factor", &halfway)?;
        self.keep_writes(vec![attempt.release(), begin], Vec::new()).await?;
        Ok(Stepped { next: NextStep::SecondFactor { ticket, factors, until }, token: None })
    }

    async fn sign_in_by_second(
        &self,
        ticket: &str,
        second: &Second<'_>,
        visit: &Visit,
    ) -> Result<Stepped, CaseworkError> {
        let (halfway, end) = self.ceremony::<Halfway>("second-factor", ticket).await?;
        let account = self.still(halfway.account, halfway.epoch).await?;
        let attempt = self.attempt(&account.login).await?;
        let Some(used) = self.show_second(account.id, second).await? else {
            return self.failed(&attempt, Some(account.id), second.name(), visit).await;
        };
        let factors = match second {
            Second::Totp(_) => Factors::PasswordTotp,
            Second::Recovery(_) => Factors::PasswordRecovery,
        };
        let writes = vec![used, end, attempt.forget()];
        match self.complete(&account, factors, visit, writes, Vec::new(), None).await {
            // Somebody used the same code at the same moment.
            Err(CaseworkError::Store(store::StoreError::Conflict)) => Err(CaseworkError::SignInFailed),
            other => other,
        }
    }

    /// The account of a ceremony, if nothing has ended it meanwhile.
    async fn still(&self, account: Uuid, epoch: i64) -> Result<SigningIn, CaseworkError> {
        shown::signing_in_by_id(self.db(), account)
            .await?
            .filter(|account| account.state == "active" && account.epoch == epoch)
            .ok_or(CaseworkError::TicketGone)
    }

    /// Whether a second factor is this account's; gives the statement that uses it up.
    async fn show_second(&self, account: Uuid, second: &Second<'_>) -> Result<Option<Write>, CaseworkError> {
        match second {
            Second::Totp(code) => self.show_totp(account, code).await,
            Second::Recovery(code) => self.show_recovery(account, code).await,
        }
    }

    /// Begins a session, keeps it together with what brought it about, and answers with its token.
    async fn complete(
        &self,
        account: &SigningIn,
        factors: Factors,
        visit: &Visit,
        mut writes: Vec<Write>,
        mut leaves: Vec<LeafDraft>,
        recovery_codes: Option<Vec<String>>,
    ) -> Result<Stepped, CaseworkError> {
        let (token, begin) = self.begin_session(account, factors, &visit.agent)?;
        writes.extend(begin);
        leaves.push(self.leaf("sign-in.ok", Some(account.id), factors.as_str(), true, visit.request)?);
        self.keep_writes(writes, leaves).await?;
        let Some((viewer, session)) = self.session(&token).await? else {
            return Err(CaseworkError::SignInFailed);
        };
        let me = Box::new(self.me(&viewer, Some(&session)).await?);
        Ok(Stepped { next: NextStep::SignedIn { me, recovery_codes }, token: Some(token) })
    }

    /// Writes down that what was shown is wrong. The guess was counted before it was looked at.
    async fn failed<T>(
        &self,
        attempt: &Attempt,
        account: Option<Uuid>,
        rule: &'static str,
        visit: &Visit,
    ) -> Result<T, CaseworkError> {
        let act = if attempt.locks() { "sign-in.locked" } else { "sign-in.failed" };
        let leaf = self.leaf(act, account, rule, false, visit.request)?;
        self.keep_writes(Vec::new(), vec![leaf]).await?;
        Err(CaseworkError::SignInFailed)
    }

    /// A leaf about signing in. Who tried and failed is unknown; the account is the one whose name was given.
    fn leaf(
        &self,
        act: &str,
        account: Option<Uuid>,
        rule: &str,
        ok: bool,
        request: Uuid,
    ) -> Result<LeafDraft, CaseworkError> {
        let at = self.now();
        let (about, gone, made) = (Vec::new(), Vec::new(), Vec::new());
        Note { act, at, actor: account, request, rule, ok, case: None, detail: None, about, gone, made }
            .aside()
    }

    async fn keep_writes(&self, writes: Vec<Write>, leaves: Vec<LeafDraft>) -> Result<(), CaseworkError> {
        Ok(store::commit(self.db(), WriteSet { writes, leaves, ..WriteSet::default() }).await?)
    }

    /// Keeps what a signed-in person changes of their own.
    async fn keep_own(
        &self,
        caller: &Caller,
        writes: Vec<Write>,
        leaves: Vec<LeafDraft>,
    ) -> Result<(), CaseworkError> {
        Ok(self.change(caller, WriteSet { writes, leaves, ..WriteSet::default() }).await?)
    }

    /// Takes away what has ended by itself.
    ///
    /// # Errors
    /// When the store cannot do it.
    pub async fn sweep_sign_ins(&self) -> Result<(), CaseworkError> {
        let now = micros(self.now());
        self.keep_writes(kept::sweep(now, now - sessions::IDLE).into(), Vec::new()).await
    }
}

/// A second factor as it was typed.
enum Second<'a> {
    Totp(&'a str),
    Recovery(&'a SecretString),
}

impl Second<'_> {
    const fn name(&self) -> &'static str {
        match self {
            Self::Totp(_) => "totp",
            Self::Recovery(_) => "recovery",
        }
    }
}

/// 256 random bits in a form that a cookie or an address can carry.
fn random_token() -> Result<String, CaseworkError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

fn random<const N: usize>() -> Result<[u8; N], CaseworkError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| CaseworkError::Vault(VaultError::NoRandomness))?;
    Ok(bytes)
}

/// What is kept of a token of 256 random bits.
fn hash_of(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
