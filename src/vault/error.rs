//! Why the vault refused. No variant carries a key, a plaintext or a person's data.

use uuid::Uuid;

use super::Purpose;
use super::cobblestone::CobblestoneError;
use super::field::Class;
use super::root::RootKeyError;

/// What the vault may answer instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The operating system gave no randomness; nothing was sealed.
    #[error("no randomness from the operating system")]
    NoRandomness,
    /// The root key could not be loaded or made.
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    /// Sealing failed, or a sealed value is damaged or belongs elsewhere.
    #[error(transparent)]
    Sealed(#[from] CobblestoneError),
    /// A sealed field does not begin with a format this version knows.
    #[error("sealed field of unknown format {found}")]
    UnknownFormat {
        /// The first byte found.
        found: u8,
    },
    /// A sealed field names a cipher suite this version does not have.
    #[error("sealed field of unknown cipher suite {found}")]
    UnknownSuite {
        /// The second byte found.
        found: u8,
    },
    /// A sealed field was made with another generation of the key.
    #[error("field sealed with key number {sealed}, key number {held} is at hand")]
    OtherKeyNo {
        /// Number in the field's header.
        sealed: u32,
        /// Number of the key that was tried.
        held: u32,
    },
    /// The key is for another case or another sensitivity class than the place.
    #[error("a key of class {held:?} was used for a place of class {asked:?} or for another case")]
    Misplaced {
        /// Class of the key.
        held: Class,
        /// Class of the place.
        asked: Class,
    },
    /// The opened field is not padded as this version pads.
    #[error("the opened field is not padded as it should be")]
    Padding,
    /// The plaintext of a field is longer than [`MAX_FIELD`](super::MAX_FIELD).
    #[error("a field of {len} bytes is too long to seal")]
    FieldTooLong {
        /// Length offered, bytes.
        len: usize,
    },
    /// The plaintext is the byte that stands for an absent value.
    #[error("this value is reserved for an absent field")]
    ReservedValue,
    /// A table, column, type or purpose name is longer than 65,535 bytes.
    #[error("a name in the sealed place is too long")]
    NameTooLong,
    /// No key of the keyring opens under this root key.
    #[error("this root key does not belong to this key store; is it the right file, command or credential?")]
    WrongRootKey,
    /// The root key fits, but this key's row was changed or damaged.
    #[error("keyring row {kid} is damaged")]
    DamagedKey {
        /// The row.
        kid: Uuid,
    },
    /// A row of the keyring has a purpose, state or epoch this version does not know.
    #[error("keyring row {kid} has an unknown purpose, state or epoch")]
    UnknownRow {
        /// The row.
        kid: Uuid,
    },
    /// The keyring does not have exactly one newest active key for a purpose.
    #[error("the keyring needs exactly one active key, the newest, for {purpose}")]
    ActiveKey {
        /// The purpose at fault.
        purpose: Purpose,
    },
    /// No key with this id is in the keyring.
    #[error("key {kid} is not in the keyring; it is newer than the keyring in memory or held elsewhere")]
    UnknownKey {
        /// The id asked for.
        kid: Uuid,
    },
    /// The key was destroyed; what it protected is gone.
    #[error("key {kid} was destroyed")]
    DestroyedKey {
        /// The id asked for.
        kid: Uuid,
    },
    /// The key is in use and must be followed by another before it can be destroyed.
    #[error("key {kid} is active and cannot be destroyed")]
    StillActive {
        /// The id asked for.
        kid: Uuid,
    },
    /// Keys of this purpose have no successor: passwords and published checkpoints depend on the one there is.
    #[error("the key for {purpose} is not rotated")]
    NotRotated {
        /// The purpose asked for.
        purpose: Purpose,
    },
    /// A case key's row has a class or number outside the known range.
    #[error("the key row of case {case} has an unknown class or number")]
    UnknownCaseKey {
        /// The case.
        case: Uuid,
    },
    /// A case key was unwrapped but is not the key its row commits to.
    #[error("the key row of case {case} is damaged")]
    DamagedCaseKey {
        /// The case.
        case: Uuid,
    },
}
