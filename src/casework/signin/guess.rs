//! Guessing is slow by sign-in name, and never locks anybody out for longer than a day.
//!
//! The waits are those of kanidm's soft lock. A guess is counted before it is looked at, so that many at once are no
//! way round the wait; one that was right is taken back. The count lies in the store: it survives a restart and holds
//! for all instances. Names that nobody has are counted alike.

use chrono::{DateTime, Days, NaiveTime, Utc};

use crate::casework::time::micros;
use crate::casework::{CaseworkError, Service};
use crate::store::sessions::{self as kept, GuessRow};
use crate::store::{StoreError, Write};

/// Tries to count a guess while others guess under the same name.
const TRIES: usize = 4;
const SECOND: i64 = 1_000_000;

/// Seconds to wait after so many wrong guesses in a day; none: until midnight (UTC).
const fn wait(failures: i64) -> Option<i64> {
    match failures {
        ..3 => Some(1),
        3..9 => Some(3),
        9..25 => Some(5),
        25..100 => Some(10),
        _ => None,
    }
}

/// A guess that is counted.
pub(super) struct Attempt {
    key: [u8; 32],
    before: GuessRow,
    counted: GuessRow,
}

impl Attempt {
    /// Whether it was the last one for today, if it was wrong.
    pub(super) const fn locks(&self) -> bool {
        wait(self.counted.failures).is_none()
    }

    /// It was right, but more is to be shown: earlier wrong ones stay counted.
    pub(super) fn release(&self) -> Write {
        let before = GuessRow { resets_at: self.counted.resets_at, ..self.before };
        kept::count_guess(&self.key, self.counted, before)
    }

    /// It was right and is all: nothing stays counted.
    pub(super) fn forget(&self) -> Write {
        kept::forget_guesses(&self.key)
    }
}

impl Service {
    /// Counts a guess under a sign-in name.
    ///
    /// # Errors
    /// `TooMany` while no guess may be made.
    pub(super) async fn attempt(&self, login: &str) -> Result<Attempt, CaseworkError> {
        let key = self.keys().keyring().pepper_tag("guess", login.as_bytes());
        for _ in 0..TRIES {
            let now = micros(self.now());
            let before = kept::guesses(self.db(), &key).await?.unwrap_or_default();
            if now < before.until {
                return Err(too_many(before.until - now));
            }
            let (failures, resets_at) = if before.resets_at <= now {
                (1, micros(midnight_after(self.now())))
            } else {
                (before.failures + 1, before.resets_at)
            };
            let until = wait(failures).map_or(resets_at, |seconds| now + seconds * SECOND);
            let counted = GuessRow { failures, until, resets_at };
            match self.keep_writes(vec![kept::count_guess(&key, before, counted)], Vec::new()).await {
                Ok(()) => return Ok(Attempt { key, before, counted }),
                Err(CaseworkError::Store(StoreError::Conflict)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(too_many(SECOND))
    }
}

const fn too_many(micros: i64) -> CaseworkError {
    CaseworkError::TooMany { seconds: (micros + SECOND - 1) / SECOND }
}

fn midnight_after(now: DateTime<Utc>) -> DateTime<Utc> {
    now.date_naive().checked_add_days(Days::new(1)).map_or(now, |day| day.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_at_midnight() {
        let waits: Vec<_> = [1, 2, 3, 8, 9, 24, 25, 99, 100, 5000].map(wait).into();
        let expected = [1, 1, 3, 3, 5, 5, 10, 10].map(Some).into_iter().chain([None, None]);
        assert_eq!(waits, expected.collect::<Vec<_>>());
        let midnight = |at: &str| midnight_after(at.parse().unwrap()).to_rfc3339();
        assert_eq!(midnight("2026-02-28T23:59:59Z"), "2026-03-01T00:00:00+00:00");
        assert_eq!(midnight("2026-03-01T00:00:00Z"), "2026-03-02T00:00:00+00:00");
    }
}
