//! Who may do what: the whole matrix as a reviewed text, and every route held to it.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use uuid::Uuid;

use crate::duties::fresh;
use crate::sealing::application;
use crate::support::app::TestApp;
use crate::support::case::{TestCase, first_file};
use crate::support::on_both;
use crate::support::process::{Home, Served};
use tutela::access::{
    Action, Ask, Assurance, CaseScope, Grant, Kind, Office, OfficeKind, OfficeTree, Resource, Viewer, filter,
    permit, permit_at,
};
use tutela::http::{Asks, ROUTES, every_route};
use tutela::law::pack::StaffRole;
use tutela::record::Text;

on_both!(row_11_every_route_asks_what_the_list_of_routes_says);

/// Where the matrix is kept. `TUTELA_WRITE_MATRIX=1 cargo test --test main access::` writes it anew, for review.
const MATRIX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/access-matrix.txt");

const ABOVE: Uuid = Uuid::from_u128(1);
const HERE: Uuid = Uuid::from_u128(2);
const BELOW: Uuid = Uuid::from_u128(3);
const ELSEWHERE: Uuid = Uuid::from_u128(4);
const ME: Uuid = Uuid::from_u128(11);
const AWAY: Uuid = Uuid::from_u128(12);
const SOMEBODY: Uuid = Uuid::from_u128(13);
const CASE: Uuid = Uuid::from_u128(21);

fn tree() -> OfficeTree {
    let kind = OfficeKind::District;
    let office = |id, parent| Office { id, parent, code: String::new(), name: Text::default(), kind };
    OfficeTree::new(vec![
        office(ABOVE, None),
        office(HERE, Some(ABOVE)),
        office(BELOW, Some(HERE)),
        office(ELSEWHERE, Some(ABOVE)),
    ])
}

/// People of the office HERE, each with one role; then those whom no role helps.
fn people() -> Vec<(String, Viewer)> {
    let sure = Viewer {
        account: ME,
        active: true,
        assurance: Assurance { second_factor: true, fresh: false },
        stands_in_for: vec![AWAY],
        ..Viewer::default()
    };
    let with = |role| Viewer { grants: vec![Grant { role, office: HERE }], ..sure.clone() };
    let code = |role| serde_json::to_value(role).unwrap().as_str().unwrap().to_owned();
    let mut people: Vec<(String, Viewer)> =
        StaffRole::ALL.into_iter().map(|role| (code(role), with(role))).collect();
    people.push(("no role".into(), sure.clone()));
    let everything =
        Viewer { grants: StaffRole::ALL.map(|role| Grant { role, office: HERE }).to_vec(), ..sure };
    let unsure = Viewer { assurance: Assurance::default(), ..everything.clone() };
    people.push(("no second factor".into(), unsure));
    people.push(("closed account".into(), Viewer { active: false, ..everything }));
    people
}

