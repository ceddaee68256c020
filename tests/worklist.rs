//! What is to be done: who sees which work, in which order, until when.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::case::{TestCase, evidence};
use crate::support::on_both;

on_both!(
    everybody_sees_their_own_work,
    work_comes_and_goes_with_the_law,
    pages_are_whole_and_in_order,
    what_is_asked_of_an_office_is_answered_there,
    a_missed_clock_stays_until_somebody_answers_for_it,
    a_deputy_sees_the_absent_persons_work,
);

/// All of somebody's work, page by page of a length.
async fn work_in_pages(app: &TestApp, who: &str, query: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/worklist?limit={limit}{query}{cursor}");
        let answer = app.get(who, &path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.json());
        let page = answer.json();
        let tasks = page["tasks"].as_array().unwrap();
        assert!(tasks.len() <= limit);
        all.extend(tasks.iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

async fn work(app: &TestApp, who: &str, query: &str) -> Vec<Value> {
    work_in_pages(app, who, query, 100).await
}

fn of_kind<'a>(tasks: &'a [Value], kind: &str) -> Vec<&'a Value> {
    tasks.iter().filter(|task| task["kind"] == kind).collect()
}

fn codes(tasks: &[Value], kind: &str) -> Vec<String> {
    of_kind(tasks, kind).iter().map(|task| task["code"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn assign(case: &TestCase<'_>, who: &str, to: &Value) {
    let answer = case.app.post(who, &case.path("/assignment"), to).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
}

async fn everybody_sees_their_own_work(app: &TestApp) {
    let case = TestCase::open(app).await;
    // Nobody leads it: case management and the chief are asked, the prosecutors of the office are not.
    for who in ["wu.min", "qian.li"] {
        let tasks = work(app, who, "").await;
        let unassigned = of_kind(&tasks, "unassigned");
        assert_eq!(unassigned.len(), 1, "{who}: {tasks:#?}");
        assert_eq!(unassigned[0]["step"]["href"], case.path("/assignment"));
    }
    assert!(work(app, "zhao.ning", "").await.is_empty());
    assert!(!work(app, "zhao.ning", "&of=unassigned").await.is_empty());

    assign(&case, "wu.min", &json!({"lead": "zhao.ning", "social_worker": "fang.qing"})).await;
    assert!(of_kind(&work(app, "wu.min", "").await, "unassigned").is_empty());
    assert!(work(app, "zhao.ning", "&of=unassigned").await.is_empty());
    let mine = work(app, "zhao.ning", "").await;
    assert!(!of_kind(&mine, "clock").is_empty() && !of_kind(&mine, "issue").is_empty(), "{mine:#?}");
    for task in &mine {
        for part in ["what", "why", "source"] {
            for language in ["zh", "en"] {
                assert!(!task[part][language].as_str().unwrap().is_empty(), "{part}: {task:#?}");
            }
        }
        assert!(task["step"]["href"].as_str().unwrap().starts_with("/api/v1/"));
        let text = task.to_string();
        assert!(!text.contains("林小禾") && !text.contains("110105200903021232"), "{text}");
    }
    // Theirs alone, until they say that they have seen it.
    let new = of_kind(&mine, "assigned");
    assert_eq!(new.len(), 1);
    assert!(of_kind(&work(app, "qian.li", "&of=office").await, "assigned").is_empty());
    let seen = new[0]["step"]["href"].as_str().unwrap();
    assert_eq!(app.post("fang.qing", seen, &json!({})).await.status, 404, "it is not hers");
    assert_eq!(app.post("zhao.ning", seen, &json!({})).await.status, 204);
    assert_eq!(app.post("zhao.ning", seen, &json!({})).await.status, 404, "it was seen");
    assert!(of_kind(&work(app, "zhao.ning", "").await, "assigned").is_empty());
    // The social worker reads that in her notices instead.
    assert_eq!(of_kind(&work(app, "fang.qing", "").await, "assigned").len(), 1);
    let notices = app.get("fang.qing", "/api/v1/notices").await.json();
    assert_eq!(notices[0]["kind"], "case.assigned");
    let read = format!("/api/v1/notices/{}/read", notices[0]["id"].as_str().unwrap());
    assert_eq!(app.post("fang.qing", &read, &json!({})).await.status, 204);
    assert!(of_kind(&work(app, "fang.qing", "").await, "assigned").is_empty());
    assert!(!of_kind(&work(app, "fang.qing", "").await, "clock").is_empty());

    // Another office sees nothing of it; who sees no cases is refused; supervisors see the office's.
    for who in ["xu.lan", "lu.yao", "mei.qing", "gu.heng"] {
        assert!(work(app, who, "").await.is_empty(), "{who}");
        assert!(work(app, who, "&of=office").await.is_empty(), "{who}");
    }
    for who in ["admin", "tang.ye", "sun.lan"] {
        assert!(app.get(who, "/api/v1/worklist").await.is_problem(403, "not-permitted"), "{who}");
    }
    assert!(!work(app, "he.jing", "&of=office").await.is_empty());
    assert!(!work(app, "he.jing", "&of=office&office=HW").await.is_empty());
    assert_eq!(app.get("he.jing", "/api/v1/worklist?of=office&office=XX").await.status, 422);
    // Of one person, as far as the viewer sees the cases.
    let zhao = app.service.authenticate(&app.tokens["zhao.ning"]).await.unwrap().unwrap().account;
    let theirs = work(app, "he.jing", &format!("&of=person&who={zhao}")).await;
    assert!(!theirs.is_empty() && theirs.iter().all(|task| task["case"] == case.id.as_str()));
    assert!(work(app, "xu.lan", &format!("&of=person&who={zhao}")).await.is_empty());
    assert_eq!(app.get("he.jing", "/api/v1/worklist?of=person").await.status, 422);

    // Who is kept away from a case has no work in it, whatever else they are.
    let kept_away = json!({"account": "he.jing", "reason": "与被害人系近亲属关系，应当回避"});
    let answer = app.post("qian.li", &case.path("/exclusions"), &kept_away).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert!(work(app, "he.jing", "&of=office").await.is_empty());
}

async fn work_comes_and_goes_with_the_law(app: &TestApp) {
    let case = TestCase::open(app).await;
    assign(&case, "wu.min", &json!({"lead": "zhao.ning", "approver": "qian.li"})).await;
    let before = work(app, "zhao.ning", "").await;
    let review = of_kind(&before, "clock");
    assert!(review.iter().any(|task| task["overdue"] == true), "{before:#?}");
    assert!(codes(&before, "issue").contains(&"D02".into()), "{before:#?}");
    case.done("zhao.ning", &json!({"kind": "issue", "document": "D02", "at": "2025-11-04"})).await;
    let made = work(app, "zhao.ning", "").await;
    assert!(!codes(&made, "issue").contains(&"D02".into()));
    let served = of_kind(&made, "serve");
    assert!(served.iter().any(|task| task["code"] == "D02"), "{made:#?}");
    let body = served.iter().find(|task| task["code"] == "D02").unwrap()["step"]["body"].clone();
    let mut receipt = body;
    receipt["at"] = json!("2025-11-05");
    receipt["received_on"] = json!("2025-11-05");
    case.done("zhao.ning", &receipt).await;
    let left = of_kind(&work(app, "zhao.ning", "").await, "serve").len();
    assert_eq!(left + 1, served.len(), "the step that the list names has done it");

    let case = TestCase::open(app).await;
    assign(&case, "wu.min", &json!({"lead": "zhao.ning"})).await;
    let draft = case.up_to_conditional_draft().await;
    // The drafter is not asked to approve; any chief of the office is, as no approver is named.
    let theirs = work(app, "zhao.ning", "").await;
    assert!(of_kind(&theirs, "approve").is_empty(), "{theirs:#?}");
    let chief = work(app, "qian.li", "").await;
    let approve = of_kind(&chief, "approve");
    assert_eq!(approve.len(), 1, "{chief:#?}");
    let mut step = approve[0]["step"]["body"].clone();
    assert_eq!(step["draft"], draft);
    // Named, it is asked of nobody else.
    assign(&case, "wu.min", &json!({"approver": "qian.li"})).await;
    assert_eq!(of_kind(&work(app, "qian.li", "").await, "approve").len(), 1);
    step["at"] = json!("2025-11-24");
    case.done("qian.li", &step).await;
    assert!(of_kind(&work(app, "qian.li", "").await, "approve").is_empty());
    // Probation runs instead of the review.
    let mine = work(app, "zhao.ning", "").await;
    assert!(codes(&mine, "clock").iter().any(|code| code == "K19"), "{:?}", codes(&mine, "clock"));

    // A sealed case asks for nothing any more.
    let sealed = TestCase::open(app).await;
    assign(&sealed, "wu.min", &json!({"lead": "zhao.ning"})).await;
    let draft = sealed.up_to_conditional_draft().await;
    sealed.finish(&draft).await;
    let mine = work(app, "zhao.ning", "").await;
    assert!(mine.iter().all(|task| task["case"] != sealed.id.as_str()), "{mine:#?}");
}

async fn pages_are_whole_and_in_order(app: &TestApp) {
    for _ in 0..4 {
        let case = TestCase::open(app).await;
        assign(&case, "wu.min", &json!({"lead": "zhao.ning", "second": "zhou.yuan"})).await;
    }
    let whole = work(app, "zhao.ning", "").await;
    assert!(whole.len() > 12, "{}", whole.len());
    let due = |task: &Value| task["due"].as_str().unwrap_or("9999").to_owned();
    assert!(whole.is_sorted_by_key(due), "overdue first, what has no date last");
    for limit in [1, 3, 7] {
        assert_eq!(work_in_pages(app, "zhao.ning", "", limit).await, whole, "{limit}");
    }
    let ids: std::collections::BTreeSet<&str> = whole.iter().map(|t| t["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), whole.len(), "nothing stands there twice");
    let clocks = work(app, "zhao.ning", "&kind=clock").await;
    assert_eq!(clocks.len(), of_kind(&whole, "clock").len());
    let now = "2026-08-03T02:00:00Z";
    let late = work(app, "zhao.ning", &format!("&before={now}")).await;
    assert_eq!(late.len(), whole.iter().filter(|task| task["overdue"] == true).count());
    for bad in ["limit=0", "limit=101", "cursor=nonsense", "of=everybody", "kind=nothing", "colour=red"] {
        let answer = app.get("zhao.ning", &format!("/api/v1/worklist?{bad}")).await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{bad}: {}", answer.status);
    }
    // Looking at it is written down.
    app.settle().await;
    let leaves = tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    let looks: Vec<_> = leaves.iter().filter(|leaf| leaf.act == "work.list").collect();
    assert!(looks.len() > 20 && looks.iter().all(|leaf| leaf.detail.is_some() && leaf.actor_id.is_some()));
    assert!(app.audit().await.sound());
}

async fn what_is_asked_of_an_office_is_answered_there(app: &TestApp) {
    let case = TestCase::open(app).await;
    assign(&case, "wu.min", &json!({"lead": "zhao.ning"})).await;
    case.done("zhao.ning", &json!({"kind": "act", "event": "T21a", "at": "2025-11-10"})).await;
    let offer = json!({"to": "LX", "reason": "犯罪地在柳溪区，应由该院管辖"});
    let offered = app.post("wu.min", &case.path("/transfers"), &offer).await;
    assert_eq!(offered.status, 201, "{}", offered.json());
    let tasks = work(app, "lu.yao", "").await;
    let transfers = of_kind(&tasks, "transfer");
    assert_eq!(transfers.len(), 1, "{tasks:#?}");
    assert!(
        transfers[0]["case"].is_null() && transfers[0]["case_no"].is_null(),
        "the offer is all they may know"
    );
    let refuse = transfers[0]["step"]["href"].as_str().unwrap().replace("accept", "refuse");
    assert_eq!(app.post("lu.yao", &refuse, &json!({"reason": "不属本院管辖"})).await.status, 200);
    assert!(work(app, "lu.yao", "").await.is_empty());
    let again = app.post("wu.min", &case.path("/transfers"), &offer).await.json();
    let withdraw = format!("/api/v1/transfers/{}/withdraw", again["id"].as_str().unwrap());
    assert_eq!(work(app, "lu.yao", "").await.len(), 1);
    assert_eq!(app.post("wu.min", &withdraw, &json!({"reason": "改由本院办理"})).await.status, 200);
    assert!(work(app, "lu.yao", "").await.is_empty());
    // Accepted, it is work of the other office and no more of this one.
    let third = app.post("wu.min", &case.path("/transfers"), &offer).await.json();
    let accept = format!("/api/v1/transfers/{}/accept", third["id"].as_str().unwrap());
    let inputs = json!({"inputs": {"suspect_present": true, "prior_returns": 0}});
    let accepted = app.post("lu.yao", &accept, &inputs).await;
    assert!(accepted.status.is_success(), "{}", accepted.json());
    let theirs = work(app, "lu.yao", "&of=office").await;
    assert!(of_kind(&theirs, "transfer").is_empty());
    assert_eq!(of_kind(&theirs, "unassigned").len(), 1, "{theirs:#?}");
    assert!(!of_kind(&theirs, "clock").is_empty(), "{theirs:#?}");
    assert!(of_kind(&work(app, "zhao.ning", "").await, "clock").iter().all(|t| t["overdue"] == false));

    // An emergency is reviewed by a supervisor who did not declare it; it is nobody else's work.
    let case = TestCase::open(app).await;
    let token = app.service.add_token("qian.li", "test", None, true).await.unwrap();
    let reason = json!({"reason": "夜间来电称该未成年人走失，需立即查看监护人联系方式"});
    let opened = app.post(&token, &case.path("/emergency"), &reason).await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    let tasks = work(app, "he.jing", "").await;
    let reviews = of_kind(&tasks, "review");
    assert_eq!(reviews.len(), 1, "{tasks:#?}");
    assert!(of_kind(&work(app, "qian.li", "").await, "review").is_empty());
    let review = reviews[0]["step"]["href"].as_str().unwrap();
    let done = app.post("he.jing", review, &json!({"justified": true, "reason": "情况属实"})).await;
    assert_eq!(done.status, 200, "{}", done.json());
    assert!(of_kind(&work(app, "he.jing", "").await, "review").is_empty());
}

async fn a_missed_clock_stays_until_somebody_answers_for_it(app: &TestApp) {
    let case = TestCase::open(app).await;
    assign(&case, "wu.min", &json!({"lead": "zhao.ning"})).await;
    assert!(app.service.tell_what_is_due().await.unwrap() > 0);
    assert_eq!(app.service.tell_what_is_due().await.unwrap(), 0, "each is told once");
    let mine = work(app, "zhao.ning", "").await;
    let missed = of_kind(&mine, "missed");
    assert!(!missed.is_empty(), "{mine:#?}");
    let everybody = work(app, "he.jing", "").await;
    assert_eq!(of_kind(&everybody, "missed").len(), missed.len(), "supervisors have it too");
    // It stays although what was late is done in the end.
    let draft = case.up_to_conditional_draft().await;
    case.done("qian.li", &json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": draft})).await;
    let later = work(app, "zhao.ning", "").await;
    assert!(of_kind(&later, "missed").len() >= missed.len());
    let answer = missed[0]["step"]["href"].as_str().unwrap();
    let reason = json!({"reason": "案卷移送迟延，未影响对其采取的措施", "done": "已报告检察长并补办"});
    for who in ["zhou.yuan", "wu.min", "fang.qing", "xu.lan", "sun.lan", "qian.li"] {
        assert_eq!(app.post(who, answer, &reason).await.status, 404, "{who} neither leads nor supervises");
    }
    assert_eq!(
        app.post("zhao.ning", answer, &json!({"reason": " ", "done": "已补办完毕"})).await.status,
        422
    );
    let answered = app.post("zhao.ning", answer, &reason).await;
    assert_eq!(answered.status, 200, "{}", answered.json());
    assert!(app.post("he.jing", answer, &reason).await.is_problem(409, "conflict"), "once");
    let now = work(app, "zhao.ning", "").await;
    assert!(of_kind(&now, "missed").iter().all(|task| task["about"] != missed[0]["about"]));
    let kept = app.get("he.jing", &case.path("/missed")).await.json();
    let kept = kept.as_array().unwrap();
    let one = kept.iter().find(|miss| miss["id"] == missed[0]["about"]).unwrap();
    assert_eq!((&one["answer"], &one["done"]), (&reason["reason"], &reason["done"]));
    app.settle().await;
    let leaves = tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    assert!(leaves.iter().any(|leaf| leaf.act == "work.answer" && leaf.case_id.is_some()));
    assert!(app.audit().await.sound());
}

async fn a_deputy_sees_the_absent_persons_work(app: &TestApp) {
    let case = TestCase::open(app).await;
    assign(&case, "wu.min", &json!({"lead": "zhao.ning"})).await;
    case.done("wu.min", &evidence("S24", "2025-11-04", &json!({"specialised": true}))).await;
    assert!(work(app, "zhou.yuan", "").await.is_empty());
    let zhao = app.service.authenticate(&app.tokens["zhao.ning"]).await.unwrap().unwrap().account;
    let path = format!("/api/v1/accounts/{zhao}/deputies");
    let deputy =
        json!({"deputy": "zhou.yuan", "from": "2026-08-03T00:00:00Z", "until": "2026-08-10T00:00:00Z"});
    assert_eq!(app.post("qian.li", &path, &deputy).await.status, 201);
    let absent = work(app, "zhao.ning", "").await;
    assert_eq!(work(app, "zhou.yuan", "").await, absent);
    app.now("2026-08-11T00:00:00Z");
    assert!(work(app, "zhou.yuan", "").await.is_empty(), "only while they are away");
}
