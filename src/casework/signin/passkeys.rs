//! Passkeys (WebAuthn): a key in a device that the device gives out only to its owner, and only to this site.
//!
//! The device verifies its owner by itself, so that a passkey alone is two factors. The credential says whose it is: no
//! sign-in name is asked for, and there is nothing to guess.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::sessions::Factors;
use super::{NextStep, Stepped, Visit, hash_of};
use crate::casework::accounts::name_place;
use crate::casework::time::{from_micros, micros};
use crate::casework::{CaseworkError, Service};
use crate::law::Reason;
use crate::record::Text;
use crate::store::credentials::{self as shown, PasskeyRow, SigningIn};
use crate::store::{self, StoreError, Write, sessions as kept};
use crate::vault::{DomainPlace, Wiped};

/// Where browsers find the service unless told otherwise.
const ORIGIN: &str = "http://localhost:8780";
/// Characters of a passkey's label.
const LABEL: std::ops::RangeInclusive<usize> = 1..=60;

/// What a browser is to do with an authenticator.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PasskeyOptions {
    /// To be given with the authenticator's answer.
    pub ticket: String,
    /// For `navigator.credentials`, with byte strings in base64url.
    #[schema(value_type = Object)]
    pub options: Value,
    /// Until when the ticket is good.
    pub until: DateTime<Utc>,
}

/// An authenticator's answer with a new passkey.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// Ticket of the options.
    pub ticket: String,
    /// What its owner calls it: 1 to 60 characters.
    pub label: String,
    /// The answer, with byte strings in base64url.
    #[schema(value_type = Object)]
    pub credential: Box<RegisterPublicKeyCredential>,
}

/// A passkey as its owner sees it in a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PasskeyView {
    /// Identity.
    pub id: Uuid,
    /// What its owner calls it.
    pub label: String,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub used_at: Option<DateTime<Utc>>,
}

/// Between the options and a new passkey.
#[derive(Serialize, Deserialize)]
pub(super) struct Registering {
    pub(super) account: Uuid,
    pub(super) epoch: i64,
    /// Hash of the invitation that is used with it.
    pub(super) invitation: Option<Vec<u8>>,
    state: PasskeyRegistration,
}

/// The relying party that browsers know: the service at an address.
pub(super) fn relying_party(origin: &str) -> Result<Webauthn, CaseworkError> {
    let unfit = |_| {
        let text = Text::new(
            "对外地址应为 https://主机名，本机测试可用 http://localhost:端口",
            "the origin is https://HOST, or http://localhost:PORT for a try on one machine",
        );
        CaseworkError::Invalid(vec![Reason::engine("ORIGIN_INVALID", text).on("/origin")])
    };
    let url = Url::parse(origin).map_err(|_| unfit(WebauthnError::Configuration))?;
    let host = url.domain().unwrap_or_default().to_owned();
    if url.scheme() != "https" && host != "localhost" {
        return Err(unfit(WebauthnError::Configuration));
    }
    WebauthnBuilder::new(&host, &url).and_then(|builder| builder.rp_name("Tutela").build()).map_err(unfit)
}

impl Service {
    /// Tells under which address browsers find the service. Only the first one counts.
    ///
    /// # Errors
    /// `Invalid` for an address at which browsers use no passkeys.
    pub fn stand_at(&self, origin: &str) -> Result<(), CaseworkError> {
        let party = Arc::new(relying_party(origin)?);
        let _ = self.room().party.set(party);
        Ok(())
    }

    fn party(&self) -> Result<Arc<Webauthn>, CaseworkError> {
        if self.room().party.get().is_none() {
            self.stand_at(ORIGIN)?;
        }
        self.room().party.get().cloned().ok_or(CaseworkError::Corrupt { what: "origin" })
    }

    /// Asks whichever passkey there is to sign in, or to be shown again.
    pub(super) async fn passkey_options(&self) -> Result<PasskeyOptions, CaseworkError> {
        let (mut options, state) = self.party()?.start_discoverable_authentication().map_err(corrupt)?;
        // A person has asked for it: the browser shows its own dialogue.
        options.mediation = None;
        let (ticket, until, begin) = self.begin_ceremony("passkey", &state)?;
        self.keep_writes(vec![begin], Vec::new()).await?;
        Ok(PasskeyOptions { ticket, options: json(&options)?, until })
    }

