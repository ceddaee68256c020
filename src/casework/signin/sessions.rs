//! Sessions: who is signed in where, and until when.
//!
//! A session ends after 15 minutes without a request and after 8 hours in any case; the newest three of an account
//! stay. Its token changes whenever something is shown, and everything ends when the account's epoch is raised.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{hash_of, random_token};
use crate::access::{Assurance, Viewer};
use crate::casework::accounts::name_place;
use crate::casework::time::{from_micros, micros};
use crate::casework::trail::Note;
use crate::casework::{Caller, CaseworkError, Service};
use crate::law::pack::StaffRole;
use crate::store::credentials::SigningIn;
use crate::store::sessions::{self as kept, NewSession};
use crate::store::{self, Write};
use crate::vault::DomainPlace;

const MINUTE: i64 = 60 * 1_000_000;
/// Longest silence.
pub(super) const IDLE: i64 = 15 * MINUTE;
/// Longest session.
const LASTS: i64 = 8 * 60 * MINUTE;
/// How long a factor counts as shown lately.
const FRESH: i64 = 5 * MINUTE;
/// Sessions of one account.
const EACH: i64 = 3;
/// How often at most it is written down that a session was used.
const RENEWED: i64 = MINUTE;
/// Characters of a browser's name for itself that are kept.
const AGENT: usize = 200;

/// What was shown to sign in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Factors {
    PasswordTotp,
    PasswordRecovery,
    Passkey,
    Oidc,
}

impl Factors {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordTotp => "password-totp",
            Self::PasswordRecovery => "password-recovery",
            Self::Passkey => "passkey",
            Self::Oidc => "oidc",
        }
    }
}

/// A session in which somebody is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Identity; not what the browser holds.
    pub id: Uuid,
    pub(super) hash: Vec<u8>,
    factors: String,
    seen_at: i64,
    begun_at: i64,
    ends_at: i64,
    fresh_until: i64,
}

/// A role in force.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MyRole {
    /// Role.
    pub role: StaffRole,
    /// Code of the office.
    pub office: String,
}

/// Who is signed in and how.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// Account.
    pub account: Uuid,
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Roles in force.
    pub roles: Vec<MyRole>,
    /// The session; none with an API token.
    pub session: Option<MySession>,
}

/// The session through which a request comes.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MySession {
    /// Identity.
    pub id: Uuid,
    /// What was shown.
    pub factors: String,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it ends without another request.
    pub idle_at: DateTime<Utc>,
    /// When it ends in any case.
    pub ends_at: DateTime<Utc>,
    /// Until when dangerous acts need no further factor.
    pub fresh_until: DateTime<Utc>,
}

/// A session as its own person sees it in a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// Identity.
    pub id: Uuid,
    /// Whether it is the one through which this was asked.
    pub current: bool,
    /// What was shown.
    pub factors: String,
    /// The browser as it calls itself.
    pub agent: String,
    /// When it began.
    pub begun_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// When it ends in any case.
    pub ends_at: DateTime<Utc>,
}

impl Service {
    /// A new session of an account: its token, and the statements that keep it.
    pub(super) fn begin_session(
        &self,
        account: &SigningIn,
        factors: Factors,
        agent: &str,
    ) -> Result<(String, [Write; 2]), CaseworkError> {
        let (token, id, now) = (random_token()?, self.new_id(), micros(self.now()));
        let agent: String = agent.chars().filter(|c| !c.is_control()).take(AGENT).collect();
        let row = NewSession {
            id,
            hash: hash_of(&token),
            account_id: account.id,
            epoch: account.epoch,
            factors: factors.as_str().to_owned(),
            agent: self.keys().keyring().seal_domain(&agent_place(id), agent.as_bytes())?,
            created_at: now,
            ends_at: now + LASTS,
            fresh_until: now + FRESH,
        };
        Ok((token, kept::begin_session(&row, EACH)))
    }

