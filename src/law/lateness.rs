//! When something is late, and when people are told of it. One definition of each, for lists, notices and pages alike.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::clock::{Length, Unit};
use super::pack::ClockKind;
use crate::record::Text;

/// Whether an end has passed: the end itself is the first moment after it.
pub fn is_over<T: PartialOrd>(due: T, now: T) -> bool {
    due <= now
}

/// Whether somebody has to answer for a clock that ended unanswered. A window is only closed then, and a term is over.
pub const fn is_breach(kind: ClockKind) -> bool {
    matches!(kind, ClockKind::Deadline | ClockKind::OthersDeadline | ClockKind::Holding)
}

/// Whether a clock measures what another authority or a party does: it is watched here, and nobody here is late.
pub const fn is_others(kind: ClockKind) -> bool {
    matches!(kind, ClockKind::OthersDeadline | ClockKind::Window)
}

/// Whether a clock leaves something to be done when it ends; the closing of a window leaves nothing.
pub const fn leaves_work(kind: ClockKind) -> bool {
    !matches!(kind, ClockKind::Window)
}

/// A time of this service's own for what no law gives one to. Where the pack has a clock, that clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standard {
    /// A draft is approved or sent back.
    Approval,
    /// A document that became necessary is made.
    Issue,
    /// A document that was made is served.
    Service,
    /// A case that nobody leads is assigned.
    Assigning,
    /// Who is assigned has seen it.
    Noticing,
    /// A missed clock is answered for.
    Answering,
    /// A complaint is answered.
    Complaint,
    /// A measure that was decided begins.
    Starting,
    /// A breach of a measure is answered.
    Responding,
    /// A draft is gone on with; a pack may give another number of days.
    Drafting,
}

impl Standard {
    /// Days within which it is done.
    pub const fn days(self) -> u32 {
        match self {
            Self::Assigning => 1,
            Self::Noticing => 2,
            Self::Approval | Self::Issue | Self::Answering => 3,
            Self::Service | Self::Responding => 5,
            Self::Starting | Self::Drafting => 7,
            Self::Complaint => 15,
        }
    }

    /// Where it comes from, for whoever asks why.
    pub fn source(self) -> Text {
        let days = self.days();
        Text::new(
            format!("本系统的办理标准：{days} 日内"),
            format!("this service's own standard: within {days} day{}", if days == 1 { "" } else { "s" }),
        )
    }

    /// The end, counted from a day: 24:00 of the last day, as a clock's.
    pub fn end(self, from: NaiveDate) -> Option<NaiveDateTime> {
        end_after(from, self.days())
    }
}

/// 24:00 of the last of so many days after a day.
pub fn end_after(from: NaiveDate, days: u32) -> Option<NaiveDateTime> {
    from.checked_add_days(Days::new(u64::from(days) + 1)).map(|day| day.and_time(NaiveTime::MIN))
}

/// Hours of the morning at which people are told, in the pack's zone: when they come to work.
const MORNING: u32 = 8;
/// Longest warning of a clock of hours.
const HOURS: TimeDelta = TimeDelta::hours(6);
/// A clock of hours tells once more this long before its end.
const LAST_HOUR: TimeDelta = TimeDelta::hours(1);

/// Days before its end from which a clock warns, where its pack does not say: about a tenth of a long time, a third of a
/// short one. A clock of hours counts in hours, see [`Alarm::of`].
pub const fn warning_days(length: Length) -> u32 {
    let days = match length.unit {
        Unit::Hours => return 0,
        Unit::Days | Unit::WorkingDays => length.n,
        Unit::Months => length.n.saturating_mul(30),
    };
    match days {
        0..=1 => 0,
        2..=3 => 1,
        4..=10 => 2,
        11..=20 => 3,
        21..=45 => 5,
        46..=120 => 10,
        _ => 15,
    }
}

/// A moment of which people are told, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Before the end.
    Warning,
    /// On the last day; for hours, in the last hour.
    LastDay,
    /// The end has passed.
    Over,
}

impl Stage {
    /// All of them in order.
    pub const ALL: [Self; 3] = [Self::Warning, Self::LastDay, Self::Over];

    /// Its number, as stored.
    pub const fn number(self) -> i64 {
        match self {
            Self::Warning => 1,
            Self::LastDay => 2,
            Self::Over => 3,
        }
    }
}

/// When people are told of something that falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Before the end; none where there is no time for it.
    pub warning: Option<NaiveDateTime>,
    /// On the last day.
    pub last_day: Option<NaiveDateTime>,
}

impl Alarm {
    /// Of something that runs from a moment to an end, with so many days of warning. Nobody is told before the start; a
    /// warning whose time lay before it comes at the start.
    pub fn of(started: NaiveDateTime, end: NaiveDateTime, hours: bool, warning_days: u32) -> Self {
        if hours {
            let lead = ((end - started) / 2).min(HOURS);
            let last = end - LAST_HOUR;
            return Self {
                warning: Some(end - lead).filter(|at| *at > started && *at < last),
                last_day: Some(last).filter(|at| *at > started),
            };
        }
        let last = last_day(end);
        let morning = |day: NaiveDate| day.and_hms_opt(MORNING, 0, 0);
        let last_day = morning(last).filter(|at| *at > started);
        let warning = (warning_days > 0)
            .then(|| last.checked_sub_days(Days::new(u64::from(warning_days))).and_then(morning))
            .flatten()
            .map(|at| at.max(started))
            .filter(|at| last_day.is_none_or(|last| *at < last) && *at < end);
        Self { warning, last_day }
    }

