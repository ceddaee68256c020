//! A form is written, with every save kept on the server, and submitted.

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use uuid::Uuid;

use super::parts::{Answers, class};
use super::{
    Action, AssessmentRow, Caller, CaseworkError, Kept, Note, Opened, Reason, Service, Step, Text, about,
    check_version, from, legal, micros, store,
};
use crate::casework::time::instant;
use crate::law::forms::{Form, Reading, read};
use crate::law::input::parse_time;
use crate::vault::Class;

/// States in which a form is written.
const WRITING: [&str; 2] = ["drafting", "returned"];

/// Answers as far as they are written. They may be wrong and incomplete; they are kept as they are.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Save {
    /// The form, as the writer sees it: what was typed into another form is never kept here.
    pub form: String,
    /// Its version.
    pub form_version: u32,
    /// The section whose answers these are; without it, all answers.
    #[serde(default)]
    pub section: Option<String>,
    /// The answers, which replace those before.
    #[schema(value_type = Object)]
    pub answers: Map<String, Json>,
}

/// A draft was kept.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Saved {
    /// What was kept.
    #[serde(flatten)]
    pub kept: Kept,
    /// What would stand against submitting it now, question by question.
    pub reasons: Vec<Reason>,
    /// Sections and questions that are asked, as the answers stand.
    pub asked: Vec<String>,
    /// Columns of tables that are asked, by their place: `informants/0/told`; in a row yet to be added,
    /// `informants/+/told`.
    pub columns: Vec<String>,
    /// Answers to questions that are not asked any more. They stay in the draft and are not submitted.
    pub left_out: Vec<String>,
}

/// A draft as shown to its own side.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = AssessmentDraft)]
pub struct DraftView {
    /// How it stands.
    #[serde(flatten)]
    pub saved: Saved,
    /// The form.
    pub form: String,
    /// Its version.
    pub form_version: u32,
    /// The answers.
    #[schema(value_type = Object)]
    pub answers: Map<String, Json>,
}

/// A draft is submitted.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// Legal time of what it tells of: `2026-03-10` or `2026-03-10T22:00`; now unless said. Told more than a day later, it
    /// is marked as late.
    #[serde(default)]
    pub happened_at: Option<String>,
}

impl Service {
    /// Keeps a draft as it is, wrong and incomplete answers too, and says what is still wrong with it.
    ///
    /// # Errors
    /// `NotFound`; `NotPermitted` for who does not write this form; `Conflict` when the draft was saved meanwhile;
    /// `Invalid` for another form or version, an unknown section or question: nothing of the draft is lost then.
    pub async fn save_draft(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        save: &Save,
    ) -> Result<Saved, CaseworkError> {
        let opened = self.open_to_write(caller, (case, id)).await?;
        let Opened { loaded, row, form } = &opened;
        let Some(_) = expected else {
            let text = Text::new(
                "请以 If-Match 写明您所见的版本",
                "say in If-Match which version you have seen, so that nobody's words are overwritten",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("VERSION_MISSING", text)]));
        };
        check_version(row, expected)?;
        from(row, &WRITING)?;
        check_form(form, save)?;
        let before = store::assessment_draft(self.db(), id).await?;
        let answers = match &save.section {
            None => save.answers.clone(),
            Some(section) => {
                let mut answers = self.open_answers(before.iter(), &Class::ALL).await?;
                let own = form.section(section).map(|s| s.questions.as_slice()).unwrap_or_default();
                answers.retain(|name, _| own.iter().all(|question| &question.id != name));
                answers.extend(save.answers.clone());
                answers
            }
        };
        let parts = self.seal_answers(row, 0, form, &answers, &before).await?;
        let after = AssessmentRow {
            version: row.version + 1,
            changed_at: micros(self.now()),
            writer_id: Some(caller.viewer.account),
            ..row.clone()
        };
        let mut sides = vec![store::change_assessment(&after)];
        sides.extend(parts);
        self.keep_sides(caller, "assessment.draft", &loaded.permit, &after, sides).await?;
        let reading = self.read_answers(&opened, &answers);
        Ok(saved(&after, reading))
    }

    /// The draft, for the side that writes it.
    ///
    /// # Errors
    /// `NotFound`; `NotPermitted` for the other side of the evidence wall.
    pub async fn draft(&self, caller: &Caller, (case, id): (Uuid, Uuid)) -> Result<DraftView, CaseworkError> {
        let opened = self.open_assessment(caller, case, id, Action::ReadCase).await?;
        if !self.on_side(caller, &opened.loaded, opened.form.side) {
            return Err(self.not_theirs(caller, &opened.loaded, "evidence-wall").await);
        }
        let note = Note::under(caller, "assessment.read-draft", &opened.loaded.permit, self.now());
        self.write_aside(Note { case: Some(case), ..note }).await?;
        let answers = self.draft_answers(&opened.row).await?;
        let reading = self.read_answers(&opened, &answers);
        Ok(DraftView {
            saved: saved(&opened.row, reading),
            form: opened.form.id.clone(),
            form_version: opened.form.version,
            answers,
        })
    }

    /// The form of an assessment and the zone of its case, for who writes it; nothing of the answers.
    ///
    /// # Errors
    /// `NotFound`; `NotPermitted` for who does not write this form.
    pub async fn form_written(
        &self,
        caller: &Caller,
        of: (Uuid, Uuid),
    ) -> Result<(Arc<Form>, Tz), CaseworkError> {
        let opened = self.open_to_write(caller, of).await?;
        Ok((Arc::clone(&opened.form), opened.loaded.pack.zone))
    }

    /// Submits the draft: it becomes a version that nobody changes any more.
    ///
    /// # Errors
    /// As [`Self::save_draft`]; `Invalid` with a reason for each answer that is wrong or missing. The draft is kept.
    pub async fn submit_assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        submission: &Submission,
    ) -> Result<Kept, CaseworkError> {
        let opened = self.open_to_write(caller, (case, id)).await?;
        let Opened { row, form, .. } = &opened;
        if let Some(kept) = self.done_already(caller, row, expected, "submit").await? {
            return Ok(kept);
        }
        check_version(row, expected)?;
        from(row, &WRITING)?;
        let happened_at = self.told_of(&opened, submission)?;
        let answers = self.draft_answers(row).await?;
        let reading = self.read_answers(&opened, &answers);
        if !reading.reasons.is_empty() {
            return Err(CaseworkError::Invalid(reading.reasons));
        }
        let no = row.submitted + 1;
        let sides = self.seal_answers(row, no, form, &reading.kept, &[]).await?;
        let after = AssessmentRow { state: "submitted".into(), submitted: no, ..row.clone() };
        let step = Step { no: Some(no), happened_at, ..Step::of("submit") };
        self.keep_step(caller, &opened, after, step, sides).await
    }

    /// Loads an assessment for who writes its form.
    pub(super) async fn open_to_write(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
    ) -> Result<Opened, CaseworkError> {
        let opened = self.open_assessment(caller, case, id, Action::Assess).await?;
        self.in_one_of(caller, &opened.loaded, &opened.form.written_by, "form-writer").await?;
        Ok(opened)
    }

    /// What a form makes of answers today.
    pub(super) fn read_answers(&self, opened: &Opened, answers: &Answers) -> Reading {
        let today = legal(opened.loaded.pack.zone, self.now()).date();
        read(&opened.form, answers, &about(&opened.loaded, today))
    }

    pub(super) async fn draft_answers(&self, row: &AssessmentRow) -> Result<Answers, CaseworkError> {
        let parts = store::assessment_draft(self.db(), row.id).await?;
        self.open_answers(parts.iter(), &Class::ALL).await
    }

    /// When what a form tells of happened, in microseconds.
    fn told_of(&self, opened: &Opened, submission: &Submission) -> Result<Option<i64>, CaseworkError> {
        let Some(text) = &submission.happened_at else { return Ok(None) };
        let zone = opened.loaded.pack.zone;
        let now = legal(zone, self.now());
        let at = moment(text).filter(|at| *at <= now).ok_or_else(|| {
            let text = Text::new(
                "时间应如 2026-03-10 或 2026-03-10T22:00，且不晚于现在",
                "expected 2026-03-10 or 2026-03-10T22:00, not in the future",
            );
            CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/happened_at")])
        })?;
        Ok(Some(micros(instant(zone, at))))
    }
}