/// What is asked about, made for a person together with what ties them to it.
type Make = Box<dyn Fn(&mut Viewer) -> Resource>;
type State = (&'static str, fn(&mut Viewer, &mut CaseScope));

/// States of a case and what ties a person of the office HERE to it.
const STATES: [State; 11] = [
    ("own office", |_, _| ()),
    ("assigned", |_, case| (case.lead, case.social_worker) = (Some(ME), Some(ME))),
    ("stands in", |_, case| (case.lead, case.social_worker) = (Some(AWAY), Some(AWAY))),
    ("below", |_, case| case.office = BELOW),
    ("elsewhere", |_, case| case.office = ELSEWHERE),
    ("offered", |_, case| (case.office, case.offered_to) = (ELSEWHERE, Some(HERE))),
    ("handed over", |_, case| {
        (case.handed_over, case.lead, case.social_worker) = (true, Some(ME), Some(ME));
    }),
    ("emergency", |who, case| (who.opened, case.office) = (vec![CASE], BELOW)),
    ("excluded", |who, case| {
        (who.excluded, who.opened, case.lead, case.social_worker) =
            (vec![CASE], vec![CASE], Some(ME), Some(ME));
    }),
    ("sealed", |who, case| (who.opened, case.social_worker, case.sealed) = (vec![CASE], Some(ME), true)),
    ("sealed, query", |who, case| {
        (who.queries, case.social_worker, case.sealed) = (vec![CASE], Some(ME), true);
    }),
];

/// `yes`; `fresh` when a factor must be shown again; `2nd` when somebody else must have proposed it; `.` never.
fn cell(viewer: &Viewer, action: Action, to: Resource) -> &'static str {
    let fresh = Viewer { assurance: Assurance { fresh: true, ..viewer.assurance }, ..viewer.clone() };
    let may = |who: &Viewer, ask: Ask| permit(who, ask, to, &tree()).is_ok();
    let after = action.after(SOMEBODY);
    assert!(!may(&fresh, action.after(ME)) || action.kind() == Kind::Service, "nobody decides on their own");
    match (may(viewer, action.into()), may(&fresh, action.into()), may(viewer, after), may(&fresh, after)) {
        (true, ..) => "yes",
        (_, true, ..) => "fresh",
        (.., true, _) => "2nd",
        (.., true) => "2nd fresh",
        _ => ".",
    }
}

fn matrix() -> String {
    let mut text = String::from(
        "Who may do what. Made by tests/access.rs from the policies; a change here is a change in somebody's rights.\n\
         yes: may; fresh: with a factor shown a moment ago; 2nd: when somebody else proposed it; dot: may not.\n\
         Rows: people of one office, by their role. Who is not signed in gets 401 from every route under /api/v1/,\n\
         and from every page a way to sign in.\n\
         Who may not gets 404 about a case, as if there were none, and 403 about an office or the service; who lacks\n\
         nothing but a fresh factor gets 403 and hears that.\n",
    );
    let routes = |action: Option<Action>| {
        let mut asked = Vec::new();
        for route in every_route() {
            for (method, asks) in route.methods.iter().zip(route.asks) {
                let same = match asks {
                    Asks::May(asks) => Some(*asks) == action,
                    Asks::Nothing(_) => action.is_none(),
                };
                if same {
                    asked.push(format!("    {} {}\n", method.to_uppercase(), route.path));
                }
            }
        }
        asked.concat()
    };
    write!(text, "\nanybody, signed in or not\n{}", routes(None)).unwrap();
    for action in Action::ALL {
        let columns: Vec<(&str, Make)> = match action.kind() {
            Kind::Case => STATES
                .into_iter()
                .map(|(name, tie)| {
                    let make = move |who: &mut Viewer| {
                        let mut case = CaseScope { case: CASE, ..CaseScope::at(HERE) };
                        tie(who, &mut case);
                        Resource::Case(case)
                    };
                    (name, Box::new(make) as Make)
                })
                .collect(),
            Kind::Office => {
                [("own office", HERE), ("below", BELOW), ("above", ABOVE), ("elsewhere", ELSEWHERE)]
                    .into_iter()
                    .map(|(name, office)| {
                        let make = move |_: &mut Viewer| Resource::Office(office);
                        (name, Box::new(make) as Make)
                    })
                    .collect()
            }
            Kind::Service => vec![("the service", Box::new(|_: &mut Viewer| Resource::Service))],
        };
        write!(text, "\n{}\n{}{:18}", action.name(), routes(Some(action)), "").unwrap();
        for (name, _) in &columns {
            write!(text, "{name:14}").unwrap();
        }
        text = text.trim_end().to_owned() + "\n";
        for (person, viewer) in people() {
            write!(text, "{person:18}").unwrap();
            for (_, make) in &columns {
                let mut viewer = viewer.clone();
                let to = make(&mut viewer);
                write!(text, "{:14}", cell(&viewer, action, to)).unwrap();
            }
            text = text.trim_end().to_owned() + "\n";
        }
    }
    text
}

