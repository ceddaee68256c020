//! Whatever a page's form does, it does once: on two clicks at once, and when the same is sent again later.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::{HTML, location, text, wrong};
use crate::assessments::visit;
use crate::duties::{fresh, misplaced, offer};
use crate::measures::{decision, proposal, with_social_worker};
use crate::sealing::application;
use crate::signin::browser::{Browser, PASSWORD, Person, later};
use crate::support::app::{Answer, TestApp};
use crate::support::case::{TestCase, seal};
use crate::support::on_both;
use crate::support::script::Script;
use tutela::http::PAGES;
use tutela::ledger::Leaf;

on_both!(every_form_does_what_it_does_once, a_form_that_two_instances_get_is_done_by_one);

/// Forms that have no key: nobody is signed in yet, or any more; or nothing is done.
const WITHOUT: [&str; 9] = [
    "/sign-in",
    "/sign-in/code",
    "/sign-in/invitation",
    "/sign-in/enrol",
    "/sign-in/provider",
    "/demo/{key}",
    "/sign-out",
    "/step-up",
    "/cases/find",
];

/// Each is sent twice in tests/liberty.rs, step by step.
const STEPS_OF_A_MEASURE: [&str; 3] = [
    "/cases/{id}/measures/new/{kind}",
    "/cases/{id}/measures/{measure}/decisions/{step}",
    "/cases/{id}/measures/{measure}/work/{step}",
];

/// Somebody who sends every form twice.
struct Twice<'a> {
    app: &'a TestApp,
    sent: BTreeSet<&'static str>,
}

impl Twice<'_> {
    /// Two clicks on a form of a page, and the same once more; gives the answer, which is the same each time.
    async fn send(&mut self, who: &str, route: &'static str, ids: &[&str], form: &[(&str, &str)]) -> Answer {
        let mut path = route.to_owned();
        for id in ids {
            let (before, rest) = path.split_once('{').expect("a place for it");
            path = format!("{before}{id}{}", rest.split_once('}').unwrap().1);
        }
        let key = Uuid::now_v7().to_string();
        let form: Vec<(&str, &str)> = form.iter().copied().chain([("key", key.as_str())]).collect();
        let before = leaves(self.app).await.len();
        let (one, two) =
            tokio::join!(fill_in(self.app, who, &path, &form), fill_in(self.app, who, &path, &form));
        let place = format!("{who}: {path}: {} {}", one.status, wrong(&one));
        assert!([200, 303].contains(&one.status.as_u16()), "{place}");
        let done = leaves(self.app).await.split_off(before);
        let requests: BTreeSet<Uuid> = done.iter().map(|leaf| leaf.req).collect();
        assert_eq!(requests.len(), 1, "one of two clicks does it: {place}");
        let three = fill_in(self.app, who, &path, &form).await;
        for other in [&two, &three] {
            let led = |answer: &Answer| answer.headers.get("location").cloned();
            assert_eq!((other.status, led(other)), (one.status, led(&one)), "{place}\n{}", wrong(other));
            assert_eq!(other.bytes, one.bytes, "what is shown once is shown to both: {place}");
        }
        assert_eq!(leaves(self.app).await.len(), before + done.len(), "the third does nothing: {place}");
        self.sent.insert(route);
        one
    }
}

/// The ledger so far.
async fn leaves(app: &TestApp) -> Vec<Leaf> {
    app.settle().await;
    let rows = tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    rows.iter().map(|row| Leaf::parse(&row.leaf).unwrap()).collect()
}

/// A form as a browser sends it, by a session's cookie or a token.
async fn fill_in(app: &TestApp, who: &str, path: &str, form: &[(&str, &str)]) -> Answer {
    if !who.starts_with("__Host-") {
        return app.fill_in(who, path, form).await;
    }
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::builder()
        .method("POST")
        .uri(path)
        .header(HTML.0, HTML.1)
        .header("cookie", who)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    app.call(request.body(Body::from(body)).unwrap()).await
}

