//! Legal clocks. A run is its start and what happened to it since; its end is folded from them anew each time, so that
//! a child's release or a new calendar changes it. Knows nothing of packs, cases or the present time.
//!
//! The order of the rules: count from the start, apply pauses and extensions to that raw end in the order in which
//! they happened, and only then move the day to show off a holiday.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use std::fmt;

use super::calendar::Calendar;
use fold::Fold;

mod fold;
#[cfg(test)]
mod tests;

/// What a length is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hours, from the minute of the start. The law does not count the hour in which a period begins (CPL 105); that
    /// later end is [`Due::outer`].
    Hours,
    /// Calendar days; the last one ends at 24:00.
    Days,
    /// Days that the calendar calls worked.
    WorkingDays,
    /// Calendar months, to the same day of the month.
    Months,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// How many; at least 1.
    pub n: u32,
    /// Of what.
    pub unit: Unit,
}

/// Whether the first day counts. Hours do not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FirstDay {
    /// The count begins the day after (CPL 105).
    Next,
    /// The first day counts, so the end comes a day earlier: `n` months end on the same day of the month less one, as
    /// probation and bail decisions are usually drafted.
    Same,
}

/// Whether a last day that is not worked moves to the next working day. Hours never move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// It moves.
    Working,
    /// It stays.
    Never,
    /// It moves unless the child is held: custody ends on the day itself (CPL 105(4)). While the child is held, months
    /// too are read in the child's favour, see [`Due::outer`].
    UnlessHeld,
}

/// One run of a clock.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Run {
    /// When it began, in the pack's zone.
    pub started: NaiveDateTime,
    /// Its length by law at the start.
    pub length: Length,
    /// Whether the first day counts.
    pub first_day: FirstDay,
    /// What happened since, in the order in which it happened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// Something that changes a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It stands still from this day.
    Suspend(NaiveDate),
    /// It runs on from this day; the days between are added to the raw end.
    Resume(NaiveDate),
    /// It begins anew with [`Run::length`]; earlier pauses, extensions and varied lengths are dropped.
    Restart(NaiveDateTime),
    /// This much is added to the raw end.
    Extend(Length),
    /// It has this length, counted from its start; earlier extensions are dropped, pauses still count.
    SetLength(Length),
    /// What it measured is over; nothing may follow.
    Stop(NaiveDate),
}

/// When a run ends.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Due {
    /// Last day before any move off a holiday.
    pub raw: NaiveDate,
    /// Last day.
    pub due: NaiveDate,
    /// The exact end: 24:00 of `due`, written as 00:00 of the day after; for hours the minute.
    pub at: NaiveDateTime,
    /// The end by the letter of the law where `due` is an earlier reading in the child's favour: the month's last day
    /// for a run from a month's last day while the child is held, or the full hour. No one may plan for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outer: Option<Outer>,
    /// The year whose calendar the count needed and did not find. `due` is then the earliest day it can be: a weekend
    /// or holiday may still move it later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar_missing: Option<i32>,
    /// Whether the run stands still; `due` then stays where it was when it stopped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// Days from the suspension to the raw end, while suspended; negative when it was overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_left_when_suspended: Option<i64>,
    /// The run resumed on its very last day, and `due` is the next working day instead so that there is time to act.
    /// A choice of this software, to be shown as a warning.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resumed_at_end: bool,
}

/// A later end by the letter of the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outer {
    /// Last day.
    Day(NaiveDate),
    /// Full hour.
    At(NaiveDateTime),
}

