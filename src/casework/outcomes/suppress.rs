//! Which numbers of a table are left out, so that nobody is recognised in it.
//!
//! A count from 1 to 4 is never shown: behind it stand children whom somebody may know. That is the first half of the rule
//! (threshold rule; ONS, *Disclosure control guidance for tables*; NCJJ, *suppress small cells*). The second half is that no
//! total gives away what was left out: what can be worked out from the numbers that are shown is left out as well, by
//! leaving out others beside it, the smallest first. A hidden number looks the same for either reason.

use std::collections::BTreeSet;

/// The smallest count that is shown, but for none at all.
pub const THRESHOLD: u64 = 5;
/// Elimination is done in whole numbers modulo this prime (2^31 - 1), so that nothing is rounded.
const PRIME: u64 = 2_147_483_647;

/// A sum in a table: parts that make a total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Place of the total among the values.
    pub total: usize,
    /// Places of what it is the sum of.
    pub parts: Vec<usize>,
}

impl Line {
    fn all(&self) -> impl Iterator<Item = usize> {
        self.parts.iter().copied().chain([self.total])
    }
}

/// Which values are left out. Every sum that a reader can see must be among `lines`.
pub fn suppress(values: &[u64], lines: &[Line]) -> Vec<bool> {
    let small = |value: &u64| (1..THRESHOLD).contains(value);
    let mut hidden: Vec<bool> = values.iter().map(small).collect();
    loop {
        let next = lines.iter().find_map(|line| wanting(values, &hidden, line));
        let next = next.or_else(|| {
            let known = determined(&hidden, lines);
            if known.is_empty() {
                return None;
            }
            let beside = lines.iter().filter(|line| line.all().any(|place| known.contains(&place)));
            let beside: BTreeSet<usize> = beside.flat_map(Line::all).collect();
            smallest(values, &hidden, beside.into_iter())
                .or_else(|| smallest(values, &hidden, 0..values.len()))
        });
        let Some(next) = next else { return hidden };
        if let Some(place) = hidden.get_mut(next) {
            *place = true;
        }
    }
}

/// What else must be left out in a line, if anything: parts that are left out under a total that is shown are two at least and
/// together no small number; a total that is left out has a part that is.
fn wanting(values: &[u64], hidden: &[bool], line: &Line) -> Option<usize> {
    let is_hidden = |place: usize| hidden.get(place).copied().unwrap_or_default();
    let out: Vec<usize> = line.parts.iter().copied().filter(|place| is_hidden(*place)).collect();
    let sum: u64 = out.iter().filter_map(|place| values.get(*place)).sum();
    let enough = if is_hidden(line.total) {
        !out.is_empty()
    } else {
        out.is_empty() || (out.len() > 1 && sum >= THRESHOLD)
    };
    if enough {
        return None;
    }
    let shown = (!is_hidden(line.total)).then_some(line.total);
    smallest(values, hidden, line.parts.iter().copied()).or(shown)
}

/// The smallest value that is shown, of those at these places.
fn smallest(values: &[u64], hidden: &[bool], places: impl Iterator<Item = usize>) -> Option<usize> {
    let shown = places.filter(|place| !hidden.get(*place).copied().unwrap_or(true));
    // Nothing at all tells nobody apart: it is left out last.
    shown.min_by_key(|place| {
        let value = values.get(*place).copied().unwrap_or_default();
        (value == 0, value, *place)
    })
}

/// What is left out and can be worked out all the same: the lines are equations, and one of them, or a sum of some, has a
/// single unknown.
fn determined(hidden: &[bool], lines: &[Line]) -> BTreeSet<usize> {
    let unknown: Vec<usize> =
        hidden.iter().enumerate().filter(|(_, hidden)| **hidden).map(|(place, _)| place).collect();
    let column = |place: usize| unknown.binary_search(&place).ok();
    let mut rows: Vec<Vec<u64>> = Vec::new();
    for line in lines {
        let mut row = vec![0; unknown.len()];
        for (place, factor) in line.parts.iter().map(|part| (*part, 1)).chain([(line.total, PRIME - 1)]) {
            if let Some(at) = column(place).and_then(|at| row.get_mut(at)) {
                *at = (*at + factor) % PRIME;
            }
        }
        if row.iter().any(|factor| *factor != 0) {
            rows.push(row);
        }
    }
    let alone = |row: &Vec<u64>| {
        let mut factors = row.iter().enumerate().filter(|(_, factor)| **factor != 0).map(|(at, _)| at);
        let first = factors.next()?;
        if factors.next().is_some() { None } else { unknown.get(first).copied() }
    };
    reduced(rows, unknown.len()).iter().filter_map(alone).collect()
}

