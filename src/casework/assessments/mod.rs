//! Forms that are written about a child: assessments, plans, visits, opinions.
//!
//! Asked for with a due date, or begun by who writes them; drafted, with every save kept on the server; submitted, which
//! freezes a version; returned or adopted with reasons; released into the file, version by version. What is not released
//! stays on the side of the evidence wall on which it was written ([`crate::law::forms::Side`]), and some answers stay
//! there for good ([`crate::law::pack::ClassName::Screening`], `Counselling`).
//!
//! * [`request`]: a form is asked for, accepted or declined, or begun. [`draft`]: it is written and submitted.
//!   [`review`]: it is returned, adopted, released, corrected. [`view`]: what somebody may see of it. `takeover`: it goes
//!   to another office with its case.

pub mod draft;
mod parts;
pub mod request;
pub mod review;
mod takeover;
pub mod view;

use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

use super::exclusions::check_reason;
use super::proceed::Loaded;
use super::request::actor;
use super::time::{from_micros, instant, legal, micros};
use super::trail::{Caller, Note};
use super::work::Kind;
use super::{CaseworkError, Service, cipher};
use crate::access::{Action, Permit, permit};
use crate::law::forms::{About, Form, Side};
use crate::law::lateness::{Alarm, end_after};
use crate::law::{Pack, Reason};
use crate::record::Text;
use crate::store::{self, AssessmentRow, AssessmentStepRow, StoreError, WorkRow, WriteSet};
use crate::vault::{Class, Place as Sealed};

/// Days before its end from which a form that was asked for is warned of.
const WARNING: u32 = 3;

/// What came of a change. The version is also the ETag; the next change names it.
#[derive(Clone, Debug, Serialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct Kept {
    /// The assessment.
    pub assessment: Uuid,
    /// Its version afterwards.
    pub version: i64,
    /// Where it stands.
    pub state: String,
}

/// An assessment with its form and the case it is about.
struct Opened {
    loaded: Loaded,
    row: AssessmentRow,
    form: Arc<Form>,
}

/// Something that is done with an assessment.
struct Step<'a> {
    what: &'static str,
    /// The version that it is about.
    no: Option<i64>,
    /// Legal time of what happened, in microseconds; now unless said.
    happened_at: Option<i64>,
    /// Said to both sides.
    said: Option<&'a str>,
    /// Said to the prosecution alone.
    note: Option<&'a str>,
}

impl Step<'_> {
    const fn of(what: &'static str) -> Self {
        Self { what, no: None, happened_at: None, said: None, note: None }
    }

    /// What the ledger calls it.
    fn act(&self) -> String {
        format!("assessment.{}", self.what)
    }
}

impl Service {
    /// Loads an assessment through the gate.
    async fn open_assessment(
        &self,
        caller: &Caller,
        case: Uuid,
        id: Uuid,
        action: Action,
    ) -> Result<Opened, CaseworkError> {
        let loaded = self.load(caller, case, action).await?;
        let row = store::assessment(self.db(), case, id).await?.ok_or(CaseworkError::NotFound)?;
        let form = self.form_of(&loaded, &row)?;
        Ok(Opened { loaded, row, form })
    }

    /// The form to whose version an assessment is pinned. A case that moved to a newer pack still finds it in the older.
    fn form_of(&self, loaded: &Loaded, row: &AssessmentRow) -> Result<Arc<Form>, CaseworkError> {
        self.form_pinned(&loaded.pack, &row.form, row.form_version)
    }

    /// The form to whose version an assessment of a case under this pack is pinned.
    ///
    /// # Errors
    /// `Corrupt` when no version of the pack that is loaded has it any more.
    pub fn form_pinned(&self, pack: &Pack, form: &str, version: i64) -> Result<Arc<Form>, CaseworkError> {
        let version = u32::try_from(version).unwrap_or_default();
        let own = pack.forms.find(form, version);
        let others = || {
            let same = self.packs().all().filter(|other| other.id == pack.id);
            same.filter_map(|other| other.forms.find(form, version)).last()
        };
        own.or_else(others).cloned().ok_or(CaseworkError::Corrupt { what: "form version of an assessment" })
    }

