use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn an_age_counts_from_the_day_its_rule_names() {
    use AgeRule::{DayAfterBirthday, OnBirthday};
    for (born, on, rule, age, why) in [
        ("2012-03-10", "2026-03-10", DayAfterBirthday, Some(13), "14th birthday"),
        ("2012-03-10", "2026-03-11", DayAfterBirthday, Some(14), "the day after"),
        ("2012-03-09", "2026-03-10", DayAfterBirthday, Some(14), "born a day earlier"),
        ("2012-03-10", "2026-03-10", OnBirthday, Some(14), "14th birthday, on the day"),
        ("2012-03-10", "2026-03-09", OnBirthday, Some(13), "the day before it"),
        ("2009-12-31", "2025-12-31", DayAfterBirthday, Some(15), "birthday at the end of the year"),
        ("2009-12-31", "2026-01-01", DayAfterBirthday, Some(16), "the day after lies in the next year"),
        ("2012-02-29", "2026-02-28", OnBirthday, Some(13), "29 February, common year, 28 February"),
        ("2012-02-29", "2026-03-01", OnBirthday, Some(14), "29 February, common year, 1 March"),
        ("2012-02-29", "2026-03-01", DayAfterBirthday, Some(13), "29 February, common year, 1 March"),
        ("2012-02-29", "2026-03-02", DayAfterBirthday, Some(14), "29 February, common year, 2 March"),
        ("2012-02-29", "2028-02-29", DayAfterBirthday, Some(15), "29 February, leap year, birthday"),
        ("2012-02-29", "2028-03-01", DayAfterBirthday, Some(16), "29 February, leap year, day after"),
        ("2012-03-10", "2012-03-10", DayAfterBirthday, Some(0), "day of birth"),
        ("2012-03-10", "2012-03-09", DayAfterBirthday, None, "before birth"),
    ] {
        assert_eq!(age_on(day(born), day(on), rule), age, "{why}");
    }
}

proptest! {
    #[test]
    fn the_first_day_of_an_age_is_the_day_it_begins_to_count(
        offset in 0_i64..60_000, years in 1_u32..100, on_birthday: bool,
    ) {
        let rule = if on_birthday { AgeRule::OnBirthday } else { AgeRule::DayAfterBirthday };
        let born = day("1900-01-01") + chrono::TimeDelta::days(offset);
        let first = reaches(born, years, rule).unwrap();
        prop_assert_eq!(age_on(born, first, rule), Some(years));
        prop_assert_eq!(age_on(born, first.pred_opt().unwrap(), rule), Some(years - 1));
    }
}

#[test]
fn the_ends_of_the_calendar_do_not_panic() {
    for rule in [AgeRule::DayAfterBirthday, AgeRule::OnBirthday] {
        assert_eq!(reaches(NaiveDate::MAX, 1, rule), None);
        assert!(reaches(NaiveDate::MIN, u32::MAX, rule).is_none());
        assert!(age_on(NaiveDate::MIN, NaiveDate::MAX, rule).is_some());
        assert!(age_on(NaiveDate::MAX, NaiveDate::MAX, rule).is_some());
    }
}
