//! Steps of a measure, as they are asked for and kept.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::Period;
use crate::law::floor::{MeasureAct, Stage};

/// A condition as it binds one child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The pack's condition.
    pub condition: String,
    /// What it asks, in words that the child understands.
    pub words: String,
    /// Why this child needs it.
    pub why: String,
    /// Hours, where it is counted in hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
}

/// A milder answer that was weighed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeasureAlternative)]
pub struct Alternative {
    /// What.
    pub what: String,
    /// Why it is not enough.
    pub why_not: String,
}

/// A measure is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeasureProposal)]
pub struct Proposal {
    /// The pack's measure.
    pub kind: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day; none for a measure that takes effect at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// Conditions.
    #[serde(default)]
    pub conditions: Vec<Bound>,
    /// Why it fits what was done and what this child needs.
    pub reasons: String,
    /// Milder answers, and why each is not enough.
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
    /// Sign-in name of who is to supervise it; may be said when it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisor: Option<String>,
    /// What the child said to it, if they were heard before it was proposed. It counts for the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_heard: Option<Heard>,
    /// The child agrees freely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_agrees: Option<bool>,
    /// A guardian agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian_agrees: Option<bool>,
}

/// Why, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    /// Why.
    pub reasons: String,
}

/// The child was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// On which day.
    pub on: NaiveDate,
    /// What they said, in their own words.
    pub words: String,
}

/// A measure is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// Why.
    pub reasons: String,
    /// What the child said to it.
    pub child_heard: Option<Heard>,
    /// The child agrees freely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_agrees: Option<bool>,
    /// A guardian agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian_agrees: Option<bool>,
    /// The child was told how to challenge it.
    #[serde(default)]
    pub review_told: bool,
    /// Milder answers weighed beside those of the proposal.
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
}

/// Its term or conditions change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTerms {
    /// Last day from now on; as before unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// All conditions from now on; as before unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Vec<Bound>>,
    /// Why.
    pub reasons: String,
    /// What the child said to it.
    pub child_heard: Option<Heard>,
    /// The child agrees freely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_agrees: Option<bool>,
    /// A guardian agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian_agrees: Option<bool>,
    /// The child was told how to challenge it.
    #[serde(default)]
    pub review_told: bool,
}

/// It rests from today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Suspend {
    /// Why: illness, a move, an exam.
    pub reasons: String,
}

/// It is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    /// The pack's ground.
    pub ground: String,
    /// The facts and what proves them.
    pub facts: String,
    /// Why nothing milder is enough.
    pub reasons: String,
    /// What the child said to it.
    pub child_heard: Option<Heard>,
    /// The child was told how to challenge it.
    #[serde(default)]
    pub review_told: bool,
}

/// It begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Sign-in name of who supervises it; whom the proposal names unless said, none for what takes effect at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisor: Option<String>,
}

/// Somebody else supervises it from now on, and keeps the visits that lie ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervise {
    /// Sign-in name.
    pub supervisor: String,
    /// Why, and what the child was told of it.
    pub reasons: String,
}

/// Its case went to another office. Nobody asks for it: it follows from the transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The measure in the other office's file.
    pub measure: Uuid,
}

/// A goal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// In the child's words.
    pub words: String,
    /// What is done for it.
    pub activity: String,
    /// Who helps.
    pub helped_by: String,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<NaiveDate>,
}

/// The plan is made, or made anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakePlan {
    /// Goals.
    pub goals: Vec<Goal>,
    /// Visits in a period.
    pub visits: u32,
    /// The period.
    pub per: Period,
    /// How school or work goes on.
    pub school_or_work: String,
    /// What the child says of the plan, in their own words.
    pub child_words: String,
    /// The child can say in their own words what is to be done.
    pub understood: bool,
    /// The form in which the plan is written out, adopted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Uuid>,
}

/// A visit is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVisit {
    /// Legal time: `2025-12-05T16:00`.
    pub from: String,
    /// Legal time.
    pub until: String,
    /// Where or how.
    pub place: String,
    /// Sign-in name of who meets the child; who supervises unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
}

/// What happened at a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Met {
    /// Legal time.
    pub from: String,
    /// Legal time.
    pub until: String,
    /// The child came late.
    #[serde(default)]
    pub late: bool,
    /// The child was seen alone.
    pub seen_alone: bool,
    /// What went well, and what was recognised.
    pub went_well: String,
    /// In the child's words.
    pub child_words: String,
    /// How conditions were kept.
    #[serde(default)]
    pub conditions: Vec<WrittenAs>,
    /// Minutes of service done.
    #[serde(default)]
    pub service_minutes: u32,
    /// School or work now, where it was spoken of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school_or_work: Option<super::course::Schooling>,
    /// The form in which it is written out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Uuid>,
}

/// How a condition was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenAs {
    /// The condition.
    pub condition: String,
    /// How.
    pub kept: Answered,
}

/// How a condition was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answered {
    /// Met.
    Met,
    /// In part.
    Partly,
    /// Not met.
    NotMet,
    /// Not due yet.
    NotDue,
}

/// A visit was kept: a planned one, or one that nobody had planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepVisit {
    /// Number of the planned visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<u32>,
    /// What happened.
    pub met: Met,
}

