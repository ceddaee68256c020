//! The one list of all routes: [`ROUTES`] for programs and operators, [`PAGES`] for people.

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

use super::api::{
    assessments, assign, cases, child, copies, credentials, duties, forms, ledger, measures, outcomes, packs,
    records, session as sign_in, staff, status, work,
};
use super::caller::RequestId;
use super::gate::Asks::{self, May, Nothing};
use super::gate::complete;
use super::pages::{Forms, PAGES, explain, once};
use super::{App, Problem, sealer, session};
use crate::access::Action::{
    ActInCase, Administer, AnswerComplaint, AnswerFor, AnswerTransfer, Assess, Assign, AuditCase, BreakGlass,
    Certify, Commission, DecideMeasure, DecideQuery, DecideRoles, Deputise, Exclude, ExportCase, FindPerson,
    ListCases, OfferTransfer, OpenCase, OwnNotices, OwnSession, ProposeMeasure, ReadCase, ReadLedger,
    ReadRules, ReadStatistics, RegisterQuery, ReviewEmergency, Seal, SeeStaff, SuperviseMeasure, Unseal,
};
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
    /// What each of these methods asks of the policy, in the same order.
    pub asks: &'static [Asks],
    pub(super) handlers: fn() -> MethodRouter<App>,
}

/// Every route for programs and operators.
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
        path: "/api/v1/packs/{id}/forms",
        methods: &["get"],
        asks: &[May(ReadRules)],
        handlers: || get(forms::list),
    },
    Route {
        path: "/api/v1/packs/{id}/forms/{form}",
        methods: &["get"],
        asks: &[May(ReadRules)],
        handlers: || get(forms::read),
    },
    Route {
        path: "/api/v1/packs/{id}/measures",
        methods: &["get"],
        asks: &[May(ReadRules)],
        handlers: || get(measures::catalogue),
    },
    Route {
        path: "/api/v1/cases/{id}/measures",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(ProposeMeasure)],
        handlers: || get(measures::list).post(measures::propose),
    },
    Route {
        path: "/api/v1/cases/{id}/measures/{measure}",
        methods: &["get"],
        asks: &[May(ReadCase)],
        handlers: || get(measures::read),
    },
    Route {
        path: "/api/v1/cases/{id}/measures/{measure}/decisions",
        methods: &["post"],
        asks: &[May(DecideMeasure)],
        handlers: || post(measures::decide),
    },
    Route {
        path: "/api/v1/cases/{id}/measures/{measure}/work",
        methods: &["post"],
        asks: &[May(SuperviseMeasure)],
        handlers: || post(measures::work),
    },
    Route {
        path: "/api/v1/cases/{id}/links",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(ActInCase)],
        handlers: || get(measures::links).post(measures::link),
    },
    Route {
        path: "/api/v1/cases/{id}/links/{link}/end",
        methods: &["post"],
        asks: &[May(ActInCase)],
        handlers: || post(measures::unlink),
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
        path: "/api/v1/accounts/{id}/invitation",
        methods: &["post"],
        asks: &[May(Administer)],
        handlers: || post(staff::invite),
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
        path: "/api/v1/worklist",
        methods: &["get"],
        asks: &[May(ListCases)],
        handlers: || get(work::list),
    },
    Route {
        path: "/api/v1/worklist/{id}/seen",
        methods: &["post"],
        asks: &[May(OwnNotices)],
        handlers: || post(work::seen),
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
        path: "/api/v1/cases/{id}/assessments",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(Commission)],
        handlers: || get(assessments::list).post(assessments::request),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/begin",
        methods: &["post"],
        asks: &[May(Assess)],
        handlers: || post(assessments::begin),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}",
        methods: &["get"],
        asks: &[May(ReadCase)],
        handlers: || get(assessments::read),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/draft",
        methods: &["get", "put"],
        asks: &[May(ReadCase), May(Assess)],
        handlers: || get(assessments::draft).put(assessments::save),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/accept",
        methods: &["post"],
        asks: &[May(Assess)],
        handlers: || post(assessments::accept),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/decline",
        methods: &["post"],
        asks: &[May(Assess)],
        handlers: || post(assessments::decline),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/withdraw",
        methods: &["post"],
        asks: &[May(Commission)],
        handlers: || post(assessments::withdraw),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/submit",
        methods: &["post"],
        asks: &[May(Assess)],
        handlers: || post(assessments::submit),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/return",
        methods: &["post"],
        asks: &[May(Commission)],
        handlers: || post(assessments::send_back),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/adopt",
        methods: &["post"],
        asks: &[May(Commission)],
        handlers: || post(assessments::adopt),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/release",
        methods: &["post"],
        asks: &[May(Assess)],
        handlers: || post(assessments::release),
    },
    Route {
        path: "/api/v1/cases/{id}/assessments/{assessment}/correct",
        methods: &["post"],
        asks: &[May(Assess)],
        handlers: || post(assessments::correct),
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
        path: "/api/v1/cases/{id}/sheet",
        methods: &["get"],
        asks: &[May(ReadCase)],
        handlers: || get(child::sheet),
    },
    Route {
        path: "/sheet.css",
        methods: &["get"],
        asks: &[Nothing("how a printed sheet looks; it says nothing of anybody")],
        handlers: || get(child::style),
    },
    Route {
        path: "/api/v1/cases/{id}/voices",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(ActInCase)],
        handlers: || get(child::voices).post(child::add_voice),
    },
    Route {
        path: "/api/v1/cases/{id}/copies",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(ExportCase)],
        handlers: || get(copies::list).post(copies::make),
    },
    Route {
        path: "/api/v1/cases/{id}/copies/{copy}/recall",
        methods: &["post"],
        asks: &[May(ActInCase)],
        handlers: || post(copies::recall),
    },
    Route {
        path: "/api/v1/cases/{id}/complaints",
        methods: &["get", "post"],
        asks: &[May(AnswerComplaint), May(ActInCase)],
        handlers: || get(child::complaints).post(child::complain),
    },
    Route {
        path: "/api/v1/complaints/{id}/answerer",
        methods: &["post"],
        asks: &[May(AnswerComplaint)],
        handlers: || post(child::assign_complaint),
    },
    Route {
        path: "/api/v1/complaints/{id}/answer",
        methods: &["post"],
        asks: &[May(AnswerComplaint)],
        handlers: || post(child::answer_complaint),
    },
    Route {
        path: "/api/v1/calendar",
        methods: &["get", "post", "delete"],
        asks: &[May(OwnNotices), May(OwnNotices), May(OwnNotices)],
        handlers: || get(child::feed).post(child::make_feed).delete(child::drop_feed),
    },
    Route {
        path: "/calendar/{token}",
        methods: &["get"],
        asks: &[Nothing("the address is the secret: 256 random bits, which its owner can take away")],
        handlers: || get(child::calendar),
    },
    Route {
        path: "/api/v1/notices/mail",
        methods: &["get", "put", "delete"],
        asks: &[May(OwnNotices), May(OwnNotices), May(OwnNotices)],
        handlers: || get(work::mail).put(work::set_mail).delete(work::drop_mail),
    },
    Route {
        path: "/api/v1/cases/{id}/missed",
        methods: &["get"],
        asks: &[May(ReadCase)],
        handlers: || get(work::misses),
    },
    Route {
        path: "/api/v1/cases/{id}/missed/{miss}/answer",
        methods: &["post"],
        asks: &[May(AnswerFor)],
        handlers: || post(work::answer_for),
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
        path: "/api/v1/cases/{id}/items",
        methods: &["get", "post"],
        asks: &[May(ReadCase), May(Seal)],
        handlers: || get(records::items).post(records::seal_item),
    },
    Route {
        path: "/api/v1/cases/{id}/items/{item}/unsealing",
        methods: &["post"],
        asks: &[May(Unseal)],
        handlers: || post(records::unseal_item),
    },
    Route {
        path: "/api/v1/records/queue",
        methods: &["get"],
        asks: &[May(RegisterQuery)],
        handlers: || get(records::queue),
    },
    Route {
        path: "/api/v1/records/queries",
        methods: &["get", "post"],
        asks: &[May(RegisterQuery), May(RegisterQuery)],
        handlers: || get(records::queries).post(records::ask),
    },
    Route {
        path: "/api/v1/records/queries/{id}",
        methods: &["get"],
        asks: &[May(RegisterQuery)],
        handlers: || get(records::query),
    },
    Route {
        path: "/api/v1/records/queries/{id}/decision",
        methods: &["post"],
        asks: &[May(DecideQuery)],
        handlers: || post(records::decide),
    },
    Route {
        path: "/api/v1/records/certificates",
        methods: &["post"],
        asks: &[May(Certify)],
        handlers: || post(records::certify),
    },
    Route {
        path: "/api/v1/records/certificates/{id}",
        methods: &["get"],
        asks: &[May(Certify)],
        handlers: || get(records::certificate),
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
    Route {
        path: "/api/v1/outcomes",
        methods: &["get"],
        asks: &[May(ReadStatistics)],
        handlers: || get(outcomes::read),
    },
    Route {
        path: "/api/v1/outcomes.csv",
        methods: &["get"],
        asks: &[May(ReadStatistics)],
        handlers: || get(outcomes::export),
    },
];

