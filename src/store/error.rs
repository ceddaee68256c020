//! What can go wrong in a database, without any of its data.

/// Why the store did not do it. Nothing was kept then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row is at another version than expected.
    #[error("the row has another version")]
    Conflict,
    /// Something unique is there already.
    #[error("already there: {constraint}")]
    Duplicate {
        /// The constraint.
        constraint: String,
    },
    /// A stored value does not have its form.
    #[error("{table}.{column} cannot be read")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
    },
    /// The database does not answer.
    #[error("the database does not answer: {reason}")]
    Unavailable {
        /// What the driver said.
        reason: String,
    },
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The database's form is not this program's.
    #[error("migration: {reason}")]
    Migration {
        /// What is wrong.
        reason: String,
    },
    /// The address of a database cannot be read.
    #[error("not a database address: {reason}")]
    Url {
        /// What is wrong.
        reason: String,
    },
    /// The database refused a statement, which is a fault of this program.
    #[error("the database refused a statement: {reason}")]
    Refused {
        /// The driver's code and kind, never a value.
        reason: String,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                if database.is_unique_violation() {
                    // SQLite names the columns, PostgreSQL the constraint; neither names a value.
                    let constraint =
                        database.constraint().map_or_else(|| database.message().to_owned(), str::to_owned);
                    return Self::Duplicate { constraint };
                }
                match code.as_str() {
                    // SQLITE_FULL; PostgreSQL disk_full.
                    "13" | "53100" => Self::Full,
                    // SQLITE_BUSY, LOCKED, READONLY, IOERR, CANTOPEN; PostgreSQL shutdown and connection states.
                    "5" | "6" | "8" | "10" | "14" | "57P01" | "57P02" | "57P03" | "25006" => {
                        Self::Unavailable { reason: format!("code {code}") }
                    }
                    // SQLITE_IOERR has many extended codes.
                    _ if code.parse::<u32>().is_ok_and(|n| n & 0xff == 10) => {
                        Self::Unavailable { reason: format!("code {code}") }
                    }
                    _ if code.parse::<u32>().is_ok_and(|n| n & 0xff == 5) => {
                        Self::Unavailable { reason: format!("code {code}") }
                    }
                    _ => Self::Refused { reason: format!("code {code}") },
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable { reason: "connection lost".into() },
            sqlx::Error::Configuration(reason) => Self::Url { reason: reason.to_string() },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Corrupt { table: "?", column: "?" }
            }
            other => Self::Refused { reason: kind(&other).to_owned() },
        }
    }
}

fn kind(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::RowNotFound => "no row",
        sqlx::Error::ColumnNotFound(_) => "no such column",
        sqlx::Error::Protocol(_) => "protocol",
        sqlx::Error::Tls(_) => "tls",
        _ => "driver",
    }
}
