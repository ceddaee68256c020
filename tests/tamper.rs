//! Every column that the ledger vouches for, changed behind the service's back, is found and named.

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::support::app::TestApp;
use crate::support::case::TestCase;
use crate::support::on_both;
use tutela::store::StoreUrl;

on_both!(every_changed_column_is_found, a_ledger_rewritten_with_its_hashes_is_found);

const GUARDED: [&str; 10] = [
    "case_file",
    "person",
    "blind_index",
    "case_event",
    "clock",
    "leaf_detail",
    "ledger_leaf",
    "ledger_tile",
    "ledger_checkpoint",
    "ledger_head",
];

async fn every_changed_column_is_found(app: &TestApp) {
    for _ in 0..2 {
        let case = TestCase::open(app).await;
        let draft = case.up_to_conditional_draft().await;
        case.done("qian.li", &json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": draft}))
            .await;
    }
    // One whose leaves have their details beside them, under other keys.
    let case = TestCase::open(app).await;
    let draft = case.up_to_conditional_draft().await;
    case.finish(&draft).await;
    // More than one tile of leaves.
    for _ in 0..260 {
        app.get("zhao.ning", "/api/v1/cases").await;
    }
    app.settle().await;
    let sound = app.audit().await;
    assert!(sound.sound(), "{sound:?}");
    disarm(app).await;
    for table in GUARDED {
        app.sql(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        for (column, kind) in columns(app, table).await {
            // A checkpoint's time is for the reader; the signed note is what counts.
            if (table, column.as_str()) == ("ledger_checkpoint", "at")
                || (table, column.as_str()) == ("ledger_head", "id")
            {
                continue;
            }
            let first = match table {
                _ if !app.is_sqlite() => format!("ctid = (SELECT ctid FROM {table} ORDER BY ctid LIMIT 1)"),
                "clock" => "(case_id, clock, run) = (SELECT case_id, clock, run FROM clock LIMIT 1)".into(),
                "blind_index" => "(tag, person_id) = (SELECT tag, person_id FROM blind_index LIMIT 1)".into(),
                _ => format!("rowid = (SELECT rowid FROM {table} ORDER BY rowid LIMIT 1)"),
            };
            let value = other_value(&column, &kind);
            app.sql(&format!("UPDATE {table} SET {column} = {value} WHERE {first}")).await;
            let audit = app.audit().await;
            assert!(!audit.sound(), "{table}.{column} was changed and nothing was found");
            let named = audit.rows.iter().any(|fault| fault.table == table)
                || audit.ledger.faults.iter().any(|fault| fault.table() == table);
            assert!(named, "{table}.{column}: {audit:?}");
            restore(app, table).await;
        }
        // A checkpoint that is taken away takes no content with it; whoever kept a copy still holds the tree to it.
        if table == "ledger_checkpoint" {
            continue;
        }
        let gone = if app.is_sqlite() {
            let key = columns(app, table).await[0].0.clone();
            format!("DELETE FROM {table} WHERE {key} = (SELECT {key} FROM {table} LIMIT 1)")
        } else {
            format!("DELETE FROM {table} WHERE ctid = (SELECT ctid FROM {table} LIMIT 1)")
        };
        app.sql(&gone).await;
        assert!(!app.audit().await.sound(), "a row of {table} was taken away and nothing was found");
        restore(app, table).await;
    }
    let sound = app.audit().await;
    assert!(sound.sound(), "{sound:?}");
}

/// Somebody with the database but without the signing key rewrites a leaf, its hash, the tiles and the head.
async fn a_ledger_rewritten_with_its_hashes_is_found(app: &TestApp) {
    TestCase::open(app).await;
    app.settle().await;
    disarm(app).await;
    let note = tutela::store::latest_checkpoint(app.service.db()).await.unwrap().unwrap().1;
    let forger = tutela::ledger::Signer::from_seed("tutela.local/ledger", &[7; 32]).unwrap();
    let head = tutela::store::ledger_head(app.service.db()).await.unwrap();
    let forged = forger.sign(head.len(), head.root());
    assert_ne!(note, forged);
    app.sql(&format!("UPDATE ledger_checkpoint SET note = '{forged}'")).await;
    let audit = app.audit().await;
    assert!(audit.ledger.faults.iter().any(|f| f.table() == "ledger_checkpoint"), "{audit:?}");
}

/// What an intruder with the file does first: the triggers and references go away.
async fn disarm(app: &TestApp) {
    if !app.is_sqlite() {
        app.sql("DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' \
             LOOP EXECUTE format('ALTER TABLE %I DISABLE TRIGGER ALL', t); END LOOP; END $$")
            .await;
        return;
    }
    for table in ["person", "case_event", "ledger_leaf", "ledger_tile", "ledger_checkpoint"] {
        app.sql(&format!("DROP TRIGGER {table}_no_update; DROP TRIGGER {table}_no_delete")).await;
    }
}

async fn restore(app: &TestApp, table: &str) {
    app.sql(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).await;
}

/// Columns of a table with their types, as the database names them.
async fn columns(app: &TestApp, table: &str) -> Vec<(String, String)> {
    match &app.urls.0 {
        StoreUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
            let sql = format!("SELECT name, type FROM pragma_table_info('{table}') ORDER BY cid");
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut conn).await.unwrap()
        }
        StoreUrl::Postgres(url) => {
            let mut conn = PgConnection::connect(url).await.unwrap();
            let sql = format!(
                "SELECT column_name::text, upper(data_type::text) FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            );
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut conn).await.unwrap()
        }
    }
}

/// An expression for another value that the column can hold.
fn other_value(column: &str, kind: &str) -> String {
    let is_id = ["id", "supersedes"].contains(&column) || column.ends_with("_id");
    match kind {
        _ if column == "sealed" => "1 - sealed".into(),
        // It may be the largest number there is.
        _ if column == "next_due" => "next_due - 1000000".into(),
        "TEXT" => format!("COALESCE({column}, '') || 'x'"),
        "INTEGER" | "BIGINT" => format!("COALESCE({column}, 0) + 1000000"),
        "SMALLINT" => format!("{column} + 100"),
        "BLOB" if is_id => "randomblob(16)".into(),
        "BLOB" => "randomblob(32)".into(),
        "UUID" => "gen_random_uuid()".into(),
        "BYTEA" => "sha256('x')".into(),
        other => panic!("{other}"),
    }
}
