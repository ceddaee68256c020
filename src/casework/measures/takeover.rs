//! The measures of a case go with it to another office: under the new file's keys, with every step that was taken, and
//! with nobody of the office that they leave.

use std::collections::BTreeMap;
use uuid::Uuid;

use super::keep::visit_row;
use super::work::Desk;
use super::{Body, Entry, body_place, step_place, work};
use crate::casework::proceed::Loaded;
use crate::casework::time::{legal, micros};
use crate::casework::trail::Caller;
use crate::casework::work::derive::changed;
use crate::casework::{CaseworkError, Service, cipher};
use crate::law::measures::{Moved, Step, move_to};
use crate::store::{self, MeasureRow, MeasureStepRow, Side, VisitRow, WorkRow};

/// A file that is opened at another office, as far as measures know it.
#[derive(Clone, Copy)]
pub(in crate::casework) struct NewFile<'a> {
    /// The file.
    pub(in crate::casework) case: Uuid,
    /// Its office.
    pub(in crate::casework) office: Uuid,
    /// The old file's forms, and what they are in the new one.
    pub(in crate::casework) forms: &'a BTreeMap<Uuid, Uuid>,
}

impl Service {
    /// The measures of a case in the file of the office that takes it over, and what is left of them in its own.
    pub(in crate::casework) async fn measures_anew(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        to: NewFile<'_>,
    ) -> Result<(Vec<Side>, Vec<WorkRow>), CaseworkError> {
        let (mut sides, mut due) = (Vec::new(), Vec::new());
        let (zone, at) = (loaded.pack.zone, micros(self.now()));
        for old in store::measures_of(self.db(), loaded.row.id).await? {
            let course = self.course_of(&old).await?;
            if course.handed_over_on.is_some() {
                continue;
            }
            let measure = self.law_of(loaded, &old)?;
            let (left, goes_on) = move_to(&course, legal(zone, self.now()), to.forms, || self.new_id());
            let version = old.version + 1;
            let seal = async |row: MeasureRow, course| {
                let body = cipher::seal(self.keys(), &body_place(&row), &Body { version, course }).await?;
                Ok::<MeasureRow, CaseworkError>(MeasureRow { body, ..row })
            };
            let there = MeasureRow {
                id: self.new_id(),
                case_id: to.case,
                version,
                changed_at: at,
                body: Vec::new(),
                ..old.clone()
            };
            let here = MeasureRow { version, changed_at: at, body: Vec::new(), ..old.clone() };
            let (here, there) = (seal(here, left.clone()).await?, seal(there, goes_on.clone()).await?);
            sides.push(store::change_measure(&here));
            sides.push(store::add_measure(&there));
            for step in store::measure_steps(self.db(), old.id).await? {
                let entry = self.entry_of(&step).await?;
                let row = MeasureStepRow {
                    id: self.new_id(),
                    measure_id: there.id,
                    case_id: to.case,
                    body: Vec::new(),
                    ..step
                };
                sides.push(self.step_anew(row, &entry).await?);
            }
            let last = |of: &MeasureRow, step: &Step| MeasureStepRow {
                id: self.new_id(),
                measure_id: of.id,
                case_id: of.case_id,
                seq: version,
                what: step.name().to_owned(),
                by_id: caller.viewer.account,
                recorded_at: at,
                body: Vec::new(),
            };
            for (of, step) in [
                (&here, Step::HandedOver(Moved { measure: there.id })),
                (&there, Step::TakenOver(Moved { measure: old.id })),
            ] {
                let row = last(of, &step);
                let entry = Entry { seq: version, step, because: BTreeMap::new() };
                sides.push(self.step_anew(row, &entry).await?);
            }
            // Whoever met the child was there once, and not twice.
            let gone = left.visits.iter().map(|visit| visit_row(&here, visit, zone));
            let gone: Vec<VisitRow> = gone.map(|row| VisitRow { state: "off".into(), ..row }).collect();
            let kept = goes_on.visits.iter().map(|visit| visit_row(&there, visit, zone));
            sides.extend(store::put_visits(&gone));
            sides.extend(store::put_visits(&kept.collect::<Vec<_>>()));

            let desk = Desk { office: loaded.row.office_id, zone, measure: &measure };
            let before = work::of(desk, &old, &course);
            due.extend(changed(&before, work::of(desk, &here, &left)));
            due.extend(work::of(Desk { office: to.office, ..desk }, &there, &goes_on));
        }
        Ok((sides, due))
    }

    async fn step_anew(&self, row: MeasureStepRow, entry: &Entry) -> Result<Side, CaseworkError> {
        let body = cipher::seal(self.keys(), &step_place(row.case_id, row.id), entry).await?;
        Ok(store::add_measure_step(&MeasureStepRow { body, ..row }))
    }
}
