//! Age as the law counts it (placeholder until merged).
use chrono::{Datelike, NaiveDate};
/// The day on which an age is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgeRule {
    /// The day after the birthday.
    DayAfterBirthday,
    /// The birthday.
    OnBirthday,
}
/// Full years of age on a day.
pub fn age_on(born: NaiveDate, on: NaiveDate, rule: AgeRule) -> Option<u32> {
    let on = match rule {
        AgeRule::OnBirthday => on,
        AgeRule::DayAfterBirthday => on.pred_opt()?,
    };
    if on < born {
        return if rule == AgeRule::DayAfterBirthday && on.succ_opt()? >= born { Some(0) } else { None };
    }
    let years = on.year() - born.year();
    let had = (on.month(), on.day()) >= (born.month(), born.day());
    u32::try_from(if had { years } else { years - 1 }).ok()
}
