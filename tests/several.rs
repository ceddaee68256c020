//! Several instances over one PostgreSQL, and two processes over one SQLite file.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::app::{TestApp, call};
use crate::support::case::{TestCase, evidence, first_file};
use crate::support::on_both;
use tutela::store::sequencer;

on_both!(two_instances_work_on_the_same_cases, two_instances_make_one_keyring);

async fn two_instances_work_on_the_same_cases(app: &TestApp) {
    let (other, router) = app.second().await;
    let case = TestCase::open(app).await;
    let both = [&app.router, &router];
    let writes = (0..24).map(|n: usize| {
        let fields = json!({"heard_on": "2025-11-06", "opinion": format!("第{n}次听取")});
        let body = if n.is_multiple_of(3) { first_file() } else { evidence("S14", "2025-11-06", &fields) };
        let (who, path) = if n.is_multiple_of(3) {
            ("wu.min", "/api/v1/cases".to_owned())
        } else {
            ("zhao.ning", case.path("/acts"))
        };
        let request = app
            .request(who, "POST", &path)
            .header("content-type", "application/json")
            .body(axum::body::Body::from(body.to_string()))
            .unwrap();
        call(both[n % 2], request)
    });
    let mut kept = 0;
    for answer in join_all(writes).await {
        match answer.status.as_u16() {
            200 | 201 => kept += 1,
            _ => assert!(answer.is_problem(409, "conflict"), "{}", answer.json()),
        }
    }
    assert!(kept >= 16, "only {kept} of 24");
    // Both move leaves at once; each leaf gets one place.
    let (first, second) = tokio::join!(sequencer::drain(app.service.db()), sequencer::drain(other.db()));
    first.unwrap();
    second.unwrap();
    let (first, second) = tokio::join!(app.service.sign_checkpoint(), other.sign_checkpoint());
    assert!(first.is_ok() || second.is_ok());
    let audit = app.audit().await;
    assert!(audit.sound(), "{audit:?}");
    assert!(app.get("zhao.ning", &case.path("")).await.status == 200);
}

async fn two_instances_make_one_keyring(app: &TestApp) {
    let (other, _) = app.second().await;
    let ids = |service: &tutela::casework::Service| -> Vec<String> {
        service.keys().status().keys.iter().map(|key| key.kid.to_string()).collect()
    };
    assert_eq!(ids(&app.service), ids(&other));
}
