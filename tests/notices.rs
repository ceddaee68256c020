//! People are told of what falls due: once, in the service, by e-mail and by webhook; and nothing that is told says who.

use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::support::app::TestApp;
use crate::support::case::TestCase;
use crate::support::on_both;
use tutela::store::{self, WriteSet};

on_both!(
    a_clock_is_told_before_on_its_day_and_after,
    an_end_that_moves_is_told_anew,
    a_lease_that_was_lost_keeps_nothing,
    several_instances_tell_once,
);

/// What somebody was told of one thing, oldest first.
async fn told(app: &TestApp, who: &str) -> Vec<(String, String)> {
    let notices = app.get(who, "/api/v1/notices").await.json();
    let mut told: Vec<(String, String)> = notices
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["kind"].as_str().unwrap().to_owned(), n["about"].as_str().unwrap().to_owned()))
        .filter(|(kind, _)| kind.starts_with("due."))
        .collect();
    told.reverse();
    told
}

/// How often somebody was told each kind about each thing.
fn counted(told: &[(String, String)]) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for one in told {
        *counts.entry(one.clone()).or_insert(0) += 1;
    }
    counts
}

/// A fresh case that somebody leads, on the day on which it came in.
async fn fresh(app: &TestApp) -> TestCase<'_> {
    app.now("2025-11-03T02:00:00Z");
    let case = TestCase::open(app).await;
    let lead = json!({"lead": "zhao.ning"});
    assert_eq!(app.post("wu.min", &case.path("/assignment"), &lead).await.status, 200);
    case
}

/// The worklist's entry for a clock of a case.
async fn entry(app: &TestApp, clock: &str) -> serde_json::Value {
    let page = app.get("zhao.ning", "/api/v1/worklist?kind=clock&limit=100").await.json();
    let tasks = page["tasks"].as_array().unwrap();
    tasks.iter().find(|task| task["code"] == clock).unwrap_or_else(|| panic!("{clock}: {tasks:#?}")).clone()
}

async fn a_clock_is_told_before_on_its_day_and_after(app: &TestApp) {
    let _case = fresh(app).await;
    // Prosecution review: a month, to 3 December; it warns five days before.
    let review = entry(app, "K19").await;
    let id = review["id"].as_str().unwrap().to_owned();
    assert_eq!(review["due"], "2025-12-03T16:00:00Z", "{review}");
    let stages = [
        ("2025-11-27T23:59:59Z", None),
        ("2025-11-28T00:00:00Z", Some("due.warning")),
        ("2025-12-02T23:59:59Z", None),
        ("2025-12-03T00:00:00Z", Some("due.last-day")),
        ("2025-12-03T15:59:59Z", None),
        ("2025-12-03T16:00:00Z", Some("due.over")),
        ("2025-12-20T00:00:00Z", None),
    ];
    let mut expected = Vec::new();
    for (now, stage) in stages {
        app.now(now);
        if stage == Some("due.warning") {
            // As long as nobody has been told, the lag grows.
            app.now("2025-11-28T00:05:00Z");
            assert_eq!(app.service.telling_lag().await.unwrap(), chrono::Duration::minutes(5));
        }
        for _ in 0..2 {
            app.service.tell_what_is_due().await.unwrap();
        }
        expected.extend(stage.map(|stage| (stage.to_owned(), id.clone())));
        let of_review: Vec<_> =
            told(app, "zhao.ning").await.into_iter().filter(|(_, about)| *about == id).collect();
        assert_eq!(of_review, expected, "{now}");
    }
    // Chief and supervisors hear of it once it is over, and of nothing before.
    for who in ["qian.li", "he.jing"] {
        let of_review: Vec<_> = told(app, who).await.into_iter().filter(|(_, about)| *about == id).collect();
        assert_eq!(of_review, [("due.over".to_owned(), id.clone())], "{who}");
    }
    assert!(told(app, "zhou.yuan").await.is_empty() && told(app, "xu.lan").await.is_empty());
    app.settle().await;
    let leaves = store::leaves(app.service.db(), 0, 10_000).await.unwrap();
    for act in ["work.warning", "work.last-day", "work.over"] {
        assert!(leaves.iter().any(|leaf| leaf.act == act && leaf.case_id.is_some()), "{act}");
    }
    assert_eq!(app.service.telling_lag().await.unwrap(), chrono::Duration::zero());
    assert!(app.audit().await.sound());
}