/// Why a run has no end. Steps are named by their place in [`Run::steps`], from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// A length of 0.
    #[error("a length must be at least 1")]
    NoLength,
    /// Hours given to a run of days, or days to a run of hours.
    #[error("a run of hours can only be changed by hours, and any other run not by hours")]
    MixedUnits,
    /// A step lies before the start.
    #[error("step {step} lies before the start of the run")]
    BeforeStart {
        /// The step.
        step: usize,
    },
    /// A step lies before an earlier one.
    #[error("step {step} lies before the step that precedes it")]
    OutOfOrder {
        /// The step.
        step: usize,
    },
    /// Suspended while suspended.
    #[error("step {step} suspends a run that already stands still")]
    AlreadySuspended {
        /// The step.
        step: usize,
    },
    /// Resumed while running.
    #[error("step {step} resumes a run that is not suspended")]
    NotSuspended {
        /// The step.
        step: usize,
    },
    /// Anything after the stop.
    #[error("step {step} follows the end of the run")]
    Stopped {
        /// The step.
        step: usize,
    },
    /// A date too far away to be counted.
    #[error("the end lies outside the calendar")]
    OutOfRange,
}

/// How months are counted from the last day of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// To the last day of the month (SPC21 202).
    MonthEnd,
    /// To the same day of the month, or to the last day where the month is shorter.
    SameDay,
}

/// When a run ends, given whether the child is held at present.
///
/// A year without a calendar is no error: the raw day is shown, and [`Due::calendar_missing`] says so.
///
/// # Errors
/// [`ClockError`] when the steps contradict each other or the end cannot be counted. Never panics.
pub fn due(run: &Run, roll: Roll, held: bool, calendar: &Calendar) -> Result<Due, ClockError> {
    let fold = Fold::of(run)?;
    let favour = held && roll == Roll::UnlessHeld;
    let lawful = fold.end(Reading::MonthEnd, calendar)?;
    let end = if favour { fold.end(Reading::SameDay, calendar)? } else { lawful };
    let raw = end.at.date();
    let hours = run.length.unit == Unit::Hours;
    let mut answer = Due {
        raw,
        due: raw,
        at: end.at,
        outer: None,
        calendar_missing: end.missing,
        suspended: fold.suspended.is_some(),
        days_left_when_suspended: fold.suspended.map(|since| (raw - since).num_days()),
        resumed_at_end: false,
    };
    if hours {
        answer.outer = next_full_hour(end.at)?.map(Outer::At);
        return Ok(answer);
    }
    if lawful.at.date() != raw {
        answer.outer = Some(Outer::Day(lawful.at.date()));
    }
    let rolls = match roll {
        Roll::Working => true,
        Roll::Never => false,
        Roll::UnlessHeld => !held,
    };
    if rolls {
        let at_end = fold.resumed == Some(raw);
        let from = if at_end { raw.succ_opt().ok_or(ClockError::OutOfRange)? } else { raw };
        match calendar.next_working_day_on_or_after(from) {
            Ok(day) => (answer.due, answer.resumed_at_end) = (day, at_end),
            Err(missing) => answer.calendar_missing = answer.calendar_missing.or(Some(missing.year)),
        }
    }
    answer.at = answer.due.succ_opt().ok_or(ClockError::OutOfRange)?.and_time(NaiveTime::MIN);
    Ok(answer)
}

impl Due {
    /// Days from a day to the last one: 0 on the last day, negative when overdue. A suspended run keeps what it had.
    pub fn days_left(&self, on: NaiveDate) -> i64 {
        self.days_left_when_suspended.unwrap_or_else(|| (self.due - on).num_days())
    }
}

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::At(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M")),
        }
    }
}

impl Reading {
    fn add_months(self, from: NaiveDate, n: u32) -> Option<NaiveDate> {
        let same = from.checked_add_months(Months::new(n))?;
        let from_end = u32::from(from.num_days_in_month()) == from.day();
        if self == Self::MonthEnd && from_end {
            same.with_day(u32::from(same.num_days_in_month()))
        } else {
            Some(same)
        }
    }
}

/// `None` on a full hour: the hour in which the period begins is then read as already counted, which is earlier.
fn next_full_hour(at: NaiveDateTime) -> Result<Option<NaiveDateTime>, ClockError> {
    if at.minute() == 0 {
        return Ok(None);
    }
    at.with_minute(0)
        .and_then(|hour| hour.checked_add_signed(TimeDelta::hours(1)))
        .map(Some)
        .ok_or(ClockError::OutOfRange)
}