/// A visit was not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissVisit {
    /// Number of the planned visit.
    pub visit: u32,
    /// Which class of absence.
    pub class: super::course::Missed,
    /// Why, as the child says and as far as it was verified.
    pub reason: String,
}

/// A planned visit is called off before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelVisit {
    /// Number of the visit.
    pub visit: u32,
    /// Why.
    pub reason: String,
}

/// What was recorded of a visit was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectVisit {
    /// Number of the visit.
    pub visit: u32,
    /// What was wrong and how it is known.
    pub correction: String,
    /// What happened, if it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<Met>,
    /// Which class of absence, if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed: Option<super::course::Missed>,
}

/// Something was not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBreach {
    /// On which day.
    pub on: NaiveDate,
    /// Which condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// What happened, and how it is known.
    pub facts: String,
    /// What the child says of it, in their own words.
    pub child_account: String,
    /// It has had a serious result.
    #[serde(default)]
    pub serious: bool,
    /// The form in which it is written out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Uuid>,
}

/// A breach is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Respond {
    /// Number of the breach.
    pub breach: u32,
    /// The pack's response.
    pub response: String,
    /// What is done.
    pub words: String,
    /// Why nothing milder is enough, where a step is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not_milder: Option<String>,
}

/// School or work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchoolNote {
    /// Where the child stands.
    pub school_or_work: super::course::Schooling,
    /// What shows it, and what is done so that it goes on.
    pub words: String,
}

/// The time after is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanAftercare {
    /// What is offered.
    pub words: String,
    /// To whom the child can turn.
    pub contact: String,
    /// Until when.
    pub until: NaiveDate,
    /// What the child wishes, in their own words.
    pub child_words: String,
}

/// A step, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is explained at its content")]
pub enum Step {
    Propose(Proposal),
    Decide(Decide),
    Decline(Reasons),
    Vary(ChangeTerms),
    Suspend(Suspend),
    Resume(Reasons),
    AskRevocation(TakeBack),
    /// The revocation that was asked for is refused; the measure goes on.
    KeepOn(Reasons),
    Revoke(TakeBack),
    Fulfil(Reasons),
    Expire(Reasons),
    Start(Start),
    Supervise(Supervise),
    /// It goes on in the file of another office, and here no more.
    HandedOver(Moved),
    /// It came with its case from another office.
    TakenOver(Moved),
    Plan(MakePlan),
    PlanVisit(NewVisit),
    KeepVisit(Box<KeepVisit>),
    MissVisit(MissVisit),
    CancelVisit(CancelVisit),
    CorrectVisit(Box<CorrectVisit>),
    Breach(NewBreach),
    Respond(Respond),
    SchoolOrWork(SchoolNote),
    Aftercare(PlanAftercare),
}

impl Step {
    /// Its name in the journal and the ledger.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Propose(_) => "propose",
            Self::Decide(_) => "decide",
            Self::Decline(_) => "decline",
            Self::Vary(_) => "vary",
            Self::Suspend(_) => "suspend",
            Self::Resume(_) => "resume",
            Self::AskRevocation(_) => "ask-revocation",
            Self::KeepOn(_) => "keep-on",
            Self::Revoke(_) => "revoke",
            Self::Fulfil(_) => "fulfil",
            Self::Expire(_) => "expire",
            Self::Start(_) => "start",
            Self::Supervise(_) => "supervise",
            Self::HandedOver(_) => "handed-over",
            Self::TakenOver(_) => "taken-over",
            Self::Plan(_) => "plan",
            Self::PlanVisit(_) => "visit-planned",
            Self::KeepVisit(_) => "visit-kept",
            Self::MissVisit(_) => "visit-missed",
            Self::CancelVisit(_) => "visit-cancelled",
            Self::CorrectVisit(_) => "visit-corrected",
            Self::Breach(_) => "breach",
            Self::Respond(_) => "respond",
            Self::SchoolOrWork(_) => "school-or-work",
            Self::Aftercare(_) => "aftercare",
        }
    }

    /// What it is to the floor's machine, where the measure stands. The proposal comes before it.
    pub(super) const fn act(&self, stage: Stage) -> MeasureAct {
        match self {
            Self::Decide(_) => MeasureAct::Decide,
            Self::Decline(_) => MeasureAct::Decline,
            Self::Vary(_) => MeasureAct::Vary,
            Self::Suspend(_) => MeasureAct::Suspend,
            Self::Resume(_) => MeasureAct::Resume,
            Self::AskRevocation(_) => MeasureAct::AskRevocation,
            Self::Revoke(_) => MeasureAct::Revoke,
            Self::Fulfil(_) => MeasureAct::Fulfil,
            Self::Expire(_) => MeasureAct::Expire,
            Self::Start(_) => MeasureAct::Start,
            Self::PlanVisit(_)
            | Self::KeepVisit(_)
            | Self::MissVisit(_)
            | Self::CancelVisit(_)
            | Self::CorrectVisit(_)
            | Self::Aftercare(_)
            | Self::SchoolOrWork(_)
                if matches!(stage, Stage::Fulfilled | Stage::Revoked | Stage::Expired) =>
            {
                MeasureAct::FollowUp
            }
            _ => MeasureAct::Record,
        }
    }
}
