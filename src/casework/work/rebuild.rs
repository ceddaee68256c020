//! Cases from before there was a table of work: theirs is derived once.

use super::derive;
use crate::casework::time::micros;
use crate::casework::{CaseworkError, Service, cipher};
use crate::store::{self, WriteSet};

/// Cases in one go.
const BATCH: i64 = 50;

impl Service {
    /// Derives the work of cases of which it is not known yet; gives of how many.
    ///
    /// # Errors
    /// When a case cannot be read or its work not be kept; what was done stays done.
    pub async fn derive_unknown_work(&self) -> Result<usize, CaseworkError> {
        let mut derived = 0;
        loop {
            let cases = store::cases_of_unknown_work(self.db(), BATCH).await?;
            if cases.is_empty() {
                return Ok(derived);
            }
            for case in cases {
                // What changes meanwhile brings its own work; this must not come after it.
                let _turn = self.turn(case).await;
                let Some(row) = store::find_case(self.db(), case).await? else { continue };
                let pack = self.pack_of(&row)?;
                let file = cipher::open_case(self.keys(), case, &row.snapshot).await?;
                let mut work = derive::of_law(case, row.office_id, &pack, &file);
                if row.lead_id.is_none() {
                    work.push(derive::unassigned(&row, pack.zone, micros(self.now())));
                }
                let mut writes: Vec<store::Write> = work.iter().map(store::put_work).collect();
                writes.push(store::work_is_known(case));
                let mut note = self.operators_note("work.derive");
                note.case = Some(case);
                let set = WriteSet { writes, leaves: vec![note.aside()?], ..WriteSet::default() };
                store::commit(self.db(), set).await?;
                derived += 1;
            }
        }
    }
}
