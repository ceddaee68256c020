//! What a step leaves is kept: the measure, the step as it was said, its visits, its work, its number if it ends, and its
//! leaf; all of it or nothing.

use chrono_tz::Tz;

use super::{Asked, Body, Entry, Open, Taken, body_place, step_place, work};
use crate::casework::proceed::Loaded;
use crate::casework::time::{instant, micros};
use crate::casework::trail::{Caller, Note};
use crate::casework::{CaseworkError, Service, cipher, outcomes, work as worklist};
use crate::law::measures::{Attendance, Course, Visit};
use crate::store::{self, MeasureRow, MeasureStepRow, StoreError, VisitRow, WriteSet};

impl Service {
    pub(super) async fn keep_measure(
        &self,
        caller: &Caller,
        open: &Open,
        after: Course,
        (step, because): Asked,
        request: [u8; 32],
    ) -> Result<Taken, CaseworkError> {
        let (id, case, at) = (open.row.id, open.row.case_id, micros(self.now()));
        let version = open.row.version + 1;
        let state = after.stage.code().to_owned();
        let row = MeasureRow { state, version, changed_at: at, ..open.row.clone() };
        let body = Body { version, course: after };
        let sealed = cipher::seal(self.keys(), &body_place(&row), &body).await?;
        let (row, after) = (MeasureRow { body: sealed, ..row }, body.course);
        let step_id = self.new_id();
        let act = format!("measure.{}", step.name());
        let entry = Entry { seq: version, step, because };
        let step_row = MeasureStepRow {
            id: step_id,
            measure_id: id,
            case_id: case,
            seq: version,
            what: entry.step.name().to_owned(),
            by_id: caller.viewer.account,
            recorded_at: at,
            body: cipher::seal(self.keys(), &step_place(case, step_id), &entry).await?,
        };
        let first = version == 1;
        let mut sides = vec![if first { store::add_measure(&row) } else { store::change_measure(&row) }];
        sides.push(store::add_measure_step(&step_row));
        let zone = open.loaded.pack.zone;
        let changed = after.visits.iter().filter(|visit| !open.course.visits.contains(visit));
        let visits: Vec<VisitRow> = changed.map(|visit| visit_row(&row, visit, zone)).collect();
        sides.extend(store::put_visits(&visits));
        let desk = open.desk();
        let before = if first { Vec::new() } else { work::of(desk, &open.row, &open.course) };
        let due = worklist::derive::changed(&before, work::of(desk, &row, &after));
        let mut note =
            Note { case: Some(case), ..Note::under(caller, &act, &open.loaded.permit, self.now()) };
        note.about.push(format!("measure:{id}:{version}"));
        let done = Taken { measure: id, version, state: row.state };
        let Loaded { pack, row: case_row, file, .. } = &open.loaded;
        let ends = open.course.ended_on.is_none();
        let counted = outcomes::of_measure(pack, case_row, file, &row.kind, &after).filter(|_| ends);
        let set = WriteSet {
            sides,
            idempotency: self.idempotency(caller, case, request, &done).await?,
            writes: due
                .iter()
                .map(store::renew_work)
                .chain(counted.as_ref().map(store::put_outcome))
                .collect(),
            leaves: vec![note.aside()?],
            ..WriteSet::default()
        };
        self.change(caller, set).await.map_err(|error| match error {
            StoreError::Conflict => CaseworkError::Conflict { current: 0 },
            other => other.into(),
        })?;
        Ok(done)
    }
}

/// A visit with its times in the open. What nobody keeps takes nobody's time.
pub(super) fn visit_row(row: &MeasureRow, visit: &Visit, zone: Tz) -> VisitRow {
    VisitRow {
        id: visit.id,
        measure_id: row.id,
        case_id: row.case_id,
        with_id: visit.with.unwrap_or_default(),
        from_at: micros(instant(zone, visit.from)),
        until_at: micros(instant(zone, visit.until)),
        state: match visit.attendance {
            None if visit.with.is_some() => "planned",
            Some(Attendance::Kept(_)) => "kept",
            _ => "off",
        }
        .to_owned(),
    }
}
