//! Signing in, sessions, credentials and API tokens, as a browser and as an attacker. Numbers in names are rows of the
//! list of real failures of such systems (security design, §5).

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use std::net::SocketAddr;
use totp_rs::{Secret, Totp};

use crate::support::app::{Answer, TODAY, TestApp};
use crate::support::on_both;

on_both!(
    from_the_invitation_to_the_next_sign_in,
    an_invitation_is_good_once_and_for_three_days,
    a_session_ends_by_silence_age_and_number,
    a_session_that_is_used_is_written_down_once_a_minute,
    a_fresh_factor_opens_dangerous_acts_for_five_minutes,
    credentials_are_changed_by_their_owner_alone,
    api_tokens_have_a_scope_and_an_end,
    guessing_is_slow_and_nobody_is_locked_out_for_ever,
    one_time_codes_are_good_once,
    recovery_codes_are_good_once,
    everything_that_happens_is_in_the_ledger_without_a_name,
    row_02_ids_are_not_guessed,
    row_05_nobody_raises_themselves_by_extra_fields,
    row_08_a_token_from_before_signing_in_is_worth_nothing,
    row_08_a_token_from_before_signing_out_is_worth_nothing,
    row_08_two_browsers_are_two_sessions,
    row_08_another_site_cannot_make_a_browser_act,
    row_16_nobody_is_somebody_else_by_saying_so,
    a_name_that_nobody_has_looks_like_any_other,
    every_answer_carries_the_headers,
);

const PASSWORD: &str = "walnut crank orbit fern";

/// A browser: it keeps the session's cookie and says where its requests come from.
struct Browser<'a> {
    app: &'a TestApp,
    cookie: Option<String>,
    peer: SocketAddr,
}

impl<'a> Browser<'a> {
    fn new(app: &'a TestApp) -> Self {
        Self { app, cookie: None, peer: "192.0.2.1:9".parse().unwrap() }
    }

    async fn send(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        self.send_with(method, path, body, &[("sec-fetch-site", "same-origin")]).await
    }

    async fn send_with(
        &mut self,
        method: &str,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(ConnectInfo(self.peer))
            .header("host", "tutela.example")
            .header("user-agent", "Lynx/2.9 (测试)");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("theme=dark; {cookie}"));
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let answer = self.app.call(request.body(body).unwrap()).await;
        if let Some(set) = answer.headers.get("set-cookie") {
            let set = set.to_str().unwrap();
            for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
                assert!(set.contains(attribute), "{set}");
            }
            assert!(!set.contains("Domain"), "{set}");
            let pair = set.split(';').next().unwrap();
            assert!(pair.starts_with("__Host-tutela="), "{set}");
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null).await
    }

    async fn step(&mut self, body: Value) -> Answer {
        self.send("POST", "/api/v1/session", &body).await
    }

    async fn password(&mut self, login: &str, password: &str) -> Answer {
        self.step(json!({"step": "password", "login": login, "password": password})).await
    }
}

/// Somebody with a password and an authenticator.
struct Person {
    login: &'static str,
    secret: String,
    codes: Vec<String>,
}

impl Person {
    /// Accepts an invitation in this browser, which is signed in then.
    async fn enrols(browser: &mut Browser<'_>, login: &'static str) -> Self {
        let token = browser.app.service.invite(login).await.unwrap();
        let begun = browser.step(json!({"step": "invitation", "token": token, "password": PASSWORD})).await;
        assert_eq!(begun.status, 200, "{}", begun.json());
        let begun = begun.json();
        assert_eq!(begun["state"], "enrol_totp");
        let secret = begun["secret"].as_str().unwrap().to_owned();
        assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/Tutela:"), "{begun}");
        let mut person = Self { login, secret, codes: Vec::new() };
        let done = browser
            .step(json!({"step": "enrol", "ticket": begun["ticket"], "code": person.code(browser.app)}))
            .await;
        assert_eq!(done.status, 201, "{}", done.json());
        let codes = done.json()["recovery_codes"].as_array().unwrap().clone();
        person.codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        assert_eq!(person.codes.len(), 10);
        person
    }

