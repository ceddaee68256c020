//! `tutela demo`: an invented caseload, created by real acts through the real law.

use clap::Args;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{CliError, keys, open, open_sealing, say, say_error, serve};
use crate::casework::Service;
use crate::casework::time::Clock;
use crate::config::{Flags, Settings};
use crate::demo::{self, Door, LogIn, Progress, Staff};
use crate::store::Absent;

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
        keys::make_missing(&settings)?;
        if self.no_serve {
            // Stories end in sealed records, so that who tells them needs the sealing key; who serves them does not.
            let service = open_sealing(&settings, Clock::System, Absent::Made).await?;
            let built = if service.office_views().is_empty() {
                self.build(&service).await
            } else if Staff::works_here(&service).await? {
                Ok(())
            } else {
                Err(no_demo(&data, service.db().engine()))
            };
            super::close(&service).await;
            return built;
        }
        self.build_in_another_process(&flags).await?;
        let service = open(&settings, Clock::System).await?;
        // The door signs in as anybody: it opens to nobody but this machine.
        let door = if settings.listen.ip().is_loopback() {
            Some(Arc::new(Door::build(&service, Staff::everybody()).await?))
        } else {
            None
        };
        let log_ins = Staff::log_ins(&service).await?;
        let way_in = door.as_ref().map(|door| door.key().to_owned());
        serve::serve(service, &flags, &settings, door, |address| {
            introduce(&address, way_in.as_deref(), &log_ins, &data);
        })
        .await
    }

    async fn build_in_another_process(&self, flags: &Flags) -> Result<(), CliError> {
        let failed = |error: std::io::Error| CliError::Failed(format!("the caseload was not made: {error}"));
        let status = tokio::process::Command::new(std::env::current_exe().map_err(failed)?)
            .args([
                "demo",
                "--no-serve",
                "--cases",
                &self.cases.to_string(),
                "--seed",
                &self.seed.to_string(),
            ])
            .envs(flags.environment())
            .kill_on_drop(true)
            .status()
            .await
            .map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        Err(CliError::Failed(
            "there is no caseload to serve; why, stands above / 没有可用的演示数据，原因见上".into(),
        ))
    }

    async fn build(&self, service: &Service) -> Result<(), CliError> {
        let begun = Instant::now();
        let (staff, _) = Staff::hire(service).await?;
        let progress = Arc::new(Progress::default());
        let watched = tokio::spawn(watch(Arc::clone(&progress), self.cases));
        let summary =
            demo::build(service, &Arc::new(staff), self.cases, self.seed, service.now(), &progress).await?;
        watched.abort();
        crate::store::sequencer::drain(service.db()).await?;
        service.sign_checkpoint().await?;
        service.db().learn().await?;
        say_error(format_args!(
            "\r{} children, {} entries, {} refusals as meant, in {:.1} s on {}",
            summary.children,
            summary.acts,
            summary.refused,
            begun.elapsed().as_secs_f64(),
            service.db().engine(),
        ));
        // What was told of them stands, and was lawful: there is a caseload all the same.
        if !summary.stopped.is_empty() {
            say_error(format_args!(
                "{} stories were stopped by the law where they did not mean to be:\n{}",
                summary.stopped.len(),
                summary.stopped.join("\n")
            ));
        }
        Ok(())
    }
}

/// What is kept there is somebody's record, or the demo of another version: nothing is added to it.
fn no_demo(data: &Path, engine: &str) -> CliError {
    let at = data.display();
    CliError::Failed(format!(
        "there is a record already ({engine}, {at}), and it is no demo of this version; name an empty folder, for example \
         --data {at}-2, or remove it if nobody needs it / 该处（{engine}，{at}）已有案卷数据，但不是本版本的演示数据；\
         请指定空目录，例如 --data {at}-2，确认无用后也可将其删除"
    ))
}

async fn watch(progress: Arc<Progress>, of: u64) {
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (children, acts) =
            (progress.children.load(Ordering::Relaxed), progress.acts.load(Ordering::Relaxed));
        say_error(format_args!("  {children} of {of} children, {acts} entries"));
    }
}

fn introduce(address: &SocketAddr, way_in: Option<&str>, log_ins: &[LogIn], data: &Path) {
    say(format_args!(
        "\nTutela demo 演示; everybody in it is invented 数据均为虚构; data in {}\n",
        data.display()
    ));
    if let Some(key) = way_in {
        // Browsers take a secure cookie over a plain connection from this name only.
        say(format_args!(
            "Open in a browser 请用浏览器打开: http://localhost:{}/demo/{key}\n",
            address.port()
        ));
    }
    say(format_args!("API: http://{address}/api/v1   (description: http://{address}/api/openapi.json)"));
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