async fn every_form_does_what_it_does_once(app: &TestApp) {
    let mut twice = Twice { app, sent: BTreeSet::new() };
    people_and_offices(&mut twice).await;
    a_case(&mut twice).await;
    what_is_written_about_a_child(&mut twice).await;
    to_another_office(&mut twice).await;
    what_is_ones_own(&mut twice).await;
    sealed_records(&mut twice).await;
    a_visit(&mut twice).await;
    for route in PAGES.iter().filter(|route| route.methods.contains(&"post")) {
        let known = twice.sent.contains(route.path)
            || WITHOUT.contains(&route.path)
            || STEPS_OF_A_MEASURE.contains(&route.path);
        assert!(known, "{}: say how it is filled in, so that it can be sent twice", route.path);
    }
}

/// Somebody's account.
async fn id_of(app: &TestApp, login: &str) -> String {
    let all = app.service.accounts().await.unwrap();
    all.iter().find(|account| account.login == login).unwrap().id.to_string()
}

/// A part of an address to which something led.
fn part(answer: &Answer, place: usize) -> String {
    location(answer).split(['/', '?']).nth(place).unwrap().to_owned()
}

async fn people_and_offices(twice: &mut Twice<'_>) {
    let app = twice.app;
    let office = [
        ("code", "BH"),
        ("kind", "district"),
        ("name.zh", "北河区人民检察院"),
        ("name.en", "Beihe"),
        ("parent", "QY"),
    ];
    twice.send("admin", "/staff/offices/new", &[], &office).await;
    twice.send("admin", "/staff", &[], &[("login", "new.one"), ("name", "新来"), ("office", "HW")]).await;
    let new = id_of(app, "new.one").await;
    let change = [("change", "grant"), ("role", "clerk"), ("office", "HW")];
    twice.send("admin", "/staff/{id}/roles", &[&new], &change).await;
    let changes = app.get("luo.ping", "/api/v1/role-changes").await.json();
    let change = changes[0]["id"].as_str().unwrap();
    let other = fresh(app, "luo.ping").await;
    twice.send(&other, "/role-changes/{id}", &[change], &[("approve", "true")]).await;
    twice.send("admin", "/staff/{id}/invitation", &[&new], &[("office", "HW")]).await;
    let changes = app.get("luo.ping", "/api/v1/role-changes").await.json();
    let change = changes[0]["id"].as_str().unwrap();
    let shown = twice.send(&other, "/role-changes/{id}", &[change], &[("approve", "true")]).await;
    assert!(text(&shown).contains("tti_"), "the invitation is shown: {}", text(&shown));
    let state = [("state", "suspended"), ("office", "HW")];
    twice.send("admin", "/staff/{id}/state", &[&new], &state).await;

    let zhao = id_of(app, "zhao.ning").await;
    let away = [("deputy", "zhou.yuan"), ("from", "2026-08-04"), ("until", "2026-08-10"), ("office", "HW")];
    twice.send("qian.li", "/staff/{id}/deputies", &[&zhao], &away).await;
    let deputies = app.get("qian.li", &format!("/api/v1/accounts/{zhao}/deputies")).await.json();
    let deputy = deputies[0]["id"].as_str().unwrap();
    let end = [("office", "HW")];
    twice.send("qian.li", "/staff/{id}/deputies/{deputy}/end", &[&zhao, deputy], &end).await;
}

