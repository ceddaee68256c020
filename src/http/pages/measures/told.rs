//! What a form says, as the use cases take it.

use uuid::Uuid;

use super::terms::{Read, yes};
use crate::casework::measures::request::{DecisionKind, WorkKind};
use crate::casework::measures::view::MeasureView;
use crate::http::pages::form::Form;
use crate::law::measures::{
    Act, Answered, CancelVisit, ChangeTerms, CorrectVisit, Decide, KeepVisit, MakePlan, Measure, Met,
    MissVisit, Missed, NewBreach, NewVisit, Period, PlanAftercare, Reasons, Respond, SchoolNote, Schooling,
    Start, Supervise, Suspend, TakeBack, WrittenAs,
};

/// A step that a form stands for.
pub(super) enum Told {
    Decision(DecisionKind),
    Work(WorkKind),
}

/// Reads a form. What cannot be read is said in `read`, and stands in the step as nothing.
pub(super) fn told(act: Act, form: &Form, measure: &Measure, view: &MeasureView, read: &mut Read) -> Told {
    let text = |id: &str| form.get(id).to_owned();
    let reasons = || Reasons { reasons: text("reasons") };
    match act {
        Act::Decide => Told::Decision(DecisionKind::Decide(Decide {
            reasons: text("reasons"),
            child_heard: read.heard(form),
            child_agrees: yes(form, "child_agrees"),
            guardian_agrees: yes(form, "guardian_agrees"),
            review_told: yes(form, "review_told") == Some(true),
            alternatives: read.alternatives(form, view.alternatives.len()),
        })),
        Act::Vary => {
            let until = read.day(form, "until");
            let conditions = read.conditions(measure, &view.terms.conditions, form);
            Told::Decision(DecisionKind::Vary(ChangeTerms {
                // All of it, whatever stands there now: what is sent twice must be the same.
                until,
                conditions: Some(conditions),
                reasons: text("reasons"),
                child_heard: read.heard(form),
                child_agrees: yes(form, "child_agrees"),
                guardian_agrees: yes(form, "guardian_agrees"),
                review_told: yes(form, "review_told") == Some(true),
            }))
        }
        Act::Decline => Told::Decision(DecisionKind::Decline(reasons())),
        Act::Suspend => Told::Decision(DecisionKind::Suspend(Suspend { reasons: text("reasons") })),
        Act::Resume => Told::Decision(DecisionKind::Resume(reasons())),
        Act::KeepOn => Told::Decision(DecisionKind::KeepOn(reasons())),
        Act::Fulfil => Told::Decision(DecisionKind::Fulfil(reasons())),
        Act::Expire => Told::Decision(DecisionKind::Expire(reasons())),
        Act::AskRevocation => Told::Decision(DecisionKind::AskRevocation(take_back(form, read))),
        Act::Revoke => Told::Decision(DecisionKind::Revoke(take_back(form, read))),
        _ => Told::Work(work(act, form, read)),
    }
}

fn take_back(form: &Form, read: &mut Read) -> TakeBack {
    if form.given("ground").is_none() {
        read.missing("ground");
    }
    TakeBack {
        ground: form.get("ground").to_owned(),
        facts: form.get("facts").to_owned(),
        reasons: form.get("reasons").to_owned(),
        child_heard: read.heard(form),
        review_told: yes(form, "review_told") == Some(true),
    }
}

