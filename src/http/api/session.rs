//! Signing in and out, and one's own sessions.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use uuid::Uuid;

use crate::casework::signin::{Me, NextStep, SessionView, SignIn, StepUp};
use crate::http::caller::{Body, Named, Whoever};
use crate::http::session::{InPerson, NewToken, NoToken, Visitor};
use crate::http::{App, Problem};

/// One step of signing in; `state` of the answer says which comes next. The last one sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn, security(()),
    responses((status = 200, body = NextStep), (status = 201, body = NextStep), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn sign_in(
    State(app): State<App>,
    Visitor(visit): Visitor,
    Body(step): Body<SignIn>,
) -> Result<impl IntoResponse, Problem> {
    let stepped = app.service.sign_in(step, &visit).await?;
    let status = if stepped.token.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, NewToken(stepped.token), Json(stepped.next)))
}

/// Who am I, and until when.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, body = Me)))]
pub async fn who_am_i(
    State(app): State<App>,
    Whoever(caller, session): Whoever,
) -> Result<Json<Me>, Problem> {
    Ok(Json(app.service.me(&caller.viewer, session.as_ref()).await?))
}

/// Sign out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204)))]
pub async fn sign_out(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
) -> Result<impl IntoResponse, Problem> {
    app.service.end_session(&caller, &session, session.id).await?;
    Ok((StatusCode::NO_CONTENT, NoToken, ()))
}

/// Show a factor again. For five minutes, acts that ask for a fresh factor are open; the session gets another token.
#[utoipa::path(post, path = "/api/v1/session/step-up", tag = "session", request_body = StepUp, responses((status = 204)))]
pub async fn step_up(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
    Body(step): Body<StepUp>,
) -> Result<impl IntoResponse, Problem> {
    let token = app.service.step_up(&caller, &session, &step).await?;
    Ok((StatusCode::NO_CONTENT, NewToken(Some(token)), ()))
}

/// My sessions, newest first.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", responses((status = 200, body = Vec<SessionView>)))]
pub async fn sessions(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
) -> Result<Json<Vec<SessionView>>, Problem> {
    Ok(Json(app.service.sessions(&caller, &session).await?))
}

/// End all my other sessions.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "session", responses((status = 204)))]
pub async fn end_others(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
) -> Result<StatusCode, Problem> {
    app.service.end_other_sessions(&caller, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End one of my sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn end(
    State(app): State<App>,
    InPerson(caller, session): InPerson,
    Named(id): Named<Uuid>,
) -> Result<StatusCode, Problem> {
    app.service.end_session(&caller, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