    /// The stage that has come by a moment, and the moment of the next one.
    pub fn at<T: Copy + PartialOrd>(
        warning: Option<T>,
        last_day: Option<T>,
        end: T,
        now: T,
    ) -> (Option<Stage>, Option<T>) {
        let mut come = None;
        for (stage, at) in [(Stage::Warning, warning), (Stage::LastDay, last_day), (Stage::Over, Some(end))] {
            match at {
                None => {}
                Some(at) if is_over(at, now) => come = Some(stage),
                Some(at) => return (come, Some(at)),
            }
        }
        (come, None)
    }
}

/// The day that ends at a moment: an end at 00:00 is that of the day before.
fn last_day(end: NaiveDateTime) -> NaiveDate {
    (end - TimeDelta::seconds(1)).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn an_end_is_over_at_its_own_moment() {
        for (now, over) in
            [("2026-03-09T23:59:59", false), ("2026-03-10T00:00:00", true), ("2026-03-10T00:00:01", true)]
        {
            assert_eq!(is_over(at("2026-03-10T00:00:00"), at(now)), over, "{now}");
        }
    }

    #[test]
    fn only_what_had_to_be_done_is_answered_for() {
        use ClockKind::{Deadline, Extension, Holding, OthersDeadline, Term, Window};
        for (kind, breach, work) in [
            (Deadline, true, true),
            (OthersDeadline, true, true),
            (Holding, true, true),
            (Window, false, false),
            (Term, false, true),
            (Extension, false, true),
        ] {
            assert_eq!((is_breach(kind), leaves_work(kind)), (breach, work), "{kind:?}");
        }
    }

    #[test]
    fn people_are_told_on_mornings_and_never_before_the_start() {
        let end = at("2026-03-11T00:00:00");
        for (started, days, warning, last) in [
            ("2026-03-01T09:00:00", 3, Some("2026-03-07T08:00:00"), Some("2026-03-10T08:00:00")),
            ("2026-03-01T09:00:00", 0, None, Some("2026-03-10T08:00:00")),
            ("2026-03-09T09:00:00", 3, Some("2026-03-09T09:00:00"), Some("2026-03-10T08:00:00")),
            ("2026-03-10T07:59:00", 3, Some("2026-03-10T07:59:00"), Some("2026-03-10T08:00:00")),
            ("2026-03-10T09:00:00", 3, Some("2026-03-10T09:00:00"), None),
        ] {
            let alarm = Alarm::of(at(started), end, false, days);
            assert_eq!(alarm.warning, warning.map(at), "{started} {days}");
            assert_eq!(alarm.last_day, last.map(at), "{started} {days}");
        }
    }

    #[test]
    fn hours_are_told_in_hours() {
        for (hours, warning, last) in [
            (24, Some("2026-03-02T03:00:00"), Some("2026-03-02T08:00:00")),
            (12, Some("2026-03-01T15:00:00"), Some("2026-03-01T20:00:00")),
            (2, None, Some("2026-03-01T10:00:00")),
            (1, None, None),
        ] {
            let started = at("2026-03-01T09:00:00");
            let alarm = Alarm::of(started, started + TimeDelta::hours(hours), true, 0);
            assert_eq!((alarm.warning, alarm.last_day), (warning.map(at), last.map(at)), "{hours}");
        }
    }

    #[test]
    fn a_stage_that_a_later_one_has_overtaken_is_not_told() {
        let times = (Some(10), Some(20), 30);
        for (now, come, next) in [
            (9, None, Some(10)),
            (10, Some(Stage::Warning), Some(20)),
            (25, Some(Stage::LastDay), Some(30)),
            (30, Some(Stage::Over), None),
        ] {
            assert_eq!(Alarm::at(times.0, times.1, times.2, now), (come, next), "{now}");
        }
        assert_eq!(Alarm::at(None, None, 30, 5), (None, Some(30)));
        assert_eq!(Alarm::at(None, Some(20), 30, 20), (Some(Stage::LastDay), Some(30)));
    }

    #[test]
    fn a_longer_clock_warns_earlier() {
        let days = |n, unit| warning_days(Length { n, unit });
        let of_days: Vec<u32> = [1, 3, 7, 15, 30, 90, 180].into_iter().map(|n| days(n, Unit::Days)).collect();
        assert_eq!(of_days, [0, 1, 2, 3, 5, 10, 15]);
        assert_eq!([days(1, Unit::Months), days(6, Unit::Months), days(24, Unit::Hours)], [5, 15, 0]);
    }

    #[test]
    fn a_standard_ends_with_its_last_day() {
        let day = at("2026-03-01T00:00:00").date();
        assert_eq!(Standard::Approval.end(day), Some(at("2026-03-05T00:00:00")));
        assert!(Standard::Assigning.source().en.contains("within 1 day"));
    }
}
