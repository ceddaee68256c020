//! Measures at liberty, and files that belong together.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use serde::Serialize;
use uuid::Uuid;

use super::assessments::Plainly;
use crate::casework::measures::Taken;
use crate::casework::measures::link::{LinkView, NewLink};
use crate::casework::measures::request::{Decision, Work};
use crate::casework::measures::view::{MeasureLine, MeasureView};
use crate::http::caller::{Body, ExpectedVersion, Named, SignedIn};
use crate::http::{App, Problem};
use crate::law::measures::{Measure, Period, Proposal};
use crate::law::pack::Confidence;
use crate::record::Text;

type Tagged<T> = ([(HeaderName, String); 1], Json<T>);

fn tagged<T>(version: i64, body: T) -> Tagged<T> {
    ([(header::ETAG, format!("\"{version}\""))], Json(body))
}

/// The measures at liberty that a pack offers, least intrusive first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CatalogueView {
    /// Measures.
    measures: Vec<OfferedMeasure>,
    /// Conditions that they may carry.
    conditions: Vec<OfferedCondition>,
    /// Answers to a breach, mildest first.
    responses: Vec<NamedWord>,
}

/// A measure that a pack offers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfferedMeasure {
    /// Name.
    id: String,
    /// Visible name.
    name: Text,
    /// What it is for.
    about: Text,
    /// Law.
    source: String,
    /// How sure.
    confidence: Confidence,
    /// Event by which the case decides it.
    event: Option<String>,
    /// Roles that propose it.
    proposed_by: Vec<String>,
    /// Roles that decide on it.
    decided_by: Vec<String>,
    /// Who decides is never who proposed.
    two_persons: bool,
    /// Roles that supervise it.
    supervised_by: Vec<String>,
    /// It needs the agreement of the child and a guardian.
    consent: bool,
    /// It takes effect at once.
    at_once: bool,
    /// Longest duration in months.
    longest_months: Option<u32>,
    /// Shortest duration in months.
    shortest_months: Option<u32>,
    /// Conditions that it may carry.
    conditions: Vec<String>,
    /// Most of them at a time.
    most_conditions: usize,
    /// Most hours.
    most_hours: Option<u32>,
    /// Fewest and most visits in a period.
    contact: Option<OfferedContact>,
    /// Grounds on which it may be revoked.
    grounds: Vec<OfferedGround>,
}

/// How often the child is met.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfferedContact {
    /// Fewest.
    at_least: u32,
    /// Most.
    at_most: u32,
    /// The period.
    per: Period,
}

/// A ground for revocation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfferedGround {
    /// Name.
    id: String,
    /// Visible name.
    name: Text,
    /// Law.
    source: String,
    /// Milder answers need not have been tried.
    serious: bool,
    /// Breaches on record that it presupposes.
    breaches: usize,
}

/// A condition that a measure may carry.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OfferedCondition {
    /// Name.
    id: String,
    /// Visible name.
    name: Text,
    /// Law.
    source: String,
    /// How sure.
    confidence: Confidence,
    /// It is counted in hours.
    hours: bool,
}

/// A word of the pack.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct NamedWord {
    /// Name.
    id: String,
    /// Visible name.
    name: Text,
}

impl OfferedMeasure {
    fn of(measure: &Measure) -> Self {
        Self {
            id: measure.id.clone(),
            name: measure.name.clone(),
            about: measure.about.clone(),
            source: measure.source.clone(),
            confidence: measure.confidence,
            event: measure.event.clone(),
            proposed_by: measure.proposed_by.clone(),
            decided_by: measure.decided_by.clone(),
            two_persons: measure.two_persons,
            supervised_by: measure.supervised_by.clone(),
            consent: measure.consent,
            at_once: measure.at_once,
            longest_months: measure.longest_months,
            shortest_months: measure.shortest_months,
            conditions: measure.conditions.clone(),
            most_conditions: measure.most_conditions,
            most_hours: measure.most_hours,
            contact: measure.contact.map(|contact| OfferedContact {
                at_least: contact.at_least,
                at_most: contact.at_most,
                per: contact.per,
            }),
            grounds: measure
                .revocation
                .iter()
                .flat_map(|revocation| &revocation.grounds)
                .map(|ground| OfferedGround {
                    id: ground.id.clone(),
                    name: ground.name.clone(),
                    source: ground.source.clone(),
                    serious: ground.serious,
                    breaches: ground.breaches,
                })
                .collect(),
        }
    }
}

