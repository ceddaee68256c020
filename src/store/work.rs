//! The two databases behind one type, and the macro that runs one body on either.

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use super::StoreError;
use super::migrate;
use super::readers::Readers;
use super::writer::{PostgresKeeper, SqliteKeeper, Writer};

/// Connections that read at the same time: no more than processors, since reading is all that they do.
fn readers() -> usize {
    std::thread::available_parallelism().map_or(2, |count| count.get().clamp(2, 4))
}
/// What each of them keeps at hand of the file (6 MiB): a search looks into many places of the index.
const READER_CACHE: &str = "-6144";
/// Texts that the writer remembers: a group of changes is kept with as many texts as there are numbers of rows, and a
/// planned text takes some 100 KiB.
const REMEMBERED: usize = 48;
/// Longest wait for a connection or a lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// The writer of a SQLite file: case rows and keys are spread over it, so that more pages are kept at hand (8 MiB), and a
/// page that changes often is written back once for many changes (16 MiB).
const WRITER: &str = "PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 4000";

/// Deleted pages are overwritten, but the log still has them until it is emptied.
const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// A deleted row stays in its page until then.
const VACUUM: &str = "VACUUM";
/// A copy as of one moment, without free pages.
const COPY: &str = "VACUUM INTO $1";

/// What PostgreSQL knows of its tables, for its plans.
const LEARN: &str = "ANALYZE";
/// Rows are found by key or as a range of an index, whatever the values are: one plan for a statement is as good as one
/// for each time, and to plan a worklist takes longer than to read it.
const PLANS: [(&str, &str); 2] = [("plan_cache_mode", "force_generic_plan"), ("jit", "off")];

/// How often the database's file is looked for.
const LOOK: Duration = Duration::from_secs(2);

/// A database's file as it was opened. Writing on after it was removed or replaced would be writing into nowhere.
#[derive(Clone, Debug)]
pub struct HeldFile {
    path: PathBuf,
    identity: (u64, u64),
}

impl HeldFile {
    fn of(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }

    /// Whether the file is still the one that was opened.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if identity(&self.path)? == self.identity {
            return Ok(());
        }
        Err(StoreError::Unavailable { reason: format!("{} was replaced", self.path.display()) })
    }
}

fn identity(path: &Path) -> Result<(u64, u64), StoreError> {
    let file = std::fs::metadata(path)
        .map_err(|error| StoreError::Unavailable { reason: format!("{}: {error}", path.display()) })?;
    Ok((file.dev(), file.ino()))
}

/// Where a database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// A SQLite file, made if it is not there.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(String),
}

impl std::str::FromStr for StoreUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(PathBuf::from(path.trim_start_matches("//"))));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(StoreError::Url { reason: "expected sqlite:PATH or postgres://…".into() })
    }
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub enum Db {
    /// SQLite: many readers, one writer that groups changes.
    Sqlite {
        /// Readers.
        read: Readers,
        /// The writer.
        writer: Writer,
        /// The file.
        file: HeldFile,
    },
    /// PostgreSQL: a pool for all but changes.
    Postgres {
        /// Connections.
        pool: PgPool,
        /// The writer.
        writer: Writer,
    },
}

/// Runs a body on whichever database it is. The body sees a connection or pool reference of either driver.
macro_rules! on {
    ($db:expr, |$conn:ident| $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite { read, .. } => {
                let mut lent = read.lend().await?;
                let $conn = &mut *lent;
                $body
            }
            $crate::store::Db::Postgres { pool: $conn, .. } => $body,
        }
    };
}
pub(super) use on;

