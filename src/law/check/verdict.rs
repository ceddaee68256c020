//! From what the walks saw to findings. What one walk rules out is ruled out.

use std::collections::{BTreeMap, BTreeSet};

use super::floor::{Floor, idle_derogations};
use super::survey::{Seen, Survey};
use super::world::{state_name, state_place};
use super::{Finding, file, time, uses};
use crate::law::expr::{Expr, Region};
use crate::law::pack::{Effect, Event, Level, Pack, Where};
use crate::record::Value;

/// The walks, and what they show together.
pub(super) struct Verdict<'a, 'p> {
    pub(super) pack: &'p Pack,
    pub(super) surveys: &'a [&'a Survey<'p>],
    /// Outcomes that can be taken in every walk.
    pub(super) taken: BTreeSet<(usize, usize)>,
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
    findings.extend(verdict.side_by_side());
    findings.extend(verdict.sealing());
    findings.extend(verdict.stages());
    findings.extend(time::clocks(pack, verdict.possible_effects()));
    findings.extend(floor.provability(&verdict.taken));
    findings.extend(idle_derogations(first.slice, floor));
    findings
}

impl<'p> Verdict<'_, 'p> {
    pub(super) fn reached(&self, region: Region, place: u16) -> bool {
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

    pub(super) fn place(&self, region: Region, id: &str) -> Where {
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
            } else if !teaches {
                findings.push(Finding::error(
                    "event-never-possible",
                    &event.at,
                    format!("{}在任何情况下都不能进行", event.id),
                    format!("{} can never happen", event.id),
                ));
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
            findings.push(if allowed {
                Finding::warning(
                    "floor-refuses-sometimes",
                    &event.at,
                    format!("{}在{name}有时只被底线拒绝，流程自身没有说明：{}", event.id, why.zh),
                    format!("at {name} only the floor keeps {} from happening: {}", event.id, why.en),
                )
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
                finding.along(trace)
            });
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
}

/// A condition that is written as never.
fn never(condition: &Expr) -> bool {
    *condition == Expr::Lit(Value::Bool(false))
}
