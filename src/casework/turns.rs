//! Whose turn it is to change a case, and its row as the last one left it.

use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::store::CaseRow;

/// Cases that share one turn are rare with so many.
const TURNS: usize = 1024;
/// Bytes of a snapshot that is remembered at most, so that all turns together stay within 32 MiB.
const REMEMBERED: usize = 32 * 1024;

/// One turn for some cases each.
pub(super) struct Turns(Box<[Mutex<Option<CaseRow>>]>);

impl Default for Turns {
    fn default() -> Self {
        Self((0..TURNS).map(|_| Mutex::new(None)).collect())
    }
}

impl Turns {
    /// Waits until nobody else in this instance changes the case.
    pub(super) async fn of(&self, case: Uuid) -> Turn<'_> {
        let (high, low) = case.as_u64_pair();
        let place = usize::try_from((high ^ low) % TURNS as u64).unwrap_or_default();
        Turn(match self.0.get(place) {
            Some(place) => Some(place.lock().await),
            None => None,
        })
    }
}

/// The right to change a case. It ends when this is dropped.
pub(super) struct Turn<'a>(Option<MutexGuard<'a, Option<CaseRow>>>);

impl Turn<'_> {
    /// The case's row as this instance last wrote it, its content still sealed. It is handed out once: whoever takes
    /// it remembers what becomes of it.
    pub(super) fn row_of(&mut self, case: Uuid) -> Option<CaseRow> {
        self.0.as_mut()?.take().filter(|row| row.id == case)
    }

    /// Remembers a row that the store has kept.
    pub(super) fn remember(&mut self, row: CaseRow) {
        if let Some(place) = &mut self.0 {
            **place = (row.snapshot.len() <= REMEMBERED).then_some(row);
        }
    }
}
