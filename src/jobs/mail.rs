//! Messages to people, by SMTP.

use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;
use std::time::Duration;

use super::send::{Carrier, Failure};
use crate::casework::sending::{MailSettings, Outgoing};

/// Longest wait for the mail server.
const PATIENCE: Duration = Duration::from_secs(20);

/// The mail server.
pub struct Mail {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: String,
}

impl Mail {
    /// A mail server as the operator names it.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(settings: &MailSettings) -> Result<Self, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("[mail]: {error}");
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.server)
            .map_err(|error| wrong(&error))?
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = &settings.credentials {
            server = server.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        settings.from.parse::<lettre::message::Mailbox>().map_err(|error| wrong(&error))?;
        Ok(Self { server: server.build(), from: settings.from.clone() })
    }
}

impl Carrier for Mail {
    async fn carry(&self, message: &Outgoing) -> Result<(), Failure> {
        // Whoever gets it twice sees that it is the same.
        let domain = self.from.rsplit('@').next().unwrap_or("tutela").trim_end_matches('>');
        let id = format!("<{}@{domain}>", message.id.simple());
        let unusable = |error: &dyn std::fmt::Display| Failure::ForGood(error.to_string());
        let mail = Message::builder()
            .from(self.from.parse().map_err(|error: lettre::address::AddressError| unusable(&error))?)
            .to(message.to.parse().map_err(|error: lettre::address::AddressError| unusable(&error))?)
            .message_id(Some(id))
            .subject(message.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(message.body.clone())
            .map_err(|error| unusable(&error))?;
        match self.server.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Failure::ForGood(error.to_string())),
            Err(error) => Err(Failure::Later(error.to_string())),
        }
    }
}
