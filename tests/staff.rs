//! People and offices: who has which role is decided by two, and nothing that somebody worked on is orphaned.

use serde_json::{Value, json};

use crate::signin::Browser;
use crate::support::app::TestApp;
use crate::support::case::{TestCase, evidence, first_file};
use crate::support::on_both;

on_both!(
    a_role_is_proposed_by_one_and_decided_by_another,
    row_05_nobody_raises_themselves_by_any_field,
    row_05_nobody_has_a_part_in_their_own_roles,
    an_account_is_suspended_at_once_and_used_again_by_two,
    somebody_is_invited_by_two,
    an_office_stands_where_it_may,
    an_assignment_has_a_history,
    row_06_nobody_is_assigned_or_moved_by_somebody_of_another_office,
    several_cases_are_assigned_each_for_itself,
    what_nobody_leads_is_on_a_list,
    a_deputy_acts_in_the_name_of_the_absent,
    a_caseload_is_handed_over_and_nothing_is_orphaned,
    who_has_an_interest_is_kept_away_from_the_case_everywhere,
    row_13_an_exclusion_or_deputy_of_another_is_not_found,
);

async fn id_of(app: &TestApp, login: &str) -> String {
    let offices = ["HW", "LX", "QY", "LJ", "CF"];
    for office in offices {
        let list = app.get("admin", &format!("/api/v1/accounts?office={office}")).await.json();
        let found = list.as_array().unwrap().iter().find(|a| a["login"] == login).cloned();
        if let Some(account) = found {
            return account["id"].as_str().unwrap().to_owned();
        }
    }
    panic!("no account {login}");
}

