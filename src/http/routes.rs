//! The one list of all routes.

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument as _;
use uuid::Uuid;

use super::api::{cases, credentials, ledger, packs, session as sign_in, status};
use super::caller::RequestId;
use super::{App, Problem, session};
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
    Route {
        path: "/api/v1/session",
        methods: &["get", "post", "delete"],
        handlers: || get(sign_in::who_am_i).post(sign_in::sign_in).delete(sign_in::sign_out),
    },
    Route { path: "/api/v1/session/step-up", methods: &["post"], handlers: || post(sign_in::step_up) },
    Route {
        path: "/api/v1/sessions",
        methods: &["get", "delete"],
        handlers: || get(sign_in::sessions).delete(sign_in::end_others),
    },
    Route { path: "/api/v1/sessions/{id}", methods: &["delete"], handlers: || delete(sign_in::end) },
    Route { path: "/api/v1/credentials", methods: &["get"], handlers: || get(credentials::read) },
    Route {
        path: "/api/v1/credentials/password",
        methods: &["put", "delete"],
        handlers: || put(credentials::password).delete(credentials::drop_password),
    },
    Route {
        path: "/api/v1/credentials/passkeys",
        methods: &["post"],
        handlers: || post(credentials::add_passkey),
    },
    Route {
        path: "/api/v1/credentials/passkeys/options",
        methods: &["post"],
        handlers: || post(credentials::new_passkey),
    },
    Route {
        path: "/api/v1/credentials/passkeys/{id}",
        methods: &["delete"],
        handlers: || delete(credentials::drop_passkey),
    },
    Route { path: "/api/v1/credentials/totp", methods: &["post"], handlers: || post(credentials::new_totp) },
    Route {
        path: "/api/v1/credentials/totp/confirmation",
        methods: &["post"],
        handlers: || post(credentials::confirm_totp),
    },
    Route {
        path: "/api/v1/credentials/recovery-codes",
        methods: &["post"],
        handlers: || post(credentials::recovery_codes),
    },
    Route {
        path: "/api/v1/tokens",
        methods: &["get", "post"],
        handlers: || get(credentials::tokens).post(credentials::make_token),
    },
    Route { path: "/api/v1/tokens/{id}", methods: &["delete"], handlers: || delete(credentials::end_token) },
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
        .layer(middleware::from_fn(session::refuse_unexplained))
        .layer(CsrfLayer::new().with_rejection_response(|_| Problem::cross_site().into_response()))
        .layer(middleware::from_fn_with_state(app.clone(), session::limit))
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
    session::secure(response.headers_mut());
    response
}
