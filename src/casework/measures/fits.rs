//! What of a step the law cannot know: whether who is named has the right, whether a form is there and adopted, and who is
//! elsewhere at the time of a visit.

use chrono::NaiveDateTime;
use uuid::Uuid;

use super::Open;
use crate::access::{Action, Assurance, permit};
use crate::casework::proceed::Loaded;
use crate::casework::time::{instant, legal, micros};
use crate::casework::trail::Caller;
use crate::casework::{CaseworkError, Service};
use crate::law::Reason;
use crate::law::input::parse_time;
use crate::law::measures::{Clash, Measure, Step};
use crate::record::Text;
use crate::store::{self, AccountRow, VisitRow};

impl Service {
    /// The person that a step names, who must have the right to supervise this measure.
    pub(super) async fn named_in(
        &self,
        loaded: &Loaded,
        measure: &Measure,
        step: &Step,
    ) -> Result<Option<Uuid>, CaseworkError> {
        let (login, field) = match step {
            Step::Propose(proposal) => (proposal.supervisor.as_deref(), "/supervisor"),
            Step::Start(start) => (start.supervisor.as_deref(), "/supervisor"),
            Step::Supervise(step) => (Some(step.supervisor.as_str()), "/supervisor"),
            Step::PlanVisit(visit) => (visit.with.as_deref(), "/with"),
            _ => (None, ""),
        };
        let Some(login) = login else { return Ok(None) };
        let unfit = || {
            let text = Text::new(
                "没有这一账号，或其无权监督考察本案此项措施",
                "there is no such account, or it has not the right to supervise this measure",
            );
            CaseworkError::Invalid(vec![Reason::engine("SUPERVISOR_UNFIT", text).on(field)])
        };
        let account = self.account_named(login).await?.ok_or_else(unfit)?;
        let id = account.id;
        if self.may_supervise(loaded, measure, account).await? { Ok(Some(id)) } else { Err(unfit()) }
    }

    /// Whether somebody has the right to supervise a measure of a case.
    pub(super) async fn may_supervise(
        &self,
        loaded: &Loaded,
        measure: &Measure,
        account: AccountRow,
    ) -> Result<bool, CaseworkError> {
        if account.state != crate::casework::accounts::ACTIVE {
            return Ok(false);
        }
        let roles = store::roles_of(self.db(), account.id).await?;
        let assurance = Assurance { second_factor: true, fresh: false };
        let now = micros(self.now());
        let viewer = self.viewer_of(account.id, account.login, &roles, now, assurance).await?;
        let scope = crate::casework::read::scope(&loaded.row);
        let Ok(permit) = permit(&viewer, Action::SuperviseMeasure, &scope, &self.offices()) else {
            return Ok(false);
        };
        let roles = measure.supervised_by.iter().filter_map(|role| loaded.pack.roles.find(role));
        let mut staff = roles.flat_map(|role| &role.staff);
        Ok(staff.any(|staff| permit.roles().contains(staff)))
    }

    /// The forms that a step points to: of this case, and, for a plan, adopted or released.
    pub(super) async fn check_papers(&self, open: &Open, step: &Step) -> Result<(), CaseworkError> {
        let (paper, field) = match step {
            Step::Plan(plan) => (plan.assessment, "/assessment"),
            Step::KeepVisit(kept) => (kept.met.assessment, "/met/assessment"),
            Step::CorrectVisit(correction) => {
                (correction.met.as_ref().and_then(|met| met.assessment), "/met/assessment")
            }
            Step::Breach(breach) => (breach.assessment, "/assessment"),
            _ => (None, ""),
        };
        let Some(paper) = paper else { return Ok(()) };
        let found = store::assessment(self.db(), open.row.case_id, paper).await?;
        let against = match found {
            None => Some(Text::new("本案没有这一表单", "the case has no such form")),
            Some(row)
                if matches!(step, Step::Plan(_))
                    && !["adopted", "released"].contains(&row.state.as_str()) =>
            {
                Some(Text::new("方案表尚未采纳或者公开", "the plan's form is neither adopted nor released"))
            }
            Some(_) => None,
        };
        match against {
            None => Ok(()),
            Some(text) => Err(CaseworkError::Invalid(vec![Reason::engine("PAPER_UNFIT", text).on(field)])),
        }
    }

    /// Who is at another visit at the time of this one.
    pub(super) async fn clash(
        &self,
        caller: &Caller,
        open: &Open,
        step: &Step,
        named: Option<Uuid>,
    ) -> Result<Option<Clash>, CaseworkError> {
        let (from, until, with) = match step {
            Step::PlanVisit(visit) => {
                let with = named.or(open.course.supervisor).unwrap_or(caller.viewer.account);
                (&visit.from, &visit.until, with)
            }
            Step::KeepVisit(kept) => (&kept.met.from, &kept.met.until, caller.viewer.account),
            Step::CorrectVisit(correction) => {
                let place = usize::try_from(correction.visit).ok().and_then(|number| number.checked_sub(1));
                let visit = place.and_then(|place| open.course.visits.get(place));
                let (Some(met), Some(with)) = (&correction.met, visit.and_then(|visit| visit.with)) else {
                    return Ok(None);
                };
                (&met.from, &met.until, with)
            }
            Step::Supervise(_) => return self.clash_ahead(open, named).await,
            _ => return Ok(None),
        };
        let zone = open.loaded.pack.zone;
        let at = |text: &str| parse_time(text).map(|time: NaiveDateTime| micros(instant(zone, time)));
        // What is no time at all the law refuses.
        let (Some(from), Some(until)) = (at(from), at(until)) else { return Ok(None) };
        let (of_case, of_person) = store::visits_at(self.db(), open.row.case_id, with, (from, until)).await?;
        // This measure's own visits the law knows better.
        let others = |rows: Vec<VisitRow>| rows.into_iter().any(|row| row.measure_id != open.row.id);
        Ok(if others(of_case) {
            Some(Clash::Child)
        } else if others(of_person) {
            Some(Clash::Visitor)
        } else {
            None
        })
    }

    /// Whether who takes a measure over is elsewhere at the time of a visit that lies ahead.
    async fn clash_ahead(&self, open: &Open, named: Option<Uuid>) -> Result<Option<Clash>, CaseworkError> {
        let (Some(with), zone) = (named, open.loaded.pack.zone) else { return Ok(None) };
        let now = legal(zone, self.now());
        for visit in open.course.visits.iter().filter(|visit| visit.attendance.is_none() && visit.until > now)
        {
            let span = (micros(instant(zone, visit.from)), micros(instant(zone, visit.until)));
            let (_, of_person) = store::visits_at(self.db(), open.row.case_id, with, span).await?;
            if of_person.iter().any(|row| row.id != visit.id) {
                return Ok(Some(Clash::Visitor));
            }
        }
        Ok(None)
    }
}
