//! What the form of each step asks, what it shows of the measure beside, and what it is filled in with.

use super::terms::{self, Folded, alternatives, both, conditions, goals, heard, named, schooling, why};
use super::texts as m;
use super::{condition, response};
use crate::casework::assessments::view::AssessmentLine;
use crate::casework::measures::offers::Candidate;
use crate::casework::measures::view::MeasureView;
use crate::http::pages::case::Head;
use crate::http::pages::fields::{Fault, Input, Section};
use crate::http::pages::form::Form;
use crate::http::pages::journal::Part;
use crate::http::pages::page::Page;
use crate::http::pages::texts::T;
use crate::law::measures::{Act, Attendance, Breach, Measure, Period, Visit};

/// Everything that a form is made of.
pub(super) struct Ask<'a> {
    pub(super) p: &'a Page,
    pub(super) head: &'a Head,
    pub(super) view: &'a MeasureView,
    pub(super) measure: &'a Measure,
    pub(super) act: Act,
    pub(super) form: &'a Form,
    /// Who may supervise it.
    pub(super) candidates: &'a [Candidate],
    /// Forms of the case that this person knows of.
    pub(super) papers: &'a [AssessmentLine],
}

impl Ask<'_> {
    fn input(&self, id: &str, label: &T, kind: &'static str) -> Input {
        Input::new(id, self.p.t(label), kind, self.form)
    }

    fn area(&self, id: &str, label: &T) -> Input {
        self.input(id, label, "area").required()
    }

    /// What is asked.
    pub(super) fn sections(&self) -> Vec<Section> {
        let (p, form) = (self.p, self.form);
        let title = name(self.act);
        let one = |inputs: Vec<Input>| vec![Section::new("what", p.t(title), inputs)];
        match self.act {
            Act::Decide => vec![
                heard(p, self.measure.consent, form),
                why(p, m::THE_DECISION, true, form),
                alternatives(p, m::MILDER, p.t(m::MILDER_MORE).to_owned(), form),
            ],
            Act::Vary => vec![
                {
                    let mut section =
                        Section::new("term", p.t(m::CHANGES), vec![self.input("until", m::LAST_DAY, "date")]);
                    p.t(m::CHANGES_HINT).clone_into(&mut section.hint);
                    section
                },
                heard(p, self.measure.consent, form),
                why(p, m::THE_DECISION, true, form),
            ],
            Act::Decline | Act::Suspend | Act::Resume | Act::KeepOn | Act::Fulfil | Act::Expire => {
                vec![why(p, title, false, form)]
            }
            Act::AskRevocation | Act::Revoke => self.revocation(),
            Act::Start if self.measure.at_once => Vec::new(),
            Act::Start => one(vec![self.supervisor()]),
            Act::Supervise => one(vec![self.supervisor(), self.area("reasons", m::WHY_CHANGE_WHO)]),
            Act::Plan => self.plan(),
            Act::PlanVisit => one(vec![
                self.input("from", m::FROM, "time").required(),
                self.input("until", m::UNTIL, "time").required(),
                self.input("place", m::PLACE, "line").required(),
                self.candidates_of("with", m::WHO_MEETS).hint(p.t(m::WHO_MEETS_HINT)),
            ]),
            Act::CancelVisit => one(vec![self.area("reason", m::WHY_OFF)]),
            Act::KeepVisit => self.visit(self.planned().is_some()),
            Act::CorrectVisit => {
                let mut sections =
                    vec![Section::new("wrong", p.t(title), vec![self.area("correction", m::WHAT_WAS_WRONG)])];
                // What was not kept after all is told by what was wrong.
                sections.extend(self.visit(true).into_iter().filter(|section| section.id != "absent"));
                sections
            }
            Act::Breach => one(vec![
                self.input("on", m::BREACH_ON, "date").required(),
                self.input("condition", m::BREACH_COND, "select").one_of(self.bound()),
                self.area("facts", m::BREACH_FACTS),
                self.area("child_account", m::BREACH_CHILD),
                Input::yes_no(p, "serious", p.t(m::BREACH_SERIOUS), form),
                self.written(),
            ]),
            Act::Respond => self.answer(),
            Act::SchoolOrWork => one(vec![
                self.input("school_or_work", m::SCHOOL, "radios").one_of(schooling(p)).required(),
                self.area("words", m::SCHOOL_WORDS),
            ]),
            Act::Aftercare => one(vec![
                self.area("words", m::AFTER_WORDS),
                self.input("contact", m::AFTER_CONTACT, "line").required(),
                self.input("until", m::AFTER_UNTIL, "date").required(),
                self.input("child_words", m::AFTER_CHILD, "area"),
            ]),
        }
    }

    /// Conditions, where they can change.
    pub(super) fn folded(&self, faults: &[Fault]) -> Vec<Folded> {
        if self.act != Act::Vary {
            return Vec::new();
        }
        let bound = &self.view.terms.conditions;
        conditions(self.p, &self.head.pack.measures, self.measure, bound, self.form, faults)
    }

    fn supervisor(&self) -> Input {
        self.candidates_of("supervisor", m::SUPERVISOR).hint(self.p.t(m::SUPERVISOR_HINT)).required()
    }

    fn candidates_of(&self, id: &str, label: &T) -> Input {
        self.input(id, label, "select").one_of(candidates(self.p, self.candidates))
    }

    /// The conditions that bind the child.
    fn bound(&self) -> Vec<(String, String)> {
        let mut bound: Vec<(String, String)> = Vec::new();
        for one in &self.view.terms.conditions {
            if bound.iter().all(|(known, _)| *known != one.condition) {
                bound.push((one.condition.clone(), condition(self.p, &self.head.pack, &one.condition)));
            }
        }
        bound
    }

    /// A form in which it is written out.
    fn written(&self) -> Input {
        let papers = self.papers.iter().map(|line| {
            let day = self.p.day_of(&line.changed_at);
            (line.id.to_string(), format!("{} · {day}", self.p.x(&line.name)))
        });
        self.input("assessment", m::WRITTEN_IN, "select").one_of(papers)
    }

    fn revocation(&self) -> Vec<Section> {
        let p = self.p;
        let grounds = self.measure.revocation.iter().flat_map(|rules| &rules.grounds);
        let grounds =
            grounds.map(|ground| (ground.id.clone(), format!("{} ({})", p.x(&ground.name), ground.source)));
        let what = vec![
            self.input("ground", m::GROUND, "radios").one_of(grounds).required(),
            self.area("facts", m::FACTS),
        ];
        let mut told = why(p, m::THE_DECISION, true, self.form);
        if let Some(reasons) = told.inputs.first_mut() {
            p.t(m::WHY_NOT_MILDER_ALL).clone_into(&mut reasons.label);
        }
        vec![Section::new("what", p.t(name(self.act)), what), heard(p, false, self.form), told]
    }

    fn plan(&self) -> Vec<Section> {
        let p = self.p;
        let hint = self.measure.contact.map(|contact| {
            let visits = format!("{}–{}", contact.at_least, contact.at_most);
            both(p, m::CONTACT_HINT, &contact.per.days().to_string(), &visits)
        });
        let per = [("week", m::WEEK), ("fortnight", m::FORTNIGHT), ("month", m::MONTH)];
        let meet = vec![
            self.input("visits", m::VISITS_N, "number").hint(hint.unwrap_or_default()).required(),
            self.input("per", m::PER, "radios").one_of(named(p, &per)).required(),
        ];
        let word = vec![
            self.area("school_or_work", m::GOES_ON),
            self.area("child_words", m::PLAN_WORDS),
            self.input("understood", m::UNDERSTOOD, "radios").one_of(terms::yes_or_no(p)).required(),
            self.written(),
        ];
        let mut sections = goals(p, self.form);
        sections.push(Section::new("contact", p.t(m::CONTACT_STANDARD), meet));
        sections.push(Section::new("word", p.t(m::THE_PLAN), word));
        sections
    }

    fn answer(&self) -> Vec<Section> {
        let p = self.p;
        let ladder = &self.head.pack.measures.responses;
        let tried = self.view.breaches.iter().flat_map(|breach| &breach.responses);
        let highest = tried.filter_map(|reply| self.head.pack.measures.rung(&reply.response)).max();
        let next = highest.map_or(0, |highest| highest + 1);
        let rungs = ladder.iter().enumerate().map(|(rung, response)| {
            let mark = if rung == next { p.t(m::ANSWER_NEXT) } else { "" };
            (response.id.clone(), format!("{}. {}{mark}", rung + 1, p.x(&response.name)))
        });
        let breaches = (1..).zip(&self.view.breaches).map(|(n, breach): (u32, &Breach)| {
            (n.to_string(), format!("{n} · {} · {}", p.day(&breach.on), breach.facts))
        });
        let inputs = vec![
            self.input("breach", m::WHICH_BREACH, "select").one_of(breaches).required(),
            self.input("response", m::ANSWER_STEP, "radios")
                .hint(p.t(m::ANSWER_HINT))
                .one_of(rungs)
                .required(),
            self.area("words", m::ANSWER_WORDS),
            self.input("why_not_milder", m::WHY_SKIP, "area"),
        ];
        vec![Section::new("what", p.t(name(self.act)), inputs)]
    }

    /// The visit that a form is about, with its number.
    pub(super) fn planned(&self) -> Option<&Visit> {
        visit_named(self.view, self.form)
    }

    fn visit(&self, planned: bool) -> Vec<Section> {
        let (p, form) = (self.p, self.form);
        let mut happened = vec![("kept", m::CAME), ("late", m::CAME_LATE)];
        if planned {
            happened.extend([
                ("acceptable", m::ACCEPTABLE),
                ("unacceptable", m::UNACCEPTABLE),
                ("service_fault", m::SERVICE_FAULT),
            ]);
        }
        let mut about = vec![
            self.input("from", m::FROM, "time").required(),
            self.input("until", m::UNTIL, "time").required(),
            self.input("seen_alone", m::SEEN_ALONE, "radios")
                .one_of(named(p, &[("yes", m::YES), ("no", m::NO)]))
                .required(),
            self.input("went_well", m::WENT_WELL, "area").hint(p.t(m::WORKING_NOTES)).required(),
            self.area("child_words", m::CHILD_WORDS),
            self.input("school_or_work", m::SCHOOL, "radios").one_of(schooling(p)),
        ];
        if self.view.line.glance.hours_asked > 0 {
            about.push(self.input("service_minutes", m::SERVICE_MINUTES, "number"));
        }
        let attendance = self.input("attendance", m::WHAT_HAPPENED, "radios");
        let attendance = attendance.one_of(named(p, &happened)).required();
        let mut sections = vec![
            Section::new("happened", p.t(m::WHAT_HAPPENED), vec![attendance]),
            Section::new("about", p.t(m::ABOUT_IT), about),
        ];
        let how = [
            ("met", m::KEPT_MET),
            ("partly", m::KEPT_PARTLY),
            ("not_met", m::KEPT_NOT),
            ("not_due", m::KEPT_NOT_DUE),
        ];
        let kept = self.bound().into_iter().map(|(condition, name)| {
            Input::new(&format!("k.{condition}"), &name, "radios", form).one_of(named(p, &how))
        });
        let kept: Vec<Input> = kept.collect();
        if !kept.is_empty() {
            sections.push(Section::new("kept", p.t(m::HOW_KEPT), kept));
        }
        if planned {
            let reason = self.input("reason", m::WHY, "area");
            sections.push(Section::new("absent", p.t(m::ABSENT), vec![reason]));
        }
        sections
    }

    /// What of the measure stands beside the form.
    pub(super) fn shown(&self) -> Vec<Part> {
        match self.act {
            Act::Decide | Act::Decline => vec![self.proposal()],
            Act::Respond | Act::AskRevocation => self.breaches(),
            Act::Revoke | Act::KeepOn => self.asked().into_iter().chain(self.breaches()).collect(),
            _ => Vec::new(),
        }
    }

    fn proposal(&self) -> Part {
        let (p, view) = (self.p, self.view);
        let mut values = vec![(p.t(m::TERM).to_owned(), term(p, view))];
        for bound in &view.terms.conditions {
            let name = condition(p, &self.head.pack, &bound.condition);
            let hours =
                bound.hours.map(|hours| format!(" · {}", p.n(m::HOURS_OF, hours))).unwrap_or_default();
            values.push((name, format!("{}{hours} — {}", bound.words, bound.why)));
        }
        values.push((p.t(m::WHY_IT_FITS).to_owned(), view.reasons.clone()));
        for (n, milder) in (1..).zip(&view.alternatives) {
            values.push((p.n(m::MILDER_WHAT, n), format!("{} — {}", milder.what, milder.why_not)));
        }
        if let Some(heard) = &view.child_heard {
            values.push((p.t(m::HEARD).to_owned(), format!("{} · {}", p.day(&heard.on), heard.words)));
        }
        if self.measure.consent {
            let (child, guardian) = (terms::said(p, view.child_agrees), terms::said(p, view.guardian_agrees));
            values.push((p.t(m::AGREED).to_owned(), both(p, m::AGREED_BOTH, child, guardian)));
        }
        if let Some(who) = &view.line.supervisor {
            values.push((p.t(m::SUPERVISOR).to_owned(), p.who(who)));
        }
        Part { title: p.t(m::PROPOSAL).to_owned(), values }
    }

    fn asked(&self) -> Option<Part> {
        let (p, asked) = (self.p, self.view.revocation_asked.as_ref()?);
        let ground = self.measure.revocation.iter().flat_map(|rules| &rules.grounds);
        let ground = ground.filter(|ground| ground.id == asked.what.ground).map(|ground| p.x(&ground.name));
        let values = vec![
            (p.t(m::GROUND).to_owned(), ground.map(str::to_owned).collect()),
            (p.t(m::FACTS).to_owned(), asked.what.facts.clone()),
            (p.t(m::WHY_NOT_MILDER_ALL).to_owned(), asked.what.reasons.clone()),
        ];
        Some(Part { title: both(p, m::ASKED_BY, &p.who(&asked.by), &p.day(&asked.on)), values })
    }

    fn breaches(&self) -> Vec<Part> {
        let p = self.p;
        let part = |(n, breach): (u32, &Breach)| {
            let mut values = vec![
                (p.t(m::BREACH_FACTS).to_owned(), breach.facts.clone()),
                (p.t(m::BREACH_CHILD).to_owned(), breach.child_account.clone()),
            ];
            for reply in &breach.responses {
                let name = response(p, &self.head.pack, &reply.response);
                let said = format!("{name} · {} — {}", p.day(&reply.on), reply.words);
                values.push((p.t(m::ANSWERED_WITH).to_owned(), said));
            }
            Part { title: format!("{} · {}", p.n(m::BREACH_N, n), p.day(&breach.on)), values }
        };
        (1..).zip(&self.view.breaches).map(part).collect()
    }
}

