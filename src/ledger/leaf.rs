//! One leaf: an act as the ledger writes it down, without any personal data.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, SubsecRound as _, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::canonical;
use super::merkle::{Hash, leaf_hash};

/// The longest leaf: an entry bundle counts its bytes in 16 bits (C2SP tlog-tiles).
pub const MAX_LEAF_BYTES: usize = 65_535;
/// The version of the leaf's form, its `v`.
pub const LEAF_VERSION: u8 = 1;
/// The longest act, actor or policy id, in bytes.
const MAX_TOKEN_BYTES: usize = 128;

/// An act, as it stands in the ledger.
///
/// It holds identifiers and hashes only. `act`, `by` and `dec` are tokens of `A–Z a–z 0–9
/// . _ : @ / -`, which keeps names and free text out by form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What was done, such as `case.update` or `session.refused`.
    pub act: String,
    /// When. Written in milliseconds; anything finer is cut off.
    pub at: DateTime<Utc>,
    /// Who, such as `u:<uuid>`, or the name of a job.
    pub by: String,
    /// The case it concerns; `None` for sign-ins, key events and list views.
    pub case: Option<Uuid>,
    /// The hash of the case's previous leaf; present exactly when `cseq` is above 1.
    pub cprev: Option<Hash>,
    /// The place in the case's own chain, from 1. A leaf may name a case and stay outside its
    /// chain (a read, a refusal).
    pub cseq: Option<u64>,
    /// The policies that decided.
    pub dec: Vec<String>,
    /// SHA-256 of the encrypted detail stored beside the leaf; [`no_detail`] when there is none.
    pub det: Hash,
    /// Commitments of the case keys that this act destroys.
    pub gone: Vec<Hash>,
    /// Commitments of the case keys that it makes in their place.
    pub made: Vec<Hash>,
    /// Whether the act was permitted and done.
    pub ok: bool,
    /// SHA-256 of the set of policies in force.
    pub pol: Hash,
    /// The request that brought it about.
    pub req: Uuid,
    /// The digest of all rows of the case after the act; only inside the case's chain.
    pub state: Option<Hash>,
}

/// Why bytes are not a leaf, or a leaf cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeafError {
    /// Longer than [`MAX_LEAF_BYTES`].
    #[error("longer than 65,535 bytes")]
    TooLong,
    /// Not a JSON object with exactly the fields of a leaf.
    #[error("not JSON with exactly the fields of a leaf")]
    Malformed,
    /// The same value has another, canonical, form.
    #[error("not in canonical form")]
    NotCanonical,
    /// A version this program does not know.
    #[error("of an unknown version")]
    Version,
    /// The field has a form it must not have.
    #[error("field `{0}` is not well formed")]
    Field(&'static str),
    /// `case`, `cseq`, `cprev` and `state` contradict each other.
    #[error("the place in the case's chain contradicts itself")]
    Chain,
}

/// The `det` of a leaf without a detail: SHA-256 of nothing.
pub fn no_detail() -> Hash {
    static EMPTY: LazyLock<Hash> = LazyLock::new(|| Sha256::digest([]).into());
    *EMPTY
}

/// The `det` of a leaf with this encrypted detail.
pub fn detail_hash(detail: Option<&[u8]>) -> Hash {
    detail.map_or_else(no_detail, |detail| Sha256::digest(detail).into())
}

/// The fields as JSON has them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    act: String,
    at: String,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    case: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cprev: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cseq: Option<u64>,
    dec: Vec<String>,
    det: String,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    gone: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    made: Vec<String>,
    ok: bool,
    pol: String,
    req: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    state: Option<String>,
    v: u8,
}

