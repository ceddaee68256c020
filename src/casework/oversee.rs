//! The ledger: checkpoints, proofs, verification, and who did or saw what in a case.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::pack::StaffRole;
use crate::ledger::merkle::{Loaded, Needs, prove_inclusion};
use crate::ledger::{Checkpoint, Leaf, Signer, TlogProof, leaf_hash};
use crate::store::{self, StoredLeafRow};
use crate::vault::KeyStatus;

/// Name of this service's log, part of every checkpoint and of the name of its key.
pub const ORIGIN: &str = "tutela.local/ledger";

/// An entry of a case's trail.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TrailView {
    /// Number of the leaf.
    pub leaf: u64,
    /// What was done.
    pub act: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// Whether it was permitted and done.
    pub ok: bool,
    /// The rule that decided.
    pub rules: Vec<String>,
}

/// A proof that a leaf is in the signed ledger.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProofView {
    /// Number of the leaf.
    pub leaf: u64,
    /// The leaf's own bytes, base64.
    pub entry: String,
    /// The proof in C2SP tlog-proof form, checkable with `key` alone.
    pub proof: String,
    /// The public key in Go note form.
    pub key: String,
}

/// The latest checkpoint.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CheckpointView {
    /// The signed note.
    pub note: String,
    /// Leaves it covers.
    pub size: u64,
    /// The public key in Go note form.
    pub key: String,
}

/// What an administrator looks after.
#[derive(Clone, Debug)]
pub struct Upkeep {
    /// Pack, version, cases.
    pub cases: Vec<(String, String, i64)>,
    /// The keys that the service holds, newest first within their purpose; never the keys themselves.
    pub keys: Vec<KeyStatus>,
}

impl TrailView {
    /// A leaf as shown.
    pub(super) fn of(row: &StoredLeafRow) -> Result<Self, CaseworkError> {
        let leaf = Leaf::parse(&row.leaf).map_err(|_| CaseworkError::Corrupt { what: "ledger leaf" })?;
        let at = from_micros(row.at);
        Ok(Self { leaf: row.seq, act: leaf.act, at, by: leaf.by, ok: leaf.ok, rules: leaf.dec })
    }
}

impl Service {
    /// Wraps the keyring under another root key and writes it down.
    ///
    /// # Errors
    /// When the key store cannot be written; the old root key stays in force then.
    pub async fn rotate_root(&self, new_root: &crate::vault::RootKey) -> Result<(), CaseworkError> {
        self.keys().rotate_root(new_root).await?;
        self.note_service("keys.root").await
    }

    /// Begins a new epoch of the key that wraps case keys, or goes on with one, and writes it down.
    ///
    /// # Errors
    /// When the key store cannot be read or written; it can be gone on with.
    pub async fn rotate_case_keys(
        &self,
        root: &crate::vault::RootKey,
        begin: bool,
    ) -> Result<u64, CaseworkError> {
        if begin {
            self.note_service("keys.epoch").await?;
        }
        let wrapped = self.keys().rotate_case_keys(root, begin).await?;
        self.note_service("keys.rewrapped").await?;
        Ok(wrapped)
    }

    /// The same for the keys of sealed cases.
    ///
    /// # Errors
    /// As there; `Elsewhere` in any process but one that has the sealing key.
    pub async fn rotate_sealed_keys(
        &self,
        sealing: &crate::vault::SealingKey,
        begin: bool,
    ) -> Result<u64, CaseworkError> {
        if begin {
            self.note_service("keys.sealed.epoch").await?;
        }
        let wrapped = self.keys().rotate_sealed_keys(sealing, begin).await?;
        self.note_service("keys.sealed.rewrapped").await?;
        Ok(wrapped)
    }

    /// Wraps the keyring of sealed cases under another sealing key and writes it down.
    ///
    /// # Errors
    /// When the key store cannot be written; the old sealing key stays in force then.
    pub async fn rotate_sealing(&self, new: &crate::vault::SealingKey) -> Result<(), CaseworkError> {
        self.keys().rotate_sealing(new).await?;
        self.note_service("keys.sealing").await
    }

