//! Compares what a step expects with how the case stands.

use chrono::NaiveDate;
use serde_json::{Map, Value as Json};

use super::script::Step;
use crate::law::case::{CaseFile, ClockEntry, ClockState};
use crate::law::expr::Region;
use crate::law::pack::Pack;
use crate::record::Value;

/// What was compared and what differs.
pub(super) struct Found {
    pub(super) compared: usize,
    pub(super) differences: Vec<String>,
}

impl Found {
    fn check(&mut self, same: bool, difference: impl FnOnce() -> String) {
        self.compared += 1;
        if !same {
            self.differences.push(difference());
        }
    }
}

pub(super) fn compare(
    pack: &Pack,
    case: &CaseFile,
    step: &Step,
    on: NaiveDate,
    warnings: &[String],
) -> Found {
    let mut found = Found { compared: 0, differences: Vec::new() };
    let expect = &step.expect;
    for (region, wanted) in &expect.state {
        match Region::ALL.iter().find(|r| r.as_str() == region) {
            Some(region) => {
                let state = case.states.get(*region);
                found.check(state == wanted, || {
                    format!("{} stands at {state}, expected {wanted}", region.as_str())
                });
            }
            None => {
                found.check(false, || format!("'{region}' is not a region; main, measure, remedy or record"));
            }
        }
    }
    for (fact, wanted) in &expect.facts {
        let value = case.facts.get(fact).map_or(Json::Null, plain);
        found.check(&value == wanted, || format!("fact {fact} is {value}, expected {wanted}"));
    }
    if let Some(wanted) = &expect.marks {
        let mut marks: Vec<&str> = case.marks(pack);
        marks.sort_unstable();
        let mut wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        wanted.sort_unstable();
        found.check(marks == wanted, || format!("marks are {marks:?}, expected {wanted:?}"));
    }
    for (clock, wanted) in &expect.clocks {
        found.compared += 1;
        if pack.clocks.find(clock).is_none() {
            found.differences.push(format!("clock {clock} is not declared in this pack"));
        } else if let Err(difference) = clock_as_expected(case, clock, wanted, on) {
            found.differences.push(difference);
        }
    }
    for wanted in &expect.warnings {
        found.check(warnings.contains(wanted), || format!("no warning {wanted}; warnings: {warnings:?}"));
    }
    for wanted in &expect.documents_due {
        let due = case.documents.iter().any(|d| &d.document == wanted && d.issued_on.is_none());
        found.check(due, || format!("document {wanted} is not owed"));
    }
    found
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Bool(yes) => Json::Bool(*yes),
        Value::Int(n) => Json::from(*n),
        Value::Date(date) => Json::String(date.to_string()),
        Value::Time(at) => Json::String(at.format("%Y-%m-%dT%H:%M").to_string()),
        Value::Choice(option) | Value::Text(option) => Json::String(option.clone()),
        Value::Recorded => Json::Bool(true),
    }
}

fn clock_as_expected(case: &CaseFile, clock: &str, wanted: &Json, on: NaiveDate) -> Result<(), String> {
    let entry = case.clocks.iter().rev().find(|c| c.clock == clock);
    match wanted {
        Json::String(word) if word == "none" => match entry {
            None => Ok(()),
            Some(entry) => Err(format!("{clock} is {}, expected never started", describe(entry, on))),
        },
        Json::String(word) if NaiveDate::parse_from_str(word, "%Y-%m-%d").is_ok() => {
            fields(clock, entry, on, &Map::from_iter([("due".to_owned(), wanted.clone())]), true)
        }
        Json::String(_) => {
            fields(clock, entry, on, &Map::from_iter([("state".to_owned(), wanted.clone())]), false)
        }
        Json::Object(map) => fields(clock, entry, on, map, false),
        _ => Err(format!("{clock}: expected a date, a word or a mapping")),
    }
}

fn fields(
    clock: &str,
    entry: Option<&ClockEntry>,
    on: NaiveDate,
    wanted: &Map<String, Json>,
    must_run: bool,
) -> Result<(), String> {
    let Some(entry) = entry else { return Err(format!("{clock} never started")) };
    if must_run && entry.state != ClockState::Running {
        return Err(format!("{clock} is {}, expected to run", describe(entry, on)));
    }
    for (field, wanted) in wanted {
        let found = match field.as_str() {
            "due" => Json::String(entry.due.due.to_string()),
            "raw" => Json::String(entry.due.raw.to_string()),
            "outer" => entry.due.outer.map_or(Json::Null, |outer| Json::String(outer.to_string())),
            "state" => Json::String(state(entry, on).to_owned()),
            "left" => entry.due.days_left_when_suspended.map_or(Json::Null, Json::from),
            "calendar_missing" => entry.due.calendar_missing.map_or(Json::Null, Json::from),
            _ => {
                return Err(format!(
                    "{clock}: '{field}' is not due, raw, outer, state, left or calendar_missing"
                ));
            }
        };
        let same = match (&found, wanted) {
            // A moment may be expected by its day alone.
            (Json::String(found), Json::String(wanted)) if field == "outer" => {
                found.starts_with(wanted.as_str())
            }
            (found, wanted) => found == wanted,
        };
        if !same {
            return Err(format!("{clock}: {field} is {found}, expected {wanted}"));
        }
    }
    Ok(())
}

fn state(entry: &ClockEntry, on: NaiveDate) -> &'static str {
    match entry.state {
        ClockState::Running if on > entry.due.due => "overdue",
        // Case files may say "stopped" for either way of ending.
        state => state.as_str(),
    }
}

fn describe(entry: &ClockEntry, on: NaiveDate) -> String {
    format!("{} (due {})", state(entry, on), entry.due.due)
}
