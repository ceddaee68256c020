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

use super::api::{cases, ledger, packs, records, status};
use super::caller::RequestId;
use super::{App, Problem, sealer};
use crate::record::Text;

/// Largest request body, in bytes. A long report is some 100 KiB.
pub(super) const LARGEST_BODY: usize = 1024 * 1024;
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
    Route { path: "/api/v1/offices", methods: &["get"], handlers: || get(packs::offices) },
    Route {
        path: "/api/v1/cases",
        methods: &["get", "post"],
        handlers: || get(cases::list).post(cases::open),
    },
    Route { path: "/api/v1/cases/find", methods: &["post"], handlers: || post(cases::find) },
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
    Route { path: "/api/v1/cases/{id}/assignment", methods: &["post"], handlers: || post(cases::assign) },
    Route { path: "/api/v1/cases/{id}/journal", methods: &["get"], handlers: || get(cases::journal) },
    Route { path: "/api/v1/cases/{id}/clocks", methods: &["get"], handlers: || get(cases::clocks) },
    Route { path: "/api/v1/cases/{id}/trail", methods: &["get"], handlers: || get(cases::trail) },
    Route {
        path: "/api/v1/cases/{id}/trail/{leaf}/proof",
        methods: &["get"],
        handlers: || get(cases::proof),
    },
    Route { path: "/api/v1/records/queue", methods: &["get"], handlers: || get(records::queue) },
    Route {
        path: "/api/v1/records/queries",
        methods: &["get", "post"],
        handlers: || get(records::queries).post(records::ask),
    },
    Route { path: "/api/v1/records/queries/{id}", methods: &["get"], handlers: || get(records::query) },
    Route {
        path: "/api/v1/records/queries/{id}/decision",
        methods: &["post"],
        handlers: || post(records::decide),
    },
    Route { path: "/api/v1/records/certificates", methods: &["post"], handlers: || post(records::certify) },
    Route {
        path: "/api/v1/records/certificates/{id}",
        methods: &["get"],
        handlers: || get(records::certificate),
    },
    Route { path: "/api/v1/ledger/checkpoint", methods: &["get"], handlers: || get(ledger::checkpoint) },
];

/// The service as a router.
pub fn router(app: App) -> Router {
    serve(app, |_| true)
}

/// Those routes of it that lead to `wanted` paths.
pub(super) fn serve(app: App, wanted: impl Fn(&str) -> bool) -> Router {
    let mut router = Router::new();
    for route in ROUTES.iter().filter(|route| wanted(route.path)) {
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
        .layer(middleware::from_fn_with_state(app.clone(), sealer::pass_on))
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
    let id: Uuid = sealer::request_id(&app, &request).unwrap_or_else(|| app.service.new_id());
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