    /// Whether the service can work: its database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), CaseworkError> {
        Ok(store::ping(self.db()).await?)
    }

    /// The signer of checkpoints.
    ///
    /// # Errors
    /// When the key cannot sign under this origin.
    pub fn signer(&self) -> Result<Signer, CaseworkError> {
        Signer::from_seed(ORIGIN, self.keys().keyring().checkpoint_seed())
            .map_err(|_| CaseworkError::Corrupt { what: "checkpoint key" })
    }

    /// Whether the keys at hand belong to this record: they signed its latest checkpoint.
    ///
    /// # Errors
    /// `KeysForeign`; store errors.
    pub async fn check_keys(&self) -> Result<(), CaseworkError> {
        let Some((_, note)) = store::latest_checkpoint(self.db()).await? else { return Ok(()) };
        self.signer()?.verifier().open(&note).map(drop).map_err(|_| CaseworkError::KeysForeign)
    }

    /// Signs the ledger as it stands, if it has grown since the last checkpoint.
    ///
    /// # Errors
    /// When the store cannot be read or written, or the ledger is no continuation of the last checkpoint.
    pub async fn sign_checkpoint(&self) -> Result<Option<Checkpoint>, CaseworkError> {
        let head = store::ledger_head(self.db()).await?;
        let size = head.len();
        let last = store::latest_checkpoint(self.db()).await?;
        if size == 0 || last.as_ref().is_some_and(|(signed, _)| *signed >= size) {
            return Ok(None);
        }
        let signer = self.signer()?;
        let root = head.root();
        let note = match last {
            None => signer.sign(size, root),
            Some((signed, note)) => {
                let before = signer
                    .verifier()
                    .open(&note)
                    .map_err(|_| CaseworkError::Corrupt { what: "checkpoint" })?;
                let source = self.hashes(Needs::consistency(signed, size)).await?;
                let path = crate::ledger::merkle::prove_consistency(signed, size, &source)
                    .map_err(|_| CaseworkError::Corrupt { what: "ledger" })?;
                signer
                    .sign_after(&before, size, root, &path)
                    .map_err(|_| CaseworkError::Corrupt { what: "ledger" })?
            }
        };
        let writes = vec![store::insert_checkpoint(size, &note, micros(self.now()))];
        store::commit(self.db(), store::WriteSet { writes, ..store::WriteSet::default() }).await?;
        Ok(Some(Checkpoint { origin: ORIGIN.to_owned(), size, root }))
    }

    /// The latest checkpoint.
    ///
    /// # Errors
    /// `NotFound` before the first one.
    pub async fn checkpoint(&self) -> Result<CheckpointView, CaseworkError> {
        let (size, note) = store::latest_checkpoint(self.db()).await?.ok_or(CaseworkError::NotFound)?;
        Ok(CheckpointView { note, size, key: self.signer()?.verifier().to_string() })
    }

    /// How many cases are under which version of which pack, and the service's keys by purpose and generation; for
    /// administrators. Neither says anything of a case.
    ///
    /// # Errors
    /// `NotPermitted` for anybody else.
    pub async fn upkeep(&self, caller: &Caller) -> Result<Upkeep, CaseworkError> {
        if !caller.viewer.is(StaffRole::Admin) {
            return Err(CaseworkError::NotPermitted { rule: "no-role" });
        }
        let cases = store::cases_by_pack(self.db()).await?;
        Ok(Upkeep { cases, keys: self.keys().status().keys })
    }

    /// Who did or saw what in a case, newest first.
    ///
    /// # Errors
    /// `NotFound` when there is no such case or this person may not audit it.
    pub async fn trail(
        &self,
        caller: &Caller,
        case: Uuid,
        before: Option<u64>,
    ) -> Result<Vec<TrailView>, CaseworkError> {
        let loaded = self.load(caller, case, Action::AuditCase).await?;
        let note = Note::under(caller, "case.audit", &loaded.permit, self.now());
        self.write_aside(Note { case: Some(case), ..note }).await?;
        let rows = store::leaves_of_case(self.db(), case, before, 200).await?;
        rows.iter().map(TrailView::of).collect()
    }

    /// A proof that a leaf of a case is in the signed ledger. Signs first if the leaf is newer than the last checkpoint.
    ///
    /// # Errors
    /// `NotFound` when there is no such leaf of this case or this person may not audit it.
    pub async fn proof(&self, caller: &Caller, case: Uuid, leaf: u64) -> Result<ProofView, CaseworkError> {
        let loaded = self.load(caller, case, Action::AuditCase).await?;
        let note = Note::under(caller, "case.proof", &loaded.permit, self.now());
        self.write_aside(Note { case: Some(case), ..note }).await?;
        let row = store::leaf(self.db(), leaf).await?.filter(|row| row.case_id == Some(case));
        self.proof_of(row.ok_or(CaseworkError::NotFound)?).await
    }

    /// The same for whoever may see the leaf.
    pub(super) async fn proof_of(&self, row: StoredLeafRow) -> Result<ProofView, CaseworkError> {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let leaf = row.seq;
        let signed = store::latest_checkpoint(self.db()).await?.map_or(0, |(size, _)| size);
        if signed <= leaf {
            self.sign_checkpoint().await?;
        }
        let (size, note) = store::latest_checkpoint(self.db()).await?.ok_or(CaseworkError::NotFound)?;
        let source = self.hashes(Needs::inclusion(leaf, size)).await?;
        let path =
            prove_inclusion(leaf, size, &source).map_err(|_| CaseworkError::Corrupt { what: "ledger" })?;
        let proof = TlogProof { index: leaf, path, note };
        let key = self.signer()?.verifier().clone();
        // A proof that does not verify must never leave the house.
        proof.verify(&leaf_hash(&row.leaf), &key).map_err(|_| CaseworkError::Corrupt { what: "ledger" })?;
        Ok(ProofView {
            leaf,
            entry: STANDARD.encode(&row.leaf),
            proof: proof.to_string(),
            key: key.to_string(),
        })
    }

    async fn hashes(&self, needs: Needs) -> Result<Loaded, CaseworkError> {
        Ok(store::load_hashes(self.db(), &needs).await?)
    }
}
