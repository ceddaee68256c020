//! placeholder
use crate::record::Text;
use chrono::{Datelike, NaiveDate, Weekday};
/// year
#[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarYear {
    /// y
    pub year: i32,
    /// s
    pub source: String,
    /// c
    pub confidence: Option<String>,
    /// h
    pub holidays: Vec<Holiday>,
    /// w
    pub workdays: Vec<NaiveDate>,
}
/// h
#[derive(Clone, Debug, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// f
    pub from: NaiveDate,
    /// t
    pub to: NaiveDate,
    /// n
    pub name: Text,
}
/// cal
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    years: Vec<CalendarYear>,
}
/// missing
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no calendar for {year}")]
pub struct CalendarMissing {
    /// y
    pub year: i32,
}
impl Calendar {
    /// new
    pub fn new(years: Vec<CalendarYear>) -> Result<Self, CalendarMissing> {
        Ok(Self { years })
    }
    /// work
    pub fn is_working_day(&self, d: NaiveDate) -> Result<bool, CalendarMissing> {
        let y = self.years.iter().find(|y| y.year == d.year()).ok_or(CalendarMissing { year: d.year() })?;
        if y.workdays.contains(&d) {
            return Ok(true);
        }
        if y.holidays.iter().any(|h| h.from <= d && d <= h.to) {
            return Ok(false);
        }
        Ok(!matches!(d.weekday(), Weekday::Sat | Weekday::Sun))
    }
    /// next
    pub fn next_working_day_on_or_after(&self, mut d: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
        while !self.is_working_day(d)? {
            d = d.succ_opt().ok_or(CalendarMissing { year: d.year() })?;
        }
        Ok(d)
    }
    /// add
    pub fn add_working_days(&self, mut d: NaiveDate, n: u32) -> Result<NaiveDate, CalendarMissing> {
        for _ in 0..n {
            d = self.next_working_day_on_or_after(d.succ_opt().ok_or(CalendarMissing { year: d.year() })?)?;
        }
        Ok(d)
    }
}
