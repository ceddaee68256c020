//! Age as the law counts it. Knows dates only; which age matters for what is the pack's business.

use chrono::{Datelike, NaiveDate};

#[cfg(test)]
mod tests;

/// The day on which an age is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgeRule {
    /// The day after the birthday: on the birthday itself the child is still a year younger
    /// (法释〔2006〕1号 art 2).
    DayAfterBirthday,
    /// The birthday.
    OnBirthday,
}

/// Full years of age on a day; `None` before birth.
///
/// The day of birth itself counts as age 0 under either rule.
pub fn age_on(born: NaiveDate, on: NaiveDate, rule: AgeRule) -> Option<u32> {
    if on < born {
        return None;
    }
    let years = u32::try_from(i64::from(on.year()) - i64::from(born.year())).ok()?;
    let reached = reaches(born, years, rule).is_some_and(|day| day <= on);
    Some(if reached { years } else { years.saturating_sub(1) })
}

/// The first day on which an age counts; `None` when it lies outside the calendar chrono can count.
///
/// Whoever is born on 29 February has the birthday on 1 March of a common year. No rule says whether it is that day
/// or 28 February; the later one leaves the child young for longer, so it is the one that cannot harm the child.
pub fn reaches(born: NaiveDate, years: u32, rule: AgeRule) -> Option<NaiveDate> {
    if years == 0 {
        return Some(born);
    }
    let year = born.year().checked_add_unsigned(years)?;
    let birthday = match born.with_year(year) {
        Some(day) => day,
        None => NaiveDate::from_ymd_opt(year, 3, 1)?,
    };
    match rule {
        AgeRule::OnBirthday => Some(birthday),
        AgeRule::DayAfterBirthday => birthday.succ_opt(),
    }
}
