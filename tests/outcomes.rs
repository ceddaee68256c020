//! What cases came to, as numbers: what is counted, for whom, and what is left out.

use serde_json::{Value, json};
use tutela::store;

use crate::support::app::TestApp;
use crate::support::case::{TestCase, first_file};
use crate::support::on_both;

on_both!(
    numbers_are_of_ones_own_offices_and_small_ones_are_left_out,
    a_sealed_record_stays_a_number_and_no_more
);

/// The row of a table with a code.
fn row<'v>(outcomes: &'v Value, table: &str, code: &str) -> &'v Value {
    let table = outcomes["tables"].as_array().unwrap().iter().find(|one| one["id"] == table);
    let rows = table.unwrap_or_else(|| panic!("{outcomes}"))["rows"].as_array().unwrap();
    rows.iter().find(|row| row["code"] == code).unwrap_or_else(|| panic!("{code}: {rows:#?}"))
}

/// A number of a row, in a column.
fn cell(outcomes: &Value, table: &str, code: &str, by: &str, column: &str) -> Value {
    let tables = outcomes["tables"].as_array().unwrap();
    let columns = tables.iter().find(|one| one["id"] == table).unwrap()["columns"].as_array().unwrap();
    let place = columns.iter().position(|one| one["by"] == by && one["code"] == column);
    row(outcomes, table, code)["cells"][place.unwrap_or_else(|| panic!("{by} {column}: {columns:#?}"))]
        .clone()
}

async fn numbers_are_of_ones_own_offices_and_small_ones_are_left_out(app: &TestApp) {
    let mut first = None;
    for (sex, born, office, who) in [
        ("boy", "2009-03-02", "HW", "wu.min"),
        ("boy", "2009-03-02", "HW", "wu.min"),
        ("boy", "2009-03-02", "HW", "wu.min"),
        ("boy", "2009-03-02", "HW", "wu.min"),
        ("boy", "2010-03-02", "HW", "wu.min"),
        ("boy", "2010-03-02", "HW", "wu.min"),
        ("girl", "2010-03-02", "HW", "wu.min"),
        ("girl", "2010-03-02", "HW", "wu.min"),
        ("boy", "2010-03-02", "LX", "lu.yao"),
    ] {
        let mut file = first_file();
        (file["child"]["sex"], file["child"]["born"], file["office"]) =
            (json!(sex), json!(born), json!(office));
        let opened = app.post(who, "/api/v1/cases", &file).await;
        assert_eq!(opened.status, 201, "{}", opened.json());
        let id = opened.json()["case"].as_str().unwrap().to_owned();
        first.get_or_insert(TestCase { app, id });
    }
    let case = first.unwrap();
    case.prepare_interview().await;
    case.done("zhao.ning", &crate::support::case::interview()).await;

    let seen = app.get("he.jing", "/api/v1/outcomes?year=2025").await;
    assert_eq!(seen.status, 200, "{}", seen.json());
    let seen = seen.json();
    assert_eq!(seen["office"], "QY", "the topmost office of a supervisor");
    assert_eq!(row(&seen, "received", "T11")["total"], 9);
    assert_eq!(cell(&seen, "received", "T11", "quarter", "4"), 9);
    assert_eq!(cell(&seen, "received", "T11", "quarter", "1"), 0, "none is not small");
    // Two girls are left out; seven boys would give them away. One case of an office likewise.
    for (by, column) in [("sex", "girl"), ("sex", "boy"), ("age", "16"), ("office", "LX"), ("office", "HW")] {
        assert_eq!(cell(&seen, "received", "T11", by, column), Value::Null, "{by} {column}: {seen}");
    }
    assert_eq!(row(&seen, "safeguards_met", "S08")["total"], Value::Null, "one interview is few");
    let next = app.get("he.jing", "/api/v1/outcomes?year=2026").await.json();
    assert_eq!(next["tables"], json!([]), "another year: {next}");

    // The file says the same, with the same gaps.
    let file = app.get("he.jing", "/api/v1/outcomes.csv?year=2025").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    let file = String::from_utf8(file.bytes).unwrap();
    assert!(
        file.contains("\"received\",\"cn-procuratorate\",\"T11\",") && file.contains("\"sex\",\"girl\",\"\""),
        "{file}"
    );

    // Who sees what: a researcher of the province, a chief of the district; nobody a cut below their own table.
    let above = app.get("tang.ye", "/api/v1/outcomes?year=2025").await.json();
    assert_eq!((&above["office"], &row(&above, "received", "T11")["total"]), (&json!("LJ"), &json!(9)));
    let chief = app.get("qian.li", "/api/v1/outcomes?year=2025").await.json();
    assert_eq!((&chief["office"], &row(&chief, "received", "T11")["total"]), (&json!("HW"), &json!(8)));
    assert_eq!(app.get("he.jing", "/api/v1/outcomes?year=2025&office=HW").await.codes(), ["OFFICE_BELOW"]);
    assert_eq!(app.get("he.jing", "/api/v1/outcomes?year=2031").await.codes(), ["YEAR"]);
    assert!(app.get("he.jing", "/api/v1/outcomes?office=LJ").await.is_problem(403, "not-permitted"));
    assert!(app.get("zhao.ning", "/api/v1/outcomes").await.is_problem(403, "not-permitted"));

    // What is corrected of the child is counted as corrected.
    let child = json!({"kind": "correct_child", "reason": "户籍证明更正出生日期", "child":
        {"sex": "boy", "born": "2010-03-03", "birth_proved": true}});
    case.done("zhao.ning", &child).await;
    let corrected = app.get("he.jing", "/api/v1/outcomes?year=2025").await.json();
    assert_eq!(cell(&corrected, "received", "T11", "age", "14"), Value::Null);

    // Made anew from the cases, the numbers are the same.
    app.sql("DELETE FROM outcome").await;
    app.sql("INSERT INTO outcome_unknown (case_id) SELECT id FROM case_file").await;
    assert_eq!(app.service.derive_unknown_outcomes().await.unwrap(), 9);
    assert_eq!(app.get("he.jing", "/api/v1/outcomes?year=2025").await.json(), corrected);

    app.settle().await;
    let leaves = store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    let acts: Vec<String> =
        leaves.iter().map(|leaf| String::from_utf8_lossy(&leaf.leaf).into_owned()).collect();
    for act in ["outcomes.read", "outcomes.export", "outcomes.derive"] {
        assert!(acts.iter().any(|leaf| leaf.contains(act)), "{act}");
    }
    let audit = app.audit().await;
    assert!(audit.sound(), "{audit:?}");
}

async fn a_sealed_record_stays_a_number_and_no_more(app: &TestApp) {
    for _ in 0..4 {
        TestCase::open(app).await;
    }
    let case = TestCase::sealed(app).await;
    assert!(case.read("zhao.ning").await.is_problem(404, "not-found"));
    let seen = app.get("he.jing", "/api/v1/outcomes?year=2025").await.json();
    assert_eq!(row(&seen, "received", "T11")["total"], 5, "it is in the sum");
    // No row says whose it was: neither that of the opening nor those of what was decided.
    app.sql("CREATE TABLE probe (n BIGINT CHECK (n = 4))").await;
    app.sql("INSERT INTO probe SELECT COUNT(*) FROM outcome WHERE case_id IS NOT NULL").await;
    app.sql("CREATE TABLE probe_days (n BIGINT CHECK (n = 0))").await;
    app.sql("INSERT INTO probe_days SELECT COUNT(*) FROM outcome WHERE case_id IS NULL AND days % 10 <> 0")
        .await;
}
