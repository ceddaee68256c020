//! The description of the API is the API.

use serde_json::Value;
use std::collections::BTreeSet;

use crate::support::app::TestApp;
use tutela::http::ROUTES;

#[tokio::test]
async fn the_description_names_every_route_and_no_other() {
    let app = TestApp::sqlite().await;
    let served = app.get("", "/api/openapi.json").await.json();
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"), "{}", served["openapi"]);
    let described: BTreeSet<(String, String)> = served["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item
                .as_object()
                .unwrap()
                .keys()
                .filter(|k| ["get", "post", "put", "delete"].contains(&k.as_str()));
            methods.map(|method| (path.clone(), method.clone())).collect::<Vec<_>>()
        })
        .collect();
    let routed: BTreeSet<(String, String)> = ROUTES
        .iter()
        .flat_map(|route| route.methods.iter().map(|method| (route.path.to_owned(), (*method).to_owned())))
        .collect();
    assert_eq!(described, routed);
}

/// Every route that touches cases, people or the ledger asks who calls, whatever else is wrong with the request.
#[tokio::test]
async fn every_route_of_the_api_asks_who_calls() {
    let app = TestApp::sqlite().await;
    for route in ROUTES.iter().filter(|route| route.path.starts_with("/api/v1/")) {
        // Every name in braces.
        let path = route.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        for method in route.methods {
            // Signing in is what nobody is signed in for.
            if (*method, route.path) == ("post", "/api/v1/session") {
                continue;
            }
            let request = axum::http::Request::builder()
                .method(method.to_uppercase().as_str())
                .uri(&path)
                .body(axum::body::Body::empty())
                .unwrap();
            assert!(app.call(request).await.is_problem(401, "unauthenticated"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_operators_pages_answer() {
    let app = TestApp::sqlite().await;
    assert_eq!(app.get("", "/healthz").await.status, 200);
    assert_eq!(app.get("", "/readyz").await.status, 200);
    let id = app.get("zhao.ning", "/api/v1/packs").await.headers["x-request-id"].clone();
    assert!(uuid::Uuid::parse_str(id.to_str().unwrap()).is_ok());
    let page = String::from_utf8(app.get("", "/metrics").await.bytes).unwrap();
    assert!(page.contains("path=\"/api/v1/packs\""), "{page}");
    let packs: Value = app.get("zhao.ning", "/api/v1/packs").await.json();
    let ids: Vec<&str> = packs.as_array().unwrap().iter().filter_map(|p| p["id"].as_str()).collect();
    assert_eq!(ids, ["cn-procuratorate", "intl-baseline"]);
    app.service.db().close().await;
    assert_eq!(app.get("", "/healthz").await.status, 200, "the process lives");
    assert_eq!(app.get("", "/readyz").await.status, 503, "but cannot work");
}

/// A name in the description means one thing: the second of a name would take the place of the first.
#[test]
fn no_two_things_have_one_name_in_the_description() {
    let mut named = BTreeSet::new();
    let out = std::process::Command::new("find").args(["src", "-name", "*.rs"]).output().unwrap();
    for file in String::from_utf8_lossy(&out.stdout).lines() {
        let text = std::fs::read_to_string(file).unwrap();
        for part in text.split("ToSchema)]").skip(1) {
            let head = part.split_once('{').map_or(part, |(head, _)| head);
            let name = match head.split_once("schema(as = ") {
                Some((_, name)) => name.split_once(')').unwrap().0,
                None => head.split_whitespace().last().unwrap(),
            };
            assert!(named.insert(name.to_owned()), "{file}: {name} is there twice");
        }
    }
    assert!(named.len() > 50, "{}", named.len());
}
