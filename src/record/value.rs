//! A value recorded in a case: what an input, an evidence field or a fact holds.

use chrono::{NaiveDate, NaiveDateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A recorded value. Dates and times are legal times in the pack's own zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A day.
    Date(NaiveDate),
    /// A minute of a day.
    Time(NaiveDateTime),
    /// One of the options that the field declares.
    Choice(String),
    /// Free text, kept in the journal.
    Text(String),
    /// Free text of which the law needs to know only that it was recorded; the words stay in the journal.
    Recorded,
}
