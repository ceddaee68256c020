//! Thirty-two secret bytes that are wiped when dropped and never print.

use std::fmt;

use zeroize::Zeroize;

use super::VaultError;

/// A 256-bit key. Boxed, so that moving it leaves no copy behind; deliberately neither `Clone`, `PartialEq` nor
/// `Serialize`.
pub(super) struct Secret(Box<[u8; 32]>);

impl Secret {
    /// A fresh key from the operating system.
    pub(super) fn random() -> Result<Self, VaultError> {
        let mut secret = Self(Box::new([0; 32]));
        fill(secret.0.as_mut_slice())?;
        Ok(secret)
    }

    /// Copies a key; `None` unless it is exactly 32 bytes.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self(Box::new([0; 32]));
        if bytes.len() != secret.0.len() {
            return None;
        }
        secret.0.copy_from_slice(bytes);
        Some(secret)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Fills a buffer from the operating system's generator.
pub(super) fn fill(buffer: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(buffer).map_err(|_| VaultError::NoRandomness)
}
