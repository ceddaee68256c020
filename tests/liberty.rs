//! Measures at liberty by form: a whole life in the browser without a script. And what of them crosses a case: nobody at
//! two places at once, a case that goes to another office, drafts that lie, and how many measures ended well.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::duties::{misplaced, offer};
use crate::pages::{kept, location, text};
use crate::support::app::{Answer, TestApp, call};
use crate::support::case::TestCase;
use crate::support::on_both;
use crate::support::script::Script;

on_both!(
    a_measure_is_led_from_proposal_to_fulfilment_by_form,
    nobody_is_at_two_visits_at_once_whatever_is_kept_at_once,
    a_case_goes_with_its_measures_and_forms,
    drafts_that_nobody_touches_go_stale,
    measures_that_ended_are_counted_and_few_are_not_shown,
);

async fn assigned(case: &TestCase<'_>) {
    let to = json!({"social_worker": "fang.qing", "lead": "zhao.ning"});
    let done = case.app.post("wu.min", &case.path("/assignment"), &to).await;
    assert_eq!(done.status, 200, "{}", done.json());
}

/// A form of a measure: asked for, filled in, and sent.
struct Forms<'a> {
    app: &'a TestApp,
    at: String,
}

impl Forms<'_> {
    /// Sends a form as its page gave it, with what is typed.
    async fn send(&self, who: &str, path: &str, typed: &[(&str, &str)]) -> (Answer, Vec<(String, String)>) {
        let path = format!("{}/{path}", self.at);
        let page = self.app.page(who, &path).await;
        assert_eq!(page.status, 200, "{who} {path}: {}", text(&page));
        let mut form: Vec<(String, String)> = kept(&text(&page)).into_iter().collect();
        form.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        (self.post(who, &path, &form).await, form)
    }

    async fn post(&self, who: &str, path: &str, form: &[(String, String)]) -> Answer {
        let path = path.split('?').next().unwrap();
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.app.fill_in(who, path, &form).await
    }

    /// A step that is taken, and taken once although it is sent twice.
    async fn done(&self, who: &str, path: &str, typed: &[(&str, &str)]) {
        let (sent, form) = self.send(who, path, typed).await;
        assert_eq!(sent.status, 303, "{who} {path}: {}", text(&sent));
        let steps = self.steps().await;
        let again = self.post(who, &format!("{}/{path}", self.at), &form).await;
        assert_eq!(again.status, 303, "{path} sent twice: {}", text(&again));
        assert_eq!(location(&again), location(&sent), "{path}: sent twice");
        assert_eq!(self.steps().await, steps, "{path}: done once");
    }

    /// A step that is refused: what is wrong leads to the field, and what was typed is there.
    async fn wrong(&self, who: &str, path: &str, typed: &[(&str, &str)], fields: &[&str]) -> String {
        let (sent, _) = self.send(who, path, typed).await;
        let page = text(&sent);
        assert_eq!(sent.status, 422, "{who} {path}: {page}");
        for field in fields {
            let there =
                page.contains(&format!("href=\"#{field}\"")) && page.contains(&format!("id=\"{field}"));
            assert!(there && page.contains(&format!("id=\"{field}-error\"")), "{field}: {page}");
        }
        for (name, value) in typed.iter().filter(|(_, value)| value.chars().count() > 4) {
            assert!(page.contains(value), "{name} is lost: {page}");
        }
        page
    }

    async fn steps(&self) -> usize {
        let view = self.app.get("zhao.ning", &format!("/api/v1{}", self.at)).await.json();
        view["steps"].as_array().unwrap().len()
    }

    async fn page(&self, who: &str) -> String {
        text(&self.app.page(who, &self.at).await)
    }
}

