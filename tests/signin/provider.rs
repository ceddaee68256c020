//! Signing in through a real identity provider: panva's oidc-provider on loopback, started by `.ci/oidc/with`.

use secrecy::SecretString;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use super::browser::{Browser, acts, later};
use crate::support::app::{Answer, TestApp};
use crate::support::on_both;
use tutela::casework::signin::OidcSettings;

on_both!(
    somebody_at_the_provider_is_linked_by_invitation_or_by_the_operator,
    what_the_provider_says_is_believed_only_when_it_is_enough,
    a_code_is_good_for_who_began_it_and_once,
);

const SECRET: &str = "a secret between two programs of one test";

fn issuer() -> String {
    std::env::var("TUTELA_TEST_ISSUER").unwrap()
}

/// Whether there is no provider to sign in through; in CI there has to be one.
fn skipped() -> bool {
    let absent = std::env::var_os("TUTELA_TEST_ISSUER").is_none();
    if absent {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "no identity provider: start with .ci/oidc/with"
        );
        println!("SKIPPED: no identity provider; .ci/oidc/with starts one");
    }
    absent
}

/// The service trusts the provider, and its clock shows the provider's time.
fn trusting(app: &TestApp, acr: &[&str]) {
    let settings = OidcSettings {
        issuer: issuer(),
        client_id: "tutela".into(),
        client_secret: SecretString::from(SECRET),
        acr: acr.iter().map(|acr| (*acr).to_owned()).collect(),
    };
    app.service.trust(settings, "https://tutela.example").unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = chrono::DateTime::from_timestamp(i64::try_from(now.as_secs()).unwrap(), 0).unwrap();
    app.service.clock().set(now);
}

