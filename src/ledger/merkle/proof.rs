//! Inclusion and consistency proofs: made as RFC 6962 §2.1 says, checked as RFC 9162 §2.1 says.

use super::tiles::{HashSource, perfect_root};
use super::{Hash, empty_root, node_hash};

/// The source lacks a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hash of subtree {index} of 256^{level} leaves is not available")]
pub struct SourceError {
    /// The subtree has 256^level leaves.
    pub level: u8,
    /// The first of the hashes that were asked for.
    pub index: u64,
}

/// Why there is no proof, or why it proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf or the older tree lies beyond the tree.
    #[error("beyond a tree of {size} leaves")]
    Beyond {
        /// The number of leaves of the tree.
        size: u64,
    },
    /// A hash is missing.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The proof has the wrong number of hashes for these trees.
    #[error("the proof has the wrong length")]
    Length,
    /// The proof leads to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// Proves that leaf `index` is in the tree of `size` leaves: the hashes from its sibling up.
///
/// # Errors
/// [`ProofError::Beyond`] or [`ProofError::Source`].
pub fn prove_inclusion(index: u64, size: u64, source: &impl HashSource) -> Result<Vec<Hash>, ProofError> {
    inclusion_walk(index, size, source)
}

/// Proves that the tree of `old` leaves is the beginning of the tree of `size` leaves.
///
/// # Errors
/// [`ProofError::Beyond`] or [`ProofError::Source`].
pub fn prove_consistency(old: u64, size: u64, source: &impl HashSource) -> Result<Vec<Hash>, ProofError> {
    consistency_walk(old, size, source)
}

pub(super) fn inclusion_walk<S: HashSource>(
    index: u64,
    size: u64,
    source: &S,
) -> Result<Vec<Hash>, ProofError> {
    if index >= size {
        return Err(ProofError::Beyond { size });
    }
    let (mut low, mut high) = (0, size);
    let mut path = Vec::new();
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            path.push(range_root(middle, high, source)?);
            high = middle;
        } else {
            path.push(range_root(low, middle, source)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

pub(super) fn consistency_walk<S: HashSource>(
    old: u64,
    size: u64,
    source: &S,
) -> Result<Vec<Hash>, ProofError> {
    if old > size {
        return Err(ProofError::Beyond { size });
    }
    let mut path = Vec::new();
    if old == 0 || old == size {
        return Ok(path);
    }
    let (mut low, mut high) = (0, size);
    while high != old {
        let middle = low + split(high - low);
        if old <= middle {
            path.push(range_root(middle, high, source)?);
            high = middle;
        } else {
            path.push(range_root(low, middle, source)?);
            low = middle;
        }
    }
    // The old root itself is known to whoever checks, and left out.
    if low > 0 {
        path.push(range_root(low, high, source)?);
    }
    path.reverse();
    Ok(path)
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The root over leaves `low..high`, where `low` is a multiple of a power of two that is not
/// smaller than the range.
fn range_root(low: u64, high: u64, source: &impl HashSource) -> Result<Hash, SourceError> {
    let mut from = low;
    let mut nodes = Vec::new();
    for bit in (0..64).rev().filter(|bit| (high - low) >> bit & 1 == 1) {
        nodes.push(subtree(bit, from >> bit, source)?);
        from += 1 << bit;
    }
    let right = nodes.pop().unwrap_or_else(empty_root);
    Ok(nodes.iter().rev().fold(right, |right, left| node_hash(left, &right)))
}

/// The root of the complete subtree number `index` of 2^`height` leaves.
fn subtree(height: u8, index: u64, source: &impl HashSource) -> Result<Hash, SourceError> {
    let (level, below) = (height / 8, height % 8);
    let first = index << below;
    let range = first..first + (1 << below);
    source
        .hashes(level, range)
        .filter(|hashes| hashes.len() == 1 << below)
        .and_then(|hashes| perfect_root(&hashes))
        .ok_or(SourceError { level, index: first })
}

/// Checks an inclusion proof (RFC 9162 §2.1.3.2).
///
/// # Errors
/// [`ProofError::Beyond`], [`ProofError::Length`] or [`ProofError::Root`].
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Beyond { size });
    }
    let mut edge = Edge { node: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in path {
        hash = if edge.step()? { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) };
    }
    if edge.last != 0 {
        return Err(ProofError::Length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks a consistency proof (RFC 9162 §2.1.4.2).
///
/// # Errors
/// [`ProofError::Beyond`], [`ProofError::Length`] or [`ProofError::Root`].
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    size: u64,
    root: &Hash,
    path: &[Hash],
) -> Result<(), ProofError> {
    if old > size {
        return Err(ProofError::Beyond { size });
    }
    if old == 0 || old == size {
        let same = if old == 0 { *old_root == empty_root() } else { old_root == root };
        let same = same && (size > 0 || *root == empty_root());
        return match (path.is_empty(), same) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    let mut edge = Edge { node: old - 1, last: size - 1 };
    edge.climb(edge.node.trailing_ones());
    // A tree whose size is a power of two is itself the first node of the proof.
    let (first, rest) = if old.is_power_of_two() {
        (old_root, path)
    } else {
        path.split_first().ok_or(ProofError::Length)?
    };
    let (mut before, mut after) = (*first, *first);
    for sibling in rest {
        if edge.step()? {
            before = node_hash(sibling, &before);
            after = node_hash(sibling, &after);
        } else {
            after = node_hash(&after, sibling);
        }
    }
    if edge.last != 0 {
        return Err(ProofError::Length);
    }
    if before == *old_root && after == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// A node on its way up, and the last node of the same height.
struct Edge {
    node: u64,
    last: u64,
}

impl Edge {
    /// Goes up to the next parent that has two children; true if the sibling stands on the left.
    fn step(&mut self) -> Result<bool, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Length);
        }
        let left = self.node & 1 == 1 || self.node == self.last;
        if left && self.node & 1 == 0 {
            self.climb(self.node.trailing_zeros());
        }
        self.climb(1);
        Ok(left)
    }

    fn climb(&mut self, levels: u32) {
        self.node = self.node.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }
}
