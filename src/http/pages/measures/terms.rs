//! What forms about measures share: conditions, milder answers, the child's word, and what was typed in them.

use chrono::NaiveDate;

use super::texts as m;
use crate::http::pages::fields::{Fault, Input, Section, faults as wrong_with, mark};
use crate::http::pages::form::Form;
use crate::http::pages::page::Page;
use crate::http::pages::texts::{self as t, T};
use crate::law::Reason;
use crate::law::measures::{Alternative, Bound, Goal, Heard, Measure, Measures};
use crate::record::Text;

/// Milder answers that a form has room for.
const MOST_ALTERNATIVES: usize = 4;
/// Goals that a form has room for.
const MOST_GOALS: usize = 4;

/// A part of a form that is folded away until it is needed.
pub(super) struct Folded {
    pub(super) section: Section,
    pub(super) open: bool,
}

/// What is read from a form, with where each part of it was typed, so that what is wrong finds its field.
#[derive(Default)]
pub(super) struct Read {
    /// What is wrong with what was typed before the law is asked.
    pub(super) reasons: Vec<Reason>,
    /// Fields of the conditions that are sent.
    conditions: Vec<String>,
    /// Rows of the milder answers that are sent.
    alternatives: Vec<usize>,
    /// Milder answers that were named before.
    before: usize,
    /// Rows of the goals that are sent.
    goals: Vec<usize>,
}

/// Part of a name in a form for each condition, in the order of the catalogue; one that binds twice has two parts.
fn parts(measure: &Measure, bound: &[Bound]) -> Vec<(String, String)> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for condition in measure.conditions.iter().chain(bound.iter().map(|bound| &bound.condition)) {
        if parts.iter().any(|(_, known)| known == condition) {
            continue;
        }
        parts.push((format!("c.{condition}"), condition.clone()));
        let binds = bound.iter().filter(|bound| &bound.condition == condition).count();
        parts.extend((1..binds).map(|n| (format!("c.{condition}.{n}"), condition.clone())));
    }
    parts
}

/// A form filled in with conditions.
pub(super) fn with_conditions(mut form: Form, measure: &Measure, bound: &[Bound]) -> Form {
    let mut left: Vec<&Bound> = bound.iter().collect();
    for (id, condition) in parts(measure, bound) {
        let Some(place) = left.iter().position(|bound| bound.condition == condition) else { continue };
        let bound = left.remove(place);
        form = form.with(&id, "yes").with(&format!("{id}.words"), &bound.words);
        form = form.with(&format!("{id}.why"), &bound.why);
        if let Some(hours) = bound.hours {
            form = form.with(&format!("{id}.hours"), &hours.to_string());
        }
    }
    form
}

/// The conditions that a measure may carry.
pub(super) fn conditions(
    p: &Page,
    all: &Measures,
    measure: &Measure,
    bound: &[Bound],
    form: &Form,
    faults: &[Fault],
) -> Vec<Folded> {
    let folded = parts(measure, bound).into_iter().filter_map(|(id, condition)| {
        let condition = all.condition(&condition)?;
        let input = |name: &str, label: &T, kind| Input::new(&format!("{id}.{name}"), p.t(label), kind, form);
        let tick = [("yes".to_owned(), p.t(m::ASK_THIS).to_owned())];
        let mut inputs = vec![
            Input::new(&id, p.x(&condition.name), "ticks", form).any_of(tick, form),
            input("words", m::COND_WORDS, "area").required(),
            input("why", m::COND_WHY, "line").required(),
        ];
        if condition.hours {
            let hint = measure.most_hours.map(|most| p.n(m::HOURS_AT_MOST, most)).unwrap_or_default();
            inputs.push(input("hours", m::COND_HOURS, "number").hint(hint).required());
        }
        let mut sections = vec![Section {
            id: format!("{id}-part"),
            title: p.x(&condition.name).to_owned(),
            source: condition.source.clone(),
            inputs,
            ..Section::default()
        }];
        mark(&mut sections, faults);
        let section = sections.pop()?;
        let typed = |input: &Input| !input.value.is_empty() || input.error.is_some();
        Some(Folded { open: section.inputs.iter().any(typed), section })
    });
    folded.collect()
}

