//! The faults in words.

use std::fmt;

use super::super::checkpoint::NoteError;
use super::super::leaf::LeafError;
use super::fault::{Fault, Origin};

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeafMissing { seq, next } => {
                write!(f, "leaves {seq} to {} are missing", next.saturating_sub(1))
            }
            Self::LeafOrder { seq, expected } => {
                write!(f, "leaf {seq} stands where leaf {expected} belongs")
            }
            Self::LeafHash { seq, stored, computed } => {
                write!(f, "leaf {seq} was changed: its bytes hash to {computed}, stored is {stored}")
            }
            Self::LeafForm { seq, error } => write!(f, "leaf {seq} is not a leaf: {error}"),
            Self::Detail { seq, expected, found } => {
                write!(f, "the detail of leaf {seq} was changed: expected hash {expected}, found {found}")
            }
            Self::Copy { seq, column, expected } => write!(
                f,
                "column {} of leaf {seq} was changed: expected {}",
                column.column(),
                expected.as_deref().unwrap_or("null")
            ),
            Self::CaseSequence { seq, case, expected, found } => write!(
                f,
                "leaf {seq} is number {found} of case {case}, but number {expected} was due: leaves of this case were removed, added or moved"
            ),
            Self::CaseLink { seq, case, cseq, expected } => write!(
                f,
                "leaf {seq}, number {cseq} of case {case}, does not follow the case's previous leaf: expected {expected}"
            ),
            Self::CheckpointNote { from, size, error } => match size {
                Some(size) => write!(f, "the {from} checkpoint {size} is not valid: {error}"),
                None => write!(f, "the {from} checkpoint is not valid: {error}"),
            },
            Self::CheckpointSize { size, expected } => {
                write!(f, "the checkpoint filed under {size} was signed for {expected} leaves")
            }
            Self::CheckpointRoot { from, size, since, expected, found } => write!(
                f,
                "leaves between {since} and {size} were rewritten after the {from} checkpoint: signed root {expected}, found {found}"
            ),
            Self::CheckpointAhead { from, size, leaves } => write!(
                f,
                "the end of the ledger was cut off: the {from} checkpoint was signed for {size} leaves, there are {leaves}"
            ),
            Self::CheckpointLate { from, size, leaves } => write!(
                f,
                "the {from} checkpoint {size} was not compared, because it was read after {leaves} leaves"
            ),
            Self::Frontier { size, expected } => write!(
                f,
                "the stored frontier was changed: it must hold {size} leaves and lead to root {expected}"
            ),
            Self::Tile { level, index, expected } => {
                write!(f, "tile {level}/{index} was changed: expected bytes with SHA-256 {expected}")
            }
            Self::TileMissing { level, index } => write!(f, "tile {level}/{index} is missing"),
            Self::TileExtra { level, index } => {
                write!(f, "tile {level}/{index} is stored but not part of the tree")
            }
            Self::Pending { id, error } => write!(f, "waiting leaf {id} is not a leaf: {error}"),
            Self::PendingLink { id, case, expected } => {
                write!(f, "waiting leaf {id} does not follow as number {expected} of case {case}")
            }
            Self::CaseHead { case, expected } => {
                write!(f, "case {case} names another last leaf: expected {expected}")
            }
            Self::CaseCount { case, expected, found } => {
                write!(f, "case {case} counts {found} leaves: expected {expected}")
            }
            Self::CaseState { case, expected, found } => write!(
                f,
                "the rows of case {case} were changed outside the service: expected state {expected}, found {found}"
            ),
            Self::CaseUnknown { case } => write!(f, "case {case} is in no leaf"),
            Self::CaseMissing { case } => write!(f, "case {case} was removed"),
        }
    }
}

