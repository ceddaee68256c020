//! A browser and a person, as the tests of signing in need them.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use chrono::Duration;
use serde_json::{Value, json};
use std::net::SocketAddr;
use totp_rs::{Secret, Totp};

use crate::support::app::{Answer, TestApp};

pub(crate) const PASSWORD: &str = "walnut crank orbit fern";

/// A browser: it keeps the session's cookie and says where its requests come from.
pub(crate) struct Browser<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) cookie: Option<String>,
    pub(crate) peer: SocketAddr,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(app: &'a TestApp) -> Self {
        Self { app, cookie: None, peer: "192.0.2.1:9".parse().unwrap() }
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        self.send_with(method, path, body, &[("sec-fetch-site", "same-origin")]).await
    }

    pub(crate) async fn send_with(
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

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null).await
    }

    pub(crate) async fn step(&mut self, body: Value) -> Answer {
        self.send("POST", "/api/v1/session", &body).await
    }

    pub(crate) async fn password(&mut self, login: &str, password: &str) -> Answer {
        self.step(json!({"step": "password", "login": login, "password": password})).await
    }
}

/// Somebody with a password and an authenticator.
pub(crate) struct Person {
    pub(crate) login: &'static str,
    pub(crate) secret: String,
    pub(crate) codes: Vec<String>,
}

impl Person {
    /// Accepts an invitation in this browser, which is signed in then.
    pub(crate) async fn enrols(browser: &mut Browser<'_>, login: &'static str) -> Self {
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

    pub(crate) fn code(&self, app: &TestApp) -> String {
        let totp: Totp = totp_rs::Builder::new()
            .with_secret(Secret::try_from_base32(&self.secret).unwrap())
            .build()
            .unwrap();
        totp.generate(u64::try_from(app.service.now().timestamp()).unwrap()).to_string()
    }

    pub(crate) async fn signs_in(&self, browser: &mut Browser<'_>) -> Answer {
        let first = browser.password(self.login, PASSWORD).await;
        assert_eq!(first.status, 200, "{}", first.json());
        assert_eq!(first.json()["state"], "second_factor");
        let ticket = first.json()["ticket"].clone();
        browser.step(json!({"step": "totp", "ticket": ticket, "code": self.code(browser.app)})).await
    }

    pub(crate) async fn steps_up(&self, browser: &mut Browser<'_>) {
        later(browser.app, 31);
        let body = json!({"factor": "totp", "code": self.code(browser.app)});
        let answer = browser.send("POST", "/api/v1/session/step-up", &body).await;
        assert_eq!(answer.status, 204, "{}", answer.json());
    }
}

/// Somebody enrols, signs in, gets it wrong and makes a token; gives everything that must not be found anywhere.
pub(crate) async fn everything_that_somebody_shows(app: &TestApp) -> Vec<String> {
    let mut browser = Browser::new(app);
    let person = Person::enrols(&mut browser, "zhou.yuan").await;
    let invitation = app.service.invite("he.jing").await.unwrap();
    let mut other = Browser::new(app);
    let wrong = "typed by mistake 7391";
    other.password(wrong, "not the password 7391").await;
    other.password("zhou.yuan", "not the password 7391").await;
    let token = json!({"label": "x", "scope": "read", "days": 1});
    let token = browser.send("POST", "/api/v1/tokens", &token).await.json()["token"].clone();
    let cookie = browser.cookie.unwrap().replace("__Host-tutela=", "");
    let mut shown = vec![PASSWORD.to_owned(), person.secret, cookie, invitation, wrong.to_owned()];
    shown.extend(["not the password 7391".into(), "Lynx/2.9".into(), token.as_str().unwrap().to_owned()]);
    shown.extend(person.codes.iter().map(|code| code.replace('-', "")));
    shown.extend(person.codes);
    shown
}

pub(crate) fn later(app: &TestApp, seconds: i64) {
    app.service.clock().set(app.service.now() + Duration::seconds(seconds));
}

/// Acts of the ledger's leaves so far.
pub(crate) async fn acts(app: &TestApp) -> Vec<String> {
    app.settle().await;
    let leaves = tutela::store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    leaves.into_iter().map(|leaf| leaf.act).collect()
}
