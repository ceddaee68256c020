//! Questions of a form as fields, and what was typed in them as answers.

use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

use super::texts as w;
use crate::http::pages::fields::{Fault, Input};
use crate::http::pages::form::Form as Typed;
use crate::http::pages::page::Page;
use crate::http::pages::texts::{self as t, T};
use crate::law::forms::{Choice, Kind, Means, Question, Required, Rows, Section, Table};
use crate::law::pack::ClassName;

/// What the names of all fields begin with, as the pointers of reasons do.
const ALL: &str = "answers";
/// Most options that are shown below each other.
const LISTED: usize = 13;
/// Most rows that a form is read for, whatever it names.
const MOST_ROWS: usize = 100;
/// What is asked of a person.
const PERSON: [(&str, &T); 4] = [
    ("name", w::PERSON_NAME),
    ("relation", w::PERSON_RELATION),
    ("organisation", w::PERSON_ORGANISATION),
    ("contact", w::PERSON_CONTACT),
];

/// A question as it is asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Ask {
    pub(super) id: String,
    /// As the law's reading of the answers names its place.
    pub(super) place: String,
    /// Whether it is asked as the answers stand.
    pub(super) shown: bool,
    pub(super) mark: Option<&'static T>,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) error: Option<String>,
    /// What is saved, where it differs from what was typed.
    pub(super) saved: Option<String>,
    pub(super) input: Option<Input>,
    /// Fields of a person.
    pub(super) parts: Vec<Input>,
    pub(super) rows: Option<Vec<Row>>,
    /// Another row may be added.
    pub(super) more: bool,
}

/// A row of answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) cells: Vec<Ask>,
    /// Its number for whoever removes it; none where rows are given.
    pub(super) removes: Option<usize>,
}

/// What decides how questions are shown.
pub(super) struct Scene<'a> {
    pub(super) p: &'a Page,
    pub(super) typed: &'a Typed,
    pub(super) asked: &'a [String],
    pub(super) columns: &'a [String],
    pub(super) faults: &'a [Fault],
    /// The table to which an empty row is added.
    pub(super) more: Option<&'a str>,
}

/// The mark of a class that fewer people may read.
pub(super) const fn mark_of(class: ClassName) -> Option<&'static T> {
    match class {
        ClassName::Legal => None,
        ClassName::Identity => Some(w::CLASS_IDENTITY),
        ClassName::Medical => Some(w::CLASS_MEDICAL),
        ClassName::VictimFamily => Some(w::CLASS_FAMILY),
        ClassName::Screening => Some(w::CLASS_SCREENING),
        ClassName::Counselling => Some(w::CLASS_COUNSELLING),
    }
}

/// The mark that all questions of a section share.
pub(super) fn section_mark(section: &Section) -> Option<&'static T> {
    let first = section.questions.first()?.class;
    section.questions.iter().all(|question| question.class == first).then(|| mark_of(first)).flatten()
}

