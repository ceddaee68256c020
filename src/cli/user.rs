//! `tutela user …`.

use clap::Subcommand;

use super::{CliError, close, open, say};
use crate::access::OfficeKind;
use crate::casework::account_state::AccountState;
use crate::casework::accounts::{NewAccount, read_role};
use crate::casework::time::Clock;
use crate::config::{Flags, Settings};
use crate::law::pack::StaffRole;
use crate::record::Text;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add an office
    #[command(
        after_help = "Example:\n  tutela user office HW --zh 河湾区人民检察院 --en \"Hewan District Procuratorate\" --kind district --parent NP"
    )]
    Office {
        /// Short code, part of case numbers
        code: String,
        /// What it is: national, provincial, municipal, district, partner
        #[arg(long, default_value = "district", value_parser = parse_kind)]
        kind: OfficeKind,
        /// Chinese name
        #[arg(long)]
        zh: String,
        /// English name
        #[arg(long)]
        en: String,
        /// Code of the office above
        #[arg(long)]
        parent: Option<String>,
    },
    /// Add an account and print a bearer token for it, once
    #[command(
        after_help = "Roles: prosecutor, chief, clerk, social_worker, supervisor, records, admin, researcher\n\nExample:\n  tutela user add zhao.ning --name 赵宁 --role prosecutor@HW"
    )]
    Add {
        /// Sign-in name
        login: String,
        /// Name
        #[arg(long)]
        name: String,
        /// A role at an office: ROLE@OFFICE; may be given more than once
        #[arg(long, value_name = "ROLE@OFFICE", required = true, value_parser = parse_role)]
        role: Vec<(StaffRole, String)>,
        /// Days after which the token ends
        #[arg(long, value_name = "DAYS")]
        expires: Option<i64>,
    },
    /// Print a new bearer token for an account
    Token {
        /// Sign-in name
        login: String,
        /// What it is for
        #[arg(long, default_value = "token")]
        label: String,
        /// Days after which it ends
        #[arg(long, value_name = "DAYS")]
        expires: Option<i64>,
        /// Let it count as a second factor shown a moment ago, for acts that ask for one again
        #[arg(long)]
        fresh: bool,
    },
    /// Print an invitation, good once and for three days, with which a person sets a password and signs in
    #[command(
        after_help = "What the account could show before ends when the invitation is used.\n\nExample:\n  tutela user invite zhao.ning"
    )]
    Invite {
        /// Sign-in name
        login: String,
    },
    /// Link a person at the identity provider of the settings file to an account, instead of any linked before
    #[command(after_help = "Example:\n  tutela user link zhao.ning 248289761001 --config /etc/tutela.toml")]
    Link {
        /// Sign-in name
        login: String,
        /// The person's identifier (`sub`) at the provider
        subject: String,
    },
    /// End all tokens of an account
    Revoke {
        /// Sign-in name
        login: String,
    },
    /// Suspend an account at once, close it for good, or let a suspended one be used again
    #[command(
        after_help = "An account that still has cases is not closed: its chief hands them over first.\n\nExample:\n  tutela user state zhao.ning suspended"
    )]
    State {
        /// Sign-in name
        login: String,
        /// active, suspended or closed
        #[arg(value_parser = parse_state)]
        state: AccountState,
    },
    /// List accounts
    List,
}

fn parse_kind(text: &str) -> Result<OfficeKind, String> {
    OfficeKind::from_name(text)
        .ok_or_else(|| format!("'{text}' is not one of national, provincial, municipal, district, partner"))
}

fn parse_state(text: &str) -> Result<AccountState, String> {
    match text {
        "active" => Ok(AccountState::Active),
        "suspended" => Ok(AccountState::Suspended),
        "closed" => Ok(AccountState::Closed),
        _ => Err(format!("'{text}' is not one of active, suspended, closed")),
    }
}

fn parse_role(text: &str) -> Result<(StaffRole, String), String> {
    let (role, office) = text.split_once('@').ok_or("expected ROLE@OFFICE, for example prosecutor@HW")?;
    let role = read_role(role).ok_or_else(|| {
        format!("'{role}' is not one of prosecutor, chief, clerk, social_worker, supervisor, records, admin, researcher")
    })?;
    Ok((role, office.to_owned()))
}

impl User {
    pub(super) async fn run(&self, flags: &Flags) -> Result<(), CliError> {
        let settings = Settings::resolve(flags)?;
        let service = open(&settings, Clock::System).await?;
        let until = |days: Option<i64>| days.map(|days| service.now() + chrono::Duration::days(days));
        match self {
            Self::Office { code, kind, zh, en, parent } => {
                service.add_office(code, *kind, Text::new(zh, en), parent.as_deref()).await?;
                say(format_args!("office {code} added"));
            }
            Self::Add { login, name, role, expires } => {
                let new = NewAccount { login: login.clone(), name: name.clone(), roles: role.clone() };
                service.add_account(&new).await?;
                say(service.add_token(login, "first", until(*expires), false).await?);
            }
            Self::Token { login, label, expires, fresh } => {
                say(service.add_token(login, label, until(*expires), *fresh).await?);
            }
            Self::Invite { login } => say(service.invite(login).await?),
            Self::Link { login, subject } => {
                let provider = settings.provider()?.ok_or_else(|| {
                    CliError::Failed("the settings name no identity provider ([oidc])".into())
                })?;
                service.trust(provider, &settings.origin)?;
                service.link_identity(login, subject).await?;
                say(format_args!("{login} may sign in through the provider"));
            }
            Self::Revoke { login } => {
                service.revoke_tokens(login).await?;
                say(format_args!("all tokens of {login} are ended"));
            }
            Self::State { login, state } => {
                service.set_state_by_operator(login, *state).await?;
                say(format_args!("done"));
            }
            Self::List => {
                for account in service.accounts().await? {
                    let roles: Vec<String> = account
                        .roles
                        .iter()
                        .map(|r| {
                            format!(
                                "{}@{}",
                                serde_json::to_value(r.role)
                                    .ok()
                                    .and_then(|v| v.as_str().map(str::to_owned))
                                    .unwrap_or_default(),
                                r.office
                            )
                        })
                        .collect();
                    say(format_args!(
                        "{:<20} {:<8} {}  {}",
                        account.login,
                        account.state,
                        account.name,
                        roles.join(" ")
                    ));
                }
            }
        }
        close(&service).await;
        Ok(())
    }
}
