//! Where the states of one region stand: in columns, each state right of those that lead to it.

use std::collections::{BTreeMap, BTreeSet};

/// Rounds of sorting each column by its neighbours.
const ROUNDS: usize = 12;

/// Column and row of each node, by its place in `nodes`.
pub(super) fn place(nodes: usize, first: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<(usize, usize)> {
    let forward = forward(nodes, first, edges);
    let mut column = vec![0; nodes];
    // The longest way from the first node; the graph of forward edges has no cycle, so this ends.
    for _ in 0..nodes {
        for &(from, to) in &forward {
            let next = at(&column, from) + 1;
            if next > at(&column, to)
                && let Some(slot) = column.get_mut(to)
            {
                *slot = next;
            }
        }
    }
    let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for node in 0..nodes {
        columns.entry(at(&column, node)).or_default().push(node);
    }
    let mut row = vec![0; nodes];
    number(&columns, &mut row);
    for _ in 0..ROUNDS {
        for members in columns.values_mut() {
            members.sort_by_key(|node| (weight(*node, edges, &row), at(&row, *node)));
        }
        number(&columns, &mut row);
    }
    (0..nodes).map(|node| (at(&column, node), at(&row, node))).collect()
}

/// Edges without those that lead back into a way that is being walked.
fn forward(nodes: usize, first: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<(usize, usize)> {
    fn walk(
        node: usize,
        edges: &BTreeSet<(usize, usize)>,
        state: &mut BTreeMap<usize, bool>,
        kept: &mut Vec<(usize, usize)>,
    ) {
        state.insert(node, true);
        for &(from, to) in edges.range((node, 0)..(node + 1, 0)) {
            match state.get(&to) {
                Some(true) => continue,
                Some(false) => {}
                None => walk(to, edges, state, kept),
            }
            kept.push((from, to));
        }
        state.insert(node, false);
    }
    let (mut state, mut kept) = (BTreeMap::new(), Vec::new());
    for node in std::iter::once(first).chain(0..nodes) {
        if !state.contains_key(&node) {
            walk(node, edges, &mut state, &mut kept);
        }
    }
    kept
}

/// A node's place by the mean row of its neighbours, in hundredths.
fn weight(node: usize, edges: &BTreeSet<(usize, usize)>, row: &[usize]) -> usize {
    let (mut sum, mut count) = (0, 0);
    for &(from, to) in edges {
        if from == node && to != node {
            (sum, count) = (sum + at(row, to), count + 1);
        } else if to == node && from != node {
            (sum, count) = (sum + at(row, from), count + 1);
        }
    }
    (sum * 100).checked_div(count).unwrap_or_else(|| at(row, node) * 100)
}

fn number(columns: &BTreeMap<usize, Vec<usize>>, row: &mut [usize]) {
    let tallest = columns.values().map(Vec::len).max().unwrap_or_default();
    for members in columns.values() {
        // Short columns stand in the middle, so that lines stay short.
        let above = (tallest - members.len()) / 2;
        for (n, node) in members.iter().enumerate() {
            if let Some(slot) = row.get_mut(*node) {
                *slot = above + n;
            }
        }
    }
}

fn at(values: &[usize], place: usize) -> usize {
    values.get(place).copied().unwrap_or_default()
}