impl Scene<'_> {
    /// The questions of a section.
    pub(super) fn asks(&self, section: &Section) -> Vec<Ask> {
        let whole = section_mark(section).is_some();
        let ask = |question: &Question| {
            let id = format!("{ALL}.{}", question.id);
            let mut ask = self.ask(question, id, question.id.clone());
            ask.shown = self.asked.contains(&question.id);
            ask.mark = mark_of(question.class).filter(|_| !whole);
            if let Kind::Table(table) = &question.kind {
                ask.rows = Some(self.rows(question, table));
                ask.more = self.may_add(table, ask.rows.as_deref().unwrap_or_default().len());
                ask.input = None;
            }
            ask
        };
        section.questions.iter().map(ask).collect()
    }

    fn may_add(&self, table: &Table, there: usize) -> bool {
        matches!(&table.rows, Rows::Added { at_most, .. } if there < *at_most)
    }

    fn rows(&self, question: &Question, table: &Table) -> Vec<Row> {
        let id = &question.id;
        match &table.rows {
            Rows::Given(choices) => choices
                .iter()
                .map(|choice| Row {
                    key: format!("{ALL}.{id}.{}", choice.id),
                    title: self.p.x(&choice.name).to_owned(),
                    cells: self.cells(table, id, &choice.id, &choice.id),
                    removes: None,
                })
                .collect(),
            Rows::Added { at_least, at_most } => {
                let prefix = format!("{ALL}.{id}");
                let typed = row_numbers(&prefix, self.typed);
                let adds = usize::from(self.more == Some(id.as_str()));
                let least = if question.required == Required::Always { (*at_least).max(1) } else { 0 };
                let count = (typed.len() + adds).max(least).min((*at_most).max(typed.len()));
                let mut kept = 0;
                (0..count)
                    .map(|place| {
                        let number = typed.get(place).copied().unwrap_or_else(|| {
                            typed.last().map_or(place, |last| last + 1 + place - typed.len())
                        });
                        let blank = row(table, &format!("{prefix}.{number}"), self.typed).is_empty();
                        // Rows are counted as they are kept: what is empty is not.
                        let seen = if blank { "+".to_owned() } else { kept.to_string() };
                        kept += usize::from(!blank);
                        Row {
                            key: format!("{prefix}.{number}"),
                            title: self.p.n(w::ROW, place + 1),
                            cells: self.cells(table, id, &number.to_string(), &seen),
                            removes: Some(number),
                        }
                    })
                    .collect()
            }
        }
    }

    fn cells(&self, table: &Table, id: &str, row: &str, seen: &str) -> Vec<Ask> {
        let cell = |column: &Question| {
            let name = format!("{ALL}.{id}.{row}.{}", column.id);
            let mut ask = self.ask(column, name, format!("{id}/{row}/{}", column.id));
            ask.shown = self.columns.contains(&format!("{id}/{seen}/{}", column.id));
            ask
        };
        table.columns.iter().map(cell).collect()
    }

    fn ask(&self, question: &Question, id: String, place: String) -> Ask {
        let p = self.p;
        let fault = self.faults.iter().find(|fault| fault.field.as_deref() == Some(id.as_str()));
        let error = fault.map(|fault| fault.text.clone());
        let (label, hint) = (label(p, question), hint(p, question));
        let required = question.required != Required::Never;
        let mut ask = Ask { id: id.clone(), place, label, hint, error, ..Ask::default() };
        let typed = self.typed;
        let plain = |kind| Input::new(&id, &ask.label, kind, typed);
        let of = |choices: &[Choice]| -> Vec<(String, String)> {
            choices.iter().map(|choice| (choice.id.clone(), p.x(&choice.name).to_owned())).collect()
        };
        // What may stay open can be opened again.
        let none =
            (!required && !typed.get(&id).is_empty()).then(|| (String::new(), p.t(w::NO_ANSWER).into()));
        let input = match &question.kind {
            Kind::Text => plain("line"),
            Kind::LongText => plain("area"),
            Kind::Date => plain("date"),
            Kind::DateTime => plain("time"),
            Kind::Number(_) => plain("number"),
            Kind::YesNo => {
                let yes_no =
                    [("true", t::YES), ("false", t::NO)].map(|(id, name)| (id.into(), p.t(name).into()));
                plain("radios").one_of(yes_no.into_iter().chain(none))
            }
            Kind::Choice(options) if options.len() > LISTED => plain("select").one_of(of(options)),
            Kind::Choice(options) => plain("radios").one_of(of(options).into_iter().chain(none)),
            Kind::Choices(options) => plain("ticks").any_of(of(options), typed),
            Kind::Person => {
                let part = |(part, name): (&str, &T)| {
                    let mut input = Input::new(&format!("{id}.{part}"), p.t(name), "line", typed);
                    input.required = part == "name";
                    input
                };
                ask.parts = PERSON.map(part).into();
                return ask;
            }
            Kind::Table(_) => return ask,
        };
        let hint = ask.hint.clone();
        ask.input = Some(Input { error: ask.error.clone(), required, hint, ..input });
        ask
    }
}

fn label(p: &Page, question: &Question) -> String {
    let name = p.x(&question.name);
    match &question.kind {
        Kind::Number(limits) => limits
            .unit
            .as_ref()
            .map_or_else(|| name.to_owned(), |unit| p.n(w::WITH_UNIT, name).replacen("{}", p.x(unit), 1)),
        _ => name.to_owned(),
    }
}

fn hint(p: &Page, question: &Question) -> String {
    let mut hint = Vec::new();
    hint.extend(question.help.as_ref().map(|help| p.x(help).to_owned()));
    if question.means == Some(Means::Score) {
        hint.push(p.t(w::SCORE).to_owned());
    }
    if let Kind::Number(limits) = &question.kind
        && let (Some(min), Some(max)) = (limits.min, limits.max)
    {
        hint.push(format!("{min}–{max}"));
    }
    hint.extend(question.source.clone());
    hint.join(" ")
}

