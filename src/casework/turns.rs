//! Whose turn it is to change a case, and the case as the last one left it.
//!
//! Opening a snapshot is a quarter of what an act costs, and acts of one case come one after another. So the opened
//! case stays with its turn until another case takes its place: this process holds its key as well and could open it
//! at any time. It holds no free text and no name, and a sealed case is never remembered.

use std::time::Instant;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use crate::law::CaseFile;
use crate::store::CaseRow;

/// Cases that share one turn are rare with so many.
const TURNS: usize = 512;
/// Bytes of a sealed snapshot whose case is remembered at most, so that all turns together stay within some 15 MiB.
const REMEMBERED: usize = 16 * 1024;

/// A case as this instance left it.
pub(super) struct Left {
    /// Its row, without the snapshot.
    pub(super) row: CaseRow,
    /// The snapshot, opened.
    pub(super) file: CaseFile,
    /// Since when.
    pub(super) since: Instant,
}

/// One turn for some cases each.
pub(super) struct Turns(Box<[Mutex<Option<Left>>]>);

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

    /// Forgets what was left before a moment. Another process may have sealed it since.
    pub(super) fn sweep(&self, before: Instant) {
        for place in &self.0 {
            if let Ok(mut place) = place.try_lock()
                && place.as_ref().is_some_and(|left| left.since < before)
            {
                *place = None;
            }
        }
    }
}

/// The right to change a case. It ends when this is dropped.
pub(super) struct Turn<'a>(Option<MutexGuard<'a, Option<Left>>>);

impl Turn<'_> {
    /// The case as this instance last wrote it. It is handed out once: whoever takes it remembers what becomes of it.
    pub(super) fn left(&mut self, case: Uuid) -> Option<Left> {
        self.0.as_mut()?.take().filter(|left| left.row.id == case)
    }

    /// Remembers a case that the store has kept, whose sealed snapshot has so many bytes.
    pub(super) fn remember(&mut self, left: Left, size: usize) {
        if let Some(place) = &mut self.0 {
            **place = (left.row.sealed == 0 && size <= REMEMBERED).then_some(left);
        }
    }
}
