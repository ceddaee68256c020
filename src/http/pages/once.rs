//! What a form does is done once, and whoever sends it again is shown what came of it: on a second click, after a
//! connection broke, by going back, after a restart, at another instance.
//!
//! Every form that a page shows has a key ([`Page::key`](super::page::Page::key)), here taken from what was sent; the use
//! case remembers it with the first change that it makes ([`crate::casework::sent`]). A form that did nothing may be sent
//! again with the same key.
//!
//! A program gives the key itself (`Idempotency-Key`). Use cases of a case keep their first answer for good; the others
//! hold it for a moment, and say afterwards that the request was done.

use askama::Template;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::BodyExt as _;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::Instrument as _;
use uuid::Uuid;

use super::explain::{LARGEST, page_of};
use super::form::Form;
use super::page::{Page, go, show};
use super::routes::PAGES;
use super::texts as t;
use crate::casework::CaseworkError;
use crate::casework::sent::{Sent, SentBefore};
use crate::http::caller::{RequestId, account_of, idempotency_key};
use crate::http::{App, Problem};

/// Longest key of a form, in characters; a longer one is cut.
const LONGEST_KEY: usize = 100;
/// How long the first answer itself is held: for a second click, and because some answers are shown once.
const HELD: Duration = Duration::from_mins(1);
/// How long the first answer of another instance is waited for, and how often it is looked for.
const PATIENCE: (u32, Duration) = (60, Duration::from_millis(50));
/// Steps of a form that only show it, or save what is typed again and again.
const NOT_YET: [&str; 3] = ["check", "edit", "auto"];

/// Requests of programs whose use cases keep the first answer themselves.
const KEEP_THEIR_ANSWER: [&str; 8] = [
    "/api/v1/cases",
    "/api/v1/cases/{id}/acts",
    "/api/v1/cases/{id}/people",
    "/api/v1/cases/{id}/assignment",
    "/api/v1/cases/{id}/measures",
    "/api/v1/cases/{id}/measures/{measure}/decisions",
    "/api/v1/cases/{id}/measures/{measure}/work",
    "/api/v1/transfers/{id}/accept",
];

/// Forms that are on their way in this process, and what was answered to those of a moment ago.
#[derive(Clone, Default)]
pub(in crate::http) struct Forms(Arc<Mutex<HashMap<(Uuid, String), Entry>>>);

struct Entry {
    since: Instant,
    turn: Arc<tokio::sync::Mutex<Option<Held>>>,
}

/// An answer.
struct Held {
    hash: [u8; 32],
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Held {
    fn again(&self) -> Response {
        let mut response = (self.status, self.body.clone()).into_response();
        response.headers_mut().clone_from(&self.headers);
        response
    }
}

impl Forms {
    /// The turn of whoever sends this form; two of them wait for each other.
    fn turn(&self, account: Uuid, key: &str) -> Arc<tokio::sync::Mutex<Option<Held>>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Entry { since: Instant::now(), turn: Arc::default() };
        Arc::clone(&all.entry((account, key.to_owned())).or_insert_with(new).turn)
    }

    /// Lets go of what was held long enough, as soon as that is over: it may be something that is shown only once.
    async fn let_go(self) {
        tokio::time::sleep(HELD).await;
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, entry| entry.since.elapsed() < HELD || Arc::strong_count(&entry.turn) > 1);
    }
}

/// The key that a program gave its request, where that is not kept by the use case itself.
fn key_of_program(request: &Request) -> Option<String> {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    if KEEP_THEIR_ANSWER.contains(&route) {
        return None;
    }
    // What is no key is said where the caller is made out.
    let key = idempotency_key(request.headers()).ok()??;
    Some(format!("api:{key}"))
}

/// The key of a form that a person sent.
fn key_of_form(form: &Form) -> Option<String> {
    let key = form.given("key").filter(|_| !NOT_YET.contains(&form.get("step")));
    key.map(|key| key.chars().take(LONGEST_KEY).collect())
}

/// Lets a form, or what a program asks for, do what it does, unless it has.
pub(in crate::http) async fn once(
    State((app, forms)): State<(App, Forms)>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let program = request.uri().path().starts_with("/api/");
    let given = if program { key_of_program(&request) } else { None };
    if program && given.is_none() {
        return next.run(request).await;
    }
    Box::pin(once_for(app, forms, given, request, next)).await
}

