//! Answers held against a form. Never fails and never decides: it says what is asked, what is wrong and what is left.

use chrono::NaiveDate;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

use super::answer::{date, in_reach, is_blank, line, number, person, several, text};
use super::known::Known;
use super::model::{Choice, Condition, Form, Kind, Means, Question, Required, Rows, Section, Table};
use super::says;
use crate::law::Reason;
use crate::law::expr::{ChildFact, Expr, Facts as _, Var, eval, holds};
use crate::law::input::{LONGEST_TEXT, parse_time};
use crate::law::pack::Age;
use crate::record::{Child, Value};

/// Longest answer of one line, in characters.
pub const LONGEST_LINE: usize = 500;

/// What a form may know beside its answers.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The child.
    pub child: &'a Child,
    /// How the pack counts age.
    pub age: &'a Age,
    /// Day of the alleged offence.
    pub offence_on: NaiveDate,
    /// Today, in legal time.
    pub today: NaiveDate,
}

/// What a form makes of answers.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What stands against submitting it, each with the answer that it is about.
    pub reasons: Vec<Reason>,
    /// The answers that count: those that were given, fit, and are asked here.
    pub kept: Map<String, Json>,
    /// Answers that were given to questions that are not asked here, because another answer changed. They do not count.
    pub left_out: Vec<String>,
    /// Sections and questions that are asked here, without the columns of tables.
    pub asked: BTreeSet<String>,
    /// Columns of tables that are asked here, by their place: `informants/0/told`, `risks/reoffending/level`; for a row
    /// that is yet to be added, `informants/+/told`.
    pub columns: BTreeSet<String>,
    values: Values,
}

pub(super) type Values = BTreeMap<String, Value>;

impl Reading {
    /// What the form offers as evidence, by safeguard; a person completes and records it.
    pub fn evidence(&self, form: &Form, about: &About<'_>) -> Vec<(String, BTreeMap<String, Value>)> {
        let known = Known { values: &self.values, row: None, about };
        form.evidence_for
            .iter()
            .map(|offered| {
                let fields = offered.fields.iter();
                let given =
                    fields.filter_map(|(name, expr)| Some((name.clone(), eval(expr, &known)?))).collect();
                (offered.safeguard.clone(), given)
            })
            .collect()
    }

    /// What the form says of the child that the file does not know; a person takes it into the file.
    pub fn of_child(&self, form: &Form, about: &About<'_>) -> Vec<ChildFact> {
        let known = Known { values: &self.values, row: None, about };
        let says = |fact: ChildFact, expr: &Expr| {
            eval(expr, &known) == Some(Value::Bool(true))
                && known.value(&Var::Child(fact)) == Some(Value::Bool(false))
        };
        form.of_child.iter().filter(|(fact, expr)| says(*fact, expr)).map(|(fact, _)| *fact).collect()
    }
}

/// Holds answers against a form.
///
/// What is not asked does not count; whether something is asked may hang on other answers, of which only those count
/// that are asked themselves.
pub fn read(form: &Form, given: &Map<String, Json>, about: &About<'_>) -> Reading {
    let mut reading = Reading::default();
    for name in given.keys().filter(|name| form.question(name).is_none()) {
        reading.reasons.push(says::unknown(form, name));
    }
    let said: BTreeMap<&str, Said> = form
        .questions()
        .filter_map(|(_, question)| {
            let json = given.get(&question.id).filter(|json| !is_blank(json))?;
            Some((question.id.as_str(), Said::of(question, json, about)))
        })
        .collect();
    // Conditions go in no circle, so this settles after as many rounds as they are deep.
    for _ in 0..=form.questions().count() {
        let values = values(&said, &reading.asked);
        let known = Known { values: &values, row: None, about };
        let asked = asked(form, &known);
        let settled = asked == reading.asked && values == reading.values;
        (reading.asked, reading.values) = (asked, values);
        if settled {
            break;
        }
    }
    let values = std::mem::take(&mut reading.values);
    let known = Known { values: &values, row: None, about };
    for (_, question) in form.questions() {
        let said = said.get(question.id.as_str());
        if !reading.asked.contains(&question.id) {
            if said.is_some() {
                reading.left_out.push(question.id.clone());
            }
            continue;
        }
        let path = format!("/answers/{}", question.id);
        if let Kind::Table(table) = &question.kind {
            reading.columns.extend(columns(table, &question.id, given.get(&question.id), &known));
        }
        match said {
            None => reading.reasons.extend(missing(question, &known, &path)),
            Some(Said::Wrong(reason)) => reading.reasons.push((**reason).clone().on(path)),
            Some(Said::Rows(table, json)) => {
                let rows = rows(table, json, &known, &path, question, &mut reading.reasons);
                reading.kept.insert(question.id.clone(), rows);
            }
            Some(Said::Right { json, .. }) => {
                reading.reasons.extend(refused(question, json, &path));
                reading.kept.insert(question.id.clone(), json.clone());
            }
        }
    }
    for rule in &form.rules {
        if holds(&rule.require.expr, &known) == Some(false) {
            reading.reasons.push(Reason::engine(&rule.code, rule.text.clone()));
        }
    }
    reading.values = values;
    reading
}

