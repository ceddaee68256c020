//! Whether the service lives, can work, and how it fares. Nothing here names a person or a case.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::http::{App, Problem};

/// The process lives.
#[utoipa::path(get, path = "/healthz", tag = "status", security(()), responses((status = 200, body = String)))]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The service can work: its database answers.
#[utoipa::path(get, path = "/readyz", tag = "status", security(()), responses((status = 200, body = String), (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    app.service.ready().await?;
    Ok("ready\n")
}

/// Counters and timings in Prometheus form.
#[utoipa::path(get, path = "/metrics", tag = "status", security(()), responses((status = 200, body = String)))]
pub async fn metrics(State(app): State<App>) -> impl IntoResponse {
    ([(axum::http::header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render())
}

/// The description of this API.
#[utoipa::path(get, path = "/api/openapi.json", tag = "status", security(()), responses((status = 200, body = Object)))]
pub async fn openapi() -> impl IntoResponse {
    (StatusCode::OK, Json(crate::http::openapi()))
}
