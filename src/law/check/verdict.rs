//! From what the walks saw to findings. What one walk rules out is ruled out.

use std::collections::{BTreeMap, BTreeSet};

use super::floor::{Floor, idle_derogations};
use super::survey::{Seen, Survey, starts};
use super::world::{state_name, state_place};
use super::{Finding, file, time, uses};
use crate::law::expr::{Expr, Region};
use crate::law::floor::{Liberty, Record, Remedy};
use crate::law::pack::{ClockKind, Effect, Event, Level, Pack, State, Verb, Where};
use crate::record::Value;

struct Verdict<'a, 'p> {
    pack: &'p Pack,
    surveys: &'a [&'a Survey<'p>],
    /// Outcomes that can be taken in every walk.
    taken: BTreeSet<(usize, usize)>,
}

/// Draws the conclusions of all walks.
pub(super) fn verdict<'p>(pack: &'p Pack, surveys: &[&Survey<'p>], floor: &Floor<'p>) -> Vec<Finding> {
    let Some((first, rest)) = surveys.split_first() else { return Vec::new() };
    let mut taken: BTreeSet<(usize, usize)> = first.taken.keys().copied().collect();
    taken.retain(|key| rest.iter().all(|survey| survey.taken.contains_key(key)));
    let verdict = Verdict { pack, surveys, taken };
    let mut findings = verdict.states();
    findings.extend(verdict.events(floor));
    findings.extend(verdict.guards());
    findings.extend(verdict.safeguards());
    findings.extend(verdict.ends());
    findings.extend(verdict.custody());
    findings.extend(verdict.challenges());
    findings.extend(verdict.sealing());
    findings.extend(verdict.stages());
    findings.extend(time::clocks(pack, verdict.possible_effects()));
    findings.extend(floor.provability(&verdict.taken));
    findings.extend(idle_derogations(first.slice, floor));
    findings
}

