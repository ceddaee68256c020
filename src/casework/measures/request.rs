//! What is asked of a measure.

use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::law::measures::{
    Act, CancelVisit, ChangeTerms, CorrectVisit, Decide, KeepVisit, MakePlan, MissVisit, NewBreach, NewVisit,
    PlanAftercare, Reasons, Respond, SchoolNote, Start, Step, Supervise, Suspend, TakeBack,
};

/// A decision on a measure.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = MeasureDecision)]
pub struct Decision {
    /// Which.
    #[serde(flatten)]
    pub what: DecisionKind,
    /// Written reasons for going on despite a warning, by its code.
    #[serde(default)]
    pub because: BTreeMap<String, String>,
}

/// Which decision.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DecisionKind {
    /// The measure is decided.
    Decide(Decide),
    /// It is not.
    Decline(Reasons),
    /// Its last day or its conditions change.
    Vary(ChangeTerms),
    /// It rests.
    Suspend(Suspend),
    /// It goes on.
    Resume(Reasons),
    /// Somebody asks for its revocation.
    AskRevocation(TakeBack),
    /// That is refused; it goes on.
    KeepOn(Reasons),
    /// It is revoked. That orders no custody; the case decides what follows.
    Revoke(TakeBack),
    /// It ends because what was asked is done.
    Fulfil(Reasons),
    /// It ends because its time is over.
    Expire(Reasons),
}

/// Work on a measure.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Work {
    /// Which.
    #[serde(flatten)]
    pub what: WorkKind,
    /// Written reasons for going on despite a warning, by its code.
    #[serde(default)]
    pub because: BTreeMap<String, String>,
}

/// Which work.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WorkKind {
    /// The measure begins.
    Start(Start),
    /// Somebody else supervises it.
    Supervise(Supervise),
    /// The plan is made, or made anew.
    Plan(MakePlan),
    /// A visit is planned.
    PlanVisit(NewVisit),
    /// A visit was kept.
    KeepVisit(Box<KeepVisit>),
    /// A visit was not kept.
    MissVisit(MissVisit),
    /// A visit is called off.
    CancelVisit(CancelVisit),
    /// What was recorded of a visit was wrong.
    CorrectVisit(Box<CorrectVisit>),
    /// Something was not kept.
    Breach(NewBreach),
    /// A breach is answered.
    Respond(Respond),
    /// School or work.
    SchoolOrWork(SchoolNote),
    /// The time after is planned.
    Aftercare(PlanAftercare),
}

impl DecisionKind {
    /// What it is among the things that people do with a measure.
    pub(super) const fn act(&self) -> Act {
        match self {
            Self::Decide(_) => Act::Decide,
            Self::Decline(_) => Act::Decline,
            Self::Vary(_) => Act::Vary,
            Self::Suspend(_) => Act::Suspend,
            Self::Resume(_) => Act::Resume,
            Self::AskRevocation(_) => Act::AskRevocation,
            Self::KeepOn(_) => Act::KeepOn,
            Self::Revoke(_) => Act::Revoke,
            Self::Fulfil(_) => Act::Fulfil,
            Self::Expire(_) => Act::Expire,
        }
    }
}

impl From<DecisionKind> for Step {
    fn from(kind: DecisionKind) -> Self {
        match kind {
            DecisionKind::Decide(step) => Self::Decide(step),
            DecisionKind::Decline(step) => Self::Decline(step),
            DecisionKind::Vary(step) => Self::Vary(step),
            DecisionKind::Suspend(step) => Self::Suspend(step),
            DecisionKind::Resume(step) => Self::Resume(step),
            DecisionKind::AskRevocation(step) => Self::AskRevocation(step),
            DecisionKind::KeepOn(step) => Self::KeepOn(step),
            DecisionKind::Revoke(step) => Self::Revoke(step),
            DecisionKind::Fulfil(step) => Self::Fulfil(step),
            DecisionKind::Expire(step) => Self::Expire(step),
        }
    }
}

impl From<WorkKind> for Step {
    fn from(kind: WorkKind) -> Self {
        match kind {
            WorkKind::Start(step) => Self::Start(step),
            WorkKind::Supervise(step) => Self::Supervise(step),
            WorkKind::Plan(step) => Self::Plan(step),
            WorkKind::PlanVisit(step) => Self::PlanVisit(step),
            WorkKind::KeepVisit(step) => Self::KeepVisit(step),
            WorkKind::MissVisit(step) => Self::MissVisit(step),
            WorkKind::CancelVisit(step) => Self::CancelVisit(step),
            WorkKind::CorrectVisit(step) => Self::CorrectVisit(step),
            WorkKind::Breach(step) => Self::Breach(step),
            WorkKind::Respond(step) => Self::Respond(step),
            WorkKind::SchoolOrWork(step) => Self::SchoolOrWork(step),
            WorkKind::Aftercare(step) => Self::Aftercare(step),
        }
    }
}
