//! SQLite's one writer: waiting changes share a durable commit, each in a savepoint of its own.

use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection, SqlitePool};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::StoreError;
use super::change::{WriteSet, sqlite};
use super::ledger::{size_of_sqlite, tiler_of_sqlite};
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
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await?;
        let mut leaves: Vec<&LeafDraft> = Vec::new();
        for (set, _) in group {
            let outcome = self.keep_one(set).await?;
            if outcome.is_ok() {
                leaves.extend(&set.leaves);
            }
            outcomes.push(Some(outcome));
        }
        let tiler = self.append(&leaves).await?;
        sqlx::query("COMMIT").execute(&mut self.connection).await?;
        self.tiler = Some(tiler);
        Ok(())
    }

    /// One change in its savepoint. The outer error means that the whole group is lost.
    async fn keep_one(&mut self, set: &WriteSet) -> Result<Result<(), StoreError>, StoreError> {
        if set.only_leaves() {
            return Ok(Ok(()));
        }
        sqlx::query("SAVEPOINT change").execute(&mut self.connection).await?;
        match sqlite::apply(&mut self.connection, set).await {
            Ok(()) => {
                sqlx::query("RELEASE change").execute(&mut self.connection).await?;
                Ok(Ok(()))
            }
            Err(error @ (StoreError::Full | StoreError::Unavailable { .. })) => Err(error),
            Err(error) => {
                sqlx::query("ROLLBACK TO change").execute(&mut self.connection).await?;
                sqlx::query("RELEASE change").execute(&mut self.connection).await?;
                Ok(Err(error))
            }
        }
    }

    /// Appends leaves to the tree in the transaction that is under way.
    async fn append(&mut self, leaves: &[&LeafDraft]) -> Result<Tiler, StoreError> {
        // Another process, such as `tutela user add`, may have written meanwhile; now that the lock is ours, look.
        let size = size_of_sqlite(&mut self.connection).await?;
        let mut tiler = match self.tiler.take().filter(|tiler| tiler.frontier().len() == size) {
            Some(tiler) => tiler,
            None => tiler_of_sqlite(&mut self.connection).await?,
        };
        if leaves.is_empty() {
            return Ok(tiler);
        }
        let first = tiler.frontier().len();
        let hashed: Vec<(u64, Hash, &LeafDraft)> =
            leaves.iter().zip(first..).map(|(leaf, seq)| (seq, leaf_hash(&leaf.leaf), *leaf)).collect();
        let mut tiles = Vec::new();
        for (_, hash, _) in &hashed {
            tiles.extend(tiler.push(*hash));
        }
        insert_leaves(&mut self.connection, &hashed).await?;
        insert_tiles(&mut self.connection, &tiles).await?;
        let size = i64::try_from(tiler.frontier().len()).unwrap_or(i64::MAX);
        sqlx::query(super::ledger::UPSERT_HEAD)
            .bind(size)
            .bind(tiler.frontier().to_bytes())
            .execute(&mut self.connection)
            .await?;
        Ok(tiler)
    }
}

async fn insert_leaves(
    connection: &mut SqliteConnection,
    leaves: &[(u64, Hash, &LeafDraft)],
) -> Result<(), StoreError> {
    for rows in leaves.chunks(ROWS) {
        let mut insert = QueryBuilder::<Sqlite>::new(super::ledger::INSERT_LEAVES);
        insert.push_values(rows, |mut b, (seq, hash, leaf)| {
            b.push_bind(i64::try_from(*seq).unwrap_or(i64::MAX))
                .push_bind(&leaf.leaf)
                .push_bind(hash.as_slice())
                .push_bind(&leaf.detail)
                .push_bind(leaf.case_id)
                .push_bind(leaf.actor_id)
                .push_bind(leaf.at)
                .push_bind(&leaf.act);
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_tiles(connection: &mut SqliteConnection, tiles: &[Tile]) -> Result<(), StoreError> {
    for tile in tiles {
        sqlx::query(super::ledger::INSERT_TILE)
            .bind(i64::from(tile.id.level))
            .bind(i64::try_from(tile.id.index).unwrap_or(i64::MAX))
            .bind(&tile.bytes)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The same error for each change of a lost group.
fn repeat(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Unavailable { reason } => StoreError::Unavailable { reason: reason.clone() },
        other => StoreError::Unavailable { reason: other.to_string() },
    }
}
