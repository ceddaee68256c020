//! Which acts are possible now and, for each that is not, why: the same rules as when it is done, with what is not yet
//! said left open.

use chrono::NaiveDateTime;
use serde::Serialize;

use super::case::CaseFile;
use super::command::Actor;
use super::decide::{choose, must_be_named, roles_for};
use super::expr;
use super::hearing;
use super::pack::{Event, Level, Pack, RoleKind, Scope};
use super::refusal::Reason;
use super::scene::{Scene, Standing};
use crate::record::Text;

/// An act as it is offered.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Offer {
    /// The event.
    pub event: String,
    /// Its name.
    pub name: Text,
    /// Source of the rule.
    pub source: String,
    /// Whether nothing known stands against it.
    pub possible: bool,
    /// The role in which this person would act; none if it must be said whose act it was.
    pub role: Option<String>,
    /// Roles that may be named in `as`, where there is more than one. If `role` is none, one of them must be named.
    #[serde(rename = "as", skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<NamedRole>,
    /// It is a decision: drafted by one, approved by another.
    pub needs_draft: bool,
    /// What stands against it, and warnings that will ask for a written reason.
    pub reasons: Vec<Reason>,
    /// Safeguards whose evidence is given with the act itself.
    pub give_with_act: Vec<String>,
}

/// A role that may be named as the one who acts or has acted.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NamedRole {
    /// Code.
    pub role: String,
    /// Name.
    pub name: Text,
    /// Whether nothing known stands against the act in this role.
    pub possible: bool,
}

/// Offers every event that the present states allow, in the pack's order.
pub fn offers(pack: &Pack, case: &CaseFile, actor: &Actor, at: NaiveDateTime) -> Vec<Offer> {
    pack.events.iter().filter_map(|event| offer(pack, case, actor, at, event)).collect()
}

/// The offer in the role that counts when none is named, with the others that may be named instead. Where one must be
/// named, what is shown is what stands against the one against whom least does.
fn offer(pack: &Pack, case: &CaseFile, actor: &Actor, at: NaiveDateTime, event: &Event) -> Option<Offer> {
    let could = roles_for(event, &actor.roles);
    let mut offers = Vec::new();
    for role in &could {
        offers.push(offer_as(pack, case, actor, at, event, Some(role))?);
    }
    let mut named = Vec::new();
    if could.len() > 1 {
        for (role, offer) in could.iter().zip(&offers) {
            let name = pack.roles.find(role).map(|role| role.name.clone()).unwrap_or_default();
            named.push(NamedRole { role: (*role).to_owned(), name, possible: offer.possible });
        }
    }
    let unsaid = must_be_named(pack, &could);
    let against = |offer: &Offer| offer.reasons.iter().filter(|reason| reason.level == Level::Hard).count();
    let easiest = offers.iter().enumerate().min_by_key(|(_, offer)| against(offer)).map(|(place, _)| place);
    let place = easiest.filter(|_| unsaid).unwrap_or(0);
    let offer = if offers.is_empty() {
        offer_as(pack, case, actor, at, event, None)?
    } else {
        offers.swap_remove(place)
    };
    Some(Offer { role: offer.role.filter(|_| !unsaid), named, ..offer })
}

