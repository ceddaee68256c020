//! A case's content under other keys, and cases that are taken away. The rows that are append-only change here and
//! nowhere else, in one transaction with the leaf that vouches for them.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::beside::{BesideRow, GOES_WITH_A_CASE};
use super::rows::{DetailRow, EventRow, IdempotencyRow, PersonRow, ResealingRow, TagRow, TombstoneRow};
use super::work::on;
use super::{Db, StoreError};

const BEGIN: &str = "INSERT INTO resealing (case_id, holder, from_no, to_no, phase, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (case_id) DO NOTHING";
const LEFT: &str =
    "SELECT case_id, holder, from_no, to_no, phase, at FROM resealing WHERE at <= $1 ORDER BY case_id";
const FIND: &str =
    "SELECT case_id, holder, from_no, to_no, phase, at FROM resealing WHERE case_id = $1 AND holder = $2";
const TAKE_OVER: &str = "UPDATE resealing SET holder = $1 WHERE case_id = $2 AND holder = $3 AND phase = $4";
const END: &str = "DELETE FROM resealing WHERE case_id = $1 AND holder = $2";
const WRITING: &str =
    "UPDATE resealing SET phase = 'writing' WHERE case_id = $1 AND holder = $2 AND phase = 'begun'";
const KEPT: &str = "UPDATE resealing SET phase = 'kept' WHERE case_id = $1 AND holder = $2";
const EVENT: &str = "UPDATE case_event SET payload = $1, head = $2 WHERE case_id = $3 AND seq = $4";
const PERSON: &str = "UPDATE person SET body = $1, tags_digest = $2, head = $3 WHERE id = $4";
const DROP_TAGS: &str = "DELETE FROM blind_index WHERE person_id = $1";
const TAG: &str =
    "INSERT INTO blind_index (index_no, partition, tag, case_id, person_id) VALUES ($1, $2, $3, $4, $5)";
const ANSWER: &str = "UPDATE idempotency SET response = $1 WHERE account_id = $2 AND key = $3";
const DETAIL: &str = "INSERT INTO leaf_detail (leaf_hash, case_id, detail) VALUES ($1, $2, $3) ON CONFLICT (leaf_hash) DO UPDATE SET detail = excluded.detail";
const DETAILS_SEEN: &str = "SELECT (SELECT COUNT(*) FROM ledger_leaf WHERE case_id = $1 AND detail IS NOT NULL) + (SELECT COUNT(*) FROM ledger_outbox WHERE case_id = $1 AND detail IS NOT NULL)";
const ANSWERS_OF: &str = "SELECT account_id, key, body_hash, case_id, status, response, at FROM idempotency WHERE case_id = $1 ORDER BY account_id, key";
const LEAF_DETAILS_OF: &str = "SELECT leaf, detail FROM ledger_leaf WHERE case_id = $1 AND detail IS NOT NULL UNION ALL SELECT leaf, detail FROM ledger_outbox WHERE case_id = $1 AND detail IS NOT NULL";
const DETAILS_OF: &str =
    "SELECT leaf_hash, case_id, detail FROM leaf_detail WHERE case_id = $1 ORDER BY leaf_hash";

const EXPUNGING: &str =
    "UPDATE resealing SET phase = 'expunging' WHERE case_id = $1 AND holder = $2 AND phase = 'begun'";
const TOMBSTONE: &str = "INSERT INTO tombstone (case_id, order_no, ordered_by, confirmed_by, at, keys, cseq, chain_head) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const TOMBSTONES: &str = "SELECT * FROM tombstone WHERE case_id > $1 ORDER BY case_id LIMIT $2";
/// Everything of a case but what its leaves are, in an order that leaves no row without the one it belongs to.
const OF_CASE: [&str; 7] = [
    "DELETE FROM blind_index WHERE person_id IN (SELECT id FROM person WHERE case_id = $1)",
    "DELETE FROM person WHERE case_id = $1",
    "DELETE FROM case_event WHERE case_id = $1",
    "DELETE FROM clock WHERE case_id = $1",
    "DELETE FROM idempotency WHERE case_id = $1",
    "DELETE FROM leaf_detail WHERE case_id = $1",
    "DELETE FROM record_grant WHERE case_id = $1",
];
const CASE: &str = "DELETE FROM case_file WHERE id = $1 AND version = $2";

