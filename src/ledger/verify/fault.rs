//! What verification finds: each fault names the table, the key and what should be there.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::super::checkpoint::NoteError;
use super::super::leaf::LeafError;

/// Where a checkpoint came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From the ledger's own table.
    Stored,
    /// From the auditor, who kept it elsewhere.
    Auditor,
}

/// A copy of a leaf's field that is kept for queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Copied {
    /// The case of the leaf.
    CaseId,
    /// Who acted.
    ActorId,
    /// When.
    At,
    /// What was done.
    Act,
}

impl Copied {
    /// The name of the column.
    pub fn column(self) -> &'static str {
        match self {
            Self::CaseId => "case_id",
            Self::ActorId => "actor_id",
            Self::At => "at",
            Self::Act => "act",
        }
    }
}

/// One thing that is not as it must be. Hashes are in hexadecimal. `Display` is the English
/// text, [`Fault::zh`] the Chinese one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// Leaves are gone: the next stored one after `seq` is `next`.
    LeafMissing {
        /// The first missing one.
        seq: u64,
        /// The next that is there.
        next: u64,
    },
    /// A leaf came again or out of order.
    LeafOrder {
        /// The leaf.
        seq: u64,
        /// The number that was due.
        expected: u64,
    },
    /// `leaf` and `leaf_hash` of a row do not belong together: one of them was changed.
    LeafHash {
        /// The leaf.
        seq: u64,
        /// The stored hash.
        stored: String,
        /// The hash of the stored bytes.
        computed: String,
    },
    /// The bytes are not a leaf.
    LeafForm {
        /// The leaf.
        seq: u64,
        /// Why.
        error: LeafError,
    },
    /// The encrypted detail is not the one the leaf speaks of.
    Detail {
        /// The leaf.
        seq: u64,
        /// The hash the leaf gives.
        expected: String,
        /// The hash of the stored detail.
        found: String,
    },
    /// A copy kept for queries differs from the leaf.
    Copy {
        /// The leaf.
        seq: u64,
        /// Which copy.
        column: Copied,
        /// What the leaf says; `None` for null.
        expected: Option<String>,
    },
    /// A leaf does not follow the previous one of its case.
    CaseSequence {
        /// The leaf.
        seq: u64,
        /// The case.
        case: String,
        /// The number in the case's chain that was due.
        expected: u64,
        /// The number the leaf has.
        found: u64,
    },
    /// A leaf follows on another leaf than the previous one of its case.
    CaseLink {
        /// The leaf.
        seq: u64,
        /// The case.
        case: String,
        /// The number in the case's chain.
        cseq: u64,
        /// The hash of the case's previous leaf.
        expected: String,
    },
    /// A checkpoint is damaged, or not signed by this ledger.
    CheckpointNote {
        /// Whose.
        from: Origin,
        /// Its key, the number of leaves; `None` for the auditor's.
        size: Option<u64>,
        /// Why.
        error: NoteError,
    },
    /// A stored checkpoint is filed under another size than it has.
    CheckpointSize {
        /// Its key.
        size: u64,
        /// The size that was signed.
        expected: u64,
    },
    /// The leaves do not have the root that was signed: the ledger was rewritten after `since`.
    CheckpointRoot {
        /// Whose.
        from: Origin,
        /// The number of leaves signed for.
        size: u64,
        /// The largest smaller size at which a checkpoint still agrees.
        since: u64,
        /// The signed root.
        expected: String,
        /// The root of the stored leaves.
        found: String,
    },
    /// More leaves were signed for than there are: the end was cut off.
    CheckpointAhead {
        /// Whose.
        from: Origin,
        /// The number of leaves signed for.
        size: u64,
        /// The number there are.
        leaves: u64,
    },
    /// A checkpoint could not be compared because it came after its leaves.
    CheckpointLate {
        /// Whose.
        from: Origin,
        /// The number of leaves signed for.
        size: u64,
        /// The number already read.
        leaves: u64,
    },
    /// The stored frontier is not that of the leaves.
    Frontier {
        /// The number of leaves.
        size: u64,
        /// The root it must lead to.
        expected: String,
    },
    /// A stored tile differs from the leaves.
    Tile {
        /// Its level.
        level: u8,
        /// Its index.
        index: u64,
        /// SHA-256 of the right bytes.
        expected: String,
    },
    /// A full tile is not stored.
    TileMissing {
        /// Its level.
        level: u8,
        /// Its index.
        index: u64,
    },
    /// A tile is stored that the tree does not fill, or it is stored twice.
    TileExtra {
        /// Its level.
        level: u8,
        /// Its index.
        index: u64,
    },
    /// A leaf waiting to be sequenced is damaged.
    Pending {
        /// Its key.
        id: i64,
        /// Why.
        error: LeafError,
    },
    /// A leaf waiting to be sequenced does not follow the previous one of its case.
    PendingLink {
        /// Its key.
        id: i64,
        /// The case.
        case: String,
        /// The number in the case's chain that was due.
        expected: u64,
    },
    /// The case's row names another last leaf.
    CaseHead {
        /// The case.
        case: String,
        /// The hash of its last leaf.
        expected: String,
    },
    /// The case's row counts its leaves otherwise.
    CaseCount {
        /// The case.
        case: String,
        /// The number of its leaves.
        expected: u64,
        /// The number in the row.
        found: i64,
    },
    /// The rows of the case are not those that its last leaf vouched for.
    CaseState {
        /// The case.
        case: String,
        /// The digest in the leaf.
        expected: String,
        /// The digest of the rows.
        found: String,
    },
    /// There is a case that no leaf speaks of.
    CaseUnknown {
        /// The case.
        case: String,
    },
    /// The leaves speak of a case that is not there.
    CaseMissing {
        /// The case.
        case: String,
    },
}

