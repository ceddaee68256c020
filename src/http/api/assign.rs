//! Who works on a case and who is kept away from it.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::casework::CaseworkError;
use crate::casework::assign::{AssignmentView, CaseAssignment};
use crate::casework::exclusions::{ExclusionView, NewExclusion};
use crate::casework::proceed::Done;
use crate::http::caller::{Body, Named, SignedIn};
use crate::http::{App, Problem};

/// What came of one case of several.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ItemView {
    /// The case.
    case: Uuid,
    /// Its version, where the change was made or was there already.
    version: Option<i64>,
    /// What stood against it.
    problem: Option<Problem>,
}

impl ItemView {
    pub(super) fn of((case, result): (Uuid, Result<Done, CaseworkError>)) -> Self {
        match result {
            Ok(done) => Self { case, version: Some(done.version), problem: None },
            Err(error) => Self { case, version: None, problem: Some(error.into()) },
        }
    }
}

/// Several assignments.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Several {
    /// At most 100 cases.
    items: Vec<CaseAssignment>,
}

/// Assign several cases. Each is done or not for itself.
#[utoipa::path(post, path = "/api/v1/cases/assignments", tag = "cases", request_body = Several,
    responses((status = 200, body = Vec<ItemView>), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn several(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(several): Body<Several>,
) -> Result<Json<Vec<ItemView>>, Problem> {
    let done = app.service.assign_many(&caller, &several.items).await?;
    Ok(Json(done.into_iter().map(ItemView::of).collect()))
}

/// Who works on a case, and who did before.
#[utoipa::path(get, path = "/api/v1/cases/{id}/assignment", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<AssignmentView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn history(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<AssignmentView>>, Problem> {
    Ok(Json(app.service.assignments(&caller, id).await?))
}

/// Who is kept away from a case, and why; for its chief and supervisors.
#[utoipa::path(get, path = "/api/v1/cases/{id}/exclusions", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<ExclusionView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn exclusions(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<ExclusionView>>, Problem> {
    Ok(Json(app.service.exclusions(&caller, id).await?))
}

/// Record that a conflict of interest keeps you or somebody else away from a case.
#[utoipa::path(post, path = "/api/v1/cases/{id}/exclusions", tag = "cases", params(("id" = Uuid, Path)), request_body = NewExclusion,
    responses((status = 200, body = Done), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn exclude(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewExclusion>,
) -> Result<Json<Done>, Problem> {
    Ok(Json(app.service.exclude(&caller, id, &new).await?))
}

/// Lift what keeps somebody away from a case, as a second person.
#[utoipa::path(post, path = "/api/v1/cases/{id}/exclusions/{exclusion}/lift", tag = "cases",
    params(("id" = Uuid, Path), ("exclusion" = Uuid, Path)),
    responses((status = 200, body = Done), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn lift(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named((id, exclusion)): Named<(Uuid, Uuid)>,
) -> Result<Json<Done>, Problem> {
    Ok(Json(app.service.lift_exclusion(&caller, id, exclusion).await?))
}
