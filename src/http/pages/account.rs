//! A person's own account: where they are signed in and what they can show.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::desk_texts as d;
use super::form::Form;
use super::page::{AtBrowser, Page, go, show};
use super::sign_in::RecoveryCodesPage;
use super::texts::{self as t, T};
use crate::casework::Caller;
use crate::casework::CaseworkError;
use crate::casework::signin::credentials::{CredentialsView, PasswordChange};
use crate::casework::signin::{Session, SessionView};
use crate::http::caller::Named;
use crate::http::session::NewToken;
use crate::http::{App, Problem};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    p: Page,
    sessions: Vec<SessionView>,
    has: CredentialsView,
    wrong: Option<Problem>,
}

impl AccountPage {
    /// What was shown to sign in, in words.
    const fn factor(&self, factors: &str) -> &'static T {
        match factors.as_bytes() {
            b"password-totp" => t::BY_PASSWORD_TOTP,
            b"password-recovery" => t::BY_PASSWORD_RECOVERY,
            b"passkey" => t::BY_PASSKEY,
            _ => t::BY_PROVIDER,
        }
    }
}

/// Sessions and ways to sign in.
pub(super) async fn page(
    State(app): State<App>,
    AtBrowser(caller, session, p): AtBrowser,
) -> Result<Response, Problem> {
    account(&app, p, &caller, &session, None).await
}

async fn account(
    app: &App,
    p: Page,
    caller: &Caller,
    session: &Session,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let sessions = app.service.sessions(caller, session).await?;
    let has = app.service.credentials(caller).await?;
    let status = wrong.as_ref().and_then(|problem| StatusCode::from_u16(problem.status).ok());
    Ok(show(status.unwrap_or(StatusCode::OK), &AccountPage { p, sessions, has, wrong }))
}

/// Ends one session.
pub(super) async fn end(
    State(app): State<App>,
    AtBrowser(caller, session, _): AtBrowser,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    app.service.end_session(&caller, &session, id).await?;
    Ok(go("/account"))
}

/// Ends all other sessions.
pub(super) async fn end_others(
    State(app): State<App>,
    AtBrowser(caller, session, _): AtBrowser,
) -> Result<Response, Problem> {
    app.service.end_other_sessions(&caller, &session).await?;
    Ok(go("/account"))
}

/// New recovery codes, shown this once.
pub(super) async fn recovery_codes(
    State(app): State<App>,
    AtBrowser(caller, _, mut p): AtBrowser,
) -> Result<Response, Problem> {
    let codes = app.service.new_recovery_codes(&caller).await?.codes;
    "/account".clone_into(&mut p.path);
    Ok(show(StatusCode::OK, &RecoveryCodesPage { p, codes }))
}

/// Another password.
pub(super) async fn password(
    State(app): State<App>,
    AtBrowser(caller, session, mut p): AtBrowser,
    form: Form,
) -> Result<Response, Problem> {
    "/account".clone_into(&mut p.path);
    let change = PasswordChange { current: Some(form.secret("current")), password: form.secret("password") };
    match app.service.change_password(&caller, &session, &change).await {
        Ok(token) => Ok((NewToken(Some(token)), go("/account")).into_response()),
        Err(error @ (CaseworkError::Invalid(_) | CaseworkError::FactorRefused)) => {
            account(&app, p, &caller, &session, Some(error.into())).await
        }
        Err(error) => Err(error.into()),
    }
}
