//! The one writer of an instance: changes that wait share a durable commit.

mod postgres;
mod sqlite;

pub(super) use postgres::PostgresKeeper;
pub(super) use sqlite::SqliteKeeper;

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::StoreError;
use super::change::{Rows, WriteSet};

/// Changes that share a commit at most.
const GROUP: usize = 128;
/// Changes that may wait; more wait outside.
const WAITING: usize = 1024;

type Answer = oneshot::Sender<Result<(), StoreError>>;
type Queue = mpsc::Sender<(WriteSet, Answer)>;

/// How a database keeps a group of changes.
pub(super) trait Keeper: Send + 'static {
    /// Keeps a group in one durable commit, but for changes whose case has another version. No case is in it twice.
    /// Gives the cases that were updated. After an error nothing of the group is kept, or the connection was lost.
    fn keep(&mut self, rows: &Rows<'_>) -> impl Future<Output = Result<HashSet<Uuid>, StoreError>> + Send;

    /// Ends its connection.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// A handle to the writer. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    queue: Arc<Mutex<Option<Queue>>>,
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Writer {
    /// Starts the writer of a database.
    pub(super) fn start(keeper: impl Keeper) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        let task = tokio::spawn(Work { keeper, waiting }.run());
        Self { queue: Arc::new(Mutex::new(Some(queue))), task: Arc::new(Mutex::new(Some(task))) }
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
    }
}

struct Work<K> {
    keeper: K,
    waiting: mpsc::Receiver<(WriteSet, Answer)>,
}

impl<K: Keeper> Work<K> {
    async fn run(mut self) {
        let mut waiting = Vec::with_capacity(GROUP);
        while self.waiting.recv_many(&mut waiting, GROUP).await > 0 {
            while !waiting.is_empty() {
                let mut cases = HashSet::new();
                let mut alone = false;
                // A second change of a case has to see what became of the first one; a change of keys is kept alone, and so is the end of a case.
                let begins_another = |(set, _): &(WriteSet, _)| {
                    let begins = alone || set.is_alone() && !cases.is_empty();
                    alone = set.is_alone();
                    begins || set.case().is_some_and(|case| !cases.insert(case))
                };
                let end = waiting.iter().position(begins_another).unwrap_or(waiting.len());
                self.keep(waiting.drain(..end).collect()).await;
            }
        }
        self.keeper.close().await;
    }

    /// Keeps a group and answers every change in it.
    async fn keep(&mut self, group: Vec<(WriteSet, Answer)>) {
        match self.keeper.keep(&Rows::of(group.iter().map(|(set, _)| set))).await {
            Ok(updated) => answer(group, &updated),
            Err(error @ (StoreError::Full | StoreError::Unavailable { .. })) => fail(group, &error),
            // One of them broke a rule of the database, such as a key that is there already; it must not take the others along.
            Err(_) if group.len() > 1 => {
                for change in group {
                    Box::pin(self.keep(vec![change])).await;
                }
            }
            Err(error) => {
                if let Some((_, answer)) = group.into_iter().next() {
                    let _ = answer.send(Err(error));
                }
            }
        }
    }
}

/// Answers changes that were put to the database. A caller that has gone away does not undo what is kept.
fn answer(group: Vec<(WriteSet, Answer)>, updated: &HashSet<Uuid>) {
    for (set, answer) in group {
        let stale = set.update.is_some_and(|row| !updated.contains(&row.id));
        let _ = answer.send(if stale { Err(StoreError::Conflict) } else { Ok(()) });
    }
}

/// The same error for each change of a group.
fn fail(group: Vec<(WriteSet, Answer)>, error: &StoreError) {
    tracing::error!(error = %error, changes = group.len(), "a group of changes was not kept");
    for (_, answer) in group {
        let _ = answer.send(Err(match error {
            StoreError::Full => StoreError::Full,
            StoreError::Unavailable { reason } => StoreError::Unavailable { reason: reason.clone() },
            other => StoreError::Unavailable { reason: other.to_string() },
        }));
    }
}
