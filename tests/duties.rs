//! Cases that go to another office, cases opened in an emergency, and who looked.

use serde_json::{Value, json};
use tutela::vault::DomainPlace;
use uuid::Uuid;

use crate::support::app::TestApp;
use crate::support::case::{TestCase, evidence, first_file};
use crate::support::on_both;

on_both!(
    a_case_goes_to_another_office_with_all_that_counts,
    a_child_in_custody_is_held_from_the_same_day_at_the_other_office,
    nothing_is_lost_when_an_offer_is_refused_or_withdrawn,
    a_case_is_taken_over_once,
    row_06_an_offer_is_answered_by_those_to_whom_it_is_made,
    glass_is_broken_for_reading_and_everybody_is_told,
    row_17_glass_is_not_broken_without_a_reason_a_fresh_factor_and_a_place_above,
    a_broken_glass_is_reviewed_by_somebody_else,
    row_17_a_copy_leaves_with_a_fresh_factor_and_everybody_is_told,
    who_looked_at_the_file_is_one_query,
    lists_and_searches_leave_what_they_showed,
);

/// A case at Hewan, on bail, returned to the police once, with a victim, that belongs to Liuxi.
pub(crate) async fn misplaced(app: &TestApp) -> TestCase<'_> {
    app.now("2025-11-03T04:00:00Z");
    let case = TestCase::open(app).await;
    app.now("2025-11-06T08:00:00Z");
    case.prepare_interview().await;
    let victim = json!({"kind": "victim", "identity": {"name": "韩冬", "phone": "13800000000"}});
    assert_eq!(app.post("zhao.ning", &case.path("/people"), &victim).await.status, 200);
    app.now("2025-11-09T08:00:00Z");
    let returned =
        json!({"kind": "act", "event": "T17", "at": "2025-11-07", "inputs": {"outline": "查明被盗地点"}});
    case.done("zhao.ning", &returned).await;
    case.done("wu.min", &json!({"kind": "act", "event": "T19", "as": "police", "at": "2025-11-08"})).await;
    app.now("2025-11-10T08:00:00Z");
    case.done("zhao.ning", &json!({"kind": "act", "event": "T21a", "at": "2025-11-10"})).await;
    case
}

pub(crate) async fn offer(case: &TestCase<'_>) -> String {
    let body = json!({"to": "LX", "reason": "犯罪地在柳溪区"});
    let offered = case.app.post("wu.min", &case.path("/transfers"), &body).await;
    assert_eq!(offered.status, 201, "{}", offered.json());
    offered.json()["id"].as_str().unwrap().to_owned()
}

fn clock<'v>(clocks: &'v Value, id: &str) -> Option<&'v Value> {
    clocks.as_array().unwrap().iter().rev().find(|c| c["clock"] == id)
}

