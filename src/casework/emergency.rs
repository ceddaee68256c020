//! Break-glass: a case is opened in an emergency, for reading only, by somebody who answers for its office. Everybody who
//! has to know is told at once, and somebody else reviews it.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cipher;
use super::exclusions::check_reason;
use super::notices::Told;
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::work::Kind;
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::Reason;
use crate::law::lateness::is_over;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, EmergencyRow, StoreError, WorkRow, WriteSet};
use crate::vault::{Class, DomainPlace, Place as Sealed};

/// Characters that a reason has at least, not counting spaces.
const REASON: usize = 20;
/// Longest time for which a case is open.
const LONGEST: Duration = Duration::minutes(60);
/// Time within which it is to be reviewed.
const REVIEW: Duration = Duration::hours(72);

/// Why a case is to be opened.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEmergency {
    /// Why, in at least twenty characters.
    pub reason: String,
    /// For how many minutes, at most sixty.
    #[serde(default)]
    pub minutes: Option<u8>,
}

/// An answer to whether an emergency was one.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReview {
    /// Whether opening the case was justified.
    pub justified: bool,
    /// Why.
    pub reason: String,
}

/// An emergency as shown to those who review it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct EmergencyView {
    /// Identity.
    pub id: Uuid,
    /// The case.
    pub case: Uuid,
    /// Who opened it.
    pub account: Uuid,
    /// Why; none where the case was sealed since.
    pub reason: Option<String>,
    /// When.
    pub opened_at: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// When it is to be reviewed.
    pub review_due: DateTime<Utc>,
    /// That time has passed and nobody has.
    pub review_overdue: bool,
    /// Whether it was justified.
    pub justified: Option<bool>,
    /// Who reviewed it.
    pub reviewed_by: Option<Uuid>,
    /// When.
    pub reviewed_at: Option<DateTime<Utc>>,
}

