//! A group of changes on PostgreSQL: one statement whose text never changes, so that one trip keeps all of it.

use sqlx::postgres::PgPool;
use sqlx::{Connection as _, PgConnection, Postgres, QueryBuilder};
use std::collections::HashSet;
use uuid::Uuid;

use super::Keeper;
use crate::store::StoreError;
use crate::store::change::Rows;
use crate::store::reseal::{expunge_on_postgres, rewrite_on_postgres};
use crate::store::side::run_on_postgres;
use crate::store::table::{
    DECIDE_QUERY, END_ASSIGNMENT, IF_NEW, RENEW_CLOCK, RENEW_WORK, SET_CASE, WHERE_BEFORE, arrays,
    insert_arrays,
};

/// Rows of a case that this statement did not update are not kept: another instance was first.
const OF_KEPT: &str = " WHERE case_id IN (SELECT id FROM kept)";

/// A row that does not say whose it is stands alone with its change.
const OF_KEPT_OR_NOBODYS: &str = " WHERE case_id IS NULL OR case_id IN (SELECT id FROM kept)";

const BY_KEY: &str = "SET enable_seqscan = off";

/// The writing connection to a PostgreSQL server; renewed after it was lost.
pub(in crate::store) struct PostgresKeeper {
    pool: PgPool,
    connection: Option<PgConnection>,
}

impl PostgresKeeper {
    pub(in crate::store) const fn new(pool: PgPool) -> Self {
        Self { pool, connection: None }
    }

    async fn connect(&mut self) -> Result<&mut PgConnection, StoreError> {
        if self.connection.is_none() {
            let mut connection = self.pool.acquire().await?.detach();
            // Rows are looked up by key. A plan made while a table was small must not go on reading all of it.
            sqlx::query(BY_KEY).execute(&mut connection).await?;
            self.connection = Some(connection);
        }
        self.connection.as_mut().ok_or_else(|| StoreError::Unavailable { reason: "no connection".into() })
    }
}

impl Keeper for PostgresKeeper {
    async fn keep(&mut self, rows: &Rows<'_>) -> Result<HashSet<Uuid>, StoreError> {
        let kept = match self.connect().await {
            Ok(connection) if rows.whole || !rows.writes.is_empty() => keep_in_steps(connection, rows).await,
            Ok(connection) => {
                statement(rows).build_query_scalar().fetch_all(connection).await.map_err(StoreError::from)
            }
            Err(error) => Err(error),
        };
        if matches!(kept, Err(StoreError::Unavailable { .. })) {
            self.connection = None;
        }
        kept.map(|cases: Vec<Uuid>| cases.into_iter().collect())
    }

    async fn close(self) {
        if let Some(connection) = self.connection {
            let _ = connection.close().await;
        }
    }
}

/// Keeps a group that has statements of its own, which takes more than one trip. A change that stands alone is kept
/// whole or not at all.
async fn keep_in_steps(connection: &mut PgConnection, rows: &Rows<'_>) -> Result<Vec<Uuid>, StoreError> {
    let mut work = connection.begin().await?;
    match steps(&mut work, rows).await {
        Ok(updated) => {
            work.commit().await?;
            Ok(updated)
        }
        Err(error) => {
            // Only dropped, it would be rolled back with this instance's next change, and hold its locks until then. What
            // went wrong first is what counts.
            let _ = work.rollback().await;
            Err(error)
        }
    }
}

async fn steps(work: &mut PgConnection, rows: &Rows<'_>) -> Result<Vec<Uuid>, StoreError> {
    let updated: Vec<Uuid> = statement(rows).build_query_scalar().fetch_all(&mut *work).await?;
    if rows.whole && updated.len() != rows.updated.len() {
        return Err(StoreError::Conflict);
    }
    if let Some(reseal) = rows.reseal {
        rewrite_on_postgres(work, reseal).await?;
    }
    if let Some(expunge) = rows.expunge {
        expunge_on_postgres(work, expunge).await?;
    }
    for (case, write) in &rows.writes {
        if case.is_none_or(|case| updated.contains(&case)) {
            write.run_postgres(work).await?;
        }
    }
    run_on_postgres(work, &rows.sides).await?;
    Ok(updated)
}

fn statement(rows: &Rows<'_>) -> QueryBuilder<Postgres> {
    let mut text = QueryBuilder::new("WITH updated AS (");
    text.push(SET_CASE);
    arrays(&mut text, &rows.updated);
    text.push(WHERE_BEFORE).push("), opened AS (");
    insert_arrays(&mut text, &rows.opened, " RETURNING id");
    text.push("), kept AS (SELECT id FROM updated UNION ALL SELECT id FROM opened), people AS (");
    insert_arrays(&mut text, &rows.people, OF_KEPT);
    text.push("), tags AS (");
    insert_arrays(&mut text, &rows.tags, OF_KEPT);
    text.push("), events AS (");
    insert_arrays(&mut text, &rows.events, OF_KEPT);
    text.push("), clocks AS (");
    insert_arrays(&mut text, &rows.clocks, OF_KEPT);
    text.push(RENEW_CLOCK).push("), work_to_do AS (");
    insert_arrays(&mut text, &rows.work, OF_KEPT);
    text.push(RENEW_WORK).push("), assigned AS (");
    insert_arrays(&mut text, &rows.assignments, OF_KEPT);
    text.push(END_ASSIGNMENT).push("), outcomes AS (");
    insert_arrays(&mut text, &rows.outcomes, OF_KEPT_OR_NOBODYS);
    text.push("), answers AS (");
    insert_arrays(&mut text, &rows.answers, OF_KEPT);
    text.push("), leaves AS (");
    // The tree takes leaves in the order of the outbox.
    insert_arrays(&mut text, &rows.leaves, OF_KEPT);
    text.push(" ORDER BY nth), aside AS (");
    insert_arrays(&mut text, &rows.aside, " ORDER BY nth");
    // A second text, so that the one that is prepared for every other change stays short.
    if rows.are_about_records() {
        text.push("), queries AS (");
        insert_arrays(&mut text, &rows.queries, " WHERE true");
        text.push(DECIDE_QUERY).push("), grants AS (");
        insert_arrays(&mut text, &rows.grants, " WHERE true");
        text.push(IF_NEW).push("), certificates AS (");
        insert_arrays(&mut text, &rows.certificates, "");
    }
    text.push(") SELECT id FROM updated");
    text
}
