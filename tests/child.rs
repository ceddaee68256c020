//! What is the child's own: the sheet, their words, their complaints; and a calendar that names nobody.

use axum::body::Body;
use axum::http::Request;
use icalendar::{Calendar, Component as _};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::case::TestCase;
use crate::support::on_both;

on_both!(
    a_child_is_given_a_sheet_in_plain_words,
    what_the_child_said_is_kept_in_their_words,
    a_complaint_reaches_a_supervisor_who_is_not_its_subject,
    a_calendar_says_when_and_not_who,
);

async fn sheet(case: &TestCase<'_>, who: &str, language: &str) -> String {
    let answer = case.app.get(who, &case.path(&format!("/sheet?lang={language}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("style-src 'self';") && !policy.contains("unsafe"), "{policy}");
    String::from_utf8(answer.bytes).unwrap()
}

async fn a_child_is_given_a_sheet_in_plain_words(app: &TestApp) {
    app.now("2025-11-03T04:00:00Z");
    let case = TestCase::open(app).await;
    let people = json!({"lead": "zhao.ning", "social_worker": "fang.qing"});
    assert_eq!(app.post("wu.min", &case.path("/assignment"), &people).await.status, 200);
    let add = async |kind: &str, name: &str| {
        let person = json!({"kind": kind, "identity": {"name": name}});
        assert_eq!(app.post("zhao.ning", &case.path("/people"), &person).await.status, 200);
    };
    add("legal_rep", "林建国").await;
    add("victim", "韩冬").await;
    let first = sheet(&case, "zhao.ning", "zh").await;
    for words in [
        "林小禾",
        "赵宁",
        "方晴",
        "林建国",
        "检察院正在看你的案子",
        "你可以住在家里",
        "你可以有律师",
        "监督人员在十五天内答复你",
        "2025年12月3日",
    ] {
        assert!(first.contains(words), "{words}: {first}");
    }
    // Nobody else's affairs, nothing that the page would have to be trusted with, and nothing agreed yet.
    for words in ["韩冬", "110105200903021232", "<script", "style=", "<style"] {
        assert!(!first.contains(words), "{words}: {first}");
    }
    assert!(first.contains("还没有。你同意之前"), "{first}");
    let english = sheet(&case, "fang.qing", "en").await;
    assert!(english.contains("You may have a lawyer. It costs nothing.") && english.contains("lang=\"en\""));
    assert!(english.contains("3 December 2025"), "{english}");
    assert_eq!(app.get("xu.lan", &case.path("/sheet")).await.status, 404);
    assert_eq!(app.get("zhao.ning", &case.path("/sheet?lang=fr")).await.status, 400);
    let css = app.get("", "/sheet.css").await;
    assert_eq!(
        (css.status.as_u16(), css.headers["content-type"].to_str().unwrap()),
        (200, "text/css; charset=utf-8")
    );

    app.now("2026-06-01T04:00:00Z");
    let draft = case.up_to_conditional_draft().await;
    case.done("qian.li", &json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": draft})).await;
    let later = sheet(&case, "zhao.ning", "zh").await;
    assert!(later.contains("你在考察期里"), "{later}");
    assert!(
        later.contains("2025年11月20日") && !later.contains("还没有。你同意之前"),
        "consent is shown: {later}"
    );
    app.settle().await;
    let looks = app.get("he.jing", &case.path("/trail")).await.json();
    assert!(
        looks.as_array().unwrap().iter().any(|leaf| leaf["act"] == "case.sheet"),
        "printing it is a look"
    );
}

async fn what_the_child_said_is_kept_in_their_words(app: &TestApp) {
    let case = TestCase::open(app).await;
    let said = json!({"on": "2025-11-04", "about": "为什么要开庭", "words": "我不想让 <b>同学</b> 知道",
        "explained_by": "方晴", "understood": "partly"});
    let kept = app.post("zhao.ning", &case.path("/voices"), &said).await;
    assert_eq!(kept.status, 201, "{}", kept.json());
    for (field, value) in [("words", json!(" ")), ("on", json!("2030-01-01")), ("explained_by", json!(""))] {
        let mut bad = said.clone();
        bad[field] = value;
        assert_eq!(app.post("zhao.ning", &case.path("/voices"), &bad).await.status, 422, "{field}");
    }
    assert_eq!(
        app.post("he.jing", &case.path("/voices"), &said).await.status,
        404,
        "a supervisor edits nothing"
    );
    let all = app.get("he.jing", &case.path("/voices")).await.json();
    assert_eq!((&all[0]["words"], &all[0]["understood"]), (&said["words"], &json!("partly")));
    let page = sheet(&case, "zhao.ning", "zh").await;
    assert!(
        page.contains("我不想让 &#60;b&#62;同学&#60;/b&#62; 知道")
            || page.contains("我不想让 &lt;b&gt;同学&lt;/b&gt; 知道"),
        "{page}"
    );
    assert!(page.contains("听懂了一部分，会再说明"));
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn work(app: &TestApp, who: &str) -> Vec<Value> {
    let page = app.get(who, "/api/v1/worklist?kind=complaint").await;
    assert_eq!(page.status, 200, "{who}: {}", page.json());
    page.json()["tasks"].as_array().unwrap().clone()
}

async fn a_complaint_reaches_a_supervisor_who_is_not_its_subject(app: &TestApp) {
    // A second supervisor, above the first.
    for (login, office) in [("ye.lan", "LJ"), ("bai.yun", "QY")] {
        let roles = vec![(tutela::law::pack::StaffRole::Supervisor, office.to_owned())];
        let new = tutela::casework::accounts::NewAccount { login: login.into(), name: login.into(), roles };
        app.service.add_account(&new).await.unwrap();
    }
    let ye = app.service.add_token("ye.lan", "test", None, false).await.unwrap();
    let case = TestCase::open(app).await;
    let words = "何静说我不签字就不让我回家";
    let new = json!({"by": "child", "words": words, "about": "he.jing"});
    let made = app.post("zhao.ning", &case.path("/complaints"), &new).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        app.post("zhao.ning", &case.path("/complaints"), &json!({"by": "child", "words": ""})).await.status,
        422
    );
    let unknown = json!({"by": "child", "words": words, "about": "nobody.here"});
    assert_eq!(app.post("zhao.ning", &case.path("/complaints"), &unknown).await.status, 422);

    // Its subject is told nothing, sees nothing, and answers nothing.
    assert!(work(app, "he.jing").await.is_empty());
    let notices = app.get("he.jing", "/api/v1/notices").await.json();
    assert!(notices.as_array().unwrap().iter().all(|n| n["kind"] != "complaint.made"), "{notices}");
    assert_eq!(app.get("he.jing", &case.path("/complaints")).await.json(), json!([]));
    let answer = format!("/api/v1/complaints/{id}/answer");
    let reply = json!({"founded": true, "reason": "已核实并当面向其说明，改派他人"});
    assert_eq!(app.post("he.jing", &answer, &reply).await.status, 403);
    // Nor do those who work on the case.
    for who in ["zhao.ning", "qian.li", "wu.min"] {
        assert_eq!(app.post(who, &answer, &reply).await.status, 404, "{who}");
        assert_eq!(app.get(who, &case.path("/complaints")).await.status, 404, "{who}");
    }
    // The other supervisors have it, with its time.
    let tasks = work(app, &ye).await;
    assert_eq!((tasks.len(), &tasks[0]["about"]), (1, &json!(id)), "{tasks:#?}");
    assert_eq!(tasks[0]["due"], "2026-08-18T16:00:00Z");
    assert!(!tasks[0].to_string().contains("不签字"));
    let assign = format!("/api/v1/complaints/{id}/answerer");
    for login in ["he.jing", "zhao.ning", "nobody.here"] {
        let refused = app.post(&ye, &assign, &json!({"login": login})).await;
        assert_eq!(refused.status, 422, "{login}: {}", refused.json());
    }
    let assigned = app.post(&ye, &assign, &json!({"login": "bai.yun"})).await;
    assert_eq!(assigned.status, 200, "{}", assigned.json());
    assert!(work(app, &ye).await.is_empty());
    let bai = app.service.add_token("bai.yun", "test", None, false).await.unwrap();
    assert_eq!(work(app, &bai).await.len(), 1);
    // Its clock runs: whoever is to answer is warned, and when it is over the other supervisors hear of it.
    app.now("2026-08-13T00:00:00Z");
    app.service.tell_what_is_due().await.unwrap();
    let told = app.get(&bai, "/api/v1/notices").await.json();
    assert!(told.as_array().unwrap().iter().any(|n| n["kind"] == "complaint.due"), "{told}");
    app.now("2026-08-18T16:00:00Z");
    app.service.tell_what_is_due().await.unwrap();
    for who in [&ye, &bai] {
        let told = app.get(who, "/api/v1/notices").await.json();
        assert!(told.as_array().unwrap().iter().any(|n| n["kind"] == "complaint.due"), "{told}");
    }
    assert!(app.get("he.jing", "/api/v1/notices").await.json().to_string().find("complaint").is_none());
    let answered = app.post(&bai, &answer, &reply).await;
    assert_eq!(answered.status, 200, "{}", answered.json());
    assert_eq!(answered.json()["words"], words);
    assert!(app.post(&ye, &answer, &reply).await.is_problem(409, "conflict"));
    assert!(work(app, &bai).await.is_empty());
    app.settle().await;
    let trail = app.get(&ye, &case.path("/trail")).await.json().to_string();
    for act in ["complaint.made", "complaint.assign", "complaint.answer"] {
        assert!(trail.contains(act), "{act}");
    }
}

async fn fetch(app: &TestApp, path: &str) -> crate::support::app::Answer {
    app.call(Request::builder().uri(path).body(Body::empty()).unwrap()).await
}

async fn a_calendar_says_when_and_not_who(app: &TestApp) {
    app.now("2025-11-03T04:00:00Z");
    let case = TestCase::open(app).await;
    assert_eq!(
        app.post("wu.min", &case.path("/assignment"), &json!({"lead": "zhao.ning"})).await.status,
        200
    );
    assert_eq!(app.get("zhao.ning", "/api/v1/calendar").await.status, 404);
    let made = app.post("zhao.ning", "/api/v1/calendar", &json!({})).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let path = made.json()["path"].as_str().unwrap().to_owned();
    let answer = fetch(app, &path).await;
    assert_eq!(
        (answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()),
        (200, "text/calendar; charset=utf-8")
    );
    let text = String::from_utf8(answer.bytes).unwrap();
    for word in ["林", "小禾", "赵宁", "盗窃", "110105200903021232"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let calendar: Calendar = text.parse().unwrap();
    let tasks = app.get("zhao.ning", "/api/v1/worklist?limit=100").await.json();
    let dated = tasks["tasks"].as_array().unwrap().iter().filter(|task| !task["due"].is_null()).count();
    let events: Vec<_> = calendar.events().collect();
    assert_eq!(events.len(), dated);
    // The review of a month ends on 3 December, all day; its end is no hour of the day after.
    let review = tasks["tasks"].as_array().unwrap().iter().find(|task| task["code"] == "K19").unwrap();
    let uid = format!("{}@tutela", review["id"].as_str().unwrap());
    let event = events.iter().find(|event| event.get_uid() == Some(&uid)).unwrap();
    assert_eq!(event.property_value("DTSTART"), Some("20251203"), "{text}");
    let case_no = review["case_no"].as_str().unwrap();
    assert!(event.get_summary().unwrap().contains(case_no), "{text}");
    assert!(text.lines().all(|line| line.len() <= 76), "folded");
    if let Ok(place) = std::env::var("TUTELA_WRITE_CALENDAR") {
        std::fs::write(place, &text).unwrap();
    }
    // A new address takes the place of the old one; without one there is none; nobody guesses.
    let again = app.post("zhao.ning", "/api/v1/calendar", &json!({})).await.json();
    assert_eq!(fetch(app, &path).await.status, 404);
    let path = again["path"].as_str().unwrap().to_owned();
    assert_eq!(fetch(app, &format!("{path}.ics")).await.status, 200);
    assert_eq!(fetch(app, "/calendar/tut_nothing").await.status, 404);
    // It ends with the account, and when its owner says so.
    let drop = app.request("zhao.ning", "DELETE", "/api/v1/calendar").body(Body::empty()).unwrap();
    assert_eq!(app.call(drop).await.status, 204);
    assert_eq!(fetch(app, &path).await.status, 404);
    // Kept as a hash only.
    let one = app.post("zhao.ning", "/api/v1/calendar", &json!({})).await.json();
    let secret = one["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert!(app.service.authenticate(&secret).await.unwrap().is_none(), "it is no token");
    assert_eq!(app.get(&secret, "/api/v1/worklist").await.status, 401);
}
