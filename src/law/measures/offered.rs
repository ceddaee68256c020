//! What can be done with a measure as it stands, and why the rest cannot: what no form can change.

use super::course::{Attendance, Course, Visit};
use super::ends::{against_its_end, has_aftercare, not_begun};
use super::judge::{At, after_event, goes_on_elsewhere, leads, not_now, nothing_asked, two_persons, wanted};
use super::says;
use crate::law::Reason;
use crate::law::floor::{Check, Demand, MeasureAct, Severity, Stage, may};
use crate::law::pack::Level;
use crate::record::Text;

/// Something that people do with a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MeasureStepKind)]
#[expect(missing_docs, reason = "each is explained at its step")]
pub enum Act {
    Decide,
    Decline,
    Start,
    Plan,
    PlanVisit,
    KeepVisit,
    CancelVisit,
    CorrectVisit,
    Breach,
    Respond,
    SchoolOrWork,
    Supervise,
    Vary,
    Suspend,
    Resume,
    AskRevocation,
    KeepOn,
    Revoke,
    Aftercare,
    Fulfil,
    Expire,
}

/// An act as it is offered.
#[derive(Clone, Debug)]
pub struct Offered {
    /// Which.
    pub act: Act,
    /// What stands against it now; warnings may be gone past with a written reason.
    pub reasons: Vec<Reason>,
    /// It has a place where the measure stands; what has none is not worth telling while there is something else.
    pub fits: bool,
}

impl Act {
    /// All of them, in the order of a measure's life.
    pub const ALL: [Self; 21] = [
        Self::Decide,
        Self::Decline,
        Self::Start,
        Self::Plan,
        Self::PlanVisit,
        Self::KeepVisit,
        Self::CancelVisit,
        Self::CorrectVisit,
        Self::Breach,
        Self::Respond,
        Self::SchoolOrWork,
        Self::Supervise,
        Self::Vary,
        Self::Suspend,
        Self::Resume,
        Self::AskRevocation,
        Self::KeepOn,
        Self::Revoke,
        Self::Aftercare,
        Self::Fulfil,
        Self::Expire,
    ];

    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decide => "decide",
            Self::Decline => "decline",
            Self::Start => "start",
            Self::Plan => "plan",
            Self::PlanVisit => "plan_visit",
            Self::KeepVisit => "keep_visit",
            Self::CancelVisit => "cancel_visit",
            Self::CorrectVisit => "correct_visit",
            Self::Breach => "breach",
            Self::Respond => "respond",
            Self::SchoolOrWork => "school_or_work",
            Self::Supervise => "supervise",
            Self::Vary => "vary",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::AskRevocation => "ask_revocation",
            Self::KeepOn => "keep_on",
            Self::Revoke => "revoke",
            Self::Aftercare => "aftercare",
            Self::Fulfil => "fulfil",
            Self::Expire => "expire",
        }
    }

    /// The act with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// Whether it is a decision; what is none is work on a measure.
    pub const fn is_decision(self) -> bool {
        matches!(
            self,
            Self::Decide
                | Self::Decline
                | Self::Vary
                | Self::Suspend
                | Self::Resume
                | Self::AskRevocation
                | Self::KeepOn
                | Self::Revoke
                | Self::Fulfil
                | Self::Expire
        )
    }

    /// What it is to the floor's machine, where the measure stands.
    const fn of_floor(self, stage: Stage) -> MeasureAct {
        match self {
            Self::Decide => MeasureAct::Decide,
            Self::Decline => MeasureAct::Decline,
            Self::Start => MeasureAct::Start,
            Self::Vary => MeasureAct::Vary,
            Self::Suspend => MeasureAct::Suspend,
            Self::Resume => MeasureAct::Resume,
            Self::AskRevocation => MeasureAct::AskRevocation,
            Self::Revoke => MeasureAct::Revoke,
            Self::Fulfil => MeasureAct::Fulfil,
            Self::Expire => MeasureAct::Expire,
            Self::PlanVisit
            | Self::KeepVisit
            | Self::CancelVisit
            | Self::CorrectVisit
            | Self::SchoolOrWork
            | Self::Aftercare
                if matches!(stage, Stage::Fulfilled | Stage::Revoked | Stage::Expired) =>
            {
                MeasureAct::FollowUp
            }
            _ => MeasureAct::Record,
        }
    }
}

/// Every act with what stands against it, as far as no form can change it.
pub fn offered(at: &At<'_>, course: &Course) -> Vec<Offered> {
    Act::ALL.into_iter().map(|act| one(at, course, act)).collect()
}

fn one(at: &At<'_>, course: &Course, act: Act) -> Offered {
    let of_floor = act.of_floor(course.stage);
    if let Some(on) = course.handed_over_on {
        return Offered { act, reasons: vec![goes_on_elsewhere(on)], fits: false };
    }
    if !may(of_floor, course.stage, leads(of_floor, course.stage)) {
        return Offered { act, reasons: vec![not_now(course.stage, of_floor)], fits: false };
    }
    let measure = at.measure;
    let (mut reasons, mut fits) = (Vec::new(), true);
    match act {
        Act::Decide => {
            if measure.two_persons && course.proposed_by == at.by {
                reasons.push(two_persons(measure));
            }
            reasons.extend(after_event(at, measure.event.as_deref(), None));
        }
        Act::Start => reasons.extend(not_begun(at, course)),
        Act::Plan | Act::Supervise | Act::Aftercare if measure.at_once => fits = false,
        Act::PlanVisit if course.stage == Stage::Suspended => {
            let text = Text::new("措施中止期间不安排见面", "no visits are planned while the measure rests");
            reasons.push(Reason::engine("MEASURE_STAGE", text));
        }
        Act::Respond if course.breaches.is_empty() => fits = false,
        Act::CancelVisit => {
            fits = course.visits.iter().any(|visit| visit.attendance.is_none() && visit.from > at.now);
        }
        Act::CorrectVisit => {
            let recorded = |visit: &Visit| {
                matches!(visit.attendance, Some(Attendance::Kept(_) | Attendance::Missed { .. }))
            };
            fits = course.visits.iter().any(recorded);
        }
        Act::AskRevocation | Act::Revoke if measure.revocation.is_none() => {
            let (zh, en) = ("此措施不能撤销", "this measure is never revoked");
            reasons.push(says::of(measure, "NOT_REVOCABLE", zh, en));
        }
        Act::AskRevocation if course.revocation.is_some() => fits = false,
        Act::KeepOn | Act::Revoke => match &course.revocation {
            None => (reasons, fits) = (vec![nothing_asked()], false),
            Some(asked) => {
                let rules = measure.revocation.as_ref();
                if asked.by == at.by && (act == Act::KeepOn || rules.is_some_and(|rules| rules.two_persons)) {
                    reasons.push(two_persons(measure));
                }
                if act == Act::Revoke {
                    let event = rules.and_then(|rules| rules.event.as_deref());
                    reasons.extend(after_event(at, event, course.decided_on));
                }
            }
        },
        Act::Fulfil | Act::Expire => {
            reasons.extend(against_its_end(at, course, of_floor));
            if !has_aftercare(at, course) {
                let demand = Demand::Right(Check::I35);
                reasons.push(says::right(demand, Severity::Warn, wanted(demand.code())));
            }
        }
        _ => {}
    }
    if !fits && reasons.is_empty() {
        reasons.push(not_now(course.stage, of_floor));
    }
    Offered { act, reasons, fits }
}

impl Offered {
    /// Whether it can be done now.
    pub fn possible(&self) -> bool {
        self.fits && self.reasons.iter().all(|reason| reason.level == Level::Warn)
    }
}
