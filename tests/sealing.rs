//! A sealed record is a cryptographic state: only the sealer opens it, for whom an allowed query names.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::case::{TestCase, evidence};
use crate::support::on_both;
use tutela::vault::VaultError;

on_both!(
    a_sealed_record_is_read_under_a_query_and_unsealed_by_two,
    without_the_sealer_only_sealed_records_are_out_of_reach,
    the_serving_process_opens_no_sealed_case,
);

/// The application of a court that asks about Lin Xiaohe.
pub(crate) fn application() -> Value {
    json!({"pack": "cn-procuratorate", "office": "HW", "applicant": "清源市中级人民法院 审判员 陆远",
        "basis": "justice_case", "rule_cited": "（2026）清刑初字第7号", "purpose": "审理漏罪", "name": "林小禾",
        "letter": "清法函〔2026〕7号", "written_application": true, "person_verified": true,
        "undertaking_signed": true})
}

impl TestCase<'_> {
    pub(crate) async fn sealed(app: &TestApp) -> TestCase<'_> {
        let case = TestCase::open(app).await;
        let draft = case.up_to_conditional_draft().await;
        case.finish(&draft).await;
        case
    }
}

/// An allowed query that lets Sun Lan read; gives its id.
pub(crate) async fn allowed(app: &TestApp) -> String {
    let asked = app.post("sun.lan", "/api/v1/records/queries", &application()).await;
    assert_eq!(asked.status, 201, "{}", asked.json());
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    let decision = json!({"allow": true, "grounds": "审理漏罪需要", "readers": ["sun.lan"], "days": 7});
    let path = format!("/api/v1/records/queries/{id}/decision");
    let decided = app.post("qian.li", &path, &decision).await;
    assert_eq!(decided.status, 200, "{}", decided.json());
    assert!(decided.json()["cases"].is_null(), "the chief is not told what there is: {}", decided.json());
    id
}

async fn a_sealed_record_is_read_under_a_query_and_unsealed_by_two(app: &TestApp) {
    let case = TestCase::sealed(app).await;
    assert!(case.read("sun.lan").await.is_problem(404, "not-found"));
    let query = allowed(app).await;
    let shown = app.get("sun.lan", &format!("/api/v1/records/queries/{query}")).await.json();
    assert_eq!(shown["cases"], json!([case.id]), "{shown}");
    let read = case.read("sun.lan").await;
    assert_eq!(read.status, 200, "{}", read.json());
    assert_eq!(read.json()["identity"]["identity"]["name"], "林小禾");
    assert!(read.headers.contains_key("etag"));
    let journal = app.get("sun.lan", &case.path("/journal")).await;
    assert_eq!(journal.status, 200);
    assert!(journal.json().as_array().unwrap().len() > 10);
    for who in ["zhao.ning", "qian.li", "he.jing", "wu.min"] {
        assert!(case.read(who).await.is_problem(404, "not-found"), "{who}");
    }
    app.settle().await;
    let audit = app.audit().await;
    assert!(audit.sound(), "{audit:?}");

    // Unsealed: drafted by one, approved by another, on a lawful ground.
    let ground = evidence("S36", "2026-09-23", &json!({"ground_note": "漏罪并罚六年，判决已生效",
        "first_approver": "钱立", "second_approver": "陆远", "two_different": true}));
    app.now("2026-09-23T08:00:00Z");
    let recorded = case.act("qian.li", &ground).await;
    assert_eq!(recorded.status, 200, "{}", recorded.json());
    let input = json!({"ground": "missed_crime", "combined_months": 72});
    let draft = json!({"kind": "draft", "event": "T47", "at": "2026-09-23", "inputs": input, "decision": {
        "reasons": "未成年时所犯漏罪与前罪并罚超过五年", "child_view": "知道结果，希望不告诉原来的厂方",
        "review_route": true}});
    let draft = case.done("sun.lan", &draft).await["entry"].clone();
    let approve = json!({"kind": "act", "event": "T47", "at": "2026-09-23", "draft": draft});
    let alone = case.act("sun.lan", &approve).await;
    assert_eq!(alone.status, 422, "who drafted it does not approve it: {}", alone.json());
    let done = case.done("qian.li", &approve).await;
    assert_eq!(done["standing"]["record"], "UNSEALED");
    // Everything is there again for those who work on it.
    let read = case.read("zhao.ning").await;
    assert_eq!(read.status, 200, "{}", read.json());
    assert_eq!(read.json()["identity"]["identity"]["name"], "林小禾");
    let found = app.post("zhao.ning", "/api/v1/cases/find", &json!({"name": "林小禾"})).await.json();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    app.settle().await;
    let audit = app.audit().await;
    assert!(audit.sound(), "{audit:?}");
}

async fn without_the_sealer_only_sealed_records_are_out_of_reach(app: &TestApp) {
    let sealed = TestCase::sealed(app).await;
    let open = TestCase::open(app).await;
    app.close_door().await;
    // Who may not know of it does not learn it from the sealer's absence.
    for who in ["zhao.ning", "wu.min", "sun.lan", "xu.lan"] {
        assert!(sealed.read(who).await.is_problem(404, "not-found"), "{who}");
    }
    let receipt = json!({"kind": "act", "event": "T44p", "as": "police", "at": "2026-06-01"});
    assert!(sealed.act("sun.lan", &receipt).await.is_problem(503, "sealer-away"));
    let asked = app.post("sun.lan", "/api/v1/records/queries", &application()).await;
    assert!(asked.is_problem(503, "sealer-away"), "{}", asked.json());
    assert_eq!(open.read("zhao.ning").await.status, 200);
    open.prepare_interview().await;
    app.open_door().await;
    assert_eq!(sealed.act("sun.lan", &receipt).await.status, 200);
}

/// The room of keys that the serving process has opens no key of a sealed case, and has nowhere to put one that does.
async fn the_serving_process_opens_no_sealed_case(app: &TestApp) {
    let case = TestCase::sealed(app).await;
    let id = case.id.parse().unwrap();
    assert!(!app.service.keys().seals() && app.sealer.keys().seals());
    let rows = app.service.keys().db().find_case_keys(id).await.unwrap();
    assert!(rows.iter().all(|row| row.key_no == 2), "the old keys are gone: {rows:?}");
    for row in rows {
        let refused = app.service.keys().keyring().unwrap_case_key(&row);
        assert!(matches!(refused, Err(VaultError::UnknownKey { .. })), "{refused:?}");
    }
    let purposes: Vec<String> =
        app.service.keys().status().keys.iter().map(|key| key.purpose.to_string()).collect();
    assert!(purposes.iter().all(|purpose| !purpose.starts_with("sealed")), "{purposes:?}");
}
