//! What a signed-in person changes of their own, and what is good once.

use axum::body::Body;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, Person, later};
use crate::support::app::TestApp;
use crate::support::on_both;

on_both!(
    a_fresh_factor_opens_dangerous_acts_for_five_minutes,
    credentials_are_changed_by_their_owner_alone,
    api_tokens_have_a_scope_and_an_end,
    one_time_codes_are_good_once,
    recovery_codes_are_good_once,
);

async fn a_fresh_factor_opens_dangerous_acts_for_five_minutes(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    let codes = "/api/v1/credentials/recovery-codes";
    assert_eq!(browser.send("POST", codes, &Value::Null).await.status, 201, "just signed in");
    later(app, 301);
    assert!(browser.send("POST", codes, &Value::Null).await.is_problem(403, "step-up-required"));
    let step_up = "/api/v1/session/step-up";
    for wrong in [json!({"factor": "totp", "code": "000000"}), json!({"factor": "password", "password": "x"})]
    {
        assert!(browser.send("POST", step_up, &wrong).await.is_problem(403, "factor-refused"));
        later(app, 10);
    }
    let before = browser.cookie.clone();
    let right = json!({"factor": "password", "password": PASSWORD});
    assert_eq!(browser.send("POST", step_up, &right).await.status, 204);
    assert_ne!(browser.cookie, before, "another token");
    let mut thief = Browser { cookie: before, ..Browser::new(app) };
    assert!(thief.get("/api/v1/session").await.is_problem(401, "unauthenticated"), "the old one ended");
    assert_eq!(browser.send("POST", codes, &Value::Null).await.status, 201);
    later(app, 301);
    assert!(browser.send("POST", codes, &Value::Null).await.is_problem(403, "step-up-required"));
    person.steps_up(&mut browser).await;
    assert_eq!(browser.send("POST", codes, &Value::Null).await.status, 201);
}

async fn credentials_are_changed_by_their_owner_alone(app: &TestApp) {
    let mut browser = Browser::new(app);
    let mut person = Person::enrols(&mut browser, "zhao.ning").await;
    let mut second = Browser::new(app);
    later(app, 31);
    person.signs_in(&mut second).await;
    let change = |current: &str, new: &str| json!({"current": current, "password": new});
    let path = "/api/v1/credentials/password";
    let refused = browser.send("PUT", path, &change("not the password", "another fit password 9")).await;
    assert!(refused.is_problem(403, "factor-refused"), "{}", refused.json());
    later(app, 2);
    let unfit = browser.send("PUT", path, &change(PASSWORD, "passwordpassword")).await;
    assert_eq!(unfit.codes(), ["PASSWORD_COMMON"]);
    let before = browser.cookie.clone();
    assert_eq!(browser.send("PUT", path, &change(PASSWORD, "another fit password 9")).await.status, 204);
    assert_ne!(browser.cookie, before);
    assert!(second.get("/api/v1/session").await.is_problem(401, "unauthenticated"), "other sessions end");
    assert!(second.password("zhao.ning", PASSWORD).await.is_problem(401, "sign-in-failed"));
    later(app, 31);
    let begun = browser.send("POST", "/api/v1/credentials/totp", &Value::Null).await;
    assert_eq!(begun.status, 201, "{}", begun.json());
    let begun = begun.json();
    let confirm = "/api/v1/credentials/totp/confirmation";
    let old = json!({"ticket": begun["ticket"], "code": person.code(app)});
    assert!(
        browser.send("POST", confirm, &old).await.is_problem(403, "factor-refused"),
        "the old seed's code"
    );
    person.secret = begun["secret"].as_str().unwrap().to_owned();
    let new = json!({"ticket": begun["ticket"], "code": person.code(app)});
    // A ticket is its person's alone.
    let mut other = Browser::new(app);
    Person::enrols(&mut other, "zhou.yuan").await;
    assert!(other.send("POST", confirm, &new).await.is_problem(401, "sign-in-expired"));
    assert_eq!(browser.send("POST", confirm, &new).await.status, 204);
    assert!(browser.send("POST", confirm, &new).await.is_problem(401, "sign-in-expired"));
    let shown = browser.get("/api/v1/credentials").await.json();
    assert_eq!(shown["recovery_codes"], 10);
    assert_eq!(shown["password_set_at"].as_str().unwrap(), "2026-08-03T02:00:33Z");
    assert!(app.get("wu.min", "/api/v1/credentials").await.is_problem(403, "only-in-person"));
}

