//! What the law asks for in a case, as work: clocks that run, documents owed or to be served, drafts that wait, rights
//! that were broken.

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use uuid::Uuid;

use super::Kind;
use crate::casework::rows::NOTHING_DUE;
use crate::casework::time::{instant, legal, micros};
use crate::law::case::{ClockState, FloorMark};
use crate::law::clock::Unit;
use crate::law::floor::{Record, Severity};
use crate::law::lateness::{Alarm, Standard, end_after};
use crate::law::{CaseFile, Pack};
use crate::store::{CaseRow, WorkRow};

/// The work of which a case's law knows. Nothing of a sealed case: nobody sees it in a list.
pub(in crate::casework) fn of_law(case: Uuid, office: Uuid, pack: &Pack, file: &CaseFile) -> Vec<WorkRow> {
    let record = pack.record.states.find(&file.states.record);
    if record.is_some_and(|state| state.phase == Record::Sealed) {
        return Vec::new();
    }
    let desk = Desk { case, office, zone: pack.zone };
    let mut rows = Vec::new();
    for entry in file.clocks.iter().filter(|entry| entry.state == ClockState::Running) {
        let warning = pack.clocks.find(&entry.clock).map_or(0, |rule| rule.warn_days);
        let hours = entry.run.length.unit == Unit::Hours;
        let alarm = Alarm::of(entry.run.started, entry.due.at, hours, warning);
        let row = desk.row(Kind::Clock, &entry.clock, "", i64::from(entry.run_no));
        let (warn_at, day_at) = (alarm.warning.map(|at| desk.at(at)), alarm.last_day.map(|at| desk.at(at)));
        let due_at = desk.at(entry.due.at);
        rows.push(WorkRow {
            since_at: desk.at(entry.run.started),
            due_at,
            warn_at,
            day_at,
            fire_at: warn_at.or(day_at).or(Some(due_at)),
            ..row
        });
    }
    for entry in &file.documents {
        let run = i64::from(entry.since);
        match entry.issued_on {
            None => {
                let row = desk.row(Kind::Issue, &entry.document, "", run);
                rows.push(desk.by_standard(row, Standard::Issue, day_of(file, entry.since)));
            }
            Some(issued) => {
                let waiting = entry.served.iter().filter(|(_, received)| received.is_none());
                rows.extend(waiting.map(|(party, _)| {
                    let row = desk.row(Kind::Serve, &entry.document, party, run);
                    desk.by_standard(row, Standard::Service, Some(issued))
                }));
            }
        }
    }
    for draft in &file.drafts {
        let row = desk.row(Kind::Approve, &draft.event, "", i64::from(draft.seq));
        let row = WorkRow { not_id: Some(draft.by), ..row };
        rows.push(desk.by_standard(row, Standard::Approval, Some(draft.on)));
        // Whoever drafted it sees that it lies there.
        let row = desk.row(Kind::Draft, &draft.event, "", i64::from(draft.seq));
        rows.push(WorkRow {
            for_id: Some(draft.by),
            ..desk.within(row, pack.stale_draft_days, Some(draft.on))
        });
    }
    rows.extend(breaches(file).into_iter().map(|mark| {
        let id = breach_id(case, mark);
        let row =
            WorkRow { about_id: Some(id), ..desk.row(Kind::Breach, mark.check.code(), "", mark.seq.into()) };
        desk.by_standard(row, Standard::Answering, day_of(file, mark.seq))
    }));
    rows
}

/// The rights of a case that were broken: each once for each entry.
pub(super) fn breaches(file: &CaseFile) -> Vec<&FloorMark> {
    let mut breaches: Vec<&FloorMark> = Vec::new();
    for mark in file.floor_marks.iter().filter(|mark| mark.severity == Severity::Breach) {
        if breaches.iter().all(|known| (known.seq, known.check) != (mark.seq, mark.check)) {
            breaches.push(mark);
        }
    }
    breaches
}

/// The identity of a broken right, in the worklist and where it is answered for.
pub(super) fn breach_id(case: Uuid, mark: &FloorMark) -> Uuid {
    Kind::Breach.item(case, mark.check.code(), "", mark.seq.into())
}

/// What has changed of it: what is new or otherwise, and what is to be done no more.
pub(in crate::casework) fn changed(before: &[WorkRow], after: Vec<WorkRow>) -> Vec<WorkRow> {
    let gone = before.iter().filter(|row| after.iter().all(|kept| kept.item != row.item));
    let gone: Vec<WorkRow> = gone.map(|row| WorkRow { open: 0, fire_at: None, ..row.clone() }).collect();
    let mut changed: Vec<WorkRow> = after.into_iter().filter(|row| !before.contains(row)).collect();
    changed.extend(gone);
    changed
}

/// That nobody leads a case, from now on or no more.
pub(in crate::casework) fn unassigned(row: &CaseRow, zone: Tz, since: i64) -> WorkRow {
    let desk = Desk { case: row.id, office: row.office_id, zone };
    let work = desk.row(Kind::Unassigned, "", "", 0);
    let day = legal(zone, crate::casework::time::from_micros(since)).date();
    WorkRow {
        since_at: since,
        open: i64::from(row.lead_id.is_none()),
        ..desk.by_standard(work, Standard::Assigning, Some(day))
    }
}

/// Where rows stand, and in which zone their days lie.
struct Desk {
    case: Uuid,
    office: Uuid,
    zone: Tz,
}

impl Desk {
    fn at(&self, moment: NaiveDateTime) -> i64 {
        micros(instant(self.zone, moment))
    }

    fn row(&self, kind: Kind, code: &str, part: &str, run: i64) -> WorkRow {
        WorkRow {
            item: kind.item(self.case, code, part, run),
            case_id: self.case,
            at_office: self.office,
            kind: kind.as_str().to_owned(),
            code: code.to_owned(),
            part: part.to_owned(),
            run,
            about_id: None,
            for_id: None,
            not_id: None,
            since_at: 0,
            due_at: NOTHING_DUE,
            warn_at: None,
            day_at: None,
            open: 1,
            fire_at: None,
        }
    }

    /// The same, due by a standard of this service, counted from a day.
    fn by_standard(&self, row: WorkRow, standard: Standard, from: Option<NaiveDate>) -> WorkRow {
        self.within(row, standard.days(), from)
    }

    /// The same, due some days after a day.
    fn within(&self, row: WorkRow, days: u32, from: Option<NaiveDate>) -> WorkRow {
        let since = from.map(|day| self.at(day.and_time(chrono::NaiveTime::MIN)));
        let end = from.and_then(|day| end_after(day, days)).map(|end| self.at(end));
        WorkRow { since_at: since.unwrap_or_default(), due_at: end.unwrap_or(NOTHING_DUE), ..row }
    }
}

/// The legal day of a journal entry, as far as the case still knows it.
pub(super) fn day_of(file: &CaseFile, entry: u32) -> Option<NaiveDate> {
    let done = file.done.values().flatten().find(|doing| doing.seq == entry).map(|doing| doing.on);
    done.or_else(|| file.evidence.iter().find(|e| e.seq == entry).map(|e| e.on))
}
