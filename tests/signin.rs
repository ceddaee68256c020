//! Signing in and sessions, as a browser does it. Numbers in names of tests are rows of the list of real failures of
//! such systems (security design, §5).

mod attacks;
pub(crate) mod browser;
mod credentials;
mod passkeys;
#[cfg(feature = "oidc")]
mod provider;

pub(crate) use browser::{Browser, everything_that_somebody_shows};

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use self::browser::{PASSWORD, Person, acts, later};
use crate::support::app::{TODAY, TestApp};
use crate::support::on_both;

on_both!(
    from_the_invitation_to_the_next_sign_in,
    an_invitation_is_good_once_and_for_three_days,
    a_session_ends_by_silence_age_and_number,
    a_session_that_is_used_is_written_down_once_a_minute,
    everything_that_happens_is_in_the_ledger_without_a_name,
    every_answer_carries_the_headers,
);

async fn from_the_invitation_to_the_next_sign_in(app: &TestApp) {
    let mut browser = Browser::new(app);
    assert!(browser.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    let me = browser.get("/api/v1/session").await.json();
    assert_eq!((me["login"].as_str(), me["name"].as_str()), (Some("zhao.ning"), Some("赵宁")), "{me}");
    assert_eq!(me["roles"], json!([{"role": "prosecutor", "office": "HW"}]));
    assert_eq!(me["session"]["factors"], "password-totp");
    assert_eq!(browser.get("/api/v1/cases?list=office").await.status, 200);
    let out = browser.send("DELETE", "/api/v1/session", &Value::Null).await;
    assert_eq!((out.status.as_u16(), browser.cookie.clone()), (204, None));
    assert!(browser.get("/api/v1/cases").await.is_problem(401, "unauthenticated"));
    later(app, 60);
    let mut other = Browser::new(app);
    assert_eq!(person.signs_in(&mut other).await.status, 201);
    assert_eq!(other.get("/api/v1/cases?list=office").await.status, 200);
    let listed = other.get("/api/v1/sessions").await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!((&listed[0]["current"], &listed[0]["agent"]), (&json!(true), &json!("Lynx/2.9 (测试)")));
}

async fn an_invitation_is_good_once_and_for_three_days(app: &TestApp) {
    let mut browser = Browser::new(app);
    let old = app.service.invite("zhao.ning").await.unwrap();
    let token = app.service.invite("zhao.ning").await.unwrap();
    let accept =
        |token: &str, password: &str| json!({"step": "invitation", "token": token, "password": password});
    for wrong in [old.as_str(), "", "tti_", "tti_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert!(browser.step(accept(wrong, PASSWORD)).await.is_problem(401, "sign-in-failed"), "{wrong}");
    }
    for (unfit, code) in [
        ("short", "PASSWORD_LENGTH"),
        ("zhao.ning zhao.ning", "PASSWORD_COMMON"),
        ("赵宁赵宁赵宁赵宁赵宁赵宁赵宁赵宁", "PASSWORD_COMMON"),
    ] {
        let answer = browser.step(accept(&token, unfit)).await;
        assert!(answer.is_problem(422, "invalid"), "{}", answer.json());
        assert_eq!(answer.codes(), [code]);
    }
    // Two people hold the same invitation: the first code wins, the other learns nothing.
    let first = browser.step(accept(&token, PASSWORD)).await.json();
    let second = Browser::new(app).step(accept(&token, "another fit password 9")).await.json();
    let code = |begun: &Value| {
        let person =
            Person { login: "zhao.ning", secret: begun["secret"].as_str().unwrap().into(), codes: vec![] };
        json!({"step": "enrol", "ticket": begun["ticket"], "code": person.code(app)})
    };
    let wrong = browser.step(json!({"step": "enrol", "ticket": first["ticket"], "code": "000000"})).await;
    assert!(wrong.is_problem(401, "sign-in-failed"), "{}", wrong.json());
    later(app, 2);
    assert_eq!(browser.step(code(&first)).await.status, 201);
    let late = Browser::new(app).step(code(&second)).await;
    assert!(late.is_problem(401, "sign-in-expired"), "{}", late.json());
    assert!(Browser::new(app).step(accept(&token, PASSWORD)).await.is_problem(401, "sign-in-failed"));
    // A new one begins everything anew: the session and the old API token end.
    let again = app.service.invite("zhao.ning").await.unwrap();
    assert_eq!(browser.get("/api/v1/session").await.status, 200);
    let begun = Browser::new(app).step(accept(&again, "another fit password 9")).await.json();
    assert_eq!(Browser::new(app).step(code(&begun)).await.status, 201);
    assert!(browser.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    assert!(app.get("zhao.ning", "/api/v1/session").await.is_problem(401, "unauthenticated"));
    later(app, 60);
    assert!(Browser::new(app).password("zhao.ning", PASSWORD).await.is_problem(401, "sign-in-failed"));
    let unused = app.service.invite("zhou.yuan").await.unwrap();
    later(app, 3 * 24 * 3600);
    assert!(Browser::new(app).step(accept(&unused, PASSWORD)).await.is_problem(401, "sign-in-failed"));
    assert!(app.service.invite("nobody").await.is_err());
}

async fn a_session_ends_by_silence_age_and_number(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    later(app, 14 * 60);
    assert_eq!(browser.get("/api/v1/session").await.status, 200);
    later(app, 14 * 60);
    assert_eq!(browser.get("/api/v1/session").await.status, 200, "it was used meanwhile");
    later(app, 15 * 60 + 1);
    assert!(browser.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    person.signs_in(&mut browser).await;
    for _ in 0..(8 * 60 / 10 - 1) {
        later(app, 600);
        assert_eq!(browser.get("/api/v1/session").await.status, 200);
    }
    later(app, 600);
    assert!(browser.get("/api/v1/session").await.is_problem(401, "unauthenticated"), "eight hours are over");
    let mut browsers = Vec::new();
    for _ in 0..4 {
        later(app, 31);
        let mut browser = Browser::new(app);
        assert_eq!(person.signs_in(&mut browser).await.status, 201);
        browsers.push(browser);
    }
    let mut alive = Vec::new();
    for browser in &mut browsers {
        alive.push(browser.get("/api/v1/session").await.status.as_u16());
    }
    assert_eq!(alive, [401, 200, 200, 200], "the newest three stay");
    app.service.sweep_sign_ins().await.unwrap();
    assert_eq!(browsers[3].get("/api/v1/sessions").await.json().as_array().unwrap().len(), 3);
    app.sql("UPDATE account SET state = 'closed' WHERE login = 'zhao.ning'").await;
    later(app, 2);
    assert!(browsers[3].get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    later(app, 60);
    assert!(Browser::new(app).password("zhao.ning", PASSWORD).await.is_problem(401, "sign-in-failed"));
}

async fn a_session_that_is_used_is_written_down_once_a_minute(app: &TestApp) {
    let mut browser = Browser::new(app);
    Person::enrols(&mut browser, "zhao.ning").await;
    let seen = async |browser: &mut Browser<'_>| {
        browser.get("/api/v1/sessions").await.json()[0]["seen_at"].as_str().unwrap().to_owned()
    };
    let begun = seen(&mut browser).await;
    for _ in 0..5 {
        later(app, 10);
        assert_eq!(seen(&mut browser).await, begun);
    }
    later(app, 10);
    let renewed: DateTime<Utc> = seen(&mut browser).await.parse().unwrap();
    assert_eq!(renewed, TODAY.parse::<DateTime<Utc>>().unwrap() + Duration::seconds(60));
}

async fn everything_that_happens_is_in_the_ledger_without_a_name(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    later(app, 31);
    let mut other = Browser::new(app);
    person.signs_in(&mut other).await;
    other.password("zhao.ning", "wrong").await;
    later(app, 2);
    other.password("nobody.at.all", "wrong").await;
    person.steps_up(&mut browser).await;
    let token = json!({"label": "x", "scope": "read", "days": 1});
    let token = browser.send("POST", "/api/v1/tokens", &token).await.json();
    browser.send("DELETE", &format!("/api/v1/tokens/{}", token["id"].as_str().unwrap()), &Value::Null).await;
    browser.send("POST", "/api/v1/credentials/recovery-codes", &Value::Null).await;
    let change = json!({"current": PASSWORD, "password": "another fit password 9"});
    browser.send("PUT", "/api/v1/credentials/password", &change).await;
    browser.send("DELETE", "/api/v1/sessions", &Value::Null).await;
    browser.send("DELETE", "/api/v1/session", &Value::Null).await;
    let acts = acts(app).await;
    let begun = acts.iter().position(|act| act == "invitation.create").unwrap();
    assert_eq!(
        acts[begun..],
        [
            "invitation.create",
            "invitation.accept",
            "sign-in.ok",
            "sign-in.ok",
            "sign-in.failed",
            "sign-in.failed",
            "step-up.ok",
            "token.create",
            "token.revoke",
            "credential.recovery-codes",
            "credential.password",
            "session.end-others",
            "sign-out",
        ]
    );
    assert!(app.audit().await.sound());
    for leaf in tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap() {
        let text = String::from_utf8(leaf.leaf).unwrap();
        for secret in ["zhao", "nobody", "赵宁", "Lynx", "192.0.2"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

async fn every_answer_carries_the_headers(app: &TestApp) {
    let mut browser = Browser::new(app);
    for (path, status) in [("/healthz", 200), ("/api/v1/session", 401), ("/nothing", 404)] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, status);
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.headers[name], value, "{path} {name}");
        }
    }
    let cross = browser.send_with("POST", "/api/v1/session", &json!({}), &[("origin", "null")]).await;
    assert_eq!((cross.status.as_u16(), &cross.headers["x-frame-options"]), (403, &"DENY".parse().unwrap()));
}
