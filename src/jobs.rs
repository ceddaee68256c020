//! Small loops over the store: leaves into the tree, checkpoints signed, figures for the metrics page.

use std::time::Duration;
use tokio::task::JoinSet;

use crate::casework::Service;
use crate::http::metrics::Metrics;
use crate::store::{self, sequencer};

/// Longest time during which the ledger's tail is not under a signature.
const CHECKPOINT: Duration = Duration::from_mins(1);
/// How often figures are taken.
const FIGURES: Duration = Duration::from_secs(15);

/// Starts the jobs; they end when the set is dropped.
pub fn start(service: &Service, metrics: &Metrics) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(sequencer::run(service.db().clone()));
    jobs.spawn(checkpoints(service.clone()));
    jobs.spawn(figures(service.clone(), metrics.clone()));
    jobs
}

async fn checkpoints(service: Service) {
    loop {
        tokio::time::sleep(CHECKPOINT).await;
        match service.sign_checkpoint().await {
            Ok(Some(checkpoint)) => tracing::info!(size = checkpoint.size, "checkpoint signed"),
            Ok(None) => {}
            Err(error) => tracing::error!(error = %error, "checkpoint not signed"),
        }
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