const TERM: [(&str, &str); 2] = [("from", "2025-11-24"), ("until", "2026-05-23")];
const PROPOSED: &[(&str, &str)] = &[
    ("reasons", "初犯，已退赃，需要少量帮助"),
    ("supervisor", "fang.qing"),
    ("alternatives.1.what", "不起诉并训诫"),
    ("alternatives.1.why_not", "缺乏监督，母亲在外务工"),
    ("c.c283_report", "yes"),
    ("c.c283_report.words", "每月向方老师说一次近况"),
    ("c.c283_report.why", "保持联系"),
    ("c.service", "yes"),
    ("c.service.words", "在社区图书室帮忙"),
    ("c.service.why", "弥补损失"),
    ("child_heard.on", "2025-11-19"),
    ("child_heard.words", "我愿意，想继续上学"),
    ("child_agrees", "true"),
    ("guardian_agrees", "true"),
];

async fn a_measure_is_led_from_proposal_to_fulfilment_by_form(app: &TestApp) {
    let mut script = Script::open(app, "F1").await;
    let case = &TestCase { app, id: script.case.id.clone() };
    assigned(case).await;
    script.until("2025-11-20").await;
    let mut forms = Forms { app, at: format!("/cases/{}/measures", case.id) };

    // What fits is offered; what does not, says why; what others propose is only told.
    let list = text(&app.page("fang.qing", &forms.at).await);
    assert!(list.contains(&format!("{}/new\"", forms.at)), "{list}");
    let choose = text(&app.page("fang.qing", &format!("{}/new", forms.at)).await);
    assert!(
        choose.contains("/measures/new/cnp\"") && !choose.contains("/measures/new/np_statutory"),
        "{choose}"
    );
    assert!(choose.contains("class=\"wanted\""), "what does not fit now says why: {choose}");

    // Nothing typed; then a flaw in each corner of the form.
    forms.wrong("fang.qing", "new/cnp", &[], &["from", "until", "reasons"]).await;
    let flawed = [
        &[("from", "2025-11-24"), ("until", "2026-12-24"), ("c.repair.words", "向店主道歉并赔偿")][..],
        &PROPOSED[..1],
        &[("c.service", "yes"), ("c.service.words", "在社区图书室帮忙"), ("c.service.hours", "很多很多小时")],
    ];
    forms.wrong("fang.qing", "new/cnp", &flawed.concat(), &["c.repair", "c.service.hours"]).await;
    let long = [&[("from", "2025-11-24"), ("until", "2026-12-24"), ("c.service.hours", "90")][..], PROPOSED];
    forms.wrong("fang.qing", "new/cnp", &long.concat(), &["until"]).await;

    let typed = [&TERM[..], PROPOSED, &[("c.service.hours", "20")]].concat();
    let (proposed, form) = forms.send("fang.qing", "new/cnp", &typed).await;
    assert_eq!(proposed.status, 303, "{}", text(&proposed));
    let again = forms.post("fang.qing", &format!("{}/new/cnp", forms.at), &form).await;
    assert_eq!(again.status, 303, "{}", text(&again));
    assert_eq!(location(&again), location(&proposed), "proposed twice, proposed once");
    let all = app.get("zhao.ning", &case.path("/measures")).await.json();
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    location(&proposed).trim_end_matches("?done=1").clone_into(&mut forms.at);

    // The chief finds it in their list, and why it cannot be decided yet beside the form and on the page.
    let home = text(&app.page("qian.li", "/").await);
    assert!(home.contains(&format!("{}/decisions/decide\"", forms.at)), "{home}");
    let told = [("reasons", "符合条件，本人和监护人同意"), ("review_told", "true")];
    let early = forms.wrong("qian.li", "decisions/decide", &told, &[]).await;
    assert!(early.contains("我愿意，想继续上学") && early.contains("CPL 282"), "{early}");
    let page = forms.page("qian.li").await;
    assert!(page.contains("decisions/decline\"") && !page.contains("href=\"#\""), "{page}");
    assert!(!page.contains("decisions/decide\""), "not now: {page}");
    let mine = forms.send("zhao.ning", "decisions/decide", &told).await.0;
    assert_eq!(mine.status, 403, "a prosecutor does not decide");

    script.until("2025-11-24").await;
    forms.wrong("qian.li", "decisions/decide", &[("reasons", "符合法定条件")], &["review_told"]).await;
    forms.done("qian.li", "decisions/decide", &told).await;
    let home = text(&app.page("fang.qing", "/").await);
    assert!(home.contains(&format!("{}/work/start\"", forms.at)), "{home}");
    forms.done("fang.qing", "work/start", &[("supervisor", "fang.qing")]).await;

    let goal = [("goals.1.words", "我想把高一读完"), ("goals.1.activity", "补习数学")];
    let plan = [
        ("goals.1.helped_by", "班主任"),
        ("visits", "2"),
        ("per", "month"),
        ("school_or_work", "照常上课，放学后见面"),
        ("child_words", "可以，周五放学有空"),
        ("understood", "true"),
    ];
    forms.wrong("fang.qing", "work/plan", &goal, &["visits", "per", "understood"]).await;
    let many = [&goal[..], &[("goals.1.helped_by", "班主任"), ("visits", "40")], &plan[2..]].concat();
    forms.wrong("fang.qing", "work/plan", &many, &["visits"]).await;
    forms.done("fang.qing", "work/plan", &[&goal[..], &plan].concat()).await;

    // Visits: planned, called off, kept, not kept, corrected.
    let visit = |day: &str| [("from", format!("{day}T16:00")), ("until", format!("{day}T17:00"))];
    for day in ["2025-12-05", "2025-12-12", "2025-12-19"] {
        let [from, until] = &visit(day);
        let typed = [("from", from.1.as_str()), ("until", until.1.as_str()), ("place", "河湾二中")];
        forms.done("fang.qing", "work/plan_visit", &typed).await;
    }
    let clash = [("from", "2025-12-05T16:30"), ("until", "2025-12-05T17:30"), ("place", "河湾二中门口")];
    forms.wrong("fang.qing", "work/plan_visit", &clash, &["from"]).await;
    forms.done("fang.qing", "work/cancel_visit?n=2", &[("reason", "期末考试改期，已当面告诉本人")]).await;
    let sheet = text(&app.get("fang.qing", &format!("/api/v1/cases/{}/sheet?lang=zh", case.id)).await);
    for words in ["每月向方老师说一次近况", "见面：16:00，河湾二中", "2025年12月5日"] {
        assert!(sheet.contains(words), "the child's own sheet has {words}: {sheet}");
    }
    app.now("2025-12-05T10:00:00Z");
    let home = text(&app.page("fang.qing", "/").await);
    assert!(home.contains(&format!("{}/visit?n=1\"", forms.at)), "{home}");
    let met = [
        ("from", "2025-12-05T16:00"),
        ("until", "2025-12-05T17:00"),
        ("attendance", "kept"),
        ("seen_alone", "yes"),
        ("went_well", "每天到校，主动谈起道歉的事"),
        ("child_words", "店主原谅我了"),
        ("service_minutes", "60"),
        ("k.c283_report", "met"),
        ("school_or_work", "school"),
    ];
    forms.wrong("fang.qing", "visit?n=1", &met[4..6], &["attendance", "seen_alone"]).await;
    forms.done("fang.qing", "visit?n=1", &met).await;
    app.now("2025-12-19T10:00:00Z");
    let absent = [("attendance", "unacceptable"), ("reason", "未到，未联系")];
    forms.done("fang.qing", "visit?n=3", &absent).await;
    let wrong = [("attendance", "acceptable"), ("correction", "校方证明当日有考试")];
    forms.done("fang.qing", "work/correct_visit?n=3", &wrong).await;

    // A breach, answered in steps; it is no ground for revocation.
    app.now("2026-01-12T02:00:00Z");
    let breach = [
        ("on", "2026-01-10"),
        ("condition", "c283_report"),
        ("facts", "思想汇报迟交三日"),
        ("child_account", "换了班级，忘记日期"),
    ];
    forms.wrong("fang.qing", "work/breach", &breach[1..], &["on"]).await;
    forms.done("fang.qing", "work/breach", &breach).await;
    let home = text(&app.page("fang.qing", "/").await);
    assert!(home.contains(&format!("{}/work/respond?n=1\"", forms.at)), "{home}");
    let answer = [("breach", "1"), ("words", "改为短信提醒，一起写下日期")];
    let skipped = [&answer[..], &[("response", "warning")]].concat();
    let page = forms.wrong("fang.qing", "work/respond?n=1", &skipped, &["response"]).await;
    assert!(page.contains("TR 14.3"), "rule and source: {page}");
    forms.done("fang.qing", "work/respond?n=1", &[&answer[..], &[("response", "talk")]].concat()).await;
    let back = [
        ("ground", "duty_repeated"),
        ("facts", "汇报迟交一次的考察记录"),
        ("reasons", "不遵守监督规定"),
        ("child_heard.on", "2026-01-11"),
        ("child_heard.words", "保证以后按时"),
        ("review_told", "true"),
    ];
    let page = forms.wrong("zhao.ning", "decisions/ask_revocation", &back, &["ground"]).await;
    assert!(page.contains("TR 14") && page.contains("改为短信提醒，一起写下日期"), "{page}");

    // Changed, rested, gone on with.
    let heard = [("child_heard.on", "2026-01-12"), ("child_heard.words", "可以接受，多谢")];
    let agreed = [("child_agrees", "true"), ("guardian_agrees", "true"), ("review_told", "true")];
    let less = [("reasons", "公益劳动已做到，减少条件"), ("c.service.words", ""), ("c.service.why", "")];
    let conditions = [
        ("until", "2026-05-23"),
        ("c.c283_report", "yes"),
        ("c.c283_report.words", "每月向方老师说一次近况"),
        ("c.c283_report.why", "保持联系"),
    ];
    forms.wrong("qian.li", "decisions/vary", &[&conditions[..], &less, &agreed].concat(), &[]).await;
    forms.done("qian.li", "decisions/vary", &[&conditions[..], &less, &heard, &agreed].concat()).await;
    let view = app.get("zhao.ning", &format!("/api/v1{}", forms.at)).await.json();
    assert_eq!(view["terms"]["conditions"].as_array().unwrap().len(), 1, "{}", view["terms"]);
    forms.done("zhao.ning", "decisions/suspend", &[("reasons", "住院两周")]).await;
    let rests = forms.page("fang.qing").await;
    assert!(!rests.contains("work/plan_visit\""), "no visit is planned while it rests: {rests}");
    forms.done("zhao.ning", "decisions/resume", &[("reasons", "已经出院")]).await;
    forms
        .done("fang.qing", "work/school_or_work", &[("school_or_work", "school"), ("words", "期末成绩单")])
        .await;

    // It ends: the last day has come and the time after is planned.
    script.until("2026-05-23").await;
    let home = text(&app.page("zhao.ning", "/").await);
    assert!(home.contains(&forms.at), "{home}");
    let end = [("reasons", "条件均已遵守，目标达到")];
    let page = forms.wrong("qian.li", "decisions/fulfil", &end, &[]).await;
    assert!(page.contains("href=\"#b.I35\"") && page.contains("id=\"b.I35\""), "{page}");
    assert!(page.contains(&format!("{}/work/aftercare\"", forms.at)), "where it is recorded: {page}");
    let after = [
        ("words", "暑期每月联系一次"),
        ("contact", "观护基地值班电话"),
        ("until", "2026-08-31"),
        ("child_words", "想去篮球夏令营"),
    ];
    forms.done("fang.qing", "work/aftercare", &after).await;
    forms.done("qian.li", "decisions/fulfil", &end).await;
    let page = text(&app.page_in("zhao.ning", &forms.at, "en").await);
    assert!(page.contains("Fulfilled") && page.contains("What was done"), "{page}");
    let numbers = app.get("he.jing", "/api/v1/outcomes?year=2026").await.json();
    let ended = numbers["tables"].as_array().unwrap().iter().find(|one| one["id"] == "measures_fulfilled");
    assert_eq!(ended.unwrap()["rows"][0]["total"], Value::Null, "one is few: {numbers}");
    app.settle().await;
    assert!(app.audit().await.sound());
}

