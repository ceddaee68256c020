//! The command line.

mod backup;
mod demo;
mod keys;
mod ledger;
mod pack;
mod policy;
mod records;
mod sealer;
mod serve;
mod user;

use clap::{Parser, Subcommand};
use std::fmt::Display;
use std::io::Write as _;

use crate::access::{Policy, PolicyError};
use crate::casework::keys::KeyRoom;
use crate::casework::packs::{PackError, Packs};
use crate::casework::time::Clock;
use crate::casework::{CaseworkError, Service};
use crate::config::{ConfigError, Flags, Settings};
use crate::http::ServeError;
use crate::store::{Absent, Db, KeyDb, StoreError};
use crate::vault::{RootKeyError, SealingKey, VaultError};

/// Tutela carries a child's criminal case from the first file to the sealed record. 未成年人刑事案件全程办理与权利保障
#[derive(Debug, Parser)]
#[command(name = "tutela", version, about, long_about = None)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service
    #[command(after_help = "Example:\n  tutela serve --data /var/lib/tutela --listen 127.0.0.1:8780")]
    Serve,
    /// Run the process that alone can open sealed records; `serve` starts one unless --sealer-socket names another
    #[command(
        after_help = "Example:\n  tutela sealer --data /var/lib/tutela --sealing-key-file /run/keys/sealing.key"
    )]
    Sealer(sealer::Sealer),
    /// Run the service with an invented caseload of two years, in a directory of its own
    #[command(
        after_help = "Example:\n  tutela demo\n  tutela demo --cases 50 --database postgres://tutela@localhost/tutela_demo"
    )]
    Demo(demo::Demo),
    /// Check, draw and test jurisdiction packs
    #[command(subcommand)]
    Pack(pack::Pack),
    /// Print and check access policies
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Verify and export the ledger
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Make, show and rotate keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Offices, accounts and bearer tokens
    #[command(subcommand)]
    User(user::User),
    /// Take a case away for good
    #[command(subcommand)]
    Records(records::Records),
    /// Copy the record and the key store, apart from each other
    #[command(after_help = "Example:\n  tutela backup /mnt/backup/2026-11-24 --data /var/lib/tutela")]
    Backup(backup::Backup),
    /// Print the OpenAPI 3.1 description of the API
    #[command(after_help = "Example:\n  tutela openapi > openapi.json")]
    Openapi,
}

/// Why a command failed; printed for a person.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant is what it wraps")]
pub enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    RootKey(#[from] RootKeyError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Casework(#[from] CaseworkError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("{0}")]
    Failed(String),
    #[error("cannot write {path}: {source}")]
    Write { path: String, source: std::io::Error },
}

/// Reads the command line and runs one command.
pub async fn run() -> std::process::ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Command::Serve => serve::run(&cli.flags).await,
        Command::Sealer(sealer) => sealer.run(&cli.flags).await,
        Command::Demo(demo) => demo.run(&cli.flags).await,
        Command::Pack(pack) => pack.run(),
        Command::Policy(policy) => policy.run(),
        Command::Ledger(ledger) => ledger.run(&cli.flags).await,
        Command::Keys(keys) => keys.run(&cli.flags).await,
        Command::User(user) => user.run(&cli.flags).await,
        Command::Records(records) => records.run(&cli.flags).await,
        Command::Backup(backup) => backup.run(&cli.flags).await,
        Command::Openapi => openapi(),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            say_error(format_args!("tutela: {error}"));
            std::process::ExitCode::FAILURE
        }
    }
}

fn openapi() -> Result<(), CliError> {
    let json =
        crate::http::openapi().to_pretty_json().map_err(|error| CliError::Failed(error.to_string()))?;
    say(json);
    Ok(())
}

/// Prints a line for a person. A reader that has gone away is no fault of the command.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints a line of progress or an error, beside what the command prints.
fn say_error(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Opens store, keys and packs, under the policy that the settings name.
async fn open(settings: &Settings, clock: Clock) -> Result<Service, CliError> {
    open_with(settings, clock, None, Absent::Made).await
}

/// Opens them as the sealer does, with the keys of sealed cases.
async fn open_sealing(settings: &Settings, clock: Clock, absent: Absent) -> Result<Service, CliError> {
    let sealing = settings.sealing_key.load_sealing()?;
    open_with(settings, clock, Some(&sealing), absent).await
}

async fn open_with(
    settings: &Settings,
    clock: Clock,
    sealing: Option<&SealingKey>,
    absent: Absent,
) -> Result<Service, CliError> {
    if let Some(directory) = &settings.policy {
        Policy::load(directory)?.put_in_force()?;
    }
    let root = settings.root_key.load()?;
    let packs = Packs::load(settings.packs.as_deref())?;
    let db = Db::open_or(&settings.database, absent).await?;
    let mut keys = KeyRoom::open(KeyDb::open_or(&settings.keys, absent).await?, &root, &db).await?;
    if let Some(sealing) = sealing {
        keys = keys.of_sealer(sealing).await?;
    }
    let service = Service::new(db, keys, packs, clock).await?;
    service.check_keys().await?;
    Ok(service)
}

/// Ends a service that was opened for one command.
async fn close(service: &Service) {
    service.db().close().await;
    service.keys().db().close().await;
}
