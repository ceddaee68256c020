//! The keyring: the keys wrapped under the root key, and the case keys wrapped under those.
//!
//! A keyring is opened from its rows with the root key and keeps the opened keys, not the root key. Changing it makes
//! rows to be stored; the keyring in memory stays as it is until it is opened anew from what was committed, so a
//! failed commit leaves nothing half done. Every wrap is bound to the row it stands in.

use std::fmt;

use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::cobblestone::{self, CobblestoneError};
use super::field::{self, Class, Dek, DomainPlace};
use super::index::BlindIndex;
use super::root::RootKey;
use super::rows::{CaseKeyRow, KeyState, KeyStatus, KeyringRow, KeyringStatus, Purpose, Rotation};
use super::secret::{self, Secret};
use super::wiped::Wiped;
use super::{VaultError, kdf};

const KEYRING_CONTEXT: &[u8] = b"tutela/keyring/v1\0";
const CASE_KEY_CONTEXT: &[u8] = b"tutela/case-key/v1\0";
const COMMITMENT_LABEL: &[u8] = b"tutela/key-commit/v1";
const TAG_CONTEXT: &[u8] = b"tutela/pepper-tag/v1\0";
const ROOT_LABEL: &[u8] = b"tutela/root-commit/v1";

/// A key of the keyring that can be used.
struct Held {
    row: KeyringRow,
    key: Secret,
}

/// All keys of one purpose, newest first.
struct Line {
    purpose: Purpose,
    active: Held,
    decrypt_only: Vec<Held>,
    destroyed: Vec<KeyringRow>,
}

impl Line {
    fn held(&self) -> impl Iterator<Item = &Held> {
        std::iter::once(&self.active).chain(&self.decrypt_only)
    }

