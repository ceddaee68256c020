//! A draft is read over, with a way back to everything that is missing, and submitted.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::draft::question_of;
use super::one::seen;
use super::says::{self, Part};
use super::texts as w;
use super::{Draft, draft};
use crate::casework::assessments::draft::Submission;
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::Named;
use crate::http::pages::case::Head;
use crate::http::pages::fields::Input;
use crate::http::pages::form::Form as Typed;
use crate::http::pages::page::{Page, Person, go, show};
use crate::http::pages::texts as t;
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::forms::Form;

#[derive(Template)]
#[template(path = "paper_check.html")]
struct CheckPage {
    p: Page,
    head: Head,
    title: String,
    at: String,
    open: bool,
    version: i64,
    parts: Vec<Part>,
    /// Where each thing is mended that stands against submitting it, and what it is.
    faults: Vec<(String, String)>,
    left_out: Vec<String>,
    /// When what it tells of happened.
    input: Input,
    edit: Option<String>,
    moved: bool,
}

/// A draft, all of it.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(of): Named<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    let room = draft(&app, &mut p, &caller, of).await?;
    Ok(shown(p, room, &Typed::default(), None, StatusCode::OK))
}

fn shown(p: Page, room: Draft, typed: &Typed, wrong: Option<String>, status: StatusCode) -> Response {
    let open = room.open();
    let Draft { head, written: draft, form, at } = room;
    let saved = &draft.saved;
    let faults =
        saved.reasons.iter().map(|reason| (place(&form, &at, reason), p.x(&reason.statement).to_owned()));
    let faults: Vec<(String, String)> = faults.collect();
    let parts = says::parts(&p, &form, &draft.answers, None, Some(&saved.asked));
    let label = |id: &String| form.question(id).map(|question| p.x(&question.name).to_owned());
    let left_out = saved.left_out.iter().filter_map(label).collect();
    let mut input = Input::new("happened_at", p.t(w::HAPPENED_WHEN), "time", typed);
    p.t(w::HAPPENED_WHEN_HINT).clone_into(&mut input.hint);
    input.error = wrong;
    let title = p.x(&form.name).to_owned();
    let edit = open.then(|| format!("{at}/draft"));
    let version = saved.kept.version;
    let moved = status == StatusCode::PRECONDITION_FAILED;
    show(
        status,
        &CheckPage { p, head, title, at, open, version, parts, faults, left_out, input, edit, moved },
    )
}

/// Where what a reason is about is mended; nowhere in particular for what must hold between answers.
fn place(form: &Form, at: &str, reason: &Reason) -> String {
    let section = question_of(reason).and_then(|id| {
        form.sections.iter().find(|section| section.questions.iter().any(|question| question.id == id))
    });
    let field = reason.field.as_deref().unwrap_or_default().trim_start_matches('/').replace('/', ".");
    section.map(|section| format!("{at}/draft/{}?check=1#{field}", section.id)).unwrap_or_default()
}

/// The draft is submitted.
pub(in crate::http::pages) async fn submit(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(of): Named<(Uuid, Uuid)>,
    form: Typed,
) -> Result<Response, Problem> {
    let submission = Submission { happened_at: form.given("happened_at").map(str::to_owned) };
    let Err(error) = app.service.submit_assessment(&caller, of, Some(seen(&form)), &submission).await else {
        return Ok(go(&format!("/cases/{}/assessments/{}?done=submit", of.0, of.1)));
    };
    again(&app, &mut p, &caller, of, error)
        .await
        .map(|(room, wrong, status)| shown(p, room, &form, wrong, status))
}

async fn again(
    app: &App,
    p: &mut Page,
    caller: &Caller,
    of: (Uuid, Uuid),
    error: CaseworkError,
) -> Result<(Draft, Option<String>, StatusCode), Problem> {
    let (reasons, status) = match error {
        CaseworkError::Invalid(reasons) => (reasons, StatusCode::UNPROCESSABLE_ENTITY),
        CaseworkError::Conflict { .. } => (Vec::new(), StatusCode::PRECONDITION_FAILED),
        other => return Err(other.into()),
    };
    let room = draft(app, p, caller, of).await?;
    p.path = format!("{}/check", room.at);
    let when = reasons.iter().find(|reason| reason.field.as_deref() == Some("/happened_at"));
    let wrong = when.map(|reason| p.x(&reason.statement).to_owned());
    Ok((room, wrong, status))
}
