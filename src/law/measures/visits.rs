//! What is recorded while a measure runs: the plan, visits, breaches and their answers, school or work.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::course::{Attendance, Breach, Correction, Course, Kept, Plan, Reply, Visit};
use super::judge::{At, Clash, is_written, none_of, written};
use super::says;
use super::step::{
    CancelVisit, CorrectVisit, KeepVisit, MakePlan, Met, MissVisit, NewBreach, NewVisit, Respond, Step,
};
use crate::law::floor::Stage;
use crate::law::input::parse_time;
use crate::law::{Reason, Refusal};
use crate::record::Text;

/// What is told later than this after it happened is marked as late.
const LATE: TimeDelta = TimeDelta::days(1);
/// Longest visit.
const LONGEST: TimeDelta = TimeDelta::hours(10);

/// Records a step, if nothing stands against it.
pub(super) fn record(at: &At<'_>, course: &Course, step: &Step, after: &mut Course) -> Result<(), Refusal> {
    match step {
        Step::Plan(plan) => make_plan(at, plan, after),
        Step::PlanVisit(visit) => plan_visit(at, course, visit, after),
        Step::KeepVisit(kept) => keep_visit(at, course, kept, after),
        Step::MissVisit(missed) => miss_visit(at, course, missed, after),
        Step::CancelVisit(cancelled) => cancel_visit(at, course, cancelled, after),
        Step::CorrectVisit(correction) => correct_visit(at, course, correction, after),
        Step::Breach(breach) => add_breach(at, course, breach, after),
        Step::Respond(reply) => respond(at, course, reply, after),
        Step::SchoolOrWork(note) => {
            none_of(written("/words", &note.words))?;
            after.school_or_work.push((at.today(), note.school_or_work));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn make_plan(at: &At<'_>, plan: &MakePlan, after: &mut Course) -> Result<(), Refusal> {
    let mut reasons = Vec::new();
    if plan.goals.is_empty() {
        reasons.push(says::empty("/goals"));
    }
    for (n, goal) in plan.goals.iter().enumerate() {
        let texts = [("words", &goal.words), ("activity", &goal.activity), ("helped_by", &goal.helped_by)];
        reasons
            .extend(texts.iter().filter_map(|(name, words)| written(&format!("/goals/{n}/{name}"), words)));
    }
    reasons.extend(written("/school_or_work", &plan.school_or_work));
    reasons.extend(written("/child_words", &plan.child_words));
    if let Some(contact) = at.measure.contact {
        // Compared over the same time: so many in so many days.
        let (planned, days) = (plan.visits.saturating_mul(contact.per.days()), plan.per.days());
        let (least, most) = (contact.at_least.saturating_mul(days), contact.at_most.saturating_mul(days));
        if planned < least || planned > most {
            let (low, high, in_days) = (contact.at_least, contact.at_most, contact.per.days());
            reasons.push(
                says::of(
                    at.measure,
                    "PLAN_CONTACT",
                    format!("每 {in_days} 日见面 {low} 至 {high} 次"),
                    format!("between {low} and {high} visits in {in_days} days"),
                )
                .on("/visits"),
            );
        }
    }
    none_of(reasons)?;
    after.plan = Some(Plan {
        on: at.today(),
        goals: plan.goals.clone(),
        visits: plan.visits,
        per: plan.per,
        school_or_work: plan.school_or_work.clone(),
        child_words: plan.child_words.clone(),
        understood: plan.understood,
        assessment: plan.assessment,
    });
    Ok(())
}

fn plan_visit(at: &At<'_>, course: &Course, visit: &NewVisit, after: &mut Course) -> Result<(), Refusal> {
    let (from, until) = span(&visit.from, &visit.until)?;
    let mut reasons: Vec<Reason> = within(at, course, from).into_iter().collect();
    reasons.extend(written("/place", &visit.place));
    if from < at.now {
        let text =
            Text::new("时间已过；已经见面的直接登记", "that time has passed; record what took place instead");
        reasons.push(Reason::engine("VISIT_PAST", text).on("/from"));
    }
    if course.stage == Stage::Suspended {
        let text = Text::new("措施中止期间不安排见面", "no visits are planned while the measure rests");
        reasons.push(Reason::engine("MEASURE_STAGE", text));
    }
    reasons.extend(overlap(at, course, (from, until), None));
    reasons.extend(too_many(at, course, from.date()));
    none_of(reasons)?;
    after.visits.push(Visit {
        id: at.id,
        from,
        until,
        place: visit.place.clone(),
        with: Some(at.named.or(course.supervisor).unwrap_or(at.by)),
        planned: true,
        attendance: None,
        late_entry: false,
        corrected: Vec::new(),
    });
    Ok(())
}

fn keep_visit(at: &At<'_>, course: &Course, step: &KeepVisit, after: &mut Course) -> Result<(), Refusal> {
    let (from, until) = span(&step.met.from, &step.met.until).map_err(|refusal| under(refusal, "/met"))?;
    let mut reasons = met_reasons(at, course, &step.met, (from, until));
    let planned = step.visit.map(|number| open_visit(course, number)).transpose()?;
    reasons.extend(overlap(at, course, (from, until), planned));
    none_of(reasons)?;
    let attendance = Some(Attendance::Kept(Box::new(kept(&step.met))));
    let late_entry = at.now - until > LATE;
    note_schooling(&step.met, from.date(), after);
    match planned.and_then(|place| after.visits.get_mut(place)) {
        Some(visit) => {
            *visit = Visit { from, until, with: Some(at.by), attendance, late_entry, ..visit.clone() };
        }
        None => after.visits.push(Visit {
            id: at.id,
            from,
            until,
            place: String::new(),
            with: Some(at.by),
            planned: false,
            attendance,
            late_entry,
            corrected: Vec::new(),
        }),
    }
    Ok(())
}

fn miss_visit(at: &At<'_>, course: &Course, step: &MissVisit, after: &mut Course) -> Result<(), Refusal> {
    let place = open_visit(course, step.visit)?;
    let mut reasons: Vec<Reason> = written("/reason", &step.reason).into_iter().collect();
    if let Some(visit) = after.visits.get_mut(place) {
        if at.now < visit.from {
            let text =
                Text::new("还没有到时间；不去的可以取消", "its time has not come; call it off instead");
            reasons.push(Reason::engine("VISIT_AHEAD", text).on("/visit"));
        }
        visit.attendance = Some(Attendance::Missed { class: step.class, reason: step.reason.clone() });
        visit.late_entry = at.now - visit.until > LATE;
    }
    none_of(reasons)
}

fn cancel_visit(at: &At<'_>, course: &Course, step: &CancelVisit, after: &mut Course) -> Result<(), Refusal> {
    let place = open_visit(course, step.visit)?;
    let mut reasons: Vec<Reason> = written("/reason", &step.reason).into_iter().collect();
    if let Some(visit) = after.visits.get_mut(place) {
        if at.now >= visit.from {
            let text =
                Text::new("时间已到，应当登记是否见面", "its time has come; record whether it was kept");
            reasons.push(Reason::engine("VISIT_PAST", text).on("/visit"));
        }
        visit.attendance = Some(Attendance::Cancelled { reason: step.reason.clone() });
    }
    none_of(reasons)
}

fn correct_visit(
    at: &At<'_>,
    course: &Course,
    step: &CorrectVisit,
    after: &mut Course,
) -> Result<(), Refusal> {
    let place = visit_at(course, step.visit)?;
    let mut reasons: Vec<Reason> = written("/correction", &step.correction).into_iter().collect();
    let was = course.visits.get(place);
    let recorded =
        |visit: &Visit| matches!(visit.attendance, Some(Attendance::Kept(_) | Attendance::Missed { .. }));
    if !was.is_some_and(recorded) {
        let text = Text::new(
            "此次见面没有可更正的记录",
            "nothing is recorded of this visit that could be corrected",
        );
        reasons.push(Reason::engine("VISIT_OPEN", text).on("/visit"));
    }
    let times = match &step.met {
        Some(met) => {
            let times = span(&met.from, &met.until).map_err(|refusal| under(refusal, "/met"))?;
            reasons.extend(met_reasons(at, course, met, times));
            reasons.extend(overlap(at, course, times, Some(place)));
            Some(times)
        }
        None => None,
    };
    let attendance = match (&step.met, step.missed) {
        (Some(met), None) => Some(Attendance::Kept(Box::new(kept(met)))),
        (None, Some(class)) => Some(Attendance::Missed { class, reason: step.correction.clone() }),
        _ => {
            let text = Text::new("写明 met 或者 missed 之一", "say one of met and missed");
            reasons.push(Reason::engine("FIELD_INVALID", text));
            None
        }
    };
    none_of(reasons)?;
    if let Some(visit) = after.visits.get_mut(place) {
        visit.attendance = attendance;
        if let Some((from, until)) = times {
            (visit.from, visit.until) = (from, until);
        }
        visit.corrected.push(Correction { at: at.now, by: at.by, because: step.correction.clone() });
    }
    if let (Some(met), Some((from, _))) = (&step.met, times) {
        note_schooling(met, from.date(), after);
    }
    Ok(())
}

fn add_breach(at: &At<'_>, course: &Course, step: &NewBreach, after: &mut Course) -> Result<(), Refusal> {
    let mut reasons: Vec<Reason> = [("/facts", &step.facts), ("/child_account", &step.child_account)]
        .into_iter()
        .filter_map(|(field, words)| written(field, words))
        .collect();
    let starts = course.started_on.unwrap_or(course.terms.from);
    let last = course.terms.until.unwrap_or(starts).min(at.today());
    if step.on < starts || step.on > last {
        reasons.push(outside(starts, last).on("/on"));
    }
    if let Some(condition) = &step.condition
        && course.terms.conditions.iter().all(|bound| bound.condition != *condition)
    {
        let known = course.terms.conditions.iter().map(|bound| bound.condition.as_str());
        reasons.push(says::unknown(("条件", "condition of this child"), "/condition", known));
    }
    none_of(reasons)?;
    let end_of_day = step.on.and_hms_opt(0, 0, 0).and_then(|day| day.checked_add_days(Days::new(1)));
    after.breaches.push(Breach {
        on: step.on,
        recorded_on: at.today(),
        late_entry: end_of_day.is_some_and(|end| at.now - end > LATE),
        condition: step.condition.clone(),
        facts: step.facts.clone(),
        child_account: step.child_account.clone(),
        serious: step.serious,
        assessment: step.assessment,
        responses: Vec::new(),
    });
    Ok(())
}

/// A breach is answered one step above what was tried, and no higher; only a serious one may skip, with a reason.
fn respond(at: &At<'_>, course: &Course, step: &Respond, after: &mut Course) -> Result<(), Refusal> {
    let mut reasons: Vec<Reason> = written("/words", &step.words).into_iter().collect();
    let place = usize::try_from(step.breach).ok().and_then(|number| number.checked_sub(1));
    let Some(place) = place.filter(|place| *place < course.breaches.len()) else {
        let text = Text::new("没有这一违反记录", "there is no such breach");
        return Err(Refusal::one(Reason::engine("BREACH_UNKNOWN", text).on("/breach")));
    };
    let Some(rung) = at.catalogue.rung(&step.response) else {
        let known = at.catalogue.responses.iter().map(|response| response.id.as_str());
        return Err(Refusal::one(says::unknown(("答复方式", "response"), "/response", known)));
    };
    let tried = course.breaches.iter().flat_map(|breach| &breach.responses);
    let highest = tried.filter_map(|reply| at.catalogue.rung(&reply.response)).max();
    let next = highest.map_or(0, |highest| highest + 1);
    let serious = course.breaches.get(place).is_some_and(|breach| breach.serious);
    let explained = step.why_not_milder.as_deref().is_some_and(is_written);
    if rung > next && !(serious && explained) {
        let milder =
            at.catalogue.responses.get(next).map(|response| response.name.clone()).unwrap_or_default();
        reasons.push(Reason {
            instead: Some(milder),
            ..says::rule(
                "RESPONSE_STEP",
                "TR 14.3–14.4",
                "对违反由轻到重逐级答复；只有造成严重后果并写明更轻为何不足的，才可以越级",
                "a breach is answered step by step; only a serious one may skip a step, with the reason why nothing milder is enough",
            )
            .on("/response")
        });
    }
    none_of(reasons)?;
    if let Some(breach) = after.breaches.get_mut(place) {
        breach.responses.push(Reply {
            on: at.today(),
            by: at.by,
            response: step.response.clone(),
            words: step.words.clone(),
            why_not_milder: step.why_not_milder.clone(),
        });
    }
    Ok(())
}

/// What stands against a report of a visit.
fn met_reasons(
    at: &At<'_>,
    course: &Course,
    met: &Met,
    (from, until): (NaiveDateTime, NaiveDateTime),
) -> Vec<Reason> {
    let mut reasons: Vec<Reason> =
        [("/met/went_well", &met.went_well), ("/met/child_words", &met.child_words)]
            .into_iter()
            .filter_map(|(field, words)| written(field, words))
            .collect();
    reasons.extend(within(at, course, from).map(|reason| reason.on("/met/from")));
    if until > at.now {
        let text = Text::new("见面尚未结束", "it has not ended yet");
        reasons.push(Reason::engine("VISIT_AHEAD", text).on("/met/until"));
    }
    for (n, written) in met.conditions.iter().enumerate() {
        if course.terms.conditions.iter().all(|bound| bound.condition != written.condition) {
            let known = course.terms.conditions.iter().map(|bound| bound.condition.as_str());
            let field = format!("/met/conditions/{n}");
            reasons.push(says::unknown(("条件", "condition of this child"), &field, known));
        }
    }
    let minutes = u32::try_from((until - from).num_minutes()).unwrap_or(0);
    if met.service_minutes > minutes.max(480) {
        let text = Text::new("公益劳动时长不可能", "so many minutes of service cannot be");
        reasons.push(Reason::engine("FIELD_INVALID", text).on("/met/service_minutes"));
    }
    if met.service_minutes > 0 && course.hours_asked() == 0 {
        let text = Text::new("措施没有要求公益劳动", "the measure asks for no service");
        reasons.push(Reason::engine("HOURS_NOT_ASKED", text).on("/met/service_minutes"));
    }
    reasons
}

fn kept(met: &Met) -> Kept {
    Kept {
        late: met.late,
        seen_alone: met.seen_alone,
        went_well: met.went_well.clone(),
        child_words: met.child_words.clone(),
        conditions: met.conditions.clone(),
        service_minutes: met.service_minutes,
        assessment: met.assessment,
    }
}

fn note_schooling(met: &Met, on: NaiveDate, after: &mut Course) {
    if let Some(schooling) = met.school_or_work {
        after.school_or_work.push((on, schooling));
        after.school_or_work.sort_by_key(|(on, _)| *on);
    }
}

/// From when until when, if that makes sense.
fn span(from: &str, until: &str) -> Result<(NaiveDateTime, NaiveDateTime), Refusal> {
    let invalid = |field: &str, zh: &str, en: &str| {
        Refusal::one(Reason::engine("FIELD_INVALID", Text::new(zh, en)).on(field))
    };
    let (zh, en) = ("写作 2025-12-05T16:00", "written as 2025-12-05T16:00");
    let from = parse_time(from).ok_or_else(|| invalid("/from", zh, en))?;
    let until = parse_time(until).ok_or_else(|| invalid("/until", zh, en))?;
    if until <= from || until - from > LONGEST {
        return Err(invalid(
            "/until",
            "结束在开始之后，且不超过十小时",
            "it ends after it begins, within ten hours",
        ));
    }
    Ok((from, until))
}

/// The same refusal about a part of the request.
fn under(mut refusal: Refusal, part: &str) -> Refusal {
    for reason in &mut refusal.reasons {
        reason.field = reason.field.take().map(|field| format!("{part}{field}"));
    }
    refusal
}

/// A visit lies within the measure, or within the aftercare that was planned.
fn within(at: &At<'_>, course: &Course, from: NaiveDateTime) -> Option<Reason> {
    let first = course.started_on.unwrap_or(course.terms.from);
    let end = course.ended_on.or(course.terms.until).unwrap_or(first);
    let last = course.aftercare.as_ref().map_or(end, |aftercare| aftercare.until.max(end));
    let day = from.date();
    (day < first || day > last).then(|| {
        let reason = outside(first, last);
        Reason { source: at.measure.source.clone(), ..reason }.on("/from")
    })
}

fn outside(first: NaiveDate, last: NaiveDate) -> Reason {
    let text = Text::new(
        format!("不在措施期间（{first} 至 {last}）之内"),
        format!("it lies outside the measure ({first} to {last})"),
    );
    Reason::engine("OUTSIDE_MEASURE", text)
}

/// Nobody is at two visits at once.
fn overlap(
    at: &At<'_>,
    course: &Course,
    (from, until): (NaiveDateTime, NaiveDateTime),
    but: Option<usize>,
) -> Option<Reason> {
    let holds = |visit: &Visit| matches!(visit.attendance, None | Some(Attendance::Kept(_)));
    let here = course
        .visits
        .iter()
        .enumerate()
        .any(|(n, visit)| Some(n) != but && holds(visit) && visit.from < until && from < visit.until);
    let clash = if here { Some(Clash::Child) } else { at.clash };
    let (zh, en) = match clash? {
        Clash::Child => ("本人此时已另有见面安排", "the child is at another visit then"),
        Clash::Visitor => ("见面人此时另有安排", "who meets the child is at another visit then"),
    };
    Some(Reason::engine("VISIT_OVERLAP", Text::new(zh, en)).on("/from"))
}

/// A child is not visited more often than the pack allows in a period, counted from the first day of the measure.
fn too_many(at: &At<'_>, course: &Course, day: NaiveDate) -> Option<Reason> {
    let contact = at.measure.contact?;
    let period =
        |day: NaiveDate| (day - course.terms.from).num_days().div_euclid(i64::from(contact.per.days()));
    let counts = |visit: &&Visit| matches!(visit.attendance, None | Some(Attendance::Kept(_)));
    let there = course.visits.iter().filter(counts).filter(|v| period(v.from.date()) == period(day)).count();
    (there >= contact.at_most as usize).then(|| {
        let (most, days) = (contact.at_most, contact.per.days());
        says::of(
            at.measure,
            "VISITS_MANY",
            format!("每 {days} 日见面不超过 {most} 次"),
            format!("no more than {most} visits in {days} days"),
        )
        .on("/from")
    })
}

fn visit_at(course: &Course, number: u32) -> Result<usize, Refusal> {
    let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    place.filter(|place| *place < course.visits.len()).ok_or_else(|| {
        let text = Text::new("没有这一见面", "there is no such visit");
        Refusal::one(Reason::engine("VISIT_UNKNOWN", text).on("/visit"))
    })
}

/// A visit of which nothing is recorded yet.
fn open_visit(course: &Course, number: u32) -> Result<usize, Refusal> {
    let place = visit_at(course, number)?;
    if course.visits.get(place).is_some_and(|visit| visit.attendance.is_none()) {
        return Ok(place);
    }
    let text = Text::new(
        "此次见面已有记录；有误的请更正",
        "this visit is recorded already; correct it if that is wrong",
    );
    Err(Refusal::one(Reason::engine("VISIT_RECORDED", text).on("/visit")))
}