    /// Holds a person to the roles that a form names, beyond what the gate permits.
    async fn in_one_of(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        roles: &[String],
        rule: &'static str,
    ) -> Result<(), CaseworkError> {
        if actor(&loaded.pack, caller, &loaded.permit).roles.iter().any(|role| roles.contains(role)) {
            return Ok(());
        }
        Err(self.not_theirs(caller, loaded, rule).await)
    }

    /// Something that this person may not do with a form of which they know. A denial that cannot be written down is not
    /// said either.
    async fn not_theirs(&self, caller: &Caller, loaded: &Loaded, rule: &'static str) -> CaseworkError {
        let note = Note::of(caller, "assessment.denied", rule, self.now());
        match self.write_aside(Note { ok: false, case: Some(loaded.row.id), ..note }).await {
            Ok(()) => CaseworkError::NotPermitted { rule },
            Err(error) => error,
        }
    }

    /// Whether somebody stands on the side of the evidence wall on which a form is written: they read what is not
    /// released.
    fn on_side(&self, caller: &Caller, loaded: &Loaded, side: Side) -> bool {
        let action = match side {
            Side::SocialWork => Action::ReadCounselling,
            Side::Prosecution => Action::ReadProsecutionNotes,
        };
        permit(&caller.viewer, action, &super::read::scope(&loaded.row), &self.offices()).is_ok()
    }

    /// Keeps a step with its leaf and everything that belongs to it, or nothing. The same step of the same person again,
    /// after an answer that was lost on the way, gets the same answer.
    async fn keep_step(
        &self,
        caller: &Caller,
        opened: &Opened,
        after: AssessmentRow,
        step: Step<'_>,
        mut sides: Vec<store::Side>,
    ) -> Result<Kept, CaseworkError> {
        let (id, case, at) = (after.id, after.case_id, micros(self.now()));
        let after = AssessmentRow { version: opened.row.version + 1, changed_at: at, ..after };
        let step_id = self.new_id();
        let row = AssessmentStepRow {
            id: step_id,
            assessment_id: id,
            case_id: case,
            seq: after.version,
            what: step.what.to_owned(),
            no: step.no,
            by_id: caller.viewer.account,
            happened_at: step.happened_at.unwrap_or(at),
            recorded_at: at,
            said: self.seal_words(case, step_id, after.version, "said", step.said).await?,
            note: self.seal_words(case, step_id, after.version, "note", step.note).await?,
        };
        sides.insert(0, store::change_assessment(&after));
        sides.push(store::add_assessment_step(&row));
        self.keep_sides(caller, &step.act(), &opened.loaded.permit, &after, sides).await?;
        Ok(Kept { assessment: id, version: after.version, state: after.state })
    }

    async fn keep_sides(
        &self,
        caller: &Caller,
        act: &str,
        permit: &Permit,
        row: &AssessmentRow,
        sides: Vec<store::Side>,
    ) -> Result<(), CaseworkError> {
        let mut note = Note { case: Some(row.case_id), ..Note::under(caller, act, permit, self.now()) };
        note.about.push(format!("assessment:{}:{}", row.id, row.version));
        let writes = self.due_work(row).await?;
        let set = WriteSet { sides, writes, leaves: vec![note.aside()?], ..WriteSet::default() };
        self.change(caller, set).await.map_err(|error| match error {
            StoreError::Duplicate { .. } => CaseworkError::Taken { what: "assessment" },
            StoreError::Conflict => CaseworkError::Conflict { current: 0 },
            other => other.into(),
        })
    }

    /// What is to be written by a day stands in the worklist until it is submitted.
    async fn due_work(&self, row: &AssessmentRow) -> Result<Vec<store::Write>, CaseworkError> {
        let case = store::find_case(self.db(), row.case_id).await?.ok_or(CaseworkError::NotFound)?;
        let pack = self.pack_of(&case)?;
        Ok(work_of(row, case.office_id, &pack).iter().map(store::renew_work).collect())
    }