async fn a_case_goes_to_another_office_with_all_that_counts(app: &TestApp) {
    let case = misplaced(app).await;
    // The supervisor above both offices has an interest.
    let interest = json!({"reason": "被害人是本人亲属"});
    assert_eq!(app.post("he.jing", &case.path("/exclusions"), &interest).await.status, 200);
    let before = case.read("wu.min").await.json();
    let transfer = offer(&case).await;
    let again = json!({"to": "LX", "reason": "再次移送"});
    assert!(app.post("wu.min", &case.path("/transfers"), &again).await.is_problem(409, "taken"));
    assert_eq!(case.read("wu.min").await.json()["version"], before["version"], "an offer changes nothing");
    let inbox = app.get("lu.yao", "/api/v1/transfers").await.json();
    assert_eq!((&inbox[0]["id"], &inbox[0]["reason"]), (&json!(transfer), &json!("犯罪地在柳溪区")));
    let notices = app.get("lu.yao", "/api/v1/notices").await.json();
    assert_eq!((&notices[0]["kind"], &notices[0]["about"]), (&json!("transfer.offered"), &json!(transfer)));
    assert_eq!(notices[0]["case"], Value::Null, "the case is not theirs yet");
    assert_eq!(case.read("lu.yao").await.status, 404);

    app.now("2025-11-12T08:00:00Z");
    let accept = format!("/api/v1/transfers/{transfer}/accept");
    let incomplete = app.post("lu.yao", &accept, &json!({})).await;
    assert!(incomplete.is_problem(422, "refused"), "{}", incomplete.json());
    let body = json!({"inputs": {"suspect_present": true, "prior_returns": 0}, "lead": "xu.lan"});
    let taken = app.post("lu.yao", &accept, &body).await;
    assert_eq!(taken.status, 201, "{}", taken.json());
    let new = TestCase { app, id: taken.json()["case"].as_str().unwrap().to_owned() };

    let view = new.read("xu.lan").await.json();
    assert_eq!(
        (&view["standing"]["main"], &view["standing"]["measure"]),
        (&json!("PR_REVIEW"), &json!("BAIL"))
    );
    assert_eq!(
        view["facts"]["returns"],
        json!({"int": 1}),
        "the return counts on, whatever was typed: {view}"
    );
    assert_eq!(view["child"], before["child"]);
    assert_eq!(view["offence"], before["offence"]);
    assert_eq!(view["identity"]["identity"]["name"], "林小禾");
    let clocks = app.get("xu.lan", &new.path("/clocks")).await.json();
    assert_eq!(clock(&clocks, "K19").unwrap()["due"], "2025-12-12", "a full month: {clocks}");
    let old_clocks = app.get("wu.min", &case.path("/clocks")).await.json();
    assert_eq!(clock(&clocks, "K37").unwrap()["started"], clock(&old_clocks, "K37").unwrap()["started"]);
    assert!(clock(&clocks, "K14").is_none(), "she has a defender: {clocks}");
    for (id, state) in [("K19", "met"), ("K22", "met"), ("K37", "met")] {
        assert_eq!(clock(&old_clocks, id).unwrap()["state"], state, "{id}: {old_clocks}");
    }
    let people = app.get("xu.lan", &new.path("/people")).await.json().to_string();
    assert!(people.contains("韩冬") && people.contains("13800000000"), "{people}");
    let journal = app.get("xu.lan", &new.path("/journal")).await.json().to_string();
    assert!(journal.contains("齐律师"), "evidence keeps its words: {journal}");
    let found = app.post("xu.lan", "/api/v1/cases/find", &json!({"name": "林小禾"})).await.json();
    assert_eq!(found[0]["id"], json!(new.id), "{found}");
    // The case goes on there: S03 counts.
    let offers = app.get("xu.lan", &new.path("/acts")).await.json();
    let interview = offers.as_array().unwrap().iter().find(|o| o["event"] == "T14").unwrap().clone();
    assert!(!interview["reasons"].to_string().contains("\"S03\""), "{interview}");

    // The sending office reads its own file on, and not the other's; and the other way round.
    let old = case.read("zhao.ning").await.json();
    assert_eq!(old["standing"]["main"], "TRANSFERRED_OUT", "{old}");
    assert_eq!(new.read("zhao.ning").await.status, 404);
    assert_eq!(case.read("xu.lan").await.status, 404);
    assert_eq!(new.read("he.jing").await.status, 404, "who was kept away there is kept away here");
    assert_eq!(case.read("he.jing").await.status, 404);
    for (who, file) in [("zhao.ning", &case), ("xu.lan", &new)] {
        let linked = app.get(who, &file.path("/transfers")).await.json();
        assert_eq!((&linked[0]["case"], &linked[0]["new_case"]), (&json!(case.id), &json!(new.id)), "{who}");
        assert_eq!(linked[0]["state"], "accepted");
    }
    assert_eq!(app.get("wu.min", "/api/v1/notices").await.json()[0]["kind"], "transfer.accepted");
    app.settle().await;
    let audit = app.audit().await;
    assert!(audit.sound(), "{audit:?}");
}

