//! Checkpoints: the size and root of the tree, signed (C2SP tlog-checkpoint and signed-note).

use std::fmt;
use std::str::FromStr;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::hex;
use super::merkle::{Hash, ProofError, verify_consistency};

/// The algorithm byte of a plain Ed25519 note signature (C2SP signed-note).
const ED25519: u8 = 1;
/// Signature lines a note may have, as in Go's `sumdb/note`.
const MAX_SIGNATURES: usize = 100;
/// What precedes every signature line: an em dash and a space.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// The size and root of the tree at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, which is also the name of its key.
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// The root hash over them.
    pub root: Hash,
}

/// Why a note is not a checkpoint of this log, or a key is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteError {
    /// Not a signed note, or a signature line is damaged.
    #[error("not a well-formed signed note")]
    Malformed,
    /// The signed text is not exactly origin, size and root.
    #[error("the signed text is not a checkpoint of three lines")]
    Text,
    /// The checkpoint is that of another log.
    #[error("the checkpoint is that of another log")]
    Origin,
    /// No signature under the expected key.
    #[error("not signed with the expected key")]
    Unsigned,
    /// A signature under the expected key does not fit the text.
    #[error("the signature does not fit the text")]
    Signature,
    /// A name that is empty or contains spaces, control characters or `+`.
    #[error("the name of a key must not be empty nor contain spaces, control characters or `+`")]
    Name,
    /// A verifier key that is damaged, or of another algorithm.
    #[error("not an Ed25519 verifier key of the form name+id+key")]
    Key,
}

impl Checkpoint {
    /// The text that is signed: three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads [`Checkpoint::text`] back, strictly: no further lines, no leading zeros.
    ///
    /// # Errors
    /// [`NoteError::Text`].
    pub fn parse_text(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(NoteError::Text);
        };
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let checkpoint = Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| NoteError::Text)?,
            root: root.ok_or(NoteError::Text)?,
        };
        if checkpoint.text() == text && valid_name(origin) { Ok(checkpoint) } else { Err(NoteError::Text) }
    }
}

/// Signs checkpoints. The key is wiped from memory when dropped.
pub struct Signer {
    key: SigningKey,
    verifier: VerifierKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

impl Signer {
    /// The signer of the log called `name`, such as `procuracy.example/tutela`, from the 32
    /// secret bytes of RFC 8032.
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(seed);
        let verifier = VerifierKey::new(name, key.verifying_key())?;
        Ok(Self { key, verifier })
    }

    /// The key with which others verify.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs the tree only if it continues the one signed last, which `path` must prove: a signer
    /// that keeps its own `last` checkpoint never signs two histories.
    ///
    /// # Errors
    /// [`ProofError`] if the tree is smaller, or not shown to be a continuation.
    pub fn sign_after(
        &self,
        last: &Checkpoint,
        size: u64,
        root: Hash,
        path: &[Hash],
    ) -> Result<String, ProofError> {
        verify_consistency(last.size, &last.root, size, &root, path)?;
        Ok(self.sign(size, root))
    }

    /// The signed note over a tree of this size and root, whatever was signed before.
    pub fn sign(&self, size: u64, root: Hash) -> String {
        let text = Checkpoint { origin: self.verifier.name.clone(), size, root }.text();
        let mut signature = self.verifier.id.to_vec();
        signature.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n{SIGNATURE_MARK}{} {}\n", self.verifier.name, STANDARD.encode(signature))
    }
}

/// A public key in the form of Go's `sumdb/note`: `name+id+base64`, the id in eight hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: &str, key: VerifyingKey) -> Result<Self, NoteError> {
        if !valid_name(name) {
            return Err(NoteError::Name);
        }
        let mut hasher = Sha256::new();
        hasher.update(name);
        hasher.update([b'\n', ED25519]);
        hasher.update(key.as_bytes());
        let [a, b, c, d, ..] = <[u8; 32]>::from(hasher.finalize());
        Ok(Self { name: name.to_owned(), id: [a, b, c, d], key })
    }

    /// The name of the key, which is the origin of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens a signed note: checks the signature under this key and reads the checkpoint.
    /// Signatures under other keys (witnesses, newer algorithms) are passed over unread.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn open(&self, note: &str) -> Result<Checkpoint, NoteError> {
        if note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Malformed);
        }
        let (body, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed)?;
        let text = format!("{body}\n");
        let lines = signatures.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        let mut signed = false;
        for (at, line) in lines.split('\n').enumerate() {
            let rest = line.strip_prefix(SIGNATURE_MARK).ok_or(NoteError::Malformed)?;
            let (name, encoded) = rest.split_once(' ').ok_or(NoteError::Malformed)?;
            let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Malformed)?;
            let (id, signature) = bytes.split_first_chunk::<4>().ok_or(NoteError::Malformed)?;
            if at >= MAX_SIGNATURES || !valid_name(name) || signature.is_empty() {
                return Err(NoteError::Malformed);
            }
            if name != self.name || *id != self.id {
                continue;
            }
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::Signature)?;
            self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::Signature)?;
            signed = true;
        }
        if !signed {
            return Err(NoteError::Unsigned);
        }
        let checkpoint = Checkpoint::parse_text(&text)?;
        if checkpoint.origin == self.name { Ok(checkpoint) } else { Err(NoteError::Origin) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex(&self.id), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, rest) = text.split_once('+').ok_or(NoteError::Key)?;
        let (id, key) = rest.split_once('+').ok_or(NoteError::Key)?;
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519, key)) = key.split_first() else { return Err(NoteError::Key) };
        let key = key.try_into().map_err(|_| NoteError::Key)?;
        let key = VerifyingKey::from_bytes(key).map_err(|_| NoteError::Key)?;
        let verifier = Self::new(name, key)?;
        if hex(&verifier.id) == id { Ok(verifier) } else { Err(NoteError::Key) }
    }
}