/// The new keys are made and the old ones in force.
pub const BEGUN: &str = "begun";
/// The content is under the new keys; the old ones are to be destroyed.
pub const KEPT_PHASE: &str = "kept";

/// What a change of keys writes anew, beside the change itself.
#[derive(Clone, Debug, Default)]
pub struct Reseal {
    /// The case.
    pub case: Uuid,
    /// Who began it ([`begin_reseal`]).
    pub holder: Uuid,
    /// Journal entries that were there, with new payload and head.
    pub events: Vec<EventRow>,
    /// Persons, with new body, digest of tags and head.
    pub people: Vec<PersonRow>,
    /// All tags of these persons.
    pub tags: Vec<TagRow>,
    /// Answers that were there, with new content.
    pub answers: Vec<IdempotencyRow>,
    /// Details of all leaves of the case.
    pub details: Vec<DetailRow>,
    /// What is sealed beside it.
    pub beside: Vec<BesideRow>,
}

/// A case that is taken away.
#[derive(Clone, Debug)]
pub struct Expunge {
    /// Who began it ([`begin_reseal`]).
    pub holder: Uuid,
    /// The version at which it is taken away.
    pub version: i64,
    /// What remains.
    pub tombstone: TombstoneRow,
}

/// What remains of cases that were taken away, by case.
///
/// # Errors
/// What the database says.
pub async fn page_tombstones(db: &Db, after: Uuid, limit: i64) -> Result<Vec<TombstoneRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(TOMBSTONES).bind(after).bind(limit).fetch_all(pool).await)?)
}

/// Claims a case for a change of keys.
///
/// # Errors
/// [`StoreError::Conflict`] when one has begun already.
pub async fn begin_reseal(db: &Db, row: &ResealingRow) -> Result<(), StoreError> {
    let claimed = on!(db, |pool| sqlx::query(BEGIN)
        .bind(row.case_id)
        .bind(row.holder)
        .bind(row.from_no)
        .bind(row.to_no)
        .bind(&row.phase)
        .bind(row.at)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
    if claimed == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Changes of keys that began at `before` or earlier and have not ended.
///
/// # Errors
/// What the database says.
pub async fn reseals_left(db: &Db, before: i64) -> Result<Vec<ResealingRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(LEFT).bind(before).fetch_all(pool).await)?)
}

/// A change of keys as it stands.
///
/// # Errors
/// What the database says.
pub async fn find_reseal(db: &Db, case: Uuid, holder: Uuid) -> Result<Option<ResealingRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND).bind(case).bind(holder).fetch_optional(pool).await)?)
}

/// Takes a change of keys over from who left it, unless it has gone on meanwhile.
///
/// # Errors
/// What the database says.
pub async fn take_over(db: &Db, row: &ResealingRow, holder: Uuid) -> Result<bool, StoreError> {
    let taken = on!(db, |pool| sqlx::query(TAKE_OVER)
        .bind(holder)
        .bind(row.case_id)
        .bind(row.holder)
        .bind(&row.phase)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(taken == 1)
}

/// Ends a change of keys.
///
/// # Errors
/// What the database says.
pub async fn end_reseal(db: &Db, case: Uuid, holder: Uuid) -> Result<(), StoreError> {
    on!(db, |pool| sqlx::query(END).bind(case).bind(holder).execute(pool).await.map(drop))?;
    Ok(())
}

/// The remembered answers about a case.
///
/// # Errors
/// What the database says.
pub async fn answers_of(db: &Db, case: Uuid) -> Result<Vec<IdempotencyRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(ANSWERS_OF).bind(case).fetch_all(pool).await)?)
}

/// The leaves of a case that have a detail, each with it as it was written.
///
/// # Errors
/// What the database says.
pub async fn leaf_details_of(db: &Db, case: Uuid) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(LEAF_DETAILS_OF).bind(case).fetch_all(pool).await)?)
}

/// The details of a case's leaves under later keys, by the leaf's hash.
///
/// # Errors
/// What the database says.
pub async fn details_of(db: &Db, case: Uuid) -> Result<Vec<DetailRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(DETAILS_OF).bind(case).fetch_all(pool).await)?)
}

