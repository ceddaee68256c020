//! Sealed fields: how one value of a case file becomes bytes, and what those bytes are bound to.
//!
//! | Offset | Bytes | Meaning |
//! |---|---|---|
//! | 0 | 1 | format, `0x01` |
//! | 1 | 1 | suite: `0x01` Cobblestone-256; `0x02` kept free for the same construction over SM4-GCM and SM3 |
//! | 2 | 4 | number of the key within its case and class, big-endian |
//! | 6 | … | Cobblestone message of the padded plaintext: salt 24, commitment 32, ciphertext, tag 16 per chunk |
//!
//! Header, class, case, row, table, column and type all enter the key derivation, so a sealed value copied to any
//! other place does not open.

use std::fmt;

use uuid::Uuid;

use super::cobblestone::{self, CobblestoneError};
use super::secret::Secret;
use super::wiped::Wiped;
use super::{VaultError, kdf};

/// First byte of every sealed field.
const FORMAT: u8 = 1;
/// Second byte: Cobblestone-256.
const SUITE: u8 = 1;
const HEADER: usize = 6;
/// What the context of a field of a case begins with.
const CASE_CONTEXT: &[u8] = b"tutela/field/v1\0";
/// What the context of a sealed value outside any case begins with.
const DOMAIN_CONTEXT: &[u8] = b"tutela/domain-field/v1\0";
/// What a case key's public commitment is derived for.
const COMMITMENT_LABEL: &[u8] = b"tutela/dek-commit/v1";

/// Longest plaintext of one field, bytes: 32 MiB, far above any statement of facts.
pub const MAX_FIELD: usize = 32 << 20;

/// What is sealed in place of a value whose very presence is sensitive and which is absent. A lone NUL never occurs
/// in text, because the store refuses it.
pub const ABSENT: &[u8] = &[0];

/// How sensitive a field is; every class of a case has a key of its own, so that code which never unwraps one class
/// cannot leak it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Class {
    /// Who the child is: names, numbers, addresses, contacts.
    Identity = 1,
    /// What the case is about and what was decided.
    Legal = 2,
    /// Medical and psychological findings.
    Medical = 3,
    /// The victim, and the families of both.
    VictimFamily = 4,
    /// What a child said in private about violence, exploitation, pregnancy and care.
    Screening = 5,
    /// A social worker's counselling notes.
    Counselling = 6,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::Identity, Self::Legal, Self::Medical, Self::VictimFamily, Self::Screening, Self::Counselling];

    /// The number stored in a row and bound into ciphertexts.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The class of a stored number, if there is one.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|class| i16::from(class.code()) == code)
    }
}

/// Where a sealed field of a case lives; it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Sensitivity class, which also chooses the key.
    pub class: Class,
    /// The case.
    pub case: Uuid,
    /// The row within the table.
    pub row: Uuid,
    /// The table's name.
    pub table: &'a str,
    /// The column's name.
    pub column: &'a str,
    /// The type of the value, so that a date cannot be read as a name.
    pub kind: &'a str,
}

impl Place<'_> {
    fn context(&self, header: [u8; HEADER]) -> Result<Vec<u8>, VaultError> {
        let mut context = Vec::with_capacity(128);
        context.extend_from_slice(CASE_CONTEXT);
        context.extend_from_slice(&header);
        context.push(self.class.code());
        context.extend_from_slice(self.case.as_bytes());
        context.extend_from_slice(self.row.as_bytes());
        for name in [self.table, self.column, self.kind] {
            push_name(&mut context, name)?;
        }
        Ok(context)
    }
}

/// Where a sealed value outside any case lives: an account's second factor, its e-mail address, the detail of a
/// login.
#[derive(Debug, Clone, Copy)]
pub struct DomainPlace<'a> {
    /// The row within the table.
    pub row: Uuid,
    /// The table's name.
    pub table: &'a str,
    /// The column's name.
    pub column: &'a str,
    /// The type of the value.
    pub kind: &'a str,
}

