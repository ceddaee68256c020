//! The first sign-in: somebody was given an invitation, chooses a password and enrols one-time codes.
//!
//! An invitation begins an account's credentials anew: what could be shown before ends, and so does every session. It
//! is therefore also the way back for a person who has lost everything.

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::password::judge;
use super::sessions::Factors;
use super::{NextStep, Stepped, Visit, hash_of, random_token, totp};
use crate::casework::accounts::{ACTIVE, name_place};
use crate::casework::roles::Invitation;
use crate::casework::time::micros;
use crate::casework::{CaseworkError, Service};
use crate::store::credentials as shown;
use crate::store::{self, StoreError, Write, sessions as kept};

/// Every invitation begins with this, so that one found in a message or a log is recognised.
const INVITATION_PREFIX: &str = "tti_";
/// How long an invitation is good.
const LASTS: TimeDelta = TimeDelta::days(3);

/// Between the invitation and the first code.
#[derive(Serialize, Deserialize)]
struct Enrolling {
    account: Uuid,
    epoch: i64,
    invitation: Vec<u8>,
    password: String,
    seed: Vec<u8>,
}

impl Service {
    /// Makes an invitation to an account; earlier ones end. It is shown once; only its hash is kept.
    ///
    /// # Errors
    /// `NotFound` when there is no such account or it is closed.
    pub async fn invite(&self, login: &str) -> Result<String, CaseworkError> {
        let account = shown::signing_in(self.db(), &login.trim().to_lowercase())
            .await?
            .filter(|account| account.state == "active")
            .ok_or(CaseworkError::NotFound)?;
        let (token, writes) = self.new_invitation(account.id)?;
        let leaf = self.leaf("invitation.create", None, "operator", true, self.new_id())?;
        self.keep_writes(writes, vec![leaf]).await?;
        Ok(token.to_string())
    }

    /// An invitation to an account in use, and what keeps it.
    pub(in crate::casework) async fn invitation_to(
        &self,
        account: Uuid,
    ) -> Result<(Invitation, Vec<Write>), CaseworkError> {
        let subject = store::account(self.db(), account).await?;
        subject.filter(|subject| subject.state == ACTIVE).ok_or(CaseworkError::Conflict { current: 0 })?;
        self.new_invitation(account)
    }

    fn new_invitation(&self, account: Uuid) -> Result<(Invitation, Vec<Write>), CaseworkError> {
        let token = format!("{INVITATION_PREFIX}{}", random_token()?);
        let now = self.now();
        let writes = shown::invite(account, &hash_of(&token), micros(now), micros(now + LASTS));
        Ok((Invitation(token), writes.into()))
    }

    pub(super) async fn accept(
        &self,
        token: &SecretString,
        password: &SecretString,
    ) -> Result<Stepped, CaseworkError> {
        let invitation = hash_of(token.expose_secret());
        let account = shown::invited(self.db(), &invitation, micros(self.now()))
            .await?
            .filter(|account| account.state == "active")
            .ok_or(CaseworkError::SignInFailed)?;
        let name = store::account_by_login(self.db(), &account.login).await?;
        let name = name.ok_or(CaseworkError::SignInFailed)?.sealed_name;
        let name = self.keys().keyring().open_domain(&name_place(account.id), &name)?;
        judge(password, &[&account.login, &String::from_utf8_lossy(&name)])?;
        let seed = totp::new_seed()?;
        let state = Enrolling {
            account: account.id,
            epoch: account.epoch,
            invitation,
            password: self.hash_password(password).await?,
            seed: seed.to_vec(),
        };
        let (ticket, until, begin) = self.begin_ceremony("enrol", &state)?;
        self.keep_writes(vec![begin], Vec::new()).await?;
        let (secret, uri) = totp::for_authenticator(&seed, &account.login);
        Ok(Stepped { next: NextStep::EnrolTotp { ticket, secret, uri, until }, token: None })
    }

    pub(super) async fn enrol(
        &self,
        ticket: &str,
        code: &str,
        visit: &Visit,
    ) -> Result<Stepped, CaseworkError> {
        let (state, end) = self.ceremony::<Enrolling>("enrol", ticket).await?;
        let mut account = self.still(state.account, state.epoch).await?;
        let attempt = self.attempt(&account.login).await?;
        let Some(step) = totp::step_of(&state.seed, code, self.now()) else {
            return self.failed(&attempt, Some(account.id), "enrol", visit).await;
        };
        let now = micros(self.now());
        let sealed = self.seal_seed(account.id, &state.seed)?;
        let (codes, keep_codes) = self.new_codes(account.id)?;
        let mut writes = vec![shown::use_invitation(&state.invitation), end, attempt.forget()];
        writes.extend(shown::drop_all(account.id));
        writes.push(shown::set_password(account.id, &state.password, now));
        writes.push(shown::set_totp(account.id, &sealed, step, now));
        writes.extend(keep_codes);
        writes.push(kept::end_everything(account.id));
        account.epoch += 1;
        let accepted =
            self.leaf("invitation.accept", Some(account.id), "password-totp", true, visit.request)?;
        let done =
            self.complete(&account, Factors::PasswordTotp, visit, writes, vec![accepted], Some(codes)).await;
        self.forget_sign_ins();
        match done {
            // Somebody else used the invitation at the same moment.
            Err(CaseworkError::Store(StoreError::Conflict)) => Err(CaseworkError::TicketGone),
            other => other,
        }
    }
}
