//! HKDF-Expand with SHA-512 (RFC 5869 §2.3), the only key derivation of the vault.

use hkdf::{Hkdf, InvalidLength};
use sha2::Sha512;
use zeroize::Zeroizing;

/// Length of a key's public commitment, bytes.
pub(super) const COMMITMENT: usize = 32;

/// Derives `out.len()` bytes from `prk` for the concatenation of `info`. Fails above 255 × 64 bytes.
pub(super) fn expand_into(prk: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), InvalidLength> {
    // `from_prk` wants at least one hash length; HMAC pads its key with zeros anyway, so the result is the same.
    let mut padded = Zeroizing::new([0_u8; 64]);
    let prk = if prk.len() < padded.len() {
        for (slot, byte) in padded.iter_mut().zip(prk) {
            *slot = *byte;
        }
        padded.as_slice()
    } else {
        prk
    };
    let hkdf = Hkdf::<Sha512>::from_prk(prk).map_err(|_| InvalidLength)?;
    hkdf.expand_multi_info(info, out)
}

/// Derives `N` bytes from a 256-bit key.
pub(super) fn expand<const N: usize>(key: &[u8; 32], info: &[&[u8]]) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 64, "RFC 5869 allows at most 255 blocks") };
    let mut out = Zeroizing::new([0; N]);
    #[expect(clippy::expect_used, reason = "the length is checked at compile time, the key is padded")]
    expand_into(key, info, out.as_mut_slice()).expect("N is within the limit of HKDF-Expand");
    out
}

/// What may be told about a key in public: it identifies the key and reveals nothing of it.
pub(super) fn commitment(key: &[u8; 32], label: &[u8]) -> [u8; COMMITMENT] {
    *expand::<COMMITMENT>(key, &[label])
}
