//! Tiles: runs of 256 hashes, in which the tree is stored and served (C2SP tlog-tiles).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::proof::{SourceError, consistency_walk, inclusion_walk};
use super::{Frontier, Hash, node_hash};

/// Hashes in a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Bytes of a full tile.
pub const TILE_BYTES: usize = 8192;

/// Which tile: at level 0 the hashes are leaves, above they are roots of full tiles below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// The level, 0 to 7 in any tree that can exist.
    pub level: u8,
    /// The place within the level, from 0.
    pub index: u64,
}

/// A full tile and its 8,192 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Which.
    pub id: TileId,
    /// The hashes one after another.
    pub bytes: Vec<u8>,
}

impl TileId {
    /// The full tiles that the last of `size` leaves completed, lowest level first.
    pub fn completed_at(size: u64) -> impl Iterator<Item = Self> {
        let levels = if size == 0 { 0 } else { size.trailing_zeros() / 8 };
        (0..levels).filter_map(move |level| {
            let level = u8::try_from(level).ok()?;
            Some(Self { level, index: full_tiles(level, size).checked_sub(1)? })
        })
    }

    /// All full tiles of a tree of `size` leaves.
    pub fn all_full(size: u64) -> impl Iterator<Item = Self> {
        (0..8).flat_map(move |level| (0..full_tiles(level, size)).map(move |index| Self { level, index }))
    }

    /// Whether a tree of `size` leaves fills this tile.
    pub fn is_full(self, size: u64) -> bool {
        self.index < full_tiles(self.level, size)
    }

    /// `tile/<level>/<index>`, with the width if it is partial.
    pub fn path(self, width: Option<u64>) -> String {
        format!("tile/{}/{}", self.level, index_path(self.index, width))
    }
}

/// The index in groups of three digits, all but the last marked with `x`, and `.p/<width>` for a
/// partial tile.
pub(crate) fn index_path(index: u64, width: Option<u64>) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    match width {
        Some(width) => format!("{path}.p/{width}"),
        None => path,
    }
}

/// The number of full tiles at `level`.
fn full_tiles(level: u8, size: u64) -> u64 {
    size.checked_shr(8 * (u32::from(level) + 1)).unwrap_or(0)
}

/// The root of a run of hashes whose number is a power of two.
pub(super) fn perfect_root(hashes: &[Hash]) -> Option<Hash> {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        let (pairs, odd) = row.as_chunks::<2>();
        if !odd.is_empty() {
            return None;
        }
        row = pairs.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}

/// Where proofs find the hashes of complete subtrees.
pub trait HashSource {
    /// The hashes numbered `range` of the subtrees of 256^`level` leaves (at level 0: of the
    /// leaves). The range lies within one tile, and every subtree in it is complete. `None` if
    /// the source does not have them all.
    fn hashes(&self, level: u8, range: Range<u64>) -> Option<Vec<Hash>>;
}

/// A source in memory, filled with the rows that [`Needs`] asked for.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    leaves: BTreeMap<u64, Hash>,
    tiles: BTreeMap<TileId, Vec<Hash>>,
}

impl Loaded {
    /// A source that has nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the hash of leaf `seq`.
    pub fn add_leaf(&mut self, seq: u64, hash: Hash) {
        self.leaves.insert(seq, hash);
    }

    /// Adds a full tile; bytes of another length than [`TILE_BYTES`] are as good as absent.
    pub fn add_tile(&mut self, id: TileId, bytes: &[u8]) {
        if let (hashes, []) = bytes.as_chunks::<32>()
            && bytes.len() == TILE_BYTES
        {
            self.tiles.insert(id, hashes.to_vec());
        }
    }
}

impl HashSource for Loaded {
    fn hashes(&self, level: u8, range: Range<u64>) -> Option<Vec<Hash>> {
        if let Some(tile) = self.tiles.get(&TileId { level, index: range.start / TILE_WIDTH }) {
            let start = usize::try_from(range.start % TILE_WIDTH).ok()?;
            let count = usize::try_from(range.end - range.start).ok()?;
            return tile.get(start..start + count).map(<[Hash]>::to_vec);
        }
        range
            .map(|index| match level.checked_sub(1) {
                None => self.leaves.get(&index).copied(),
                Some(level) => self.tiles.get(&TileId { level, index }).and_then(|tile| perfect_root(tile)),
            })
            .collect()
    }
}

/// The rows that a computation will read: fetch them into [`Loaded`], then compute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Leaf hashes, by sequence number.
    pub leaves: Vec<Range<u64>>,
    /// Full tiles.
    pub tiles: BTreeSet<TileId>,
}

impl Needs {
    /// For [`prove_inclusion`](super::prove_inclusion).
    pub fn inclusion(index: u64, size: u64) -> Self {
        Self::record(size, |source| inclusion_walk(index, size, source).map(drop))
    }