#[test]
fn who_may_do_what_is_as_reviewed() {
    let now = matrix();
    if std::env::var_os("TUTELA_WRITE_MATRIX").is_some() {
        std::fs::write(MATRIX, &now).unwrap();
    }
    let reviewed = std::fs::read_to_string(MATRIX).unwrap_or_default();
    for (line, (new, old)) in now.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(new, old, "line {} of tests/access-matrix.txt", line + 1);
    }
    assert_eq!(now.lines().count(), reviewed.lines().count());
}

/// Routes that do the same to several cases ask for each of them, and say of each what came of it.
const EACH_BY_ITSELF: [&str; 2] = ["/api/v1/cases/assignments", "/api/v1/accounts/{id}/handover"];

/// A form that is asked for.
const FORM: &str = "social_investigation";

/// A request's body that is well formed, so that nothing but the gate stands against it.
pub(crate) fn body(method: &str, path: &str) -> Option<Value> {
    let rest = path.rsplit('/').next().unwrap_or_default();
    Some(match (method, rest) {
        ("get", _) => return None,
        (_, "cases") => first_file(),
        (_, "find") => json!({"name": "林小禾"}),
        (_, "acts") => json!({"kind": "act", "event": "T14", "at": "2025-11-10"}),
        (_, "people") => json!({"kind": "victim", "identity": {"name": "陈某某"}}),
        (_, "exclusions") => json!({"account": "zhou.yuan", "reason": "与被害人系近亲属关系，应当回避"}),
        (_, "offices") => {
            json!({"code": "XX", "kind": "district", "name": {"zh": "甲", "en": "A"}, "parent": "QY"})
        }
        (_, "accounts") => json!({"login": "new.one", "name": "新来"}),
        (_, "roles") => json!({"change": "grant", "role": "clerk", "office": "HW"}),
        (_, "state") => json!({"state": "suspended"}),
        (_, "deputies") => {
            json!({"deputy": "zhou.yuan", "from": "2026-08-04T00:00:00Z", "until": "2026-08-10T00:00:00Z"})
        }
        (_, "decision") if path.contains("/records/") => json!({"allow": false, "grounds": "无法律依据"}),
        (_, "decision") => json!({"approve": true}),
        (_, "queries") => application(),
        (_, "items") => json!({"entry": 1, "reason": "涉及另一未成年人的隐私，单独封存"}),
        (_, "unsealing") => json!({"reason": "核实后确认不涉及他人隐私"}),
        (_, "certificates") => {
            json!({"pack": "cn-procuratorate", "office": "HW", "applicant": "child", "name": "林小禾", "identity_checked": true})
        }
        (_, "transfers") => json!({"to": "LX", "reason": "犯罪地在柳溪区，应由该院管辖"}),
        ("post", "answer") if path.contains("complaints") => {
            json!({"founded": true, "reason": "情况属实，已当面向其说明"})
        }
        ("post", "answer") if path.contains("missed") => {
            json!({"reason": "案卷移送迟延，未影响对其采取的措施", "done": "已报告检察长并补办"})
        }
        (_, "answer" | "refuse" | "withdraw") => json!({"reason": "不属本院管辖"}),
        (_, "emergency") => json!({"reason": "夜间来电称该未成年人走失，需立即查看监护人联系方式"}),
        (_, "voices") => {
            json!({"on": "2025-11-04", "about": "首次谈话", "words": "我想继续上学", "explained_by": "方晴", "understood": "yes"})
        }
        (_, "copies") => {
            json!({"recipient": "party", "to": "河湾区人民法院", "purpose": "随案移送供审判使用的案卷副本"})
        }
        (_, "complaints") => json!({"by": "child", "words": "等了很久没有人告诉我结果"}),
        (_, "answerer") => json!({"login": "he.jing"}),
        (_, "mail") => json!({"address": "wu.min@hw.example"}),
        (_, "review") => json!({"justified": true, "reason": "情况属实"}),
        (_, "assessments") => json!({"form": FORM, "due": "2026-08-20", "reason": "审查起诉需要"}),
        (_, "begin") => json!({"form": FORM}),
        (_, "measures") => json!({"kind": "bail", "from": "2025-11-03", "until": "2026-04-30",
            "reasons": "有固定住所和监护人", "alternatives": [{"what": "不采取措施", "why_not": "须按时到案"}]}),
        (_, "decisions") => json!({"kind": "decline", "reasons": "没有必要"}),
        (_, "work") => json!({"kind": "school_or_work", "school_or_work": "school", "words": "照常上课"}),
        (_, "links") => json!({"case_no": "HW-0000", "relation": "sibling"}),
        (_, "draft") => json!({"form": FORM, "form_version": 1, "answers": {}}),
        (_, "decline" | "correct") => json!({"reason": "与本人相识"}),
        (_, "return") => json!({"comments": "请补充"}),
        (_, "adopt") => json!({"outcome": "adopted", "reasons": "事实清楚"}),
        (
            _,
            "accept" | "assignment" | "calendar" | "end" | "invitation" | "lift" | "read" | "recall"
            | "release" | "seen" | "submit",
        ) => json!({}),
        (method, _) => panic!("{method} {path}: say how it is called, so that strangers can try it"),
    })
}