/// A measure that runs under the social worker.
async fn running(case: &TestCase<'_>) -> String {
    let app = case.app;
    let bail = json!({"kind": "bail", "from": "2025-11-04", "until": "2026-04-30", "reasons": "有固定住所和监护人",
        "alternatives": [{"what": "不采取措施", "why_not": "须按时到案"}],
        "child_heard": {"on": "2025-11-04", "words": "会按时来"}});
    let proposed = app.post("zhao.ning", &case.path("/measures"), &bail).await;
    assert_eq!(proposed.status, 201, "{}", proposed.json());
    let at = case.path(&format!("/measures/{}", proposed.json()["measure"].as_str().unwrap()));
    let decide = json!({"kind": "decide", "reasons": "有监护条件", "review_told": true, "child_heard": null});
    for (who, to, body) in [
        ("zhao.ning", "decisions", decide),
        ("fang.qing", "work", json!({"kind": "start", "supervisor": "fang.qing"})),
    ] {
        let done = app.post(who, &format!("{at}/{to}"), &body).await;
        assert_eq!(done.status, 200, "{}", done.json());
    }
    at
}

async fn nobody_is_at_two_visits_at_once_whatever_is_kept_at_once(app: &TestApp) {
    app.now("2025-11-04T04:00:00Z");
    let (other, router) = app.second().await;
    other.clock().set(app.service.now());
    let mut measures = Vec::new();
    for _ in 0..2 {
        let case = TestCase::open(app).await;
        assigned(&case).await;
        measures.push(running(&case).await);
    }
    // The pack allows four visits a month: so many.
    for day in 10..14 {
        let calls = measures.iter().zip([&app.router, &router]).map(|(measure, router)| {
            let body = json!({"kind": "plan_visit", "from": format!("2025-11-{day}T16:00"),
                "until": format!("2025-11-{day}T17:00"), "place": "河湾二中"});
            let request = app
                .request("fang.qing", "POST", &format!("{measure}/work"))
                .header("content-type", "application/json");
            call(router, request.body(axum::body::Body::from(body.to_string())).unwrap())
        });
        let mut answers = join_all(calls).await;
        answers.sort_by_key(|answer| answer.status);
        let [kept, refused] = answers.as_slice() else { panic!() };
        assert_eq!(kept.status, 200, "{}", kept.json());
        assert!(refused.is_problem(422, "refused"), "{}", refused.json());
        assert_eq!(refused.codes(), ["VISIT_OVERLAP"], "the store's answer is the law's");
    }
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn a_case_goes_with_its_measures_and_forms(app: &TestApp) {
    let case = misplaced(app).await;
    assigned(&case).await;
    let measure = running(&case).await;
    let work = async |who: &str, at: &str, body: Value| {
        let done = app.post(who, &format!("{at}/work"), &body).await;
        assert_eq!(done.status, 200, "{}", done.json());
    };
    let visit = json!({"kind": "plan_visit", "from": "2025-11-20T16:00", "until": "2025-11-20T17:00", "place": "学校"});
    work("fang.qing", &measure, visit.clone()).await;
    let paper = async |form: &str| {
        let begun = app.post("fang.qing", &case.path("/assessments/begin"), &json!({"form": form})).await;
        assert_eq!(begun.status, 201, "{}", begun.json());
        begun.json()["assessment"].as_str().unwrap().to_owned()
    };
    let draft = paper("visit").await;
    let typed = json!({"form": "visit", "form_version": 1, "answers": {"went_well": "按时起床"}});
    let path = case.path(&format!("/assessments/{draft}/draft"));
    let request = app.request("fang.qing", "PUT", &path).header("content-type", "application/json");
    let request =
        request.header("if-match", "\"1\"").body(axum::body::Body::from(typed.to_string())).unwrap();
    assert_eq!(app.call(request).await.status, 200);

    let transfer = offer(&case).await;
    app.now("2025-11-12T08:00:00Z");
    let body = json!({"inputs": {"suspect_present": true, "prior_returns": 0}, "lead": "xu.lan"});
    let taken = app.post("lu.yao", &format!("/api/v1/transfers/{transfer}/accept"), &body).await;
    assert_eq!(taken.status, 201, "{}", taken.json());
    let new = TestCase { app, id: taken.json()["case"].as_str().unwrap().to_owned() };

    // The measure goes on there with everything that was done, and with nobody of the office that it left.
    let there = app.get("xu.lan", &new.path("/measures")).await.json();
    assert_eq!((&there[0]["state"], &there[0]["supervisor"]), (&json!("started"), &Value::Null), "{there}");
    let goes_on = new.path(&format!("/measures/{}", there[0]["id"].as_str().unwrap()));
    let view = app.get("xu.lan", &goes_on).await.json();
    assert_eq!(view["reasons"], "有固定住所和监护人");
    assert_eq!((&view["visits"][0]["with"], view["steps"].as_array().unwrap().len()), (&Value::Null, 5));
    let tasks = |list: &Value, about: &str| -> Vec<String> {
        let of = list["tasks"].as_array().unwrap().iter().filter(|task| task["about"] == about);
        of.map(|task| task["kind"].as_str().unwrap().to_owned()).collect()
    };
    let list = app.get("xu.lan", "/api/v1/worklist?limit=100").await.json();
    let mut due = tasks(&list, there[0]["id"].as_str().unwrap());
    due.sort_unstable();
    assert_eq!(
        due,
        ["measure_end", "measure_start", "visit"],
        "its work is in the other office's list: {list}"
    );
    let page = text(&app.page("xu.lan", "/").await);
    assert!(page.contains(&format!("{}/work/supervise\"", goes_on.trim_start_matches("/api/v1"))), "{page}");

    // Here it is over: no work, and no step.
    let id = measure.rsplit('/').next().unwrap();
    let list = app.get("fang.qing", "/api/v1/worklist?limit=100").await.json();
    assert_eq!((tasks(&list, id), tasks(&list, &draft)), (Vec::new(), Vec::new()), "{list}");
    let late = app.post("fang.qing", &format!("{measure}/work"), &visit).await;
    assert_eq!(late.codes(), ["MEASURE_MOVED"], "{}", late.json());

    // The form that was being written goes on there too, with what was typed.
    let forms = app.get("xu.lan", &new.path("/assessments")).await.json();
    assert_eq!(forms, json!([]), "what is not released is the social worker's");
    let to = json!({"social_worker": "mei.qing"});
    assert_eq!(app.post("lu.yao", &new.path("/assignment"), &to).await.status, 200);
    let forms = app.get("mei.qing", &new.path("/assessments")).await.json();
    assert_eq!((&forms[0]["form"], &forms[0]["writer"]), (&json!("visit"), &Value::Null), "{forms}");
    let written = new.path(&format!("/assessments/{}/draft", forms[0]["id"].as_str().unwrap()));
    assert_eq!(app.get("mei.qing", &written).await.json()["answers"]["went_well"], "按时起床");

    // Who takes it over keeps the visit.
    let supervise =
        json!({"kind": "supervise", "supervisor": "mei.qing", "reasons": "移送后接手，已告诉本人"});
    work("mei.qing", &goes_on, supervise).await;
    let view = app.get("xu.lan", &goes_on).await.json();
    assert!(
        view["visits"][0]["with"].is_string() && view["supervisor"] == view["visits"][0]["with"],
        "{view}"
    );
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn drafts_that_nobody_touches_go_stale(app: &TestApp) {
    app.now("2025-11-04T04:00:00Z");
    let case = TestCase::open(app).await;
    assigned(&case).await;
    let begun = app.post("fang.qing", &case.path("/assessments/begin"), &json!({"form": "visit"})).await;
    let id = begun.json()["assessment"].as_str().unwrap().to_owned();
    let drafts = async |who: &str| {
        let list = app.get(who, "/api/v1/worklist?kind=draft").await.json();
        list["tasks"].as_array().unwrap().clone()
    };
    let mine = drafts("fang.qing").await;
    assert_eq!((&mine[0]["about"], &mine[0]["overdue"]), (&json!(id), &json!(false)), "{mine:?}");
    assert!(drafts("zhao.ning").await.is_empty(), "it is nobody else's");
    app.now("2025-11-12T04:00:00Z");
    assert_eq!(drafts("fang.qing").await[0]["overdue"], true, "untouched for a week, as the pack says");
    let home = text(&app.page("fang.qing", "/").await);
    assert!(home.contains(&format!("/assessments/{id}/draft\"")), "{home}");
    let typed = json!({"form": "visit", "form_version": 1, "answers": {"went_well": "按时起床"}});
    let path = case.path(&format!("/assessments/{id}/draft"));
    let request = app.request("fang.qing", "PUT", &path).header("content-type", "application/json");
    let request =
        request.header("if-match", "\"1\"").body(axum::body::Body::from(typed.to_string())).unwrap();
    assert_eq!(app.call(request).await.status, 200);
    assert_eq!(drafts("fang.qing").await[0]["overdue"], false, "touched");

    // A decision that was drafted lies with whoever drafted it too, until it is answered.
    app.now("2025-11-24T04:00:00Z");
    let draft = case.up_to_conditional_draft().await;
    assert_eq!(drafts("zhao.ning").await.len(), 1);
    assert!(drafts("qian.li").await.is_empty(), "the chief has it as an approval");
    app.now("2025-12-03T04:00:00Z");
    assert_eq!(drafts("zhao.ning").await[0]["overdue"], true);
    case.done(
        "qian.li",
        &json!({"kind": "return", "draft": draft, "reason": "请补充监护情况", "at": "2025-12-03"}),
    )
    .await;
    assert!(drafts("zhao.ning").await.is_empty());
}

async fn measures_that_ended_are_counted_and_few_are_not_shown(app: &TestApp) {
    app.now("2025-11-04T04:00:00Z");
    let case = TestCase::open(app).await;
    assigned(&case).await;
    let table = async || {
        let seen = app.get("he.jing", "/api/v1/outcomes?year=2025").await.json();
        let tables = seen["tables"].as_array().unwrap();
        tables.iter().find(|one| one["id"] == "measures_fulfilled").map(|one| one["rows"][0].clone())
    };
    for n in 1..=5 {
        assert!(table().await.is_none_or(|row| row["total"].is_null()), "{n}: few are not shown");
        let at = running(&case).await;
        let end = json!({"kind": "fulfil", "reasons": "已到案", "because": {"I35": "案件仍在办理"}});
        let done = app.post("zhao.ning", &format!("{at}/decisions"), &end).await;
        assert_eq!(done.status, 200, "{}", done.json());
    }
    let counted = table().await.unwrap();
    assert_eq!((&counted["code"], &counted["total"]), (&json!("bail"), &json!(5)), "{counted}");
    let page = text(&app.page("he.jing", "/outcomes?year=2025").await);
    assert!(page.contains("id=\"measures_fulfilled\""), "{page}");

    // Made anew from the cases, the numbers are the same.
    app.sql("DELETE FROM outcome").await;
    app.sql("INSERT INTO outcome_unknown (case_id) SELECT id FROM case_file").await;
    assert_eq!(app.service.derive_unknown_outcomes().await.unwrap(), 1);
    assert_eq!(table().await.unwrap(), counted);
}