fn saved(row: &AssessmentRow, reading: Reading) -> Saved {
    Saved {
        kept: Kept { assessment: row.id, version: row.version, state: row.state.clone() },
        reasons: reading.reasons,
        asked: reading.asked.into_iter().collect(),
        columns: reading.columns.into_iter().collect(),
        left_out: reading.left_out,
    }
}

/// A legal time; a day alone is its morning.
fn moment(text: &str) -> Option<NaiveDateTime> {
    parse_time(text)
        .or_else(|| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
}

/// What is saved must belong to this form, this version, this section.
fn check_form(form: &Form, save: &Save) -> Result<(), CaseworkError> {
    if save.form != form.id || save.form_version != form.version {
        let (id, version) = (&form.id, form.version);
        let text = Text::new(
            format!("此草稿属于表单 {id} 第 {version} 版，不接受其他表单或版本的内容"),
            format!(
                "this draft is of form {id}, version {version}; it takes nothing of another form or version"
            ),
        );
        return Err(CaseworkError::Invalid(vec![Reason::engine("FORM_OTHER", text).on("/form_version")]));
    }
    let mut known: Vec<&str> = form.questions().map(|(_, question)| question.id.as_str()).collect();
    if let Some(name) = &save.section {
        let Some(section) = form.section(name) else {
            let sections: Vec<&str> = form.sections.iter().map(|section| section.id.as_str()).collect();
            let sections = sections.join(", ");
            let text = Text::new(
                format!("没有这一部分；有：{sections}"),
                format!("there is no such section; there are: {sections}"),
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_UNKNOWN", text).on("/section")]));
        };
        known = section.questions.iter().map(|question| question.id.as_str()).collect();
    }
    let strangers = save.answers.keys().filter(|name| !known.contains(&name.as_str()));
    let reasons: Vec<Reason> = strangers
        .map(|name| {
            let text = Text::new(
                "本表（本部分）没有这一项",
                "the form, or this section of it, has no such question",
            );
            Reason::engine("FIELD_UNKNOWN", text).on(format!("/answers/{name}"))
        })
        .collect();
    if reasons.is_empty() { Ok(()) } else { Err(CaseworkError::Invalid(reasons)) }
}

/// Classes whose answers stay with the side that wrote them, also when the form is submitted and released.
pub(super) fn stays(class: Class) -> bool {
    matches!(class, Class::Screening | Class::Counselling)
}

/// Classes of a form.
pub(super) fn classes(form: &Form) -> Vec<Class> {
    let mut classes: Vec<Class> = form.questions().map(|(_, question)| class(question.class)).collect();
    classes.sort();
    classes.dedup();
    classes
}
