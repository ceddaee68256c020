//! One-time codes by time (RFC 6238): six digits, thirty seconds, one step early or late, each used once.

use chrono::{DateTime, Utc};
use totp_rs::{Secret, Totp, TotpError};
use uuid::Uuid;

use super::random;
use crate::casework::{CaseworkError, Service};
use crate::store::Write;
use crate::store::credentials as shown;
use crate::vault::{DomainPlace, Wiped};

/// Length of a seed: that of HMAC-SHA-1's output, as RFC 4226 §4 recommends.
const SEED: usize = 20;

/// A new seed.
pub(super) fn new_seed() -> Result<[u8; SEED], CaseworkError> {
    random()
}

/// The seed as an authenticator takes it by hand, and as an address for a QR code. A sign-in name has no character
/// that an address would have to escape.
pub(super) fn for_authenticator(seed: &[u8], login: &str) -> (String, String) {
    let secret = Secret::from(seed).to_base32();
    let uri = format!("otpauth://totp/Tutela:{login}?secret={secret}&issuer=Tutela");
    (secret, uri)
}

/// The step whose code this is, if it is of now, the step before or the one after.
pub(super) fn step_of(seed: &[u8], code: &str, now: DateTime<Utc>) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.timestamp()).ok()?;
    let step = generator(seed).ok()?.check(&code, seconds)?;
    i64::try_from(step).ok()
}

fn generator(seed: &[u8]) -> Result<Totp, TotpError> {
    totp_rs::Builder::new().with_secret(seed).build()
}

fn place(account: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: account, table: "totp", column: "sealed_seed", kind: "bytes" }
}

impl Service {
    pub(super) fn seal_seed(&self, account: Uuid, seed: &[u8]) -> Result<Vec<u8>, CaseworkError> {
        Ok(self.keys().keyring().seal_domain(&place(account), seed)?)
    }

    fn open_seed(&self, account: Uuid, sealed: &[u8]) -> Result<Wiped, CaseworkError> {
        Ok(self.keys().keyring().open_domain(&place(account), sealed)?)
    }

    /// Whether a code is this account's and was not used yet; gives the statement that uses it up.
    pub(super) async fn show_totp(&self, account: Uuid, code: &str) -> Result<Option<Write>, CaseworkError> {
        let Some(row) = shown::totp(self.db(), account).await? else { return Ok(None) };
        let seed = self.open_seed(account, &row.sealed_seed)?;
        let step = step_of(&seed, code, self.now()).filter(|step| *step > row.last_step);
        Ok(step.map(|step| shown::use_step(account, step)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let seed = b"12345678901234567890";
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let now = DateTime::from_timestamp(seconds, 0).unwrap();
            assert_eq!(step_of(seed, code, now), Some(seconds / 30));
            let late = DateTime::from_timestamp(seconds + 30, 0).unwrap();
            assert_eq!(step_of(seed, code, late), Some(seconds / 30));
            let too_late = DateTime::from_timestamp(seconds + 60, 0).unwrap();
            assert_eq!(step_of(seed, code, too_late), None);
        }
        let now = DateTime::from_timestamp(59, 0).unwrap();
        for wrong in ["", "287083", "2870820", "28708a", "28７082"] {
            assert_eq!(step_of(seed, wrong, now), None, "{wrong}");
        }
        assert_eq!(step_of(seed, " 287 082", now), Some(1));
    }
}
