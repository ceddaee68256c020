use super::*;

/// The national tables that the Chinese pack ships.
pub(in crate::law) fn national() -> Calendar {
    let tables = [
        include_str!("../../../workflows/cn-procuratorate/calendar/2025.yaml"),
        include_str!("../../../workflows/cn-procuratorate/calendar/2026.yaml"),
    ];
    Calendar::new(tables.map(|text| serde_saphyr::from_str(text).unwrap()).to_vec()).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn table(holidays: &[(&str, &str)], workdays: &[&str]) -> CalendarYear {
    CalendarYear {
        year: 2026,
        source: "a notice".to_owned(),
        confidence: None,
        holidays: holidays
            .iter()
            .map(|(from, to)| Holiday { from: day(from), to: day(to), name: Text::new("假", "holiday") })
            .collect(),
        workdays: workdays.iter().map(|date| day(date)).collect(),
    }
}

#[test]
fn days_are_worked_as_the_notices_say() {
    let calendar = national();
    for (date, worked) in [
        ("2025-09-27", false), // a plain Saturday
        ("2025-09-28", true),  // a Sunday worked for the National Day holiday
        ("2025-10-08", false), // a Wednesday off
        ("2025-10-09", true),
        ("2026-02-14", true), // a Saturday worked for Spring Festival
        ("2026-02-15", false),
        ("2026-02-23", false), // a Monday off
        ("2026-02-24", true),
        ("2026-03-08", false), // a Sunday; the half-day of 8 March changes nothing
    ] {
        assert_eq!(calendar.is_working_day(day(date)), Ok(worked), "{date}");
    }
    let off_weekdays = |year: i32| {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        first
            .iter_days()
            .take_while(|date| date.year() == year)
            .filter(|date| calendar.is_working_day(*date).unwrap())
            .count()
    };
    // 365 days, less the weekends, less 13 statutory days off: the swaps balance.
    assert_eq!((off_weekdays(2025), off_weekdays(2026)), (248, 248));
}

#[test]
fn working_days_are_counted_over_a_holiday_and_named() {
    let calendar = national();
    assert_eq!(calendar.add_working_days(day("2026-06-18"), 3), Ok(day("2026-06-24")));
    assert_eq!(calendar.add_working_days(day("2025-09-26"), 1), Ok(day("2025-09-28")));
    assert_eq!(calendar.add_working_days(day("2026-06-20"), 0), Ok(day("2026-06-20")));
    assert_eq!(calendar.next_working_day_on_or_after(day("2025-10-03")), Ok(day("2025-10-09")));
    assert_eq!(calendar.next_working_day_on_or_after(day("2025-10-09")), Ok(day("2025-10-09")));
    let name = calendar.holiday(day("2026-06-20")).unwrap().unwrap();
    assert_eq!(name.en, "Dragon Boat Festival");
    assert_eq!(calendar.holiday(day("2026-06-27")), Ok(None));
}

#[test]
fn a_year_without_a_table_is_never_guessed() {
    let calendar = national();
    let missing = CalendarMissing { year: 2027 };
    assert_eq!(calendar.is_working_day(day("2027-03-02")), Err(missing));
    assert_eq!(calendar.next_working_day_on_or_after(day("2027-02-27")), Err(missing));
    assert_eq!(calendar.add_working_days(day("2026-12-30"), 1), Ok(day("2026-12-31")));
    assert_eq!(calendar.add_working_days(day("2026-12-30"), 2), Err(missing));
    assert_eq!(calendar.add_working_days(NaiveDate::MAX, 1).map_err(|e| e.year), Err(NaiveDate::MAX.year()));
}

#[test]
fn contradictory_tables_are_refused() {
    use CalendarError::{DuplicateYear, OutsideYear, Overlap, PlainWeekday, Reversed};
    let fest = ("2026-06-19", "2026-06-21");
    for (tables, error) in [
        (vec![table(&[], &[]), table(&[fest], &[])], DuplicateYear { year: 2026 }),
        (vec![table(&[], &["2027-01-02"])], OutsideYear { year: 2026, date: day("2027-01-02") }),
        (
            vec![table(&[("2026-12-31", "2027-01-01")], &[])],
            OutsideYear { year: 2026, date: day("2027-01-01") },
        ),
        (vec![table(&[("2026-06-21", "2026-06-19")], &[])], {
            Reversed { from: day("2026-06-21"), to: day("2026-06-19") }
        }),
        (vec![table(&[fest], &["2026-06-24"])], PlainWeekday { date: day("2026-06-24") }),
        (vec![table(&[fest, ("2026-06-21", "2026-06-22")], &[])], Overlap { date: day("2026-06-21") }),
        (vec![table(&[fest], &["2026-06-20"])], Overlap { date: day("2026-06-20") }),
        (vec![table(&[fest], &["2026-06-27", "2026-06-27"])], Overlap { date: day("2026-06-27") }),
    ] {
        assert_eq!(Calendar::new(tables), Err(error));
    }
}

#[test]
fn an_unknown_field_in_a_table_is_refused() {
    let text = "{year: 2026, source: a, holidays: [], workdays: [], half_days: []}";
    assert!(serde_saphyr::from_str::<CalendarYear>(text).is_err());
}
