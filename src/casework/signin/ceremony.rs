//! What lies between two steps: kept sealed on the server for a few minutes, found by a ticket.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{hash_of, random_token};
use crate::casework::time::micros;
use crate::casework::{CaseworkError, Service};
use crate::store::{Write, sessions as kept};
use crate::vault::{DomainPlace, Wiped};

/// How long a step may take.
const LASTS: TimeDelta = TimeDelta::minutes(5);

impl Service {
    /// Begins a ceremony; gives its ticket, until when that is good, and the statement that keeps it.
    pub(super) fn begin_ceremony<T: Serialize>(
        &self,
        kind: &'static str,
        state: &T,
    ) -> Result<(String, DateTime<Utc>, Write), CaseworkError> {
        let ticket = random_token()?;
        let hash = hash_of(&ticket);
        let json = Wiped::json(state).map_err(|_| CaseworkError::Corrupt { what: "ceremony" })?;
        let sealed = self.keys().keyring().seal_domain(&place(&hash, kind), &json)?;
        let until = self.now() + LASTS;
        Ok((ticket, until, kept::begin_ceremony(&hash, kind, &sealed, micros(until))))
    }

    /// The state of a ceremony that is under way, and the statement that ends it.
    pub(super) async fn ceremony<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        ticket: &str,
    ) -> Result<(T, Write), CaseworkError> {
        let hash = hash_of(ticket);
        let sealed = kept::ceremony(self.db(), &hash, kind, micros(self.now()))
            .await?
            .ok_or(CaseworkError::TicketGone)?;
        let json = self.keys().keyring().open_domain(&place(&hash, kind), &sealed)?;
        let state = serde_json::from_slice(&json).map_err(|_| CaseworkError::Corrupt { what: "ceremony" })?;
        Ok((state, kept::end_ceremony(&hash)))
    }
}

/// A ceremony has no identity but its hash; half of it binds the sealed state to its row.
fn place(hash: &[u8], kind: &'static str) -> DomainPlace<'static> {
    let row = hash.first_chunk::<16>().map_or_else(Uuid::nil, |half| Uuid::from_bytes(*half));
    DomainPlace { row, table: "ceremony", column: "state", kind }
}
