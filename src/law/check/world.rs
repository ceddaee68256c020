//! A case in outline: the four states and the values of the names that a walk follows. The rest is not known.

use chrono::NaiveDate;

use super::slice::{Slice, Watch};
use crate::law::case::Standing;
use crate::law::expr::{self, ChildFact, Facts, Region, Var};
use crate::law::floor::{Liberty, Position};
use crate::law::pack::{Effect, Event, RoleKind, Safeguard, Verb};
use crate::record::Value;

/// The fact has no value yet; the event has not happened; the clock does not run.
const NONE: u16 = 0;
/// The fact has a value that is not followed; the event has happened; the clock runs.
const SOME: u16 = 1;
/// The clock is suspended; for facts, the first of the values that are followed.
const FIRST: u16 = 2;
/// Safeguards may name one another; deeper than this counts as not known, as in the law itself.
const DEEPEST: u8 = 8;

/// Where a case stands, in outline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    /// Place of the state in each region's catalogue, in the order of [`Region::ALL`].
    pub(super) at: [u16; 4],
    /// Values of the names that the walk follows.
    pub(super) known: Box<[u16]>,
}

/// Place of a state in its region's catalogue; past its end for one that is not there.
pub(super) fn state_place(slice: &Slice<'_>, region: Region, id: &str) -> u16 {
    let found = slice.pack.state_ids(region).iter().position(|known| *known == id);
    found.and_then(|place| u16::try_from(place).ok()).unwrap_or(u16::MAX)
}

impl World {
    /// Before the case is opened.
    pub(super) fn initial(slice: &Slice<'_>) -> Self {
        let at = Region::ALL.map(|region| state_place(slice, region, slice.pack.initial(region)));
        let known = slice.watches.iter().enumerate().map(|(place, watch)| match watch {
            Watch::Fact(id) => match slice.pack.facts.find(id).and_then(|fact| fact.initial.as_ref()) {
                Some(value) => code(slice, place, value),
                None => NONE,
            },
            Watch::Done(_) | Watch::Clock(_) => NONE,
        });
        Self { at, known: known.collect() }
    }

    pub(super) fn state(&self, region: Region) -> u16 {
        let [main, measure, remedy, record] = self.at;
        match region {
            Region::Main => main,
            Region::Measure => measure,
            Region::Remedy => remedy,
            Region::Record => record,
        }
    }

    pub(super) fn set_state(&mut self, region: Region, state: u16) {
        let [main, measure, remedy, record] = &mut self.at;
        match region {
            Region::Main => *main = state,
            Region::Measure => *measure = state,
            Region::Remedy => *remedy = state,
            Region::Record => *record = state,
        }
    }

    fn get(&self, place: Option<usize>) -> Option<u16> {
        place.and_then(|place| self.known.get(place)).copied()
    }

    fn put(&mut self, place: Option<usize>, value: u16) {
        if let Some(known) = place.and_then(|place| self.known.get_mut(place)) {
            *known = value;
        }
    }

    /// What a fact says, if it is followed and says yes or no.
    pub(super) fn says(&self, slice: &Slice<'_>, fact: &str) -> Option<bool> {
        let place = slice.fact(fact)?;
        let value = self.get(Some(place))?.checked_sub(FIRST)?;
        match slice.values.get(place)?.get(usize::from(value))? {
            Value::Bool(yes) => Some(*yes),
            _ => None,
        }
    }

    /// Notes that an event has happened.
    pub(super) fn note_done(&mut self, slice: &Slice<'_>, event: &str) {
        self.put(slice.event(event), SOME);
    }

    /// Ends the clocks that do not outlive the proceeding.
    pub(super) fn end_clocks(&mut self, slice: &Slice<'_>) {
        for (place, watch) in slice.watches.iter().enumerate() {
            if let Watch::Clock(id) = watch
                && slice.pack.clocks.find(id).is_none_or(|clock| !clock.outlives_case)
            {
                self.put(Some(place), NONE);
            }
        }
    }

