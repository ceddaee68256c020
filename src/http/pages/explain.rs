//! A problem as a page: what is wrong, what can be done about it, and nothing lost of what was typed.

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::form::Form;
use super::page::{Page, go, show};
use super::texts as t;
use crate::http::session::token_of;
use crate::http::{App, Problem};

/// Largest form, in bytes; the same as of any body.
pub(super) const LARGEST: usize = 1024 * 1024;

/// Something that stands against what was asked.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    p: Page,
    problem: Problem,
    back: bool,
}

/// The session ended while a form was filled in: it can be sent again after signing in.
#[derive(Template)]
#[template(path = "again.html")]
struct AgainPage {
    p: Page,
    to: String,
    form: Form,
}

/// It has to be confirmed that it is this person; then what was asked goes on.
#[derive(Template)]
#[template(path = "step_up.html")]
pub(super) struct StepUpPage {
    pub(super) p: Page,
    pub(super) to: String,
    /// What was typed, as a body; empty for a page that is only looked at.
    pub(super) form: String,
    pub(super) wrong: Option<Problem>,
}

/// A link from elsewhere does not carry the session: one more click does.
#[derive(Template)]
#[template(path = "continue.html")]
struct ContinuePage {
    p: Page,
    to: String,
}

/// Turns problems into pages for those who want pages. Whatever a form held is kept until it is known to be good.
pub(in crate::http) async fn explain(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || !wants_pages(request.headers()) {
        return next.run(request).await;
    }
    Box::pin(explain_to_people(app, request, next)).await
}

async fn explain_to_people(app: App, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let sends = parts.method == Method::POST;
    let (typed, body) = if sends {
        let Ok(bytes) = to_bytes(body, LARGEST).await else {
            return Problem::too_large().into_response();
        };
        (bytes.clone(), Body::from(bytes))
    } else {
        (axum::body::Bytes::new(), body)
    };
    let asked = Request::from_parts(parts.clone(), body);
    let response = next.run(asked).await;
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    let page = page_of(&app, &parts).await;
    let status = response.status();
    let mut explained = page_about(problem, page, &parts, sends, &typed);
    // What the others in the chain look for, and how long to wait, stays with the answer.
    let again = response.headers().get(header::RETRY_AFTER).cloned();
    explained.headers_mut().extend(again.map(|value| (header::RETRY_AFTER, value)));
    explained.extensions_mut().extend(response.extensions().clone());
    debug_assert!(status.is_client_error() || status.is_server_error());
    explained
}

fn page_about(problem: Problem, page: Page, parts: &Parts, sends: bool, typed: &[u8]) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let form = || Form::read(typed).without_secrets();
    let kind =
        if problem.asks_factor { "step-up-required" } else { problem.kind.trim_start_matches("/problems/") };
    match (kind, sends) {
        ("unauthenticated", false) if from_elsewhere(&parts.headers) => {
            let to = page.path.clone();
            show(StatusCode::OK, &ContinuePage { p: page, to })
        }
        ("unauthenticated", false) => {
            let to = url::form_urlencoded::byte_serialize(page.path.as_bytes()).collect::<String>();
            go(&format!("/sign-in?to={to}"))
        }
        ("unauthenticated", true) => {
            let to = page.path.clone();
            show(status, &AgainPage { p: page, to, form: form() })
        }
        ("step-up-required", _) => {
            let to = page.path.clone();
            let form = if sends { form().write() } else { String::new() };
            show(status, &StepUpPage { p: page, to, form, wrong: None })
        }
        _ => {
            let mut page = page;
            if sends {
                // What was sent cannot be looked at again in the other language.
                "/".clone_into(&mut page.path);
            }
            show(status, &ProblemPage { p: page, problem, back: sends })
        }
    }
}

/// The page with its person where there is one; whoever is not signed in gets one all the same. Nothing is asked of the
/// policy once more.
pub(super) async fn page_of(app: &App, parts: &Parts) -> Page {
    let mut page = Page::of(app, parts);
    if let Some(token) = token_of(&parts.headers)
        && let Ok(Some((viewer, session))) = app.service.session(token).await
    {
        page.me = app.service.me(&viewer, Some(&session)).await.ok();
    }
    page
}

fn wants_pages(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/html"))
}

/// The browser was sent here by another site, which it tells; the session's cookie is not sent along then.
fn from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|value| value == "cross-site")
}
