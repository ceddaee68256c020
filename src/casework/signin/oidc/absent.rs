//! This program was built without OpenID Connect: there is no provider.

use chrono::{DateTime, TimeDelta, Utc};

use super::{OidcSettings, Said};
use crate::casework::CaseworkError;
use crate::law::Reason;
use crate::record::Text;

/// Nobody makes one.
pub(in crate::casework::signin) enum Provider {}

impl Provider {
    pub(super) fn new(settings: OidcSettings, _: &str) -> Result<Self, CaseworkError> {
        super::issuer_is_fit(&settings.issuer)?;
        let text = Text::new(
            "此程序未包含 OpenID Connect（编译特性 oidc）",
            "this program was built without OpenID Connect (feature oidc)",
        );
        Err(CaseworkError::Invalid(vec![Reason::engine("OIDC_ABSENT", text).on("/oidc")]))
    }

    pub(super) fn issuer(&self) -> &str {
        match *self {}
    }

    pub(super) fn acr(&self) -> &[String] {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "the one that is there asks over the network")]
    pub(super) async fn location(
        &self,
        _: &str,
        _: &str,
        _: &str,
        _: TimeDelta,
    ) -> Result<String, CaseworkError> {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "the one that is there asks over the network")]
    pub(super) async fn hear(
        &self,
        _: &str,
        _: &str,
        _: &str,
        _: DateTime<Utc>,
    ) -> Result<Option<Said>, CaseworkError> {
        match *self {}
    }
}