async fn new_account(app: &TestApp, login: &str) -> String {
    let body = json!({"login": login, "name": "新人"});
    let made = app.post("admin", "/api/v1/accounts", &body).await;
    assert_eq!(made.status, 201, "{}", made.json());
    assert_eq!(made.json()["roles"], json!([]));
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn propose(app: &TestApp, account: &str, change: &str, role: &str, office: &str) -> String {
    let body = json!({"change": change, "role": role, "office": office});
    let made = app.post("admin", &format!("/api/v1/accounts/{account}/roles"), &body).await;
    assert_eq!(made.status, 202, "{}", made.json());
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn decide(app: &TestApp, who: &str, change: &str, approve: bool) -> crate::support::app::Answer {
    // Deciding on roles asks for a factor shown a moment ago.
    let fresh = app.service.add_token(who, "fresh", None, true).await.unwrap();
    app.post(&fresh, &format!("/api/v1/role-changes/{change}/decision"), &json!({"approve": approve})).await
}

/// Decisions in the ledger about accounts: act, who, and what else the leaf names.
async fn leaves(app: &TestApp) -> Vec<(String, String, Vec<String>)> {
    app.settle().await;
    let rows = tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    rows.iter()
        .map(|row| tutela::ledger::Leaf::parse(&row.leaf).unwrap())
        .map(|leaf| (leaf.act, leaf.by, leaf.dec))
        .collect()
}

async fn a_role_is_proposed_by_one_and_decided_by_another(app: &TestApp) {
    let case = TestCase::open(app).await;
    let account = new_account(app, "lin.qi").await;
    let token = app.service.add_token("lin.qi", "first", None, false).await.unwrap();
    let change = propose(app, &account, "grant", "prosecutor", "HW").await;
    assert_eq!(app.get(&token, &case.path("")).await.status, 404, "a proposal gives nothing");
    let waiting = app.get("luo.ping", "/api/v1/role-changes").await.json();
    assert_eq!(waiting[0]["id"], json!(change));
    assert_eq!(app.get("qian.li", "/api/v1/role-changes").await.status, 403);
    let approved = decide(app, "luo.ping", &change, true).await;
    assert_eq!(approved.status, 200, "{}", approved.json());
    assert_eq!(approved.json()["state"], "approved");
    assert_eq!(app.get(&token, &case.path("")).await.status, 200, "at once");
    assert!(decide(app, "he.jing", &change, true).await.is_problem(409, "conflict"), "once only");
    // A supervisor of the office may decide too; an end takes effect at once.
    let end = propose(app, &account, "end", "prosecutor", "HW").await;
    assert_eq!(decide(app, "he.jing", &end, true).await.status, 200);
    assert_eq!(app.get(&token, &case.path("")).await.status, 404);
    // A refusal and a withdrawal change nothing.
    for (who, state) in [("he.jing", "refused"), ("admin", "withdrawn")] {
        let change = propose(app, &account, "grant", "chief", "HW").await;
        assert_eq!(decide(app, who, &change, false).await.json()["state"], state);
        assert_eq!(app.get(&token, &case.path("")).await.status, 404);
    }
    // Roles have dates: from tomorrow until the day after.
    let body = json!({"change": "grant", "role": "prosecutor", "office": "HW",
        "from": "2026-08-04T00:00:00Z", "until": "2026-08-06T00:00:00Z"});
    let made = app.post("admin", &format!("/api/v1/accounts/{account}/roles"), &body).await;
    assert_eq!(decide(app, "luo.ping", made.json()["id"].as_str().unwrap(), true).await.status, 200);
    for (day, status) in [("03T03", 404), ("05T00", 200), ("07T00", 404)] {
        app.now(&format!("2026-08-{day}:00:00Z"));
        assert_eq!(app.get(&token, &case.path("")).await.status, status, "{day}");
    }
    let admin = format!("u:{}", id_of(app, "admin").await);
    let approval = leaves(app).await.into_iter().find(|(act, _, _)| act == "role.approve").unwrap();
    assert_eq!(approval.1, format!("u:{}", id_of(app, "luo.ping").await));
    assert!(approval.2.contains(&format!("proposed:{admin}")), "{approval:?}");
    assert!(approval.2.contains(&format!("account:u:{account}")), "{approval:?}");
    // The supervisor of the office reads it as sentences, each with its proof.
    let page = crate::pages::text(&app.page("he.jing", "/ledger/people?act=role.approve").await);
    assert!(page.contains("批准角色变动") && page.contains("新人"), "{page}");
    let proof = page.split_once("href=\"/ledger/people/").unwrap().1.split_once('"').unwrap().0.to_owned();
    let proof = app.page("he.jing", &format!("/ledger/people/{proof}")).await;
    assert!(proof.status == 200 && crate::pages::text(&proof).contains("role.approve"), "{}", proof.status);
    assert_eq!(app.page("zhao.ning", "/ledger/people").await.status, 403);
    assert!(app.audit().await.sound());
}

/// Primero raised its own users by fields that a form did not show; here what may be said is a list of what may.
async fn row_05_nobody_raises_themselves_by_any_field(app: &TestApp) {
    let me = id_of(app, "zhao.ning").await;
    for field in [
        "id",
        "login",
        "state",
        "epoch",
        "roles",
        "role",
        "office",
        "office_id",
        "sealed_name",
        "created_at",
        "proposed_by",
        "decided_by",
        "account_id",
        "fresh",
        "valid_from",
        "is_admin",
    ] {
        let mut member = json!({"login": "x.y", "name": "某"});
        member[field] = json!("admin");
        let mut deputy =
            json!({"deputy": "zhou.yuan", "from": "2026-08-03T00:00:00Z", "until": "2026-08-09T00:00:00Z"});
        deputy[field] = json!("admin");
        let mut state = json!({"state": "active"});
        state[field] = json!("active");
        let mut proposal = json!({"change": "grant", "role": "chief", "office": "HW"});
        if !["role", "office"].contains(&field) {
            proposal[field] = json!("admin");
        }
        for (path, body) in [
            ("/api/v1/accounts".to_owned(), member),
            (format!("/api/v1/accounts/{me}/deputies"), deputy),
            (format!("/api/v1/accounts/{me}/state"), state),
            (format!("/api/v1/accounts/{me}/roles"), proposal),
        ] {
            let answer = app.post("zhao.ning", &path, &body).await;
            assert!(answer.status == 400 || answer.status == 403, "{path} {field}: {}", answer.json());
        }
    }
    for who in ["zhao.ning", "qian.li", "wu.min", "he.jing", "sun.lan", "fang.qing", "tang.ye"] {
        let body = json!({"change": "grant", "role": "chief", "office": "HW"});
        let answer = app.post(who, &format!("/api/v1/accounts/{me}/roles"), &body).await;
        assert!(answer.is_problem(403, "not-permitted"), "{who}: {}", answer.json());
        let new = app.post(who, "/api/v1/accounts", &json!({"login": "x.y", "name": "某"})).await;
        assert!(new.is_problem(403, "not-permitted"), "{who}: {}", new.json());
    }
    let roles = app.get("admin", "/api/v1/accounts?office=HW").await.json();
    let mine = roles.as_array().unwrap().iter().find(|a| a["login"] == "zhao.ning").unwrap().clone();
    assert_eq!(mine["roles"].as_array().unwrap().len(), 1, "{mine}");
}

async fn row_05_nobody_has_a_part_in_their_own_roles(app: &TestApp) {
    let admin = id_of(app, "admin").await;
    let other = id_of(app, "luo.ping").await;
    let body = json!({"change": "grant", "role": "chief", "office": "HW"});
    let own = app.post("admin", &format!("/api/v1/accounts/{admin}/roles"), &body).await;
    assert!(own.is_problem(403, "not-permitted"), "{}", own.json());
    // Proposed by a colleague, it is not approved by the one whom it concerns, nor by the one who proposed it.
    let change = propose(app, &other, "grant", "supervisor", "HW").await;
    for who in ["luo.ping", "admin"] {
        let answer = decide(app, who, &change, true).await;
        assert!(answer.is_problem(403, "not-permitted"), "{who}: {}", answer.json());
    }
    // Nor by somebody who answers for another office, or for none.
    for who in ["qian.li", "zhao.ning", "wu.min", "shen.fu", "gu.heng", "sun.lan", "tang.ye"] {
        let answer = decide(app, who, &change, true).await;
        assert!(answer.is_problem(403, "not-permitted"), "{who}: {}", answer.json());
    }
    // A supervisor decides for the offices below, and not for those above.
    let above = propose(app, &other, "grant", "supervisor", "LJ").await;
    assert!(decide(app, "he.jing", &above, true).await.is_problem(403, "not-permitted"));
    let path = format!("/api/v1/accounts/{admin}/state");
    let own_state = app.post("admin", &path, &json!({"state": "suspended"})).await;
    assert!(own_state.is_problem(403, "not-permitted"));
    let denied = leaves(app).await.into_iter().filter(|(act, _, _)| act == "role.denied").count();
    assert!(denied >= 11, "every no is written down: {denied}");
}

async fn an_account_is_suspended_at_once_and_used_again_by_two(app: &TestApp) {
    let account = id_of(app, "zhou.yuan").await;
    let state = format!("/api/v1/accounts/{account}/state");
    assert_eq!(app.get("zhou.yuan", "/api/v1/cases").await.status, 200);
    assert_eq!(app.post("admin", &state, &json!({"state": "suspended"})).await.status, 200);
    assert_eq!(app.get("zhou.yuan", "/api/v1/cases").await.status, 401, "at once");
    let proposed = app.post("admin", &state, &json!({"state": "active"})).await.json();
    assert_eq!(proposed["change"], "reactivate", "{proposed}");
    assert_eq!(app.get("zhou.yuan", "/api/v1/cases").await.status, 401);
    let change = proposed["id"].as_str().unwrap();
    assert!(decide(app, "admin", change, true).await.is_problem(403, "not-permitted"));
    assert_eq!(decide(app, "he.jing", change, true).await.status, 200);
    assert_eq!(app.get("zhou.yuan", "/api/v1/cases").await.status, 200);
    assert_eq!(app.post("luo.ping", &state, &json!({"state": "closed"})).await.status, 200);
    assert_eq!(app.get("zhou.yuan", "/api/v1/cases").await.status, 401);
    assert!(app.post("luo.ping", &state, &json!({"state": "active"})).await.is_problem(409, "conflict"));
    for who in ["qian.li", "he.jing", "zhao.ning"] {
        let answer = app.post(who, &state, &json!({"state": "suspended"})).await;
        assert!(answer.is_problem(403, "not-permitted"), "{who}");
    }
}

/// Whoever holds an invitation signs in as its person; nobody gets one alone.
async fn somebody_is_invited_by_two(app: &TestApp) {
    let account = new_account(app, "lin.qi").await;
    let path = format!("/api/v1/accounts/{account}/invitation");
    assert!(app.post("he.jing", &path, &json!({})).await.is_problem(403, "not-permitted"));
    let proposed = app.post("admin", &path, &json!({})).await;
    assert_eq!(proposed.status, 202, "{}", proposed.json());
    let change = proposed.json()["id"].as_str().unwrap().to_owned();
    assert_eq!((&proposed.json()["change"], proposed.json().get("invitation")), (&json!("invite"), None));
    assert!(decide(app, "admin", &change, true).await.is_problem(403, "not-permitted"));
    let approved = decide(app, "luo.ping", &change, true).await.json();
    let invitation = approved["invitation"].as_str().unwrap();
    assert!(decide(app, "luo.ping", &change, true).await.is_problem(409, "conflict"), "shown once");
    let accept = json!({"step": "invitation", "token": invitation, "password": "seventeen geese fly home"});
    let begun = Browser::new(app).step(accept).await;
    assert_eq!(begun.status, 200, "{}", begun.json());
    let made = leaves(app).await.into_iter().find(|(act, _, _)| act == "invitation.create").unwrap();
    assert!(made.2.contains(&format!("proposed:u:{}", id_of(app, "admin").await)), "{made:?}");
    assert!(made.2.contains(&format!("account:u:{account}")), "{made:?}");
    // An invitation to an account that is not in use is not given.
    let proposed = app.post("admin", &path, &json!({})).await.json();
    let state = format!("/api/v1/accounts/{account}/state");
    assert_eq!(app.post("admin", &state, &json!({"state": "suspended"})).await.status, 200);
    let late = decide(app, "luo.ping", proposed["id"].as_str().unwrap(), true).await;
    assert!(late.is_problem(409, "conflict"), "{}", late.json());
    assert!(app.post("admin", &path, &json!({})).await.is_problem(409, "conflict"));
}

async fn an_office_stands_where_it_may(app: &TestApp) {
    let make = async |who: &str, code: &str, kind: &str, parent: &str| {
        let body =
            json!({"code": code, "kind": kind, "parent": parent, "name": {"zh": "某院", "en": "Office"}});
        app.post(who, "/api/v1/offices", &body).await
    };
    assert_eq!(make("admin", "SH", "district", "QY").await.status, 201);
    assert_eq!(make("admin", "XW", "partner", "HW").await.status, 201);
    for (code, kind, parent) in [("A", "municipal", "HW"), ("B", "district", "CF"), ("C", "national", "LJ")] {
        assert!(make("admin", code, kind, parent).await.is_problem(422, "invalid"), "{kind} below {parent}");
    }
    assert!(make("admin", "SH", "district", "QY").await.is_problem(409, "taken"));
    assert!(make("qian.li", "ZZ", "partner", "HW").await.is_problem(403, "not-permitted"));
    let list = app.get("zhao.ning", "/api/v1/offices").await.json();
    let new = list.as_array().unwrap().iter().find(|o| o["code"] == "SH").unwrap().clone();
    assert_eq!((&new["parent"], &new["kind"]), (&json!("QY"), &json!("district")));
    let account = new_account(app, "lin.qi").await;
    let body = json!({"change": "grant", "role": "prosecutor", "office": "CF"});
    let answer = app.post("admin", &format!("/api/v1/accounts/{account}/roles"), &body).await;
    assert!(answer.is_problem(422, "invalid"), "no prosecutor at a partner: {}", answer.json());
}

async fn an_assignment_has_a_history(app: &TestApp) {
    let case = TestCase::open(app).await;
    let assign = async |who: &str, body: Value| app.post(who, &case.path("/assignment"), &body).await;
    let first =
        assign("wu.min", json!({"lead": "zhao.ning", "second": "zhou.yuan", "approver": "qian.li"})).await;
    assert_eq!(first.status, 200, "{}", first.json());
    let again = assign("wu.min", json!({"lead": "zhao.ning"})).await;
    assert_eq!(again.json()["version"], first.json()["version"], "what is so already is no change");
    assert_eq!(assign("qian.li", json!({"social_worker": "mei.qing"})).await.status, 200);
    assert_eq!(app.get("mei.qing", &case.path("")).await.status, 200, "from a partner organisation");
    assert_eq!(assign("qian.li", json!({"social_worker": "fang.qing"})).await.status, 200);
    assert_eq!(app.get("mei.qing", &case.path("")).await.status, 404, "access ends with the assignment");
    assert_eq!(assign("qian.li", json!({"end": ["second"]})).await.status, 200);
    for (who, body, status) in [
        ("zhao.ning", json!({"approver": "qian.li", "lead": "zhao.ning"}), 403),
        ("wu.min", json!({"lead": "xu.lan"}), 422),
        ("wu.min", json!({"lead": "wu.min"}), 422),
        ("wu.min", json!({"approver": "zhao.ning"}), 422),
        ("wu.min", json!({"second": "zhao.ning"}), 422),
        ("wu.min", json!({"lead": "nobody"}), 422),
    ] {
        let answer = assign(who, body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.json());
    }
    let history = app.get("zhao.ning", &case.path("/assignment")).await.json();
    let rows: Vec<(String, bool)> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["place"].as_str().unwrap().to_owned(), row["until"].is_null()))
        .collect();
    let open: Vec<&str> = rows.iter().filter(|(_, open)| *open).map(|(place, _)| place.as_str()).collect();
    assert_eq!(open.len(), 3, "{history}");
    assert!(rows.contains(&("second".into(), false)) && rows.contains(&("social_worker".into(), false)));
    let clerk = id_of(app, "wu.min").await;
    assert!(history.as_array().unwrap().iter().any(|row| row["by"] == json!(clerk)), "{history}");
    app.settle().await;
    assert!(app.audit().await.sound());
}

