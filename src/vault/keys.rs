//! The keyring of the serving process: the keys wrapped under the root key, and the case keys wrapped under those.
//!
//! A keyring is opened from its rows with the root key and keeps the opened keys, not the root key. Changing it makes
//! rows to be stored; the keyring in memory stays as it is until it is opened anew from what was committed, so a
//! failed commit leaves nothing half done. It has no place for the keys of sealed cases: those are a
//! [`SealedKeyring`](super::SealedKeyring), which only the sealing key opens.

use std::fmt;

use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::VaultError;
use super::field::{Class, Dek, DomainPlace};
use super::index::BlindIndex;
use super::kdf;
use super::line::{self, Line};
use super::root::RootKey;
use super::rows::{CaseKeyRow, KeyringRow, KeyringStatus, Purpose, Rotation};
use super::wiped::Wiped;

const TAG_CONTEXT: &[u8] = b"tutela/pepper-tag/v1\0";

/// The opened keys. Wiped when dropped; prints no key material.
pub struct Keyring {
    /// Commitment of the root key the rows are wrapped under.
    root: [u8; 32],
    case_kek: Line,
    blind_index: Line,
    user: Line,
    pepper: Line,
    checkpoint: Line,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("status", &self.status())
            .field("keys", &"***")
            .finish_non_exhaustive()
    }
}

