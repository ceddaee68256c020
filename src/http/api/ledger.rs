//! The ledger as a whole.

use axum::Json;
use axum::extract::State;

use crate::casework::oversee::CheckpointView;
use crate::http::caller::SignedIn;
use crate::http::{App, Problem};

/// The latest signed checkpoint and the key that verifies it.
#[utoipa::path(get, path = "/api/v1/ledger/checkpoint", tag = "ledger",
    responses((status = 200, body = CheckpointView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn checkpoint(
    State(app): State<App>,
    SignedIn(_): SignedIn,
) -> Result<Json<CheckpointView>, Problem> {
    Ok(Json(app.service.checkpoint().await?))
}
