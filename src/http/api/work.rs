//! What is to be done.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use crate::casework::sending::MailAddress;
use crate::casework::work::{MissView, NewAnswer, TaskPage, WorkQuery};
use crate::http::caller::{Body, Named, Params, SignedIn};
use crate::http::{App, Problem};

/// The worklist: running clocks, documents owed, drafts to approve, what to answer, missed clocks. Overdue first.
#[utoipa::path(get, path = "/api/v1/worklist", tag = "work", params(WorkQuery),
    responses((status = 200, body = TaskPage), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Params(query): Params<WorkQuery>,
) -> Result<Json<TaskPage>, Problem> {
    Ok(Json(app.service.worklist(&caller, &query).await?))
}

/// Say that you have seen a case that was assigned to you.
#[utoipa::path(post, path = "/api/v1/worklist/{id}/seen", tag = "work", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn seen(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<StatusCode, Problem> {
    app.service.seen(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Clocks of a case that ended unanswered, and who answered for them.
#[utoipa::path(get, path = "/api/v1/cases/{id}/missed", tag = "work", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<MissView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn misses(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<MissView>>, Problem> {
    Ok(Json(app.service.misses(&caller, id).await?))
}

/// Answer for a missed clock, as whoever leads the case or as a supervisor.
#[utoipa::path(post, path = "/api/v1/cases/{id}/missed/{miss}/answer", tag = "work", request_body = NewAnswer,
    params(("id" = Uuid, Path), ("miss" = Uuid, Path)),
    responses((status = 200, body = MissView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn answer_for(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named((id, miss)): Named<(Uuid, Uuid)>,
    Body(new): Body<NewAnswer>,
) -> Result<Json<MissView>, Problem> {
    Ok(Json(app.service.answer_for(&caller, id, miss, &new).await?))
}

/// Where you get your notices by e-mail.
#[utoipa::path(get, path = "/api/v1/notices/mail", tag = "notices",
    responses((status = 200, body = MailAddress), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn mail(State(app): State<App>, SignedIn(caller): SignedIn) -> Result<Json<MailAddress>, Problem> {
    Ok(Json(app.service.mail_address(&caller).await?))
}

/// Get your notices by e-mail.
#[utoipa::path(put, path = "/api/v1/notices/mail", tag = "notices", request_body = MailAddress,
    responses((status = 204), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn set_mail(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(new): Body<MailAddress>,
) -> Result<StatusCode, Problem> {
    app.service.set_mail_address(&caller, &new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get no e-mail any more.
#[utoipa::path(delete, path = "/api/v1/notices/mail", tag = "notices",
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn drop_mail(State(app): State<App>, SignedIn(caller): SignedIn) -> Result<StatusCode, Problem> {
    app.service.drop_mail_address(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
