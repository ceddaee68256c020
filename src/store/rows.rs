//! Rows as they are stored, and the digests with which a ledger leaf vouches for them.

use sqlx::FromRow;
use uuid::Uuid;

use crate::ledger::row::{CHAIN_START, chain};
use crate::ledger::{Hash, RowDigest};

/// A case: what decides about access and worklists in clear, the rest sealed in `snapshot`.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct CaseRow {
    pub id: Uuid,
    pub case_no: String,
    pub office_id: Uuid,
    pub pack_id: String,
    pub pack_version: String,
    pub version: i64,
    pub main: String,
    pub measure: String,
    pub remedy: String,
    pub record: String,
    pub phase: String,
    pub lead_id: Option<Uuid>,
    pub second_id: Option<Uuid>,
    pub social_worker_id: Option<Uuid>,
    pub approver_id: Option<Uuid>,
    pub sealed: i64,
    pub handed_over: i64,
    pub awaiting_approval: i64,
    pub next_due: i64,
    pub next_clock: Option<String>,
    pub marks: String,
    pub opened_at: i64,
    pub updated_at: i64,
    pub snapshot: Vec<u8>,
    pub events_head: Vec<u8>,
    pub events_count: i64,
    pub people_head: Vec<u8>,
    pub people_count: i64,
    pub clock_digests: Vec<u8>,
    pub cseq: i64,
    pub chain_head: Vec<u8>,
    pub details_digest: Vec<u8>,
    pub sealed_no: Option<Vec<u8>>,
}

impl CaseRow {
    /// Digest of every column but `cseq` and `chain_head`, which follow from the leaf that holds this digest.
    pub fn digest(&self) -> Hash {
        let mut digest = RowDigest::new("case_file")
            .bytes("id", self.id.as_bytes())
            .text("case_no", &self.case_no)
            .bytes("office_id", self.office_id.as_bytes())
            .text("pack_id", &self.pack_id)
            .text("pack_version", &self.pack_version)
            .int("version", self.version)
            .text("main", &self.main)
            .text("measure", &self.measure)
            .text("remedy", &self.remedy)
            .text("record", &self.record)
            .text("phase", &self.phase)
            .bytes_opt("lead_id", self.lead_id.as_ref().map(|id| id.as_bytes().as_slice()))
            .bytes_opt("second_id", self.second_id.as_ref().map(|id| id.as_bytes().as_slice()))
            .bytes_opt("social_worker_id", self.social_worker_id.as_ref().map(|id| id.as_bytes().as_slice()))
            .int("sealed", self.sealed)
            .int("awaiting_approval", self.awaiting_approval)
            .int("next_due", self.next_due)
            .text_opt("next_clock", self.next_clock.as_deref())
            .text("marks", &self.marks)
            .int("opened_at", self.opened_at)
            .int("updated_at", self.updated_at)
            .bytes("snapshot", &self.snapshot)
            .bytes("events_head", &self.events_head)
            .int("events_count", self.events_count)
            .bytes("people_head", &self.people_head)
            .int("people_count", self.people_count)
            .bytes("clock_digests", &self.clock_digests);
        // Columns that came later count once they are filled, so that leaves written before still vouch for their rows.
        if let Some(approver) = &self.approver_id {
            digest = digest.bytes("approver_id", approver.as_bytes());
        }
        if self.handed_over != 0 {
            digest = digest.int("handed_over", self.handed_over);
        }
        // Only a case that was put under other keys has one.
        if !self.details_digest.is_empty() {
            digest = digest.bytes("details_digest", &self.details_digest);
        }
        if let Some(number) = &self.sealed_no {
            digest = digest.bytes("sealed_no", number);
        }
        digest.finish()
    }
}

/// What a list shows of a case: nothing of it is sealed, and nothing has to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct CaseHead {
    #[sqlx(rename = "head_id")]
    pub id: Uuid,
    pub case_no: String,
    pub office_id: Uuid,
    pub pack_id: String,
    pub pack_version: String,
    pub version: i64,
    pub main: String,
    pub measure: String,
    pub lead_id: Option<Uuid>,
    pub second_id: Option<Uuid>,
    pub social_worker_id: Option<Uuid>,
    pub approver_id: Option<Uuid>,
    pub handed_over: i64,
    pub sealed: i64,
    pub awaiting_approval: i64,
    pub next_due: i64,
    pub next_clock: Option<String>,
    pub marks: String,
}

