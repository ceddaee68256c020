//! A signed-in person shows a factor again, as dangerous acts ask for.

use secrecy::SecretString;
use serde::Deserialize;
use webauthn_rs::prelude::PublicKeyCredential;

use super::{Service, Session};
use crate::casework::trail::Note;
use crate::casework::{Caller, CaseworkError};
use crate::store::StoreError;
use crate::store::credentials as shown;

/// What is shown.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "factor", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepUp {
    /// The password.
    Password {
        /// Password.
        #[schema(value_type = String)]
        password: SecretString,
    },
    /// A one-time code.
    Totp {
        /// Six digits.
        code: String,
    },
    /// A passkey; its options come from a `passkey_options` step of signing in.
    Passkey {
        /// Ticket of the options.
        ticket: String,
        /// The authenticator's answer, with byte strings in base64url.
        #[schema(value_type = Object)]
        credential: Box<PublicKeyCredential>,
    },
}

impl Service {
    /// Shows a factor again: for five minutes the caller counts as fresh. Gives the session's new token; the old one
    /// ends.
    ///
    /// # Errors
    /// `FactorRefused`, `TooMany`, `Busy`.
    pub async fn step_up(
        &self,
        caller: &Caller,
        session: &Session,
        step: &StepUp,
    ) -> Result<String, CaseworkError> {
        let account = caller.viewer.account;
        let attempt = self.attempt(&caller.viewer.login).await?;
        let (rule, right, used) = match step {
            StepUp::Password { password } => {
                let hash = shown::signing_in_by_id(self.db(), account).await?.and_then(|a| a.password);
                ("password", self.verify_password(password, hash).await?, Vec::new())
            }
            StepUp::Totp { code } => {
                let used = self.show_totp(account, code).await?;
                ("totp", used.is_some(), used.into_iter().collect())
            }
            StepUp::Passkey { ticket, credential } => match self.show_passkey(ticket, credential).await? {
                Ok((owner, used)) if owner.id == account => ("passkey", true, used),
                _ => ("passkey", false, Vec::new()),
            },
        };
        if !right {
            let act = if attempt.locks() { "step-up.locked" } else { "step-up.failed" };
            let mut note = Note::of(caller, act, rule, self.now());
            note.ok = false;
            self.keep_writes(Vec::new(), vec![note.aside()?]).await?;
            return Err(CaseworkError::FactorRefused);
        }
        let (token, renewed) = self.renew_session(session)?;
        let mut writes = vec![renewed, attempt.forget()];
        writes.extend(used);
        let leaf = Note::of(caller, "step-up.ok", rule, self.now()).aside()?;
        let kept = self.keep_writes(writes, vec![leaf]).await;
        self.room().sessions.forget();
        match kept {
            Err(CaseworkError::Store(StoreError::Conflict)) => Err(CaseworkError::FactorRefused),
            other => other.map(|()| token),
        }
    }

    /// Whether the caller showed a factor lately.
    ///
    /// # Errors
    /// `StepUp` when not.
    pub fn require_fresh(caller: &Caller) -> Result<(), CaseworkError> {
        if caller.viewer.assurance.fresh { Ok(()) } else { Err(CaseworkError::StepUp) }
    }
}
