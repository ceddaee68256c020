//! What the files in `forms/` say, word for word.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::law::pack::source::{ClassName, Confidence, Name, OptionFile};
use crate::record::Text;

/// One form, in one version: a file in `forms/`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormFile {
    /// Name by which it is asked for, for example `social_investigation`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Version, from 1. A changed form gets the next one; the file of the older version stays beside it.
    pub version: u32,
    /// Visible name.
    pub name: Text,
    /// What it is for, and what it is not used for.
    pub purpose: Text,
    /// Law that asks for it.
    pub source: String,
    /// How sure the authors are of that.
    pub confidence: Confidence,
    /// Roles that write it: all of social workers, or none.
    #[schemars(with = "Vec<String>")]
    pub written_by: Vec<Name>,
    /// Roles that return or adopt what was submitted. With none, the writer releases it without review.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub reviewed_by: Vec<Name>,
    /// Roles that read it once it is released.
    #[schemars(with = "Vec<String>")]
    pub read_by: Vec<Name>,
    /// Parts in the order in which they are written.
    pub sections: Vec<SectionFile>,
    /// What must hold between answers.
    #[serde(default)]
    pub rules: Vec<RuleFile>,
    /// Safeguards as whose evidence it offers itself once it is released.
    #[serde(default)]
    pub evidence_for: Vec<EvidenceForFile>,
    /// What its answers say of the child that the file may not know yet; a person takes it into the file.
    #[serde(default)]
    pub of_child: OfChildFile,
}

/// What the answers of a form say of the child: each a condition that holds when it is so.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfChildFile {
    /// The child needs an interpreter.
    #[schemars(with = "Option<String>")]
    pub needs_interpreter: Option<Name>,
    /// The child needs accommodation.
    #[schemars(with = "Option<String>")]
    pub needs_accommodation: Option<Name>,
    /// The child is pregnant or cares for a child of her own.
    #[schemars(with = "Option<String>")]
    pub pregnant_or_caring: Option<Name>,
}

/// A part of a form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionFile {
    /// Name, unlike that of any other section or question of the form.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// What the writer should know.
    pub help: Option<Text>,
    /// Shown only if this holds.
    #[schemars(with = "Option<String>")]
    pub when: Option<Name>,
    /// Sensitivity class of its questions, unless they say otherwise; `legal` unless said.
    #[serde(default)]
    pub class: ClassName,
    /// Questions.
    pub questions: Vec<QuestionFile>,
}

/// A question.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionFile {
    /// Name used in conditions as `input.<id>`, unlike that of any other section or question of the form.
    #[schemars(with = "String")]
    pub id: Name,
    /// The question.
    pub name: Text,
    /// Type of the answer.
    #[serde(rename = "type")]
    pub kind: QuestionKind,
    /// What the writer should know.
    pub help: Option<Text>,
    /// Where the question comes from, if not from the form's own source.
    pub source: Option<String>,
    /// Options of a `choice` or of `choices`.
    #[serde(default)]
    pub options: Vec<OptionFile>,
    /// Unit of a `number`.
    pub unit: Option<Text>,
    /// Smallest `number`.
    pub min: Option<i64>,
    /// Largest `number`.
    pub max: Option<i64>,
    /// Must be answered where it is shown.
    #[serde(default)]
    pub required: bool,
    /// Must be answered if this holds.
    #[schemars(with = "Option<String>")]
    pub required_when: Option<Name>,
    /// Asked only if this holds.
    #[schemars(with = "Option<String>")]
    pub when: Option<Name>,
    /// Sensitivity class, if not the section's.
    pub class: Option<ClassName>,
    /// What the answer means to the service.
    pub means: Option<Means>,
    /// A date or time that may not lie in the future.
    #[serde(default)]
    pub past: bool,
    /// Questions of each row of a `table`.
    #[serde(default)]
    pub columns: Vec<QuestionFile>,
    /// Rows of a `table` that are given, one for each of these. Without them the writer adds rows.
    #[serde(default)]
    pub rows: Vec<OptionFile>,
    /// Fewest rows that the writer adds.
    pub at_least: Option<u32>,
    /// Most rows that the writer adds.
    pub at_most: Option<u32>,
}

/// Types of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// One line.
    Text,
    /// Free text.
    LongText,
    /// A day.
    Date,
    /// A minute of a day, legal time.
    DateTime,
    /// Yes or no.
    YesNo,
    /// One of `options`.
    Choice,
    /// Some of `options`.
    Choices,
    /// A whole number, with `unit`, `min` and `max`.
    Number,
    /// A person: name, relation, organisation, contact.
    Person,
    /// Rows with the same `columns`.
    Table,
}

/// What an answer means to the service, which otherwise knows nothing of a form's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A consent: where it is asked for, only "yes" lets the form be submitted.
    Consent,
    /// The writer's statement on conflicts of interest.
    ConflictStatement,
    /// Whether somebody disagrees, or why.
    Disagreement,
    /// The child's own words.
    ChildWords,
    /// A score. It informs and never decides: no condition of a form may look at it.
    Score,
}

/// Something that must hold between answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Code by which a refusal names it.
    #[schemars(with = "String")]
    pub code: Name,
    /// What must hold. As long as something that it needs is not answered, it holds.
    #[schemars(with = "String")]
    pub require: Name,
    /// What the rule says.
    pub text: Text,
}

/// As which evidence a released form offers itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceForFile {
    /// The safeguard.
    #[schemars(with = "String")]
    pub safeguard: Name,
    /// Fields of its evidence that follow from the answers; a person fills in the rest.
    #[schemars(with = "BTreeMap<String, String>")]
    pub fields: BTreeMap<String, Name>,
}
