//! Conflicts of interest: who has one with a case is kept away from it, whatever else permits.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assign::Place;
use super::cipher;
use super::proceed::Done;
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::Reason;
use crate::record::Text;
use crate::store::{self, ExclusionRow, StoreError};
use crate::vault::{Class, Place as Sealed};

/// Longest written reason, in characters.
pub(super) const LONGEST_REASON: usize = 2_000;

/// A conflict of interest.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExclusion {
    /// Sign-in name of the person; whoever asks, unless said.
    #[serde(default)]
    pub account: Option<String>,
    /// Why.
    pub reason: String,
}

/// A conflict of interest as shown to those who may record and lift one.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ExclusionView {
    /// Identity.
    pub id: Uuid,
    /// Who is kept away.
    pub account: Uuid,
    /// Why.
    pub reason: String,
    /// Who recorded it.
    pub recorded_by: Uuid,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// Who lifted it.
    pub lifted_by: Option<Uuid>,
    /// When.
    pub lifted_at: Option<DateTime<Utc>>,
}

impl Service {
    /// Keeps somebody away from a case: themselves, or another by the chief or a supervisor. Ends their assignments to
    /// it in the same change.
    ///
    /// # Errors
    /// As [`Service::proceed`]; `Invalid` for an unknown account or a missing reason; `Taken` when it is so already.
    pub async fn exclude(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewExclusion,
    ) -> Result<Done, CaseworkError> {
        let _turn = self.turn(case).await;
        let action = if new.account.is_some() { Action::Exclude } else { Action::ExcludeSelf };
        let loaded = self.load(caller, case, action).await?;
        check_reason(&new.reason, 1)?;
        let account = match &new.account {
            None => caller.viewer.account,
            Some(login) => {
                let Some(account) = self.account_named(login).await? else {
                    let text = Text::new("没有这一账号", "there is no such account");
                    let reason = Reason::engine("ACCOUNT_UNKNOWN", text).on("/account");
                    return Err(CaseworkError::Invalid(vec![reason]));
                };
                account.id
            }
        };
        let id = self.new_id();
        let row = ExclusionRow {
            id,
            case_id: case,
            account_id: account,
            reason: cipher::seal(self.keys(), &reason_place(case, id), &new.reason).await?,
            recorded_by: caller.viewer.account,
            recorded_at: micros(self.now()),
            lifted_by: None,
            lifted_at: None,
        };
        let ends = Place::ALL.into_iter().filter(|place| place.of(&loaded.row) == Some(account));
        let ends: Vec<_> = ends.map(|place| (place, None)).collect();
        let sides = vec![store::add_exclusion(&row)];
        let done = self.place(caller, loaded, &ends, "case.exclude", sides, None).await;
        self.access_changed();
        done.map_err(|error| match error {
            CaseworkError::Store(StoreError::Duplicate { .. }) => CaseworkError::Taken { what: "exclusion" },
            CaseworkError::Store(StoreError::Conflict) => CaseworkError::Conflict { current: 0 },
            other => other,
        })
    }

    /// Lifts what kept somebody away: a second person, neither the one who recorded it nor the one whom it concerns.
    ///
    /// # Errors
    /// As [`Self::exclude`]; `NotPermitted` for those two; `Conflict` when it is lifted.
    pub async fn lift_exclusion(
        &self,
        caller: &Caller,
        case: Uuid,
        exclusion: Uuid,
    ) -> Result<Done, CaseworkError> {
        let _turn = self.turn(case).await;
        let loaded = self.load(caller, case, Action::Exclude).await?;
        let rows = store::exclusions_of(self.db(), case).await?;
        let row = rows.into_iter().find(|row| row.id == exclusion).ok_or(CaseworkError::NotFound)?;
        let me = caller.viewer.account;
        if row.recorded_by == me || row.account_id == me {
            return Err(self.deny(caller, "case.exclusion-denied", "not-oneself").await?);
        }
        let sides = vec![store::lift_exclusion(exclusion, me, micros(self.now()))];
        let done = self.place(caller, loaded, &[], "case.exclusion-lift", sides, None).await;
        self.access_changed();
        match done {
            Err(CaseworkError::Store(StoreError::Conflict)) => Err(CaseworkError::Conflict { current: 0 }),
            done => done,
        }
    }

    /// Who is or was kept away from a case, and why; for those who may record and lift it.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn exclusions(&self, caller: &Caller, case: Uuid) -> Result<Vec<ExclusionView>, CaseworkError> {
        let loaded = self.load(caller, case, Action::Exclude).await?;
        let note = Note::under(caller, "case.exclusions", &loaded.permit, self.now());
        self.write_aside(Note { case: Some(case), ..note }).await?;
        let mut views = Vec::new();
        for row in store::exclusions_of(self.db(), case).await? {
            views.push(ExclusionView {
                id: row.id,
                account: row.account_id,
                reason: cipher::open(self.keys(), &reason_place(case, row.id), &row.reason).await?,
                recorded_by: row.recorded_by,
                recorded_at: from_micros(row.recorded_at),
                lifted_by: row.lifted_by,
                lifted_at: row.lifted_at.map(from_micros),
            });
        }
        Ok(views)
    }
}

pub(super) fn reason_place(case: Uuid, row: Uuid) -> Sealed<'static> {
    Sealed { class: Class::Legal, case, row, table: "exclusion", column: "reason", kind: "json" }
}

/// Holds a written reason to its form: at least so many characters, none of them only for show.
pub(super) fn check_reason(reason: &str, least: usize) -> Result<(), CaseworkError> {
    check_words(reason, least, "/reason")
}

/// The same of words in another field.
pub(super) fn check_words(reason: &str, least: usize, field: &str) -> Result<(), CaseworkError> {
    let said = reason.chars().filter(|c| !c.is_whitespace() && !c.is_control()).count();
    if said >= least && reason.chars().count() <= LONGEST_REASON && !reason.contains('\0') {
        return Ok(());
    }
    let text = Text::new(
        format!("理由为 {least} 至 {LONGEST_REASON} 字"),
        format!("a reason has {least} to {LONGEST_REASON} characters"),
    );
    Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on(field)]))
}
