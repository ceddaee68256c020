//! The vault: keys, sealed fields and blind indexes.
//!
//! It turns the words of a case file into bytes that a thief of the database cannot read, move to another place or
//! search at will, and back again for a process that holds the root key. Everything is sealed with one
//! construction, [`cobblestone`]; [`field`] says how a sealed field is laid out and what it is bound to; [`root`] and
//! [`keys`] hold the hierarchy *root key → domain keys → one key per case and sensitivity class*; [`index`] makes the
//! search tags for full names, identity numbers and case numbers, and [`name`] the forms of a name they are made of.
//!
//! What it must not know: SQL, tables, the network, who asks and why, and what the law says about it. It hands out
//! and takes back plain rows ([`KeyringRow`], [`CaseKeyRow`], [`Tag`]); the store keeps them. It reads no clock. It
//! does draw randomness, from the operating system only and without a seam for anything else: a test that needs a
//! fixed salt lives beside the cipher.
//!
//! Restoring an older sealed value of the same field in the same place is not detected here; the ledger is what
//! notices that.

pub mod cobblestone;
mod error;
pub mod field;
pub mod id_number;
pub mod index;
mod kdf;
pub mod keys;
mod line;
pub mod name;
pub mod root;
pub mod rows;
mod sealed;
mod secret;
mod wiped;

pub use error::VaultError;
pub use field::{ABSENT, Class, Dek, DomainPlace, MAX_FIELD, Place, key_no_of};
pub use id_number::{IdNumberFault, check_resident_id};
pub use index::{BlindIndex, PARTITIONS, Probe, Tag};
pub use keys::Keyring;
pub use name::{name_matches, name_order, normalise, readings, short_name};
pub use root::{RootKey, RootKeyError, RootKeySource, SealingKey};
pub use rows::{CaseKeyRow, KeyState, KeyStatus, KeyringRow, KeyringStatus, Purpose, Rotation};
pub use sealed::SealedKeyring;
pub use wiped::Wiped;
