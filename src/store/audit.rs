//! Reads the whole store once and says exactly what was touched behind the service's back. Needs no key but the
//! ledger's public one.

use uuid::Uuid;

use super::rows::{CLOCK_DIGEST, CaseRow, details_digest, tags_digest};
use super::work::on;
use super::{
    Db, StoreError, checkpoints, clocks_of, details_of, events_of, leaves, page_cases, page_tombstones,
    people_of, sequencer, tags_of_person,
};
use crate::ledger::row::{CHAIN_START, chain};
use crate::ledger::{Hash, Leaf, Report, StoredCase, StoredLeaf, Verifier, VerifierKey};

/// Rows read at a time.
const PAGE: i64 = 1_000;
const HEAD: &str = "SELECT size, frontier FROM ledger_head WHERE id = 1";
const TILES: &str =
    "SELECT level, idx, hashes FROM ledger_tile WHERE level = $1 AND idx > $2 ORDER BY idx LIMIT $3";

/// A row of a case that is not what the ledger vouches for.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RowFault {
    /// Table.
    pub table: &'static str,
    /// The case.
    pub case: Uuid,
    /// What does not agree.
    pub what: String,
}

/// What an audit found.
#[derive(Debug, serde::Serialize)]
pub struct Audit {
    /// The ledger itself.
    pub ledger: Report,
    /// Rows of cases.
    pub rows: Vec<RowFault>,
}

impl Audit {
    /// Whether nothing was touched.
    pub fn sound(&self) -> bool {
        self.ledger.sound() && self.rows.is_empty()
    }
}

/// Audits the store. `against` is an older checkpoint that the auditor kept.
///
/// # Errors
/// What the database says; what is wrong with the data is in the [`Audit`].
pub async fn audit(db: &Db, key: VerifierKey, against: Option<&str>) -> Result<Audit, StoreError> {
    sequencer::drain(db).await?;
    let mut verifier = Verifier::new(key);
    if let Some(note) = against {
        verifier.against(note);
    }
    for (size, note) in checkpoints(db).await? {
        verifier.checkpoint(size, &note);
    }
    audit_leaves(db, &mut verifier).await?;
    let head: Option<(i64, Vec<u8>)> = on!(db, |pool| sqlx::query_as(HEAD).fetch_optional(pool).await)?;
    if let Some((size, frontier)) = head {
        verifier.head(u64::try_from(size).unwrap_or(u64::MAX), &frontier);
    }
    audit_tiles(db, &mut verifier).await?;
    let rows = audit_cases(db, &mut verifier).await?;
    Ok(Audit { ledger: verifier.finish(), rows })
}

