//! Refusals teach: the rule, its source, what is missing, who can record it and what may be done instead.

use serde::{Deserialize, Serialize};

use super::pack::Level;
use crate::record::Text;

/// Why a command was not accepted. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refusal {
    /// Every reason, hard ones first.
    pub reasons: Vec<Reason>,
}

impl Refusal {
    /// A refusal with one reason.
    pub fn one(reason: Reason) -> Self {
        Self { reasons: vec![reason] }
    }

    /// Codes of the reasons that no written explanation can overcome.
    pub fn hard_codes(&self) -> impl Iterator<Item = &str> {
        self.reasons.iter().filter(|r| r.level == Level::Hard).map(|r| r.code.as_str())
    }

    /// Whether people outside the office must not learn from it that a record exists.
    pub fn concealed(&self) -> bool {
        self.reasons.iter().any(|r| r.conceal)
    }
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    /// Stable code: `S05`, `I12`, `SUPP_LIMIT`.
    pub code: String,
    /// Refuses, or asks for a written reason.
    pub level: Level,
    /// What the rule says.
    pub statement: Text,
    /// Its source; empty for rules of the service itself.
    pub source: String,
    /// What would satisfy it.
    pub wanted: Option<Text>,
    /// Roles that can record it.
    pub recorded_by: Vec<Text>,
    /// The lawful alternative.
    pub instead: Option<Text>,
    /// Field of the request that it is about.
    pub field: Option<String>,
    /// Outsiders learn nothing.
    #[serde(default)]
    pub conceal: bool,
}

impl Reason {
    /// A hard reason of the service itself.
    pub fn engine(code: &str, statement: Text) -> Self {
        Self {
            code: code.into(),
            level: Level::Hard,
            statement,
            source: String::new(),
            wanted: None,
            recorded_by: Vec::new(),
            instead: None,
            field: None,
            conceal: false,
        }
    }

    /// The same, about one field of the request.
    #[must_use]
    pub fn on(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}
