//! The ledger: what proves that the record was not changed behind the service's back.
//!
//! Every act (also a read, a refusal, a sign-in) is one [`Leaf`]; the leaves form an RFC 6962
//! tree whose root is signed at intervals as a C2SP checkpoint. Nothing here touches a database
//! or a clock: the store keeps the bytes, this module says what they must be.
//!
//! * [`leaf`]: what is written down, as canonical JSON ([`canonical`]).
//! * [`row`]: the digest of a database row, so that a leaf can vouch for the rows it left behind.
//! * [`merkle`]: frontier, tiles, inclusion and consistency proofs.
//! * [`checkpoint`]: signed tree heads.
//! * [`proof`]: a proof for one leaf as a text file that needs nothing else.
//! * [`verify`]: reads a whole stored ledger once and says exactly what was touched.
//! * [`export`]: the same ledger as a directory that other tools can check.

pub mod canonical;
pub mod checkpoint;
pub mod export;
pub mod leaf;
pub mod merkle;
pub mod proof;
pub mod row;
pub mod verify;

pub use checkpoint::{Checkpoint, NoteError, Signer, VerifierKey};
pub use export::{ExportError, Exporter};
pub use leaf::{Leaf, LeafError};
pub use merkle::{Frontier, Hash, TileId, leaf_hash};
pub use proof::TlogProof;
pub use row::RowDigest;
pub use verify::{Fault, Report, StoredCase, StoredLeaf, Verifier};

/// Lower-case hexadecimal, the form in which faults show hashes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