/// The milder answers.
pub(super) fn alternatives(p: &Page, title: &T, hint: String, form: &Form) -> Section {
    let mut section = Section::new("milder", p.t(title), Vec::new());
    section.hint = hint;
    for n in 0..MOST_ALTERNATIVES {
        let line = |name: &str, label: &T| {
            Input::new(&format!("alternatives.{n}.{name}"), &p.n(label, n + 1), "line", form)
        };
        section.inputs.push(line("what", m::MILDER_WHAT));
        section.inputs.push(line("why_not", m::MILDER_WHY));
    }
    section
}

/// The goals of a plan.
pub(super) fn goals(p: &Page, form: &Form) -> Vec<Section> {
    let goal = |n: usize| {
        let input =
            |name: &str, label: &T, kind| Input::new(&format!("goals.{n}.{name}"), p.t(label), kind, form);
        let mut inputs = vec![
            input("words", m::GOAL_WORDS, "area"),
            input("activity", m::GOAL_ACTIVITY, "line"),
            input("helped_by", m::GOAL_HELPED, "line"),
        ];
        if n == 0 {
            inputs = inputs.into_iter().map(Input::required).collect();
        }
        inputs.push(input("by", m::GOAL_BY, "date"));
        Section::new(&format!("goal-{n}"), p.n(m::GOAL, n + 1), inputs)
    };
    (0..MOST_GOALS).map(goal).collect()
}

/// What the child says, and, where it is needed, who agrees.
pub(super) fn heard(p: &Page, consent: bool, form: &Form) -> Section {
    let mut inputs = vec![
        Input::new("child_heard.on", p.t(m::HEARD_ON), "date", form),
        Input::new("child_heard.words", p.t(m::HEARD_WORDS), "area", form),
    ];
    if consent {
        inputs.push(Input::yes_no(p, "child_agrees", p.t(m::CHILD_AGREES), form));
        inputs.push(Input::yes_no(p, "guardian_agrees", p.t(m::GUARDIAN_AGREES), form));
    }
    let mut section = Section::new("heard", p.t(m::HEARD), inputs);
    p.t(m::HEARD_HINT).clone_into(&mut section.hint);
    section
}

/// The milder measures of a pack by name, for whoever weighs them.
pub(super) fn milder_than(p: &Page, all: &Measures, measure: &Measure) -> String {
    let milder = all.measures.iter().take_while(|other| other.id != measure.id);
    p.n(m::MILDER_HINT, p.lang.list(milder.map(|other| p.x(&other.name))))
}

/// A choice of yes or no as typed.
pub(super) fn yes(form: &Form, id: &str) -> Option<bool> {
    form.given(id).map(|typed| typed == "true")
}

impl Read {
    /// A day that was typed; what is no day is said.
    pub(super) fn day(&mut self, form: &Form, id: &str) -> Option<NaiveDate> {
        let typed = form.given(id)?;
        let day = typed.parse().ok();
        if day.is_none() {
            self.wrong(id, "写作 2026-12-05", "written as 2026-12-05");
        }
        day
    }

    /// A day without which there is nothing to judge.
    pub(super) fn the_day(&mut self, form: &Form, id: &str) -> NaiveDate {
        if form.given(id).is_none() {
            self.missing(id);
        }
        self.day(form, id).unwrap_or_default()
    }

    /// A number that was typed.
    pub(super) fn number(&mut self, form: &Form, id: &str) -> Option<u32> {
        let typed = form.given(id)?;
        let number = typed.parse().ok();
        if number.is_none() {
            self.wrong(id, "写一个数字", "write a number");
        }
        number
    }

