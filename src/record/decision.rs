//! The record of a decision: why, instead of what, and what the child said.

use serde::{Deserialize, Serialize};

/// What is written down with a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Decision {
    /// Reasons (CRC 40(2)(b)(v)).
    pub reasons: String,
    /// Milder measures that were considered, each with the reason why it is not enough (CRC 37(b)).
    pub alternatives: Vec<Alternative>,
    /// The child's own view, in the child's words (CRC 12); empty if it was not heard.
    pub child_view: String,
    /// The persons concerned were told how to challenge the decision.
    pub review_route: bool,
    /// Why diversion is or is not possible (CRC 40(3)(b)); empty if it was not considered.
    pub diversion: String,
    /// A disability is among the reasons for custody; the floor never accepts that (CRPD 14).
    pub because_of_disability: bool,
    /// A sanction that is proposed or imposed.
    pub sanction: Option<Sanction>,
}

/// A milder measure and why it is not enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// The measure.
    pub measure: String,
    /// Why it is not enough.
    pub why_not: String,
}

/// Kinds of sanction that the floor distinguishes (CRC 37(a); Beijing Rules 17; Havana Rules 67).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sanction {
    /// Without deprivation of liberty.
    NonCustodial,
    /// Deprivation of liberty for a limited time.
    Custodial,
    /// Never: corporal punishment.
    CorporalPunishment,
    /// Never: death.
    Death,
    /// Never: life imprisonment without release.
    LifeWithoutRelease,
    /// Never: solitary confinement as punishment.
    PunitiveSolitary,
}

impl Sanction {
    /// Whether no child may ever suffer it.
    pub const fn prohibited(self) -> bool {
        matches!(
            self,
            Self::CorporalPunishment | Self::Death | Self::LifeWithoutRelease | Self::PunitiveSolitary
        )
    }
}