async fn a_child_in_custody_is_held_from_the_same_day_at_the_other_office(app: &TestApp) {
    app.now("2025-11-03T04:00:00Z");
    let mut file = first_file();
    file["inputs"]["measure"] = json!("arrested");
    let opened = app.post("wu.min", "/api/v1/cases", &file).await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    let case = TestCase { app, id: opened.json()["case"].as_str().unwrap().to_owned() };
    app.now("2025-11-10T08:00:00Z");
    case.done("zhao.ning", &json!({"kind": "act", "event": "T21a", "at": "2025-11-10"})).await;
    let held_since = case.read("wu.min").await.json()["held_since"].clone();
    let transfer = offer(&case).await;
    app.now("2025-11-12T08:00:00Z");
    let body = json!({"inputs": {"suspect_present": true}});
    let taken = app.post("lu.yao", &format!("/api/v1/transfers/{transfer}/accept"), &body).await;
    assert_eq!(taken.status, 201, "{}", taken.json());
    let new = TestCase { app, id: taken.json()["case"].as_str().unwrap().to_owned() };
    let view = new.read("lu.yao").await.json();
    assert_eq!(view["standing"]["measure"], "ARRESTED");
    assert_eq!(held_since, json!("2025-10-14"));
    assert_eq!(view["held_since"], held_since, "{view}");
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn nothing_is_lost_when_an_offer_is_refused_or_withdrawn(app: &TestApp) {
    let case = misplaced(app).await;
    let before = case.read("wu.min").await.json();
    let clocks = app.get("wu.min", &case.path("/clocks")).await.json();
    for (who, how) in [("lu.yao", "refuse"), ("wu.min", "withdraw")] {
        let transfer = offer(&case).await;
        let path = format!("/api/v1/transfers/{transfer}/{how}");
        assert!(app.post(who, &path, &json!({"reason": " "})).await.is_problem(422, "invalid"));
        let answered = app.post(who, &path, &json!({"reason": "犯罪地不在本区"})).await;
        assert_eq!(answered.status, 200, "{}", answered.json());
        assert_eq!(answered.json()["answer"], "犯罪地不在本区");
        assert!(app.post(who, &path, &json!({"reason": "再答"})).await.is_problem(409, "conflict"), "{how}");
        assert_eq!(case.read("wu.min").await.json(), before, "{how}");
        assert_eq!(app.get("wu.min", &case.path("/clocks")).await.json(), clocks, "{how}");
    }
    assert_eq!(app.get("wu.min", "/api/v1/notices").await.json()[0]["kind"], "transfer.refused");
    // What the law does not allow is not offered.
    let other = TestCase::open(app).await;
    let body = json!({"to": "LX", "reason": "移送"});
    let refused = app.post("wu.min", &other.path("/transfers"), &body).await;
    assert!(refused.codes().contains(&"FINDING_FIRST".to_owned()), "{}", refused.json());
    for to in ["HW", "CF", "XX"] {
        let body = json!({"to": to, "reason": "移送"});
        assert!(app.post("wu.min", &case.path("/transfers"), &body).await.is_problem(422, "invalid"), "{to}");
    }
}

async fn a_case_is_taken_over_once(app: &TestApp) {
    let case = misplaced(app).await;
    let accept = format!("/api/v1/transfers/{}/accept", offer(&case).await);
    let body = json!({"inputs": {"suspect_present": true}});
    let key = [("idempotency-key", "take-over")];
    let tries = (0..4).map(|_| app.post_with("lu.yao", &accept, &body, &key));
    let answers = futures_util::future::join_all(tries).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), answer.json()), (201, answers[0].json()));
    }
    assert!(app.post("lu.yao", &accept, &body).await.is_problem(409, "conflict"));
    let page = app.get("lu.yao", "/api/v1/cases?list=office").await.json();
    assert_eq!(page["cases"].as_array().unwrap().len(), 1, "{page}");
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn row_06_an_offer_is_answered_by_those_to_whom_it_is_made(app: &TestApp) {
    let case = misplaced(app).await;
    let transfer = offer(&case).await;
    let path = |how: &str| format!("/api/v1/transfers/{transfer}/{how}");
    let because = json!({"reason": "不接收"});
    for who in
        ["wu.min", "zhao.ning", "qian.li", "gu.heng", "he.jing", "admin", "fang.qing", "shen.fu", "tang.ye"]
    {
        assert!(app.post(who, &path("accept"), &json!({})).await.is_problem(404, "not-found"), "{who}");
        assert!(app.post(who, &path("refuse"), &because).await.is_problem(404, "not-found"), "{who}");
    }
    for who in ["lu.yao", "xu.lan", "gu.heng", "he.jing", "admin", "fang.qing"] {
        assert!(app.post(who, &path("withdraw"), &because).await.is_problem(404, "not-found"), "{who}");
    }
    for who in ["he.jing", "admin", "gu.heng", "fang.qing"] {
        assert_eq!(app.get(who, "/api/v1/transfers").await.status, 403, "{who}");
    }
    let none = "/api/v1/transfers/00000000-0000-0000-0000-000000000000/accept";
    assert!(app.post("lu.yao", none, &json!({})).await.is_problem(404, "not-found"));
    // The law says who receives a file; a prosecutor who may open cases by another event does not.
    let body = json!({"inputs": {"suspect_present": true}});
    assert!(app.post("xu.lan", &path("accept"), &body).await.is_problem(422, "refused"));
    assert_eq!(case.read("wu.min").await.json()["standing"]["main"], "PR_REVIEW");
}

