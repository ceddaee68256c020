//! Clocks and calendars: what is started, stopped, suspended; which days a rule or a calendar does not cover.

use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;

use super::{Finding, Level, file};
use crate::law::clock::{Roll, Unit};
use crate::law::pack::{Clock, ClockKind, Effect, Pack, Verb};

/// What the effects that can happen do to clocks.
#[derive(Default)]
struct Handled<'p> {
    started: BTreeSet<&'p str>,
    stopped: BTreeSet<&'p str>,
    suspended: BTreeSet<&'p str>,
    resumed: BTreeSet<&'p str>,
    restarted: BTreeSet<&'p str>,
    lengthened: BTreeSet<&'p str>,
    rules: BTreeSet<&'p str>,
}

/// Clocks that are not started, not stopped or not resumed by any effect that can happen.
pub(super) fn clocks<'p>(pack: &'p Pack, effects: impl Iterator<Item = &'p Effect>) -> Vec<Finding> {
    let mut handled = Handled::default();
    for effect in effects {
        match &effect.verb {
            Verb::Start { clock, .. } => {
                handled.started.insert(clock);
            }
            Verb::Restart { clock, .. } => {
                handled.started.insert(clock);
                handled.restarted.insert(clock);
            }
            Verb::Stop { clocks, .. } => handled.stopped.extend(clocks.iter().map(String::as_str)),
            Verb::Suspend { clock, .. } => {
                handled.suspended.insert(clock);
            }
            Verb::Resume { clock, .. } => {
                handled.resumed.insert(clock);
            }
            Verb::Extend { clock, by } => {
                handled.lengthened.insert(clock);
                handled.rules.insert(by);
            }
            Verb::Vary { clock, .. } => {
                handled.lengthened.insert(clock);
            }
            Verb::Set(_) | Verb::Require(_) | Verb::Issue(_) => {}
        }
    }
    pack.clocks.iter().flat_map(|clock| of_clock(clock, &handled)).collect()
}

fn of_clock(clock: &Clock, handled: &Handled<'_>) -> Vec<Finding> {
    let id = clock.id.as_str();
    let mut findings = Vec::new();
    if !handled.started.contains(id) {
        let touched = [&handled.stopped, &handled.suspended, &handled.resumed, &handled.lengthened]
            .iter()
            .any(|set| set.contains(id));
        if touched {
            findings.push(Finding::error(
                "clock-never-started",
                &clock.at,
                format!("有事项停止、中止或延长{id}，但没有任何事项使它开始"),
                format!("{id} is stopped, suspended or lengthened, but nothing that can happen starts it"),
            ));
        } else if !handled.rules.contains(id) {
            findings.push(Finding::warning(
                "clock-never-started",
                &clock.at,
                format!("没有任何事项使{id}开始"),
                format!("nothing that can happen starts {id}"),
            ));
        }
        return findings;
    }
    let closes = handled.stopped.contains(id) || handled.suspended.contains(id);
    let must_close = match clock.kind {
        ClockKind::Deadline | ClockKind::OthersDeadline | ClockKind::Holding => true,
        ClockKind::Window | ClockKind::Term | ClockKind::Extension => false,
    };
    if !closes && must_close {
        let (zh, en) = (
            format!("{id}开始后没有任何事项使它停止"),
            format!("{id} is started and nothing that can happen stops it"),
        );
        findings.push(if clock.outlives_case {
            Finding::error("clock-never-stopped", &clock.at, zh, en)
        } else {
            Finding::warning(
                "clock-never-stopped",
                &clock.at,
                format!("{zh}，只随案件终结"),
                format!("{en}; it only ends with the case"),
            )
        });
    }
    let goes_on = handled.resumed.contains(id) || handled.restarted.contains(id);
    if handled.suspended.contains(id) && !goes_on {
        findings.push(Finding {
            level: if handled.stopped.contains(id) { Level::Warning } else { Level::Error },
            ..Finding::error(
                "clock-never-resumed",
                &clock.at,
                format!("{id}中止后没有任何事项使它恢复"),
                format!("{id} is suspended and nothing that can happen resumes it"),
            )
        });
    }
    if handled.resumed.contains(id) && !handled.suspended.contains(id) {
        findings.push(Finding::warning(
            "clock-never-suspended",
            &clock.at,
            format!("{id}会恢复，但从不中止"),
            format!("{id} is resumed, but nothing suspends it"),
        ));
    }
    findings
}

