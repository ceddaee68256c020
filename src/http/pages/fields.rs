//! Fields of a pack as fields of a form: what is asked, what was typed, what is wrong with it, and what it says in words.

use axum::http::StatusCode;
use serde_json::{Map, Value as Json};

use super::form::Form;
use super::page::Page;
use super::texts::{self as t, T};
use crate::law::Reason;
use crate::law::case::Fields;
use crate::law::input::LONGEST_TEXT;
use crate::law::pack::{Field, FieldKind, Level};
use crate::record::Value;

/// Most options that are shown side by side; more are put into a list.
const SIDE_BY_SIDE: usize = 7;

/// One choice of several.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// A field of a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Input {
    /// Name and identity in the form.
    pub(super) id: String,
    pub(super) label: String,
    pub(super) hint: String,
    /// `line`, `area`, `date`, `time`, `number`, `radios`, `select`, `ticks`.
    pub(super) kind: &'static str,
    pub(super) required: bool,
    pub(super) value: String,
    pub(super) choices: Vec<Choice>,
    pub(super) error: Option<String>,
}

/// Fields that belong together.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) hint: String,
    pub(super) source: String,
    pub(super) inputs: Vec<Input>,
}

/// What was filled in, part by part: labels, what was typed in words, and the field in which it can be changed.
pub(super) type Answers = Vec<(String, Vec<(String, String, String)>)>;

/// Something that stands against what was asked.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) text: String,
    /// The field that it is about.
    pub(super) field: Option<String>,
    pub(super) source: String,
    pub(super) wanted: String,
    pub(super) by: String,
    pub(super) instead: String,
    /// Where what is missing is recorded.
    pub(super) record: Option<String>,
    /// It may be gone past with a written reason.
    pub(super) warns: bool,
    pub(super) code: String,
}

impl Input {
    pub(super) fn new(id: &str, label: &str, kind: &'static str, form: &Form) -> Self {
        let value = form.get(id).to_owned();
        Self { id: id.to_owned(), label: label.to_owned(), kind, value, ..Self::default() }
    }

    #[must_use]
    pub(super) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// One of these, as pairs of a value and its name.
    #[must_use]
    pub(super) fn one_of(mut self, choices: impl IntoIterator<Item = (String, String)>) -> Self {
        let value = self.value.clone();
        let choice = |(value_of, label): (String, String)| Choice {
            chosen: value == value_of,
            value: value_of,
            label,
        };
        self.choices = choices.into_iter().map(choice).collect();
        self
    }

    /// Any of these.
    #[must_use]
    pub(super) fn any_of(mut self, choices: impl IntoIterator<Item = (String, String)>, form: &Form) -> Self {
        let id = self.id.clone();
        let choice = |(value, label): (String, String)| Choice {
            chosen: form.all(&id).any(|ticked| ticked == value),
            value,
            label,
        };
        self.choices = choices.into_iter().map(choice).collect();
        self
    }

    /// Yes or no, or not said.
    pub(super) fn yes_no(p: &Page, id: &str, label: &str, form: &Form) -> Self {
        let choices =
            [("true".to_owned(), p.t(t::YES).to_owned()), ("false".to_owned(), p.t(t::NO).to_owned())];
        Self::new(id, label, "radios", form).one_of(choices)
    }

    /// A field of a pack.
    pub(super) fn of(p: &Page, prefix: &str, field: &Field, form: &Form) -> Self {
        let id = format!("{prefix}{}", field.id);
        let label = p.x(&field.name);
        let mut input = match field.kind {
            FieldKind::Bool => Self::yes_no(p, &id, label, form),
            FieldKind::Int => Self::new(&id, label, "number", form),
            FieldKind::Date => Self::new(&id, label, "date", form),
            FieldKind::Time => Self::new(&id, label, "time", form),
            FieldKind::Text => Self::new(&id, label, "area", form),
            FieldKind::Choice => {
                let kind = if field.options.len() <= SIDE_BY_SIDE { "radios" } else { "select" };
                let named = field.options.iter().map(|(id, name)| (id.clone(), p.x(name).to_owned()));
                Self::new(&id, label, kind, form).one_of(named)
            }
        };
        if let (FieldKind::Int, Some(min), Some(max)) = (field.kind, field.min, field.max) {
            input.hint = format!("{min}–{max}");
        }
        input.required = field.required;
        input
    }

