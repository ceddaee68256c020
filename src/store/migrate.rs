//! Forward-only migrations, part of the program.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{PgPool, SqliteConnection};

use super::StoreError;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite/record");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres/record");
static KEYS_SQLITE: Migrator = sqlx::migrate!("migrations/sqlite/keys");
static KEYS_POSTGRES: Migrator = sqlx::migrate!("migrations/postgres/keys");

pub(super) async fn sqlite(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    SQLITE.run_direct(None, connection, false).await.map_err(explain)
}

pub(super) async fn postgres(pool: &PgPool) -> Result<(), StoreError> {
    POSTGRES.run(pool).await.map_err(explain)
}

pub(super) async fn keys_sqlite(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    KEYS_SQLITE.run_direct(None, connection, false).await.map_err(explain)
}

pub(super) async fn keys_postgres(pool: &PgPool) -> Result<(), StoreError> {
    KEYS_POSTGRES.run(pool).await.map_err(explain)
}

fn explain(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::VersionMissing(version) => StoreError::Migration {
            reason: format!(
                "the database has migration {version}, which this program does not know: it is older than the database"
            ),
        },
        other => StoreError::Migration { reason: other.to_string() },
    }
}