async fn a_case(twice: &mut Twice<'_>) {
    let app = twice.app;
    let new = [
        ("pack", "cn-procuratorate"),
        ("event", "T11"),
        ("office", "HW"),
        ("identity.name", "林小穗"),
        ("child.sex", "girl"),
        ("child.born", "2010-03-02"),
        ("child.birth_proved", "true"),
        ("offence.on", "2025-10-12"),
        ("at", "2025-11-03T09:30"),
        ("i.has_defender", "false"),
        ("i.has_victim", "true"),
        ("i.charge_chapter", "5"),
        ("i.charge_grave_list", "false"),
        ("i.death_or_severe_cruel", "false"),
        ("i.suspect_present", "true"),
        ("i.measure", "bail"),
        ("i.measure_from", "2025-10-14"),
        ("step", "send"),
    ];
    twice.send("wu.min", "/cases/new", &[], &new).await;

    let case = TestCase::open(app).await;
    let id = case.id.as_str();
    let lead = [("place", "lead"), ("login", "zhao.ning")];
    twice.send("wu.min", "/cases/{id}/assignment", &[id], &lead).await;
    let home = text(&app.page("zhao.ning", "/").await);
    let item =
        home.split_once(&format!("{id}/seen")).unwrap().1.split_once("name=\"item\" value=\"").unwrap().1;
    let item = item.split_once('"').unwrap().0;
    twice.send("zhao.ning", "/cases/{id}/seen", &[id], &[("item", item)]).await;
    let person = [("kind", "victim"), ("identity.name", "陈某某")];
    twice.send("zhao.ning", "/cases/{id}/people/{person}", &[id, "new"], &person).await;

    let document = "/cases/{id}/documents/{document}";
    for code in ["D03", "D02"] {
        let made = [("at", "2025-11-04T10:00"), ("step", "send")];
        twice.send("zhao.ning", document, &[id, code], &made).await;
    }
    let received = [("to", "child"), ("to", "legal_rep"), ("received_on", "2025-11-05"), ("step", "send")];
    twice.send("zhao.ning", "/cases/{id}/documents/{document}/serve", &[id, "D02"], &received).await;
    let evidence = "/cases/{id}/safeguards/{safeguard}";
    let specialised = [("at", "2025-11-04T10:00"), ("i.specialised", "true"), ("step", "send")];
    twice.send("wu.min", evidence, &[id, "S24"], &specialised).await;
    let defender = [
        ("at", "2025-11-06T10:00"),
        ("i.defender_name", "齐律师"),
        ("i.assigned_on", "2025-11-06"),
        ("i.by_legal_aid", "true"),
        ("step", "send"),
    ];
    twice.send("zhao.ning", evidence, &[id, "S03"], &defender).await;
    let known = [
        ("child.sex", "boy"),
        ("child.born", "2009-03-02"),
        ("child.birth_proved", "true"),
        ("offence.on", "2025-10-12"),
        ("reason", "出生医学证明"),
        ("at", "2025-11-06T11:00"),
        ("step", "send"),
    ];
    twice.send("zhao.ning", "/cases/{id}/child/facts", &[id], &known).await;
    let needs = [("at", "2025-11-09T10:00"), ("i.needs_checked", "true"), ("step", "send")];
    twice.send("zhao.ning", evidence, &[id, "S08"], &needs).await;
    let interview = [
        ("at", "2025-11-10T10:00"),
        ("e.S04.legal_rep_attended", "true"),
        ("e.S09.rights_explained", "true"),
        ("e.S09.officers", "2"),
        ("e.S09.adult_signed", "true"),
        ("e.S25.restrained", "false"),
        ("step", "send"),
    ];
    twice.send("zhao.ning", "/cases/{id}/acts/{event}", &[id, "T14"], &interview).await;

    let decided = TestCase::open(app).await;
    let draft = decided.up_to_conditional_draft().await.to_string();
    let approve = [("answer", "approve"), ("at", "2025-11-24T10:00"), ("step", "send")];
    twice.send("qian.li", "/cases/{id}/drafts/{entry}", &[&decided.id, &draft], &approve).await;

    assert!(app.service.tell_what_is_due().await.unwrap() > 0);
    let missed = app.get("he.jing", &case.path("/missed")).await.json();
    let miss = missed[0]["id"].as_str().unwrap();
    let (why, what) = (format!("reason-{miss}"), format!("done-{miss}"));
    let answer =
        [("miss", miss), (&why, "案卷移送迟延，未影响对其采取的措施"), (&what, "已报告检察长并补办")];
    twice.send("he.jing", "/cases/{id}/missed", &[id], &answer).await;
    let notices = app.get("zhao.ning", "/api/v1/notices").await.json();
    let notice = notices[0]["id"].as_str().unwrap();
    twice.send("zhao.ning", "/notices/{id}/read", &[notice], &[]).await;

    let apart = [("account", "zhou.yuan"), ("reason", "与被害人系近亲属关系，应当回避")];
    twice.send("qian.li", "/cases/{id}/exclusions", &[id], &apart).await;
    let exclusions = app.get("he.jing", &case.path("/exclusions")).await.json();
    let exclusion = exclusions[0]["id"].as_str().unwrap();
    twice.send("he.jing", "/cases/{id}/exclusions/{exclusion}/lift", &[id, exclusion], &[]).await;
    let chief = fresh(app, "gu.heng").await;
    let reason = [("reason", "夜间来电称该未成年人走失，需立即查看监护人联系方式")];
    twice.send(&chief, "/cases/{id}/emergency", &[id], &reason).await;
    let emergencies = app.get("he.jing", "/api/v1/emergencies").await.json();
    let emergency = emergencies[0]["id"].as_str().unwrap();
    let (justified, why) = (format!("justified-{emergency}"), format!("reason-{emergency}"));
    let review = [(justified.as_str(), "true"), (why.as_str(), "情况属实")];
    twice.send("he.jing", "/emergencies/{id}/review", &[emergency], &review).await;

    let zhao = fresh(app, "zhao.ning").await;
    let court =
        [("recipient", "party"), ("to", "河湾区人民法院"), ("purpose", "随案移送供审判使用的案卷副本")];
    twice.send(&zhao, "/cases/{id}/copies", &[id], &court).await;
    let copies = app.get("zhao.ning", &case.path("/copies")).await.json();
    let copy = copies[0]["id"].as_str().unwrap();
    twice.send("wu.min", "/cases/{id}/copies/{copy}/recall", &[id, copy], &[]).await;

    let both = [("case", id), ("case", decided.id.as_str()), ("place", "lead"), ("login", "zhou.yuan")];
    twice.send("wu.min", "/cases/assignments", &[], &both).await;
    let zhou = id_of(app, "zhou.yuan").await;
    twice.send("qian.li", "/staff/{id}/handover", &[&zhou], &[("to", "zhao.ning")]).await;
}