fn work(act: Act, form: &Form, read: &mut Read) -> WorkKind {
    let text = |id: &str| form.get(id).to_owned();
    let given = |id: &str| form.given(id).map(str::to_owned);
    let n = form.get("n").parse().unwrap_or_default();
    match act {
        Act::Start => WorkKind::Start(Start { supervisor: given("supervisor") }),
        Act::Supervise => {
            if form.given("supervisor").is_none() {
                read.missing("supervisor");
            }
            WorkKind::Supervise(Supervise { supervisor: text("supervisor"), reasons: text("reasons") })
        }
        Act::Plan => {
            for id in ["per", "understood", "visits"] {
                if form.given(id).is_none() {
                    read.missing(id);
                }
            }
            WorkKind::Plan(MakePlan {
                goals: read.goals(form),
                visits: read.number(form, "visits").unwrap_or_default(),
                per: match form.get("per") {
                    "week" => Period::Week,
                    "fortnight" => Period::Fortnight,
                    _ => Period::Month,
                },
                school_or_work: text("school_or_work"),
                child_words: text("child_words"),
                understood: yes(form, "understood") == Some(true),
                assessment: paper(form),
            })
        }
        Act::PlanVisit => WorkKind::PlanVisit(NewVisit {
            from: text("from"),
            until: text("until"),
            place: text("place"),
            with: given("with"),
        }),
        Act::CancelVisit => WorkKind::CancelVisit(CancelVisit { visit: n, reason: text("reason") }),
        Act::CorrectVisit => {
            let missed = missed(form);
            attended(form, read);
            WorkKind::CorrectVisit(Box::new(CorrectVisit {
                visit: n,
                correction: text("correction"),
                met: missed.is_none().then(|| met(form, read)),
                missed,
            }))
        }
        Act::Breach => WorkKind::Breach(NewBreach {
            on: read.the_day(form, "on"),
            condition: given("condition"),
            facts: text("facts"),
            child_account: text("child_account"),
            serious: yes(form, "serious") == Some(true),
            assessment: paper(form),
        }),
        Act::Respond => {
            if form.given("response").is_none() {
                read.missing("response");
            }
            WorkKind::Respond(Respond {
                breach: form.get("breach").parse().unwrap_or_default(),
                response: text("response"),
                words: text("words"),
                why_not_milder: given("why_not_milder"),
            })
        }
        Act::SchoolOrWork => {
            let school_or_work = schooling(form);
            if school_or_work.is_none() {
                read.missing("school_or_work");
            }
            let school_or_work = school_or_work.unwrap_or(Schooling::Neither);
            WorkKind::SchoolOrWork(SchoolNote { school_or_work, words: text("words") })
        }
        Act::Aftercare => WorkKind::Aftercare(PlanAftercare {
            words: text("words"),
            contact: text("contact"),
            until: read.the_day(form, "until"),
            child_words: text("child_words"),
        }),
        _ => {
            attended(form, read);
            let visit = form.get("n").parse().ok();
            match (visit, missed(form)) {
                (Some(visit), Some(class)) => {
                    WorkKind::MissVisit(MissVisit { visit, class, reason: text("reason") })
                }
                _ => WorkKind::KeepVisit(Box::new(KeepVisit { visit, met: met(form, read) })),
            }
        }
    }
}

/// Whether the child came is said, and nobody assumes it.
fn attended(form: &Form, read: &mut Read) {
    if form.given("attendance").is_none() {
        read.missing("attendance");
    }
}

fn missed(form: &Form) -> Option<Missed> {
    match form.get("attendance") {
        "acceptable" => Some(Missed::Acceptable),
        "unacceptable" => Some(Missed::Unacceptable),
        "service_fault" => Some(Missed::ServiceFault),
        _ => None,
    }
}

fn schooling(form: &Form) -> Option<Schooling> {
    match form.get("school_or_work") {
        "school" => Some(Schooling::School),
        "training" => Some(Schooling::Training),
        "work" => Some(Schooling::Work),
        "looking" => Some(Schooling::Looking),
        "neither" => Some(Schooling::Neither),
        _ => None,
    }
}

fn met(form: &Form, read: &mut Read) -> Met {
    if form.given("seen_alone").is_none() {
        read.missing("seen_alone");
    }
    let conditions = form.pairs().iter().filter_map(|(id, how)| {
        let kept = match how.as_str() {
            "met" => Answered::Met,
            "partly" => Answered::Partly,
            "not_met" => Answered::NotMet,
            "not_due" => Answered::NotDue,
            _ => return None,
        };
        Some(WrittenAs { condition: id.strip_prefix("k.")?.to_owned(), kept })
    });
    Met {
        from: form.get("from").to_owned(),
        until: form.get("until").to_owned(),
        late: form.get("attendance") == "late",
        seen_alone: form.get("seen_alone") == "yes",
        went_well: form.get("went_well").to_owned(),
        child_words: form.get("child_words").to_owned(),
        conditions: conditions.collect(),
        service_minutes: read.number(form, "service_minutes").unwrap_or_default(),
        school_or_work: schooling(form),
        assessment: paper(form),
    }
}

fn paper(form: &Form) -> Option<Uuid> {
    form.get("assessment").parse().ok()
}
