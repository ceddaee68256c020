//! Messages to programs, signed after Standard Webhooks, so that who gets them knows from whom they come and that they
//! are new.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::send::{Carrier, Failure};
use crate::casework::Service;
use crate::casework::sending::{Outgoing, WebhookSettings, may_be_reached};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Largest answer that is read, in bytes; what it says is of no interest.
const LARGEST: usize = 16 * 1024;

type Http = Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

/// Programs that are told.
pub struct Webhooks {
    targets: BTreeMap<String, (Http, WebhookSettings)>,
    service: Service,
}

impl Webhooks {
    /// Targets as the operator names them.
    ///
    /// # Errors
    /// When this machine has no certificates to check a target by.
    pub fn new(settings: &[WebhookSettings], service: Service) -> Result<Self, String> {
        let mut targets = BTreeMap::new();
        for target in settings {
            targets.insert(target.name.clone(), (client(target.internal)?, target.clone()));
        }
        Ok(Self { targets, service })
    }
}

fn client(internal: bool) -> Result<Http, String> {
    let mut connector = HttpConnector::new_with_resolver(Resolver { internal });
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(PATIENCE));
    let connector = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| format!("[[webhooks]]: no certificates on this machine: {error}"))?
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector);
    Ok(Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector))
}

impl Carrier for Webhooks {
    async fn carry(&self, message: &Outgoing) -> Result<(), Failure> {
        let Some((http, target)) = self.targets.get(&message.to) else {
            return Err(Failure::ForGood(format!("no webhook is called {}", message.to)));
        };
        let id = format!("msg_{}", message.id.simple());
        let at = self.service.now().timestamp();
        let signature = sign(target.secret.expose_secret(), &id, at, &message.body);
        let request = Request::builder()
            .method(Method::POST)
            .uri(target.url.as_str())
            .header("content-type", "application/json")
            .header("user-agent", concat!("tutela/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature)
            .body(Full::new(Bytes::from(message.body.clone())))
            .map_err(|error| Failure::ForGood(error.to_string()))?;
        let answered = tokio::time::timeout(PATIENCE, async {
            let answer = http.request(request).await.map_err(|error| Failure::Later(error.to_string()))?;
            let status = answer.status();
            // Read to its end, so that the other side is not cut off; an answer that is too long is as good.
            let _ = Limited::new(answer.into_body(), LARGEST).collect().await;
            Ok(status)
        });
        match answered.await.map_err(|_| Failure::Later("no answer in time".into()))?? {
            status if status.is_success() => Ok(()),
            // The target says that it wants no more of this kind.
            StatusCode::GONE => Err(Failure::ForGood("gone".into())),
            // A redirect is not followed: it may lead anywhere.
            status => Err(Failure::Later(format!("answered {status}"))),
        }
    }
}

/// `v1,` and the base64 of HMAC-SHA-256 over id, time and body.
fn sign(secret: &[u8], id: &str, at: i64, body: &str) -> String {
    // A key of any length is a key to HMAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Finds addresses by name, and leaves out those that no target may have: a name that leads inside is a way in.
#[derive(Clone)]
struct Resolver {
    internal: bool,
}

impl tower::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = std::io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let internal = self.internal;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fit: Vec<SocketAddr> =
                found.filter(|address| may_be_reached(address.ip(), internal)).collect();
            if fit.is_empty() {
                let text = "the name leads to no address that a webhook may have";
                return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, text));
            }
            Ok(fit.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // The example of the Standard Webhooks specification.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        let signed = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
