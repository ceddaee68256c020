//! The RFC 6962 tree: what the store keeps of it, and what can be proved from that.
//!
//! The store needs three things only: the leaf hashes by sequence number, the full tiles, and
//! the [`Frontier`]. [`Frontier::push`] says which tiles a leaf completed; [`build_tile`] makes
//! their bytes. Proofs are computed over a [`HashSource`]; [`Needs`] says beforehand which rows
//! that takes, so that an asynchronous store can fetch them first into [`Loaded`].

mod proof;
#[cfg(test)]
mod tests;
mod tiles;

use sha2::{Digest as _, Sha256};

pub use proof::{
    ProofError, SourceError, prove_consistency, prove_inclusion, verify_consistency, verify_inclusion,
};
pub(crate) use tiles::index_path;
pub use tiles::{HashSource, Loaded, Needs, TILE_BYTES, TILE_WIDTH, Tile, TileId, Tiler, build_tile};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// The hash of a leaf: SHA-256 over 0x00 and its bytes (RFC 6962 §2.1).
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(leaf);
    hasher.finalize().into()
}

/// The hash of an inner node: SHA-256 over 0x01 and both children (RFC 6962 §2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The right edge of the tree: all that appending needs, at most 2,056 bytes.
///
/// One hash for each complete subtree, from the largest (leftmost) to the smallest; their sizes
/// are the set bits of the number of leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    nodes: Vec<Hash>,
}

/// Bytes that are not a frontier: length and number of leaves disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not a frontier")]
pub struct FrontierError;

impl Frontier {
    /// The longest form of [`Frontier::to_bytes`]: a count and 64 hashes.
    pub const MAX_BYTES: usize = 8 + 64 * 32;

    /// The frontier of an empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of leaves, big-endian, then the hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.nodes.len() * 32);
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend_from_slice(self.nodes.as_flattened());
        bytes
    }

    /// Reads [`Frontier::to_bytes`] back. The hashes are taken on trust; only
    /// [`verify`](super::verify) recomputes them.
    ///
    /// # Errors
    /// [`FrontierError`] unless the count is below 2^63 and there is exactly one hash for each
    /// of its set bits.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(FrontierError)?;
        let (nodes, odd) = rest.as_chunks::<32>();
        let size = u64::from_be_bytes(*size);
        if size >> 63 != 0 || !odd.is_empty() || nodes.len() != size.count_ones() as usize {
            return Err(FrontierError);
        }
        Ok(Self { size, nodes: nodes.to_vec() })
    }

    /// The number of leaves, which is also the sequence number of the next one.
    pub fn len(&self) -> u64 {
        self.size
    }

    /// Whether there is no leaf yet.
    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The root hash.
    pub fn root(&self) -> Hash {
        let mut nodes = self.nodes.iter().rev();
        let Some(last) = nodes.next() else { return empty_root() };
        nodes.fold(*last, |right, left| node_hash(left, &right))
    }

    /// Appends a leaf by its [`leaf_hash`] and names the full tiles it completed, lowest level
    /// first; usually none. Store them in this order: [`build_tile`] of a higher one reads the
    /// lower ones.
    pub fn push(&mut self, leaf: Hash) -> Vec<TileId> {
        let mut node = leaf;
        let mut bits = self.size;
        while bits & 1 == 1 {
            if let Some(left) = self.nodes.pop() {
                node = node_hash(&left, &node);
            }
            bits >>= 1;
        }
        self.nodes.push(node);
        self.size += 1;
        TileId::completed_at(self.size).collect()
    }
}
