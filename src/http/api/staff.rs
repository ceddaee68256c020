//! Offices, accounts, roles by two persons, deputies, hand-over.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assign::ItemView;
use crate::casework::account_state::AccountState;
use crate::casework::accounts::AccountView;
use crate::casework::deputies::{DeputyView, NewDeputy};
use crate::casework::handover::HandOver;
use crate::casework::roles::{NewMember, NewOffice, Proposal, RoleChangeView};
use crate::http::caller::{Body, Named, Params, SignedIn};
use crate::http::{App, Problem};

/// Something new.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Made {
    /// Its identity.
    pub id: Uuid,
}

/// Make an office below one that you administer.
#[utoipa::path(post, path = "/api/v1/offices", tag = "people", request_body = NewOffice,
    responses((status = 201, body = Made), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn create_office(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(new): Body<NewOffice>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let id = app.service.create_office(&caller, &new).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Whose accounts.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct MembersParams {
    /// Code of an office; without it an administrator sees accounts that never had a role.
    office: Option<String>,
}

/// Who works at an office.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "people", params(MembersParams),
    responses((status = 200, body = Vec<AccountView>), (status = 403, body = Problem, content_type = "application/problem+json")))]
pub async fn members(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Params(params): Params<MembersParams>,
) -> Result<Json<Vec<AccountView>>, Problem> {
    Ok(Json(app.service.members(&caller, params.office.as_deref()).await?))
}

/// Make an account. It has no role until one is proposed and approved.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "people", request_body = NewMember,
    responses((status = 201, body = AccountView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn create_account(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Body(new): Body<NewMember>,
) -> Result<(StatusCode, Json<AccountView>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.create_account(&caller, &new).await?)))
}

/// Propose that somebody gets or loses a role. A second person decides.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/roles", tag = "people", params(("id" = Uuid, Path)), request_body = Proposal,
    responses((status = 202, body = RoleChangeView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn propose(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(proposal): Body<Proposal>,
) -> Result<(StatusCode, Json<RoleChangeView>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(app.service.propose(&caller, id, &proposal).await?)))
}

/// Changes of roles that wait for a decision.
#[utoipa::path(get, path = "/api/v1/role-changes", tag = "people", responses((status = 200, body = Vec<RoleChangeView>)))]
pub async fn role_changes(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
) -> Result<Json<Vec<RoleChangeView>>, Problem> {
    Ok(Json(app.service.role_changes(&caller).await?))
}

/// A decision on a proposal.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleDecision {
    /// Whether it is approved. Who proposed it may only say no, which withdraws it.
    approve: bool,
}

/// Decide on a proposed change of roles.
#[utoipa::path(post, path = "/api/v1/role-changes/{id}/decision", tag = "people", params(("id" = Uuid, Path)), request_body = RoleDecision,
    responses((status = 200, body = RoleChangeView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn decide_role(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(decision): Body<RoleDecision>,
) -> Result<Json<RoleChangeView>, Problem> {
    Ok(Json(app.service.decide_role(&caller, id, decision.approve).await?))
}

/// What is to become of an account.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewState {
    /// `suspended` and `closed` are done at once, `active` is proposed.
    state: AccountState,
}

/// Suspend or close an account, or propose that a suspended one be used again.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/state", tag = "people", params(("id" = Uuid, Path)), request_body = NewState,
    responses((status = 200, body = Option<RoleChangeView>, description = "The proposal, where a second person decides"), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn set_state(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewState>,
) -> Result<Json<Option<RoleChangeView>>, Problem> {
    Ok(Json(app.service.set_account_state(&caller, id, new.state).await?))
}

/// Propose that somebody gets an invitation, by which they sign in for the first time, or anew. A second person decides; the
/// answer to that decision shows the invitation, once.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/invitation", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 202, body = RoleChangeView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn invite(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<(StatusCode, Json<RoleChangeView>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(app.service.propose_invitation(&caller, id).await?)))
}

/// Who stands in for somebody.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/deputies", tag = "people", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<DeputyView>), (status = 403, body = Problem, content_type = "application/problem+json")))]
pub async fn deputies(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<DeputyView>>, Problem> {
    Ok(Json(app.service.deputies(&caller, id).await?))
}

/// Say who stands in for you, or for somebody whose chief or supervisor you are.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/deputies", tag = "people", params(("id" = Uuid, Path)), request_body = NewDeputy,
    responses((status = 201, body = DeputyView), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn add_deputy(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewDeputy>,
) -> Result<(StatusCode, Json<DeputyView>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.add_deputy(&caller, id, &new).await?)))
}

/// End that somebody stands in, before its time.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/deputies/{deputy}/end", tag = "people", params(("id" = Uuid, Path), ("deputy" = Uuid, Path)),
    responses((status = 204), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn end_deputy(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named((id, deputy)): Named<(Uuid, Uuid)>,
) -> Result<StatusCode, Problem> {
    app.service.end_deputy(&caller, id, deputy).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What came of a hand-over.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HandOverView {
    /// Each case that was tried.
    cases: Vec<ItemView>,
    /// Cases to which the person is still assigned; the same request goes on with them.
    left: i64,
}

/// Move somebody's caseload to others. The same request again goes on with what is left.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/handover", tag = "people", params(("id" = Uuid, Path)), request_body = HandOver,
    responses((status = 200, body = HandOverView), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn hand_over(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(request): Body<HandOver>,
) -> Result<Json<HandOverView>, Problem> {
    let done = app.service.hand_over(&caller, id, &request).await?;
    Ok(Json(HandOverView { cases: done.cases.into_iter().map(ItemView::of).collect(), left: done.left }))
}