    /// Where it stands, by name.
    pub(super) fn standing(&self, slice: &Slice<'_>) -> Standing {
        let name = |region| state_name(slice, region, self.state(region)).to_owned();
        Standing {
            main: name(Region::Main),
            measure: name(Region::Measure),
            remedy: name(Region::Remedy),
            record: name(Region::Record),
        }
    }

    /// What is known beyond the states, for people.
    pub(super) fn describe(&self, slice: &Slice<'_>) -> Vec<String> {
        let values = slice.watches.iter().zip(&slice.values).zip(&self.known);
        values
            .filter_map(|((watch, values), known)| match (watch, *known) {
                (Watch::Fact(_) | Watch::Done(_) | Watch::Clock(_), NONE) => None,
                (Watch::Fact(id), SOME) => Some(format!("{id} known")),
                (Watch::Fact(id), n) => values.get(usize::from(n - FIRST)).map(|value| match value {
                    Value::Bool(yes) => format!("{id}: {yes}"),
                    Value::Int(n) => format!("{id}: {n}"),
                    Value::Choice(option) => format!("{id}: {option}"),
                    _ => format!("{id} known"),
                }),
                (Watch::Done(id), _) => Some(format!("{id} done")),
                (Watch::Clock(id), SOME) => Some(format!("{id} runs")),
                (Watch::Clock(id), _) => Some(format!("{id} suspended")),
            })
            .collect()
    }

    /// Where it stands in the floor's terms.
    pub(super) fn position(&self, slice: &Slice<'_>) -> Option<Position> {
        let pack = slice.pack;
        Some(Position {
            proceeding: pack.main.states.get(usize::from(self.state(Region::Main)))?.phase,
            liberty: pack.measure.states.get(usize::from(self.state(Region::Measure)))?.phase,
            remedy: pack.remedy.states.get(usize::from(self.state(Region::Remedy)))?.phase,
            record: pack.record.states.get(usize::from(self.state(Region::Record)))?.phase,
        })
    }
}

/// Name of the state at a place.
pub(super) fn state_name<'p>(slice: &Slice<'p>, region: Region, place: u16) -> &'p str {
    let (pack, place) = (slice.pack, usize::from(place));
    match region {
        Region::Main => pack.main.states.get(place).map(|s| s.id.as_str()),
        Region::Measure => pack.measure.states.get(place).map(|s| s.id.as_str()),
        Region::Remedy => pack.remedy.states.get(place).map(|s| s.id.as_str()),
        Region::Record => pack.record.states.get(place).map(|s| s.id.as_str()),
    }
    .unwrap_or_default()
}

/// How a value is kept in a world.
fn code(slice: &Slice<'_>, place: usize, value: &Value) -> u16 {
    let values = slice.values.get(place).map(Vec::as_slice).unwrap_or_default();
    let found = values.iter().position(|known| known == value).and_then(|n| u16::try_from(n).ok());
    found.map_or(SOME, |n| n + FIRST)
}

/// What an expression sees in a world.
#[derive(Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) slice: &'a Slice<'a>,
    pub(super) world: &'a World,
    /// The event whose inputs and decision are meant.
    pub(super) event: Option<&'a Event>,
    /// Evidence fields that are taken as recorded.
    judged: Option<&'a Safeguard>,
    depth: u8,
}

impl<'a> Sight<'a> {
    pub(super) fn new(slice: &'a Slice<'a>, world: &'a World, event: Option<&'a Event>) -> Self {
        Self { slice, world, event, judged: None, depth: 0 }
    }

    /// Whether a safeguard is met, as far as can be told: evidence may be there or not.
    pub(super) fn judge(&self, safeguard: &Safeguard) -> Option<bool> {
        let sight = Sight { judged: None, depth: self.depth + 1, ..*self };
        if let Some(applies) = &safeguard.applies_when
            && expr::holds(applies, &sight) == Some(false)
        {
            return Some(true);
        }
        self.evidenced(safeguard)
    }

