//! Measures at liberty: proposed, decided by another, begun, watched over, and ended.
//!
//! The law judges each step ([`crate::law::measures::take`]); here it is loaded through the gate, held to the roles that
//! the pack names, and kept with its journal row, its visits, its work and its leaf, all of it or nothing. The long texts
//! stand in forms ([`super::assessments`]); a measure points to them.
//!
//! * [`request`]: what is asked; `fits`: what of it the law cannot know. `keep`: what is kept of a step. [`offers`]: what can be asked
//!   now. [`view`]: what is shown. `work`: what is to be done. `takeover`: it goes to another office with its case.
//!   [`link`]: who else is concerned.

mod fits;
mod keep;
pub mod link;
pub mod offers;
pub mod request;
pub(super) mod takeover;
pub mod view;
mod work;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use self::request::{Decision, Work};
use super::proceed::Loaded;
use super::request::{actor, request_hash};
use super::time::{legal, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service, cipher};
use crate::access::Action;
use crate::law::measures::{At, Clash, Course, Measure, Proposal, Step, propose, take};
use crate::law::{Reason, Refusal};
use crate::record::Text;
use crate::store::{self, MeasureRow, MeasureStepRow};
use crate::vault::{Class, Place};

/// What came of a step. The version is also the ETag; the next step names it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct Taken {
    /// The measure.
    pub measure: Uuid,
    /// Its version afterwards.
    pub version: i64,
    /// Where it stands.
    pub state: String,
}

/// A step with the reasons that answer warnings, as the journal keeps it. Its number is sealed with it, so that it opens
/// as no other.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    seq: i64,
    step: Step,
    because: BTreeMap<String, String>,
}

/// A measure with its version, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Body {
    version: i64,
    course: Course,
}

/// A step with the written reasons that answer warnings.
type Asked = (Step, BTreeMap<String, String>);

/// A measure with its case and its law.
struct Open {
    loaded: Loaded,
    row: MeasureRow,
    course: Course,
    measure: Measure,
}

impl Open {
    fn desk(&self) -> work::Desk<'_> {
        let (office, zone) = (self.loaded.row.office_id, self.loaded.pack.zone);
        work::Desk { office, zone, measure: &self.measure }
    }
}

/// Which roles of the pack may take a step.
#[derive(Clone, Copy)]
enum Whose {
    /// Those who decide on the measure.
    Deciders,
    /// These and those who propose it.
    Handlers,
    /// Those who supervise it; of one that nobody supervises, its handlers.
    Supervisors,
}

impl Service {
    /// Proposes a measure.
    ///
    /// # Errors
    /// As [`Service::proceed`]; `NotPermitted` for a role that the pack does not name; `Invalid` for who cannot supervise it.
    pub async fn propose_measure(
        &self,
        caller: &Caller,
        case: Uuid,
        proposal: &Proposal,
    ) -> Result<Taken, CaseworkError> {
        let body = request_hash(case, proposal)?;
        match Box::pin(self.propose_once(caller, case, proposal, body)).await {
            Err(error) => self.replay_or(caller, body, error).await,
            done => done,
        }
    }