/// Primero checked whether somebody may assign at all, and not whether this case.
async fn row_06_nobody_is_assigned_or_moved_by_somebody_of_another_office(app: &TestApp) {
    let case = TestCase::open(app).await;
    let body = json!({"lead": "zhao.ning"});
    // A supervisor above says who works on a case; a chief above does not.
    for who in ["xu.lan", "shen.fu", "lu.yao", "gu.heng", "admin", "tang.ye", "fang.qing", "mei.qing"] {
        let answer = app.post(who, &case.path("/assignment"), &body).await;
        assert!(answer.is_problem(404, "not-found"), "{who}: {}", answer.json());
        let several = json!({"items": [{"case": case.id, "assignment": body}]});
        let answer = app.post(who, "/api/v1/cases/assignments", &several).await;
        assert_eq!(answer.json()[0]["problem"]["status"], 404, "{who}: {}", answer.json());
    }
    let to = app.post("wu.min", &case.path("/assignment"), &body).await;
    assert_eq!(to.status, 200);
    let lead = id_of(app, "zhao.ning").await;
    let handover = format!("/api/v1/accounts/{lead}/handover");
    for who in ["xu.lan", "shen.fu", "lu.yao", "gu.heng", "admin"] {
        let answer = app.post(who, &handover, &json!({"to": "zhou.yuan"})).await.json();
        assert_eq!(answer["cases"], json!([]), "{who}: {answer}");
    }
    let view = case.read("zhao.ning").await.json();
    assert_eq!(view["lead"], json!(lead));
}