    /// For [`prove_consistency`](super::prove_consistency).
    pub fn consistency(old: u64, size: u64) -> Self {
        Self::record(size, |source| consistency_walk(old, size, source).map(drop))
    }

    /// For [`build_tile`]: the tile itself is not among them.
    pub fn tile(id: TileId) -> Self {
        let first = id.index * TILE_WIDTH;
        let range = first..first + TILE_WIDTH;
        match id.level.checked_sub(1) {
            None => Self { leaves: vec![range], tiles: BTreeSet::new() },
            Some(level) => {
                Self { leaves: vec![], tiles: range.map(|index| TileId { level, index }).collect() }
            }
        }
    }

    /// For [`Tiler::resume`].
    pub fn resume(size: u64) -> Self {
        Self::record(size, |source| pending(size, source).map(drop))
    }

    fn record<E>(size: u64, walk: impl FnOnce(&Recorder) -> Result<(), E>) -> Self {
        let recorder = Recorder { size, needs: RefCell::default() };
        // A walk that is refused (an index beyond the tree) needs what it asked for until then;
        // the computation itself will report the error.
        let _ = walk(&recorder);
        recorder.needs.into_inner()
    }
}

/// Answers every question with zeros and writes the question down.
struct Recorder {
    size: u64,
    needs: RefCell<Needs>,
}

impl HashSource for Recorder {
    fn hashes(&self, level: u8, range: Range<u64>) -> Option<Vec<Hash>> {
        let mut needs = self.needs.borrow_mut();
        let answer = range.clone().map(|_| [0; 32]).collect();
        let tile = TileId { level, index: range.start / TILE_WIDTH };
        if tile.is_full(self.size) {
            needs.tiles.insert(tile);
        } else if let Some(level) = level.checked_sub(1) {
            needs.tiles.extend(range.map(|index| TileId { level, index }));
        } else {
            needs.leaves.push(range);
        }
        Some(answer)
    }
}

/// The bytes of a full tile, from the leaves or tiles below it ([`Needs::tile`]).
///
/// # Errors
/// [`SourceError`] if the source lacks one of them.
pub fn build_tile(id: TileId, source: &impl HashSource) -> Result<Vec<u8>, SourceError> {
    let first = id.index * TILE_WIDTH;
    let hashes = source
        .hashes(id.level, first..first + TILE_WIDTH)
        .filter(|hashes| hashes.len() as u64 == TILE_WIDTH)
        .ok_or(SourceError { level: id.level, index: first })?;
    Ok(hashes.as_flattened().to_vec())
}

/// A frontier that also holds the tiles under way, for one who sees all leaves (verification,
/// export, a sequencer that stays in memory): at most 255 hashes a level.
#[derive(Debug, Clone, Default)]
pub struct Tiler {
    frontier: Frontier,
    pending: Vec<Vec<Hash>>,
}

impl Tiler {
    /// Begins with an empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on from a stored frontier, with the rows that [`Needs::resume`] asks for.
    ///
    /// # Errors
    /// [`SourceError`] if the source lacks one of them.
    pub fn resume(frontier: Frontier, source: &impl HashSource) -> Result<Self, SourceError> {
        let pending = pending(frontier.len(), source)?;
        Ok(Self { frontier, pending })
    }

    /// The frontier.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Appends a leaf by its hash and returns the full tiles it completed, lowest level first.
    pub fn push(&mut self, leaf: Hash) -> Vec<Tile> {
        let completed = self.frontier.push(leaf);
        let mut tiles = Vec::with_capacity(completed.len());
        let mut hash = leaf;
        for level in 0.. {
            if self.pending.len() == level {
                self.pending.push(Vec::new());
            }
            let Some(row) = self.pending.get_mut(level) else { break };
            row.push(hash);
            let Some(id) = completed.get(level) else { break };
            tiles.push(Tile { id: *id, bytes: row.as_flattened().to_vec() });
            let Some(root) = perfect_root(row) else { break };
            hash = root;
            row.clear();
        }
        tiles
    }

    /// The partial tiles of the tree as it stands: id, width and bytes.
    pub fn partial(&self) -> impl Iterator<Item = (TileId, u64, Vec<u8>)> {
        self.pending.iter().zip(0_u8..).filter(|(row, _)| !row.is_empty()).map(|(row, level)| {
            let id = TileId { level, index: full_tiles(level, self.frontier.len()) };
            (id, row.len() as u64, row.as_flattened().to_vec())
        })
    }
}

fn pending(size: u64, source: &impl HashSource) -> Result<Vec<Vec<Hash>>, SourceError> {
    let mut rows = Vec::new();
    for level in 0_u8.. {
        let Some(count) = size.checked_shr(8 * u32::from(level)).filter(|count| *count > 0) else { break };
        let first = count - count % TILE_WIDTH;
        let row = if first == count { Some(Vec::new()) } else { source.hashes(level, first..count) };
        rows.push(row.ok_or(SourceError { level, index: first })?);
    }
    Ok(rows)
}