    /// Who is signed in with a session's token; `None` for one that is unknown or has ended. What another process
    /// ends, ends here within a second.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn session(&self, token: &str) -> Result<Option<(Viewer, Session)>, CaseworkError> {
        let (now, hash) = (micros(self.now()), hash_of(token));
        let known = if let Some(known) = self.room().sessions.find(&hash, now) {
            known
        } else {
            let Some(known) = self.read_session(&hash, now).await? else { return Ok(None) };
            self.room().sessions.keep(hash, now, &known);
            known
        };
        let (mut viewer, session) = known;
        viewer.assurance.fresh = now < session.fresh_until;
        Ok(Some((viewer, session)))
    }

    async fn read_session(&self, hash: &[u8], now: i64) -> Result<Option<(Viewer, Session)>, CaseworkError> {
        let found = kept::session_by_hash(self.db(), hash, now, now - IDLE).await?;
        let Some(found) = found.filter(|found| found.state == "active") else { return Ok(None) };
        let mut session = Session {
            id: found.session,
            hash: hash.to_vec(),
            factors: found.factors,
            seen_at: found.seen_at,
            begun_at: found.created_at,
            ends_at: found.ends_at,
            fresh_until: found.fresh_until,
        };
        if now - session.seen_at >= RENEWED {
            self.keep_writes(vec![kept::see_session(session.id, now)], Vec::new()).await?;
            session.seen_at = now;
        }
        let assurance = Assurance { second_factor: true, fresh: false };
        let viewer = self.viewer_of(found.account, found.login, &found.roles, now, assurance).await?;
        Ok(Some((viewer, session)))
    }

    /// Who somebody is to the service.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn me(&self, viewer: &Viewer, session: Option<&Session>) -> Result<Me, CaseworkError> {
        let offices = self.offices();
        let role = |grant: &crate::access::Grant| MyRole {
            role: grant.role,
            office: offices.find(grant.office).map(|office| office.code.clone()).unwrap_or_default(),
        };
        let account =
            store::account_by_login(self.db(), &viewer.login).await?.ok_or(CaseworkError::NotFound)?;
        let name = self.keys().keyring().open_domain(&name_place(account.id), &account.sealed_name)?;
        Ok(Me {
            account: viewer.account,
            login: viewer.login.clone(),
            name: String::from_utf8_lossy(&name).into_owned(),
            roles: viewer.grants.iter().map(role).collect(),
            session: session.map(|session| MySession {
                id: session.id,
                factors: session.factors.clone(),
                begun_at: from_micros(session.begun_at),
                idle_at: from_micros((session.seen_at + IDLE).min(session.ends_at)),
                ends_at: from_micros(session.ends_at),
                fresh_until: from_micros(session.fresh_until),
            }),
        })
    }

    /// The key under which a browser seals what an account has typed and not sent. It is told to the pages of that account
    /// alone and kept nowhere: what is left behind in a browser opens again only for whoever signs in as the same.
    pub fn typing_key(&self, account: Uuid) -> String {
        STANDARD.encode(self.keys().keyring().pepper_tag("typing", account.as_bytes()))
    }

    /// The caller's own sessions, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sessions(
        &self,
        caller: &Caller,
        session: &Session,
    ) -> Result<Vec<SessionView>, CaseworkError> {
        let now = micros(self.now());
        let keyring = self.keys().keyring();
        let rows = kept::sessions_of(self.db(), caller.viewer.account, now, now - IDLE).await?;
        rows.into_iter()
            .map(|row| {
                let agent = keyring.open_domain(&agent_place(row.id), &row.agent)?;
                Ok(SessionView {
                    id: row.id,
                    current: row.id == session.id,
                    factors: row.factors,
                    agent: String::from_utf8_lossy(&agent).into_owned(),
                    begun_at: from_micros(row.created_at),
                    seen_at: from_micros(row.seen_at),
                    ends_at: from_micros(row.ends_at),
                })
            })
            .collect()
    }

    /// Ends one of the caller's own sessions; the one through which they ask is a sign-out.
    ///
    /// # Errors
    /// `NotFound` when it is not theirs, or has ended.
    pub async fn end_session(
        &self,
        caller: &Caller,
        session: &Session,
        id: Uuid,
    ) -> Result<(), CaseworkError> {
        let act = if id == session.id { "sign-out" } else { "session.end" };
        let leaf = Note::of(caller, act, "own", self.now()).aside()?;
        let ended =
            self.keep_own(caller, vec![kept::end_session(id, caller.viewer.account)], vec![leaf]).await;
        self.room().sessions.forget();
        match ended {
            Err(CaseworkError::Store(store::StoreError::Conflict)) => Err(CaseworkError::NotFound),
            other => other,
        }
    }

    /// Ends all of the caller's own sessions but the one through which they ask.
    ///
    /// # Errors
    /// When the store cannot do it.
    pub async fn end_other_sessions(&self, caller: &Caller, session: &Session) -> Result<(), CaseworkError> {
        let leaf = Note::of(caller, "session.end-others", "own", self.now()).aside()?;
        let write = kept::end_other_sessions(caller.viewer.account, session.id);
        self.keep_own(caller, vec![write], vec![leaf]).await?;
        self.room().sessions.forget();
        Ok(())
    }

    /// Ends every session and API token of an account, as when its roles change or it is closed.
    ///
    /// # Errors
    /// `NotFound` when there is no such account.
    pub async fn end_everything_of(&self, login: &str) -> Result<(), CaseworkError> {
        let account = store::account_by_login(self.db(), &login.trim().to_lowercase()).await?;
        let account = account.ok_or(CaseworkError::NotFound)?.id;
        let leaf = self.leaf("session.end-all", None, "operator", true, self.new_id())?;
        self.keep_writes(vec![kept::end_everything(account)], vec![leaf]).await?;
        self.forget_sign_ins();
        Ok(())
    }

    /// Asks the store again for everybody who was signed in a moment ago.
    pub(in crate::casework) fn forget_sign_ins(&self) {
        self.room().sessions.forget();
        self.viewers().forget();
    }

    /// A new token for a session in which something was shown just now, and the statement that keeps it.
    pub(super) fn renew_session(&self, session: &Session) -> Result<(String, Write), CaseworkError> {
        let (token, now) = (random_token()?, micros(self.now()));
        let write = kept::rotate_session(session.id, &session.hash, &hash_of(&token), now + FRESH, now);
        Ok((token, write))
    }
}

fn agent_place(session: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: session, table: "session", column: "agent", kind: "text" }
}