async fn what_is_written_about_a_child(twice: &mut Twice<'_>) {
    let app = twice.app;
    let case = TestCase::open(app).await;
    with_social_worker(&case).await;
    let id = case.id.as_str();
    let ask = |form| [("form", form), ("due", "2026-08-20"), ("reason", "审查起诉需要")];
    let list = "/cases/{id}/assessments";
    let asked = twice.send("zhao.ning", list, &[id], &ask("social_investigation")).await;
    let paper = part(&asked, 4);
    let (writer, reviewer) = (
        "/cases/{id}/assessments/{assessment}/writer/{step}",
        "/cases/{id}/assessments/{assessment}/reviewer/{step}",
    );
    twice.send("fang.qing", writer, &[id, &paper, "accept"], &[("v", "1")]).await;
    let second = json!({"form": "social_investigation", "due": "2026-08-20", "reason": "审查起诉需要"});
    let second = app.post("zhao.ning", &case.path("/assessments"), &second).await.json();
    let second = second["assessment"].as_str().unwrap();
    let withdraw = [("v", "1"), ("withdraw.reason", "案件已移送")];
    twice.send("zhao.ning", reviewer, &[id, second, "withdraw"], &withdraw).await;

    let begun = twice.send("fang.qing", "/cases/{id}/assessments/begin", &[id], &[("form", "visit")]).await;
    let paper = part(&begun, 4);
    let at = case.path(&format!("/assessments/{paper}"));
    let body = json!({"form": "visit", "form_version": 1, "answers": visit()});
    save(app, &at, &body).await;
    let page = text(&app.page("fang.qing", &format!("/cases/{id}/assessments/{paper}/draft")).await);
    let (_, rest) = page.split_once(&format!("{paper}/draft/")).unwrap();
    let section = rest.split_once('"').unwrap().0;
    let page =
        text(&app.page("fang.qing", &format!("/cases/{id}/assessments/{paper}/draft/{section}")).await);
    let typed = super::kept(&page);
    let typed = [("v", typed["v"].as_str()), ("form", "visit"), ("form_version", "1"), ("step", "stay")];
    twice
        .send(
            "fang.qing",
            "/cases/{id}/assessments/{assessment}/draft/{section}",
            &[id, &paper, section],
            &typed,
        )
        .await;
    save(app, &at, &body).await;
    let version = app.get("fang.qing", &at).await.json()["version"].to_string();
    let submit = "/cases/{id}/assessments/{assessment}/submit";
    twice.send("fang.qing", submit, &[id, &paper], &[("v", &version)]).await;

    let said = [
        ("voice.on", "2025-11-04"),
        ("voice.about", "首次谈话"),
        ("voice.words", "我想继续上学"),
        ("voice.explained_by", "方晴"),
        ("voice.understood", "yes"),
    ];
    twice.send("fang.qing", "/cases/{id}/voices", &[id], &said).await;
    let complaint = [("complaint.by", "本人"), ("complaint.words", "等了很久没有人告诉我结果")];
    twice.send("fang.qing", "/cases/{id}/complaints", &[id], &complaint).await;
}

