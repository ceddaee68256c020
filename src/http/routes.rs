//! The one list of all routes.

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument as _;
use uuid::Uuid;

use super::api::{assign, cases, duties, ledger, packs, staff, status};
use super::caller::RequestId;
use super::{App, Problem};
use crate::record::Text;

/// Largest request body, in bytes. A long report is some 100 KiB.
const LARGEST_BODY: usize = 1024 * 1024;
/// Longest time for one request.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// A route: its path, its methods, its handlers.
pub struct Route {
    /// Path.
    pub path: &'static str,
    /// Methods, for the check against the OpenAPI description.
    pub methods: &'static [&'static str],
    handlers: fn() -> MethodRouter<App>,
}

/// Every route of the service.
pub const ROUTES: &[Route] = &[
    Route { path: "/healthz", methods: &["get"], handlers: || get(status::healthz) },
    Route { path: "/readyz", methods: &["get"], handlers: || get(status::readyz) },
    Route { path: "/metrics", methods: &["get"], handlers: || get(status::metrics) },
    Route { path: "/api/openapi.json", methods: &["get"], handlers: || get(status::openapi) },
    Route { path: "/api/v1/packs", methods: &["get"], handlers: || get(packs::list) },
    Route { path: "/api/v1/packs/{id}", methods: &["get"], handlers: || get(packs::read) },
    Route {
        path: "/api/v1/offices",
        methods: &["get", "post"],
        handlers: || get(packs::offices).post(staff::create_office),
    },
    Route {
        path: "/api/v1/accounts",
        methods: &["get", "post"],
        handlers: || get(staff::members).post(staff::create_account),
    },
    Route { path: "/api/v1/accounts/{id}/roles", methods: &["post"], handlers: || post(staff::propose) },
    Route { path: "/api/v1/accounts/{id}/state", methods: &["post"], handlers: || post(staff::set_state) },
    Route {
        path: "/api/v1/accounts/{id}/deputies",
        methods: &["get", "post"],
        handlers: || get(staff::deputies).post(staff::add_deputy),
    },
    Route {
        path: "/api/v1/accounts/{id}/deputies/{deputy}/end",
        methods: &["post"],
        handlers: || post(staff::end_deputy),
    },
    Route { path: "/api/v1/accounts/{id}/handover", methods: &["post"], handlers: || post(staff::hand_over) },
    Route { path: "/api/v1/role-changes", methods: &["get"], handlers: || get(staff::role_changes) },
    Route {
        path: "/api/v1/role-changes/{id}/decision",
        methods: &["post"],
        handlers: || post(staff::decide_role),
    },
    Route {
        path: "/api/v1/cases",
        methods: &["get", "post"],
        handlers: || get(cases::list).post(cases::open),
    },
    Route { path: "/api/v1/cases/find", methods: &["post"], handlers: || post(cases::find) },
    Route { path: "/api/v1/cases/assignments", methods: &["post"], handlers: || post(assign::several) },
    Route { path: "/api/v1/cases/{id}", methods: &["get"], handlers: || get(cases::read) },
    Route {
        path: "/api/v1/cases/{id}/acts",
        methods: &["get", "post"],
        handlers: || get(cases::offers).post(cases::act),
    },
    Route {
        path: "/api/v1/cases/{id}/people",
        methods: &["get", "post"],
        handlers: || get(cases::people).post(cases::add_person),
    },
    Route { path: "/api/v1/cases/{id}/safeguards", methods: &["get"], handlers: || get(cases::safeguards) },
    Route {
        path: "/api/v1/cases/{id}/assignment",
        methods: &["get", "post"],
        handlers: || get(assign::history).post(cases::assign),
    },
    Route {
        path: "/api/v1/cases/{id}/exclusions",
        methods: &["get", "post"],
        handlers: || get(assign::exclusions).post(assign::exclude),
    },
    Route {
        path: "/api/v1/cases/{id}/exclusions/{exclusion}/lift",
        methods: &["post"],
        handlers: || post(assign::lift),
    },
    Route {
        path: "/api/v1/cases/{id}/transfers",
        methods: &["get", "post"],
        handlers: || get(duties::transfers_of).post(duties::offer),
    },
    Route { path: "/api/v1/transfers", methods: &["get"], handlers: || get(duties::transfers) },
    Route { path: "/api/v1/transfers/{id}/accept", methods: &["post"], handlers: || post(duties::accept) },
    Route { path: "/api/v1/transfers/{id}/refuse", methods: &["post"], handlers: || post(duties::refuse) },
    Route {
        path: "/api/v1/transfers/{id}/withdraw",
        methods: &["post"],
        handlers: || post(duties::withdraw),
    },
    Route {
        path: "/api/v1/cases/{id}/emergency",
        methods: &["post"],
        handlers: || post(duties::break_glass),
    },
    Route { path: "/api/v1/emergencies", methods: &["get"], handlers: || get(duties::emergencies) },
    Route { path: "/api/v1/emergencies/{id}/review", methods: &["post"], handlers: || post(duties::review) },
    Route { path: "/api/v1/notices", methods: &["get"], handlers: || get(duties::notices) },
    Route { path: "/api/v1/notices/{id}/read", methods: &["post"], handlers: || post(duties::read_notice) },
    Route { path: "/api/v1/cases/{id}/lookers", methods: &["get"], handlers: || get(duties::lookers) },
    Route { path: "/api/v1/cases/{id}/journal", methods: &["get"], handlers: || get(cases::journal) },
    Route { path: "/api/v1/cases/{id}/clocks", methods: &["get"], handlers: || get(cases::clocks) },
    Route { path: "/api/v1/cases/{id}/trail", methods: &["get"], handlers: || get(cases::trail) },
    Route {
        path: "/api/v1/cases/{id}/trail/{leaf}/proof",
        methods: &["get"],
        handlers: || get(cases::proof),
    },
    Route { path: "/api/v1/ledger/checkpoint", methods: &["get"], handlers: || get(ledger::checkpoint) },
];

/// The service as a router.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        router = router.route(route.path, (route.handlers)());
    }
    router
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                Text::new("方法不支持", "Method not allowed"),
                Text::new("此地址不支持该方法", "this address does not take this method"),
            )
        })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(|_| internal()))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, LONGEST_REQUEST))
        .layer(middleware::from_fn_with_state(app.clone(), observe))
        .with_state(app)
}

fn internal() -> Response {
    Problem::from(crate::casework::CaseworkError::Corrupt { what: "handler" }).into_response()
}

/// Gives each request its id, a span without personal data, and its place in the metrics.
async fn observe(
    axum::extract::State(app): axum::extract::State<App>,
    mut request: Request,
    next: Next,
) -> Response {
    let id: Uuid = app.service.new_id();
    request.extensions_mut().insert(RequestId(id));
    let path = request.extensions().get::<MatchedPath>().map_or("unmatched", |p| p.as_str()).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", %id, %method, path, status = tracing::field::Empty);
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = begun.elapsed();
    span.record("status", response.status().as_u16());
    span.in_scope(|| tracing::debug!(micros = took.as_micros(), "answered"));
    app.metrics.request(&path, method.as_str(), response.status().as_u16(), took);
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(axum::http::header::CACHE_CONTROL, no_store);
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(axum::http::header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}
