//! Use cases: each loads what the law needs, asks the law, and hands the store one change to keep or refuse whole.
//!
//! * [`intake`]: a case is opened. [`proceed`]: something is done or recorded in it; `consider`: what the law would say.
//! * [`read`]: what somebody may see of it. [`find`]: lists and search.
//! * [`reseal`]: a case goes under the keys of the sealer, or back.
//! * [`items`]: a single journal entry is sealed by itself.
//! * [`records`]: the duty to seal, queries of sealed records, certificates.
//! * [`expunge`]: a case is taken away for good.
//! * [`people`]: the persons of a case. [`assign`]: who works on it. [`exclusions`]: who is kept away from it.
//! * [`assessments`]: forms that are written about the child.
//! * [`measures`]: measures at liberty, visits, breaches; files that belong together.
//! * [`accounts`]: who works here. [`roles`]: in which roles, decided by two. [`account_state`]: whether an account is used. [`deputies`]: who stands in for whom.
//!   [`handover`]: a caseload moves to others. [`oversee`]: the ledger.
//! * [`transfer`]: a case is offered to another office; [`takeover`]: which takes it over. [`emergency`]: one is opened without assignment, and reviewed.
//!   [`notices`]: what somebody is told. [`lookers`]: who looked. [`audit`]: the ledger of an office.
//! * [`outcomes`]: what cases came to, as numbers.
//! * `names`: names of colleagues. [`sent`]: a form does what it does once. [`signin`]: people sign in, and what they show for it.
//! * [`time`]: the only clock. [`packs`]: the law in force. [`trail`]: what is written in the ledger.

pub mod account_state;
pub mod accounts;
pub mod assessments;
pub mod assign;
pub mod audit;
pub mod children;
mod cipher;
pub mod complaint;
mod consider;
pub mod copies;
pub mod deputies;
pub mod emergency;
mod error;
pub mod exclusions;
pub mod expunge;
pub mod feed;
pub mod find;
pub mod handover;
pub mod intake;
pub mod items;
pub mod journal;
pub mod keys;
pub mod lookers;
pub mod measures;
mod names;
pub mod notices;
pub mod outcomes;
pub mod oversee;
pub mod packs;
pub mod people;
pub mod proceed;
pub mod read;
pub mod records;
pub mod request;
mod reseal;
pub mod roles;
mod rows;
pub mod sending;
pub mod sent;
pub mod sheet;
pub mod signin;
pub mod takeover;
pub mod time;
pub mod trail;
pub mod transfer;
mod turns;
mod viewers;
pub mod voice;
pub mod work;

pub use error::CaseworkError;
pub use trail::Caller;

use chrono::{DateTime, Utc};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::{NoContext, Timestamp, Uuid};

use self::keys::KeyRoom;
use self::packs::Packs;
use self::time::Clock;
use self::turns::{Turn, Turns};
use crate::access::{OfficeTree, Policy, Viewer};
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
    viewers: viewers::Recent<(Viewer, signin::tokens::Scope)>,
    signin: signin::Room,
    sending: sending::Room,
    /// Which instance this is, among those that share a database.
    instance: Uuid,
}

impl Service {
    /// A service over a store, its keys and packs.
    ///
    /// # Errors
    /// When the offices cannot be read.
    pub async fn new(db: Db, keys: KeyRoom, packs: Packs, clock: Clock) -> Result<Self, CaseworkError> {
        // Policies are read before the first request has to wait for them.
        Policy::in_force();
        let offices = RwLock::new(Arc::new(OfficeTree::default()));
        let turns = Turns::default();
        let (viewers, signin) = (viewers::Recent::default(), signin::Room::default());
        let (sending, instance) = (sending::Room::default(), Uuid::new_v4());
        let inner = Arc::new(Inner { db, keys, packs, offices, turns, viewers, signin, sending, instance });
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

    /// Who showed a token a moment ago.
    fn viewers(&self) -> &viewers::Recent<(Viewer, signin::tokens::Scope)> {
        &self.inner.viewers
    }

    /// Forgets what is at hand of a case, and who was signed in: the sealer may have changed both.
    pub async fn forget(&self, case: Option<Uuid>) {
        if let Some(case) = case {
            drop(self.inner.turns.of(case).await.left(case));
            self.keys().forget(case);
        }
        self.access_changed();
    }

    /// Wipes from memory what has been at hand for a while: keys, and cases as they were left.
    pub fn sweep(&self) {
        self.keys().sweep();
        if let Some(before) = std::time::Instant::now().checked_sub(keys::HOLDS) {
            self.inner.turns.sweep(before);
        }
    }

    /// What signing in needs.
    fn room(&self) -> &signin::Room {
        &self.inner.signin
    }

    /// What sending needs.
    fn outside(&self) -> &sending::Room {
        &self.inner.sending
    }

    /// Which instance this is, among those that share a database.
    fn instance(&self) -> Uuid {
        self.inner.instance
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
