//! What was submitted is returned or adopted; released into the file; corrected.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Action, AssessmentRow, Caller, CaseworkError, Kept, Opened, Service, Step, check_reason, check_version,
    from, not_now, permit, store,
};

/// What was submitted is sent back.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// What is missing or unclear.
    pub comments: String,
    /// For the prosecution alone.
    #[serde(default)]
    pub note: Option<String>,
}

/// What the reviewer makes of what was submitted. It informs the decision on the case and is none.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adoption {
    /// How far it is adopted.
    pub outcome: Outcome,
    /// Why, or why not.
    pub reasons: String,
    /// For the prosecution alone.
    #[serde(default)]
    pub note: Option<String>,
}

/// How far a form is adopted. Whatever the answer is, it can be released: nobody keeps it out of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Wholly.
    Adopted,
    /// In part.
    Partly,
    /// Not.
    NotAdopted,
}

impl Outcome {
    /// The name of the step.
    pub(crate) const fn step(self) -> &'static str {
        match self {
            Self::Adopted => "adopt",
            Self::Partly => "adopt-partly",
            Self::NotAdopted => "adopt-not",
        }
    }
}

impl Service {
    /// Sends back what was submitted, with comments.
    ///
    /// # Errors
    /// `NotFound`; `NotPermitted` for who does not review this form or submitted it; `Conflict`; `Invalid`.
    pub async fn return_assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        back: &Return,
    ) -> Result<Kept, CaseworkError> {
        let step = Step { said: Some(&back.comments), note: back.note.as_deref(), ..Step::of("return") };
        self.review(caller, (case, id), expected, "returned", step).await
    }

    /// Adopts what was submitted, wholly, in part or not, with reasons.
    ///
    /// # Errors
    /// As [`Self::return_assessment`].
    pub async fn adopt_assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        adoption: &Adoption,
    ) -> Result<Kept, CaseworkError> {
        let what = adoption.outcome.step();
        let step = Step { said: Some(&adoption.reasons), note: adoption.note.as_deref(), ..Step::of(what) };
        self.review(caller, (case, id), expected, "adopted", step).await
    }

    /// Releases the submitted version into the file: whoever the form names reads it from now on.
    ///
    /// # Errors
    /// As [`Service::submit_assessment`]; `Invalid` when the form asks for a review and there was none.
    pub async fn release_assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
    ) -> Result<Kept, CaseworkError> {
        let opened = self.open_to_write(caller, (case, id)).await?;
        if let Some(kept) = self.done_already(caller, &opened.row, expected, "release").await? {
            return Ok(kept);
        }
        check_version(&opened.row, expected)?;
        let ready = if opened.form.reviewed_by.is_empty() { "submitted" } else { "adopted" };
        from(&opened.row, &[ready])?;
        let no = opened.row.submitted;
        let after = AssessmentRow { state: "released".into(), released: no, ..opened.row.clone() };
        self.keep_step(caller, &opened, after, Step { no: Some(no), ..Step::of("release") }, Vec::new()).await
    }

    /// Takes up a released form again to correct it. The released version stays; the next one says that it corrects it.
    ///
    /// # Errors
    /// As [`Service::submit_assessment`]; `Invalid` without a reason, or when it is not released.
    pub async fn correct_assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        reason: &str,
    ) -> Result<Kept, CaseworkError> {
        let opened = self.open_to_write(caller, (case, id)).await?;
        if let Some(kept) = self.done_already(caller, &opened.row, expected, "correct").await? {
            return Ok(kept);
        }
        check_version(&opened.row, expected)?;
        check_reason(reason, 1)?;
        from(&opened.row, &["released"])?;
        let no = opened.row.released;
        let after = AssessmentRow { state: "drafting".into(), ..opened.row.clone() };
        let step = Step { no: Some(no), said: Some(reason), ..Step::of("correct") };
        self.keep_step(caller, &opened, after, step, Vec::new()).await
    }

    async fn review(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        state: &str,
        step: Step<'_>,
    ) -> Result<Kept, CaseworkError> {
        let opened = self.open_assessment(caller, case, id, Action::Commission).await?;
        let Opened { loaded, row, form } = &opened;
        if form.reviewed_by.is_empty() {
            return Err(not_now(row));
        }
        self.in_one_of(caller, loaded, &form.reviewed_by, "form-reviewer").await?;
        if let Some(kept) = self.done_already(caller, row, expected, step.what).await? {
            return Ok(kept);
        }
        check_version(row, expected)?;
        for words in step.said.iter().chain(&step.note) {
            check_reason(words, 1)?;
        }
        from(row, &["submitted"])?;
        if let Some(writer) = self.submitter(row).await? {
            let scope = crate::casework::read::scope(&loaded.row);
            let ask = Action::Commission.after(writer);
            if let Err(denial) = permit(&caller.viewer, ask, &scope, &self.offices()) {
                return Err(self.denied(caller, denial).await);
            }
        }
        let after = AssessmentRow { state: state.to_owned(), ..row.clone() };
        let step = Step { no: Some(row.submitted), ..step };
        self.keep_step(caller, &opened, after, step, Vec::new()).await
    }

    /// Who submitted the newest version.
    async fn submitter(&self, row: &AssessmentRow) -> Result<Option<Uuid>, CaseworkError> {
        let steps = store::assessment_steps(self.db(), row.id).await?;
        Ok(steps.into_iter().rev().find(|step| step.what == "submit").map(|step| step.by_id))
    }
}