async fn several_cases_are_assigned_each_for_itself(app: &TestApp) {
    let (one, two) = (TestCase::open(app).await, TestCase::open(app).await);
    let body = json!({"items": [
        {"case": one.id, "assignment": {"lead": "zhao.ning"}},
        {"case": two.id, "assignment": {"lead": "xu.lan"}},
        {"case": "00000000-0000-0000-0000-000000000000", "assignment": {"lead": "zhao.ning"}},
    ]});
    for _ in 0..2 {
        let answer = app.post("qian.li", "/api/v1/cases/assignments", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let items = answer.json();
        assert_eq!(items[0]["version"], json!(2), "{items}");
        assert_eq!(items[1]["problem"]["reasons"][0]["code"], "ACCOUNT_UNKNOWN", "{items}");
        assert_eq!(items[2]["problem"]["status"], 404, "{items}");
    }
    assert_eq!(two.read("zhao.ning").await.json()["lead"], Value::Null, "nothing half done");
    let none = app.post("qian.li", "/api/v1/cases/assignments", &json!({"items": []})).await;
    assert!(none.is_problem(422, "invalid"));
}

async fn what_nobody_leads_is_on_a_list(app: &TestApp) {
    let (led, free) = (TestCase::open(app).await, TestCase::open(app).await);
    let body = json!({"lead": "zhou.yuan"});
    assert_eq!(app.post("wu.min", &led.path("/assignment"), &body).await.status, 200);
    let unassigned = async |who: &str| {
        let page = app.get(who, "/api/v1/cases?list=unassigned").await.json();
        let cases = page["cases"].as_array().cloned().unwrap_or_default();
        cases.iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(unassigned("wu.min").await, std::slice::from_ref(&free.id));
    assert_eq!(unassigned("he.jing").await, std::slice::from_ref(&free.id), "and the supervisor above");
    assert!(unassigned("lu.yao").await.is_empty(), "another office");
    assert!(app.get("fang.qing", "/api/v1/cases?list=unassigned").await.is_problem(403, "not-permitted"));
    let mine = app.get("zhou.yuan", "/api/v1/cases").await.json();
    assert_eq!(mine["cases"][0]["id"], json!(led.id));
}

async fn a_deputy_acts_in_the_name_of_the_absent(app: &TestApp) {
    let case = TestCase::open(app).await;
    let body = json!({"lead": "zhao.ning", "social_worker": "fang.qing"});
    assert_eq!(app.post("wu.min", &case.path("/assignment"), &body).await.status, 200);
    let (worker, lead) = (id_of(app, "fang.qing").await, id_of(app, "zhao.ning").await);
    let deputies = format!("/api/v1/accounts/{worker}/deputies");
    let dates = |deputy: &str| json!({"deputy": deputy, "from": "2026-08-03T00:00:00Z", "until": "2026-08-05T00:00:00Z"});
    assert_eq!(app.get("mei.qing", &case.path("")).await.status, 404);
    // Nobody makes themselves the deputy; a deputy has the same role; a stranger may not say so.
    for (who, deputy, status) in [
        ("mei.qing", "mei.qing", 403),
        ("zhao.ning", "mei.qing", 403),
        ("shen.fu", "mei.qing", 403),
        ("fang.qing", "zhou.yuan", 422),
        ("fang.qing", "fang.qing", 422),
    ] {
        let answer = app.post(who, &deputies, &dates(deputy)).await;
        assert_eq!(answer.status, status, "{who} {deputy}: {}", answer.json());
    }
    let made = app.post("fang.qing", &deputies, &dates("mei.qing")).await;
    assert_eq!(made.status, 201, "{}", made.json());
    assert_eq!(app.get("mei.qing", &case.path("")).await.status, 200, "at once");
    let listed = app.get("mei.qing", "/api/v1/cases").await.json();
    assert_eq!(listed["cases"][0]["id"], json!(case.id), "{listed}");
    // The chief says it for a prosecutor of the office; the leaf names for whom.
    let for_lead = format!("/api/v1/accounts/{lead}/deputies");
    assert_eq!(app.post("qian.li", &for_lead, &dates("xu.lan")).await.status, 201);
    let issued = app
        .post("xu.lan", &case.path("/acts"), &json!({"kind": "issue", "document": "D03", "at": "2025-11-04"}))
        .await;
    assert_eq!(issued.status, 200, "{}", issued.json());
    let deputy = format!("u:{}", id_of(app, "xu.lan").await);
    let act =
        leaves(app).await.into_iter().find(|(act, by, _)| act == "case.issue" && *by == deputy).unwrap();
    assert!(act.2.contains(&format!("for:u:{lead}")), "{act:?}");
    // It ends by itself, or before.
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(app.post("fang.qing", &format!("{deputies}/{id}/end"), &json!({})).await.status, 204);
    assert_eq!(app.get("mei.qing", &case.path("")).await.status, 404);
    app.now("2026-08-05T00:00:00Z");
    assert_eq!(app.get("xu.lan", &case.path("")).await.status, 404);
    assert_eq!(
        app.get("fang.qing", &deputies).await.json()[0]["deputy"],
        json!(id_of(app, "mei.qing").await)
    );
}

async fn a_caseload_is_handed_over_and_nothing_is_orphaned(app: &TestApp) {
    let mut cases = Vec::new();
    for n in 0..3 {
        let case = TestCase::open(app).await;
        let mut body = json!({"lead": "zhao.ning"});
        if n == 1 {
            body = json!({"lead": "zhou.yuan", "second": "zhao.ning"});
        }
        assert_eq!(app.post("wu.min", &case.path("/assignment"), &body).await.status, 200);
        cases.push(case);
    }
    let draft = cases[0].up_to_conditional_draft().await;
    let leaver = id_of(app, "zhao.ning").await;
    let (state, handover) =
        (format!("/api/v1/accounts/{leaver}/state"), format!("/api/v1/accounts/{leaver}/handover"));
    let refused = app.post("admin", &state, &json!({"state": "closed"})).await;
    assert!(refused.is_problem(422, "invalid"), "{}", refused.json());
    let reason = refused.json()["reasons"][0].clone();
    assert_eq!(reason["code"], "CASES_LEFT");
    assert!(reason["statement"]["en"].as_str().unwrap().contains('3'), "{reason}");
    assert!(reason["instead"]["en"].as_str().unwrap().contains("handover"), "{reason}");
    assert!(app.post("qian.li", &handover, &json!({})).await.is_problem(422, "invalid"));
    // One case has its own successor; where the default does not fit, the rest goes on all the same.
    let body = json!({"to": "zhou.yuan", "cases": [{"case": cases[2].id, "to": "xu.lan"}]});
    let first = app.post("qian.li", &handover, &body).await.json();
    assert_eq!(first["left"], 2, "{first}");
    assert_eq!(first["cases"].as_array().unwrap().len(), 3);
    // The second case would have one person twice, the third somebody of another office: said, and nothing half done.
    let problems = first["cases"].as_array().unwrap().iter().filter(|c| !c["problem"].is_null()).count();
    assert_eq!(problems, 2, "{first}");
    let third = new_account(app, "lin.qi").await;
    let change = propose(app, &third, "grant", "prosecutor", "HW").await;
    assert_eq!(decide(app, "he.jing", &change, true).await.status, 200);
    let second = app.post("qian.li", &handover, &json!({"to": "lin.qi"})).await.json();
    assert_eq!(second["left"], 0, "{second}");
    let again = app.post("qian.li", &handover, &json!({"to": "lin.qi"})).await.json();
    assert_eq!((&again["left"], &again["cases"]), (&json!(0), &json!([])));
    let view = cases[0].read("qian.li").await.json();
    assert_eq!(view["drafts"][0]["by"], json!(leaver), "the draft stays");
    assert_eq!(view["drafts"][0]["by_predecessor"], true, "{view}");
    let approve = json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": draft});
    cases[0].done("qian.li", &approve).await;
    assert_eq!(app.post("admin", &state, &json!({"state": "closed"})).await.status, 200);
    assert!(app.get("zhao.ning", &cases[0].path("")).await.is_problem(401, "unauthenticated"));
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn who_has_an_interest_is_kept_away_from_the_case_everywhere(app: &TestApp) {
    let case = TestCase::open(app).await;
    let other = TestCase::open(app).await;
    for one in [&case, &other] {
        let body = json!({"lead": "zhao.ning", "approver": "qian.li"});
        assert_eq!(app.post("wu.min", &one.path("/assignment"), &body).await.status, 200);
    }
    let reason = "嫌疑人的父亲是本人的表兄";
    let short = app.post("zhao.ning", &case.path("/exclusions"), &json!({"reason": "  "})).await;
    assert!(short.is_problem(422, "invalid"));
    // Others are excluded by those who answer for the office, oneself by oneself.
    let of_another = json!({"account": "zhou.yuan", "reason": reason});
    assert!(app.post("zhao.ning", &case.path("/exclusions"), &of_another).await.is_problem(404, "not-found"));
    assert_eq!(
        app.post("zhao.ning", &case.path("/exclusions"), &json!({"reason": reason})).await.status,
        200
    );
    for (by, who) in [("he.jing", "qian.li"), ("qian.li", "he.jing"), ("he.jing", "wu.min")] {
        let body = json!({"account": who, "reason": reason});
        let expected = if by == "qian.li" { 404 } else { 200 };
        let answer = app.post(by, &case.path("/exclusions"), &body).await;
        assert_eq!(answer.status, expected, "{by} {who}: {}", answer.json());
    }
    assert_eq!(app.post("he.jing", &case.path("/exclusions"), &json!({"reason": reason})).await.status, 200);
    for who in ["zhao.ning", "qian.li", "he.jing", "wu.min"] {
        for rest in [
            "",
            "/acts",
            "/people",
            "/journal",
            "/clocks",
            "/safeguards",
            "/assignment",
            "/trail",
            "/exclusions",
        ] {
            assert!(app.get(who, &case.path(rest)).await.is_problem(404, "not-found"), "{who} {rest}");
        }
        let act = json!({"kind": "issue", "document": "D03", "at": "2025-11-04"});
        assert!(case.act(who, &act).await.is_problem(404, "not-found"), "{who}");
        for list in ["mine", "office", "unassigned"] {
            let page = app.get(who, &format!("/api/v1/cases?list={list}")).await;
            let text = String::from_utf8(page.bytes).unwrap();
            assert!(!text.contains(&case.id), "{who} {list}");
        }
        let found = app.post(who, "/api/v1/cases/find", &json!({"name": "林小禾"})).await.json();
        let ids: Vec<&str> = found.as_array().unwrap().iter().filter_map(|h| h["id"].as_str()).collect();
        assert_eq!(ids, [other.id.as_str()], "{who}");
    }
    let view = case.read("zhou.yuan").await.json();
    assert_eq!((&view["lead"], &view["approver"]), (&Value::Null, &Value::Null), "the assignments ended");
    // Nobody who is kept away is assigned again.
    let again = app.post("zhou.yuan", &case.path("/assignment"), &json!({"lead": "zhao.ning"})).await;
    assert_eq!(again.codes(), ["CONFLICT_OF_INTEREST"], "{}", again.json());
    app.settle().await;
    assert!(app.audit().await.sound());
}

async fn row_13_an_exclusion_or_deputy_of_another_is_not_found(app: &TestApp) {
    let (case, other) = (TestCase::open(app).await, TestCase::open(app).await);
    let body = json!({"account": "zhao.ning", "reason": "近亲属"});
    assert_eq!(app.post("qian.li", &case.path("/exclusions"), &body).await.status, 200);
    let listed = app.get("he.jing", &case.path("/exclusions")).await.json();
    assert_eq!(listed[0]["reason"], "近亲属");
    let id = listed[0]["id"].as_str().unwrap().to_owned();
    let wrong = app.post("he.jing", &other.path(&format!("/exclusions/{id}/lift")), &json!({})).await;
    assert!(wrong.is_problem(404, "not-found"), "{}", wrong.json());
    let lift = case.path(&format!("/exclusions/{id}/lift"));
    assert!(app.post("qian.li", &lift, &json!({})).await.is_problem(403, "not-permitted"), "who recorded it");
    assert!(app.post("zhao.ning", &lift, &json!({})).await.is_problem(404, "not-found"), "whom it concerns");
    assert_eq!(app.post("he.jing", &lift, &json!({})).await.status, 200);
    assert_eq!(app.post("he.jing", &lift, &json!({})).await.status, 409);
    assert_eq!(case.read("zhao.ning").await.status, 200);
    // A deputy of one person under the address of another.
    let (one, two) = (id_of(app, "zhao.ning").await, id_of(app, "zhou.yuan").await);
    let dates =
        json!({"deputy": "zhou.yuan", "from": "2026-08-03T00:00:00Z", "until": "2026-08-05T00:00:00Z"});
    let made = app.post("zhao.ning", &format!("/api/v1/accounts/{one}/deputies"), &dates).await.json();
    let path = format!("/api/v1/accounts/{two}/deputies/{}/end", made["id"].as_str().unwrap());
    assert!(app.post("zhou.yuan", &path, &json!({})).await.is_problem(404, "not-found"));
    // A proof of a leaf of another case, or of none.
    app.settle().await;
    for leaf in 0..6 {
        let of_other = app.get("he.jing", &other.path(&format!("/trail/{leaf}/proof"))).await;
        assert!(of_other.is_problem(404, "not-found"), "{leaf}");
    }
    // Entries and drafts of another case.
    let given = json!({"defender_name": "齐律师", "assigned_on": "2025-11-06", "by_legal_aid": true});
    let entry = case.done("zhao.ning", &evidence("S03", "2025-11-06", &given)).await["entry"].clone();
    let mut correction = evidence("S03", "2025-11-07", &given);
    correction["supersedes"] = entry.clone();
    assert_eq!(other.act("zhao.ning", &correction).await.status, 422);
    let approve = json!({"kind": "act", "event": "T28", "at": "2025-11-24", "draft": entry});
    assert_eq!(other.act("qian.li", &approve).await.status, 422);
    let people = app.get("zhao.ning", &case.path("/people")).await.json();
    let corrected =
        json!({"kind": "child", "supersedes": people[0]["id"], "identity": first_file()["identity"]});
    let wrong = app.post("zhao.ning", &other.path("/people"), &corrected).await;
    assert_eq!(wrong.codes(), ["ENTRY_UNKNOWN"], "{}", wrong.json());
}