/// The same for a form, or for what a program asks for with this key.
async fn once_for(app: App, forms: Forms, given: Option<String>, request: Request, next: Next) -> Response {
    let program = given.is_some();
    let (mut parts, body) = request.into_parts();
    let Ok(typed) = to_bytes(body, LARGEST).await else { return Problem::too_large().into_response() };
    let form = if program { Form::default() } else { Form::read(&typed) };
    let key = given.or_else(|| key_of_form(&form));
    let (Some(key), Some(account)) = (key, account_of(&app, &parts.headers).await) else {
        return next.run(Request::from_parts(parts, Body::from(typed))).await;
    };
    let hash = Sha256::new().chain_update(parts.uri.path()).chain_update([0]).chain_update(&typed).finalize();
    let sent = Sent { key, hash: hash.into() };
    parts.extensions.insert(sent.clone());
    let sending = Sending { turn: forms.turn(account, &sent.key), app, account, sent, form, program, parts };
    // A browser in which somebody clicks twice gives the first request up; what it began is finished.
    let done = tokio::spawn(sending.take(typed, next).in_current_span());
    tokio::spawn(forms.let_go());
    match done.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(answer) => answer,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_)) => Problem::internal().into_response(),
    }
}

/// A form that is sent.
struct Sending {
    app: App,
    turn: Arc<tokio::sync::Mutex<Option<Held>>>,
    account: Uuid,
    sent: Sent,
    form: Form,
    /// A program sent it, and no form.
    program: bool,
    parts: Parts,
}

impl Sending {
    async fn take(self, typed: Bytes, next: Next) -> Response {
        let turn = Arc::clone(&self.turn);
        let mut held = turn.lock().await;
        if let Some(held) = held.as_ref().filter(|held| held.hash == self.sent.hash) {
            return held.again();
        }
        match self.before().await {
            Ok(None) => {}
            Ok(Some(before)) => return self.again(before).await,
            Err(problem) => return problem.into_response(),
        }
        let answer = next.run(Request::from_parts(self.parts.clone(), Body::from(typed))).await;
        let mine = self.parts.extensions.get::<RequestId>().map(|id| id.0);
        match self.before().await {
            Ok(Some(before)) if Some(before.request) == mine => {
                let (answer, kept) = self.keep(answer).await;
                *held = kept;
                answer
            }
            // Somebody else was first, at another instance.
            Ok(Some(before)) => self.again(before).await,
            // It did nothing, or that cannot be asked; the answer says what it was.
            Ok(None) | Err(_) => answer,
        }
    }

    async fn before(&self) -> Result<Option<SentBefore>, Problem> {
        Ok(self.app.service.sent_before(self.account, &self.sent).await?)
    }

    /// Remembers the answer to a form that did something.
    async fn keep(&self, answer: Response) -> (Response, Option<Held>) {
        let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        if let Some(to) = to.filter(|_| !self.program)
            && let Err(error) = self.app.service.sent_led(self.account, &self.sent, to).await
        {
            tracing::error!(error = %error, "where a form led was not kept");
        }
        if !(answer.status().is_success() || answer.status().is_redirection()) {
            return (answer, None);
        }
        let (parts, body) = answer.into_parts();
        let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
            return (Problem::internal().into_response(), None);
        };
        let headers = parts.headers.clone();
        let held = Held { hash: self.sent.hash, status: parts.status, headers, body: body.clone() };
        (Response::from_parts(parts, Body::from(body)), Some(held))
    }

    /// What came of the first.
    async fn again(&self, mut before: SentBefore) -> Response {
        if self.program {
            let problem = if before.same {
                Problem::done_before(before.request)
            } else {
                Problem::from(CaseworkError::KeyReused)
            };
            return problem.into_response();
        }
        let (times, wait) = PATIENCE;
        for _ in 0..times {
            if !before.same || before.led_to.is_some() {
                break;
            }
            tokio::time::sleep(wait).await;
            match self.before().await {
                Ok(Some(now)) => before = now,
                Ok(None) | Err(_) => break,
            }
        }
        let page = page_of(&self.app, &self.parts).await;
        match before.led_to {
            Some(to) if before.same => go(&to),
            led => {
                let look = led.unwrap_or_else(|| above(&self.parts));
                let form = self.form.clone().without_secrets().with("key", &page.key());
                let status = if before.same { StatusCode::OK } else { StatusCode::CONFLICT };
                let to = self.parts.uri.path().to_owned();
                show(status, &SentPage { p: page, look, to, form: Some(form).filter(|_| !before.same) })
            }
        }
    }
}

/// It was sent before.
#[derive(Template)]
#[template(path = "sent.html")]
struct SentPage {
    p: Page,
    /// Where one sees what came of it.
    look: String,
    to: String,
    /// What is different now, where something is.
    form: Option<Form>,
}

/// The nearest page above the address to which a form is sent.
fn above(parts: &Parts) -> String {
    let pattern = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = parts.uri.path().split('/').collect();
    let found = (2..=pattern.len().min(path.len())).rev().find_map(|depth| {
        let above = pattern.get(..depth)?.join("/");
        let page = PAGES.iter().find(|route| route.path == above)?;
        page.methods.contains(&"get").then(|| path.get(..depth).map(|path| path.join("/"))).flatten()
    });
    found.unwrap_or_else(|| "/".to_owned())
}
