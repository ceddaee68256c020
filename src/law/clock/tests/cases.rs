//! The dates of the worked examples and of the four acceptance cases of the Chinese pack.

use super::*;
use FirstDay::{Next, Same};
use Roll::{Never, UnlessHeld, Working};
use Unit::{Days, Months, WorkingDays};

const FREE: bool = false;
const HELD: bool = true;

#[test]
fn the_worked_examples_hold() {
    for (name, start, n, unit, held, raw, last) in [
        ("E-1", "2026-09-24", 7, Days, HELD, "2026-10-01", "2026-10-01"),
        ("E-2", "2026-09-24", 7, Days, FREE, "2026-10-01", "2026-10-08"),
        ("E-3", "2025-09-24", 3, Days, FREE, "2025-09-27", "2025-09-28"),
        ("E-4", "2026-01-14", 1, Months, FREE, "2026-02-14", "2026-02-14"),
        ("E-5 free", "2026-01-15", 1, Months, FREE, "2026-02-15", "2026-02-24"),
        ("E-5 held", "2026-01-15", 1, Months, HELD, "2026-02-15", "2026-02-15"),
        ("E-7", "2026-01-31", 1, Months, FREE, "2026-02-28", "2026-02-28"),
        ("E-8", "2026-02-10", 10, Days, FREE, "2026-02-20", "2026-02-24"),
    ] {
        let due = end(&run(start, n, unit, Next, &[]), UnlessHeld, held);
        assert_eq!((due.raw, due.due, due.calendar_missing), (day(raw), day(last), None), "{name}");
    }
    let due = end(&run("2027-02-24", 3, Days, Next, &[]), Working, FREE);
    assert_eq!((due.due, due.calendar_missing), (day("2027-02-27"), Some(2027)), "E-10");
}

#[test]
fn the_plain_clocks_of_the_cases_hold() {
    for (name, start, n, unit, first_day, roll, held, last) in [
        ("F1 K14 K16", "2025-11-03", 3, Days, Next, Working, FREE, "2025-11-06"),
        ("F1 K19", "2025-11-03", 1, Months, Next, UnlessHeld, FREE, "2025-12-03"),
        ("F1 K15", "2025-11-04", 3, Days, Next, Working, FREE, "2025-11-07"),
        ("F1 K37", "2025-11-05", 12, Months, Same, Never, FREE, "2026-11-04"),
        ("F1 K24", "2025-11-24", 3, Days, Next, Working, FREE, "2025-11-27"),
        ("F1 K32", "2025-11-24", 6, Months, Same, Never, FREE, "2026-05-23"),
        ("F1 K26 K30", "2025-11-26", 7, Days, Next, Working, FREE, "2025-12-03"),
        ("F1 K40b", "2026-05-29", 3, Days, Next, Working, FREE, "2026-06-01"),
        ("F1 K26 K30 at the end", "2026-05-29", 7, Days, Next, Working, FREE, "2026-06-05"),
        ("F1 K42", "2026-06-18", 3, WorkingDays, Next, Working, FREE, "2026-06-24"),
        ("F2 K03", "2025-09-21", 3, Days, Next, UnlessHeld, HELD, "2025-09-24"),
        ("F2 K04", "2025-09-24", 7, Days, Next, UnlessHeld, HELD, "2025-10-01"),
        ("F2 K14", "2025-09-24", 3, Days, Next, Working, HELD, "2025-09-28"),
        ("F2 K06", "2025-09-30", 3, Days, Next, Working, FREE, "2025-10-09"),
        ("F2 K07", "2025-09-30", 5, Days, Next, Working, FREE, "2025-10-09"),
        ("F2 K08", "2025-10-09", 7, Days, Next, Working, FREE, "2025-10-16"),
        ("F2 K09", "2025-10-15", 5, Days, Next, Working, FREE, "2025-10-20"),
        ("F2 K19", "2025-11-14", 1, Months, Next, UnlessHeld, FREE, "2025-12-15"),
        ("F2 K21 first", "2025-12-10", 1, Months, Next, UnlessHeld, FREE, "2026-01-12"),
        ("F2 K21 second", "2026-02-13", 1, Months, Next, UnlessHeld, FREE, "2026-03-13"),
        ("F2 K40a", "2026-04-08", 3, Days, Next, Working, FREE, "2026-04-13"),
        ("F2 K30", "2026-04-10", 7, Days, Next, Working, FREE, "2026-04-17"),
        ("F3 K19", "2025-05-26", 1, Months, Next, UnlessHeld, FREE, "2025-06-26"),
        ("F3 K24", "2025-06-20", 3, Days, Next, Working, FREE, "2025-06-23"),
        ("F3 K32", "2025-06-20", 8, Months, Same, Never, FREE, "2026-02-19"),
        ("F3 K43 appeal", "2026-02-10", 10, Days, Next, Working, FREE, "2026-02-24"),
        ("F3 K43 report", "2026-02-25", 10, Days, Next, Working, FREE, "2026-03-09"),
        ("F3 K40a", "2026-03-04", 3, Days, Next, Working, FREE, "2026-03-09"),
        ("F4 K04", "2026-03-13", 7, Days, Next, UnlessHeld, HELD, "2026-03-20"),
        ("F4 K06", "2026-03-16", 3, Days, Next, Working, FREE, "2026-03-19"),
        ("F4 K11", "2026-03-16", 15, Days, Next, Working, FREE, "2026-03-31"),
    ] {
        let due = end(&run(start, n, unit, first_day, &[]), roll, held);
        assert_eq!((due.due, due.calendar_missing), (day(last), None), "{name}");
    }
    let due = end(&run("2027-02-24", 3, Days, Next, &[]), Working, FREE);
    assert_eq!((due.raw, due.calendar_missing), (day("2027-02-27"), Some(2027)), "F3 K40c");
}

