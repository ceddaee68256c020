//! The conversation with an identity provider.

use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AsyncHttpClient, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, TokenResponse as _,
};
use secrecy::ExposeSecret as _;
use std::pin::Pin;
use std::time::Duration;

use super::{OidcSettings, Said, issuer_is_fit};
use crate::casework::CaseworkError;

/// Longest wait for the provider.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer that is read, in bytes.
const LARGEST: usize = 1024 * 1024;

/// A provider that people may sign in through.
pub(in crate::casework::signin) struct Provider {
    settings: OidcSettings,
    issuer: IssuerUrl,
    back: RedirectUrl,
    http: Http,
}

/// How the provider is asked.
struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Silence;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Silence>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

impl Http {
    /// One request to the provider. Redirects are not followed.
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Silence> {
        let silence = |error: &dyn std::error::Error| Silence(error.to_string());
        let (parts, body) = request.into_parts();
        let request = hyper::Request::from_parts(parts, Full::new(Bytes::from(body)));
        let answered = tokio::time::timeout(PATIENCE, async {
            let (parts, body) = self.0.request(request).await.map_err(|e| silence(&e))?.into_parts();
            let body = Limited::new(body, LARGEST).collect().await.map_err(|e| silence(e.as_ref()))?;
            Ok(HttpResponse::from_parts(parts, body.to_bytes().to_vec()))
        });
        answered.await.map_err(|error| silence(&error))?
    }
}

/// Why the provider did not answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Silence(String);

impl Provider {
    pub(super) fn new(settings: OidcSettings, back: &str) -> Result<Self, CaseworkError> {
        issuer_is_fit(&settings.issuer)?;
        let corrupt = |_| CaseworkError::Corrupt { what: "identity provider" };
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(corrupt)?;
        let back = RedirectUrl::new(back.to_owned()).map_err(corrupt)?;
        // The machine's own store of certificates: an office has its own authority.
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| {
                tracing::error!(%error, "no certificates");
                CaseworkError::Corrupt { what: "certificates of this machine" }
            })?
            .https_or_http()
            .enable_http1()
            .build();
        let http = Http(Client::builder(TokioExecutor::new()).build(connector));
        Ok(Self { settings, issuer, back, http })
    }

    pub(super) fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    pub(super) fn acr(&self) -> &[String] {
        &self.settings.acr
    }

    /// What the provider says of itself now, its keys among it.
    async fn metadata(&self) -> Result<CoreProviderMetadata, CaseworkError> {
        CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await.map_err(|error| {
            tracing::error!(%error, "the identity provider cannot be used");
            CaseworkError::ProviderSilent
        })
    }

    fn client_id(&self) -> (ClientId, Option<ClientSecret>) {
        let secret = ClientSecret::new(self.settings.client_secret.expose_secret().to_owned());
        (ClientId::new(self.settings.client_id.clone()), Some(secret))
    }

    pub(super) async fn location(
        &self,
        state: &str,
        nonce: &str,
        verifier: &str,
        lately: TimeDelta,
    ) -> Result<String, CaseworkError> {
        let (id, secret) = self.client_id();
        let client = CoreClient::from_provider_metadata(self.metadata().await?, id, secret)
            .set_redirect_uri(self.back.clone());
        let challenge =
            PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_owned()));
        let (state, nonce) = (CsrfToken::new(state.to_owned()), Nonce::new(nonce.to_owned()));
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .set_pkce_challenge(challenge)
            .set_max_age(lately.to_std().unwrap_or_default());
        for acr in &self.settings.acr {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        let (location, ..) = request.url();
        Ok(location.into())
    }

    /// What the provider says of whoever comes back with a code; nothing when it cannot be believed.
    pub(super) async fn hear(
        &self,
        code: &str,
        nonce: &str,
        verifier: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Said>, CaseworkError> {
        let (id, secret) = self.client_id();
        let client = CoreClient::from_provider_metadata(self.metadata().await?, id, secret)
            .set_redirect_uri(self.back.clone());
        let exchange = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| CaseworkError::ProviderSilent)?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
        let tokens = match exchange.request_async(&self.http).await {
            Ok(tokens) => tokens,
            Err(RequestTokenError::Request(error)) => {
                tracing::error!(%error, "the identity provider cannot be used");
                return Err(CaseworkError::ProviderSilent);
            }
            // The code is unknown to it, was used, or belongs to somebody else.
            Err(_) => return Ok(None),
        };
        let Some(token) = tokens.id_token() else { return Ok(None) };
        let verifier = client.id_token_verifier().set_time_fn(move || now);
        let Ok(claims) = token.claims(&verifier, &Nonce::new(nonce.to_owned())) else { return Ok(None) };
        let amr = claims.auth_method_refs().into_iter().flatten();
        Ok(Some(Said {
            subject: claims.subject().to_string(),
            acr: claims.auth_context_ref().map(|acr| acr.to_string()),
            amr: amr.map(|method| method.to_string()).collect(),
            auth_time: claims.auth_time(),
        }))
    }
}