/// Each route is called by everybody about an ordinary, an assigned and a sealed case: its use case lets through whom
/// the policy lets do what the list of routes says, and nobody else.
async fn row_11_every_route_asks_what_the_list_of_routes_says(app: &TestApp) {
    let plain = TestCase::open(app).await;
    let mine = TestCase::open(app).await;
    let assigned =
        app.post("wu.min", &mine.path("/assignment"), &json!({"social_worker": "fang.qing"})).await;
    assert_eq!(assigned.status, 200, "{}", assigned.json());
    let sealed = TestCase::open(app).await;
    let mut assessments = Vec::new();
    for case in [&plain, &mine, &sealed] {
        let asked = body("post", "/api/v1/cases/{id}/assessments").unwrap();
        let asked = app.post("zhao.ning", &case.path("/assessments"), &asked).await;
        assert_eq!(asked.status, 201, "{}", asked.json());
        assessments.push(asked.json()["assessment"].as_str().unwrap().to_owned());
    }
    let zhao = fresh(app, "zhao.ning").await;
    let mut copies = Vec::new();
    for case in [&plain, &mine, &sealed] {
        let made = app.post(&zhao, &case.path("/copies"), &body("post", "/copies").unwrap()).await;
        copies.push(made.json()["copy"]["id"].as_str().unwrap().to_owned());
    }
    let mut measures = Vec::new();
    for case in [&plain, &mine, &sealed] {
        let proposed = body("post", "/api/v1/cases/{id}/measures").unwrap();
        let proposed = app.post("zhao.ning", &case.path("/measures"), &proposed).await;
        assert_eq!(proposed.status, 201, "{}", proposed.json());
        measures.push(proposed.json()["measure"].as_str().unwrap().to_owned());
    }
    let draft = sealed.up_to_conditional_draft().await;
    sealed.finish(&draft).await;
    // Every clock of theirs has ended long ago.
    assert!(app.service.tell_what_is_due().await.unwrap() > 0);
    app.settle().await;
    let offices = app.service.offices();
    let office = |code: &str| offices.by_code(code).unwrap().id;
    let account =
        async |login: &str| app.service.authenticate(&app.tokens[login]).await.unwrap().unwrap().account;
    let (worker, prosecutor) = (account("fang.qing").await, account("zhao.ning").await);
    let mut seen = BTreeSet::new();
    for ((((case, social_worker, is_sealed), assessment), measure), copy) in
        [(&plain, None, false), (&mine, Some(worker), false), (&sealed, None, true)]
            .into_iter()
            .zip(&assessments)
            .zip(&measures)
            .zip(&copies)
    {
        let scope = CaseScope {
            case: case.id.parse().unwrap(),
            social_worker,
            sealed: is_sealed,
            ..CaseScope::at(office("HW"))
        };
        let kept_away = json!({"account": "zhou.yuan", "reason": "与被害人系近亲属关系，应当回避"});
        let recorded = app.post("qian.li", &case.path("/exclusions"), &kept_away).await;
        assert_eq!(recorded.status.is_success(), !is_sealed, "{}", recorded.json());
        let exclusions = app.get("he.jing", &case.path("/exclusions")).await.json();
        let exclusion = exclusions[0]["id"].as_str().map_or_else(|| Uuid::nil().to_string(), str::to_owned);
        let missed = app.get("he.jing", &case.path("/missed")).await.json();
        let miss = missed[0]["id"].as_str().map_or_else(|| Uuid::nil().to_string(), str::to_owned);
        for route in ROUTES.iter().filter(|route| !EACH_BY_ITSELF.contains(&route.path)) {
            for (method, asks) in route.methods.iter().zip(route.asks) {
                let Asks::May(action) = *asks else { continue };
                // About nobody and nothing but the caller's own session; tests/signin.rs tries those.
                if action == Action::OwnSession {
                    continue;
                }
                let subject = match route.path {
                    path if path.starts_with("/api/v1/packs") => "cn-procuratorate".to_owned(),
                    path if path.starts_with("/api/v1/accounts") => prosecutor.to_string(),
                    _ => case.id.clone(),
                };
                let path = route
                    .path
                    .replace("{id}", &subject)
                    .replace("{exclusion}", &exclusion)
                    .replace("{assessment}", assessment)
                    .replace("{measure}", measure)
                    .replace("{link}", &Uuid::nil().to_string())
                    .replace("{form}", FORM)
                    .replace("{item}", &Uuid::nil().to_string())
                    .replace("{miss}", &miss)
                    .replace("{copy}", copy)
                    .replace("{deputy}", &Uuid::nil().to_string())
                    .replace("{leaf}", &leaf_of(app, case).await);
                assert!(!path.contains('{'), "{path}: say which one");
                for (login, token) in &app.tokens {
                    let viewer = app.service.authenticate(token).await.unwrap().unwrap();
                    // At which office an act about a person is done, their roles decide: strangers to all are tried.
                    if action.kind() == Kind::Office && route.path != "/api/v1/cases" && login != "tang.ye" {
                        continue;
                    }
                    let may = match action.kind() {
                        // The list as a whole; its rows are held to the policy in lists.rs.
                        _ if action == Action::ListCases => filter(&viewer, &offices).is_ok(),
                        Kind::Case => permit(&viewer, action, &scope, &offices).is_ok(),
                        Kind::Office => permit_at(&viewer, action, office("HW"), &offices).is_ok(),
                        Kind::Service => permit(&viewer, action, Resource::Service, &offices).is_ok(),
                    };
                    let answer = match body(method, route.path) {
                        None => app.get(login, &path).await,
                        Some(body) => app.send(login, method, &path, &body).await,
                    };
                    let status = answer.status.as_u16();
                    let denied = match action.kind() {
                        Kind::Case if action != Action::ListCases => status == 404,
                        Kind::Office => [403, 404].contains(&status),
                        _ => status == 403,
                    };
                    let place =
                        format!("{login}: {method} {path} ({}): {status} {}", action.name(), answer.json());
                    // Who lacks nothing but a fresh factor hears that, and not that there is no such case.
                    let mut sure = viewer.clone();
                    sure.assurance.fresh = true;
                    if !may && permit(&sure, action, &scope, &offices).is_ok() {
                        assert_eq!(status, 403, "{place}");
                        continue;
                    }
                    // About another thing than the case, only that strangers do not get at it.
                    if may && action.kind() == Kind::Case && !route.path.starts_with("/api/v1/cases") {
                        continue;
                    }
                    assert_eq!(!may, denied, "{place}");
                    assert!(![401, 500].contains(&status), "{place}");
                    seen.insert((action.name(), may));
                }
            }
        }
    }
    for action in ["read_case", "act_in_case", "assign", "audit_case", "exclude", "open_case", "list_cases"] {
        assert!(seen.contains(&(action, false)) && seen.contains(&(action, true)), "{action}: {seen:?}");
    }
}

