//! A form that a person sends does what it does once, however often it arrives.
//!
//! Each form that a page shows has a key of its own. The first change that is made of it remembers the key, in its own
//! transaction; whoever sends the same again is told what came of the first.

use chrono::TimeDelta;
use uuid::Uuid;

use super::time::micros;
use super::trail::Caller;
use super::{CaseworkError, Service};
use crate::store::{self, SentRow, StoreError, Write, WriteSet};

/// Days for which a form is remembered; nobody has the page before them longer.
const REMEMBERED: i64 = 30;

/// A form as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The form's own key.
    pub key: String,
    /// SHA-256 of the address and of everything that was sent.
    pub hash: [u8; 32],
}

/// A form that was sent before and did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentBefore {
    /// The request that did it.
    pub request: Uuid,
    /// It held the same.
    pub same: bool,
    /// Where it led; none while that is not known, or when the answer was a page of its own.
    pub led_to: Option<String>,
}

impl Service {
    /// Keeps a change that somebody asked for, and with it the form by which they did, if it was one.
    // No future of its own around the store's: a change is large, and would lie in both.
    pub(super) fn change(
        &self,
        caller: &Caller,
        mut set: WriteSet,
    ) -> impl Future<Output = Result<(), StoreError>> {
        set.writes.extend(self.once(caller));
        store::commit(self.db(), set)
    }

    /// The statement that makes a change a conflict if the caller's form has done something already.
    pub(super) fn once(&self, caller: &Caller) -> Option<Write> {
        let sent = caller.sent.as_ref()?;
        Some(store::keep_sent(&SentRow {
            account_id: caller.viewer.account,
            key: sent.key.clone(),
            body_hash: sent.hash.to_vec(),
            request: caller.request,
            led_to: None,
            at: micros(self.now()),
        }))
    }

    /// What came of a form of this account, if it has done something.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sent_before(&self, account: Uuid, sent: &Sent) -> Result<Option<SentBefore>, CaseworkError> {
        let row = store::find_sent(self.db(), account, &sent.key).await?;
        Ok(row.map(|row| SentBefore {
            request: row.request,
            same: row.body_hash == sent.hash,
            led_to: row.led_to,
        }))
    }

    /// Remembers where a form led that did something.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sent_led(&self, account: Uuid, sent: &Sent, to: &str) -> Result<(), CaseworkError> {
        let writes = vec![store::sent_led(account, &sent.key, to)];
        Ok(store::commit(self.db(), WriteSet { writes, ..WriteSet::default() }).await?)
    }

    /// Forgets forms that were sent long ago.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_forms(&self) -> Result<(), CaseworkError> {
        let writes = vec![store::forget_sent(micros(self.now() - TimeDelta::days(REMEMBERED)))];
        Ok(store::commit(self.db(), WriteSet { writes, ..WriteSet::default() }).await?)
    }
}
