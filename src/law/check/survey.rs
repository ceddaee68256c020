//! One walk through a pack: every world that can be reached, and what was seen on the way.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::Step;
use super::floor::Floor;
use super::slice::Slice;
use super::uses::{Aside, asides};
use super::world::{Sight, World, follow, judged_anew, state_place, touches, varies};
use crate::law::expr::{self, Region};
use crate::law::pack::{Effect, Event, Level, Verb};

/// Most worlds of one walk. The packs at hand need a few thousand.
const MOST_WORLDS: usize = 40_000;

/// How a condition came out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// It may hold.
    pub(super) holds: bool,
    /// It may fail.
    pub(super) fails: bool,
    /// First world in which it was asked.
    pub(super) asked: Option<u32>,
}

/// What one walk saw.
pub(super) struct Survey<'p> {
    pub(super) slice: &'p Slice<'p>,
    pub(super) worlds: Vec<World>,
    /// For each world, the one before and what led here.
    came: Vec<Option<(u32, Via)>>,
    /// Steps from world to world, without events that stay.
    pub(super) moves: HashSet<(u32, u32)>,
    /// Worlds from which an event leads to less restriction.
    pub(super) freeing: HashSet<u32>,
    /// Outcomes that can be taken: event and outcome, and the first world.
    pub(super) taken: BTreeMap<(usize, usize), u32>,
    /// Guards by event and place.
    pub(super) guards: BTreeMap<(usize, usize), Seen>,
    /// Outcomes that the floor was asked for, by event, outcome and state of the proceeding.
    pub(super) heard: BTreeMap<(usize, usize, u16), Seen>,
    /// Safeguards that an event asks and that cannot be met there: event and place.
    pub(super) unmet: BTreeMap<(usize, usize), Seen>,
    /// The limit was not hit.
    pub(super) complete: bool,
}

#[derive(Clone, Copy)]
enum Via {
    Event(usize),
    Aside(usize),
}

/// An event with its names looked up.
#[expect(clippy::option_option, reason = "not the same everywhere, or the same: yes, no or unknown")]
struct Prepared<'p> {
    event: &'p Event,
    from: [Option<BTreeSet<u16>>; 4],
    to: Vec<Vec<(Region, u16)>>,
    /// How each guard comes out, where that is the same in every world.
    guards: Vec<Option<Option<bool>>>,
    /// How each safeguard stands, where that is the same in every world.
    safeguards: Vec<Option<Option<bool>>>,
    /// Effects of each outcome that change what the walk follows.
    effects: Vec<Vec<&'p Effect>>,
}

impl Prepared<'_> {
    fn may_at(&self, main: u16) -> bool {
        let [from, ..] = &self.from;
        from.as_ref().is_none_or(|from| from.contains(&main))
    }
}

impl<'p> Survey<'p> {
    /// Walks from the initial world until nothing new is found.
    pub(super) fn walk(slice: &'p Slice<'p>, floor: &mut Floor<'p>) -> Self {
        let mut survey = Self {
            slice,
            worlds: Vec::new(),
            came: Vec::new(),
            moves: HashSet::new(),
            freeing: HashSet::new(),
            taken: BTreeMap::new(),
            guards: BTreeMap::new(),
            heard: BTreeMap::new(),
            unmet: BTreeMap::new(),
            complete: true,
        };
        let prepared: Vec<Prepared<'p>> = slice.pack.events.iter().map(|e| prepare(slice, e)).collect();
        let by_main: Vec<Vec<usize>> = (0_u16..)
            .take(slice.pack.main.states.len())
            .map(|main| {
                (0..prepared.len()).filter(|n| prepared.get(*n).is_some_and(|p| p.may_at(main))).collect()
            })
            .collect();
        let mut aside = asides(slice.pack);
        aside.retain(|a| a.effects.iter().any(|effect| touches(slice, &effect.verb)));
        let mut found = HashMap::new();
        let mut queue = VecDeque::new();
        let first = World::initial(slice);
        found.insert(first.clone(), 0_u32);
        survey.worlds.push(first);
        survey.came.push(None);
        queue.push_back(0_u32);
        while let Some(here) = queue.pop_front() {
            let Some(world) = survey.worlds.get(here as usize).cloned() else { break };
            let mut next = Vec::new();
            let here_possible = by_main.get(usize::from(world.state(Region::Main))).into_iter().flatten();
            for (n, event) in here_possible.filter_map(|n| Some((*n, prepared.get(*n)?))) {
                survey.try_event(here, &world, n, event, floor, &mut next);
            }
            for (n, aside) in aside.iter().enumerate() {
                let after = survey.follow_aside(&world, aside);
                next.extend(after.into_iter().map(|world| (Via::Aside(n), world)));
            }
            for (via, after) in next {
                if after == world {
                    continue;
                }
                let there = match found.get(&after) {
                    Some(&there) => there,
                    None if survey.worlds.len() >= MOST_WORLDS => {
                        survey.complete = false;
                        continue;
                    }
                    None => {
                        let there = u32::try_from(survey.worlds.len()).unwrap_or(u32::MAX);
                        found.insert(after.clone(), there);
                        survey.worlds.push(after);
                        survey.came.push(Some((here, via)));
                        queue.push_back(there);
                        there
                    }
                };
                survey.moves.insert((here, there));
            }
        }
        survey
    }