    /// The same for its evidence alone.
    pub(super) fn evidenced(&self, safeguard: &Safeguard) -> Option<bool> {
        let depth = self.depth + 1;
        let complete =
            Sight { slice: self.slice, world: self.world, event: self.event, judged: Some(safeguard), depth };
        let met = safeguard.satisfied_when.as_ref().map_or(Some(true), |when| expr::holds(when, &complete));
        let asks_evidence = safeguard.evidence.iter().any(|field| field.required);
        if met == Some(false) || !asks_evidence { met } else { None }
    }

    /// Whether a decision record may come with the event.
    fn decides(&self) -> bool {
        self.event.is_none_or(|event| event.decision || outside(self.slice, event))
    }
}

/// Whether anyone but the office may do the event.
pub(super) fn outside(slice: &Slice<'_>, event: &Event) -> bool {
    event.by.iter().filter_map(|role| slice.pack.roles.find(role)).any(|role| role.kind == RoleKind::Outside)
}

impl Facts for Sight<'_> {
    fn value(&self, var: &Var) -> Option<Value> {
        let world = self.world;
        match var {
            Var::Fact(id) => {
                if let Some(constant) = self.slice.constant.get(id.as_str()) {
                    return constant.cloned();
                }
                let place = self.slice.fact(id)?;
                let known = world.get(Some(place))?.checked_sub(FIRST)?;
                self.slice.values.get(place)?.get(usize::from(known)).cloned()
            }
            Var::Held => {
                world.position(self.slice).map(|position| Value::Bool(position.liberty == Liberty::Held))
            }
            Var::State(region) => {
                Some(Value::Choice(state_name(self.slice, *region, world.state(*region)).to_owned()))
            }
            Var::ActBy => match self.event.map(|event| event.by.as_slice()) {
                Some([only]) => Some(Value::Choice(only.clone())),
                _ => None,
            },
            Var::Decision(_) if !self.decides() => Some(Value::Bool(false)),
            Var::Child(_)
            | Var::OffenceOn
            | Var::StageFrom
            | Var::Input(_)
            | Var::Evidence(_)
            | Var::ActOn
            | Var::Decision(_) => None,
        }
    }

    fn has(&self, var: &Var) -> Option<bool> {
        match var {
            Var::Fact(id) => {
                if let Some(constant) = self.slice.constant.get(id.as_str()) {
                    return Some(constant.is_some());
                }
                match self.world.get(self.slice.fact(id)) {
                    Some(known) => Some(known != NONE),
                    None if self.slice.pack.facts.find(id).is_some_and(|f| f.initial.is_some()) => Some(true),
                    None => None,
                }
            }
            Var::Input(id) => {
                let field = self.event?.inputs.iter().find(|field| &field.id == id)?;
                field.required.then_some(true)
            }
            Var::Evidence(id) => {
                let field = self.judged?.evidence.iter().find(|field| &field.id == id)?;
                field.required.then_some(true)
            }
            Var::Child(ChildFact::AgeAtOffence | ChildFact::AgeNow) | Var::ActBy | Var::StageFrom => None,
            Var::Child(_) | Var::OffenceOn | Var::Held | Var::State(_) | Var::ActOn | Var::Decision(_) => {
                Some(true)
            }
        }
    }

    fn met(&self, safeguard: &str) -> Option<bool> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.judge(self.slice.pack.safeguards.find(safeguard)?)
    }

    fn done(&self, event: &str) -> Option<bool> {
        self.world.get(self.slice.event(event)).map(|known| known != NONE)
    }

    fn done_in_stage(&self, event: &str) -> Option<bool> {
        // Once done, it may have been in this stage or before.
        self.done(event).filter(|done| !done)
    }

    fn running(&self, clock: &str) -> Option<bool> {
        self.world.get(self.slice.clock(clock)).filter(|known| *known != SOME).map(|_| false)
    }

    fn overdue(&self, clock: &str) -> Option<bool> {
        self.running(clock)
    }

    fn due(&self, _: &str) -> Option<NaiveDate> {
        None
    }

    fn made(&self, _: &str) -> Option<bool> {
        None
    }

    fn served(&self, _: &str) -> Option<bool> {
        None
    }
}

