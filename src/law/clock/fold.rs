//! The fold over the steps of a run. Keeps what was added rather than a date, because the liberty of the child at
//! present decides how months are read.

use super::{
    Calendar, ClockError, Days, FirstDay, Length, NaiveDate, NaiveDateTime, NaiveTime, Reading, Run, Step,
    TimeDelta, Timelike, Unit,
};

/// A run after its steps.
pub(super) struct Fold {
    anchor: NaiveDateTime,
    length: Length,
    first_day: FirstDay,
    added: Vec<Added>,
    latest: NaiveDate,
    stopped: bool,
    /// Day of the suspension that lasts.
    pub(super) suspended: Option<NaiveDate>,
    /// Day of the last resumption since the start.
    pub(super) resumed: Option<NaiveDate>,
}

/// A raw end: midnight at which the last day begins, or the minute for hours.
#[derive(Clone, Copy)]
pub(super) struct End {
    pub(super) at: NaiveDateTime,
    pub(super) missing: Option<i32>,
}

#[derive(Clone, Copy)]
enum Added {
    Pause(u64),
    Extension(Length),
}

impl Fold {
    pub(super) fn of(run: &Run) -> Result<Self, ClockError> {
        let mut fold = Self {
            anchor: anchor(run.started, run.length)?,
            length: checked(run.length, run)?,
            first_day: run.first_day,
            added: Vec::new(),
            latest: run.started.date(),
            stopped: false,
            suspended: None,
            resumed: None,
        };
        for (index, step) in run.steps.iter().enumerate() {
            fold.take(index, *step, run)?;
        }
        Ok(fold)
    }

    fn take(&mut self, step: usize, what: Step, run: &Run) -> Result<(), ClockError> {
        if self.stopped {
            return Err(ClockError::Stopped { step });
        }
        match what {
            Step::Suspend(on) => {
                self.reach(step, on, run)?;
                if self.suspended.replace(on).is_some() {
                    return Err(ClockError::AlreadySuspended { step });
                }
            }
            Step::Resume(on) => {
                self.reach(step, on, run)?;
                let since = self.suspended.take().ok_or(ClockError::NotSuspended { step })?;
                self.added.push(Added::Pause((on - since).num_days().unsigned_abs()));
                self.resumed = Some(on);
            }
            Step::Restart(at) => {
                self.reach(step, at.date(), run)?;
                self.anchor = anchor(at, run.length)?;
                self.length = run.length;
                self.added.clear();
                self.suspended = None;
                self.resumed = None;
            }
            Step::Extend(by) => self.added.push(Added::Extension(checked(by, run)?)),
            Step::SetLength(length) => {
                self.length = checked(length, run)?;
                self.added.retain(|added| matches!(added, Added::Pause(_)));
            }
            Step::Stop(on) => {
                self.reach(step, on, run)?;
                self.stopped = true;
            }
        }
        Ok(())
    }

    /// Steps are compared by day: a service is known by its day only.
    fn reach(&mut self, step: usize, on: NaiveDate, run: &Run) -> Result<(), ClockError> {
        if on < run.started.date() {
            return Err(ClockError::BeforeStart { step });
        }
        if on < self.latest {
            return Err(ClockError::OutOfOrder { step });
        }
        self.latest = on;
        Ok(())
    }

    pub(super) fn end(&self, reading: Reading, calendar: &Calendar) -> Result<End, ClockError> {
        let mut end = End { at: self.anchor, missing: None };
        match (self.first_day, self.length.unit) {
            (FirstDay::Next, _) | (_, Unit::Hours) => end.add(self.length, reading, calendar)?,
            // A term ends the day before the same day of the month, whatever day it began on.
            (FirstDay::Same, Unit::Days | Unit::Months) => {
                end.add(self.length, Reading::SameDay, calendar)?;
                end.at = end.at.checked_sub_days(Days::new(1)).ok_or(ClockError::OutOfRange)?;
            }
            (FirstDay::Same, Unit::WorkingDays) => {
                end.at = end.at.checked_sub_days(Days::new(1)).ok_or(ClockError::OutOfRange)?;
                end.add(self.length, reading, calendar)?;
            }
        }
        for added in &self.added {
            match *added {
                Added::Pause(days) => {
                    end.at = end.at.checked_add_days(Days::new(days)).ok_or(ClockError::OutOfRange)?;
                }
                Added::Extension(by) => end.add(by, reading, calendar)?,
            }
        }
        Ok(end)
    }
}

impl End {
    fn add(&mut self, length: Length, reading: Reading, calendar: &Calendar) -> Result<(), ClockError> {
        let n = length.n;
        let at = match length.unit {
            Unit::Hours => {
                TimeDelta::try_hours(i64::from(n)).and_then(|hours| self.at.checked_add_signed(hours))
            }
            Unit::Days => self.at.checked_add_days(Days::new(u64::from(n))),
            Unit::Months => reading.add_months(self.at.date(), n).map(|day| day.and_time(NaiveTime::MIN)),
            Unit::WorkingDays => {
                let counted = calendar.count_working_days(self.at.date(), n);
                self.missing = self.missing.or(counted.missing.map(|missing| missing.year));
                // What no calendar covers is counted as if every day were worked: never too late.
                let day = counted.reached.checked_add_days(Days::new(u64::from(counted.left)));
                day.map(|day| day.and_time(NaiveTime::MIN))
            }
        };
        self.at = at.ok_or(ClockError::OutOfRange)?;
        Ok(())
    }
}

/// Hours run from the minute, everything else from the day.
fn anchor(started: NaiveDateTime, length: Length) -> Result<NaiveDateTime, ClockError> {
    if length.unit == Unit::Hours {
        let minute = started.with_second(0).and_then(|at| at.with_nanosecond(0));
        minute.ok_or(ClockError::OutOfRange)
    } else {
        Ok(started.date().and_time(NaiveTime::MIN))
    }
}

fn checked(length: Length, run: &Run) -> Result<Length, ClockError> {
    if length.n == 0 {
        return Err(ClockError::NoLength);
    }
    if (length.unit == Unit::Hours) != (run.length.unit == Unit::Hours) {
        return Err(ClockError::MixedUnits);
    }
    Ok(length)
}
