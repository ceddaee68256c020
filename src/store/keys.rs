//! The key store: a database of its own, so that old backups of the record cannot bring an expunged key back.

use sqlx::{Connection as _, FromRow, PgPool, QueryBuilder};
use uuid::Uuid;

use super::read::hex_list;
use super::readers::Readers;
use super::work::{Absent, postgres_pool, sqlite_options};
use super::{StoreError, StoreUrl, migrate};
use crate::vault::{CaseKeyRow, KeyringRow};

/// Schema of the key store when it shares a PostgreSQL server with the record.
const SCHEMA: &str = "tutela_keys";

const CREATE_SCHEMA: &str = "CREATE SCHEMA IF NOT EXISTS tutela_keys";
const LOAD_KEYRING: &str =
    "SELECT kid, purpose, epoch, wrapped, commitment, state FROM keyring ORDER BY purpose, epoch";
const UPSERT_KEY: &str = "INSERT INTO keyring (kid, purpose, epoch, wrapped, commitment, state) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kid) DO UPDATE SET wrapped = excluded.wrapped, state = excluded.state";
const FIND_CASE_KEYS: &str =
    "SELECT case_id, class, key_no, kek_id, wrapped, commitment FROM case_key WHERE case_id = $1";
const DROP_CASE_KEYS: &str = "DELETE FROM case_key WHERE case_id = $1 AND key_no >= $2 AND key_no <= $3";
/// Deleted pages are overwritten, but the log still has them until it is emptied.
const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// A deleted row stays in its page until then.
const VACUUM: &str = "VACUUM case_key, keyring";
const KEYS_OF_SQLITE: &str = "SELECT case_id, class, key_no, kek_id, wrapped, commitment FROM case_key WHERE case_id IN (SELECT unhex(value) FROM json_each($1))";
const KEYS_OF_POSTGRES: &str = "SELECT case_id, class, key_no, kek_id, wrapped, commitment FROM case_key WHERE case_id = ANY($1::uuid[])";
const PAGE_CASE_KEYS: &str = "SELECT case_id, class, key_no, kek_id, wrapped, commitment FROM case_key WHERE (case_id, class, key_no) > ($1, $2, $3) ORDER BY case_id, class, key_no LIMIT $4";
const UPDATE_CASE_KEY: &str =
    "UPDATE case_key SET kek_id = $1, wrapped = $2 WHERE case_id = $3 AND class = $4 AND key_no = $5";

/// Position in a walk through all case keys.
pub type CaseKeyCursor = (Uuid, i16, i64);

/// The key store. Cheap to clone.
#[derive(Clone)]
pub enum KeyDb {
    /// A SQLite file of its own.
    Sqlite(Readers),
    /// A PostgreSQL schema of its own, or a database of its own.
    Postgres(PgPool),
}

macro_rules! on_keys {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            KeyDb::Sqlite(readers) => {
                let mut lent = readers.lend().await?;
                let $pool = &mut *lent;
                $body
            }
            KeyDb::Postgres($pool) => $body,
        }
    };
}

#[derive(FromRow)]
struct KeyringFields {
    kid: Uuid,
    purpose: String,
    epoch: i64,
    wrapped: Vec<u8>,
    commitment: Vec<u8>,
    state: String,
}

#[derive(FromRow)]
struct CaseKeyFields {
    case_id: Uuid,
    class: i16,
    key_no: i64,
    kek_id: Uuid,
    wrapped: Vec<u8>,
    commitment: Vec<u8>,
}

impl From<CaseKeyFields> for CaseKeyRow {
    fn from(row: CaseKeyFields) -> Self {
        let CaseKeyFields { case_id, class, key_no, kek_id, wrapped, commitment } = row;
        Self { case_id, class, key_no, kek_id, wrapped, commitment }
    }
}

