//! Cases from before there were rows of what acts came to: theirs are made once, from the snapshot and the journal.

use super::{Warnings, after, of_measure};
use crate::casework::{CaseworkError, Service, cipher};
use crate::store::{self, WriteSet};
use crate::vault::Class;

/// Cases in one go.
const BATCH: i64 = 50;

impl Service {
    /// Makes the rows of cases that have none yet; gives of how many.
    ///
    /// # Errors
    /// When a case cannot be read or its rows not be kept; what was done stays done.
    pub async fn derive_unknown_outcomes(&self) -> Result<usize, CaseworkError> {
        let mut derived = 0;
        loop {
            let cases = store::cases_of_unknown_outcome(self.db(), BATCH).await?;
            if cases.is_empty() {
                return Ok(derived);
            }
            for case in cases {
                // What is done meanwhile brings its own row; this must not come after it.
                let _turn = self.turn(case).await;
                let mut set = WriteSet { writes: vec![store::outcome_is_known(case)], ..WriteSet::default() };
                if let Some(row) = store::find_case(self.db(), case).await?.filter(|row| row.sealed == 0) {
                    let pack = self.pack_of(&row)?;
                    let file = cipher::open_case(self.keys(), case, &row.snapshot).await?;
                    let mut warnings = Warnings::new();
                    for event in self.all_events(case).await?.iter().filter(|event| event.kind == "act") {
                        let sealed = [Class::Legal];
                        let entry =
                            cipher::open_entry(self.keys(), case, event.id, &event.payload, &sealed).await?;
                        warnings.insert(u32::try_from(event.seq).unwrap_or_default(), entry.warnings);
                    }
                    let counted = after(&pack, &row, &file, 0, &warnings);
                    set.writes.extend(counted.iter().map(store::put_outcome));
                    for measure in store::measures_of(self.db(), case).await? {
                        let course = self.course_of(&measure).await?;
                        let counted = of_measure(&pack, &row, &file, &measure.kind, &course);
                        set.writes.extend(counted.as_ref().map(store::put_outcome));
                    }
                }
                let mut note = self.operators_note("outcomes.derive");
                note.case = Some(case);
                set.leaves = vec![note.aside()?];
                store::commit(self.db(), set).await?;
                derived += 1;
            }
        }
    }
}