const REASON: &str = "夜间接警，未成年人下落不明，须立即查阅监护人联系方式和居住地";

pub(crate) async fn fresh(app: &TestApp, who: &str) -> String {
    app.service.add_token(who, "fresh", None, true).await.unwrap()
}

async fn glass_is_broken_for_reading_and_everybody_is_told(app: &TestApp) {
    // Notices of one instant have no order; the assignment is told earlier.
    app.now("2026-08-03T01:00:00Z");
    let case = TestCase::open(app).await;
    let lead = json!({"lead": "zhao.ning"});
    assert_eq!(app.post("wu.min", &case.path("/assignment"), &lead).await.status, 200);
    app.now("2026-08-03T02:00:00Z");
    let chief = fresh(app, "gu.heng").await;
    assert_eq!(case.read(&chief).await.status, 404, "a chief above does not read it otherwise");
    let opened = app.post(&chief, &case.path("/emergency"), &json!({"reason": REASON})).await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    assert_eq!(case.read("gu.heng").await.status, 200);
    for rest in ["/people", "/journal", "/clocks"] {
        assert_eq!(app.get("gu.heng", &case.path(rest)).await.status, 200, "{rest}");
    }
    let issue = json!({"kind": "issue", "document": "D03", "at": "2025-11-04"});
    assert!(case.act("gu.heng", &issue).await.is_problem(404, "not-found"), "reading only");
    let assign = app.post("gu.heng", &case.path("/assignment"), &json!({"lead": "zhou.yuan"})).await;
    assert!(assign.is_problem(404, "not-found"));
    let other = TestCase::open(app).await;
    assert_eq!(other.read("gu.heng").await.status, 404, "one case");
    for who in ["he.jing", "zhao.ning"] {
        let notices = app.get(who, "/api/v1/notices").await.json();
        assert_eq!(
            (&notices[0]["kind"], &notices[0]["case"]),
            (&json!("emergency"), &json!(case.id)),
            "{who}"
        );
        assert!(!notices.to_string().contains("下落不明"), "{notices}");
        let read = format!("/api/v1/notices/{}/read", notices[0]["id"].as_str().unwrap());
        assert_eq!(app.post("wu.min", &read, &json!({})).await.status, 404, "another's notice");
        assert_eq!(app.post(who, &read, &json!({})).await.status, 204);
        assert!(app.get(who, "/api/v1/notices").await.json()[0]["read_at"].is_string());
    }
    assert_eq!(app.get("wu.min", "/api/v1/notices").await.json(), json!([]));
    app.now("2026-08-03T02:59:59Z");
    assert_eq!(case.read("gu.heng").await.status, 200);
    app.now("2026-08-03T03:00:00Z");
    assert_eq!(case.read("gu.heng").await.status, 404, "an hour at most");
}

