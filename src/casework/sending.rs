//! How what is told leaves the house: what a message says, and when it is tried again. Never a name, never a word of a
//! file: a kind, identities, times, and where to look. How it is carried is for `jobs` to know.

mod targets;

pub use targets::{MailSettings, WebhookSettings, may_be_reached};

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::OnceLock;
use uuid::Uuid;

use super::accounts::ACTIVE;
use super::notices::Told;
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::law::Reason;
use crate::record::Text;
use crate::store::{self, OutboxRow, Side, StoreError, WriteSet};
use crate::vault::DomainPlace;

/// Messages tried in one go.
const BATCH: i64 = 20;
/// How long an instance has a message that it tries; then another tries it.
const TRYING: Duration = Duration::minutes(2);
/// How long what was sent is kept, so that an operator can see that it was.
const KEPT: Duration = Duration::days(14);
/// Longest e-mail address.
const LONGEST: usize = 254;

/// Waits between tries, as Standard Webhooks suggests; after the last one a message is given up.
const WAITS: [Duration; 8] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(24),
];

/// By which way something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// To a person.
    Mail,
    /// To a program.
    Webhook,
}

impl Channel {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Mail, Self::Webhook];

    /// Name as stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }
}

/// Where messages go; told once, at the start.
#[derive(Debug, Default)]
pub(super) struct Room {
    webhooks: OnceLock<Vec<String>>,
    origin: OnceLock<String>,
}

/// What a message says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) kind: String,
    pub(super) case: Option<Uuid>,
    pub(super) about: Uuid,
    pub(super) due: Option<DateTime<Utc>>,
    pub(super) at: DateTime<Utc>,
}

impl Message {
    /// As it waits to be sent.
    pub(super) fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A message that this instance is to send now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Identity: the same at every try, so that who gets it twice knows.
    pub id: Uuid,
    /// An address for mail, the name of a webhook.
    pub to: String,
    /// A line; for mail.
    pub subject: String,
    /// A text for mail, JSON for a webhook.
    pub body: String,
    /// Which try this is, from 1.
    pub attempt: i64,
}

/// Where somebody gets their notices by e-mail.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailAddress {
    /// The address.
    pub address: String,
}

impl Service {
    /// Tells where messages go: the names of the webhooks, and the address at which people find the service. Only the
    /// first one counts.
    pub fn send_to(&self, webhooks: Vec<String>, origin: &str) {
        let _ = self.outside().webhooks.set(webhooks);
        let _ = self.outside().origin.set(origin.trim_end_matches('/').to_owned());
    }

    /// The address at which people find the service, where it knows it.
    pub fn origin(&self) -> Option<&str> {
        self.outside().origin.get().map(String::as_str)
    }

    /// A message to every webhook. Its text is made now and stays the same at every try.
    pub(super) fn to_webhooks(&self, message: &Message, at: i64) -> Vec<Side> {
        let names = self.outside().webhooks.get().map(Vec::as_slice).unwrap_or_default();
        let body = json!({
            "type": message.kind,
            "timestamp": time(message.at),
            "data": {
                "case": message.case,
                "about": message.about,
                "due": message.due.map(time),
                "link": self.address_of(message.case),
            },
        });
        let body = body.to_string();
        names.iter().map(|name| store::to_webhook(self.new_id(), name, &body, at)).collect()
    }

    fn address_of(&self, case: Option<Uuid>) -> Option<String> {
        let origin = self.outside().origin.get()?;
        Some(case.map_or_else(|| format!("{origin}/"), |case| format!("{origin}/cases/{case}")))
    }