/// Numbers of the rows that a form names.
fn row_numbers(prefix: &str, typed: &Typed) -> Vec<usize> {
    let number = |name: &str| name.strip_prefix(prefix)?.strip_prefix('.')?.split('.').next()?.parse().ok();
    let all: BTreeSet<usize> = typed.pairs().iter().filter_map(|(name, _)| number(name)).collect();
    all.into_iter().take(MOST_ROWS).collect()
}

/// What was typed in a section, as answers. Nothing is judged: a wrong answer is kept as it is.
pub(super) fn answers(section: &Section, typed: &Typed) -> Map<String, Json> {
    let answer = |question: &Question| {
        let value = value(question, &format!("{ALL}.{}", question.id), typed)?;
        Some((question.id.clone(), value))
    };
    section.questions.iter().filter_map(answer).collect()
}

fn row(table: &Table, prefix: &str, typed: &Typed) -> Map<String, Json> {
    let cell = |column: &Question| {
        Some((column.id.clone(), value(column, &format!("{prefix}.{}", column.id), typed)?))
    };
    table.columns.iter().filter_map(cell).collect()
}

fn value(question: &Question, id: &str, typed: &Typed) -> Option<Json> {
    Some(match &question.kind {
        Kind::Table(table) => match &table.rows {
            Rows::Added { .. } => {
                let rows = row_numbers(id, typed).into_iter();
                let rows = rows.map(|number| row(table, &format!("{id}.{number}"), typed));
                let rows: Vec<Json> = rows.filter(|row| !row.is_empty()).map(Json::Object).collect();
                (!rows.is_empty()).then_some(Json::Array(rows))?
            }
            Rows::Given(choices) => {
                let rows = choices
                    .iter()
                    .map(|choice| (choice.id.clone(), row(table, &format!("{id}.{}", choice.id), typed)));
                let rows: Map<String, Json> = rows
                    .filter(|(_, row)| !row.is_empty())
                    .map(|(id, row)| (id, Json::Object(row)))
                    .collect();
                (!rows.is_empty()).then_some(Json::Object(rows))?
            }
        },
        Kind::Person => {
            let part = |(part, _): (&str, &T)| {
                Some((part.to_owned(), Json::from(typed.given(&format!("{id}.{part}"))?)))
            };
            let person: Map<String, Json> = PERSON.into_iter().filter_map(part).collect();
            (!person.is_empty()).then_some(Json::Object(person))?
        }
        Kind::Choices(_) => {
            let chosen: Vec<&str> = typed.all(id).filter(|value| !value.is_empty()).collect();
            (!chosen.is_empty()).then(|| Json::from(chosen))?
        }
        Kind::YesNo => match typed.given(id)? {
            "true" => true.into(),
            "false" => false.into(),
            other => other.into(),
        },
        Kind::Number(_) => {
            let typed = typed.given(id)?;
            typed.parse::<i64>().map_or_else(|_| typed.into(), Json::from)
        }
        Kind::Text | Kind::LongText | Kind::Date | Kind::DateTime | Kind::Choice(_) => {
            typed.given(id)?.into()
        }
    })
}

/// Answers as if they had been typed.
pub(super) fn typed(answers: &Map<String, Json>) -> Typed {
    let mut pairs = Vec::new();
    for (name, answer) in answers {
        flatten(format!("{ALL}.{name}"), answer, &mut pairs);
    }
    Typed::of(pairs)
}

fn flatten(name: String, answer: &Json, pairs: &mut Vec<(String, String)>) {
    match answer {
        Json::Null => {}
        Json::Bool(yes) => pairs.push((name, yes.to_string())),
        Json::Number(number) => pairs.push((name, number.to_string())),
        Json::String(text) => pairs.push((name, text.clone())),
        Json::Array(list) => {
            for (number, one) in list.iter().enumerate() {
                let name = if one.is_object() { format!("{name}.{number}") } else { name.clone() };
                flatten(name, one, pairs);
            }
        }
        Json::Object(map) => {
            for (key, one) in map {
                flatten(format!("{name}.{key}"), one, pairs);
            }
        }
    }
}