impl DomainPlace<'_> {
    fn context(&self, header: [u8; HEADER]) -> Result<Vec<u8>, VaultError> {
        let mut context = Vec::with_capacity(128);
        context.extend_from_slice(DOMAIN_CONTEXT);
        context.extend_from_slice(&header);
        context.extend_from_slice(self.row.as_bytes());
        for name in [self.table, self.column, self.kind] {
            push_name(&mut context, name)?;
        }
        Ok(context)
    }
}

/// Appends a name with its length in front, so that no two lists of names read the same.
pub(super) fn push_name(context: &mut Vec<u8>, name: &str) -> Result<(), VaultError> {
    let len = u16::try_from(name.len()).map_err(|_| VaultError::NameTooLong)?;
    context.extend_from_slice(&len.to_be_bytes());
    context.extend_from_slice(name.as_bytes());
    Ok(())
}

/// The key of one case and class in one generation. Wiped when dropped; prints no key material.
pub struct Dek {
    key: Secret,
    case: Uuid,
    class: Class,
    key_no: u32,
}

impl Dek {
    pub(super) fn new(key: Secret, case: Uuid, class: Class, key_no: u32) -> Self {
        Self { key, case, class, key_no }
    }

    pub(super) fn key(&self) -> &[u8; 32] {
        self.key.bytes()
    }

    /// Seals a value for one place. Equal values give different bytes each time.
    ///
    /// # Errors
    /// [`VaultError::Misplaced`] when the place is of another case or class; [`VaultError::FieldTooLong`].
    pub fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.fits(place)?;
        seal(self.key(), self.key_no, |header| place.context(header), plaintext)
    }

    /// Opens a value sealed for this place.
    ///
    /// # Errors
    /// [`VaultError::Sealed`] when the bytes were altered or sealed for another place, [`VaultError::OtherKeyNo`]
    /// when another generation of the key is needed.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Wiped, VaultError> {
        self.fits(place)?;
        open(self.key(), self.key_no, |header| place.context(header), sealed)
    }

    /// Like [`Dek::seal`], for a field whose presence is itself sensitive: `None` is sealed as [`ABSENT`].
    ///
    /// # Errors
    /// As [`Dek::seal`]; [`VaultError::ReservedValue`] when the value is the marker itself.
    pub fn seal_optional(&self, place: &Place<'_>, plaintext: Option<&[u8]>) -> Result<Vec<u8>, VaultError> {
        if plaintext == Some(ABSENT) {
            return Err(VaultError::ReservedValue);
        }
        self.seal(place, plaintext.unwrap_or(ABSENT))
    }

    /// Opens what [`Dek::seal_optional`] sealed.
    ///
    /// # Errors
    /// As [`Dek::open`].
    pub fn open_optional(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Option<Wiped>, VaultError> {
        Ok(Some(self.open(place, sealed)?).filter(|plaintext| plaintext.as_slice() != ABSENT))
    }

    /// The case the key belongs to.
    pub fn case(&self) -> Uuid {
        self.case
    }

    /// The class the key belongs to.
    pub fn class(&self) -> Class {
        self.class
    }

    /// The generation of the key within its case and class.
    pub fn key_no(&self) -> u32 {
        self.key_no
    }

    /// What may be published about the key: it goes into the ledger when the key is made, re-wrapped or destroyed.
    pub fn commitment(&self) -> [u8; 32] {
        kdf::commitment(self.key(), COMMITMENT_LABEL)
    }

    fn fits(&self, place: &Place<'_>) -> Result<(), VaultError> {
        if self.case == place.case && self.class == place.class {
            Ok(())
        } else {
            Err(VaultError::Misplaced { held: self.class, asked: place.class })
        }
    }
}

impl fmt::Debug for Dek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dek")
            .field("case", &self.case)
            .field("class", &self.class)
            .field("key_no", &self.key_no)
            .field("key", &self.key)
            .finish()
    }
}

