//! Tokens for a person's own programs: which there are, one more, an end.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::desk::{choose, reasons};
use super::desk_texts as d;
use super::fields::{Fault, Input, Section, judged};
use super::form::Form;
use super::page::{AtBrowser, Page, go, ok, show};
use super::texts::{self as t, T};
use crate::casework::Caller;
use crate::casework::signin::tokens::{ApiTokenView, NewApiToken, Scope};
use crate::http::caller::Named;
use crate::http::{App, Problem};
use crate::law::Reason;

#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    p: Page,
    tokens: Vec<ApiTokenView>,
    sections: Vec<Section>,
    faults: Vec<Fault>,
}

#[derive(Template)]
#[template(path = "token.html")]
struct TokenPage {
    p: Page,
    token: String,
}

/// One's tokens.
pub(super) async fn page(
    State(app): State<App>,
    AtBrowser(caller, _, p): AtBrowser,
) -> Result<Response, Problem> {
    list(&app, p, &caller, &Form::default(), &[]).await
}

async fn list(
    app: &App,
    mut p: Page,
    caller: &Caller,
    form: &Form,
    wrong: &[Reason],
) -> Result<Response, Problem> {
    "/account/tokens".clone_into(&mut p.path);
    let tokens = app.service.api_tokens(caller).await?;
    let scopes = [("read", d::TOKEN_READ), ("write", d::TOKEN_WRITE)];
    let scopes = scopes.map(|(id, name)| (id.to_owned(), p.t(name).to_owned()));
    let inputs = vec![
        Input::new("label", p.t(d::TOKEN_LABEL), "line", form).required(),
        Input::new("scope", p.t(d::TOKEN_SCOPE), "radios", form).one_of(scopes).required(),
        Input::new("days", p.t(d::TOKEN_DAYS), "number", form).hint("1–365").required(),
    ];
    let mut sections = vec![Section::new("token", p.t(d::MAKE_TOKEN), inputs)];
    let (faults, status) = judged(&p, &mut sections, wrong);
    Ok(show(status, &TokensPage { p, tokens, sections, faults }))
}

/// A token is made, and shown this once.
pub(super) async fn make(
    State(app): State<App>,
    AtBrowser(caller, _, mut p): AtBrowser,
    form: Form,
) -> Result<Response, Problem> {
    let scope = match form.get("scope") {
        "read" => Scope::Read,
        "write" => Scope::Write,
        _ => return list(&app, p, &caller, &form, &[choose("scope")]).await,
    };
    let days = form.get("days").parse().unwrap_or_default();
    let new = NewApiToken { label: form.get("label").to_owned(), scope, days };
    match app.service.make_api_token(&caller, &new).await {
        Ok(made) => {
            "/account/tokens".clone_into(&mut p.path);
            Ok(ok(&TokenPage { p, token: made.token }))
        }
        Err(error) => list(&app, p, &caller, &form, &reasons(error)?).await,
    }
}

/// A token ends.
pub(super) async fn end(
    State(app): State<App>,
    AtBrowser(caller, _, _): AtBrowser,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    app.service.end_api_token(&caller, id).await?;
    Ok(go("/account/tokens"))
}

impl TokensPage {
    fn scope(&self, scope: &Scope) -> &'static T {
        if *scope == Scope::Read { d::TOKEN_READ } else { d::TOKEN_WRITE }
    }
}