    /// Whether what was typed could not be read, so that the law was not asked.
    pub(super) fn is_wrong(&self) -> bool {
        !self.reasons.is_empty()
    }

    /// That something was not written or chosen.
    pub(super) fn missing(&mut self, id: &str) {
        self.reasons.push(must_be(id));
    }

    fn wrong(&mut self, id: &str, zh: &str, en: &str) {
        self.reasons.push(Reason::engine("FIELD_INVALID", Text::new(zh, en)).on(pointer(id)));
    }

    /// What the child said; nothing if nobody was heard.
    pub(super) fn heard(&mut self, form: &Form) -> Option<Heard> {
        let words = form.get("child_heard.words").to_owned();
        if words.is_empty() && form.given("child_heard.on").is_none() {
            return None;
        }
        let on = self.the_day(form, "child_heard.on");
        if words.is_empty() {
            self.missing("child_heard.words");
        }
        Some(Heard { on, words })
    }

    /// The conditions that are ticked.
    pub(super) fn conditions(&mut self, measure: &Measure, bound: &[Bound], form: &Form) -> Vec<Bound> {
        let mut read = Vec::new();
        for (id, condition) in parts(measure, bound) {
            let of = |name: &str| format!("{id}.{name}");
            let (words, why) = (form.get(&of("words")).to_owned(), form.get(&of("why")).to_owned());
            if form.get(&id) != "yes" {
                if !(words.is_empty() && why.is_empty()) {
                    let text = Text::new(m::NOT_TICKED.zh, m::NOT_TICKED.en);
                    self.reasons.push(Reason::engine("FIELD_INVALID", text).on(pointer(&id)));
                }
                continue;
            }
            let hours = self.number(form, &of("hours"));
            self.conditions.push(id);
            read.push(Bound { condition, words, why, hours });
        }
        read
    }

    /// The milder answers; `before` were named earlier.
    pub(super) fn alternatives(&mut self, form: &Form, before: usize) -> Vec<Alternative> {
        self.before = before;
        let mut read = Vec::new();
        for n in 0..MOST_ALTERNATIVES {
            let of = |name: &str| form.get(&format!("alternatives.{n}.{name}")).to_owned();
            let (what, why_not) = (of("what"), of("why_not"));
            if !(what.is_empty() && why_not.is_empty()) {
                self.alternatives.push(n);
                read.push(Alternative { what, why_not });
            }
        }
        read
    }

    /// The goals.
    pub(super) fn goals(&mut self, form: &Form) -> Vec<Goal> {
        let mut read = Vec::new();
        for n in 0..MOST_GOALS {
            let of = |name: &str| form.get(&format!("goals.{n}.{name}")).to_owned();
            let (words, activity, helped_by) = (of("words"), of("activity"), of("helped_by"));
            let by = self.day(form, &format!("goals.{n}.by"));
            if !(words.is_empty() && activity.is_empty() && helped_by.is_empty()) {
                self.goals.push(n);
                read.push(Goal { words, activity, helped_by, by });
            }
        }
        read
    }

    /// Reasons of the law, each on the field in which what it is about was typed.
    pub(super) fn placed(&self, form: &Form, reasons: &[Reason]) -> Vec<Reason> {
        let all = self.reasons.iter().chain(reasons).cloned();
        all.map(|reason| Reason { field: self.place(form, &reason), ..reason }).collect()
    }

