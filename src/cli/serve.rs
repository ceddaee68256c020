//! `tutela serve`.

use std::sync::Arc;
use tracing_subscriber::EnvFilter;

use super::{CliError, close, open, sealer};
use crate::casework::Service;
use crate::casework::time::Clock;
use crate::config::{Flags, Settings};
use crate::demo::Door;
use crate::http::sealer::SealerLink;
use crate::http::{self, App, Reach, metrics::Metrics};
use crate::jobs;

pub(super) async fn run(flags: &Flags) -> Result<(), CliError> {
    let settings = Settings::resolve(flags)?;
    logging(settings.log_json);
    let service = open(&settings, Clock::System).await?;
    serve(service, flags, &settings, None, |address| tracing::info!(%address, "listening")).await
}

/// Serves until the process is told to stop, then closes the store. Nothing that was acknowledged is lost.
pub(super) async fn serve(
    service: Service,
    flags: &Flags,
    settings: &Settings,
    door: Option<Arc<Door>>,
    listening: impl FnOnce(std::net::SocketAddr),
) -> Result<(), CliError> {
    service.stand_at(&settings.origin)?;
    if let Some(provider) = settings.provider()? {
        service.trust(provider, &settings.origin)?;
    }
    let (mail, webhooks) = (settings.mail_server()?, settings.told()?);
    service.send_to(webhooks.iter().map(|hook| hook.name.clone()).collect(), &settings.origin);
    let listener = http::bind(settings.listen).await?;
    listening(listener.local_addr().unwrap_or(settings.listen));
    let metrics = Metrics::new();
    let mut running = jobs::start(&service, &metrics);
    jobs::start_sending(&mut running, &service, mail, webhooks).map_err(CliError::Failed)?;
    let beside = sealer::beside(flags, settings);
    let sealer = Some(SealerLink::new(settings.sealer_socket.clone()));
    let behind_proxy = settings.behind_proxy;
    let app = App::new(Reach { service: service.clone(), metrics, sealer, behind_proxy, door });
    let (lost, gone) = tokio::sync::oneshot::channel();
    let watched = service.db().clone();
    let outcome = http::run(listener, app, async move {
        tokio::select! {
            () = stopped() => {}
            error = watched.lost() => {
                // The receiver waits below until the server has ended.
                let _ = lost.send(error);
            }
        }
    })
    .await;
    running.shutdown().await;
    if let Some(beside) = beside {
        beside.stop().await;
    }
    if let Ok(error) = gone.await {
        return Err(error.into());
    }
    // The tail of the ledger is signed before the store is closed, so that a stopped service is fully covered.
    crate::store::sequencer::drain(service.db()).await?;
    service.sign_checkpoint().await?;
    close(&service).await;
    tracing::info!("stopped");
    Ok(outcome?)
}

pub(super) async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}

/// Log lines for somebody who tries the service: only what needs attention, unless `RUST_LOG` says otherwise.
pub(super) fn logging_quiet(json: bool) {
    start_logging(json, "warn");
}

/// Log lines to standard error: pretty for a person, JSON for a machine. Level by `RUST_LOG`, `info` unless set.
pub(super) fn logging(json: bool) {
    start_logging(json, "info");
}

fn start_logging(json: bool, level: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call, as in tests, keeps the first subscriber.
    let _ = if json { lines.json().try_init() } else { lines.try_init() };
}