impl Keyring {
    /// Makes a keyring with one active key for every purpose, and the rows to store.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn create(root: &RootKey) -> Result<(Self, Vec<KeyringRow>), VaultError> {
        let rows = Purpose::SERVING
            .into_iter()
            .map(|purpose| line::new_row(root.bytes(), purpose, 1))
            .collect::<Result<Vec<_>, _>>()?;
        Ok((Self::open(root, rows.clone())?, rows))
    }

    /// Opens a stored keyring. Rows under the sealing key are passed over.
    ///
    /// # Errors
    /// [`VaultError::WrongRootKey`] when no row opens, [`VaultError::DamagedKey`] when only some do,
    /// [`VaultError::UnknownRow`], and [`VaultError::ActiveKey`] when a purpose lacks its one newest active key.
    pub fn open(root: &RootKey, rows: Vec<KeyringRow>) -> Result<Self, VaultError> {
        let [case_kek, blind_index, user, pepper, checkpoint] =
            line::open(root.bytes(), Purpose::SERVING, &Purpose::SEALING, rows)?;
        let root = line::root_commitment(root.bytes());
        Ok(Self { root, case_kek, blind_index, user, pepper, checkpoint })
    }

    /// Wraps every key anew under another root key; ids, epochs, states and commitments stay. Store all rows in one
    /// transaction.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn rewrap(&self, new_root: &RootKey) -> Result<Vec<KeyringRow>, VaultError> {
        line::rewrap(&self.lines(), new_root.bytes())
    }

    /// Makes the next epoch of the key that wraps case keys; [`Keyring::next_key`].
    ///
    /// # Errors
    /// As [`Keyring::next_key`].
    pub fn next_case_kek(&self, root: &RootKey) -> Result<Rotation, VaultError> {
        self.next_key(Purpose::CaseKek, root)
    }

    /// Makes the next key of a purpose; the present one stays for opening. Afterwards re-wrap
    /// ([`Keyring::rewrap_case_key`]) or re-index everything made with the old one, then [`Keyring::destroy`] it.
    ///
    /// # Errors
    /// [`VaultError::WrongRootKey`] when `root` is not the root key of this keyring, [`VaultError::NotRotated`] for
    /// the pepper, the checkpoint key and what this keyring does not hold.
    pub fn next_key(&self, purpose: Purpose, root: &RootKey) -> Result<Rotation, VaultError> {
        let line = match purpose {
            Purpose::CaseKek => &self.case_kek,
            Purpose::BlindIndex => &self.blind_index,
            Purpose::User => &self.user,
            _ => return Err(VaultError::NotRotated { purpose }),
        };
        if !bool::from(line::root_commitment(root.bytes()).ct_eq(&self.root)) {
            return Err(VaultError::WrongRootKey);
        }
        line.next(root.bytes())
    }

    /// The row that destroys a key which is no longer active. Once it is stored and older copies of the key store
    /// have expired, whatever the key wrapped is gone. Doing it twice is harmless.
    ///
    /// # Errors
    /// [`VaultError::StillActive`], [`VaultError::UnknownKey`].
    pub fn destroy(&self, kid: Uuid) -> Result<KeyringRow, VaultError> {
        line::destroy(&self.lines(), kid)
    }

    /// Makes the key of a case and class in generation `key_no`, and the row to store.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn new_case_key(
        &self,
        case: Uuid,
        class: Class,
        key_no: u32,
    ) -> Result<(CaseKeyRow, Dek), VaultError> {
        self.case_kek.new_case_key(case, class, key_no)
    }

    /// Wraps an opened case key under this keyring's active key.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn wrap_case_key(&self, dek: &Dek) -> Result<CaseKeyRow, VaultError> {
        self.case_kek.wrap_case_key(dek)
    }

    /// Opens a case key.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] when another keyring wraps it (a sealed case, or a newer epoch),
    /// [`VaultError::DestroyedKey`], [`VaultError::Sealed`] or [`VaultError::DamagedCaseKey`] when the row was
    /// changed, [`VaultError::UnknownCaseKey`].
    pub fn unwrap_case_key(&self, row: &CaseKeyRow) -> Result<Dek, VaultError> {
        self.case_kek.unwrap_case_key(row)
    }

    /// Wraps a stored case key anew under the active key. The plaintexts sealed with it are not touched.
    ///
    /// # Errors
    /// As [`Keyring::unwrap_case_key`].
    pub fn rewrap_case_key(&self, row: &CaseKeyRow) -> Result<CaseKeyRow, VaultError> {
        self.wrap_case_key(&self.unwrap_case_key(row)?)
    }

    /// Whether a stored case key waits for [`Keyring::rewrap_case_key`]. Never one that another keyring wraps.
    pub fn is_stale(&self, row: &CaseKeyRow) -> bool {
        self.wraps(row) && row.kek_id != self.case_kek.active.row.kid
    }

    /// Whether a key of this keyring wraps a stored case key.
    pub fn wraps(&self, row: &CaseKeyRow) -> bool {
        self.case_kek.knows(row.kek_id)
    }

    /// Seals a value outside any case.
    ///
    /// # Errors
    /// As [`Dek::seal`].
    pub fn seal_domain(&self, place: &DomainPlace<'_>, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.user.seal_domain(place, plaintext)
    }

    /// Opens what [`Keyring::seal_domain`] sealed, in whichever epoch.
    ///
    /// # Errors
    /// As [`Dek::open`]; [`VaultError::OtherKeyNo`] when the epoch is not held.
    pub fn open_domain(&self, place: &DomainPlace<'_>, sealed: &[u8]) -> Result<Wiped, VaultError> {
        self.user.open_domain(place, sealed)
    }

    /// The blind indexes, in every version that is still held.
    pub fn blind_index(&self) -> BlindIndex {
        self.blind_index.blind_index(0)
    }

    /// Seed of the Ed25519 key that signs the ledger's checkpoints.
    pub fn checkpoint_seed(&self) -> &[u8; 32] {
        self.checkpoint.active.key.bytes()
    }

    /// The secret mixed into password hashes.
    pub fn pepper(&self) -> &[u8; 32] {
        self.pepper.active.key.bytes()
    }

    /// A keyed hash of something that could be guessed from a plain one, under a key derived from the pepper. `label`
    /// keeps uses apart.
    pub fn pepper_tag(&self, label: &'static str, value: &[u8]) -> [u8; 32] {
        *kdf::expand::<32>(self.pepper(), &[TAG_CONTEXT, label.as_bytes(), b"\0", value])
    }

    /// What the keyring holds, without any key material.
    pub fn status(&self) -> KeyringStatus {
        line::status(&self.lines())
    }

    fn lines(&self) -> [&Line; 5] {
        [&self.case_kek, &self.blind_index, &self.user, &self.pepper, &self.checkpoint]
    }
}

#[cfg(test)]
mod tests;
