//! One statement of a change, as a value: for tables that change seldom, beside the rows that travel in groups.

use sqlx::{PgConnection, SqliteConnection};
use uuid::Uuid;

use super::StoreError;

/// A value of a statement.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Id(Option<Uuid>),
    Number(Option<i64>),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(Some(id))
    }
}

impl From<Option<Uuid>> for Value {
    fn from(id: Option<Uuid>) -> Self {
        Self::Id(id)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

/// A statement with its values. The modules of the store make them; a use case puts them into a
/// [`WriteSet`](super::WriteSet).
#[derive(Clone, Debug)]
pub struct Write {
    sql: &'static str,
    values: Vec<Value>,
    must: bool,
}

impl Write {
    pub(super) fn new(sql: &'static str, values: impl IntoIterator<Item = Value>) -> Self {
        Self { sql, values: values.into_iter().collect(), must: false }
    }

    /// The same, but the whole change is a conflict unless exactly one row is touched.
    pub(super) fn of_one(sql: &'static str, values: impl IntoIterator<Item = Value>) -> Self {
        Self { must: true, ..Self::new(sql, values) }
    }

    pub(super) async fn run_sqlite(&self, on: &mut SqliteConnection) -> Result<(), StoreError> {
        let mut query = sqlx::query(self.sql);
        for value in &self.values {
            query = match value {
                Value::Id(id) => query.bind(*id),
                Value::Number(number) => query.bind(*number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        let touched = query.execute(on).await?.rows_affected();
        self.check(touched)
    }

    pub(super) async fn run_postgres(&self, on: &mut PgConnection) -> Result<(), StoreError> {
        let mut query = sqlx::query(self.sql);
        for value in &self.values {
            query = match value {
                Value::Id(id) => query.bind(*id),
                Value::Number(number) => query.bind(*number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        let touched = query.execute(on).await?.rows_affected();
        self.check(touched)
    }

    fn check(&self, touched: u64) -> Result<(), StoreError> {
        if self.must && touched != 1 { Err(StoreError::Conflict) } else { Ok(()) }
    }
}

/// A statement's values in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::store::write::Value::from($value)),*] };
}
pub(super) use values;
