//! The keyring of the sealer: what opens sealed cases. Only the sealing key opens it, and only the sealer has that.

use std::fmt;

use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::VaultError;
use super::field::{Class, Dek, DomainPlace};
use super::index::BlindIndex;
use super::line::{self, Line};
use super::root::SealingKey;
use super::rows::{CaseKeyRow, KeyringRow, KeyringStatus, Purpose, Rotation};
use super::wiped::Wiped;

/// The versions of the sealed index are counted from here on, so that none is a version of the open one.
const SEALED_VERSIONS: i64 = 1 << 32;

/// The opened keys of sealed cases. Wiped when dropped; prints no key material.
pub struct SealedKeyring {
    /// Commitment of the sealing key the rows are wrapped under.
    root: [u8; 32],
    kek: Line,
    index: Line,
    user: Line,
}

impl fmt::Debug for SealedKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedKeyring")
            .field("status", &self.status())
            .field("keys", &"***")
            .finish_non_exhaustive()
    }
}

impl SealedKeyring {
    /// The rows of a keyring with one active key for every purpose.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn create(root: &SealingKey) -> Result<Vec<KeyringRow>, VaultError> {
        Purpose::SEALING.into_iter().map(|purpose| line::new_row(root.bytes(), purpose, 1)).collect()
    }

    /// Opens a stored keyring. Rows under the root key are passed over; without any other there is none yet.
    ///
    /// # Errors
    /// As [`Keyring::open`](super::Keyring::open).
    pub fn open(root: &SealingKey, rows: Vec<KeyringRow>) -> Result<Option<Self>, VaultError> {
        if !rows.iter().any(|row| Purpose::SEALING.iter().any(|purpose| purpose.as_str() == row.purpose)) {
            return Ok(None);
        }
        let [kek, index, user] = line::open(root.bytes(), Purpose::SEALING, &Purpose::SERVING, rows)?;
        Ok(Some(Self { root: line::root_commitment(root.bytes()), kek, index, user }))
    }

    /// Wraps every key anew under another sealing key.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn rewrap(&self, new_root: &SealingKey) -> Result<Vec<KeyringRow>, VaultError> {
        line::rewrap(&self.lines(), new_root.bytes())
    }

    /// Makes the next epoch of the key that wraps the keys of sealed cases.
    ///
    /// # Errors
    /// [`VaultError::WrongRootKey`] when `root` is not the sealing key of this keyring.
    pub fn next_kek(&self, root: &SealingKey) -> Result<Rotation, VaultError> {
        if !bool::from(line::root_commitment(root.bytes()).ct_eq(&self.root)) {
            return Err(VaultError::WrongRootKey);
        }
        self.kek.next(root.bytes())
    }

    /// The row that destroys a key which is no longer active.
    ///
    /// # Errors
    /// [`VaultError::StillActive`], [`VaultError::UnknownKey`].
    pub fn destroy(&self, kid: Uuid) -> Result<KeyringRow, VaultError> {
        line::destroy(&self.lines(), kid)
    }

    /// Makes the key of a sealed case and class in generation `key_no`, and the row to store.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn new_case_key(
        &self,
        case: Uuid,
        class: Class,
        key_no: u32,
    ) -> Result<(CaseKeyRow, Dek), VaultError> {
        self.kek.new_case_key(case, class, key_no)
    }

    /// Opens the key of a sealed case.
    ///
    /// # Errors
    /// As [`Keyring::unwrap_case_key`](super::Keyring::unwrap_case_key).
    pub fn unwrap_case_key(&self, row: &CaseKeyRow) -> Result<Dek, VaultError> {
        self.kek.unwrap_case_key(row)
    }

    /// Wraps a stored case key anew under the active key.
    ///
    /// # Errors
    /// As [`SealedKeyring::unwrap_case_key`].
    pub fn rewrap_case_key(&self, row: &CaseKeyRow) -> Result<CaseKeyRow, VaultError> {
        self.kek.wrap_case_key(&self.unwrap_case_key(row)?)
    }

    /// Whether a stored case key waits for [`SealedKeyring::rewrap_case_key`].
    pub fn is_stale(&self, row: &CaseKeyRow) -> bool {
        self.wraps(row) && row.kek_id != self.kek.active.row.kid
    }

    /// Whether a key of this keyring wraps a stored case key.
    pub fn wraps(&self, row: &CaseKeyRow) -> bool {
        self.kek.knows(row.kek_id)
    }

    /// Seals what is asked about sealed records.
    ///
    /// # Errors
    /// As [`Dek::seal`].
    pub fn seal_domain(&self, place: &DomainPlace<'_>, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.user.seal_domain(place, plaintext)
    }

    /// Opens what [`SealedKeyring::seal_domain`] sealed.
    ///
    /// # Errors
    /// As [`Dek::open`].
    pub fn open_domain(&self, place: &DomainPlace<'_>, sealed: &[u8]) -> Result<Wiped, VaultError> {
        self.user.open_domain(place, sealed)
    }

    /// The blind indexes of sealed cases.
    pub fn blind_index(&self) -> BlindIndex {
        self.index.blind_index(SEALED_VERSIONS)
    }

    /// What the keyring holds, without any key material.
    pub fn status(&self) -> KeyringStatus {
        line::status(&self.lines())
    }

    fn lines(&self) -> [&Line; 3] {
        [&self.kek, &self.index, &self.user]
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Keyring, RootKey};
    use super::*;

    #[test]
    fn neither_keyring_opens_what_the_other_wraps() {
        let (root, sealing) = (RootKey::random(), SealingKey::random());
        let (_, mut rows) = Keyring::create(&root).unwrap();
        rows.extend(SealedKeyring::create(&sealing).unwrap());
        let open = Keyring::open(&root, rows.clone()).unwrap();
        let sealed = SealedKeyring::open(&sealing, rows.clone()).unwrap().unwrap();
        let case = Uuid::from_u128(5);
        let (row, dek) = sealed.new_case_key(case, Class::Identity, 2).unwrap();
        assert!(matches!(open.unwrap_case_key(&row), Err(VaultError::UnknownKey { .. })));
        assert!(!open.is_stale(&row) && sealed.wraps(&row));
        assert_eq!(sealed.unwrap_case_key(&row).unwrap().key(), dek.key());
        let (row, _) = open.new_case_key(case, Class::Identity, 1).unwrap();
        assert!(matches!(sealed.unwrap_case_key(&row), Err(VaultError::UnknownKey { .. })));
        let stranger = SealedKeyring::open(&SealingKey::random(), rows.clone());
        assert!(matches!(stranger, Err(VaultError::WrongRootKey)));
        // The root key is no sealing key, whatever is done with its bytes.
        let turned = SealedKeyring::open(&SealingKey::of_bytes(root.bytes()), rows);
        assert!(matches!(turned, Err(VaultError::WrongRootKey)));
    }

    #[test]
    fn tags_of_sealed_cases_are_no_tags_of_open_ones() {
        let (root, sealing) = (RootKey::random(), SealingKey::random());
        let (open, _) = Keyring::create(&root).unwrap();
        let rows = SealedKeyring::create(&sealing).unwrap();
        let sealed = SealedKeyring::open(&sealing, rows).unwrap().unwrap();
        let case = Uuid::from_u128(5);
        let (open, sealed) = (open.blind_index(), sealed.blind_index());
        let tags = sealed.index_name(case, "林小禾");
        assert!(!tags.is_empty());
        assert!(tags.iter().all(|tag| !open.probe_name("林小禾").contains(tag)));
        assert!(tags.iter().any(|tag| sealed.probe_name("林小禾").contains(tag)));
    }
}
