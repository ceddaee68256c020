//! What a signed-in person can show, and how they change it. Every change asks for a fresh factor and ends the other
//! sessions; none may leave an account with a password alone.

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::passkeys::{NewPasskey, PasskeyOptions, PasskeyView, Registering};
use super::password::judge;
use super::{Session, totp};
use crate::casework::accounts::name_place;
use crate::casework::time::{from_micros, micros};
use crate::casework::trail::Note;
use crate::casework::{Caller, CaseworkError, Service};
use crate::law::Reason;
use crate::record::Text;
use crate::store::credentials as shown;
use crate::store::{self, StoreError, Write, sessions as kept};

/// What an account can show.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CredentialsView {
    /// When the password was set; none where there is no password.
    pub password_set_at: Option<DateTime<Utc>>,
    /// When one-time codes were enrolled; none where they are not.
    pub totp_since: Option<DateTime<Utc>>,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
    /// Passkeys.
    pub passkeys: Vec<PasskeyView>,
    /// Whether they can sign in through the identity provider.
    pub provider: bool,
}

/// A change of password.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now, if there is one.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub current: Option<SecretString>,
    /// The new one: 15 to 128 characters.
    #[schema(value_type = String)]
    pub password: SecretString,
}

/// A seed of one-time codes, before its first code is shown.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NewTotp {
    /// To be given with the first code.
    pub ticket: String,
    /// The seed, base32.
    pub secret: String,
    /// The seed as an `otpauth:` address, for a QR code.
    pub uri: String,
    /// Until when the ticket is good.
    pub until: DateTime<Utc>,
}

/// The first code of a new seed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    /// Ticket of the new seed.
    pub ticket: String,
    /// Six digits.
    pub code: String,
}

/// Recovery codes, shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecoveryCodes {
    /// The codes.
    pub codes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Reseeding {
    account: Uuid,
    seed: Vec<u8>,
}

