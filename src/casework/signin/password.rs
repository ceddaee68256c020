//! Passwords: Argon2id with a pepper, a few at a time, and the same work for a name that nobody has.

mod common;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use super::random;
use crate::casework::{CaseworkError, Service};
use crate::law::Reason;
use crate::record::Text;
use crate::vault::Keyring;

/// Hashes made at the same time; each takes 19 MiB.
const AT_ONCE: usize = 2;
/// Hashes that may wait for their turn; more are turned away.
const WAITING: usize = 32;
/// OWASP's second choice: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Characters of a password (OWASP ASVS 5.0, 6.2.1 and 6.2.9).
const LENGTH: std::ops::RangeInclusive<usize> = 15..=128;
/// Different characters that must be left when everything easy to guess is taken away.
const LEFT: usize = 6;

/// Where passwords are hashed.
pub(super) struct Hashing {
    places: Arc<Semaphore>,
    running: Arc<Semaphore>,
    /// Hash of a password that nobody has, for names that nobody has.
    nobody: Arc<OnceLock<String>>,
    /// Hashes made since the start.
    made: Arc<AtomicU64>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            running: Arc::new(Semaphore::new(AT_ONCE)),
            nobody: Arc::default(),
            made: Arc::default(),
        }
    }
}

impl Hashing {
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CaseworkError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| CaseworkError::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| CaseworkError::Busy)?;
        // Both are held until the work ends, even when whoever asked for it has gone away.
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((turn, place));
            done
        });
        worked.await.map_err(|_| CaseworkError::Corrupt { what: "password hash" })
    }
}

impl Service {
    /// How many passwords were hashed since the start, each at the same cost.
    pub fn passwords_hashed(&self) -> u64 {
        self.room().hashing.made.load(Ordering::Relaxed)
    }

    /// The PHC string of a password.
    pub(super) async fn hash_password(&self, password: &SecretString) -> Result<String, CaseworkError> {
        let (keyring, password) = (self.keys().keyring(), normal(password));
        let hashing = &self.room().hashing;
        let made = Arc::clone(&hashing.made);
        hashing.run(move || hash(&hasher(&keyring, &made)?, &password)).await?
    }

    /// Whether this is the password of that hash. Without a hash it takes as long and is not.
    pub(super) async fn verify_password(
        &self,
        password: &SecretString,
        phc: Option<String>,
    ) -> Result<bool, CaseworkError> {
        let hashing = &self.room().hashing;
        let (keyring, password) = (self.keys().keyring(), normal(password));
        let (nobody, made) = (Arc::clone(&hashing.nobody), Arc::clone(&hashing.made));
        hashing
            .run(move || {
                if nobody.get().is_none() {
                    let unknown = hash(&hasher(&keyring, &made)?, &super::random_token()?)?;
                    nobody.get_or_init(|| unknown);
                }
                let nobody = nobody.get().map_or("", String::as_str);
                let against = phc.as_deref().unwrap_or(nobody);
                let parsed = PasswordHash::new(against)
                    .map_err(|_| CaseworkError::Corrupt { what: "password hash" })?;
                let right = hasher(&keyring, &made)?.verify_password(password.as_bytes(), &parsed).is_ok();
                Ok(right && phc.is_some())
            })
            .await?
    }
}

fn hash(hasher: &Argon2<'_>, password: &str) -> Result<String, CaseworkError> {
    let salt = random::<16>()?;
    let hash: PasswordHash = hasher
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|_| CaseworkError::Corrupt { what: "password hash" })?;
    Ok(hash.to_string())
}

/// For one hash, which is counted.
fn hasher<'a>(keyring: &'a Keyring, made: &AtomicU64) -> Result<Argon2<'a>, CaseworkError> {
    made.fetch_add(1, Ordering::Relaxed);
    Params::new(MEMORY_KIB, PASSES, 1, None)
        .and_then(|params| {
            Argon2::new_with_secret(keyring.pepper(), Algorithm::Argon2id, Version::V0x13, params)
        })
        .map_err(|_| CaseworkError::Corrupt { what: "password parameters" })
}

/// The same characters typed on another system are the same password (NIST SP 800-63B, 3.1.1.2).
fn normal(password: &SecretString) -> Zeroizing<String> {
    Zeroizing::new(password.expose_secret().nfkc().collect())
}

/// Whether a new password is fit. No rule about kinds of characters: only length, and that it is not mostly made of
/// what everybody uses or of words from around its owner.
pub(super) fn judge(password: &SecretString, around: &[&str]) -> Result<(), CaseworkError> {
    let password = normal(password);
    let length = password.chars().count();
    if !LENGTH.contains(&length) {
        let text = Text::new("口令应为 15 至 128 个字符", "a password has 15 to 128 characters");
        return Err(CaseworkError::Invalid(vec![Reason::engine("PASSWORD_LENGTH", text).on("/password")]));
    }
    if distinct(&common::without_common(&password, around)) < LEFT {
        let text = Text::new(
            "口令过于常见，或主要由登录名、姓名、机构等词语组成；请另选，例如几个互不相关的词",
            "the password is too common or made of words from around its owner; choose another, such as several unrelated words",
        );
        return Err(CaseworkError::Invalid(vec![Reason::engine("PASSWORD_COMMON", text).on("/password")]));
    }
    Ok(())
}

fn distinct(text: &str) -> usize {
    let mut letters: Vec<char> = text.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    letters.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(password: &str) -> Result<(), String> {
        judge(&SecretString::from(password), &["zhao.ning", "赵宁"]).map_err(|error| match error {
            CaseworkError::Invalid(reasons) => reasons[0].code.clone(),
            other => other.to_string(),
        })
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(fit("短口令短口令短口令短口令短口"), Err("PASSWORD_LENGTH".into()));
        assert_eq!(fit("河边有三棵老柳树和一只白鹭飞过"), Ok(()));
        assert_eq!(fit(&"aB3$xyz-".repeat(17)), Err("PASSWORD_LENGTH".into()));
        assert_eq!(fit("walnut crank orbit fern"), Ok(()));
    }

    #[test]
    fn what_everybody_uses_is_not_fit() {
        for common in [
            "aaaaaaaaaaaaaaaa",
            "abababababababab",
            "passwordpassword",
            "Password12345678",
            "P@ssw0rdP@ssw0rd",
            "qwertyuiopasdfgh",
            "1234567890123456",
            "zhao.ning-2026-zhao.ning",
            "赵宁赵宁赵宁赵宁赵宁赵宁赵宁赵宁",
            "TutelaTutelaTutela1",
            "procuratorate2026!",
            "letmeinletmein123",
            "iloveyouiloveyou!",
            "woaini1314woaini1314",
        ] {
            assert_eq!(fit(common), Err("PASSWORD_COMMON".into()), "{common}");
        }
    }
}
