//! The way that one case took: the states in which it stood and the steps between them, as its acts tell.

use std::collections::BTreeSet;

use crate::law::Pack;
use crate::law::case::Standing;
use crate::law::expr::Region;

/// Where a case has been.
pub(super) struct Way<'a> {
    now: &'a Standing,
    states: BTreeSet<(Region, &'a str)>,
    steps: BTreeSet<(Region, &'a str, &'a str)>,
}

impl<'a> Way<'a> {
    /// The way through all regions by which these acts, in their order, lead to where the case stands now. A region
    /// in which no such way is found shows only where the case stands.
    pub(super) fn find(pack: &'a Pack, events: &[&str], now: &'a Standing) -> Self {
        let mut way = Self { now, states: BTreeSet::new(), steps: BTreeSet::new() };
        for region in Region::ALL {
            let mut walk = Walk { pack, region, events, now: now.get(region), dead: BTreeSet::new() };
            let mut path = vec![pack.initial(region)];
            if walk.on(0, &mut path) {
                way.states.extend(path.iter().map(|state| (region, *state)));
                let pairs = path.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)));
                way.steps.extend(pairs.filter(|(from, to)| from != to).map(|(from, to)| (region, from, to)));
            }
        }
        way
    }

    pub(super) fn stands(&self, region: Region, state: &str) -> bool {
        self.now.get(region) == state
    }

    pub(super) fn stood(&self, region: Region, state: &str) -> bool {
        self.states.contains(&(region, state))
    }

    pub(super) fn went(&self, region: Region, from: &str, to: &str) -> bool {
        self.steps.contains(&(region, from, to))
    }
}

/// A search for a way through one region.
struct Walk<'a, 'e> {
    pack: &'a Pack,
    region: Region,
    events: &'e [&'e str],
    now: &'a str,
    /// Places from which no way leads to where the case stands.
    dead: BTreeSet<(usize, &'a str)>,
}

impl<'a> Walk<'a, '_> {
    fn on(&mut self, place: usize, path: &mut Vec<&'a str>) -> bool {
        let Some(here) = path.last().copied() else { return false };
        let Some(event) = self.events.get(place) else { return here == self.now };
        if self.dead.contains(&(place, here)) {
            return false;
        }
        let Some(event) = self.pack.events.find(event) else { return self.on(place + 1, path) };
        if event.from.get(&self.region).is_some_and(|from| !from.iter().any(|state| state == here)) {
            self.dead.insert((place, here));
            return false;
        }
        let mut nexts: Vec<&'a str> = Vec::new();
        for outcome in &event.outcomes {
            let next = outcome.to.get(&self.region).map_or(here, String::as_str);
            if !nexts.contains(&next) {
                nexts.push(next);
            }
        }
        if nexts.is_empty() {
            nexts.push(here);
        }
        for next in nexts {
            path.push(next);
            if self.on(place + 1, path) {
                return true;
            }
            path.pop();
        }
        self.dead.insert((place, here));
        false
    }
}
