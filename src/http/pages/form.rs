//! A form as a browser sends it: pairs of names and values, kept as typed so that nothing is lost when something is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use secrecy::SecretString;
use url::form_urlencoded;

use crate::http::{App, Problem};
use crate::record::Text;

/// A form as typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form's body, or what follows a question mark.
    pub(super) fn read(body: &[u8]) -> Self {
        // No keyboard types the null character, and PostgreSQL keeps it in no text.
        let typed = |text: std::borrow::Cow<'_, str>| text.replace('\0', "");
        Self(form_urlencoded::parse(body).map(|(name, value)| (typed(name), typed(value))).collect())
    }

    /// The same as a body.
    pub(super) fn write(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// These pairs, as if they had been typed.
    pub(super) const fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// What was typed in a field, without spaces around it; empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The same, if something was.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// The same, in hands that do not print it.
    pub(super) fn secret(&self, name: &str) -> SecretString {
        let found = self.0.iter().find(|(field, _)| field == name);
        SecretString::from(found.map(|(_, value)| value.clone()).unwrap_or_default())
    }

    /// All values of a field that may be ticked several times.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.trim())
    }

    /// Every pair.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The same with another value in a field.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(field, _)| field != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without the fields whose names begin like this.
    #[must_use]
    pub(super) fn without(mut self, prefix: &str) -> Self {
        self.0.retain(|(field, _)| !field.starts_with(prefix));
        self
    }

    /// What may be written into a page again: no password and no code.
    #[must_use]
    pub(super) fn without_secrets(mut self) -> Self {
        self.0.retain(|(field, _)| {
            !["password", "current", "again", "code", "token"].contains(&field.as_str())
        });
        self
    }
}

impl FromRequest<App> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let content = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded")) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                Text::new("内容类型不支持", "Unsupported media type"),
                Text::new("请以表单提交", "send it as a form"),
            ));
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|_| Problem::too_large())?;
        Ok(Self::read(&bytes))
    }
}
