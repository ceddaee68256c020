//! The keys of one purpose, and how rows of a keyring are wrapped. Every wrap is bound to the row it stands in.

use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::cobblestone::{self, CobblestoneError};
use super::field::{self, Class, Dek, DomainPlace};
use super::index::BlindIndex;
use super::rows::{CaseKeyRow, KeyState, KeyStatus, KeyringRow, KeyringStatus, Purpose, Rotation};
use super::secret::{self, Secret};
use super::wiped::Wiped;
use super::{VaultError, kdf};

const KEYRING_CONTEXT: &[u8] = b"tutela/keyring/v1\0";
const CASE_KEY_CONTEXT: &[u8] = b"tutela/case-key/v1\0";
const COMMITMENT_LABEL: &[u8] = b"tutela/key-commit/v1";
const ROOT_LABEL: &[u8] = b"tutela/root-commit/v1";

/// A key of the keyring that can be used.
pub(super) struct Held {
    pub(super) row: KeyringRow,
    pub(super) key: Secret,
}

/// All keys of one purpose, newest first.
pub(super) struct Line {
    pub(super) purpose: Purpose,
    pub(super) active: Held,
    decrypt_only: Vec<Held>,
    destroyed: Vec<KeyringRow>,
}

/// What may be remembered of a root key.
pub(super) fn root_commitment(root: &[u8; 32]) -> [u8; 32] {
    kdf::commitment(root, ROOT_LABEL)
}

/// Opens the lines of some purposes, in their order; rows of `others` are not looked at.
pub(super) fn open<const N: usize>(
    root: &[u8; 32],
    purposes: [Purpose; N],
    others: &[Purpose],
    rows: Vec<KeyringRow>,
) -> Result<[Line; N], VaultError> {
    let mine = |row: &KeyringRow| !others.iter().any(|other| other.as_str() == row.purpose);
    let rows: Vec<KeyringRow> = rows.into_iter().filter(mine).collect();
    let live = |row: &&KeyringRow| row.state != KeyState::Destroyed.as_str();
    let fits = |row: &KeyringRow| !matches!(unwrap(root, row), Err(CobblestoneError::WrongKeyOrContext));
    if rows.iter().any(|row| live(&row)) && !rows.iter().filter(live).any(fits) {
        return Err(VaultError::WrongRootKey);
    }
    let mut lines = purposes.map(|purpose| (purpose, Vec::new(), Vec::new(), Vec::new()));
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
    let mut opened = Vec::with_capacity(N);
    for of_purpose in lines {
        opened.push(line(of_purpose)?);
    }
    // As many went in as come out.
    opened.try_into().map_err(|_| VaultError::WrongRootKey)
}

/// A new active key of a purpose, wrapped.
pub(super) fn new_row(root: &[u8; 32], purpose: Purpose, epoch: i64) -> Result<KeyringRow, VaultError> {
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
    row.wrapped = cobblestone::seal(root, &row_context(&row)?, key.bytes())?;
    Ok(row)
}

/// Every key wrapped anew under another root key; ids, epochs, states and commitments stay.
pub(super) fn rewrap(lines: &[&Line], new_root: &[u8; 32]) -> Result<Vec<KeyringRow>, VaultError> {
    let mut rows = Vec::new();
    for line in lines {
        for held in line.held() {
            let wrapped = cobblestone::seal(new_root, &row_context(&held.row)?, held.key.bytes())?;
            rows.push(KeyringRow { wrapped, ..held.row.clone() });
        }
        rows.extend(line.destroyed.iter().cloned());
    }
    Ok(rows)
}

/// The row that destroys a key which is no longer active.
pub(super) fn destroy(lines: &[&Line], kid: Uuid) -> Result<KeyringRow, VaultError> {
    if lines.iter().any(|line| line.active.row.kid == kid) {
        return Err(VaultError::StillActive { kid });
    }
    let row = lines.iter().flat_map(|line| line.rows()).find(|row| row.kid == kid);
    let mut row = row.ok_or(VaultError::UnknownKey { kid })?.clone();
    row.wrapped.clear();
    KeyState::Destroyed.as_str().clone_into(&mut row.state);
    Ok(row)
}