    pub(super) async fn sign_in_by_passkey(
        &self,
        ticket: &str,
        credential: &PublicKeyCredential,
        visit: &Visit,
    ) -> Result<Stepped, CaseworkError> {
        let (account, writes) = match self.show_passkey(ticket, credential).await? {
            Ok(shown) => shown,
            Err(account) => {
                let leaf = self.leaf("sign-in.failed", account, "passkey", false, visit.request)?;
                self.keep_writes(Vec::new(), vec![leaf]).await?;
                return Err(CaseworkError::SignInFailed);
            }
        };
        match self.complete(&account, Factors::Passkey, visit, writes, Vec::new(), None).await {
            // The same answer came twice at the same moment.
            Err(CaseworkError::Store(StoreError::Conflict)) => Err(CaseworkError::SignInFailed),
            other => other,
        }
    }

    /// Whose passkey an authenticator's answer shows, and the statements that use the answer up; else the account
    /// whose passkey it claims to be, if there is such a one.
    pub(super) async fn show_passkey(
        &self,
        ticket: &str,
        credential: &PublicKeyCredential,
    ) -> Result<Result<(SigningIn, Vec<Write>), Option<Uuid>>, CaseworkError> {
        let (state, end) = self.ceremony::<DiscoverableAuthentication>("passkey", ticket).await?;
        let party = self.party()?;
        let Ok((handle, id)) = party.identify_discoverable_authentication(credential) else {
            return Ok(Err(None));
        };
        let Some(row) = shown::passkey(self.db(), &Sha256::digest(id)).await? else { return Ok(Err(None)) };
        let account = shown::signing_in_by_id(self.db(), row.account_id).await?;
        let Some(account) = account.filter(|a| a.state == "active" && a.id == handle) else {
            return Ok(Err(Some(row.account_id)));
        };
        let place = passkey_place(row.id, "credential");
        let opened = self.keys().keyring().open_domain(&place, &row.credential)?;
        let mut passkey: Passkey =
            serde_json::from_slice(&opened).map_err(|_| CaseworkError::Corrupt { what: "passkey" })?;
        // The counter, where the authenticator has one, must have grown: a copy of the key would show.
        let Ok(result) = party.finish_discoverable_authentication_v2(credential, state, &passkey) else {
            return Ok(Err(Some(account.id)));
        };
        if !result.user_verified() {
            return Ok(Err(Some(account.id)));
        }
        passkey.update_credential(&result);
        let sealed = self.seal_passkey(row.id, &passkey)?;
        let count = i64::from(result.counter());
        let used = shown::use_passkey(row.id, &sealed, row.sign_count, count, micros(self.now()));
        Ok(Ok((account, vec![used, end])))
    }

    /// Options for a new passkey of an account; `invitation` is used with it.
    pub(super) async fn registration(
        &self,
        account: &SigningIn,
        invitation: Option<Vec<u8>>,
    ) -> Result<PasskeyOptions, CaseworkError> {
        let row = store::account_by_login(self.db(), &account.login).await?;
        let sealed = row.ok_or(CaseworkError::SignInFailed)?.sealed_name;
        let name = self.keys().keyring().open_domain(&name_place(account.id), &sealed)?;
        let there = shown::passkeys_of(self.db(), account.id).await?;
        let there = there.iter().map(|row| Ok(self.open_passkey(row)?.cred_id().clone()));
        let there: Vec<_> = there.collect::<Result<_, CaseworkError>>()?;
        let (mut options, state) = self
            .party()?
            .start_passkey_registration(
                account.id,
                &account.login,
                &String::from_utf8_lossy(&name),
                Some(there),
            )
            .map_err(corrupt)?;
        if let Some(wanted) = &mut options.public_key.authenticator_selection {
            // It is to be found without a sign-in name.
            wanted.resident_key = Some(ResidentKeyRequirement::Required);
            wanted.require_resident_key = true;
        }
        let state = Registering { account: account.id, epoch: account.epoch, invitation, state };
        let (ticket, until, begin) = self.begin_ceremony("new-passkey", &state)?;
        self.keep_writes(vec![begin], Vec::new()).await?;
        Ok(PasskeyOptions { ticket, options: json(&options)?, until })
    }