impl Service {
    /// Opens a case for reading for at most an hour. Supervisors of the office and above and whoever leads the case (its
    /// chiefs, if nobody does) are told in the same change.
    ///
    /// # Errors
    /// `NotFound` to everybody but a chief or supervisor of the office or above, and for a sealed case; `Denied`
    /// without a factor shown a moment ago; `Invalid` without a reason, and while an emergency that they declared earlier
    /// should have been reviewed and was not.
    pub async fn break_glass(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewEmergency,
    ) -> Result<EmergencyView, CaseworkError> {
        let loaded = self.load(caller, case, Action::BreakGlass).await?;
        check_reason(&new.reason, REASON)?;
        let lasts = new.minutes.map_or(LONGEST, |minutes| Duration::minutes(minutes.into()).min(LONGEST));
        let (id, now, office) = (self.new_id(), self.now(), loaded.row.office_id);
        if store::left_unreviewed(self.db(), caller.viewer.account, micros(now)).await? {
            let text = Text::new(
                "您此前的紧急查看逾期仍未复核，复核之前不能再次紧急查看，请联系监督人员",
                "the review of an emergency that you declared earlier is overdue; until a supervisor reviews it you declare no other",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("EMERGENCY_NOT_REVIEWED", text)]));
        }
        let row = EmergencyRow {
            id,
            case_id: case,
            office_id: office,
            account_id: caller.viewer.account,
            reason: cipher::seal(self.keys(), &place(case, id), &new.reason).await?,
            opened_at: micros(now),
            until_at: micros(now + lasts),
            review_due: micros(now + REVIEW),
            review: None,
            justified: None,
            reviewed_by: None,
            reviewed_at: None,
        };
        let mut people = self.holders(StaffRole::Supervisor, office, true).await?;
        match loaded.row.lead_id {
            Some(lead) => people.push(lead),
            None => people.extend(self.holders(StaffRole::Chief, office, false).await?),
        }
        let mut sides = vec![store::break_glass(&row)];
        sides.extend(self.tell(people, Told::Emergency, Some(case), id));
        let note = Note::under(caller, "case.break-glass", &loaded.permit, now);
        let leaves = vec![Note { case: Some(case), ..note }.aside()?];
        let review = Kind::Review.about(id, case, office, row.opened_at, Some(row.review_due));
        let writes = vec![store::put_work(&WorkRow { not_id: Some(row.account_id), ..review })];
        self.change(caller, WriteSet { sides, writes, leaves, ..WriteSet::default() }).await?;
        self.access_changed();
        Ok(self.emergency_view(&row, Some(new.reason.clone())))
    }

    /// Whether somebody may open a case in an emergency, asked before they write down why.
    ///
    /// # Errors
    /// As [`Self::break_glass`].
    pub async fn may_break_glass(&self, caller: &Caller, case: Uuid) -> Result<(), CaseworkError> {
        self.load(caller, case, Action::BreakGlass).await.map(drop)
    }

    /// Emergencies that nobody has reviewed yet, in the offices that this person supervises; soonest due first.
    ///
    /// # Errors
    /// `NotPermitted` for who reviews none.
    pub async fn emergencies(&self, caller: &Caller) -> Result<Vec<EmergencyView>, CaseworkError> {
        let offices = self.offices_for(caller, Action::ReviewEmergency);
        if offices.is_empty() {
            return Err(self.deny(caller, "emergency.denied", "no-role").await?);
        }
        let mut views = Vec::new();
        for office in offices {
            for row in store::unreviewed(self.db(), office).await? {
                let reason = self.reason_of(&row).await?;
                views.push(self.emergency_view(&row, reason));
            }
        }
        views.sort_by_key(|view| view.review_due);
        self.write_aside(Note::of(caller, "emergency.list", "review-emergency", self.now())).await?;
        Ok(views)
    }

    /// Answers whether an emergency was one: a supervisor of the office or above who is not its subject.
    ///
    /// # Errors
    /// `NotFound`, `NotPermitted` for its subject, `Invalid` without a reason, `Conflict` when it is answered.
    pub async fn review_emergency(
        &self,
        caller: &Caller,
        id: Uuid,
        review: &NewReview,
    ) -> Result<EmergencyView, CaseworkError> {
        let row = store::emergency(self.db(), id).await?.ok_or(CaseworkError::NotFound)?;
        let denied = "emergency.denied";
        let permit = match self.may_at(caller, Action::ReviewEmergency, row.office_id, denied).await {
            // Whether there is one is known to those who review it.
            Err(CaseworkError::Denied(_)) => return Err(CaseworkError::NotFound),
            permit => permit?,
        };
        if row.account_id == caller.viewer.account {
            return Err(self.deny(caller, denied, "not-oneself").await?);
        }
        check_reason(&review.reason, 1)?;
        let (case, at) = (row.case_id, self.now());
        let row = EmergencyRow {
            // About whoever opened it, not about the child; and still possible when the case was sealed meanwhile.
            review: Some(self.keys().keyring().seal_domain(&review_place(id), review.reason.as_bytes())?),
            justified: Some(i64::from(review.justified)),
            reviewed_by: Some(caller.viewer.account),
            reviewed_at: Some(micros(at)),
            ..row
        };
        let note = Note::under(caller, "emergency.review", &permit, at).with("subject", row.account_id);
        let leaves = vec![Note { case: Some(case), ..note }.aside()?];
        let sides = vec![store::review_emergency(&row)];
        let writes = vec![store::close_work(case, id)];
        match self.change(caller, WriteSet { sides, writes, leaves, ..WriteSet::default() }).await {
            Ok(()) => Ok(self.emergency_view(&row, None)),
            Err(StoreError::Conflict) => Err(CaseworkError::Conflict { current: 0 }),
            Err(error) => Err(error.into()),
        }
    }

    /// The reason of an emergency, unless the case was sealed since.
    async fn reason_of(&self, row: &EmergencyRow) -> Result<Option<String>, CaseworkError> {
        let case = store::find_case(self.db(), row.case_id).await?;
        if case.is_none_or(|case| case.sealed != 0) {
            return Ok(None);
        }
        let place = place(row.case_id, row.id);
        Ok(Some(cipher::open(self.keys(), &place, &row.reason).await?))
    }

    fn emergency_view(&self, row: &EmergencyRow, reason: Option<String>) -> EmergencyView {
        EmergencyView {
            id: row.id,
            case: row.case_id,
            account: row.account_id,
            reason,
            opened_at: from_micros(row.opened_at),
            until: from_micros(row.until_at),
            review_due: from_micros(row.review_due),
            review_overdue: row.reviewed_at.is_none() && is_over(row.review_due, micros(self.now())),
            justified: row.justified.map(|justified| justified != 0),
            reviewed_by: row.reviewed_by,
            reviewed_at: row.reviewed_at.map(from_micros),
        }
    }
}

fn place(case: Uuid, row: Uuid) -> Sealed<'static> {
    Sealed { class: Class::Legal, case, row, table: "emergency", column: "reason", kind: "json" }
}

fn review_place(row: Uuid) -> DomainPlace<'static> {
    DomainPlace { row, table: "emergency", column: "review", kind: "text" }
}
