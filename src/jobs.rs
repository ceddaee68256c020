//! Small loops over the store: leaves into the tree, checkpoints signed, figures for the metrics page, ended
//! sessions taken away.

#[cfg(feature = "mail")]
pub mod mail;
pub mod send;
#[cfg(feature = "webhook")]
pub mod webhook;

use std::time::{Duration, Instant};
use tokio::task::JoinSet;

use crate::casework::Service;
use crate::casework::sending::{Channel, MailSettings, WebhookSettings};
use crate::http::metrics::Metrics;
use crate::store::{self, sequencer};

/// Longest time during which the ledger's tail is not under a signature.
const CHECKPOINT: Duration = Duration::from_mins(1);
/// Leaves after which a checkpoint is signed at once.
const LEAVES: u64 = 1_000;
/// How often the ledger's growth is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often memory is swept of keys, and what was left half done is looked for.
const TIDY: Duration = Duration::from_mins(1);
/// Microseconds after which a change of keys counts as left.
const LEFT: i64 = 60_000_000;
/// How often figures are taken.
const FIGURES: Duration = Duration::from_secs(15);
/// How often it is looked whether something falls due.
const ALARMS: Duration = Duration::from_secs(5);
/// How often ended sessions and sign-ins are taken away.
const SWEEP: Duration = Duration::from_mins(10);

/// What waits to be sent, by the way it goes, and the names of its figures.
const SENDING: [(Channel, &str, &str); 2] = [
    (Channel::Mail, "tutela_mail_waiting", "tutela_mail_lag_seconds"),
    (Channel::Webhook, "tutela_webhooks_waiting", "tutela_webhooks_lag_seconds"),
];

/// Starts the jobs; they end when the set is dropped.
pub fn start(service: &Service, metrics: &Metrics) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(sequencer::run(service.db().clone()));
    jobs.spawn(checkpoints(service.clone()));
    jobs.spawn(figures(service.clone(), metrics.clone()));
    jobs.spawn(sweep(service.clone()));
    jobs.spawn(tidy(service.clone()));
    jobs.spawn(alarms(service.clone()));
    jobs
}

/// Starts the jobs of the sealer.
pub fn start_sealer(service: &Service) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(tidy(service.clone()));
    jobs.spawn(recover(service.clone()));
    jobs.spawn(lapse(service.clone()));
    jobs
}

/// Wipes keys from memory that nobody has used for a while.
async fn tidy(service: Service) {
    loop {
        tokio::time::sleep(TIDY).await;
        service.sweep();
    }
}

/// Refuses queries that nobody has decided in time.
async fn lapse(service: Service) {
    loop {
        if let Err(error) = service.lapse_queries().await {
            tracing::error!(error = %error, "queries were not refused in time");
        }
        tokio::time::sleep(TIDY).await;
    }
}

/// Ends changes of keys that another sealer left half done.
async fn recover(service: Service) {
    loop {
        tokio::time::sleep(TIDY).await;
        if let Err(error) = service.recover(LEFT).await {
            tracing::error!(error = %error, "a change of keys was not ended");
        }
    }
}

/// Starts sending what is told, to people and to programs, as far as the operator has said how.
///
/// # Errors
/// What is wrong with the settings, or what this build cannot do.
#[cfg_attr(
    not(any(feature = "mail", feature = "webhook")),
    expect(unused_variables, reason = "a build that sends nothing starts nothing")
)]
pub fn start_sending(
    jobs: &mut JoinSet<()>,
    service: &Service,
    mail: Option<MailSettings>,
    webhooks: Vec<WebhookSettings>,
) -> Result<(), String> {
    if let Some(settings) = mail {
        #[cfg(feature = "mail")]
        jobs.spawn(send::run(service.clone(), Channel::Mail, mail::Mail::new(&settings)?));
        #[cfg(not(feature = "mail"))]
        return Err(format!(
            "[mail] {}: this build sends no mail; build it with --features mail",
            settings.server
        ));
    }
    if !webhooks.is_empty() {
        #[cfg(feature = "webhook")]
        {
            let carrier = webhook::Webhooks::new(&webhooks, service.clone())?;
            jobs.spawn(send::run(service.clone(), Channel::Webhook, carrier));
        }
        #[cfg(not(feature = "webhook"))]
        return Err("[[webhooks]]: this build calls none; build it with --features webhook".into());
    }
    Ok(())
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
        metrics.gauge("tutela_password_hashes", service.passwords_hashed());
        if let Ok(lag) = service.telling_lag().await {
            metrics.gauge("tutela_alarms_lag_seconds", u64::try_from(lag.num_seconds()).unwrap_or_default());
        }
        for (channel, waiting, lag) in SENDING {
            if let Ok((count, since)) = service.sending_lag(channel).await {
                metrics.gauge(waiting, u64::try_from(count).unwrap_or_default());
                metrics.gauge(lag, u64::try_from(since.num_seconds()).unwrap_or_default());
            }
        }
        tokio::time::sleep(FIGURES).await;
    }
}

/// Tells of what falls due. Every instance looks; one at a time does it.
async fn alarms(service: Service) {
    match service.derive_unknown_outcomes().await {
        Ok(0) => {}
        Ok(cases) => tracing::info!(cases, "outcomes derived of cases from before"),
        Err(error) => tracing::error!(error = %error, "outcomes of cases from before not derived"),
    }
    match service.derive_unknown_work().await {
        Ok(0) => {}
        Ok(cases) => tracing::info!(cases, "work derived of cases from before"),
        Err(error) => tracing::error!(error = %error, "work of cases from before not derived"),
    }
    loop {
        match service.tell_what_is_due().await {
            Ok(0) => {}
            Ok(told) => tracing::info!(told, "told of what falls due"),
            Err(error) => tracing::error!(error = %error, "what falls due was not told"),
        }
        tokio::time::sleep(ALARMS).await;
    }
}

async fn sweep(service: Service) {
    loop {
        tokio::time::sleep(SWEEP).await;
        if let Err(error) = service.sweep_messages().await {
            tracing::error!(error = %error, "what was sent long ago not taken away");
        }
        if let Err(error) = service.sweep_sign_ins().await {
            tracing::error!(error = %error, "ended sessions not taken away");
        }
        if let Err(error) = service.forget_forms().await {
            tracing::error!(error = %error, "forms of long ago not forgotten");
        }
    }
}