    /// Takes messages to send now; each is this instance's for two minutes.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn take_messages(&self, channel: Channel) -> Result<Vec<Outgoing>, CaseworkError> {
        let now = self.now();
        let mut taken = Vec::new();
        for row in store::outbox(self.db(), channel.as_str(), micros(now), BATCH).await? {
            let sides = vec![store::claim(&row, micros(now + TRYING))];
            match store::commit(self.db(), WriteSet { sides, ..WriteSet::default() }).await {
                Ok(()) => {}
                // Another instance was first.
                Err(StoreError::Conflict) => continue,
                Err(error) => return Err(error.into()),
            }
            match self.outgoing(channel, &row).await? {
                Some(message) => taken.push(message),
                None => self.end_message(row.id, false).await?,
            }
        }
        Ok(taken)
    }

    /// A message as it goes out; none when there is nobody to get it any more.
    async fn outgoing(&self, channel: Channel, row: &OutboxRow) -> Result<Option<Outgoing>, CaseworkError> {
        let attempt = row.attempts + 1;
        if channel == Channel::Webhook {
            let (to, body) = (row.target.clone(), row.body.clone());
            return Ok(Some(Outgoing { id: row.id, to, subject: String::new(), body, attempt }));
        }
        let Ok(account) = Uuid::try_parse(&row.target) else { return Ok(None) };
        let Some((sealed, state)) = store::contact(self.db(), account).await? else { return Ok(None) };
        let message: Message = serde_json::from_str(&row.body)
            .map_err(|_| CaseworkError::Corrupt { what: "message that waits to be sent" })?;
        if state != ACTIVE {
            return Ok(None);
        }
        let to = self.open_address(account, &sealed)?;
        let case_no = match message.case {
            Some(case) => store::find_case(self.db(), case).await?.map(|row| row.case_no),
            None => None,
        };
        let said = Told::named(&message.kind).map(Told::text).unwrap_or_default();
        let mut lines = vec![said.zh.clone(), said.en.clone(), String::new()];
        lines.extend(case_no.map(|number| format!("案号 Case: {number}")));
        lines.extend(message.due.map(|due| format!("届满 Ends: {}", time(due))));
        lines.extend(self.address_of(message.case));
        Ok(Some(Outgoing {
            id: row.id,
            to,
            subject: format!("Tutela：{} / {}", said.zh, said.en),
            body: lines.join("\r\n") + "\r\n",
            attempt,
        }))
    }

    /// A message was sent, or there is nobody to send it to.
    ///
    /// # Errors
    /// When the store cannot be written; it is sent again then.
    pub async fn end_message(&self, id: Uuid, sent: bool) -> Result<(), CaseworkError> {
        let sides = vec![store::end_sending(id, sent, micros(self.now()))];
        Ok(store::commit(self.db(), WriteSet { sides, ..WriteSet::default() }).await?)
    }

    /// A message could not be sent: it is tried again later, and given up after the last try or when it never can be.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn message_failed(&self, message: &Outgoing, for_good: bool) -> Result<(), CaseworkError> {
        let tried = usize::try_from(message.attempt).unwrap_or_default();
        let wait = tried.checked_sub(1).and_then(|place| WAITS.get(place));
        match wait {
            Some(wait) if !for_good => {
                let sides = vec![store::try_again(message.id, micros(self.now() + *wait))];
                Ok(store::commit(self.db(), WriteSet { sides, ..WriteSet::default() }).await?)
            }
            _ => self.end_message(message.id, false).await,
        }
    }

    /// How many messages wait, and for how long the oldest has.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sending_lag(&self, channel: Channel) -> Result<(i64, Duration), CaseworkError> {
        let (count, oldest) = store::outbox_waiting(self.db(), channel.as_str()).await?;
        let lag = oldest.map_or_else(Duration::zero, |oldest| self.now() - from_micros(oldest));
        Ok((count, lag.max(Duration::zero())))
    }

    /// Takes away what was sent long ago.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sweep_messages(&self) -> Result<(), CaseworkError> {
        let sides = vec![store::sweep_outbox(micros(self.now() - KEPT))];
        Ok(store::commit(self.db(), WriteSet { sides, ..WriteSet::default() }).await?)
    }

    /// Where this person gets their notices by e-mail.
    ///
    /// # Errors
    /// `NotFound` when they get none.
    pub async fn mail_address(&self, caller: &Caller) -> Result<MailAddress, CaseworkError> {
        let account = caller.viewer.account;
        let (sealed, _) = store::contact(self.db(), account).await?.ok_or(CaseworkError::NotFound)?;
        Ok(MailAddress { address: self.open_address(account, &sealed)? })
    }

    /// This person gets their notices by e-mail from now on.
    ///
    /// # Errors
    /// `Invalid` for what is no address.
    pub async fn set_mail_address(&self, caller: &Caller, new: &MailAddress) -> Result<(), CaseworkError> {
        let address = new.address.trim();
        if !is_address(address) {
            let text = Text::new("不是电子邮件地址", "this is not an e-mail address");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/address")]));
        }
        let account = caller.viewer.account;
        let sealed = self.keys().keyring().seal_domain(&address_place(account), address.as_bytes())?;
        let note = Note::of(caller, "notice.mail", "own", self.now());
        let set = WriteSet {
            sides: vec![store::set_contact(account, &sealed, micros(self.now()))],
            leaves: vec![note.aside()?],
            ..WriteSet::default()
        };
        Ok(self.change(caller, set).await?)
    }

    /// This person gets no e-mail any more.
    ///
    /// # Errors
    /// `NotFound` when they got none.
    pub async fn drop_mail_address(&self, caller: &Caller) -> Result<(), CaseworkError> {
        let note = Note::of(caller, "notice.mail-end", "own", self.now());
        let set = WriteSet {
            sides: vec![store::drop_contact(caller.viewer.account)],
            leaves: vec![note.aside()?],
            ..WriteSet::default()
        };
        match self.change(caller, set).await {
            Err(StoreError::Conflict) => Err(CaseworkError::NotFound),
            done => Ok(done?),
        }
    }

    fn open_address(&self, account: Uuid, sealed: &[u8]) -> Result<String, CaseworkError> {
        let bytes = self.keys().keyring().open_domain(&address_place(account), sealed)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| CaseworkError::Corrupt { what: "e-mail address" })
    }
}

/// Whether something can be an address: what mail itself will say is for the mail server to know.
fn is_address(text: &str) -> bool {
    let plain = text.len() <= LONGEST && text.is_ascii() && text.chars().all(|c| c.is_ascii_graphic());
    let parts: Vec<&str> = text.split('@').collect();
    plain
        && matches!(parts.as_slice(), [local, domain] if !local.is_empty() && domain.len() > 2 && !domain.starts_with('.') && !domain.ends_with('.'))
        && !text.contains(['<', '>', '(', ')', ',', ';', '"', '\\'])
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn address_place(account: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: account, table: "contact", column: "address", kind: "text" }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn an_address_has_a_name_and_a_domain() {
        for (text, good) in [
            ("zhao.ning@hw.example", true),
            ("z+notices@mail.hw.example", true),
            ("zhao.ning", false),
            ("@hw.example", false),
            ("a@b@c.example", false),
            ("a@x\r\nBcc: b@c.example", false),
            ("赵宁 <a@hw.example>", false),
            ("a@.example", false),
        ] {
            assert_eq!(is_address(text), good, "{text}");
        }
    }
}