    async fn propose_once(
        &self,
        caller: &Caller,
        case: Uuid,
        proposal: &Proposal,
        body: [u8; 32],
    ) -> Result<Taken, CaseworkError> {
        let loaded = self.load(caller, case, Action::ProposeMeasure).await?;
        let Some(measure) = loaded.pack.measures.find(&proposal.kind).cloned() else {
            let known: Vec<&str> = loaded.pack.measures.measures.iter().map(|m| m.id.as_str()).collect();
            let known = known.join(", ");
            let text = Text::new(
                format!("没有这一措施；可用：{known}"),
                format!("there is no such measure; there are: {known}"),
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("MEASURE_UNKNOWN", text).on("/kind")]));
        };
        self.measure_role(caller, &loaded, &measure.proposed_by).await?;
        let (id, at) = (self.new_id(), micros(self.now()));
        let because = BTreeMap::new();
        let step = Step::Propose(proposal.clone());
        let named = self.named_in(&loaded, &measure, &step).await?;
        let setting = self.setting(caller, &loaded, &measure, &because, named, None);
        let course = match propose(&setting, proposal) {
            Ok(course) => course,
            Err(refusal) => return Err(self.refuse_step(caller, &loaded, refusal).await?),
        };
        let row = MeasureRow {
            id,
            case_id: case,
            kind: measure.id.clone(),
            state: course.stage.code().to_owned(),
            version: 1,
            body: Vec::new(),
            proposed_at: at,
            changed_at: at,
        };
        let open = Open { loaded, row: MeasureRow { version: 0, ..row }, course: course.clone(), measure };
        self.keep_measure(caller, &open, course, (step, because), body).await
    }

    /// Decides on a measure: its beginning, its changes, its end.
    ///
    /// # Errors
    /// `Refused` with every reason; `NotFound`; `NotPermitted` for a role that the pack does not name; `Conflict` when
    /// `expected` is not the measure's version.
    pub async fn decide_measure(
        &self,
        caller: &Caller,
        of: (Uuid, Uuid),
        expected: Option<i64>,
        asked: Decision,
    ) -> Result<Taken, CaseworkError> {
        let how = offers::whose(asked.what.act());
        let (step, because) = (asked.what.into(), asked.because);
        Box::pin(self.take_step(caller, of, expected, how, (step, because))).await
    }

    /// Records work on a measure: its start, the plan, visits, breaches and their answers.
    ///
    /// # Errors
    /// As [`Self::decide_measure`]; `Invalid` for a person who has not the right to what they are named for.
    pub async fn work_on_measure(
        &self,
        caller: &Caller,
        of: (Uuid, Uuid),
        expected: Option<i64>,
        asked: Work,
    ) -> Result<Taken, CaseworkError> {
        let (step, because) = (asked.what.into(), asked.because);
        let how = (Action::SuperviseMeasure, Whose::Supervisors);
        Box::pin(self.take_step(caller, of, expected, how, (step, because))).await
    }

    /// Takes a step. Who lost a race against another change is judged once more: whoever meets the child may be elsewhere
    /// since then, and the law says that better than the store.
    async fn take_step(
        &self,
        caller: &Caller,
        of: (Uuid, Uuid),
        expected: Option<i64>,
        how: (Action, Whose),
        asked: Asked,
    ) -> Result<Taken, CaseworkError> {
        let body = request_hash(of.1, &asked)?;
        let mut taken = self.step_once(caller, of, expected, how, asked.clone(), body).await;
        if matches!(taken, Err(CaseworkError::Conflict { current: 0 })) {
            taken = self.step_once(caller, of, expected, how, asked, body).await;
        }
        match taken {
            Err(error) => self.replay_or(caller, body, error).await,
            done => done,
        }
    }

    async fn step_once(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        (action, whose): (Action, Whose),
        (step, because): Asked,
        body: [u8; 32],
    ) -> Result<Taken, CaseworkError> {
        let open = self.open_measure(caller, case, id, action).await?;
        self.measure_role(caller, &open.loaded, &whose.roles(&open.measure)).await?;
        if let Some(taken) = self.taken_already(caller, &open.row, expected, &step).await? {
            return Ok(taken);
        }
        if expected.is_some_and(|version| version != open.row.version) {
            return Err(CaseworkError::Conflict { current: open.row.version });
        }
        let named = self.named_in(&open.loaded, &open.measure, &step).await?;
        self.check_papers(&open, &step).await?;
        let clash = self.clash(caller, &open, &step, named).await?;
        let setting = self.setting(caller, &open.loaded, &open.measure, &because, named, clash);
        let after = match take(&setting, &open.course, &step) {
            Ok(after) => after,
            Err(refusal) => return Err(self.refuse_step(caller, &open.loaded, refusal).await?),
        };
        self.keep_measure(caller, &open, after, (step, because), body).await
    }

    fn setting<'a>(
        &self,
        caller: &Caller,
        loaded: &'a Loaded,
        measure: &'a Measure,
        because: &'a BTreeMap<String, String>,
        named: Option<Uuid>,
        clash: Option<Clash>,
    ) -> At<'a> {
        At {
            catalogue: &loaded.pack.measures,
            measure,
            case: &loaded.file,
            by: caller.viewer.account,
            now: legal(loaded.pack.zone, self.now()),
            because,
            named,
            id: self.new_id(),
            clash,
        }
    }

    /// Loads a measure through the gate, under the law that has it.
    async fn open_measure(
        &self,
        caller: &Caller,
        case: Uuid,
        id: Uuid,
        action: Action,
    ) -> Result<Open, CaseworkError> {
        let loaded = self.load(caller, case, action).await?;
        let row = store::measure(self.db(), case, id).await?.ok_or(CaseworkError::NotFound)?;
        let course = self.course_of(&row).await?;
        let measure = self.law_of(&loaded, &row)?;
        Ok(Open { loaded, row, course, measure })
    }

    pub(super) async fn course_of(&self, row: &MeasureRow) -> Result<Course, CaseworkError> {
        let body: Body = cipher::open(self.keys(), &body_place(row), &row.body).await?;
        if body.version != row.version {
            return Err(CaseworkError::Corrupt { what: "version of a measure" });
        }
        Ok(body.course)
    }

    /// A measure in its law.
    pub(super) fn law_of(&self, loaded: &Loaded, row: &MeasureRow) -> Result<Measure, CaseworkError> {
        let found = self.packs().measure(&loaded.pack, &row.kind).cloned();
        found.ok_or(CaseworkError::Corrupt { what: "kind of a measure" })
    }

    /// Holds a person to the roles that the pack names, beyond what the gate permits.
    async fn measure_role(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        roles: &[String],
    ) -> Result<(), CaseworkError> {
        if actor(&loaded.pack, caller, &loaded.permit).roles.iter().any(|role| roles.contains(role)) {
            return Ok(());
        }
        let rule = "measure-role";
        let note = Note::of(caller, "measure.denied", rule, self.now());
        self.write_aside(Note { ok: false, case: Some(loaded.row.id), ..note }).await?;
        Err(CaseworkError::NotPermitted { rule })
    }

    async fn refuse_step(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        refusal: Refusal,
    ) -> Result<CaseworkError, CaseworkError> {
        self.note_refusal(caller, loaded, &refusal).await?;
        Ok(refusal.into())
    }

    /// The answer to a step that was taken already by this person on the version that they name.
    async fn taken_already(
        &self,
        caller: &Caller,
        row: &MeasureRow,
        expected: Option<i64>,
        step: &Step,
    ) -> Result<Option<Taken>, CaseworkError> {
        if expected != Some(row.version - 1) {
            return Ok(None);
        }
        let steps = store::measure_steps(self.db(), row.id).await?;
        let Some(last) = steps.last().filter(|last| {
            last.seq == row.version && last.what == step.name() && last.by_id == caller.viewer.account
        }) else {
            return Ok(None);
        };
        let same = self.entry_of(last).await?.step == *step;
        Ok(same.then(|| Taken { measure: row.id, version: row.version, state: row.state.clone() }))
    }

    async fn entry_of(&self, row: &MeasureStepRow) -> Result<Entry, CaseworkError> {
        let entry: Entry = cipher::open(self.keys(), &step_place(row.case_id, row.id), &row.body).await?;
        if entry.seq != row.seq {
            return Err(CaseworkError::Corrupt { what: "step of a measure" });
        }
        Ok(entry)
    }
}

impl Whose {
    /// Their roles in the pack.
    fn roles(self, measure: &Measure) -> Vec<String> {
        let Measure { decided_by, proposed_by, supervised_by, .. } = measure;
        match self {
            Self::Deciders => decided_by.clone(),
            Self::Supervisors if !supervised_by.is_empty() => supervised_by.clone(),
            Self::Handlers | Self::Supervisors => [decided_by.clone(), proposed_by.clone()].concat(),
        }
    }
}

fn body_place(row: &MeasureRow) -> Place<'static> {
    Place {
        class: Class::Legal,
        case: row.case_id,
        row: row.id,
        table: "measure",
        column: "body",
        kind: "json",
    }
}

fn step_place(case: Uuid, id: Uuid) -> Place<'static> {
    Place { class: Class::Legal, case, row: id, table: "measure_step", column: "body", kind: "json" }
}