/// The worlds that effects may lead to, among those that [`touches`] picks. Empty if they cannot be carried out.
pub(super) fn follow<'e>(
    after: World,
    sight: &Sight<'_>,
    effects: impl Iterator<Item = &'e Effect>,
) -> Vec<World> {
    let mut worlds = vec![after];
    for effect in effects {
        let holds = effect.when.as_ref().map_or(Some(true), |when| expr::holds(when, sight));
        if holds == Some(false) {
            continue;
        }
        let mut next = Vec::new();
        for world in worlds {
            if holds.is_none() {
                next.push(world.clone());
            }
            carry_out(world, sight, &effect.verb, &mut next);
        }
        next.dedup();
        worlds = next;
    }
    worlds
}

/// Whether an effect changes anything that the walk follows.
pub(super) fn touches(slice: &Slice<'_>, verb: &Verb) -> bool {
    match verb {
        Verb::Start { clock, .. }
        | Verb::Suspend { clock, .. }
        | Verb::Resume { clock, .. }
        | Verb::Restart { clock, .. }
        | Verb::Extend { clock, .. }
        | Verb::Vary { clock, .. } => slice.clock(clock).is_some(),
        Verb::Stop { clocks, .. } => clocks.iter().any(|clock| slice.clock(clock).is_some()),
        Verb::Set(settings) => settings.iter().any(|(fact, _)| slice.fact(fact).is_some()),
        Verb::Require(_) | Verb::Issue(_) => false,
    }
}

fn carry_out(mut world: World, sight: &Sight<'_>, verb: &Verb, next: &mut Vec<World>) {
    let slice = sight.slice;
    match verb {
        Verb::Start { clock, .. } => {
            let place = slice.clock(clock);
            if world.get(place) == Some(NONE) {
                world.put(place, SOME);
            }
        }
        Verb::Restart { clock, .. } => world.put(slice.clock(clock), SOME),
        Verb::Stop { clocks, .. } => {
            for clock in clocks {
                world.put(slice.clock(clock), NONE);
            }
        }
        Verb::Suspend { clock, .. } => {
            let place = slice.clock(clock);
            if world.get(place) == Some(SOME) {
                world.put(place, FIRST);
            }
        }
        Verb::Resume { clock, .. } => {
            let place = slice.clock(clock);
            if world.get(place) == Some(FIRST) {
                world.put(place, SOME);
            }
        }
        Verb::Extend { clock, .. } | Verb::Vary { clock, .. } => {
            if world.get(slice.clock(clock)) == Some(NONE) {
                return;
            }
        }
        Verb::Set(settings) => {
            let mut worlds = vec![world];
            for (fact, value) in settings {
                let Some(place) = slice.fact(fact) else { continue };
                worlds = worlds.into_iter().flat_map(|w| set(w, sight, place, fact, value)).collect();
            }
            next.extend(worlds);
            return;
        }
        Verb::Require(_) | Verb::Issue(_) => {}
    }
    next.push(world);
}

/// Gives a fact its value; one that is not known may be any.
fn set(world: World, sight: &Sight<'_>, place: usize, fact: &str, value: &expr::Expr) -> Vec<World> {
    let slice = sight.slice;
    let values = slice.values.get(place).map(Vec::as_slice).unwrap_or_default();
    let any: Vec<u16> = match expr::eval(value, sight) {
        Some(Value::Int(n)) => {
            let declared = slice.pack.facts.find(fact);
            let low = declared.and_then(|d| d.min).map_or(n, |min| n.max(min));
            let n = declared.and_then(|d| d.max).map_or(low, |max| low.min(max));
            vec![code(slice, place, &Value::Int(n))]
        }
        Some(value) => vec![code(slice, place, &value)],
        None if values.is_empty() => vec![SOME],
        None => values.iter().map(|value| code(slice, place, value)).collect(),
    };
    any.into_iter()
        .map(|known| {
            let mut world = world.clone();
            world.put(Some(place), known);
            world
        })
        .collect()
}