    fn rows(&self) -> impl Iterator<Item = &KeyringRow> {
        self.held().map(|held| &held.row).chain(&self.destroyed)
    }
}

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
        let rows = Purpose::ALL
            .into_iter()
            .map(|purpose| new_row(root, purpose, 1))
            .collect::<Result<Vec<_>, _>>()?;
        Ok((Self::open(root, rows.clone())?, rows))
    }

    /// Opens a stored keyring.
    ///
    /// # Errors
    /// [`VaultError::WrongRootKey`] when no row opens, [`VaultError::DamagedKey`] when only some do,
    /// [`VaultError::UnknownRow`], and [`VaultError::ActiveKey`] when a purpose lacks its one newest active key.
    pub fn open(root: &RootKey, rows: Vec<KeyringRow>) -> Result<Self, VaultError> {
        let live = |row: &&KeyringRow| row.state != KeyState::Destroyed.as_str();
        let fits = |row: &KeyringRow| !matches!(unwrap(root, row), Err(CobblestoneError::WrongKeyOrContext));
        if rows.iter().any(|row| live(&row)) && !rows.iter().filter(live).any(fits) {
            return Err(VaultError::WrongRootKey);
        }
        let mut lines = Purpose::ALL.map(|purpose| (purpose, Vec::new(), Vec::new(), Vec::new()));
        for row in rows {
            let state = KeyState::ALL.into_iter().find(|state| state.as_str() == row.state);
            let line = lines.iter_mut().find(|(purpose, ..)| purpose.as_str() == row.purpose);
            let (Some(state), Some((_, active, decrypt_only, destroyed))) = (state, line) else {
                return Err(VaultError::UnknownRow { kid: row.kid });
            };
            if u32::try_from(row.epoch).is_err() {
                return Err(VaultError::UnknownRow { kid: row.kid });
            }
            match state {
                KeyState::Active => active.push(hold(root, row)?),
                KeyState::DecryptOnly => decrypt_only.push(hold(root, row)?),
                KeyState::Destroyed => destroyed.push(row),
            }
        }
        let [case_kek, blind_index, user, pepper, checkpoint] = lines;
        Ok(Self {
            root: kdf::commitment(root.bytes(), ROOT_LABEL),
            case_kek: line(case_kek)?,
            blind_index: line(blind_index)?,
            user: line(user)?,
            pepper: line(pepper)?,
            checkpoint: line(checkpoint)?,
        })
    }

    /// Wraps every key anew under another root key; ids, epochs, states and commitments stay. Store all rows in one
    /// transaction.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn rewrap(&self, new_root: &RootKey) -> Result<Vec<KeyringRow>, VaultError> {
        let mut rows = Vec::new();
        for line in self.lines() {
            for held in line.held() {
                let wrapped =
                    cobblestone::seal(new_root.bytes(), &row_context(&held.row)?, held.key.bytes())?;
                rows.push(KeyringRow { wrapped, ..held.row.clone() });
            }
            rows.extend(line.destroyed.iter().cloned());
        }
        Ok(rows)
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
    /// the pepper and the checkpoint key.
    pub fn next_key(&self, purpose: Purpose, root: &RootKey) -> Result<Rotation, VaultError> {
        if matches!(purpose, Purpose::Pepper | Purpose::Checkpoint) {
            return Err(VaultError::NotRotated { purpose });
        }
        if !bool::from(kdf::commitment(root.bytes(), ROOT_LABEL).ct_eq(&self.root)) {
            return Err(VaultError::WrongRootKey);
        }
        let line = self.line(purpose);
        let epoch = line.rows().map(|row| row.epoch).max().unwrap_or_default() + 1;
        let mut before = line.active.row.clone();
        KeyState::DecryptOnly.as_str().clone_into(&mut before.state);
        Ok(Rotation { new: new_row(root, purpose, epoch)?, changed: vec![before] })
    }

    /// The row that destroys a key which is no longer active. Once it is stored and older copies of the key store
    /// have expired, whatever the key wrapped is gone. Doing it twice is harmless.
    ///
    /// # Errors
    /// [`VaultError::StillActive`], [`VaultError::UnknownKey`].
    pub fn destroy(&self, kid: Uuid) -> Result<KeyringRow, VaultError> {
        if self.lines().iter().any(|line| line.active.row.kid == kid) {
            return Err(VaultError::StillActive { kid });
        }
        let lines = self.lines();
        let row = lines.iter().flat_map(|line| line.rows()).find(|row| row.kid == kid);
        let mut row = row.ok_or(VaultError::UnknownKey { kid })?.clone();
        row.wrapped.clear();
        KeyState::Destroyed.as_str().clone_into(&mut row.state);
        Ok(row)
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
        let dek = Dek::new(Secret::random()?, case, class, key_no);
        Ok((self.wrap_case_key(&dek)?, dek))
    }

    /// Wraps an opened case key under this keyring's active key.
    ///
    /// # Errors
    /// [`VaultError::NoRandomness`].
    pub fn wrap_case_key(&self, dek: &Dek) -> Result<CaseKeyRow, VaultError> {
        let Held { row, key } = &self.case_kek.active;
        let context = case_key_context(dek.case(), dek.class(), dek.key_no(), row.kid);
        Ok(CaseKeyRow {
            case_id: dek.case(),
            class: i16::from(dek.class().code()),
            key_no: i64::from(dek.key_no()),
            kek_id: row.kid,
            wrapped: cobblestone::seal(key.bytes(), &context, dek.key())?,
            commitment: dek.commitment().to_vec(),
        })
    }

    /// Opens a case key.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`] when another keyring wraps it (a sealed case, or a newer epoch),
    /// [`VaultError::DestroyedKey`], [`VaultError::Sealed`] or [`VaultError::DamagedCaseKey`] when the row was
    /// changed, [`VaultError::UnknownCaseKey`].
    pub fn unwrap_case_key(&self, row: &CaseKeyRow) -> Result<Dek, VaultError> {
        let case = row.case_id;
        let class = Class::from_code(row.class).ok_or(VaultError::UnknownCaseKey { case })?;
        let key_no = u32::try_from(row.key_no).map_err(|_| VaultError::UnknownCaseKey { case })?;
        let kid = row.kek_id;
        let kek = self.case_kek.held().find(|held| held.row.kid == kid).ok_or_else(|| {
            if self.case_kek.destroyed.iter().any(|row| row.kid == kid) {
                VaultError::DestroyedKey { kid }
            } else {
                VaultError::UnknownKey { kid }
            }
        })?;
        let bytes =
            cobblestone::open(kek.key.bytes(), &case_key_context(case, class, key_no, kid), &row.wrapped)?;
        let key = Secret::from_slice(&bytes).ok_or(VaultError::DamagedCaseKey { case })?;
        let dek = Dek::new(key, case, class, key_no);
        if !bool::from(dek.commitment().as_slice().ct_eq(&row.commitment)) {
            return Err(VaultError::DamagedCaseKey { case });
        }
        Ok(dek)
    }

    /// Wraps a stored case key anew under the active key. The plaintexts sealed with it are not touched.
    ///
    /// # Errors
    /// As [`Keyring::unwrap_case_key`].
    pub fn rewrap_case_key(&self, row: &CaseKeyRow) -> Result<CaseKeyRow, VaultError> {
        self.wrap_case_key(&self.unwrap_case_key(row)?)
    }

    /// Whether a stored case key waits for [`Keyring::rewrap_case_key`].
    pub fn is_stale(&self, row: &CaseKeyRow) -> bool {
        row.kek_id != self.case_kek.active.row.kid
    }

    /// Seals a value outside any case.
    ///
    /// # Errors
    /// As [`Dek::seal`].
    pub fn seal_domain(&self, place: &DomainPlace<'_>, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        let Held { row, key } = &self.user.active;
        field::seal_domain(key, epoch_no(row)?, place, plaintext)
    }

    /// Opens what [`Keyring::seal_domain`] sealed, in whichever epoch.
    ///
    /// # Errors
    /// As [`Dek::open`]; [`VaultError::OtherKeyNo`] when the epoch is not held.
    pub fn open_domain(&self, place: &DomainPlace<'_>, sealed: &[u8]) -> Result<Wiped, VaultError> {
        let epoch = field::key_no_of(sealed)?;
        let held = self.user.held().find(|held| held.row.epoch == i64::from(epoch));
        let Held { row, key } = held.unwrap_or(&self.user.active);
        field::open_domain(key, epoch_no(row)?, place, sealed)
    }

    /// The blind indexes, in every version that is still held.
    pub fn blind_index(&self) -> BlindIndex {
        BlindIndex::new(self.blind_index.held().map(|held| (held.row.epoch, held.key.bytes())))
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
        let mut keys = Vec::new();
        for line in self.lines() {
            let status = |row: &KeyringRow, state| KeyStatus {
                kid: row.kid,
                purpose: line.purpose,
                epoch: row.epoch,
                state,
            };
            keys.push(status(&line.active.row, KeyState::Active));
            keys.extend(line.decrypt_only.iter().map(|held| status(&held.row, KeyState::DecryptOnly)));
            keys.extend(line.destroyed.iter().map(|row| status(row, KeyState::Destroyed)));
        }
        KeyringStatus { keys }
    }

    fn lines(&self) -> [&Line; 5] {
        Purpose::ALL.map(|purpose| self.line(purpose))
    }

    fn line(&self, purpose: Purpose) -> &Line {
        match purpose {
            Purpose::CaseKek => &self.case_kek,
            Purpose::BlindIndex => &self.blind_index,
            Purpose::User => &self.user,
            Purpose::Pepper => &self.pepper,
            Purpose::Checkpoint => &self.checkpoint,
        }
    }
}

