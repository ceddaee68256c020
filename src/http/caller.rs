//! Who calls: taken from the request once, before any handler runs.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use uuid::Uuid;

use super::{App, Problem, gate, said, session};
use crate::casework::Caller;
use crate::casework::sent::Sent;
use crate::casework::signin::Session;
use crate::casework::signin::tokens::Scope;
use crate::record::Text;

/// Longest idempotency key, in bytes.
const LONGEST_KEY: usize = 200;

/// The request's id, made by the service for every request.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestId(pub(super) Uuid);

/// A signed-in caller. A handler that has one cannot have been reached by anybody else.
pub struct SignedIn(pub Caller);

/// A signed-in caller with their session; without one, they showed an API token.
pub struct Whoever(pub Caller, pub Option<Session>);

/// What is read by sending: a search is not put into an address, where logs would keep it.
const READ_BY_POST: [&str; 1] = ["/api/v1/cases/find"];

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Whoever::from_request_parts(parts, app).await.map(|Whoever(caller, _)| Self(caller))
    }
}

impl FromRequestParts<App> for Whoever {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let (viewer, session) = if parts.headers.contains_key(header::AUTHORIZATION) {
            let token = bearer(&parts.headers).ok_or_else(Problem::unauthenticated)?;
            let known = app.service.authenticate_scoped(token).await?;
            let (viewer, scope) = known.ok_or_else(Problem::unauthenticated)?;
            if scope == Scope::Read && !reads(parts) {
                return Err(Problem::only_reads());
            }
            (viewer, None)
        } else {
            let token = session::token_of(&parts.headers).ok_or_else(Problem::unauthenticated)?;
            let known = Box::pin(app.service.session(token)).await?;
            let (viewer, session) = known.ok_or_else(Problem::unauthenticated)?;
            (viewer, Some(session))
        };
        session::ask(parts, app, viewer.account)?;
        let request = parts.extensions.get::<RequestId>().map_or_else(|| app.service.new_id(), |id| id.0);
        let mut caller = Caller::new(viewer, request);
        caller.idempotency_key = idempotency_key(&parts.headers)?;
        caller.sent = parts.extensions.get::<Sent>().cloned().map(Arc::new);
        gate::pass(app, parts, &caller).await?;
        Ok(Self(caller, session))
    }
}

/// The account that a request's credential belongs to, whatever it may do; none for who is not known.
pub(super) async fn account_of(app: &App, headers: &HeaderMap) -> Option<Uuid> {
    if headers.contains_key(header::AUTHORIZATION) {
        let known = app.service.authenticate_scoped(bearer(headers)?).await.ok()?;
        return known.map(|(viewer, _)| viewer.account);
    }
    let known = Box::pin(app.service.session(session::token_of(headers)?)).await.ok()?;
    known.map(|(viewer, _)| viewer.account)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::trim)
}

fn reads(parts: &Parts) -> bool {
    let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    parts.method.is_safe() || READ_BY_POST.contains(&path)
}

/// The key that a program gave its request.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::malformed(Text::new(
            "Idempotency-Key 应为 1 至 200 个可打印字符",
            "Idempotency-Key has 1 to 200 printable characters",
        ))),
    }
}

/// The version that the client believes the case to have (`If-Match`).
pub struct ExpectedVersion(pub Option<i64>);

impl FromRequestParts<App> for ExpectedVersion {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let version = value.to_str().ok().map(|v| v.trim().trim_matches('"')).and_then(|v| v.parse().ok());
        match version {
            Some(version) => Ok(Self(Some(version))),
            None => Err(Problem::malformed(Text::new(
                "If-Match 应为案件的 ETag，如 \"7\"",
                "If-Match is the ETag of the case, for example \"7\"",
            ))),
        }
    }
}

/// A JSON body, read strictly, with problems that say where it is wrong.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.starts_with("application/json"));
        if !json {
            return Err(Problem::new(
                axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                Text::new("内容类型不支持", "Unsupported media type"),
                Text::new("请以 application/json 发送", "send application/json"),
            ));
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| {
            let status = rejection.status();
            Problem::new(
                status,
                "body",
                Text::new("请求内容无法读取", "The body cannot be read"),
                Text::new("请求内容过大或不完整", "the body is too large or incomplete"),
            )
        })?;
        if said::holds_nul(&bytes) {
            return Err(Problem::malformed(Text::new(
                "文字中不能有空字符（U+0000）",
                "no text has the null character (U+0000)",
            )));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let error = said::without_quotes(&error.to_string());
            Problem::malformed(Text::new(format!("JSON 有误：{error}"), format!("invalid JSON: {error}")))
        })
    }
}

/// What the path names; a path that cannot be read names nothing.
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if parts.uri.path().contains("%00") {
            return Err(Problem::not_found());
        }
        Path::from_request_parts(parts, app)
            .await
            .map(|Path(value)| Self(value))
            .map_err(|_| Problem::not_found())
    }
}

/// Parameters after the question mark, read strictly.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let null = parts.uri.query().is_some_and(|query| query.contains("%00"));
        let read = Query::from_request_parts(parts, app).await.map(|Query(value)| Self(value));
        let said = match read {
            Ok(read) if !null => return Ok(read),
            Ok(_) => "the null character (U+0000) is in no text".to_owned(),
            Err(rejection) => said::without_quotes(&rejection.body_text()),
        };
        Err(Problem::malformed(Text::new(format!("查询参数有误：{said}"), said)))
    }
}
