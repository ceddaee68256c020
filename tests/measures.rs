//! Measures at liberty: F1 fulfilled and F3 revoked, each with its forms, plan, visits, breaches and end.

use axum::body::Body;
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp};
use crate::support::case::TestCase;
use crate::support::on_both;
use crate::support::script::Script;

on_both!(
    a_measure_is_proposed_decided_kept_and_fulfilled,
    a_breach_is_answered_in_steps_and_one_is_no_ground_for_revocation,
    nothing_is_decided_before_milder_answers_were_weighed,
);

/// A measure of a test.
struct Measure<'a> {
    case: &'a TestCase<'a>,
    id: String,
}

impl<'a> Measure<'a> {
    async fn proposed(case: &'a TestCase<'a>, who: &str, body: &Value) -> Self {
        let answer = case.app.post(who, &case.path("/measures"), body).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        Self { case, id: answer.json()["measure"].as_str().unwrap().to_owned() }
    }

    fn path(&self, rest: &str) -> String {
        self.case.path(&format!("/measures/{}{rest}", self.id))
    }

    async fn read(&self, who: &str) -> Value {
        let answer = self.case.app.get(who, &self.path("")).await;
        assert_eq!(answer.status, 200, "{who}: {}", answer.json());
        answer.json()
    }

    async fn step(&self, who: &str, to: &str, body: &Value) -> Answer {
        let version = self.read("zhao.ning").await["version"].clone();
        let tag = format!("\"{version}\"");
        self.case.app.post_with(who, &self.path(to), body, &[("if-match", &tag)]).await
    }

    /// A step that must be taken; gives the state.
    async fn done(&self, who: &str, to: &str, body: &Value) -> Value {
        let answer = self.step(who, to, body).await;
        assert_eq!(answer.status, 200, "{who} {body}: {}", answer.json());
        answer.json()["state"].clone()
    }

    /// A step that the law must refuse for these reasons, in both languages; nothing changes.
    async fn refused(&self, who: &str, to: &str, body: &Value, codes: &[&str]) {
        let before = self.read("zhao.ning").await;
        let answer = self.step(who, to, body).await;
        assert!(answer.is_problem(422, "refused"), "{who} {body}: {}", answer.json());
        assert_eq!(answer.codes(), codes, "{}", answer.json());
        for reason in answer.json()["reasons"].as_array().unwrap() {
            assert!(
                ["zh", "en"].iter().all(|l| !reason["statement"][l].as_str().unwrap().is_empty()),
                "{reason}"
            );
        }
        assert_eq!(self.read("zhao.ning").await["version"], before["version"]);
    }

    async fn worklist(&self, who: &str, kind: &str) -> Vec<Value> {
        let page = self.case.app.get(who, &format!("/api/v1/worklist?kind={kind}")).await.json();
        let tasks = page["tasks"].as_array().unwrap().clone();
        tasks.into_iter().filter(|task| task["about"] == self.id).collect()
    }
}

/// A form of a case that its writer fills in, the prosecutor adopts and the writer releases.
async fn written(case: &TestCase<'_>, form: &str, answers: &Value, adopted: bool) -> String {
    let app = case.app;
    let begun = app.post("fang.qing", &case.path("/assessments/begin"), &json!({"form": form})).await;
    assert_eq!(begun.status, 201, "{}", begun.json());
    let id = begun.json()["assessment"].as_str().unwrap().to_owned();
    let path = |rest: &str| case.path(&format!("/assessments/{id}{rest}"));
    let draft = json!({"form": form, "form_version": 1, "answers": answers});
    let request = app.request("fang.qing", "PUT", &path("/draft")).header("content-type", "application/json");
    let saved =
        app.call(request.header("if-match", "\"1\"").body(Body::from(draft.to_string())).unwrap()).await;
    assert_eq!(saved.json()["reasons"], json!([]), "{}", saved.json());
    let mut steps = vec![("fang.qing", "/submit", json!({}))];
    if adopted {
        steps.push(("zhao.ning", "/adopt", json!({"outcome": "adopted", "reasons": "可行，条件少而清楚"})));
    }
    for (who, step, body) in steps {
        let answer = app.post(who, &path(step), &body).await;
        assert_eq!(answer.status, 200, "{step}: {}", answer.json());
    }
    id
}