impl Leaf {
    /// The canonical bytes.
    ///
    /// # Errors
    /// [`LeafError::Field`], [`LeafError::Chain`] or [`LeafError::TooLong`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, LeafError> {
        self.check()?;
        let wire = Wire {
            act: self.act.clone(),
            at: self.at_text(),
            by: self.by.clone(),
            case: self.case.map(|case| format!("c:{case}")),
            cprev: self.cprev.map(|hash| STANDARD.encode(hash)),
            cseq: self.cseq,
            dec: self.dec.clone(),
            det: STANDARD.encode(self.det),
            gone: self.gone.iter().map(|hash| STANDARD.encode(hash)).collect(),
            made: self.made.iter().map(|hash| STANDARD.encode(hash)).collect(),
            ok: self.ok,
            pol: STANDARD.encode(self.pol),
            req: self.req.to_string(),
            state: self.state.map(|hash| STANDARD.encode(hash)),
            v: LEAF_VERSION,
        };
        let bytes = canonical::to_vec(&wire).map_err(|_| LeafError::Field("cseq"))?;
        if bytes.len() > MAX_LEAF_BYTES { Err(LeafError::TooLong) } else { Ok(bytes) }
    }

    /// The canonical bytes and their hash in the tree.
    ///
    /// # Errors
    /// As [`Leaf::to_bytes`].
    pub fn seal(&self) -> Result<(Vec<u8>, Hash), LeafError> {
        let bytes = self.to_bytes()?;
        let hash = leaf_hash(&bytes);
        Ok((bytes, hash))
    }

    /// Reads a leaf back. Only the bytes that [`Leaf::to_bytes`] writes are accepted.
    ///
    /// # Errors
    /// [`LeafError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        if bytes.len() > MAX_LEAF_BYTES {
            return Err(LeafError::TooLong);
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(|_| LeafError::Malformed)?;
        if wire.v != LEAF_VERSION {
            return Err(LeafError::Version);
        }
        let leaf = Self {
            act: wire.act,
            at: DateTime::parse_from_rfc3339(&wire.at).map_err(|_| LeafError::Field("at"))?.to_utc(),
            by: wire.by,
            case: match wire.case {
                Some(case) => Some(
                    case.strip_prefix("c:").and_then(|id| id.parse().ok()).ok_or(LeafError::Field("case"))?,
                ),
                None => None,
            },
            cprev: wire.cprev.map(|text| hash("cprev", &text)).transpose()?,
            cseq: wire.cseq,
            dec: wire.dec,
            det: hash("det", &wire.det)?,
            gone: hashes("gone", &wire.gone)?,
            made: hashes("made", &wire.made)?,
            ok: wire.ok,
            pol: hash("pol", &wire.pol)?,
            req: wire.req.parse().map_err(|_| LeafError::Field("req"))?,
            state: wire.state.map(|text| hash("state", &text)).transpose()?,
        };
        if leaf.to_bytes()? == bytes { Ok(leaf) } else { Err(LeafError::NotCanonical) }
    }

    /// The time as the leaf and its copy for queries write it, such as `2026-01-31T08:00:00.000Z`.
    pub fn at_text(&self) -> String {
        self.at.trunc_subsecs(3).to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    fn check(&self) -> Result<(), LeafError> {
        let token = |name, text: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@/-".contains(&byte);
            let fits = !text.is_empty() && text.len() <= MAX_TOKEN_BYTES && text.bytes().all(plain);
            if fits { Ok(()) } else { Err(LeafError::Field(name)) }
        };
        token("act", &self.act)?;
        token("by", &self.by)?;
        self.dec.iter().try_for_each(|id| token("dec", id))?;
        let fits = match self.cseq {
            None => self.cprev.is_none() && self.state.is_none(),
            Some(0) => false,
            Some(cseq) => self.case.is_some() && self.cprev.is_some() == (cseq > 1),
        };
        if fits { Ok(()) } else { Err(LeafError::Chain) }
    }
}

fn hashes(name: &'static str, texts: &[String]) -> Result<Vec<Hash>, LeafError> {
    texts.iter().map(|text| hash(name, text)).collect()
}

