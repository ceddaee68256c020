//! What a measure asks of people, as entries of the worklist.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::casework::rows::NOTHING_DUE;
use crate::casework::time::{from_micros, instant, legal, micros};
use crate::casework::work::Kind;
use crate::law::floor::Stage;
use crate::law::lateness::{Alarm, Standard};
use crate::law::measures::{Course, Measure};
use crate::store::{MeasureRow, WorkRow};

/// Days before its end from which a measure is warned of: time to hear the child and to plan the time after.
const ENDS_SOON: u32 = 15;

/// Where the work on a measure stands.
#[derive(Clone, Copy)]
pub(super) struct Desk<'a> {
    /// In whose list.
    pub(super) office: Uuid,
    /// Zone of its days.
    pub(super) zone: Tz,
    /// The measure in its law.
    pub(super) measure: &'a Measure,
}

/// What is to be done about a measure; nothing once it has gone to another office.
pub(super) fn of(desk: Desk<'_>, row: &MeasureRow, course: &Course) -> Vec<WorkRow> {
    if course.handed_over_on.is_some() {
        return Vec::new();
    }
    let (measure, desk) = (desk.measure, Rows { desk, row });
    let mut rows = Vec::new();
    let proposed = legal(desk.desk.zone, from_micros(row.proposed_at)).date();
    if course.stage == Stage::Proposed {
        let work = desk.by_standard(Kind::Measure, "", 0, Standard::Approval, proposed);
        let not_id = measure.two_persons.then_some(course.proposed_by);
        rows.push(WorkRow { not_id, ..work });
    }
    if course.stage == Stage::Decided {
        let day = course.terms.from.max(course.decided_on.unwrap_or(course.terms.from));
        rows.push(desk.by_standard(Kind::MeasureStart, "", 0, Standard::Starting, day));
    }
    if let Some(asked) = &course.revocation {
        let work = desk.by_standard(Kind::Measure, REVOCATION, 0, Standard::Approval, asked.on);
        let two = measure.revocation.as_ref().is_some_and(|rules| rules.two_persons);
        rows.push(WorkRow { not_id: two.then_some(asked.by), ..work });
    }
    if matches!(course.stage, Stage::Started | Stage::Suspended) {
        if let (Some(until), Some(started)) = (course.terms.until, course.started_on) {
            let from = started.and_time(NaiveTime::MIN);
            rows.push(desk.row(Kind::MeasureEnd, "", 0, from, day_after(until), ENDS_SOON));
        }
        if course.supervisor.is_none() && !measure.at_once {
            let day = course.started_on.unwrap_or(course.terms.from);
            rows.push(desk.by_standard(Kind::MeasureStart, SUPERVISOR, 0, Standard::Starting, day));
        }
        let unanswered = numbered(&course.breaches).filter(|(_, breach)| breach.responses.is_empty());
        rows.extend(unanswered.map(|(number, breach)| {
            desk.by_standard(Kind::MeasureBreach, "", number, Standard::Responding, breach.recorded_on)
        }));
    }
    let open_visits = numbered(&course.visits).filter(|(_, visit)| visit.attendance.is_none());
    rows.extend(open_visits.map(|(number, visit)| {
        let since = visit.from.date().and_time(NaiveTime::MIN);
        desk.row(Kind::Visit, "", number, since, day_after(visit.until.date()), 0)
    }));
    rows
}

/// Part of the entry that asks for a decision on a revocation.
const REVOCATION: &str = "revocation";
/// Part of the entry that asks who supervises a measure that runs.
const SUPERVISOR: &str = "supervisor";

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (i64, &T)> {
    (1..).zip(items)
}

fn day_after(day: NaiveDate) -> NaiveDateTime {
    day.checked_add_days(Days::new(1)).unwrap_or(day).and_time(NaiveTime::MIN)
}

/// What rows of work are made from.
struct Rows<'a> {
    desk: Desk<'a>,
    row: &'a MeasureRow,
}

impl Rows<'_> {
    fn at(&self, moment: NaiveDateTime) -> i64 {
        micros(instant(self.desk.zone, moment))
    }

    fn item(&self, kind: Kind, part: &str, run: i64) -> Uuid {
        kind.item(self.row.case_id, &self.row.id.to_string(), part, run)
    }

    fn row(
        &self,
        kind: Kind,
        part: &str,
        run: i64,
        since: NaiveDateTime,
        end: NaiveDateTime,
        warning: u32,
    ) -> WorkRow {
        let alarm = Alarm::of(since, end, false, warning);
        let (warn_at, day_at) = (alarm.warning.map(|at| self.at(at)), alarm.last_day.map(|at| self.at(at)));
        let due_at = self.at(end);
        WorkRow {
            item: self.item(kind, part, run),
            case_id: self.row.case_id,
            at_office: self.desk.office,
            kind: kind.as_str().to_owned(),
            code: self.row.kind.clone(),
            part: part.to_owned(),
            run,
            about_id: Some(self.row.id),
            for_id: None,
            not_id: None,
            since_at: self.at(since),
            due_at,
            warn_at,
            day_at,
            open: 1,
            fire_at: warn_at.or(day_at).or(Some(due_at)),
        }
    }

    /// Due by a standard of this service, counted from a day.
    fn by_standard(&self, kind: Kind, part: &str, run: i64, standard: Standard, from: NaiveDate) -> WorkRow {
        let since = from.and_time(NaiveTime::MIN);
        match standard.end(from) {
            Some(end) => self.row(kind, part, run, since, end, 0),
            None => {
                WorkRow { due_at: NOTHING_DUE, fire_at: None, ..self.row(kind, part, run, since, since, 0) }
            }
        }
    }
}