/// A person of a case; never changed, a correction supersedes.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct PersonRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub seq: i64,
    pub kind: String,
    pub class: i64,
    pub body: Vec<u8>,
    pub tags_digest: Vec<u8>,
    pub supersedes: Option<Uuid>,
    pub recorded_at: i64,
    pub head: Vec<u8>,
}

impl PersonRow {
    /// Digest of every column but `head`, which follows from it.
    pub fn digest(&self) -> Hash {
        RowDigest::new("person")
            .bytes("id", self.id.as_bytes())
            .bytes("case_id", self.case_id.as_bytes())
            .int("seq", self.seq)
            .text("kind", &self.kind)
            .int("class", self.class)
            .bytes("body", &self.body)
            .bytes("tags_digest", &self.tags_digest)
            .bytes_opt("supersedes", self.supersedes.as_ref().map(|id| id.as_bytes().as_slice()))
            .int("recorded_at", self.recorded_at)
            .finish()
    }
}

/// A search tag of a person.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct TagRow {
    pub index_no: i64,
    pub partition: i64,
    pub tag: Vec<u8>,
    pub case_id: Uuid,
    pub person_id: Uuid,
}

/// A journal entry; never changed, a correction supersedes.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct EventRow {
    pub case_id: Uuid,
    pub seq: i64,
    pub id: Uuid,
    pub kind: String,
    pub code: String,
    pub legal_at: i64,
    pub recorded_at: i64,
    pub actor_id: Uuid,
    pub class: i64,
    pub payload: Vec<u8>,
    pub pack_version: String,
    pub supersedes_seq: Option<i64>,
    pub head: Vec<u8>,
}

impl EventRow {
    /// Digest of every column but `head`, which follows from it.
    pub fn digest(&self) -> Hash {
        RowDigest::new("case_event")
            .bytes("case_id", self.case_id.as_bytes())
            .int("seq", self.seq)
            .bytes("id", self.id.as_bytes())
            .text("kind", &self.kind)
            .text("code", &self.code)
            .int("legal_at", self.legal_at)
            .int("recorded_at", self.recorded_at)
            .bytes("actor_id", self.actor_id.as_bytes())
            .int("class", self.class)
            .bytes("payload", &self.payload)
            .text("pack_version", &self.pack_version)
            .int_opt("supersedes_seq", self.supersedes_seq)
            .finish()
    }
}

/// A clock of a case, for worklists; the case's snapshot is where it is computed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct ClockRow {
    pub case_id: Uuid,
    pub clock: String,
    pub run: i64,
    pub started: i64,
    pub due_at: Option<i64>,
    pub state: String,
    pub held: i64,
    pub calendar_missing: Option<i64>,
}

impl ClockRow {
    /// Digest of every column.
    pub fn digest(&self) -> Hash {
        RowDigest::new("clock")
            .bytes("case_id", self.case_id.as_bytes())
            .text("clock", &self.clock)
            .int("run", self.run)
            .int("started", self.started)
            .int_opt("due_at", self.due_at)
            .text("state", &self.state)
            .int("held", self.held)
            .int_opt("calendar_missing", self.calendar_missing)
            .finish()
    }
}

/// Somebody's assignment to a case, from when until when.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct AssignmentRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub place: String,
    pub account_id: Uuid,
    pub from_at: i64,
    pub until_at: Option<i64>,
    pub by_id: Option<Uuid>,
    pub ended_by: Option<Uuid>,
}

/// The first answer to a request with an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct IdempotencyRow {
    pub account_id: Uuid,
    pub key: String,
    pub body_hash: Vec<u8>,
    pub case_id: Option<Uuid>,
    pub status: i64,
    pub response: Vec<u8>,
    pub at: i64,
}

/// An office.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct OfficeRow {
    pub id: Uuid,
    pub parent_id: Option<Uuid>,
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub level: i64,
    pub kind: String,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct AccountRow {
    pub id: Uuid,
    pub login: String,
    pub sealed_name: Vec<u8>,
    pub state: String,
    pub created_at: i64,
}

/// A role held by an account.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct AccountRoleRow {
    pub account_id: Uuid,
    pub office_id: Uuid,
    pub role: String,
    pub valid_from: i64,
    pub valid_until: Option<i64>,
}

