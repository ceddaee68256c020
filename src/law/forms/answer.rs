//! From what was sent to an answer of the right type, tidied.

use chrono::NaiveDate;
use serde_json::{Map, Value as Json};

use super::model::{Choice, Limits};
use super::read::{About, LONGEST_LINE};

/// What is written down of a person.
const PERSON: [&str; 4] = ["name", "relation", "organisation", "contact"];

/// Nothing was said: absent, null, an empty text or list.
pub(super) fn is_blank(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.is_empty(),
        _ => false,
    }
}

pub(super) fn text(json: &Json, longest: usize) -> Option<String> {
    let text = json.as_str()?.trim();
    let fits = text.chars().count() <= longest && !text.contains('\0');
    fits.then(|| text.to_owned())
}

pub(super) fn line(json: &Json, longest: usize) -> Option<String> {
    text(json, longest).filter(|text| !text.chars().any(char::is_control))
}

pub(super) fn date(json: &Json, past: bool, about: &About<'_>) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(json.as_str()?, "%Y-%m-%d").ok()?;
    in_reach(day, past, about).then_some(day)
}

/// Within two life times, and not in the future where it may not be.
pub(super) fn in_reach(day: NaiveDate, past: bool, about: &About<'_>) -> bool {
    use chrono::Datelike as _;
    (1900..=2200).contains(&day.year()) && !(past && day > about.today)
}

pub(super) fn several<'a>(options: &[Choice], json: &'a Json) -> Option<Vec<&'a str>> {
    let mut chosen: Vec<&str> = Vec::new();
    for said in json.as_array()? {
        let said = said.as_str().filter(|said| options.iter().any(|option| option.id == *said))?;
        if !chosen.contains(&said) {
            chosen.push(said);
        }
    }
    Some(chosen)
}

pub(super) fn number(limits: &Limits, json: &Json) -> Option<i64> {
    let n = json.as_i64()?;
    let fits = limits.min.is_none_or(|min| n >= min) && limits.max.is_none_or(|max| n <= max);
    fits.then_some(n)
}

pub(super) fn person(json: &Json) -> Option<Json> {
    let given = json.as_object()?;
    let mut kept = Map::new();
    for (name, json) in given {
        if !PERSON.contains(&name.as_str()) {
            return None;
        }
        if !is_blank(json) {
            kept.insert(name.clone(), line(json, LONGEST_LINE)?.into());
        }
    }
    kept.contains_key("name").then(|| kept.into())
}
