//! Every statement of the store is prepared on both databases, so that a misspelt column fails here with its file and
//! line, and both databases have the same tables.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, SqliteConnection};
use std::collections::BTreeMap;

use crate::support::app::TestApp;
use tutela::store::StoreUrl;

/// A constant in the sources.
struct Found {
    place: String,
    sql: String,
}

fn statements() -> Vec<Found> {
    let mut found = Vec::new();
    let folder = |below| format!("{}/src/store{below}", env!("CARGO_MANIFEST_DIR"));
    let entries = [folder(""), folder("/writer")].map(|folder| std::fs::read_dir(folder).unwrap());
    for path in entries.into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut at = 0;
        while let Some(begin) = text[at..].find('"') {
            let rest = &text[at + begin + 1..];
            let Some(end) = rest.find('"') else { break };
            // A piece that is put together with others at run time begins or ends in the open; use cases cover it.
            let piece = rest.starts_with(' ') || rest[..end].ends_with([' ', '(']);
            let sql = rest[..end].replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
            let line = text[..at + begin].lines().count();
            at += begin + end + 2;
            let verb = sql.split(' ').next().unwrap_or_default();
            if ["SELECT", "INSERT", "UPDATE", "DELETE"].contains(&verb) && !piece {
                found.push(Found { place: format!("{name}:{line}"), sql });
            }
        }
    }
    found
}

#[tokio::test]
async fn every_statement_is_accepted_by_both_databases() {
    let all = statements();
    assert!(all.len() > 30, "only {} statements were found", all.len());
    let app = TestApp::sqlite().await;
    let (StoreUrl::Sqlite(record), StoreUrl::Sqlite(keys)) = &app.urls else { panic!() };
    let mut record = SqliteConnection::connect(&format!("sqlite:{}", record.display())).await.unwrap();
    let mut keys = SqliteConnection::connect(&format!("sqlite:{}", keys.display())).await.unwrap();
    for Found { place, sql } in &all {
        if sql.contains("pg_")
            || sql.contains("::")
            || sql.contains("RETURNING") && place.starts_with("sequencer")
        {
            continue;
        }
        let conn = if place.starts_with("keys.rs") { &mut keys } else { &mut record };
        if let Err(error) = conn.prepare(AssertSqlSafe(sql.clone()).into_sql_str()).await {
            panic!("{place}: SQLite: {error}: {sql}");
        }
    }
    let Some(app) = TestApp::postgres().await else { return };
    let StoreUrl::Postgres(url) = &app.urls.0 else { panic!() };
    let mut conn = PgConnection::connect(url).await.unwrap();
    conn.execute("SET search_path = public, tutela_keys").await.unwrap();
    for Found { place, sql } in &all {
        if sql.contains("json_each") {
            continue;
        }
        if let Err(error) = conn.prepare(AssertSqlSafe(sql.clone()).into_sql_str()).await {
            panic!("{place}: PostgreSQL: {error}: {sql}");
        }
    }
}

/// Table and column to "may be null".
type Columns = BTreeMap<(String, String), bool>;

const SQLITE_COLUMNS: &str = "SELECT m.name, c.name, c.\"notnull\" FROM sqlite_schema m, pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT GLOB '_*' AND m.name NOT GLOB 'sqlite*'";
const POSTGRES_COLUMNS: &str = "SELECT table_name::text, column_name::text, \
     (CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END)::bigint FROM information_schema.columns \
     WHERE table_schema IN ('public', 'tutela_keys') AND left(table_name, 1) <> '_'";

fn collect(rows: Vec<(String, String, i64)>) -> Columns {
    rows.into_iter().map(|(table, column, not_null)| ((table, column), not_null == 0)).collect()
}

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let app = TestApp::sqlite().await;
    let mut columns = Columns::new();
    for url in [&app.urls.0, &app.urls.1] {
        let StoreUrl::Sqlite(path) = url else { panic!() };
        let mut conn = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
        columns.append(&mut collect(sqlx::query_as(SQLITE_COLUMNS).fetch_all(&mut conn).await.unwrap()));
    }
    assert!(columns.len() > 80, "{columns:?}");
    let Some(app) = TestApp::postgres().await else { return };
    let StoreUrl::Postgres(url) = &app.urls.0 else { panic!() };
    let mut conn = PgConnection::connect(url).await.unwrap();
    let others = collect(sqlx::query_as(POSTGRES_COLUMNS).fetch_all(&mut conn).await.unwrap());
    assert_eq!(columns, others);
}
