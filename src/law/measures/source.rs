//! What `measures.yaml` says, word for word.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::law::pack::source::{Confidence, Name};
use crate::record::Text;

/// The measures at liberty of a jurisdiction.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasuresFile {
    /// Conditions that measures may carry.
    pub conditions: Vec<ConditionFile>,
    /// Answers to a breach, mildest first.
    pub responses: Vec<ResponseFile>,
    /// The measures, least intrusive first.
    pub measures: Vec<MeasureFile>,
}

/// A condition that a measure may carry.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionFile {
    /// Name.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// Law that allows it.
    pub source: String,
    /// How sure the authors are of that.
    pub confidence: Confidence,
    /// It is counted in hours.
    #[serde(default)]
    pub hours: bool,
}

/// An answer to a breach.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResponseFile {
    /// Name.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
}

/// A measure at liberty.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureFile {
    /// Name.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// What it is and what it is for.
    pub about: Text,
    /// Law that allows it.
    pub source: String,
    /// How sure the authors are of that.
    pub confidence: Confidence,
    /// The event of the case by which it is decided: the measure follows it and never goes before it.
    #[schemars(with = "Option<String>")]
    pub event: Option<Name>,
    /// Roles that propose it.
    #[schemars(with = "Vec<String>")]
    pub proposed_by: Vec<Name>,
    /// Roles that decide on it.
    #[schemars(with = "Vec<String>")]
    pub decided_by: Vec<Name>,
    /// Who decides is never who proposed.
    #[serde(default)]
    pub two_persons: bool,
    /// Roles that supervise it.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub supervised_by: Vec<Name>,
    /// It needs the free agreement of the child and of a guardian.
    #[serde(default)]
    pub consent: bool,
    /// It takes effect at once and asks for nothing more: no term, no conditions, nobody supervises.
    #[serde(default)]
    pub at_once: bool,
    /// Longest duration in months. Every measure that is not at once has one.
    pub longest_months: Option<u32>,
    /// Shortest duration in months.
    pub shortest_months: Option<u32>,
    /// Conditions that it may carry.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub conditions: Vec<Name>,
    /// Most conditions at a time.
    pub most_conditions: Option<u32>,
    /// Most hours in all, where it may carry a condition that is counted in hours.
    pub most_hours: Option<u32>,
    /// How often the child is met.
    pub contact: Option<ContactFile>,
    /// How it may be taken back.
    pub revocation: Option<RevocationFile>,
}

/// How often the child is met.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactFile {
    /// Fewest visits in a period.
    pub at_least: u32,
    /// Most visits in a period.
    pub at_most: u32,
    /// The period.
    pub per: Period,
}

/// A period in which visits are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Seven days.
    Week,
    /// Fourteen days.
    Fortnight,
    /// A month.
    Month,
}

/// How a measure may be taken back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevocationFile {
    /// The event of the case by which it is revoked: the measure follows it and never goes before it.
    #[schemars(with = "Option<String>")]
    pub event: Option<Name>,
    /// One person asks, another decides.
    #[serde(default)]
    pub two_persons: bool,
    /// The only grounds.
    pub grounds: Vec<GroundFile>,
}

/// A ground for revocation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroundFile {
    /// Name.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// Law.
    pub source: String,
    /// It weighs so much that milder answers need not have been tried before.
    #[serde(default)]
    pub serious: bool,
    /// Breaches on record that it presupposes.
    #[serde(default)]
    pub breaches: u32,
}
