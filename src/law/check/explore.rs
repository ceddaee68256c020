//! The walks through a pack, one for each group of names, and what they show together.

use serde::Serialize;

use super::floor::Floor;
use super::slice::{Slice, groups};
use super::survey::Survey;
use super::uses::Uses;
use super::{Finding, file, verdict};
use crate::law::pack::Pack;

/// What came of walking through a pack.
#[derive(Clone, Debug, Serialize)]
pub struct Exploration {
    /// Number of walks: one over the states alone, one for each group of facts, acts and clocks that conditions read.
    pub walks: usize,
    /// Worlds visited in all walks.
    pub worlds: usize,
    /// Steps between them.
    pub steps: usize,
    /// Whether every walk came to its end. If not, a finding says so and the walk that did not is left out.
    pub complete: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Walks through everything that may happen under a pack and reports what cannot happen, cannot end or cannot be kept.
///
/// Followed are the states of the four regions and, group by group, the facts, acts and clocks that conditions read
/// together. Not followed and therefore open both ways: inputs, evidence, dates, the child, facts of other groups.
pub fn explore(pack: &Pack) -> Exploration {
    let uses = Uses::of(pack);
    let mut floor = Floor::new(pack);
    let groups = groups(pack, &uses);
    let slices: Vec<Slice<'_>> = groups.into_iter().map(|watches| Slice::new(pack, &uses, watches)).collect();
    let surveys: Vec<Survey<'_>> = slices.iter().map(|slice| Survey::walk(slice, &mut floor)).collect();
    let mut exploration = Exploration {
        walks: surveys.len(),
        worlds: surveys.iter().map(|survey| survey.worlds.len()).sum(),
        steps: surveys.iter().map(|survey| survey.moves.len()).sum(),
        complete: surveys.iter().all(|survey| survey.complete),
        findings: Vec::new(),
    };
    for survey in surveys.iter().filter(|survey| !survey.complete) {
        let names: Vec<String> = survey.slice.watches.iter().map(|watch| format!("{watch:?}")).collect();
        let names = names.join(", ");
        exploration.findings.push(Finding::warning(
            "exploration-incomplete",
            &file("events.yaml"),
            format!("状态过多，未能全部检查：{names}"),
            format!("too many states; not everything was checked together: {names}"),
        ));
    }
    let whole: Vec<&Survey<'_>> = surveys.iter().filter(|survey| survey.complete).collect();
    if !whole.is_empty() {
        exploration.findings.extend(verdict::verdict(pack, &whole, &floor));
    }
    exploration
}