/// The generation of the key that a sealed field names: a hint for choosing the key, proved only by opening.
///
/// # Errors
/// [`VaultError::UnknownFormat`], [`VaultError::UnknownSuite`], or cut off.
pub fn key_no_of(sealed: &[u8]) -> Result<u32, VaultError> {
    let (header, _) = sealed.split_first_chunk::<HEADER>().ok_or(CobblestoneError::Truncated)?;
    match *header {
        [FORMAT, SUITE, a, b, c, d] => Ok(u32::from_be_bytes([a, b, c, d])),
        [FORMAT, found, ..] => Err(VaultError::UnknownSuite { found }),
        [found, ..] => Err(VaultError::UnknownFormat { found }),
    }
}

/// Seals under a key of the keyring, for a place outside any case.
pub(super) fn seal_domain(
    key: &Secret,
    key_no: u32,
    place: &DomainPlace<'_>,
    plaintext: &[u8],
) -> Result<Vec<u8>, VaultError> {
    seal(key.bytes(), key_no, |header| place.context(header), plaintext)
}

/// Opens what [`seal_domain`] sealed.
pub(super) fn open_domain(
    key: &Secret,
    key_no: u32,
    place: &DomainPlace<'_>,
    sealed: &[u8],
) -> Result<Wiped, VaultError> {
    open(key.bytes(), key_no, |header| place.context(header), sealed)
}

fn seal(
    key: &[u8; 32],
    key_no: u32,
    context: impl FnOnce([u8; HEADER]) -> Result<Vec<u8>, VaultError>,
    plaintext: &[u8],
) -> Result<Vec<u8>, VaultError> {
    if plaintext.len() > MAX_FIELD {
        return Err(VaultError::FieldTooLong { len: plaintext.len() });
    }
    let [a, b, c, d] = key_no.to_be_bytes();
    let header = [FORMAT, SUITE, a, b, c, d];
    let message = cobblestone::seal(key, &context(header)?, &pad(plaintext))?;
    let mut sealed = Vec::with_capacity(HEADER + message.len());
    sealed.extend_from_slice(&header);
    sealed.extend_from_slice(&message);
    Ok(sealed)
}

fn open(
    key: &[u8; 32],
    held: u32,
    context: impl FnOnce([u8; HEADER]) -> Result<Vec<u8>, VaultError>,
    sealed: &[u8],
) -> Result<Wiped, VaultError> {
    let named = key_no_of(sealed)?;
    if named != held {
        return Err(VaultError::OtherKeyNo { sealed: named, held });
    }
    let (header, message) = sealed.split_first_chunk::<HEADER>().ok_or(CobblestoneError::Truncated)?;
    let mut plaintext = cobblestone::open(key, &context(*header)?, message)?;
    let padded = plaintext.len();
    let end = plaintext.iter().rposition(|byte| *byte != 0).ok_or(VaultError::Padding)?;
    if plaintext.get(end) != Some(&0x80) || padded_len(end) != padded {
        return Err(VaultError::Padding);
    }
    plaintext.truncate(end);
    Ok(plaintext)
}

/// The plaintext, `0x80`, and zeros up to the bucket.
fn pad(plaintext: &[u8]) -> Wiped {
    let padded = padded_len(plaintext.len());
    let mut out = Wiped::new(Vec::with_capacity(padded));
    out.extend_from_slice(plaintext);
    out.push(0x80);
    out.resize(padded, 0);
    out
}

/// The bucket for a plaintext of `len` bytes and its marker: 32, 64, … 1,024, from there eight equal steps to every
/// doubling (12.5 % of the last power of two), so that a name of two characters looks like one of four.
fn padded_len(len: usize) -> usize {
    let needed = len + 1;
    if needed <= 1024 {
        return needed.next_power_of_two().max(32);
    }
    let step = (1 << (needed - 1).ilog2()) / 8;
    needed.next_multiple_of(step)
}

#[cfg(test)]
mod tests;