/// A leaf of the case, for a proof; as supervisors and records staff see it.
async fn leaf_of(app: &TestApp, case: &TestCase<'_>) -> String {
    for who in ["he.jing", "sun.lan"] {
        let trail = app.get(who, &case.path("/trail")).await;
        if let Some(last) = trail.json().as_array().and_then(|all| all.last()) {
            return last["leaf"].to_string();
        }
    }
    panic!("nobody sees the trail of {}", case.id)
}

/// Whoever is denied where existence is no secret learns why, in both languages, and the ledger learns that they asked.
#[tokio::test]
async fn a_denied_person_learns_who_may() {
    let app = TestApp::sqlite().await;
    let answer = app.post("admin", "/api/v1/cases", &first_file()).await;
    assert!(answer.is_problem(403, "not-permitted"), "{}", answer.json());
    let said = answer.json()["texts"]["detail"].clone();
    assert!(said["en"].as_str().unwrap().contains("case management opens cases"), "{said}");
    assert!(said["zh"].as_str().unwrap().contains("案件管理人员"), "{said}");
    let answer = app.get("tang.ye", "/api/v1/cases").await;
    assert!(answer.is_problem(403, "not-permitted"), "{}", answer.json());
    app.settle().await;
    let leaves = tutela::store::leaves(app.service.db(), 0, 1_000).await.unwrap();
    let denied = leaves.iter().filter(|row| row.act == "access.denied").count();
    assert_eq!(denied, 2);
}