    fn place(&self, form: &Form, reason: &Reason) -> Option<String> {
        let Some(field) = &reason.field else {
            // A right of the floor names no field: here it is asked in one.
            let field = match reason.code.as_str() {
                "I16" => "/child_heard/words",
                "I18" => "/child_agrees",
                "I22" => "/ground",
                "I28" if form.given("reasons").is_none() => "/reasons",
                "I28" => "/review_told",
                "LEAST_INTRUSIVE" => "/alternatives/0/what",
                _ => return None,
            };
            return Some(field.to_owned());
        };
        let parts: Vec<&str> = field.trim_start_matches('/').split('/').collect();
        let nth = |n: &str, rows: &[usize], before: usize| {
            n.parse::<usize>().ok().and_then(|n| rows.get(n.checked_sub(before)?)).copied()
        };
        Some(match parts.as_slice() {
            ["conditions"] => format!("/{}", self.conditions.first()?),
            ["conditions", n, rest @ ..] => {
                let id = n.parse::<usize>().ok().and_then(|n| self.conditions.get(n))?;
                [vec![id.as_str()], rest.to_vec()].concat().join("/")
            }
            ["alternatives", n, rest @ ..] => {
                let row = nth(n, &self.alternatives, self.before).unwrap_or_default();
                format!("/alternatives/{row}/{}", rest.join("/"))
            }
            ["goals"] => "/goals/0/words".to_owned(),
            ["goals", n, rest @ ..] => {
                format!("/goals/{}/{}", nth(n, &self.goals, 0).unwrap_or_default(), rest.join("/"))
            }
            ["met", rest @ ..] => format!("/{}", rest.join("/")),
            _ => field.clone(),
        })
    }
}

/// That a field was not filled in.
fn must_be(id: &str) -> Reason {
    Reason::engine("FIELD_MISSING", Text::new(m::MUST_BE.zh, m::MUST_BE.en)).on(pointer(id))
}

/// A field of a form as a pointer into a request, which is the form that reasons have.
fn pointer(id: &str) -> String {
    format!("/{}", id.replace('.', "/"))
}

/// Words for a choice between yes and no that may be unsaid.
pub(super) fn said(p: &Page, agrees: Option<bool>) -> &'static str {
    p.t(match agrees {
        Some(true) => m::AGREES,
        Some(false) => m::AGREES_NOT,
        None => m::AGREES_UNSAID,
    })
}

/// A text with two places.
pub(super) fn both(p: &Page, text: &T, one: &str, other: &str) -> String {
    p.n(text, one).replacen("{}", other, 1)
}

/// The reasons of a decision.
pub(super) fn why(p: &Page, title: &T, told: bool, form: &Form) -> Section {
    let mut inputs = vec![Input::new("reasons", p.t(m::WHY_SO), "area", form).required()];
    if told {
        inputs.push(Input::yes_no(p, "review_told", p.t(m::REVIEW_TOLD), form).required());
    }
    Section::new("decision", p.t(title), inputs)
}

/// Says of each field that must be filled in and is not that it must. Only where the law was not asked, which says it of
/// its own.
pub(super) fn missing(p: &Page, sections: &mut [Section], faults: &mut Vec<Fault>) {
    for input in sections.iter_mut().flat_map(|section| &mut section.inputs) {
        if !input.required || !input.value.is_empty() || input.error.is_some() {
            continue;
        }
        input.error = Some(p.t(m::MUST_BE).to_owned());
        faults.extend(wrong_with(p, &[must_be(&input.id)], |_| None));
    }
}

/// Choices of the interface.
pub(super) fn named(p: &Page, all: &[(&str, &T)]) -> Vec<(String, String)> {
    all.iter().map(|(id, name)| ((*id).to_owned(), p.t(name).to_owned())).collect()
}

/// Where the child stands with school or work.
pub(super) fn schooling(p: &Page) -> Vec<(String, String)> {
    named(
        p,
        &[
            ("school", m::IN_SCHOOL),
            ("training", m::IN_TRAINING),
            ("work", m::AT_WORK),
            ("looking", m::LOOKING),
            ("neither", m::NEITHER),
        ],
    )
}

/// Yes and no, of which one must be chosen.
pub(super) fn yes_or_no(p: &Page) -> Vec<(String, String)> {
    vec![("true".to_owned(), p.t(t::YES).to_owned()), ("false".to_owned(), p.t(t::NO).to_owned())]
}
