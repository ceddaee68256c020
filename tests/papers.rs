//! Pages about forms: the social worker's and the prosecutor's way through one, without a script.

use axum::body::Body;
use serde_json::json;

use crate::pages::{kept, location, text};
use crate::support::app::{Answer, TestApp};
use crate::support::case::TestCase;
use crate::support::on_both;

on_both!(a_visit_is_written_section_by_section_and_corrected, a_report_goes_there_and_back);

async fn case(app: &TestApp) -> TestCase<'_> {
    app.now("2025-11-03T04:00:00Z");
    let case = TestCase::open(app).await;
    let to = serde_json::json!({"social_worker": "fang.qing"});
    assert_eq!(app.post("wu.min", &case.path("/assignment"), &to).await.status, 200);
    app.now("2025-11-04T02:00:00Z");
    case
}

/// Fills in a section as the page gave it, with these answers.
async fn fill(app: &TestApp, at: &str, section: &str, step: &str, typed: &[(&str, &str)]) -> Answer {
    let path = format!("{at}/draft/{section}");
    let page = app.page("fang.qing", &path).await;
    assert_eq!(page.status, 200, "{}", text(&page));
    let fields = kept(&text(&page));
    let mut form: Vec<(String, String)> =
        ["v", "form", "form_version"].map(|name| (name.to_owned(), fields[name].clone())).into();
    let hidden = text(&page);
    let hidden = hidden.split("name=\"hidden\" value=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    form.extend(hidden.map(|(place, _)| ("hidden".to_owned(), place.to_owned())));
    form.extend(typed.iter().map(|(name, value)| (format!("answers.{name}"), (*value).to_owned())));
    form.push(("step".to_owned(), step.to_owned()));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    app.fill_in("fang.qing", &path, &form).await
}

const WHEN: &[(&str, &str)] = &[
    ("held_at", "2025-11-04T09:00"),
    ("mode", "home"),
    ("private", "true"),
    ("purpose", "planned"),
    ("seen_alone", "true"),
];

async fn a_visit_is_written_section_by_section_and_corrected(app: &TestApp) {
    let case = case(app).await;
    let begun = app
        .fill_in("fang.qing", &format!("/cases/{}/assessments/begin", case.id), &[("form", "visit")])
        .await;
    assert_eq!(begun.status, 303, "{}", text(&begun));
    let at = location(&begun).trim_end_matches("/draft").to_owned();
    let tasks = text(&app.page("fang.qing", location(&begun)).await);
    assert!(tasks.contains(&format!("{at}/draft/attendance_part")) && !tasks.contains("/draft/wellbeing"));

    // How long it took is asked once it is known that it took place; until then it is there, but hidden.
    let saved = fill(app, &at, "attendance_part", "next", &[("attendance", "late")]).await;
    assert_eq!(
        (saved.status.as_u16(), location(&saved)),
        (303, format!("{at}/draft/attendance_part?saved=more").as_str())
    );
    let page = text(&app.page("fang.qing", location(&saved)).await);
    assert!(
        page.contains("data-place=\"absence_reason\">") && page.contains("data-place=\"reached\" hidden>"),
        "{page}"
    );
    let saved =
        fill(app, &at, "attendance_part", "next", &[("attendance", "late"), ("absence_reason", "公交晚点")])
            .await;
    assert_eq!(location(&saved), format!("{at}/draft/talked_about"), "the next section is asked now");

    // A wrong answer is kept, and told beside its field.
    let saved = fill(app, &at, "when_and_where", "next", &[WHEN, &[("minutes", "很久")]].concat()).await;
    assert_eq!(location(&saved), format!("{at}/draft/when_and_where?saved=look"));
    let page = text(&app.page("fang.qing", location(&saved)).await);
    assert!(page.contains("href=\"#answers.minutes\"") && page.contains("value=\"很久\""), "{page}");
    fill(app, &at, "when_and_where", "next", &[WHEN, &[("minutes", "40")]].concat()).await;

    // Rows: one is added, one removed, and an empty one is none.
    let talk = [("went_well", "按时起床"), ("child_words", "想打篮球"), ("schooling", "在校")];
    let one = [("progress.0.goal", "返校"), ("progress.0.how_far", "on_way")];
    let two = [("progress.1.goal", "早睡"), ("progress.1.how_far", "stuck"), ("progress.2.goal", "")];
    let more = fill(app, &at, "talked_about", "more:progress", &[&talk[..], &one].concat()).await;
    let page = text(&app.page("fang.qing", location(&more).split('#').next().unwrap()).await);
    assert!(page.contains("name=\"answers.progress.1.goal\""), "{page}");
    fill(app, &at, "talked_about", "less:progress.0", &[&talk[..], &one, &two].concat()).await;
    let draft = app.get("fang.qing", &format!("/api/v1{at}/draft")).await.json();
    assert_eq!(draft["answers"]["progress"], serde_json::json!([{"goal": "早睡", "how_far": "stuck"}]));

    // Reading over leads to what is missing; then it is submitted and released.
    let check = text(&app.page("fang.qing", &format!("{at}/check")).await);
    assert!(check.contains(&format!("{at}/draft/wellbeing?check=1#answers.concern")), "{check}");
    assert!(!check.contains(&format!("action=\"{at}/submit\"")), "not ready");
    fill(app, &at, "wellbeing", "next", &[("concern", "none")]).await;
    fill(app, &at, "working_notes", "next", &[("notes", "母亲昨夜没有回家")]).await;
    let check = app.page("fang.qing", &format!("{at}/check")).await;
    let version = kept(&text(&check))["v"].clone();
    let sent = app
        .fill_in(
            "fang.qing",
            &format!("{at}/submit"),
            &[("v", &version), ("happened_at", "2025-11-01T09:00")],
        )
        .await;
    assert_eq!(sent.status, 303, "{}", text(&sent));
    let again = app.fill_in("fang.qing", &format!("{at}/submit"), &[("v", &version)]).await;
    assert_eq!(again.status, 303, "sent twice, done once");
    let step = async |step: &str, more: &[(&str, &str)]| {
        let fields = kept(&text(&app.page("fang.qing", &at).await));
        let form = [&[("v", fields["v"].as_str())], more].concat();
        let done = app.fill_in("fang.qing", &format!("{at}/writer/{step}"), &form).await;
        assert_eq!(done.status, 303, "{step}: {}", text(&done));
    };
    step("release", &[]).await;
    step("correct", &[("correct.reason", "时长记错")]).await;
    fill(app, &at, "when_and_where", "next", &[WHEN, &[("minutes", "20")]].concat()).await;
    let version = kept(&text(&app.page("fang.qing", &format!("{at}/check")).await))["v"].clone();
    app.fill_in("fang.qing", &format!("{at}/submit"), &[("v", &version)]).await;
    step("release", &[]).await;
    let read = text(&app.page_in("zhao.ning", &format!("{at}/versions/2"), "en").await);
    for there in ["Corrects version 1", "20 minutes", "<del>40 minutes</del>", "Changed"] {
        assert!(read.contains(there), "{there}: {read}");
    }
    assert!(!read.contains("母亲昨夜没有回家"), "working notes are nobody else's");
    let first = text(&app.page_in("zhao.ning", &format!("{at}/versions/1"), "en").await);
    assert!(first.contains("Recorded late"), "{first}");
}

async fn a_report_goes_there_and_back(app: &TestApp) {
    let case = case(app).await;
    let list = format!("/cases/{}/assessments", case.id);
    let wrong = app.fill_in("zhao.ning", &list, &[("form", "risk_and_needs"), ("reason", "制定方案")]).await;
    assert_eq!(wrong.status, 422);
    assert!(text(&wrong).contains("href=\"#due\"") && text(&wrong).contains("制定方案"));
    let asked = [("form", "social_investigation"), ("due", "2025-11-20"), ("reason", "审查起诉需要")];
    let asked = app.fill_in("zhao.ning", &list, &asked).await;
    assert_eq!(asked.status, 303, "{}", text(&asked));
    let at = location(&asked).split('?').next().unwrap().to_owned();
    let act = async |who: &str, step: &str, more: &[(&str, &str)]| {
        let page = if step == "submit" { format!("{at}/check") } else { at.clone() };
        let fields = kept(&text(&app.page(who, &page).await));
        app.fill_in(who, &format!("{at}/{step}"), &[&[("v", fields["v"].as_str())], more].concat()).await
    };
    let nothing = act("fang.qing", "writer/decline", &[("decline.reason", " ")]).await;
    assert_eq!(nothing.status, 422);
    assert!(text(&nothing).contains("href=\"#decline.reason\""), "{}", text(&nothing));
    let accepted = act("fang.qing", "writer/accept", &[]).await;
    assert_eq!(location(&accepted), format!("{at}/draft?done=accept"));
    assert_eq!(app.page("zhao.ning", &format!("{at}/check")).await.status, 403, "the wall");

    // Two windows: the second is shown both, and what was typed in it is not lost. The script is told by JSON.
    let path = format!("{at}/draft/analysis");
    let fields = kept(&text(&app.page("fang.qing", &path).await));
    let base = ["v", "form", "form_version"].map(|name| (name, fields[name].as_str()));
    let auto = [&base[..], &[("answers.causes", "同伴影响"), ("step", "auto")]].concat();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&auto).finish();
    let request = || {
        let request = app.request("fang.qing", "POST", &path).header("accept", "application/json");
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.clone()))
            .unwrap()
    };
    let saved = app.call(request()).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
    assert_eq!(saved.json()["v"], 3);
    assert!(saved.json()["shown"].as_array().unwrap().contains(&"risks/reoffending/level".into()));
    assert!(app.call(request()).await.is_problem(412, "conflict"));
    let mine = [&base[..], &[("answers.causes", "一时冲动"), ("step", "next")]].concat();
    let both = app.fill_in("fang.qing", &path, &mine).await;
    assert_eq!(both.status, 412);
    let page = text(&both);
    assert!(page.contains("一时冲动") && page.contains("同伴影响"), "{page}");
    let fields = kept(&page);
    let mine =
        [("v", fields["v"].as_str()), base[1], base[2], ("answers.causes", "一时冲动"), ("step", "next")];
    assert_eq!(app.fill_in("fang.qing", &path, &mine).await.status, 303);

    let save = serde_json::json!({"form": "social_investigation", "form_version": 1,
        "answers": crate::assessments::report()});
    let request = app.request("fang.qing", "PUT", &format!("/api/v1{at}/draft")).header("if-match", "\"4\"");
    let request =
        request.header("content-type", "application/json").body(Body::from(save.to_string())).unwrap();
    assert_eq!(app.call(request).await.status, 200);
    assert_eq!(act("fang.qing", "submit", &[]).await.status, 303);
    let back = act("zhao.ning", "reviewer/return", &[("return.reason", "请补充走访学校")]).await;
    assert_eq!(back.status, 303, "{}", text(&back));
    fill(app, &at, "surroundings", "next", &[("school_life", "班主任愿意帮助"), ("peers", "同班同学")]).await;
    assert_eq!(act("fang.qing", "submit", &[]).await.status, 303);
    let how = act("zhao.ning", "reviewer/adopt", &[("adopt.reason", "事实清楚")]).await;
    assert_eq!(how.status, 422);
    assert!(text(&how).contains("href=\"#adopt.outcome\""));
    let adopted = [("adopt.reason", "事实清楚"), ("adopt.outcome", "partly")];
    assert_eq!(act("zhao.ning", "reviewer/adopt", &adopted).await.status, 303);
    assert_eq!(act("fang.qing", "writer/release", &[]).await.status, 303);
    let read = text(&app.page("zhao.ning", &format!("{at}/versions/2")).await);
    assert!(
        read.contains("班主任愿意帮助") && read.contains("新增") && read.contains("审阅结论：部分采纳"),
        "{read}"
    );
    assert!(!read.contains("夜里做噩梦"), "notes stay");
    let seen = text(&app.page("zhao.ning", &at).await);
    assert!(seen.contains(&format!("/cases/{}/safeguards/S21", case.id)), "{seen}");
}

