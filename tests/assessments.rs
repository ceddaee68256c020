//! Forms that are written about a child: asked for, written, submitted, reviewed, released; and what stands against it.

use axum::body::Body;
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp};
use crate::support::case::TestCase;
use crate::support::on_both;

on_both!(
    a_social_investigation_goes_from_the_request_into_the_file,
    what_is_not_released_stays_on_its_side_of_the_wall,
    what_nobody_asked_for_is_known_to_its_writer_alone,
    a_draft_is_kept_as_it_is_and_belongs_to_one_form,
    bad_input_is_refused_with_its_reason_and_the_draft_is_kept,
    an_answer_stays_with_the_version_of_its_form,
    corrections_and_late_entries_are_marked,
    a_step_is_taken_once_by_whom_it_belongs_to,
);

const FORM: &str = "social_investigation";

/// A case with a social worker, on the day after it was opened.
async fn case(app: &TestApp) -> TestCase<'_> {
    app.now("2025-11-03T04:00:00Z");
    let case = TestCase::open(app).await;
    let assigned =
        app.post("wu.min", &case.path("/assignment"), &json!({"social_worker": "fang.qing"})).await;
    assert_eq!(assigned.status, 200, "{}", assigned.json());
    app.now("2025-11-04T02:00:00Z");
    case
}

/// An assessment of a test.
struct Paper<'a> {
    case: &'a TestCase<'a>,
    id: String,
}

impl<'a> Paper<'a> {
    async fn requested(case: &'a TestCase<'a>) -> Self {
        let body = json!({"form": FORM, "due": "2025-11-20", "reason": "审查起诉需要"});
        let answer = case.app.post("zhao.ning", &case.path("/assessments"), &body).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        Self { case, id: answer.json()["assessment"].as_str().unwrap().to_owned() }
    }

    async fn begun(case: &'a TestCase<'a>, who: &str, form: &str) -> Self {
        let answer = case.app.post(who, &case.path("/assessments/begin"), &json!({"form": form})).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        Self { case, id: answer.json()["assessment"].as_str().unwrap().to_owned() }
    }

    fn path(&self, rest: &str) -> String {
        self.case.path(&format!("/assessments/{}{rest}", self.id))
    }

    /// A step on the version that is there now.
    async fn step(&self, who: &str, step: &str, body: &Value) -> Answer {
        let tag = format!("\"{}\"", self.version().await);
        self.case.app.post_with(who, &self.path(&format!("/{step}")), body, &[("if-match", &tag)]).await
    }

    async fn done(&self, who: &str, step: &str, body: &Value) -> Value {
        let answer = self.step(who, step, body).await;
        assert_eq!(answer.status, 200, "{who} {step}: {}", answer.json());
        answer.json()
    }

    async fn read(&self, who: &str) -> Value {
        let answer = self.case.app.get(who, &self.path("")).await;
        assert_eq!(answer.status, 200, "{who}: {}", answer.json());
        answer.json()
    }

    async fn version(&self) -> i64 {
        self.read("fang.qing").await["version"].as_i64().unwrap()
    }

