//! A change as a value, and how it is kept: all of it with its leaves, or nothing.

use sqlx::{Connection as _, PgConnection, QueryBuilder, SqliteConnection};
use tokio::sync::oneshot;

use super::rows::{CaseRow, ClockRow, EventRow, IdempotencyRow, LeafDraft, PersonRow, TagRow};
use super::{Db, StoreError};

/// Everything that one use case keeps.
#[derive(Clone, Debug, Default)]
pub struct WriteSet {
    /// A case that is opened.
    pub open: Option<CaseRow>,
    /// A case that changes.
    pub update: Option<CaseUpdate>,
    /// Persons added.
    pub people: Vec<PersonRow>,
    /// Tags of these persons.
    pub tags: Vec<TagRow>,
    /// Journal entries.
    pub events: Vec<EventRow>,
    /// Clocks that changed or are new.
    pub clocks: Vec<ClockRow>,
    /// The answer to remember.
    pub idempotency: Option<IdempotencyRow>,
    /// What the ledger learns of it.
    pub leaves: Vec<LeafDraft>,
}

/// A case's new row, and the version it must have until now.
#[derive(Clone, Debug)]
pub struct CaseUpdate {
    /// The row.
    pub row: CaseRow,
    /// The version it replaces.
    pub expected_version: i64,
}

impl WriteSet {
    /// Whether it only adds to the ledger.
    pub(super) const fn only_leaves(&self) -> bool {
        self.open.is_none()
            && self.update.is_none()
            && self.people.is_empty()
            && self.events.is_empty()
            && self.clocks.is_empty()
            && self.idempotency.is_none()
    }
}

/// Keeps a change durably, or nothing of it.
///
/// # Errors
/// [`StoreError::Conflict`] when the case has another version, [`StoreError::Duplicate`], and what the database says.
pub async fn commit(db: &Db, set: WriteSet) -> Result<(), StoreError> {
    match db {
        Db::Sqlite { writer, .. } => {
            let (answer, answered) = oneshot::channel();
            writer.send(set, answer).await?;
            answered.await.map_err(|_| StoreError::Unavailable { reason: "the writer has stopped".into() })?
        }
        Db::Postgres(pool) => {
            let mut connection = pool.acquire().await?;
            let mut work = connection.begin().await?;
            postgres::apply(&mut work, &set).await?;
            outbox(&mut work, &set.leaves).await?;
            work.commit().await?;
            Ok(())
        }
    }
}

pub(super) const INSERT_CASE: &str = "INSERT INTO case_file (id, case_no, office_id, pack_id, pack_version, version, main, measure, remedy, record, phase, lead_id, second_id, social_worker_id, sealed, awaiting_approval, next_due, next_clock, marks, opened_at, updated_at, snapshot, events_head, events_count, people_head, people_count, clock_digests, cseq, chain_head) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)";

pub(super) const UPDATE_CASE: &str = "UPDATE case_file SET version = $1, main = $2, measure = $3, remedy = $4, record = $5, phase = $6, lead_id = $7, second_id = $8, social_worker_id = $9, sealed = $10, awaiting_approval = $11, next_due = $12, next_clock = $13, marks = $14, updated_at = $15, snapshot = $16, events_head = $17, events_count = $18, people_head = $19, people_count = $20, clock_digests = $21, cseq = $22, chain_head = $23, office_id = $24 WHERE id = $25 AND version = $26";

pub(super) const INSERT_EVENT: &str = "INSERT INTO case_event (case_id, seq, id, kind, code, legal_at, recorded_at, actor_id, class, payload, pack_version, supersedes_seq, head) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

pub(super) const INSERT_PERSON: &str = "INSERT INTO person (id, case_id, seq, kind, class, body, tags_digest, supersedes, recorded_at, head) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

pub(super) const INSERT_IDEMPOTENCY: &str = "INSERT INTO idempotency (account_id, key, body_hash, case_id, status, response, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// Rows of one multi-row insert at most, so that the number of prepared statements stays small.
const ROWS: usize = 16;