    fn code(&self, app: &TestApp) -> String {
        let totp: Totp = totp_rs::Builder::new()
            .with_secret(Secret::try_from_base32(&self.secret).unwrap())
            .build()
            .unwrap();
        totp.generate(u64::try_from(app.service.now().timestamp()).unwrap()).to_string()
    }

    async fn signs_in(&self, browser: &mut Browser<'_>) -> Answer {
        let first = browser.password(self.login, PASSWORD).await;
        assert_eq!(first.status, 200, "{}", first.json());
        assert_eq!(first.json()["state"], "second_factor");
        let ticket = first.json()["ticket"].clone();
        browser.step(json!({"step": "totp", "ticket": ticket, "code": self.code(browser.app)})).await
    }

    async fn steps_up(&self, browser: &mut Browser<'_>) {
        later(browser.app, 31);
        let body = json!({"factor": "totp", "code": self.code(browser.app)});
        let answer = browser.send("POST", "/api/v1/session/step-up", &body).await;
        assert_eq!(answer.status, 204, "{}", answer.json());
    }
}

fn later(app: &TestApp, seconds: i64) {
    app.service.clock().set(app.service.now() + Duration::seconds(seconds));
}

/// Acts of the ledger's leaves so far.
async fn acts(app: &TestApp) -> Vec<String> {
    app.settle().await;
    let leaves = tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    leaves.into_iter().map(|leaf| leaf.act).collect()
}

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