pub(crate) async fn with_social_worker(case: &TestCase<'_>) {
    let assigned = case
        .app
        .post(
            "wu.min",
            &case.path("/assignment"),
            &json!({"social_worker": "fang.qing", "lead": "zhao.ning"}),
        )
        .await;
    assert_eq!(assigned.status, 200, "{}", assigned.json());
}

fn conditions() -> Value {
    json!([
        {"condition": "c283_report", "words": "每月向方老师说一次近况", "why": "保持联系"},
        {"condition": "service", "words": "在社区图书室帮忙", "why": "弥补", "hours": 20},
        {"condition": "repair", "words": "向店主道歉并赔偿", "why": "弥补损失"}])
}

pub(crate) fn proposal(from: &str, until: &str) -> Value {
    json!({"kind": "cnp", "from": from, "until": until, "conditions": conditions(),
        "reasons": "初犯，已退赃，需要少量帮助",
        "alternatives": [{"what": "不起诉并训诫", "why_not": "缺乏监督，母亲在外务工"}]})
}

pub(crate) fn decision(on: &str) -> Value {
    json!({"kind": "decide", "reasons": "符合条件，本人和监护人同意", "review_told": true,
        "child_heard": {"on": on, "words": "我愿意，想继续上学"}, "child_agrees": true, "guardian_agrees": true})
}

fn plan() -> Value {
    json!({"kind": "plan", "goals": [{"words": "我想把高一读完", "activity": "补习数学", "helped_by": "方晴、班主任"}],
        "visits": 2, "per": "month", "school_or_work": "照常上课，见面安排在放学后",
        "child_words": "可以，周五放学有空", "understood": true})
}

fn met(day: &str, from: &str, until: &str) -> Value {
    json!({"from": format!("{day}T{from}"), "until": format!("{day}T{until}"), "seen_alone": true,
        "went_well": "每天到校，主动谈起道歉的事", "child_words": "店主原谅我了", "service_minutes": 60,
        "conditions": [{"condition": "c283_report", "kept": "met"}, {"condition": "service", "kept": "partly"}],
        "school_or_work": "school"})
}

