//! How lines run between the states of one region: out of a state on its right, where the label stands, along the gaps
//! between columns and rows, and into the next state on its left. No line runs behind a state. Lines to the same
//! state come together on their way, so that a gap has few of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::svg::wrap;
use super::{BOX, LABEL};

/// Room for labels right of a state.
const LABELS: f64 = 96.0;
/// Between two lines that run side by side.
const LANE: f64 = 11.0;
/// Before a state, for the tip of an arrow.
const TIP: f64 = 26.0;
/// Least height between two rows of states.
const BETWEEN: f64 = 26.0;
/// Height of one line of a label.
const LINE: f64 = LABEL + 2.0;
/// Radius of a corner.
const ROUND: f64 = 6.0;

/// Events that lead from one state to another, by their places.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) events: Vec<String>,
}

/// A line as it is drawn.
pub(super) struct Line {
    /// Which edge.
    pub(super) edge: usize,
    /// Data of an SVG path.
    pub(super) path: String,
    /// Lower left corner of each line of its label, and the words.
    pub(super) label: Vec<(f64, f64, String)>,
}

/// Where everything of a region stands.
pub(super) struct Plan {
    /// Upper left corner and height of each state.
    pub(super) states: Vec<(f64, f64, f64)>,
    pub(super) lines: Vec<Line>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// How one edge goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Along the row of the state it leaves, then up or down before the state it enters.
    FirstAcross,
    /// Up or down after the state it leaves, then along the row of the state it enters.
    LastAcross,
    /// Along the gap above this row.
    Corridor(usize),
}

struct Grid<'a> {
    cells: &'a [(usize, usize)],
    edges: &'a [Edge],
    columns: usize,
    rows: usize,
}

/// Which vertical line a line takes in the gap left of a column: on its way out of a state, or into one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Out(usize),
    Into(usize),
}

/// Plans a region: `cells` are column and row of each state.
pub(super) fn plan(cells: &[(usize, usize)], edges: &[Edge], top: f64) -> Plan {
    let columns = cells.iter().map(|cell| cell.0 + 1).max().unwrap_or_default();
    let rows = cells.iter().map(|cell| cell.1 + 1).max().unwrap_or_default();
    Grid { cells, edges, columns, rows }.plan(top)
}