async fn guessing_is_slow_and_nobody_is_locked_out_for_ever(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    later(app, 60);
    let ticket = browser.password("zhao.ning", PASSWORD).await.json()["ticket"].clone();
    let guess = json!({"step": "totp", "ticket": ticket, "code": "000000"});
    let mut waits = Vec::new();
    for n in 1..=26 {
        let mut from = Browser { peer: format!("198.51.100.{n}:9").parse().unwrap(), ..Browser::new(app) };
        assert!(from.step(guess.clone()).await.is_problem(401, "sign-in-failed"), "{n}");
        let held = from.step(guess.clone()).await;
        assert!(held.is_problem(429, "too-many-tries"), "{n}");
        let wait = held.json()["retry_after"].as_i64().unwrap();
        assert_eq!(held.headers["retry-after"], wait.to_string());
        // The right password is held up too, from wherever, and so it is by an instance that starts now.
        assert!(from.password("zhao.ning", PASSWORD).await.is_problem(429, "too-many-tries"), "{n}");
        waits.push(wait);
        if n == 3 {
            let other = app.another().await;
            let held = Browser::new(&other).password("zhao.ning", PASSWORD).await;
            assert!(held.is_problem(429, "too-many-tries"));
        }
        later(app, wait);
    }
    let expected: Vec<i64> =
        [(1, 2), (3, 6), (5, 16), (10, 2)].iter().flat_map(|(w, n)| vec![*w; *n]).collect();
    assert_eq!(waits, expected);
    app.sql("UPDATE guess SET failures = 99").await;
    let mut elsewhere = Browser { peer: "203.0.113.7:9".parse().unwrap(), ..Browser::new(app) };
    let fresh = elsewhere.password("zhao.ning", PASSWORD).await.json()["ticket"].clone();
    let guess = json!({"step": "totp", "ticket": fresh, "code": "000000"});
    assert!(elsewhere.step(guess).await.is_problem(401, "sign-in-failed"));
    let held = elsewhere.password("zhao.ning", PASSWORD).await;
    assert!(held.json()["retry_after"].as_i64().unwrap() > 20 * 3600, "until midnight: {}", held.json());
    assert!(acts(app).await.contains(&"sign-in.locked".to_owned()));
    app.now("2026-08-04T00:00:00Z");
    let mut browser = Browser::new(app);
    assert_eq!(person.signs_in(&mut browser).await.status, 201, "a new day");
    // Many at once are no way round the wait: one of them is looked at.
    later(app, 60);
    let many = (0..12).map(|_| async {
        let mut browser = Browser::new(app);
        browser.password("zhao.ning", "wrong").await.status.as_u16()
    });
    let statuses = futures_util::future::join_all(many).await;
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{statuses:?}");
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

async fn row_02_ids_are_not_guessed(app: &TestApp) {
    let case = crate::support::case::TestCase::open(app).await;
    let mut random = 0x9e37_79b9_7f4a_7c15_u128;
    let (mut found, mut throttled) = (0, 0);
    for _ in 0..10_000 {
        random = random.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
        let path = format!("/api/v1/cases/{}", uuid::Uuid::from_u128(random));
        match app.get("zhao.ning", &path).await.status.as_u16() {
            404 => {}
            429 => throttled += 1,
            _ => found += 1,
        }
    }
    assert_eq!((found, throttled), (0, 9_000));
    assert!(case.read("zhao.ning").await.is_problem(429, "too-many-tries"), "they are held up altogether");
    assert_eq!(case.read("zhou.yuan").await.status, 200, "others are not");
    // Tokens and tickets that nobody has: the address is held up.
    let mut wrong = 0;
    for n in 0..200 {
        let mut browser = Browser { cookie: Some(format!("__Host-tutela=guess{n}")), ..Browser::new(app) };
        wrong += i32::from(browser.get("/api/v1/session").await.status == 401);
    }
    assert_eq!(wrong, 100);
    later(app, 60);
    let mut browser = Browser::new(app);
    assert!(browser.password("nobody", "x").await.is_problem(401, "sign-in-failed"), "some of it comes back");
}

async fn row_05_nobody_raises_themselves_by_extra_fields(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    let before = browser.get("/api/v1/session").await.json();
    let columns = [
        "role",
        "roles",
        "office",
        "office_id",
        "account",
        "account_id",
        "login",
        "state",
        "epoch",
        "scope",
        "second_factor",
        "fresh",
        "fresh_until",
        "assurance",
        "grants",
        "admin",
        "ends_at",
        "factors",
    ];
    let bodies = [
        ("POST", "/api/v1/session", json!({"step": "password", "login": "zhao.ning", "password": PASSWORD})),
        ("POST", "/api/v1/session/step-up", json!({"factor": "password", "password": PASSWORD})),
        (
            "PUT",
            "/api/v1/credentials/password",
            json!({"current": PASSWORD, "password": "another fit password 9"}),
        ),
        ("POST", "/api/v1/credentials/totp/confirmation", json!({"ticket": "x", "code": "000000"})),
        ("POST", "/api/v1/tokens", json!({"label": "x", "days": 1, "scope": "read"})),
    ];
    for (method, path, body) in &bodies {
        for column in columns {
            let mut more = body.clone();
            if more.get(column).is_some() {
                continue;
            }
            more[column] = json!("admin");
            let answer = browser.send(method, path, &more).await;
            assert!(answer.is_problem(400, "malformed"), "{method} {path} {column}: {}", answer.json());
        }
    }
    assert_eq!(browser.get("/api/v1/session").await.json(), before);
    later(app, 31);
    assert_eq!(person.signs_in(&mut Browser::new(app)).await.status, 201, "nothing was changed");
}

async fn row_08_a_token_from_before_signing_in_is_worth_nothing(app: &TestApp) {
    let mut attacker = Browser::new(app);
    let person = Person::enrols(&mut attacker, "zhou.yuan").await;
    let planted = attacker.cookie.clone();
    let mut victim = Browser::new(app);
    let theirs = Person::enrols(&mut victim, "zhao.ning").await;
    later(app, 31);
    // The attacker's own session is planted in the victim's browser; signing in does not go on with it.
    let mut victim = Browser { cookie: planted.clone(), ..Browser::new(app) };
    assert_eq!(theirs.signs_in(&mut victim).await.status, 201);
    assert_ne!(victim.cookie, planted);
    assert_eq!(attacker.get("/api/v1/session").await.json()["login"], "zhou.yuan");
    let made_up = Some(format!("__Host-tutela={}", "A".repeat(43)));
    let mut victim = Browser { cookie: made_up.clone(), ..Browser::new(app) };
    later(app, 31);
    assert_eq!(person.signs_in(&mut victim).await.status, 201);
    assert_ne!(victim.cookie, made_up);
    let mut fixed = Browser { cookie: made_up, ..Browser::new(app) };
    assert!(fixed.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    // Two cookies of one name: neither is believed.
    let both = format!("{}; {}", victim.cookie.clone().unwrap(), planted.unwrap());
    let mut confused = Browser { cookie: Some(both), ..Browser::new(app) };
    assert!(confused.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
}

async fn row_08_a_token_from_before_signing_out_is_worth_nothing(app: &TestApp) {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhao.ning").await;
    let kept = browser.cookie.clone();
    browser.send("DELETE", "/api/v1/session", &Value::Null).await;
    let mut thief = Browser { cookie: kept, ..Browser::new(app) };
    assert!(thief.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    // Nor after a role change: everything of the account ends, in every instance within a second.
    later(app, 31);
    person.signs_in(&mut browser).await;
    let other = app.another().await;
    let mut elsewhere = Browser { app: &other, cookie: browser.cookie.clone(), peer: browser.peer };
    assert_eq!(elsewhere.get("/api/v1/session").await.status, 200);
    app.service.end_everything_of("zhao.ning").await.unwrap();
    assert!(browser.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    later(&other, 1);
    assert!(elsewhere.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    assert!(
        app.get("zhao.ning", "/api/v1/session").await.is_problem(401, "unauthenticated"),
        "API tokens too"
    );
}

async fn row_08_two_browsers_are_two_sessions(app: &TestApp) {
    let mut first = Browser::new(app);
    let person = Person::enrols(&mut first, "zhao.ning").await;
    later(app, 31);
    let mut second = Browser::new(app);
    person.signs_in(&mut second).await;
    assert_ne!(first.cookie, second.cookie);
    let listed = first.get("/api/v1/sessions").await.json();
    let ids: Vec<(String, bool)> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["id"].as_str().unwrap().to_owned(), s["current"].as_bool().unwrap()))
        .collect();
    assert_eq!(ids.iter().map(|(_, current)| *current).collect::<Vec<_>>(), [false, true]);
    let mut other = Browser::new(app);
    Person::enrols(&mut other, "zhou.yuan").await;
    let path = format!("/api/v1/sessions/{}", ids[0].0);
    assert!(other.send("DELETE", &path, &Value::Null).await.is_problem(404, "not-found"), "not theirs");
    assert_eq!(second.get("/api/v1/session").await.status, 200);
    assert_eq!(first.send("DELETE", &path, &Value::Null).await.status, 204);
    assert!(second.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
    assert_eq!(first.get("/api/v1/session").await.status, 200);
    // What one browser confirmed is not fresh in another.
    later(app, 31);
    person.signs_in(&mut second).await;
    later(app, 301);
    person.steps_up(&mut first).await;
    let codes = "/api/v1/credentials/recovery-codes";
    assert!(second.send("POST", codes, &Value::Null).await.is_problem(403, "step-up-required"));
    assert_eq!(first.send("DELETE", "/api/v1/sessions", &Value::Null).await.status, 204);
    assert!(second.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
}

async fn row_08_another_site_cannot_make_a_browser_act(app: &TestApp) {
    let mut browser = Browser::new(app);
    Person::enrols(&mut browser, "zhao.ning").await;
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site"), ("origin", "https://other.tutela.example")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[],
    ] {
        let mut sent = Browser { cookie: browser.cookie.clone(), ..Browser::new(app) };
        for (method, path) in [("DELETE", "/api/v1/session"), ("POST", "/api/v1/tokens")] {
            let answer = sent.send_with(method, path, &Value::Null, headers).await;
            assert!(answer.is_problem(403, "cross-site"), "{headers:?}: {}", answer.json());
        }
    }
    // Signing somebody in to the attacker's account is an attack as well.
    let body = json!({"step": "password", "login": "zhao.ning", "password": PASSWORD});
    let forced = Browser::new(app)
        .send_with("POST", "/api/v1/session", &body, &[("sec-fetch-site", "cross-site")])
        .await;
    assert!(forced.is_problem(403, "cross-site"));
    assert_eq!(browser.get("/api/v1/session").await.status, 200, "nothing was done");
    for headers in [&[("sec-fetch-site", "none")][..], &[("origin", "https://tutela.example")]] {
        let answer = browser.send_with("POST", "/api/v1/tokens", &json!({}), headers).await;
        assert!(answer.is_problem(400, "malformed"), "{headers:?}: {}", answer.json());
    }
}

async fn row_16_nobody_is_somebody_else_by_saying_so(app: &TestApp) {
    let mut browser = Browser::new(app);
    Person::enrols(&mut browser, "zhao.ning").await;
    let id = app.get("qian.li", "/api/v1/session").await.json()["account"].as_str().unwrap().to_owned();
    for headers in [
        [("x-forwarded-user", "qian.li"), ("x-remote-user", "qian.li"), ("from", "qian.li")],
        [("x-account", id.as_str()), ("x-user-id", id.as_str()), ("x-original-url", "/api/v1/tokens")],
    ] {
        let me = browser.send_with("GET", "/api/v1/session", &Value::Null, &headers).await.json();
        assert_eq!(me["login"], "zhao.ning");
        let nobody = Browser::new(app).send_with("GET", "/api/v1/session", &Value::Null, &headers).await;
        assert!(nobody.is_problem(401, "unauthenticated"));
    }
    let me = browser.get("/api/v1/session?login=qian.li&account=x").await.json();
    assert_eq!(me["login"], "zhao.ning");
    // A bad token beside a good session: what is shown is what counts.
    let headers = [("authorization", "Bearer ttl_x")];
    let answer = browser.send_with("GET", "/api/v1/session", &Value::Null, &headers).await;
    assert!(answer.is_problem(401, "unauthenticated"));
    // A session's token is no API token, nor the other way round.
    let session = browser.cookie.clone().unwrap().replace("__Host-tutela=", "");
    assert!(app.get(&session, "/api/v1/session").await.is_problem(401, "unauthenticated"));
    let cookie = Some(format!("__Host-tutela={}", app.tokens["qian.li"]));
    let mut wrong = Browser { cookie, ..Browser::new(app) };
    assert!(wrong.get("/api/v1/session").await.is_problem(401, "unauthenticated"));
}

/// By text and by time: the same answer, and as long to it.
async fn a_name_that_nobody_has_looks_like_any_other(app: &TestApp) {
    let mut browser = Browser::new(app);
    Person::enrols(&mut browser, "zhao.ning").await;
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..12 {
        let mut answers = Vec::new();
        for (n, login) in ["zhao.ning", "nobody.at.all"].into_iter().enumerate() {
            let mut browser = Browser::new(app);
            let begun = std::time::Instant::now();
            let answer = browser.password(login, "not the password").await;
            times[n].push(begun.elapsed());
            assert!(answer.is_problem(401, "sign-in-failed"), "{}", answer.json());
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            let held = browser.password(login, "not the password").await;
            assert!(held.is_problem(429, "too-many-tries"));
            answers.push((answer.bytes, headers, held.bytes));
        }
        assert_eq!(answers[0], answers[1], "round {round}");
        later(app, 60);
    }
    // The quickest is what the work takes; the rest is what else this machine had to do.
    let [known, unknown] = times.map(|times| times.into_iter().min().unwrap().as_secs_f64());
    let ratio = known / unknown;
    assert!((0.75..1.33).contains(&ratio), "{known} s against {unknown} s");
    assert!(known > 0.005, "a password is hashed: {known} s");
    // An account without a password, and a closed one.
    for login in ["wu.min", "no.such.name"] {
        assert!(Browser::new(app).password(login, "x").await.is_problem(401, "sign-in-failed"));
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
