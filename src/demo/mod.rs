//! An invented caseload: children's stories told through the real law, by the right people, on their days.
//!
//! A story is a case file of the pack (`workflows/cn-procuratorate/cases`) moved in time and given to another invented
//! child. It is told up to today, so that cases stand wherever their time has brought them. Everything is drawn from a
//! seed: the same seed and day give the same caseload but for keys and identities.

mod door;
mod draw;
mod staff;
mod story;

pub use door::{Door, Role};
pub use draw::Draw;
pub use staff::{LogIn, Staff};

use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::story::Story;
use crate::casework::time::Clock;
use crate::casework::{CaseworkError, Service, packs};
use crate::law::Pack;
use crate::law::case::Standing;
use crate::law::expr::Region;
use crate::law::rehearse::{CaseScript, rehearse};

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
    /// States in which a case stands now, by region.
    pub stands: BTreeSet<(Region, String)>,
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
/// The first children stand one in each state of the pack, so that a large enough caseload shows them all; the others
/// are drawn.
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
    let pack = service.packs().current(PACK, today).ok_or(CaseworkError::Corrupt { what: "pack" })?;
    let stories = stories(pack)?;
    let landmarks = landmarks(pack, &stories);
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let mut telling = JoinSet::new();
    for child in 0..children {
        let mut draw = Draw::new(seed, child);
        let day = today.date_naive() - Duration::days(1);
        let landmark = usize::try_from(child).ok().and_then(|child| landmarks.get(child));
        let (script, until) = match landmark {
            Some(places) => match places.get(draw.below(places.len() as u64)) {
                Some((script, place)) => (Arc::clone(script), Some(*place)),
                None => continue,
            },
            None => match stories.get(draw.below(stories.len() as u64)) {
                Some((script, _)) => (Arc::clone(script), None),
                None => continue,
            },
        };
        // Half of the others are under way, so that there is something to do today.
        let story = if let Some(place) = until {
            Story::until(script, place, day, &mut draw)
        } else if draw.below(2) == 0 {
            Story::under_way(script, day, &mut draw)
        } else {
            let days_ago = i64::try_from(draw.below(REACH)).unwrap_or_default();
            Story::since(script, day - Duration::days(days_ago), &mut draw)
        };
        let service = service.with_clock(Clock::at(today));
        let (staff, gate, progress) = (Arc::clone(staff), Arc::clone(&gate), Arc::clone(progress));
        telling.spawn(async move {
            let _place = gate.acquire_owned().await;
            let told = Box::pin(story.tell(&service, &staff, today, &progress)).await;
            progress.children.fetch_add(1, Ordering::Relaxed);
            told
        });
    }
    let mut summary = Summary { children, ..Summary::default() };
    while let Some(told) = telling.join_next().await {
        match told {
            Ok(Ok(told)) => {
                summary.stopped.extend(told.stopped);
                let states = |s: Standing| Region::ALL.map(|region| (region, s.get(region).to_owned()));
                summary.stands.extend(told.standing.map(states).into_iter().flatten());
            }
            Ok(Err(error)) => return Err(error),
            Err(_) => summary.stopped.push("a story broke off".into()),
        }
    }
    summary.acts = progress.acts.load(Ordering::Relaxed);
    summary.refused = progress.refused.load(Ordering::Relaxed);
    Ok(summary)
}

/// A case file, and where its case stands after each of its steps.
type Script = (Arc<CaseScript>, Vec<Standing>);

/// Places in stories, by the state in which a case stands there: one list for each state of the pack that a story
/// comes to.
fn landmarks(pack: &Pack, stories: &[Script]) -> Vec<Vec<(Arc<CaseScript>, usize)>> {
    let mut all = Vec::new();
    for region in Region::ALL {
        for state in pack.state_ids(region) {
            let mut places = Vec::new();
            for (script, stood) in stories {
                // The last step of each stay: whatever was to be done in the state has been done.
                let here = |place: usize| stood.get(place).is_some_and(|s| s.get(region) == state);
                let last = (0..stood.len()).filter(|&place| here(place) && !here(place + 1));
                places.extend(last.map(|place| (Arc::clone(script), place)));
            }
            if !places.is_empty() {
                all.push(places);
            }
        }
    }
    all
}

fn stories(pack: &Pack) -> Result<Vec<Script>, CaseworkError> {
    let flawed = || CaseworkError::Corrupt { what: "case file" };
    let files = packs::embedded().remove(PACK).unwrap_or_default();
    files
        .iter()
        // Cases of the H series are attempts to get round the rules: no ordinary caseload is made of them.
        .filter(|(path, _)| path.starts_with("cases/") && !path.starts_with("cases/H"))
        .map(|(path, text)| {
            let script = CaseScript::read(path, text).map_err(|_| flawed())?;
            let stood = rehearse(pack, path, text).map_err(|_| flawed())?.stood;
            Ok((Arc::new(script), stood))
        })
        .collect()
}
