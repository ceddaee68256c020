//! `tutela sealer`: the process that alone can open sealed records, and how the service starts it.

use clap::Args;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStdin, Command};

use super::serve::{logging, stopped};
use super::{CliError, close, open_sealing};
use crate::casework::time::Clock;
use crate::config::{Flags, Settings};
use crate::http::metrics::Metrics;
use crate::http::{App, Reach, sealer};
use crate::jobs;
use crate::store::{Absent, StoreUrl};

/// First wait before a sealer that ended is started again; it doubles.
const AGAIN: Duration = Duration::from_secs(1);
/// Longest wait.
const LONGEST: Duration = Duration::from_secs(30);
/// How long a sealer may take to end.
const ENDS: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(super) struct Sealer {
    /// End when standard input is closed, as it is when the service that started it is gone
    #[arg(long, hide = true)]
    with_parent: bool,
}

impl Sealer {
    pub(super) async fn run(&self, flags: &Flags) -> Result<(), CliError> {
        let settings = Settings::resolve(flags)?;
        logging(settings.log_json);
        // A sealer makes no database: one that has just vanished must not be replaced by an empty one.
        for url in [&settings.database, &settings.keys] {
            if let StoreUrl::Sqlite(path) = url
                && !path.exists()
            {
                let path = path.display();
                return Err(CliError::Failed(format!("there is no {path}: make it with `tutela keys init`")));
            }
        }
        let listener = sealer::bind(&settings.sealer_socket, settings.sealer_elsewhere).await?;
        let service = open_sealing(&settings, Clock::System, Absent::Refused).await?;
        // What a sealer that was killed left half done is ended before anything else is begun.
        let ended = service.recover(0).await?;
        if ended > 0 {
            tracing::warn!(ended, "changes of keys that were broken off have been ended");
        }
        let mut running = jobs::start_sealer(&service);
        tracing::info!("the sealer listens");
        let with_parent = self.with_parent;
        let app = App::new(Reach {
            service: service.clone(),
            metrics: Metrics::new(),
            sealer: None,
            behind_proxy: false,
            door: None,
        });
        let watched = service.db().clone();
        let outcome = sealer::run(listener, app, async move {
            tokio::select! {
                () = stopped() => {}
                () = parent_gone(), if with_parent => {}
                error = watched.lost() => tracing::error!(error = %error, "the record is gone"),
            }
        })
        .await;
        running.shutdown().await;
        close(&service).await;
        let _ = std::fs::remove_file(&settings.sealer_socket);
        Ok(outcome?)
    }
}

/// Resolves when standard input is closed.
async fn parent_gone() {
    let mut input = tokio::io::stdin();
    let mut nothing = [0; 64];
    while input.read(&mut nothing).await.is_ok_and(|read| read > 0) {}
}

/// Keeps a sealer running beside the service until the returned task is told to stop.
pub(super) fn beside(flags: &Flags, settings: &Settings) -> Option<Beside> {
    if settings.sealer_elsewhere {
        return None;
    }
    if let Some(missing) = settings.sealing_key_file.as_deref().filter(|file| !file.exists()) {
        tracing::warn!(
            "no sealing key at {}: nothing about sealed records can be done until `tutela keys init` has made one",
            missing.display()
        );
        return None;
    }
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(keep_running(flags.environment(), stopped));
    Some(Beside { stop, task })
}

/// A sealer that runs beside the service.
pub(super) struct Beside {
    stop: tokio::sync::oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

impl Beside {
    /// Lets it end what it has begun.
    pub(super) async fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn keep_running(
    environment: Vec<(&'static str, std::ffi::OsString)>,
    mut stop: tokio::sync::oneshot::Receiver<()>,
) {
    let mut wait = AGAIN;
    loop {
        let begun = tokio::time::Instant::now();
        match spawn(&environment) {
            Ok(mut child) => {
                // Waiting for a child closes its standard input, which tells this one to end: so it is kept apart.
                let input = child.stdin.take();
                tokio::select! {
                    ended = child.wait() => tracing::error!(?ended, "the sealer has ended; it is started again"),
                    _ = &mut stop => return end(child, input).await,
                }
            }
            Err(error) => tracing::error!(error = %error, "the sealer cannot be started"),
        }
        if begun.elapsed() > LONGEST {
            wait = AGAIN;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = LONGEST.min(wait * 2),
            _ = &mut stop => return,
        }
    }
}

/// Starts this program as the sealer. It is handed no key: it reads its own.
fn spawn(environment: &[(&'static str, std::ffi::OsString)]) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(["sealer", "--with-parent"])
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

async fn end(mut child: Child, input: Option<ChildStdin>) {
    drop(input);
    if tokio::time::timeout(ENDS, child.wait()).await.is_err() {
        let _ = child.kill().await;
    }
}
