//! `tutela ledger …`.

use clap::Subcommand;
use std::path::{Path, PathBuf};

use super::{CliError, close, open, say};
use crate::casework::time::Clock;
use crate::config::{Flags, Settings};
use crate::ledger::{Exporter, VerifierKey};
use crate::store::{self, Db, audit, sequencer};

/// Leaves read at a time for an export.
const PAGE: i64 = 2_000;

#[derive(Debug, Subcommand)]
pub(super) enum Ledger {
    /// Read the whole store and say exactly what was touched behind the service's back
    #[command(
        after_help = "Needs no root key: only the public key, as `tutela ledger key` prints it.\n\nExample:\n  tutela ledger verify --key tutela.local/ledger+1a2b3c4d+AZ…"
    )]
    Verify {
        /// Public key of the ledger; read from the key store unless given
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
        /// An older checkpoint that was kept elsewhere
        #[arg(long, value_name = "FILE")]
        against: Option<PathBuf>,
        /// The report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write tiles, entries, checkpoint and proofs that other tools can verify
    #[command(after_help = "Example:\n  tutela ledger export /mnt/auditor/2026-11")]
    Export {
        /// A directory that does not exist yet
        directory: PathBuf,
        /// Leaves for which a proof is written; the first, the middle and the last unless given
        #[arg(long, value_name = "LEAF")]
        proof: Vec<u64>,
    },
    /// Print the public key that verifies checkpoints
    Key,
}

impl Ledger {
    pub(super) async fn run(&self, flags: &Flags) -> Result<(), CliError> {
        let settings = Settings::resolve(flags)?;
        match self {
            Self::Verify { key, against, json } => {
                verify(&settings, key.as_deref(), against.as_ref(), *json).await
            }
            Self::Export { directory, proof } => export(&settings, directory, proof).await,
            Self::Key => {
                let service = open(&settings, Clock::System).await?;
                let signer = service.signer()?;
                say(signer.verifier());
                close(&service).await;
                Ok(())
            }
        }
    }
}

async fn verify(
    settings: &Settings,
    key: Option<&str>,
    against: Option<&PathBuf>,
    json: bool,
) -> Result<(), CliError> {
    let key = if let Some(key) = key {
        key.parse::<VerifierKey>().map_err(|error| CliError::Failed(format!("not a public key: {error}")))?
    } else {
        let service = open(settings, Clock::System).await?;
        let key = service.signer()?.verifier().clone();
        close(&service).await;
        key
    };
    let note = against
        .map(|path| {
            std::fs::read_to_string(path)
                .map_err(|error| CliError::Failed(format!("cannot read {}: {error}", path.display())))
        })
        .transpose()?;
    let db = Db::open(&settings.database).await?;
    let audit = audit::audit(&db, key, note.as_deref()).await?;
    db.close().await;
    if json {
        let text =
            serde_json::to_string_pretty(&audit).map_err(|error| CliError::Failed(error.to_string()))?;
        say(text);
    } else {
        say(format_args!(
            "{} leaves, {} checkpoints (signed up to leaf {}), {} cases",
            audit.ledger.leaves, audit.ledger.checkpoints, audit.ledger.signed, audit.ledger.cases
        ));
        if let Some(root) = &audit.ledger.root {
            say(format_args!("root {root}"));
        }
        for fault in &audit.ledger.faults {
            say(format_args!("FAULT {} {}: {fault} / {}", fault.table(), fault.key(), fault.zh()));
        }
        for fault in &audit.rows {
            say(format_args!("FAULT {} of case {}: {}", fault.table, fault.case, fault.what));
        }
    }
    if audit.sound() {
        if !json {
            say("sound: nothing was touched 完好：未发现改动");
        }
        Ok(())
    } else {
        let faults = audit.ledger.faults.len() + audit.rows.len();
        Err(CliError::Failed(format!("the store is not what the ledger vouches for: {faults} fault(s)")))
    }
}

async fn export(settings: &Settings, directory: &Path, proofs: &[u64]) -> Result<(), CliError> {
    let service = open(settings, Clock::System).await?;
    sequencer::drain(service.db()).await?;
    service.sign_checkpoint().await?;
    let checkpoint = service.checkpoint().await?;
    let signer = service.signer()?;
    let failed = |error: crate::ledger::ExportError| CliError::Failed(error.to_string());
    let mut exporter = Exporter::create(directory, signer.verifier(), &checkpoint.note).map_err(failed)?;
    let mut from = 0;
    while from < exporter.size() {
        let page = store::leaves(service.db(), from, PAGE).await?;
        let Some(last) = page.last() else { break };
        let next = last.seq + 1;
        for leaf in page.iter().filter(|leaf| leaf.seq < checkpoint.size) {
            exporter.leaf(&leaf.leaf).map_err(failed)?;
        }
        from = next;
    }
    let size = exporter.size();
    let chosen = if proofs.is_empty() { vec![0, size / 2, size.saturating_sub(1)] } else { proofs.to_vec() };
    exporter.finish(&chosen).map_err(failed)?;
    close(&service).await;
    say(format_args!("{size} leaves written to {}", directory.display()));
    Ok(())
}
