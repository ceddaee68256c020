//! What is written in the ledger about each act: identifiers and hashes, never a name.

use chrono::{DateTime, SubsecRound as _, Utc};
use std::sync::Arc;
use uuid::Uuid;

use super::CaseworkError;
use super::accounts::role_code;
use super::time::micros;
use crate::access::{Permit, Policy, Viewer};
use crate::ledger::leaf::detail_hash;
use crate::ledger::{Hash, Leaf, leaf_hash};
use crate::store::LeafDraft;

/// Who calls and through which request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The signed-in account.
    pub viewer: Viewer,
    /// The request.
    pub request: Uuid,
    /// The client's idempotency key, if it gave one.
    pub idempotency_key: Option<String>,
    /// The form that they sent, if it was one.
    pub sent: Option<Arc<super::sent::Sent>>,
}

impl Caller {
    /// A caller without an idempotency key or a form.
    pub fn new(viewer: Viewer, request: Uuid) -> Self {
        Self { viewer, request, idempotency_key: None, sent: None }
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
    /// What else belongs to the decision: the role, for whom somebody stands in, the other person of two.
    pub(super) about: Vec<String>,
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
            about: Vec::new(),
            ok: true,
            case: None,
            detail: None,
            gone: Vec::new(),
            made: Vec::new(),
        }
    }

    /// Something done under a permit: the leaf names its rule, the role, and for whom somebody stands in.
    pub(super) fn under(caller: &Caller, act: &'a str, permit: &Permit, at: DateTime<Utc>) -> Self {
        let role = permit.roles().first().map(|role| format!("role:{}", role_code(*role)));
        let on_behalf = permit.on_behalf().map(|account| format!("for:u:{account}"));
        Self {
            about: role.into_iter().chain(on_behalf).collect(),
            ..Self::of(caller, act, permit.rule(), at)
        }
    }

    /// The same with another account that has part in it, in some quality.
    pub(super) fn with(mut self, quality: &str, account: Uuid) -> Self {
        self.about.push(format!("{quality}:u:{account}"));
        self
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
            dec: self.rule.split(' ').map(str::to_owned).chain(self.about).collect(),
            det: detail_hash(self.detail.as_deref()),
            gone: self.gone,
            made: self.made,
            ok: self.ok,
            pol: *Policy::in_force().digest(),
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
