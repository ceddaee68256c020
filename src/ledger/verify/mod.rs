//! Reads a whole stored ledger once, in order, and says exactly what was touched.
//!
//! The caller pushes rows and needs no key but the public one:
//!
//! 1. [`Verifier::against`] (the auditor's old checkpoint), [`Verifier::checkpoint`] for each
//!    stored checkpoint, at any time before the leaf with its size as sequence number is pushed;
//! 2. [`Verifier::leaf`] for every leaf by ascending sequence number;
//! 3. [`Verifier::frontier`], [`Verifier::tile`] for every stored tile, [`Verifier::pending`] for
//!    every leaf not yet sequenced;
//! 4. [`Verifier::case`] for every case;
//! 5. [`Verifier::finish`].
//!
//! All rows must come from one snapshot of the database. Memory does not grow with the leaves but
//! for 64 bytes in 256 of them, and with the cases by about a hundred bytes each.

mod cases;
mod fault;
#[cfg(test)]
mod tests;
mod text;

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

pub use fault::{Copied, Fault, Origin};

use self::cases::{Break, Cases};
use super::checkpoint::VerifierKey;
use super::hex;
use super::leaf::{Leaf, detail_hash};
use super::merkle::{Hash, TileId, Tiler, leaf_hash};

/// Faults a report lists; a ledger with more is not explained by listing them.
pub const MAX_FAULTS: usize = 1_000;

/// A row of `ledger_leaf`.
#[derive(Debug, Clone, Copy)]
pub struct StoredLeaf<'a> {
    /// The sequence number, from 0.
    pub seq: u64,
    /// The bytes of the leaf.
    pub leaf: &'a [u8],
    /// The stored hash of the leaf.
    pub leaf_hash: &'a [u8],
    /// The encrypted detail; `None` if the column is null.
    pub detail: Option<&'a [u8]>,
    /// Copy of the case: the bare UUID in hyphenated lower case, without `c:`.
    pub case_id: Option<&'a str>,
    /// Copy of `by`, whole.
    pub actor_id: &'a str,
    /// Copy of `at`, as [`Leaf::at_text`] writes it.
    pub at: &'a str,
    /// Copy of `act`.
    pub act: &'a str,
}

/// What the store has of a case now.
#[derive(Debug, Clone, Copy)]
pub struct StoredCase<'a> {
    /// The case: its UUID in hyphenated form.
    pub case_id: &'a str,
    /// The hash of its last leaf, from its row.
    pub chain_head: &'a [u8],
    /// The number of its leaves, from its row.
    pub cseq: i64,
    /// The digest of its rows, recomputed from them.
    pub state: Hash,
}

/// What was read and what was found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whether the ledger is sound: no fault at all.
    sound: bool,
    /// The name of the ledger.
    pub origin: String,
    /// Leaves read.
    pub leaves: u64,
    /// The root over them in hexadecimal; `None` if some are missing.
    pub root: Option<String>,
    /// Stored checkpoints read.
    pub checkpoints: u64,
    /// The largest size for which a stored checkpoint agrees; later leaves are not signed yet.
    pub signed: u64,
    /// The size of the auditor's checkpoint, if there was one and it agrees.
    pub against: Option<u64>,
    /// Tiles compared.
    pub tiles: u64,
    /// Cases compared.
    pub cases: u64,
    /// Leaves waiting to be sequenced.
    pub pending: u64,
    /// What is wrong, at most [`MAX_FAULTS`]. In JSON each has its table, key and both texts.
    #[serde(serialize_with = "fault::serialize_all")]
    pub faults: Vec<Fault>,
    /// Faults beyond those listed.
    pub omitted: u64,
}

impl Report {
    /// Whether there is no fault.
    pub fn sound(&self) -> bool {
        self.sound
    }
}

/// The trees that the leaves read so far may make.
struct Trees {
    /// From the bytes of the leaves.
    bytes: Tiler,
    /// From the stored hashes, once they differ: if this one agrees with the checkpoints, the
    /// bytes were changed and not the rest.
    hashes: Option<Tiler>,
}

/// See the [module](self).
pub struct Verifier {
    key: VerifierKey,
    next: u64,
    /// `None` after missing leaves: no later root can be computed.
    trees: Option<Trees>,
    /// SHA-256 of each completed tile of either tree, until it is compared.
    tiles: HashMap<TileId, [Hash; 2]>,
    due: BTreeMap<u64, Vec<(Origin, Hash)>>,
    agreed: u64,
    /// A stored checkpoint disagreed, so all later ones will; they are not reported again.
    rewritten: bool,
    frontier: bool,
    cases: Cases,
    report: Report,
}