/// An answer that was given.
enum Said<'a> {
    /// It fits: tidied, and what conditions may know of it.
    Right { json: Json, values: Values },
    /// Rows of a table, to be looked at when the other answers are known.
    Rows(&'a Table, &'a Json),
    /// It does not fit.
    Wrong(Box<Reason>),
}

impl<'a> Said<'a> {
    fn of(question: &'a Question, json: &'a Json, about: &About<'_>) -> Self {
        if let Kind::Table(table) = &question.kind {
            return Self::Rows(table, json);
        }
        let id = &question.id;
        let right = |value: Value, json: Json| {
            Some(Self::Right { json, values: Values::from([(id.clone(), value)]) })
        };
        let said = match &question.kind {
            Kind::Table(_) => None,
            Kind::Text => line(json, LONGEST_LINE).and_then(|text| right(Value::Recorded, text.into())),
            Kind::LongText => text(json, LONGEST_TEXT).and_then(|text| right(Value::Recorded, text.into())),
            Kind::Date => date(json, question.past, about)
                .and_then(|day| right(Value::Date(day), day.format("%Y-%m-%d").to_string().into())),
            Kind::DateTime => json
                .as_str()
                .and_then(parse_time)
                .filter(|at| in_reach(at.date(), question.past, about))
                .and_then(|at| right(Value::Time(at), at.format("%Y-%m-%dT%H:%M").to_string().into())),
            Kind::YesNo => json.as_bool().and_then(|yes| right(Value::Bool(yes), yes.into())),
            Kind::Choice(options) => json
                .as_str()
                .filter(|said| options.iter().any(|option| option.id == *said))
                .and_then(|said| right(Value::Choice(said.to_owned()), said.into())),
            Kind::Choices(options) => several(options, json).map(|chosen| {
                let mut values = Values::from([(id.clone(), Value::Recorded)]);
                for option in options {
                    values.insert(
                        format!("{id}.{}", option.id),
                        Value::Bool(chosen.contains(&option.id.as_str())),
                    );
                }
                Self::Right { json: chosen.into(), values }
            }),
            Kind::Number(limits) => number(limits, json).and_then(|n| right(Value::Int(n), n.into())),
            Kind::Person => person(json).and_then(|json| right(Value::Recorded, json)),
        };
        said.unwrap_or_else(|| Self::Wrong(Box::new(says::wrong(question))))
    }

    fn values(&self, id: &str) -> Values {
        match self {
            Self::Right { values, .. } => values.clone(),
            Self::Rows(_, json) => {
                let count = json.as_array().map(Vec::len).or_else(|| json.as_object().map(Map::len));
                let count = count.and_then(|n| i64::try_from(n).ok()).unwrap_or_default();
                Values::from([(id.to_owned(), Value::Recorded), (format!("{id}.rows"), Value::Int(count))])
            }
            Self::Wrong(_) => Values::new(),
        }
    }
}

/// What conditions may know: answers to what is asked.
fn values(said: &BTreeMap<&str, Said<'_>>, asked: &BTreeSet<String>) -> Values {
    said.iter().filter(|(id, _)| asked.contains(**id)).flat_map(|(id, said)| said.values(id)).collect()
}

fn asked(form: &Form, known: &Known<'_>) -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    for section in form.sections.iter().filter(|section| applies(section.when.as_ref(), known)) {
        asked.insert(section.id.clone());
        asked.extend(of_section(section, known));
    }
    asked
}

fn of_section<'a>(section: &'a Section, known: &'a Known<'_>) -> impl Iterator<Item = String> + 'a {
    section
        .questions
        .iter()
        .filter(|question| applies(question.when.as_ref(), known))
        .map(|question| question.id.clone())
}

/// What is not known to hold does not hold.
fn applies(when: Option<&Condition>, known: &Known<'_>) -> bool {
    when.is_none_or(|when| holds(&when.expr, known) == Some(true))
}

fn rows(
    table: &Table,
    json: &Json,
    known: &Known<'_>,
    path: &str,
    question: &Question,
    reasons: &mut Vec<Reason>,
) -> Json {
    match (&table.rows, json) {
        (Rows::Added { at_least, at_most }, Json::Array(list)) => {
            if list.len() < *at_least || list.len() > *at_most {
                reasons.push(says::count(question, *at_least, *at_most, path));
            }
            let read = list.iter().take(*at_most).enumerate();
            read.map(|(n, json)| row(table, json, known, &format!("{path}/{n}"), question, reasons)).collect()
        }
        (Rows::Given(choices), Json::Object(given)) => {
            for name in given.keys().filter(|name| choices.iter().all(|choice| &choice.id != *name)) {
                reasons.push(says::wrong(question).on(format!("{path}/{name}")));
            }
            let mut kept = Map::new();
            for choice in choices {
                let path = format!("{path}/{}", choice.id);
                match given.get(&choice.id).filter(|json| !is_blank(json)) {
                    Some(json) => {
                        kept.insert(choice.id.clone(), row(table, json, known, &path, question, reasons));
                    }
                    None if question.required == Required::Always => {
                        reasons.push(says::must_row(question, choice, &path));
                    }
                    None => {}
                }
            }
            kept.into()
        }
        _ => {
            reasons.push(says::wrong(question).on(path));
            Json::Null
        }
    }
}

