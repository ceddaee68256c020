//! Small loops over the store: leaves into the tree, checkpoints signed, figures for the metrics page.

use std::time::{Duration, Instant};
use tokio::task::JoinSet;

use crate::casework::Service;
use crate::http::metrics::Metrics;
use crate::store::{self, sequencer};

/// Longest time during which the ledger's tail is not under a signature.
const CHECKPOINT: Duration = Duration::from_mins(1);
/// Leaves after which a checkpoint is signed at once.
const LEAVES: u64 = 1_000;
/// How often the ledger's growth is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often memory is swept of keys, and what was left half done is looked for.
const SWEEP: Duration = Duration::from_mins(1);
/// Microseconds after which a change of keys counts as left.
const LEFT: i64 = 60_000_000;
/// How often figures are taken.
const FIGURES: Duration = Duration::from_secs(15);

/// Starts the jobs; they end when the set is dropped.
pub fn start(service: &Service, metrics: &Metrics) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(sequencer::run(service.db().clone()));
    jobs.spawn(checkpoints(service.clone()));
    jobs.spawn(figures(service.clone(), metrics.clone()));
    jobs.spawn(sweep(service.clone()));
    jobs
}

/// Starts the jobs of the sealer.
pub fn start_sealer(service: &Service) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(sweep(service.clone()));
    jobs.spawn(recover(service.clone()));
    jobs.spawn(lapse(service.clone()));
    jobs
}

/// Wipes keys from memory that nobody has used for a while.
async fn sweep(service: Service) {
    loop {
        tokio::time::sleep(SWEEP).await;
        service.sweep();
    }
}

/// Refuses queries that nobody has decided in time.
async fn lapse(service: Service) {
    loop {
        if let Err(error) = service.lapse_queries().await {
            tracing::error!(error = %error, "queries were not refused in time");
        }
        tokio::time::sleep(SWEEP).await;
    }
}

/// Ends changes of keys that another sealer left half done.
async fn recover(service: Service) {
    loop {
        tokio::time::sleep(SWEEP).await;
        if let Err(error) = service.recover(LEFT).await {
            tracing::error!(error = %error, "a change of keys was not ended");
        }
    }
}

async fn checkpoints(service: Service) {
    let mut signed = 0;
    let mut since = Instant::now().checked_sub(CHECKPOINT);
    loop {
        let grown =
            store::ledger_head(service.db()).await.map_or(0, |head| head.len().saturating_sub(signed));
        if grown >= LEAVES || (grown > 0 && since.is_none_or(|since| since.elapsed() >= CHECKPOINT)) {
            match service.sign_checkpoint().await {
                Ok(Some(checkpoint)) => {
                    signed = checkpoint.size;
                    since = Some(Instant::now());
                    tracing::info!(size = checkpoint.size, "checkpoint signed");
                }
                Ok(None) => since = Some(Instant::now()),
                Err(error) => tracing::error!(error = %error, "checkpoint not signed"),
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn figures(service: Service, metrics: Metrics) {
    loop {
        if let Ok(cases) = store::case_count(service.db()).await {
            metrics.gauge("tutela_cases", u64::try_from(cases).unwrap_or_default());
        }
        if let Ok(waiting) = sequencer::waiting(service.db()).await {
            metrics.gauge("tutela_ledger_outbox", u64::try_from(waiting).unwrap_or_default());
        }
        if let Ok(head) = store::ledger_head(service.db()).await {
            metrics.gauge("tutela_ledger_leaves", head.len());
        }
        tokio::time::sleep(FIGURES).await;
    }
}
