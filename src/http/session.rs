//! How a browser is kept apart from other sites, other people and other browsers: the session's cookie, requests that
//! another site made it send, headers on every answer, and how much one address or account may get wrong.

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

use super::caller::{RequestId, Whoever};
use super::{App, Problem};
use crate::casework::signin::{Session, Visit};
use crate::casework::{Caller, CaseworkError};

/// The session's cookie. The prefix makes browsers refuse it from any other host, path or plain connection.
pub const COOKIE: &str = "__Host-tutela";
/// No script reads it, no other site's request carries it, and it ends with the browser.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// On every answer. The pages load nothing from elsewhere and nothing that is written into them.
const HEADERS: [(HeaderName, HeaderValue); 9] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
        ),
    ),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Puts the security headers on an answer.
pub(super) fn secure(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        // Only what is the same for everybody and named by its content says that it may be kept.
        if name != header::CACHE_CONTROL || !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}

/// The session's token in a request's cookies; none where there are two.
pub(super) fn token_of(headers: &HeaderMap) -> Option<&str> {
    let mut found = cookies(headers).filter_map(|cookie| cookie.strip_prefix(COOKIE)?.strip_prefix('='));
    found.next().filter(|_| found.next().is_none())
}

pub(super) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let all = headers.get_all(header::COOKIE).into_iter();
    all.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';')).map(str::trim)
}

/// Gives a browser its session's token, if there is a new one.
pub(super) struct NewToken(pub(super) Option<String>);

/// Takes it away.
pub(super) struct NoToken;

impl IntoResponseParts for NewToken {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        // A token is letters, digits, hyphens and underscores: always fit for a header.
        let cookie = self.0.map(|token| format!("{COOKIE}={token}; {ATTRIBUTES}"));
        if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
            parts.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        Ok(parts)
    }
}

impl IntoResponseParts for NoToken {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        if let Ok(cookie) = HeaderValue::from_str(&format!("{COOKIE}=; {ATTRIBUTES}; Max-Age=0")) {
            parts.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        Ok(parts)
    }
}

/// A person at a browser: signed in with a session, not with an API token.
pub struct InPerson(pub Caller, pub Session);

impl FromRequestParts<App> for InPerson {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Whoever(caller, session) = Whoever::from_request_parts(parts, app).await?;
        session.map(|session| Self(caller, session)).ok_or_else(Problem::only_in_person)
    }
}

/// Somebody who may be about to sign in.
pub struct Visitor(pub Visit);

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let request = parts.extensions.get::<RequestId>().map_or_else(|| app.service.new_id(), |id| id.0);
        let agent = parts.headers.get(header::USER_AGENT).map_or(&[][..], HeaderValue::as_bytes);
        Ok(Self(Visit { request, agent: String::from_utf8_lossy(agent).into_owned() }))
    }
}

/// Set by whoever finds out which account asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Asking(Arc<OnceLock<Uuid>>);

impl Asking {
    pub(super) fn is(&self, account: Uuid) {
        // Asked twice in one request, it is the same account.
        let _ = self.0.set(account);
    }
}

/// What was shown is wrong: marks an answer that is counted against the address.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShownWrong;

/// Counts what goes wrong, and turns away whoever got too much wrong: before a step of signing in, and in place of
/// saying once more that a token is unknown. A good session or token always passes, so that one person's mistakes do not
/// stop an office that shares their address.
pub(super) async fn limit(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let from = address(&request, app.behind_proxy);
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let signs_in =
        request.method() == Method::POST && (path == "/api/v1/session" || path.starts_with("/sign-in"));
    if signs_in && let Err(error) = app.service.may_show(from) {
        return Problem::from(error).into_response();
    }
    let presented =
        request.headers().contains_key(header::AUTHORIZATION) || token_of(request.headers()).is_some();
    let asking = Asking::default();
    request.extensions_mut().insert(asking.clone());
    let response = next.run(request).await;
    let unknown = presented && response.status() == StatusCode::UNAUTHORIZED;
    if unknown || response.extensions().get::<ShownWrong>().is_some() {
        if let Err(error) = app.service.may_show(from) {
            return Problem::from(error).into_response();
        }
        app.service.showed_wrong(from);
    }
    if let (StatusCode::NOT_FOUND, Some(account)) = (response.status(), asking.0.get()) {
        app.service.asked_in_vain(*account);
    }
    response
}

/// The address that a request comes from: the connection's, or the one that the proxy in front added last. Where it is
/// not known, all share one.
fn address(request: &Request, behind_proxy: bool) -> IpAddr {
    let forwarded = request.headers().get_all("x-forwarded-for").into_iter().next_back();
    let last = forwarded.and_then(|all| all.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    if let Some(address) = last.filter(|_| behind_proxy) {
        return address;
    }
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip())
}

/// A browser says from where a request was made it send. One that changes something, carries the session and says
/// nothing of the kind is refused: tower-http's layer, which looks at what is said, lets it through.
pub(super) async fn refuse_unexplained(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let explained = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let carries = cookies(headers).any(|cookie| cookie.starts_with(COOKIE));
    if !safe && carries && !explained {
        return Problem::cross_site().into_response();
    }
    next.run(request).await
}

/// Whether an account may ask for more; whoever is signed in passes here.
pub(super) fn ask(parts: &Parts, app: &App, account: Uuid) -> Result<(), CaseworkError> {
    if let Some(asking) = parts.extensions.get::<Asking>() {
        asking.is(account);
    }
    app.service.may_ask(account)
}
