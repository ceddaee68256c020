//! The keys at hand: the opened keyring and the case keys that were used lately.

use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use uuid::Uuid;

use super::CaseworkError;
use crate::ledger::Hash;
use crate::store::{self, Db, KeyDb, StoreError};
use crate::vault::{
    CaseKeyRow, Class, Dek, KeyState, Keyring, KeyringRow, KeyringStatus, Purpose, RootKey, Rotation,
    SealedKeyring, SealingKey, VaultError, key_no_of,
};

/// Cases whose keys are kept unwrapped. One costs a few hundred bytes; unwrapping costs a few microseconds and a read.
const KEPT: NonZeroUsize = match NonZeroUsize::new(8_192) {
    Some(n) => n,
    None => NonZeroUsize::MIN,
};
/// Longest time for which keys are kept unwrapped. A sealed case is open in the sealer for no longer than this after
/// somebody looked at it, and what another process sealed is forgotten here.
pub(super) const HOLDS: Duration = Duration::from_mins(10);

/// The keys of a case in one generation. All classes of a case are of the same generation.
pub(super) struct CaseKeys {
    case: Uuid,
    key_no: u32,
    sealed: bool,
    deks: Vec<Arc<Dek>>,
    since: Instant,
}

impl CaseKeys {
    /// The key of a class, if there is one.
    pub(super) fn find(&self, class: Class) -> Option<&Arc<Dek>> {
        self.deks.iter().find(|dek| dek.class() == class)
    }

    /// The key of a class.
    pub(super) fn dek(&self, class: Class) -> Result<&Arc<Dek>, CaseworkError> {
        self.find(class).ok_or(CaseworkError::Corrupt { what: "case key" })
    }

    /// Generation.
    pub(super) const fn key_no(&self) -> u32 {
        self.key_no
    }

    /// The classes that have a key.
    pub(super) fn classes(&self) -> Vec<Class> {
        self.deks.iter().map(|dek| dek.class()).collect()
    }

    /// What may be published about the keys.
    pub(super) fn commitments(&self) -> Vec<Hash> {
        self.deks.iter().map(|dek| dek.commitment()).collect()
    }
}