    /// A new passkey from an authenticator's answer, and the statement that keeps it.
    pub(super) fn register(
        &self,
        registering: &Registering,
        label: &str,
        credential: &RegisterPublicKeyCredential,
    ) -> Result<(PasskeyView, Write), CaseworkError> {
        let label = label.trim();
        if !LABEL.contains(&label.chars().count()) || label.chars().any(char::is_control) {
            let text = Text::new("名称为 1 至 60 个字符", "a label has 1 to 60 characters");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/label")]));
        }
        let passkey = self
            .party()?
            .finish_passkey_registration(credential, &registering.state)
            .map_err(|_| CaseworkError::FactorRefused)?;
        let (id, now) = (self.new_id(), self.now());
        let row = PasskeyRow {
            id,
            account_id: registering.account,
            credential: self.seal_passkey(id, &passkey)?,
            label: self.keys().keyring().seal_domain(&passkey_place(id, "label"), label.as_bytes())?,
            sign_count: 0,
            created_at: micros(now),
            used_at: None,
        };
        let write = shown::insert_passkey(&row, &Sha256::digest(passkey.cred_id().as_slice()));
        Ok((PasskeyView { id, label: label.to_owned(), created_at: now, used_at: None }, write))
    }

    /// Begins a first sign-in with a passkey instead of a password.
    pub(super) async fn accept_by_passkey(&self, token: &str) -> Result<Stepped, CaseworkError> {
        let invitation = hash_of(token);
        let account = shown::invited(self.db(), &invitation, micros(self.now()))
            .await?
            .filter(|account| account.state == "active")
            .ok_or(CaseworkError::SignInFailed)?;
        let options = self.registration(&account, Some(invitation)).await?;
        Ok(Stepped { next: NextStep::EnrolPasskey(options), token: None })
    }

    /// Uses an invitation with a new passkey.
    pub(super) async fn enrol_passkey(
        &self,
        new: &NewPasskey,
        visit: &Visit,
    ) -> Result<Stepped, CaseworkError> {
        let (state, end) = self.ceremony::<Registering>("new-passkey", &new.ticket).await?;
        let invitation = state.invitation.clone().ok_or(CaseworkError::TicketGone)?;
        let mut account = self.still(state.account, state.epoch).await?;
        let registered = self.register(&state, &new.label, &new.credential);
        let (_, keep) = registered.map_err(|error| match error {
            CaseworkError::FactorRefused => CaseworkError::SignInFailed,
            other => other,
        })?;
        let mut writes = vec![shown::use_invitation(&invitation), end];
        writes.extend(shown::drop_all(account.id));
        writes.push(keep);
        writes.push(kept::end_everything(account.id));
        account.epoch += 1;
        let accepted = self.leaf("invitation.accept", Some(account.id), "passkey", true, visit.request)?;
        let done = self.complete(&account, Factors::Passkey, visit, writes, vec![accepted], None).await;
        self.forget_sign_ins();
        match done {
            Err(CaseworkError::Store(StoreError::Conflict | StoreError::Duplicate { .. })) => {
                Err(CaseworkError::TicketGone)
            }
            other => other,
        }
    }

    /// The passkeys of an account.
    pub(super) async fn passkey_views(&self, account: Uuid) -> Result<Vec<PasskeyView>, CaseworkError> {
        let keyring = self.keys().keyring();
        let rows = shown::passkeys_of(self.db(), account).await?;
        rows.into_iter()
            .map(|row| {
                let label = keyring.open_domain(&passkey_place(row.id, "label"), &row.label)?;
                Ok(PasskeyView {
                    id: row.id,
                    label: String::from_utf8_lossy(&label).into_owned(),
                    created_at: from_micros(row.created_at),
                    used_at: row.used_at.map(from_micros),
                })
            })
            .collect()
    }

    fn seal_passkey(&self, id: Uuid, passkey: &Passkey) -> Result<Vec<u8>, CaseworkError> {
        let bytes = Wiped::json(passkey).map_err(|_| CaseworkError::Corrupt { what: "passkey" })?;
        Ok(self.keys().keyring().seal_domain(&passkey_place(id, "credential"), &bytes)?)
    }

    fn open_passkey(&self, row: &PasskeyRow) -> Result<Passkey, CaseworkError> {
        let place = passkey_place(row.id, "credential");
        let opened = self.keys().keyring().open_domain(&place, &row.credential)?;
        serde_json::from_slice(&opened).map_err(|_| CaseworkError::Corrupt { what: "passkey" })
    }
}

fn json(options: &impl Serialize) -> Result<Value, CaseworkError> {
    serde_json::to_value(options).map_err(|_| CaseworkError::Corrupt { what: "passkey options" })
}

fn corrupt(_: WebauthnError) -> CaseworkError {
    CaseworkError::Corrupt { what: "passkey options" }
}

fn passkey_place(id: Uuid, column: &'static str) -> DomainPlace<'static> {
    DomainPlace { row: id, table: "passkey", column, kind: "bytes" }
}
