//! The sealer's door: a unix socket beside the databases, and the way there.
//!
//! The sealer is this same service in a process of its own, with the key that opens sealed cases. What the serving
//! process cannot do because it concerns a sealed case ([`ForSealer`]) it passes on as it came: the request, with the
//! caller's own credential. The sealer asks for itself who calls and whether they may; nothing that the serving process
//! says about that counts. HTTP is spoken here as outside, so that limits, problems and descriptions are the same.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use uuid::Uuid;

use super::problem::ForSealer;
use super::routes::{LARGEST_BODY, serve};
use super::{App, Problem, ServeError};

/// The request's id, in either direction.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Paths that the sealer answers: what is about one case, and what is about sealed records.
const ABOUT: [&str; 4] = ["/api/v1/cases/{id}", "/cases/{id}", "/api/v1/records/", "/records/"];
/// How long a sealer that ends may keep the socket.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the sealer listens.
#[derive(Clone, Debug)]
pub struct SealerLink {
    socket: PathBuf,
}

impl SealerLink {
    /// The sealer at a socket, whether it is there now or not.
    pub const fn new(socket: PathBuf) -> Self {
        Self { socket }
    }

    /// Reaches the sealer, if it is there.
    async fn reach(&self) -> io::Result<UnixStream> {
        UnixStream::connect(&self.socket).await
    }

    /// Sends a request there and gives its answer.
    async fn send(stream: UnixStream, parts: Parts, body: Bytes) -> io::Result<Response> {
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let driven = tokio::spawn(connection);
        let mut request = axum::http::Request::builder().method(parts.method).uri(parts.uri);
        if let Some(headers) = request.headers_mut() {
            *headers = between(parts.headers);
            // As the caller named the service, which is what a request from another site is told by.
            headers.entry(HOST).or_insert(HeaderValue::from_static("sealer"));
        }
        let request = request.body(Full::new(body)).map_err(io::Error::other)?;
        let answer = sender.send_request(request).await.map_err(io::Error::other)?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        driven.abort();
        let mut response = (head.status, Body::from(body)).into_response();
        *response.headers_mut() = between(head.headers);
        Ok(response)
    }
}

/// Headers without those that are about one connection only.
fn between(mut headers: HeaderMap) -> HeaderMap {
    for name in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers
}

/// Passes a request on to the sealer if this process could not answer it.
pub(super) async fn pass_on(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(link) = app.sealer.clone() else { return next.run(request).await };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else { return Problem::too_large().into_response() };
    let (method, uri, mut headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    let id = parts.extensions.get::<super::caller::RequestId>().map(|id| id.0);
    let answer = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    if answer.extensions().get::<ForSealer>().is_none() {
        return answer;
    }
    let mut passed = Request::new(());
    (*passed.method_mut(), *passed.uri_mut()) = (method, uri);
    if let Some(id) = id.and_then(|id| HeaderValue::from_str(&id.to_string()).ok()) {
        headers.insert(REQUEST_ID, id);
    }
    *passed.headers_mut() = headers;
    Box::pin(answer_of_sealer(app, link, passed, bytes, answer)).await
}

/// What the sealer says to a request; `answer` if it is not there.
async fn answer_of_sealer(
    app: App,
    link: SealerLink,
    passed: axum::http::Request<()>,
    bytes: Bytes,
    answer: Response,
) -> Response {
    let case = case_of(passed.uri().path());
    let stream = match link.reach().await {
        Ok(stream) => stream,
        Err(error) => {
            tracing::error!(error = %error, "the sealer is not there");
            return answer;
        }
    };
    let sent = SealerLink::send(stream, passed.into_parts().0, bytes).await;
    app.service.forget(case).await;
    sent.unwrap_or_else(|error| {
        tracing::error!(error = %error, "the sealer broke off");
        Problem::sealer_broke_off().into_response()
    })
}

/// The case that a path is about.
fn case_of(path: &str) -> Option<Uuid> {
    let rest = path.strip_prefix("/api/v1/cases/").or_else(|| path.strip_prefix("/cases/"))?;
    rest.split('/').next().and_then(|id| Uuid::try_parse(id).ok())
}

/// The id that the serving process gave a request; nobody but it comes through the sealer's door.
pub(super) fn request_id(app: &App, request: &Request) -> Option<Uuid> {
    if !app.service.keys().seals() {
        return None;
    }
    Uuid::try_parse(request.headers().get(REQUEST_ID)?.to_str().ok()?).ok()
}

/// What the sealer serves.
pub fn router(app: App) -> Router {
    serve(app, |path| ABOUT.iter().any(|about| path.starts_with(about)))
}

/// Takes the socket: its owner's alone from its first moment, or, `shared`, also the group's of the folder in which it
/// stands. One that was left is replaced, one that is in use is not.
///
/// # Errors
/// [`ServeError::Socket`].
pub async fn bind(socket: &Path, shared: bool) -> Result<UnixListener, ServeError> {
    let failed = |source| ServeError::Socket { path: socket.to_owned(), source };
    let deadline = tokio::time::Instant::now() + PATIENCE;
    // The sealer of a service that was killed a moment ago may still be there.
    while UnixStream::connect(socket).await.is_ok() {
        if tokio::time::Instant::now() >= deadline {
            return Err(failed(io::Error::from(io::ErrorKind::AddrInUse)));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let own = socket.with_extension(format!("{}.tmp", std::process::id()));
    std::fs::DirBuilder::new().mode(0o700).create(&own).map_err(failed)?;
    let inside = own.join("s");
    let bound = UnixListener::bind(&inside).and_then(|listener| {
        std::fs::set_permissions(
            &inside,
            std::fs::Permissions::from_mode(if shared { 0o660 } else { 0o600 }),
        )?;
        std::fs::rename(&inside, socket)?;
        Ok(listener)
    });
    let _ = std::fs::remove_dir_all(&own);
    bound.map_err(failed)
}

/// Serves sealed records until `stop` resolves and all requests that had begun are answered.
///
/// # Errors
/// [`ServeError::Listen`].
pub async fn run(
    listener: UnixListener,
    app: App,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    axum::serve(listener, router(app)).with_graceful_shutdown(stop).await.map_err(ServeError::Listen)
}