const _: () = assert!(complete(ROUTES) && complete(PAGES), "a method of a route does not say what it asks");

/// Every route of the service.
pub fn every_route() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().chain(PAGES)
}

/// The service as a router.
pub fn router(app: App) -> Router {
    serve(app, |_| true)
}

/// Those routes of it that lead to `wanted` paths.
pub(super) fn serve(app: App, wanted: impl Fn(&str) -> bool) -> Router {
    let mut router = Router::new();
    for route in every_route().filter(|route| wanted(route.path)) {
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
        // Outermost first, as one layer: each layer of a router is a box that every request clones, with all within it.
        .layer((
            middleware::from_fn_with_state(app.clone(), observe),
            middleware::from_fn_with_state(app.clone(), explain),
            TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, LONGEST_REQUEST),
            middleware::from_fn_with_state(app.clone(), session::limit),
            CsrfLayer::new().with_rejection_response(|_| Problem::cross_site().into_response()),
            middleware::from_fn(session::refuse_unexplained),
            CatchPanicLayer::custom(|_| internal()),
            middleware::from_fn_with_state((app.clone(), Forms::default()), once),
            middleware::from_fn_with_state(app.clone(), sealer::pass_on),
            DefaultBodyLimit::max(LARGEST_BODY),
        ))
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
    session::secure(response.headers_mut());
    response
}
