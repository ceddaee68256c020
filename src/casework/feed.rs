//! Somebody's dates as a calendar that other programs read, at an address that is a secret. It says what kind of thing
//! falls due and the case's number, and never a name.

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Class, Component as _, Event, EventLike as _, Property};
use serde::Serialize;

use super::accounts::{ACTIVE, new_token, token_hash};
use super::time::{from_micros, legal, micros};
use super::trail::{Caller, Note};
use super::work::{Of, WorkQuery};
use super::{CaseworkError, Service};
use crate::access::Assurance;
use crate::store::{self, StoreError, WriteSet};

/// Entries of a calendar at most.
const ENTRIES: i64 = 500;
/// Time zone in which days lie, where a case's pack says none.
const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

/// The secret address of somebody's calendar; shown once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FeedAddress {
    /// Its path below the service's address.
    pub path: String,
}

/// Whether somebody has a calendar.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FeedView {
    /// Since when it has its address.
    pub made_at: DateTime<Utc>,
}

impl Service {
    /// Gives this person's calendar a secret address, in place of the one before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn make_feed(&self, caller: &Caller) -> Result<FeedAddress, CaseworkError> {
        let token = new_token()?;
        let side = store::set_feed(caller.viewer.account, &token_hash(&token), micros(self.now()));
        let note = Note::of(caller, "feed.make", "own", self.now());
        let set = WriteSet { sides: vec![side], leaves: vec![note.aside()?], ..WriteSet::default() };
        self.change(caller, set).await?;
        Ok(FeedAddress { path: format!("/calendar/{token}") })
    }

    /// Whether this person's calendar has an address.
    ///
    /// # Errors
    /// `NotFound` when it has none.
    pub async fn feed(&self, caller: &Caller) -> Result<FeedView, CaseworkError> {
        let made = store::feed_of(self.db(), caller.viewer.account).await?.ok_or(CaseworkError::NotFound)?;
        Ok(FeedView { made_at: from_micros(made) })
    }

    /// Takes the address away: whoever knows it finds nothing from now on.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn drop_feed(&self, caller: &Caller) -> Result<(), CaseworkError> {
        let note = Note::of(caller, "feed.end", "own", self.now());
        let set = WriteSet {
            sides: vec![store::drop_feed(caller.viewer.account)],
            leaves: vec![note.aside()?],
            ..WriteSet::default()
        };
        match self.change(caller, set).await {
            Err(StoreError::Conflict) => Err(CaseworkError::NotFound),
            done => Ok(done?),
        }
    }

    /// The calendar at a secret address: what its owner would see in their own worklist now, as far as it has a day.
    ///
    /// # Errors
    /// `NotFound` for an address that is none, or none any more.
    pub async fn calendar(&self, token: &str, request: uuid::Uuid) -> Result<String, CaseworkError> {
        let token = token.strip_suffix(".ics").unwrap_or(token);
        if token.len() > 100 {
            return Err(CaseworkError::NotFound);
        }
        let owner = store::feed(self.db(), &token_hash(token)).await?.ok_or(CaseworkError::NotFound)?;
        let account = store::account(self.db(), owner).await?.filter(|account| account.state == ACTIVE);
        let account = account.ok_or(CaseworkError::NotFound)?;
        let now = micros(self.now());
        let roles = store::roles_of(self.db(), owner).await?;
        // Whoever made the address had shown a second factor; the address opens nothing but this list.
        let sure = Assurance { second_factor: true, fresh: false };
        let viewer = self.viewer_of(owner, account.login, &roles, now, sure).await?;
        let caller = Caller::new(viewer, request);
        let mut calendar = Calendar::new();
        calendar.name("Tutela").append_property(Property::new("METHOD", "PUBLISH"));
        let (mut cursor, mut left) = (None, ENTRIES);
        while left > 0 {
            let query = WorkQuery { of: Of::Me, cursor, limit: Some(left.min(100)), ..WorkQuery::default() };
            let page = self.worklist(&caller, &query).await.map_err(|error| match error {
                // An owner who sees no cases any more has no calendar.
                CaseworkError::Denied(_) => CaseworkError::NotFound,
                other => other,
            })?;
            for task in &page.tasks {
                // The end of a clock is 24:00 of its last day: the day is the one before.
                let Some(due) = task.due else { continue };
                let day = (legal(ZONE, due) - chrono::TimeDelta::seconds(1)).date();
                let number = task.case_no.as_deref().unwrap_or_default();
                let words = task.kind.words();
                calendar.push(
                    Event::new()
                        .uid(&format!("{}@tutela", task.id))
                        .timestamp(self.now())
                        // Without an end it is the whole day; an end on the same day would be none.
                        .starts(day)
                        .summary(format!("{} / {} {number}", words.zh, words.en).trim_end())
                        .class(Class::Confidential)
                        .append_property(Property::new("TRANSP", "TRANSPARENT"))
                        .done(),
                );
            }
            left -= i64::try_from(page.tasks.len()).unwrap_or(left);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(calendar.to_string())
    }
}
