//! Reading cases.

use sqlx::{Database, Encode, FromRow, Postgres, QueryBuilder, Sqlite, Type};
use uuid::Uuid;

use super::rows::{CaseHead, CaseRow, ClockRow, EventRow, IdempotencyRow, PersonRow, TagRow};
use super::work::on;
use super::{Db, StoreError};
use crate::vault::Probe;

const FIND_CASE: &str = "SELECT * FROM case_file WHERE id = $1";
const PAGE_CASES: &str = "SELECT * FROM case_file WHERE id > $1 ORDER BY id LIMIT $2";
const COUNT_CASES: &str = "SELECT COUNT(*) FROM case_file";
const PACKS: &str = "SELECT pack_id, pack_version, COUNT(*) FROM case_file GROUP BY pack_id, pack_version ORDER BY pack_id, pack_version";
const EVENTS: &str = "SELECT * FROM case_event WHERE case_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const RECORDERS: &str = "SELECT DISTINCT actor_id FROM case_event WHERE case_id = $1 ORDER BY actor_id";
const PEOPLE: &str = "SELECT * FROM person WHERE case_id = $1 ORDER BY seq";
const CHILDREN: &str = "SELECT * FROM person WHERE kind = 'child' AND case_id IN (";
const CLOCKS: &str = "SELECT * FROM clock WHERE case_id = $1 ORDER BY clock, run";
const TAGS_OF_PERSON: &str = "SELECT * FROM blind_index WHERE person_id = $1";
const FIND_IDEMPOTENCY: &str = "SELECT * FROM idempotency WHERE account_id = $1 AND key = $2";
const TOUCHED: &str = "SELECT (SELECT COUNT(*) FROM office) + (SELECT COUNT(*) FROM ledger_head) + (SELECT COUNT(*) FROM ledger_outbox)";
const PING: &str = "SELECT 1";
/// Tags of a search as rows, of which those that are in the index are looked up one by one.
const PROBE: &str = "WITH probe (index_no, partition, tag) AS (";
/// The persons and cases behind tags: of cases that are sealed, or of those that are not, but never of both.
const CANDIDATES: &str = ") SELECT p.*, c.id AS head_id, c.case_no, c.office_id, c.pack_id, c.pack_version, c.version, c.main, c.measure, c.lead_id, c.second_id, c.social_worker_id, c.approver_id, c.handed_over, c.sealed, c.awaiting_approval, c.next_due, c.next_clock, c.marks FROM probe JOIN blind_index b ON b.index_no = probe.index_no AND b.partition = probe.partition AND b.tag = probe.tag JOIN person p ON p.id = b.person_id JOIN case_file c ON c.id = b.case_id WHERE c.sealed = ";
const ENOUGH: &str = " LIMIT 1000";
/// The child, as last recorded, of a case with this number. No number finds a sealed case.
const NUMBERED: &str = "SELECT p.*, c.id AS head_id, c.case_no, c.office_id, c.pack_id, c.pack_version, c.version, c.main, c.measure, c.lead_id, c.second_id, c.social_worker_id, c.approver_id, c.handed_over, c.sealed, c.awaiting_approval, c.next_due, c.next_clock, c.marks FROM case_file c JOIN person p ON p.case_id = c.id WHERE c.case_no IN ($1, $2) AND c.sealed = 0 AND p.kind = 'child' ORDER BY p.seq DESC LIMIT 1";
const HELPED: &str = "SELECT p.*, c.id AS head_id, c.case_no, c.office_id, c.pack_id, c.pack_version, c.version, c.main, c.measure, c.lead_id, c.second_id, c.social_worker_id, c.approver_id, c.handed_over, c.sealed, c.awaiting_approval, c.next_due, c.next_clock, c.marks FROM case_file c JOIN person p ON p.case_id = c.id WHERE c.social_worker_id = $1 AND c.sealed = 0 AND p.kind = 'child' AND NOT EXISTS (SELECT 1 FROM person later WHERE later.supersedes = p.id) ORDER BY c.next_due, c.id LIMIT 200";

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