    /// The answer to a step that was done already by this person on the version that they name.
    async fn done_already(
        &self,
        caller: &Caller,
        row: &AssessmentRow,
        expected: Option<i64>,
        what: &str,
    ) -> Result<Option<Kept>, CaseworkError> {
        if expected != Some(row.version - 1) {
            return Ok(None);
        }
        let steps = store::assessment_steps(self.db(), row.id).await?;
        let same = steps.last().is_some_and(|last| {
            last.seq == row.version && last.what == what && last.by_id == caller.viewer.account
        });
        Ok(same.then(|| Kept { assessment: row.id, version: row.version, state: row.state.clone() }))
    }

    async fn seal_words(
        &self,
        case: Uuid,
        id: Uuid,
        seq: i64,
        column: &'static str,
        words: Option<&str>,
    ) -> Result<Option<Vec<u8>>, CaseworkError> {
        match words {
            None => Ok(None),
            Some(words) => {
                let said = (seq, words);
                Ok(Some(cipher::seal(self.keys(), &words_place(case, id, column), &said).await?))
            }
        }
    }
}

/// What is to be done about a form: to submit it by the day that was asked for, and to go on with what was begun.
fn work_of(row: &AssessmentRow, office: Uuid, pack: &Pack) -> Vec<WorkRow> {
    let (zone, writing) = (pack.zone, ["drafting", "returned"].contains(&row.state.as_str()));
    let at = |moment| micros(instant(zone, moment));
    let code = row.form.clone();
    let mut rows = Vec::new();
    if let Some(due_at) = row.due_at {
        let open = writing || row.state == "requested";
        let (since, end) = (legal(zone, from_micros(row.begun_at)), legal(zone, from_micros(due_at)));
        let alarm = Alarm::of(since, end, false, WARNING);
        let (warn_at, day_at) = (alarm.warning.map(at), alarm.last_day.map(at));
        let work = Kind::Assessment.about(row.id, row.case_id, office, row.begun_at, Some(due_at));
        let fire_at = warn_at.or(day_at).or(Some(due_at)).filter(|_| open);
        let open = i64::from(open);
        rows.push(WorkRow { code: code.clone(), warn_at, day_at, fire_at, open, ..work });
    }
    let touched = legal(zone, from_micros(row.changed_at)).date();
    let due = end_after(touched, pack.stale_draft_days).map(at);
    let work = Kind::Draft.about(row.id, row.case_id, office, row.changed_at, due);
    rows.push(WorkRow {
        item: Kind::Draft.item(row.case_id, &row.id.to_string(), "", 0),
        code,
        for_id: row.writer_id,
        open: i64::from(writing && row.writer_id.is_some()),
        ..work
    });
    rows
}

/// The number of the step is sealed with its words, so that they open as no other step's.
fn words_place(case: Uuid, id: Uuid, column: &'static str) -> Sealed<'static> {
    Sealed { class: Class::Legal, case, row: id, table: "assessment_step", column, kind: "json" }
}

/// What a form may know of the case.
fn about(loaded: &Loaded, today: chrono::NaiveDate) -> About<'_> {
    About { child: &loaded.file.child, age: &loaded.pack.age, offence_on: loaded.file.offence.on, today }
}

/// A step that is not possible from where an assessment stands.
fn not_now(row: &AssessmentRow) -> CaseworkError {
    let text = Text::new(
        format!("此表目前状态为 {}，不能这样办理", row.state),
        format!("the form is {} now; this cannot be done with it", row.state),
    );
    CaseworkError::Invalid(vec![Reason::engine("ASSESSMENT_STATE", text)])
}

/// Holds a change to the version that the client has seen.
fn check_version(row: &AssessmentRow, expected: Option<i64>) -> Result<(), CaseworkError> {
    match expected {
        Some(version) if version != row.version => Err(CaseworkError::Conflict { current: row.version }),
        _ => Ok(()),
    }
}

fn from(row: &AssessmentRow, states: &[&str]) -> Result<(), CaseworkError> {
    if states.contains(&row.state.as_str()) { Ok(()) } else { Err(not_now(row)) }
}
