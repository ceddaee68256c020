//! A decision by form: drafted with reasons and milder alternatives, sent back, drafted again, approved; a correction that
//! stands beside what it corrects; and a right that is lost while a form is filled in.

use serde_json::json;

use super::{kept, location, text, wrong};
use crate::support::app::TestApp;
use crate::support::case::{TestCase, evidence};
use crate::support::on_both;

on_both!(a_decision_is_drafted_sent_back_and_approved_by_form, whoever_loses_their_right_in_mid_form_is_told);

async fn a_decision_is_drafted_sent_back_and_approved_by_form(app: &TestApp) {
    let case = TestCase::open(app).await;
    let first = case.up_to_conditional_draft().await;
    let at = format!("/cases/{}", case.id);
    // The chief sends the first one back, with a reason.
    let back = [("answer", "return"), ("reason", "请写明为何不作相对不起诉"), ("step", "send")];
    let sent = app.fill_in("qian.li", &format!("{at}/drafts/{first}"), &back).await;
    assert_eq!(sent.status, 303, "{}", wrong(&sent));

    let school = evidence("S27", "2025-11-20", &json!({"arrangement": "继续在河湾二中就读"}));
    case.done("zhao.ning", &school).await;
    let form = text(&app.page("zhao.ning", &format!("{at}/acts/T28")).await);
    assert!(form.contains("name=\"d.reasons\"") && form.contains("name=\"d.alternative.1\""), "{form}");
    let version = kept(&form)["v"].clone();
    let typed = [
        ("v", version.as_str()),
        ("at", "2025-11-24T10:00"),
        ("i.months", "6"),
        ("b.I20", "期限六个月，条件少而清楚"),
        ("d.reasons", "初犯，情节较轻，已退赃"),
        ("d.alternative.1", "相对不起诉"),
        ("d.why_not.1", "需要一段时间的帮助和监督"),
        ("d.child_view", "愿意接受考察，希望继续上学"),
        ("d.review_route", "true"),
        ("d.diversion", "决定附条件不起诉"),
    ];
    let check = text(&app.fill_in("zhao.ning", &format!("{at}/acts/T28"), &typed).await);
    assert!(check.contains("相对不起诉") && check.contains("初犯，情节较轻"), "read over: {check}");
    let send: Vec<_> = typed.into_iter().chain([("step", "send")]).collect();
    let drafted = app.fill_in("zhao.ning", &format!("{at}/acts/T28"), &send).await;
    assert_eq!(drafted.status, 303, "{}", wrong(&drafted));
    let draft = location(&drafted).rsplit_once('=').unwrap().1.to_owned();

    let shown = text(&app.page("qian.li", &format!("{at}/drafts/{draft}")).await);
    assert!(shown.contains("需要一段时间的帮助和监督") && shown.contains("希望继续上学"), "{shown}");
    let approve = [("answer", "approve"), ("at", "2025-11-24T15:00"), ("step", "send")];
    let approved = app.fill_in("qian.li", &format!("{at}/drafts/{draft}"), &approve).await;
    assert_eq!(approved.status, 303, "{}", wrong(&approved));
    assert_eq!(case.read("zhao.ning").await.json()["standing"]["main"], "CNP_PROBATION");

    // A correction begins with what was recorded, and the journal shows both.
    let journal = app.get("zhao.ning", &case.path("/journal")).await.json();
    let entry = journal.as_array().unwrap().iter().find(|entry| entry["code"] == "S03").unwrap();
    let number = entry["entry"].to_string();
    let form = text(&app.page("zhao.ning", &format!("{at}/safeguards/S03?supersedes={number}")).await);
    assert!(form.contains("value=\"2025-11-06\"") && form.contains("齐律师"), "{form}");
    let corrected = [
        ("supersedes", number.as_str()),
        ("at", "2025-11-06T10:00"),
        ("i.defender_name", "戚律师"),
        ("i.assigned_on", "2025-11-06"),
        ("i.by_legal_aid", "true"),
        ("step", "send"),
    ];
    let done = app.fill_in("zhao.ning", &format!("{at}/safeguards/S03"), &corrected).await;
    assert_eq!(done.status, 303, "{}", wrong(&done));
    let journal = text(&app.page("zhao.ning", &format!("{at}/journal")).await);
    assert!(journal.contains("戚律师") && journal.contains("齐律师"), "nothing is overwritten: {journal}");
    assert!(journal.contains("superseded"), "{journal}");
}

async fn whoever_loses_their_right_in_mid_form_is_told(app: &TestApp) {
    let case = TestCase::open(app).await;
    let path = format!("/cases/{}/safeguards/S24", case.id);
    let fields = kept(&text(&app.page("zhao.ning", &path).await));
    let apart = json!({"account": "zhao.ning", "reason": "与被害人系近亲属关系，应当回避"});
    assert_eq!(app.post("qian.li", &case.path("/exclusions"), &apart).await.status, 200);
    let typed = [
        ("v", fields["v"].as_str()),
        ("key", &fields["key"]),
        ("at", "2025-11-04T10:00"),
        ("i.specialised", "true"),
        ("step", "send"),
    ];
    let told = app.fill_in("zhao.ning", &path, &typed).await;
    assert_eq!(told.status, 404, "{}", text(&told));
    assert!(text(&told).contains("已填写的内容仍在"), "it leads back to what was typed: {}", text(&told));
    assert!(!text(&told).contains("林小禾"), "and tells no more of the case");
    let journal = app.get("wu.min", &case.path("/journal")).await.json();
    assert!(!journal.to_string().contains("S24"), "nothing was recorded: {journal}");
}