fn hash(name: &'static str, text: &str) -> Result<Hash, LeafError> {
    let bytes = STANDARD.decode(text).map_err(|_| LeafError::Field(name))?;
    bytes.try_into().map_err(|_| LeafError::Field(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> Leaf {
        Leaf {
            act: "case.update".into(),
            at: "2026-01-31T08:00:00.1239Z".parse().unwrap(),
            by: "u:018f3b5e-0000-7000-8000-000000000001".into(),
            case: Some(Uuid::from_u128(7)),
            cprev: Some([1; 32]),
            cseq: Some(17),
            dec: vec!["p1.caseworker-caseload".into()],
            det: no_detail(),
            gone: Vec::new(),
            made: Vec::new(),
            ok: true,
            pol: [2; 32],
            req: Uuid::from_u128(9),
            state: Some([3; 32]),
        }
    }

    #[test]
    fn is_written_canonically_and_read_back() {
        let (bytes, hash) = leaf().seal().unwrap();
        let b64 = |byte| STANDARD.encode([byte; 32]);
        let expected = format!(
            r#"{{"act":"case.update","at":"2026-01-31T08:00:00.123Z","by":"u:018f3b5e-0000-7000-8000-000000000001","case":"c:00000000-0000-0000-0000-000000000007","cprev":"{}","cseq":17,"dec":["p1.caseworker-caseload"],"det":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","ok":true,"pol":"{}","req":"00000000-0000-0000-0000-000000000009","state":"{}","v":1}}"#,
            b64(1),
            b64(2),
            b64(3)
        );
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
        assert_eq!(hash, <Hash>::from(Sha256::digest([b"\0", bytes.as_slice()].concat())));
        let back = Leaf::parse(&bytes).unwrap();
        assert_eq!(back.seal().unwrap(), (bytes, hash));
        let resealed = Leaf { gone: vec![[4; 32], [5; 32]], made: vec![[6; 32]], ..leaf() };
        assert_eq!(Leaf::parse(&resealed.to_bytes().unwrap()).unwrap().gone, [[4; 32], [5; 32]]);
        let plain = Leaf { case: None, cprev: None, cseq: None, state: None, ..leaf() };
        let bytes = plain.to_bytes().unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("null"));
        assert_eq!(Leaf::parse(&bytes).unwrap().case, None);
    }

    #[test]
    fn other_bytes_are_refused() {
        let text = String::from_utf8(leaf().to_bytes().unwrap()).unwrap();
        for (from, to, error) in [
            ("\"v\":1", "\"v\":2", LeafError::Version),
            ("\"v\":1", "\"v\":1,\"x\":1", LeafError::Malformed),
            ("\"v\":1", "\"v\":1,\"v\":1", LeafError::Malformed),
            ("\"ok\":true,", "", LeafError::Malformed),
            ("\"ok\":true", "\"ok\": true", LeafError::NotCanonical),
            ("case.update", "case\\u002eupdate", LeafError::NotCanonical),
            (".123Z", ".123+00:00", LeafError::NotCanonical),
            (".123Z", ".1230Z", LeafError::NotCanonical),
            ("\"state\":\"AwMD", "\"state\":\"!wMD", LeafError::Field("state")),
            ("case.update", "王小明", LeafError::Field("act")),
            ("case.update", "two words", LeafError::Field("act")),
            ("\"cseq\":17", "\"cseq\":1", LeafError::Chain),
            ("\"cseq\":17,", "", LeafError::Chain),
            ("\"cseq\":17", "\"cseq\":null", LeafError::Chain),
            ("\"ok\":true", "\"gone\":[],\"ok\":true", LeafError::NotCanonical),
            ("\"ok\":true", "\"gone\":[\"AA==\"],\"ok\":true", LeafError::Field("gone")),
        ] {
            assert!(text.contains(from));
            assert_eq!(Leaf::parse(text.replace(from, to).as_bytes()), Err(error), "{to}");
        }
        assert_eq!(Leaf::parse(format!("{text}\n").as_bytes()), Err(LeafError::NotCanonical));
        let long = Leaf { dec: vec!["p".repeat(128); 600], ..leaf() };
        assert_eq!(long.to_bytes(), Err(LeafError::TooLong));
    }
}
