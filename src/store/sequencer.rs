//! PostgreSQL: moves leaves of committed changes from the outbox into the tree, one instance at a time.

use sqlx::{Connection as _, FromRow, PgConnection, QueryBuilder};
use std::time::Duration;

use super::ledger::{grow, head_of_postgres, tiler_of_postgres, tiles_of_postgres};
use super::rows::LeafDraft;
use super::table::insert_arrays;
use super::{Db, StoreError};

/// Leaves moved in one transaction at most.
const BATCH: i64 = 2_000;
/// Wait after a batch that was not full: leaves gather meanwhile, and many cost little more than one.
const IDLE: Duration = Duration::from_millis(50);
/// Wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Key of the advisory lock: "tutela" read as a number.
const LOCK: i64 = 0x7475_7465_6c61;

pub(super) const TRY_LOCK: &str = "SELECT pg_try_advisory_xact_lock($1)";
/// Visible rows only, never "all up to the highest number": a change that commits late is not skipped.
pub(super) const TAKE: &str = "DELETE FROM ledger_outbox WHERE id IN (SELECT id FROM ledger_outbox ORDER BY id LIMIT $1) RETURNING id, leaf, detail, case_id, actor_id, at, act";
pub(super) const WAITING: &str = "SELECT COUNT(*) FROM ledger_outbox";

#[derive(FromRow)]
struct OutboxRow {
    id: i64,
    #[sqlx(flatten)]
    draft: LeafDraft,
}

/// Moves one batch; returns how many leaves it moved. Nothing to do on SQLite, where a change and its leaves share a
/// commit.
///
/// # Errors
/// What the database says; nothing is moved then.
pub async fn run_once(db: &Db) -> Result<usize, StoreError> {
    let Db::Postgres { pool, .. } = db else { return Ok(0) };
    let mut connection = pool.acquire().await?;
    let mut work = connection.begin().await?;
    let (mine,): (bool,) = sqlx::query_as(TRY_LOCK).bind(LOCK).fetch_one(&mut *work).await?;
    if !mine {
        return Ok(0);
    }
    let mut rows: Vec<OutboxRow> = sqlx::query_as(TAKE).bind(BATCH).fetch_all(&mut *work).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    rows.sort_by_key(|row| row.id);
    append(&mut work, &rows).await?;
    work.commit().await?;
    Ok(rows.len())
}

async fn append(work: &mut PgConnection, rows: &[OutboxRow]) -> Result<(), StoreError> {
    let mut tiler = tiler_of_postgres(work).await?;
    let (leaves, tiles) = grow(&mut tiler, rows.iter().map(|row| &row.draft));
    let mut insert = QueryBuilder::new("");
    insert_arrays(&mut insert, &leaves.iter().collect::<Vec<_>>(), "");
    insert.build().execute(&mut *work).await?;
    if !tiles.is_empty() {
        let mut insert = QueryBuilder::new("");
        tiles_of_postgres(&mut insert, &tiles);
        insert.build().execute(&mut *work).await?;
    }
    let mut head = QueryBuilder::new("");
    head_of_postgres(&mut head, tiler.frontier());
    head.build().execute(&mut *work).await?;
    Ok(())
}

/// Leaves that wait to be moved.
///
/// # Errors
/// What the database says.
pub async fn waiting(db: &Db) -> Result<i64, StoreError> {
    match db {
        Db::Sqlite { .. } => Ok(0),
        Db::Postgres { pool, .. } => Ok(sqlx::query_as::<_, (i64,)>(WAITING).fetch_one(pool).await?.0),
    }
}

/// Moves everything that waits now.
///
/// # Errors
/// What the database says.
pub async fn drain(db: &Db) -> Result<(), StoreError> {
    while waiting(db).await? > 0 {
        if run_once(db).await? == 0 {
            tokio::time::sleep(IDLE).await;
        }
    }
    Ok(())
}

/// Moves leaves until the task is ended. Another instance that holds the lock does the work meanwhile.
pub async fn run(db: Db) {
    if matches!(db, Db::Sqlite { .. }) {
        return;
    }
    loop {
        match run_once(&db).await {
            Ok(moved) if i64::try_from(moved).is_ok_and(|moved| moved < BATCH) => {
                tokio::time::sleep(IDLE).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %error, "sequencer");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}
