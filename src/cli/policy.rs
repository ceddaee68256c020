//! `tutela policy …`.

use clap::Subcommand;
use std::path::PathBuf;

use super::{CliError, say};
use crate::access::Policy;

#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Print the access policies that are part of the program, to begin a directory of one's own with
    #[command(after_help = "Example:\n  tutela policy print > policies/own.cedar")]
    Print,
    /// Check a directory of access policies: well formed, valid, and within the invariants
    #[command(after_help = "Example:\n  tutela policy check policies && tutela serve --policy policies")]
    Check {
        /// Directory with .cedar files
        directory: PathBuf,
    },
}

impl PolicyCommand {
    pub(super) fn run(&self) -> Result<(), CliError> {
        match self {
            Self::Print => say(Policy::text()),
            Self::Check { directory } => {
                let digest = crate::ledger::hex(Policy::load(directory)?.digest());
                say(format_args!("{digest}: valid, and within every invariant / 有效，且符合全部不变量"));
            }
        }
        Ok(())
    }
}
