//! Who was signed in a moment ago, so that a page of requests does not ask the store for the same token each time.

use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::access::Viewer;

/// How long an answer holds, in microseconds. Another process that revokes a token is heard after this long.
const HOLDS: i64 = 1_000_000;
/// Tokens remembered.
const KEPT: NonZeroUsize = match NonZeroUsize::new(4_096) {
    Some(n) => n,
    None => NonZeroUsize::MIN,
};

/// Viewers by the hash of their token, with the moment at which the store vouched for them.
pub(super) struct Viewers(Mutex<LruCache<Vec<u8>, (i64, Viewer)>>);

impl Default for Viewers {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(KEPT)))
    }
}

impl Viewers {
    /// The viewer whom the store vouched for less than [`HOLDS`] before `now`, in microseconds since 1970.
    pub(super) fn find(&self, hash: &[u8], now: i64) -> Option<Viewer> {
        let mut kept = self.kept();
        let (at, viewer) = kept.get(hash)?;
        // A clock that was put back vouches for nothing.
        (0..HOLDS).contains(&(now - at)).then(|| viewer.clone())
    }

    pub(super) fn keep(&self, hash: Vec<u8>, now: i64, viewer: &Viewer) {
        self.kept().put(hash, (now, viewer.clone()));
    }

    /// Asks the store again for everybody.
    pub(super) fn forget(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> MutexGuard<'_, LruCache<Vec<u8>, (i64, Viewer)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