impl Verifier {
    /// Verifies the ledger that signs with `key`.
    pub fn new(key: VerifierKey) -> Self {
        let report = Report {
            sound: true,
            origin: key.name().to_owned(),
            leaves: 0,
            root: None,
            checkpoints: 0,
            signed: 0,
            against: None,
            tiles: 0,
            cases: 0,
            pending: 0,
            faults: Vec::new(),
            omitted: 0,
        };
        Self {
            key,
            next: 0,
            trees: Some(Trees { bytes: Tiler::new(), hashes: None }),
            tiles: HashMap::new(),
            due: BTreeMap::new(),
            agreed: 0,
            rewritten: false,
            frontier: false,
            cases: Cases::default(),
            report,
        }
    }

    /// An older checkpoint that the auditor kept elsewhere: the ledger must still begin with it.
    pub fn against(&mut self, note: &str) {
        self.open(Origin::Auditor, None, note);
    }

    /// A row of `ledger_checkpoint`.
    pub fn checkpoint(&mut self, size: u64, note: &str) {
        self.report.checkpoints += 1;
        self.open(Origin::Stored, Some(size), note);
    }

    fn open(&mut self, from: Origin, size: Option<u64>, note: &str) {
        let signed = match self.key.open(note) {
            Ok(signed) => signed,
            Err(error) => return self.fault(Fault::CheckpointNote { from, size, error }),
        };
        if let Some(size) = size.filter(|size| *size != signed.size) {
            self.fault(Fault::CheckpointSize { size, expected: signed.size });
        }
        if signed.size < self.next {
            return self.fault(Fault::CheckpointLate { from, size: signed.size, leaves: self.next });
        }
        self.due.entry(signed.size).or_default().push((from, signed.root));
        self.settle();
    }

    /// A row of `ledger_leaf`.
    pub fn leaf(&mut self, row: &StoredLeaf<'_>) {
        let seq = row.seq;
        if seq < self.next {
            return self.fault(Fault::LeafOrder { seq, expected: self.next });
        }
        if seq > self.next {
            self.fault(Fault::LeafMissing { seq: self.next, next: seq });
            self.trees = None;
        }
        self.next = seq + 1;
        self.report.leaves += 1;
        let computed = leaf_hash(row.leaf);
        let stored = row.leaf_hash.try_into().unwrap_or([0; 32]);
        self.grow(computed, stored);
        match Leaf::parse(row.leaf) {
            _ if computed != stored => {
                let (stored_hex, computed_hex) = (hex(row.leaf_hash), hex(&computed));
                self.fault(Fault::LeafHash { seq, stored: stored_hex, computed: computed_hex });
                self.cases.damaged(row.case_id.unwrap_or_default(), computed, stored);
            }
            Err(error) => {
                self.fault(Fault::LeafForm { seq, error });
                self.cases.damaged(row.case_id.unwrap_or_default(), computed, stored);
            }
            Ok(leaf) => {
                self.compare_copies(row, &leaf);
                if let Some((case, broken)) = self.cases.follow(&leaf, computed) {
                    let case = case.to_string();
                    self.fault(match broken {
                        Break::Sequence { expected, found } => {
                            Fault::CaseSequence { seq, case, expected, found }
                        }
                        Break::Link { cseq, expected } => {
                            Fault::CaseLink { seq, case, cseq, expected: hex(&expected) }
                        }
                    });
                }
            }
        }
        self.settle();
    }

    fn grow(&mut self, computed: Hash, stored: Hash) {
        let Some(trees) = &mut self.trees else { return };
        if computed != stored && trees.hashes.is_none() {
            trees.hashes = Some(trees.bytes.clone());
        }
        let tiles = trees.bytes.push(computed);
        let others = trees.hashes.as_mut().map(|tree| tree.push(stored));
        for (at, tile) in tiles.iter().enumerate() {
            let other = others.as_ref().and_then(|others| others.get(at)).unwrap_or(tile);
            let digests = [&tile.bytes, &other.bytes].map(|bytes| Sha256::digest(bytes).into());
            self.tiles.insert(tile.id, digests);
        }
    }

    fn compare_copies(&mut self, row: &StoredLeaf<'_>, leaf: &Leaf) {
        let seq = row.seq;
        let found = detail_hash(row.detail);
        if found != leaf.det {
            self.fault(Fault::Detail { seq, expected: hex(&leaf.det), found: hex(&found) });
        }
        let case = leaf.case.map(|case| case.to_string());
        for (column, copy, expected) in [
            (Copied::CaseId, row.case_id, case),
            (Copied::ActorId, Some(row.actor_id), Some(leaf.by.clone())),
            (Copied::At, Some(row.at), Some(leaf.at_text())),
            (Copied::Act, Some(row.act), Some(leaf.act.clone())),
        ] {
            if copy != expected.as_deref() {
                self.fault(Fault::Copy { seq, column, expected });
            }
        }
    }