async fn api_tokens_have_a_scope_and_an_end(app: &TestApp) {
    let mut browser = Browser::new(app);
    Person::enrols(&mut browser, "wu.min").await;
    let new = |label: &str, scope: &str, days: i64| json!({"label": label, "scope": scope, "days": days});
    for (body, code) in [
        (new("", "read", 30), "FIELD_INVALID"),
        (new("x", "read", 0), "FIELD_INVALID"),
        (new("x", "read", 366), "FIELD_INVALID"),
    ] {
        assert_eq!(browser.send("POST", "/api/v1/tokens", &body).await.codes(), [code], "{body}");
    }
    assert!(browser.send("POST", "/api/v1/tokens", &new("x", "admin", 3)).await.is_problem(400, "malformed"));
    let made = browser.send("POST", "/api/v1/tokens", &new("月报", "read", 30)).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let read = made.json()["token"].as_str().unwrap().to_owned();
    later(app, 1);
    let write = browser.send("POST", "/api/v1/tokens", &new("import", "write", 365)).await.json();
    let write = write["token"].as_str().unwrap().to_owned();
    assert!(read.starts_with("ttl_"));
    // The scope is looked at before any handler runs.
    assert_eq!(app.get(&read, "/api/v1/cases?list=office").await.status, 200);
    assert_eq!(app.post(&read, "/api/v1/cases/find", &json!({"name": "林小禾"})).await.status, 200);
    let first_file = crate::support::case::first_file();
    assert!(app.post(&read, "/api/v1/cases", &first_file).await.is_problem(403, "token-scope"));
    let opened = app.post(&write, "/api/v1/cases", &first_file).await;
    assert_eq!(opened.status, 201, "{}", opened.json());
    let acts = format!("/api/v1/cases/{}/acts", opened.json()["case"].as_str().unwrap());
    assert!(app.post(&read, &acts, &json!({})).await.is_problem(403, "token-scope"));
    // A token is no person: it makes no other token, changes no password, shows no factor.
    for (method, path) in [
        ("GET", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens"),
        ("GET", "/api/v1/sessions"),
        ("PUT", "/api/v1/credentials/password"),
        ("POST", "/api/v1/session/step-up"),
        ("DELETE", "/api/v1/session"),
    ] {
        let request = app.request(&write, method, path).body(Body::empty()).unwrap();
        assert!(app.call(request).await.is_problem(403, "only-in-person"), "{method} {path}");
    }
    let me = app.get(&write, "/api/v1/session").await.json();
    assert_eq!((&me["login"], &me["session"]), (&json!("wu.min"), &Value::Null));
    let listed = browser.get("/api/v1/tokens").await.json();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.iter().map(|t| t["label"].as_str().unwrap()).collect::<Vec<_>>(), ["月报", "import"]);
    assert!(listed.iter().all(|token| token.get("token").is_none()));
    let mut other = Browser::new(app);
    Person::enrols(&mut other, "zhou.yuan").await;
    let path = format!("/api/v1/tokens/{}", listed[0]["id"].as_str().unwrap());
    assert!(other.send("DELETE", &path, &Value::Null).await.is_problem(404, "not-found"), "not theirs");
    assert_eq!(browser.send("DELETE", &path, &Value::Null).await.status, 204);
    assert!(browser.send("DELETE", &path, &Value::Null).await.is_problem(404, "not-found"));
    assert!(app.get(&read, "/api/v1/cases").await.is_problem(401, "unauthenticated"));
    later(app, 365 * 24 * 3600);
    assert!(app.get(&write, "/api/v1/cases").await.is_problem(401, "unauthenticated"));
}

async fn one_time_codes_are_good_once(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    // The code that enrolled it does not sign in as well.
    let again = person.signs_in(&mut Browser::new(app)).await;
    assert!(again.is_problem(401, "sign-in-failed"), "{}", again.json());
    later(app, 31);
    let ticket = Browser::new(app).password("zhao.ning", PASSWORD).await.json()["ticket"].clone();
    let step = json!({"step": "totp", "ticket": ticket, "code": person.code(app)});
    let twice = futures_util::future::join_all((0..6).map(|_| async {
        let mut browser = Browser::new(app);
        browser.step(step.clone()).await.status.as_u16()
    }));
    let statuses = twice.await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    let spent = Browser::new(app).step(step).await;
    assert!(spent.is_problem(401, "sign-in-expired"), "{}", spent.json());
}

async fn recovery_codes_are_good_once(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    later(app, 60);
    let with = async |code: &str| {
        let mut browser = Browser::new(app);
        let first = browser.password("zhao.ning", PASSWORD).await.json();
        assert_eq!(first["factors"], json!(["totp", "recovery"]));
        let answer = browser.step(json!({"step": "recovery", "ticket": first["ticket"], "code": code})).await;
        later(app, 2);
        answer
    };
    let spoken = person.codes[0].to_uppercase().replace('-', " ");
    assert_eq!(with(&spoken).await.status, 201);
    assert!(with(&person.codes[0]).await.is_problem(401, "sign-in-failed"));
    assert_eq!(with(&person.codes[1]).await.status, 201);
    assert!(with("abcd-efgh-ijkl-mnop").await.is_problem(401, "sign-in-failed"));
    assert_eq!(browser.get("/api/v1/credentials").await.json()["recovery_codes"], 8);
    person.steps_up(&mut browser).await;
    let new = browser.send("POST", "/api/v1/credentials/recovery-codes", &Value::Null).await.json();
    later(app, 2);
    assert!(with(&person.codes[2]).await.is_problem(401, "sign-in-failed"), "the old set is void");
    assert_eq!(with(new["codes"][0].as_str().unwrap()).await.status, 201);
}
