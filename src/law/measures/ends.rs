//! How a measure begins and ends: started, taken back, fulfilled, expired, and the time after.

use chrono::Months;

use super::course::{Aftercare, Attendance, Course};
use super::judge::{
    At, after_event, heard, is_written, none_of, nothing_asked, rights, two_persons, written,
};
use super::model::Measure;
use super::says;
use super::step::{PlanAftercare, Start, Supervise, TakeBack};
use crate::law::floor::{MeasureAct, MeasureFacts};
use crate::law::{Reason, Refusal};
use crate::record::Text;

pub(super) fn take_back(
    at: &At<'_>,
    course: &Course,
    ask: &TakeBack,
    act: MeasureAct,
) -> Result<(), Refusal> {
    let Some(rules) = &at.measure.revocation else {
        let (zh, en) = ("此措施不能撤销", "this measure is never revoked");
        return Err(Refusal::one(says::of(at.measure, "NOT_REVOCABLE", zh, en)));
    };
    let Some(ground) = rules.grounds.iter().find(|ground| ground.id == ask.ground) else {
        let known = rules.grounds.iter().map(|ground| ground.id.as_str());
        return Err(Refusal::one(says::unknown(("撤销理由", "ground"), "/ground", known)));
    };
    let mut reasons: Vec<Reason> = written("/facts", &ask.facts).into_iter().collect();
    let enough = course.breaches.len() >= ground.breaches;
    if !enough {
        let (n, there) = (ground.breaches, course.breaches.len());
        reasons.push(
            says::rule(
                "REVOCATION_GROUND",
                &ground.source,
                format!("“{}”须有至少 {n} 次有记录的违反，现有 {there} 次", ground.name.zh),
                format!("\"{}\" presupposes {n} recorded breaches; there are {there}", ground.name.en),
            )
            .on("/ground"),
        );
    }
    // Milder answers were tried on at least two steps and no breach is left unanswered, or the ground is serious.
    let mut rungs: Vec<&str> =
        course.breaches.iter().flat_map(|b| &b.responses).map(|reply| reply.response.as_str()).collect();
    rungs.sort_unstable();
    rungs.dedup();
    let in_steps = rungs.len() >= 2 && course.breaches.iter().all(|breach| !breach.responses.is_empty());
    let facts = MeasureFacts {
        child_heard: heard(at, ask.child_heard.as_ref()),
        reasoned: is_written(&ask.reasons),
        review_told: ask.review_told,
        answered_gradually: enough && (ground.serious || in_steps),
        ..MeasureFacts::default()
    };
    rights(at, act, &facts, reasons)
}

pub(super) fn revoke(at: &At<'_>, course: &Course, step: &TakeBack) -> Result<(), Refusal> {
    let mut reasons = Vec::new();
    if let Some(rules) = &at.measure.revocation {
        reasons.extend(after_event(at, rules.event.as_deref(), course.decided_on));
        if rules.two_persons {
            match &course.revocation {
                None => reasons.push(nothing_asked()),
                Some(asked) if asked.by == at.by => reasons.push(two_persons(at.measure)),
                Some(asked) if asked.what.ground != step.ground => reasons.push(
                    Reason::engine(
                        "REVOCATION_OTHER",
                        Text::new("理由与提请撤销的不同", "it was asked for on another ground"),
                    )
                    .on("/ground"),
                ),
                Some(_) => {}
            }
        }
    }
    let judged = take_back(at, course, step, MeasureAct::Revoke);
    match judged {
        Err(mut refusal) => {
            refusal.reasons.extend(reasons);
            Err(refusal)
        }
        Ok(()) => none_of(reasons),
    }
}

pub(super) fn finish(at: &At<'_>, course: &Course, act: MeasureAct, why: &str) -> Result<(), Refusal> {
    let mut reasons: Vec<Reason> = written("/reasons", why).into_iter().collect();
    reasons.extend(against_its_end(at, course, act));
    let facts = MeasureFacts { aftercare: has_aftercare(at, course), ..MeasureFacts::default() };
    rights(at, act, &facts, reasons)
}

/// What stands against an end now, whatever is said for it.
pub(super) fn against_its_end(at: &At<'_>, course: &Course, act: MeasureAct) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let early = act == MeasureAct::Expire || at.measure.shortest_months.is_some();
    if let Some(until) = course.terms.until.filter(|until| early && at.today() < *until) {
        let (zh, en) = (format!("期限至 {until}"), format!("it lasts until {until}"));
        reasons.push(says::of(at.measure, "MEASURE_NOT_OVER", zh, en));
    }
    if course.revocation.is_some() {
        let text = Text::new("撤销的提请尚未答复", "its revocation was asked for and nobody has answered");
        reasons.push(Reason::engine("REVOCATION_OPEN", text));
    }
    reasons
}