#[test]
fn f1_the_review_rests_during_probation() {
    let mut steps = vec![Step::Suspend(day("2025-11-24"))];
    let due = end(&run("2025-11-03", 1, Months, Next, &steps), UnlessHeld, FREE);
    assert_eq!(due.days_left_when_suspended, Some(9));
    steps.push(Step::Resume(day("2026-05-23")));
    let due = end(&run("2025-11-03", 1, Months, Next, &steps), UnlessHeld, FREE);
    assert_eq!((due.due, due.suspended), (day("2026-06-01"), false));
}

#[test]
fn f2_the_review_begins_anew_after_each_return_and_is_extended_on_the_raw_end() {
    let mut steps = vec![Step::Restart(moment("2026-01-09"))];
    assert_eq!(end(&run("2025-11-14", 1, Months, Next, &steps), UnlessHeld, FREE).due, day("2026-02-09"));
    steps.push(Step::Extend(length(15, Days)));
    assert_eq!(end(&run("2025-11-14", 1, Months, Next, &steps), UnlessHeld, FREE).due, day("2026-02-24"));
    steps.push(Step::Restart(moment("2026-03-10")));
    assert_eq!(end(&run("2025-11-14", 1, Months, Next, &steps), UnlessHeld, FREE).due, day("2026-04-10"));
    // An extension acts on Sunday 14 December, not on the Monday to which that day moves.
    let extended = run("2025-11-14", 1, Months, Next, &[Step::Extend(length(15, Days))]);
    assert_eq!(end(&extended, UnlessHeld, FREE).due, day("2025-12-29"));
}

#[test]
fn f3_probation_is_lengthened_and_the_review_resumes_on_revocation() {
    let steps = [Step::SetLength(length(10, Months))];
    assert_eq!(end(&run("2025-06-20", 8, Months, Same, &steps), Never, FREE).due, day("2026-04-19"));
    let mut steps = vec![Step::Suspend(day("2025-06-20"))];
    let due = end(&run("2025-05-26", 1, Months, Next, &steps), UnlessHeld, FREE);
    assert_eq!(due.days_left_when_suspended, Some(6));
    steps.push(Step::Resume(day("2025-12-19")));
    assert_eq!(end(&run("2025-05-26", 1, Months, Next, &steps), UnlessHeld, FREE).due, day("2025-12-25"));
}