/// What a browser does at the provider: it follows where it is sent, with its cookies, until it is sent back.
fn visit(location: &str, hint: &str) -> BTreeMap<String, String> {
    let host = issuer().trim_start_matches("http://").to_owned();
    let mut at = format!("{location}&login_hint={hint}").replace(&format!("http://{host}"), "");
    let mut cookies: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..6 {
        let cookie =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut stream = std::net::TcpStream::connect(&host).unwrap();
        let request =
            format!("GET {at} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let head = answer.split("\r\n\r\n").next().unwrap();
        let header = |name: &str| {
            let lines: Vec<&str> = head.lines().collect();
            let of_name = |line: &&str| line.split(':').next().is_some_and(|n| n.eq_ignore_ascii_case(name));
            lines
                .into_iter()
                .filter(of_name)
                .map(|line| line[name.len() + 1..].trim().to_owned())
                .collect::<Vec<_>>()
        };
        for set in header("set-cookie") {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let next = header("location").pop().unwrap_or_else(|| panic!("{answer}"));
        if let Some(back) = next.strip_prefix("https://tutela.example/sign-in/provider?") {
            let pairs = back.split('&').filter_map(|pair| pair.split_once('='));
            return pairs.map(|(n, v)| (n.to_owned(), v.replace("%3A", ":").replace("%2F", "/"))).collect();
        }
        at = next.replace(&format!("http://{host}"), "");
    }
    panic!("sent round and round");
}

async fn goes(browser: &mut Browser<'_>, step: Value) -> (Value, String) {
    let away = browser.step(step).await;
    assert_eq!(away.status, 200, "{}", away.json());
    let away = away.json();
    assert_eq!(away["state"], "provider");
    let location = away["location"].as_str().unwrap().to_owned();
    for part in ["code_challenge_method=S256", "nonce=", "state=", "max_age=300", "response_type=code"] {
        assert!(location.contains(part), "{location}");
    }
    (away["ticket"].clone(), location)
}

async fn comes_back(browser: &mut Browser<'_>, ticket: &Value, back: &BTreeMap<String, String>) -> Answer {
    let step = json!({"step": "provider_code", "ticket": ticket, "state": back["state"], "code": back["code"], "iss": back.get("iss")});
    browser.step(step).await
}

/// Signs in as somebody at the provider.
async fn signs_in(browser: &mut Browser<'_>, hint: &str) -> Answer {
    let (ticket, location) = goes(browser, json!({"step": "provider"})).await;
    let back = visit(&location, hint);
    comes_back(browser, &ticket, &back).await
}

async fn somebody_at_the_provider_is_linked_by_invitation_or_by_the_operator(app: &TestApp) {
    if skipped() {
        return;
    }
    assert!(Browser::new(app).step(json!({"step": "provider"})).await.is_problem(404, "not-found"));
    trusting(app, &[]);
    let mut browser = Browser::new(app);
    assert!(signs_in(&mut browser, "person-1").await.is_problem(401, "sign-in-failed"), "nobody knows them");
    let token = app.service.invite("zhao.ning").await.unwrap();
    let (ticket, location) = goes(&mut browser, json!({"step": "invitation_provider", "token": token})).await;
    let done = comes_back(&mut browser, &ticket, &visit(&location, "person-1")).await;
    assert_eq!(done.status, 201, "{}", done.json());
    later(app, 1);
    let mut other = Browser::new(app);
    let done = signs_in(&mut other, "person-1").await;
    assert_eq!(done.status, 201, "{}", done.json());
    let me = done.json()["me"].clone();
    assert_eq!((&me["login"], &me["session"]["factors"]), (&json!("zhao.ning"), &json!("oidc")));
    assert_eq!(other.get("/api/v1/credentials").await.json()["provider"], true);
    // The operator links somebody; one person is linked to one account.
    app.service.link_identity("zhou.yuan", "person-2").await.unwrap();
    assert!(app.service.link_identity("wu.min", "person-2").await.is_err());
    assert_eq!(signs_in(&mut other, "person-2").await.json()["me"]["login"], "zhou.yuan");
    app.service.link_identity("zhou.yuan", "person-3").await.unwrap();
    assert!(signs_in(&mut other, "person-2").await.is_problem(401, "sign-in-failed"), "not any more");
    let acts = acts(app).await;
    for act in ["identity.link", "invitation.accept", "sign-in.ok", "sign-in.failed"] {
        assert!(acts.contains(&act.to_owned()), "{act}");
    }
    app.sql("UPDATE account SET state = 'closed' WHERE login = 'zhao.ning'").await;
    assert!(signs_in(&mut other, "person-1").await.is_problem(401, "sign-in-failed"), "closed");
}

async fn what_the_provider_says_is_believed_only_when_it_is_enough(app: &TestApp) {
    if skipped() {
        return;
    }
    trusting(app, &["urn:example:two-factors"]);
    app.service.link_identity("zhao.ning", "person-1").await.unwrap();
    let mut browser = Browser::new(app);
    assert!(signs_in(&mut browser, "person-1%2Bpwd").await.is_problem(401, "sign-in-failed"), "one factor");
    assert!(signs_in(&mut browser, "person-1%2Bold").await.is_problem(401, "sign-in-failed"), "an hour ago");
    assert_eq!(signs_in(&mut browser, "person-1").await.status, 201);
    // A statement that has expired by our clock.
    let (ticket, location) = goes(&mut browser, json!({"step": "provider"})).await;
    let back = visit(&location, "person-1");
    let now = app.service.now();
    app.service.clock().set(now + chrono::Duration::seconds(299));
    assert_eq!(comes_back(&mut browser, &ticket, &back).await.status, 201, "within the ticket's time");
    let (ticket, location) = goes(&mut browser, json!({"step": "provider"})).await;
    let back = visit(&location, "person-1");
    app.service.clock().set(now + chrono::Duration::hours(2));
    assert!(comes_back(&mut browser, &ticket, &back).await.is_problem(401, "sign-in-expired"));
}

async fn a_code_is_good_for_who_began_it_and_once(app: &TestApp) {
    if skipped() {
        return;
    }
    trusting(app, &[]);
    app.service.link_identity("zhao.ning", "person-1").await.unwrap();
    let mut browser = Browser::new(app);
    let (ticket, location) = goes(&mut browser, json!({"step": "provider"})).await;
    let back = visit(&location, "person-1");
    // The attacker's code in the victim's browser: the state, and then the verifier, do not fit.
    let mut victim = Browser::new(app);
    let (theirs, their_location) = goes(&mut victim, json!({"step": "provider"})).await;
    assert!(comes_back(&mut victim, &theirs, &back).await.is_problem(401, "sign-in-failed"));
    let state = visit(&their_location, "person-1")["state"].clone();
    let mut mixed = back.clone();
    mixed.insert("state".into(), state);
    assert!(comes_back(&mut victim, &theirs, &mixed).await.is_problem(401, "sign-in-failed"));
    // It is still good for who began it.
    assert_eq!(comes_back(&mut browser, &ticket, &back).await.status, 201);
    let (ticket, location) = goes(&mut browser, json!({"step": "provider"})).await;
    let mut elsewhere = visit(&location, "person-1");
    let back = elsewhere.clone();
    elsewhere.insert("iss".into(), "https://evil.example".into());
    assert!(comes_back(&mut browser, &ticket, &elsewhere).await.is_problem(401, "sign-in-failed"));
    assert_eq!(comes_back(&mut browser, &ticket, &back).await.status, 201);
    assert!(comes_back(&mut browser, &ticket, &back).await.is_problem(401, "sign-in-expired"));
}