/// What lines hold, without any key material.
pub(super) fn status(lines: &[&Line]) -> KeyringStatus {
    let mut keys = Vec::new();
    for line in lines {
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

impl Line {
    pub(super) fn held(&self) -> impl Iterator<Item = &Held> {
        std::iter::once(&self.active).chain(&self.decrypt_only)
    }

    fn rows(&self) -> impl Iterator<Item = &KeyringRow> {
        self.held().map(|held| &held.row).chain(&self.destroyed)
    }

    /// The next key; the present one stays for opening.
    pub(super) fn next(&self, root: &[u8; 32]) -> Result<Rotation, VaultError> {
        let epoch = self.rows().map(|row| row.epoch).max().unwrap_or_default() + 1;
        let mut before = self.active.row.clone();
        KeyState::DecryptOnly.as_str().clone_into(&mut before.state);
        Ok(Rotation { new: new_row(root, self.purpose, epoch)?, changed: vec![before] })
    }

    /// Whether a key of this line, in whatever state, has this id.
    pub(super) fn knows(&self, kid: Uuid) -> bool {
        self.rows().any(|row| row.kid == kid)
    }

    /// Wraps a case key under the active key.
    pub(super) fn wrap_case_key(&self, dek: &Dek) -> Result<CaseKeyRow, VaultError> {
        let Held { row, key } = &self.active;
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

    /// A fresh case key and its row.
    pub(super) fn new_case_key(
        &self,
        case: Uuid,
        class: Class,
        key_no: u32,
    ) -> Result<(CaseKeyRow, Dek), VaultError> {
        let dek = Dek::new(Secret::random()?, case, class, key_no);
        Ok((self.wrap_case_key(&dek)?, dek))
    }

    /// Opens a case key that a key of this line wraps.
    pub(super) fn unwrap_case_key(&self, row: &CaseKeyRow) -> Result<Dek, VaultError> {
        let case = row.case_id;
        let class = Class::from_code(row.class).ok_or(VaultError::UnknownCaseKey { case })?;
        let key_no = u32::try_from(row.key_no).map_err(|_| VaultError::UnknownCaseKey { case })?;
        let kid = row.kek_id;
        let kek = self.held().find(|held| held.row.kid == kid).ok_or_else(|| {
            if self.destroyed.iter().any(|row| row.kid == kid) {
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

    /// Seals a value outside any case.
    pub(super) fn seal_domain(
        &self,
        place: &DomainPlace<'_>,
        plaintext: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let Held { row, key } = &self.active;
        field::seal_domain(key, epoch_no(row)?, place, plaintext)
    }

    /// Opens what [`Line::seal_domain`] sealed, in whichever epoch.
    pub(super) fn open_domain(&self, place: &DomainPlace<'_>, sealed: &[u8]) -> Result<Wiped, VaultError> {
        let epoch = field::key_no_of(sealed)?;
        let held = self.held().find(|held| held.row.epoch == i64::from(epoch));
        let Held { row, key } = held.unwrap_or(&self.active);
        field::open_domain(key, epoch_no(row)?, place, sealed)
    }

    /// The blind indexes in every version held; versions are counted from `first` on.
    pub(super) fn blind_index(&self, first: i64) -> BlindIndex {
        BlindIndex::new(self.held().map(|held| (first + held.row.epoch, held.key.bytes())))
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

fn unwrap(root: &[u8; 32], row: &KeyringRow) -> Result<Wiped, CobblestoneError> {
    let context = row_context(row).map_err(|_| CobblestoneError::WrongKeyOrContext)?;
    cobblestone::open(root, &context, &row.wrapped)
}

fn hold(root: &[u8; 32], row: KeyringRow) -> Result<Held, VaultError> {
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