/// Takes a case away, on either driver's connection, inside its transaction.
macro_rules! expunge_for {
    ($name:ident, $connection:ty) => {
        pub(super) async fn $name(to: &mut $connection, expunge: &Expunge) -> Result<(), StoreError> {
            let TombstoneRow { case_id, .. } = expunge.tombstone;
            let held = sqlx::query(EXPUNGING).bind(case_id).bind(expunge.holder).execute(&mut *to).await?;
            if held.rows_affected() != 1 {
                return Err(StoreError::Conflict);
            }
            for statement in OF_CASE.iter().chain(GOES_WITH_A_CASE) {
                sqlx::query(*statement).bind(case_id).execute(&mut *to).await?;
            }
            let gone = sqlx::query(CASE).bind(case_id).bind(expunge.version).execute(&mut *to).await?;
            if gone.rows_affected() != 1 {
                return Err(StoreError::Conflict);
            }
            let row = &expunge.tombstone;
            sqlx::query(TOMBSTONE)
                .bind(row.case_id)
                .bind(&row.order_no)
                .bind(&row.ordered_by)
                .bind(&row.confirmed_by)
                .bind(row.at)
                .bind(&row.keys)
                .bind(row.cseq)
                .bind(&row.chain_head)
                .execute(&mut *to)
                .await?;
            sqlx::query(KEPT).bind(case_id).bind(expunge.holder).execute(&mut *to).await?;
            Ok(())
        }
    };
}
expunge_for!(expunge_on_sqlite, SqliteConnection);
expunge_for!(expunge_on_postgres, sqlx::PgConnection);

/// Writes what a change of keys writes anew, on either driver's connection, inside its transaction.
macro_rules! rewrite_for {
    ($name:ident, $connection:ty) => {
        pub(super) async fn $name(to: &mut $connection, reseal: &Reseal) -> Result<(), StoreError> {
            let held = sqlx::query(WRITING).bind(reseal.case).bind(reseal.holder).execute(&mut *to).await?;
            let (seen,): (i64,) = sqlx::query_as(DETAILS_SEEN).bind(reseal.case).fetch_one(&mut *to).await?;
            // Somebody took it over, or a leaf came in whose detail was not seen.
            if held.rows_affected() != 1 || i64::try_from(reseal.details.len()) != Ok(seen) {
                return Err(StoreError::Conflict);
            }
            for event in &reseal.events {
                sqlx::query(EVENT)
                    .bind(&event.payload)
                    .bind(&event.head)
                    .bind(event.case_id)
                    .bind(event.seq)
                    .execute(&mut *to)
                    .await?;
            }
            for person in &reseal.people {
                sqlx::query(PERSON)
                    .bind(&person.body)
                    .bind(&person.tags_digest)
                    .bind(&person.head)
                    .bind(person.id)
                    .execute(&mut *to)
                    .await?;
                sqlx::query(DROP_TAGS).bind(person.id).execute(&mut *to).await?;
            }
            for tag in &reseal.tags {
                sqlx::query(TAG)
                    .bind(tag.index_no)
                    .bind(tag.partition)
                    .bind(&tag.tag)
                    .bind(tag.case_id)
                    .bind(tag.person_id)
                    .execute(&mut *to)
                    .await?;
            }
            for answer in &reseal.answers {
                sqlx::query(ANSWER)
                    .bind(&answer.response)
                    .bind(answer.account_id)
                    .bind(&answer.key)
                    .execute(&mut *to)
                    .await?;
            }
            for detail in &reseal.details {
                sqlx::query(DETAIL)
                    .bind(&detail.leaf_hash)
                    .bind(detail.case_id)
                    .bind(&detail.detail)
                    .execute(&mut *to)
                    .await?;
            }
            for row in &reseal.beside {
                sqlx::query(row.of.write).bind(&row.sealed).bind(row.id).execute(&mut *to).await?;
            }
            sqlx::query(KEPT).bind(reseal.case).bind(reseal.holder).execute(&mut *to).await?;
            Ok(())
        }
    };
}
rewrite_for!(rewrite_on_sqlite, SqliteConnection);
rewrite_for!(rewrite_on_postgres, sqlx::PgConnection);