fn offer_as(
    pack: &Pack,
    case: &CaseFile,
    actor: &Actor,
    at: NaiveDateTime,
    event: &Event,
    role: Option<&str>,
) -> Option<Offer> {
    let scene = Scene { role, person: Some(actor.person), ..Scene::bare(pack, case, at) };
    if hearing::wrong_state(pack, &scene, event).is_some() {
        return None;
    }
    let mut reasons = Vec::new();
    let mut give_with_act = Vec::new();
    if role.is_none() {
        reasons.push(hearing::wrong_role(pack, event));
    }
    reasons.extend(hearing::not_a_child(pack, case, event));
    for (id, level) in &event.safeguards {
        let Some(safeguard) = pack.safeguards.find(id) else { continue };
        let open = safeguard.scope == Scope::Act || of_decision(safeguard.satisfied_when.as_ref());
        match scene.judge(safeguard) {
            Standing::Met => {}
            _ if open => give_with_act.push(id.clone()),
            _ => reasons.push(hearing::unmet_safeguard(pack, safeguard, *level)),
        }
    }
    for guard in &event.guards {
        if expr::holds(&guard.require, &scene) == Some(false) {
            reasons.push(hearing::unmet_guard(guard));
        }
    }
    let needs_draft =
        event.decision && role.and_then(|r| pack.roles.find(r)).is_none_or(|r| r.kind == RoleKind::Own);
    // The floor is heard on acts that bring no decision and no evidence of their own; for the others it is heard
    // when they are drafted or done, because what it asks for is not there yet.
    if !needs_draft
        && give_with_act.is_empty()
        && let Some(outcome) = choose(event, &scene)
    {
        reasons.extend(hearing::floor(pack, &scene, event, outcome).reasons);
    }
    reasons.sort_by_key(|r| r.level == Level::Warn);
    Some(Offer {
        event: event.id.clone(),
        name: event.name.clone(),
        source: event.source.clone(),
        possible: reasons.iter().all(|r| r.level == Level::Warn),
        role: role.map(str::to_owned),
        named: Vec::new(),
        needs_draft,
        reasons,
        give_with_act,
    })
}

fn of_decision(condition: Option<&expr::Expr>) -> bool {
    condition.is_some_and(|c| c.vars().iter().any(|var| matches!(var, expr::Var::Decision(_))))
}

/// The first row of the pack's table of decisions that fits; a person confirms.
pub fn suggested<'p>(
    pack: &'p Pack,
    case: &CaseFile,
    at: NaiveDateTime,
) -> Option<&'p super::pack::SuggestedOutcome> {
    let scene = Scene::bare(pack, case, at);
    let row = pack.outcomes.iter().find(|row| expr::holds(&row.when, &scene) == Some(true))?;
    // A suggestion is only worth showing where at least one of its events is possible from here.
    let here = row
        .suggest
        .iter()
        .filter_map(|id| pack.events.find(id))
        .any(|event| hearing::wrong_state(pack, &scene, event).is_none());
    here.then_some(row)
}

/// How a safeguard stands in a case now.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SafeguardState {
    /// Code.
    pub safeguard: String,
    /// Name.
    pub name: Text,
    /// What must be so.
    pub text: Text,
    /// Source of the rule.
    pub source: String,
    /// Refuses or warns.
    pub level: Level,
    /// How long evidence counts.
    pub scope: Scope,
    /// `met`, `open`, or `with_act`: its evidence is given with each act.
    pub state: &'static str,
    /// What would satisfy it.
    pub wanted: Text,
    /// Roles that can record it.
    pub recorded_by: Vec<Text>,
    /// Fields recorded so far.
    pub recorded: Vec<String>,
}

/// Every safeguard that some event of the present states asks for, in the pack's order.
pub fn safeguards(pack: &Pack, case: &CaseFile, at: NaiveDateTime) -> Vec<SafeguardState> {
    let scene = Scene::bare(pack, case, at);
    let asked = |id: &str| {
        pack.events
            .iter()
            .filter(|event| hearing::wrong_state(pack, &scene, event).is_none())
            .any(|event| event.safeguards.iter().any(|(safeguard, _)| safeguard == id))
    };
    pack.safeguards
        .iter()
        .filter(|safeguard| asked(&safeguard.id))
        .map(|safeguard| SafeguardState {
            safeguard: safeguard.id.clone(),
            name: safeguard.name.clone(),
            text: safeguard.text.clone(),
            source: safeguard.source.clone(),
            level: safeguard.level,
            scope: safeguard.scope,
            state: match scene.judge(safeguard) {
                Standing::Met => "met",
                _ if safeguard.scope == Scope::Act || of_decision(safeguard.satisfied_when.as_ref()) => {
                    "with_act"
                }
                _ => "open",
            },
            wanted: safeguard.wanted.clone(),
            recorded_by: hearing::role_names(pack, &safeguard.recorded_by),
            recorded: scene.evidence_of(safeguard).into_keys().collect(),
        })
        .collect()
}