/// What a social worker does beside forms: sees their children, writes down what a child says, is reminded.
#[tokio::test]
async fn a_social_worker_sees_their_children_and_hears_them() {
    let app = TestApp::sqlite().await;
    let case = case(&app).await;
    let children = text(&app.page("fang.qing", "/children").await);
    assert!(
        children.contains("林小禾") && children.contains(&format!("/cases/{}/child", case.id)),
        "{children}"
    );
    // Reads are acts: the list is one leaf, however many children are on it, and holds sealed whose names were shown.
    let other = TestCase::open(&app).await;
    let assigned = json!({"social_worker": "fang.qing"});
    assert_eq!(app.post("wu.min", &other.path("/assignment"), &assigned).await.status, 200);
    app.settle().await;
    let before = tutela::store::leaves(app.service.db(), 0, 1_000).await.unwrap().len();
    let two = text(&app.page("fang.qing", "/children").await);
    assert!(two.contains(&case.id) && two.contains(&other.id), "{two}");
    app.settle().await;
    let leaves = tutela::store::leaves(app.service.db(), 0, 1_000).await.unwrap().split_off(before);
    let acts: Vec<_> = leaves.iter().map(|row| (row.act.as_str(), row.detail.is_some())).collect();
    assert_eq!(acts, [("case.children", true)], "one leaf for the list");
    // Twenty-five to a page, and the look at a page names those on it.
    for _ in 0..25 {
        let more = TestCase::open(&app).await;
        assert_eq!(app.post("wu.min", &more.path("/assignment"), &assigned).await.status, 200);
    }
    let first = text(&app.page("fang.qing", "/children").await);
    let second = text(&app.page("fang.qing", "/children?after=25").await);
    let cards = |page: &str| page.matches("class=\"card").count();
    assert_eq!((cards(&first), cards(&second)), (25, 2), "{second}");
    assert!(first.contains("共 27 名") && first.contains("/children?after=25"), "{first}");
    assert!(second.contains("/children?after=0") && !second.contains("after=27"), "{second}");
    let others = text(&app.page("mei.qing", "/children").await);
    assert!(!others.contains("林小禾"), "another social worker’s children are not theirs");
    let (at, voices) = (format!("/cases/{}/child", case.id), format!("/cases/{}/voices", case.id));
    let words =
        [("voice.about", "附条件不起诉"), ("voice.words", "我想继续读书"), ("voice.understood", "partly")];
    let wrong =
        app.fill_in("fang.qing", &voices, &[&words[..], &[("voice.on", "2025-11-04")]].concat()).await;
    assert_eq!(wrong.status, 422);
    assert!(text(&wrong).contains("href=\"#voice.explained_by\"") && text(&wrong).contains("我想继续读书"));
    let right = [&words[..], &[("voice.on", "2025-11-04"), ("voice.explained_by", "方晴")]].concat();
    let done = app.fill_in("fang.qing", &voices, &right).await;
    assert_eq!(location(&done), format!("{at}?done=voice"));
    let page = text(&app.page("fang.qing", location(&done)).await);
    assert!(page.contains("我想继续读书") && page.contains("role=\"status\""), "{page}");
    let complaint =
        [("complaint.by", "本人"), ("complaint.words", "没有人陪我"), ("complaint.about", "fang.qing")];
    let path = format!("/cases/{}/complaints", case.id);
    assert_eq!(location(&app.fill_in("zhao.ning", &path, &complaint).await), format!("{at}?done=complaint"));
    let heard = app.get("he.jing", &case.path("/complaints")).await.json();
    assert_eq!(heard[0]["words"], "没有人陪我");
    assert!(
        text(&app.page("zhao.ning", &format!("/cases/{}/sheet?lang=en", case.id)).await)
            .contains("Your case")
    );

    let made = text(&app.fill_in("fang.qing", "/account/reminders/calendar", &[]).await);
    let address = made.split_once("<code class=\"secret\">").unwrap().1.split_once('<').unwrap().0;
    let path = &address[address.find("/calendar/").unwrap()..];
    assert!(text(&app.page("", path).await).starts_with("BEGIN:VCALENDAR"));
    assert!(!text(&app.page("fang.qing", "/account/reminders").await).contains(path), "shown once");
    assert_eq!(app.fill_in("fang.qing", "/account/reminders/calendar/end", &[]).await.status, 303);
    assert_eq!(app.page("", path).await.status, 404);
    assert_eq!(
        app.fill_in("fang.qing", "/account/reminders/mail", &[("address", "nobody")]).await.status,
        422
    );
    let set = app.fill_in("fang.qing", "/account/reminders/mail", &[("address", "fq@example.org")]).await;
    assert_eq!(set.status, 303);
    assert!(text(&app.page("fang.qing", "/account/reminders").await).contains("fq@example.org"));
}
