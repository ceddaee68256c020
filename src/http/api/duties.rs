//! Cases on their way to another office, emergencies and their review, notices, and who looked.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::casework::emergency::{EmergencyView, NewEmergency, NewReview};
use crate::casework::lookers::LookerView;
use crate::casework::notices::NoticeView;
use crate::casework::takeover::{Acceptance, TakenOver};
use crate::casework::transfer::{NewTransfer, TransferView};
use crate::http::caller::{Body, Named, Params, SignedIn};
use crate::http::{App, Problem};

/// Why something is answered so.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// Why.
    reason: String,
}

/// The transfers by which a case went or came.
#[utoipa::path(get, path = "/api/v1/cases/{id}/transfers", tag = "transfers", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<TransferView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn transfers_of(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<TransferView>>, Problem> {
    Ok(Json(app.service.transfers_of(&caller, id).await?))
}

/// Offer a case to another office. Nothing changes until it accepts.
#[utoipa::path(post, path = "/api/v1/cases/{id}/transfers", tag = "transfers", params(("id" = Uuid, Path)), request_body = NewTransfer,
    responses((status = 201, body = TransferView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn offer(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewTransfer>,
) -> Result<(StatusCode, Json<TransferView>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.offer_transfer(&caller, id, &new).await?)))
}

/// Offers that wait for an answer, to and by your offices.
#[utoipa::path(get, path = "/api/v1/transfers", tag = "transfers", responses((status = 200, body = Vec<TransferView>)))]
pub async fn transfers(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<TransferView>>, Problem> {
    Ok(Json(app.service.transfers(&caller).await?))
}

/// Take a case over: both offices' files change at once.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/accept", tag = "transfers", params(("id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer again")),
    request_body = Acceptance,
    responses((status = 201, body = TakenOver), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn accept(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(acceptance): Body<Acceptance>,
) -> Result<(StatusCode, Json<TakenOver>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.accept_transfer(&caller, id, &acceptance).await?)))
}

/// Refuse to take a case over.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/refuse", tag = "transfers", params(("id" = Uuid, Path)), request_body = Because,
    responses((status = 200, body = TransferView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn refuse(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(because): Body<Because>,
) -> Result<Json<TransferView>, Problem> {
    Ok(Json(app.service.refuse_transfer(&caller, id, &because.reason).await?))
}

/// Withdraw an offer.
#[utoipa::path(post, path = "/api/v1/transfers/{id}/withdraw", tag = "transfers", params(("id" = Uuid, Path)), request_body = Because,
    responses((status = 200, body = TransferView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn withdraw(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(because): Body<Because>,
) -> Result<Json<TransferView>, Problem> {
    Ok(Json(app.service.withdraw_transfer(&caller, id, &because.reason).await?))
}

/// Open a case in an emergency, for reading, for at most an hour. Everybody who has to know is told.
#[utoipa::path(post, path = "/api/v1/cases/{id}/emergency", tag = "emergencies", params(("id" = Uuid, Path)), request_body = NewEmergency,
    responses((status = 201, body = EmergencyView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn break_glass(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewEmergency>,
) -> Result<(StatusCode, Json<EmergencyView>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.break_glass(&caller, id, &new).await?)))
}

/// Emergencies that nobody has reviewed yet; for supervisors.
#[utoipa::path(get, path = "/api/v1/emergencies", tag = "emergencies", responses((status = 200, body = Vec<EmergencyView>)))]
pub async fn emergencies(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<EmergencyView>>, Problem> {
    Ok(Json(app.service.emergencies(&caller).await?))
}

/// Answer whether an emergency was one.
#[utoipa::path(post, path = "/api/v1/emergencies/{id}/review", tag = "emergencies", params(("id" = Uuid, Path)), request_body = NewReview,
    responses((status = 200, body = EmergencyView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn review(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewReview>,
) -> Result<Json<EmergencyView>, Problem> {
    Ok(Json(app.service.review_emergency(&caller, id, &new).await?))
}

/// Before which notice.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct NoticesParams {
    /// `at` of the last notice of the page before.
    before: Option<DateTime<Utc>>,
    /// Its `id`.
    id: Option<Uuid>,
}

/// What you were told, newest first, 50 at a time.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", params(NoticesParams), responses((status = 200, body = Vec<NoticeView>)))]
pub async fn notices(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Params(params): Params<NoticesParams>,
) -> Result<Json<Vec<NoticeView>>, Problem> {
    let before = params.before.map(|at| (at, params.id.unwrap_or_default()));
    Ok(Json(app.service.notices(&caller, before).await?))
}

/// Mark a notice as read.
#[utoipa::path(post, path = "/api/v1/notices/{id}/read", tag = "notices", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn read_notice(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<StatusCode, Problem> {
    app.service.read_notice(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who looked at this child's file: how often, when, in which role, under which rule; for supervisors.
#[utoipa::path(get, path = "/api/v1/cases/{id}/lookers", tag = "ledger", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<LookerView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn lookers(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<LookerView>>, Problem> {
    Ok(Json(app.service.lookers(&caller, id).await?))
}
