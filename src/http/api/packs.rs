//! Packs and offices.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;

use crate::casework::accounts::OfficeView;
use crate::http::caller::{Named, SignedIn};
use crate::http::{App, Problem};
use crate::law::Pack;
use crate::law::expr::Region;
use crate::law::pack::{ClockKind, Confidence, Field, FieldKind, Level};
use crate::record::Text;

/// A pack in short.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PackLine {
    /// Identity.
    pub id: String,
    /// Version.
    pub version: String,
    /// Jurisdiction.
    pub name: Text,
    /// In force from this day.
    pub effective_from: chrono::NaiveDate,
    /// Checks of the floor that its law does not keep.
    pub derogations: Vec<String>,
}

/// A pack with what a client needs to build its forms.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PackView {
    /// In short.
    #[serde(flatten)]
    pub line: PackLine,
    /// Zone of legal time.
    pub time_zone: String,
    /// States by region.
    pub states: BTreeMap<&'static str, Vec<NamedView>>,
    /// Roles.
    pub roles: Vec<NamedView>,
    /// Events with their inputs.
    pub events: Vec<EventView>,
    /// Safeguards with their evidence.
    pub safeguards: Vec<SafeguardView>,
    /// Clocks.
    pub clocks: Vec<ClockRuleView>,
    /// Documents.
    pub documents: Vec<DocumentRuleView>,
}

/// A code with its name.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NamedView {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
}

/// An event.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct EventView {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Source.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// Roles that may do it.
    pub by: Vec<String>,
    /// It is a decision.
    pub decision: bool,
    /// Inputs.
    pub inputs: Vec<FieldView>,
    /// Safeguards.
    pub safeguards: Vec<String>,
}

/// An input or evidence field.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FieldView {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Type.
    pub kind: FieldKind,
    /// Must be given.
    pub required: bool,
    /// Options of a choice.
    pub options: Vec<NamedView>,
}

/// A safeguard.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SafeguardView {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// What must be so.
    pub text: Text,
    /// Source.
    pub source: String,
    /// Refuses or warns.
    pub level: Level,
    /// Evidence fields.
    pub evidence: Vec<FieldView>,
    /// Roles that may record it.
    pub recorded_by: Vec<String>,
}

/// A clock.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ClockRuleView {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Source.
    pub source: String,
    /// What it measures.
    pub kind: ClockKind,
    /// What happens at its end.
    pub on_expiry: Text,
}

/// A document.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DocumentRuleView {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Recipients.
    pub serve: Vec<String>,
    /// Inputs.
    pub inputs: Vec<FieldView>,
}

fn line(pack: &Pack) -> PackLine {
    PackLine {
        id: pack.id.clone(),
        version: pack.version.clone(),
        name: pack.name.clone(),
        effective_from: pack.effective_from,
        derogations: pack.derogations.iter().map(|d| d.check.code().to_owned()).collect(),
    }
}

fn named(list: &[(String, Text)]) -> Vec<NamedView> {
    list.iter().map(|(id, name)| NamedView { id: id.clone(), name: name.clone() }).collect()
}

fn fields(fields: &[Field]) -> Vec<FieldView> {
    fields
        .iter()
        .map(|f| FieldView {
            id: f.id.clone(),
            name: f.name.clone(),
            kind: f.kind,
            required: f.required,
            options: named(&f.options),
        })
        .collect()
}

/// The packs in force.
#[utoipa::path(get, path = "/api/v1/packs", tag = "packs", responses((status = 200, body = Vec<PackLine>)))]
pub async fn list(State(app): State<App>, SignedIn(_): SignedIn) -> Json<Vec<PackLine>> {
    Json(app.service.packs().all().map(|p| line(p)).collect())
}

/// A pack: states, roles, events, safeguards, clocks and documents.
#[utoipa::path(get, path = "/api/v1/packs/{id}", tag = "packs", params(("id" = String, Path)),
    responses((status = 200, body = PackView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(app): State<App>,
    SignedIn(_): SignedIn,
    Named(id): Named<String>,
) -> Result<Json<PackView>, Problem> {
    let today = app.service.now().date_naive();
    let pack = app.service.packs().current(&id, today).ok_or_else(Problem::not_found)?;
    let states = Region::ALL
        .into_iter()
        .map(|region| {
            let all = pack.state_ids(region).into_iter().filter_map(|id| {
                Some(NamedView { id: id.to_owned(), name: pack.state_name(region, id)?.clone() })
            });
            (region.as_str(), all.collect())
        })
        .collect();
    Ok(Json(PackView {
        line: line(pack),
        time_zone: pack.zone.name().to_owned(),
        states,
        roles: pack.roles.iter().map(|r| NamedView { id: r.id.clone(), name: r.name.clone() }).collect(),
        events: pack
            .events
            .iter()
            .map(|e| EventView {
                id: e.id.clone(),
                name: e.name.clone(),
                source: e.source.clone(),
                confidence: e.confidence,
                by: e.by.clone(),
                decision: e.decision,
                inputs: fields(&e.inputs),
                safeguards: e.safeguards.iter().map(|(id, _)| id.clone()).collect(),
            })
            .collect(),
        safeguards: pack
            .safeguards
            .iter()
            .map(|s| SafeguardView {
                id: s.id.clone(),
                name: s.name.clone(),
                text: s.text.clone(),
                source: s.source.clone(),
                level: s.level,
                evidence: fields(&s.evidence),
                recorded_by: s.recorded_by.clone(),
            })
            .collect(),
        clocks: pack
            .clocks
            .iter()
            .map(|c| ClockRuleView {
                id: c.id.clone(),
                name: c.name.clone(),
                source: c.source.clone(),
                kind: c.kind,
                on_expiry: c.on_expiry.clone(),
            })
            .collect(),
        documents: pack
            .documents
            .iter()
            .map(|d| DocumentRuleView {
                id: d.id.clone(),
                name: d.name.clone(),
                serve: d.serve.iter().map(|s| s.to.clone()).collect(),
                inputs: fields(&d.inputs),
            })
            .collect(),
    }))
}

/// The tree of offices.
#[utoipa::path(get, path = "/api/v1/offices", tag = "packs", responses((status = 200, body = Vec<OfficeView>)))]
pub async fn offices(State(app): State<App>, SignedIn(_): SignedIn) -> Json<Vec<OfficeView>> {
    Json(app.service.office_views())
}
