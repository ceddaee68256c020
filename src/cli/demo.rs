//! `tutela demo`: an invented caseload, created by real acts through the real law.

use clap::Args;

use super::{CliError, say};
use crate::config::{Flags, Settings};

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Number of invented children
    #[arg(long, default_value_t = 300)]
    cases: usize,
}

impl Demo {
    pub(super) async fn run(&self, flags: &Flags) -> Result<(), CliError> {
        let settings = Settings::resolve(flags)?;
        say(format_args!("{} {:?}", self.cases, settings.listen));
        Ok(())
    }
}