/// A directory of policies takes the place of the program's own, and is refused at start when it is not valid or permits
/// what none may.
#[test]
fn a_policy_directory_is_in_force_or_refused_at_start() {
    let home = Home::new();
    let token = home.ready();
    let folder = home.path("policies");
    let asked = folder.to_str().unwrap().to_owned();
    std::fs::create_dir(&folder).unwrap();
    assert!(home.fails(&["serve", "--policy", &asked]).contains("holds no .cedar file"));
    std::fs::write(folder.join("10.cedar"), home.must(&["policy", "print"])).unwrap();
    home.must(&["policy", "check", &asked]);

    let more = |text: &str| {
        std::fs::write(folder.join("20.cedar"), format!("@id(\"own\") @zh(\"自\") @en(\"own\") {text}"))
    };
    more("permit (principal, action == Action::\"read_case\", resource) when { resource.seald };").unwrap();
    assert!(home.fails(&["serve", "--policy", &asked]).contains("seald"));
    more("permit (principal, action == Action::\"read_case\", resource) when { !principal.admin_at.isEmpty() && !resource.sealed };").unwrap();
    let said = home.fails(&["serve", "--policy", &asked]);
    assert!(said.contains("N06") && said.contains("管理员"), "{said}");

    more("forbid (principal, action == Action::\"read_rules\", resource) when { !principal.clerk_at.isEmpty() };").unwrap();
    let served = Served::start(home.command(&["serve", "--listen", "127.0.0.1:0", "--policy", &asked]));
    let (status, body) = served.send("GET", "/api/v1/packs", &token, &[], "").unwrap();
    assert_eq!(status, 403, "{body}");
    assert!(body.contains("自"), "{body}");
    assert!(served.stop().success());
    let (status, _) = home.serve().send("GET", "/api/v1/packs", &token, &[], "").unwrap();
    assert_eq!(status, 200, "without the directory the program's own policies are in force");
}