/// Rows in reduced echelon form.
fn reduced(mut rows: Vec<Vec<u64>>, width: usize) -> Vec<Vec<u64>> {
    let mut done = 0;
    for column in 0..width {
        let factor = |row: &Vec<u64>| row.get(column).copied().unwrap_or_default();
        let Some(pivot) = (done..rows.len()).find(|at| rows.get(*at).is_some_and(|row| factor(row) != 0))
        else {
            continue;
        };
        rows.swap(done, pivot);
        let Some(mut lead) = rows.get(done).cloned() else { break };
        let inverse = power(factor(&lead), PRIME - 2);
        for value in &mut lead {
            *value = *value * inverse % PRIME;
        }
        for (at, row) in rows.iter_mut().enumerate() {
            if at == done {
                row.clone_from(&lead);
                continue;
            }
            let times = PRIME - factor(row);
            if times != PRIME {
                for (value, of) in row.iter_mut().zip(&lead) {
                    *value = (*value + times * of) % PRIME;
                }
            }
        }
        done += 1;
    }
    rows.truncate(done);
    rows
}

/// A power modulo [`PRIME`].
fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows with a sum each, and a last row of the sums of the columns.
    fn table(rows: &[Vec<u64>]) -> (Vec<u64>, Vec<Line>) {
        let width = rows[0].len();
        let sums: Vec<u64> = (0..width).map(|c| rows.iter().map(|row| row[c]).sum()).collect();
        let all: Vec<Vec<u64>> = rows.iter().cloned().chain([sums]).collect();
        let values: Vec<u64> =
            all.iter().flat_map(|row| row.iter().copied().chain([row.iter().sum()])).collect();
        let at = |r: usize, c: usize| r * (width + 1) + c;
        let mut lines: Vec<Line> = (0..all.len())
            .map(|r| Line { total: at(r, width), parts: (0..width).map(|c| at(r, c)).collect() })
            .collect();
        lines.extend(
            (0..=width).map(|c| Line {
                total: at(rows.len(), c),
                parts: (0..rows.len()).map(|r| at(r, c)).collect(),
            }),
        );
        (values, lines)
    }

    #[test]
    fn a_total_does_not_give_away_what_was_left_out() {
        // Three girls of 43 children: without more, 43 - 40 tells it.
        let line = [Line { total: 2, parts: vec![0, 1] }];
        assert_eq!(suppress(&[3, 40, 43], &line), [true, true, false]);
        // Two offices with one child each: their sum would say that it is one each.
        let line = [Line { total: 3, parts: vec![0, 1, 2] }];
        assert_eq!(suppress(&[1, 1, 9, 11], &line), [true, true, true, false]);
        assert_eq!(suppress(&[0, 7, 9, 16], &line), [false; 4]);
        assert_eq!(suppress(&[2, 3, 9, 14], &line), [true, true, false, false]);
    }

    proptest! {
        #[test]
        fn nothing_small_is_shown_and_nothing_hidden_can_be_worked_out(
            rows in prop::collection::vec(prop::collection::vec(prop_oneof![3 => 0u64..6, 1 => 5u64..60], 3), 1..5),
        ) {
            let (values, lines) = table(&rows);
            let hidden = suppress(&values, &lines);
            for (value, hidden) in values.iter().zip(&hidden) {
                prop_assert!(*hidden || *value == 0 || *value >= THRESHOLD);
            }
            prop_assert!(determined(&hidden, &lines).is_empty());
            for line in &lines {
                let out: Vec<u64> = line.parts.iter().filter(|p| hidden[**p]).map(|p| values[*p]).collect();
                prop_assert!(hidden[line.total] || out.is_empty() || out.iter().sum::<u64>() >= THRESHOLD);
            }
            if values.iter().all(|value| *value == 0 || *value >= THRESHOLD) {
                prop_assert!(hidden.iter().all(|hidden| !hidden), "nothing is left out without need");
            }
        }
    }
}
