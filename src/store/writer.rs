//! SQLite's one writer: waiting changes share a durable commit, each in a savepoint of its own.

use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::StoreError;
use super::change::{CaseUpdate, WriteSet, sqlite};
use super::ledger::{head_of_sqlite, tiler_of_sqlite, tiles_of_sqlite};
use super::read::hex_list;
use super::rows::LeafDraft;
use super::work::HeldFile;
use crate::ledger::merkle::{Tile, Tiler};
use crate::ledger::{Hash, leaf_hash};

/// Changes that share a commit at most.
const GROUP: usize = 128;
/// Changes that may wait; more wait outside.
const WAITING: usize = 1024;
/// Leaves in one multi-row insert.
const ROWS: usize = 32;

/// Opens the group's transaction; gives the tree's size, without a case, and the versions of cases named in a JSON list
/// of hexadecimal identities.
const BEGIN: &str = "BEGIN IMMEDIATE; SELECT NULL, size FROM ledger_head WHERE id = 1 UNION ALL SELECT id, version FROM case_file WHERE id IN (SELECT unhex(value) FROM json_each($1))";
/// Takes back one change of the group.
const UNDO_CHANGE: &str = "ROLLBACK TO change; RELEASE change";

type Answer = oneshot::Sender<Result<(), StoreError>>;
type Queue = mpsc::Sender<(WriteSet, Answer)>;

/// A handle to the writer. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: Arc<Mutex<Option<Queue>>>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
    pool: SqlitePool,
    file: HeldFile,
}

impl Writer {
    /// Starts the writer over a pool of one connection.
    pub(super) async fn start(pool: SqlitePool, file: HeldFile) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(WAITING);
        let connection = pool.acquire().await?.detach();
        let task = tokio::spawn(Work { connection, waiting, tiler: None, file: file.clone() }.run());
        let (queue, task) = (Arc::new(Mutex::new(Some(queue))), Arc::new(Mutex::new(Some(task))));
        Ok(Self { queue, task, pool, file })
    }

    /// The file that is written.
    pub(super) const fn file(&self) -> &HeldFile {
        &self.file
    }

    pub(super) async fn send(&self, set: WriteSet, answer: Answer) -> Result<(), StoreError> {
        let stopped = || StoreError::Unavailable { reason: "the writer has stopped".into() };
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(stopped)?;
        queue.send((set, answer)).await.map_err(|_| stopped())
    }

    /// Keeps what is waiting and ends.
    pub(super) async fn stop(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // A writer that panicked has already failed every change that waited for it.
            let _ = task.await;
        }
        self.pool.close().await;
    }
}

struct Work {
    connection: SqliteConnection,
    waiting: mpsc::Receiver<(WriteSet, Answer)>,
    /// The tree as last committed; read anew after a failure.
    tiler: Option<Tiler>,
    file: HeldFile,
}

impl Work {
    async fn run(mut self) {
        let mut group = Vec::with_capacity(GROUP);
        while self.waiting.recv_many(&mut group, GROUP).await > 0 {
            self.keep(&mut group).await;
        }
        let _ = self.connection.close().await;
    }

    /// Keeps a group in one commit and answers every change in it.
    async fn keep(&mut self, group: &mut Vec<(WriteSet, Answer)>) {
        let mut outcomes = Vec::with_capacity(group.len());
        let kept = self.try_keep(group, &mut outcomes).await;
        if let Err(error) = &kept {
            // Whatever the transaction's state is, nothing of it may stay.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
            self.tiler = None;
            tracing::error!(error = %error, changes = group.len(), "a group of changes was not kept");
        }
        for (place, (_, answer)) in group.drain(..).enumerate() {
            let outcome = match &kept {
                Ok(()) => outcomes.get_mut(place).and_then(Option::take).unwrap_or(Ok(())),
                Err(error) => Err(repeat(error)),
            };
            // A caller that has gone away does not undo what is kept.
            let _ = answer.send(outcome);
        }
    }