impl Fault {
    /// The table that was touched.
    pub fn table(&self) -> &'static str {
        match self {
            Self::LeafMissing { .. }
            | Self::LeafOrder { .. }
            | Self::LeafHash { .. }
            | Self::LeafForm { .. }
            | Self::Detail { .. }
            | Self::Copy { .. }
            | Self::CaseSequence { .. }
            | Self::CaseLink { .. }
            | Self::CheckpointRoot { .. }
            | Self::CheckpointAhead { .. } => "ledger_leaf",
            Self::CheckpointNote { from: Origin::Auditor, .. }
            | Self::CheckpointLate { from: Origin::Auditor, .. } => "against",
            Self::CheckpointNote { .. } | Self::CheckpointSize { .. } | Self::CheckpointLate { .. } => {
                "ledger_checkpoint"
            }
            Self::Frontier { .. } => "ledger_head",
            Self::Tile { .. } | Self::TileMissing { .. } | Self::TileExtra { .. } => "ledger_tile",
            Self::Pending { .. } | Self::PendingLink { .. } => "ledger_outbox",
            Self::CaseHead { .. }
            | Self::CaseCount { .. }
            | Self::CaseState { .. }
            | Self::CaseUnknown { .. }
            | Self::CaseMissing { .. } => "case_file",
        }
    }

    /// The key of the row in [`Fault::table`], as far as it is known.
    pub fn key(&self) -> String {
        match self {
            Self::LeafMissing { seq, next } => format!("{seq}..{next}"),
            Self::LeafOrder { seq, .. }
            | Self::LeafHash { seq, .. }
            | Self::LeafForm { seq, .. }
            | Self::Detail { seq, .. }
            | Self::Copy { seq, .. }
            | Self::CaseSequence { seq, .. }
            | Self::CaseLink { seq, .. } => seq.to_string(),
            Self::CheckpointRoot { since, size, .. } => format!("{since}..{size}"),
            Self::CheckpointAhead { leaves, size, .. } => format!("{leaves}..{size}"),
            Self::CheckpointNote { size, .. } => size.map(|size| size.to_string()).unwrap_or_default(),
            Self::CheckpointSize { size, .. } | Self::CheckpointLate { size, .. } => size.to_string(),
            Self::Frontier { .. } => "1".to_owned(),
            Self::Tile { level, index, .. }
            | Self::TileMissing { level, index }
            | Self::TileExtra { level, index } => format!("{level}/{index}"),
            Self::Pending { id, .. } | Self::PendingLink { id, .. } => id.to_string(),
            Self::CaseHead { case, .. }
            | Self::CaseCount { case, .. }
            | Self::CaseState { case, .. }
            | Self::CaseUnknown { case }
            | Self::CaseMissing { case } => case.clone(),
        }
    }
}

/// Writes a report's faults, each with its table, its key and both texts.
pub(super) fn serialize_all<S: Serializer>(faults: &[Fault], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(faults.iter().map(Line))
}

struct Line<'a>(&'a Fault);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("table", self.0.table())?;
        line.serialize_entry("key", &self.0.key())?;
        line.serialize_entry("fault", self.0)?;
        line.serialize_entry("en", &self.0.to_string())?;
        line.serialize_entry("zh", &self.0.zh())?;
        line.end()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stored => "stored",
            Self::Auditor => "auditor's",
        })
    }
}
