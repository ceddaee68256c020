//! A measure goes to another office with its case: what stays behind of it, and what goes on there.

use chrono::NaiveDateTime;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::course::{Attendance, Course};

/// The measure as it is left in the one file, and as it goes on in the other. Nobody of the office that it leaves has a
/// part in it any more: who supervises it and who keeps the visits that lie ahead the other office says. `anew` gives
/// the forms of the old file their place in the new, and the visits theirs.
pub fn move_to(
    course: &Course,
    now: NaiveDateTime,
    anew: &BTreeMap<Uuid, Uuid>,
    mut new_id: impl FnMut() -> Uuid,
) -> (Course, Course) {
    let paper = |old: Option<Uuid>| old.and_then(|old| anew.get(&old)).copied();
    let (mut left, mut goes_on) = (course.clone(), course.clone());
    left.handed_over_on = Some(now.date());
    left.revocation = None;
    goes_on.supervisor = None;
    for visit in &mut left.visits {
        if visit.attendance.is_none() {
            let reason = "随案移送 / it went with the case to another office".to_owned();
            visit.attendance = Some(Attendance::Cancelled { reason });
        }
    }
    for visit in &mut goes_on.visits {
        visit.id = new_id();
        match &mut visit.attendance {
            None => visit.with = None,
            Some(Attendance::Kept(kept)) => kept.assessment = paper(kept.assessment),
            Some(_) => {}
        }
    }
    for breach in &mut goes_on.breaches {
        breach.assessment = paper(breach.assessment);
    }
    if let Some(plan) = &mut goes_on.plan {
        plan.assessment = paper(plan.assessment);
    }
    (left, goes_on)
}
