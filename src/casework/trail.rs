//! What is written in the ledger about each act: identifiers and hashes, never a name.

use chrono::{DateTime, SubsecRound as _, Utc};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;
use uuid::Uuid;

use super::CaseworkError;
use super::time::micros;
use crate::access::{POLICY, Viewer};
use crate::ledger::leaf::detail_hash;
use crate::ledger::{Hash, Leaf, leaf_hash};
use crate::store::LeafDraft;

/// SHA-256 of the policy in force.
static POLICY_HASH: LazyLock<Hash> = LazyLock::new(|| Sha256::digest(POLICY.as_bytes()).into());

/// Who calls and through which request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The signed-in account.
    pub viewer: Viewer,
    /// The request.
    pub request: Uuid,
    /// The client's idempotency key, if it gave one.
    pub idempotency_key: Option<String>,
}

impl Caller {
    /// A caller without an idempotency key.
    pub fn new(viewer: Viewer, request: Uuid) -> Self {
        Self { viewer, request, idempotency_key: None }
    }
}

/// Where a change stands in its case's own chain of leaves.
pub(super) struct Link {
    pub(super) case: Uuid,
    /// Place in the chain, from 1.
    pub(super) cseq: u64,
    /// Hash of the leaf before it; none for the first.
    pub(super) previous: Option<Hash>,
    /// Digest of the case's rows afterwards.
    pub(super) state: Hash,
}

/// An act to be written down.
pub(super) struct Note<'a> {
    pub(super) act: &'a str,
    pub(super) at: DateTime<Utc>,
    pub(super) actor: Option<Uuid>,
    pub(super) request: Uuid,
    pub(super) rule: &'a str,
    pub(super) ok: bool,
    pub(super) case: Option<Uuid>,
    pub(super) detail: Option<Vec<u8>>,
    /// Commitments of case keys that it destroys.
    pub(super) gone: Vec<Hash>,
    /// Commitments of case keys that it makes.
    pub(super) made: Vec<Hash>,
}

impl<'a> Note<'a> {
    pub(super) fn of(caller: &Caller, act: &'a str, rule: &'a str, at: DateTime<Utc>) -> Self {
        Self {
            act,
            at,
            actor: Some(caller.viewer.account),
            request: caller.request,
            rule,
            ok: true,
            case: None,
            detail: None,
            gone: Vec::new(),
            made: Vec::new(),
        }
    }

    /// A leaf outside any case's chain: a look, a refusal, a sign-in.
    pub(super) fn aside(self) -> Result<LeafDraft, CaseworkError> {
        self.write(None).map(|(draft, _)| draft)
    }

    /// A leaf in the chain of its case; returns its hash, the chain's new head.
    pub(super) fn chained(self, link: &Link) -> Result<(LeafDraft, Hash), CaseworkError> {
        self.write(Some(link))
    }

    fn write(self, link: Option<&Link>) -> Result<(LeafDraft, Hash), CaseworkError> {
        let case = link.map(|l| l.case).or(self.case);
        let leaf = Leaf {
            act: self.act.to_owned(),
            at: self.at,
            by: self.actor.map_or_else(|| "s:service".to_owned(), |id| format!("u:{id}")),
            case,
            cprev: link.and_then(|l| l.previous),
            cseq: link.map(|l| l.cseq),
            dec: vec![self.rule.to_owned()],
            det: detail_hash(self.detail.as_deref()),
            gone: self.gone,
            made: self.made,
            ok: self.ok,
            pol: *POLICY_HASH,
            req: self.request,
            state: link.map(|l| l.state),
        };
        let bytes = leaf.to_bytes().map_err(|_| CaseworkError::Corrupt { what: "ledger leaf" })?;
        let hash = leaf_hash(&bytes);
        let draft = LeafDraft {
            leaf: bytes,
            detail: self.detail,
            case_id: case,
            actor_id: self.actor,
            // A leaf writes milliseconds; its copy for queries must say the same.
            at: micros(self.at.trunc_subsecs(3)),
            act: self.act.to_owned(),
        };
        Ok((draft, hash))
    }
}
