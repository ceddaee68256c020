//! What is done with one click.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use uuid::Uuid;

use super::lang::{COOKIE, Lang};
use super::page::{Person, go, within};
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};

/// Where to come back to.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct To {
    to: String,
}

/// Keeps the chosen language and comes back to the same place.
pub(super) async fn language(
    Named(code): Named<String>,
    Params(to): Params<To>,
) -> Result<Response, Problem> {
    Lang::read(&code).ok_or_else(Problem::not_found)?;
    let mut response = go(within(&to.to));
    let cookie = format!("{COOKIE}={code}; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Marks a notice as read.
pub(super) async fn notice_read(
    State(app): State<App>,
    Person(caller, _): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    app.service.read_notice(&caller, id).await?;
    Ok(go("/"))
}