impl Db {
    /// Opens a store and brings its form up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Migration`] when it is newer than this program.
    pub async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        Self::open_or(url, Absent::Made).await
    }

    /// As [`Self::open`], for a store that may have to be there.
    ///
    /// # Errors
    /// As there.
    pub async fn open_or(url: &StoreUrl, absent: Absent) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Sqlite(path) => {
                let options = sqlite_options(path, absent)?;
                let mut connection = options.clone().statement_cache_capacity(REMEMBERED).connect().await?;
                migrate::sqlite(&mut connection).await?;
                sqlx::query(WRITER).execute(&mut connection).await?;
                let read = Readers::open(&options.pragma("cache_size", READER_CACHE), readers()).await?;
                let file = HeldFile::of(path)?;
                Ok(Self::Sqlite {
                    read,
                    writer: Writer::start(SqliteKeeper::new(connection, file.clone())),
                    file,
                })
            }
            StoreUrl::Postgres(url) => {
                let pool = postgres_pool(url, None, 16).await?;
                migrate::postgres(&pool).await?;
                let writer = Writer::start(PostgresKeeper::new(pool.clone()));
                Ok(Self::Postgres { pool, writer })
            }
        }
    }

    /// Ends all connections once what was begun is kept.
    pub async fn close(&self) {
        self.writer().stop().await;
        match self {
            Self::Sqlite { read, .. } => read.close().await,
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// Overwrites what deleted and changed rows left behind, as far as the database lets go of it: PostgreSQL's log
    /// (`pg_wal`) keeps it until its segments are used again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn wipe_traces(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { read, .. } => {
                sqlx::query(EMPTY_LOG).execute(&mut *read.lend().await?).await.map(drop)?;
            }
            Self::Postgres { pool, .. } => sqlx::query(VACUUM).execute(pool).await.map(drop)?,
        }
        Ok(())
    }

    /// Lets the database look at what its tables hold by now, after many rows at once. PostgreSQL does it by itself before
    /// long.
    ///
    /// # Errors
    /// What the database says.
    pub async fn learn(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { .. } => Ok(()),
            Self::Postgres { pool, .. } => Ok(sqlx::query(LEARN).execute(pool).await.map(drop)?),
        }
    }

    /// Writes a consistent copy into a new file that only its owner may read.
    ///
    /// # Errors
    /// [`StoreError::Url`] for PostgreSQL, whose own tools do it; what the database says.
    pub async fn copy_to(&self, file: &Path) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { read, .. } => copy_sqlite(&mut *read.lend().await?, file).await,
            Self::Postgres { .. } => Err(StoreError::Url { reason: "use pg_dump".into() }),
        }
    }

    /// Resolves when the database is gone for good: its file was removed or replaced. A PostgreSQL server that does not
    /// answer may come back.
    pub async fn lost(&self) -> StoreError {
        match self {
            Self::Sqlite { file, .. } => loop {
                if let Err(error) = file.check() {
                    return error;
                }
                tokio::time::sleep(LOOK).await;
            },
            Self::Postgres { .. } => std::future::pending().await,
        }
    }

    /// What keeps changes.
    pub(super) const fn writer(&self) -> &Writer {
        match self {
            Self::Sqlite { writer, .. } | Self::Postgres { writer, .. } => writer,
        }
    }

    /// Name of the engine, for logs and figures.
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }
}

pub(super) async fn copy_sqlite(connection: &mut SqliteConnection, file: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    let failed =
        |error: std::io::Error| StoreError::Unavailable { reason: format!("{}: {error}", file.display()) };
    let Some(name) = file.to_str() else {
        return Err(StoreError::Url { reason: "the path of the copy is not UTF-8".into() });
    };
    sqlx::query(COPY).bind(name).execute(connection).await?;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    std::fs::File::open(file).and_then(|file| file.sync_all()).map_err(failed)
}

/// What becomes of a database that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is made.
    Made,
    /// It is an error: an empty one in the place of one that has just vanished would take its log for its own.
    Refused,
}

/// How a SQLite file is opened. One that is made is readable for nobody else.
pub(super) fn sqlite_options(path: &Path, absent: Absent) -> Result<SqliteConnectOptions, StoreError> {
    let unavailable = |path: &Path, error: std::io::Error| StoreError::Unavailable {
        reason: format!("{}: {error}", path.display()),
    };
    if absent == Absent::Made {
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent).map_err(|error| unavailable(parent, error))?;
        }
        // A file that is there is not touched: to close it would release the engine's locks on it in this process.
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(unavailable(path, error));
            }
            _ => {}
        }
    }
    Ok(SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(absent == Absent::Made)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // Deleted pages are overwritten: what is expunged does not linger in the file.
        .pragma("secure_delete", "ON")
        // What a statement needs for its way back would otherwise be written into a file outside the data's own folder.
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging())
}

/// A pool; with a schema, every connection works in it and it is made if it is not there.
pub(super) async fn postgres_pool(
    url: &str,
    schema: Option<&'static str>,
    connections: u32,
) -> Result<PgPool, StoreError> {
    let mut options = PgConnectOptions::from_str(url)?
        .application_name("tutela")
        .statement_cache_capacity(256)
        .options(PLANS)
        .disable_statement_logging();
    if let Some(schema) = schema {
        options = options.options([("search_path", schema)]);
    }
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(options)
        .await?)
}
