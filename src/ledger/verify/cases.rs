//! The chains of the cases: where each one ends, as far as the leaves have been read.

use std::collections::HashMap;

use uuid::Uuid;

use super::super::hex;
use super::super::leaf::Leaf;
use super::super::merkle::Hash;
use super::StoredCase;
use super::fault::Fault;

/// Where the chain of one case ends.
struct End {
    cseq: u64,
    head: Hash,
    /// The last digest of its rows; `None` while the leaves have given none.
    state: Option<Hash>,
    /// Set when the last leaf was damaged: the other hash it may have, so that its successor is
    /// not blamed.
    doubt: Option<Box<Hash>>,
    seen: bool,
}

/// The ends of all chains; about a hundred bytes a case.
#[derive(Default)]
pub(super) struct Cases {
    ends: HashMap<Uuid, End>,
}

/// How a leaf fails to follow.
pub(super) enum Break {
    /// Another number was due.
    Sequence { expected: u64, found: u64 },
    /// The number is right, the previous leaf is not.
    Link { cseq: u64, expected: Hash },
}

impl Cases {
    /// Takes in a sound leaf; a leaf outside its case's chain changes nothing.
    pub(super) fn follow(&mut self, leaf: &Leaf, hash: Hash) -> Option<(Uuid, Break)> {
        let (case, cseq) = (leaf.case?, leaf.cseq?);
        let mut state = leaf.state;
        let broken = match self.ends.get(&case) {
            None if cseq == 1 => None,
            None => Some(Break::Sequence { expected: 1, found: cseq }),
            Some(End { head, doubt: Some(other), .. }) => {
                let fits = leaf.cprev == Some(*head) || leaf.cprev == Some(**other);
                (!fits).then_some(Break::Link { cseq, expected: *head })
            }
            Some(end) => {
                state = state.or(end.state);
                if cseq != end.cseq + 1 {
                    Some(Break::Sequence { expected: end.cseq + 1, found: cseq })
                } else if leaf.cprev == Some(end.head) {
                    None
                } else {
                    Some(Break::Link { cseq, expected: end.head })
                }
            }
        };
        // From here on the leaf is believed, so that one break is one fault.
        self.ends.insert(case, End { cseq, head: hash, state, doubt: None, seen: false });
        broken.map(|broken| (case, broken))
    }

    /// Takes in a damaged leaf that by its copy belongs to `case`.
    pub(super) fn damaged(&mut self, case: &str, computed: Hash, stored: Hash) {
        if let Ok(case) = case.parse() {
            let cseq = self.ends.get(&case).map_or(1, |end| end.cseq + 1);
            let doubt = Some(Box::new(stored));
            self.ends.insert(case, End { cseq, head: computed, state: None, doubt, seen: false });
        }
    }

    /// Compares a case's rows with the end of its chain.
    pub(super) fn compare(&mut self, row: &StoredCase<'_>) -> Vec<Fault> {
        let case = row.case_id.to_owned();
        let Some(end) = row.case_id.parse().ok().and_then(|id| self.ends.get_mut(&id)) else {
            return vec![Fault::CaseUnknown { case }];
        };
        end.seen = true;
        let mut faults = Vec::new();
        let other = end.doubt.as_deref().unwrap_or(&end.head);
        if row.chain_head != end.head && row.chain_head != other {
            faults.push(Fault::CaseHead { case: case.clone(), expected: hex(&end.head) });
        }
        if end.doubt.is_none() && u64::try_from(row.cseq) != Ok(end.cseq) {
            faults.push(Fault::CaseCount { case: case.clone(), expected: end.cseq, found: row.cseq });
        }
        if let Some(expected) = end.state.filter(|expected| *expected != row.state) {
            faults.push(Fault::CaseState { case, expected: hex(&expected), found: hex(&row.state) });
        }
        faults
    }

    /// The cases that no row was shown for, in order.
    pub(super) fn unseen(&self) -> Vec<Uuid> {
        let mut unseen: Vec<_> = self.ends.iter().filter(|(_, end)| !end.seen).map(|(id, _)| *id).collect();
        unseen.sort_unstable();
        unseen
    }
}