/// Days on which no rule of a clock is law, or two are.
pub(super) fn rules(pack: &Pack) -> Vec<Finding> {
    pack.clocks.iter().flat_map(|clock| of_rules(pack, clock)).collect()
}

fn of_rules(pack: &Pack, clock: &Clock) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut gap = |day: NaiveDate| {
        findings.push(Finding::error(
            "clock-rule-gap",
            &clock.at,
            format!("{}起没有适用于{}的期限规则（不附条件）", day, clock.id),
            format!("from {day} no rule without a condition is in force for {}", clock.id),
        ));
    };
    let mut ranges: Vec<(NaiveDate, Option<NaiveDate>)> = clock
        .rules
        .iter()
        .filter(|rule| rule.when.is_none())
        .map(|rule| (rule.effective_from, rule.effective_to))
        .collect();
    ranges.sort();
    // The first day that is not covered yet; none when the rest of time is.
    let mut open = Some(pack.effective_from);
    let mut overlap = None;
    let mut last_end: Option<Option<NaiveDate>> = None;
    for (from, to) in ranges {
        if let Some(end) = last_end
            && end.is_none_or(|end| from <= end)
        {
            overlap = overlap.or(Some(from));
        }
        last_end = Some(match last_end {
            Some(None) => None,
            Some(Some(end)) => to.map(|to| to.max(end)),
            None => to,
        });
        if let Some(day) = open {
            if from > day {
                gap(day);
                open = None;
                continue;
            }
            open = match to {
                None => None,
                Some(to) if to >= day => to.succ_opt(),
                Some(_) => Some(day),
            };
        }
    }
    if let Some(day) = open {
        gap(day);
    }
    if let Some(day) = overlap {
        findings.push(Finding::warning(
            "clock-rule-overlap",
            &clock.at,
            format!("{}起{}有两条不附条件的期限规则", day, clock.id),
            format!("from {day} two rules without a condition are in force for {}", clock.id),
        ));
    }
    findings
}

/// Whether a pack's clocks count working days at all.
fn needs_calendar(pack: &Pack) -> bool {
    pack.clocks.iter().any(|clock| {
        clock.roll != Roll::Never || clock.rules.iter().any(|rule| rule.length.unit == Unit::WorkingDays)
    })
}

/// Years without a calendar from the pack's first day to the year after `day`.
///
/// Kept apart from [`super::lint`], which knows no present day.
pub fn calendar_until(pack: &Pack, day: NaiveDate) -> Vec<Finding> {
    if !needs_calendar(pack) {
        return Vec::new();
    }
    let first = pack.effective_from.year();
    let last = day.year().saturating_add(1).max(first);
    (first..=last)
        .filter_map(|year| NaiveDate::from_ymd_opt(year, 1, 1))
        .filter(|new_year| pack.calendar.is_working_day(*new_year).is_err())
        .map(|new_year| {
            let year = new_year.year();
            Finding::warning(
                "calendar-missing",
                &file("calendar"),
                format!("缺少{year}年的工作日历，落在该年的期限末日不能顺延"),
                format!("there is no calendar for {year}: last days in it cannot move to a working day"),
            )
        })
        .collect()
}

/// The same for the pack's first year alone, in which its first cases are opened.
pub(super) fn calendar_at_start(pack: &Pack) -> Vec<Finding> {
    calendar_until(pack, NaiveDate::MIN)
}