    /// What was typed, in words.
    pub(super) fn said(&self, p: &Page, form: &Form) -> String {
        let chosen: Vec<&str> =
            self.choices.iter().filter(|choice| choice.chosen).map(|choice| choice.label.as_str()).collect();
        match self.kind {
            "radios" | "select" | "ticks" => p.lang.list(chosen),
            "date" => self.value.parse().map_or_else(|_| self.value.clone(), |day| p.day(&day)),
            "time" => crate::law::input::parse_time(&self.value)
                .map_or_else(|| self.value.clone(), |at| p.time(&at)),
            _ => form.get(&self.id).to_owned(),
        }
    }

    /// Options stand below each other where they are long.
    pub(super) fn tall(&self) -> bool {
        self.choices.len() > 2
            && self.choices.iter().map(|choice| choice.label.chars().count()).sum::<usize>() > 24
    }

    /// The first option, to which a summary of errors leads.
    pub(super) fn choice_id(&self, place: &usize) -> String {
        if *place == 0 { self.id.clone() } else { format!("{}-{place}", self.id) }
    }

    /// Whether it is a group of options.
    pub(super) fn grouped(&self) -> bool {
        matches!(self.kind, "radios" | "ticks")
    }

    /// What describes it, for those who hear the page.
    pub(super) fn described(&self) -> String {
        let mut by = Vec::new();
        if !self.hint.is_empty() {
            by.push(format!("{}-hint", self.id));
        }
        if self.error.is_some() {
            by.push(format!("{}-error", self.id));
        }
        by.join(" ")
    }
}

impl Section {
    pub(super) fn new(id: &str, title: impl Into<String>, inputs: Vec<Input>) -> Self {
        Self { id: id.to_owned(), title: title.into(), inputs, ..Self::default() }
    }
}

/// What was typed in a pack's fields as the use cases take it. What is empty was not said.
pub(super) fn json(prefix: &str, fields: &[Field], form: &Form) -> Map<String, Json> {
    let value = |field: &Field| {
        let typed = form.given(&format!("{prefix}{}", field.id))?;
        Some(match field.kind {
            FieldKind::Bool => Json::Bool(typed == "true"),
            FieldKind::Int => {
                typed.parse::<i64>().map_or_else(|_| Json::String(typed.to_owned()), Json::from)
            }
            _ => Json::String(typed.to_owned()),
        })
    };
    fields.iter().filter_map(|field| Some((field.id.clone(), value(field)?))).collect()
}

/// Recorded values in words, in the order of the pack.
pub(super) fn in_words(p: &Page, fields: &[Field], recorded: &Fields) -> Vec<(String, String)> {
    let named = fields.iter().filter_map(|field| {
        let value = recorded.get(&field.id)?;
        Some((p.x(&field.name).to_owned(), word(p, Some(field), value)))
    });
    let unknown = recorded.iter().filter(|(id, _)| !fields.iter().any(|field| &field.id == *id));
    named.chain(unknown.map(|(id, value)| (id.clone(), word(p, None, value)))).collect()
}

fn word(p: &Page, field: Option<&Field>, value: &Value) -> String {
    match value {
        Value::Bool(true) => p.t(t::YES).to_owned(),
        Value::Bool(false) => p.t(t::NO).to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Date(day) => p.day(day),
        Value::Time(at) => p.time(at),
        Value::Choice(id) => field
            .and_then(|field| field.options.iter().find(|(option, _)| option == id))
            .map_or_else(|| id.clone(), |(_, name)| p.x(name).to_owned()),
        Value::Text(text) => text.clone(),
        Value::Recorded => p.t(t::RECORDED).to_owned(),
    }
}

/// Reasons as a person reads them; `record` says where what a rule wants is recorded.
pub(super) fn faults(p: &Page, reasons: &[Reason], record: impl Fn(&str) -> Option<String>) -> Vec<Fault> {
    let by = |reason: &Reason| {
        let by = p.lang.list(reason.recorded_by.iter().map(|text| p.x(text)));
        // Some rules say just that.
        if p.x(&reason.statement).contains(&by) { String::new() } else { by }
    };
    let fault = |reason: &Reason| Fault {
        text: p.x(&reason.statement).to_owned(),
        field: reason.field.as_deref().map(field_id),
        source: reason.source.clone(),
        wanted: reason.wanted.as_ref().map(|text| p.x(text).to_owned()).unwrap_or_default(),
        by: by(reason),
        instead: reason.instead.as_ref().map(|text| p.x(text).to_owned()).unwrap_or_default(),
        record: record(&reason.code),
        warns: reason.level == Level::Warn,
        code: reason.code.clone(),
    };
    reasons.iter().map(fault).collect()
}

