//! The floor is heard on an act, and every rule that is not kept becomes a reason a person can learn from.

use chrono::Months;

use super::case::{CaseFile, position};
use super::decide::{FloorRuling, moved};
use super::floor::{self, Act, Facts, Performer, Severity};
use super::pack::{ClockKind, Effect, Event, Guard, Level, Outcome, Pack, RoleKind, Safeguard, Verb};
use super::refusal::Reason;
use super::scene::{self, Scene};
use crate::record::{Sex, Text};

/// Custody without a charge after which the floor raises an alarm (GC24 ¶90), in days.
const UNCHARGED_DAYS: i64 = 30;
/// Custody without a first-instance decision after which release is due (GC24 ¶90), in months.
const UNDECIDED_MONTHS: u32 = 6;

/// Hears the floor on an event with the outcome it would lead to.
pub(super) fn floor(pack: &Pack, scene: &Scene<'_>, event: &Event, outcome: &Outcome) -> FloorRuling {
    let mut states = scene.case.states.clone();
    for (region, state) in moved(outcome) {
        states.set(region, state.to_owned());
    }
    let (Some(from), Some(to)) = (scene.case.position(pack), position(pack, &states)) else {
        let text =
            Text::new("案件状态不属于本程序", "the case stands in a state that its pack does not have");
        return FloorRuling { reasons: vec![Reason::engine("STATE_UNKNOWN", text)], marks: Vec::new() };
    };
    let performer = performer(pack, scene.role);
    let facts = facts(pack, scene, event, outcome);
    let ruling = floor::hear(&event.acts, from, to, performer, &facts, &pack.derogated);
    let mut reasons = Vec::new();
    let mut marks = Vec::new();
    for unlicensed in &ruling.unlicensed {
        let text = Text::new(
            format!("权利底线不允许此行为使案件由“{}”转为“{}”", unlicensed.from, unlicensed.to),
            format!(
                "the rights floor does not let this act move the case from {} to {}",
                unlicensed.from, unlicensed.to
            ),
        );
        reasons.push(Reason::engine("FLOOR_UNLICENSED", text));
    }
    for finding in &ruling.findings {
        let check = finding.check;
        let level = if finding.severity == Severity::Refuse { Level::Hard } else { Level::Warn };
        if finding.severity != Severity::Refuse {
            marks.push((check, finding.severity));
        }
        reasons.push(Reason {
            code: check.code().to_owned(),
            level,
            statement: text(check.statement()),
            source: check.source().to_owned(),
            wanted: provided_by(pack, check),
            recorded_by: Vec::new(),
            instead: Some(text(check.alternative())),
            field: None,
            conceal: false,
        });
    }
    FloorRuling { reasons, marks }
}

/// The pack's safeguards that give what a check asks for.
fn provided_by(pack: &Pack, check: floor::Check) -> Option<Text> {
    let asked = floor::reads(check);
    let givers: Vec<&Safeguard> = pack
        .safeguards
        .iter()
        .filter(|s| s.provides.iter().any(|evidence| asked.contains(&evidence.fact())))
        .collect();
    if givers.is_empty() {
        return None;
    }
    let zh: Vec<String> = givers.iter().map(|s| format!("{} {}", s.id, s.name.zh)).collect();
    let en: Vec<String> = givers.iter().map(|s| format!("{} {}", s.id, s.name.en)).collect();
    Some(Text::new(format!("记录{}", zh.join("、")), format!("evidence of {}", en.join(", "))))
}

/// Whether a warning is the floor's own: it is logged and shown, but asks for no written reason.
pub(super) fn floor_warning(code: &str) -> bool {
    floor::Check::ALL.iter().any(|check| check.code() == code)
}

fn performer(pack: &Pack, role: Option<&str>) -> Performer {
    match role.and_then(|r| pack.roles.find(r)).map(|r| r.kind) {
        Some(RoleKind::Outside) => Performer::Outside,
        _ => Performer::Own,
    }
}

fn text(text: floor::Text) -> Text {
    Text::new(text.zh, text.en)
}

fn said(text: &str) -> bool {
    !text.trim().is_empty()
}

/// What the floor is told. Circumstances come from the record itself, never from the pack.
fn facts(pack: &Pack, scene: &Scene<'_>, event: &Event, outcome: &Outcome) -> Facts {
    let case = scene.case;
    let child = &case.child;
    let age = scene::age_on(pack, case, case.offence.on);
    let mut facts = Facts {
        below_minimum_age: age.is_none_or(|age| age < pack.age.minimum),
        minimum_below_14: pack.age.minimum < 14,
        age_in_doubt: !child.birth_proved,
        status_offence: case.offence.status_offence,
        girl: child.sex == Sex::Girl,
        interpreter_needed: child.needs_interpreter,
        accommodation_needed: child.needs_accommodation,
        pregnant_or_caring: child.pregnant_or_caring,
        disability_as_reason: false,
        prohibited_sanction: false,
        minor_case: false,
        held_over_30_days_uncharged: held_for(pack, scene).is_some_and(|days| days > UNCHARGED_DAYS),
        held_over_6_months_undecided: held_since(pack, scene)
            .and_then(|since| since.checked_add_months(Months::new(UNDECIDED_MONTHS)))
            .is_some_and(|limit| scene.on() > limit),
        stage_without_clock: !case.clocks.iter().any(|c| c.state.open()) && !starts_a_clock(event, outcome),
        ..Facts::default()
    };
    if let Some(decision) = scene.decision {
        facts.reasons_recorded = said(&decision.reasons);
        facts.review_route_notified = decision.review_route;
        facts.child_view_recorded = said(&decision.child_view);
        facts.diversion_considered = said(&decision.diversion);
        facts.alternatives_rejected = !decision.alternatives.is_empty()
            && decision.alternatives.iter().all(|a| said(&a.measure) && said(&a.why_not));
        facts.disability_as_reason = decision.because_of_disability;
        facts.prohibited_sanction = decision.sanction.is_some_and(crate::record::Sanction::prohibited);
    }
    for safeguard in pack.safeguards.iter().filter(|s| !s.provides.is_empty()) {
        if scene.evidenced(safeguard) {
            for evidence in &safeguard.provides {
                facts.provide(*evidence);
            }
        }
    }
    facts
}