/// The measures at liberty of a pack in its newest version.
#[utoipa::path(get, path = "/api/v1/packs/{id}/measures", tag = "packs", params(("id" = String, Path)),
    responses((status = 200, body = CatalogueView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn catalogue(
    State(app): State<App>,
    SignedIn(_): SignedIn,
    Named(id): Named<String>,
) -> Result<Json<CatalogueView>, Problem> {
    let pack = app.service.packs().current(&id, app.service.now()).ok_or_else(Problem::not_found)?;
    let measures = &pack.measures;
    Ok(Json(CatalogueView {
        measures: measures.measures.iter().map(OfferedMeasure::of).collect(),
        conditions: measures
            .conditions
            .iter()
            .map(|condition| OfferedCondition {
                id: condition.id.clone(),
                name: condition.name.clone(),
                source: condition.source.clone(),
                confidence: condition.confidence,
                hours: condition.hours,
            })
            .collect(),
        responses: measures
            .responses
            .iter()
            .map(|response| NamedWord { id: response.id.clone(), name: response.name.clone() })
            .collect(),
    }))
}

/// Propose a measure for the child.
#[utoipa::path(post, path = "/api/v1/cases/{id}/measures", tag = "measures", params(("id" = Uuid, Path)), request_body = Proposal,
    responses((status = 201, body = Taken), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn propose(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(proposal): Body<Proposal>,
) -> Result<(StatusCode, Tagged<Taken>), Problem> {
    let taken = app.service.propose_measure(&caller, id, &proposal).await?;
    Ok((StatusCode::CREATED, tagged(taken.version, taken)))
}

/// The measures of a case.
#[utoipa::path(get, path = "/api/v1/cases/{id}/measures", tag = "measures", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<MeasureLine>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<MeasureLine>>, Problem> {
    Ok(Json(app.service.measures(&caller, id).await?))
}

/// One of them: the plan, visits, breaches, and every step.
#[utoipa::path(get, path = "/api/v1/cases/{id}/measures/{measure}", tag = "measures",
    params(("id" = Uuid, Path), ("measure" = Uuid, Path)),
    responses((status = 200, body = MeasureView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
) -> Result<Tagged<MeasureView>, Problem> {
    let view = app.service.measure(&caller, of).await?;
    Ok(tagged(view.line.version, view))
}

/// Decide on a measure: decide or decline, vary, suspend, resume, revoke, end. Every reason against it is told at once.
#[utoipa::path(post, path = "/api/v1/cases/{id}/measures/{measure}/decisions", tag = "measures",
    params(("id" = Uuid, Path), ("measure" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the measure as last seen")), request_body = Decision,
    responses((status = 200, body = Taken), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn decide(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(decision): Body<Decision>,
) -> Result<Tagged<Taken>, Problem> {
    let taken = app.service.decide_measure(&caller, of, expected, decision).await?;
    Ok(tagged(taken.version, taken))
}

/// Record work on a measure: its start, the plan, visits planned, kept and missed, breaches and their answers, school or
/// work, the time after.
#[utoipa::path(post, path = "/api/v1/cases/{id}/measures/{measure}/work", tag = "measures",
    params(("id" = Uuid, Path), ("measure" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "ETag of the measure as last seen")), request_body = Work,
    responses((status = 200, body = Taken), (status = 403, body = Problem, content_type = "application/problem+json"), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 412, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn work(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    ExpectedVersion(expected): ExpectedVersion,
    Body(work): Body<Work>,
) -> Result<Tagged<Taken>, Problem> {
    let taken = app.service.work_on_measure(&caller, of, expected, work).await?;
    Ok(tagged(taken.version, taken))
}

/// Link a file with that of a brother, a sister or a co-suspect.
#[utoipa::path(post, path = "/api/v1/cases/{id}/links", tag = "cases", params(("id" = Uuid, Path)), request_body = NewLink,
    responses((status = 201, body = Uuid), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json"), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub async fn link(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
    Body(new): Body<NewLink>,
) -> Result<(StatusCode, Json<Uuid>), Problem> {
    Ok((StatusCode::CREATED, Json(app.service.link_case(&caller, id, &new).await?)))
}

/// The files that are linked with a case, by their numbers.
#[utoipa::path(get, path = "/api/v1/cases/{id}/links", tag = "cases", params(("id" = Uuid, Path)),
    responses((status = 200, body = Vec<LinkView>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn links(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(id): Named<Uuid>,
) -> Result<Json<Vec<LinkView>>, Problem> {
    Ok(Json(app.service.links(&caller, id).await?))
}

/// End a link, on both sides.
#[utoipa::path(post, path = "/api/v1/cases/{id}/links/{link}/end", tag = "cases",
    params(("id" = Uuid, Path), ("link" = Uuid, Path)), request_body = Plainly,
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub async fn unlink(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Named(of): Named<(Uuid, Uuid)>,
    Body(Plainly {}): Body<Plainly>,
) -> Result<StatusCode, Problem> {
    app.service.unlink_case(&caller, of).await?;
    Ok(StatusCode::NO_CONTENT)
}