/// One body for either driver: the statements are the same text, the connection's type is not.
macro_rules! apply_for {
    ($connection:ty, $database:ty, $module:ident) => {
        pub(super) mod $module {
            use super::*;

            #[expect(clippy::too_many_lines, reason = "one statement after another, each with its binds")]
            pub(in crate::store) async fn apply(work: &mut $connection, set: &WriteSet) -> Result<(), StoreError> {
                if let Some(row) = &set.open {
                    sqlx::query(INSERT_CASE)
                        .bind(row.id)
                        .bind(&row.case_no)
                        .bind(row.office_id)
                        .bind(&row.pack_id)
                        .bind(&row.pack_version)
                        .bind(row.version)
                        .bind(&row.main)
                        .bind(&row.measure)
                        .bind(&row.remedy)
                        .bind(&row.record)
                        .bind(&row.phase)
                        .bind(row.lead_id)
                        .bind(row.second_id)
                        .bind(row.social_worker_id)
                        .bind(row.sealed)
                        .bind(row.awaiting_approval)
                        .bind(row.next_due)
                        .bind(&row.next_clock)
                        .bind(&row.marks)
                        .bind(row.opened_at)
                        .bind(row.updated_at)
                        .bind(&row.snapshot)
                        .bind(&row.events_head)
                        .bind(row.events_count)
                        .bind(&row.people_head)
                        .bind(row.people_count)
                        .bind(&row.clock_digests)
                        .bind(row.cseq)
                        .bind(&row.chain_head)
                        .execute(&mut *work)
                        .await?;
                }
                if let Some(CaseUpdate { row, expected_version }) = &set.update {
                    let done = sqlx::query(UPDATE_CASE)
                        .bind(row.version)
                        .bind(&row.main)
                        .bind(&row.measure)
                        .bind(&row.remedy)
                        .bind(&row.record)
                        .bind(&row.phase)
                        .bind(row.lead_id)
                        .bind(row.second_id)
                        .bind(row.social_worker_id)
                        .bind(row.sealed)
                        .bind(row.awaiting_approval)
                        .bind(row.next_due)
                        .bind(&row.next_clock)
                        .bind(&row.marks)
                        .bind(row.updated_at)
                        .bind(&row.snapshot)
                        .bind(&row.events_head)
                        .bind(row.events_count)
                        .bind(&row.people_head)
                        .bind(row.people_count)
                        .bind(&row.clock_digests)
                        .bind(row.cseq)
                        .bind(&row.chain_head)
                        .bind(row.office_id)
                        .bind(row.id)
                        .bind(*expected_version)
                        .execute(&mut *work)
                        .await?;
                    if done.rows_affected() == 0 {
                        return Err(StoreError::Conflict);
                    }
                }
                for row in &set.people {
                    sqlx::query(INSERT_PERSON)
                        .bind(row.id)
                        .bind(row.case_id)
                        .bind(row.seq)
                        .bind(&row.kind)
                        .bind(row.class)
                        .bind(&row.body)
                        .bind(&row.tags_digest)
                        .bind(row.supersedes)
                        .bind(row.recorded_at)
                        .bind(&row.head)
                        .execute(&mut *work)
                        .await?;
                }
                for rows in set.tags.chunks(ROWS) {
                    let mut insert =
                        QueryBuilder::<$database>::new("INSERT INTO blind_index (index_no, partition, tag, case_id, person_id) ");
                    insert.push_values(rows, |mut b, row| {
                        b.push_bind(row.index_no)
                            .push_bind(row.partition)
                            .push_bind(&row.tag)
                            .push_bind(row.case_id)
                            .push_bind(row.person_id);
                    });
                    insert.build().execute(&mut *work).await?;
                }
                for row in &set.events {
                    sqlx::query(INSERT_EVENT)
                        .bind(row.case_id)
                        .bind(row.seq)
                        .bind(row.id)
                        .bind(&row.kind)
                        .bind(&row.code)
                        .bind(row.legal_at)
                        .bind(row.recorded_at)
                        .bind(row.actor_id)
                        .bind(row.class)
                        .bind(&row.payload)
                        .bind(&row.pack_version)
                        .bind(row.supersedes_seq)
                        .bind(&row.head)
                        .execute(&mut *work)
                        .await?;
                }
                for rows in set.clocks.chunks(ROWS) {
                    let mut upsert = QueryBuilder::<$database>::new(
                        "INSERT INTO clock (case_id, clock, run, started, due_at, state, held, calendar_missing) ",
                    );
                    upsert.push_values(rows, |mut b, row| {
                        b.push_bind(row.case_id)
                            .push_bind(&row.clock)
                            .push_bind(row.run)
                            .push_bind(row.started)
                            .push_bind(row.due_at)
                            .push_bind(&row.state)
                            .push_bind(row.held)
                            .push_bind(row.calendar_missing);
                    });
                    upsert.push(
                        " ON CONFLICT (case_id, clock, run) DO UPDATE SET due_at = excluded.due_at, state = excluded.state, held = excluded.held, calendar_missing = excluded.calendar_missing",
                    );
                    upsert.build().execute(&mut *work).await?;
                }
                if let Some(row) = &set.idempotency {
                    sqlx::query(INSERT_IDEMPOTENCY)
                        .bind(row.account_id)
                        .bind(&row.key)
                        .bind(&row.body_hash)
                        .bind(row.case_id)
                        .bind(row.status)
                        .bind(&row.response)
                        .bind(row.at)
                        .execute(&mut *work)
                        .await?;
                }
                Ok(())
            }
        }
    };
}

apply_for!(SqliteConnection, sqlx::Sqlite, sqlite);
apply_for!(PgConnection, sqlx::Postgres, postgres);

/// Leaves of a change on PostgreSQL: kept with it, moved into the tree by the sequencer.
async fn outbox(work: &mut PgConnection, leaves: &[LeafDraft]) -> Result<(), StoreError> {
    for rows in leaves.chunks(ROWS) {
        let mut insert = QueryBuilder::<sqlx::Postgres>::new(
            "INSERT INTO ledger_outbox (leaf, detail, case_id, actor_id, at, act) ",
        );
        insert.push_values(rows, |mut b, row| {
            b.push_bind(&row.leaf)
                .push_bind(&row.detail)
                .push_bind(row.case_id)
                .push_bind(row.actor_id)
                .push_bind(row.at)
                .push_bind(&row.act);
        });
        insert.build().execute(&mut *work).await?;
    }
    Ok(())
}