async fn row_17_glass_is_not_broken_without_a_reason_a_fresh_factor_and_a_place_above(app: &TestApp) {
    let case = TestCase::open(app).await;
    let path = case.path("/emergency");
    let body = json!({"reason": REASON});
    assert!(app.post("gu.heng", &path, &body).await.is_problem(403, "not-permitted"), "no fresh factor");
    let chief = fresh(app, "gu.heng").await;
    for reason in ["", "急", "紧急查阅 紧急查阅 紧急查阅 紧急查阅", &"\u{3000}".repeat(40)] {
        let answer = app.post(&chief, &path, &json!({"reason": reason})).await;
        assert!(answer.is_problem(422, "invalid"), "{reason}: {}", answer.json());
    }
    for field in ["until", "account", "case", "hours"] {
        let mut body = body.clone();
        body[field] = json!("2030-01-01T00:00:00Z");
        assert!(app.post(&chief, &path, &body).await.is_problem(400, "malformed"), "{field}");
    }
    for who in
        ["zhou.yuan", "wu.min", "sun.lan", "fang.qing", "xu.lan", "shen.fu", "lu.yao", "admin", "tang.ye"]
    {
        let token = fresh(app, who).await;
        assert!(app.post(&token, &path, &body).await.is_problem(404, "not-found"), "{who}");
    }
    let longest = app.post(&chief, &path, &json!({"reason": REASON, "minutes": 255})).await.json();
    assert_eq!(longest["until"], "2026-08-03T03:00:00Z", "{longest}");
    // Kept away from the case, or the case sealed: not for anybody.
    let kept_away = json!({"account": "gu.heng", "reason": "近亲属"});
    assert_eq!(app.post("he.jing", &case.path("/exclusions"), &kept_away).await.status, 200);
    assert_eq!(case.read("gu.heng").await.status, 404, "the open glass closes");
    assert!(app.post(&chief, &path, &body).await.is_problem(404, "not-found"));
    let sealed = TestCase::open(app).await;
    let draft = sealed.up_to_conditional_draft().await;
    sealed.finish(&draft).await;
    for who in ["gu.heng", "he.jing", "qian.li"] {
        let token = fresh(app, who).await;
        let answer = app.post(&token, &sealed.path("/emergency"), &body).await;
        assert!(answer.is_problem(404, "not-found"), "{who}: {}", answer.json());
    }
}