/// A form with what is known already.
pub(super) fn prefilled(
    act: Act,
    view: &MeasureView,
    measure: &Measure,
    candidates: &[Candidate],
    form: Form,
) -> Form {
    let agreed = |form: Form, id: &str, agrees: Option<bool>| match agrees {
        Some(agrees) => form.with(id, if agrees { "true" } else { "false" }),
        None => form,
    };
    match act {
        Act::Decide => {
            let mut form = form;
            if let Some(heard) = &view.child_heard {
                form = form.with("child_heard.on", &heard.on.to_string());
                form = form.with("child_heard.words", &heard.words);
            }
            let form = agreed(form, "child_agrees", view.child_agrees);
            agreed(form, "guardian_agrees", view.guardian_agrees)
        }
        Act::Vary => {
            let until = view.terms.until.map(|until| until.to_string()).unwrap_or_default();
            terms::with_conditions(form.with("until", &until), measure, &view.terms.conditions)
        }
        Act::Start => {
            let proposed = candidates.iter().find(|one| Some(one.account) == view.line.supervisor);
            match proposed.or_else(|| candidates.first()) {
                Some(who) => form.with("supervisor", &who.login),
                None => form,
            }
        }
        Act::Revoke => match &view.revocation_asked {
            Some(asked) => form.with("ground", &asked.what.ground).with("facts", &asked.what.facts),
            None => form,
        },
        Act::Plan => plan_again(view, form),
        Act::Respond if form.given("breach").is_none() => {
            let open = view.breaches.iter().position(|breach| breach.responses.is_empty());
            let place = open.unwrap_or_else(|| view.breaches.len().saturating_sub(1));
            form.with("breach", &(place + 1).to_string())
        }
        Act::KeepVisit | Act::CorrectVisit => visit_again(view, form),
        _ => form,
    }
}