    fn follow_aside(&self, world: &World, aside: &Aside<'_>) -> Vec<World> {
        let sight = Sight::new(self.slice, world, None);
        follow(world.clone(), &sight, aside.effects.iter().filter(|effect| touches(self.slice, &effect.verb)))
    }

    fn try_event(
        &mut self,
        here: u32,
        world: &World,
        n: usize,
        prepared: &Prepared<'p>,
        floor: &mut Floor<'p>,
        next: &mut Vec<(Via, World)>,
    ) {
        let elsewhere = prepared
            .from
            .iter()
            .zip(world.at)
            .any(|(from, at)| from.as_ref().is_some_and(|from| !from.contains(&at)));
        if elsewhere {
            return;
        }
        let event = prepared.event;
        let sight = Sight::new(self.slice, world, Some(event));
        let mut possible = true;
        for (place, guard) in event.guards.iter().enumerate() {
            let known = prepared.guards.get(place).copied().flatten();
            let held = known.unwrap_or_else(|| expr::holds(&guard.require, &sight));
            note(self.guards.entry((n, place)).or_default(), here, held);
            possible &= held != Some(false) || guard.level == Level::Warn;
        }
        for (place, (id, level)) in event.safeguards.iter().enumerate() {
            let Some(safeguard) = self.slice.pack.safeguards.find(id) else { continue };
            let known = prepared.safeguards.get(place).copied().flatten();
            let met = known.unwrap_or_else(|| sight.judge(safeguard));
            note(self.unmet.entry((n, place)).or_default(), here, met);
            possible &= met != Some(false) || *level == Level::Warn;
        }
        if !possible {
            return;
        }
        for (place, outcome) in event.outcomes.iter().enumerate() {
            let when = outcome.when.as_ref().map_or(Some(true), |when| expr::holds(when, &sight));
            if when == Some(false) {
                continue;
            }
            self.try_outcome(here, &sight, (n, place), prepared, floor, next);
            if when == Some(true) {
                break;
            }
        }
    }

    fn try_outcome(
        &mut self,
        here: u32,
        sight: &Sight<'_>,
        key: (usize, usize),
        prepared: &Prepared<'p>,
        floor: &mut Floor<'p>,
        next: &mut Vec<(Via, World)>,
    ) {
        let (Some(to), Some(effects)) = (prepared.to.get(key.1), prepared.effects.get(key.1)) else { return };
        let event = prepared.event;
        let (slice, world) = (self.slice, sight.world);
        let mut after = world.clone();
        for (region, state) in to {
            after.set_state(*region, *state);
        }
        let (Some(from), Some(there)) = (world.position(slice), after.position(slice)) else { return };
        let heard = floor.allows(key, event, from, there);
        note(self.heard.entry((key.0, key.1, world.state(Region::Main))).or_default(), here, Some(heard));
        if !heard {
            return;
        }
        after.note_done(slice, &event.id);
        let mut worlds = follow(after, sight, effects.iter().copied());
        if worlds.is_empty() {
            return;
        }
        let ends = slice.pack.main.states.get(usize::from(sight.world.state(Region::Main)));
        let ends = to
            .iter()
            .find(|(region, _)| *region == Region::Main)
            .map_or(ends, |(_, state)| slice.pack.main.states.get(usize::from(*state)))
            .is_some_and(|state| state.end);
        if ends {
            for world in &mut worlds {
                world.end_clocks(slice);
            }
        }
        self.taken.entry(key).or_insert(here);
        if there.liberty < from.liberty {
            self.freeing.insert(here);
        }
        next.extend(worlds.into_iter().map(|world| (Via::Event(key.0), world)));
    }

