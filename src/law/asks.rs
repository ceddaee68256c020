//! What is asked of an office outside any case, and by when it must be answered.

use chrono::NaiveDateTime;

use super::clock::{self, Run};
use super::floor::Act;
use super::pack::{Pack, Verb};

/// The last moments, sooner first, for deciding what an event with this act asks for: one for each clock that it starts.
/// Conditions of a pack that need a case are not met here.
pub fn deadlines(pack: &Pack, act: Act, asked: NaiveDateTime) -> Vec<NaiveDateTime> {
    let started = pack.events.iter().filter(|event| event.acts.contains(&act)).flat_map(|event| {
        event.effects.iter().filter_map(|effect| match &effect.verb {
            Verb::Start { clock, .. } => Some(clock.as_str()),
            _ => None,
        })
    });
    let mut ends: Vec<NaiveDateTime> = started.filter_map(|id| deadline(pack, id, asked)).collect();
    ends.sort();
    ends.dedup();
    ends
}

/// When a clock that starts at a moment ends, by the rule that is in force then.
fn deadline(pack: &Pack, id: &str, from: NaiveDateTime) -> Option<NaiveDateTime> {
    let rule = pack.clocks.find(id)?;
    let day = from.date();
    let in_force = rule.rules.iter().find(|rule| {
        rule.when.is_none() && rule.effective_from <= day && rule.effective_to.is_none_or(|last| day <= last)
    })?;
    let run = Run { started: from, length: in_force.length, first_day: rule.first_day, steps: Vec::new() };
    clock::due(&run, rule.roll, false, &pack.calendar).ok().map(|due| due.at)
}
