//! A group of changes on SQLite: two trips to its thread, however many changes there are.

use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection};
use std::collections::HashSet;
use uuid::Uuid;

use super::Keeper;
use crate::ledger::merkle::Tiler;
use crate::store::StoreError;
use crate::store::change::Rows;
use crate::store::ledger::{grow, head_of_sqlite, tiler_of_sqlite, tiles_of_sqlite};
use crate::store::reseal::{expunge_on_sqlite, rewrite_on_sqlite};
use crate::store::rows::CaseRow;
use crate::store::side::run_on_sqlite;
use crate::store::table::{
    DECIDE_QUERY, END_ASSIGNMENT, IF_NEW, PLACE, RENEW_CLOCK, RENEW_WORK, SET_NUMBER, SET_PLACE, SET_STATE,
    Table as _, WHERE_BEFORE, bind_place, insert, values,
};
use crate::store::work::HeldFile;

/// Changes of a group whose statements are remembered at most: the engine plans a longer text anew each time, and what it
/// remembers takes memory.
const REMEMBERED: usize = 16;
/// Clocks, work and outcomes are written in multiples of so many a change, which is a little more than most bring: so the
/// text of a group hangs on its size alone, and there are few to remember.
const CLOCKS: usize = 2;
const WORK: usize = 4;
const OUTCOMES: usize = 1;

/// Opens the transaction and gives the tree's size, without a case.
const BEGIN: &str = "BEGIN IMMEDIATE; SELECT NULL, size FROM ledger_head WHERE id = 1; ";

/// The writing connection of a SQLite file.
pub(in crate::store) struct SqliteKeeper {
    connection: SqliteConnection,
    file: HeldFile,
    /// The tree as last committed; read anew after a failure.
    tiler: Option<Tiler>,
}

impl SqliteKeeper {
    pub(in crate::store) const fn new(connection: SqliteConnection, file: HeldFile) -> Self {
        Self { connection, file, tiler: None }
    }

    async fn try_keep(&mut self, rows: &Rows<'_>) -> Result<HashSet<Uuid>, StoreError> {
        self.file.check()?;
        let (size, updated) = self.begin(rows).await?;
        // Another process, such as `tutela user add`, may have written meanwhile; the stored size tells.
        let mut tiler = match self.tiler.take().filter(|tiler| tiler.frontier().len() == size) {
            Some(tiler) => tiler,
            None => tiler_of_sqlite(&mut self.connection).await?,
        };
        if rows.whole && updated.len() != rows.updated.len() {
            return Err(StoreError::Conflict);
        }
        if let Some(reseal) = rows.reseal {
            rewrite_on_sqlite(&mut self.connection, reseal).await?;
        }
        if let Some(expunge) = rows.expunge {
            expunge_on_sqlite(&mut self.connection, expunge).await?;
        }
        self.write(&rows.without_stale(&updated), &mut tiler).await?;
        self.tiler = Some(tiler);
        Ok(updated)
    }

    /// Opens the transaction and updates cases; gives the tree's size and the cases that were updated.
    async fn begin(&mut self, rows: &Rows<'_>) -> Result<(u64, HashSet<Uuid>), StoreError> {
        let mut statements = QueryBuilder::<Sqlite>::new(BEGIN);
        if !rows.updated.is_empty() {
            // The columns of a list of VALUES have names only by way of a table expression.
            statements.push("WITH i (id, version, case_no) AS (");
            statements.push_values(&rows.updated, |mut of_row, row| {
                of_row.push_bind(row.id).push_bind(row.version).push_bind(&row.case_no);
            });
            statements.push(") ").push(SET_NUMBER);
            statements.push("WITH i (").push(PLACE).push(") AS (");
            statements.push_values(&rows.updated, |mut of_row, row| bind_place(row, &mut of_row));
            statements.push(") ").push(SET_PLACE);
            statements.push("WITH i (").push(CaseRow::COLUMNS).push(") AS (");
            values(&mut statements, &rows.updated);
            statements.push(") ").push(SET_STATE).push("i").push(WHERE_BEFORE).push(", 0");
        }
        let found: Vec<(Option<Uuid>, i64)> = statements
            .build_query_as()
            .persistent(rows.updated.len() <= REMEMBERED)
            .fetch_all(&mut self.connection)
            .await?;
        let mut size = 0;
        let mut updated = HashSet::with_capacity(rows.updated.len());
        for (case, number) in found {
            match case {
                Some(case) => drop(updated.insert(case)),
                None => {
                    size = u64::try_from(number)
                        .map_err(|_| StoreError::Corrupt { table: "ledger_head", column: "size" })?;
                }
            }
        }
        Ok((size, updated))
    }

