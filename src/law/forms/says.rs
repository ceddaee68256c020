//! What is said about an answer that does not stand.

use super::model::{Choice, Form, Kind, Question, Rows, Table};
use super::read::LONGEST_LINE;
use crate::law::Reason;
use crate::law::input::LONGEST_TEXT;
use crate::record::Text;

/// There is no such question.
pub(super) fn unknown(form: &Form, name: &str) -> Reason {
    let list: Vec<&str> = form.questions().map(|(_, question)| question.id.as_str()).collect();
    no_such(&list).on(format!("/answers/{name}"))
}

/// There is no such name.
pub(super) fn no_such(known: &[&str]) -> Reason {
    let known = known.join(", ");
    let text = Text::new(
        format!("本表没有这一项；可填：{known}"),
        format!("the form has no such question; it has: {known}"),
    );
    Reason::engine("FIELD_UNKNOWN", text)
}

/// It does not fit the question.
pub(super) fn wrong(question: &Question) -> Reason {
    let codes =
        |choices: &[Choice]| choices.iter().map(|choice| choice.id.as_str()).collect::<Vec<_>>().join(", ");
    let (zh, en) = match &question.kind {
        Kind::Text => (
            format!("应填不超过 {LONGEST_LINE} 字的一行文字"),
            format!("expected one line of at most {LONGEST_LINE} characters"),
        ),
        Kind::LongText => (
            format!("应填不超过 {LONGEST_TEXT} 字的文字"),
            format!("expected a text of at most {LONGEST_TEXT} characters"),
        ),
        Kind::Date if question.past => (
            "应填日期，如 2026-03-10，且不晚于今天".into(),
            "expected a date such as 2026-03-10, not in the future".into(),
        ),
        Kind::Date => ("应填日期，如 2026-03-10".into(), "expected a date such as 2026-03-10".into()),
        Kind::DateTime if question.past => (
            "应填时间，如 2026-03-10T22:00，且不晚于今天".into(),
            "expected a time such as 2026-03-10T22:00, not in the future".into(),
        ),
        Kind::DateTime => {
            ("应填时间，如 2026-03-10T22:00".into(), "expected a time such as 2026-03-10T22:00".into())
        }
        Kind::YesNo => ("应填是或否（true 或 false）".into(), "expected true or false".into()),
        Kind::Choice(options) => {
            (format!("应为以下之一：{}", codes(options)), format!("expected one of: {}", codes(options)))
        }
        Kind::Choices(options) => (
            format!("应为下列选项的列表：{}", codes(options)),
            format!("expected a list of some of: {}", codes(options)),
        ),
        Kind::Number(limits) => {
            let least = limits.min.map_or(String::from("…"), |n| n.to_string());
            let most = limits.max.map_or(String::from("…"), |n| n.to_string());
            (format!("应填整数（{least} 至 {most}）"), format!("expected a whole number, {least} to {most}"))
        }
        Kind::Person => (
            "应填人员：姓名必填，可填关系、单位、联系方式（name, relation, organisation, contact）".into(),
            "expected a person: name, and if known relation, organisation and contact".into(),
        ),
        Kind::Table(Table { rows: Rows::Added { .. }, .. }) => {
            ("应填行的列表".into(), "expected a list of rows".into())
        }
        Kind::Table(Table { rows: Rows::Given(rows), .. }) => {
            (format!("应逐项填写：{}", codes(rows)), format!("expected a map with some of: {}", codes(rows)))
        }
    };
    let text = Text::new(format!("“{}”{zh}", question.name.zh), format!("“{}”: {en}", question.name.en));
    Reason::engine("FIELD_INVALID", text)
}

/// A consent is missing or was refused.
pub(super) fn no_consent(question: &Question, path: &str) -> Reason {
    let text = Text::new(
        format!("“{}”：未取得同意，不得进行，也不得提交有关内容", question.name.zh),
        format!(
            "“{}”: without this consent it is not done, and what came of it is not submitted",
            question.name.en
        ),
    );
    Reason::engine("CONSENT_MISSING", text).on(path)
}

/// It must be answered.
pub(super) fn must(question: &Question, path: &str) -> Reason {
    let text = Text::new(
        format!("“{}”必须填写", question.name.zh),
        format!("“{}” must be answered", question.name.en),
    );
    Reason::engine("FIELD_MISSING", text).on(path)
}

/// A row must be answered.
pub(super) fn must_row(question: &Question, row: &Choice, path: &str) -> Reason {
    let text = Text::new(
        format!("“{}”：“{}”必须填写", question.name.zh, row.name.zh),
        format!("“{}”: “{}” must be answered", question.name.en, row.name.en),
    );
    Reason::engine("FIELD_MISSING", text).on(path)
}

/// There are too few or too many rows.
pub(super) fn count(question: &Question, least: usize, most: usize, path: &str) -> Reason {
    let text = Text::new(
        format!("“{}”应有 {least} 至 {most} 行", question.name.zh),
        format!("“{}” has {least} to {most} rows", question.name.en),
    );
    Reason::engine("FIELD_INVALID", text).on(path)
}
