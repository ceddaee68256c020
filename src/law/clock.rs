//! placeholder
use super::calendar::Calendar;
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime};
/// u
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// h
    Hours,
    /// d
    Days,
    /// w
    WorkingDays,
    /// m
    Months,
}
/// l
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// n
    pub n: u32,
    /// u
    pub unit: Unit,
}
/// f
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FirstDay {
    /// n
    Next,
    /// s
    Same,
}
/// r
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// w
    Working,
    /// n
    Never,
    /// u
    UnlessHeld,
}
/// run
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Run {
    /// s
    pub started: NaiveDateTime,
    /// l
    pub length: Length,
    /// f
    pub first_day: FirstDay,
    /// s
    pub steps: Vec<Step>,
}
/// step
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// s
    Suspend(NaiveDate),
    /// r
    Resume(NaiveDate),
    /// r
    Restart(NaiveDateTime),
    /// e
    Extend(Length),
    /// s
    SetLength(Length),
    /// s
    Stop(NaiveDate),
}
/// due
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Due {
    /// r
    pub raw: NaiveDate,
    /// d
    pub due: NaiveDate,
    /// a
    pub at: NaiveDateTime,
    /// o
    pub outer: Option<NaiveDateTime>,
    /// c
    pub calendar_missing: Option<i32>,
    /// s
    pub suspended: bool,
    /// d
    pub days_left_when_suspended: Option<i64>,
}
/// e
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// r
    #[error("range")]
    Range,
    /// o
    #[error("order")]
    Order,
}
fn add(d: NaiveDate, l: Length, f: FirstDay, held: bool, cal: &Calendar) -> Result<NaiveDate, ClockError> {
    let e = match l.unit {
        Unit::Hours => return Ok(d),
        Unit::Days => d.checked_add_days(Days::new(u64::from(l.n))),
        Unit::WorkingDays => Some(cal.add_working_days(d, l.n).unwrap_or(d + Days::new(u64::from(l.n)))),
        Unit::Months => {
            let e = d.checked_add_months(Months::new(l.n)).ok_or(ClockError::Range)?;
            let last = d.succ_opt().ok_or(ClockError::Range)?.month() != d.month();
            if last && !held && f == FirstDay::Next {
                let mut x = e;
                while let Some(n) = x.succ_opt() {
                    if n.month() != e.month() {
                        break;
                    }
                    x = n;
                }
                Some(x)
            } else {
                Some(e)
            }
        }
    }
    .ok_or(ClockError::Range)?;
    if f == FirstDay::Same { e.pred_opt().ok_or(ClockError::Range) } else { Ok(e) }
}
/// due
pub fn due(run: &Run, roll: Roll, held: bool, calendar: &Calendar) -> Result<Due, ClockError> {
    let held_roll = held && roll == Roll::UnlessHeld;
    let mut base = run.started;
    let mut len = run.length;
    let mut raw = add(base.date(), len, run.first_day, held_roll, calendar)?;
    let mut susp: Option<NaiveDate> = None;
    let mut left = None;
    let mut pauses = 0i64;
    for s in &run.steps {
        match s {
            Step::Suspend(d) => {
                susp = Some(*d);
                left = Some((raw - *d).num_days());
            }
            Step::Resume(d) => {
                let Some(s) = susp.take() else { return Err(ClockError::Order) };
                let n = (*d - s).num_days();
                pauses += n;
                raw = raw.checked_add_days(Days::new(n.unsigned_abs())).ok_or(ClockError::Range)?;
                left = None;
            }
            Step::Restart(at) => {
                base = *at;
                len = run.length;
                pauses = 0;
                susp = None;
                raw = add(base.date(), len, run.first_day, held_roll, calendar)?;
            }
            Step::Extend(l) => raw = add(raw, *l, FirstDay::Next, held_roll, calendar)?,
            Step::SetLength(l) => {
                len = *l;
                raw = add(base.date(), len, run.first_day, held_roll, calendar)?
                    .checked_add_days(Days::new(pauses.unsigned_abs()))
                    .ok_or(ClockError::Range)?;
            }
            Step::Stop(_) => {}
        }
    }
    if len.unit == Unit::Hours {
        let at = base + chrono::Duration::hours(i64::from(len.n));
        return Ok(Due {
            raw: at.date(),
            due: at.date(),
            at,
            outer: None,
            calendar_missing: None,
            suspended: false,
            days_left_when_suspended: None,
        });
    }
    let rolls = match roll {
        Roll::Working => true,
        Roll::Never => false,
        Roll::UnlessHeld => !held,
    };
    let (d, missing) = if rolls {
        match calendar.next_working_day_on_or_after(raw) {
            Ok(d) => (d, None),
            Err(m) => (raw, Some(m.year)),
        }
    } else {
        (raw, None)
    };
    Ok(Due {
        raw,
        due: d,
        at: d.succ_opt().ok_or(ClockError::Range)?.into(),
        outer: None,
        calendar_missing: missing,
        suspended: susp.is_some(),
        days_left_when_suspended: left,
    })
}
