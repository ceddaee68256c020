//! What a person typed, against what a field expects.

use chrono::{NaiveDate, NaiveDateTime};

use super::case::Fields;
use super::pack::{Field, FieldKind};
use super::refusal::Reason;
use crate::record::{Text, Value};

/// Longest free text that is recorded in one field, in characters.
pub const LONGEST_TEXT: usize = 20_000;

/// Reads JSON values as the fields expect them.
///
/// # Errors
/// One reason for each value that does not fit, naming the field under `prefix`.
pub fn read_fields(
    fields: &[Field],
    given: &serde_json::Map<String, serde_json::Value>,
    prefix: &str,
) -> Result<Fields, Vec<Reason>> {
    let mut read = Fields::new();
    let mut reasons = Vec::new();
    for (name, json) in given {
        let path = format!("{prefix}/{name}");
        let Some(field) = fields.iter().find(|f| &f.id == name) else {
            reasons.push(unknown_field(fields, &path));
            continue;
        };
        if json.is_null() {
            continue;
        }
        match value(field, json) {
            Some(value) => {
                read.insert(name.clone(), value);
            }
            None => reasons.push(wrong(field, &path)),
        }
    }
    if reasons.is_empty() { Ok(read) } else { Err(reasons) }
}

fn value(field: &Field, json: &serde_json::Value) -> Option<Value> {
    let text = json.as_str();
    match field.kind {
        FieldKind::Bool => json.as_bool().map(Value::Bool),
        FieldKind::Int => json.as_i64().map(Value::Int),
        FieldKind::Date => NaiveDate::parse_from_str(text?, "%Y-%m-%d").ok().map(Value::Date),
        FieldKind::Time => parse_time(text?).map(Value::Time),
        FieldKind::Choice => Some(Value::Choice(text?.to_owned())),
        FieldKind::Text => {
            Some(Value::Text(text?.trim().to_owned())).filter(|v| *v != Value::Text(String::new()))
        }
    }
}

/// Reads a legal time: `2026-03-10T22:00` or with seconds.
pub fn parse_time(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"].iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok())
}

/// Holds values against their fields: known, of the right type, within bounds, and all there if `complete`.
pub(super) fn check_fields(fields: &[Field], given: &Fields, prefix: &str, complete: bool) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for (name, value) in given {
        let path = format!("{prefix}/{name}");
        match fields.iter().find(|f| &f.id == name) {
            None => reasons.push(unknown_field(fields, &path)),
            Some(field) if !fits(field, value) => reasons.push(wrong(field, &path)),
            Some(_) => {}
        }
    }
    if complete {
        for field in fields.iter().filter(|f| f.required && !given.contains_key(&f.id)) {
            let statement = Text::new(
                format!("缺少必填项“{}”", field.name.zh),
                format!("“{}” is required", field.name.en),
            );
            reasons.push(Reason::engine("FIELD_MISSING", statement).on(format!("{prefix}/{}", field.id)));
        }
    }
    reasons
}

fn fits(field: &Field, value: &Value) -> bool {
    match (field.kind, value) {
        (FieldKind::Bool, Value::Bool(_))
        | (FieldKind::Date, Value::Date(_))
        | (FieldKind::Time, Value::Time(_))
        | (FieldKind::Text, Value::Recorded) => true,
        (FieldKind::Int, Value::Int(n)) => {
            field.min.is_none_or(|min| *n >= min) && field.max.is_none_or(|max| *n <= max)
        }
        (FieldKind::Choice, Value::Choice(option)) => field.options.iter().any(|(id, _)| id == option),
        (FieldKind::Text, Value::Text(text)) => !text.contains('\0') && text.chars().count() <= LONGEST_TEXT,
        _ => false,
    }
}

fn unknown_field(fields: &[Field], path: &str) -> Reason {
    let known = fields.iter().map(|f| f.id.as_str()).collect::<Vec<_>>().join(", ");
    Reason::engine(
        "FIELD_UNKNOWN",
        Text::new(
            format!("没有这一项；可填：{known}"),
            format!("there is no such field; known fields: {known}"),
        ),
    )
    .on(path)
}

fn wrong(field: &Field, path: &str) -> Reason {
    let range_zh = match (field.min, field.max) {
        (Some(min), Some(max)) => format!("（{min} 至 {max}）"),
        (Some(min), None) => format!("（不小于 {min}）"),
        (None, Some(max)) => format!("（不大于 {max}）"),
        (None, None) => String::new(),
    };
    let range_en = match (field.min, field.max) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(" of at least {min}"),
        (None, Some(max)) => format!(" of at most {max}"),
        (None, None) => String::new(),
    };
    let options = field.options.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(", ");
    let (zh, en) = match field.kind {
        FieldKind::Bool => ("应填是或否（true 或 false）".into(), "expected true or false".into()),
        FieldKind::Int => (format!("应填整数{range_zh}"), format!("expected a whole number{range_en}")),
        FieldKind::Date => ("应填日期，如 2026-03-10".into(), "expected a date such as 2026-03-10".into()),
        FieldKind::Time => {
            ("应填时间，如 2026-03-10T22:00".into(), "expected a time such as 2026-03-10T22:00".into())
        }
        FieldKind::Choice => (format!("应为以下之一：{options}"), format!("expected one of: {options}")),
        FieldKind::Text => (
            format!("应填不超过 {LONGEST_TEXT} 字的文字"),
            format!("expected a text of at most {LONGEST_TEXT} characters"),
        ),
    };
    Reason::engine(
        "FIELD_INVALID",
        Text::new(format!("“{}”{zh}", field.name.zh), format!("“{}”: {en}", field.name.en)),
    )
    .on(path)
}

/// What the law keeps of recorded values: of a text, only that it was recorded.
pub(super) fn without_words(fields: &Fields) -> Fields {
    fields
        .iter()
        .map(|(name, value)| {
            let kept = match value {
                Value::Text(_) => Value::Recorded,
                other => other.clone(),
            };
            (name.clone(), kept)
        })
        .collect()
}