    /// Writes the other rows, appends the leaves to the tree and commits.
    async fn write(&mut self, rows: &Rows<'_>, tiler: &mut Tiler) -> Result<(), StoreError> {
        for (_, write) in &rows.writes {
            write.run_sqlite(&mut self.connection).await?;
        }
        let mut statements = QueryBuilder::<Sqlite>::new("");
        let changes = rows.opened.len() + rows.updated.len();
        insert(&mut statements, &rows.opened, "");
        insert(&mut statements, &rows.people, "");
        insert(&mut statements, &rows.tags, "");
        insert(&mut statements, &rows.events, "");
        insert(&mut statements, &in_multiples(&rows.clocks, CLOCKS * changes), RENEW_CLOCK);
        insert(&mut statements, &in_multiples(&rows.work, WORK * changes), RENEW_WORK);
        insert(&mut statements, &rows.assignments, END_ASSIGNMENT);
        insert(&mut statements, &in_multiples(&rows.outcomes, OUTCOMES * changes), IF_NEW);
        insert(&mut statements, &rows.answers, "");
        insert(&mut statements, &rows.queries, DECIDE_QUERY);
        insert(&mut statements, &rows.grants, IF_NEW);
        insert(&mut statements, &rows.certificates, "");
        let (leaves, tiles) = grow(tiler, rows.leaves.iter().chain(&rows.aside).copied());
        if !leaves.is_empty() {
            insert(&mut statements, &leaves.iter().collect::<Vec<_>>(), "");
            if !tiles.is_empty() {
                tiles_of_sqlite(&mut statements, &tiles);
                statements.push("; ");
            }
            head_of_sqlite(&mut statements, tiler.frontier());
            statements.push("; ");
        }
        if !rows.sides.is_empty() {
            // They may belong to a case that is opened with them.
            statements.push("SELECT 1");
            statements.build().execute(&mut self.connection).await?;
            run_on_sqlite(&mut self.connection, &rows.sides).await?;
            statements = QueryBuilder::new("");
        }
        statements.push("COMMIT");
        // Acts and looks are what there is much of.
        let usual = rows.opened.is_empty() && rows.people.is_empty() && tiles.is_empty();
        let persistent = usual && leaves.len() <= REMEMBERED;
        statements.build().persistent(persistent).execute(&mut self.connection).await?;
        Ok(())
    }
}

/// Rows with the last one repeated up to the next multiple: to write it again changes nothing.
fn in_multiples<'a, T>(rows: &[&'a T], of: usize) -> Vec<&'a T> {
    let mut all = rows.to_vec();
    if let Some(last) = rows.last() {
        all.resize(rows.len().next_multiple_of(of.max(1)), last);
    }
    all
}

impl Keeper for SqliteKeeper {
    async fn keep(&mut self, rows: &Rows<'_>) -> Result<HashSet<Uuid>, StoreError> {
        let kept = self.try_keep(rows).await;
        if kept.is_err() {
            // Whatever the transaction's state is, nothing of it may stay.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
            self.tiler = None;
        }
        kept
    }

    async fn close(self) {
        let _ = self.connection.close().await;
    }
}