/// The keyring, its key store and the case keys used lately. A serving process has one without the keys of sealed
/// cases: only [`KeyRoom::of_sealer`] adds them, and that takes the sealing key.
pub struct KeyRoom {
    db: KeyDb,
    keyring: RwLock<Arc<Keyring>>,
    sealed: Option<RwLock<Arc<SealedKeyring>>>,
    cache: Mutex<LruCache<Uuid, Arc<CaseKeys>>>,
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
        let keyring = RwLock::new(Arc::new(Keyring::open(root, rows)?));
        Ok(Self { db, keyring, sealed: None, cache: Mutex::new(LruCache::new(KEPT)) })
    }

    /// The room of the sealer: with the keys of sealed cases, made if there are none yet.
    ///
    /// # Errors
    /// A wrong sealing key, a damaged row, a key store that cannot be read or written.
    pub async fn of_sealer(mut self, sealing: &SealingKey) -> Result<Self, CaseworkError> {
        let mut opened = SealedKeyring::open(sealing, self.db.load_keyring().await?)?;
        if opened.is_none() {
            match self.db.put_keyring(&SealedKeyring::create(sealing)?).await {
                // Another sealer that starts at the same time was first; its keys are the ones.
                Ok(()) | Err(StoreError::Duplicate { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            opened = SealedKeyring::open(sealing, self.db.load_keyring().await?)?;
        }
        let opened = opened.ok_or(CaseworkError::KeysMissing)?;
        self.sealed = Some(RwLock::new(Arc::new(opened)));
        Ok(self)
    }

    /// Whether this is the room of the sealer.
    pub const fn seals(&self) -> bool {
        self.sealed.is_some()
    }

    /// The keys of sealed cases.
    ///
    /// # Errors
    /// `Elsewhere` in any process but the sealer.
    pub(super) fn sealed_keyring(&self) -> Result<Arc<SealedKeyring>, CaseworkError> {
        let sealed = self.sealed.as_ref().ok_or(CaseworkError::Elsewhere)?;
        Ok(Arc::clone(&sealed.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// The opened keyring.
    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keyring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What an operator may see of the keyring.
    pub fn status(&self) -> KeyringStatus {
        let mut status = self.keyring().status();
        if let Ok(sealed) = self.sealed_keyring() {
            status.keys.extend(sealed.status().keys);
        }
        status
    }

    /// The key store.
    pub fn db(&self) -> &KeyDb {
        &self.db
    }

    /// The keys that open a sealed value of a case. They are at hand from then on for what is sealed in the case.
    ///
    /// # Errors
    /// A vault error when they do not open; `Conflict` when the case was put under other keys meanwhile; `Corrupt` when
    /// it has none, as after expunging.
    pub(super) async fn that_open(&self, case: Uuid, sealed: &[u8]) -> Result<Arc<CaseKeys>, CaseworkError> {
        let key_no = key_no_of(sealed)?;
        match self.kept(case).filter(|keys| keys.key_no == key_no) {
            Some(keys) => Ok(keys),
            None => self.load(case, Some(key_no)).await,
        }
    }

    /// The key of a class that opens a sealed value of a case. Another process may have made it since the case's keys were
    /// looked up here.
    ///
    /// # Errors
    /// As [`Self::that_open`].
    pub(super) async fn dek_that_opens(
        &self,
        case: Uuid,
        class: Class,
        sealed: &[u8],
    ) -> Result<Arc<Dek>, CaseworkError> {
        match self.that_open(case, sealed).await?.find(class) {
            Some(dek) => Ok(Arc::clone(dek)),
            None => Ok(Arc::clone(self.as_stored(case, sealed).await?.dek(class)?)),
        }
    }

    /// All keys of the generation that opens a sealed value, as they are stored now.
    ///
    /// # Errors
    /// As [`Self::that_open`].
    pub(super) async fn as_stored(&self, case: Uuid, sealed: &[u8]) -> Result<Arc<CaseKeys>, CaseworkError> {
        self.load(case, Some(key_no_of(sealed)?)).await
    }

    /// The keys with which new values of a case are sealed: those that opened its content.
    async fn at_hand(&self, case: Uuid) -> Result<Arc<CaseKeys>, CaseworkError> {
        // However long they have been there: a use case goes on with the keys with which it began.
        let there = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(&case).cloned();
        match there {
            Some(keys) => Ok(keys),
            None => self.load(case, None).await,
        }
    }

    async fn load(&self, case: Uuid, key_no: Option<u32>) -> Result<Arc<CaseKeys>, CaseworkError> {
        self.unlock_case(case, &self.db.find_case_keys(case).await?, key_no)
    }

    /// Has the keys of these cases at hand, with one look into the key store for all that are not.
    ///
    /// # Errors
    /// A vault error when one does not open.
    pub(super) async fn fetch(&self, wanted: &[Uuid]) -> Result<(), CaseworkError> {
        let mut missing: Vec<Uuid> =
            wanted.iter().copied().filter(|case| self.kept(*case).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let rows = self.db.find_keys_of(&missing).await?;
        for case in missing {
            let own: Vec<CaseKeyRow> = rows.iter().filter(|row| row.case_id == case).cloned().collect();
            self.unlock_case(case, &own, None)?;
        }
        Ok(())
    }

    fn unlock_case(
        &self,
        case: Uuid,
        rows: &[CaseKeyRow],
        key_no: Option<u32>,
    ) -> Result<Arc<CaseKeys>, CaseworkError> {
        if rows.is_empty() {
            return Err(CaseworkError::Corrupt { what: "case key" });
        }
        let keyring = self.keyring();
        let key_no = match key_no {
            Some(key_no) => i64::from(key_no),
            // New keys that a broken change of keys left behind hang on the other keyring.
            None => rows.iter().filter(|row| keyring.wraps(row)).map(|row| row.key_no).max().unwrap_or(1),
        };
        let rows: Vec<&CaseKeyRow> = rows.iter().filter(|row| row.key_no == key_no).collect();
        let (Some(first), Ok(key_no)) = (rows.first(), u32::try_from(key_no)) else {
            return Err(CaseworkError::Conflict { current: 0 });
        };
        let sealed = !keyring.wraps(first) && self.seals();
        let mut deks = Vec::new();
        for row in rows.into_iter().filter(|row| Class::from_code(row.class).is_some()) {
            let dek = if sealed {
                self.sealed_keyring()?.unwrap_case_key(row)?
            } else {
                keyring.unwrap_case_key(row)?
            };
            deks.push(Arc::new(dek));
        }
        Ok(self.keep(CaseKeys { case, key_no, sealed, deks, since: Instant::now() }))
    }

    /// The key of a case and class for sealing, made if there is none yet.
    ///
    /// # Errors
    /// As [`Self::that_open`].
    pub(super) async fn dek_or_new(&self, case: Uuid, class: Class) -> Result<Arc<Dek>, CaseworkError> {
        let keys = self.at_hand(case).await?;
        if let Some(dek) = keys.find(class) {
            return Ok(Arc::clone(dek));
        }
        let (row, _) = self.new_dek(keys.sealed, case, class, keys.key_no)?;
        match self.db.insert_case_keys(vec![row]).await {
            // Another instance made it at the same moment; its key is the one.
            Ok(()) | Err(StoreError::Duplicate { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Arc::clone(self.load(case, Some(keys.key_no)).await?.dek(class)?))
    }

    fn new_dek(
        &self,
        sealed: bool,
        case: Uuid,
        class: Class,
        key_no: u32,
    ) -> Result<(CaseKeyRow, Dek), CaseworkError> {
        Ok(if sealed {
            self.sealed_keyring()?.new_case_key(case, class, key_no)?
        } else {
            self.keyring().new_case_key(case, class, key_no)?
        })
    }

    /// Makes the keys of a new case and commits them to the key store before anything is sealed with them.
    ///
    /// # Errors
    /// When there is no randomness or the key store cannot be written.
    pub(super) async fn make(&self, case: Uuid, classes: &[Class]) -> Result<(), CaseworkError> {
        let keys = self.fresh(false, case, classes, 1).await?;
        self.keep(keys);
        Ok(())
    }

    /// Makes keys of a generation of a case and commits them to the key store. They are not at hand for anybody yet.
    pub(super) async fn fresh(
        &self,
        sealed: bool,
        case: Uuid,
        classes: &[Class],
        key_no: u32,
    ) -> Result<CaseKeys, CaseworkError> {
        let (mut rows, mut deks) = (Vec::new(), Vec::new());
        for class in classes {
            let (row, dek) = self.new_dek(sealed, case, *class, key_no)?;
            rows.push(row);
            deks.push(Arc::new(dek));
        }
        self.db.insert_case_keys(rows).await?;
        Ok(CaseKeys { case, key_no, sealed, deks, since: Instant::now() })
    }

    /// Wraps the keyring under another root key.
    ///
    /// # Errors
    /// When the key store cannot be written; the old root key stays in force then.
    pub async fn rotate_root(&self, new_root: &RootKey) -> Result<(), CaseworkError> {
        let rows = self.keyring().rewrap(new_root)?;
        self.db.put_keyring(&rows).await?;
        self.db.wipe_traces().await?;
        self.put(Keyring::open(new_root, rows)?);
        Ok(())
    }

    /// Begins a new epoch of the key that wraps case keys, wraps every case key anew, in batches, and destroys the older
    /// epochs. Can be run again after a crash: it goes on with what still hangs on an older epoch. Returns how many case
    /// keys were wrapped. A service that runs meanwhile has the older epoch: stop it first.
    ///
    /// # Errors
    /// When the key store cannot be read or written.
    pub async fn rotate_case_keys(&self, root: &RootKey, begin_epoch: bool) -> Result<u64, CaseworkError> {
        if begin_epoch {
            self.keep_rotation(self.keyring().next_case_kek(root)?).await?;
            self.put(Keyring::open(root, self.db.load_keyring().await?)?);
        }
        let keyring = self.keyring();
        let again = |row: &CaseKeyRow| keyring.is_stale(row).then(|| keyring.rewrap_case_key(row));
        let wrapped = self.rewrap_all(again).await?;
        self.destroy_epochs(Purpose::CaseKek, &keyring.status(), |kid| keyring.destroy(kid)).await?;
        self.put(Keyring::open(root, self.db.load_keyring().await?)?);
        Ok(wrapped)
    }

    /// As [`Self::rotate_case_keys`], for the keys of sealed cases.
    ///
    /// # Errors
    /// As there; `Elsewhere` in any room but the sealer's.
    pub async fn rotate_sealed_keys(
        &self,
        sealing: &SealingKey,
        begin_epoch: bool,
    ) -> Result<u64, CaseworkError> {
        let mut keyring = self.sealed_keyring()?;
        if begin_epoch {
            self.keep_rotation(keyring.next_kek(sealing)?).await?;
            keyring = self.reopen_sealed(sealing).await?;
        }
        let again = |row: &CaseKeyRow| keyring.is_stale(row).then(|| keyring.rewrap_case_key(row));
        let wrapped = self.rewrap_all(again).await?;
        self.destroy_epochs(Purpose::SealedKek, &keyring.status(), |kid| keyring.destroy(kid)).await?;
        self.reopen_sealed(sealing).await?;
        Ok(wrapped)
    }

    /// Wraps the keyring of sealed cases under another sealing key.
    ///
    /// # Errors
    /// When the key store cannot be written; the old sealing key stays in force then.
    pub async fn rotate_sealing(&self, new: &SealingKey) -> Result<(), CaseworkError> {
        let rows = self.sealed_keyring()?.rewrap(new)?;
        self.db.put_keyring(&rows).await?;
        self.db.wipe_traces().await?;
        self.reopen_sealed(new).await?;
        Ok(())
    }

    async fn reopen_sealed(&self, sealing: &SealingKey) -> Result<Arc<SealedKeyring>, CaseworkError> {
        let opened = SealedKeyring::open(sealing, self.db.load_keyring().await?)?;
        let opened = Arc::new(opened.ok_or(CaseworkError::KeysMissing)?);
        if let Some(sealed) = &self.sealed {
            *sealed.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&opened);
        }
        Ok(opened)
    }

    async fn keep_rotation(&self, rotation: Rotation) -> Result<(), CaseworkError> {
        let mut rows = rotation.changed;
        rows.push(rotation.new);
        Ok(self.db.put_keyring(&rows).await?)
    }

    /// Wraps anew every case key for which `again` gives a new wrapping.
    async fn rewrap_all(
        &self,
        again: impl Fn(&CaseKeyRow) -> Option<Result<CaseKeyRow, VaultError>>,
    ) -> Result<u64, CaseworkError> {
        let mut after = None;
        let mut wrapped = 0;
        loop {
            let page = self.db.page_case_keys(after, BATCH).await?;
            let Some(last) = page.last() else { return Ok(wrapped) };
            after = Some((last.case_id, last.class, last.key_no));
            let stale = page.iter().filter_map(&again).collect::<Result<Vec<_>, _>>()?;
            wrapped += stale.len() as u64;
            if !stale.is_empty() {
                self.db.update_case_keys(stale).await?;
            }
        }
    }

    /// Destroys the epochs of a purpose that only open; the key store refuses one on which something still hangs.
    async fn destroy_epochs(
        &self,
        purpose: Purpose,
        status: &KeyringStatus,
        destroy: impl Fn(Uuid) -> Result<KeyringRow, VaultError>,
    ) -> Result<(), CaseworkError> {
        let old =
            status.keys.iter().filter(|key| key.purpose == purpose && key.state == KeyState::DecryptOnly);
        let rows = old.map(|key| destroy(key.kid)).collect::<Result<Vec<_>, _>>()?;
        self.db.put_keyring(&rows).await?;
        Ok(self.db.wipe_traces().await?)
    }

    fn put(&self, keyring: Keyring) {
        *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keyring);
    }

    fn kept(&self, case: Uuid) -> Option<Arc<CaseKeys>> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.get(&case).filter(|keys| keys.since.elapsed() < HOLDS).cloned()
    }

    fn keep(&self, keys: CaseKeys) -> Arc<CaseKeys> {
        let keys = Arc::new(keys);
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody who still reads what was there before a change of keys must not bring the old ones back.
        if cache.peek(&keys.case).is_none_or(|kept| kept.key_no <= keys.key_no) {
            cache.put(keys.case, Arc::clone(&keys));
        }
        keys
    }

    /// Wipes the keys of a case from memory.
    pub(super) fn forget(&self, case: Uuid) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).pop(&case);
    }

    /// Wipes what has been at hand for too long from memory.
    pub(super) fn sweep(&self) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let old: Vec<Uuid> =
            cache.iter().filter(|(_, keys)| keys.since.elapsed() >= HOLDS).map(|(case, _)| *case).collect();
        for case in old {
            cache.pop(&case);
        }
    }
}

/// Case keys that are wrapped anew in one transaction.
const BATCH: i64 = 1_000;
