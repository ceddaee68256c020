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

use super::api::{assign, cases, credentials, duties, ledger, packs, session as sign_in, staff, status};
use super::caller::RequestId;
use super::gate::Asks::{self, May, Nothing};
use super::gate::complete;
use super::{App, Problem, session};
use crate::access::Action::{
    ActInCase, Administer, AnswerTransfer, Assign, AuditCase, BreakGlass, DecideRoles, Deputise, Exclude,
    FindPerson, ListCases, OfferTransfer, OpenCase, OwnNotices, OwnSession, ReadCase, ReadLedger, ReadRules,
    ReviewEmergency, SeeStaff,
};
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
    /// What each of these methods asks of the policy, in the same order.
    pub asks: &'static [Asks],
    handlers: fn() -> MethodRouter<App>,
}

/// Every route of the service.
pub const ROUTES: &[Route] = &[
    Route {
        path: "/healthz",
        methods: &["get"],
        asks: &[Nothing("says only that the process lives")],
        handlers: || get(status::healthz),
    },
    Route {
        path: "/readyz",
        methods: &["get"],
        asks: &[Nothing("says only that the database answers")],
        handlers: || get(status::readyz),
    },
    Route {
        path: "/metrics",
        methods: &["get"],
        asks: &[Nothing("counts and timings, no person and no case")],
        handlers: || get(status::metrics),
    },
    Route {
        path: "/api/openapi.json",
        methods: &["get"],
        asks: &[Nothing("the description of the API is public")],
        handlers: || get(status::openapi),
    },
    Route {
        path: "/api/v1/packs",
        methods: &["get"],
        asks: &[May(ReadRules)],
        handlers: || get(packs::list),
    },
    Route {
        path: "/api/v1/packs/{id}",
        methods: &["get"],
        asks: &[May(ReadRules)],
        handlers: || get(packs::read),
    },
    Route {
        path: "/api/v1/offices",
        methods: &["get", "post"],
        asks: &[May(ReadRules), May(Administer)],
        handlers: || get(packs::offices).post(staff::create_office),
    },
    Route {
        path: "/api/v1/accounts",
        methods: &["get", "post"],
        asks: &[May(SeeStaff), May(Administer)],
        handlers: || get(staff::members).post(staff::create_account),
    },
    Route {
        path: "/api/v1/accounts/{id}/roles",
        methods: &["post"],
        asks: &[May(Administer)],
        handlers: || post(staff::propose),
    },
    Route {
        path: "/api/v1/accounts/{id}/state",
        methods: &["post"],
        asks: &[May(Administer)],
        handlers: || post(staff::set_state),
    },
    Route {
        path: "/api/v1/accounts/{id}/deputies",
        methods: &["get", "post"],
        asks: &[May(Deputise), May(Deputise)],
        handlers: || get(staff::deputies).post(staff::add_deputy),
    },
    Route {
        path: "/api/v1/accounts/{id}/deputies/{deputy}/end",
        methods: &["post"],
        asks: &[May(Deputise)],
        handlers: || post(staff::end_deputy),
    },
    Route {
        path: "/api/v1/accounts/{id}/handover",
        methods: &["post"],
        asks: &[May(Assign)],
        handlers: || post(staff::hand_over),
    },
    Route {
        path: "/api/v1/role-changes",
        methods: &["get"],
        asks: &[May(SeeStaff)],
        handlers: || get(staff::role_changes),
    },
    Route {
        path: "/api/v1/role-changes/{id}/decision",
        methods: &["post"],
        asks: &[May(DecideRoles)],
        handlers: || post(staff::decide_role),
    },
    Route {
        path: "/api/v1/cases",
        methods: &["get", "post"],
        asks: &[May(ListCases), May(OpenCase)],
        handlers: || get(cases::list).post(cases::open),
    },
    Route {
        path: "/api/v1/cases/find",
        methods: &["post"],
        asks: &[May(FindPerson)],
        handlers: || post(cases::find),
    },
    Route {
        path: "/api/v1/cases/assignments",
        methods: &["post"],
        asks: &[May(Assign)],
        handlers: || post(assign::several),
    },
    Route {
        path: "/api/v1/cases/{id}",
        methods: &["get"],
        asks: &[May(ReadCase)],
        handlers: || get(cases::read),
    },
    Route {
        path: "/api/v1/cases/{id}/acts",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(ActInCase)],
        handlers: || get(cases::offers).post(cases::act),
    },
    Route {
        path: "/api/v1/cases/{id}/people",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(ActInCase)],
        handlers: || get(cases::people).post(cases::add_person),
    },
    Route {
        path: "/api/v1/cases/{id}/safeguards",
        methods: &["get"],
        asks: &[May(ReadCase)],
        handlers: || get(cases::safeguards),
    },
    Route {
        path: "/api/v1/cases/{id}/assignment",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(Assign)],
        handlers: || get(assign::history).post(cases::assign),
    },
    Route {
        path: "/api/v1/cases/{id}/exclusions",
        methods: &["get", "post"],
        asks: &[May(Exclude), May(Exclude)],
        handlers: || get(assign::exclusions).post(assign::exclude),
    },
    Route {
        path: "/api/v1/cases/{id}/exclusions/{exclusion}/lift",
        methods: &["post"],
        asks: &[May(Exclude)],
        handlers: || post(assign::lift),
    },
    Route {
        path: "/api/v1/cases/{id}/transfers",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(OfferTransfer)],
        handlers: || get(duties::transfers_of).post(duties::offer),
    },
    Route {
        path: "/api/v1/transfers",
        methods: &["get"],
        asks: &[May(OpenCase)],
        handlers: || get(duties::transfers),
    },
    Route {
        path: "/api/v1/transfers/{id}/accept",
        methods: &["post"],
        asks: &[May(AnswerTransfer)],
        handlers: || post(duties::accept),
    },
    Route {
        path: "/api/v1/transfers/{id}/refuse",
        methods: &["post"],
        asks: &[May(AnswerTransfer)],
        handlers: || post(duties::refuse),
    },
    Route {
        path: "/api/v1/transfers/{id}/withdraw",
        methods: &["post"],
        asks: &[May(OfferTransfer)],
        handlers: || post(duties::withdraw),
    },
    Route {
        path: "/api/v1/cases/{id}/emergency",
        methods: &["post"],
        asks: &[May(BreakGlass)],
        handlers: || post(duties::break_glass),
    },
    Route {
        path: "/api/v1/emergencies",
        methods: &["get"],
        asks: &[May(ReviewEmergency)],
        handlers: || get(duties::emergencies),
    },
    Route {
        path: "/api/v1/emergencies/{id}/review",
        methods: &["post"],
        asks: &[May(ReviewEmergency)],
        handlers: || post(duties::review),
    },
    Route {
        path: "/api/v1/notices",
        methods: &["get"],
        asks: &[May(OwnNotices)],
        handlers: || get(duties::notices),
    },
    Route {
        path: "/api/v1/notices/{id}/read",
        methods: &["post"],
        asks: &[May(OwnNotices)],
        handlers: || post(duties::read_notice),
    },
    Route {
        path: "/api/v1/cases/{id}/lookers",
        methods: &["get"],
        asks: &[May(AuditCase)],
        handlers: || get(duties::lookers),
    },
    Route {
        path: "/api/v1/cases/{id}/journal",
        methods: &["get"],
        asks: &[May(ReadCase)],
        handlers: || get(cases::journal),
    },
    Route {
        path: "/api/v1/cases/{id}/clocks",
        methods: &["get"],
        asks: &[May(ReadCase)],
        handlers: || get(cases::clocks),
    },
    Route {
        path: "/api/v1/cases/{id}/trail",
        methods: &["get"],
        asks: &[May(AuditCase)],
        handlers: || get(cases::trail),
    },
    Route {
        path: "/api/v1/cases/{id}/trail/{leaf}/proof",
        methods: &["get"],
        asks: &[May(AuditCase)],
        handlers: || get(cases::proof),
    },
    Route {
        path: "/api/v1/session",
        methods: &["get", "post", "delete"],
        asks: &[May(OwnSession), Nothing("whoever signs in is not known yet"), May(OwnSession)],
        handlers: || get(sign_in::who_am_i).post(sign_in::sign_in).delete(sign_in::sign_out),
    },
    Route {
        path: "/api/v1/session/step-up",
        methods: &["post"],
        asks: &[May(OwnSession)],
        handlers: || post(sign_in::step_up),
    },
    Route {
        path: "/api/v1/sessions",
        methods: &["get", "delete"],
        asks: &[May(OwnSession), May(OwnSession)],
        handlers: || get(sign_in::sessions).delete(sign_in::end_others),
    },
    Route {
        path: "/api/v1/sessions/{id}",
        methods: &["delete"],
        asks: &[May(OwnSession)],
        handlers: || delete(sign_in::end),
    },
    Route {
        path: "/api/v1/credentials",
        methods: &["get"],
        asks: &[May(OwnSession)],
        handlers: || get(credentials::read),
    },
    Route {
        path: "/api/v1/credentials/password",
        methods: &["put", "delete"],
        asks: &[May(OwnSession), May(OwnSession)],
        handlers: || put(credentials::password).delete(credentials::drop_password),
    },
    Route {
        path: "/api/v1/credentials/passkeys",
        methods: &["post"],
        asks: &[May(OwnSession)],
        handlers: || post(credentials::add_passkey),
    },
    Route {
        path: "/api/v1/credentials/passkeys/options",
        methods: &["post"],
        asks: &[May(OwnSession)],
        handlers: || post(credentials::new_passkey),
    },
    Route {
        path: "/api/v1/credentials/passkeys/{id}",
        methods: &["delete"],
        asks: &[May(OwnSession)],
        handlers: || delete(credentials::drop_passkey),
    },
    Route {
        path: "/api/v1/credentials/totp",
        methods: &["post"],
        asks: &[May(OwnSession)],
        handlers: || post(credentials::new_totp),
    },
    Route {
        path: "/api/v1/credentials/totp/confirmation",
        methods: &["post"],
        asks: &[May(OwnSession)],
        handlers: || post(credentials::confirm_totp),
    },
    Route {
        path: "/api/v1/credentials/recovery-codes",
        methods: &["post"],
        asks: &[May(OwnSession)],
        handlers: || post(credentials::recovery_codes),
    },
    Route {
        path: "/api/v1/tokens",
        methods: &["get", "post"],
        asks: &[May(OwnSession), May(OwnSession)],
        handlers: || get(credentials::tokens).post(credentials::make_token),
    },
    Route {
        path: "/api/v1/tokens/{id}",
        methods: &["delete"],
        asks: &[May(OwnSession)],
        handlers: || delete(credentials::end_token),
    },
    Route {
        path: "/api/v1/ledger/checkpoint",
        methods: &["get"],
        asks: &[May(ReadLedger)],
        handlers: || get(ledger::checkpoint),
    },
];

const _: () = assert!(complete(ROUTES), "a method of a route does not say what it asks");

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
