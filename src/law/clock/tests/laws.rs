//! What holds for every run, over random ones.

use proptest::prelude::*;

use super::*;

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_i64..730).prop_map(|n| day("2025-01-01") + TimeDelta::days(n))
}

fn any_length() -> impl Strategy<Value = Length> {
    (1_u32..14, prop_oneof![Just(Unit::Days), Just(Unit::WorkingDays), Just(Unit::Months)])
        .prop_map(|(n, unit)| Length { n, unit })
}

fn first_day() -> impl Strategy<Value = FirstDay> {
    prop_oneof![Just(FirstDay::Next), Just(FirstDay::Same)]
}

fn any_roll() -> impl Strategy<Value = Roll> {
    prop_oneof![Just(Roll::Working), Just(Roll::Never), Just(Roll::UnlessHeld)]
}

/// Anything at all, lawful or not, to the ends of what chrono counts.
fn wild_step() -> impl Strategy<Value = Step> {
    let date = prop_oneof![
        any_day(),
        Just(NaiveDate::MIN),
        Just(NaiveDate::MAX),
        any::<i32>().prop_map(|n| NaiveDate::from_num_days_from_ce_opt(n).unwrap_or(NaiveDate::MAX)),
    ];
    let n = prop_oneof![0_u32..40, any::<u32>()];
    let unit = prop_oneof![Just(Unit::Hours), Just(Unit::Days), Just(Unit::WorkingDays), Just(Unit::Months)];
    (0..6, date, n, unit).prop_map(|(kind, date, n, unit)| match kind {
        0 => Step::Suspend(date),
        1 => Step::Resume(date),
        2 => Step::Restart(date.and_time(NaiveTime::MIN)),
        3 => Step::Extend(Length { n, unit }),
        4 => Step::SetLength(Length { n, unit }),
        _ => Step::Stop(date),
    })
}

/// Steps that follow each other lawfully, made of gaps in days.
fn lawful_steps(start: NaiveDate) -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec((0_i64..40, 0..4, any_length()), 0..6).prop_map(move |plan| {
        let mut on = start;
        let mut resting = false;
        plan.into_iter()
            .map(|(gap, kind, length)| {
                on += TimeDelta::days(gap);
                match kind {
                    0 | 1 => {
                        resting = !resting;
                        if resting { Step::Suspend(on) } else { Step::Resume(on) }
                    }
                    2 => Step::Extend(length),
                    _ => {
                        resting = false;
                        Step::Restart(on.and_time(NaiveTime::MIN))
                    }
                }
            })
            .collect()
    })
}

fn lawful_run() -> impl Strategy<Value = Run> {
    any_day().prop_flat_map(|started| {
        (any_length(), first_day(), lawful_steps(started)).prop_map(move |(length, first_day, steps)| Run {
            started: started.and_time(NaiveTime::MIN),
            length,
            first_day,
            steps,
        })
    })
}

/// One length on a date, told without the fold: the raw end moves step by step.
fn moved(from: NaiveDate, length: Length) -> NaiveDate {
    let at = from.and_time(NaiveTime::MIN);
    let one = Run { started: at, length, first_day: FirstDay::Next, steps: Vec::new() };
    end(&one, Roll::Never, false).raw
}

