//! Blind indexes: finding a case by a full name, an identity number or a case number without storing any of them.
//!
//! A tag is a truncated HMAC-SHA-256 of the normalised value and of the case's *partition*, one of 64 taken from the
//! case's id. The same name in two cases therefore mostly gives two different tags, which keeps common names from
//! standing out in the table; a search computes all 64. Names have short tags on purpose, so that several names share
//! each one. Whoever searches opens what was found and compares exactly ([`name_matches`](super::name_matches)).
//!
//! The table of the store is `(index_no, partition, tag, case_id)`. Tags are byte strings for every index: the first
//! bits of the MAC, padded with zero bits to whole bytes. `index_no` is `16 × key version + index`, so a version is
//! dropped by deleting its sixteen numbers. New tags are made with the newest key only; probes cover every key still
//! held, and so a re-indexing may take its time.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::id_number::modern_form;
use super::name;
use super::{field, kdf};

/// Number of partitions: the first six bits of the SHA-256 of a case's id.
pub const PARTITIONS: u16 = 64;

/// Bits of a name's tag: among a million persons one stranger or so shares each, and is opened by a search for it. Fewer
/// bits cost searches more and hide little: of rows with one of the hundred commonest names, somebody who ranks tags
/// against names placed 1.2 % right with 17 bits and 1.2 % with 20, but 3.9 % without partitions (simulated, surnames and
/// names as common as in China).
const NAME_BITS: usize = 20;
/// Bits of the tag of a value that identifies by itself.
const EXACT_BITS: usize = 128;
/// Numbers kept for the indexes of one key version.
const NUMBERS: i64 = 16;
const CONTEXT: &[u8] = b"tutela/bidx/v1\0";

/// What can be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Index {
    Name = 1,
    IdNumber = 2,
    CaseNumber = 3,
}

impl Index {
    const ALL: [Self; 3] = [Self::Name, Self::IdNumber, Self::CaseNumber];

    /// The table and the index whose key is derived.
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("person", "name"),
            Self::IdNumber => ("person", "id_number"),
            Self::CaseNumber => ("case", "number"),
        }
    }

    const fn bits(self) -> usize {
        match self {
            Self::Name => NAME_BITS,
            Self::IdNumber | Self::CaseNumber => EXACT_BITS,
        }
    }
}

/// One row of the index, without the case it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag {
    /// Index and version of its key.
    pub index_no: i64,
    /// Partition of the case, 0 to 63.
    pub partition: i64,
    /// The truncated MAC: 3 bytes for a name, 16 for a number.
    pub tag: Vec<u8>,
}

/// A tag that may be in the index if the value searched for is.
pub type Probe = Tag;

/// The keys of the indexes, in every version still held.
pub struct BlindIndex {
    /// Newest first.
    versions: Vec<Version>,
}

/// The index keys derived from one key of the keyring.
struct Version {
    version: i64,
    /// In the order of [`Index::ALL`].
    keys: [Zeroizing<[u8; 32]>; 3],
}

impl std::fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let versions: Vec<i64> = self.versions.iter().map(|version| version.version).collect();
        f.debug_struct("BlindIndex").field("versions", &versions).field("keys", &"***").finish()
    }
}