/// Whether the time after is planned, where there is one.
pub(super) const fn has_aftercare(at: &At<'_>, course: &Course) -> bool {
    course.aftercare.is_some() || at.measure.at_once || course.started_on.is_none()
}

/// That its first day has not come.
pub(super) fn not_begun(at: &At<'_>, course: &Course) -> Option<Reason> {
    let from = course.terms.from;
    let (zh, en) = (format!("自 {from} 开始"), format!("it begins on {from}"));
    (at.today() < from).then(|| says::of(at.measure, "MEASURE_NOT_BEGUN", zh, en))
}

pub(super) fn begin(at: &At<'_>, course: &Course, start: &Start, after: &mut Course) -> Result<(), Refusal> {
    let mut reasons: Vec<Reason> = not_begun(at, course).into_iter().collect();
    if course.terms.until.is_some_and(|until| at.today() > until) {
        let text = Text::new("期限已经过去", "its last day has passed");
        reasons.push(Reason::engine("MEASURE_OVER", text));
    }
    let supervisor = at.named.or(course.supervisor);
    if at.measure.at_once && start.supervisor.is_some() {
        reasons.push(supervisor_of_what_is_done_at_once(at.measure));
    }
    if !at.measure.at_once && supervisor.is_none() {
        let (zh, en) = ("须写明由谁监督考察", "it says who supervises it");
        reasons.push(says::of(at.measure, "MEASURE_SUPERVISOR", zh, en).on("/supervisor"));
    }
    none_of(reasons)?;
    (after.started_on, after.supervisor) = (Some(at.today()), supervisor);
    Ok(())
}

pub(super) fn supervisor_of_what_is_done_at_once(measure: &Measure) -> Reason {
    let (zh, en) = ("此措施无须监督人", "nobody supervises this measure");
    says::of(measure, "MEASURE_SUPERVISOR", zh, en).on("/supervisor")
}

/// Somebody else supervises it, and keeps the visits that lie ahead.
pub(super) fn supervise(
    at: &At<'_>,
    course: &Course,
    step: &Supervise,
    after: &mut Course,
) -> Result<(), Refusal> {
    let mut reasons: Vec<Reason> = written("/reasons", &step.reasons).into_iter().collect();
    if at.measure.at_once {
        reasons.push(supervisor_of_what_is_done_at_once(at.measure));
    } else if at.named.is_none() || at.named == course.supervisor {
        let text = Text::new("写明由哪一位接手", "say who takes it over");
        reasons.push(Reason::engine("MEASURE_SUPERVISOR", text).on("/supervisor"));
    }
    if at.clash.is_some() {
        let text = Text::new(
            "接手的人在某次已安排的见面时间另有安排；请先取消该次见面",
            "who takes over is elsewhere at the time of a visit that is planned; call that visit off first",
        );
        reasons.push(Reason::engine("VISIT_OVERLAP", text).on("/supervisor"));
    }
    none_of(reasons)?;
    for visit in &mut after.visits {
        if visit.attendance.is_none()
            && visit.until > at.now
            && (visit.with == course.supervisor || visit.with.is_none())
        {
            visit.with = at.named;
        }
    }
    after.supervisor = at.named;
    Ok(())
}

pub(super) fn aftercare(
    at: &At<'_>,
    course: &Course,
    plan: &PlanAftercare,
    after: &mut Course,
) -> Result<(), Refusal> {
    let mut reasons: Vec<Reason> = [("/words", &plan.words), ("/contact", &plan.contact)]
        .into_iter()
        .filter_map(|(field, words)| written(field, words))
        .collect();
    let end = course.ended_on.or(course.terms.until).unwrap_or(course.terms.from);
    let latest = end.checked_add_months(Months::new(12)).unwrap_or(end);
    if plan.until <= end || plan.until > latest {
        let text = Text::new(
            format!("后续帮教在措施结束（{end}）之后、{latest} 之前"),
            format!("aftercare lies after the end of the measure ({end}) and ends by {latest}"),
        );
        reasons.push(Reason::engine("AFTERCARE_TERM", text).on("/until"));
    }
    none_of(reasons)?;
    after.aftercare = Some(Aftercare {
        on: at.today(),
        words: plan.words.clone(),
        contact: plan.contact.clone(),
        until: plan.until,
        child_words: plan.child_words.clone(),
    });
    Ok(())
}

pub(super) fn end(at: &At<'_>, after: &mut Course) {
    after.ended_on = Some(at.today());
    after.revocation = None;
    let until = after.aftercare.as_ref().map(|aftercare| aftercare.until);
    for visit in &mut after.visits {
        let stands = until.is_some_and(|until| visit.from.date() <= until);
        if visit.attendance.is_none() && visit.from > at.now && !stands {
            visit.attendance =
                Some(Attendance::Cancelled { reason: "措施已结束 / the measure has ended".into() });
        }
    }
}
