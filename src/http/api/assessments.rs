//! Forms that are written about a child.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use serde::Deserialize;
use uuid::Uuid;

use crate::casework::assessments::Kept;
use crate::casework::assessments::draft::{DraftView, Save, Saved, Submission};
use crate::casework::assessments::request::{NewForm, NewRequest};
use crate::casework::assessments::review::{Adoption, Return};
use crate::casework::assessments::view::{AssessmentLine, AssessmentView};
use crate::http::caller::{Body, ExpectedVersion, Named, SignedIn};
use crate::http::{App, Problem};

type Tagged<T> = ([(HeaderName, String); 1], Json<T>);
type Answer = Result<Tagged<Kept>, Problem>;

fn tagged<T>(version: i64, body: T) -> Tagged<T> {
    ([(header::ETAG, format!("\"{version}\""))], Json(body))
}

/// Why something is done.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reasoned {
    /// Why.
    reason: String,
}

/// Nothing needs to be said.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plainly {}

/// Ask for a form to be written about the child, until a day.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments", tag = "assessments", params(("id" = Uuid, Path)), request_body = NewRequest,
    responses((status = 201, body = Kept), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn request(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewRequest>,
) -> Result<(StatusCode, Tagged<Kept>), Problem> {
    let kept = app.service.request_assessment(&caller, id, &new).await?;
    Ok((StatusCode::CREATED, tagged(kept.version, kept)))
}

/// Begin a form unasked: a plan, a visit, a note.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/begin", tag = "assessments", params(("id" = Uuid, Path)), request_body = NewForm,
    responses((status = 201, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn begin(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewForm>,
) -> Result<(StatusCode, Tagged<Kept>), Problem> {
    let kept = app.service.begin_assessment(&caller, id, &new).await?;
    Ok((StatusCode::CREATED, tagged(kept.version, kept)))
}

/// The forms that are or were written about the child, as far as you may know of them.
#[utoipa::path(get, path = "/api/v1/cases/{id}/assessments", tag = "assessments", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<AssessmentLine>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<AssessmentLine>>, Problem> {
    Ok(Json(app.service.assessments(&caller, id).await?))
}

/// One of them: what was done with it, and the versions that you may read.
#[utoipa::path(get, path = "/api/v1/cases/{id}/assessments/{assessment}", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path)),
    responses((status = 200, body = AssessmentView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
) -> Result<Tagged<AssessmentView>, Problem> {
    let view = app.service.assessment(&caller, of).await?;
    Ok(tagged(view.line.version, view))
}

/// The draft, for the side that writes it.
#[utoipa::path(get, path = "/api/v1/cases/{id}/assessments/{assessment}/draft", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path)),
    responses((status = 200, body = DraftView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn draft(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
) -> Result<Tagged<DraftView>, Problem> {
    let view = app.service.draft(&caller, of).await?;
    Ok(tagged(view.saved.kept.version, view))
}

/// Keep the draft, or one section of it, as it is; wrong and incomplete answers too.
#[utoipa::path(put, path = "/api/v1/cases/{id}/assessments/{assessment}/draft", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = String, Header, description = "ETag of the assessment as last seen; always needed")), request_body = Save,
    responses((status = 200, body = Saved), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn save(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(save): Body<Save>,
) -> Result<Tagged<Saved>, Problem> {
    let saved = app.service.save_draft(&caller, of, expected, &save).await?;
    Ok(tagged(saved.kept.version, saved))
}

/// Accept what was asked for.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/accept", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the assessment as last seen")), request_body = Plainly,
    responses((status = 200, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn accept(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(Plainly {}): Body<Plainly>,
) -> Answer {
    let kept = app.service.accept_assessment(&caller, of, expected).await?;
    Ok(tagged(kept.version, kept))
}

/// Decline what was asked for, with the reason.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/decline", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the assessment as last seen")), request_body = Reasoned,
    responses((status = 200, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn decline(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(because): Body<Reasoned>,
) -> Answer {
    let kept = app.service.decline_assessment(&caller, of, expected, &because.reason).await?;
    Ok(tagged(kept.version, kept))
}

/// Take back what was asked for, before anybody has answered.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/withdraw", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the assessment as last seen")), request_body = Reasoned,
    responses((status = 200, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn withdraw(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(because): Body<Reasoned>,
) -> Answer {
    let kept = app.service.withdraw_assessment(&caller, of, expected, &because.reason).await?;
    Ok(tagged(kept.version, kept))
}

/// Submit the draft: it becomes a version that nobody changes any more.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/submit", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the assessment as last seen")), request_body = Submission,
    responses((status = 200, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn submit(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(submission): Body<Submission>,
) -> Answer {
    let kept = app.service.submit_assessment(&caller, of, expected, &submission).await?;
    Ok(tagged(kept.version, kept))
}

/// Send back what was submitted, with comments.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/return", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the assessment as last seen")), request_body = Return,
    responses((status = 200, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn send_back(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(back): Body<Return>,
) -> Answer {
    let kept = app.service.return_assessment(&caller, of, expected, &back).await?;
    Ok(tagged(kept.version, kept))
}

/// Adopt what was submitted, wholly, in part or not, with reasons. It informs the decision on the case and is none.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/adopt", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the assessment as last seen")), request_body = Adoption,
    responses((status = 200, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn adopt(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(adoption): Body<Adoption>,
) -> Answer {
    let kept = app.service.adopt_assessment(&caller, of, expected, &adoption).await?;
    Ok(tagged(kept.version, kept))
}

/// Release the submitted version into the file.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/release", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the assessment as last seen")), request_body = Plainly,
    responses((status = 200, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn release(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(Plainly {}): Body<Plainly>,
) -> Answer {
    let kept = app.service.release_assessment(&caller, of, expected).await?;
    Ok(tagged(kept.version, kept))
}

/// Take up a released form again, to correct it by a further version.
#[utoipa::path(post, path = "/api/v1/cases/{id}/assessments/{assessment}/correct", tag = "assessments",
    params(("id" = Uuid, Path), ("assessment" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the assessment as last seen")), request_body = Reasoned,
    responses((status = 200, body = Kept), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn correct(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(because): Body<Reasoned>,
) -> Answer {
    let kept = app.service.correct_assessment(&caller, of, expected, &because.reason).await?;
    Ok(tagged(kept.version, kept))
}
