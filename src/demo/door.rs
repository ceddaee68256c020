//! The demo's own door: whoever started it becomes any of its invented people with one click, through the same steps of
//! signing in as everybody else. The service itself knows nothing of it, and it opens only with a key that is printed
//! where the demo was started.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use std::collections::BTreeMap;
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;

use crate::casework::signin::{NextStep, SignIn, Visit};
use crate::casework::{Caller, CaseworkError, Service};
use crate::law::pack::StaffRole;
use crate::vault::VaultError;

/// Somebody who can be played.
#[derive(Clone, Debug)]
pub struct Role {
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: StaffRole,
    /// Code of the office.
    pub office: String,
}

/// The door.
pub struct Door {
    /// Everybody.
    pub people: Vec<Role>,
    key: String,
    password: String,
    /// Recovery codes that are left, by sign-in name: each is good once in place of a one-time code.
    codes: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Door {
    /// Gives everybody a password and one-time codes, through an invitation. Whatever they could show before ends, and
    /// so do their API tokens.
    ///
    /// # Errors
    /// When the store fails or somebody is missing.
    pub async fn build(service: &Service, people: Vec<Role>) -> Result<Self, CaseworkError> {
        let password = format!("demo-{}", random()?);
        let visit = Visit { request: service.new_id(), agent: String::new() };
        let mut codes = BTreeMap::new();
        for person in &people {
            let token = service.invite(&person.login).await?.into();
            let step = SignIn::Invitation { token, password: SecretString::from(password.clone()) };
            let NextStep::EnrolTotp { ticket, secret, .. } = service.sign_in(step, &visit).await?.next else {
                return Err(CaseworkError::SignInFailed);
            };
            let code = code_of(&secret, service).ok_or(CaseworkError::SignInFailed)?;
            let stepped = service.sign_in(SignIn::Enrol { ticket, code }, &visit).await?;
            if let NextStep::SignedIn { recovery_codes: Some(given), .. } = stepped.next {
                codes.insert(person.login.clone(), given);
            }
            // Nobody is left signed in.
            service.end_everything_of(&person.login).await?;
        }
        Ok(Self { people, key: random()?, password, codes: Mutex::new(codes) })
    }

    /// The key, as it stands in the address.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether it opens with this key.
    pub fn opens_with(&self, key: &str) -> bool {
        self.key.as_bytes().ct_eq(key.as_bytes()).into()
    }

    /// The password of everybody, for acts that ask to confirm who it is.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Signs somebody in with their password and a recovery code. Gives the session's token.
    ///
    /// # Errors
    /// `NotFound` for somebody who is not in the demo; as signing in.
    pub async fn enter(
        &self,
        service: &Service,
        login: &str,
        visit: &Visit,
    ) -> Result<String, CaseworkError> {
        let mut codes = self.codes.lock().await;
        let left = codes.get_mut(login).ok_or(CaseworkError::NotFound)?;
        let password = SecretString::from(self.password.clone());
        let step = SignIn::Password { login: login.to_owned(), password };
        let NextStep::SecondFactor { ticket, .. } = service.sign_in(step, visit).await?.next else {
            return Err(CaseworkError::SignInFailed);
        };
        let code = left.pop().ok_or(CaseworkError::SignInFailed)?.into();
        let stepped = service.sign_in(SignIn::Recovery { ticket, code }, visit).await?;
        let token = stepped.token.ok_or(CaseworkError::SignInFailed)?;
        if left.len() < 3
            && let Some((viewer, _)) = service.session(&token).await?
        {
            *left = service.new_recovery_codes(&Caller::new(viewer, visit.request)).await?.codes;
        }
        Ok(token)
    }
}

/// The one-time code of a seed now.
fn code_of(secret: &str, service: &Service) -> Option<String> {
    let secret = totp_rs::Secret::try_from_base32(secret).ok()?;
    let totp = totp_rs::Builder::new().with_secret(secret).build().ok()?;
    Some(totp.generate(u64::try_from(service.now().timestamp()).ok()?).to_string())
}

fn random() -> Result<String, CaseworkError> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(|_| CaseworkError::Vault(VaultError::NoRandomness))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
