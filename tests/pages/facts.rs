//! What is known of the child: a birth certificate that comes later, and needs that a screening finds, which every later
//! questioning has to meet.

use axum::body::Body;
use serde_json::{Value, json};

use super::{kept, location, text, wrong};
use crate::support::app::TestApp;
use crate::support::case::{TestCase, evidence, interview};
use crate::support::on_both;

on_both!(
    what_the_file_knows_of_a_child_is_corrected_by_form,
    what_a_screening_finds_is_met_at_every_later_questioning,
);

async fn what_the_file_knows_of_a_child_is_corrected_by_form(app: &TestApp) {
    let case = TestCase::open(app).await;
    let at = format!("/cases/{}", case.id);
    let path = format!("{at}/child/facts");
    assert!(text(&app.page("zhao.ning", &at).await).contains(&path), "the case leads to it");
    assert!(!text(&app.page("he.jing", &at).await).contains(&path), "those who may not are not led to it");
    let form = text(&app.page("zhao.ning", &path).await);
    let fields = kept(&form);
    assert!(
        form.contains("value=\"2009-03-02\"") && form.contains("value=\"2025-10-12\""),
        "as it is known: {form}"
    );

    // Nothing said why, the act before the birth: each beside its field.
    let typed = [
        ("v", fields["v"].as_str()),
        ("key", &fields["key"]),
        ("child.sex", "boy"),
        ("child.born", "2011-10-12"),
        ("child.birth_proved", "true"),
        ("child.needs_interpreter", "false"),
        ("child.needs_accommodation", "false"),
        ("child.pregnant_or_caring", "false"),
        ("offence.on", "2025-10-11"),
        ("at", "2025-11-05T10:00"),
    ];
    let without = app.fill_in("zhao.ning", &path, &typed).await;
    assert_eq!(without.status, 422);
    assert!(wrong(&without).contains("#reason"), "{}", wrong(&without));
    let early: Vec<_> = typed
        .iter()
        .map(|(field, said)| (*field, if *field == "offence.on" { "2010-01-01" } else { said }))
        .chain([("reason", "出生医学证明")])
        .collect();
    let early = app.fill_in("zhao.ning", &path, &early).await;
    assert_eq!(early.status, 422);
    assert!(wrong(&early).contains("#offence.on"), "{}", wrong(&early));
    let no_day: Vec<_> = typed.iter().filter(|(field, _)| *field != "child.born").copied().collect();
    assert!(wrong(&app.fill_in("zhao.ning", &path, &no_day).await).contains("#child.born"));

    let why = [("reason", "出生医学证明：二〇一一年十月十二日")];
    let check = app.fill_in("zhao.ning", &path, &[&typed[..], &why].concat()).await;
    assert!(text(&check).contains("出生医学证明"), "read over: {}", text(&check));
    let send = [&typed[..], &why, &[("step", "send")]].concat();
    let sent = app.fill_in("zhao.ning", &path, &send).await;
    assert_eq!(sent.status, 303, "{}", wrong(&sent));
    let again = app.fill_in("zhao.ning", &path, &send).await;
    assert_eq!(location(&again), location(&sent), "sent twice, done once");
    // On the day before the fourteenth birthday the child was thirteen; what may be done hangs on it at once.
    let view = case.read("zhao.ning").await.json();
    assert_eq!((&view["age_at_offence"], &view["offence"]["on"]), (&json!(13), &json!("2025-10-11")));
    let journal = text(&app.page("zhao.ning", &format!("{at}/journal")).await);
    assert!(journal.contains("二〇一一年十月十二日"), "{journal}");
}

async fn what_a_screening_finds_is_met_at_every_later_questioning(app: &TestApp) {
    app.now("2025-11-03T04:00:00Z");
    let case = TestCase::open(app).await;
    let social = json!({"social_worker": "fang.qing"});
    assert_eq!(app.post("wu.min", &case.path("/assignment"), &social).await.status, 200);
    app.now("2025-11-04T02:00:00Z");
    let begun = json!({"form": "accommodation_screening"});
    let begun = app.post("fang.qing", &case.path("/assessments/begin"), &begun).await.json();
    let id = begun["assessment"].as_str().unwrap();
    let path = case.path(&format!("/assessments/{id}"));
    let version = async || app.get("fang.qing", &path).await.json()["version"].to_string();
    let answers = json!({"form": "accommodation_screening", "form_version": 1, "answers": {
        "asked_on": "2025-11-04", "before_questioning": true, "consents": true, "language": "mandarin",
        "difficulties": ["understanding", "pressure"], "own_words": "说慢一点，问一句等我想一想", "explained_back": false,
        "needed": true, "given": ["slow", "breaks"], "how": "每次讯问前由办案人员落实", "every_step": true}});
    let save =
        app.request("fang.qing", "PUT", &format!("{path}/draft")).header("content-type", "application/json");
    let save = save.header("if-match", format!("\"{}\"", version().await));
    let saved = app.call(save.body(Body::from(answers.to_string())).unwrap()).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
    for step in ["submit", "release"] {
        let seen = format!("\"{}\"", version().await);
        let done =
            app.post_with("fang.qing", &format!("{path}/{step}"), &json!({}), &[("if-match", &seen)]).await;
        assert_eq!(done.status, 200, "{step}: {}", done.json());
    }

    // The form says what the file does not know, and leads the prosecutor to where it is taken in.
    assert_eq!(app.get("zhao.ning", &path).await.json()["of_child"], json!(["needs_accommodation"]));
    let page = text(&app.page("zhao.ning", &format!("/cases/{}/assessments/{id}", case.id)).await);
    let facts = format!("/cases/{}/child/facts?needs_accommodation=true", case.id);
    assert!(page.contains(&facts), "{page}");
    let form = text(&app.page("zhao.ning", &facts).await);
    let ticked = form.split("name=\"child.needs_accommodation\"").nth(1).unwrap();
    assert!(ticked.split_once('>').unwrap().0.contains("checked"), "it is filled in: {ticked}");
    let mut child = case.read("zhao.ning").await.json()["child"].clone();
    child["needs_accommodation"] = Value::Bool(true);
    let known = json!({"kind": "correct_child", "child": child, "reason": "便利筛查", "at": "2025-11-04"});
    case.done("zhao.ning", &known).await;
    assert_eq!(app.get("zhao.ning", &path).await.json()["of_child"], json!([]), "now it does");

    // From now on it is not enough to have asked.
    app.now("2025-11-12T02:00:00Z");
    case.prepare_interview().await;
    let refused = case.act("zhao.ning", &interview()).await;
    assert!(refused.is_problem(422, "refused"), "{}", refused.json());
    assert!(refused.codes().iter().any(|code| code == "S08"), "{:?}", refused.codes());
    let given = json!({"needs_checked": true, "accommodation_given": true, "note": "短句、放慢、多休息"});
    case.done("zhao.ning", &evidence("S08", "2025-11-09", &given)).await;
    let mut met = interview();
    met["evidence"].as_object_mut().unwrap().remove("S08");
    case.done("zhao.ning", &met).await;
}
