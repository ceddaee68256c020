//! Whether a step of a measure may be taken, and what it leaves behind.

use chrono::{NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::course::{Asked, Course, Terms};
use super::ends;
use super::limits::limits;
use super::model::{Measure, Measures};
use super::says;
use super::step::{Alternative, ChangeTerms, Decide, Heard, Proposal, Step};
use super::visits;
use crate::law::case::CaseFile;
use crate::law::floor::{MANY_CONDITIONS, MeasureAct, MeasureFacts, Severity, Stage, may, shortfalls};
use crate::law::pack::Level;
use crate::law::{Reason, Refusal};
use crate::record::Text;

/// Everything that a step is judged by.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The pack's catalogue.
    pub catalogue: &'a Measures,
    /// The measure.
    pub measure: &'a Measure,
    /// The case.
    pub case: &'a CaseFile,
    /// Who takes the step.
    pub by: Uuid,
    /// Legal time of it.
    pub now: NaiveDateTime,
    /// Written reasons for going on despite a warning, by its code.
    pub because: &'a BTreeMap<String, String>,
    /// The person that the step names, who has the right to what they are named for.
    pub named: Option<Uuid>,
    /// Identity for a visit that it makes.
    pub id: Uuid,
    /// Who is elsewhere at the time of a visit.
    pub clash: Option<Clash>,
}

/// Who is elsewhere at the time of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// The child, at another visit.
    Child,
    /// Who would meet them.
    Visitor,
}

impl At<'_> {
    pub(super) fn today(&self) -> NaiveDate {
        self.now.date()
    }
}

/// A measure is proposed.
///
/// # Errors
/// What stands against it.
pub fn propose(at: &At<'_>, proposal: &Proposal) -> Result<Course, Refusal> {
    let terms = Terms { from: proposal.from, until: proposal.until, conditions: proposal.conditions.clone() };
    let found = limits(at.catalogue, at.measure, &terms);
    let mut reasons: Vec<Reason> = found.term.into_iter().chain(found.conditions).collect();
    reasons.extend(written("/reasons", &proposal.reasons));
    reasons.extend(weighed(&proposal.alternatives).1);
    if let Some(heard) = &proposal.child_heard {
        reasons.extend(written("/child_heard/words", &heard.words));
        if heard.on > at.today() {
            let text = Text::new("这一天还没有到", "that day has not come");
            reasons.push(Reason::engine("FIELD_INVALID", text).on("/child_heard/on"));
        }
    }
    if at.measure.at_once && proposal.supervisor.is_some() {
        reasons.push(ends::supervisor_of_what_is_done_at_once(at.measure));
    }
    none_of(reasons)?;
    Ok(Course {
        kind: at.measure.id.clone(),
        stage: Stage::Proposed,
        proposed_by: at.by,
        reasons: proposal.reasons.clone(),
        alternatives: proposal.alternatives.clone(),
        terms,
        decided_on: None,
        decided_by: None,
        started_on: None,
        ended_on: None,
        supervisor: at.named,
        plan: None,
        visits: Vec::new(),
        breaches: Vec::new(),
        school_or_work: Vec::new(),
        aftercare: None,
        revocation: None,
        child_heard: proposal.child_heard.clone(),
        child_agrees: proposal.child_agrees,
        guardian_agrees: proposal.guardian_agrees,
        handed_over_on: None,
    })
}

/// Takes a step.
///
/// # Errors
/// Every reason against it; nothing has changed.
pub fn take(at: &At<'_>, course: &Course, step: &Step) -> Result<Course, Refusal> {
    if let Some(on) = course.handed_over_on {
        return Err(Refusal::one(goes_on_elsewhere(on)));
    }
    let act = step.act(course.stage);
    let to = leads(act, course.stage);
    if !may(act, course.stage, to) {
        return Err(Refusal::one(not_now(course.stage, act)));
    }
    let mut after = Course { stage: to, ..course.clone() };
    match step {
        // The first begins a measure; the others follow from the transfer of its case.
        Step::Propose(_) | Step::HandedOver(_) | Step::TakenOver(_) => {
            return Err(Refusal::one(not_now(course.stage, act)));
        }
        Step::Decide(decide) => self::decide(at, course, decide, &mut after)?,
        Step::Vary(change) => vary(at, course, change, &mut after)?,
        Step::Decline(why) | Step::Resume(why) => none_of(written("/reasons", &why.reasons))?,
        Step::Suspend(why) => {
            let facts = MeasureFacts { reasoned: is_written(&why.reasons), ..MeasureFacts::default() };
            rights(at, act, &facts, Vec::new())?;
        }
        Step::AskRevocation(ask) => {
            ends::take_back(at, course, ask, act)?;
            after.revocation = Some(Asked { on: at.today(), by: at.by, what: ask.clone() });
        }
        Step::KeepOn(why) => {
            let mut reasons: Vec<Reason> = written("/reasons", &why.reasons).into_iter().collect();
            match &course.revocation {
                None => reasons.push(nothing_asked()),
                Some(asked) if asked.by == at.by => reasons.push(two_persons(at.measure)),
                Some(_) => {}
            }
            none_of(reasons)?;
            after.revocation = None;
        }
        Step::Revoke(revoke) => {
            ends::revoke(at, course, revoke)?;
            ends::end(at, &mut after);
        }
        Step::Fulfil(why) | Step::Expire(why) => {
            ends::finish(at, course, act, &why.reasons)?;
            ends::end(at, &mut after);
        }
        Step::Start(start) => ends::begin(at, course, start, &mut after)?,
        Step::Supervise(step) => ends::supervise(at, course, step, &mut after)?,
        Step::Aftercare(plan) => ends::aftercare(at, course, plan, &mut after)?,
        Step::Plan(_)
        | Step::PlanVisit(_)
        | Step::KeepVisit(_)
        | Step::MissVisit(_)
        | Step::CancelVisit(_)
        | Step::CorrectVisit(_)
        | Step::Breach(_)
        | Step::Respond(_)
        | Step::SchoolOrWork(_) => visits::record(at, course, step, &mut after)?,
    }
    Ok(after)
}

