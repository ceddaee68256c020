//! Answers in words, and what changed from one version to the next.

use chrono::NaiveDate;
use serde_json::{Map, Value as Json};

use super::ask::{mark_of, section_mark};
use super::texts as w;
use crate::http::pages::page::Page;
use crate::http::pages::texts::{self as t, T};
use crate::law::forms::{Choice, Form, Kind, Means, Question, Rows};
use crate::law::input::parse_time;

/// A section in words.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) mark: Option<&'static T>,
    pub(super) items: Vec<Item>,
}

/// An answer in words.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) label: String,
    pub(super) said: String,
    pub(super) mark: Option<&'static T>,
    pub(super) score: bool,
    /// How it changed since the version before.
    pub(super) change: Option<&'static T>,
    pub(super) before: String,
    pub(super) rows: Vec<RowSaid>,
}

/// A row in words.
#[derive(Clone, Debug)]
pub(super) struct RowSaid {
    pub(super) title: String,
    pub(super) items: Vec<Item>,
}

/// A form's answers in words, section by section; what changed since `before` is marked where it is given. With `all`,
/// questions without an answer are there too, as far as they are among `asked`.
pub(super) fn parts(
    p: &Page,
    form: &Form,
    answers: &Map<String, Json>,
    before: Option<&Map<String, Json>>,
    asked: Option<&[String]>,
) -> Vec<Part> {
    let part = |section: &crate::law::forms::Section| {
        let whole = section_mark(section);
        let item = |question: &Question| {
            let (now, then) = (answers.get(&question.id), before.and_then(|all| all.get(&question.id)));
            let wanted = asked.is_some_and(|asked| asked.contains(&question.id));
            if now.is_none() && then.is_none() && !wanted {
                return None;
            }
            let mut item = item(p, question, now, before.is_some().then_some(then));
            item.mark = mark_of(question.class).filter(|_| whole.is_none());
            Some(item)
        };
        let items: Vec<Item> = section.questions.iter().filter_map(item).collect();
        let title = p.x(&section.name).to_owned();
        (!items.is_empty()).then(|| Part { id: section.id.clone(), title, mark: whole, items })
    };
    form.sections.iter().filter_map(part).collect()
}

#[expect(clippy::option_option, reason = "no earlier version, or one without this answer")]
fn item(p: &Page, question: &Question, now: Option<&Json>, then: Option<Option<&Json>>) -> Item {
    let change = match then {
        Some(None) if now.is_some() => Some(w::CHANGE_NEW),
        Some(Some(_)) if now.is_none() => Some(w::CHANGE_GONE),
        Some(then) if then != now => Some(w::CHANGE_CHANGED),
        _ => None,
    };
    let mut item = Item {
        label: p.x(&question.name).to_owned(),
        score: question.means == Some(Means::Score),
        change,
        ..Item::default()
    };
    if matches!(question.kind, Kind::Table(_)) {
        item.rows = rows(p, question, now, then);
    } else {
        item.said = now.map(|now| said(p, question, now)).unwrap_or_default();
        let old = then.flatten().filter(|_| change.is_some());
        item.before = old.map(|old| said(p, question, old)).unwrap_or_default();
    }
    item
}

/// Rows of a table as they are now; one that is gone is there with what it said.
#[expect(clippy::option_option, reason = "no earlier version, or one without this answer")]
fn rows(p: &Page, question: &Question, now: Option<&Json>, then: Option<Option<&Json>>) -> Vec<RowSaid> {
    let Kind::Table(table) = &question.kind else { return Vec::new() };
    let keys: Vec<(String, String)> = match &table.rows {
        Rows::Given(choices) => choices.iter().map(|c| (c.id.clone(), p.x(&c.name).to_owned())).collect(),
        Rows::Added { .. } => {
            let count = |json: Option<&Json>| json.and_then(Json::as_array).map_or(0, Vec::len);
            let most = count(now).max(count(then.flatten()));
            (0..most).map(|n| (n.to_string(), p.n(w::ROW, n + 1))).collect()
        }
    };
    let find = |json: Option<&Json>, key: &str| -> Option<Map<String, Json>> {
        let row = match json? {
            Json::Array(list) => list.get(key.parse::<usize>().ok()?)?,
            json => json.get(key)?,
        };
        row.as_object().cloned()
    };
    let row = |(key, title): (String, String)| {
        let (row, old) = (find(now, &key), then.map(|then| find(then, &key)));
        if row.is_none() && old.as_ref().is_none_or(Option::is_none) {
            return None;
        }
        let of =
            |row: &Option<Map<String, Json>>, id: &str| row.as_ref().and_then(|row| row.get(id).cloned());
        let cell = |column: &Question| {
            let now = of(&row, &column.id);
            let then = old.as_ref().map(|old| of(old, &column.id));
            let nothing = now.is_none() && then.as_ref().is_none_or(Option::is_none);
            (!nothing).then(|| item(p, column, now.as_ref(), then.as_ref().map(Option::as_ref)))
        };
        Some(RowSaid { title, items: table.columns.iter().filter_map(cell).collect() })
    };
    keys.into_iter().filter_map(row).collect()
}

/// One answer in words. What does not fit its question is said as it was typed.
pub(super) fn said(p: &Page, question: &Question, json: &Json) -> String {
    let named = |choices: &[Choice], id: &str| {
        let found = choices.iter().find(|choice| choice.id == id);
        found.map_or_else(|| id.to_owned(), |choice| p.x(&choice.name).to_owned())
    };
    let plain = || json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    match &question.kind {
        Kind::YesNo => match json.as_bool() {
            Some(yes) => p.t(if yes { t::YES } else { t::NO }).to_owned(),
            None => plain(),
        },
        Kind::Choice(choices) => named(choices, &plain()),
        Kind::Choices(choices) => {
            let chosen = json.as_array().map(Vec::as_slice).unwrap_or_default().iter();
            let chosen: Vec<String> = chosen.filter_map(Json::as_str).map(|id| named(choices, id)).collect();
            chosen.join(p.t(w::LIST_COMMA))
        }
        Kind::Date => match plain().parse::<NaiveDate>() {
            Ok(day) => p.day(&day),
            Err(_) => plain(),
        },
        Kind::DateTime => parse_time(&plain()).map_or_else(plain, |at| p.time(&at)),
        Kind::Number(limits) => match &limits.unit {
            Some(unit) => format!("{} {}", plain(), p.x(unit)),
            None => plain(),
        },
        Kind::Person => {
            let part = |id: &str| json.get(id).and_then(Json::as_str).unwrap_or_default();
            let more = ["relation", "organisation", "contact"].map(part);
            let more: Vec<&str> = more.into_iter().filter(|part| !part.is_empty()).collect();
            if more.is_empty() {
                part("name").to_owned()
            } else {
                format!("{} · {}", part("name"), more.join(" · "))
            }
        }
        Kind::Table(_) => String::new(),
        Kind::Text | Kind::LongText => plain(),
    }
}

/// An answer with its rows in one text: what is saved, beside what somebody else typed.
pub(super) fn whole(p: &Page, question: &Question, json: Option<&Json>) -> String {
    let Some(json) = json else { return p.t(w::NOTHING_SAVED).to_owned() };
    if !matches!(question.kind, Kind::Table(_)) {
        return said(p, question, json);
    }
    let rows = rows(p, question, Some(json), None).into_iter();
    let row = |row: RowSaid| {
        let items: Vec<String> =
            row.items.into_iter().map(|item| format!("{}: {}", item.label, item.said)).collect();
        format!("{} {}", row.title, items.join("; "))
    };
    rows.map(row).collect::<Vec<_>>().join("\n")
}
