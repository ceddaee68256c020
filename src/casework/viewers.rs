//! Who was signed in a moment ago, so that a page of requests does not ask the store for the same token each time.
//! Used for API tokens and for sessions.

use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long an answer holds, in microseconds. Another process that revokes a token is heard after this long.
const HOLDS: i64 = 1_000_000;
/// Tokens remembered.
const KEPT: NonZeroUsize = match NonZeroUsize::new(4_096) {
    Some(n) => n,
    None => NonZeroUsize::MIN,
};

/// What was found by the hash of a token, with the moment at which the store vouched for it.
pub(super) struct Recent<T>(Mutex<LruCache<Vec<u8>, (i64, T)>>);

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KEPT)))
    }
}

impl<T: Clone> Recent<T> {
    /// What the store vouched for less than [`HOLDS`] before `now`, in microseconds since 1970.
    pub(super) fn find(&self, hash: &[u8], now: i64) -> Option<T> {
        let mut kept = self.kept();
        let (at, found) = kept.get(hash)?;
        // A clock that was put back vouches for nothing.
        (0..HOLDS).contains(&(now - at)).then(|| found.clone())
    }

    pub(super) fn keep(&self, hash: Vec<u8>, now: i64, found: &T) {
        self.kept().put(hash, (now, found.clone()));
    }

    /// Asks the store again for everybody.
    pub(super) fn forget(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> MutexGuard<'_, LruCache<Vec<u8>, (i64, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
