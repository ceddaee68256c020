//! The floor: the barest program of the same parts (axum, sqlx, one durable row a request) that does nothing of what
//! the service is for. Runs as a process of its own, so that its processor time can be told apart.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::{mpsc, oneshot};

use crate::Outcome;

const TABLE_SQLITE: &str =
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, payload TEXT NOT NULL) STRICT";
const TABLE_POSTGRES: &str =
    "CREATE TABLE entry (id BIGINT PRIMARY KEY, case_id TEXT NOT NULL, payload TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO entry (id, case_id, payload) VALUES ($1, $2, $3)";
/// Rows that share a commit at most; as many as the service's writer takes.
const GROUP: usize = 128;

/// How a floor keeps its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Keeping {
    /// One durable commit a request.
    Single,
    /// Requests that wait share a durable commit.
    Grouped,
}

#[derive(Deserialize)]
struct Entry {
    case: String,
    payload: String,
}

struct Row {
    id: i64,
    entry: Entry,
}

type Waiting = (Row, oneshot::Sender<bool>);

#[derive(Clone)]
enum Floor {
    SingleSqlite(SqlitePool),
    SinglePostgres(PgPool),
    Grouped(mpsc::Sender<Waiting>),
}

#[derive(Clone)]
struct App {
    floor: Floor,
    next: Arc<AtomicI64>,
}

/// One insert, for either driver.
macro_rules! insert {
    ($to:expr, $row:expr) => {
        sqlx::query(INSERT).bind($row.id).bind(&$row.entry.case).bind(&$row.entry.payload).execute($to).await
    };
}

/// Serves a floor over a database until it is ended.
pub(crate) async fn serve(database: &str, keeping: Keeping) -> Outcome<()> {
    let floor = if let Some(path) = database.strip_prefix("sqlite:") {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        sqlx::query(TABLE_SQLITE).execute(&pool).await?;
        match keeping {
            Keeping::Single => Floor::SingleSqlite(pool),
            Keeping::Grouped => Floor::Grouped(group_sqlite(pool)),
        }
    } else {
        let pool =
            PgPoolOptions::new().max_connections(16).test_before_acquire(false).connect(database).await?;
        sqlx::query(TABLE_POSTGRES).execute(&pool).await?;
        match keeping {
            Keeping::Single => Floor::SinglePostgres(pool),
            Keeping::Grouped => Floor::Grouped(group_postgres(pool)),
        }
    };
    let app = Router::new().route("/", post(keep)).with_state(App { floor, next: Arc::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn keep(State(app): State<App>, Json(entry): Json<Entry>) -> (StatusCode, Json<i64>) {
    let id = app.next.fetch_add(1, Ordering::Relaxed);
    let row = Row { id, entry };
    let kept = match &app.floor {
        Floor::SingleSqlite(pool) => insert!(pool, row).is_ok(),
        Floor::SinglePostgres(pool) => insert!(pool, row).is_ok(),
        Floor::Grouped(queue) => {
            let (answer, answered) = oneshot::channel();
            queue.send((row, answer)).await.is_ok() && answered.await.unwrap_or(false)
        }
    };
    (if kept { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }, Json(id))
}

/// A task that keeps waiting rows in groups, for either driver.
macro_rules! grouping {
    ($name:ident, $pool:ty) => {
        fn $name(pool: $pool) -> mpsc::Sender<Waiting> {
            let (queue, mut waiting) = mpsc::channel::<Waiting>(1024);
            tokio::spawn(async move {
                let mut group = Vec::with_capacity(GROUP);
                while waiting.recv_many(&mut group, GROUP).await > 0 {
                    let kept = async {
                        let mut work = pool.begin().await?;
                        for (row, _) in &group {
                            insert!(&mut *work, row)?;
                        }
                        work.commit().await
                    };
                    let kept = kept.await.is_ok();
                    for (_, answer) in group.drain(..) {
                        // A client that has gone away does not matter here.
                        let _ = answer.send(kept);
                    }
                }
            });
            queue
        }
    };
}
grouping!(group_sqlite, SqlitePool);
grouping!(group_postgres, PgPool);
