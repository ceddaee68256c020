//! What a pack's conditions read and its effects change, gathered once.

use std::collections::{BTreeMap, BTreeSet};

use crate::law::expr::{Expr, Var};
use crate::law::pack::{Effect, Event, Pack, Verb};

/// Where effects come from that are not an event's: they may happen in any state.
pub(super) struct Aside<'p> {
    /// Label for traces.
    pub(super) what: String,
    /// What follows.
    pub(super) effects: &'p [Effect],
}

/// Effects of evidence, of documents made and of documents received.
pub(super) fn asides(pack: &Pack) -> Vec<Aside<'_>> {
    let mut all = Vec::new();
    for safeguard in pack.safeguards.iter() {
        all.push(Aside { what: format!("evidence {}", safeguard.id), effects: &safeguard.on_met });
    }
    for document in pack.documents.iter() {
        all.push(Aside { what: format!("issue {}", document.id), effects: &document.on_issued });
        for service in &document.serve {
            let what = format!("serve {} on {}", document.id, service.to);
            all.push(Aside { what, effects: &service.effects });
        }
    }
    all.retain(|aside| !aside.effects.is_empty());
    all
}

/// All effects of an event.
pub(super) fn of_event(event: &Event) -> impl Iterator<Item = &Effect> {
    event.outcomes.iter().flat_map(|outcome| &outcome.effects).chain(&event.effects)
}

/// All effects of a pack.
pub(super) fn effects(pack: &Pack) -> Vec<&Effect> {
    let mut all: Vec<&Effect> = pack.events.iter().flat_map(of_event).collect();
    all.extend(asides(pack).into_iter().flat_map(|aside| aside.effects));
    all
}

/// The conditions that steer what may happen: each is listed whole, because its names belong together.
pub(super) fn conditions(pack: &Pack) -> Vec<&Expr> {
    let mut all = Vec::new();
    for event in pack.events.iter() {
        all.extend(event.guards.iter().map(|guard| &guard.require));
        all.extend(event.outcomes.iter().filter_map(|outcome| outcome.when.as_ref()));
    }
    for safeguard in pack.safeguards.iter() {
        all.extend(safeguard.applies_when.iter().chain(&safeguard.satisfied_when));
    }
    all.extend(effects(pack).into_iter().filter_map(|effect| effect.when.as_ref()));
    all
}

/// Every other expression: amounts, dates, suggestions, services, clock rules. With facts that a setting gives itself.
fn others(pack: &Pack) -> Vec<(Option<&str>, &Expr)> {
    let mut all: Vec<(Option<&str>, &Expr)> = Vec::new();
    for effect in effects(pack) {
        match &effect.verb {
            Verb::Start { length, from, .. } => all.extend(length.iter().chain(from).map(|e| (None, e))),
            Verb::Stop { from, .. }
            | Verb::Suspend { from, .. }
            | Verb::Resume { from, .. }
            | Verb::Restart { from, .. } => all.extend(from.iter().map(|e| (None, e))),
            Verb::Vary { length, .. } => all.push((None, length)),
            Verb::Set(settings) => all.extend(settings.iter().map(|(fact, e)| (Some(fact.as_str()), e))),
            Verb::Extend { .. } | Verb::Require(_) | Verb::Issue(_) => {}
        }
    }
    all.extend(pack.outcomes.iter().map(|row| (None, &row.when)));
    for document in pack.documents.iter() {
        all.extend(document.serve.iter().filter_map(|s| s.when.as_ref()).map(|e| (None, e)));
    }
    for clock in pack.clocks.iter() {
        all.extend(clock.rules.iter().filter_map(|rule| rule.when.as_ref()).map(|e| (None, e)));
    }
    all
}

/// Names that a pack uses somewhere.
#[derive(Default)]
pub(super) struct Uses<'p> {
    /// Facts that something reads; a fact that only its own setting reads is not among them.
    pub(super) read: BTreeSet<&'p str>,
    /// Safeguards that a condition asks for.
    pub(super) met: BTreeSet<&'p str>,
    /// Values that effects give to facts.
    pub(super) set: BTreeMap<&'p str, Vec<&'p Expr>>,
    /// Clocks started or restarted.
    pub(super) started: BTreeSet<&'p str>,
    /// Documents required or issued.
    pub(super) documents: BTreeSet<&'p str>,
}

impl<'p> Uses<'p> {
    pub(super) fn of(pack: &'p Pack) -> Self {
        let mut uses = Self::default();
        let conditions = conditions(pack).into_iter().map(|e| (None, e));
        for (own, expr) in conditions.chain(others(pack)) {
            for var in expr.vars() {
                if let Var::Fact(id) = var
                    && own != Some(id.as_str())
                {
                    uses.read.insert(id);
                }
            }
            uses.met.extend(safeguards_in(expr));
        }
        for effect in effects(pack) {
            match &effect.verb {
                Verb::Start { clock, .. } | Verb::Restart { clock, .. } => {
                    uses.started.insert(clock);
                }
                Verb::Set(settings) => {
                    for (fact, value) in settings {
                        uses.set.entry(fact).or_default().push(value);
                    }
                }
                Verb::Require(documents) | Verb::Issue(documents) => {
                    uses.documents.extend(documents.iter().map(String::as_str));
                }
                _ => {}
            }
        }
        uses
    }
}

/// The safeguards that an expression asks for with `met(…)`.
pub(super) fn safeguards_in(expr: &Expr) -> Vec<&str> {
    named(expr, |e| match e {
        Expr::Met(id) => Some(id),
        _ => None,
    })
}

/// The events that an expression asks for with `done(…)` or `done_in_stage(…)`.
pub(super) fn events_in(expr: &Expr) -> Vec<&str> {
    named(expr, |e| match e {
        Expr::Done(id) | Expr::DoneInStage(id) => Some(id),
        _ => None,
    })
}

/// The clocks that an expression asks for with `running(…)`, `overdue(…)` or `due(…)`.
pub(super) fn clocks_in(expr: &Expr) -> Vec<&str> {
    named(expr, |e| match e {
        Expr::Running(id) | Expr::Overdue(id) | Expr::Due(id) => Some(id),
        _ => None,
    })
}

fn named(expr: &Expr, pick: fn(&Expr) -> Option<&String>) -> Vec<&str> {
    fn go<'e>(expr: &'e Expr, pick: fn(&Expr) -> Option<&String>, found: &mut Vec<&'e str>) {
        if let Some(id) = pick(expr) {
            found.push(id);
        }
        match expr {
            Expr::Not(a) | Expr::In(a, _) => go(a, pick, found),
            Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Compare(_, a, b)
            | Expr::Add(a, b)
            | Expr::Subtract(a, b)
            | Expr::AddDays(a, b)
            | Expr::AddMonths(a, b) => {
                go(a, pick, found);
                go(b, pick, found);
            }
            Expr::If(a, b, c) => {
                go(a, pick, found);
                go(b, pick, found);
                go(c, pick, found);
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    go(expr, pick, &mut found);
    found
}
