//! The forms of a case go with it to another office: each version, what is being written, and every step, under the new
//! file's keys and in the same sensitivity classes. What is not finished whoever writes such forms there goes on with.

use std::collections::BTreeMap;
use uuid::Uuid;

use super::parts::{Part, place};
use super::{AssessmentRow, AssessmentStepRow, words_place, work_of};
use crate::casework::proceed::Loaded;
use crate::casework::time::micros;
use crate::casework::trail::Caller;
use crate::casework::{CaseworkError, Service, cipher};
use crate::store::{self, AssessmentPartRow, Side, WorkRow};
use crate::vault::Class;

/// What is said where a form is taken back because its case has gone.
const GONE: &str = "随案移送 / it went with the case to another office";
/// States in which a form is not finished.
const OPEN: [&str; 3] = ["requested", "drafting", "returned"];

/// What goes along.
pub(in crate::casework) struct Forms {
    /// The old file's forms, and what they are in the new one.
    pub(in crate::casework) anew: BTreeMap<Uuid, Uuid>,
    /// The rows.
    pub(in crate::casework) sides: Vec<Side>,
    /// What is to be done about them.
    pub(in crate::casework) work: Vec<WorkRow>,
}

impl Service {
    /// The forms of a case in the file of the office that takes it over.
    pub(in crate::casework) async fn forms_anew(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        (case, office): (Uuid, Uuid),
    ) -> Result<Forms, CaseworkError> {
        let mut forms = Forms { anew: BTreeMap::new(), sides: Vec::new(), work: Vec::new() };
        for old in store::assessments_of(self.db(), loaded.row.id).await? {
            let unfinished = OPEN.contains(&old.state.as_str());
            let new = AssessmentRow {
                id: self.new_id(),
                case_id: case,
                // Who wrote it has no part in the new file.
                writer_id: old.writer_id.filter(|_| !unfinished),
                ..old.clone()
            };
            forms.anew.insert(old.id, new.id);
            forms.sides.push(store::add_assessment(&new));
            let drafts = store::assessment_draft(self.db(), old.id).await?;
            for part in drafts.into_iter().chain(store::assessment_versions(self.db(), old.id).await?) {
                forms.sides.push(self.part_anew(&new, part).await?);
            }
            for step in store::assessment_steps(self.db(), old.id).await? {
                forms.sides.push(self.form_step_anew(&new, step).await?);
            }
            let pack = &loaded.pack;
            let mut due = work_of(&new, office, pack);
            if unfinished {
                let left = AssessmentRow {
                    state: "withdrawn".into(),
                    version: old.version + 1,
                    changed_at: micros(self.now()),
                    ..old
                };
                due.extend(work_of(&left, loaded.row.office_id, pack));
                forms.sides.push(store::change_assessment(&left));
                forms.sides.push(self.taken_back(caller, &left).await?);
            }
            forms.work.extend(due);
        }
        Ok(forms)
    }

    async fn part_anew(&self, new: &AssessmentRow, part: AssessmentPartRow) -> Result<Side, CaseworkError> {
        let class = i16::try_from(part.class).ok().and_then(Class::from_code);
        let class = class.ok_or(CaseworkError::Corrupt { what: "class of an answer" })?;
        let said: Part = cipher::open(self.keys(), &place(&part, class), &part.body).await?;
        let row = AssessmentPartRow {
            id: self.new_id(),
            assessment_id: new.id,
            case_id: new.case_id,
            body: Vec::new(),
            ..part
        };
        let body = cipher::seal(self.keys(), &place(&row, class), &said).await?;
        Ok(store::put_assessment_part(&AssessmentPartRow { body, ..row }))
    }

    async fn form_step_anew(
        &self,
        new: &AssessmentRow,
        step: AssessmentStepRow,
    ) -> Result<Side, CaseworkError> {
        let id = self.new_id();
        let words = async |column: &'static str, sealed: &Option<Vec<u8>>| {
            let Some(sealed) = sealed else { return Ok::<_, CaseworkError>(None) };
            let from = words_place(step.case_id, step.id, column);
            let said: (i64, String) = cipher::open(self.keys(), &from, sealed).await?;
            Ok(Some(cipher::seal(self.keys(), &words_place(new.case_id, id, column), &said).await?))
        };
        let (said, note) = (words("said", &step.said).await?, words("note", &step.note).await?);
        Ok(store::add_assessment_step(&AssessmentStepRow {
            id,
            assessment_id: new.id,
            case_id: new.case_id,
            said,
            note,
            ..step
        }))
    }

    /// That a form is written here no more.
    async fn taken_back(&self, caller: &Caller, left: &AssessmentRow) -> Result<Side, CaseworkError> {
        let id = self.new_id();
        Ok(store::add_assessment_step(&AssessmentStepRow {
            id,
            assessment_id: left.id,
            case_id: left.case_id,
            seq: left.version,
            what: "withdraw".into(),
            no: None,
            by_id: caller.viewer.account,
            happened_at: left.changed_at,
            recorded_at: left.changed_at,
            said: self.seal_words(left.case_id, id, left.version, "said", Some(GONE)).await?,
            note: None,
        }))
    }
}