async fn audit_leaves(db: &Db, verifier: &mut Verifier) -> Result<(), StoreError> {
    let mut from = 0;
    loop {
        let page = leaves(db, from, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        from = last.seq + 1;
        for row in &page {
            let case_id = row.case_id.map(|id| id.to_string());
            let actor_id = row.actor_id.map_or_else(|| "s:service".to_owned(), |id| format!("u:{id}"));
            let at = at_text(row.at);
            verifier.leaf(&StoredLeaf {
                seq: row.seq,
                leaf: &row.leaf,
                leaf_hash: &row.leaf_hash,
                detail: row.detail.as_deref(),
                case_id: case_id.as_deref(),
                actor_id: &actor_id,
                at: &at,
                act: &row.act,
            });
        }
    }
}

/// The time of a leaf's row as the leaf writes it; a row that is not on a millisecond cannot agree with any leaf.
fn at_text(micros: i64) -> String {
    if micros % 1_000 != 0 {
        return format!("{micros} µs");
    }
    chrono::DateTime::from_timestamp_micros(micros)
        .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
        .unwrap_or_default()
}

async fn audit_tiles(db: &Db, verifier: &mut Verifier) -> Result<(), StoreError> {
    for level in 0..8_u8 {
        let mut after = -1;
        loop {
            let page: Vec<(i64, i64, Vec<u8>)> = on!(db, |pool| sqlx::query_as(TILES)
                .bind(i64::from(level))
                .bind(after)
                .bind(64_i64)
                .fetch_all(pool)
                .await)?;
            let Some((_, last, _)) = page.last() else { break };
            after = *last;
            for (_, index, hashes) in &page {
                verifier.tile(level, u64::try_from(*index).unwrap_or(u64::MAX), hashes);
            }
        }
    }
    Ok(())
}

async fn audit_cases(db: &Db, verifier: &mut Verifier) -> Result<Vec<RowFault>, StoreError> {
    let mut faults = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let page = page_cases(db, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for row in &page {
            faults.extend(audit_people(db, row).await?);
            faults.extend(audit_journal(db, row).await?);
            faults.extend(audit_clocks(db, row).await?);
            if details_digest(&details_of(db, row.id).await?) != row.details_digest {
                let what = "a detail of a leaf was touched".into();
                faults.push(RowFault { table: "leaf_detail", case: row.id, what });
            }
            verifier.case(&StoredCase {
                case_id: &row.id.to_string(),
                chain_head: &row.chain_head,
                cseq: row.cseq,
                state: row.digest(),
            });
        }
    }
    audit_tombstones(db, verifier).await?;
    Ok(faults)
}

/// What remains of cases that were taken away is vouched for by the last leaf of their chain.
async fn audit_tombstones(db: &Db, verifier: &mut Verifier) -> Result<(), StoreError> {
    let mut after = Uuid::nil();
    loop {
        let page = page_tombstones(db, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.case_id;
        for row in &page {
            verifier.case(&StoredCase {
                case_id: &row.case_id.to_string(),
                chain_head: &row.chain_head,
                cseq: row.cseq,
                state: row.digest(),
            });
        }
    }
}

async fn audit_people(db: &Db, row: &CaseRow) -> Result<Vec<RowFault>, StoreError> {
    let mut faults = Vec::new();
    let people = people_of(db, row.id).await?;
    let mut head = CHAIN_START.to_vec();
    for person in &people {
        let what = format!("person {}", person.id);
        let tags = tags_of_person(db, person.id).await?;
        if tags_digest(&tags).as_slice() != person.tags_digest {
            faults.push(RowFault { table: "blind_index", case: row.id, what: what.clone() });
        }
        if linked(&head, &person.digest()) != person.head {
            faults.push(RowFault { table: "person", case: row.id, what });
        }
        head.clone_from(&person.head);
    }
    if head != row.people_head || i64::try_from(people.len()) != Ok(row.people_count) {
        faults.push(RowFault {
            table: "person",
            case: row.id,
            what: "a person was added or taken away".into(),
        });
    }
    Ok(faults)
}

async fn audit_journal(db: &Db, row: &CaseRow) -> Result<Vec<RowFault>, StoreError> {
    let mut faults = Vec::new();
    let (mut head, mut count, mut after) = (CHAIN_START.to_vec(), 0_i64, i64::MIN);
    loop {
        let page = events_of(db, row.id, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for event in &page {
            if linked(&head, &event.digest()) != event.head {
                faults.push(RowFault {
                    table: "case_event",
                    case: row.id,
                    what: format!("entry {}", event.seq),
                });
            }
            head.clone_from(&event.head);
            count += 1;
        }
    }
    if head != row.events_head || count != row.events_count {
        faults.push(RowFault {
            table: "case_event",
            case: row.id,
            what: "an entry was added or taken away".into(),
        });
    }
    Ok(faults)
}

async fn audit_clocks(db: &Db, row: &CaseRow) -> Result<Vec<RowFault>, StoreError> {
    let clocks = clocks_of(db, row.id).await?;
    if clocks.len() * CLOCK_DIGEST != row.clock_digests.len() {
        return Ok(vec![RowFault {
            table: "clock",
            case: row.id,
            what: "a clock was added or taken away".into(),
        }]);
    }
    Ok(clocks
        .iter()
        .zip(row.clock_digests.chunks(CLOCK_DIGEST))
        .filter(|(clock, kept)| !clock.digest().starts_with(kept))
        .map(|(clock, _)| RowFault {
            table: "clock",
            case: row.id,
            what: format!("{} run {}", clock.clock, clock.run),
        })
        .collect())
}

fn linked(head: &[u8], digest: &Hash) -> Vec<u8> {
    // A head that has not a hash's length was touched; it links to nothing.
    head.try_into().map(|head| chain(head, digest).to_vec()).unwrap_or_default()
}

/// The leaf's own reading of a stored leaf, for exports and the audit page.
///
/// # Errors
/// [`StoreError::Corrupt`] when the bytes are no leaf.
pub fn read_leaf(bytes: &[u8]) -> Result<Leaf, StoreError> {
    Leaf::parse(bytes).map_err(|_| StoreError::Corrupt { table: "ledger_leaf", column: "leaf" })
}