/// A bearer token's hash.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct TokenRow {
    pub hash: Vec<u8>,
    pub account_id: Uuid,
    pub label: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub fresh: i64,
    pub scope: String,
}

/// A leaf that is to be appended to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LeafDraft {
    /// Canonical bytes.
    pub leaf: Vec<u8>,
    /// Sealed detail.
    pub detail: Option<Vec<u8>>,
    /// Case it names.
    pub case_id: Option<Uuid>,
    /// Account it names; none for the service itself.
    pub actor_id: Option<Uuid>,
    /// When, microseconds.
    pub at: i64,
    /// What was done.
    pub act: String,
}

/// Bytes of a clock's digest that are kept in its case's row.
pub(super) const CLOCK_DIGEST: usize = 16;

/// Chains new journal entries to a case's head: each learns its own head, and the last one is returned.
pub fn chain_events(head: &Hash, events: &mut [EventRow]) -> Hash {
    let mut head = *head;
    for event in events {
        head = chain(&head, &event.digest());
        event.head = head.to_vec();
    }
    head
}

/// Chains new persons to a case's head, as [`chain_events`] does.
pub fn chain_people(head: &Hash, people: &mut [PersonRow]) -> Hash {
    let mut head = *head;
    for person in people {
        head = chain(&head, &person.digest());
        person.head = head.to_vec();
    }
    head
}

/// Shortened digests of all clocks of a case in the order of their key, so that an audit can name the one touched.
pub fn clock_digests(clocks: &[ClockRow]) -> Vec<u8> {
    clocks.iter().flat_map(|clock| clock.digest().into_iter().take(CLOCK_DIGEST)).collect()
}

/// Binds a person's row to the tags by which they are found.
pub fn tags_digest(tags: &[TagRow]) -> Hash {
    let mut ordered: Vec<&TagRow> = tags.iter().collect();
    ordered.sort_by(|a, b| (a.index_no, a.partition, &a.tag).cmp(&(b.index_no, b.partition, &b.tag)));
    ordered.into_iter().fold(CHAIN_START, |head, tag| {
        let row = RowDigest::new("blind_index")
            .int("index_no", tag.index_no)
            .int("partition", tag.partition)
            .bytes("tag", &tag.tag)
            .bytes("case_id", tag.case_id.as_bytes())
            .bytes("person_id", tag.person_id.as_bytes())
            .finish();
        chain(&head, &row)
    })
}

/// A case whose content is put under other keys, or taken away.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct ResealingRow {
    pub case_id: Uuid,
    pub holder: Uuid,
    pub from_no: i64,
    pub to_no: i64,
    pub phase: String,
    pub at: i64,
}

/// What remains of a case that was expunged.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct TombstoneRow {
    pub case_id: Uuid,
    pub order_no: String,
    pub ordered_by: String,
    pub confirmed_by: String,
    pub at: i64,
    pub keys: Vec<u8>,
    pub cseq: i64,
    pub chain_head: Vec<u8>,
}

impl TombstoneRow {
    /// Digest of every column but `cseq` and `chain_head`, as [`CaseRow::digest`].
    pub fn digest(&self) -> Hash {
        RowDigest::new("tombstone")
            .bytes("case_id", self.case_id.as_bytes())
            .text("order_no", &self.order_no)
            .text("ordered_by", &self.ordered_by)
            .text("confirmed_by", &self.confirmed_by)
            .int("at", self.at)
            .bytes("keys", &self.keys)
            .finish()
    }
}

/// The detail of a leaf under the keys of the day.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct DetailRow {
    pub leaf_hash: Vec<u8>,
    pub case_id: Uuid,
    pub detail: Vec<u8>,
}

/// Binds a case's row to the details of its leaves; nothing where there are none. In the order of their leaves' hashes.
pub fn details_digest(details: &[DetailRow]) -> Vec<u8> {
    if details.is_empty() {
        return Vec::new();
    }
    let mut ordered: Vec<&DetailRow> = details.iter().collect();
    ordered.sort_by(|a, b| a.leaf_hash.cmp(&b.leaf_hash));
    let digest = ordered.into_iter().fold(CHAIN_START, |head, detail| {
        let row = RowDigest::new("leaf_detail")
            .bytes("leaf_hash", &detail.leaf_hash)
            .bytes("case_id", detail.case_id.as_bytes())
            .bytes("detail", &detail.detail)
            .finish();
        chain(&head, &row)
    });
    digest.to_vec()
}
