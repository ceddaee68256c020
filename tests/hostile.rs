//! What went wrong in real systems of this kind, tried on every route of the list: the rows of the table that hold for all
//! routes alike. The others stand with what they are about (`row_NN_` in the names of tests).
//!
//! Rows 4 and 12 of that table are about files that are uploaded; the service takes none.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::access::body;
use crate::support::app::{Answer, TestApp};
use crate::support::case::{TestCase, evidence, interview};
use crate::support::on_both;
use tutela::access::{Action, CaseScope, permit};
use tutela::http::{Asks, ROUTES, Route};

on_both!(
    row_03_what_somebody_may_not_read_is_in_no_answer_to_them,
    row_13_a_part_of_another_case_is_no_part_of_this_one,
    row_14_and_15_nothing_typed_is_a_statement,
);

/// What a statement pasted together would break on, and what would break out of a path.
const METACHARACTERS: [&str; 5] =
    ["' OR '1'='1", "'; DROP TABLE case_file; --", "x\" UNION SELECT 1 --", "%00\u{0}", "../../root.key"];

/// Something of a case, under every name that a path has for a part of one.
struct Parts(Vec<(&'static str, String)>);

impl Parts {
    /// Everything that has an identity of its own, made in this case.
    async fn of(case: &TestCase<'_>) -> Self {
        let app = case.app;
        let made = async |who: &str, rest: &str, field: &str| {
            let asked = body("post", &format!("/api/v1/cases/{{id}}{rest}")).unwrap();
            let answer = app.post(who, &case.path(rest), &asked).await;
            assert!(answer.status.is_success(), "{who} {rest}: {}", answer.json());
            answer.json()[field].as_str().unwrap().to_owned()
        };
        let assessment = made("zhao.ning", "/assessments", "assessment").await;
        let measure = made("zhao.ning", "/measures", "measure").await;
        let item = made("sun.lan", "/items", "id").await;
        let sibling = TestCase::open(app).await.read("zhao.ning").await.json()["case_no"].clone();
        let link = json!({"case_no": sibling, "relation": "sibling"});
        let link = app.post("zhao.ning", &case.path("/links"), &link).await.json();
        let asked = body("post", "/api/v1/cases/{id}/exclusions").unwrap();
        let kept_away = app.post("qian.li", &case.path("/exclusions"), &asked).await;
        assert!(kept_away.status.is_success(), "{}", kept_away.json());
        let exclusion = app.get("he.jing", &case.path("/exclusions")).await.json()[0]["id"].clone();
        let fresh = app.service.add_token("zhao.ning", "copies", None, true).await.unwrap();
        let asked = body("post", "/api/v1/cases/{id}/copies").unwrap();
        let copy = app.post(&fresh, &case.path("/copies"), &asked).await;
        assert!(copy.status.is_success(), "{}", copy.json());
        let copy = copy.json()["copy"]["id"].clone();
        let miss = app.get("he.jing", &case.path("/missed")).await.json()[0]["id"].clone();
        app.settle().await;
        let leaf = app.get("he.jing", &case.path("/trail")).await.json()[0]["leaf"].to_string();
        let text = |id: Value| id.as_str().unwrap().to_owned();
        Self(vec![
            ("{assessment}", assessment),
            ("{measure}", measure),
            ("{link}", text(link)),
            ("{item}", item),
            ("{exclusion}", text(exclusion)),
            ("{copy}", text(copy)),
            ("{miss}", text(miss)),
            ("{leaf}", leaf),
        ])
    }

    /// The path of a route about one case with the parts of another.
    fn fill(&self, route: &Route, case: &str) -> String {
        let path =
            self.0.iter().fold(route.path.replace("{id}", case), |path, (name, id)| path.replace(name, id));
        assert!(!path.contains('{'), "{path}: say what is there under that name");
        path
    }
}

async fn send(app: &TestApp, who: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
    match body {
        None => {
            app.call(app.request(who, &method.to_uppercase(), path).body(axum::body::Body::empty()).unwrap())
                .await
        }
        Some(body) => app.send(who, method, path, body).await,
    }
}

/// Routes about a part of a case.
fn nested() -> impl Iterator<Item = &'static Route> {
    ROUTES
        .iter()
        .filter(|route| route.path.strip_prefix("/api/v1/cases/{id}/").is_some_and(|rest| rest.contains('{')))
}

/// The part of a case, asked for under another case that the same person may work in, is answered as one that is nowhere.
async fn row_13_a_part_of_another_case_is_no_part_of_this_one(app: &TestApp) {
    let (theirs, other) = (TestCase::open(app).await, TestCase::open(app).await);
    for case in [&theirs, &other] {
        let worker = json!({"social_worker": "fang.qing"});
        assert_eq!(app.post("wu.min", &case.path("/assignment"), &worker).await.status, 200);
    }
    assert!(app.service.tell_what_is_due().await.unwrap() > 0, "some clock of theirs was missed");
    let parts = Parts::of(&theirs).await;
    let nowhere = Parts(
        parts
            .0
            .iter()
            .map(|(name, id)| {
                (*name, if id.len() == 36 { uuid::Uuid::nil().to_string() } else { "99999".into() })
            })
            .collect(),
    );
    let mut tried = 0;
    for (route, who) in nested().flat_map(|route| app.tokens.keys().map(move |who| (route, who))) {
        for method in route.methods {
            let asked = body(method, route.path);
            let there = send(app, who, method, &parts.fill(route, &other.id), asked.as_ref()).await;
            let none = send(app, who, method, &nowhere.fill(route, &other.id), asked.as_ref()).await;
            let place = format!("{who} {method} {}", route.path);
            assert!(!there.status.is_success(), "{place}: {}", there.json());
            assert_eq!((there.status, there.json()), (none.status, none.json()), "{place}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
    // It was there to be found all along.
    let own = nested().find(|route| route.methods == ["get"] && route.path.contains("{assessment}")).unwrap();
    assert_eq!(app.get("zhao.ning", &parts.fill(own, &theirs.id)).await.status, 200);
}

/// What somebody may not read of a case is in no answer that they get about it, on any route.
async fn row_03_what_somebody_may_not_read_is_in_no_answer_to_them(app: &TestApp) {
    let case = TestCase::open(app).await;
    let worker = json!({"social_worker": "fang.qing"});
    assert_eq!(app.post("wu.min", &case.path("/assignment"), &worker).await.status, 200);
    case.prepare_interview().await;
    let mut interview = interview();
    interview["evidence"]["S08"]["note"] = json!("定期服药漪");
    case.done("zhao.ning", &interview).await;
    let victim = json!({"kind": "victim", "identity": {"name": "祁远漪", "note": "伤情未愈漪"}});
    assert_eq!(app.post("zhao.ning", &case.path("/people"), &victim).await.status, 200);
    case.done(
        "zhao.ning",
        &evidence(
            "S06",
            "2025-11-14",
            &json!({"defender_heard_on": "2025-11-14",
        "victim_heard_on": "2025-11-14", "adoption": "采纳"}),
        ),
    )
    .await;
    assert!(app.service.tell_what_is_due().await.unwrap() > 0);
    let parts = Parts::of(&case).await;
    let offices = app.service.offices();
    let mut said = [0, 0];
    for (who, token) in &app.tokens {
        let viewer = app.service.authenticate(token).await.unwrap().unwrap();
        let scope = CaseScope {
            case: case.id.parse().unwrap(),
            social_worker: app
                .service
                .authenticate(&app.tokens["fang.qing"])
                .await
                .unwrap()
                .map(|v| v.account),
            ..CaseScope::at(offices.by_code("HW").unwrap().id)
        };
        let secrets =
            [(Action::ReadMedical, vec!["定期服药漪"]), (Action::ReadVictim, vec!["祁远漪", "伤情未愈漪"])];
        for route in ROUTES.iter().filter(|route| route.methods.contains(&"get")) {
            if !route.path.starts_with("/api/v1/cases") {
                continue;
            }
            let answer =
                app.get(who, &parts.fill(route, &case.id).replace("{form}", "social_investigation")).await;
            let text = String::from_utf8_lossy(&answer.bytes);
            for ((action, words), said) in secrets.iter().zip(&mut said) {
                let may = permit(&viewer, *action, &scope, &offices).is_ok();
                let found = words.iter().any(|word| text.contains(word));
                assert!(may || !found, "{who} {}: {text}", route.path);
                *said += usize::from(found);
            }
        }
    }
    assert!(said.iter().all(|said| *said > 0), "whoever may reads it somewhere: {said:?}");
}

/// Metacharacters of SQL and of paths in every place of every path, in every parameter and in every text of every body.
async fn row_14_and_15_nothing_typed_is_a_statement(app: &TestApp) {
    let case = TestCase::open(app).await;
    let described = app.get("", "/api/openapi.json").await.json();
    let mut tried = 0;
    for (route, method) in typed() {
        let who = who(app, route, method);
        let place = |what: &str| format!("{who} {method} {}: {what}", route.path);
        for typed in METACHARACTERS {
            let escaped = typed.bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat();
            let own = route.path.replace("{id}", &case.id);
            let mut asked = Vec::new();
            if route.path.contains('{') {
                let path =
                    route.path.split('/').map(|part| if part.starts_with('{') { &escaped } else { part });
                asked.push((path.collect::<Vec<_>>().join("/"), body(method, route.path)));
            }
            let whole = body(method, route.path).filter(|_| !own.contains('{'));
            let named = described["paths"][route.path][method]["parameters"].as_array();
            for parameter in named.into_iter().flatten().filter(|parameter| parameter["in"] == "query") {
                let name = parameter["name"].as_str().unwrap();
                asked.push((format!("{own}?{name}={escaped}"), body(method, route.path)));
            }
            asked.push((format!("{own}?sort={escaped}&order_by={escaped}"), body(method, route.path)));
            if let Some(whole) = whole {
                asked.extend(texts(&whole).into_iter().map(|pointer| {
                    let mut changed = whole.clone();
                    *changed.pointer_mut(&pointer).unwrap() = json!(typed);
                    (own.clone(), Some(changed))
                }));
            }
            for (path, body) in asked {
                let answer = send(app, &who, method, &path, body.as_ref()).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{}",
                    place(&format!("{path} {body:?}: {}", answer.status))
                );
                assert_ne!(
                    answer.status,
                    StatusCode::TOO_MANY_REQUESTS,
                    "{}",
                    place("nothing would be tried")
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
    assert_eq!(case.read("wu.min").await.status, 200, "everything is where it was");
    assert!(app.audit().await.sound(), "and nothing was done behind the ledger's back");
}

/// Every value of every body, in turn something that it may not be.
#[tokio::test]
async fn row_09_a_body_of_a_wrong_shape_breaks_nothing() {
    let app = TestApp::sqlite().await;
    let case = TestCase::open(&app).await;
    let long = "长".repeat(20_000);
    let wrong = [json!(null), json!(-1), json!(1e300), json!(long), json!([[]]), json!({"more": true})];
    let (mut refused, mut whole_back) = (0, Vec::new());
    for (route, method) in typed() {
        let Some(whole) = body(method, route.path) else { continue };
        let who = who(&app, route, method);
        let path = route.path.replace("{id}", &case.id);
        let path = path
            .split('/')
            .map(|part| if part.starts_with('{') { uuid::Uuid::nil().to_string() } else { part.to_owned() });
        let path = path.collect::<Vec<_>>().join("/");
        let mut bodies: Vec<Value> = wrong.to_vec();
        for pointer in values(&whole) {
            bodies.extend(wrong.iter().map(|wrong| {
                let mut changed = whole.clone();
                *changed.pointer_mut(&pointer).unwrap() = wrong.clone();
                changed
            }));
        }
        let mut more = whole.clone();
        more["no_such_field"] = json!(1);
        bodies.push(more);
        for body in bodies {
            let answer = app.send(&who, method, &path, &body).await;
            let said = body.to_string().chars().take(300).collect::<String>();
            assert!(!answer.status.is_server_error(), "{who} {method} {path}: {} {said}", answer.status);
            if answer.status.is_client_error() {
                assert!(answer.headers["content-type"] == "application/problem+json", "{method} {path}");
                if answer.bytes.len() > 20_000 {
                    whole_back.push(format!("{method} {path}: {}", said.replace('长', "")));
                }
                refused += 1;
            }
        }
    }
    assert!(refused > 500, "{refused}");
    assert!(whole_back.is_empty(), "said back whole: {whole_back:#?}");
    app.settle().await;
    assert!(app.audit().await.sound());
}

/// Every route that takes something typed, with its methods. Those of the caller's own session are tried in tests/signin;
/// here they would end it.
fn typed() -> impl Iterator<Item = (&'static Route, &'static str)> {
    let routes = ROUTES.iter().filter(|route| {
        route.path.starts_with("/api/v1/")
            && !["/state", "/handover", "/cases/assignments"].iter().any(|end| route.path.ends_with(end))
    });
    routes.flat_map(|route| {
        let asked = route.methods.iter().zip(route.asks);
        asked
            .filter(|(_, asks)| !matches!(asks, Asks::Nothing(_) | Asks::May(Action::OwnSession)))
            .map(move |(method, _)| (route, *method))
    })
}

/// Somebody whom the gate lets through to what is behind it, as far as anybody is.
fn who(app: &TestApp, route: &Route, method: &str) -> String {
    let asks =
        route.methods.iter().zip(route.asks).find(|(known, _)| **known == method).map(|(_, asks)| asks);
    let Some(Asks::May(action)) = asks else { return "zhao.ning".into() };
    let login = match action.name() {
        "administer" | "approve_access" | "see_staff" | "deputise" => "admin",
        "read_sealed" | "register_query" | "certify" | "seal" | "unseal" => "sun.lan",
        "audit_case" | "answer_for" | "answer_complaint" | "review_break_glass" | "break_glass"
        | "read_statistics" => "he.jing",
        "decide_query" | "exclude" => "qian.li",
        "assess" | "read_counselling" => "fang.qing",
        "open_case" => "wu.min",
        _ => "zhao.ning",
    };
    assert!(app.tokens.contains_key(login));
    login.into()
}

/// Where the texts of a value are (RFC 6901).
fn texts(value: &Value) -> Vec<String> {
    values(value).into_iter().filter(|pointer| value.pointer(pointer).is_some_and(Value::is_string)).collect()
}

/// Where all values of a value are, without itself (RFC 6901).
fn values(value: &Value) -> Vec<String> {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(all) => {
            all.iter().enumerate().map(|(place, value)| (place.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (name, value) in parts {
        let name = name.replace('~', "~0").replace('/', "~1");
        all.push(format!("/{name}"));
        all.extend(values(value).into_iter().map(|rest| format!("/{name}{rest}")));
    }
    all
}