    /// Compares the checkpoints whose size has been reached.
    fn settle(&mut self) {
        while let Some(entry) = self.due.first_entry().filter(|entry| *entry.key() <= self.next) {
            let (size, checkpoints) = entry.remove_entry();
            // While no leaf is missing, every size is met exactly.
            let Some(trees) = &self.trees else { continue };
            let root = trees.bytes.frontier().root();
            let other = trees.hashes.as_ref().map(|tree| tree.frontier().root());
            for (from, signed) in checkpoints {
                if signed == root || Some(signed) == other {
                    self.agreed = size;
                    match from {
                        Origin::Stored => (self.report.signed, self.rewritten) = (size, false),
                        Origin::Auditor => self.report.against = Some(size),
                    }
                } else if from == Origin::Auditor || !self.rewritten {
                    self.rewritten |= from == Origin::Stored;
                    let (expected, found) = (hex(&signed), hex(&root));
                    self.fault(Fault::CheckpointRoot { from, size, since: self.agreed, expected, found });
                }
            }
        }
    }

    /// The row of `ledger_head`, after all leaves: the number of leaves it claims, and the frontier.
    pub fn head(&mut self, size: u64, bytes: &[u8]) {
        self.frontier = true;
        let Some(trees) = &self.trees else { return };
        let fits = |tree: &Tiler| tree.frontier().len() == size && tree.frontier().to_bytes() == bytes;
        if !fits(&trees.bytes) && !trees.hashes.as_ref().is_some_and(fits) {
            let expected = hex(&trees.bytes.frontier().root());
            self.fault(Fault::Frontier { size: self.next, expected });
        }
    }

    /// A row of `ledger_tile`, after all leaves; in any order.
    pub fn tile(&mut self, level: u8, index: u64, bytes: &[u8]) {
        self.report.tiles += 1;
        match self.tiles.remove(&TileId { level, index }) {
            Some(digests) => {
                let found = Hash::from(Sha256::digest(bytes));
                if let [expected, other] = digests
                    && found != expected
                    && found != other
                {
                    self.fault(Fault::Tile { level, index, expected: hex(&expected) });
                }
            }
            None if self.trees.is_some() => self.fault(Fault::TileExtra { level, index }),
            None => {}
        }
    }

    /// A row of `ledger_outbox`, after all leaves: a leaf that is in its case's chain but not yet
    /// in the tree. Those of one case must come in their order.
    pub fn pending(&mut self, id: i64, leaf: &[u8]) {
        self.report.pending += 1;
        match Leaf::parse(leaf) {
            Err(error) => self.fault(Fault::Pending { id, error }),
            Ok(leaf_read) => {
                if let Some((case, broken)) = self.cases.follow(&leaf_read, leaf_hash(leaf)) {
                    let (Break::Sequence { expected, .. } | Break::Link { cseq: expected, .. }) = broken;
                    self.fault(Fault::PendingLink { id, case: case.to_string(), expected });
                }
            }
        }
    }

    /// A case as it stands, after all leaves and pending leaves.
    pub fn case(&mut self, row: &StoredCase<'_>) {
        self.report.cases += 1;
        for fault in self.cases.compare(row) {
            self.fault(fault);
        }
    }

    /// The report, once everything has been pushed.
    pub fn finish(mut self) -> Report {
        let leaves = self.next;
        for from in [Origin::Stored, Origin::Auditor] {
            // The largest says it for all that were cut off.
            let of = |notes: &[(Origin, Hash)]| notes.iter().any(|(whose, _)| *whose == from);
            if let Some((&size, _)) = self.due.iter().rev().find(|(_, notes)| of(notes)) {
                self.fault(Fault::CheckpointAhead { from, size, leaves });
            }
        }
        if let Some(trees) = &self.trees {
            let root = hex(&trees.bytes.frontier().root());
            if !self.frontier && leaves > 0 {
                self.fault(Fault::Frontier { size: leaves, expected: root.clone() });
            }
            self.report.root = Some(root);
        }
        let mut missing: Vec<TileId> = self.tiles.keys().copied().collect();
        missing.sort_unstable();
        for TileId { level, index } in missing {
            self.fault(Fault::TileMissing { level, index });
        }
        for case in self.cases.unseen() {
            self.fault(Fault::CaseMissing { case: case.to_string() });
        }
        self.report
    }

    fn fault(&mut self, fault: Fault) {
        self.report.sound = false;
        if self.report.faults.len() < MAX_FAULTS {
            self.report.faults.push(fault);
        } else {
            self.report.omitted += 1;
        }
    }
}
