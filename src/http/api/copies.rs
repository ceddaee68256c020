//! Copies of a case that leave the house.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use uuid::Uuid;

use crate::casework::copies::{CopyView, MadeCopy, NewCopy};
use crate::http::caller::{Body, Named, SignedIn};
use crate::http::{App, Problem};

/// The copies of a case: for whom, what for, whether they came back.
#[utoipa::path(get, path = "/api/v1/cases/{id}/copies", tag = "copies", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<CopyView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<CopyView>>, Problem> {
    Ok(Json(app.service.copies(&caller, id).await?))
}

/// Make a copy of a case for somebody. Asks for a factor shown a moment ago; whoever leads the case and its supervisors are
/// told.
#[utoipa::path(post, path = "/api/v1/cases/{id}/copies", tag = "copies", params(("id" = Uuid, Path)), request_body = NewCopy,
    responses((status = 201, body = MadeCopy), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn make(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewCopy>,
) -> Result<(StatusCode, Json<MadeCopy>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.copy_case(&caller, id, &new).await?)))
}

/// Write down that a copy came back or was destroyed.
#[utoipa::path(post, path = "/api/v1/cases/{id}/copies/{copy}/recall", tag = "copies", params(("id" = Uuid, Path), ("copy" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn recall(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named((id, copy)): Named<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    app.service.recall_copy(&caller, id, copy).await?;
    Ok(StatusCode::NO_CONTENT)
}
