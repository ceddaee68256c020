//! The keys at hand: the opened keyring and the case keys that were used lately.

use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use uuid::Uuid;

use super::CaseworkError;
use crate::store::{self, Db, KeyDb, StoreError};
use crate::vault::{Class, Dek, Keyring, KeyringRow, KeyringStatus, RootKey};

/// Case keys kept unwrapped. One costs about a hundred bytes; unwrapping costs a few microseconds and a read.
const KEPT: NonZeroUsize = match NonZeroUsize::new(16_384) {
    Some(n) => n,
    None => NonZeroUsize::MIN,
};

/// The keyring and its key store.
pub struct KeyRoom {
    db: KeyDb,
    keyring: RwLock<Arc<Keyring>>,
    cache: Mutex<LruCache<(Uuid, Class), Arc<Dek>>>,
}

impl KeyRoom {
    /// Opens the keyring in a key store. An empty key store gets its first keyring only beside a record in which
    /// nothing is written yet: a new keyring could open nothing of an older record, and would hide that loss.
    ///
    /// # Errors
    /// A wrong root key, a damaged row, a key store that cannot be read, `KeysMissing`.
    pub async fn open(db: KeyDb, root: &RootKey, record: &Db) -> Result<Self, CaseworkError> {
        let mut rows = db.load_keyring().await?;
        if rows.is_empty() {
            if !store::is_untouched(record).await? {
                return Err(CaseworkError::KeysMissing);
            }
            let (_, made) = Keyring::create(root)?;
            match db.put_keyring(&made).await {
                // Another instance that starts at the same time was first; its keyring is the one.
                Ok(()) | Err(StoreError::Duplicate { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            rows = db.load_keyring().await?;
        }
        Self::unlock(db, root, rows)
    }

    /// Opens the keyring of a key store that has one.
    ///
    /// # Errors
    /// A wrong root key, a damaged row, a key store that cannot be read, `KeysMissing`.
    pub async fn open_existing(db: KeyDb, root: &RootKey) -> Result<Self, CaseworkError> {
        let rows = db.load_keyring().await?;
        if rows.is_empty() {
            return Err(CaseworkError::KeysMissing);
        }
        Self::unlock(db, root, rows)
    }

    fn unlock(db: KeyDb, root: &RootKey, rows: Vec<KeyringRow>) -> Result<Self, CaseworkError> {
        let keyring = Keyring::open(root, rows)?;
        Ok(Self { db, keyring: RwLock::new(Arc::new(keyring)), cache: Mutex::new(LruCache::new(KEPT)) })
    }

    /// The opened keyring.
    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keyring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What an operator may see of the keyring.
    pub fn status(&self) -> KeyringStatus {
        self.keyring().status()
    }

    /// The key store.
    pub fn db(&self) -> &KeyDb {
        &self.db
    }

    /// The key of a case and class.
    ///
    /// # Errors
    /// A vault error when it does not open; `Corrupt` when there is none, as after expunging.
    pub async fn dek(&self, case: Uuid, class: Class) -> Result<Arc<Dek>, CaseworkError> {
        if let Some(dek) = self.kept(case, class) {
            return Ok(dek);
        }
        let rows = self.db.find_case_keys(case).await?;
        let keyring = self.keyring();
        let mut found = None;
        for row in rows.iter().filter(|row| Class::from_code(row.class).is_some()) {
            let dek = Arc::new(keyring.unwrap_case_key(row)?);
            if dek.class() == class {
                found = Some(Arc::clone(&dek));
            }
            self.keep(case, dek);
        }
        found.ok_or(CaseworkError::Corrupt { what: "case key" })
    }

    /// Has the keys of these cases and classes at hand, with one look into the key store for all that are not.
    ///
    /// # Errors
    /// A vault error when one does not open.
    pub async fn fetch(&self, wanted: &[(Uuid, Class)]) -> Result<(), CaseworkError> {
        let missing: Vec<(Uuid, Class)> =
            wanted.iter().copied().filter(|(case, class)| self.kept(*case, *class).is_none()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let cases: Vec<Uuid> = missing.iter().map(|(case, _)| *case).collect();
        let keyring = self.keyring();
        for row in self.db.find_keys_of(&cases).await? {
            let class = Class::from_code(row.class);
            if class.is_some_and(|class| missing.contains(&(row.case_id, class))) {
                self.keep(row.case_id, Arc::new(keyring.unwrap_case_key(&row)?));
            }
        }
        Ok(())
    }

    /// The key of a case and class, made if there is none yet.
    ///
    /// # Errors
    /// As [`Self::dek`].
    pub async fn dek_or_new(&self, case: Uuid, class: Class) -> Result<Arc<Dek>, CaseworkError> {
        match self.dek(case, class).await {
            Err(CaseworkError::Corrupt { what: "case key" }) => {
                match self.make(case, &[class]).await {
                    // Another instance made it at the same moment; its key is the one.
                    Ok(()) | Err(CaseworkError::Store(StoreError::Duplicate { .. })) => {}
                    Err(error) => return Err(error),
                }
                self.dek(case, class).await
            }
            other => other,
        }
    }

    /// Makes the keys of a new case and commits them to the key store before anything is sealed with them.
    ///
    /// # Errors
    /// When there is no randomness or the key store cannot be written.
    pub async fn make(&self, case: Uuid, classes: &[Class]) -> Result<(), CaseworkError> {
        let keyring = self.keyring();
        let mut rows = Vec::new();
        let mut deks = Vec::new();
        for class in classes {
            let (row, dek) = keyring.new_case_key(case, *class, 1)?;
            rows.push(row);
            deks.push(dek);
        }
        self.db.insert_case_keys(rows).await?;
        for dek in deks {
            self.keep(case, Arc::new(dek));
        }
        Ok(())
    }

    /// Wraps the keyring under another root key.
    ///
    /// # Errors
    /// When the key store cannot be written; the old root key stays in force then.
    pub async fn rotate_root(&self, new_root: &RootKey) -> Result<(), CaseworkError> {
        let rows = self.keyring().rewrap(new_root)?;
        self.db.put_keyring(&rows).await?;
        self.put(Keyring::open(new_root, rows)?);
        Ok(())
    }

    /// Begins a new epoch of the key that wraps case keys and wraps every case key anew, in batches. Can be run again
    /// after a crash: it goes on with what still hangs on an older epoch. Returns how many case keys were wrapped.
    ///
    /// # Errors
    /// When the key store cannot be read or written.
    pub async fn rotate_case_keys(&self, root: &RootKey, begin_epoch: bool) -> Result<u64, CaseworkError> {
        if begin_epoch {
            let rotation = self.keyring().next_case_kek(root)?;
            let mut rows = rotation.changed;
            rows.push(rotation.new);
            self.db.put_keyring(&rows).await?;
            self.put(Keyring::open(root, self.db.load_keyring().await?)?);
        }
        let keyring = self.keyring();
        let mut after = None;
        let mut wrapped = 0;
        loop {
            let page = self.db.page_case_keys(after, BATCH).await?;
            let Some(last) = page.last() else { return Ok(wrapped) };
            after = Some((last.case_id, last.class, last.key_no));
            let mut stale = Vec::new();
            for row in page.iter().filter(|row| keyring.is_stale(row)) {
                stale.push(keyring.rewrap_case_key(row)?);
            }
            wrapped += stale.len() as u64;
            if !stale.is_empty() {
                self.db.update_case_keys(stale).await?;
            }
        }
    }

    fn put(&self, keyring: Keyring) {
        *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keyring);
    }

    fn kept(&self, case: Uuid, class: Class) -> Option<Arc<Dek>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(&(case, class)).cloned()
    }

    fn keep(&self, case: Uuid, dek: Arc<Dek>) {
        let class = dek.class();
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).put((case, class), dek);
    }
}

/// Case keys that are wrapped anew in one transaction.
const BATCH: i64 = 1_000;