async fn an_end_that_moves_is_told_anew(app: &TestApp) {
    let case = fresh(app).await;
    let id = entry(app, "K19").await["id"].as_str().unwrap().to_owned();
    app.now("2025-11-28T00:00:00Z");
    app.service.tell_what_is_due().await.unwrap();
    // Returned to the police, the clock ends; it begins anew when the file comes back.
    case.prepare_interview().await;
    let returned =
        json!({"kind": "act", "event": "T17", "at": "2025-11-07", "inputs": {"outline": "查明被盗地点"}});
    case.done("zhao.ning", &returned).await;
    app.now("2025-12-05T00:00:00Z");
    app.service.tell_what_is_due().await.unwrap();
    let before = told(app, "zhao.ning").await;
    assert!(before.iter().all(|(kind, about)| *about != id || kind == "due.warning"), "{before:?}");
    case.done("wu.min", &json!({"kind": "act", "event": "T19", "as": "police", "at": "2025-12-05"})).await;
    let again = entry(app, "K19").await;
    let due: chrono::DateTime<chrono::Utc> = again["due"].as_str().unwrap().parse().unwrap();
    app.service.clock().set(due);
    app.service.tell_what_is_due().await.unwrap();
    let about = again["id"].as_str().unwrap();
    let after = told(app, "zhao.ning").await;
    assert!(after.contains(&("due.over".to_owned(), about.to_owned())), "{after:?}");
    assert!(counted(&after).values().all(|count| *count == 1), "{after:?}");
}

async fn a_lease_that_was_lost_keeps_nothing(app: &TestApp) {
    let db = app.service.db();
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let take = async |who, until, now| {
        let sides = vec![store::take_lease("test", who, until, now)];
        store::commit(db, WriteSet { sides, ..WriteSet::default() }).await.is_ok()
    };
    assert!(take(one, 100, 0).await);
    assert!(!take(other, 150, 50).await, "somebody has it");
    assert!(take(one, 120, 60).await, "its holder goes on with it");
    let held = store::lease(db, "test").await.unwrap().unwrap();
    assert_eq!((held.holder, held.fence, held.until_at), (one, 1, 120));
    assert!(take(other, 300, 120).await, "its time was over");
    let now = store::lease(db, "test").await.unwrap().unwrap();
    assert_eq!((now.holder, now.fence), (other, 2));
    // Whoever comes late with a change keeps nothing of it.
    let late = WriteSet {
        sides: vec![store::hold_lease("test", &held), store::set_feed(app_account(app).await, &[1; 32], 1)],
        ..WriteSet::default()
    };
    assert!(store::commit(db, late).await.is_err());
    assert_eq!(store::feed(db, &[1; 32]).await.unwrap(), None);
    let in_time = WriteSet { sides: vec![store::hold_lease("test", &now)], ..WriteSet::default() };
    assert!(store::commit(db, in_time).await.is_ok());
    let back = WriteSet { sides: vec![store::give_back_lease("test", &now)], ..WriteSet::default() };
    store::commit(db, back).await.unwrap();
    assert!(take(one, 400, 130).await, "it was given back");
}

async fn app_account(app: &TestApp) -> Uuid {
    app.service.authenticate(&app.tokens["wu.min"]).await.unwrap().unwrap().account
}

async fn several_instances_tell_once(app: &TestApp) {
    for _ in 0..4 {
        fresh(app).await;
    }
    let others = [app.another().await, app.another().await];
    for day in 3..34 {
        let now = chrono::DateTime::parse_from_rfc3339("2025-11-01T02:00:00Z").unwrap()
            + chrono::Duration::days(day);
        for one in [app, &others[0], &others[1]] {
            one.service.clock().set(now.to_utc());
        }
        let (a, b, c) = tokio::join!(
            app.service.tell_what_is_due(),
            others[0].service.tell_what_is_due(),
            others[1].service.tell_what_is_due()
        );
        assert!(a.is_ok() && b.is_ok() && c.is_ok(), "{a:?} {b:?} {c:?}");
    }
    // Who was late for the last day does it now.
    for one in [app, &others[0], &others[1]] {
        one.service.clock().set(one.service.now() + chrono::Duration::minutes(1));
        one.service.tell_what_is_due().await.unwrap();
    }
    let all = told(app, "zhao.ning").await;
    assert!(all.len() >= 12, "{all:?}");
    assert!(counted(&all).values().all(|count| *count == 1), "{all:?}");
    assert_eq!(app.service.telling_lag().await.unwrap(), chrono::Duration::zero());
}

