//! Style, script and icon: part of the program, named by their content, so that a browser may keep them for good.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

use crate::http::Problem;
use crate::http::caller::Named;

#[derive(rust_embed::RustEmbed)]
#[folder = "src/http/pages/static/"]
struct Files;

/// Letters of a hash in a name.
const HASH: usize = 16;

/// The addresses of the files.
pub(super) struct Addresses {
    pub(super) style: String,
    pub(super) script: String,
    pub(super) icon: String,
}

/// Where each file is now.
pub(super) static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| Addresses {
    style: address("tutela.css"),
    script: address("tutela.js"),
    icon: address("icon.svg"),
});

fn address(name: &str) -> String {
    let hash = Files::get(name).map(|file| crate::ledger::hex(&file.metadata.sha256_hash()));
    let short = hash.as_deref().and_then(|hash| hash.get(..HASH)).unwrap_or("0");
    format!("/static/{short}/{name}")
}

/// One file. Under another name than its content's it is not there.
pub(super) async fn file(Named((hash, name)): Named<(String, String)>) -> Result<Response, Problem> {
    let there = address(&name) == format!("/static/{hash}/{name}");
    let file = Files::get(&name).filter(|_| there).ok_or_else(Problem::not_found)?;
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => return Err(Problem::not_found()),
    };
    let mut response = file.data.into_owned().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let good = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, good);
    Ok(response)
}