impl KeyDb {
    /// Opens the key store and brings its form up to date.
    ///
    /// # Errors
    /// As [`super::Db::open`].
    pub async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        Self::open_or(url, Absent::Made).await
    }

    /// As [`Self::open`], for a key store that may have to be there.
    ///
    /// # Errors
    /// As there.
    pub async fn open_or(url: &StoreUrl, absent: Absent) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Sqlite(path) => {
                // One connection: key rows are short, and a second writer would only wait.
                let connections = Readers::open(&sqlite_options(path, absent)?, 1).await?;
                let mut lent = connections.lend().await?;
                migrate::keys_sqlite(&mut lent).await?;
                drop(lent);
                Ok(Self::Sqlite(connections))
            }
            StoreUrl::Postgres(url) => {
                let pool = postgres_pool(url, Some(SCHEMA), 4).await?;
                sqlx::query(CREATE_SCHEMA).execute(&pool).await?;
                migrate::keys_postgres(&pool).await?;
                Ok(Self::Postgres(pool))
            }
        }
    }

    /// Ends all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(connections) => connections.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// The keyring's rows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn load_keyring(&self) -> Result<Vec<KeyringRow>, StoreError> {
        let rows: Vec<KeyringFields> =
            on_keys!(self, |pool| sqlx::query_as(LOAD_KEYRING).fetch_all(pool).await)?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let KeyringFields { kid, purpose, epoch, wrapped, commitment, state } = row;
                KeyringRow { kid, purpose, epoch, wrapped, commitment, state }
            })
            .collect())
    }

    /// Keeps rows of the keyring, all or none; rows that are there take the new wrapping and state.
    ///
    /// # Errors
    /// What the database says.
    pub async fn put_keyring(&self, rows: &[KeyringRow]) -> Result<(), StoreError> {
        on_keys!(self, |pool| {
            let mut work = pool.begin().await?;
            for row in rows {
                sqlx::query(UPSERT_KEY)
                    .bind(row.kid)
                    .bind(&row.purpose)
                    .bind(row.epoch)
                    .bind(&row.wrapped)
                    .bind(&row.commitment)
                    .bind(&row.state)
                    .execute(&mut *work)
                    .await?;
            }
            work.commit().await?;
        });
        Ok(())
    }

    /// Keeps new case keys, all or none.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when one is there already.
    pub async fn insert_case_keys(&self, rows: Vec<CaseKeyRow>) -> Result<(), StoreError> {
        on_keys!(self, |pool| {
            let mut insert = QueryBuilder::new(
                "INSERT INTO case_key (case_id, class, key_no, kek_id, wrapped, commitment) ",
            );
            insert.push_values(&rows, |mut b, row| {
                b.push_bind(row.case_id)
                    .push_bind(row.class)
                    .push_bind(row.key_no)
                    .push_bind(row.kek_id)
                    .push_bind(&row.wrapped)
                    .push_bind(&row.commitment);
            });
            insert.build().execute(pool).await?;
        });
        Ok(())
    }

    /// The keys of a case.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_case_keys(&self, case: Uuid) -> Result<Vec<CaseKeyRow>, StoreError> {
        let rows: Vec<CaseKeyFields> =
            on_keys!(self, |pool| sqlx::query_as(FIND_CASE_KEYS).bind(case).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(CaseKeyRow::from).collect())
    }

    /// The keys of several cases.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find_keys_of(&self, cases: &[Uuid]) -> Result<Vec<CaseKeyRow>, StoreError> {
        let rows: Vec<CaseKeyFields> = match self {
            Self::Sqlite(connections) => {
                let mut lent = connections.lend().await?;
                sqlx::query_as(KEYS_OF_SQLITE).bind(hex_list(cases)).fetch_all(&mut *lent).await?
            }
            Self::Postgres(pool) => sqlx::query_as(KEYS_OF_POSTGRES).bind(cases).fetch_all(pool).await?,
        };
        Ok(rows.into_iter().map(CaseKeyRow::from).collect())
    }

    /// Case keys after a position, in order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn page_case_keys(
        &self,
        after: Option<CaseKeyCursor>,
        limit: i64,
    ) -> Result<Vec<CaseKeyRow>, StoreError> {
        let (case, class, key_no) = after.unwrap_or((Uuid::nil(), i16::MIN, i64::MIN));
        let rows: Vec<CaseKeyFields> = on_keys!(self, |pool| sqlx::query_as(PAGE_CASE_KEYS)
            .bind(case)
            .bind(class)
            .bind(key_no)
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(CaseKeyRow::from).collect())
    }

    /// Destroys the keys of a case of the generations `from` to `to`, and their traces in the store's files as far as
    /// the database lets go of them: PostgreSQL's log (`pg_wal`) keeps them until its segments are used again.
    ///
    /// # Errors
    /// What the database says; it can be done again.
    pub async fn destroy_case_keys(&self, case: Uuid, from: i64, to: i64) -> Result<(), StoreError> {
        on_keys!(self, |pool| sqlx::query(DROP_CASE_KEYS)
            .bind(case)
            .bind(from)
            .bind(to)
            .execute(pool)
            .await
            .map(drop))?;
        self.wipe_traces().await
    }

    /// Overwrites what deleted rows left behind.
    ///
    /// # Errors
    /// What the database says.
    pub async fn wipe_traces(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connections) => {
                sqlx::query(EMPTY_LOG).execute(&mut *connections.lend().await?).await.map(drop)?;
            }
            Self::Postgres(pool) => sqlx::query(VACUUM).execute(pool).await.map(drop)?,
        }
        Ok(())
    }

    /// Writes a consistent copy into a new file that only its owner may read; as [`super::Db::copy_to`].
    ///
    /// # Errors
    /// As there.
    pub async fn copy_to(&self, file: &std::path::Path) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connections) => {
                super::work::copy_sqlite(&mut *connections.lend().await?, file).await
            }
            Self::Postgres(_) => Err(StoreError::Url { reason: "use pg_dump".into() }),
        }
    }

    /// Keeps new wrappings of case keys, all or none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn update_case_keys(&self, rows: Vec<CaseKeyRow>) -> Result<(), StoreError> {
        on_keys!(self, |pool| {
            let mut work = pool.begin().await?;
            for row in &rows {
                sqlx::query(UPDATE_CASE_KEY)
                    .bind(row.kek_id)
                    .bind(&row.wrapped)
                    .bind(row.case_id)
                    .bind(row.class)
                    .bind(row.key_no)
                    .execute(&mut *work)
                    .await?;
            }
            work.commit().await?;
        });
        Ok(())
    }
}
