//! What a case file says.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use serde_saphyr::{Location, Spanned};
use std::collections::BTreeMap;

use crate::law::pack::{Flaw, Where};
use crate::record::{Alternative, Child, Decision, Offence, Sanction, Sex, Text};

/// One case of `cases/*.yaml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseScript {
    /// Code, for example `F1`.
    pub id: String,
    /// Name.
    pub name: Text,
    /// What the case shows.
    #[serde(default)]
    pub about: Text,
    /// The child; invented.
    pub child: ChildScript,
    /// The alleged offence.
    #[serde(deserialize_with = "offence")]
    #[schemars(with = "OffenceScript")]
    pub offence: Offence,
    /// Who acts, by a short name used in `by`.
    pub people: BTreeMap<String, Person>,
    /// What happens, day by day.
    pub steps: Vec<Step>,
}

/// The child of a case file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChildScript {
    /// Name, for the reader.
    #[serde(default)]
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Day of birth.
    pub born: NaiveDate,
    /// Proved by evidence.
    pub birth_proved: bool,
    /// Needs an interpreter.
    #[serde(default)]
    pub needs_interpreter: bool,
    /// Needs accommodation.
    #[serde(default)]
    pub needs_accommodation: bool,
    /// Pregnant or caring for a child.
    #[serde(default)]
    pub pregnant_or_caring: bool,
}

impl ChildScript {
    /// The child as the law sees it.
    pub fn facts(&self) -> Child {
        Child {
            sex: self.sex,
            born: self.born,
            birth_proved: self.birth_proved,
            needs_interpreter: self.needs_interpreter,
            needs_accommodation: self.needs_accommodation,
            pregnant_or_caring: self.pregnant_or_caring,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OffenceScript {
    on: NaiveDate,
    #[serde(default)]
    status_offence: bool,
}

fn offence<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Offence, D::Error> {
    let script = OffenceScript::deserialize(deserializer)?;
    Ok(Offence { on: script.on, status_offence: script.status_offence })
}

/// A person who acts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Name, for the reader.
    #[serde(default)]
    pub name: String,
    /// Pack roles.
    pub roles: Vec<String>,
}

/// One dated step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The day.
    #[schemars(with = "Option<NaiveDate>")]
    pub on: Option<Spanned<NaiveDate>>,
    /// Or the minute, legal time: `2026-03-10T22:00`.
    #[schemars(with = "Option<String>")]
    pub at: Option<Spanned<String>>,
    /// An event is done.
    #[serde(rename = "do")]
    pub act: Option<String>,
    /// Evidence of a safeguard is recorded.
    pub record: Option<String>,
    /// A document is made.
    pub issue: Option<String>,
    /// A document is received.
    pub serve: Option<String>,
    /// What is known of the child is corrected.
    pub correct: Option<ChildScript>,
    /// Why it is corrected.
    pub reason: Option<String>,
    /// Who does it.
    pub by: Option<String>,
    /// Inputs of the event or document.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Json>")]
    pub input: Map<String, Json>,
    /// Fields of the evidence.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Json>")]
    pub fields: Map<String, Json>,
    /// Journal entry that the evidence corrects.
    pub supersedes: Option<u32>,
    /// Evidence given with the act, by safeguard.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Json>>")]
    pub evidence: BTreeMap<String, Map<String, Json>>,
    /// The decision.
    pub decision: Option<DecisionScript>,
    /// Written reasons for warnings, by code.
    #[serde(default)]
    pub because: BTreeMap<String, String>,
    /// On whom a document is served.
    #[serde(default)]
    pub to: Vec<String>,
    /// When it was received; the step's day unless said.
    pub received: Option<NaiveDate>,
    /// What must be so afterwards.
    #[serde(default)]
    pub expect: Expectation,
}

impl Step {
    /// Where the step stands in its file.
    pub fn place(&self, file: &str) -> Where {
        let location = self
            .on
            .as_ref()
            .map(|on| on.referenced)
            .or_else(|| self.at.as_ref().map(|at| at.referenced))
            .unwrap_or(Location::UNKNOWN);
        Where { file: file.into(), line: location.line().max(1), column: location.column().max(1) }
    }
}

/// The decision of a step.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DecisionScript {
    /// Who drafts it; absent when another authority's decision is recorded.
    pub drafted_by: Option<String>,
    /// Reasons.
    pub reasons: String,
    /// Milder measures and why they are not enough.
    pub alternatives: Vec<AlternativeScript>,
    /// The child's view.
    pub child_view: String,
    /// The persons concerned are told how to challenge it.
    pub review_route: bool,
    /// Why diversion is or is not possible.
    pub diversion: String,
    /// Short for "it was considered", where the words do not matter to the case.
    pub diversion_considered: bool,
    /// A disability is among the reasons.
    pub because_of_disability: bool,
    /// The sanction: non_custodial, custodial, or one that is never allowed.
    #[schemars(with = "Option<String>")]
    pub sanction: Option<Sanction>,
}

/// A milder measure.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlternativeScript {
    /// The measure.
    pub measure: String,
    /// Why it is not enough.
    pub why_not: String,
}

impl DecisionScript {
    /// The decision as it is recorded.
    pub fn decision(&self) -> Decision {
        let diversion = if self.diversion.is_empty() && self.diversion_considered {
            "已考虑 considered".to_owned()
        } else {
            self.diversion.clone()
        };
        Decision {
            reasons: self.reasons.clone(),
            alternatives: self
                .alternatives
                .iter()
                .map(|a| Alternative { measure: a.measure.clone(), why_not: a.why_not.clone() })
                .collect(),
            child_view: self.child_view.clone(),
            review_route: self.review_route,
            diversion,
            because_of_disability: self.because_of_disability,
            sanction: self.sanction,
        }
    }
}

/// What must be so after a step.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expectation {
    /// State of each region named.
    pub state: BTreeMap<String, String>,
    /// Values of facts.
    #[schemars(with = "BTreeMap<String, Json>")]
    pub facts: Map<String, Json>,
    /// Marks shown on the case, in any order; these and no others.
    pub marks: Option<Vec<String>>,
    /// Clocks: a date (runs, due on that day), `met`, `suspended`, `ended`, `none`, or due/raw/outer/state/left/calendar_missing.
    #[schemars(with = "BTreeMap<String, Json>")]
    pub clocks: Map<String, Json>,
    /// Codes of warnings that must be among those given.
    pub warnings: Vec<String>,
    /// Documents that must be owed (not yet made).
    pub documents_due: Vec<String>,
    /// Codes that must be among the hard reasons of a refusal.
    pub refused: Vec<String>,
    /// With `refused`: these and no others.
    pub only: bool,
    /// With `refused`: whether outsiders learn from it that a record exists.
    pub reveals: Option<bool>,
}

impl CaseScript {
    /// Reads a case file.
    ///
    /// # Errors
    /// The first thing in the file that is not as expected, with its place.
    pub fn read(file: &str, text: &str) -> Result<Self, Flaw> {
        serde_saphyr::from_str(text).map_err(|error| {
            let location = error.location().unwrap_or(Location::UNKNOWN);
            let at =
                Where { file: file.into(), line: location.line().max(1), column: location.column().max(1) };
            Flaw { at, message: error.without_snippet().to_string() }
        })
    }
}