fn plan_again(view: &MeasureView, form: Form) -> Form {
    let Some(plan) = &view.plan else { return form };
    let per = match plan.per {
        Period::Week => "week",
        Period::Fortnight => "fortnight",
        Period::Month => "month",
    };
    let mut form = form.with("visits", &plan.visits.to_string()).with("per", per);
    form = form.with("school_or_work", &plan.school_or_work);
    for (n, goal) in plan.goals.iter().enumerate() {
        let id = |name: &str| format!("goals.{n}.{name}");
        form = form.with(&id("words"), &goal.words).with(&id("activity"), &goal.activity);
        form = form.with(&id("helped_by"), &goal.helped_by);
        form = form.with(&id("by"), &goal.by.map(|by| by.to_string()).unwrap_or_default());
    }
    form
}

/// The visit that a form names by its number.
fn visit_named<'a>(view: &'a MeasureView, form: &Form) -> Option<&'a Visit> {
    let number: usize = form.get("n").parse().ok()?;
    view.visits.get(number.checked_sub(1)?)
}

/// The times of a visit, and what is recorded of it.
fn visit_again(view: &MeasureView, form: Form) -> Form {
    let Some(visit) = visit_named(view, &form) else { return form };
    let minute = |at: &chrono::NaiveDateTime| at.format("%Y-%m-%dT%H:%M").to_string();
    let mut form = form.with("from", &minute(&visit.from)).with("until", &minute(&visit.until));
    if let Some(Attendance::Kept(kept)) = &visit.attendance {
        form = form.with("attendance", if kept.late { "late" } else { "kept" });
        form = form.with("seen_alone", if kept.seen_alone { "yes" } else { "no" });
        form = form.with("went_well", &kept.went_well).with("child_words", &kept.child_words);
        form = form.with("service_minutes", &kept.service_minutes.to_string());
    }
    form
}

