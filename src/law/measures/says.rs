//! What a refusal says.

use super::model::Measure;
use crate::law::Reason;
use crate::law::floor::{Demand, Severity};
use crate::law::pack::Level;
use crate::record::Text;

/// A reason with the rule's source.
pub(super) fn rule(code: &str, source: &str, zh: impl Into<String>, en: impl Into<String>) -> Reason {
    Reason { source: source.to_owned(), ..Reason::engine(code, Text::new(zh, en)) }
}

/// A reason that cites the law of a measure.
pub(super) fn of(measure: &Measure, code: &str, zh: impl Into<String>, en: impl Into<String>) -> Reason {
    rule(code, &measure.source, zh, en)
}

/// A right of the floor that a step falls short of.
pub(super) fn right(demand: Demand, severity: Severity, wanted: Option<Text>) -> Reason {
    let (statement, instead) = (demand.statement(), demand.instead());
    Reason {
        level: if severity == Severity::Refuse { Level::Hard } else { Level::Warn },
        source: demand.source().to_owned(),
        wanted,
        instead: Some(Text::new(instead.zh, instead.en)),
        ..Reason::engine(demand.code(), Text::new(statement.zh, statement.en))
    }
}

/// Names in a list, for whoever named another.
pub(super) fn unknown<'a>(what: (&str, &str), field: &str, known: impl Iterator<Item = &'a str>) -> Reason {
    let known = known.collect::<Vec<_>>().join(", ");
    let text = Text::new(
        format!("没有这一{}；可用：{known}", what.0),
        format!("there is no such {}; there are: {known}", what.1),
    );
    Reason::engine("MEASURE_WORD", text).on(field)
}

/// A text that is missing.
pub(super) fn empty(field: &str) -> Reason {
    Reason::engine("FIELD_MISSING", Text::new("此项必须填写", "this must be written")).on(field)
}
