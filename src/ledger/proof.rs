//! A proof for one leaf that can be checked on its own (C2SP tlog-proof).

use std::fmt;
use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::checkpoint::{Checkpoint, NoteError, VerifierKey};
use super::merkle::{Hash, ProofError, verify_inclusion};

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The place of a leaf, its inclusion proof, and the checkpoint it leads to. `Display` writes
/// the file, `FromStr` reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// The sequence number of the leaf.
    pub index: u64,
    /// The hashes from the leaf's sibling up.
    pub path: Vec<Hash>,
    /// The signed checkpoint, as it was issued.
    pub note: String,
}

/// Why a proof file does not prove that the leaf is in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Not of the form of C2SP tlog-proof.
    #[error("not a well-formed proof")]
    Malformed,
    /// The checkpoint is not good.
    #[error("the checkpoint of the proof: {0}")]
    Note(#[from] NoteError),
    /// The hashes do not lead to the checkpoint.
    #[error("the path of the proof: {0}")]
    Path(#[from] ProofError),
}

impl TlogProof {
    /// Checks that the ledger whose key is `key` contains the leaf with this hash at
    /// [`index`](Self::index), and returns the checkpoint that says so.
    ///
    /// # Errors
    /// [`TlogProofError`].
    pub fn verify(&self, leaf: &Hash, key: &VerifierKey) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = key.open(&self.note)?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nindex {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", STANDARD.encode(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for TlogProof {
    type Err = TlogProofError;

    /// Extra data, which nothing authenticates, is passed over.
    fn from_str(text: &str) -> Result<Self, TlogProofError> {
        let malformed = TlogProofError::Malformed;
        let (head, note) = text.split_once("\n\n").ok_or(malformed)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(malformed);
        }
        lines.next_if(|line| line.starts_with("extra "));
        let number = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(malformed)?;
        let index: u64 = number.parse().map_err(|_| malformed)?;
        if index.to_string() != number {
            return Err(malformed);
        }
        let hash = |line| STANDARD.decode(line).ok().and_then(|bytes| Hash::try_from(bytes).ok());
        let path = lines.map(hash).collect::<Option<_>>().ok_or(malformed)?;
        Ok(Self { index, path, note: note.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::merkle::{Frontier, Loaded, leaf_hash, prove_inclusion};
    use super::super::{Checkpoint, Signer};
    use super::*;

    #[test]
    fn a_proof_stands_on_its_own() {
        let signer = Signer::from_seed("log.example", &[1; 32]).unwrap();
        let (mut frontier, mut rows) = (Frontier::new(), Loaded::new());
        let leaves: Vec<Hash> = (0..11_u8).map(|n| leaf_hash(&[n])).collect();
        for (leaf, seq) in leaves.iter().zip(0..) {
            frontier.push(*leaf);
            rows.add_leaf(seq, *leaf);
        }
        let proof = TlogProof {
            index: 5,
            path: prove_inclusion(5, 11, &rows).unwrap(),
            note: signer.sign(11, frontier.root()),
        };
        let text = proof.to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 5\n"));
        assert_eq!(text.parse(), Ok(proof.clone()));
        assert_eq!(text.replace("index", "extra AA==\nindex").parse(), Ok(proof.clone()));
        let checkpoint = Checkpoint { origin: "log.example".into(), size: 11, root: frontier.root() };
        assert_eq!(proof.verify(&leaves[5], signer.verifier()), Ok(checkpoint));
        assert_eq!(proof.verify(&leaves[6], signer.verifier()), Err(TlogProofError::Path(ProofError::Root)));
        assert_eq!(text.replace("index 5", "index 05").parse::<TlogProof>(), Err(TlogProofError::Malformed));
    }
}
