//! How much may go wrong from one address, and how many things somebody may ask for that are not there.
//!
//! Both are held in memory, by the generic cell rate algorithm: of each one a single moment is remembered, until which
//! its share is used up. Only what went wrong counts, so that an office behind one address is not held up.

use lru::LruCache;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

use crate::casework::time::micros;
use crate::casework::{CaseworkError, Service};

/// Addresses and accounts remembered; those longest quiet are forgotten first.
const KEPT: NonZeroUsize = match NonZeroUsize::new(65_536) {
    Some(n) => n,
    None => NonZeroUsize::MIN,
};
const SECOND: i64 = 1_000_000;

/// A share of something: so many at once, and one more in every interval.
struct Share<K: Hash + Eq> {
    at_once: i64,
    every: i64,
    used_until: Mutex<LruCache<K, i64>>,
}

impl<K: Hash + Eq> Share<K> {
    fn new(at_once: i64, every: i64) -> Self {
        Self { at_once, every, used_until: Mutex::new(LruCache::new(KEPT)) }
    }

    /// Microseconds until one more is allowed; nothing when it is now.
    fn wait(&self, key: &K, now: i64) -> Option<i64> {
        let used_until = *self.used_until.lock().unwrap_or_else(PoisonError::into_inner).get(key)?;
        let wait = used_until - (self.at_once - 1) * self.every - now;
        (wait > 0).then_some(wait)
    }

    fn count(&self, key: K, now: i64) {
        let mut kept = self.used_until.lock().unwrap_or_else(PoisonError::into_inner);
        let used_until = kept.get(&key).copied().unwrap_or(now).max(now) + self.every;
        kept.put(key, used_until);
    }
}

/// What is remembered.
pub(in crate::casework) struct Limits {
    /// Wrong passwords, codes, tokens by address.
    wrong: Share<IpAddr>,
    /// Things not found, or not to be seen, by account.
    missed: Share<Uuid>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { wrong: Share::new(100, 6 * SECOND), missed: Share::new(1_000, SECOND) }
    }
}

impl Service {
    /// Whether this address may show anything more.
    ///
    /// # Errors
    /// `TooMany` when too much that it showed was wrong.
    pub fn may_show(&self, from: IpAddr) -> Result<(), CaseworkError> {
        too_many(self.room().limits.wrong.wait(&network(from), micros(self.now())))
    }

    /// Counts something wrong that came from an address.
    pub fn showed_wrong(&self, from: IpAddr) {
        self.room().limits.wrong.count(network(from), micros(self.now()));
    }

    /// Whether this account may ask for anything more.
    ///
    /// # Errors
    /// `TooMany` when too much that it asked for is not there.
    pub fn may_ask(&self, account: Uuid) -> Result<(), CaseworkError> {
        too_many(self.room().limits.missed.wait(&account, micros(self.now())))
    }

    /// Counts something that an account asked for and that is not there for it.
    pub fn asked_in_vain(&self, account: Uuid) {
        self.room().limits.missed.count(account, micros(self.now()));
    }
}

fn too_many(wait: Option<i64>) -> Result<(), CaseworkError> {
    wait.map_or(Ok(()), |micros| Err(CaseworkError::TooMany { seconds: (micros + SECOND - 1) / SECOND }))
}

/// One customer has a whole /64 of IPv6.
fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_used_up_and_comes_back() {
        let share = Share::new(3, 10);
        let mut counted = 0;
        while share.wait(&1, 100).is_none() {
            share.count(1, 100);
            counted += 1;
        }
        assert_eq!((counted, share.wait(&1, 100), share.wait(&2, 100)), (3, Some(10), None));
        assert_eq!(share.wait(&1, 110), None);
        share.count(1, 110);
        assert_eq!((share.wait(&1, 110), share.wait(&1, 139), share.wait(&1, 140)), (Some(10), None, None));
    }

    #[test]
    fn a_network_is_one_address() {
        let one: IpAddr = "2001:db8:1:2:3::1".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        assert_eq!(network(one), network(other));
        assert_ne!(network(one), network("2001:db8:1:3::1".parse().unwrap()));
        assert_eq!(network("::ffff:10.0.0.7".parse().unwrap()), "10.0.0.7".parse::<IpAddr>().unwrap());
    }
}