    async fn try_keep(
        &mut self,
        group: &[(WriteSet, Answer)],
        outcomes: &mut Vec<Option<Result<(), StoreError>>>,
    ) -> Result<(), StoreError> {
        self.file.check()?;
        // Each trip to SQLite's thread costs more than most statements, so statements travel together.
        let cases: Vec<Uuid> =
            group.iter().filter_map(|(set, _)| set.update.as_ref()).map(|update| update.row.id).collect();
        let begun: Vec<(Option<Uuid>, i64)> =
            sqlx::query_as(BEGIN).bind(hex_list(&cases)).fetch_all(&mut self.connection).await?;
        let mut size = 0;
        let mut versions = HashMap::with_capacity(begun.len());
        for (case, number) in begun {
            match case {
                Some(case) => drop(versions.insert(case, number)),
                None => {
                    size = u64::try_from(number)
                        .map_err(|_| StoreError::Corrupt { table: "ledger_head", column: "size" })?;
                }
            }
        }
        let mut leaves: Vec<&LeafDraft> = Vec::new();
        for (set, _) in group {
            let stale = |update: &CaseUpdate| versions.get(&update.row.id) != Some(&update.expected_version);
            let outcome = if set.update.as_ref().is_some_and(stale) {
                Err(StoreError::Conflict)
            } else {
                self.keep_one(set).await?
            };
            if outcome.is_ok() {
                leaves.extend(&set.leaves);
                versions.extend(set.update.as_ref().map(|update| (update.row.id, update.row.version)));
            }
            outcomes.push(Some(outcome));
        }
        let tiler = self.append(&leaves, size).await?;
        self.tiler = Some(tiler);
        Ok(())
    }

    /// One change in its savepoint. The outer error means that the whole group is lost.
    async fn keep_one(&mut self, set: &WriteSet) -> Result<Result<(), StoreError>, StoreError> {
        if set.only_leaves() {
            return Ok(Ok(()));
        }
        let mut statements = QueryBuilder::<Sqlite>::new("SAVEPOINT change; ");
        sqlite::write(
            set,
            &mut statements,
            |_, _| {},
            |statements| {
                statements.push("; ");
            },
        );
        statements.push("RELEASE change");
        match statements.build().execute(&mut self.connection).await.map_err(StoreError::from) {
            Ok(_) => Ok(Ok(())),
            Err(error @ (StoreError::Full | StoreError::Unavailable { .. })) => Err(error),
            Err(error) => {
                sqlx::query(UNDO_CHANGE).execute(&mut self.connection).await?;
                Ok(Err(error))
            }
        }
    }

    /// Appends leaves to the tree, whose stored size is given, and ends the transaction that is under way.
    async fn append(&mut self, leaves: &[&LeafDraft], size: u64) -> Result<Tiler, StoreError> {
        // Another process, such as `tutela user add`, may have written meanwhile; the stored size tells.
        let mut tiler = match self.tiler.take().filter(|tiler| tiler.frontier().len() == size) {
            Some(tiler) => tiler,
            None => tiler_of_sqlite(&mut self.connection).await?,
        };
        let mut statements = QueryBuilder::<Sqlite>::new("");
        if !leaves.is_empty() {
            let first = tiler.frontier().len();
            let hashed: Vec<(u64, Hash, &LeafDraft)> =
                leaves.iter().zip(first..).map(|(leaf, seq)| (seq, leaf_hash(&leaf.leaf), *leaf)).collect();
            let tiles: Vec<Tile> = hashed.iter().flat_map(|(_, hash, _)| tiler.push(*hash)).collect();
            insert_leaves(&mut statements, &hashed);
            if !tiles.is_empty() {
                tiles_of_sqlite(&mut statements, &tiles);
                statements.push("; ");
            }
            head_of_sqlite(&mut statements, tiler.frontier());
            statements.push("; ");
        }
        statements.push("COMMIT");
        statements.build().execute(&mut self.connection).await?;
        Ok(tiler)
    }
}

fn insert_leaves(statements: &mut QueryBuilder<Sqlite>, leaves: &[(u64, Hash, &LeafDraft)]) {
    for rows in leaves.chunks(ROWS) {
        statements.push(super::ledger::INSERT_LEAVES);
        statements.push_values(rows, |mut b, (seq, hash, leaf)| {
            b.push_bind(i64::try_from(*seq).unwrap_or(i64::MAX))
                .push_bind(&leaf.leaf)
                .push_bind(hash.as_slice())
                .push_bind(&leaf.detail)
                .push_bind(leaf.case_id)
                .push_bind(leaf.actor_id)
                .push_bind(leaf.at)
                .push_bind(&leaf.act);
        });
        statements.push("; ");
    }
}

/// The same error for each change of a lost group.
fn repeat(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Unavailable { reason } => StoreError::Unavailable { reason: reason.clone() },
        other => StoreError::Unavailable { reason: other.to_string() },
    }
}
