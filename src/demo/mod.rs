//! An invented caseload: children's stories told through the real law, by the right people, on their days.
//!
//! A story is a case file of the pack (`workflows/cn-procuratorate/cases`) moved in time and given to another invented
//! child. It is told up to today, so that cases stand wherever their time has brought them. Everything is drawn from a
//! seed: the same seed and day give the same caseload but for keys and identities.

mod draw;
mod staff;
mod story;

pub use draw::Draw;
pub use staff::{LogIn, Staff};

use chrono::{DateTime, Duration, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::story::Story;
use crate::casework::time::Clock;
use crate::casework::{CaseworkError, Service, packs};
use crate::law::rehearse::CaseScript;

/// The pack whose stories are told.
const PACK: &str = "cn-procuratorate";
/// Stories told at the same time.
const AT_ONCE: usize = 16;
/// How far back the caseload reaches, in days.
const REACH: u64 = 700;

/// What came of building a caseload.
#[derive(Debug, Default)]
pub struct Summary {
    /// Children.
    pub children: u64,
    /// Acts, drafts, evidence, documents.
    pub acts: u64,
    /// Refusals that a story means to meet.
    pub refused: u64,
    /// Stories that the law stopped where the story did not mean it to; none in a sound build.
    pub stopped: Vec<String>,
}

/// Counters that a caller may watch while the caseload is built.
#[derive(Debug, Default)]
pub struct Progress {
    /// Children finished.
    pub children: AtomicU64,
    /// Entries made.
    pub acts: AtomicU64,
    /// Refusals met.
    pub refused: AtomicU64,
}

/// Builds a caseload of `children` over the last two years up to `today`.
///
/// # Errors
/// When the stories cannot be read or the store fails; a story that the law stops is in the [`Summary`].
pub async fn build(
    service: &Service,
    staff: &Arc<Staff>,
    children: u64,
    seed: u64,
    today: DateTime<Utc>,
    progress: &Arc<Progress>,
) -> Result<Summary, CaseworkError> {
    let scripts = Arc::new(scripts()?);
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let mut telling = JoinSet::new();
    for child in 0..children {
        let mut draw = Draw::new(seed, child);
        let Some(script) = scripts.get(draw.below(scripts.len() as u64)).cloned() else { continue };
        let day = today.date_naive() - Duration::days(1);
        // Half of the cases are under way, so that there is something to do today.
        let story = if draw.below(2) == 0 {
            Story::under_way(script, day, &mut draw)
        } else {
            let days_ago = i64::try_from(draw.below(REACH)).unwrap_or_default();
            Story::since(script, day - Duration::days(days_ago), &mut draw)
        };
        let service = service.with_clock(Clock::at(today));
        let (staff, gate, progress) = (Arc::clone(staff), Arc::clone(&gate), Arc::clone(progress));
        telling.spawn(async move {
            let _place = gate.acquire_owned().await;
            let told = story.tell(&service, &staff, today, &progress).await;
            progress.children.fetch_add(1, Ordering::Relaxed);
            told
        });
    }
    let mut summary = Summary { children, ..Summary::default() };
    while let Some(told) = telling.join_next().await {
        match told {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(stopped))) => summary.stopped.push(stopped),
            Ok(Err(error)) => return Err(error),
            Err(_) => summary.stopped.push("a story broke off".into()),
        }
    }
    summary.acts = progress.acts.load(Ordering::Relaxed);
    summary.refused = progress.refused.load(Ordering::Relaxed);
    Ok(summary)
}

fn scripts() -> Result<Vec<Arc<CaseScript>>, CaseworkError> {
    let files = packs::embedded().remove(PACK).unwrap_or_default();
    files
        .iter()
        // Cases of the H series are attempts to get round the rules: no ordinary caseload is made of them.
        .filter(|(path, _)| path.starts_with("cases/") && !path.starts_with("cases/H"))
        .map(|(path, text)| {
            CaseScript::read(path, text)
                .map(Arc::new)
                .map_err(|_| CaseworkError::Corrupt { what: "case file" })
        })
        .collect()
}
