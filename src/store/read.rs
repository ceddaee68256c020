//! Reading cases.

use sqlx::{FromRow, Postgres, QueryBuilder, Sqlite};
use uuid::Uuid;

use super::rows::{CaseHead, CaseRow, ClockRow, EventRow, IdempotencyRow, PersonRow, TagRow};
use super::work::on;
use super::{Db, StoreError};
use crate::vault::Probe;

const FIND_CASE: &str = "SELECT * FROM case_file WHERE id = $1";
const PAGE_CASES: &str = "SELECT * FROM case_file WHERE id > $1 ORDER BY id LIMIT $2";
const COUNT_CASES: &str = "SELECT COUNT(*) FROM case_file";
const EVENTS: &str = "SELECT * FROM case_event WHERE case_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const PEOPLE: &str = "SELECT * FROM person WHERE case_id = $1 ORDER BY seq";
const CLOCKS: &str = "SELECT * FROM clock WHERE case_id = $1 ORDER BY clock, run";
const TAGS_OF_PERSON: &str = "SELECT * FROM blind_index WHERE person_id = $1";
const FIND_IDEMPOTENCY: &str = "SELECT * FROM idempotency WHERE account_id = $1 AND key = $2";
const TOUCHED: &str = "SELECT (SELECT COUNT(*) FROM office) + (SELECT COUNT(*) FROM ledger_head) + (SELECT COUNT(*) FROM ledger_outbox)";
const PING: &str = "SELECT 1";
const LIST_BY_LEAD: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE lead_id = $1 AND sealed = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) ORDER BY next_due, id LIMIT $4";
const LIST_BY_SOCIAL_WORKER: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE social_worker_id = $1 AND sealed = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) ORDER BY next_due, id LIMIT $4";
const LIST_BY_OFFICE: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE office_id = $1 AND sealed = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) ORDER BY next_due, id LIMIT $4";

/// Tags of a search as rows, of which those that are in the index are looked up one by one.
const PROBE: &str = "WITH probe (index_no, partition, tag) AS (";
/// The persons and cases behind tags: of cases that are sealed, or of those that are not, but never of both.
const CANDIDATES: &str = ") SELECT p.*, c.id AS head_id, c.case_no, c.office_id, c.pack_id, c.pack_version, c.version, c.main, c.measure, c.lead_id, c.second_id, c.social_worker_id, c.sealed, c.awaiting_approval, c.next_due, c.next_clock, c.marks FROM probe JOIN blind_index b ON b.index_no = probe.index_no AND b.partition = probe.partition AND b.tag = probe.tag JOIN person p ON p.id = b.person_id JOIN case_file c ON c.id = b.case_id WHERE c.sealed = ";
const ENOUGH: &str = " LIMIT 1000";

/// Tags asked for in one statement.
const PROBES: usize = 256;
/// People that one search may name; more is not a search for somebody.
const HITS: usize = 200;

/// A person whom a search may mean, and what a list shows of the case.
#[derive(Clone, Debug, FromRow)]
pub struct Candidate {
    /// The person.
    #[sqlx(flatten)]
    pub person: PersonRow,
    /// The case.
    #[sqlx(flatten)]
    pub case: CaseHead,
}

/// Whose cases a list shows. Sealed cases are in none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListScope {
    /// Cases led by an account.
    Lead(Uuid),
    /// Cases supported by a social worker.
    SocialWorker(Uuid),
    /// Cases of offices.
    Offices(Vec<Uuid>),
}

/// A case.
///
/// # Errors
/// What the database says.
pub async fn find_case(db: &Db, id: Uuid) -> Result<Option<CaseRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND_CASE).bind(id).fetch_optional(pool).await)?)
}

/// Identities as a JSON list of hexadecimal numbers, which SQLite takes where PostgreSQL takes a list.
pub(super) fn hex_list(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{:X}\"", id.simple())).collect();
    format!("[{}]", ids.join(","))
}

/// Cases by identity, for going through all of them.
///
/// # Errors
/// What the database says.
pub async fn page_cases(db: &Db, after: Uuid, limit: i64) -> Result<Vec<CaseRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(PAGE_CASES).bind(after).bind(limit).fetch_all(pool).await)?)
}

/// How many cases there are.
///
/// # Errors
/// What the database says.
pub async fn case_count(db: &Db) -> Result<i64, StoreError> {
    let (count,): (i64,) = on!(db, |pool| sqlx::query_as(COUNT_CASES).fetch_one(pool).await)?;
    Ok(count)
}

/// A case's journal entries after a number, in order.
///
/// # Errors
/// What the database says.
pub async fn events_of(db: &Db, case: Uuid, after: i64, limit: i64) -> Result<Vec<EventRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(EVENTS).bind(case).bind(after).bind(limit).fetch_all(pool).await)?)
}

