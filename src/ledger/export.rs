//! Writes the ledger as a directory that other programs can check (C2SP tlog-tiles).
//!
//! `checkpoint`, `vkey`, `tile/<level>/<index>[.p/<width>]`, `tile/entries/<index>[.p/<width>]`
//! and, for chosen leaves, `proof/<seq>`. Encrypted details stay behind.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::checkpoint::{Checkpoint, NoteError, VerifierKey};
use super::leaf::MAX_LEAF_BYTES;
use super::merkle::{
    Hash, HashSource, ProofError, TILE_WIDTH, TileId, Tiler, index_path, leaf_hash, prove_inclusion,
};
use super::proof::TlogProof;

/// Why an export was not written, or not finished.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file or directory could not be written or read.
    #[error("{path}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The directory already holds something.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The checkpoint is not good.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A leaf longer than an entry bundle can hold.
    #[error("leaf {0} is longer than 65,535 bytes")]
    TooLong(u64),
    /// Other leaves than the checkpoint was signed for.
    #[error("the checkpoint was signed for {signed} leaves, {pushed} were given")]
    Size {
        /// Leaves signed for.
        signed: u64,
        /// Leaves given.
        pushed: u64,
    },
    /// The leaves do not have the signed root. The directory is left without a checkpoint.
    #[error("the leaves do not have the root that was signed")]
    Root,
    /// A proof for a leaf beyond the checkpoint was asked for, or a tile written before is gone.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// Writes one export: push every leaf the checkpoint covers, in order, then finish.
#[derive(Debug)]
pub struct Exporter {
    directory: PathBuf,
    key: VerifierKey,
    note: String,
    checkpoint: Checkpoint,
    tiler: Tiler,
    bundle: Vec<u8>,
}

impl Exporter {
    /// Begins an export up to the signed checkpoint `note`, in a new or empty directory.
    ///
    /// # Errors
    /// [`ExportError::Note`], [`ExportError::NotEmpty`] or [`ExportError::Io`].
    pub fn create(directory: &Path, key: &VerifierKey, note: &str) -> Result<Self, ExportError> {
        let checkpoint = key.open(note)?;
        let io = |source| ExportError::Io { path: directory.to_owned(), source };
        fs::create_dir_all(directory).map_err(io)?;
        if fs::read_dir(directory).map_err(io)?.next().is_some() {
            return Err(ExportError::NotEmpty(directory.to_owned()));
        }
        Ok(Self {
            directory: directory.to_owned(),
            key: key.clone(),
            note: note.to_owned(),
            checkpoint,
            tiler: Tiler::new(),
            bundle: Vec::new(),
        })
    }

    /// The number of leaves to push.
    pub fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// Writes the next leaf.
    ///
    /// # Errors
    /// [`ExportError::TooLong`], [`ExportError::Size`] if there are more than
    /// [`size`](Self::size), or [`ExportError::Io`].
    pub fn leaf(&mut self, leaf: &[u8]) -> Result<(), ExportError> {
        let seq = self.tiler.frontier().len();
        if seq >= self.checkpoint.size {
            return Err(ExportError::Size { signed: self.checkpoint.size, pushed: seq + 1 });
        }
        let length = u16::try_from(leaf.len()).map_err(|_| ExportError::TooLong(seq))?;
        debug_assert!(leaf.len() <= MAX_LEAF_BYTES, "the same limit twice");
        self.bundle.extend_from_slice(&length.to_be_bytes());
        self.bundle.extend_from_slice(leaf);
        for tile in self.tiler.push(leaf_hash(leaf)) {
            self.write(&tile.id.path(None), &tile.bytes)?;
        }
        if (seq + 1).is_multiple_of(TILE_WIDTH) {
            self.write_bundle(seq / TILE_WIDTH, None)?;
        }
        Ok(())
    }

    /// Writes the partial tiles, the proofs for the leaves `proofs`, the key and last of all the
    /// checkpoint, which makes the export complete.
    ///
    /// # Errors
    /// [`ExportError::Size`], [`ExportError::Root`], [`ExportError::Proof`] or
    /// [`ExportError::Io`].
    pub fn finish(mut self, proofs: &[u64]) -> Result<Checkpoint, ExportError> {
        let size = self.checkpoint.size;
        let pushed = self.tiler.frontier().len();
        if pushed != size {
            return Err(ExportError::Size { signed: size, pushed });
        }
        if self.tiler.frontier().root() != self.checkpoint.root {
            return Err(ExportError::Root);
        }
        for (id, width, bytes) in self.tiler.partial() {
            self.write(&id.path(Some(width)), &bytes)?;
        }
        let width = size % TILE_WIDTH;
        if width > 0 {
            self.write_bundle(size / TILE_WIDTH, Some(width))?;
        }
        let tiles = Written { directory: &self.directory, size };
        for index in proofs {
            let path = prove_inclusion(*index, size, &tiles)?;
            let proof = TlogProof { index: *index, path, note: self.note.clone() };
            self.write(&format!("proof/{index}"), proof.to_string().as_bytes())?;
        }
        self.write("vkey", format!("{}\n", self.key).as_bytes())?;
        self.write("checkpoint", self.note.as_bytes())?;
        Ok(self.checkpoint)
    }

    fn write_bundle(&mut self, index: u64, width: Option<u64>) -> Result<(), ExportError> {
        let bundle = std::mem::take(&mut self.bundle);
        self.write(&format!("tile/entries/{}", index_path(index, width)), &bundle)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        let path = self.directory.join(name);
        let written = match path.parent() {
            Some(parent) => fs::create_dir_all(parent).and_then(|()| fs::write(&path, bytes)),
            None => fs::write(&path, bytes),
        };
        written.map_err(|source| ExportError::Io { path, source })
    }
}

/// The tiles already in the directory.
struct Written<'a> {
    directory: &'a Path,
    size: u64,
}

impl HashSource for Written<'_> {
    fn hashes(&self, level: u8, range: Range<u64>) -> Option<Vec<Hash>> {
        let id = TileId { level, index: range.start / TILE_WIDTH };
        let count = self.size.checked_shr(8 * u32::from(level))?;
        let width = (!id.is_full(self.size)).then_some(count % TILE_WIDTH);
        let bytes = fs::read(self.directory.join(id.path(width))).ok()?;
        let (hashes, _) = bytes.as_chunks::<32>();
        let start = usize::try_from(range.start % TILE_WIDTH).ok()?;
        let length = usize::try_from(range.end - range.start).ok()?;
        hashes.get(start..start + length).map(<[Hash]>::to_vec)
    }
}

#[cfg(test)]
mod tests;
