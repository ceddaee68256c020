//! Forms that are written about a child, and what is the child's own.
//!
//! * `list`: the forms of a case, asked for or begun. `one`: one of them and what is done with it. `draft`: it is written,
//!   section by section; `ask`: its questions as fields. `check`: it is read over. `versions`: what was submitted;
//!   `says`: answers in words.
//! * `child`: the sheet, the child's words, a complaint. `children`: those whom a social worker helps. `reach`: where
//!   somebody is reminded.

mod ask;
pub(super) mod check;
pub(super) mod child;
pub(super) mod children;
pub(super) mod draft;
pub(super) mod list;
pub(super) mod one;
pub(super) mod reach;
mod says;
pub(super) mod texts;
pub(super) mod versions;

use std::sync::Arc;
use uuid::Uuid;

use self::texts as w;
use super::case::{Head, head};
use super::page::Page;
use super::texts::T;
use crate::casework::Caller;
use crate::casework::assessments::draft::DraftView;
use crate::casework::assessments::view::AssessmentView;
use crate::http::{App, Problem};
use crate::law::forms::Form;

/// A case and one of its assessments.
struct Paper {
    head: Head,
    view: AssessmentView,
    form: Arc<Form>,
    /// Address of its page.
    at: String,
}

/// Reads an assessment and what the head of its page shows.
async fn paper(app: &App, p: &mut Page, caller: &Caller, (case, id): (Uuid, Uuid)) -> Result<Paper, Problem> {
    let head = head(app, p, caller, case, "forms").await?;
    let view = app.service.assessment(caller, (case, id)).await?;
    let form = app.service.form_pinned(&head.pack, &view.line.form, view.line.form_version)?;
    let people = view.steps.iter().map(|step| step.by).chain(view.line.writer).chain(view.line.requested_by);
    p.learn(app, people.collect::<Vec<_>>()).await?;
    Ok(Paper { head, view, form, at: format!("/cases/{case}/assessments/{id}") })
}

/// A case and a draft in it.
struct Draft {
    head: Head,
    written: DraftView,
    form: Arc<Form>,
    at: String,
}

/// Reads a draft, for the side that writes it.
async fn draft(app: &App, p: &mut Page, caller: &Caller, (case, id): (Uuid, Uuid)) -> Result<Draft, Problem> {
    let head = head(app, p, caller, case, "forms").await?;
    let draft = app.service.draft(caller, (case, id)).await?;
    let form = app.service.form_pinned(&head.pack, &draft.form, i64::from(draft.form_version))?;
    Ok(Draft { head, written: draft, form, at: format!("/cases/{case}/assessments/{id}") })
}

impl Draft {
    /// Whether it is written now; whether this person writes it, saving asks.
    fn open(&self) -> bool {
        ["drafting", "returned"].contains(&self.written.saved.kept.state.as_str())
    }
}

/// A state in words, and how it is marked.
fn state(state: &str) -> (&'static T, &'static str) {
    match state {
        "requested" => (w::REQUESTED, "tag tag-ask"),
        "declined" => (w::DECLINED, "tag"),
        "withdrawn" => (w::WITHDRAWN, "tag"),
        "drafting" => (w::DRAFTING, "tag tag-ask"),
        "submitted" => (w::SUBMITTED, "tag tag-ask"),
        "returned" => (w::RETURNED, "tag tag-warn"),
        "adopted" => (w::ADOPTED, "tag tag-ask"),
        _ => (w::RELEASED, "tag tag-good"),
    }
}

/// A step in words.
fn step(what: &str) -> &'static T {
    match what {
        "request" => w::DID_REQUEST,
        "begin" => w::DID_BEGIN,
        "accept" => w::DID_ACCEPT,
        "decline" => w::DID_DECLINE,
        "withdraw" => w::DID_WITHDRAW,
        "submit" => w::DID_SUBMIT,
        "return" => w::DID_RETURN,
        "adopt" => w::DID_ADOPT,
        "adopt-partly" => w::DID_ADOPT_PARTLY,
        "adopt-not" => w::DID_ADOPT_NOT,
        "release" => w::DID_RELEASE,
        _ => w::DID_CORRECT,
    }
}

/// What was just done, told once above the page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

impl Done {
    /// Says it, and forgets it in the page's address.
    fn tell(&self, p: &mut Page) {
        if !self.done.is_empty() {
            p.said = Some(p.n(w::DONE_STEP, p.t(step(&self.done))));
            let path = p.path_alone().to_owned();
            p.path = path;
        }
    }
}
