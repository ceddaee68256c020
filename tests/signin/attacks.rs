//! What attackers of such systems did, tried here.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use serde_json::{Value, json};
use std::net::SocketAddr;

use super::browser::{Browser, PASSWORD, Person, acts, later};
use crate::support::app::TestApp;
use crate::support::on_both;

on_both!(
    guessing_is_slow_and_nobody_is_locked_out_for_ever,
    row_02_ids_are_not_guessed,
    row_05_nobody_raises_themselves_by_extra_fields,
    row_08_a_token_from_before_signing_in_is_worth_nothing,
    row_08_a_token_from_before_signing_out_is_worth_nothing,
    row_08_two_browsers_are_two_sessions,
    row_08_another_site_cannot_make_a_browser_act,
    row_16_nobody_is_somebody_else_by_saying_so,
    a_name_that_nobody_has_looks_like_any_other,
    a_proxy_in_front_says_who_gets_it_wrong,
);

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
    let known = app.request("zhou.yuan", "GET", "/api/v1/session");
    let known = known.extension(ConnectInfo(Browser::new(app).peer)).body(Body::empty()).unwrap();
    assert_eq!(app.call(known).await.status, 200, "who is known at that address is not held up");
    assert!(Browser::new(app).password("nobody", "x").await.is_problem(429, "too-many-tries"));
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
    // Beside hashing a password everything is quick, so answers take as long when as many are hashed for each. The first
    // after the start hashes one more, whoever is asked for.
    Browser::new(app).password("nobody.else", "not the password").await;
    for round in 0..6 {
        let mut answers = Vec::new();
        // One who can, one whom nobody knows, one who has no password yet.
        for login in ["zhao.ning", "nobody.at.all", "wu.min"] {
            let mut browser = Browser::new(app);
            let before = app.service.passwords_hashed();
            let answer = browser.password(login, "not the password").await;
            assert_eq!(app.service.passwords_hashed() - before, 1, "round {round}: {login}");
            assert!(answer.is_problem(401, "sign-in-failed"), "{}", answer.json());
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            let held = browser.password(login, "not the password").await;
            assert!(held.is_problem(429, "too-many-tries"));
            answers.push((answer.bytes, headers, held.bytes));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "round {round}");
        later(app, 60);
    }
}

async fn a_proxy_in_front_says_who_gets_it_wrong(app: &TestApp) {
    let metrics = tutela::http::metrics::Metrics::new();
    let service = app.service.clone();
    let router = tutela::http::router(tutela::http::App::new(tutela::http::Reach {
        service,
        metrics,
        sealer: None,
        behind_proxy: true,
        door: None,
    }));
    let guess = async |from: &str| {
        let request = Request::builder()
            .uri("/api/v1/session")
            .extension(ConnectInfo("10.0.0.1:9".parse::<SocketAddr>().unwrap()))
            .header("x-forwarded-for", from)
            .header("authorization", "Bearer ttl_guess");
        crate::support::app::call(&router, request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    for _ in 0..100 {
        // What the client itself writes there comes first and is not believed.
        assert_eq!(guess("192.0.2.99, 198.51.100.4").await, 401);
    }
    assert_eq!(guess("192.0.2.98, 198.51.100.4").await, 429);
    assert_eq!((guess("198.51.100.5").await, guess("nonsense").await), (401, 401));
    // Without a proxy the header is the client's word.
    let mut browser = Browser { peer: "198.51.100.4:9".parse().unwrap(), ..Browser::new(app) };
    let headers = [("x-forwarded-for", "203.0.113.1"), ("authorization", "Bearer ttl_guess")];
    assert_eq!(browser.send_with("GET", "/api/v1/session", &Value::Null, &headers).await.status, 429);
}
