//! Where a pack must always leave a way: out of a stage, out of custody, out of a challenge, to a sealed record.

use std::collections::{BTreeMap, BTreeSet};

use super::survey::{Survey, starts};
use super::verdict::Verdict;
use super::world::{state_name, state_place};
use super::{Finding, file};
use crate::law::expr::Region;
use crate::law::floor::{Liberty, Record, Remedy};
use crate::law::pack::{ClockKind, State, Verb};

impl Verdict<'_, '_> {
    /// States of the proceeding that nothing leaves, and those from which no end can be reached.
    pub(super) fn ends(&self) -> Vec<Finding> {
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
    pub(super) fn custody(&self) -> Vec<Finding> {
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
    pub(super) fn challenges(&self) -> Vec<Finding> {
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

    pub(super) fn sealing(&self) -> Vec<Finding> {
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
    pub(super) fn stages(&self) -> Vec<Finding> {
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
