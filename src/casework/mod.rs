//! Use cases: each loads what the law needs, asks the law, and hands the store one change to keep or refuse whole.
//!
//! * [`intake`]: a case is opened. [`proceed`]: something is done or recorded in it.
//! * [`read`]: what somebody may see of it. [`find`]: lists and search.
//! * [`reseal`]: a case goes under the keys of the sealer, or back.
//! * [`records`]: the duty to seal, queries of sealed records, certificates.
//! * [`expunge`]: a case is taken away for good.
//! * [`people`]: the persons of a case. [`assign`]: who works on it. [`accounts`]: who works here. [`oversee`]: the ledger.
//! * [`time`]: the only clock. [`packs`]: the law in force. [`trail`]: what is written in the ledger.

pub mod accounts;
pub mod assign;
mod cipher;
mod error;
pub mod expunge;
pub mod find;
pub mod intake;
pub mod keys;
pub mod oversee;
pub mod packs;
pub mod people;
pub mod proceed;
pub mod read;
pub mod records;
mod reseal;
mod rows;
pub mod time;
pub mod trail;
mod turns;
mod viewers;

pub use error::CaseworkError;
pub use trail::Caller;

use chrono::{DateTime, Utc};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::{NoContext, Timestamp, Uuid};

use self::keys::KeyRoom;
use self::packs::Packs;
use self::time::Clock;
use self::turns::{Turn, Turns};
use crate::access::OfficeTree;
use crate::store::Db;

/// Everything that use cases need. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
    clock: Arc<Clock>,
}

struct Inner {
    db: Db,
    keys: KeyRoom,
    packs: Packs,
    offices: RwLock<Arc<OfficeTree>>,
    turns: Turns,
    viewers: viewers::Viewers,
}

impl Service {
    /// A service over a store, its keys and packs.
    ///
    /// # Errors
    /// When the offices cannot be read.
    pub async fn new(db: Db, keys: KeyRoom, packs: Packs, clock: Clock) -> Result<Self, CaseworkError> {
        let offices = RwLock::new(Arc::new(OfficeTree::default()));
        let turns = Turns::default();
        let inner = Arc::new(Inner { db, keys, packs, offices, turns, viewers: viewers::Viewers::default() });
        let service = Self { inner, clock: Arc::new(clock) };
        service.reload_offices().await?;
        Ok(service)
    }

    /// The same service under another clock; a simulation has one for each story that it tells.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self { inner: Arc::clone(&self.inner), clock: Arc::new(clock) }
    }

    /// Changes of one case take turns, so that people who work on it at the same time do not undo each other's tries.
    /// Another instance is kept apart by the case's version alone.
    async fn turn(&self, case: Uuid) -> Turn<'_> {
        self.inner.turns.of(case).await
    }

    /// Who was signed in a moment ago.
    fn viewers(&self) -> &viewers::Viewers {
        &self.inner.viewers
    }

    /// Forgets what is at hand of a case, and who was signed in: the sealer may have changed both.
    pub async fn forget(&self, case: Option<Uuid>) {
        if let Some(case) = case {
            drop(self.inner.turns.of(case).await.left(case));
            self.keys().forget(case);
        }
        self.viewers().forget();
    }

    /// Wipes from memory what has been at hand for a while: keys, and cases as they were left.
    pub fn sweep(&self) {
        self.keys().sweep();
        if let Some(before) = std::time::Instant::now().checked_sub(keys::HOLDS) {
            self.inner.turns.sweep(before);
        }
    }

    /// The store.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// The keys.
    pub fn keys(&self) -> &KeyRoom {
        &self.inner.keys
    }

    /// The packs in force.
    pub fn packs(&self) -> &Packs {
        &self.inner.packs
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The present.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The tree of offices as last read.
    pub fn offices(&self) -> Arc<OfficeTree> {
        Arc::clone(&self.inner.offices.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the tree of offices anew.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reload_offices(&self) -> Result<(), CaseworkError> {
        let tree = accounts::read_offices(&self.inner.db).await?;
        *self.inner.offices.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tree);
        Ok(())
    }

    /// A new identity, ordered by time (UUIDv7), so that no central counter is needed.
    pub fn new_id(&self) -> Uuid {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, now.timestamp_subsec_nanos()))
    }
}