/// The field of the form that a pointer into the request is about.
fn field_id(pointer: &str) -> String {
    let parts: Vec<&str> = pointer.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["inputs" | "fields", field] => format!("i.{field}"),
        ["evidence", safeguard, field] => format!("e.{safeguard}.{field}"),
        ["evidence", safeguard] => format!("e.{safeguard}"),
        ["decision", field] => format!("d.{field}"),
        parts => parts.join("."),
    }
}

/// What is wrong with a form, put beside its fields too, and the status of the page that says so.
pub(super) fn judged(p: &Page, sections: &mut [Section], wrong: &[Reason]) -> (Vec<Fault>, StatusCode) {
    let faults = faults(p, wrong, |_| None);
    mark(sections, &faults);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (faults, status)
}

/// Puts what is wrong beside the fields it is about.
pub(super) fn mark(sections: &mut [Section], faults: &[Fault]) {
    for section in sections {
        mark_inputs(&mut section.inputs, faults);
    }
}

/// The same of fields without a section.
pub(super) fn mark_inputs(inputs: &mut [Input], faults: &[Fault]) {
    for input in inputs {
        let about = faults.iter().find(|fault| fault.field.as_deref() == Some(input.id.as_str()));
        input.error = about.map(|fault| fault.text.clone());
    }
}

/// The fields in which a decision is written down.
pub(super) fn decision(p: &Page, form: &Form) -> Vec<Section> {
    let area = |id: &str, label: &T| Input::new(id, p.t(label), "area", form);
    let line = |id: String, label: &T, n: u32| Input::new(&id, &p.n(label, n), "line", form);
    let mut milder = Section::new("alternatives", p.t(t::ALTERNATIVES), Vec::new());
    p.t(t::ALTERNATIVES_HINT).clone_into(&mut milder.hint);
    for n in 1..=MOST_ALTERNATIVES {
        milder.inputs.push(line(format!("d.alternative.{n}"), t::ALTERNATIVE, n));
        milder.inputs.push(line(format!("d.why_not.{n}"), t::WHY_NOT, n));
    }
    let sanctions = [
        (String::new(), t::SANCTION_NONE),
        ("non_custodial".to_owned(), t::SANCTION_NON_CUSTODIAL),
        ("custodial".to_owned(), t::SANCTION_CUSTODIAL),
    ];
    let sanctions = sanctions.map(|(id, name)| (id, p.t(name).to_owned()));
    let written = Section::new(
        "decision",
        p.t(t::DECISION),
        vec![
            area("d.reasons", t::REASONS).required(),
            area("d.child_view", t::CHILD_VIEW).hint(p.t(t::CHILD_VIEW_HINT)),
            area("d.diversion", t::DIVERSION),
            Input::yes_no(p, "d.review_route", p.t(t::REVIEW_ROUTE), form),
            Input::new("d.sanction", p.t(t::SANCTION), "select", form).one_of(sanctions),
        ],
    );
    vec![written, milder]
}

/// Milder measures that a form has room for.
const MOST_ALTERNATIVES: u32 = 3;

/// The decision as typed.
pub(super) fn decided(form: &Form) -> crate::record::Decision {
    use crate::record::{Alternative, Decision, Sanction};
    let alternatives = (1..=MOST_ALTERNATIVES).filter_map(|n| {
        let measure = form.given(&format!("d.alternative.{n}"))?.to_owned();
        Some(Alternative { measure, why_not: form.get(&format!("d.why_not.{n}")).to_owned() })
    });
    Decision {
        reasons: cut(form.get("d.reasons")),
        alternatives: alternatives.collect(),
        child_view: cut(form.get("d.child_view")),
        review_route: form.get("d.review_route") == "true",
        diversion: cut(form.get("d.diversion")),
        because_of_disability: false,
        sanction: match form.get("d.sanction") {
            "non_custodial" => Some(Sanction::NonCustodial),
            "custodial" => Some(Sanction::Custodial),
            _ => None,
        },
    }
}

/// A free text no longer than any may be.
fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}
