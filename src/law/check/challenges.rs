//! Challenges beside one another: none bars, forgets or invents another, and each has a clock.
//!
//! A pack tells challenges apart by facts that a challenge sets to true. The region of remedies then only shows what the
//! facts say: pending while one of them is true, and not otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::survey::{Survey, starts};
use super::uses::of_event;
use super::verdict::Verdict;
use super::world::{World, state_name};
use super::{Finding, file};
use crate::law::expr::{Expr, Region};
use crate::law::floor::{Act, Remedy};
use crate::law::pack::{Event, Pack, Verb};
use crate::record::Value;

impl<'p> Verdict<'_, 'p> {
    /// What is wrong with challenges that wait at the same time.
    pub(super) fn side_by_side(&self) -> Vec<Finding> {
        let makes: Vec<&Event> =
            self.pack.events.iter().filter(|event| event.acts.contains(&Act::Challenge)).collect();
        let mut findings: Vec<Finding> = makes.iter().filter_map(|event| without_clock(event)).collect();
        if makes.iter().map(|event| event.by.len()).sum::<usize>() > 1 {
            findings.extend(makes.iter().filter_map(|event| self.bars(event)));
        }
        let facts = facts(self.pack);
        for (fact, event) in &facts {
            findings.extend(self.forgotten(fact, event));
            findings.extend(self.unanswered(fact, event));
        }
        if !facts.is_empty() && makes.iter().all(|event| marks(event).next().is_some()) {
            findings.extend(self.not_there(&facts.keys().copied().collect()));
        }
        findings
    }

    /// A challenge that cannot be made while another waits.
    fn bars(&self, event: &Event) -> Option<Finding> {
        let from = event.from.get(&Region::Remedy)?;
        let barred = (0_u16..).zip(self.pack.remedy.states.iter()).find(|(place, state)| {
            state.phase == Remedy::Pending
                && self.reached(Region::Remedy, *place)
                && !from.iter().any(|known| known == &state.id)
        });
        let (_, state) = barred?;
        Some(Finding::warning(
            "challenge-bars-another",
            &event.at,
            format!("处于{}时不能进行{}：一项救济挡住了另一项", state.id, event.id),
            format!("{} cannot be made at {}: one challenge bars another", event.id, state.id),
        ))
    }

    /// A challenge that waits while the region says that none does: nobody will answer it.
    fn forgotten(&self, fact: &str, event: &Event) -> Option<Finding> {
        let lost = |survey: &Survey<'p>| {
            survey.first(|world| {
                world.says(survey.slice, fact) == Some(true) && remedy(survey, world) != Some(Remedy::Pending)
            })
        };
        let watching = self.watching(fact);
        let first = watching.first()?;
        if !watching.iter().all(|survey| lost(survey).is_some()) {
            return None;
        }
        let finding = Finding::error(
            "challenge-forgotten",
            &event.at,
            format!("{fact}仍为真时，救济区域已不显示有待处理的救济"),
            format!("{fact} is still true, but the region of remedies shows no challenge that waits"),
        );
        Some(finding.along(lost(first).map(|world| first.trace(world)).unwrap_or_default()))
    }

    fn watching(&self, fact: &str) -> Vec<&Survey<'p>> {
        self.surveys.iter().copied().filter(|survey| survey.slice.fact(fact).is_some()).collect()
    }

    /// A stage of the proceeding at which nothing answers the challenge, although it may wait there.
    fn unanswered(&self, fact: &str, event: &Event) -> Option<Finding> {
        let watching = self.watching(fact);
        let first = watching.first()?;
        let mut unanswered = open(first, fact);
        for survey in &watching {
            let open = open(survey, fact);
            unanswered.retain(|main, _| open.contains_key(main));
        }
        let (main, world) = unanswered.first_key_value()?;
        let main = state_name(first.slice, Region::Main, *main);
        let finding = Finding::error(
            "challenge-unanswered",
            &event.at,
            format!("在{main}没有任何事项可以答复{fact}所示的救济"),
            format!("nothing answers the challenge of {fact} while the proceeding is at {main}"),
        );
        Some(finding.along(first.trace(*world)))
    }

    /// The region shows a challenge that waits, and there is none: nobody can answer it.
    fn not_there(&self, facts: &BTreeSet<&str>) -> Option<Finding> {
        let mut watching =
            self.surveys.iter().filter(|s| facts.iter().all(|fact| s.slice.fact(fact).is_some())).peekable();
        let first = *watching.peek()?;
        let empty = |survey: &Survey<'p>| {
            survey.first(|world| {
                remedy(survey, world) == Some(Remedy::Pending)
                    && facts.iter().all(|fact| world.says(survey.slice, fact) == Some(false))
            })
        };
        if !watching.all(|survey| empty(survey).is_some()) {
            return None;
        }
        let world = empty(first)?;
        let finding = Finding::error(
            "challenge-not-there",
            &file("states.yaml"),
            "救济区域显示有待处理的救济，而实际上没有",
            "the region of remedies shows a challenge that waits, and there is none",
        );
        Some(finding.along(first.trace(world)))
    }
}

/// Facts by which a pack tells its challenges apart, with an event that sets each.
pub(super) fn facts(pack: &Pack) -> BTreeMap<&str, &Event> {
    let makes = pack.events.iter().filter(|event| event.acts.contains(&Act::Challenge));
    makes.flat_map(|event| marks(event).map(move |fact| (fact, event))).collect()
}

/// Stages of the proceeding at which a fact may be true and no step makes it false, each with a world where it is so.
fn open(survey: &Survey<'_>, fact: &str) -> BTreeMap<u16, u32> {
    let says =
        |world: u32| survey.worlds.get(world as usize).and_then(|world| world.says(survey.slice, fact));
    let main = |world: u32| survey.worlds.get(world as usize).map(|world| world.state(Region::Main));
    let mut open = BTreeMap::new();
    for world in (0_u32..).take(survey.worlds.len()).filter(|world| says(*world) == Some(true)) {
        if let Some(main) = main(world) {
            open.entry(main).or_insert(world);
        }
    }
    for (from, to) in &survey.moves {
        if says(*from) == Some(true)
            && says(*to) == Some(false)
            && let Some(main) = main(*from)
        {
            open.remove(&main);
        }
    }
    open
}

/// Facts that an event sets to true.
fn marks(event: &Event) -> impl Iterator<Item = &str> {
    of_event(event)
        .filter_map(|effect| match &effect.verb {
            Verb::Set(settings) => Some(settings),
            _ => None,
        })
        .flatten()
        .filter(|(_, value)| *value == Expr::Lit(Value::Bool(true)))
        .map(|(fact, _)| fact.as_str())
}

fn remedy(survey: &Survey<'_>, world: &World) -> Option<Remedy> {
    world.position(survey.slice).map(|position| position.remedy)
}

/// A challenge that somebody makes and nobody has to answer by a day.
fn without_clock(event: &Event) -> Option<Finding> {
    let timed = |effects: &[crate::law::pack::Effect]| effects.iter().any(|e| starts(&e.verb).is_some());
    if timed(&event.effects) || event.outcomes.iter().all(|outcome| timed(&outcome.effects)) {
        return None;
    }
    Some(Finding::warning(
        "challenge-without-clock",
        &event.at,
        format!("{}没有使任何答复期限开始", event.id),
        format!("{} starts no clock for its answer", event.id),
    ))
}