    /// The shortest way to a world.
    pub(super) fn trace(&self, mut to: u32) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut aside = asides(self.slice.pack);
        aside.retain(|a| a.effects.iter().any(|effect| touches(self.slice, &effect.verb)));
        while let (Some(world), Some(Some((before, via)))) =
            (self.worlds.get(to as usize), self.came.get(to as usize))
        {
            let what = match via {
                Via::Event(n) => self.slice.pack.events.get(*n).map(|event| event.id.clone()),
                Via::Aside(n) => aside.get(*n).map(|aside| aside.what.clone()),
            };
            steps.push(Step {
                what: what.unwrap_or_default(),
                to: world.standing(self.slice),
                known: world.describe(self.slice),
            });
            to = *before;
        }
        steps.reverse();
        steps
    }

    /// The first world that fits; worlds are in the order of their distance from the start.
    pub(super) fn first(&self, fits: impl Fn(&World) -> bool) -> Option<u32> {
        self.worlds.iter().position(fits).and_then(|place| u32::try_from(place).ok())
    }

    /// Worlds from which one that fits can be reached.
    pub(super) fn can_reach(&self, fits: impl Fn(&World) -> bool) -> Vec<bool> {
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); self.worlds.len()];
        for (from, to) in &self.moves {
            if let Some(list) = before.get_mut(*to as usize) {
                list.push(*from);
            }
        }
        let mut reach: Vec<bool> = self.worlds.iter().map(&fits).collect();
        let mut queue: Vec<usize> = (0..reach.len()).filter(|n| reach.get(*n) == Some(&true)).collect();
        while let Some(place) = queue.pop() {
            for from in before.get(place).into_iter().flatten() {
                if let Some(known) = reach.get_mut(*from as usize)
                    && !*known
                {
                    *known = true;
                    queue.push(*from as usize);
                }
            }
        }
        reach
    }
}

fn note(seen: &mut Seen, here: u32, held: Option<bool>) {
    seen.asked.get_or_insert(here);
    seen.holds |= held != Some(false);
    seen.fails |= held != Some(true);
}

fn prepare<'p>(slice: &Slice<'_>, event: &'p Event) -> Prepared<'p> {
    let from = Region::ALL.map(|region| {
        let states = event.from.get(&region)?;
        Some(states.iter().map(|id| state_place(slice, region, id)).collect())
    });
    let to = event.outcomes.iter().map(|outcome| {
        outcome.to.iter().map(|(region, id)| (*region, state_place(slice, *region, id))).collect()
    });
    let effects = event.outcomes.iter().map(|outcome| {
        let all = outcome.effects.iter().chain(&event.effects);
        all.filter(|effect| touches(slice, &effect.verb)).collect()
    });
    let initial = World::initial(slice);
    let sight = Sight::new(slice, &initial, Some(event));
    let guards = event
        .guards
        .iter()
        .map(|guard| (!varies(slice, &guard.require)).then(|| expr::holds(&guard.require, &sight)));
    let safeguards = event.safeguards.iter().map(|(id, _)| {
        let safeguard = slice.pack.safeguards.find(id)?;
        (!judged_anew(slice, safeguard)).then(|| sight.judge(safeguard))
    });
    Prepared {
        event,
        from,
        to: to.collect(),
        guards: guards.collect(),
        safeguards: safeguards.collect(),
        effects: effects.collect(),
    }
}

/// Whether an effect starts a clock.
pub(super) fn starts(verb: &Verb) -> Option<&str> {
    match verb {
        Verb::Start { clock, .. } | Verb::Restart { clock, .. } => Some(clock),
        _ => None,
    }
}
