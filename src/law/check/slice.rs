//! Which facts are followed together.
//!
//! All combinations of all facts would be far too many. Each group of names that stand in one condition is followed
//! in a walk of its own, and everything outside the group is not known there. Each walk takes in every real case, so
//! what is impossible in one of them is impossible. A fact that no condition reads is not followed at all.

use std::collections::{BTreeMap, BTreeSet};

use super::challenges;
use super::uses::{self, Uses};
use crate::law::expr::{Expr, Type, Var};
use crate::law::pack::{Fact, Pack, Verb};
use crate::record::Value;

/// Most values of one fact that are followed one by one; of a larger fact only whether it is known.
const MOST_VALUES: usize = 8;
/// Most combinations of the names of one group; a larger group is cut.
const MOST_COMBINATIONS: usize = 64;

/// Something whose value a walk follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Watch {
    /// A declared fact.
    Fact(String),
    /// Whether an event has happened.
    Done(String),
    /// Whether a clock runs.
    Clock(String),
}

/// The values of a fact that are followed, if they are few.
pub(super) fn values(fact: &Fact) -> Option<Vec<Value>> {
    let values: Vec<Value> = match &fact.kind {
        Type::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Type::Choice(options) => options.iter().cloned().map(Value::Choice).collect(),
        Type::Int => match (fact.min, fact.max) {
            (Some(min), Some(max)) if max.checked_sub(min).is_some_and(|span| (0..16).contains(&span)) => {
                (min..=max).map(Value::Int).collect()
            }
            _ => return None,
        },
        _ => return None,
    };
    (values.len() <= MOST_VALUES).then_some(values)
}

/// How many values a name may take in a walk.
fn size(pack: &Pack, watch: &Watch) -> usize {
    match watch {
        Watch::Fact(id) => pack
            .facts
            .find(id)
            .map_or(1, |fact| values(fact).map_or(1, |v| v.len()) + usize::from(fact.initial.is_none())),
        Watch::Done(_) => 2,
        Watch::Clock(_) => 3,
    }
}

/// The groups to follow; the first follows the four regions alone.
pub(super) fn groups(pack: &Pack, uses: &Uses<'_>) -> Vec<Vec<Watch>> {
    let mut groups: Vec<BTreeSet<Watch>> = Vec::new();
    let mut join = |names: BTreeSet<Watch>| {
        if names.is_empty() {
            return;
        }
        let (touching, apart): (Vec<_>, Vec<_>) =
            groups.drain(..).partition(|group| !group.is_disjoint(&names));
        groups = apart;
        let mut merged = names;
        for group in touching {
            // A group that would grow too large stays apart, and the shared names are followed in both.
            let together: BTreeSet<Watch> = merged.union(&group).cloned().collect();
            if combinations(pack, &together) <= MOST_COMBINATIONS {
                merged = together;
            } else if !group.is_superset(&merged) {
                groups.push(group);
            } else {
                merged = group;
            }
        }
        groups.push(merged);
    };
    // Challenges that may wait at the same time are followed together, whatever reads them.
    let challenges = challenges::facts(pack).into_keys().map(|fact| Watch::Fact(fact.to_owned()));
    join(cut(pack, challenges.collect()));
    for condition in uses::conditions(pack) {
        join(cut(pack, watches(pack, uses, condition)));
    }
    for effect in uses::effects(pack) {
        if let Verb::Extend { clock, .. } | Verb::Vary { clock, .. } = &effect.verb {
            join(BTreeSet::from([Watch::Clock(clock.clone())]));
        }
    }
    let mut all = vec![Vec::new()];
    all.extend(groups.into_iter().map(|group| group.into_iter().collect()));
    all.dedup();
    all
}

fn combinations(pack: &Pack, group: &BTreeSet<Watch>) -> usize {
    group.iter().map(|watch| size(pack, watch)).fold(1, usize::saturating_mul)
}

/// Leaves out the names that cost most until the rest is small enough.
fn cut(pack: &Pack, mut group: BTreeSet<Watch>) -> BTreeSet<Watch> {
    while combinations(pack, &group) > MOST_COMBINATIONS {
        let Some(largest) = group.iter().max_by_key(|watch| size(pack, watch)).cloned() else { break };
        group.remove(&largest);
    }
    group
}

fn watches(pack: &Pack, uses: &Uses<'_>, condition: &Expr) -> BTreeSet<Watch> {
    let mut found = BTreeSet::new();
    for var in condition.vars() {
        if let Var::Fact(id) = var
            && uses.set.contains_key(id.as_str())
            && pack.facts.find(id).is_some()
        {
            found.insert(Watch::Fact(id.clone()));
        }
    }
    found.extend(uses::events_in(condition).into_iter().map(|id| Watch::Done(id.to_owned())));
    found.extend(uses::clocks_in(condition).into_iter().map(|id| Watch::Clock(id.to_owned())));
    found
}

/// A walk's names with their places in a world.
pub(super) struct Slice<'p> {
    /// The pack.
    pub(super) pack: &'p Pack,
    /// What is followed, in the order of a world's places.
    pub(super) watches: Vec<Watch>,
    /// Values of the facts that are followed one by one.
    pub(super) values: Vec<Vec<Value>>,
    /// Facts that no effect changes.
    pub(super) constant: BTreeMap<&'p str, Option<&'p Value>>,
}

impl<'p> Slice<'p> {
    pub(super) fn new(pack: &'p Pack, uses: &Uses<'_>, watches: Vec<Watch>) -> Self {
        let values = watches
            .iter()
            .map(|watch| match watch {
                Watch::Fact(id) => pack.facts.find(id).and_then(values).unwrap_or_default(),
                Watch::Done(_) | Watch::Clock(_) => Vec::new(),
            })
            .collect();
        let constant = pack
            .facts
            .iter()
            .filter(|fact| !uses.set.contains_key(fact.id.as_str()))
            .map(|fact| (fact.id.as_str(), fact.initial.as_ref()))
            .collect();
        Self { pack, watches, values, constant }
    }

    /// The place of a name, after the four regions.
    pub(super) fn place(&self, wanted: impl Fn(&Watch) -> bool) -> Option<usize> {
        self.watches.iter().position(wanted)
    }

    pub(super) fn fact(&self, id: &str) -> Option<usize> {
        self.place(|watch| matches!(watch, Watch::Fact(known) if known == id))
    }

    pub(super) fn event(&self, id: &str) -> Option<usize> {
        self.place(|watch| matches!(watch, Watch::Done(known) if known == id))
    }

    pub(super) fn clock(&self, id: &str) -> Option<usize> {
        self.place(|watch| matches!(watch, Watch::Clock(known) if known == id))
    }
}