/// Where a step leads, if it is licensed at all.
pub(super) const fn leads(act: MeasureAct, from: Stage) -> Stage {
    match act {
        MeasureAct::Decide => Stage::Decided,
        MeasureAct::Decline => Stage::Declined,
        MeasureAct::Start | MeasureAct::Resume => Stage::Started,
        MeasureAct::Suspend => Stage::Suspended,
        MeasureAct::Revoke => Stage::Revoked,
        MeasureAct::Fulfil => Stage::Fulfilled,
        MeasureAct::Expire => Stage::Expired,
        MeasureAct::Vary | MeasureAct::Record | MeasureAct::AskRevocation | MeasureAct::FollowUp => from,
    }
}

fn decide(at: &At<'_>, course: &Course, step: &Decide, after: &mut Course) -> Result<(), Refusal> {
    after.alternatives.extend(step.alternatives.iter().cloned());
    let (milder_weighed, mut reasons) = weighed(&after.alternatives);
    let found = limits(at.catalogue, at.measure, &course.terms);
    if at.measure.two_persons && course.proposed_by == at.by {
        reasons.push(two_persons(at.measure));
    }
    reasons.extend(after_event(at, at.measure.event.as_deref(), None));
    let facts = MeasureFacts {
        time_limited: found.term.is_empty(),
        conditions_allowed: found.conditions.is_empty(),
        conditions_few: course.terms.conditions.len() <= MANY_CONDITIONS,
        // What was heard before it was proposed counts, unless it is said anew.
        child_heard: heard(at, step.child_heard.as_ref().or(course.child_heard.as_ref())),
        consent_missing: at.measure.consent
            && !agreed(
                step.child_agrees.or(course.child_agrees),
                step.guardian_agrees.or(course.guardian_agrees),
            ),
        reasoned: is_written(&step.reasons),
        review_told: step.review_told,
        milder_weighed,
        ..MeasureFacts::default()
    };
    reasons.extend(found.term.into_iter().chain(found.conditions));
    rights(at, MeasureAct::Decide, &facts, reasons)?;
    (after.decided_on, after.decided_by) = (Some(at.today()), Some(at.by));
    Ok(())
}

fn vary(at: &At<'_>, course: &Course, step: &ChangeTerms, after: &mut Course) -> Result<(), Refusal> {
    let terms = Terms {
        from: course.terms.from,
        until: step.until.or(course.terms.until),
        conditions: step.conditions.clone().unwrap_or_else(|| course.terms.conditions.clone()),
    };
    let found = limits(at.catalogue, at.measure, &terms);
    let mut reasons = Vec::new();
    if terms == course.terms {
        let text = Text::new("期限和条件都没有变化", "neither the term nor a condition changes");
        reasons.push(Reason::engine("NOTHING_CHANGES", text));
    }
    if terms.until.is_some_and(|until| until < at.today()) {
        let text = Text::new("新的结束日期已经过去", "the new last day has passed");
        reasons.push(Reason::engine("MEASURE_TERM", text).on("/until"));
    }
    let facts = MeasureFacts {
        time_limited: found.term.is_empty(),
        conditions_allowed: found.conditions.is_empty(),
        conditions_few: terms.conditions.len() <= MANY_CONDITIONS,
        child_heard: heard(at, step.child_heard.as_ref()),
        consent_missing: at.measure.consent && !agreed(step.child_agrees, step.guardian_agrees),
        reasoned: is_written(&step.reasons),
        review_told: step.review_told,
        ..MeasureFacts::default()
    };
    reasons.extend(found.term.into_iter().chain(found.conditions));
    rights(at, MeasureAct::Vary, &facts, reasons)?;
    after.terms = terms;
    Ok(())
}

/// Holds a step against the floor, with what else stands against it. A warning passes if a reason is written for it.
pub(super) fn rights(
    at: &At<'_>,
    act: MeasureAct,
    facts: &MeasureFacts,
    others: Vec<Reason>,
) -> Result<(), Refusal> {
    let answered = |code: &str| at.because.get(code).is_some_and(|why| is_written(why));
    let short = shortfalls(act, facts)
        .into_iter()
        .filter(|(demand, severity)| *severity == Severity::Refuse || !answered(demand.code()));
    let mut reasons: Vec<Reason> =
        short.map(|(demand, severity)| says::right(demand, severity, wanted(demand.code()))).collect();
    reasons.extend(others);
    none_of(reasons)
}

