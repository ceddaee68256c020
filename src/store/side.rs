//! Small changes that are kept in the same commit as a case's rows or a leaf: a role granted, a deputy, a notice.

use uuid::Uuid;

use super::StoreError;
use super::rows::IdempotencyRow;

const KEEP_ANSWER: &str = "INSERT INTO idempotency (account_id, key, body_hash, case_id, status, response, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";

/// A value of a statement.
#[derive(Clone, Debug)]
pub(super) enum Arg {
    /// An identity, or none.
    Id(Option<Uuid>),
    /// A number, or none.
    Int(Option<i64>),
    /// A text, or none.
    Text(Option<String>),
    /// Bytes, or none.
    Bytes(Option<Vec<u8>>),
}

impl From<Uuid> for Arg {
    fn from(id: Uuid) -> Self {
        Self::Id(Some(id))
    }
}

impl From<Option<Uuid>> for Arg {
    fn from(id: Option<Uuid>) -> Self {
        Self::Id(id)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Arg {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(Some(text.clone()))
    }
}

impl From<Option<&String>> for Arg {
    fn from(text: Option<&String>) -> Self {
        Self::Text(text.cloned())
    }
}

impl From<&[u8]> for Arg {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

impl From<Option<&[u8]>> for Arg {
    fn from(bytes: Option<&[u8]>) -> Self {
        Self::Bytes(bytes.map(<[u8]>::to_vec))
    }
}

/// One statement of a change. The functions of this module's neighbours make them.
#[derive(Clone, Debug)]
pub struct Side {
    sql: &'static str,
    args: Vec<Arg>,
    /// It changes a row, or the whole change is a conflict.
    must: bool,
}

impl Side {
    /// A statement that may find nothing to change.
    pub(super) const fn may(sql: &'static str, args: Vec<Arg>) -> Self {
        Self { sql, args, must: false }
    }

    /// A statement that must change a row. If it changes none, somebody else was first and the whole change is a
    /// conflict.
    pub(super) const fn must(sql: &'static str, args: Vec<Arg>) -> Self {
        Self { sql, args, must: true }
    }
}

/// Remembers the answer to a change that is beside a case's own rows; a duplicate if the key was used before.
pub(super) fn keep_answer(row: &IdempotencyRow) -> Side {
    Side::must(
        KEEP_ANSWER,
        vec![
            row.account_id.into(),
            (&row.key).into(),
            row.body_hash.as_slice().into(),
            row.case_id.into(),
            row.status.into(),
            row.response.as_slice().into(),
            row.at.into(),
        ],
    )
}

/// Runs statements on either driver's connection, in their order.
macro_rules! run_for {
    ($name:ident, $connection:ty) => {
        pub(super) async fn $name(connection: &mut $connection, sides: &[&Side]) -> Result<(), StoreError> {
            for side in sides {
                let mut query = sqlx::query(side.sql);
                for arg in &side.args {
                    query = match arg {
                        Arg::Id(id) => query.bind(*id),
                        Arg::Int(number) => query.bind(*number),
                        Arg::Text(text) => query.bind(text.as_deref()),
                        Arg::Bytes(bytes) => query.bind(bytes.as_deref()),
                    };
                }
                let done = query.execute(&mut *connection).await?;
                if side.must && done.rows_affected() == 0 {
                    return Err(StoreError::Conflict);
                }
            }
            Ok(())
        }
    };
}

run_for!(run_on_sqlite, sqlx::SqliteConnection);
run_for!(run_on_postgres, sqlx::PgConnection);
