//! What of a case counts at the office that takes it over.

use chrono::NaiveDateTime;

use super::case::{CaseFile, EvidenceEntry, Fields};
use super::expr;
use super::pack::{Pack, Scope, Transfer};
use super::scene::{self, Scene};
use crate::record::Value;

/// What the opening event of the receiving office is told by the sending office's file.
pub fn carried(pack: &Pack, transfer: &Transfer, case: &CaseFile, at: NaiveDateTime) -> Fields {
    let scene = Scene::bare(pack, case, at);
    let mut inputs: Fields = transfer
        .carry
        .iter()
        .filter_map(|(input, value)| Some((input.clone(), expr::eval(value, &scene)?)))
        .collect();
    if let Some(measure) = &transfer.measure
        && let Some(option) = measure.states.get(&case.states.measure)
    {
        inputs.insert(measure.input.clone(), Value::Choice(option.clone()));
        let running = case.clocks.iter().filter(|c| c.state.open() && measure.clocks.contains(&c.clock));
        let first = match case.held_since.filter(|_| scene::held(pack, case)) {
            Some(since) => Some(since),
            None => running.map(|c| c.run.started.date()).min(),
        };
        if let Some(first) = first {
            inputs.insert(measure.from.clone(), Value::Date(first));
        }
    }
    inputs
}

/// The file with which the receiving office begins: the child, the offence, the facts that the pack names, and the
/// evidence that counts for the whole case. Gives also the entries of the sending office that hold that evidence, in
/// order; in the new file they are the entries from 1 on.
pub fn received(pack: &Pack, transfer: &Transfer, case: &CaseFile) -> (CaseFile, Vec<EvidenceEntry>) {
    let mut file = CaseFile::new(pack, case.child.clone(), case.offence.clone());
    for fact in &transfer.facts {
        if let Some(value) = case.facts.get(fact) {
            file.facts.insert(fact.clone(), value.clone());
        }
    }
    let counts = |entry: &&EvidenceEntry| {
        entry.superseded_by.is_none()
            && pack.safeguards.find(&entry.safeguard).is_some_and(|s| s.scope == Scope::Case)
    };
    let came: Vec<EvidenceEntry> = case.evidence.iter().filter(counts).cloned().collect();
    for entry in &came {
        file.seq += 1;
        file.evidence.push(EvidenceEntry { seq: file.seq, ..entry.clone() });
    }
    (file, came)
}
