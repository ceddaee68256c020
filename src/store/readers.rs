//! The connections that read a SQLite file. sqlx's own pool asks a connection for a sign of life whenever it is given
//! back, which on SQLite is a second trip to the connection's thread for every read.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, Semaphore, SemaphorePermit};

use super::StoreError;

/// A place for a connection; empty once the store is closed.
type Place = Mutex<Option<SqliteConnection>>;

/// Connections that are lent to one reader at a time. Cheap to clone.
#[derive(Clone)]
pub struct Readers {
    places: Arc<[Place]>,
    free: Arc<Semaphore>,
}

impl Readers {
    /// So many connections, all open.
    pub(super) async fn open(options: &SqliteConnectOptions, count: usize) -> Result<Self, StoreError> {
        let mut places = Vec::new();
        for _ in 0..count {
            places.push(Mutex::new(Some(options.connect().await?)));
        }
        Ok(Self { places: places.into(), free: Arc::new(Semaphore::new(count)) })
    }

    /// Waits for a connection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] once the store is closed.
    pub(super) async fn lend(&self) -> Result<Lent<'_>, StoreError> {
        let permit = self.free.acquire().await.map_err(|_| closed())?;
        for place in &*self.places {
            if let Ok(place) = place.try_lock() {
                return Lent::new(place, permit);
            }
        }
        // Somebody was just about to give one back.
        let place = self.places.first().ok_or_else(closed)?.lock().await;
        Lent::new(place, permit)
    }

    /// Ends all connections; readers that come later are turned away.
    pub(super) async fn close(&self) {
        self.free.close();
        for place in &*self.places {
            if let Some(connection) = place.lock().await.take() {
                // One that ends badly has nothing to lose.
                let _ = connection.close().await;
            }
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable { reason: "the store is closed".into() }
}

/// A connection on loan, given back when this is dropped.
pub(super) struct Lent<'a> {
    // Dropped before the permit: whoever gets the permit next finds a place free.
    connection: MappedMutexGuard<'a, SqliteConnection>,
    _permit: SemaphorePermit<'a>,
}

impl<'a> Lent<'a> {
    fn new(
        place: MutexGuard<'a, Option<SqliteConnection>>,
        permit: SemaphorePermit<'a>,
    ) -> Result<Self, StoreError> {
        let connection = MutexGuard::try_map(place, Option::as_mut).map_err(|_| closed())?;
        Ok(Self { connection, _permit: permit })
    }
}

impl Deref for Lent<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}
