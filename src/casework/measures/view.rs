//! What somebody may see of a case's measures. Every look leaves a leaf.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Open;
use super::offers::Offer;
use crate::access::Action;
use crate::casework::time::{from_micros, legal};
use crate::casework::trail::{Caller, Note};
use crate::casework::{CaseworkError, Service};
use crate::law::floor::Stage;
use crate::law::measures::{
    Aftercare, Alternative, Asked, Breach, Course, Glance, Heard, Plan, Schooling, Terms, Visit, glance,
};
use crate::record::Text;
use crate::store::{self, MeasureRow};

/// A measure in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasureLine {
    /// Identity.
    pub id: Uuid,
    /// The pack's measure.
    pub kind: String,
    /// Its name.
    pub name: Text,
    /// Law.
    pub source: String,
    /// Where it stands.
    pub state: String,
    /// The same in words.
    pub state_name: Text,
    /// Its version, also the ETag.
    pub version: i64,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Who supervises it.
    pub supervisor: Option<Uuid>,
    /// How it goes.
    pub glance: Glance,
}

/// A measure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasureView {
    /// In short.
    #[serde(flatten)]
    pub line: MeasureLine,
    /// Who proposed it.
    pub proposed_by: Uuid,
    /// When.
    pub proposed_at: DateTime<Utc>,
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
    /// The plan.
    pub plan: Option<Plan>,
    /// Visits, numbered from 1.
    pub visits: Vec<Visit>,
    /// Breaches, numbered from 1.
    pub breaches: Vec<Breach>,
    /// School or work, in the order of its days.
    pub school_or_work: Vec<SchoolView>,
    /// The time after.
    pub aftercare: Option<Aftercare>,
    /// The revocation that is asked for.
    pub revocation_asked: Option<Asked>,
    /// What the child said before it was proposed.
    pub child_heard: Option<Heard>,
    /// Whether the child agreed then.
    pub child_agrees: Option<bool>,
    /// Whether a guardian agreed then.
    pub guardian_agrees: Option<bool>,
    /// Day on which it went to another office with its case, where it goes on.
    pub handed_over_on: Option<NaiveDate>,
    /// What can be done with it now, and why the rest cannot.
    pub offers: Vec<Offer>,
    /// Every step with what was said, oldest first. What was corrected stands here as it was first recorded.
    pub steps: Vec<MeasureStepView>,
}

/// Where the child stood with school or work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SchoolView {
    /// On which day.
    pub on: NaiveDate,
    /// Where.
    pub school_or_work: Schooling,
}

/// A step of a measure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MeasureStepView {
    /// Its number.
    pub seq: i64,
    /// What was done.
    pub what: String,
    /// By whom.
    pub by: Uuid,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// What was said.
    #[schema(value_type = Object)]
    pub content: Json,
    /// Reasons that answered warnings.
    pub because: BTreeMap<String, String>,
}

impl Service {
    /// The measures of a case, oldest first.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn measures(&self, caller: &Caller, case: Uuid) -> Result<Vec<MeasureLine>, CaseworkError> {
        let loaded = self.look(caller, case, "measure.list").await?;
        let mut lines = Vec::new();
        for row in store::measures_of(self.db(), case).await? {
            let course = self.course_of(&row).await?;
            let measure = self.law_of(&loaded, &row)?;
            let now = legal(loaded.pack.zone, self.now());
            lines.push(line(&row, &course, &measure, glance(&course, now)));
        }
        Ok(lines)
    }

    /// A measure with all its steps.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn measure(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
    ) -> Result<MeasureView, CaseworkError> {
        let open = self.open_measure(caller, case, id, Action::ReadCase).await?;
        let note = Note::under(caller, "measure.read", &open.loaded.permit, self.now());
        self.write_aside(Note { case: Some(case), ..note }).await?;
        let mut steps = Vec::new();
        for row in store::measure_steps(self.db(), id).await? {
            let entry = self.entry_of(&row).await?;
            let content = serde_json::to_value(&entry.step)
                .map_err(|_| CaseworkError::Corrupt { what: "step of a measure" })?;
            steps.push(MeasureStepView {
                seq: row.seq,
                what: row.what,
                by: row.by_id,
                at: from_micros(row.recorded_at),
                content,
                because: entry.because,
            });
        }
        let offers = self.measure_offers(caller, &open);
        let Open { loaded, row, course, measure } = open;
        let glance = glance(&course, legal(loaded.pack.zone, self.now()));
        Ok(MeasureView {
            line: line(&row, &course, &measure, glance),
            proposed_by: course.proposed_by,
            proposed_at: from_micros(row.proposed_at),
            reasons: course.reasons,
            alternatives: course.alternatives,
            terms: course.terms,
            decided_on: course.decided_on,
            decided_by: course.decided_by,
            started_on: course.started_on,
            ended_on: course.ended_on,
            plan: course.plan,
            visits: course.visits,
            breaches: course.breaches,
            school_or_work: course
                .school_or_work
                .into_iter()
                .map(|(on, school_or_work)| SchoolView { on, school_or_work })
                .collect(),
            aftercare: course.aftercare,
            revocation_asked: course.revocation,
            child_heard: course.child_heard,
            child_agrees: course.child_agrees,
            guardian_agrees: course.guardian_agrees,
            handed_over_on: course.handed_over_on,
            offers,
            steps,
        })
    }
}

fn line(
    row: &MeasureRow,
    course: &Course,
    measure: &crate::law::measures::Measure,
    glance: Glance,
) -> MeasureLine {
    let stage: Stage = course.stage;
    MeasureLine {
        id: row.id,
        kind: row.kind.clone(),
        name: measure.name.clone(),
        source: measure.source.clone(),
        state: row.state.clone(),
        state_name: Text::new(stage.name().zh, stage.name().en),
        version: row.version,
        from: course.terms.from,
        until: course.terms.until,
        supervisor: course.supervisor,
        glance,
    }
}
