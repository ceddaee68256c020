//! The duty to seal, queries of sealed records, no-record certificates.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::casework::items::{NewItemSeal, SealedItemView, Unsealing};
use crate::casework::records::SealQueue;
use crate::casework::records::certificate::{CertificateView, NewCertificate};
use crate::casework::records::query::{NewQuery, QueryDecision, QueryView};
use crate::http::caller::{Body, Named, Params, SignedIn};
use crate::http::{App, Problem};

/// From where, how many.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct QueueParams {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Cases on a page, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// Cases whose record must be sealed, soonest due first; for records staff.
#[utoipa::path(get, path = "/api/v1/records/queue", tag = "records", params(QueueParams),
    responses((status = 200, body = SealQueue), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn queue(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Params(params): Params<QueueParams>,
) -> Result<Json<SealQueue>, Problem> {
    Ok(Json(app.service.seal_queue(&caller, params.cursor.as_deref(), params.limit).await?))
}

/// Which office's.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct OfficeParams {
    /// Code of the office; may be left out by somebody who works at one office only.
    office: Option<String>,
}

/// What outside bodies have asked an office, newest first; for its records staff and chief.
#[utoipa::path(get, path = "/api/v1/records/queries", tag = "records", params(OfficeParams),
    responses((status = 200, body = Vec<QueryView>), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn queries(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Params(params): Params<OfficeParams>,
) -> Result<Json<Vec<QueryView>>, Problem> {
    Ok(Json(app.service.queries(&caller, params.office.as_deref()).await?))
}

/// Enter the application of an outside body that asks about a person. Nothing is looked up.
#[utoipa::path(post, path = "/api/v1/records/queries", tag = "records", request_body = NewQuery,
    responses((status = 201, body = QueryView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn ask(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(new): Body<NewQuery>,
) -> Result<impl IntoResponse, Problem> {
    let view = app.service.ask_record(&caller, &new).await?;
    let location = format!("/api/v1/records/queries/{}", view.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(view)))
}

/// A query, and for those whom it names what it lets them read.
#[utoipa::path(get, path = "/api/v1/records/queries/{id}", tag = "records", params(("id" = Uuid, Path)),
    responses((status = 200, body = QueryView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn query(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<QueryView>, Problem> {
    Ok(Json(app.service.read_query(&caller, id).await?))
}

/// Allow or refuse a query, with written grounds; for the chief.
#[utoipa::path(post, path = "/api/v1/records/queries/{id}/decision", tag = "records", params(("id" = Uuid, Path)), request_body = QueryDecision,
    responses((status = 200, body = QueryView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn decide(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(decision): Body<QueryDecision>,
) -> Result<Json<QueryView>, Problem> {
    Ok(Json(app.service.decide_query(&caller, id, &decision).await?))
}

/// Issue a certificate that there is no record: for a sealed record as for none.
#[utoipa::path(post, path = "/api/v1/records/certificates", tag = "records", request_body = NewCertificate,
    responses((status = 201, body = CertificateView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn certify(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(new): Body<NewCertificate>,
) -> Result<impl IntoResponse, Problem> {
    let view = app.service.certify(&caller, &new).await?;
    let location = format!("/api/v1/records/certificates/{}", view.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(view)))
}

/// A certificate that was issued.
#[utoipa::path(get, path = "/api/v1/records/certificates/{id}", tag = "records", params(("id" = Uuid, Path)),
    responses((status = 200, body = CertificateView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn certificate(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<CertificateView>, Problem> {
    Ok(Json(app.service.certificate(&caller, id).await?))
}

/// The journal entries of a case that are or were sealed by themselves; never what they say.
#[utoipa::path(get, path = "/api/v1/cases/{id}/items", tag = "records", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<SealedItemView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn items(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<SealedItemView>>, Problem> {
    Ok(Json(app.service.sealed_items(&caller, id).await?))
}

/// Seal one journal entry by itself: its words are kept away from everybody, the case goes on.
#[utoipa::path(post, path = "/api/v1/cases/{id}/items", tag = "records", params(("id" = Uuid, Path)), request_body = NewItemSeal,
    responses((status = 201, body = SealedItemView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn seal_item(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewItemSeal>,
) -> Result<impl IntoResponse, Problem> {
    Ok((StatusCode::CREATED, Json(app.service.seal_item(&caller, id, &new).await?)))
}

/// Propose to put a sealed entry back, or, proposed by somebody else, put it back. Asks for a factor shown a moment ago.
#[utoipa::path(post, path = "/api/v1/cases/{id}/items/{item}/unsealing", tag = "records", params(("id" = Uuid, Path), ("item" = Uuid, Path)), request_body = Unsealing,
    responses((status = 200, body = SealedItemView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn unseal_item(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named((id, item)): Named<(Uuid, Uuid)>,
    Body(unsealing): Body<Unsealing>,
) -> Result<Json<SealedItemView>, Problem> {
    Ok(Json(app.service.unseal_item(&caller, id, item, &unsealing).await?))
}
