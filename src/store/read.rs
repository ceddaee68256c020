//! Reading cases.

use sqlx::QueryBuilder;
use uuid::Uuid;

use super::rows::{CaseRow, ClockRow, EventRow, IdempotencyRow, PersonRow, TagRow};
use super::work::on;
use super::{Db, StoreError};
use crate::vault::Probe;

const FIND_CASE: &str = "SELECT * FROM case_file WHERE id = $1";
const PAGE_CASES: &str = "SELECT * FROM case_file WHERE id > $1 ORDER BY id LIMIT $2";
const COUNT_CASES: &str = "SELECT COUNT(*) FROM case_file";
const EVENTS: &str = "SELECT * FROM case_event WHERE case_id = $1 AND seq > $2 ORDER BY seq LIMIT $3";
const PEOPLE: &str = "SELECT * FROM person WHERE case_id = $1 ORDER BY seq";
const CLOCKS: &str = "SELECT * FROM clock WHERE case_id = $1 ORDER BY clock, run";
const CASES_SQLITE: &str = "SELECT * FROM case_file WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND NOT EXISTS (SELECT 1 FROM exclusion x WHERE x.account_id = $2 AND x.case_id = case_file.id AND x.lifted_at IS NULL) ORDER BY id";
const CASES_POSTGRES: &str = "SELECT * FROM case_file WHERE id = ANY($1::uuid[]) AND NOT EXISTS (SELECT 1 FROM exclusion x WHERE x.account_id = $2 AND x.case_id = case_file.id AND x.lifted_at IS NULL) ORDER BY id";
const PERSONS_SQLITE: &str =
    "SELECT * FROM person WHERE id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY case_id, id";
const PERSONS_POSTGRES: &str = "SELECT * FROM person WHERE id = ANY($1::uuid[]) ORDER BY case_id, id";
const TAGS_OF_PERSON: &str = "SELECT * FROM blind_index WHERE person_id = $1";
const FIND_IDEMPOTENCY: &str = "SELECT * FROM idempotency WHERE account_id = $1 AND key = $2";
const TOUCHED: &str = "SELECT (SELECT COUNT(*) FROM office) + (SELECT COUNT(*) FROM ledger_head) + (SELECT COUNT(*) FROM ledger_outbox)";
/// Tags as three lists of equal length; a row list as long as SQLite's would be planned anew each time.
const FIND_TAGS_POSTGRES: &str = "SELECT b.case_id, b.person_id FROM UNNEST($1::bigint[], $2::bigint[], $3::bytea[]) AS p (index_no, partition, tag) JOIN blind_index b ON b.index_no = p.index_no AND b.partition = p.partition AND b.tag = p.tag";
const PING: &str = "SELECT 1";
const LIST_BY_LEAD: &str = "SELECT * FROM case_file WHERE lead_id = $1 AND sealed = 0 AND handed_over = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) AND NOT EXISTS (SELECT 1 FROM exclusion x WHERE x.account_id = $4 AND x.case_id = case_file.id AND x.lifted_at IS NULL) ORDER BY next_due, id LIMIT $5";
const LIST_BY_SECOND: &str = "SELECT * FROM case_file WHERE second_id = $1 AND sealed = 0 AND handed_over = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) AND NOT EXISTS (SELECT 1 FROM exclusion x WHERE x.account_id = $4 AND x.case_id = case_file.id AND x.lifted_at IS NULL) ORDER BY next_due, id LIMIT $5";
const LIST_BY_SOCIAL_WORKER: &str = "SELECT * FROM case_file WHERE social_worker_id = $1 AND sealed = 0 AND handed_over = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) AND NOT EXISTS (SELECT 1 FROM exclusion x WHERE x.account_id = $4 AND x.case_id = case_file.id AND x.lifted_at IS NULL) ORDER BY next_due, id LIMIT $5";
const LIST_BY_APPROVER: &str = "SELECT * FROM case_file WHERE approver_id = $1 AND sealed = 0 AND handed_over = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) AND NOT EXISTS (SELECT 1 FROM exclusion x WHERE x.account_id = $4 AND x.case_id = case_file.id AND x.lifted_at IS NULL) ORDER BY next_due, id LIMIT $5";
const LIST_BY_OFFICE: &str = "SELECT * FROM case_file WHERE office_id = $1 AND sealed = 0 AND handed_over = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) AND NOT EXISTS (SELECT 1 FROM exclusion x WHERE x.account_id = $4 AND x.case_id = case_file.id AND x.lifted_at IS NULL) ORDER BY next_due, id LIMIT $5";
/// Cases of an office that nobody leads, or whose lead works here no more.
const LIST_UNASSIGNED: &str = "SELECT * FROM case_file WHERE office_id = $1 AND (lead_id IS NULL OR EXISTS (SELECT 1 FROM account a WHERE a.id = lead_id AND a.state = 'closed')) AND sealed = 0 AND handed_over = 0 AND (next_due > $2 OR (next_due = $2 AND id > $3)) AND NOT EXISTS (SELECT 1 FROM exclusion x WHERE x.account_id = $4 AND x.case_id = case_file.id AND x.lifted_at IS NULL) ORDER BY next_due, id LIMIT $5";

