//! Messages on their way out of the house: at least once each, tried again for some days, never by two instances at once.

#[cfg(any(feature = "mail", feature = "webhook"))]
use std::time::Duration;

use crate::casework::sending::{Channel, Outgoing};
use crate::casework::{CaseworkError, Service};

/// Wait when nothing is to be sent.
#[cfg(any(feature = "mail", feature = "webhook"))]
const IDLE: Duration = Duration::from_secs(5);

/// Why a message was not taken.
#[derive(Debug)]
pub enum Failure {
    /// It may be taken later.
    Later(String),
    /// It never will be.
    ForGood(String),
}

/// What carries messages of one channel.
pub trait Carrier: Send + Sync {
    /// Carries one message. The other side has taken it once this is done.
    fn carry(&self, message: &Outgoing) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Sends what waits now; gives how much was taken.
///
/// # Errors
/// When the store cannot be read or written; what was sent and could not be marked as sent is sent again.
pub async fn send_once(
    service: &Service,
    channel: Channel,
    carrier: &impl Carrier,
) -> Result<usize, CaseworkError> {
    let mut sent = 0;
    for message in service.take_messages(channel).await? {
        match carrier.carry(&message).await {
            Ok(()) => {
                service.end_message(message.id, true).await?;
                sent += 1;
            }
            Err(failure) => {
                let (for_good, why) = match failure {
                    Failure::Later(why) => (false, why),
                    Failure::ForGood(why) => (true, why),
                };
                // Who was to get it is nobody's business; why they did not is the operator's.
                tracing::warn!(
                    channel = channel.as_str(), id = %message.id, attempt = message.attempt, for_good, why = redacted(&why),
                    "a message was not taken"
                );
                service.message_failed(&message, for_good).await?;
            }
        }
    }
    Ok(sent)
}

/// What a mail server says may repeat an address.
fn redacted(why: &str) -> String {
    why.split_whitespace()
        .map(|word| if word.contains('@') { "…" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Sends until the task is ended.
#[cfg(any(feature = "mail", feature = "webhook"))]
pub(super) async fn run(service: Service, channel: Channel, carrier: impl Carrier) {
    loop {
        match send_once(&service, channel, &carrier).await {
            Ok(0) => tokio::time::sleep(IDLE).await,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error = %error, channel = channel.as_str(), "messages not sent");
                tokio::time::sleep(IDLE).await;
            }
        }
    }
}