/// Where nothing but the network stands between the service and the one who is told.
#[cfg(all(feature = "mail", feature = "webhook"))]
mod outside {
    use super::*;
    use crate::support::outside::{MailServer, Program};
    use tutela::casework::sending::{Channel, MailSettings, WebhookSettings};
    use tutela::jobs::mail::Mail;
    use tutela::jobs::send::send_once;
    use tutela::jobs::webhook::Webhooks;

    const SECRET: &[u8] = b"thirty-two bytes of a test's own";

    on_both!(
        a_mail_says_what_and_not_who,
        a_webhook_is_signed_and_tried_again,
        a_target_inside_is_not_reached
    );

    fn mail(server: &MailServer) -> Mail {
        Mail::new(&MailSettings {
            server: format!("smtp://127.0.0.1:{}", server.port),
            from: "tutela@hw.example".into(),
            credentials: None,
        })
        .unwrap()
    }

    fn hook(url: &str, internal: bool) -> WebhookSettings {
        let secret = SECRET.to_vec().into();
        WebhookSettings { name: "registry".into(), url: url.into(), secret, internal }
    }

    async fn a_mail_says_what_and_not_who(app: &TestApp) {
        app.service.send_to(Vec::new(), "https://tutela.example");
        let server = MailServer::start(1).await;
        let carrier = mail(&server);
        let address = |text: &str| json!({"address": text});
        let put = async |who: &str, body| {
            let request =
                app.request(who, "PUT", "/api/v1/notices/mail").header("content-type", "application/json");
            app.call(request.body(axum::body::Body::from(serde_json::Value::to_string(&body))).unwrap())
                .await
                .status
        };
        assert_eq!(put("zhao.ning", address("zhao.ning@hw.example")).await, 204);
        assert_eq!(put("qian.li", address("nobody@hw.example")).await, 204);
        assert_eq!(put("wu.min", address("not an address")).await, 422);
        let mine = app.get("zhao.ning", "/api/v1/notices/mail").await;
        assert_eq!(mine.json(), address("zhao.ning@hw.example"));
        assert_eq!(app.get("he.jing", "/api/v1/notices/mail").await.status, 404);

        let case = fresh(app).await;
        let case_no = case.read("zhao.ning").await.json()["case_no"].as_str().unwrap().to_owned();
        app.now("2025-12-03T16:00:00Z");
        app.service.tell_what_is_due().await.unwrap();
        // The first is put off by the server; nothing is lost, nothing comes twice.
        for _ in 0..3 {
            while send_once(&app.service, Channel::Mail, &carrier).await.unwrap() > 0 {}
            app.service.clock().set(app.service.now() + chrono::Duration::minutes(10));
        }
        assert_eq!(server.still_busy(), 0);
        let letters = server.letters();
        assert!(!letters.is_empty());
        let expected = told(app, "zhao.ning").await.len() + 1;
        assert_eq!(letters.len(), expected, "one for each notice, the assignment among them");
        let ids: std::collections::BTreeSet<String> =
            letters.iter().map(|l| l.header("message-id")).collect();
        assert_eq!(ids.len(), letters.len());
        for letter in &letters {
            assert_eq!(
                (letter.from.as_str(), letter.to.as_slice()),
                ("tutela@hw.example", ["zhao.ning@hw.example".to_owned()].as_slice())
            );
            let text = letter.text();
            assert!(text.contains(&format!("https://tutela.example/cases/{}", case.id)), "{text}");
            assert!(text.contains(&case_no), "{text}");
            for word in ["林", "小禾", "赵宁", "zhao", "盗", "theft", "110105200903021232"] {
                assert!(!text.contains(word), "{word}: {text}");
            }
        }
        assert!(letters.iter().any(|letter| letter.text().contains("届满 Ends: 2025-12-03T16:00:00Z")));
        // A mailbox that is not there is given up; nothing waits.
        let (waiting, _) = app.service.sending_lag(Channel::Mail).await.unwrap();
        assert_eq!(waiting, 0);
        let gone = app
            .request("zhao.ning", "DELETE", "/api/v1/notices/mail")
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(app.call(gone).await.status, 204);
    }

