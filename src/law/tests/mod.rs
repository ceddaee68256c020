//! Properties that hold whatever is asked of the law, over random courses of a case.

mod course;
mod days;

use proptest::prelude::*;

use self::course::{NEWEST, Try, any_child, any_offence, any_try, commands};
use super::case::CaseFile;
use super::check::tests::{folder, load, small_files};
use super::clock::{self, FirstDay, Length, Roll, Run, Unit};
use super::command::{Act, Command, What};
use super::decide::{choose, decide, role_of};
use super::floor::{self, Evidence, FactName, Facts, Performer};
use super::pack::{Pack, RoleKind};
use super::scene::{self, Scene};
use crate::record::{Child, Decision, Offence, Sanction, Sex};

const COURSES: u32 = 48;

fn packs() -> &'static [Pack] {
    static PACKS: std::sync::OnceLock<Vec<Pack>> = std::sync::OnceLock::new();
    PACKS.get_or_init(|| {
        let real = ["cn-procuratorate", "intl-baseline"].into_iter().filter_map(folder);
        // A pack that asks for nothing itself: only the floor stands between a wrong and its happening.
        let mut bare = small_files();
        let events = bare.get_mut("events.yaml").unwrap();
        *events = events.lines().filter(|l| !l.starts_with("  safeguards:")).collect::<Vec<_>>().join("\n");
        real.chain([small_files(), bare]).map(|files| load(&files)).collect()
    })
}

/// Everything that must hold between a case, an accepted command and the case afterwards.
fn lawful(pack: &Pack, before: &CaseFile, command: &Command, after: &CaseFile) -> Result<(), TestCaseError> {
    prop_assert_eq!(after.seq, before.seq + 1);
    let held = scene::held(pack, after);
    for entry in after.clocks.iter().filter(|entry| entry.state.open()) {
        let rule = pack.clocks.find(&entry.clock).unwrap();
        let folded = clock::due(&entry.run, rule.roll, held, &pack.calendar).unwrap();
        prop_assert_eq!(&folded, &entry.due, "{}", &entry.clock);
        if held && rule.roll == Roll::UnlessHeld {
            prop_assert_eq!(entry.due.raw, entry.due.due, "{} moved in custody", &entry.clock);
        }
    }
    if let What::Act(act) = &command.what {
        let event = pack.events.find(&act.event).unwrap();
        let found = |seq| before.drafts.iter().find(|d| d.seq == seq && d.event == act.event);
        let draft = act.draft.and_then(found);
        let role = role_of(event, &command.by.roles);
        let inputs = draft.map_or(&act.inputs, |d| &d.inputs);
        let scene = Scene {
            role,
            person: Some(command.by.person),
            inputs,
            evidence: &act.evidence,
            decision: draft.map(|d| &d.decision).or(act.decision.as_ref()),
            drafter: draft.map(|d| d.by),
            ..Scene::bare(pack, before, command.at)
        };
        prop_assert!(choose(event, &scene).is_some());
        let own = pack.roles.find(role.unwrap()).unwrap().kind != RoleKind::Outside;
        let performer = if own { Performer::Own } else { Performer::Outside };
        let facts = facts(pack, &scene);
        let (from, to) = (before.position(pack).unwrap(), after.position(pack).unwrap());
        let ruling = floor::hear(&event.acts, from, to, performer, &facts, &pack.derogated);
        prop_assert!(!ruling.refused(), "{}: {:?}", &event.id, &ruling);
    }
    let text = serde_json::to_string(after).unwrap();
    prop_assert_eq!(&serde_json::from_str::<CaseFile>(&text).unwrap(), after);
    Ok(())
}

/// What the floor must be told, read from the case without the law's own reading of it.
fn facts(pack: &Pack, scene: &Scene<'_>) -> Facts {
    let case = scene.case;
    let mut facts = Facts::ordinary();
    let age = scene::age_on(pack, case, case.offence.on);
    facts.set(FactName::BelowMinimumAge, age.is_none_or(|age| age < pack.age.minimum));
    facts.set(FactName::MinimumBelow14, pack.age.minimum < 14);
    facts.set(FactName::AgeInDoubt, !case.child.birth_proved);
    facts.set(FactName::StatusOffence, case.offence.status_offence);
    facts.set(FactName::Girl, case.child.sex == Sex::Girl);
    facts.set(FactName::InterpreterNeeded, case.child.needs_interpreter);
    facts.set(FactName::AccommodationNeeded, case.child.needs_accommodation);
    facts.set(FactName::PregnantOrCaring, case.child.pregnant_or_caring);
    if let Some(decision) = scene.decision {
        let Decision { reasons, alternatives, child_view, review_route, diversion, .. } = decision;
        facts.set(FactName::ReasonsRecorded, !reasons.trim().is_empty());
        facts.set(FactName::ReviewRouteNotified, *review_route);
        facts.set(FactName::ChildViewRecorded, !child_view.trim().is_empty());
        facts.set(FactName::DiversionConsidered, !diversion.trim().is_empty());
        let rejected =
            |a: &crate::record::Alternative| !a.measure.trim().is_empty() && !a.why_not.trim().is_empty();
        facts.set(
            FactName::AlternativesRejected,
            !alternatives.is_empty() && alternatives.iter().all(rejected),
        );
        facts.set(FactName::DisabilityAsReason, decision.because_of_disability);
        facts.set(FactName::ProhibitedSanction, decision.sanction.is_some_and(Sanction::prohibited));
    }
    for &evidence in Evidence::ALL {
        // Given with the act or recorded earlier, complete and not contradicted by its own condition.
        let provided = pack.safeguards.iter().filter(|s| s.provides.contains(&evidence)).any(|safeguard| {
            let recorded = scene.evidence_of(safeguard);
            safeguard.evidence.iter().all(|f| !f.required || recorded.contains_key(&f.id))
                && scene.evidenced(safeguard)
        });
        facts.set(evidence.fact(), provided);
    }
    facts
}

