//! `tutela keys …`.

use clap::Subcommand;
use std::path::{Path, PathBuf};

use super::{CliError, close, open, open_sealing, say};
use crate::casework::keys::KeyRoom;
use crate::casework::time::Clock;
use crate::config::{Flags, Settings};
use crate::store::{Absent, KeyDb};
use crate::vault::{RootKey, SealingKey};

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make the root key, the sealing key and the first keyring, or those of them that are missing
    #[command(after_help = "Example:\n  tutela keys init --data /var/lib/tutela")]
    Init,
    /// Show the keyring without its keys
    Status,
    /// Begin a new epoch of the key that wraps case keys, or change the root key
    #[command(
        after_help = "Examples:\n  tutela keys rotate\n  tutela keys rotate --resume\n  tutela keys rotate --root /run/keys/new-root.key"
    )]
    Rotate {
        /// Go on with a rotation that was broken off
        #[arg(long)]
        resume: bool,
        /// Change the root key to a new one, made in this file
        #[arg(long, value_name = "FILE", conflicts_with = "resume")]
        root: Option<PathBuf>,
        /// Change the sealing key to a new one, made in this file
        #[arg(long, value_name = "FILE", conflicts_with_all = ["resume", "root"])]
        sealing: Option<PathBuf>,
    },
}

impl Keys {
    pub(super) async fn run(&self, flags: &Flags) -> Result<(), CliError> {
        let settings = Settings::resolve(flags)?;
        match self {
            Self::Init => init(&settings).await,
            Self::Status => status(&settings).await,
            Self::Rotate { root: Some(file), .. } => rotate_root(&settings, file).await,
            Self::Rotate { sealing: Some(file), .. } => rotate_sealing(&settings, file).await,
            Self::Rotate { resume, .. } => rotate(&settings, !*resume).await,
        }
    }
}

async fn init(settings: &Settings) -> Result<(), CliError> {
    let made = make_missing(settings)?;
    if made.is_empty() {
        return Err(CliError::Failed(
            "both keys are there already, or come from a command; make them where that command finds them"
                .into(),
        ));
    }
    let service = open_sealing(settings, Clock::System, Absent::Made).await?;
    close(&service).await;
    for (what, file) in made {
        say(format_args!("{what} key made in {}", file.display()));
    }
    say("Keep copies apart from every backup of the databases: without them nothing can be read.");
    say("The sealing key opens sealed records: let nobody read it but the sealer.");
    say("请将密钥副本与数据库备份分开保存：没有它们，任何内容都无法读取；封存密钥仅供封存服务读取。");
    Ok(())
}

/// Makes the root key's and the sealing key's file where there is none; gives what was made.
pub(super) fn make_missing(settings: &Settings) -> Result<Vec<(&'static str, PathBuf)>, CliError> {
    let mut made = Vec::new();
    let wanted = [("root", &settings.root_key_file), ("sealing", &settings.sealing_key_file)];
    for (what, file) in wanted.into_iter().filter_map(|(what, file)| Some((what, file.as_deref()?))) {
        if file.exists() {
            continue;
        }
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)
                .map_err(|source| CliError::Write { path: parent.display().to_string(), source })?;
        }
        match what {
            "root" => drop(RootKey::create_file(file)?),
            _ => drop(SealingKey::create_file(file)?),
        }
        made.push((what, file.to_owned()));
    }
    Ok(made)
}

async fn status(settings: &Settings) -> Result<(), CliError> {
    let root = settings.root_key.load()?;
    let room = KeyRoom::open_existing(KeyDb::open(&settings.keys).await?, &root).await?;
    say(format_args!("{:<12} {:>5}  {:<12} {}", "purpose", "epoch", "state", "id"));
    for key in room.status().keys {
        say(format_args!(
            "{:<12} {:>5}  {:<12} {}",
            key.purpose.as_str(),
            key.epoch,
            key.state.as_str(),
            key.kid
        ));
    }
    room.db().close().await;
    Ok(())
}

async fn rotate(settings: &Settings, begin: bool) -> Result<(), CliError> {
    let (root, sealing) = (settings.root_key.load()?, settings.sealing_key.load_sealing()?);
    let service = open_sealing(settings, Clock::System, Absent::Made).await?;
    let wrapped = service.rotate_case_keys(&root, begin).await?;
    let sealed = service.rotate_sealed_keys(&sealing, begin).await?;
    close(&service).await;
    say(format_args!(
        "{wrapped} case keys and {sealed} keys of sealed cases wrapped anew; older epochs are destroyed"
    ));
    say(
        "Start the service again now. Older copies of the key store still open with the root and sealing keys of",
    );
    say("their day: change both (--root, --sealing) and destroy the old ones to make such copies worthless.");
    Ok(())
}

async fn rotate_sealing(settings: &Settings, file: &Path) -> Result<(), CliError> {
    let service = open_sealing(settings, Clock::System, Absent::Made).await?;
    let new = SealingKey::create_file(file)?;
    service.rotate_sealing(&new).await?;
    close(&service).await;
    say(format_args!(
        "the keyring of sealed cases is wrapped under the new sealing key in {}",
        file.display()
    ));
    say("Start the sealer with this key from now on, and destroy the old one.");
    Ok(())
}

async fn rotate_root(settings: &Settings, file: &Path) -> Result<(), CliError> {
    let service = open(settings, Clock::System).await?;
    let new_root = RootKey::create_file(file)?;
    service.rotate_root(&new_root).await?;
    close(&service).await;
    say(format_args!("the keyring is wrapped under the new root key in {}", file.display()));
    say("Start the service with this key from now on, and destroy the old one.");
    Ok(())
}