    async fn save(&self, who: &str, version: Option<i64>, body: &Value) -> Answer {
        let mut request = self
            .case
            .app
            .request(who, "PUT", &self.path("/draft"))
            .header("content-type", "application/json");
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        self.case.app.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Keeps these answers in place of all others.
    async fn write(&self, answers: &Value) -> Value {
        let form = self.read("fang.qing").await["form"].clone();
        let body = json!({"form": form, "form_version": 1, "answers": answers});
        let answer = self.save("fang.qing", Some(self.version().await), &body).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }
}

/// A report with everything that the form asks for.
pub(crate) fn report() -> Value {
    json!({
        "letter_no": "河检未调〔2025〕7号", "letter_on": "2025-11-04", "stage": "prosecution",
        "investigators": [
            {"investigator": {"name": "方晴", "organisation": "河湾区"}, "investigator_sex": "woman", "qualification": "社会工作师"},
            {"investigator": {"name": "梅青", "organisation": "晨帆"}, "investigator_sex": "woman", "qualification": "社会工作师"}],
        "conflict": "none", "confidential": true,
        "informants": [
            {"informant_kind": "child", "asked_on": "2025-11-04", "mode": "in_person", "refused": false,
             "adult_present": "父亲", "told": "想回学校"},
            {"informant_kind": "teacher", "informant": {"name": "何老师"}, "asked_on": "2025-11-04", "mode": "phone", "refused": true}],
        "privacy": "着便装，不提案情", "limits": "母亲在外务工，未能当面谈话",
        "address": "河湾区明月巷", "language": "普通话，能读懂", "schooling": "secondary", "school_or_job": "河湾二中高一",
        "strengths": "篮球、修理", "physical": "良好", "psych_done": false, "notes": "夜里做噩梦，不愿让父亲知道",
        "carers": [{"from_age": 0, "to_age": 16, "carer": "父亲，河湾区"}],
        "members": [{"member": {"name": "林父", "relation": "父亲"}}],
        "parenting": "严厉，沟通少", "supervision": "able_willing", "supervision_facts": "固定住所，愿意每日陪同",
        "peers": "同班同学", "talks": "freely", "background": "一时冲动", "conditions": ["guardian", "school_place", "local"],
        "conditions_facts": "学校同意接收", "causes": "同伴影响", "protective": "家庭、学校接纳",
        "needs": [{"need": "学业辅导"}],
        "risks": {
            "reoffending": {"level": "low", "level_evidence": "初次，已退赃", "confidence": "sure"},
            "harm_to_others": {"level": "low", "level_evidence": "未使用暴力", "confidence": "sure"},
            "harm_to_child": {"level": "medium", "level_evidence": "情绪低落", "confidence": "unsure"}},
        "best_interests": "继续就学", "non_custodial": "yes", "measures": "附条件不起诉，每月见面两次",
        "would_change": "再次缺课", "child_words": "我想把钱还上，继续读书", "child_disagrees": false,
        "guardian_disagrees": false, "signed_on": "2025-11-04"
    })
}

async fn a_social_investigation_goes_from_the_request_into_the_file(app: &TestApp) {
    let case = case(app).await;
    let paper = Paper::requested(&case).await;
    let lines = app.get("fang.qing", &case.path("/assessments")).await.json();
    assert_eq!((&lines[0]["state"], &lines[0]["form_version"]), (&json!("requested"), &json!(1)));
    assert_eq!(lines[0]["due_at"], "2025-11-20T16:00:00Z", "the day ends at midnight in Shanghai");

    assert_eq!(paper.done("fang.qing", "accept", &json!({})).await["state"], "drafting");
    let saved = paper.write(&json!({"letter_no": "河检未调〔2025〕7号", "psych_done": true})).await;
    let missing: Vec<&str> =
        saved["reasons"].as_array().unwrap().iter().filter_map(|r| r["field"].as_str()).collect();
    assert!(missing.contains(&"/answers/psych_findings") && !missing.contains(&"/answers/letter_no"));
    paper.write(&report()).await;
    let submitted = paper.done("fang.qing", "submit", &json!({})).await;
    assert_eq!(submitted["state"], "submitted");

    let back = json!({"comments": "请补充对学校的走访", "note": "与讯问笔录所述起因不一致，另行核实"});
    paper.done("zhao.ning", "return", &back).await;
    let mut second = report();
    second["school_life"] = json!("班主任愿意帮助");
    paper.write(&second).await;
    paper.done("fang.qing", "submit", &json!({})).await;
    let adoption = json!({"outcome": "adopted", "reasons": "事实清楚，建议合理"});
    assert_eq!(paper.done("zhao.ning", "adopt", &adoption).await["state"], "adopted");
    assert_eq!(paper.done("fang.qing", "release", &json!({})).await["state"], "released");

    let seen = paper.read("zhao.ning").await;
    let versions = seen["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!((&versions[0]["released"], &versions[1]["released"]), (&json!(false), &json!(true)));
    assert_eq!(versions[1]["answers"]["school_life"], "班主任愿意帮助");
    assert_eq!(seen["evidence"][0]["safeguard"], "S21");
    assert_eq!(seen["evidence"][0]["fields"], json!({"report": "own"}));
    app.settle().await;
    let audit = app.audit().await;
    assert!(audit.sound(), "{audit:?}");
}

/// A visit with everything that its form asks for.
pub(crate) fn visit() -> Value {
    json!({
        "held_at": "2025-11-04T09:00", "minutes": 40, "mode": "home", "private": true, "purpose": ["planned"],
        "seen_alone": true, "attendance": "kept", "went_well": "每天到校", "child_words": "想打篮球",
        "schooling": "在校", "concern": "none", "notes": "母亲昨夜又没有回家"
    })
}

async fn what_is_not_released_stays_on_its_side_of_the_wall(app: &TestApp) {
    let case = case(app).await;
    let paper = Paper::requested(&case).await;
    paper.done("fang.qing", "accept", &json!({})).await;
    paper.write(&report()).await;
    let draft = paper.path("/draft");
    assert_eq!(app.get("fang.qing", &draft).await.json()["answers"]["notes"], "夜里做噩梦，不愿让父亲知道");
    for (who, status) in
        [("zhao.ning", 403), ("qian.li", 403), ("wu.min", 403), ("he.jing", 403), ("mei.qing", 404)]
    {
        assert_eq!(app.get(who, &draft).await.status, status, "{who} reads no draft");
    }
    for who in ["zhao.ning", "he.jing"] {
        assert_eq!(
            paper.read(who).await["versions"],
            json!([]),
            "{who} reads nothing that was not submitted"
        );
    }

    // Submitting hands one version to who asked for it, without the social worker's notes; to nobody else.
    paper.done("fang.qing", "submit", &json!({})).await;
    let version = &paper.read("zhao.ning").await["versions"][0];
    assert_eq!(
        (&version["answers"]["causes"], &version["answers"]["physical"]),
        (&json!("同伴影响"), &json!("良好"))
    );
    assert_eq!((&version["answers"]["notes"], &version["partial"]), (&Value::Null, &json!(true)));
    for who in ["qian.li", "he.jing", "wu.min", "sun.lan"] {
        assert_eq!(paper.read(who).await["versions"], json!([]), "{who} reads nothing that was not released");
    }
    let back = json!({"comments": "请补充走访学校", "note": "与讯问笔录不一致"});
    paper.done("zhao.ning", "return", &back).await;
    let steps = paper.read("fang.qing").await["steps"].clone();
    assert_eq!((&steps[3]["said"], &steps[3]["note"]), (&json!("请补充走访学校"), &Value::Null), "{steps}");
    let steps = paper.read("qian.li").await["steps"].clone();
    assert_eq!(steps[3]["note"], "与讯问笔录不一致");
    assert_eq!(paper.read("he.jing").await["steps"][3]["said"], Value::Null);

    // Released, it is read by the roles that the form names, each as far as they may read its classes.
    paper.done("fang.qing", "submit", &json!({})).await;
    paper.done("zhao.ning", "adopt", &json!({"outcome": "partly", "reasons": "建议的频率过高"})).await;
    paper.done("fang.qing", "release", &json!({})).await;
    let chief = paper.read("qian.li").await;
    assert_eq!(chief["versions"].as_array().unwrap().len(), 1, "the returned version was never released");
    assert_eq!(
        (&chief["versions"][0]["no"], &chief["versions"][0]["answers"]["physical"]),
        (&json!(2), &json!("良好"))
    );
    assert_eq!(chief["versions"][0]["answers"]["notes"], Value::Null, "working notes are never released");
    let supervisor = paper.read("he.jing").await;
    assert_eq!(supervisor["versions"][0]["answers"]["causes"], "同伴影响");
    assert_eq!(
        supervisor["versions"][0]["answers"]["physical"],
        Value::Null,
        "medical answers are not the supervisor's"
    );
    let adopted =
        supervisor["steps"].as_array().unwrap().iter().find(|s| s["what"] == "adopt-partly").unwrap();
    assert_eq!(adopted["said"], "建议的频率过高");
    assert_eq!(paper.read("wu.min").await["versions"], json!([]), "the form does not name case management");

    // A successor reads what the predecessor wrote; the predecessor nothing any more.
    let reassigned =
        app.post("wu.min", &case.path("/assignment"), &json!({"social_worker": "mei.qing"})).await;
    assert_eq!(reassigned.status, 200, "{}", reassigned.json());
    assert_eq!(app.get("fang.qing", &draft).await.status, 404);
    assert_eq!(app.get("mei.qing", &draft).await.json()["answers"]["notes"], "夜里做噩梦，不愿让父亲知道");
    app.settle().await;
    let trail = app.get("he.jing", &case.path("/trail")).await.json();
    let acts: Vec<&str> = trail.as_array().unwrap().iter().filter_map(|leaf| leaf["act"].as_str()).collect();
    for act in
        ["request", "accept", "draft", "submit", "return", "adopt-partly", "release", "read", "read-draft"]
    {
        assert!(acts.contains(&format!("assessment.{act}").as_str()), "{act}: {acts:?}");
    }
    let denied = trail.as_array().unwrap().iter().filter(|leaf| leaf["act"] == "assessment.denied");
    assert_eq!(denied.count(), 4, "each look over the wall is on record");
}

async fn what_nobody_asked_for_is_known_to_its_writer_alone(app: &TestApp) {
    let case = case(app).await;
    let paper = Paper::begun(&case, "fang.qing", "visit").await;
    paper.write(&visit()).await;
    paper.done("fang.qing", "submit", &json!({})).await;
    let list = case.path("/assessments");
    for who in ["zhao.ning", "qian.li", "wu.min", "he.jing", "sun.lan"] {
        assert_eq!(app.get(who, &list).await.json(), json!([]), "{who}");
        assert_eq!(app.get(who, &paper.path("")).await.status, 404, "{who}");
    }
    assert_eq!(app.get("fang.qing", &list).await.json()[0]["state"], "submitted");
    let adopted = paper.step("zhao.ning", "adopt", &json!({"outcome": "adopted", "reasons": "好"})).await;
    assert_eq!(adopted.status, 422, "nobody reviews a visit: {}", adopted.json());
    paper.done("fang.qing", "release", &json!({})).await;
    let seen = paper.read("zhao.ning").await;
    assert_eq!(seen["versions"][0]["answers"]["went_well"], "每天到校");
    assert_eq!(seen["versions"][0]["answers"]["notes"], Value::Null);

    // The other way round: what a prosecutor writes is not the social worker's before it is released.
    let closure = Paper::begun(&case, "zhao.ning", "closure").await;
    assert_eq!(app.get("fang.qing", &closure.path("")).await.status, 404);
    assert_eq!(
        app.get("qian.li", &closure.path("/draft")).await.status,
        200,
        "the chief reads the prosecution's notes"
    );
    let denied = app.post("fang.qing", &case.path("/assessments/begin"), &json!({"form": "closure"})).await;
    assert!(denied.is_problem(403, "not-permitted"), "{}", denied.json());
    let denied = app.post("zhao.ning", &case.path("/assessments/begin"), &json!({"form": "visit"})).await;
    assert!(denied.is_problem(403, "not-permitted"), "{}", denied.json());
}

async fn a_draft_is_kept_as_it_is_and_belongs_to_one_form(app: &TestApp) {
    let case = case(app).await;
    let (one, two) =
        (Paper::begun(&case, "fang.qing", "visit").await, Paper::begun(&case, "fang.qing", "visit").await);
    let save = |section: Option<&str>, answers: Value| json!({"form": "visit", "form_version": 1, "section": section, "answers": answers});
    let kept = one
        .save(
            "fang.qing",
            Some(1),
            &save(Some("talked_about"), json!({"went_well": "按时起床", "service_minutes": "很多"})),
        )
        .await;
    assert_eq!(kept.status, 200, "{}", kept.json());
    assert_eq!(kept.headers["etag"], "\"2\"");
    let kept = one.save("fang.qing", Some(2), &save(Some("wellbeing"), json!({"mood": "平静"}))).await;
    assert_eq!(kept.status, 200, "{}", kept.json());
    // Another instance, after a restart, has it all, wrong answers too; and the other visit has nothing of it.
    let later = app.another().await;
    let draft = later.get("fang.qing", &one.path("/draft")).await.json();
    assert_eq!(draft["answers"], json!({"went_well": "按时起床", "service_minutes": "很多", "mood": "平静"}));
    assert_eq!(later.get("fang.qing", &two.path("/draft")).await.json()["answers"], json!({}));

    // Two windows: the second does not overwrite what it has not seen, and its words are not lost on the server's side.
    let stale = one.save("fang.qing", Some(2), &save(Some("wellbeing"), json!({"mood": "低落"}))).await;
    assert!(stale.is_problem(412, "conflict"), "{}", stale.json());
    assert_eq!(stale.json()["current_version"], 3);
    let blind = one.save("fang.qing", None, &save(None, json!({}))).await;
    assert_eq!((blind.status.as_u16(), blind.codes()), (422, vec!["VERSION_MISSING".to_owned()]));
    // An answer that is taken back is gone.
    let kept = one.save("fang.qing", Some(3), &save(Some("wellbeing"), json!({}))).await;
    assert_eq!(kept.status, 200, "{}", kept.json());
    let draft = app.get("fang.qing", &one.path("/draft")).await.json();
    assert_eq!(draft["answers"], json!({"went_well": "按时起床", "service_minutes": "很多"}));
    assert!(draft["asked"].as_array().unwrap().contains(&json!("held_at")), "{draft}");
}

async fn bad_input_is_refused_with_its_reason_and_the_draft_is_kept(app: &TestApp) {
    let case = case(app).await;
    let asks = case.path("/assessments");
    for (body, status, code) in [
        (json!({"form": FORM, "due": "2025-11-03", "reason": "审查起诉需要"}), 422, "FIELD_INVALID"),
        (json!({"form": FORM, "due": "2027-11-03", "reason": "审查起诉需要"}), 422, "FIELD_INVALID"),
        (json!({"form": FORM, "due": "2025-11-20", "reason": " "}), 422, "FIELD_INVALID"),
        (json!({"form": "horoscope", "due": "2025-11-20", "reason": "审查起诉需要"}), 422, "FORM_UNKNOWN"),
    ] {
        let answer = app.post("zhao.ning", &asks, &body).await;
        assert_eq!((answer.status.as_u16(), answer.codes()), (status, vec![code.to_owned()]), "{body}");
    }
    let paper = Paper::requested(&case).await;
    let twice = json!({"form": FORM, "due": "2025-11-25", "reason": "再次委托"});
    assert!(app.post("qian.li", &asks, &twice).await.is_problem(409, "taken"));
    let early = paper.step("fang.qing", "submit", &json!({})).await;
    assert_eq!(early.codes(), ["ASSESSMENT_STATE"], "{}", early.json());
    assert_eq!(paper.step("fang.qing", "decline", &json!({"reason": ""})).await.status, 422);
    paper.done("fang.qing", "accept", &json!({})).await;
    paper.write(&report()).await;
    let version = paper.version().await;
    let save = |form: &str, number: i64, section: Option<&str>, answers: Value| json!({"form": form, "form_version": number, "section": section, "answers": answers});
    for (body, code) in [
        (save("visit", 1, None, json!({"went_well": "别的表"})), "FORM_OTHER"),
        (save(FORM, 2, None, report()), "FORM_OTHER"),
        (save(FORM, 1, Some("kitchen"), json!({})), "FIELD_UNKNOWN"),
        (save(FORM, 1, Some("family"), json!({"causes": "不属本部分"})), "FIELD_UNKNOWN"),
        (save(FORM, 1, None, json!({"went_well": "别的表"})), "FIELD_UNKNOWN"),
    ] {
        let answer = paper.save("fang.qing", Some(version), &body).await;
        assert_eq!((answer.status.as_u16(), answer.codes()), (422, vec![code.to_owned()]), "{body}");
    }
    // One answer wrong at a time: refused for that answer, in both languages, and nothing of the draft is lost.
    for (name, answer, code, field) in [
        ("letter_on", json!("星期三"), "FIELD_INVALID", "/answers/letter_on"),
        ("letter_on", json!("2025-11-05"), "FIELD_INVALID", "/answers/letter_on"),
        ("causes", json!(null), "FIELD_MISSING", "/answers/causes"),
        ("conflict", json!(null), "FIELD_MISSING", "/answers/conflict"),
        ("conflict", json!("disclosed"), "FIELD_MISSING", "/answers/conflict_facts"),
        ("confidential", json!(false), "CONSENT_MISSING", "/answers/confidential"),
        ("non_custodial", json!("no"), "FIELD_MISSING", "/answers/why_not"),
        ("child_disagrees", json!(true), "FIELD_MISSING", "/answers/child_disagrees_with"),
        ("investigators", json!([report()["investigators"][0]]), "FIELD_INVALID", "/answers/investigators"),
        ("conditions", json!(["castle"]), "FIELD_INVALID", "/answers/conditions"),
        ("supervision", json!(7), "FIELD_INVALID", "/answers/supervision"),
    ] {
        let mut wrong = report();
        wrong[name] = answer.clone();
        let saved = paper.write(&wrong).await;
        let refused = paper.step("fang.qing", "submit", &json!({})).await;
        assert!(refused.is_problem(422, "invalid"), "{name}: {}", refused.json());
        let reasons = refused.json()["reasons"].clone();
        assert_eq!(reasons, saved["reasons"], "what submitting says is what saving said");
        let reason = &reasons[0];
        assert_eq!((&reason["code"], &reason["field"]), (&json!(code), &json!(field)), "{name}: {answer}");
        assert!(["zh", "en"].iter().all(|l| !reason["statement"][l].as_str().unwrap().is_empty()));
        let kept = app.get("fang.qing", &paper.path("/draft")).await.json();
        assert_eq!(kept["answers"], wrong, "the draft is kept");
    }
    let mut tested = report();
    tested["psych_done"] = json!(true);
    tested["psych_by"] = json!("某医院，2025-11-04");
    tested["psych_findings"] = json!("焦虑");
    paper.write(&tested).await;
    let refused = paper.step("fang.qing", "submit", &json!({})).await;
    assert_eq!(refused.codes(), ["CONSENT_MISSING", "CONSENT_MISSING"], "{}", refused.json());
    paper.write(&report()).await;
    let future = paper.step("fang.qing", "submit", &json!({"happened_at": "2025-11-05"})).await;
    assert_eq!(future.json()["reasons"][0]["field"], "/happened_at");
    paper.done("fang.qing", "submit", &json!({})).await;
    let early = paper.step("fang.qing", "release", &json!({})).await;
    assert_eq!(early.codes(), ["ASSESSMENT_STATE"], "nothing is released without its review");
}

async fn an_answer_stays_with_the_version_of_its_form(app: &TestApp) {
    let case = case(app).await;
    let old = Paper::begun(&case, "fang.qing", "visit").await;
    old.write(&visit()).await;
    let packs = tempfile::tempdir().unwrap();
    for (pack, files) in tutela::casework::packs::embedded() {
        for (name, text) in files {
            let path = packs.path().join(&pack).join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            if name == "forms/visit.yaml" && pack == "cn-procuratorate" {
                let newer = text
                    .replace("version: 1", "version: 2")
                    .replace("{id: went_well, type: long_text,", "{id: what_went_well, type: long_text,");
                std::fs::write(path.with_file_name("visit.2.yaml"), newer).unwrap();
            }
            std::fs::write(path, text).unwrap();
        }
    }
    let packs = tutela::casework::packs::Packs::load(Some(packs.path())).unwrap();
    let later = app.restarted_with(packs).await;
    let case = TestCase { app: &later, id: case.id.clone() };
    let form = later.get("fang.qing", "/api/v1/packs/cn-procuratorate/forms/visit").await.json();
    assert_eq!((&form["version"], &form["newest"]), (&json!(2), &json!(true)));
    let form = later.get("fang.qing", "/api/v1/packs/cn-procuratorate/forms/visit?version=1").await.json();
    assert_eq!((&form["version"], &form["newest"]), (&json!(1), &json!(false)));

    // What was begun under the older version is finished and read under it.
    let old = Paper { case: &case, id: old.id };
    assert_eq!(old.read("fang.qing").await["form_version"], 1);
    old.done("fang.qing", "submit", &json!({})).await;
    old.done("fang.qing", "release", &json!({})).await;
    assert_eq!(old.read("zhao.ning").await["versions"][0]["answers"]["went_well"], "每天到校");
    let new = Paper::begun(&case, "fang.qing", "visit").await;
    assert_eq!(new.read("fang.qing").await["form_version"], 2);
    let body = json!({"form": "visit", "form_version": 1, "answers": visit()});
    assert_eq!(new.save("fang.qing", Some(1), &body).await.codes(), ["FORM_OTHER"]);
    let mut answers = visit();
    let said = answers.as_object_mut().unwrap().remove("went_well").unwrap();
    answers["what_went_well"] = said;
    let body = json!({"form": "visit", "form_version": 2, "answers": answers});
    assert_eq!(new.save("fang.qing", Some(1), &body).await.status, 200);
    new.done("fang.qing", "submit", &json!({})).await;
}

async fn corrections_and_late_entries_are_marked(app: &TestApp) {
    let case = case(app).await;
    app.now("2025-11-10T02:00:00Z");
    let paper = Paper::begun(&case, "fang.qing", "visit").await;
    paper.write(&visit()).await;
    paper.done("fang.qing", "submit", &json!({"happened_at": "2025-11-04T09:00"})).await;
    paper.done("fang.qing", "release", &json!({})).await;
    let first = paper.read("zhao.ning").await["versions"][0].clone();
    assert_eq!((&first["late"], &first["happened_at"]), (&json!(true), &json!("2025-11-04T01:00:00Z")));
    assert_eq!((&first["recorded_at"], &first["corrects"]), (&json!("2025-11-10T02:00:00Z"), &Value::Null));

    assert_eq!(paper.step("fang.qing", "correct", &json!({"reason": "  "})).await.status, 422);
    paper.done("fang.qing", "correct", &json!({"reason": "时长记错"})).await;
    let mut right = visit();
    right["minutes"] = json!(20);
    paper.write(&right).await;
    paper.done("fang.qing", "submit", &json!({})).await;
    let before = paper.read("zhao.ning").await;
    assert_eq!(
        before["versions"].as_array().unwrap().len(),
        1,
        "a correction is not read before it is released"
    );
    paper.done("fang.qing", "release", &json!({})).await;
    let after = paper.read("zhao.ning").await;
    let minutes: Vec<&Value> =
        after["versions"].as_array().unwrap().iter().map(|v| &v["answers"]["minutes"]).collect();
    assert_eq!(minutes, [&json!(40), &json!(20)], "the first version stays");
    assert_eq!(
        (&after["versions"][1]["corrects"], &after["versions"][1]["late"]),
        (&json!(1), &json!(false))
    );
}

async fn a_step_is_taken_once_by_whom_it_belongs_to(app: &TestApp) {
    let case = case(app).await;
    let paper = Paper::requested(&case).await;
    let wrong = paper.step("zhao.ning", "accept", &json!({})).await;
    assert!(wrong.is_problem(403, "not-permitted"), "who asks does not answer: {}", wrong.json());
    assert_eq!(paper.step("fang.qing", "withdraw", &json!({"reason": "不做"})).await.status, 404);
    // An answer that was lost on the way: the same step again is the same answer; anybody else's is a conflict.
    let (accept, tag) = (paper.path("/accept"), [("if-match", "\"1\"")]);
    let first = app.post_with("fang.qing", &accept, &json!({}), &tag).await.json();
    let again = app.post_with("fang.qing", &accept, &json!({}), &tag).await;
    assert_eq!((again.status.as_u16(), again.json()), (200, first));
    let other = app.post_with("fang.qing", &paper.path("/decline"), &json!({"reason": "太忙"}), &tag).await;
    assert!(other.is_problem(412, "conflict"), "{}", other.json());

    paper.write(&report()).await;
    paper.done("fang.qing", "submit", &json!({})).await;
    let adoption = json!({"outcome": "adopted", "reasons": "事实清楚"});
    let wrong = paper.step("qian.li", "adopt", &adoption).await;
    assert!(wrong.is_problem(403, "not-permitted"), "the form names the prosecutor: {}", wrong.json());
    for who in ["fang.qing", "wu.min", "xu.lan"] {
        assert_eq!(paper.step(who, "adopt", &adoption).await.status, 404, "{who}");
    }
    let tag = format!("\"{}\"", paper.version().await);
    let headers = [("if-match", tag.as_str())];
    let (adopt, back) = (paper.path("/adopt"), paper.path("/return"));
    let comments = json!({"comments": "请补充"});
    let (one, two) = tokio::join!(
        app.post_with("zhao.ning", &adopt, &adoption, &headers),
        app.post_with("zhou.yuan", &back, &comments, &headers)
    );
    let statuses = [one.status.as_u16(), two.status.as_u16()];
    assert!(statuses.contains(&200) && statuses.iter().any(|s| [409, 412, 422].contains(s)), "{statuses:?}");

    let declined = Paper::begun(&case, "zhao.ning", "closure").await;
    assert_eq!(declined.read("zhao.ning").await["state"], "drafting");
    let body = json!({"form": "risk_and_needs", "due": "2025-11-20", "reason": "制定方案"});
    let asked = app.post("zhao.ning", &case.path("/assessments"), &body).await;
    let paper = Paper { case: &case, id: asked.json()["assessment"].as_str().unwrap().to_owned() };
    paper.done("fang.qing", "decline", &json!({"reason": "与本人家庭相识"})).await;
    assert_eq!(paper.read("zhao.ning").await["steps"][1]["said"], "与本人家庭相识");
    let again = app.post("zhao.ning", &case.path("/assessments"), &body).await;
    assert_eq!(again.status, 201, "after a refusal somebody else is asked: {}", again.json());
    let waiting = again.json()["assessment"].clone();
    app.now("2025-11-20T16:00:00Z");
    let lines = app.get("zhao.ning", &case.path("/assessments")).await.json();
    for line in lines.as_array().unwrap() {
        // Which of the two reviewers came first was left to chance: what was sent back is late as well.
        let late = line["id"] == waiting || line["state"] == "returned";
        assert_eq!(line["overdue"] == true, late, "{lines}");
    }
    assert!(lines.as_array().unwrap().iter().any(|line| line["id"] == waiting), "{lines}");
}