impl Grid<'_> {
    fn cell(&self, state: usize) -> (usize, usize) {
        self.cells.get(state).copied().unwrap_or_default()
    }

    /// Whether no state stands in a row between two columns.
    fn free(&self, row: usize, left: usize, right: usize) -> bool {
        !self.cells.iter().any(|cell| cell.1 == row && left < cell.0 && cell.0 < right)
    }

    fn way(&self, edge: &Edge) -> Way {
        let (from, to) = (self.cell(edge.from), self.cell(edge.to));
        if to.0 > from.0 && self.free(from.1, from.0, to.0) {
            Way::FirstAcross
        } else if to.0 > from.0 && self.free(to.1, from.0, to.0) {
            Way::LastAcross
        } else if to.0 > from.0 {
            Way::Corridor(if to.1 > from.1 { from.1 + 1 } else { from.1 })
        } else {
            // Back: above when it leads up, beneath otherwise.
            Way::Corridor(if to.1 < from.1 { from.1 } else { from.1 + 1 })
        }
    }

    fn plan(&self, top: f64) -> Plan {
        let ways: Vec<Way> = self.edges.iter().map(|edge| self.way(edge)).collect();
        let (gaps, corridors) = self.lanes(&ways);
        let ports = self.ports();
        let heights = self.heights(&ports);
        let (mut x, mut columns_at, mut gaps_at) = (0.0, Vec::new(), Vec::new());
        for column in 0..=self.columns {
            gaps_at.push(x + if column == 0 { 12.0 } else { LABELS });
            let lanes = gaps.get(&column).map_or(0, BTreeSet::len);
            x += if column == 0 { 12.0 } else { LABELS } + float(lanes) * LANE + TIP;
            columns_at.push(x);
            x += if column < self.columns { BOX.0 } else { 0.0 };
        }
        let (mut y, mut rows_at, mut corridors_at) = (top, Vec::new(), Vec::new());
        for row in 0..=self.rows {
            corridors_at.push(y + BETWEEN / 2.0);
            y += BETWEEN + float(corridors.get(&row).map_or(0, BTreeSet::len)) * LANE;
            rows_at.push(y);
            y += heights.get(row).copied().unwrap_or_default();
        }
        let nth = |all: &[f64], n: usize| all.get(n).copied().unwrap_or_default();
        let states: Vec<(f64, f64, f64)> = self
            .cells
            .iter()
            .map(|(column, row)| (nth(&columns_at, *column), nth(&rows_at, *row), nth(&heights, *row)))
            .collect();
        let lane = |gap: usize, lane: Lane| {
            let place = gaps.get(&gap).and_then(|lanes| lanes.iter().position(|other| *other == lane));
            nth(&gaps_at, gap) + float(place.unwrap_or_default()) * LANE + LANE / 2.0
        };
        let along = |row: usize, to: usize| {
            let place = corridors.get(&row).and_then(|lanes| lanes.iter().position(|other| *other == to));
            nth(&corridors_at, row) + float(place.unwrap_or_default()) * LANE
        };
        let mut lines = Vec::new();
        for (n, (edge, way)) in self.edges.iter().zip(&ways).enumerate() {
            let (from, to) = (self.cell(edge.from), self.cell(edge.to));
            let (a, b) = (nth_state(&states, edge.from), nth_state(&states, edge.to));
            let Some((lower, words)) = ports.get(&n) else { continue };
            let out_y = a.1 + lower + 3.0;
            let in_y = b.1 + b.2 / 2.0;
            let start = (a.0 + BOX.0, out_y);
            let into = lane(to.0, Lane::Into(edge.to));
            let points = match way {
                Way::FirstAcross => vec![start, (into, out_y), (into, in_y), (b.0, in_y)],
                Way::LastAcross => {
                    let out = lane(from.0 + 1, Lane::Out(edge.to));
                    vec![start, (out, out_y), (out, in_y), (b.0, in_y)]
                }
                Way::Corridor(row) => {
                    let (out, y) = (lane(from.0 + 1, Lane::Out(edge.to)), along(*row, edge.to));
                    vec![start, (out, out_y), (out, y), (into, y), (into, in_y), (b.0, in_y)]
                }
            };
            let above = words.len().saturating_sub(1);
            let label = words.iter().enumerate().map(|(line, text)| {
                (a.0 + BOX.0 + 6.0, out_y - 3.0 - float(above - line.min(above)) * LINE, text.clone())
            });
            lines.push(Line { edge: n, path: rounded(&points), label: label.collect() });
        }
        Plan { states, lines, width: x, height: y + 8.0 }
    }

    /// The vertical lines of each gap and the horizontal ones of each corridor.
    fn lanes(&self, ways: &[Way]) -> (BTreeMap<usize, BTreeSet<Lane>>, BTreeMap<usize, BTreeSet<usize>>) {
        let mut gaps: BTreeMap<usize, BTreeSet<Lane>> = BTreeMap::new();
        let mut corridors: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (edge, way) in self.edges.iter().zip(ways) {
            let (from, to) = (self.cell(edge.from), self.cell(edge.to));
            if *way != Way::LastAcross {
                gaps.entry(to.0).or_default().insert(Lane::Into(edge.to));
            }
            if *way != Way::FirstAcross {
                gaps.entry(from.0 + 1).or_default().insert(Lane::Out(edge.to));
            }
            if let Way::Corridor(row) = way {
                corridors.entry(*row).or_default().insert(edge.to);
            }
        }
        (gaps, corridors)
    }

    /// For each edge, how far beneath its state's upper side its label's last line stands, and the lines of the label.
    fn ports(&self) -> BTreeMap<usize, (f64, Vec<String>)> {
        let mut of_state: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (n, edge) in self.edges.iter().enumerate() {
            of_state.entry(edge.from).or_default().push(n);
        }
        let mut ports = BTreeMap::new();
        for edges in of_state.values_mut() {
            // From top to bottom as the states stand to which they lead, so that lines cross little.
            edges
                .sort_by_key(|n| self.edges.get(*n).map(|edge| (self.cell(edge.to).1, self.cell(edge.to).0)));
            let mut y = 8.0;
            for n in edges {
                let Some(edge) = self.edges.get(*n) else { continue };
                let words = wrap(&edge.events.join(" "), LABEL, LABELS - 12.0);
                y += float(words.len()) * LINE + 4.0;
                ports.insert(*n, (y, words));
            }
        }
        ports
    }

    fn heights(&self, ports: &BTreeMap<usize, (f64, Vec<String>)>) -> Vec<f64> {
        let mut heights = vec![BOX.1; self.rows];
        for (n, edge) in self.edges.iter().enumerate() {
            let lowest = ports.get(&n).map_or(0.0, |port| port.0 + 14.0);
            if let Some(height) = heights.get_mut(self.cell(edge.from).1) {
                *height = height.max(lowest);
            }
        }
        heights
    }
}

/// A line along points, its corners rounded.
fn rounded(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (n, &(x, y)) in points.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| points.get(n));
        let (Some(&a), Some(&b)) = (before, points.get(n + 1)) else {
            let _ = write!(path, "{}{x:.1},{y:.1}", if n == 0 { "M" } else { "L" });
            continue;
        };
        let (near, far) = (toward((x, y), a), toward((x, y), b));
        let _ = write!(path, "L{:.1},{:.1}Q{x:.1},{y:.1} {:.1},{:.1}", near.0, near.1, far.0, far.1);
    }
    path
}

/// The point a corner's radius, or half the way, from one point toward another.
fn toward(from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let share = if length > 0.0 { ROUND.min(length / 2.0) / length } else { 0.0 };
    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
}

fn nth_state(states: &[(f64, f64, f64)], n: usize) -> (f64, f64, f64) {
    states.get(n).copied().unwrap_or_default()
}

fn float(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}
