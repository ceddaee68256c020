//! Working days. The days off are data, one file a year, because they follow a yearly notice of the government;
//! a year without a table is never guessed. Knows dates only, no clocks.

use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};

use crate::record::Text;

#[cfg(test)]
pub(super) mod tests;

/// The days off and make-up working days of one year: `calendar/YYYY.yaml` of a pack.
///
/// Days of December that next year's notice moves belong into the table of the year in which they lie.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarYear {
    /// The year.
    pub year: i32,
    /// The notice or law that fixes the days.
    pub source: String,
    /// How sure the authors are of the source.
    pub confidence: Option<String>,
    /// Days off in a row. Weekends outside them need no entry.
    pub holidays: Vec<Holiday>,
    /// Saturdays and Sundays that are worked (调休上班).
    pub workdays: Vec<NaiveDate>,
}

/// Days off in a row, both ends included.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// First day off.
    pub from: NaiveDate,
    /// Last day off.
    pub to: NaiveDate,
    /// Its name.
    pub name: Text,
}

/// The tables of all years that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i32, CalendarYear>,
}

/// No table of a year that the count needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no calendar of {year} is loaded")]
pub struct CalendarMissing {
    /// The year.
    pub year: i32,
}

/// Why tables do not make a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Two tables of one year.
    #[error("{year} has two calendars")]
    DuplicateYear {
        /// The year.
        year: i32,
    },
    /// A day of another year.
    #[error("{date} does not belong into the calendar of {year}")]
    OutsideYear {
        /// The table's year.
        year: i32,
        /// The day.
        date: NaiveDate,
    },
    /// A holiday that ends before it begins.
    #[error("the holiday from {from} ends before it begins, on {to}")]
    Reversed {
        /// Its first day.
        from: NaiveDate,
        /// Its last day.
        to: NaiveDate,
    },
    /// A make-up working day from Monday to Friday, which is worked anyway.
    #[error("{date} is a plain weekday and cannot be a make-up working day")]
    PlainWeekday {
        /// The day.
        date: NaiveDate,
    },
    /// A day listed twice, or both off and worked.
    #[error("{date} is listed twice")]
    Overlap {
        /// The day.
        date: NaiveDate,
    },
}

/// How far a count of working days came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    /// The last working day reached, or the first day.
    pub(super) reached: NaiveDate,
    /// Working days still to count when a table was missing.
    pub(super) left: u32,
    /// The year without a table.
    pub(super) missing: Option<CalendarMissing>,
}

impl Calendar {
    /// Checks the tables and joins them.
    ///
    /// # Errors
    /// The first contradiction found, see [`CalendarError`].
    pub fn new(years: Vec<CalendarYear>) -> Result<Self, CalendarError> {
        let mut known = BTreeMap::new();
        for table in years {
            let year = table.year;
            table.check()?;
            if known.insert(year, table).is_some() {
                return Err(CalendarError::DuplicateYear { year });
            }
        }
        Ok(Self { years: known })
    }

    /// Whether a day is worked: a make-up day, or Monday to Friday outside a holiday.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the table of its year is not loaded.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, CalendarMissing> {
        let table = self.table(date)?;
        Ok(table.workdays.contains(&date)
            || !(matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
                || table.holidays.iter().any(|holiday| holiday.covers(date))))
    }

    /// The holiday on which a day falls, so that a page can say why a last day moved; `None` on other days.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the table of its year is not loaded.
    pub fn holiday(&self, date: NaiveDate) -> Result<Option<&Text>, CalendarMissing> {
        let holiday = self.table(date)?.holidays.iter().find(|holiday| holiday.covers(date));
        Ok(holiday.map(|holiday| &holiday.name))
    }

    /// The day itself when it is worked, else the next one that is.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the search meets a year whose table is not loaded.
    pub fn next_working_day_on_or_after(&self, date: NaiveDate) -> Result<NaiveDate, CalendarMissing> {
        let mut day = date;
        while !self.is_working_day(day)? {
            day = day.succ_opt().ok_or(CalendarMissing { year: day.year() })?;
        }
        Ok(day)
    }

    /// The `n`th working day after a day, which itself does not count; the day itself for `n` = 0.
    ///
    /// # Errors
    /// [`CalendarMissing`] when the count meets a year whose table is not loaded.
    pub fn add_working_days(&self, date: NaiveDate, n: u32) -> Result<NaiveDate, CalendarMissing> {
        let counted = self.count_working_days(date, n);
        counted.missing.map_or(Ok(counted.reached), Err)
    }

    /// As [`Self::add_working_days`], but tells how far it came before a missing table.
    pub(super) fn count_working_days(&self, date: NaiveDate, n: u32) -> Counted {
        let mut reached = date;
        for left in (1..=n).rev() {
            let next = reached
                .succ_opt()
                .ok_or(CalendarMissing { year: reached.year() })
                .and_then(|day| self.next_working_day_on_or_after(day));
            match next {
                Ok(day) => reached = day,
                Err(missing) => return Counted { reached, left, missing: Some(missing) },
            }
        }
        Counted { reached, left: 0, missing: None }
    }

    fn table(&self, date: NaiveDate) -> Result<&CalendarYear, CalendarMissing> {
        self.years.get(&date.year()).ok_or(CalendarMissing { year: date.year() })
    }
}

impl CalendarYear {
    fn check(&self) -> Result<(), CalendarError> {
        let mut listed = BTreeSet::new();
        let mut list = |date: NaiveDate| {
            if date.year() != self.year {
                return Err(CalendarError::OutsideYear { year: self.year, date });
            }
            if listed.insert(date) { Ok(()) } else { Err(CalendarError::Overlap { date }) }
        };
        for &Holiday { from, to, .. } in &self.holidays {
            if to < from {
                return Err(CalendarError::Reversed { from, to });
            }
            for date in from.iter_days().take_while(|date| *date <= to) {
                list(date)?;
            }
        }
        for &date in &self.workdays {
            list(date)?;
            if !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
                return Err(CalendarError::PlainWeekday { date });
            }
        }
        Ok(())
    }
}

impl Holiday {
    fn covers(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.to
    }
}
