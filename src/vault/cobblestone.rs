//! Cobblestone-256: authenticated encryption that commits to its key (C2SP chunked-encryption v1 with HKDF-SHA-512
//! and AES-256-GCM, <https://c2sp.org/chunked-encryption>).
//!
//! A sealed message is `salt ‖ commitment ‖ chunk…`. Key, base nonce and commitment come from one HKDF-Expand over
//! the salt and the caller's *context*, so the wrong key and the wrong context both fail at the commitment, before
//! any byte is decrypted. Chunks are 16 KiB; the last one is always shorter, possibly empty, which is what makes a
//! cut-off message visible. Nothing is returned until every chunk has been authenticated.

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::kdf;
use super::secret;
use super::wiped::Wiped;

/// Random bytes in front of every message.
pub const SALT: usize = 24;
/// Length of the key commitment that follows the salt.
pub const COMMITMENT: usize = 32;
/// Plaintext bytes in every chunk but the last.
pub const CHUNK: usize = 16 * 1024;
/// Length of the tag after every chunk.
pub const TAG: usize = 16;

/// Label, cipher name and the zero byte that ends it, as the specification writes them.
const INFO: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";
/// The specification's limit: 2³⁸ chunks in a message.
const MAX_CHUNKS: u64 = 1 << 38;

/// Why a message was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CobblestoneError {
    /// Not a whole message: no room for header and final tag, or no short final chunk.
    #[error("the sealed message is cut off")]
    Truncated,
    /// The commitment does not match: another key, another context, or a damaged header.
    #[error("the sealed message belongs to another key or another place")]
    WrongKeyOrContext,
    /// Key and context fit, but this chunk was changed, moved or does not belong here.
    #[error("chunk {chunk} of the sealed message has been altered")]
    Altered {
        /// Number of the chunk, from zero.
        chunk: u64,
    },
    /// More than 2³⁸ chunks.
    #[error("the message is too long to seal")]
    TooLong,
    /// The operating system gave no salt.
    #[error("no randomness from the operating system")]
    NoRandomness,
}

/// Length of the sealed form of `plaintext` bytes.
pub const fn sealed_len(plaintext: usize) -> usize {
    SALT + COMMITMENT + plaintext + (plaintext / CHUNK + 1) * TAG
}

/// Seals `plaintext` under `key`, bound to `context`, with a fresh random salt.
pub fn seal(key: &[u8; 32], context: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, CobblestoneError> {
    let mut salt = [0; SALT];
    secret::fill(&mut salt).map_err(|_| CobblestoneError::NoRandomness)?;
    seal_with_salt(key, &salt, context, plaintext)
}

/// The deterministic half of [`seal`]. A salt must never be used twice under one key.
pub(super) fn seal_with_salt(
    key: &[u8; 32],
    salt: &[u8; SALT],
    context: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, CobblestoneError> {
    let message = Message::derive(key, salt, context);
    let mut sealed = Vec::with_capacity(sealed_len(plaintext.len()));
    sealed.extend_from_slice(salt);
    sealed.extend_from_slice(&message.commitment);
    // A message that fills its last chunk, and the empty one, end with an empty chunk.
    let terminator = plaintext.len().is_multiple_of(CHUNK).then_some(&[][..]);
    for (number, chunk) in (0..).zip(plaintext.chunks(CHUNK).chain(terminator)) {
        let nonce = message.nonce(number)?;
        let start = sealed.len();
        sealed.extend_from_slice(chunk);
        let (_, body) = sealed.split_at_mut(start);
        let tag = message
            .cipher
            .encrypt_inout_detached(&nonce, &[], body.into())
            .map_err(|_| CobblestoneError::TooLong)?;
        sealed.extend_from_slice(&tag);
    }
    Ok(sealed)
}

/// Opens what [`seal`] made under the same key and context; the plaintext is wiped when dropped.
pub fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<Wiped, CobblestoneError> {
    let (salt, rest) = sealed.split_first_chunk::<SALT>().ok_or(CobblestoneError::Truncated)?;
    let (commitment, body) = rest.split_first_chunk::<COMMITMENT>().ok_or(CobblestoneError::Truncated)?;
    let message = Message::derive(key, salt, context);
    if !bool::from(message.commitment.ct_eq(commitment)) {
        return Err(CobblestoneError::WrongKeyOrContext);
    }
    if body.len() % (CHUNK + TAG) < TAG {
        return Err(CobblestoneError::Truncated);
    }
    // Room for all of it at once: a growing buffer would leave plaintext behind on the heap.
    let mut plaintext = Wiped::new(Vec::with_capacity(body.len()));
    for (number, chunk) in (0..).zip(body.chunks(CHUNK + TAG)) {
        let nonce = message.nonce(number)?;
        let (ciphertext, tag) = chunk.split_last_chunk::<TAG>().ok_or(CobblestoneError::Truncated)?;
        let start = plaintext.len();
        plaintext.extend_from_slice(ciphertext);
        let (_, opened) = plaintext.split_at_mut(start);
        message
            .cipher
            .decrypt_inout_detached(&nonce, &[], opened.into(), &Tag::from(*tag))
            .map_err(|_| CobblestoneError::Altered { chunk: number })?;
    }
    Ok(plaintext)
}

/// What is derived for one message.
struct Message {
    cipher: Aes256Gcm,
    base_nonce: [u8; 12],
    commitment: [u8; COMMITMENT],
}

impl Message {
    fn derive(key: &[u8; 32], salt: &[u8; SALT], context: &[u8]) -> Self {
        let derived = kdf::expand::<{ 32 + 12 + COMMITMENT }>(key, &[INFO, salt, context]);
        let derived: &[u8; 76] = &derived;
        let mut message_key = Zeroizing::new([0; 32]);
        let mut base_nonce = [0; 12];
        let mut commitment = [0; COMMITMENT];
        message_key.copy_from_slice(&derived[..32]);
        base_nonce.copy_from_slice(&derived[32..44]);
        commitment.copy_from_slice(&derived[44..]);
        let cipher = Aes256Gcm::new(<&Key<Aes256Gcm>>::from(&*message_key));
        Self { cipher, base_nonce, commitment }
    }

    /// The base nonce with the chunk's number added in without carry (XOR, big-endian).
    fn nonce(&self, chunk: u64) -> Result<Nonce<aes_gcm::aead::consts::U12>, CobblestoneError> {
        if chunk >= MAX_CHUNKS {
            return Err(CobblestoneError::TooLong);
        }
        let mut nonce = self.base_nonce;
        for (byte, count) in nonce[4..].iter_mut().zip(chunk.to_be_bytes()) {
            *byte ^= count;
        }
        Ok(Nonce::from(nonce))
    }
}

#[cfg(test)]
mod tests;