impl Fault {
    /// The same in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::LeafMissing { seq, next } => {
                format!("第 {seq} 至 {} 条记录缺失", next.saturating_sub(1))
            }
            Self::LeafOrder { seq, expected } => format!("应为第 {expected} 条记录的位置上是第 {seq} 条"),
            Self::LeafHash { seq, stored, computed } => {
                format!("第 {seq} 条记录被改动：按内容计算的哈希为 {computed}，所存为 {stored}")
            }
            Self::LeafForm { seq, error } => format!("第 {seq} 条记录无法识别：{}", leaf_zh(*error)),
            Self::Detail { seq, expected, found } => {
                format!("第 {seq} 条记录的加密详情被改动：哈希应为 {expected}，实为 {found}")
            }
            Self::Copy { seq, column, expected } => format!(
                "第 {seq} 条记录的查询副本 {} 被改动：应为 {}",
                column.column(),
                expected.as_deref().unwrap_or("空值")
            ),
            Self::CaseSequence { seq, case, expected, found } => format!(
                "第 {seq} 条记录是案件 {case} 的第 {found} 条，但应为第 {expected} 条：该案记录曾被删除、增添或移动"
            ),
            Self::CaseLink { seq, case, cseq, expected } => format!(
                "第 {seq} 条记录（案件 {case} 的第 {cseq} 条）没有接续该案上一条记录：应为 {expected}"
            ),
            Self::CheckpointNote { from, size, error } => {
                let size = size.map(|size| format!(" {size} ")).unwrap_or_default();
                format!("{}检查点{size}无效：{}", origin_zh(*from), note_zh(*error))
            }
            Self::CheckpointSize { size, expected } => {
                format!("编号为 {size} 的检查点实际签署的是 {expected} 条记录")
            }
            Self::CheckpointRoot { from, size, since, expected, found } => format!(
                "{}检查点签署之后，第 {since} 至 {size} 条之间的记录被改写：签署的根哈希为 {expected}，实为 {found}",
                origin_zh(*from)
            ),
            Self::CheckpointAhead { from, size, leaves } => {
                format!("账簿末尾被截去：{}检查点签署了 {size} 条记录，现仅有 {leaves} 条", origin_zh(*from))
            }
            Self::CheckpointLate { from, size, leaves } => {
                format!("{}检查点 {size} 未能比对：读到它时已读过 {leaves} 条记录", origin_zh(*from))
            }
            Self::Frontier { size, expected } => {
                format!("所存树前沿被改动：应含 {size} 条记录，根哈希应为 {expected}")
            }
            Self::Tile { level, index, expected } => {
                format!("哈希块 {level}/{index} 被改动：内容的 SHA-256 应为 {expected}")
            }
            Self::TileMissing { level, index } => format!("哈希块 {level}/{index} 缺失"),
            Self::TileExtra { level, index } => format!("哈希块 {level}/{index} 不属于这棵树"),
            Self::Pending { id, error } => format!("待编号记录 {id} 无法识别：{}", leaf_zh(*error)),
            Self::PendingLink { id, case, expected } => {
                format!("待编号记录 {id} 不能接续为案件 {case} 的第 {expected} 条")
            }
            Self::CaseHead { case, expected } => {
                format!("案件 {case} 所记的末条记录不符：应为 {expected}")
            }
            Self::CaseCount { case, expected, found } => {
                format!("案件 {case} 所记的记录条数为 {found}：应为 {expected}")
            }
            Self::CaseState { case, expected, found } => {
                format!("案件 {case} 的数据在系统之外被改动：状态摘要应为 {expected}，实为 {found}")
            }
            Self::CaseUnknown { case } => format!("案件 {case} 没有任何记录"),
            Self::CaseMissing { case } => format!("案件 {case} 已被删除"),
        }
    }
}

fn origin_zh(origin: Origin) -> &'static str {
    match origin {
        Origin::Stored => "所存",
        Origin::Auditor => "审计方",
    }
}

fn leaf_zh(error: LeafError) -> String {
    match error {
        LeafError::TooLong => "超过 65,535 字节".into(),
        LeafError::Malformed => "不是字段齐全且无多余字段的 JSON".into(),
        LeafError::NotCanonical => "不是规范格式".into(),
        LeafError::Version => "版本未知".into(),
        LeafError::Field(name) => format!("字段 {name} 格式有误"),
        LeafError::Chain => "在案件链中的位置自相矛盾".into(),
    }
}

fn note_zh(error: NoteError) -> &'static str {
    match error {
        NoteError::Malformed => "不是格式正确的签名文本",
        NoteError::Text => "签名文本不是三行检查点",
        NoteError::Origin => "属于另一账簿",
        NoteError::Unsigned => "没有指定密钥的签名",
        NoteError::Signature => "签名与内容不符",
        NoteError::Name => "密钥名称有误",
        NoteError::Key => "不是 Ed25519 验证密钥",
    }
}