async fn a_measure_is_proposed_decided_kept_and_fulfilled(app: &TestApp) {
    let mut script = Script::open(app, "F1").await;
    let case = &TestCase { app, id: script.case.id.clone() };
    with_social_worker(case).await;
    script.until("2025-11-20").await;

    // What lies outside the limits is refused with all reasons; who may not, may not.
    let long = proposal("2025-11-24", "2026-12-24");
    let answer = app.post("fang.qing", &case.path("/measures"), &long).await;
    assert!(answer.is_problem(422, "refused"), "{}", answer.json());
    assert_eq!(answer.codes(), ["MEASURE_TERM"]);
    let mut odd = proposal("2025-11-24", "2026-05-23");
    odd["conditions"] = json!([{"condition": "curfew", "words": "", "why": ""},
        {"condition": "service", "words": "打扫", "why": "弥补", "hours": 90}]);
    let answer = app.post("fang.qing", &case.path("/measures"), &odd).await;
    assert_eq!(answer.codes(), ["MEASURE_WORD", "HOURS_OVER"]);
    let answer = app.post("wu.min", &case.path("/measures"), &proposal("2025-11-24", "2026-05-23")).await;
    assert_eq!(answer.status, 404, "case management proposes no measure");

    let measure = Measure::proposed(case, "fang.qing", &proposal("2025-11-24", "2026-05-23")).await;
    assert_eq!(measure.worklist("qian.li", "measure").await.len(), 1, "it waits for the chief");
    let bare = json!({"kind": "decide", "reasons": "", "child_heard": null});
    measure.refused("qian.li", "/decisions", &bare, &["I16", "I18", "I28", "CASE_FIRST"]).await;
    let answer = measure.step("zhao.ning", "/decisions", &decision("2025-11-19")).await;
    assert!(answer.is_problem(403, "not-permitted"), "a prosecutor does not decide: {}", answer.json());

    script.until("2025-11-24").await;
    assert_eq!(measure.done("qian.li", "/decisions", &decision("2025-11-24")).await, "decided");
    let mei = json!({"kind": "start", "supervisor": "mei.qing"});
    let answer = measure.step("fang.qing", "/work", &mei).await;
    assert!(answer.is_problem(422, "invalid"), "{}", answer.json());
    assert_eq!(answer.codes(), ["SUPERVISOR_UNFIT"]);
    let start = json!({"kind": "start", "supervisor": "fang.qing"});
    assert_eq!(measure.done("fang.qing", "/work", &start).await, "started");

    // The plan: within the contact standard, written out in a form that was adopted.
    let mut often = plan();
    (often["visits"], often["per"]) = (json!(3), json!("week"));
    measure.refused("fang.qing", "/work", &often, &["PLAN_CONTACT"]).await;
    let draft = written(case, "supervision_plan", &supervision_plan(), false).await;
    let mut full = plan();
    full["assessment"] = json!(draft);
    let answer = measure.step("fang.qing", "/work", &full).await;
    assert_eq!(answer.codes(), ["PAPER_UNFIT"], "{}", answer.json());
    let adopt = json!({"outcome": "adopted", "reasons": "可行，条件少而清楚"});
    let adopted = app.post("zhao.ning", &case.path(&format!("/assessments/{draft}/adopt")), &adopt).await;
    assert_eq!(adopted.status, 200, "{}", adopted.json());
    measure.done("fang.qing", "/work", &full).await;

    // Visits: planned, kept, missed in three classes, one that nobody had planned, one corrected.
    let visit = |day: &str, from: &str, until: &str| json!({"kind": "plan_visit", "from": format!("{day}T{from}"), "until": format!("{day}T{until}"), "place": "家中"});
    measure.refused("fang.qing", "/work", &visit("2026-06-05", "16:00", "17:00"), &["OUTSIDE_MEASURE"]).await;
    for day in ["2025-12-05", "2025-12-19", "2026-01-09", "2026-01-23"] {
        measure.done("fang.qing", "/work", &visit(day, "16:00", "17:00")).await;
    }
    measure.refused("fang.qing", "/work", &visit("2025-12-05", "16:30", "17:30"), &["VISIT_OVERLAP"]).await;
    let task = &measure.worklist("fang.qing", "visit").await[0];
    assert_eq!((&task["due"], &task["overdue"]), (&json!("2025-12-05T16:00:00Z"), &json!(false)));
    let early = json!({"kind": "keep_visit", "visit": 1, "met": met("2025-12-05", "16:00", "17:00")});
    measure.refused("fang.qing", "/work", &early, &["VISIT_AHEAD"]).await;
    script.until("2025-12-08").await;
    assert_eq!(measure.worklist("fang.qing", "visit").await[0]["overdue"], true, "nobody has recorded it");
    measure.done("fang.qing", "/work", &early).await;
    let twice = measure.step("fang.qing", "/work", &early).await;
    assert_eq!(twice.codes(), ["VISIT_RECORDED"]);
    app.now("2025-12-19T10:00:00Z");
    let service =
        json!({"kind": "miss_visit", "visit": 2, "class": "service_fault", "reason": "社工生病，未能到场"});
    measure.done("fang.qing", "/work", &service).await;
    app.now("2026-01-09T10:00:00Z");
    let absent = json!({"kind": "miss_visit", "visit": 3, "class": "unacceptable", "reason": "未到，未联系"});
    measure.done("fang.qing", "/work", &absent).await;
    app.now("2026-01-10T02:00:00Z");
    let wrong = json!({"kind": "correct_visit", "visit": 3, "missed": "acceptable", "correction": "校方证明当日考试"});
    measure.done("fang.qing", "/work", &wrong).await;
    let unplanned = json!({"kind": "keep_visit", "met": met("2026-01-10", "09:00", "09:40")});
    measure.done("fang.qing", "/work", &unplanned).await;
    app.now("2026-01-24T02:00:00Z");
    let cancel = json!({"kind": "cancel_visit", "visit": 4, "reason": "改期"});
    measure.refused("fang.qing", "/work", &cancel, &["VISIT_PAST"]).await;
    let kept = json!({"kind": "keep_visit", "visit": 4, "met": met("2026-01-23", "16:05", "17:00")});
    measure.done("fang.qing", "/work", &kept).await;
    let view = measure.read("zhao.ning").await;
    assert_eq!(
        view["glance"],
        json!({"ahead": 0, "unrecorded": 0, "kept": 3, "late": 0, "acceptable": 1, "unacceptable": 0,
            "service_fault": 1, "expected": 4, "hours_asked": 20, "minutes_done": 180,
            "conditions": {"c283_report": [3, 0, 0], "service": [0, 3, 0]}, "school_or_work_first": "school",
            "school_or_work_now": "school", "breaches": 0, "unanswered": 0, "days_left": 119})
    );
    assert_eq!(
        (&view["visits"][0]["late_entry"], &view["visits"][3]["late_entry"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(view["visits"][2]["corrected"][0]["because"], "校方证明当日考试");
    let first = view["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["what"] == "visit-missed" && s["content"]["visit"] == 3);
    assert_eq!(first.unwrap()["content"]["class"], "unacceptable", "what was corrected stays in the journal");

    // It ends when its time has come and the time after is planned.
    script.until("2026-05-23").await;
    assert_eq!(measure.worklist("zhao.ning", "measure_end").await.len(), 1);
    let end = json!({"kind": "fulfil", "reasons": "条件均已遵守"});
    measure.refused("qian.li", "/decisions", &end, &["I35"]).await;
    let after = json!({"kind": "aftercare", "words": "暑期每月联系一次", "contact": "观护基地值班电话",
        "until": "2026-08-31", "child_words": "想去篮球夏令营"});
    measure.done("fang.qing", "/work", &after).await;
    assert_eq!(measure.done("qian.li", "/decisions", &end).await, "fulfilled");
    assert_eq!(measure.worklist("zhao.ning", "measure_end").await.len(), 0);
    app.now("2026-05-24T02:00:00Z");
    measure.done("fang.qing", "/work", &visit("2026-06-20", "10:00", "11:00")).await;
    measure.refused("fang.qing", "/work", &plan(), &["MEASURE_STAGE"]).await;

    // Sealed, it is not there; under a query it is, under other keys.
    script.until("2026-05-29").await;
    assert_eq!(app.get("fang.qing", &measure.path("")).await.status, 404);
    assert_eq!(measure.worklist("fang.qing", "visit").await.len(), 0);
    app.settle().await;
    assert!(app.audit().await.sound());
    let query = crate::sealing::application();
    let asked = app.post("sun.lan", "/api/v1/records/queries", &query).await;
    assert_eq!(asked.status, 201, "{}", asked.json());
    let path = format!("/api/v1/records/queries/{}/decision", asked.json()["id"].as_str().unwrap());
    let allow = json!({"allow": true, "grounds": "审理漏罪需要", "readers": ["sun.lan"], "days": 7});
    let decided = app.post("qian.li", &path, &allow).await;
    assert_eq!(decided.status, 200, "{}", decided.json());
    let opened = measure.read("sun.lan").await;
    assert_eq!(
        (&opened["state"], &opened["plan"]["goals"][0]["words"]),
        (&json!("fulfilled"), &json!("我想把高一读完"))
    );
}

async fn a_breach_is_answered_in_steps_and_one_is_no_ground_for_revocation(app: &TestApp) {
    let mut script = Script::open(app, "F3").await;
    let case = &TestCase { app, id: script.case.id.clone() };
    with_social_worker(case).await;
    script.until("2025-06-20").await;
    let mut many = proposal("2025-06-20", "2026-02-19");
    many["conditions"].as_array_mut().unwrap().extend(
        ["c283_law", "c283_leave", "c283_education", "learning"]
            .map(|id| json!({"condition": id, "words": format!("见告知书：{id}"), "why": "法定"})),
    );
    // Who proposes never decides; seven conditions are hardly few.
    let own = Measure::proposed(case, "qian.li", &many).await;
    own.refused("qian.li", "/decisions", &decision("2025-06-12"), &["TWO_PERSONS", "I20"]).await;
    own.done("qian.li", "/decisions", &json!({"kind": "decline", "reasons": "条件过多"})).await;
    let measure = Measure::proposed(case, "zhao.ning", &proposal("2025-06-20", "2026-02-19")).await;
    measure.done("qian.li", "/decisions", &decision("2025-06-12")).await;
    measure.done("fang.qing", "/work", &json!({"kind": "start", "supervisor": "fang.qing"})).await;
    measure.done("fang.qing", "/work", &plan()).await;

    let visit = |day: &str| json!({"kind": "plan_visit", "from": format!("{day}T16:00"), "until": format!("{day}T17:00"), "place": "学校"});
    measure.done("fang.qing", "/work", &visit("2025-07-18")).await;

    // One late report: answered by talking, and no ground for revocation, whatever the case file tries.
    script.until("2025-09-10").await;
    let late = json!({"kind": "breach", "on": "2025-09-08", "condition": "c283_report",
        "facts": "思想汇报迟交三日", "child_account": "开学换班级，忘记日期"});
    measure.done("fang.qing", "/work", &late).await;
    let task = &measure.worklist("fang.qing", "measure_breach").await[0];
    assert_eq!(task["step"]["body"], json!({"kind": "respond", "breach": 1}));
    let respond = |breach: u32, response: &str| json!({"kind": "respond", "breach": breach, "response": response, "words": "谈话，改为短信提醒"});
    measure.refused("fang.qing", "/work", &respond(1, "warning"), &["RESPONSE_STEP"]).await;
    let revoke = |kind: &str, ground: &str| {
        json!({"kind": kind, "ground": ground, "facts": "考察记录", "reasons": "不遵守监督",
            "child_heard": {"on": "2025-09-09", "words": "保证按时"}, "review_told": true})
    };
    let ask = revoke("ask_revocation", "duty_repeated");
    measure.refused("zhao.ning", "/decisions", &ask, &["I22", "REVOCATION_GROUND"]).await;
    measure.done("fang.qing", "/work", &respond(1, "talk")).await;
    assert_eq!(measure.worklist("fang.qing", "measure_breach").await.len(), 0);
    measure.done("fang.qing", "/work", &respond(1, "help")).await;
    measure.refused("zhao.ning", "/decisions", &ask, &["I22", "REVOCATION_GROUND"]).await;

    // The term: thirteen months are refused, ten are decided when the child was heard.
    script.until("2025-09-15").await;
    let longer = |until: &str, heard: Value| {
        json!({"kind": "vary", "until": until, "reasons": "需要更长帮教", "review_told": true,
            "child_heard": heard, "child_agrees": true, "guardian_agrees": true})
    };
    let heard = json!({"on": "2025-09-14", "words": "可以接受"});
    measure
        .refused("qian.li", "/decisions", &longer("2026-07-19", heard.clone()), &["I20", "MEASURE_TERM"])
        .await;
    measure.refused("qian.li", "/decisions", &longer("2026-04-19", Value::Null), &["I16"]).await;
    measure.done("qian.li", "/decisions", &longer("2026-04-19", heard)).await;

    // A new offence is a serious ground: asked for by one, decided by another, after the case's own decision.
    script.until("2025-12-17").await;
    let grave = json!({"kind": "breach", "on": "2025-11-28", "facts": "盗窃，12月15日查证属实",
        "child_account": "承认，称受同伴邀约", "serious": true});
    measure.done("fang.qing", "/work", &grave).await;
    assert_eq!(measure.read("zhao.ning").await["breaches"][1]["late_entry"], true);
    let mut report = respond(2, "report");
    report["why_not_milder"] = json!("新的犯罪，已非谈话能够解决");
    measure.done("fang.qing", "/work", &report).await;
    let crime = |kind: &str| {
        json!({"kind": kind, "ground": "new_crime", "facts": "监控、赃物和本人供述", "reasons": "考验期内实施新的犯罪",
            "child_heard": {"on": "2025-12-17", "words": "希望再有一次机会"}, "review_told": true})
    };
    measure.refused("qian.li", "/decisions", &crime("revoke"), &["CASE_FIRST", "REVOCATION_NOT_ASKED"]).await;
    measure.done("zhao.ning", "/decisions", &crime("ask_revocation")).await;
    measure.done("fang.qing", "/work", &visit("2025-12-22")).await;
    let other = another_file(app, &measure, &visit("2025-12-22")).await;
    assert_eq!(measure.worklist("qian.li", "measure").await.len(), 1);
    measure.refused("qian.li", "/decisions", &crime("revoke"), &["CASE_FIRST"]).await;
    script.until("2025-12-19").await;
    let custody = case.read("zhao.ning").await.json()["standing"]["measure"].clone();
    assert_eq!(measure.done("qian.li", "/decisions", &crime("revoke")).await, "revoked");
    let after = case.read("zhao.ning").await.json()["standing"]["measure"].clone();
    assert_eq!((&custody, &after), (&json!("BAIL"), &json!("BAIL")), "revocation orders no custody");
    assert_eq!(measure.worklist("fang.qing", "visit").await.len(), 1, "the visit of July was never recorded");

    assert!(measure.read("zhao.ning").await["visits"][1]["attendance"]["cancelled"].is_object());
    linked(case, &other).await;
    app.settle().await;
    assert!(app.audit().await.sound());
    let trail = app.get("he.jing", &case.path("/trail")).await.json();
    let acts: Vec<&str> = trail.as_array().unwrap().iter().filter_map(|leaf| leaf["act"].as_str()).collect();
    for act in [
        "propose",
        "decide",
        "start",
        "plan",
        "visit-planned",
        "breach",
        "respond",
        "vary",
        "ask-revocation",
        "revoke",
    ] {
        assert!(acts.contains(&format!("measure.{act}").as_str()), "{act}: {acts:?}");
    }
}

async fn nothing_is_decided_before_milder_answers_were_weighed(app: &TestApp) {
    app.now("2025-11-10T02:00:00Z");
    let case = TestCase::open(app).await;
    with_social_worker(&case).await;
    let bail =
        json!({"kind": "bail", "from": "2025-11-10", "until": "2026-04-09", "reasons": "有固定住所和监护人"});
    let measure = Measure::proposed(&case, "fang.qing", &bail).await;
    let mut decide = decision("2025-11-09");
    measure.refused("zhao.ning", "/decisions", &decide, &["LEAST_INTRUSIVE"]).await;
    // A name alone is no reason; both that are missing are told.
    decide["alternatives"] = json!([{"what": "不采取措施", "why_not": " "}]);
    measure.refused("zhao.ning", "/decisions", &decide, &["LEAST_INTRUSIVE", "FIELD_MISSING"]).await;
    decide["alternatives"] = json!([{"what": "不采取措施", "why_not": "须按时到案"}]);
    assert_eq!(measure.done("zhao.ning", "/decisions", &decide).await, "decided");
    assert_eq!(measure.read("fang.qing").await["alternatives"][0]["why_not"], "须按时到案");
}

/// Another file of the same social worker, who is not at two places at once.
async fn another_file<'a>(app: &'a TestApp, measure: &Measure<'_>, visit: &Value) -> TestCase<'a> {
    let other = TestCase::open(app).await;
    with_social_worker(&other).await;
    let bail = json!({"kind": "bail", "from": "2025-12-17", "until": "2026-05-16", "reasons": "有固定住所和监护人",
        "alternatives": [{"what": "不采取措施", "why_not": "须按时到案"}]});
    let theirs = Measure::proposed(&other, "zhao.ning", &bail).await;
    let id = theirs.id.clone();
    theirs.done("zhao.ning", "/decisions", &decision("2025-12-16")).await;
    theirs.done("zhao.ning", "/work", &json!({"kind": "start", "supervisor": "fang.qing"})).await;
    theirs.refused("fang.qing", "/work", visit, &["VISIT_OVERLAP"]).await;
    let nowhere = app.get("zhao.ning", &measure.case.path(&format!("/measures/{id}"))).await;
    assert_eq!(nowhere.status, 404, "a measure is read in its own case only");
    other
}

/// Two files are linked: each is a number to the other.
async fn linked(case: &TestCase<'_>, other: &TestCase<'_>) {
    let app = case.app;
    let there = other.read("zhao.ning").await.json();
    let link = json!({"case_no": there["case_no"], "relation": "co_suspect"});
    let made = app.post("zhao.ning", &case.path("/links"), &link).await;
    assert_eq!(made.status, 201, "{}", made.json());
    assert_eq!(app.post("zhao.ning", &case.path("/links"), &link).await.status, 409);
    let unknown = json!({"case_no": "HW-1999-00001", "relation": "sibling"});
    assert_eq!(app.post("zhao.ning", &case.path("/links"), &unknown).await.codes(), ["LINK_UNKNOWN"]);
    let foreign = app.post("fang.qing", &case.path("/links"), &link).await;
    assert_eq!(foreign.status, 409, "the social worker of both may read both");
    let away = json!({"social_worker": "mei.qing"});
    assert_eq!(app.post("wu.min", &other.path("/assignment"), &away).await.status, 200);
    let seen = app.get("fang.qing", &case.path("/links")).await.json();
    assert_eq!(
        (&seen[0]["case_no"], &seen[0]["case"], &seen[0]["relation"]),
        (&link["case_no"], &Value::Null, &json!("co_suspect")),
        "who may not read the other file sees its number and no more"
    );
    let back = app.get("zhao.ning", &other.path("/links")).await.json();
    assert_eq!(back[0]["case"], json!(case.id));
    let end = case.path(&format!("/links/{}/end", seen[0]["id"].as_str().unwrap()));
    assert_eq!(app.post("zhao.ning", &end, &json!({})).await.status, 204);
    assert_eq!(app.get("zhao.ning", &other.path("/links")).await.json(), json!([]));
}

/// A supervision plan with everything that its form asks for.
fn supervision_plan() -> Value {
    json!({
        "kind": "cnp", "decision_no": "河检未附〔2025〕9号", "decided_on": "2025-11-24", "starts_on": "2025-11-24",
        "ends_on": "2026-05-23", "conflict": "none",
        "group": [{"member": {"name": "方晴", "organisation": "河湾区"}, "does": "见面、补习安排"}],
        "conditions_set": [{"condition": "每月说一次近况", "basis": "c283", "why": "保持联系"}],
        "less_intrusive": "训诫不足以补上监督", "travel": "外出前一天告诉方老师；上学就医不必报告",
        "goals_set": [{"goal": "我想把高一读完", "activity": "补习数学", "who_helps": "方晴"}],
        "contact_every": "fortnight", "report_every": "每月一次短信", "service_hours": 20,
        "service_safe": "图书室，放学后，无人知晓缘由", "schooling": "照常上课", "programmes": "篮球队、心理辅导",
        "steps": ["talk", "help", "change"], "praise": "当面肯定", "reviews": "每三个月",
        "child_words": "可以", "explained_by": {"name": "方晴"}, "understood": true, "child_agrees": true,
        "guardian_agrees": true
    })
}