impl<'p> Verdict<'_, 'p> {
    fn reached(&self, region: Region, place: u16) -> bool {
        self.surveys.iter().all(|survey| survey.worlds.iter().any(|world| world.state(region) == place))
    }

    fn possible(&self, event: usize) -> bool {
        self.taken.iter().any(|(known, _)| *known == event)
    }

    /// Effects that can happen: of outcomes that can be taken, and those outside events.
    fn possible_effects(&self) -> impl Iterator<Item = &'p Effect> {
        let mut all: Vec<&'p Effect> = Vec::new();
        for (place, event) in self.pack.events.iter().enumerate() {
            if !self.possible(place) {
                continue;
            }
            all.extend(&event.effects);
            for (n, outcome) in event.outcomes.iter().enumerate() {
                if self.taken.contains(&(place, n)) {
                    all.extend(&outcome.effects);
                }
            }
        }
        all.extend(uses::asides(self.pack).into_iter().flat_map(|aside| aside.effects));
        all.into_iter()
    }

    fn states(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for region in Region::ALL {
            for id in self.pack.state_ids(region) {
                let Some(survey) = self.surveys.first() else { continue };
                if !self.reached(region, state_place(survey.slice, region, id)) {
                    findings.push(Finding::error(
                        "state-unreachable",
                        &self.place(region, id),
                        format!("没有任何途径到达状态{id}"),
                        format!("nothing leads to the state {id}"),
                    ));
                }
            }
        }
        findings
    }

    fn place(&self, region: Region, id: &str) -> Where {
        let pack = self.pack;
        match region {
            Region::Main => pack.main.states.find(id).map(|s| &s.at),
            Region::Measure => pack.measure.states.find(id).map(|s| &s.at),
            Region::Remedy => pack.remedy.states.find(id).map(|s| &s.at),
            Region::Record => pack.record.states.find(id).map(|s| &s.at),
        }
        .cloned()
        .unwrap_or_else(|| file("states.yaml"))
    }

    fn events(&self, floor: &Floor<'p>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (place, event) in self.pack.events.iter().enumerate() {
            let teaches = event.guards.iter().any(|g| g.level == Level::Hard && never(&g.require));
            if self.possible(place) {
                findings.extend(self.outcomes(place, event));
            } else {
                if !teaches {
                    findings.push(Finding::error(
                        "event-never-possible",
                        &event.at,
                        format!("{}在任何情况下都不能进行", event.id),
                        format!("{} can never happen", event.id),
                    ));
                }
            }
            findings.extend(self.floor(place, event, floor));
        }
        findings
    }

    fn outcomes(&self, place: usize, event: &Event) -> Vec<Finding> {
        let mut findings = Vec::new();
        for n in 0..event.outcomes.len() {
            let heard = self.surveys.iter().all(|s| s.heard.keys().any(|key| (key.0, key.1) == (place, n)));
            if !self.taken.contains(&(place, n)) && !heard {
                findings.push(Finding::error(
                    "outcome-never-taken",
                    &event.at,
                    format!("{}的第{}个结果从不出现", event.id, n + 1),
                    format!("outcome {} of {} is never taken", n + 1, event.id),
                ));
            }
        }
        findings
    }

    /// Outcomes that the floor refuses although every right is kept.
    fn floor(&self, place: usize, event: &Event, floor: &Floor<'p>) -> Vec<Finding> {
        let mut seen: BTreeMap<(usize, u16), Vec<Seen>> = BTreeMap::new();
        for survey in self.surveys {
            for (&(_, outcome, main), found) in survey.heard.range((place, 0, 0)..(place + 1, 0, 0)) {
                seen.entry((outcome, main)).or_default().push(*found);
            }
        }
        let mut findings = Vec::new();
        let Some(first) = self.surveys.first() else { return findings };
        for ((outcome, main), all) in seen {
            let (allowed, refused) = (all.iter().all(|s| s.holds), all.iter().all(|s| s.fails));
            if all.len() < self.surveys.len() || !refused {
                continue;
            }
            let Some(state) = self.pack.main.states.get(usize::from(main)) else { continue };
            let Some(why) = floor.why((place, outcome), state.phase) else { continue };
            let name = state_name(first.slice, Region::Main, main);
            let trace = first
                .heard
                .get(&(place, outcome, main))
                .and_then(|seen| seen.asked)
                .map(|world| first.trace(world))
                .unwrap_or_default();
            if allowed {
                findings.push(Finding::warning(
                    "floor-refuses-sometimes",
                    &event.at,
                    format!("{}在{name}有时只被底线拒绝，流程自身没有说明：{}", event.id, why.zh),
                    format!("at {name} only the floor keeps {} from happening: {}", event.id, why.en),
                ));
            } else {
                let finding = Finding::error(
                    why.kind,
                    &event.at,
                    format!("权利底线从不允许{}在{name}作出第{}个结果：{}", event.id, outcome + 1, why.zh),
                    format!(
                        "the floor never allows outcome {} of {} at {name}: {}",
                        outcome + 1,
                        event.id,
                        why.en
                    ),
                );
                findings.push(finding.along(trace));
            }
        }
        findings
    }

    fn guards(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (place, event) in self.pack.events.iter().enumerate() {
            for (n, guard) in event.guards.iter().enumerate() {
                let seen: Vec<&Seen> =
                    self.surveys.iter().filter_map(|survey| survey.guards.get(&(place, n))).collect();
                if seen.len() < self.surveys.len() {
                    continue;
                }
                let (holds, fails) = (seen.iter().all(|s| s.holds), seen.iter().all(|s| s.fails));
                if !holds {
                    let (zh, en) = (
                        format!("{}的条件{}从不成立", event.id, guard.code),
                        format!("the condition {} of {} never holds", guard.code, event.id),
                    );
                    findings.push(if never(&guard.require) || guard.level == Level::Warn {
                        Finding::warning("guard-always-false", &guard.at, zh, en)
                    } else {
                        Finding::error("guard-always-false", &guard.at, zh, en)
                    });
                } else if !fails {
                    findings.push(Finding::warning(
                        "guard-always-true",
                        &guard.at,
                        format!("{}的条件{}总是成立，不起作用", event.id, guard.code),
                        format!("the condition {} of {} always holds and does nothing", guard.code, event.id),
                    ));
                }
            }
        }
        findings
    }

    fn safeguards(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (place, event) in self.pack.events.iter().enumerate() {
            for (n, (id, level)) in event.safeguards.iter().enumerate() {
                let seen: Vec<&Seen> =
                    self.surveys.iter().filter_map(|survey| survey.unmet.get(&(place, n))).collect();
                if seen.len() == self.surveys.len() && !seen.iter().all(|s| s.holds) {
                    let (zh, en) = (
                        format!("{}要求的{id}在该处从不能满足", event.id),
                        format!("{id} can never be met at {}", event.id),
                    );
                    findings.push(if *level == Level::Hard {
                        Finding::error("safeguard-cannot-be-met", &event.at, zh, en)
                    } else {
                        Finding::warning("safeguard-cannot-be-met", &event.at, zh, en)
                    });
                }
            }
        }
        findings
    }

    /// States of the proceeding that nothing leaves, and those from which no end can be reached.
    fn ends(&self) -> Vec<Finding> {
        let Some(first) = self.surveys.first() else { return Vec::new() };
        let end = |place: u16| self.pack.main.states.get(usize::from(place)).is_some_and(|s| s.end);
        let reach: Vec<Vec<bool>> =
            self.surveys.iter().map(|s| s.can_reach(|world| end(world.state(Region::Main)))).collect();
        let mut findings = Vec::new();
        for (place, state) in (0_u16..).zip(self.pack.main.states.iter()) {
            if state.end || !self.reached(Region::Main, place) {
                continue;
            }
            let trace = || {
                let world = first.first(|world| world.state(Region::Main) == place);
                world.map(|world| first.trace(world)).unwrap_or_default()
            };
            if !self.surveys.iter().all(|survey| leaves(survey, place)) {
                let finding = Finding::error(
                    "dead-end",
                    &state.at,
                    format!("状态{}没有出路，也不是终点", state.id),
                    format!("nothing leads out of {}, and it is not an end", state.id),
                );
                findings.push(finding.along(trace()));
                continue;
            }
            let some = self.surveys.iter().zip(&reach).all(|(survey, reach)| {
                survey.worlds.iter().zip(reach).any(|(w, reach)| *reach && w.state(Region::Main) == place)
            });
            if !some {
                let finding = Finding::error(
                    "end-unreachable",
                    &state.at,
                    format!("从状态{}无法到达任何终点", state.id),
                    format!("no end can be reached from {}", state.id),
                );
                findings.push(finding.along(trace()));
                continue;
            }
            let stuck = self.surveys.iter().zip(&reach).find_map(|(survey, reach)| {
                let place = survey
                    .worlds
                    .iter()
                    .zip(reach)
                    .position(|(world, reach)| !reach && world.state(Region::Main) == place)?;
                Some(survey.trace(u32::try_from(place).ok()?))
            });
            if let Some(trace) = stuck {
                let finding = Finding::warning(
                    "end-unreachable-once",
                    &state.at,
                    format!("在状态{}的某种情形下，无法到达任何终点", state.id),
                    format!("in one case of {} no end can be reached", state.id),
                );
                findings.push(finding.along(trace));
            }
        }
        findings
    }

    /// Custody that nothing ends, and custody where nobody may be held.
    fn custody(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(first) = self.surveys.first() else { return findings };
        let mut reported = BTreeSet::new();
        for (n, world) in first.worlds.iter().enumerate() {
            let (Some(position), Ok(place)) = (world.position(first.slice), u32::try_from(n)) else {
                continue;
            };
            let key = (world.state(Region::Main), world.state(Region::Measure));
            if position.liberty != Liberty::Held || reported.contains(&key) {
                continue;
            }
            let (main, measure) = (
                state_name(first.slice, Region::Main, key.0),
                state_name(first.slice, Region::Measure, key.1),
            );
            if position.proceeding.is_at_liberty() {
                reported.insert(key);
                let finding = Finding::error(
                    "held-in-closed",
                    &self.place(Region::Main, main),
                    format!("在{main}仍可能处于{measure}"),
                    format!("a child may still be in {measure} at {main}"),
                );
                findings.push(finding.along(first.trace(place)));
            } else if !first.freeing.contains(&place) {
                reported.insert(key);
                let finding = Finding::error(
                    "release-impossible",
                    &self.place(Region::Measure, measure),
                    format!("在{main}处于{measure}时没有任何事项可以释放"),
                    format!("nothing can release a child from {measure} at {main}"),
                );
                findings.push(finding.along(first.trace(place)));
            }
        }
        findings
    }

    /// Challenges that nothing answers.
    fn challenges(&self) -> Vec<Finding> {
        let pending = (0_u16..)
            .zip(self.pack.remedy.states.iter())
            .filter(|(place, s)| s.phase == Remedy::Pending && self.reached(Region::Remedy, *place));
        let mut findings = Vec::new();
        for (place, state) in pending {
            let Some(first) = self.surveys.first() else { continue };
            let mut mains: BTreeMap<u16, (bool, u32)> = BTreeMap::new();
            for (n, world) in (0_u32..).zip(&first.worlds) {
                if world.state(Region::Remedy) == place {
                    mains.entry(world.state(Region::Main)).or_insert((false, n));
                }
            }
            for (from, to) in &first.moves {
                let (Some(from), Some(to)) =
                    (first.worlds.get(*from as usize), first.worlds.get(*to as usize))
                else {
                    continue;
                };
                let answered = to.position(first.slice).is_some_and(|p| p.remedy != Remedy::Pending);
                if from.state(Region::Remedy) == place
                    && (answered || to.state(Region::Remedy) != place)
                    && let Some(known) = mains.get_mut(&from.state(Region::Main))
                {
                    known.0 = true;
                }
            }
            for (main, (answered, world)) in mains {
                if !answered {
                    let main = state_name(first.slice, Region::Main, main);
                    let finding = Finding::error(
                        "challenge-unanswered",
                        &state.at,
                        format!("在{main}处于{}时没有任何事项可以答复", state.id),
                        format!("nothing answers {} while the proceeding is at {main}", state.id),
                    );
                    findings.push(finding.along(first.trace(world)));
                }
            }
        }
        findings
    }

    fn sealing(&self) -> Vec<Finding> {
        let sealed = (0_u16..)
            .zip(self.pack.record.states.iter())
            .any(|(place, s)| s.phase == Record::Sealed && self.reached(Region::Record, place));
        if sealed {
            return Vec::new();
        }
        vec![Finding::error(
            "record-never-sealed",
            &file("states.yaml"),
            "没有任何途径封存案卷记录",
            "nothing leads to a sealed record",
        )]
    }

    fn of_stage(&self, clock: &str) -> bool {
        self.pack.clocks.find(clock).is_some_and(|clock| clock.kind != ClockKind::Holding)
    }

    /// Stages of the proceeding in which no clock of a stage can run: one that starts as the proceeding moves. Limits
    /// of custody and clocks that somebody's further act starts do not count.
    fn stages(&self) -> Vec<Finding> {
        let Some(first) = self.surveys.first() else { return Vec::new() };
        let mut running: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
        loop {
            let mut changed = false;
            for (&(place, n, main), seen) in &first.heard {
                let (Some(event), true) = (self.pack.events.get(place), self.taken.contains(&(place, n)))
                else {
                    continue;
                };
                let Some(outcome) = event.outcomes.get(n).filter(|_| seen.holds) else { continue };
                let to = outcome
                    .to
                    .get(&Region::Main)
                    .map_or(main, |id| state_place(first.slice, Region::Main, id));
                let mut clocks = running.get(&main).cloned().unwrap_or_default();
                for effect in outcome.effects.iter().chain(&event.effects) {
                    match &effect.verb {
                        Verb::Stop { clocks: stopped, .. } if effect.when.is_none() => {
                            clocks.retain(|clock| !stopped.iter().any(|s| s == clock));
                        }
                        verb if main != to => clocks.extend(starts(verb).filter(|id| self.of_stage(id))),
                        _ => {}
                    }
                }
                let known = running.entry(to).or_default();
                let before = known.len();
                known.extend(clocks);
                changed |= known.len() > before;
            }
            if !changed {
                break;
            }
        }
        let goes_on = |state: &State<_>| !state.end && state.id != self.pack.main.initial;
        (0_u16..)
            .zip(self.pack.main.states.iter())
            .filter(|(place, state)| goes_on(state) && self.reached(Region::Main, *place))
            .filter(|(place, _)| running.get(place).is_none_or(BTreeSet::is_empty))
            .map(|(_, state)| {
                Finding::warning(
                    "stage-without-clock",
                    &state.at,
                    format!("在{}没有任何期限在进行", state.id),
                    format!("no clock can run at {}", state.id),
                )
            })
            .collect()
    }
}

fn leaves(survey: &Survey<'_>, main: u16) -> bool {
    survey.moves.iter().any(|(from, to)| {
        let state = |place: &u32| survey.worlds.get(*place as usize).map(|world| world.state(Region::Main));
        state(from) == Some(main) && state(to) != Some(main)
    })
}

/// A condition that is written as never.
fn never(condition: &Expr) -> bool {
    *condition == Expr::Lit(Value::Bool(false))
}