/// C2SP signed-note: not empty, no spaces, no plus; control characters never.
fn valid_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

#[cfg(test)]
mod tests {
    use super::super::merkle::{Frontier, Loaded, prove_consistency};
    use super::*;

    fn signer() -> Signer {
        Signer::from_seed("procuracy.example/tutela", &[7; 32]).unwrap()
    }

    #[test]
    fn the_example_key_and_note_of_go_are_understood() {
        // From the package documentation of golang.org/x/mod/sumdb/note.
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let verifier: VerifierKey = key.parse().unwrap();
        assert_eq!(verifier.to_string(), key);
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        // The signature is good, the text just is not a checkpoint.
        assert_eq!(verifier.open(note), Err(NoteError::Text));
        assert_eq!(verifier.open(&note.replace("your", "my")), Err(NoteError::Signature));
        assert_eq!(key.replace("c74f20a3", "c74f20a4").parse::<VerifierKey>(), Err(NoteError::Key));
        assert_eq!(key.replace("Peter", "Petra").parse::<VerifierKey>(), Err(NoteError::Key));
    }

    #[test]
    fn a_note_opens_and_other_signatures_are_ignored() {
        let signer = signer();
        let note = signer.sign(70_000, [9; 32]);
        let expected = Checkpoint { origin: "procuracy.example/tutela".into(), size: 70_000, root: [9; 32] };
        assert_eq!(signer.verifier().open(&note), Ok(expected.clone()));
        let witness = "\u{2014} witness.example AAAAAQIDBAUG\n";
        let (text, own) = note.rsplit_once("\n\n").unwrap();
        assert_eq!(signer.verifier().open(&format!("{text}\n\n{witness}{own}")), Ok(expected));
        assert_eq!(signer.verifier().open(&format!("{text}\n\n{witness}")), Err(NoteError::Unsigned));
        let other = Signer::from_seed("procuracy.example/tutela", &[8; 32]).unwrap();
        assert_eq!(other.verifier().open(&note), Err(NoteError::Unsigned));
    }

    #[test]
    fn no_byte_of_a_note_can_change() {
        let signer = signer();
        let note = signer.sign(1, [9; 32]);
        for at in 0..note.len() {
            for bit in 0..8 {
                let mut bytes = note.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                if let Ok(text) = String::from_utf8(bytes) {
                    assert!(signer.verifier().open(&text).is_err(), "byte {at} bit {bit}");
                }
            }
        }
    }

    #[test]
    fn a_second_history_is_not_signed() {
        let signer = signer();
        let (mut tree, mut rows) = (Frontier::new(), Loaded::new());
        let mut last = signer.verifier().open(&signer.sign(0, tree.root())).unwrap();
        for seq in 0..9 {
            tree.push([7; 32]);
            rows.add_leaf(seq, [7; 32]);
            let path = prove_consistency(seq, seq + 1, &rows).unwrap();
            let note = signer.sign_after(&last, seq + 1, tree.root(), &path).unwrap();
            last = signer.verifier().open(&note).unwrap();
        }
        assert!(signer.sign_after(&last, 9, [1; 32], &[]).is_err());
        assert!(signer.sign_after(&last, 10, tree.root(), &[]).is_err());
        assert!(signer.sign_after(&last, 8, tree.root(), &[]).is_err());
    }

    #[test]
    fn a_checkpoint_has_one_form() {
        let text = Checkpoint { origin: "log".into(), size: 10, root: [0; 32] }.text();
        assert!(Checkpoint::parse_text(&text).is_ok());
        for bad in [
            text.replace("10", "010"),
            text.replace("10", "+10"),
            text.replace("10", "-1"),
            text.replace("log", ""),
            text.replace("log", "a log"),
            format!("{text}extension\n"),
            text.trim_end().to_owned(),
            text.replace("AAAA=", "AAAB="),
        ] {
            assert_eq!(Checkpoint::parse_text(&bad), Err(NoteError::Text), "{bad}");
        }
        assert_eq!(Signer::from_seed("a+b", &[0; 32]).unwrap_err(), NoteError::Name);
    }
}
