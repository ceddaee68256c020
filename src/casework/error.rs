//! What can stand against a use case. Nothing has changed when one of these comes back.

use crate::access::Denial;
use crate::law::{Reason, Refusal};
use crate::store::StoreError;
use crate::vault::VaultError;

/// Why a use case did not do what was asked. Holds no personal data.
#[derive(Debug, thiserror::Error)]
pub enum CaseworkError {
    /// There is no such thing, or this person may not learn that there is.
    #[error("not found")]
    NotFound,
    /// The thing is known to exist, but this person may not do this.
    #[error("not permitted: {rule}")]
    NotPermitted {
        /// The rule.
        rule: &'static str,
    },
    /// It concerns a sealed case, or an act that seals or unseals one: the sealer does that, not this process.
    #[error("sealed records are the sealer's work")]
    Elsewhere,
    /// The policy denies it, and this person may know why.
    #[error("denied: {}", .0.rule)]
    Denied(Denial),
    /// The law refuses.
    #[error("refused by law: {}", codes(&.0.reasons))]
    Refused(Box<Refusal>),
    /// The request itself is wrong.
    #[error("invalid request: {}", codes(.0))]
    Invalid(Vec<Reason>),
    /// Somebody else changed the case meanwhile.
    #[error("the case has changed meanwhile; it is at version {current}")]
    Conflict {
        /// The case's version now.
        current: i64,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The same thing is there already.
    #[error("already there: {what}")]
    Taken {
        /// What.
        what: &'static str,
    },
    /// What was shown to sign in is wrong; what of it is not said.
    #[error("sign-in failed")]
    SignInFailed,
    /// A signed-in person showed something that is not theirs.
    #[error("the factor was refused")]
    FactorRefused,
    /// This asks for a factor shown lately.
    #[error("a fresh factor is needed")]
    StepUp,
    /// A sign-in or enrolment took too long, or has ended.
    #[error("there is no such ticket")]
    TicketGone,
    /// Too much was tried.
    #[error("too many tries; wait {seconds} s")]
    TooMany {
        /// Seconds to wait.
        seconds: i64,
    },
    /// The identity provider does not answer, or not as one.
    #[error("the identity provider cannot be used")]
    ProviderSilent,
    /// Too many passwords are being checked at once.
    #[error("busy")]
    Busy,
    /// The store cannot do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault cannot do it.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The record has content, and the key store has no keyring.
    #[error(
        "the key store holds no keys, but the record is not empty: restore the key store from its backup, or name the right one with --keys / 密钥库为空而案卷库已有内容，请恢复密钥库备份或以 --keys 指定正确的密钥库"
    )]
    KeysMissing,
    /// The keyring did not sign the ledger that lies in the record.
    #[error(
        "the key store does not belong to this record: its key did not sign the record's ledger / 密钥库与案卷库不匹配：账本并非由其密钥签署"
    )]
    KeysForeign,
    /// What is stored does not make sense; an operator must look.
    #[error("stored data of {what} cannot be read")]
    Corrupt {
        /// What.
        what: &'static str,
    },
}

/// Codes and fields of reasons; nothing of what was recorded.
fn codes(reasons: &[Reason]) -> String {
    let codes: Vec<String> =
        reasons.iter().map(|r| format!("{} {}", r.code, r.field.as_deref().unwrap_or_default())).collect();
    codes.join(", ")
}

impl From<Refusal> for CaseworkError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}
