//! A case from the first file to the sealed record, as the README tells it.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::case::{TestCase, evidence, interview};
use crate::support::on_both;

on_both!(
    a_case_goes_from_the_first_file_to_the_sealed_record,
    what_an_act_needs_is_offered_with_reasons,
    a_decision_needs_two_persons,
    a_sealed_case_is_there_for_the_records_staff_only,
    clocks_stored_are_clocks_shown,
    every_look_is_in_the_trail_and_proved,
    a_correction_supersedes_and_keeps_the_old,
);

async fn a_case_goes_from_the_first_file_to_the_sealed_record(app: &TestApp) {
    let case = TestCase::open(app).await;
    let refused = case.act("zhao.ning", &json!({"kind": "act", "event": "T14", "at": "2025-11-10"})).await;
    assert!(refused.is_problem(422, "refused"), "{}", refused.json());
    for code in ["S03", "S04", "S08", "S09"] {
        assert!(refused.codes().contains(&code.to_owned()), "{code}: {:?}", refused.codes());
    }
    for reason in refused.json()["reasons"].as_array().unwrap() {
        for part in ["code", "source"] {
            assert!(reason[part].as_str().is_some_and(|t| !t.is_empty()), "{part} of {reason}");
        }
        assert!(reason["statement"]["zh"].is_string() && reason["statement"]["en"].is_string());
    }
    let version = case.read("zhao.ning").await.headers["etag"].clone();
    assert_eq!(version, "\"1\"", "a refusal changes nothing");

    let draft = case.up_to_conditional_draft().await;
    case.done("qian.li", &json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": draft})).await;
    let view = case.read("zhao.ning").await.json();
    let clocks = view["clocks"].as_array().unwrap();
    let due = |id: &str| clocks.iter().find(|c| c["clock"] == id).map(|c| c["due"].clone());
    assert_eq!(due("K32"), Some(json!("2026-05-23")), "{view}");

    // A second child's case does not touch the first.
    let other = TestCase::open(app).await;
    assert_ne!(case.id, other.id);
    let draft = other.up_to_conditional_draft().await;
    other.finish(&draft).await;
    assert_eq!(case.read("zhao.ning").await.json()["standing"]["record"], "OPEN", "the first goes on");
    app.settle().await;
    let audit = app.audit().await;
    assert!(audit.sound(), "{audit:?}");
}

async fn what_an_act_needs_is_offered_with_reasons(app: &TestApp) {
    let case = TestCase::open(app).await;
    let offers = app.get("zhao.ning", &case.path("/acts")).await.json();
    let offers = offers.as_array().unwrap();
    let interview_offer = offers.iter().find(|o| o["event"] == "T14").unwrap();
    let codes: Vec<&str> =
        interview_offer["reasons"].as_array().unwrap().iter().filter_map(|r| r["code"].as_str()).collect();
    assert!(codes.contains(&"S03") && interview_offer["possible"] == false, "{codes:?}");
    let with_it = interview_offer["give_with_act"].as_array().unwrap();
    assert!(with_it.contains(&json!("S04")) && with_it.contains(&json!("S09")), "{with_it:?}");
    case.prepare_interview().await;
    let offers = app.get("zhao.ning", &case.path("/acts")).await.json();
    let after = offers.as_array().unwrap().iter().find(|o| o["event"] == "T14").unwrap().clone();
    let codes: Vec<&str> =
        after["reasons"].as_array().unwrap().iter().filter_map(|r| r["code"].as_str()).collect();
    assert!(!codes.contains(&"S03") && codes.contains(&"S08"), "{codes:?}");
}

async fn a_decision_needs_two_persons(app: &TestApp) {
    let case = TestCase::open(app).await;
    let draft = case.up_to_conditional_draft().await;
    let approve = json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": draft});
    let own = case.act("zhao.ning", &approve).await;
    assert!(own.status == 422 || own.status == 403, "{}", own.json());
    let undrafted = case.act("qian.li", &json!({"kind": "act", "event": "T28", "at": "2025-11-24"})).await;
    assert!(undrafted.is_problem(422, "refused"), "{}", undrafted.json());
    let returned = json!({"kind": "return", "draft": draft, "reason": "考察措施应写明"});
    case.done("qian.li", &returned).await;
    let gone = case.act("qian.li", &approve).await;
    assert!(gone.is_problem(422, "refused"), "a returned draft cannot be approved: {}", gone.json());
}

async fn a_sealed_case_is_there_for_the_records_staff_only(app: &TestApp) {
    let case = TestCase::open(app).await;
    let draft = case.up_to_conditional_draft().await;
    case.finish(&draft).await;
    for who in ["zhao.ning", "wu.min", "fang.qing", "he.jing", "tang.ye", "admin"] {
        assert!(case.read(who).await.is_problem(404, "not-found"), "{who}");
        let found = app.post(who, "/api/v1/cases/find", &json!({"name": "林小禾"})).await;
        assert!(found.status == 403 || found.json().as_array().is_some_and(Vec::is_empty), "{who}");
    }
    assert!(case.read("sun.lan").await.is_problem(404, "not-found"), "the records staff need a query");
    let act = json!({"kind": "act", "event": "T14", "at": "2026-06-10"});
    assert!(case.act("zhao.ning", &act).await.is_problem(404, "not-found"));
}

/// The clock table, which lists are sorted by, says what the fold over the journal says.
async fn clocks_stored_are_clocks_shown(app: &TestApp) {
    let case = TestCase::open(app).await;
    let draft = case.up_to_conditional_draft().await;
    case.done("qian.li", &json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": draft})).await;
    let stored = app.get("zhao.ning", &case.path("/clocks")).await.json();
    let view = case.read("zhao.ning").await.json();
    let open = |clocks: &Value| -> Vec<(String, Value, Value)> {
        let all = clocks.as_array().unwrap().iter();
        let open = all.filter(|c| c["state"] == "running" || c["state"] == "paused");
        let mut open: Vec<_> = open
            .map(|c| (c["clock"].as_str().unwrap().to_owned(), c["due"].clone(), c["state"].clone()))
            .collect();
        open.sort_by(|a, b| a.0.cmp(&b.0));
        open
    };
    assert!(!open(&stored).is_empty());
    assert_eq!(open(&stored), open(&view["clocks"]));
}

async fn every_look_is_in_the_trail_and_proved(app: &TestApp) {
    let case = TestCase::open(app).await;
    case.read("zhao.ning").await;
    case.act("zhao.ning", &interview()).await;
    assert!(case.read("xu.lan").await.is_problem(404, "not-found"), "another district's prosecutor");
    app.settle().await;
    let trail = app.get("he.jing", &case.path("/trail")).await.json();
    let acts: Vec<(&str, bool)> = trail
        .as_array()
        .unwrap()
        .iter()
        .map(|leaf| (leaf["act"].as_str().unwrap(), leaf["ok"].as_bool().unwrap()))
        .collect();
    assert!(acts.contains(&("case.read", true)), "{acts:?}");
    assert!(acts.iter().any(|(act, ok)| *act == "case.refused" && !ok), "{acts:?}");
    assert!(acts.iter().any(|(act, ok)| *act == "case.denied" && !ok), "{acts:?}");
    let opening = trail.as_array().unwrap().last().unwrap()["leaf"].as_u64().unwrap();
    let proof = app.get("he.jing", &case.path(&format!("/trail/{opening}/proof"))).await;
    assert_eq!(proof.status, 200, "{}", proof.json());
    let proof = proof.json();
    assert!(proof["proof"].as_str().unwrap().starts_with("c2sp.org/tlog-proof@v1\n"), "{proof}");
    assert!(case.app.get("zhao.ning", &case.path("/trail")).await.is_problem(404, "not-found"));
}

async fn a_correction_supersedes_and_keeps_the_old(app: &TestApp) {
    let case = TestCase::open(app).await;
    let fields =
        |name: &str| json!({"defender_name": name, "assigned_on": "2025-11-06", "by_legal_aid": true});
    let first = case.done("zhao.ning", &evidence("S03", "2025-11-06", &fields("齐律师"))).await;
    let mut corrected = evidence("S03", "2025-11-07", &fields("戚律师"));
    corrected["supersedes"] = first["entry"].clone();
    case.done("zhao.ning", &corrected).await;
    let journal = app.get("zhao.ning", &case.path("/journal")).await.json().to_string();
    assert!(journal.contains("齐律师") && journal.contains("戚律师"), "{journal}");
}