/// Tags asked for in one statement.
const PROBES: usize = 256;
/// People that one search may name; more is not a search for somebody.
const HITS: usize = 200;

/// Whose cases a list shows. Sealed cases are in none, nor those from which the viewer is kept away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListScope {
    /// Cases to which one of these accounts is assigned as prosecutor or approver.
    Assigned(Vec<Uuid>),
    /// Cases supported by one of these social workers.
    Supported(Vec<Uuid>),
    /// Cases of offices.
    Offices(Vec<Uuid>),
    /// Cases of offices that nobody leads.
    Unassigned(Vec<Uuid>),
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

/// Those of the cases that there are and from which the viewer is not kept away, by identity.
///
/// # Errors
/// What the database says.
pub async fn find_cases(db: &Db, ids: &[Uuid], viewer: Uuid) -> Result<Vec<CaseRow>, StoreError> {
    Ok(match db {
        Db::Sqlite { read, .. } => {
            sqlx::query_as(CASES_SQLITE).bind(hex_list(ids)).bind(viewer).fetch_all(read).await?
        }
        Db::Postgres { pool, .. } => {
            sqlx::query_as(CASES_POSTGRES).bind(ids).bind(viewer).fetch_all(pool).await?
        }
    })
}

/// Those of the persons that there are, by case and identity.
///
/// # Errors
/// What the database says.
pub async fn find_persons(db: &Db, ids: &[Uuid]) -> Result<Vec<PersonRow>, StoreError> {
    Ok(match db {
        Db::Sqlite { read, .. } => sqlx::query_as(PERSONS_SQLITE).bind(hex_list(ids)).fetch_all(read).await?,
        Db::Postgres { pool, .. } => sqlx::query_as(PERSONS_POSTGRES).bind(ids).fetch_all(pool).await?,
    })
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
    viewer: Uuid,
    after: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<CaseRow>, StoreError> {
    let (due, id) = after.unwrap_or((i64::MIN, Uuid::nil()));
    let (statements, owners): (&[&'static str], &[Uuid]) = match scope {
        ListScope::Assigned(accounts) => (&[LIST_BY_LEAD, LIST_BY_SECOND, LIST_BY_APPROVER], accounts),
        ListScope::Supported(accounts) => (&[LIST_BY_SOCIAL_WORKER], accounts),
        ListScope::Offices(offices) => (&[LIST_BY_OFFICE], offices),
        ListScope::Unassigned(offices) => (&[LIST_UNASSIGNED], offices),
    };
    // One index range per office or person, merged: the cost does not grow with the number of cases.
    let mut rows: Vec<CaseRow> = Vec::new();
    for owner in owners {
        for statement in statements {
            rows.extend(on!(db, |pool| sqlx::query_as::<_, CaseRow>(*statement)
                .bind(*owner)
                .bind(due)
                .bind(id)
                .bind(viewer)
                .bind(limit)
                .fetch_all(pool)
                .await)?);
        }
    }
    rows.sort_by_key(|row| (row.next_due, row.id));
    rows.dedup_by_key(|row| row.id);
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(rows)
}

/// Cases and persons whose tags are among those asked for. A tag is no proof: the caller opens and compares.
///
/// # Errors
/// What the database says.
pub async fn find_tags(db: &Db, probes: &[Probe]) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    let mut found: Vec<(Uuid, Uuid)> = Vec::new();
    for probes in probes.chunks(PROBES) {
        let rows: Vec<(Uuid, Uuid)> = match db {
            Db::Sqlite { read, .. } => probe_query(probes).build_query_as().fetch_all(read).await?,
            Db::Postgres { pool, .. } => {
                sqlx::query_as(FIND_TAGS_POSTGRES)
                    .bind(probes.iter().map(|probe| probe.index_no).collect::<Vec<_>>())
                    .bind(probes.iter().map(|probe| probe.partition).collect::<Vec<_>>())
                    .bind(probes.iter().map(|probe| probe.tag.clone()).collect::<Vec<_>>())
                    .fetch_all(pool)
                    .await?
            }
        };
        found.extend(rows);
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(HITS);
    Ok(found)
}

fn probe_query(probes: &[Probe]) -> QueryBuilder<sqlx::Sqlite> {
    let mut query =
        QueryBuilder::new("SELECT case_id, person_id FROM blind_index WHERE (index_no, partition, tag) IN (");
    let mut list = query.separated(", ");
    for probe in probes {
        list.push("(");
        list.push_bind_unseparated(probe.index_no);
        list.push_unseparated(", ");
        list.push_bind_unseparated(probe.partition);
        list.push_unseparated(", ");
        list.push_bind_unseparated(probe.tag.clone());
        list.push_unseparated(")");
    }
    query.push(")");
    query
}
