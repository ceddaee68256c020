//! The rows the store keeps for the keyring and the case keys, and the names in them.

use std::fmt;

use uuid::Uuid;

/// What a key of the keyring is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Wraps case keys; a new epoch every month, so that an old copy of a wrapped key can be made worthless.
    CaseKek,
    /// Keys the blind indexes; its epoch is the version of the index.
    BlindIndex,
    /// Seals values outside any case: second factors, e-mail addresses, details of logins.
    User,
    /// Mixed into password hashes.
    Pepper,
    /// Seed of the Ed25519 key that signs the ledger's checkpoints.
    Checkpoint,
    /// Wraps the case keys of sealed cases; held by the sealer alone.
    SealedKek,
    /// Keys the blind indexes of sealed cases; held by the sealer alone.
    SealedIndex,
    /// Seals what is asked about sealed records; held by the sealer alone.
    SealedUser,
}

impl Purpose {
    /// What stands under the root key: the keys of the serving process.
    pub const SERVING: [Self; 5] =
        [Self::CaseKek, Self::BlindIndex, Self::User, Self::Pepper, Self::Checkpoint];
    /// What stands under the sealing key: the keys of the sealer.
    pub const SEALING: [Self; 3] = [Self::SealedKek, Self::SealedIndex, Self::SealedUser];

    /// The name stored in a row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CaseKek => "case_kek",
            Self::BlindIndex => "blind_index",
            Self::User => "user",
            Self::Pepper => "pepper",
            Self::Checkpoint => "checkpoint",
            Self::SealedKek => "sealed_kek",
            Self::SealedIndex => "sealed_index",
            Self::SealedUser => "sealed_user",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far a key's life has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// New values are made with it.
    Active,
    /// It only opens what was made with it.
    DecryptOnly,
    /// It is gone; the row remembers its commitment.
    Destroyed,
}

impl KeyState {
    /// Every state, in the order of a key's life.
    pub const ALL: [Self; 3] = [Self::Active, Self::DecryptOnly, Self::Destroyed];

    /// The name stored in a row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::DecryptOnly => "decrypt_only",
            Self::Destroyed => "destroyed",
        }
    }
}

/// One key of the keyring as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringRow {
    /// Id of the key.
    pub kid: Uuid,
    /// [`Purpose::as_str`].
    pub purpose: String,
    /// Generation within the purpose, from 1.
    pub epoch: i64,
    /// The key sealed under the root key; empty once destroyed.
    pub wrapped: Vec<u8>,
    /// What may be published about the key, 32 bytes.
    pub commitment: Vec<u8>,
    /// [`KeyState::as_str`].
    pub state: String,
}

/// One case key as it is stored, in the key store and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseKeyRow {
    /// The case.
    pub case_id: Uuid,
    /// [`Class::code`](super::Class::code).
    pub class: i16,
    /// Generation within case and class.
    pub key_no: i64,
    /// The key of the keyring that wraps this one.
    pub kek_id: Uuid,
    /// The case key sealed under it.
    pub wrapped: Vec<u8>,
    /// [`Dek::commitment`](super::Dek::commitment).
    pub commitment: Vec<u8>,
}

/// What [`Keyring::next_key`](super::Keyring::next_key) makes: store both in one transaction, then open the keyring anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The new active key.
    pub new: KeyringRow,
    /// The key it follows, now for opening only; nothing but its state changed.
    pub changed: Vec<KeyringRow>,
}

/// One line of [`Keyring::status`](super::Keyring::status).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeyStatus {
    /// Id of the key.
    pub kid: Uuid,
    /// What it is for.
    pub purpose: Purpose,
    /// Its generation.
    pub epoch: i64,
    /// How far its life has gone.
    pub state: KeyState,
}

/// The keyring without its keys, for an operator's eyes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeyringStatus {
    /// Every key, newest first within its purpose.
    pub keys: Vec<KeyStatus>,
}