impl BlindIndex {
    /// Derives the index keys from versions of the blind-index key.
    pub(super) fn new<'a>(keys: impl IntoIterator<Item = (i64, &'a [u8; 32])>) -> Self {
        let mut versions: Vec<Version> = keys
            .into_iter()
            .map(|(version, key)| Version { version, keys: Index::ALL.map(|index| index_key(key, index)) })
            .collect();
        versions.sort_by_key(|version| std::cmp::Reverse(version.version));
        Self { versions }
    }

    /// The tags of a full name: one for its written form and one for each reading. A former name or an alias is
    /// indexed by a call of its own. A single character gets no tag, since a surname alone is never indexed.
    pub fn index_name(&self, case: Uuid, name: &str) -> Vec<Tag> {
        let forms = name::name_forms(name);
        forms.iter().filter_map(|form| self.tag(Index::Name, case, form)).collect()
    }

    /// The tag of an identity number; `None` for an empty one. An old number of fifteen digits has the tag of its
    /// modern form.
    pub fn index_id_number(&self, case: Uuid, number: &str) -> Option<Tag> {
        self.tag(Index::IdNumber, case, &id_number_form(number))
    }

    /// The tag of a case number of a court, procuratorate or police office; `None` for an empty one.
    pub fn index_case_number(&self, case: Uuid, number: &str) -> Option<Tag> {
        self.tag(Index::CaseNumber, case, &case_number_form(number))
    }

    /// What to look for when someone searches a full name, in characters or in pinyin, with or without spaces, tones
    /// and apostrophes. None for a single character.
    pub fn probe_name(&self, query: &str) -> Vec<Probe> {
        name::query_forms(query).iter().flat_map(|form| self.probes(Index::Name, form)).collect()
    }

    /// What to look for when someone searches an identity number.
    pub fn probe_id_number(&self, number: &str) -> Vec<Probe> {
        self.probes(Index::IdNumber, &id_number_form(number))
    }

    /// What to look for when someone searches a case number.
    pub fn probe_case_number(&self, number: &str) -> Vec<Probe> {
        self.probes(Index::CaseNumber, &case_number_form(number))
    }

    /// The index numbers of a key version, first and last: what to delete when the version is dropped.
    pub const fn numbers_of(version: i64) -> (i64, i64) {
        (version * NUMBERS, version * NUMBERS + NUMBERS - 1)
    }

    fn tag(&self, index: Index, case: Uuid, form: &str) -> Option<Tag> {
        let newest = self.versions.first()?;
        (!form.is_empty()).then(|| newest.tag(index, partition(case), form))
    }

    fn probes(&self, index: Index, form: &str) -> Vec<Probe> {
        if form.is_empty() {
            return Vec::new();
        }
        self.versions
            .iter()
            .flat_map(|version| (0..PARTITIONS).map(move |partition| version.tag(index, partition, form)))
            .collect()
    }
}

impl Version {
    fn tag(&self, index: Index, partition: u16, form: &str) -> Tag {
        let [name, id_number, case_number] = &self.keys;
        let key = match index {
            Index::Name => name,
            Index::IdNumber => id_number,
            Index::CaseNumber => case_number,
        };
        Tag {
            index_no: self.version * NUMBERS + index as i64,
            partition: i64::from(partition),
            tag: first_bits(&mac(key.as_slice(), &[&partition.to_be_bytes(), form.as_bytes()]), index.bits()),
        }
    }
}

/// The partition of a case. It depends on the case alone, so a transfer to another office changes no tag.
fn partition(case: Uuid) -> u16 {
    let [first, ..] = <[u8; 32]>::from(Sha256::digest(case.as_bytes()));
    u16::from(first >> 2)
}

fn index_key(key: &[u8; 32], index: Index) -> Zeroizing<[u8; 32]> {
    let (table, name) = index.place();
    let mut context = CONTEXT.to_vec();
    for name in [table, name] {
        // The two names are constants of a few bytes.
        let _ = field::push_name(&mut context, name);
    }
    kdf::expand(key, &[&context])
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The first `bits` of a MAC, padded with zero bits to whole bytes.
fn first_bits(mac: &[u8; 32], bits: usize) -> Vec<u8> {
    let mut tag: Vec<u8> = mac.iter().copied().take(bits.div_ceil(8)).collect();
    if let (Some(last), used @ 1..) = (tag.last_mut(), bits % 8) {
        *last &= 0xff << (8 - used);
    }
    tag
}

fn id_number_form(number: &str) -> String {
    let number: String = name::normalise(number).chars().filter(|c| *c != '-').collect();
    modern_form(&number).unwrap_or(number).to_lowercase()
}

/// Brackets are written in many ways in case numbers and mean the same.
fn case_number_form(number: &str) -> String {
    let bracket = |c| match c {
        '〔' | '[' | '【' | '﹝' | '{' => '(',
        '〕' | ']' | '】' | '﹞' | '}' => ')',
        other => other,
    };
    name::normalise(number).chars().map(bracket).collect()
}

#[cfg(test)]
mod tests;
