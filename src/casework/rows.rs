//! From a case as the law sees it to the rows the store keeps.

use uuid::Uuid;

use super::time::{instant, micros};
use crate::law::case::ClockState;
use crate::law::{CaseFile, Pack};
use crate::ledger::Hash;
use crate::store::{CaseRow, ClockRow, clock_digests};

/// `next_due` of a case with nothing running: last in every worklist.
pub(super) const NOTHING_DUE: i64 = i64::MAX;

/// The clocks of a case as rows.
pub(super) fn clock_rows(case: Uuid, pack: &Pack, file: &CaseFile) -> Vec<ClockRow> {
    let held = pack
        .measure
        .states
        .find(&file.states.measure)
        .is_none_or(|s| s.phase == crate::law::floor::Liberty::Held);
    let mut rows: Vec<ClockRow> = file
        .clocks
        .iter()
        .map(|entry| ClockRow {
            case_id: case,
            clock: entry.clock.clone(),
            run: i64::from(entry.run_no),
            started: micros(instant(pack.zone, entry.run.started)),
            due_at: (entry.state == ClockState::Running).then(|| micros(instant(pack.zone, entry.due.at))),
            state: entry.state.as_str().to_owned(),
            held: i64::from(held && entry.state.open()),
            calendar_missing: entry.due.calendar_missing.map(i64::from),
        })
        .collect();
    rows.sort_by(|a, b| (&a.clock, a.run).cmp(&(&b.clock, b.run)));
    rows
}

/// Writes what the case's row shows of the law's case into it.
pub(super) fn show(row: &mut CaseRow, pack: &Pack, file: &CaseFile, clocks: &[ClockRow]) {
    row.main.clone_from(&file.states.main);
    row.measure.clone_from(&file.states.measure);
    row.remedy.clone_from(&file.states.remedy);
    row.record.clone_from(&file.states.record);
    row.phase =
        pack.main.states.find(&file.states.main).map(|s| s.phase.code().to_owned()).unwrap_or_default();
    row.sealed = i64::from(
        pack.record
            .states
            .find(&file.states.record)
            .is_some_and(|s| s.phase == crate::law::floor::Record::Sealed),
    );
    row.awaiting_approval = i64::try_from(file.drafts.len()).unwrap_or(i64::MAX);
    row.marks = file.marks(pack).join(" ");
    let next = file.next_due();
    row.next_due = next.map_or(NOTHING_DUE, |(at, _)| micros(instant(pack.zone, at)));
    row.next_clock = next.map(|(_, clock)| clock.to_owned());
    row.clock_digests = clock_digests(clocks);
}

/// A stored hash; `None` if it does not have a hash's length.
pub(super) fn hash(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok()
}