proptest! {
    #[test]
    fn nothing_panics(
        started in prop_oneof![any_day(), Just(NaiveDate::MIN), Just(NaiveDate::MAX)],
        length in (any::<u32>(), prop_oneof![
            Just(Unit::Hours), Just(Unit::Days), Just(Unit::WorkingDays), Just(Unit::Months),
        ]),
        first_day in first_day(),
        steps in proptest::collection::vec(wild_step(), 0..6),
        roll in any_roll(),
        held: bool,
    ) {
        let length = Length { n: length.0 >> (length.0 % 32), unit: length.1 };
        let started = started.and_hms_opt(23, 59, 59).unwrap();
        let _ = due(&Run { started, length, first_day, steps }, roll, held, national());
    }

    #[test]
    fn custody_never_moves_a_last_day(run in lawful_run()) {
        let held = end(&run, Roll::UnlessHeld, true);
        prop_assert_eq!(held.due, held.raw);
        prop_assert!(held.due <= end(&run, Roll::UnlessHeld, false).due, "release never shortens a period");
        if let Some(Outer::Day(outer)) = held.outer {
            prop_assert!(outer > held.due);
            prop_assert_eq!(outer, end(&run, Roll::UnlessHeld, false).raw);
        }
    }

    #[test]
    fn a_moved_day_is_worked_and_the_first_such(run in lawful_run()) {
        let due = end(&run, Roll::Working, false);
        prop_assert!(due.due >= due.raw);
        prop_assert_eq!(due.at, (due.due + TimeDelta::days(1)).and_time(NaiveTime::MIN));
        if due.calendar_missing.is_none() {
            prop_assert_eq!(national().is_working_day(due.due), Ok(true));
            let between = due.raw.iter_days().take_while(|date| *date < due.due);
            let skipped = between.filter(|date| national().is_working_day(*date) == Ok(true)).count();
            // Only a run resumed on its last day skips one, which is that day.
            prop_assert!(skipped == 0 || (skipped == 1 && due.resumed_at_end));
        } else {
            prop_assert_eq!(due.due, due.raw);
        }
    }

    #[test]
    fn a_later_start_never_ends_earlier(
        start in any_day(), later in 0_i64..70, length in any_length(), first_day in first_day(),
        roll in any_roll(), held: bool,
    ) {
        let run = |started: NaiveDate| {
            Run { started: started.and_time(NaiveTime::MIN), length, first_day, steps: Vec::new() }
        };
        let (early, late) = (run(start), run(start + TimeDelta::days(later)));
        prop_assert!(end(&early, roll, held).raw <= end(&late, roll, held).raw);
        prop_assert!(end(&early, roll, held).due <= end(&late, roll, held).due);
    }

    #[test]
    fn a_pause_moves_the_raw_end_by_its_days(mut run in lawful_run(), gap in 0_i64..300, pause in 0_i64..400) {
        let resting = end(&run, Roll::Never, false).suspended;
        let last = run.steps.iter().fold(run.started.date(), |last, step| match step {
            Step::Suspend(on) | Step::Resume(on) | Step::Stop(on) => *on,
            Step::Restart(at) => at.date(),
            Step::Extend(_) | Step::SetLength(_) => last,
        });
        if resting {
            run.steps.push(Step::Resume(last));
        }
        let from = last + TimeDelta::days(gap);
        let mut paused = run.clone();
        paused.steps.extend([Step::Suspend(from), Step::Resume(from + TimeDelta::days(pause))]);
        let (before, after) = (end(&run, Roll::Never, false), end(&paused, Roll::Never, false));
        prop_assert_eq!((after.raw - before.raw).num_days(), pause);
    }

    #[test]
    fn replaying_all_steps_equals_moving_the_end_step_by_step(run in lawful_run()) {
        let whole = Run { steps: Vec::new(), ..run.clone() };
        let begin = |at: NaiveDateTime| end(&Run { started: at, ..whole.clone() }, Roll::Never, false).raw;
        let mut raw = begin(run.started);
        let mut resting = None;
        for (done, step) in run.steps.iter().enumerate() {
            match step {
                Step::Suspend(on) => resting = Some(*on),
                Step::Resume(on) => raw += *on - resting.take().unwrap(),
                Step::Restart(at) => (raw, resting) = (begin(*at), None),
                Step::Extend(by) => raw = moved(raw, *by),
                Step::SetLength(_) | Step::Stop(_) => unreachable!(),
            }
            let prefix = Run { steps: run.steps[..=done].to_vec(), ..run.clone() };
            let due = end(&prefix, Roll::Never, false);
            prop_assert_eq!(due.raw, raw);
            prop_assert_eq!(due.days_left_when_suspended, resting.map(|on| (raw - on).num_days()));
        }
    }
}
