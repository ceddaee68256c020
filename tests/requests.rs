//! Malformed, oversized, out-of-order, duplicated and concurrent requests get a precise problem and change nothing.

use axum::body::Body;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::app::{TestApp, call};
use crate::support::case::{TestCase, evidence, first_file};
use crate::support::on_both;

on_both!(
    what_cannot_be_read_is_refused_precisely,
    an_unfit_first_file_opens_nothing,
    the_same_key_gets_the_same_answer,
    what_is_asked_with_a_key_is_done_once_wherever_it_arrives,
    a_stale_etag_is_refused,
    whose_act_it_was_is_never_guessed,
    many_at_once_lose_nothing,
    lists_go_on_where_they_ended,
    a_person_is_found_by_name_reading_and_number,
    nobody_gets_in_without_a_valid_token,
    every_role_gets_no_further_than_its_office,
);

async fn what_cannot_be_read_is_refused_precisely(app: &TestApp) {
    let case = TestCase::open(app).await;
    let acts = case.path("/acts");
    let raw = |body: &str, kind: &str| {
        let request = app.request("zhao.ning", "POST", &acts).header("content-type", kind);
        app.call(request.body(Body::from(body.to_owned())).unwrap())
    };
    assert!(raw("{", "application/json").await.is_problem(400, "malformed"));
    assert!(raw("[]", "application/json").await.is_problem(400, "malformed"));
    assert!(raw("{}", "text/plain").await.is_problem(415, "unsupported-media-type"));
    let unknown = raw(r#"{"kind": "act", "event": "T14", "evnt": 1}"#, "application/json").await;
    assert!(unknown.is_problem(400, "malformed"), "{}", unknown.json());
    assert!(unknown.json()["detail"].as_str().unwrap().contains("evnt"), "{}", unknown.json());
    let large = format!(r#"{{"kind": "act", "event": "{}"}}"#, "x".repeat(2 << 20));
    assert!(raw(&large, "application/json").await.is_problem(413, "body"));
    let deep = format!(r#"{{"kind": "act", "event": "T14", "inputs": {{"a": {}}}}}"#, "[".repeat(5000));
    assert!(raw(&deep, "application/json").await.is_problem(400, "malformed"));
    let nul = case
        .act(
            "zhao.ning",
            &evidence(
                "S03",
                "2025-11-06",
                &json!({"defender_name": "a\u{0}b",
        "assigned_on": "2025-11-06", "by_legal_aid": true}),
            ),
        )
        .await;
    assert!(nul.is_problem(400, "malformed"), "{}", nul.json());
    for (body, code) in [
        (json!({"kind": "act", "event": "T999"}), "EVENT_UNKNOWN"),
        (json!({"kind": "act", "event": "T14", "inputs": {"nonsense": 1}}), "FIELD_UNKNOWN"),
        (json!({"kind": "act", "event": "T14", "at": "yesterday"}), "FIELD_INVALID"),
        (json!({"kind": "act", "event": "T14", "at": "2031-01-01"}), "FUTURE"),
        (json!({"kind": "act", "event": "T14", "at": "2025-10-20"}), "OUT_OF_ORDER"),
        (evidence("S99", "2025-11-06", &json!({})), "SAFEGUARD_UNKNOWN"),
    ] {
        let answer = case.act("zhao.ning", &body).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.json());
        assert!(answer.codes().contains(&code.to_owned()), "{body}: {:?}", answer.codes());
    }
    for path in
        ["/api/v1/cases/not-a-uuid", "/api/v1/nothing", "/api/v1/cases/00000000-0000-0000-0000-000000000000"]
    {
        assert!(app.get("zhao.ning", path).await.is_problem(404, "not-found"), "{path}");
    }
    for query in ["?limit=many", "?list=theirs", "?nonsense=1"] {
        let answer = app.get("zhao.ning", &format!("/api/v1/cases{query}")).await;
        assert!(answer.is_problem(400, "malformed"), "{query}: {}", answer.json());
    }
    for query in ["?cursor=%27%20OR%201", "?limit=0", "?limit=101"] {
        let answer = app.get("zhao.ning", &format!("/api/v1/cases{query}")).await;
        assert!(answer.is_problem(422, "invalid"), "{query}: {}", answer.json());
    }
    let put = app.request("zhao.ning", "PUT", &acts).body(Body::empty()).unwrap();
    assert!(app.call(put).await.is_problem(405, "method-not-allowed"));
    assert_eq!(case.read("zhao.ning").await.headers["etag"], "\"1\"", "nothing has changed");
}

async fn an_unfit_first_file_opens_nothing(app: &TestApp) {
    let with = |pointer: &str, value: Value| {
        let mut file = first_file();
        *file.pointer_mut(pointer).unwrap() = value;
        file
    };
    for (file, wanted) in [
        (with("/pack", json!("atlantis")), "PACK_UNKNOWN"),
        (with("/office", json!("XX")), "OFFICE_UNKNOWN"),
        (with("/event", json!("T44")), ""),
        (with("/child/born", json!("2030-01-01")), ""),
        (with("/identity/name", json!("")), ""),
        (with("/identity/id_number", json!("11010519491231002X1")), ""),
        (with("/inputs/charge_chapter", json!("five")), "FIELD_INVALID"),
    ] {
        let answer = app.post("wu.min", "/api/v1/cases", &file).await;
        assert!(answer.status.is_client_error(), "{file}: {}", answer.json());
        assert!(answer.json()["texts"]["detail"]["zh"].is_string(), "{}", answer.json());
        assert!(wanted.is_empty() || answer.codes().contains(&wanted.to_owned()), "{:?}", answer.codes());
    }
    let none = app.get("zhao.ning", "/api/v1/cases?list=office").await.json();
    assert_eq!(none["cases"], json!([]));
}

/// Writes beside the journal too: copies, links, what the child said, offices, accounts.
async fn what_is_asked_with_a_key_is_done_once_wherever_it_arrives(app: &TestApp) {
    let case = TestCase::open(app).await;
    let path = case.path("/voices");
    let said = json!({"on": "2025-11-04", "about": "以后", "words": "我想回学校", "explained_by": "赵宁",
        "understood": "yes"});
    let key = [("idempotency-key", "what-he-said")];
    let twins = join_all((0..4).map(|_| app.post_with("zhao.ning", &path, &said, &key))).await;
    for twin in &twins {
        assert_eq!((twin.status.as_u16(), twin.json()), (201, twins[0].json()), "{}", twin.json());
    }
    let mut other = said.clone();
    other["words"] = json!("我不想说");
    let reused = app.post_with("zhao.ning", &path, &other, &key).await;
    assert!(reused.is_problem(422, "idempotency-key-reused"), "{}", reused.json());
    // Another instance, or this one after it was started anew, holds no answer, but knows that it was done.
    let (_, elsewhere) = app.second().await;
    let request = app.request("zhao.ning", "POST", &path).header("content-type", "application/json");
    let request = request.header(key[0].0, key[0].1).body(Body::from(said.to_string())).unwrap();
    let later = call(&elsewhere, request).await;
    assert!(later.is_problem(409, "done-before"), "{}", later.json());
    let voices = app.get("zhao.ning", &path).await.json();
    assert_eq!(voices.as_array().unwrap().len(), 1, "{voices}");
    // What was refused did nothing: the same key may be tried again.
    let key = [("idempotency-key", "again")];
    let mut wrong = said.clone();
    wrong["on"] = json!("2099-01-01");
    let wrong = app.post_with("zhao.ning", &path, &wrong, &key).await;
    assert!(wrong.status.is_client_error(), "{}", wrong.json());
    assert_eq!(app.post_with("zhao.ning", &path, &said, &key).await.status, 201);
}

async fn the_same_key_gets_the_same_answer(app: &TestApp) {
    let key = [("idempotency-key", "first-file-7")];
    let first = app.post_with("wu.min", "/api/v1/cases", &first_file(), &key).await;
    let again = app.post_with("wu.min", "/api/v1/cases", &first_file(), &key).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.json()["case"], again.json()["case"]);
    let mut other = first_file();
    other["at"] = json!("2025-11-04");
    let reused = app.post_with("wu.min", "/api/v1/cases", &other, &key).await;
    assert!(reused.is_problem(422, "idempotency-key-reused"), "{}", reused.json());
    let id = first.json()["case"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/cases/{id}/acts");
    let issue = json!({"kind": "issue", "document": "D03", "at": "2025-11-04"});
    let key = [("idempotency-key", "d03")];
    let twins = join_all((0..8).map(|_| app.post_with("zhao.ning", &path, &issue, &key))).await;
    for twin in &twins {
        assert_eq!(twin.status, 200, "{}", twin.json());
        assert_eq!(twin.json(), twins[0].json());
    }
    assert_eq!(app.get("zhao.ning", &format!("/api/v1/cases/{id}")).await.headers["etag"], "\"2\"");
    // The same words by another person are another request.
    let other = app.post_with("zhou.yuan", &path, &issue, &key).await;
    assert_ne!(other.json(), twins[0].json());
}

async fn a_stale_etag_is_refused(app: &TestApp) {
    let case = TestCase::open(app).await;
    let issue = json!({"kind": "issue", "document": "D03", "at": "2025-11-04"});
    let right = [("if-match", "\"1\"")];
    assert_eq!(app.post_with("zhao.ning", &case.path("/acts"), &issue, &right).await.status, 200);
    let issue = json!({"kind": "issue", "document": "D02", "at": "2025-11-04"});
    let stale = app.post_with("zhao.ning", &case.path("/acts"), &issue, &right).await;
    assert!(stale.is_problem(412, "conflict"), "{}", stale.json());
    assert_eq!(stale.json()["current_version"], 2);
    let nonsense = app.post_with("zhao.ning", &case.path("/acts"), &issue, &[("if-match", "W/x")]).await;
    assert!(nonsense.is_problem(400, "malformed"), "{}", nonsense.json());
}

/// The mother objects; only she can take that back, and nobody says by mistake that the child did.
async fn whose_act_it_was_is_never_guessed(app: &TestApp) {
    let case = TestCase::open(app).await;
    case.up_to_conditional_draft().await;
    let at = "2025-11-24";
    let objection = |role: Option<&str>| {
        let mut act = json!({"kind": "act", "event": "T27", "at": at, "inputs": {"to_what": "decision"}});
        if let Some(role) = role {
            act["as"] = json!(role);
        }
        act
    };
    // The offer says so beforehand: whose acts these may be, and that one of them is to be named.
    let offered = case.offer("zhao.ning", "T27").await;
    assert_eq!(offered["role"], json!(null));
    let named = json!([
        {"role": "child", "name": {"zh": "未成年犯罪嫌疑人", "en": "Juvenile suspect"}, "possible": true},
        {"role": "legal_rep", "name": {"zh": "法定代理人", "en": "Legal representative"}, "possible": true},
    ]);
    assert_eq!(offered["as"], named);
    // Among several of whom one is the prosecutor herself, it is her act unless she says otherwise; where there is but
    // one, nothing need be named.
    let own = case.offer("zhao.ning", "T13").await;
    assert_eq!((&own["role"], own.get("as")), (&json!("prosecutor"), None));
    let mixed = case.offer("zhao.ning", "T09").await;
    let roles: Vec<&str> =
        mixed["as"].as_array().unwrap().iter().filter_map(|r| r["role"].as_str()).collect();
    assert_eq!((&mixed["role"], roles), (&json!("prosecutor"), vec!["prosecutor", "police", "court"]));
    let unsaid = case.act("zhao.ning", &objection(None)).await;
    assert_eq!((unsaid.status.as_u16(), unsaid.codes()), (422, vec!["FIELD_MISSING".to_owned()]));
    assert_eq!(unsaid.json()["reasons"][0]["field"], "/as");
    for role in ["police", "nobody"] {
        let wrong = case.act("zhao.ning", &objection(Some(role))).await;
        assert_eq!((wrong.status.as_u16(), wrong.codes()), (422, vec!["FIELD_INVALID".to_owned()]), "{role}");
    }
    assert_eq!(case.done("zhao.ning", &objection(Some("legal_rep"))).await["standing"]["main"], "PR_REVIEW");
    // Months later the review is over. That stands against everybody; who objected stands against the child alone, and
    // is not what the offer shows.
    let offered = case.offer("zhao.ning", "T29").await;
    let codes: Vec<&str> =
        offered["reasons"].as_array().unwrap().iter().filter_map(|r| r["code"].as_str()).collect();
    assert_eq!((&offered["role"], codes), (&json!(null), vec!["REVIEW_CLOCK_ENDED"]));
    assert_eq!(offered["as"].as_array().map(Vec::len), Some(2));
    let withdrawal = |role: &str| {
        json!({"kind": "act", "event": "T29", "at": at, "as": role,
            "inputs": {"in_person": true, "defender_informed": true}})
    };
    let not_hers = case.act("zhao.ning", &withdrawal("child")).await;
    assert!(not_hers.codes().contains(&"OBJECTOR_ONLY".to_owned()), "{}", not_hers.json());
    case.done("zhao.ning", &withdrawal("legal_rep")).await;
}

/// Sixteen people write into four cases at the same time: every accepted act is in the journal once.
async fn many_at_once_lose_nothing(app: &TestApp) {
    let cases = join_all((0..4).map(|_| TestCase::open(app))).await;
    let writes = (0..64).map(|n| {
        let case = &cases[n % cases.len()];
        async move {
            let fields = json!({"heard_on": "2025-11-06", "opinion": format!("第{n}次听取")});
            case.act("zhao.ning", &evidence("S14", "2025-11-06", &fields)).await
        }
    });
    let answers = join_all(writes).await;
    let mut accepted = 0;
    for answer in &answers {
        match answer.status.as_u16() {
            200 => accepted += 1,
            // Ever so many at once on one case may lose the race; they are told to try again.
            _ => assert!(answer.is_problem(409, "conflict"), "{}", answer.json()),
        }
    }
    let mut entries = 0;
    for case in &cases {
        let journal = app.get("zhao.ning", &case.path("/journal")).await.json();
        let journal = journal.as_array().unwrap();
        entries += journal.iter().filter(|e| e["kind"] == "evidence").count();
        let version = case.read("zhao.ning").await.json()["version"].as_u64().unwrap();
        assert_eq!(u64::try_from(journal.len()).unwrap(), version);
    }
    assert_eq!(entries, accepted);
    assert!(accepted >= 32, "only {accepted} of 64 were accepted");
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn lists_go_on_where_they_ended(app: &TestApp) {
    for _ in 0..7 {
        TestCase::open(app).await;
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/cases?list=office&limit=3".to_owned();
    loop {
        let page = app.get("zhao.ning", &path).await.json();
        let cases = page["cases"].as_array().unwrap();
        seen.extend(cases.iter().map(|c| (c["next_due"].clone().to_string(), c["id"].clone().to_string())));
        if seen.len() == 3 {
            // A case that comes in meanwhile shifts nothing that follows.
            TestCase::open(app).await;
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/cases?list=office&limit=3&cursor={next}");
    }
    let mut sorted = seen.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted, seen, "in order, each once");
    assert!(seen.len() >= 7);
}

async fn a_person_is_found_by_name_reading_and_number(app: &TestApp) {
    let case = TestCase::open(app).await;
    let find = async |who: &str, query: Value| {
        let answer = app.post(who, "/api/v1/cases/find", &query).await;
        let hits = answer.json().as_array().cloned().unwrap_or_default();
        hits.iter().filter_map(|hit| hit["id"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    for query in [
        json!({"name": "林小禾"}),
        json!({"name": "lin xiao he"}),
        json!({"name": "LIN Xiaohe"}),
        json!({"id_number": first_file()["identity"]["id_number"]}),
    ] {
        assert_eq!(find("zhao.ning", query.clone()).await, std::slice::from_ref(&case.id), "{query}");
    }
    assert!(
        find("zhao.ning", json!({"name": "林小鹤"})).await.is_empty(),
        "the characters are another name's"
    );
    assert!(find("xu.lan", json!({"name": "林小禾"})).await.is_empty(), "another district's prosecutor");
}

async fn nobody_gets_in_without_a_valid_token(app: &TestApp) {
    let case = TestCase::open(app).await;
    let bare = axum::http::Request::builder().uri(case.path("")).body(Body::empty()).unwrap();
    assert!(app.call(bare).await.is_problem(401, "unauthenticated"));
    for token in ["", "ttl_", "ttl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &"x".repeat(9000)] {
        assert!(app.get(token, &case.path("")).await.is_problem(401, "unauthenticated"), "{token}");
    }
    app.service.revoke_tokens("zhou.yuan").await.unwrap();
    assert!(app.get("zhou.yuan", &case.path("")).await.is_problem(401, "unauthenticated"));
    let expires = "2026-08-04T00:00:00Z".parse().unwrap();
    let token = app.service.add_token("zhou.yuan", "short", Some(expires), false).await.unwrap();
    assert_eq!(app.get(&token, &case.path("")).await.status, 200);
    app.now("2026-08-05T00:00:00Z");
    assert!(app.get(&token, &case.path("")).await.is_problem(401, "unauthenticated"));
}

async fn every_role_gets_no_further_than_its_office(app: &TestApp) {
    let case = TestCase::open(app).await;
    // Who may read, and who may open a case.
    for (who, reads, opens) in [
        ("wu.min", true, true),
        ("zhao.ning", true, false),
        ("qian.li", true, false),
        ("fang.qing", false, false),
        ("he.jing", true, false),
        ("admin", false, false),
        ("tang.ye", false, false),
        ("xu.lan", false, false),
    ] {
        let read = case.read(who).await;
        assert_eq!(read.status == 200, reads, "{who} reads: {}", read.json());
        assert!(reads || read.is_problem(404, "not-found"), "{who}");
        let opened = app.post(who, "/api/v1/cases", &first_file()).await;
        assert_eq!(opened.status == 201, opens, "{who} opens: {}", opened.json());
    }
}