/// Orders the keys of one purpose; exactly one is active and no other is newer.
fn line(
    (purpose, active, mut decrypt_only, mut destroyed): (Purpose, Vec<Held>, Vec<Held>, Vec<KeyringRow>),
) -> Result<Line, VaultError> {
    let Ok([active]) = <[Held; 1]>::try_from(active) else {
        return Err(VaultError::ActiveKey { purpose });
    };
    decrypt_only.sort_by_key(|held| std::cmp::Reverse(held.row.epoch));
    destroyed.sort_by_key(|row| std::cmp::Reverse(row.epoch));
    let line = Line { purpose, active, decrypt_only, destroyed };
    let newest = line.active.row.epoch;
    if line.rows().skip(1).any(|row| row.epoch >= newest) {
        return Err(VaultError::ActiveKey { purpose });
    }
    Ok(line)
}

fn new_row(root: &RootKey, purpose: Purpose, epoch: i64) -> Result<KeyringRow, VaultError> {
    let key = Secret::random()?;
    let mut id = [0; 16];
    secret::fill(&mut id)?;
    let mut row = KeyringRow {
        kid: uuid::Builder::from_random_bytes(id).into_uuid(),
        purpose: purpose.as_str().to_owned(),
        epoch,
        wrapped: Vec::new(),
        commitment: kdf::commitment(key.bytes(), COMMITMENT_LABEL).to_vec(),
        state: KeyState::Active.as_str().to_owned(),
    };
    row.wrapped = cobblestone::seal(root.bytes(), &row_context(&row)?, key.bytes())?;
    Ok(row)
}

fn unwrap(root: &RootKey, row: &KeyringRow) -> Result<Wiped, CobblestoneError> {
    let context = row_context(row).map_err(|_| CobblestoneError::WrongKeyOrContext)?;
    cobblestone::open(root.bytes(), &context, &row.wrapped)
}

fn hold(root: &RootKey, row: KeyringRow) -> Result<Held, VaultError> {
    let damaged = || VaultError::DamagedKey { kid: row.kid };
    let bytes = unwrap(root, &row).map_err(|_| damaged())?;
    let key = Secret::from_slice(&bytes).ok_or_else(damaged)?;
    let commitment = kdf::commitment(key.bytes(), COMMITMENT_LABEL);
    if !bool::from(commitment.as_slice().ct_eq(&row.commitment)) {
        return Err(damaged());
    }
    Ok(Held { row, key })
}

fn row_context(row: &KeyringRow) -> Result<Vec<u8>, VaultError> {
    let mut context = KEYRING_CONTEXT.to_vec();
    context.extend_from_slice(row.kid.as_bytes());
    field::push_name(&mut context, &row.purpose)?;
    context.extend_from_slice(&row.epoch.to_be_bytes());
    Ok(context)
}

fn case_key_context(case: Uuid, class: Class, key_no: u32, kek: Uuid) -> Vec<u8> {
    let mut context = CASE_KEY_CONTEXT.to_vec();
    context.extend_from_slice(case.as_bytes());
    context.push(class.code());
    context.extend_from_slice(&key_no.to_be_bytes());
    context.extend_from_slice(kek.as_bytes());
    context
}

fn epoch_no(row: &KeyringRow) -> Result<u32, VaultError> {
    u32::try_from(row.epoch).map_err(|_| VaultError::UnknownRow { kid: row.kid })
}

#[cfg(test)]
mod tests;
