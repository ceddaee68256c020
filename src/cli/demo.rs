//! `tutela demo`: an invented caseload, created by real acts through the real law.

use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{CliError, keys, open, say, say_error, serve};
use crate::casework::Service;
use crate::casework::time::Clock;
use crate::config::{Flags, Settings};
use crate::demo::{self, LogIn, Progress, Staff};

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Number of invented children
    #[arg(long, default_value_t = 300)]
    cases: u64,
    /// Seed from which everything is drawn
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// Make the caseload and end
    #[arg(long)]
    no_serve: bool,
}

impl Demo {
    pub(super) async fn run(&self, flags: &Flags) -> Result<(), CliError> {
        let data = flags.data.clone().unwrap_or_else(|| PathBuf::from("data/demo"));
        let flags = Flags { data: Some(data.clone()), ..flags.clone() };
        let settings = Settings::resolve(&flags)?;
        serve::logging_quiet(settings.log_json);
        let there = settings.root_key_file.as_deref().is_some_and(Path::exists);
        if let (false, Some(file)) = (there, &settings.root_key_file) {
            keys::make_root_key(file)?;
        }
        let service = open(&settings, Clock::System).await?;
        let log_ins = if service.office_views().is_empty() {
            self.build(&service).await?
        } else {
            say_error(format_args!("an earlier demo lies in {}; it is served as it is", data.display()));
            Staff::log_ins(&service).await?
        };
        if self.no_serve {
            super::close(&service).await;
            return Ok(());
        }
        serve::serve(service, &settings, |address| introduce(&address.to_string(), &log_ins, &data)).await
    }

    async fn build(&self, service: &Service) -> Result<Vec<LogIn>, CliError> {
        let begun = Instant::now();
        let (staff, log_ins) = Staff::hire(service).await?;
        let progress = Arc::new(Progress::default());
        let watched = tokio::spawn(watch(Arc::clone(&progress), self.cases));
        let summary =
            demo::build(service, &Arc::new(staff), self.cases, self.seed, service.now(), &progress).await?;
        watched.abort();
        crate::store::sequencer::drain(service.db()).await?;
        service.sign_checkpoint().await?;
        say_error(format_args!(
            "\r{} children, {} entries, {} refusals as meant, in {:.1} s on {}",
            summary.children,
            summary.acts,
            summary.refused,
            begun.elapsed().as_secs_f64(),
            service.db().engine(),
        ));
        if !summary.stopped.is_empty() {
            return Err(CliError::Failed(format!(
                "{} stories were stopped by the law where they did not mean to be:\n{}",
                summary.stopped.len(),
                summary.stopped.join("\n")
            )));
        }
        Ok(log_ins)
    }
}

async fn watch(progress: Arc<Progress>, of: u64) {
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (children, acts) =
            (progress.children.load(Ordering::Relaxed), progress.acts.load(Ordering::Relaxed));
        say_error(format_args!("  {children} of {of} children, {acts} entries"));
    }
}

fn introduce(address: &str, log_ins: &[LogIn], data: &Path) {
    say(format_args!(
        "\nTutela demo 演示 — http://{address}/api/v1   (description: http://{address}/api/openapi.json)"
    ));
    say(format_args!("data in {}; everybody in it is invented 数据均为虚构\n", data.display()));
    say(format_args!("{:<11} {:<14} {:<4} {:<8} {}", "log-in", "role", "at", "name", "token"));
    for log_in in log_ins {
        let role = serde_json::to_value(log_in.role)
            .ok()
            .and_then(|v| v.as_str().map(str::to_owned))
            .unwrap_or_default();
        say(format_args!(
            "{:<11} {:<14} {:<4} {:<6} {}",
            log_in.login, role, log_in.office, log_in.name, log_in.token
        ));
    }
    if let Some(prosecutor) = log_ins.iter().find(|l| l.login == "zhao.ning") {
        say(format_args!(
            "\nA worklist, soonest due first:\n  curl -H 'Authorization: Bearer {}' http://{address}/api/v1/cases",
            prosecutor.token
        ));
    }
    say("\nREADME.md walks through a case. Ctrl-C stops the service.");
}
