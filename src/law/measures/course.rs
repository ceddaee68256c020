//! How one measure goes for one child: the fold of its steps.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::Period;
use super::step::{Alternative, Bound, Goal, Heard, TakeBack, WrittenAs};
use crate::law::floor::Stage;

/// A measure of one child. Days are legal days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The pack's measure.
    pub kind: String,
    /// Where it stands.
    pub stage: Stage,
    /// Who proposed it.
    pub proposed_by: Uuid,
    /// Why.
    pub reasons: String,
    /// Milder answers, and why each is not enough.
    pub alternatives: Vec<Alternative>,
    /// What it asks, and for how long.
    pub terms: Terms,
    /// Day of the decision.
    pub decided_on: Option<NaiveDate>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// Day on which it began.
    pub started_on: Option<NaiveDate>,
    /// Day on which it ended.
    pub ended_on: Option<NaiveDate>,
    /// Who supervises it.
    pub supervisor: Option<Uuid>,
    /// The plan.
    pub plan: Option<Plan>,
    /// Visits, numbered from 1 in their order.
    pub visits: Vec<Visit>,
    /// Breaches, numbered from 1 in their order.
    pub breaches: Vec<Breach>,
    /// School or work, in the order in which it was told.
    pub school_or_work: Vec<(NaiveDate, Schooling)>,
    /// The time after.
    pub aftercare: Option<Aftercare>,
    /// The revocation that is asked for.
    pub revocation: Option<Asked>,
    /// What the child said before it was proposed.
    #[serde(default)]
    pub child_heard: Option<Heard>,
    /// Whether the child agreed then.
    #[serde(default)]
    pub child_agrees: Option<bool>,
    /// Whether a guardian agreed then.
    #[serde(default)]
    pub guardian_agrees: Option<bool>,
    /// Day on which it went to another office with its case: it goes on there.
    #[serde(default)]
    pub handed_over_on: Option<NaiveDate>,
}

/// A revocation that is asked for and not decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    /// On which day.
    pub on: NaiveDate,
    /// By whom.
    pub by: Uuid,
    /// Ground, facts and reasons.
    pub what: TakeBack,
}

/// What a measure asks, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Terms {
    /// First day.
    pub from: NaiveDate,
    /// Last day; none for what takes effect at once.
    pub until: Option<NaiveDate>,
    /// Conditions.
    pub conditions: Vec<Bound>,
}

/// The plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// Day on which it was made.
    pub on: NaiveDate,
    /// Goals.
    pub goals: Vec<Goal>,
    /// Visits in a period.
    pub visits: u32,
    /// The period.
    pub per: Period,
    /// How school or work goes on.
    pub school_or_work: String,
    /// The child's words.
    pub child_words: String,
    /// Whether the child can say what is to be done.
    pub understood: bool,
    /// The form in which it is written out.
    pub assessment: Option<Uuid>,
}

/// A visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Visit {
    /// Its row in the store.
    pub id: Uuid,
    /// Legal time for which it is planned, or at which it took place.
    pub from: NaiveDateTime,
    /// Its end.
    pub until: NaiveDateTime,
    /// Where or how.
    pub place: String,
    /// Who meets the child; nobody yet where the measure came from another office.
    pub with: Option<Uuid>,
    /// Whether it was planned.
    pub planned: bool,
    /// What came of it; none while it lies ahead or nobody has recorded it.
    pub attendance: Option<Attendance>,
    /// Recorded more than a day after it happened.
    pub late_entry: bool,
    /// Corrections, oldest first; what they say replaced what was there, which the journal keeps.
    pub corrected: Vec<Correction>,
}

/// What came of a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    /// It was kept.
    Kept(Box<Kept>),
    /// It was not.
    Missed {
        /// Which class of absence.
        class: Missed,
        /// Why.
        reason: String,
    },
    /// It was called off before its time.
    Cancelled {
        /// Why.
        reason: String,
    },
}

/// What happened at a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = VisitKept)]
pub struct Kept {
    /// The child came late.
    pub late: bool,
    /// The child was seen alone.
    pub seen_alone: bool,
    /// What went well.
    pub went_well: String,
    /// In the child's words.
    pub child_words: String,
    /// How conditions were kept.
    pub conditions: Vec<WrittenAs>,
    /// Minutes of service done.
    pub service_minutes: u32,
    /// The form in which it is written out.
    pub assessment: Option<Uuid>,
}

/// A class of absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// With an acceptable reason.
    Acceptable,
    /// Without one.
    Unacceptable,
    /// Because of the service.
    ServiceFault,
}

/// That what was recorded was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Correction {
    /// When it was corrected, legal time.
    pub at: NaiveDateTime,
    /// By whom.
    pub by: Uuid,
    /// Why.
    pub because: String,
}

/// Something that was not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Breach {
    /// On which day.
    pub on: NaiveDate,
    /// Day on which it was recorded.
    pub recorded_on: NaiveDate,
    /// Recorded more than a day after it happened.
    pub late_entry: bool,
    /// Which condition.
    pub condition: Option<String>,
    /// What happened.
    pub facts: String,
    /// What the child says of it.
    pub child_account: String,
    /// It has had a serious result.
    pub serious: bool,
    /// The form in which it is written out.
    pub assessment: Option<Uuid>,
    /// How it was answered, step by step.
    pub responses: Vec<Reply>,
}

/// An answer to a breach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reply {
    /// On which day.
    pub on: NaiveDate,
    /// By whom.
    pub by: Uuid,
    /// The pack's response.
    pub response: String,
    /// What is done.
    pub words: String,
    /// Why nothing milder was enough, where a step was left out.
    pub why_not_milder: Option<String>,
}

/// Where a child stands with school or work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Schooling {
    /// Enrolled and attending.
    School,
    /// In training.
    Training,
    /// Working.
    Work,
    /// Looking for a place.
    Looking,
    /// Neither.
    Neither,
}

/// The time after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Aftercare {
    /// Day on which it was planned.
    pub on: NaiveDate,
    /// What is offered.
    pub words: String,
    /// To whom the child can turn.
    pub contact: String,
    /// Until when.
    pub until: NaiveDate,
    /// The child's wish.
    pub child_words: String,
}

impl Course {
    /// Hours of service that its conditions ask for.
    pub fn hours_asked(&self) -> u32 {
        self.terms.conditions.iter().filter_map(|bound| bound.hours).sum()
    }

    /// Minutes of service done.
    pub fn minutes_done(&self) -> u32 {
        self.kept().map(|(_, kept)| kept.service_minutes).sum()
    }

    /// Visits that were kept.
    pub fn kept(&self) -> impl Iterator<Item = (&Visit, &Kept)> {
        self.visits.iter().filter_map(|visit| match &visit.attendance {
            Some(Attendance::Kept(kept)) => Some((visit, kept.as_ref())),
            _ => None,
        })
    }
}