/// A case.
///
/// # Errors
/// What the database says.
pub async fn find_case(db: &Db, id: Uuid) -> Result<Option<CaseRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND_CASE).bind(id).fetch_optional(pool).await)?)
}

/// The child of a case by the case's number, in whatever letters it was typed; none where it is sealed.
///
/// # Errors
/// What the database says.
pub async fn child_of_numbered(db: &Db, number: &str) -> Result<Vec<Candidate>, StoreError> {
    let upper = number.to_uppercase();
    Ok(on!(db, |pool| sqlx::query_as(NUMBERED).bind(number).bind(&upper).fetch_all(pool).await)?)
}

/// The children whose social worker somebody is, with their cases, soonest due first.
///
/// # Errors
/// What the database says.
pub async fn children_helped_by(db: &Db, account: Uuid) -> Result<Vec<Candidate>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(HELPED).bind(account).fetch_all(pool).await)?)
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

/// How many cases are under which version of which pack.
///
/// # Errors
/// What the database says.
pub async fn cases_by_pack(db: &Db) -> Result<Vec<(String, String, i64)>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(PACKS).fetch_all(pool).await)?)
}

/// A case's journal entries after a number, in order.
///
/// # Errors
/// What the database says.
pub async fn events_of(db: &Db, case: Uuid, after: i64, limit: i64) -> Result<Vec<EventRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(EVENTS).bind(case).bind(after).bind(limit).fetch_all(pool).await)?)
}

/// Which of a case's journal entries, newest first.
#[derive(Clone, Copy, Debug)]
pub struct EventsBack<'a> {
    /// The case.
    pub case: Uuid,
    /// Only entries before this number.
    pub before: i64,
    /// Only of this kind.
    pub kind: Option<&'a str>,
    /// Only what this person recorded.
    pub by: Option<Uuid>,
    /// Entries at most.
    pub limit: i64,
}

/// A case's journal entries before a number, newest first.
///
/// # Errors
/// What the database says.
pub async fn events_back(db: &Db, asked: &EventsBack<'_>) -> Result<Vec<EventRow>, StoreError> {
    Ok(on!(db, |pool| back(asked).build_query_as().fetch_all(pool).await)?)
}

fn back<DB: Database>(asked: &EventsBack<'_>) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    String: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new("SELECT * FROM case_event WHERE case_id = ");
    query.push_bind(asked.case).push(" AND seq < ").push_bind(asked.before);
    if let Some(kind) = asked.kind {
        query.push(" AND kind = ").push_bind(kind.to_owned());
    }
    if let Some(by) = asked.by {
        query.push(" AND actor_id = ").push_bind(by);
    }
    query.push(" ORDER BY seq DESC LIMIT ").push_bind(asked.limit);
    query
}

/// Whoever recorded something in a case.
///
/// # Errors
/// What the database says.
pub async fn recorders_of(db: &Db, case: Uuid) -> Result<Vec<Uuid>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_scalar(RECORDERS).bind(case).fetch_all(pool).await)?)
}

/// A case's persons, in the order in which they were added.
///
/// # Errors
/// What the database says.
pub async fn people_of(db: &Db, case: Uuid) -> Result<Vec<PersonRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(PEOPLE).bind(case).fetch_all(pool).await)?)
}

/// The children of several cases, with corrections, oldest first.
///
/// # Errors
/// What the database says.
pub async fn children_of(db: &Db, cases: &[Uuid]) -> Result<Vec<PersonRow>, StoreError> {
    if cases.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(db, |pool| children(cases).build_query_as().fetch_all(pool).await)?)
}

fn children<DB: Database>(cases: &[Uuid]) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(CHILDREN);
    let mut list = query.separated(", ");
    for case in cases {
        list.push_bind(*case);
    }
    query.push(") ORDER BY seq");
    query
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