impl Service {
    /// What the caller can show.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn credentials(&self, caller: &Caller) -> Result<CredentialsView, CaseworkError> {
        let account = caller.viewer.account;
        Ok(CredentialsView {
            password_set_at: shown::password_changed_at(self.db(), account).await?.map(from_micros),
            totp_since: shown::totp(self.db(), account).await?.map(|row| from_micros(row.created_at)),
            recovery_codes: shown::codes_left(self.db(), account).await?,
            passkeys: self.passkey_views(account).await?,
            provider: shown::is_linked(self.db(), account).await?,
        })
    }

    /// Changes the caller's password. Gives the session's new token.
    ///
    /// # Errors
    /// `StepUp`, `FactorRefused` when the password until now is another, `Invalid` for one that is not fit.
    pub async fn change_password(
        &self,
        caller: &Caller,
        session: &Session,
        change: &PasswordChange,
    ) -> Result<String, CaseworkError> {
        Self::require_fresh(caller)?;
        let account = caller.viewer.account;
        let row = store::account_by_login(self.db(), &caller.viewer.login).await?;
        let name = row.ok_or(CaseworkError::NotFound)?.sealed_name;
        let name = self.keys().keyring().open_domain(&name_place(account), &name)?;
        judge(&change.password, &[&caller.viewer.login, &String::from_utf8_lossy(&name)])?;
        let mut writes = Vec::new();
        let until_now = shown::signing_in_by_id(self.db(), account).await?.and_then(|row| row.password);
        if until_now.is_some() {
            let attempt = self.attempt(&caller.viewer.login).await?;
            let right = match &change.current {
                Some(current) => self.verify_password(current, until_now).await?,
                None => false,
            };
            if !right {
                let mut note = Note::of(caller, "credential.refused", "password", self.now());
                note.ok = false;
                self.keep_writes(Vec::new(), vec![note.aside()?]).await?;
                return Err(CaseworkError::FactorRefused);
            }
            writes.push(attempt.forget());
        }
        let hash = self.hash_password(&change.password).await?;
        writes.push(shown::set_password(account, &hash, micros(self.now())));
        self.change_credentials(caller, session, "credential.password", writes).await
    }

    /// Makes a new seed of one-time codes; it is in force once its first code is shown.
    ///
    /// # Errors
    /// `StepUp`.
    pub async fn new_totp(&self, caller: &Caller) -> Result<NewTotp, CaseworkError> {
        Self::require_fresh(caller)?;
        let seed = totp::new_seed()?;
        let state = Reseeding { account: caller.viewer.account, seed: seed.to_vec() };
        let (ticket, until, begin) = self.begin_ceremony("totp", &state)?;
        self.keep_writes(vec![begin], Vec::new()).await?;
        let (secret, uri) = totp::for_authenticator(&seed, &caller.viewer.login);
        Ok(NewTotp { ticket, secret, uri, until })
    }

    /// Puts a new seed in force. Gives the session's new token.
    ///
    /// # Errors
    /// `StepUp`, `TicketGone`, `FactorRefused` when it is not the seed's code.
    pub async fn confirm_totp(
        &self,
        caller: &Caller,
        session: &Session,
        first: &FirstCode,
    ) -> Result<String, CaseworkError> {
        Self::require_fresh(caller)?;
        let account = caller.viewer.account;
        let (state, end) = self.ceremony::<Reseeding>("totp", &first.ticket).await?;
        if state.account != account {
            return Err(CaseworkError::TicketGone);
        }
        let step = totp::step_of(&state.seed, &first.code, self.now()).ok_or(CaseworkError::FactorRefused)?;
        let sealed = self.seal_seed(account, &state.seed)?;
        let writes = vec![end, shown::set_totp(account, &sealed, step, micros(self.now()))];
        self.change_credentials(caller, session, "credential.totp", writes).await
    }

    /// Options for another passkey of the caller.
    ///
    /// # Errors
    /// `StepUp`.
    pub async fn new_passkey(&self, caller: &Caller) -> Result<PasskeyOptions, CaseworkError> {
        Self::require_fresh(caller)?;
        let account = shown::signing_in_by_id(self.db(), caller.viewer.account).await?;
        self.registration(&account.ok_or(CaseworkError::NotFound)?, None).await
    }

    /// Registers another passkey of the caller. Gives it and the session's new token.
    ///
    /// # Errors
    /// `StepUp`, `TicketGone`, `FactorRefused` when the authenticator's answer is not right, `Invalid`.
    pub async fn add_passkey(
        &self,
        caller: &Caller,
        session: &Session,
        new: &NewPasskey,
    ) -> Result<(PasskeyView, String), CaseworkError> {
        Self::require_fresh(caller)?;
        let (state, end) = self.ceremony::<Registering>("new-passkey", &new.ticket).await?;
        if state.account != caller.viewer.account || state.invitation.is_some() {
            return Err(CaseworkError::TicketGone);
        }
        let (view, keep) = self.register(&state, &new.label, &new.credential)?;
        let token = self.change_credentials(caller, session, "credential.passkey", vec![end, keep]).await?;
        Ok((view, token))
    }

    /// Takes a passkey of the caller away. Gives the session's new token.
    ///
    /// # Errors
    /// `StepUp`, `NotFound`, `Invalid` when nothing would be left to sign in with.
    pub async fn drop_passkey(
        &self,
        caller: &Caller,
        session: &Session,
        id: Uuid,
    ) -> Result<String, CaseworkError> {
        Self::require_fresh(caller)?;
        let has = self.credentials(caller).await?;
        if !has.passkeys.iter().any(|passkey| passkey.id == id) {
            return Err(CaseworkError::NotFound);
        }
        let password = has.password_set_at.is_some() && has.totp_since.is_some();
        if has.passkeys.len() == 1 && !password && !has.provider {
            return Err(last_one());
        }
        let writes = vec![shown::drop_passkey(caller.viewer.account, id)];
        self.change_credentials(caller, session, "credential.passkey-removed", writes).await
    }

    /// Takes the caller's password away, with the one-time codes and recovery codes that belong to it: from now on
    /// they sign in with a passkey or through the provider. Gives the session's new token.
    ///
    /// # Errors
    /// `StepUp`, `Invalid` when there is neither.
    pub async fn drop_password(&self, caller: &Caller, session: &Session) -> Result<String, CaseworkError> {
        Self::require_fresh(caller)?;
        let account = caller.viewer.account;
        let has = self.credentials(caller).await?;
        if has.passkeys.is_empty() && !has.provider {
            return Err(last_one());
        }
        let writes = shown::drop_password(account).into();
        self.change_credentials(caller, session, "credential.password-removed", writes).await
    }

    /// New recovery codes in place of any before.
    ///
    /// # Errors
    /// `StepUp`.
    pub async fn new_recovery_codes(&self, caller: &Caller) -> Result<RecoveryCodes, CaseworkError> {
        Self::require_fresh(caller)?;
        let (codes, writes) = self.new_codes(caller.viewer.account)?;
        let leaf = Note::of(caller, "credential.recovery-codes", "own", self.now()).aside()?;
        self.keep_own(caller, writes, vec![leaf]).await?;
        Ok(RecoveryCodes { codes })
    }

    /// Keeps a change of what can be shown: the other sessions end, this one gets another token.
    async fn change_credentials(
        &self,
        caller: &Caller,
        session: &Session,
        act: &str,
        mut writes: Vec<Write>,
    ) -> Result<String, CaseworkError> {
        let (token, renewed) = self.renew_session(session)?;
        writes.push(kept::end_other_sessions(caller.viewer.account, session.id));
        writes.push(renewed);
        let leaf = Note::of(caller, act, "own", self.now()).aside()?;
        let kept = self.keep_own(caller, writes, vec![leaf]).await;
        self.room().sessions.forget();
        match kept {
            Err(CaseworkError::Store(StoreError::Conflict | StoreError::Duplicate { .. })) => {
                Err(CaseworkError::Invalid(vec![Reason::engine(
                    "CREDENTIAL_CHANGED",
                    Text::new(
                        "登录凭据已被更改，请重试",
                        "the credentials have changed meanwhile; try again",
                    ),
                )]))
            }
            other => other.map(|()| token),
        }
    }
}

fn last_one() -> CaseworkError {
    let text = Text::new(
        "须至少保留一种登录方式：通行密钥，或口令加一次性验证码",
        "one way to sign in must stay: a passkey, or a password with one-time codes",
    );
    CaseworkError::Invalid(vec![Reason::engine("LAST_CREDENTIAL", text)])
}
