//! What every jurisdiction must know of the child and the alleged offence to apply its law.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The child's sex as the file records it; it decides who may search and question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 女.
    Girl,
    /// 男.
    Boy,
}

/// The child, as far as the law asks. Name and identity are kept apart, under another key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// Sex.
    pub sex: Sex,
    /// Day of birth.
    pub born: NaiveDate,
    /// Whether the day of birth is proved by evidence.
    pub birth_proved: bool,
    /// Needs an interpreter (CRC 40(2)(b)(vi)).
    #[serde(default)]
    pub needs_interpreter: bool,
    /// Needs procedural accommodation because of a disability (CRPD 13).
    #[serde(default)]
    pub needs_accommodation: bool,
    /// Is pregnant or cares for a child of her own (Bangkok Rules 57, 64).
    #[serde(default)]
    pub pregnant_or_caring: bool,
}

/// The alleged offence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Offence {
    /// Day of the act, in legal time.
    pub on: NaiveDate,
    /// An act that is no crime when an adult does it, such as truancy (Beijing Rules 3).
    #[serde(default)]
    pub status_offence: bool,
}
