//! Recovery codes: ten, of 80 bits each, every one good once in place of a one-time code.

use secrecy::{ExposeSecret as _, SecretString};
use totp_rs::Secret;
use uuid::Uuid;

use super::random;
use crate::casework::time::micros;
use crate::casework::{CaseworkError, Service};
use crate::store::Write;
use crate::store::credentials as shown;

/// Codes of one set.
const CODES: usize = 10;
/// Random bytes of a code: sixteen characters in base32.
const BYTES: usize = 10;

impl Service {
    /// New codes as they are shown, and the statements that keep them in place of any before.
    pub(super) fn new_codes(&self, account: Uuid) -> Result<(Vec<String>, Vec<Write>), CaseworkError> {
        let mut codes = Vec::with_capacity(CODES);
        let mut hashes = Vec::with_capacity(CODES);
        for _ in 0..CODES {
            let code = Secret::from(random::<BYTES>()?.as_slice()).to_base32().to_lowercase();
            hashes.push(self.code_hash(account, &code));
            codes.push(grouped(&code));
        }
        Ok((codes, shown::set_codes(account, &hashes, micros(self.now()))))
    }

    /// Whether a code is this account's and was not used yet; gives the statement that uses it up.
    pub(super) async fn show_recovery(
        &self,
        account: Uuid,
        code: &SecretString,
    ) -> Result<Option<Write>, CaseworkError> {
        let plain: String = code
            .expose_secret()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        let hash = self.code_hash(account, &plain);
        let there = shown::has_code(self.db(), account, &hash).await?;
        Ok(there.then(|| shown::use_code(account, &hash)))
    }

    fn code_hash(&self, account: Uuid, code: &str) -> [u8; 32] {
        let value = [account.as_bytes().as_slice(), code.as_bytes()].concat();
        self.keys().keyring().pepper_tag("recovery-code", &value)
    }
}

/// In groups of four, as a person reads them.
fn grouped(code: &str) -> String {
    let mut shown = String::with_capacity(code.len() + code.len() / 4);
    for (place, letter) in code.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            shown.push('-');
        }
        shown.push(letter);
    }
    shown
}