fn run(pack: &Pack, child: &Child, offence: &Offence, tries: &[Try]) -> Result<usize, TestCaseError> {
    let start = CaseFile::new(pack, child.clone(), offence.clone());
    let mut case = start.clone();
    let mut at = offence.on.and_hms_opt(9, 0, 0).unwrap();
    let mut accepted = Vec::new();
    for attempt in tries {
        for mut command in commands(pack, &case, attempt, &mut at) {
            if let What::Act(Act { draft: Some(draft), .. }) = &mut command.what {
                *draft = if *draft == NEWEST { case.seq } else { *draft };
            }
            let lag = chrono::Duration::hours(i64::from(attempt.lag));
            let now = command.at.checked_add_signed(lag).unwrap_or(command.at);
            let first = decide(pack, &case, &command, now);
            let second = decide(pack, &case, &command, now);
            match (first, second) {
                (Ok(first), Ok(second)) => {
                    prop_assert_eq!(&first.after, &second.after);
                    lawful(pack, &case, &command, &first.after)?;
                    case = first.after;
                    accepted.push((command, now));
                }
                (Err(first), Err(second)) => {
                    prop_assert!(!first.reasons.is_empty());
                    prop_assert_eq!(first, second);
                }
                _ => prop_assert!(false, "the same question had two answers"),
            }
        }
    }
    let replayed = accepted.iter().try_fold(start, |case, (command, now)| {
        decide(pack, &case, command, *now).map(|accepted| accepted.after)
    });
    prop_assert_eq!(replayed.unwrap(), case);
    Ok(accepted.len())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::with_cases(COURSES) })]

    #[test]
    fn whatever_is_asked_the_law_answers_and_keeps_the_floor(
        child in any_child(),
        offence in any_offence(),
        mut tries in proptest::collection::vec(any_try(), 1..40),
        never in prop_oneof![Just(0_u32), any::<u32>()],
    ) {
        for attempt in &mut tries {
            attempt.never = never;
        }
        for pack in packs() {
            run(pack, &child, &offence, &tries)?;
        }
    }
}

#[test]
fn random_courses_come_far_enough_to_mean_something() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    for pack in packs() {
        let (mut most, mut ended) = (0, 0);
        for _ in 0..24 {
            let strategy = (any_child(), any_offence(), proptest::collection::vec(any_try(), 40));
            let (child, offence, tries) = strategy.new_tree(&mut runner).unwrap().current();
            let accepted = run(pack, &child, &offence, &tries).unwrap();
            most = most.max(accepted);
            ended += usize::from(accepted >= 10);
        }
        assert!(most >= 15 && ended >= 4, "{}: at most {most} accepted, {ended} courses of ten", pack.id);
    }
}

fn any_length() -> impl Strategy<Value = Length> {
    let unit = proptest::sample::select(vec![Unit::Hours, Unit::Days, Unit::WorkingDays, Unit::Months]);
    (1_u32..60, unit).prop_map(|(n, unit)| Length { n, unit })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn a_later_start_never_ends_earlier(
        length in any_length(),
        day in 0_u64..500,
        later in 0_u64..40,
        held in any::<bool>(),
        roll in proptest::sample::select(vec![Roll::Working, Roll::Never, Roll::UnlessHeld]),
        first_day in proptest::sample::select(vec![FirstDay::Next, FirstDay::Same]),
    ) {
        let pack = packs().first().unwrap();
        let start = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::Days::new(day);
        let due = |on: chrono::NaiveDate| {
            let run = Run { started: on.and_hms_opt(9, 0, 0).unwrap(), length, first_day, steps: Vec::new() };
            clock::due(&run, roll, held, &pack.calendar)
        };
        if let (Ok(first), Ok(second)) = (due(start), due(start + chrono::Days::new(later))) {
            prop_assert!(first.at <= second.at, "{first:?} {second:?}");
            if held && roll == Roll::UnlessHeld {
                prop_assert_eq!(first.raw, first.due);
            }
        }
    }
}