/// Whether the act itself starts a clock, so that the stage it leads to has one.
fn starts_a_clock(event: &Event, outcome: &Outcome) -> bool {
    let starts = |effect: &Effect| matches!(effect.verb, Verb::Start { .. } | Verb::Restart { .. });
    outcome.effects.iter().chain(&event.effects).any(starts)
}

/// The day since which the child has been held without a break, as far as the journal tells.
fn held_since(pack: &Pack, scene: &Scene<'_>) -> Option<chrono::NaiveDate> {
    if !scene::held(pack, scene.case) {
        return None;
    }
    scene.case.held_since
}

fn held_for(pack: &Pack, scene: &Scene<'_>) -> Option<i64> {
    held_since(pack, scene).map(|since| (scene.on() - since).num_days())
}

pub(super) fn unmet_safeguard(pack: &Pack, safeguard: &Safeguard, level: Level) -> Reason {
    Reason {
        code: safeguard.id.clone(),
        level,
        statement: safeguard.text.clone(),
        source: safeguard.source.clone(),
        wanted: Some(safeguard.wanted.clone()),
        recorded_by: role_names(pack, &safeguard.recorded_by),
        instead: safeguard.instead.clone(),
        field: Some(format!("/evidence/{}", safeguard.id)),
        conceal: safeguard.conceal,
    }
}

pub(super) fn unmet_guard(guard: &Guard) -> Reason {
    Reason {
        level: guard.level,
        source: guard.source.clone(),
        instead: guard.instead.clone(),
        ..Reason::engine(&guard.code, guard.text.clone())
    }
}

pub(super) fn wrong_role(pack: &Pack, event: &Event) -> Reason {
    let names = role_names(pack, &event.by);
    let (zh, en) = joined(&names);
    Reason {
        recorded_by: names,
        ..Reason::engine("ROLE", Text::new(format!("此事项由{zh}办理"), format!("this is done by: {en}")))
    }
}

pub(super) fn wrong_recorder(pack: &Pack, roles: &[String]) -> Reason {
    let names = role_names(pack, roles);
    let (zh, en) = joined(&names);
    Reason {
        recorded_by: names,
        ..Reason::engine("ROLE", Text::new(format!("由{zh}记录"), format!("this is recorded by: {en}")))
    }
}

pub(super) fn wrong_state(pack: &Pack, scene: &Scene<'_>, event: &Event) -> Option<Reason> {
    let wrong =
        event.from.iter().find(|(region, states)| !states.iter().any(|s| s == scene.state(**region)))?;
    let (region, allowed) = (*wrong.0, wrong.1);
    let name = |id: &str| pack.state_name(region, id).cloned().unwrap_or_default();
    let now = name(scene.state(region));
    let allowed: Vec<Text> = allowed.iter().map(|id| name(id)).collect();
    let (zh, en) = joined(&allowed);
    let statement = Text::new(
        format!("案件现处于“{}”，此事项只能在以下状态进行：{zh}", now.zh),
        format!("the case stands at “{}”; this is possible only at: {en}", now.en),
    );
    Some(Reason { source: event.source.clone(), ..Reason::engine("NOT_FROM_STATE", statement) })
}

/// No case is opened on what somebody did as an adult; where the age is in doubt the lower one is presumed.
pub(super) fn not_a_child(pack: &Pack, case: &CaseFile, event: &Event) -> Option<Reason> {
    let age = scene::age_on(pack, case, case.offence.on);
    let adult = case.child.birth_proved && age.is_some_and(|age| age >= pack.age.adult);
    if !adult || !event.acts.contains(&Act::Open) {
        return None;
    }
    let text = Text::new(
        "行为时已经成年，不作为未成年人案件办理",
        "this person was an adult when it happened; this is no child's case",
    );
    Some(Reason { source: pack.age.source.clone(), ..Reason::engine("NOT_A_CHILD", text) })
}

pub(super) fn role_names(pack: &Pack, roles: &[String]) -> Vec<Text> {
    roles.iter().filter_map(|id| pack.roles.find(id)).map(|role| role.name.clone()).collect()
}

fn joined(texts: &[Text]) -> (String, String) {
    let zh = texts.iter().map(|t| t.zh.as_str()).collect::<Vec<_>>().join("、");
    let en = texts.iter().map(|t| t.en.as_str()).collect::<Vec<_>>().join(", ");
    (zh, en)
}

/// Keeps the first day of an unbroken custody as a case moves.
///
/// A child who is found held has been held since before the act that records it: the clocks of custody that the act
/// starts say since when.
pub(super) fn follow_custody(pack: &Pack, before: &CaseFile, after: &mut CaseFile, on: chrono::NaiveDate) {
    match (scene::held(pack, before), scene::held(pack, after)) {
        (false, true) => {
            let holding = |clock: &str| pack.clocks.find(clock).is_some_and(|c| c.kind == ClockKind::Holding);
            let started = after.clocks.iter().filter(|c| c.since == after.seq && holding(&c.clock));
            after.held_since = started.map(|c| c.run.started.date()).chain([on]).min();
        }
        (true, true) => {}
        _ => after.held_since = None,
    }
}
