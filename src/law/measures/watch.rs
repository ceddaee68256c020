//! How a measure goes, at a glance.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use super::course::{Attendance, Course, Missed, Schooling};
use super::step::Answered;

/// How a measure goes. It counts and judges nothing: no figure of it decides anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Glance {
    /// Visits that lie ahead.
    pub ahead: u32,
    /// Visits whose time has passed and of which nothing is recorded.
    pub unrecorded: u32,
    /// Visits that were kept, late ones among them.
    pub kept: u32,
    /// Of these, those to which the child came late.
    pub late: u32,
    /// Absences with an acceptable reason.
    pub acceptable: u32,
    /// Absences without one.
    pub unacceptable: u32,
    /// Visits that failed because of the service.
    pub service_fault: u32,
    /// Visits that the contact standard asked for until today.
    pub expected: u32,
    /// Hours of service that were asked for.
    pub hours_asked: u32,
    /// Minutes of service done.
    pub minutes_done: u32,
    /// How each condition was kept, by condition: met, partly, not met.
    pub conditions: BTreeMap<String, [u32; 3]>,
    /// School or work at the beginning.
    pub school_or_work_first: Option<Schooling>,
    /// School or work now.
    pub school_or_work_now: Option<Schooling>,
    /// Breaches on record.
    pub breaches: u32,
    /// Of these, those that nobody has answered.
    pub unanswered: u32,
    /// Days until the last day.
    pub days_left: Option<i64>,
}

/// A measure at a glance, at a moment of legal time.
pub fn glance(course: &Course, now: NaiveDateTime) -> Glance {
    let mut glance = Glance {
        hours_asked: course.hours_asked(),
        minutes_done: course.minutes_done(),
        school_or_work_first: course.school_or_work.first().map(|(_, schooling)| *schooling),
        school_or_work_now: course.school_or_work.last().map(|(_, schooling)| *schooling),
        breaches: count(course.breaches.len()),
        unanswered: count(course.breaches.iter().filter(|breach| breach.responses.is_empty()).count()),
        expected: expected(course, now.date()),
        days_left: course
            .terms
            .until
            .filter(|_| course.started_on.is_some() && course.ended_on.is_none())
            .map(|until| (until - now.date()).num_days()),
        ..Glance::default()
    };
    for visit in &course.visits {
        let one = match &visit.attendance {
            None if visit.until > now => &mut glance.ahead,
            None => &mut glance.unrecorded,
            Some(Attendance::Kept(kept)) => {
                glance.late += u32::from(kept.late);
                &mut glance.kept
            }
            Some(Attendance::Missed { class: Missed::Acceptable, .. }) => &mut glance.acceptable,
            Some(Attendance::Missed { class: Missed::Unacceptable, .. }) => &mut glance.unacceptable,
            Some(Attendance::Missed { class: Missed::ServiceFault, .. }) => &mut glance.service_fault,
            Some(Attendance::Cancelled { .. }) => continue,
        };
        *one += 1;
    }
    for (_, kept) in course.kept() {
        for written in &kept.conditions {
            let [met, partly, not_met] = glance.conditions.entry(written.condition.clone()).or_default();
            match written.kept {
                Answered::Met => *met += 1,
                Answered::Partly => *partly += 1,
                Answered::NotMet => *not_met += 1,
                Answered::NotDue => {}
            }
        }
    }
    glance
}

/// Visits that whole periods since the plan was made ask for.
fn expected(course: &Course, today: NaiveDate) -> u32 {
    let Some(plan) = &course.plan else { return 0 };
    let end = course.ended_on.or(course.terms.until).map_or(today, |end| end.min(today));
    let periods = (end - plan.on).num_days().div_euclid(i64::from(plan.per.days())).max(0);
    u32::try_from(periods).unwrap_or_default().saturating_mul(plan.visits)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