/// A program keeps the draft of a form.
async fn save(app: &TestApp, at: &str, body: &Value) {
    let version = app.get("fang.qing", at).await.json()["version"].to_string();
    let request = app.request("fang.qing", "PUT", &format!("{at}/draft"));
    let request =
        request.header("content-type", "application/json").header("if-match", format!("\"{version}\""));
    let saved = app.call(request.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
}

async fn to_another_office(twice: &mut Twice<'_>) {
    let app = twice.app;
    let case = misplaced(app).await;
    let to = [("to", "LX"), ("reason", "犯罪地在柳溪区，应由该院管辖")];
    twice.send("wu.min", "/cases/{id}/transfer", &[&case.id], &to).await;
    let offered = app.get("wu.min", "/api/v1/transfers").await.json();
    let why = [("reason", "不属本院管辖")];
    let transfer = offered[0]["id"].as_str().unwrap();
    twice.send("wu.min", "/transfers/{id}/withdraw", &[transfer], &why).await;
    let transfer = offer(&case).await;
    twice.send("lu.yao", "/transfers/{id}/refuse", &[&transfer], &why).await;
    let transfer = offer(&case).await;
    let here = [("i.suspect_present", "true")];
    twice.send("lu.yao", "/transfers/{id}/accept", &[&transfer], &here).await;
    app.now(crate::support::app::TODAY);
}

async fn what_is_ones_own(twice: &mut Twice<'_>) {
    let app = twice.app;
    let address = [("address", "wu.min@hw.example")];
    twice.send("wu.min", "/account/reminders/mail", &[], &address).await;
    twice.send("wu.min", "/account/reminders/mail/end", &[], &[]).await;
    let made = twice.send("wu.min", "/account/reminders/calendar", &[], &[]).await;
    assert!(text(&made).contains("/calendar/"), "the address is shown: {}", text(&made));
    twice.send("wu.min", "/account/reminders/calendar/end", &[], &[]).await;

    let mut browser = Browser::new(app);
    let me = Person::enrols(&mut browser, "zhou.yuan").await;
    let cookie = browser.cookie.clone().unwrap();
    let token = [("label", "台账"), ("scope", "read"), ("days", "30")];
    let made = twice.send(&cookie, "/account/tokens", &[], &token).await;
    assert_eq!(made.status, 200, "it is shown: {}", text(&made));
    let tokens = browser.get("/api/v1/tokens").await.json();
    assert_eq!(tokens.as_array().unwrap().len(), 1, "{tokens}");
    let token = tokens[0]["id"].as_str().unwrap();
    twice.send(&cookie, "/account/tokens/{id}/end", &[token], &[]).await;
    twice.send(&cookie, "/account/recovery-codes", &[], &[]).await;
    for route in ["/account/sessions/{id}/end", "/account/sessions/end"] {
        later(app, 31);
        let mut other = Browser::new(app);
        assert_eq!(me.signs_in(&mut other).await.status, 201);
        let sessions: Value = other.get("/api/v1/sessions").await.json();
        let newest = sessions.as_array().unwrap().iter().find(|one| one["current"] == true).unwrap();
        let id = newest["id"].as_str().unwrap();
        let ids: &[&str] = if route.contains("{id}") { &[id] } else { &[] };
        twice.send(&cookie, route, ids, &[]).await;
        assert_eq!(other.get("/api/v1/session").await.status, 401, "the other session has ended");
    }
    let change = [("current", PASSWORD), ("password", "granite otter lamp thimble")];
    // It ends the session by which it was sent: a second click finds nobody signed in.
    let changed = fill_in(app, &cookie, "/account/password", &change).await;
    assert_eq!(changed.status, 303, "{}", wrong(&changed));
    assert_eq!(fill_in(app, &cookie, "/account/password", &change).await.status, 401);
    twice.sent.insert("/account/password");
}

/// All of it is the sealer's work: two processes see each form, one does what it does.
async fn sealed_records(twice: &mut Twice<'_>) {
    let app = twice.app;
    let case = TestCase::open(app).await;
    let draft = case.up_to_conditional_draft().await;
    case.up_to_sealing(&draft).await;
    let id = case.id.as_str();
    let entry = [("entry", "2"), ("reason", "涉及另一未成年人的隐私，单独封存")];
    twice.send("sun.lan", "/cases/{id}/items", &[id], &entry).await;
    let items = app.get("sun.lan", &case.path("/items")).await.json();
    let item = items[0]["id"].as_str().unwrap();
    let (records, chief) = (fresh(app, "sun.lan").await, fresh(app, "qian.li").await);
    for who in [&records, &chief] {
        let why = [("reason", "核实后确认不涉及他人隐私")];
        twice.send(who, "/cases/{id}/items/{item}/unsealing", &[id, item], &why).await;
    }
    let sealing = seal();
    let mut form = vec![("at".to_owned(), "2026-05-29T10:00".to_owned()), ("step".into(), "send".into())];
    for (field, value) in sealing["evidence"]["S22"].as_object().unwrap() {
        form.push((format!("e.S22.{field}"), value.to_string()));
    }
    let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    twice.send("sun.lan", "/cases/{id}/acts/{event}", &[id, "T44"], &form).await;
    let mut query: Vec<(String, String)> = Vec::new();
    for (field, value) in application().as_object().unwrap() {
        query.push((field.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    let query: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let entered = twice.send("sun.lan", "/records/queries", &[], &query).await;
    let refuse = [("allow", "false"), ("grounds", "无法律依据")];
    twice.send("qian.li", "/records/queries/{id}/decision", &[&part(&entered, 3)], &refuse).await;
    let certificate = [
        ("pack", "cn-procuratorate"),
        ("applicant", "child"),
        ("name", "林小禾"),
        ("identity_checked", "true"),
    ];
    twice.send("sun.lan", "/records/certificates/new", &[], &certificate).await;
}

async fn a_visit(twice: &mut Twice<'_>) {
    let app = twice.app;
    let mut script = Script::open(app, "F1").await;
    let case = TestCase { app, id: script.case.id.clone() };
    with_social_worker(&case).await;
    script.until("2025-11-20").await;
    let proposed =
        app.post("fang.qing", &case.path("/measures"), &proposal("2025-11-24", "2026-05-23")).await;
    let measure = proposed.json()["measure"].as_str().unwrap().to_owned();
    script.until("2025-11-24").await;
    let at = case.path(&format!("/measures/{measure}"));
    for (version, who, to, body) in [
        ("\"1\"", "qian.li", "decisions", decision("2025-11-24")),
        ("\"2\"", "fang.qing", "work", json!({"kind": "start", "supervisor": "fang.qing"})),
    ] {
        let done = app.post_with(who, &format!("{at}/{to}"), &body, &[("if-match", version)]).await;
        assert_eq!(done.status, 200, "{}", done.json());
    }
    app.now("2025-12-05T10:00:00Z");
    let met = [
        ("v", "3"),
        ("attendance", "kept"),
        ("from", "2025-12-05T16:00"),
        ("until", "2025-12-05T17:00"),
        ("seen_alone", "yes"),
        ("went_well", "每天到校"),
        ("child_words", "店主原谅我了"),
        ("school_or_work", "school"),
    ];
    twice.send("fang.qing", "/cases/{id}/measures/{measure}/visit", &[&case.id, &measure], &met).await;
}

/// The same form reaches two instances at once. One of them does it; to both it is answered with what came of it. Another
/// content under the same key is not done, and can be sent apart.
async fn a_form_that_two_instances_get_is_done_by_one(app: &TestApp) {
    let case = TestCase::open(app).await;
    let (_, second) = app.second().await;
    let path = format!("/cases/{}/complaints", case.id);
    let form = [("complaint.by", "本人"), ("complaint.words", "等了很久"), ("key", "one-and-the-same")];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = || {
        let request = app.request("wu.min", "POST", &path).header(HTML.0, HTML.1);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(Body::from(body.clone())).unwrap()
    };
    let (here, there) = tokio::join!(app.call(request()), crate::support::app::call(&second, request()));
    for answer in [&here, &there, &app.call(request()).await] {
        assert_eq!(answer.status, 303, "{}", text(answer));
        assert_eq!(location(answer), format!("/cases/{}/child?done=complaint", case.id));
    }
    let complaints =
        async || app.get("he.jing", &case.path("/complaints")).await.json().as_array().unwrap().len();
    assert_eq!(complaints().await, 1);
    let form = [("complaint.by", "本人"), ("complaint.words", "还是没有人"), ("key", "one-and-the-same")];
    let other = app.fill_in("wu.min", &path, &form).await;
    assert_eq!(other.status, 409, "{}", text(&other));
    let offered = super::kept(&text(&other));
    assert_eq!(offered["complaint.words"], "还是没有人", "nothing is lost");
    assert_eq!(complaints().await, 1, "and nothing is done");
    let apart = [("complaint.by", "本人"), ("complaint.words", "还是没有人"), ("key", &offered["key"])];
    assert_eq!(app.fill_in("wu.min", &path, &apart).await.status, 303);
    assert_eq!(complaints().await, 2);
}

/// Every form that is sent to the service has a key, or says why not.
#[test]
fn every_form_has_a_key() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/templates");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let template = std::fs::read_to_string(&path).unwrap();
        for form in template.split("<form").skip(1).filter(|form| form.contains("method=\"post\"")) {
            let form = form.split_once("</form>").map_or(form, |(form, _)| form);
            let to = form.split_once("action=\"").map_or("", |(_, rest)| rest.split_once('"').unwrap().0);
            let without = WITHOUT.contains(&to) || to.starts_with("/demo/");
            let kept = ["{% include \"key.html\" %}", "{% include \"kept.html\" %}", "form.pairs()"];
            let keyed = kept.iter().any(|how| form.contains(how));
            assert!(keyed != without, "{}: {to}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}
