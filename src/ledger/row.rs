//! The digest of a database row, in a form in which no two different rows are alike.

use sha2::{Digest as _, Sha256};

use super::Hash;

/// Separates row digests from every other use of SHA-256 in the ledger.
const ROW_DOMAIN: &[u8] = b"tutela/row/v1\0";
/// Separates links of a chain of rows from the rows themselves.
const CHAIN_DOMAIN: &[u8] = b"tutela/rows/v1\0";

/// Where a [`chain`] of append-only rows begins.
pub const CHAIN_START: Hash = [0; 32];

/// Builds the SHA-256 digest of one row from its table, column names, types and values.
///
/// Each column is written as name, type and value with their lengths, and the columns are sorted
/// before hashing: the order of the calls does not matter, and no value can pass for two.
/// `null("x")`, `text("x", "")` and `bytes("x", b"")` differ.
///
/// ```
/// use tutela::ledger::RowDigest;
/// let row = |version| RowDigest::new("case_file").text("main_state", "intake").int("version", version).finish();
/// assert_ne!(row(1), row(2));
/// ```
#[derive(Debug, Clone)]
#[must_use = "call `finish` to get the digest"]
pub struct RowDigest {
    /// The table, then the columns in the order in which they were named.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

/// Room for a row without long values, and for its columns.
const USUAL: (usize, usize) = (1024, 40);

#[derive(Clone, Copy)]
enum Type {
    Null = 0,
    Text = 1,
    Int = 2,
    Bytes = 3,
    Flag = 4,
}

impl RowDigest {
    /// Begins the digest of a row of `table`.
    pub fn new(table: &str) -> Self {
        let mut row = Self { bytes: Vec::with_capacity(USUAL.0), ends: Vec::with_capacity(USUAL.1) };
        put(&mut row.bytes, table.as_bytes());
        row.ends.push(row.bytes.len());
        row
    }

    /// A text column.
    pub fn text(self, column: &str, value: &str) -> Self {
        self.column(column, Type::Text, value.as_bytes())
    }

    /// An integer column.
    pub fn int(self, column: &str, value: i64) -> Self {
        self.column(column, Type::Int, &value.to_be_bytes())
    }

    /// A binary column: ciphertext, hash, identifier.
    pub fn bytes(self, column: &str, value: &[u8]) -> Self {
        self.column(column, Type::Bytes, value)
    }

    /// A truth value, however the database stores it.
    pub fn flag(self, column: &str, value: bool) -> Self {
        self.column(column, Type::Flag, &[u8::from(value)])
    }

    /// A column without a value.
    pub fn null(self, column: &str) -> Self {
        self.column(column, Type::Null, &[])
    }

    /// A text column that may be null.
    pub fn text_opt(self, column: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(column, value),
            None => self.null(column),
        }
    }

    /// An integer column that may be null.
    pub fn int_opt(self, column: &str, value: Option<i64>) -> Self {
        match value {
            Some(value) => self.int(column, value),
            None => self.null(column),
        }
    }

    /// A binary column that may be null.
    pub fn bytes_opt(self, column: &str, value: Option<&[u8]>) -> Self {
        match value {
            Some(value) => self.bytes(column, value),
            None => self.null(column),
        }
    }

    /// The digest.
    pub fn finish(self) -> Hash {
        let mut parts = std::iter::once(0).chain(self.ends.iter().copied()).zip(&self.ends);
        let mut next = || parts.next().and_then(|(from, to)| self.bytes.get(from..*to));
        let table = next().unwrap_or_default();
        let mut columns: Vec<&[u8]> = std::iter::from_fn(next).collect();
        columns.sort_unstable();
        let mut hasher = Sha256::new();
        hasher.update(ROW_DOMAIN);
        hasher.update(table);
        hasher.update((columns.len() as u64).to_be_bytes());
        for column in columns {
            hasher.update(column);
        }
        hasher.finalize().into()
    }

    fn column(mut self, name: &str, kind: Type, value: &[u8]) -> Self {
        put(&mut self.bytes, name.as_bytes());
        self.bytes.push(kind as u8);
        put(&mut self.bytes, value);
        self.ends.push(self.bytes.len());
        self
    }
}

/// Adds a row to a chain of rows that are only ever appended: SHA-256 over the digest so far
/// (at first [`CHAIN_START`]) and the row's own digest.
pub fn chain(prev: &Hash, row: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(CHAIN_DOMAIN);
    hasher.update(prev);
    hasher.update(row);
    hasher.finalize().into()
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rows_that_look_alike_differ() {
        let rows = [
            RowDigest::new("t"),
            RowDigest::new("t").null("a"),
            RowDigest::new("t").text("a", ""),
            RowDigest::new("t").bytes("a", b""),
            RowDigest::new("t").text("a", "1"),
            RowDigest::new("t").int("a", 1),
            RowDigest::new("t").bytes("a", &1_i64.to_be_bytes()),
            RowDigest::new("t").flag("a", true),
            RowDigest::new("t").flag("a", false),
            RowDigest::new("t").bytes("a", b"\x01"),
            RowDigest::new("t").text("a", "b").text("c", "d"),
            RowDigest::new("t").text("a", "bc").text("", "d"),
            RowDigest::new("ta").text("", "b"),
            RowDigest::new("t").text("a", "x").text("a", "y"),
            RowDigest::new("t").text("a", "y"),
        ];
        let count = rows.len();
        let digests: BTreeSet<_> = rows.into_iter().map(RowDigest::finish).collect();
        assert_eq!(digests.len(), count);
    }

    #[test]
    fn the_order_of_the_calls_does_not_matter_and_of_the_chain_does() {
        let a = RowDigest::new("t").int("n", 1).text("s", "x").finish();
        assert_eq!(a, RowDigest::new("t").text("s", "x").int("n", 1).finish());
        let b = RowDigest::new("t").int("n", 2).text("s", "x").finish();
        assert_ne!(chain(&chain(&CHAIN_START, &a), &b), chain(&chain(&CHAIN_START, &b), &a));
    }

    proptest! {
        #[test]
        fn different_columns_have_different_digests(
            a in prop::collection::btree_map("[ab]{0,2}", "[ab]{0,3}", 0..4),
            b in prop::collection::btree_map("[ab]{0,2}", "[ab]{0,3}", 0..4),
        ) {
            let digest = |row: &std::collections::BTreeMap<String, String>| {
                row.iter().fold(RowDigest::new("t"), |r, (name, value)| r.text(name, value)).finish()
            };
            prop_assert_eq!(a == b, digest(&a) == digest(&b));
        }
    }
}
