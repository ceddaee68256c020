//! The forms of a case: which there are, one asked for, one begun.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Duration;
use uuid::Uuid;

use super::texts as w;
use crate::casework::assessments::request::{NewForm, NewRequest};
use crate::casework::assessments::view::{AssessmentLine, FormName};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::Named;
use crate::http::pages::case::{Head, head};
use crate::http::pages::fields::{Fault, Input, Section, judged};
use crate::http::pages::form::Form;
use crate::http::pages::page::{Page, Person, go, show};
use crate::http::pages::texts::{self as t, T};
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::record::Text;

#[derive(Template)]
#[template(path = "papers_list.html")]
struct ListPage {
    p: Page,
    head: Head,
    /// Those under way, soonest due first, and those that are done.
    open: Vec<AssessmentLine>,
    done: Vec<AssessmentLine>,
    /// The form with which one is asked for, if this person can.
    sections: Vec<Section>,
    begins: Vec<FormName>,
    faults: Vec<Fault>,
}

/// The forms of a case.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    list(&app, p, &caller, id, &Form::default(), &[]).await
}

async fn list(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    typed: &Form,
    reasons: &[Reason],
) -> Result<Response, Problem> {
    let head = head(app, &mut p, caller, id, "forms").await?;
    let lines = app.service.assessments(caller, id).await?;
    let forms = app.service.forms_open(caller, id).await?;
    p.learn(
        app,
        lines.iter().flat_map(|line| [line.writer, line.requested_by]).flatten().collect::<Vec<_>>(),
    )
    .await?;
    p.path = format!("/cases/{id}/assessments");
    let ended = |line: &AssessmentLine| ["declined", "withdrawn", "released"].contains(&line.state.as_str());
    let (mut done, mut open): (Vec<_>, Vec<_>) = lines.into_iter().partition(ended);
    open.sort_by_key(|line| (line.due_at.is_none(), line.due_at, line.begun_at));
    done.sort_by_key(|line| std::cmp::Reverse(line.changed_at));
    let mut sections = Vec::new();
    if !forms.to_request.is_empty() {
        let named = forms.to_request.iter().map(|form| (form.form.clone(), p.x(&form.name).to_owned()));
        let inputs = vec![
            Input::new("form", p.t(w::WHICH_FORM), "select", typed).one_of(named).required(),
            Input::new("due", p.t(w::DUE_DAY), "date", typed).required(),
            Input::new("reason", p.t(w::WHAT_FOR), "area", typed).required(),
        ];
        sections.push(Section::new("ask", p.t(w::ASK_FOR), inputs));
    }
    let (faults, status) = judged(&p, &mut sections, reasons);
    Ok(show(status, &ListPage { p, head, open, done, sections, begins: forms.to_begin, faults }))
}

/// Asks for one.
pub(in crate::http::pages) async fn ask(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    // A day that is none lies in no year that the service accepts.
    let due = form.get("due").parse().unwrap_or(chrono::NaiveDate::MIN);
    let new = NewRequest { form: form.get("form").to_owned(), due, reason: form.get("reason").to_owned() };
    match app.service.request_assessment(&caller, id, &new).await {
        Ok(kept) => Ok(go(&format!("/cases/{id}/assessments/{}?done=request", kept.assessment))),
        Err(CaseworkError::Invalid(reasons)) => list(&app, p, &caller, id, &form, &reasons).await,
        Err(CaseworkError::Taken { .. }) => {
            let text = Text::new(
                "此表已经委托，尚未答复",
                "this form was asked for already, and nobody has answered yet",
            );
            let reason = Reason::engine("TAKEN", text).on("/form");
            list(&app, p, &caller, id, &form, &[reason]).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Begins one.
pub(in crate::http::pages) async fn begin(
    State(app): State<App>,
    Person(caller, _): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let new = NewForm { form: form.get("form").to_owned() };
    let kept = app.service.begin_assessment(&caller, id, &new).await?;
    Ok(go(&format!("/cases/{id}/assessments/{}/draft", kept.assessment)))
}

impl ListPage {
    fn state(&self, line: &AssessmentLine) -> (&'static T, &'static str) {
        super::state(&line.state)
    }

    /// The last day of a due date, which ends at its midnight.
    fn due(&self, line: &AssessmentLine) -> Option<String> {
        line.due_at.map(|due| self.p.day_of(&(due - Duration::seconds(1))))
    }
}
