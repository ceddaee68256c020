use super::*;
use crate::law::calendar::tests::national;

mod cases;
mod laws;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A day, or a day with the minute.
fn moment(text: &str) -> NaiveDateTime {
    text.parse().unwrap_or_else(|_| day(text).and_time(NaiveTime::MIN))
}

fn length(n: u32, unit: Unit) -> Length {
    Length { n, unit }
}

fn run(started: &str, n: u32, unit: Unit, first_day: FirstDay, steps: &[Step]) -> Run {
    Run { started: moment(started), length: length(n, unit), first_day, steps: steps.to_vec() }
}

fn end(run: &Run, roll: Roll, held: bool) -> Due {
    due(run, roll, held, &national()).unwrap()
}

#[test]
fn hours_end_at_the_minute_with_the_full_hour_as_outer_limit() {
    let family_notice = run("2026-02-14T22:15:40", 24, Unit::Hours, FirstDay::Next, &[]);
    let due = end(&family_notice, Roll::UnlessHeld, false);
    assert_eq!(
        (due.raw, due.due, due.at),
        (day("2026-02-15"), day("2026-02-15"), moment("2026-02-15T22:15:00"))
    );
    assert_eq!(due.outer, Some(Outer::At(moment("2026-02-15T23:00:00"))));
    assert_eq!(due.outer.unwrap().to_string(), "2026-02-15T23:00");
    let sharp = run("2026-02-14T22:00:00", 24, Unit::Hours, FirstDay::Next, &[]);
    assert_eq!(end(&sharp, Roll::UnlessHeld, true).outer, None);
}

#[test]
fn a_day_ends_at_midnight_after_it() {
    let due = end(&run("2025-09-24T16:40:00", 7, Unit::Days, FirstDay::Next, &[]), Roll::UnlessHeld, true);
    assert_eq!(due.at, moment("2025-10-02"));
}

#[test]
fn custody_reads_a_month_from_its_last_day_in_the_childs_favour() {
    let review = run("2026-02-28", 1, Unit::Months, FirstDay::Next, &[]);
    let held = end(&review, Roll::UnlessHeld, true);
    assert_eq!((held.due, held.outer), (day("2026-03-28"), Some(Outer::Day(day("2026-03-31")))));
    assert_eq!(held.outer.unwrap().to_string(), "2026-03-31");
    let released = end(&review, Roll::UnlessHeld, false);
    assert_eq!((released.due, released.outer), (day("2026-03-31"), None));
    // A clock that has nothing to do with custody is not read otherwise because the child is held.
    assert_eq!(end(&review, Roll::Working, true).due, day("2026-03-31"));
}

#[test]
fn a_suspended_run_keeps_its_days_and_a_run_resumed_on_its_last_day_gets_a_working_day() {
    let steps = [Step::Suspend(day("2025-12-03"))];
    let suspended = end(&run("2025-11-03", 1, Unit::Months, FirstDay::Next, &steps), Roll::UnlessHeld, false);
    assert!(suspended.suspended);
    assert_eq!(suspended.days_left(day("2026-04-01")), 0);
    // Resumed on Wednesday 3 June: a due day of the same day would leave no time to decide.
    let steps = [Step::Suspend(day("2025-12-03")), Step::Resume(day("2026-06-03"))];
    let review = run("2025-11-03", 1, Unit::Months, FirstDay::Next, &steps);
    let resumed = end(&review, Roll::UnlessHeld, false);
    assert_eq!((resumed.raw, resumed.due), (day("2026-06-03"), day("2026-06-04")));
    assert!(resumed.resumed_at_end);
    // Not in custody, and not for a run that was overdue before it was suspended.
    assert_eq!(end(&review, Roll::UnlessHeld, true).due, day("2026-06-03"));
    let steps = [Step::Suspend(day("2025-12-04")), Step::Resume(day("2026-06-04"))];
    let late = end(&run("2025-11-03", 1, Unit::Months, FirstDay::Next, &steps), Roll::UnlessHeld, false);
    assert_eq!((late.due, late.days_left(day("2026-06-04"))), (day("2026-06-03"), -1));
}