/// A case's persons, in the order in which they were added.
///
/// # Errors
/// What the database says.
pub async fn people_of(db: &Db, case: Uuid) -> Result<Vec<PersonRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(PEOPLE).bind(case).fetch_all(pool).await)?)
}

/// A case's clocks, in the order of their key.
///
/// # Errors
/// What the database says.
pub async fn clocks_of(db: &Db, case: Uuid) -> Result<Vec<ClockRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(CLOCKS).bind(case).fetch_all(pool).await)?)
}

/// The search tags of a person.
///
/// # Errors
/// What the database says.
pub async fn tags_of_person(db: &Db, person: Uuid) -> Result<Vec<TagRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(TAGS_OF_PERSON).bind(person).fetch_all(pool).await)?)
}

/// The first answer to a request with this key.
///
/// # Errors
/// What the database says.
pub async fn find_idempotency(
    db: &Db,
    account: Uuid,
    key: &str,
) -> Result<Option<IdempotencyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND_IDEMPOTENCY).bind(account).bind(key).fetch_optional(pool).await)?)
}

/// Whether nothing has been written yet: no office, no leaf.
///
/// # Errors
/// What the database says.
pub async fn is_untouched(db: &Db) -> Result<bool, StoreError> {
    let (rows,): (i64,) = on!(db, |pool| sqlx::query_as(TOUCHED).fetch_one(pool).await)?;
    Ok(rows == 0)
}

/// Whether the database answers.
///
/// # Errors
/// What the database says.
pub async fn ping(db: &Db) -> Result<(), StoreError> {
    if let Db::Sqlite { file, .. } = db {
        file.check()?;
    }
    on!(db, |pool| sqlx::query(PING).execute(pool).await.map(drop))?;
    Ok(())
}

/// A page of a worklist, soonest due first, after a position.
///
/// # Errors
/// What the database says.
pub async fn list_cases(
    db: &Db,
    scope: &ListScope,
    after: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<CaseHead>, StoreError> {
    let (due, id) = after.unwrap_or((i64::MIN, Uuid::nil()));
    let (statement, owners): (&'static str, &[Uuid]) = match scope {
        ListScope::Lead(account) => (LIST_BY_LEAD, std::slice::from_ref(account)),
        ListScope::SocialWorker(account) => (LIST_BY_SOCIAL_WORKER, std::slice::from_ref(account)),
        ListScope::Offices(offices) => (LIST_BY_OFFICE, offices),
    };
    // One index range per office, merged: the cost does not grow with the number of cases.
    let mut rows: Vec<CaseHead> = Vec::new();
    for owner in owners {
        rows.extend(on!(db, |pool| sqlx::query_as::<_, CaseHead>(statement)
            .bind(*owner)
            .bind(due)
            .bind(id)
            .bind(limit)
            .fetch_all(pool)
            .await)?);
    }
    rows.sort_by_key(|row| (row.next_due, row.id));
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(rows)
}

/// The persons whose tags are among those asked for, by case and person; those of sealed cases are in no search but that
/// of the sealer, who asks for them alone. A tag is no proof: the caller opens and
/// compares.
///
/// # Errors
/// What the database says.
pub async fn candidates(db: &Db, probes: &[Probe], sealed: bool) -> Result<Vec<Candidate>, StoreError> {
    let mut found: Vec<Candidate> = Vec::new();
    for probes in probes.chunks(PROBES) {
        found.extend(match db {
            Db::Sqlite { read, .. } => {
                let mut query = QueryBuilder::<Sqlite>::new(PROBE);
                query.push_values(probes, |mut row, probe| {
                    row.push_bind(probe.index_no).push_bind(probe.partition).push_bind(&probe.tag);
                });
                query.push(CANDIDATES).push_bind(i64::from(sealed)).push(ENOUGH);
                query.build_query_as().fetch_all(&mut *read.lend().await?).await?
            }
            Db::Postgres { pool, .. } => {
                let mut query = QueryBuilder::<Postgres>::new(PROBE);
                query.push("SELECT * FROM UNNEST(");
                let mut lists = query.separated(", ");
                lists.push_bind(probes.iter().map(|probe| probe.index_no).collect::<Vec<_>>());
                lists.push_bind(probes.iter().map(|probe| probe.partition).collect::<Vec<_>>());
                lists.push_bind(probes.iter().map(|probe| &probe.tag).collect::<Vec<_>>());
                query.push(")").push(CANDIDATES).push_bind(i64::from(sealed)).push(ENOUGH);
                query.build_query_as::<Candidate>().fetch_all(pool).await?
            }
        });
    }
    found.sort_by_key(|candidate| (candidate.case.id, candidate.person.id));
    found.dedup_by_key(|candidate| candidate.person.id);
    found.truncate(HITS);
    Ok(found)
}