async fn a_broken_glass_is_reviewed_by_somebody_else(app: &TestApp) {
    let case = TestCase::open(app).await;
    let (chief, supervisor) = (fresh(app, "gu.heng").await, fresh(app, "he.jing").await);
    for who in [&chief, &supervisor] {
        let opened = app.post(who, &case.path("/emergency"), &json!({"reason": REASON, "minutes": 5})).await;
        assert_eq!(opened.status, 201, "{}", opened.json());
    }
    let waiting = app.get("he.jing", "/api/v1/emergencies").await.json();
    assert_eq!(waiting.as_array().unwrap().len(), 2, "{waiting}");
    assert_eq!(waiting[0]["review_due"], "2026-08-06T02:00:00Z");
    assert_eq!((&waiting[0]["reason"], &waiting[0]["review_overdue"]), (&json!(REASON), &json!(false)));
    app.now("2026-08-07T02:00:00Z");
    let waiting = app.get("he.jing", "/api/v1/emergencies").await.json();
    assert_eq!(waiting[1]["review_overdue"], true, "it stays until it is answered");
    assert_eq!(app.get("gu.heng", "/api/v1/emergencies").await.status, 403);
    // A fresh factor again: those of four days ago are over.
    let chief = fresh(app, "gu.heng").await;
    let again = json!({"reason": REASON});
    let barred = app.post(&chief, &case.path("/emergency"), &again).await;
    assert_eq!(barred.codes(), ["EMERGENCY_NOT_REVIEWED"], "{}", barred.json());
    let answer = json!({"justified": false, "reason": "并非紧急，应当先联系承办人"});
    let (mut reviewed, mut own) = (0, 0);
    for emergency in waiting.as_array().unwrap() {
        let path = format!("/api/v1/emergencies/{}/review", emergency["id"].as_str().unwrap());
        for who in ["gu.heng", "zhao.ning", "qian.li", "admin", "shen.fu"] {
            assert!(app.post(who, &path, &answer).await.is_problem(404, "not-found"), "{who}");
        }
        let by_supervisor = app.post("he.jing", &path, &answer).await;
        if by_supervisor.is_problem(403, "not-permitted") {
            own += 1;
            continue;
        }
        assert_eq!(by_supervisor.json()["justified"], false, "{}", by_supervisor.json());
        assert!(app.post("he.jing", &path, &answer).await.is_problem(409, "conflict"));
        reviewed += 1;
    }
    assert_eq!((reviewed, own), (1, 1), "not her own");
    assert_eq!(app.post(&chief, &case.path("/emergency"), &again).await.status, 201, "once it was reviewed");
    assert_eq!(app.get("he.jing", "/api/v1/emergencies").await.json().as_array().unwrap().len(), 2);
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn row_17_a_copy_leaves_with_a_fresh_factor_and_everybody_is_told(app: &TestApp) {
    let case = TestCase::open(app).await;
    assert_eq!(
        app.post("wu.min", &case.path("/assignment"), &json!({"lead": "zhou.yuan"})).await.status,
        200
    );
    let victim = json!({"kind": "victim", "identity": {"name": "陈某某", "note": "惊吓"}});
    assert_eq!(app.post("zhao.ning", &case.path("/people"), &victim).await.status, 200);
    case.done("wu.min", &evidence("S24", "2025-11-04", &json!({"specialised": true}))).await;
    case.done(
        "zhao.ning",
        &evidence("S08", "2025-11-05", &json!({"needs_checked": true, "note": "听力障碍"})),
    )
    .await;
    let path = case.path("/copies");
    let asked = |recipient: &str| json!({"recipient": recipient, "to": "河湾区人民法院", "purpose": "随案移送供审判使用的案卷副本"});
    assert!(app.post("zhao.ning", &path, &asked("party")).await.is_problem(403, "not-permitted"));
    let zhao = fresh(app, "zhao.ning").await;
    for (field, wrong) in [("purpose", "移送"), ("to", " ")] {
        let mut body = asked("party");
        body[field] = json!(wrong);
        let answer = app.post(&zhao, &path, &body).await;
        assert!(answer.is_problem(422, "invalid"), "{}", answer.json());
        assert_eq!(answer.json()["reasons"][0]["field"], format!("/{field}"), "{}", answer.json());
    }
    assert_eq!(app.get("zhao.ning", &path).await.json(), json!([]), "what was refused left nothing");
    let made = app.post(&zhao, &path, &asked("party")).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let text = made.json()["file"].to_string();
    assert!(text.contains("林小禾") && text.contains("specialised"), "{text}");
    for stays in ["陈某某", "惊吓", "听力障碍"] {
        assert!(!text.contains(stays), "{stays}: {text}");
    }
    let bare = app.post(&zhao, &path, &asked("other")).await.json()["file"].clone();
    assert_eq!(bare["people"], json!([]));
    let entries = bare["journal"].as_array().unwrap();
    assert!(entries.len() >= 2 && entries.iter().all(|entry| entry["command"].is_null()), "{bare}");
    assert!(!bare.to_string().contains("林小禾"), "{bare}");
    for who in ["he.jing", "zhou.yuan"] {
        let told = app.get(who, "/api/v1/notices").await.json();
        let told = told.as_array().unwrap().iter().filter(|one| one["kind"] == "case.copied").count();
        assert_eq!(told, 2, "{who}");
    }
    // They are recalled one by one, and each once.
    let all = app.get("sun.lan", &path).await.json();
    assert_eq!((all.as_array().unwrap().len(), &all[0]["to"]), (2, &json!("河湾区人民法院")), "{all}");
    let recall = case.path(&format!("/copies/{}/recall", all[0]["id"].as_str().unwrap()));
    assert_eq!(app.post("wu.min", &recall, &json!({})).await.status, 204);
    assert!(app.post("wu.min", &recall, &json!({})).await.is_problem(409, "conflict"));
    let all = app.get("zhao.ning", &path).await.json();
    assert!(all[0]["recalled_at"].is_string() && all[1]["recalled_at"].is_null(), "{all}");
    assert!(app.audit().await.sound());
}

async fn who_looked_at_the_file_is_one_query(app: &TestApp) {
    let case = TestCase::open(app).await;
    for _ in 0..3 {
        assert_eq!(case.read("zhao.ning").await.status, 200);
    }
    assert_eq!(app.get("zhao.ning", &case.path("/people")).await.status, 200);
    assert_eq!(case.read("xu.lan").await.status, 404);
    app.post("qian.li", "/api/v1/cases/find", &json!({"name": "林小禾"})).await;
    let chief = fresh(app, "gu.heng").await;
    app.post(&chief, &case.path("/emergency"), &json!({"reason": REASON})).await;
    assert_eq!(case.read("gu.heng").await.status, 200);
    app.settle().await;
    for who in ["zhao.ning", "qian.li", "wu.min", "xu.lan", "admin", "gu.heng"] {
        assert!(app.get(who, &case.path("/lookers")).await.is_problem(404, "not-found"), "{who}");
    }
    let lookers = app.get("he.jing", &case.path("/lookers")).await.json();
    let find = |login: &str, rule: &str| {
        let all = lookers.as_array().unwrap().iter();
        all.filter(|l| l["login"] == login && l["rule"] == rule).cloned().collect::<Vec<_>>()
    };
    let zhao = find("zhao.ning", "prosecutor-reads");
    assert_eq!((&zhao[0]["times"], &zhao[0]["role"]), (&json!(4), &json!("prosecutor")), "{lookers}");
    assert_eq!(zhao[0]["acts"], json!({"case.read": 3, "case.people": 1}));
    assert_eq!(find("xu.lan", "no-role")[0]["ok"], false, "a try counts");
    assert_eq!(find("qian.li", "search")[0]["acts"], json!({"case.found": 1}));
    assert_eq!(find("gu.heng", "emergency-chief")[0]["role"], "chief", "{lookers}");
    assert!(find("gu.heng", "chief-reads").is_empty());
}

async fn lists_and_searches_leave_what_they_showed(app: &TestApp) {
    use sha2::{Digest as _, Sha256};
    let case = TestCase::open(app).await;
    app.get("zhao.ning", "/api/v1/cases?list=office").await;
    app.post("zhao.ning", "/api/v1/cases/find", &json!({"name": "林小禾"})).await;
    app.settle().await;
    let rows = tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    let detail = |act: &str| {
        let row = rows.iter().find(|row| row.act == act).unwrap();
        let leaf = tutela::ledger::Leaf::parse(&row.leaf).unwrap();
        let place = DomainPlace { row: leaf.req, table: "ledger_leaf", column: "detail", kind: "json" };
        let sealed = row.detail.clone().unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("林小禾"));
        let opened = app.service.keys().keyring().open_domain(&place, &sealed).unwrap();
        serde_json::from_slice::<Value>(&opened).unwrap()
    };
    let id = Uuid::parse_str(&case.id).unwrap();
    let listed = detail("case.list");
    let hash = Sha256::digest(id.as_bytes());
    let shown = hash.iter().zip(listed["cases"].as_str().unwrap().as_bytes().chunks(2));
    assert!(
        shown.clone().count() == 32
            && shown.into_iter().all(|(byte, hex)| {
                u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16) == Ok(*byte)
            })
    );
    assert_eq!((&listed["list"], &listed["count"]), (&json!("office"), &json!(1)));
    assert_eq!(detail("case.search"), json!({"query": {"name": "林小禾", "id_number": null}, "hits": 1}));
}