fn row(
    table: &Table,
    json: &Json,
    known: &Known<'_>,
    path: &str,
    question: &Question,
    reasons: &mut Vec<Reason>,
) -> Json {
    let Json::Object(given) = json else {
        reasons.push(says::wrong(question).on(path));
        return Json::Null;
    };
    for name in given.keys().filter(|name| table.columns.iter().all(|column| &column.id != *name)) {
        let list: Vec<&str> = table.columns.iter().map(|column| column.id.as_str()).collect();
        reasons.push(says::no_such(&list).on(format!("{path}/{name}")));
    }
    let said = said_in(table, given, known);
    let (asked, own) = asked_in(table, &said, known);
    let inside = Known { row: Some(&own), ..*known };
    let mut kept = Map::new();
    for column in table.columns.iter().filter(|column| asked.contains(&column.id)) {
        let path = format!("{path}/{}", column.id);
        match said.get(column.id.as_str()) {
            None => reasons.extend(missing(column, &inside, &path)),
            Some(Said::Right { json, .. }) => {
                reasons.extend(refused(column, json, &path));
                kept.insert(column.id.clone(), json.clone());
            }
            Some(Said::Wrong(reason)) => reasons.push((**reason).clone().on(path)),
            Some(Said::Rows(..)) => reasons.push(says::wrong(column).on(path)),
        }
    }
    kept.into()
}

/// What was said in a row.
fn said_in<'a>(
    table: &'a Table,
    given: &'a Map<String, Json>,
    known: &Known<'_>,
) -> BTreeMap<&'a str, Said<'a>> {
    let said = |column: &'a Question| {
        let json = given.get(&column.id).filter(|json| !is_blank(json))?;
        Some((column.id.as_str(), Said::of(column, json, known.about)))
    };
    table.columns.iter().filter_map(said).collect()
}

/// Which columns are asked in a row, and what its own conditions may know.
fn asked_in(table: &Table, said: &BTreeMap<&str, Said<'_>>, known: &Known<'_>) -> (BTreeSet<String>, Values) {
    let mut asked: BTreeSet<String> = BTreeSet::new();
    let mut own = Values::new();
    for _ in 0..=table.columns.len() {
        own = values(said, &asked);
        let inside = Known { row: Some(&own), ..*known };
        let now = table.columns.iter().filter(|column| applies(column.when.as_ref(), &inside));
        let now: BTreeSet<String> = now.map(|column| column.id.clone()).collect();
        if now == asked {
            break;
        }
        asked = now;
    }
    (asked, own)
}

/// Places of the columns that are asked in the rows of a table.
fn columns(table: &Table, id: &str, json: Option<&Json>, known: &Known<'_>) -> Vec<String> {
    let empty = Json::Object(Map::new());
    let rows: Vec<(String, &Json)> = match (&table.rows, json) {
        (Rows::Added { .. }, json) => {
            let list = json.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            let rows = list.iter().enumerate().map(|(n, row)| (n.to_string(), row));
            rows.chain([("+".to_owned(), &empty)]).collect()
        }
        (Rows::Given(choices), json) => {
            let given = |choice: &Choice| json.and_then(|json| json.get(&choice.id)).unwrap_or(&empty);
            choices.iter().map(|choice| (choice.id.clone(), given(choice))).collect()
        }
    };
    let mut places = Vec::new();
    for (row, json) in rows {
        let Json::Object(given) = json else { continue };
        let said = said_in(table, given, known);
        let (asked, _) = asked_in(table, &said, known);
        places.extend(asked.into_iter().map(|column| format!("{id}/{row}/{column}")));
    }
    places
}

fn missing(question: &Question, known: &Known<'_>, path: &str) -> Option<Reason> {
    let must = match &question.required {
        Required::Always => true,
        Required::When(condition) => holds(&condition.expr, known) == Some(true),
        Required::Never => false,
    };
    let consent = question.means == Some(Means::Consent);
    must.then(|| if consent { says::no_consent(question, path) } else { says::must(question, path) })
}

/// A consent that was refused.
fn refused(question: &Question, json: &Json, path: &str) -> Option<Reason> {
    let consent = question.means == Some(Means::Consent);
    (consent && json.as_bool() == Some(false)).then(|| says::no_consent(question, path))
}
