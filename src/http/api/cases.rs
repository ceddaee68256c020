//! Cases: open, read, list, find; acts, evidence, documents, people, journal, clocks, trail.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use serde::Deserialize;
use uuid::Uuid;

use crate::casework::assign::Assignment;
use crate::casework::find::{CasePage, Hit, Query as FindQuery, Worklist};
use crate::casework::intake::{NewCase, Opened};
use crate::casework::journal::JournalView;
use crate::casework::oversee::{ProofView, TrailView};
use crate::casework::people::{NewPerson, PersonView};
use crate::casework::proceed::Done;
use crate::casework::read::{CaseView, ClockView};
use crate::casework::request::Request;
use crate::http::caller::{Body, ExpectedVersion, Named, Params, SignedIn};
use crate::http::{App, Problem};
use crate::law::Offer;
use crate::law::offer::SafeguardState;

type Tagged<T> = ([(HeaderName, String); 1], Json<T>);

fn tagged<T>(version: i64, body: T) -> Tagged<T> {
    ([(header::ETAG, format!("\"{version}\""))], Json(body))
}

/// Open a case with the first file received.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = NewCase,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer again")),
    responses((status = 201, body = Opened), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn open(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(new): Body<NewCase>,
) -> Result<impl IntoResponse, Problem> {
    let opened = app.service.open_case(&caller, &new).await?;
    let location = format!("/api/v1/cases/{}", opened.done.case);
    let tag = format!("\"{}\"", opened.done.version);
    Ok((StatusCode::CREATED, [(header::LOCATION, location), (header::ETAG, tag)], Json(opened)))
}

/// Which list, from where, how many.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct ListParams {
    /// `mine`, `office` or `unassigned`.
    list: Worklist,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Cases on a page, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// My work, soonest due first.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(ListParams),
    responses((status = 200, body = CasePage), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Params(params): Params<ListParams>,
) -> Result<Json<CasePage>, Problem> {
    Ok(Json(app.service.list(&caller, params.list, params.cursor.as_deref(), params.limit).await?))
}

/// Find cases by a person's full name (characters or pinyin) or identity number.
#[utoipa::path(post, path = "/api/v1/cases/find", tag = "cases", request_body = FindQuery,
    responses((status = 200, body = Vec<Hit>), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn find(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(query): Body<FindQuery>,
) -> Result<Json<Vec<Hit>>, Problem> {
    Ok(Json(app.service.find(&caller, &query).await?))
}

/// A case.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Tagged<CaseView>, Problem> {
    let view = app.service.read_case(&caller, id).await?;
    Ok(tagged(view.version, view))
}

/// The acts possible now and, for each that is not, why.
#[utoipa::path(get, path = "/api/v1/cases/{id}/acts", tag = "acts", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<Offer>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn offers(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<Offer>>, Problem> {
    Ok(Json(app.service.offers(&caller, id).await?))
}

/// How each safeguard stands that some act possible from here asks for.
#[utoipa::path(get, path = "/api/v1/cases/{id}/safeguards", tag = "acts", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<SafeguardState>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn safeguards(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<SafeguardState>>, Problem> {
    Ok(Json(app.service.safeguards(&caller, id).await?))
}

/// Decide who works on a case.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assignment", tag = "cases", params(("id" = Uuid, Path)), request_body = Assignment,
    responses((status = 200, body = Done), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn assign(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(assignment): Body<Assignment>,
) -> Result<Tagged<Done>, Problem> {
    let done = app.service.assign(&caller, id, expected, &assignment).await?;
    Ok(tagged(done.version, done))
}

/// Do or record something: an act, a draft, evidence of a safeguard, a document made or received, a correction.
#[utoipa::path(post, path = "/api/v1/cases/{id}/acts", tag = "acts", params(("id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "ETag of the case as last seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer again")),
    request_body = Request,
    responses((status = 200, body = Done), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn act(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(request): Body<Request>,
) -> Result<Tagged<Done>, Problem> {
    let done = Box::pin(app.service.proceed(&caller, id, expected, &request)).await?;
    Ok(tagged(done.version, done))
}

/// The persons of a case.
#[utoipa::path(get, path = "/api/v1/cases/{id}/people", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<PersonView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn people(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<PersonView>>, Problem> {
    Ok(Json(app.service.people(&caller, id).await?))
}

/// Add a person to a case, or correct one.
#[utoipa::path(post, path = "/api/v1/cases/{id}/people", tag = "people", params(("id" = Uuid, Path)), request_body = NewPerson,
    responses((status = 200, body = Done), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn add_person(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(person): Body<NewPerson>,
) -> Result<Tagged<Done>, Problem> {
    let done = app.service.add_person(&caller, id, expected, &person).await?;
    Ok(tagged(done.version, done))
}

/// From which entry on.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct JournalParams {
    /// Entries after this number.
    after: i64,
}

/// The journal of a case, oldest first, 100 entries at a time.
#[utoipa::path(get, path = "/api/v1/cases/{id}/journal", tag = "cases", params(("id" = Uuid, Path), JournalParams),
    responses((status = 200, body = Vec<JournalView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn journal(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Params(params): Params<JournalParams>,
) -> Result<Json<Vec<JournalView>>, Problem> {
    Ok(Json(app.service.journal(&caller, id, params.after).await?))
}

/// The clocks of a case, ended ones too.
#[utoipa::path(get, path = "/api/v1/cases/{id}/clocks", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<ClockView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn clocks(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<ClockView>>, Problem> {
    Ok(Json(app.service.clocks(&caller, id).await?))
}

/// Before which leaf.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct TrailParams {
    /// Leaves before this number.
    before: Option<u64>,
}

/// Who did or saw what in a case, newest first; for supervisors.
#[utoipa::path(get, path = "/api/v1/cases/{id}/trail", tag = "ledger", params(("id" = Uuid, Path), TrailParams),
    responses((status = 200, body = Vec<TrailView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn trail(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Params(params): Params<TrailParams>,
) -> Result<Json<Vec<TrailView>>, Problem> {
    Ok(Json(app.service.trail(&caller, id, params.before).await?))
}

/// A proof that a leaf of this case is in the signed ledger; for supervisors.
#[utoipa::path(get, path = "/api/v1/cases/{id}/trail/{leaf}/proof", tag = "ledger",
    params(("id" = Uuid, Path), ("leaf" = u64, Path)),
    responses((status = 200, body = ProofView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn proof(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named((id, leaf)): Named<(Uuid, u64)>,
) -> Result<Json<ProofView>, Problem> {
    Ok(Json(app.service.proof(&caller, id, leaf).await?))
}
