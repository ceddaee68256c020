//! A version that was submitted, as it stands for good: to be read, compared and printed.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::says::{self, Part};
use super::texts as w;
use super::{Paper, paper};
use crate::casework::assessments::view::{AssessmentLine, StepView, VersionView};
use crate::http::caller::Named;
use crate::http::pages::case::Head;
use crate::http::pages::page::{Page, Person, ok};
use crate::http::pages::texts::{self as t, T};
use crate::http::{App, Problem};

#[derive(Template)]
#[template(path = "paper_version.html")]
struct VersionPage {
    p: Page,
    head: Head,
    line: AssessmentLine,
    purpose: String,
    source: String,
    at: String,
    version: VersionView,
    /// The version before it that this person may read too.
    before: Option<i64>,
    parts: Vec<Part>,
    /// What its reviewer made of it.
    review: Option<StepView>,
    edit: Option<String>,
}

/// A version.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named((case, id, no)): Named<(Uuid, Uuid, i64)>,
) -> Result<Response, Problem> {
    let Paper { head, view, form, at } = paper(&app, &mut p, &caller, (case, id)).await?;
    let place = view.versions.iter().position(|version| version.no == no).ok_or_else(Problem::not_found)?;
    let (earlier, version) = view.versions.split_at(place);
    let version = version.first().cloned().ok_or_else(Problem::not_found)?;
    let earlier = earlier.last();
    let parts = says::parts(&p, &form, &version.answers, earlier.map(|version| &version.answers), None);
    let reviewed = |step: &&StepView| step.what.starts_with("adopt") && step.no == Some(no);
    let review = view.steps.iter().rev().find(reviewed).cloned();
    let (purpose, source) = (p.x(&form.purpose).to_owned(), form.source.clone());
    let before = earlier.map(|version| version.no);
    let page = VersionPage {
        p,
        head,
        line: view.line,
        purpose,
        source,
        at,
        version,
        before,
        parts,
        review,
        edit: None,
    };
    Ok(ok(&page))
}

impl VersionPage {
    fn outcome(&self, step: &StepView) -> &'static T {
        super::step(&step.what)
    }
}
