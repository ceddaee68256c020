//! Proves a pack before it is used: reads it ([`lint`]) and walks through everything that may happen in it
//! ([`explore`]).
//!
//! The walk is an over-approximation: inputs, evidence, dates and the child are not known, and what is not known may
//! go either way. "Never" is therefore proved; "possible" may turn out to be impossible in a real case.

mod challenges;
mod ends;
mod explore;
mod floor;
mod forms;
mod lint;
mod slice;
mod survey;
mod time;
mod uses;
mod verdict;
mod world;

#[cfg(test)]
mod mutations;
#[cfg(test)]
pub(super) mod tests;

pub use explore::{Exploration, explore};
pub use lint::lint;
pub use time::calendar_until;

use serde::Serialize;
use std::fmt;

use super::case::Standing;
use super::pack::{Pack, Where};
use crate::record::Text;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The pack must not be used like this.
    Error,
    /// Worth a look; it may be meant.
    Warning,
}

/// One step of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What happened: the code of an event, or `evidence`, `issue` or `serve` with a code.
    pub what: String,
    /// Where the case stands afterwards.
    pub to: Standing,
    /// Facts, acts done and clocks that steer the conditions in question, afterwards.
    pub known: Vec<String>,
}

/// Something wrong with a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub level: Level,
    /// Stable code, for example `state-unreachable`.
    pub kind: &'static str,
    /// Where it stands in the pack's files.
    pub at: Where,
    /// What is wrong.
    pub message: Text,
    /// Shortest way there, where that helps.
    pub trace: Vec<Step>,
}

impl Finding {
    fn error(kind: &'static str, at: &Where, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { level: Level::Error, kind, at: at.clone(), message: Text::new(zh, en), trace: Vec::new() }
    }

    fn warning(kind: &'static str, at: &Where, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(kind, at, zh, en) }
    }

    fn along(mut self, trace: Vec<Step>) -> Self {
        self.trace = trace;
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.at, self.kind, self.message.en)?;
        for step in &self.trace {
            let Standing { main, measure, remedy, record } = &step.to;
            write!(f, "\n    {} -> {main}, {measure}, {remedy}, {record}", step.what)?;
            if !step.known.is_empty() {
                write!(f, " ({})", step.known.join(", "))?;
            }
        }
        Ok(())
    }
}

/// Everything that reading and walking find, errors first, then in file order.
pub fn check(pack: &Pack) -> Vec<Finding> {
    let mut findings = lint(pack);
    findings.extend(explore(pack).findings);
    findings.sort_by(|a, b| (a.level, &a.at, a.kind).cmp(&(b.level, &b.at, b.kind)));
    findings
}

/// A place for what has none of its own.
fn file(name: &str) -> Where {
    Where { file: name.into(), line: 1, column: 1 }
}