    async fn a_webhook_is_signed_and_tried_again(app: &TestApp) {
        let program = Program::start(&[500, 302, 429]).await;
        app.service.send_to(vec!["registry".into()], "https://tutela.example/");
        let carrier = Webhooks::new(&[hook(&program.url, true)], app.service.clone()).unwrap();
        let case = fresh(app).await;
        let first = program.calls().len();
        assert_eq!(first, 0);
        let sent = send_once(&app.service, Channel::Webhook, &carrier).await.unwrap();
        assert_eq!(sent, 0, "the first answer was no");
        // Not before its time.
        send_once(&app.service, Channel::Webhook, &carrier).await.unwrap();
        assert_eq!(program.calls().len(), 1);
        for wait in [5, 300, 1_800] {
            app.service.clock().set(app.service.now() + chrono::Duration::seconds(wait));
            send_once(&app.service, Channel::Webhook, &carrier).await.unwrap();
        }
        let calls = program.calls();
        assert_eq!(calls.len(), 4);
        for call in &calls {
            assert!(call.is_signed_with(SECRET), "{call:?}");
            assert!(!call.is_signed_with(b"another secret of the same length"));
            assert_eq!(call.header("webhook-id"), calls[0].header("webhook-id"), "the same message");
            assert_eq!(call.body, calls[0].body);
        }
        assert_ne!(calls[3].header("webhook-timestamp"), calls[0].header("webhook-timestamp"));
        let body: serde_json::Value = serde_json::from_str(&calls[0].body).unwrap();
        assert_eq!((&body["type"], &body["data"]["case"]), (&json!("case.assigned"), &json!(case.id)));
        assert_eq!(body["data"]["link"], format!("https://tutela.example/cases/{}", case.id));
        let (waiting, _) = app.service.sending_lag(Channel::Webhook).await.unwrap();
        assert_eq!(waiting, 0);
        // Two instances do not call for the same message at once.
        app.now("2025-11-28T00:00:00Z");
        app.service.tell_what_is_due().await.unwrap();
        let other = app.another().await;
        let theirs = Webhooks::new(&[hook(&program.url, true)], other.service.clone()).unwrap();
        let (a, b) = tokio::join!(
            send_once(&app.service, Channel::Webhook, &carrier),
            send_once(&other.service, Channel::Webhook, &theirs)
        );
        assert!(a.unwrap() + b.unwrap() > 0);
        let later: Vec<String> =
            program.calls()[4..].iter().map(|c| c.header("webhook-id").to_owned()).collect();
        let once: std::collections::BTreeSet<&String> = later.iter().collect();
        assert_eq!(once.len(), later.len(), "{later:?}");
        for call in program.calls() {
            for word in ["林", "小禾", "赵宁", "zhao.ning", "110105200903021232"] {
                assert!(!call.body.contains(word), "{word}: {}", call.body);
            }
        }
    }

    /// A name may lead anywhere; it leads to this machine only where the operator says so.
    async fn a_target_inside_is_not_reached(app: &TestApp) {
        let program = Program::start(&[]).await;
        app.service.send_to(vec!["registry".into()], "https://tutela.example");
        let url = program.url.replace("127.0.0.1", "localhost");
        let carrier = Webhooks::new(&[hook(&url, false)], app.service.clone()).unwrap();
        fresh(app).await;
        assert_eq!(send_once(&app.service, Channel::Webhook, &carrier).await.unwrap(), 0);
        assert!(program.calls().is_empty());
        app.service.clock().set(app.service.now() + chrono::Duration::seconds(5));
        let carrier = Webhooks::new(&[hook(&url, true)], app.service.clone()).unwrap();
        assert_eq!(send_once(&app.service, Channel::Webhook, &carrier).await.unwrap(), 1);
        assert_eq!(program.calls().len(), 1);
    }
}
