//! The worklist, a team's work, and what was missed, as people read and fill them in.

use serde_json::{Value, json};

use super::{kept, location, text};
use crate::support::app::TestApp;
use crate::support::case::TestCase;
use crate::support::on_both;

on_both!(
    a_day_begins_with_what_waits_and_a_missed_time_limit_is_answered_for,
    a_supervisor_sees_whose_work_it_is_and_gives_it_to_others,
);

async fn assign(case: &TestCase<'_>, to: &Value) {
    let answer = case.app.post("wu.min", &case.path("/assignment"), to).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
}

/// The part of home under a heading; nothing if it is not there.
fn group<'a>(page: &'a str, id: &str) -> &'a str {
    let Some((_, rest)) = page.split_once(&format!("aria-labelledby=\"{id}\"")) else { return "" };
    rest.split_once("</section>").unwrap().0
}

async fn a_day_begins_with_what_waits_and_a_missed_time_limit_is_answered_for(app: &TestApp) {
    let nothing = text(&app.page("zhao.ning", "/").await);
    assert!(
        nothing.contains("目前没有待办事项") && nothing.contains("无须登记"),
        "it says how work gets there"
    );

    let case = TestCase::open(app).await;
    assign(&case, &json!({"lead": "zhao.ning", "social_worker": "fang.qing", "approver": "qian.li"})).await;
    let draft = case.up_to_conditional_draft().await;
    let home = text(&app.page("zhao.ning", "/").await);
    let new = group(&home, "new");
    assert!(new.contains("林某某") && !home.contains("林小禾"), "the surname is enough here: {new}");
    let overdue = group(&home, "overdue");
    assert!(overdue.contains(&format!("/cases/{}/acts/", case.id)), "{overdue}");
    // What another authority was late with is not late here.
    let pack = app.service.packs().all().find(|pack| pack.id == "cn-procuratorate").unwrap().clone();
    let tasks = app.get("zhao.ning", "/api/v1/worklist?limit=100").await.json();
    for task in tasks["tasks"].as_array().unwrap().iter().filter(|task| task["kind"] == "clock") {
        let name = &pack.clocks.find(task["code"].as_str().unwrap()).unwrap().name.zh;
        let others = task["of_others"] == true;
        let place = if others { group(&home, "others") } else { home.as_str() };
        assert!(place.contains(name.as_str()), "{name}");
        assert!(!others || !overdue.contains(&format!("{name}。")), "{name}");
    }
    // Each link leads to a page.
    let links =
        home.split("<th scope=\"row\"><a href=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0);
    for link in links {
        let answer = app.page("zhao.ning", link.split('#').next().unwrap()).await;
        assert!([200, 303].contains(&answer.status.as_u16()), "{link}: {}", answer.status);
    }
    // The chief's home leads to the draft; the social worker's has the prosecution's clocks apart.
    let chief = text(&app.page("qian.li", "/").await);
    let at = format!("/cases/{}/drafts/{draft}", case.id);
    assert!(group(&chief, "approvals").contains(&at), "{chief}");
    let social = text(&app.page("fang.qing", "/").await);
    assert!(group(&social, "overdue").is_empty(), "{social}");
    assert!(group(&social, "children").contains(&case.id) && !group(&social, "new").is_empty());
    // Taking it up is one click, which leads to the case.
    let item = kept(group(&home, "new"))["item"].clone();
    let taken = app.fill_in("zhao.ning", &format!("/cases/{}/seen", case.id), &[("item", &item)]).await;
    assert_eq!((taken.status.as_u16(), location(&taken)), (303, format!("/cases/{}", case.id).as_str()));
    let home = text(&app.page("zhao.ning", "/?kind=assigned").await);
    assert!(home.contains("没有此类事项"), "{home}");
    for (who, says) in [("sun.lan", "待封存案件"), ("admin", "不接触案件"), ("tang.ye", "不接触案件")]
    {
        let home = app.page(who, "/").await;
        assert_eq!(home.status, 200, "{who}");
        assert!(text(&home).contains(says), "{who}: {}", text(&home));
    }

    // What was missed waits until somebody answers, on the page to which home leads.
    assert!(app.service.tell_what_is_due().await.unwrap() > 0);
    let page = format!("/cases/{}/missed", case.id);
    let home = text(&app.page("zhao.ning", "/?kind=missed").await);
    let link = home.split(&format!("{page}#m-")).nth(1).unwrap_or_else(|| panic!("{home}"));
    let miss = link.split_once('"').unwrap().0;
    let (reason, done) = (format!("reason-{miss}"), format!("done-{miss}"));
    let said = "案卷移送迟延，未影响对其采取的措施";
    let wrong = app.fill_in("zhao.ning", &page, &[("miss", miss), (&reason, said), (&done, " ")]).await;
    assert_eq!(wrong.status, 422);
    let form = text(&wrong);
    assert!(
        form.contains(&format!("href=\"#{done}\"")) && form.contains(said),
        "beside its field, and kept: {form}"
    );
    assert!(form.contains(&format!("id=\"{done}-error\"")), "{form}");
    let whole = [("miss", miss), (reason.as_str(), said), (&done, "已报告检察长，当日补办")];
    assert_eq!(app.fill_in("xu.lan", &page, &whole).await.status, 404);
    let given = app.fill_in("zhao.ning", &page, &whole).await;
    assert_eq!(given.status, 303, "{}", text(&given));
    let kept = text(&app.page("zhao.ning", location(&given)).await);
    assert!(kept.contains("当日补办") && kept.contains("role=\"status\""), "{kept}");
    let twice = app.fill_in("he.jing", &page, &whole).await;
    assert_eq!(twice.status, 409);
    assert!(text(&twice).contains("他人已先作出说明"), "{}", text(&twice));
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn a_supervisor_sees_whose_work_it_is_and_gives_it_to_others(app: &TestApp) {
    let mut cases = Vec::new();
    for _ in 0..3 {
        let case = TestCase::open(app).await;
        assign(&case, &json!({"lead": "zhao.ning"})).await;
        cases.push(case);
    }
    let free = TestCase::open(app).await;
    assert!(app.service.tell_what_is_due().await.unwrap() > 0);
    let team = text(&app.page("he.jing", "/team").await);
    let zhao = app.service.authenticate(&app.tokens["zhao.ning"]).await.unwrap().unwrap().account;
    let row = |page: &str, name: &str| {
        let rest = page.split_once(&format!("<span data-name>{name}</span>")).unwrap().1.to_owned();
        rest.split_once("</tr>").unwrap().0.to_owned()
    };
    let counted =
        |row: &str| row.split_once("<td data-label").unwrap().1.split(['>', '<']).nth(1).unwrap().to_owned();
    assert_eq!(counted(&row(&team, "赵宁")), "3", "{team}");
    assert!(row(&team, "赵宁").contains("due late") && !row(&team, "周远").contains("due late"));
    assert!(team.contains("<strong>1</strong> 件未分配"), "{team}");
    for who in ["zhao.ning", "wu.min", "sun.lan", "admin"] {
        assert_eq!(app.page(who, "/team").await.status, 403, "{who} answers for nobody's work");
    }
    // The numbers are what the worklist says.
    let theirs = app.get("he.jing", &format!("/api/v1/worklist?of=person&who={zhao}&limit=100")).await.json();
    let late = theirs["tasks"].as_array().unwrap().iter().filter(|task| {
        let own = task["whose"]["accounts"].as_array().unwrap().contains(&json!(zhao));
        own && task["overdue"] == true && task["of_others"] == false
    });
    assert!(row(&team, "赵宁").contains(&format!(">{}</span>", late.count())), "{}", row(&team, "赵宁"));

    // Two of three go to a colleague, and the one without a lead.
    let page = text(&app.page("he.jing", &format!("/team/{zhao}")).await);
    assert!(page.contains("赵宁的案件"), "{page}");
    assert!(cases.iter().all(|case| page.contains(&format!("value=\"{}\"", case.id))), "{page}");
    let chosen = [("case", cases[0].id.as_str()), ("case", &cases[1].id), ("case", &free.id)];
    let to = |login| chosen.into_iter().chain([("place", "lead"), ("login", login)]).collect::<Vec<_>>();
    let unfit = text(&app.fill_in("he.jing", "/cases/assignments", &to("xu.lan")).await);
    assert!(unfit.contains("没有相应角色"), "{unfit}");
    let done = text(&app.fill_in("he.jing", "/cases/assignments", &to("zhou.yuan")).await);
    assert!(done.contains("已分配 3 件"), "{done}");
    let team = text(&app.page("he.jing", "/team").await);
    assert_eq!(
        (counted(&row(&team, "赵宁")), counted(&row(&team, "周远"))),
        ("1".into(), "3".into()),
        "{team}"
    );
    assert!(text(&app.page("zhou.yuan", "/").await).contains("aria-labelledby=\"new\""), "they are told");
    // Saying who works on a case is all that a supervisor changes in it.
    let act = json!({"kind": "issue", "document": "D03", "at": "2025-11-04"});
    assert_eq!(app.post("he.jing", &cases[0].path("/acts"), &act).await.status, 404);
    let gone = app.post("he.jing", &cases[0].path("/assignment"), &json!({"lead": "nobody"})).await;
    assert_eq!(gone.status, 422);
    app.settle().await;
    let leaves = tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    let supervisor = app.service.authenticate(&app.tokens["he.jing"]).await.unwrap().unwrap().account;
    let by_her =
        |act: &str| leaves.iter().filter(|leaf| leaf.act == act && leaf.actor_id == Some(supervisor)).count();
    assert_eq!((by_her("case.assign"), by_her("work.team")), (3, 2));
    assert!(app.audit().await.sound());
}