/// What would satisfy a right here.
pub(super) fn wanted(code: &str) -> Option<Text> {
    let (zh, en) = match code {
        "I16" => ("填写 child_heard：哪一天、本人原话", "child_heard: on which day, and what the child said"),
        "I18" => (
            "本人和监护人自愿同意（child_agrees、guardian_agrees）",
            "the child and a guardian agree freely (child_agrees, guardian_agrees)",
        ),
        "I20" => (
            "期限和条件在法定范围内；条件多于六项的，在 because.I20 写明理由",
            "a term and conditions within the limits; with more than six conditions a reason in because.I20",
        ),
        "I22" => (
            "先由轻到重答复每一次违反，或者有严重情形并写明",
            "each breach answered first, step by step, or a serious ground that is stated",
        ),
        "I28" => (
            "写明理由（reasons）并告知救济途径（review_told）",
            "reasons, and the route of review told (review_told)",
        ),
        "I35" => (
            "先制定后续帮教计划，或者在 because.I35 写明为何不需要",
            "plan the time after first, or say in because.I35 why none is needed",
        ),
        "LEAST_INTRUSIVE" => (
            "在 alternatives 中逐项写明更轻的做法及其为何不足",
            "alternatives: each milder answer, and why it is not enough",
        ),
        _ => return None,
    };
    Some(Text::new(zh, en))
}

/// Whether milder answers are named, each with why it is not enough; and what is missing.
fn weighed(alternatives: &[Alternative]) -> (bool, Vec<Reason>) {
    let mut reasons = Vec::new();
    for (n, alternative) in alternatives.iter().enumerate() {
        reasons.extend(written(&format!("/alternatives/{n}/what"), &alternative.what));
        reasons.extend(written(&format!("/alternatives/{n}/why_not"), &alternative.why_not));
    }
    (!alternatives.is_empty() && reasons.is_empty(), reasons)
}

/// Whether the child was heard, on a day that has come.
pub(super) fn heard(at: &At<'_>, heard: Option<&Heard>) -> bool {
    heard.is_some_and(|heard| is_written(&heard.words) && heard.on <= at.today())
}

const fn agreed(child: Option<bool>, guardian: Option<bool>) -> bool {
    matches!((child, guardian), (Some(true), Some(true)))
}

/// The measure follows an act of the case and never goes before it.
pub(super) fn after_event(at: &At<'_>, event: Option<&str>, since: Option<NaiveDate>) -> Option<Reason> {
    let event = event?;
    let done = at.case.done.get(event).into_iter().flatten();
    let there = done.into_iter().any(|d| d.on <= at.today() && since.is_none_or(|since| d.on >= since));
    (!there).then(|| {
        let (zh, en) = (
            format!("案件尚未作出相应决定（{event}）"),
            format!("the case has not decided so yet ({event})"),
        );
        says::of(at.measure, "CASE_FIRST", zh, en)
    })
}

pub(super) fn nothing_asked() -> Reason {
    let text = Text::new("无人提请撤销", "nobody has asked for its revocation");
    Reason::engine("REVOCATION_NOT_ASKED", text)
}

pub(super) fn two_persons(measure: &Measure) -> Reason {
    let (zh, en) = (
        "提议人、提请人不得自行决定，须由另一人决定",
        "who proposes or asks never decides; another person does",
    );
    says::of(measure, "TWO_PERSONS", zh, en)
}

/// A measure whose case went to another office goes on there.
pub(super) fn goes_on_elsewhere(on: NaiveDate) -> Reason {
    let text = Text::new(
        format!("此措施已于 {on} 随案移送，由接收机关继续"),
        format!("it went to another office with its case on {on} and goes on there"),
    );
    Reason::engine("MEASURE_MOVED", text)
}

pub(super) fn not_now(stage: Stage, act: MeasureAct) -> Reason {
    let (stage, act) = (stage.name(), act.name());
    let text = Text::new(
        format!("措施目前为“{}”，不能“{}”", stage.zh, act.zh),
        format!("the measure is \"{}\" now; \"{}\" has no place there", stage.en, act.en),
    );
    Reason::engine("MEASURE_STAGE", text)
}

pub(super) fn is_written(words: &str) -> bool {
    !words.trim().is_empty()
}

pub(super) fn written(field: &str, words: &str) -> Option<Reason> {
    (!is_written(words)).then(|| says::empty(field))
}

/// Refuses if there is a reason.
pub(super) fn none_of(reasons: impl IntoIterator<Item = Reason>) -> Result<(), Refusal> {
    let mut reasons: Vec<Reason> = reasons.into_iter().collect();
    if reasons.is_empty() {
        return Ok(());
    }
    // Hard ones first.
    reasons.sort_by_key(|reason| reason.level == Level::Warn);
    Err(Refusal { reasons })
}