/// Who may be chosen.
pub(super) fn candidates(p: &Page, all: &[Candidate]) -> Vec<(String, String)> {
    all.iter().map(|one| (one.login.clone(), p.who(&one.account))).collect()
}

/// From when until when.
pub(super) fn term(p: &Page, view: &MeasureView) -> String {
    match &view.line.until {
        Some(until) => format!("{} – {}", p.day(&view.line.from), p.day(until)),
        None => p.t(m::NO_END).to_owned(),
    }
}

/// An act's name.
pub(super) const fn name(act: Act) -> &'static T {
    match act {
        Act::Decide => m::DO_DECIDE,
        Act::Decline => m::DO_DECLINE,
        Act::Start => m::DO_START,
        Act::Plan => m::DO_PLAN,
        Act::PlanVisit => m::DO_PLAN_VISIT,
        Act::KeepVisit => m::DO_KEEP_VISIT,
        Act::CancelVisit => m::DO_CANCEL_VISIT,
        Act::CorrectVisit => m::DO_CORRECT_VISIT,
        Act::Breach => m::DO_BREACH,
        Act::Respond => m::DO_RESPOND,
        Act::SchoolOrWork => m::DO_SCHOOL,
        Act::Supervise => m::DO_SUPERVISE,
        Act::Vary => m::DO_VARY,
        Act::Suspend => m::DO_SUSPEND,
        Act::Resume => m::DO_RESUME,
        Act::AskRevocation => m::DO_ASK_REVOCATION,
        Act::KeepOn => m::DO_KEEP_ON,
        Act::Revoke => m::DO_REVOKE,
        Act::Aftercare => m::DO_AFTERCARE,
        Act::Fulfil => m::DO_FULFIL,
        Act::Expire => m::DO_EXPIRE,
    }
}