#[test]
fn a_restart_drops_everything_and_a_varied_length_keeps_pauses() {
    let steps = [
        Step::Suspend(day("2025-11-10")),
        Step::Resume(day("2025-11-20")),
        Step::Extend(length(15, Unit::Days)),
        Step::Restart(moment("2025-12-01T09:30:00")),
    ];
    let due = end(&run("2025-11-03", 1, Unit::Months, FirstDay::Next, &steps), Roll::Never, false);
    assert_eq!(due.due, day("2026-01-01"));
    let steps = [
        Step::Extend(length(15, Unit::Days)),
        Step::Suspend(day("2025-11-10")),
        Step::Resume(day("2025-11-20")),
        Step::SetLength(length(2, Unit::Months)),
    ];
    let due = end(&run("2025-11-03", 1, Unit::Months, FirstDay::Next, &steps), Roll::Never, false);
    assert_eq!(due.due, day("2026-01-13"));
}

#[test]
fn steps_that_contradict_each_other_are_refused() {
    use ClockError::{
        AlreadySuspended, BeforeStart, MixedUnits, NoLength, NotSuspended, OutOfOrder, OutOfRange, Stopped,
    };
    let on = |text| day(text);
    let hour = length(1, Unit::Hours);
    for (steps, error) in [
        (vec![Step::Resume(on("2025-11-04"))], NotSuspended { step: 0 }),
        (vec![Step::Suspend(on("2025-11-04")); 2], AlreadySuspended { step: 1 }),
        (vec![Step::Suspend(on("2025-11-02"))], BeforeStart { step: 0 }),
        (vec![Step::Restart(moment("2025-11-02T23:59:00"))], BeforeStart { step: 0 }),
        (vec![Step::Suspend(on("2025-11-09")), Step::Resume(on("2025-11-08"))], OutOfOrder { step: 1 }),
        (vec![Step::Stop(on("2025-11-09")), Step::Restart(moment("2025-11-10"))], Stopped { step: 1 }),
        (vec![Step::Stop(on("2025-11-09")), Step::Extend(length(1, Unit::Days))], Stopped { step: 1 }),
        (vec![Step::Extend(length(0, Unit::Days))], NoLength),
        (vec![Step::SetLength(hour)], MixedUnits),
        (vec![Step::Extend(length(u32::MAX, Unit::Days))], OutOfRange),
    ] {
        let review = run("2025-11-03T08:00:00", 1, Unit::Months, FirstDay::Next, &steps);
        assert_eq!(due(&review, Roll::Working, false, &national()), Err(error), "{steps:?}");
    }
}

#[test]
fn working_days_beyond_the_calendar_are_never_counted_too_late() {
    let query = run("2026-12-30", 3, Unit::WorkingDays, FirstDay::Next, &[]);
    let due = end(&query, Roll::Working, false);
    // 31 December is the first; the other two are taken as 1 and 2 January.
    assert_eq!((due.due, due.calendar_missing), (day("2027-01-02"), Some(2027)));
}

#[test]
fn the_stored_form_is_stable() {
    let steps = [Step::Suspend(day("2025-11-10")), Step::Extend(length(15, Unit::Days))];
    let review = run("2025-11-03", 1, Unit::Months, FirstDay::Next, &steps);
    let json = serde_json::json!({
        "started": "2025-11-03T00:00:00",
        "length": {"n": 1, "unit": "months"},
        "first_day": "next",
        "steps": [{"suspend": "2025-11-10"}, {"extend": {"n": 15, "unit": "days"}}],
    });
    assert_eq!(serde_json::to_value(&review).unwrap(), json);
    assert_eq!(serde_json::from_value::<Run>(json).unwrap(), review);
}
