//! A form is asked for, and accepted or declined; or begun by who writes it.

use chrono::{Days, NaiveDate};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Action, AssessmentRow, AssessmentStepRow, Caller, CaseworkError, Kept, Loaded, Reason, Service, Step,
    Text, check_reason, check_version, from, legal, micros, store,
};
use crate::casework::time::instant;

/// A form that is asked for.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    /// The form.
    pub form: String,
    /// Last day on which it may be submitted, in legal time.
    pub due: NaiveDate,
    /// What it is needed for.
    pub reason: String,
}

/// A form that its writer begins unasked.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    /// The form.
    pub form: String,
}

impl Service {
    /// Asks for a form about the child of a case. The newest version of the form is pinned.
    ///
    /// # Errors
    /// As [`Service::proceed`]; `Invalid` for an unknown form, a day in the past or a missing reason; `Taken` when it was
    /// asked for and nobody has answered yet.
    pub async fn request_assessment(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewRequest,
    ) -> Result<Kept, CaseworkError> {
        let loaded = self.load(caller, case, Action::Commission).await?;
        check_reason(&new.reason, 1)?;
        let today = legal(loaded.pack.zone, self.now()).date();
        if new.due < today || new.due > today + Days::new(366) {
            let text = Text::new("期限应在今天之后一年以内", "the due day lies within a year from today");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/due")]));
        }
        let end = new.due.succ_opt().and_then(|day| day.and_hms_opt(0, 0, 0));
        let due_at = end.map(|end| micros(instant(loaded.pack.zone, end)));
        let (row, _) = self.new_row(&loaded, &new.form)?;
        let row = AssessmentRow {
            state: "requested".into(),
            requested_by: Some(caller.viewer.account),
            due_at,
            ..row
        };
        self.keep_new(caller, &loaded, row, Step { said: Some(&new.reason), ..Step::of("request") }).await
    }

    /// Begins a form unasked: a visit, a plan, a note.
    ///
    /// # Errors
    /// As [`Self::request_assessment`]; `NotPermitted` for who does not write this form.
    pub async fn begin_assessment(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewForm,
    ) -> Result<Kept, CaseworkError> {
        let loaded = self.load(caller, case, Action::Assess).await?;
        let (row, form) = self.new_row(&loaded, &new.form)?;
        self.in_one_of(caller, &loaded, &form.written_by, "form-writer").await?;
        let row = AssessmentRow { writer_id: Some(caller.viewer.account), ..row };
        self.keep_new(caller, &loaded, row, Step::of("begin")).await
    }

    /// Accepts what was asked for.
    ///
    /// # Errors
    /// `NotFound`; `NotPermitted` for who does not write this form; `Conflict`; `Invalid` when it was answered.
    pub async fn accept_assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
    ) -> Result<Kept, CaseworkError> {
        self.answer_request(caller, (case, id), expected, "drafting", Step::of("accept")).await
    }

    /// Declines what was asked for, with the reason.
    ///
    /// # Errors
    /// As [`Self::accept_assessment`]; `Invalid` without a reason.
    pub async fn decline_assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        reason: &str,
    ) -> Result<Kept, CaseworkError> {
        let step = Step { said: Some(reason), ..Step::of("decline") };
        self.answer_request(caller, (case, id), expected, "declined", step).await
    }

    /// Takes back what was asked for and not submitted yet.
    ///
    /// # Errors
    /// As [`Self::decline_assessment`].
    pub async fn withdraw_assessment(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        reason: &str,
    ) -> Result<Kept, CaseworkError> {
        let opened = self.open_assessment(caller, case, id, Action::Commission).await?;
        if let Some(kept) = self.done_already(caller, &opened.row, expected, "withdraw").await? {
            return Ok(kept);
        }
        check_version(&opened.row, expected)?;
        check_reason(reason, 1)?;
        from(&opened.row, &["requested"])?;
        let after = AssessmentRow { state: "withdrawn".into(), ..opened.row.clone() };
        let step = Step { said: Some(reason), ..Step::of("withdraw") };
        self.keep_step(caller, &opened, after, step, Vec::new()).await
    }

    async fn answer_request(
        &self,
        caller: &Caller,
        (case, id): (Uuid, Uuid),
        expected: Option<i64>,
        state: &str,
        step: Step<'_>,
    ) -> Result<Kept, CaseworkError> {
        let opened = self.open_assessment(caller, case, id, Action::Assess).await?;
        self.in_one_of(caller, &opened.loaded, &opened.form.written_by, "form-writer").await?;
        if let Some(kept) = self.done_already(caller, &opened.row, expected, step.what).await? {
            return Ok(kept);
        }
        check_version(&opened.row, expected)?;
        if let Some(reason) = step.said {
            check_reason(reason, 1)?;
        }
        from(&opened.row, &["requested"])?;
        let writer_id = (state == "drafting").then_some(caller.viewer.account);
        let after = AssessmentRow { state: state.to_owned(), writer_id, ..opened.row.clone() };
        self.keep_step(caller, &opened, after, step, Vec::new()).await
    }

    /// A new row under the newest version of a form.
    fn new_row(
        &self,
        loaded: &Loaded,
        form: &str,
    ) -> Result<(AssessmentRow, std::sync::Arc<crate::law::forms::Form>), CaseworkError> {
        let Some(form) = loaded.pack.forms.current(form) else {
            let known: Vec<&str> = loaded.pack.forms.newest().map(|form| form.id.as_str()).collect();
            let known = known.join(", ");
            let text = Text::new(
                format!("没有这一表单；可用：{known}"),
                format!("there is no such form; there are: {known}"),
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FORM_UNKNOWN", text).on("/form")]));
        };
        let now = micros(self.now());
        let row = AssessmentRow {
            id: self.new_id(),
            case_id: loaded.row.id,
            form: form.id.clone(),
            form_version: i64::from(form.version),
            state: "drafting".into(),
            version: 1,
            requested_by: None,
            due_at: None,
            writer_id: None,
            submitted: 0,
            released: 0,
            begun_at: now,
            changed_at: now,
        };
        Ok((row, std::sync::Arc::clone(form)))
    }

    async fn keep_new(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        row: AssessmentRow,
        step: Step<'_>,
    ) -> Result<Kept, CaseworkError> {
        let id = self.new_id();
        let first = AssessmentStepRow {
            id,
            assessment_id: row.id,
            case_id: row.case_id,
            seq: row.version,
            what: step.what.to_owned(),
            no: None,
            by_id: caller.viewer.account,
            happened_at: row.begun_at,
            recorded_at: row.begun_at,
            said: self.seal_words(row.case_id, id, row.version, "said", step.said).await?,
            note: None,
        };
        let sides = vec![store::add_assessment(&row), store::add_assessment_step(&first)];
        self.keep_sides(caller, &step.act(), &loaded.permit, &row, sides).await?;
        Ok(Kept { assessment: row.id, version: row.version, state: row.state })
    }
}
