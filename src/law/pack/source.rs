//! What the files of a pack say, word for word: the YAML shapes, before any name is resolved.
//!
//! `workflows/README.md` explains the format to lawyers; `tutela pack schema` prints these types as JSON Schema.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

use crate::law::age::AgeRule;
use crate::law::clock::{FirstDay, Length, Roll};
use crate::law::floor;
use crate::record::Text;

/// A name or expression together with the place where it stands.
pub type Name = Spanned<String>;

/// How sure the authors are of a rule's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema)]
pub enum Confidence {
    /// The legal text was read.
    V,
    /// Read only as a quotation or summary.
    Vq,
    /// From memory: to be checked before use.
    M,
    /// A design choice, not law.
    P,
}

/// `pack.yaml`: identity, languages, time zone, roles, age, facts, derogations, outcomes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    /// Stable identity, equal to the folder's name.
    #[schemars(with = "String")]
    pub id: Name,
    /// Version of the pack; a case stays with the version under which it was opened.
    pub version: String,
    /// First day on which cases may be opened under this version.
    pub effective_from: NaiveDate,
    /// Name of the jurisdiction.
    pub name: Text,
    /// Languages in which every visible text is given.
    pub languages: Vec<String>,
    /// IANA zone of legal time, for example `Asia/Shanghai`.
    #[schemars(with = "String")]
    pub time_zone: Name,
    /// How age is counted and which ages matter.
    pub age: AgeFile,
    /// Who acts.
    pub roles: Vec<RoleFile>,
    /// Facts of a case beyond those that every jurisdiction has.
    #[serde(default)]
    pub facts: Vec<FactFile>,
    /// Checks of the rights floor that this jurisdiction's law does not keep. Shown on every case they touch.
    #[serde(default)]
    pub derogations: Vec<DerogationFile>,
    /// Which decision the law suggests, first match first.
    #[serde(default)]
    pub outcomes: Vec<OutcomeFile>,
    /// How a case goes to another office of the same service; without it none does.
    #[serde(default)]
    pub transfer: Option<TransferFile>,
    /// What a child is told on the sheet that is printed for them.
    #[serde(default)]
    pub sheet: Option<SheetFile>,
    /// Days after which a draft that nobody touched is stale; a week unless said.
    #[serde(default)]
    pub stale_draft_days: Option<u32>,
}

/// What a child is told on their own sheet, in words of their age.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetFile {
    /// What they may ask for at any time.
    pub rights: Vec<RightFile>,
    /// How to complain.
    pub complaint: Text,
}

/// Something that a child may ask for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RightFile {
    /// In their words.
    pub text: Text,
    /// Source of the right.
    pub source: String,
}

/// How a case goes from one office to another.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferFile {
    /// What the sending office may still read of its own file once another office has the case.
    pub sender_reads: SenderReads,
    /// The event with which the sending office hands the case over.
    #[schemars(with = "String")]
    pub hand_over: Name,
    /// The event in the sending office's file that records the receipt. Its inputs may be a text, which gets the
    /// receiving office's name, and a date, which gets the day of receipt.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub receipt: Option<Name>,
    /// The event with which the receiving office opens its file.
    #[schemars(with = "String")]
    pub open: Name,
    /// Inputs of that event which follow from the sending office's file and are not typed again.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub carry: BTreeMap<String, Name>,
    /// How the child's present measure goes along.
    #[serde(default)]
    pub measure: Option<CarriedMeasureFile>,
    /// Facts that the receiving office takes over as they stand.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub facts: Vec<Name>,
}

/// How the present measure is told to the event with which the receiving office opens its file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CarriedMeasureFile {
    /// The input that names the measure.
    #[schemars(with = "String")]
    pub input: Name,
    /// For each state of the region `measure`, the option of that input.
    #[schemars(with = "BTreeMap<String, String>")]
    pub states: BTreeMap<String, Name>,
    /// The input that is the measure's first day.
    #[schemars(with = "String")]
    pub from: Name,
    /// Clocks that run from the first day of a measure other than custody; of custody the case itself knows it.
    #[schemars(with = "Vec<String>")]
    pub clocks: Vec<Name>,
}

/// What a sending office may still read of its own file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SenderReads {
    /// Everything it recorded, until its file is sealed.
    UntilSealed,
    /// Nothing any more; its case management still records the result, its records staff seal it.
    Nothing,
}

/// How age counts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeFile {
    /// The day on which an age is reached.
    pub reached: AgeRule,
    /// Lowest age of criminal responsibility in any case.
    pub minimum: u32,
    /// Age from which a person is no longer a child.
    pub adult: u32,
    /// Source of the rule.
    pub source: String,
}

/// A role that acts in events.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleFile {
    /// Name used in `by:`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// Whether the role is the office's own, another party, or the service itself.
    pub kind: RoleKind,
    /// Accounts of which kind may act in this role (own) or record what it did (outside).
    #[serde(default)]
    #[schemars(with = "Vec<StaffRole>")]
    pub staff: Vec<Spanned<StaffRole>>,
}

/// Whose role it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleKind {
    /// The office that uses the service.
    Own,
    /// A party or another authority; staff record what it did.
    Outside,
    /// The service itself, when a clock ends.
    System,
}

/// The kinds of account that the service knows.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    serde::Serialize,
    JsonSchema,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// 检察官: handles the case.
    Prosecutor,
    /// 检察长: approves, never what they drafted.
    Chief,
    /// 案件管理: intake and service of documents.
    Clerk,
    /// 司法社工: assessments, plans and visits of their own children.
    SocialWorker,
    /// 监督: audit, outcomes and workload of their office and below.
    Supervisor,
    /// 档案: sealing, queries and certificates.
    Records,
    /// 管理员: accounts and configuration; sees no case.
    Admin,
    /// 研究: suppressed aggregates only.
    Researcher,
}

impl StaffRole {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Prosecutor,
        Self::Chief,
        Self::Clerk,
        Self::SocialWorker,
        Self::Supervisor,
        Self::Records,
        Self::Admin,
        Self::Researcher,
    ];
}

/// A typed fact of the case, changed only by effects.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactFile {
    /// Name used in expressions as `case.<id>`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// Type of the value.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Options of a `choice`.
    #[serde(default)]
    pub options: Vec<OptionFile>,
    /// Value when the case is opened, written as an expression; absent means not yet known.
    #[schemars(with = "Option<String>")]
    pub initial: Option<Name>,
    /// Smallest value of an `int`.
    pub min: Option<i64>,
    /// Largest value of an `int`.
    pub max: Option<i64>,
    /// Shown as a mark on the case while true.
    #[serde(default)]
    pub mark: bool,
}

/// Types of inputs, evidence fields and facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// A day.
    Date,
    /// A minute of a day, legal time.
    Time,
    /// One of `options`.
    Choice,
    /// Free text; expressions can only ask whether it was recorded.
    Text,
}

/// One option of a choice.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionFile {
    /// Stable code.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
}

/// A named departure from the rights floor.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DerogationFile {
    /// The check that is not kept.
    #[schemars(with = "floor::Check")]
    pub check: Spanned<floor::Check>,
    /// Why, in words that are shown on the case.
    pub reason: Text,
    /// The law that departs.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
}

/// One row of the table that suggests a decision.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeFile {
    /// Condition over `child.*` and `case.*`.
    #[schemars(with = "String")]
    pub when: Name,
    /// Events that the row suggests.
    #[schemars(with = "Vec<String>")]
    pub suggest: Vec<Name>,
    /// Explanation for the officer, who confirms.
    pub note: Text,
    /// Source of the row.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
}

/// `states.yaml`: the four regions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatesFile {
    /// The proceeding.
    pub main: RegionFile<floor::Proceeding>,
    /// The child's liberty.
    pub measure: RegionFile<floor::Liberty>,
    /// Challenges to a decision.
    pub remedy: RegionFile<floor::Remedy>,
    /// The file itself.
    pub record: RegionFile<floor::Record>,
}

/// The states of one region.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegionFile<P> {
    /// State of a case that has not been opened yet.
    #[schemars(with = "String")]
    pub initial: Name,
    /// All states.
    pub states: Vec<StateFile<P>>,
}

/// One state.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateFile<P> {
    /// Name used in `from:` and `to:`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// The same in words that a child understands, for the sheet that is printed for them; the name unless said.
    #[serde(default)]
    pub plain: Option<Text>,
    /// The floor's phase that this state is one of.
    pub phase: P,
    /// Stage to which evidence of scope `stage` belongs; only in `main`. Defaults to the phase.
    pub stage: Option<String>,
    /// Whether the proceeding may end here.
    #[serde(default)]
    pub end: bool,
}

/// One event of `events.yaml` (the file is a list of these).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventFile {
    /// Code, for example `T28`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// Source of the rule.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// States per region in which the event may happen; a region left out may be in any state.
    #[serde(default)]
    pub from: PlacesFile,
    /// Roles that may do it.
    #[schemars(with = "Vec<String>")]
    pub by: Vec<Name>,
    /// What the event is in the floor's terms.
    pub acts: Vec<floor::Act>,
    /// A decision with reasons, drafted by one person and approved by another.
    #[serde(default)]
    pub decision: bool,
    /// What is recorded with it.
    #[serde(default)]
    pub inputs: Vec<FieldFile>,
    /// Safeguards that must be met, at their own level.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub safeguards: Vec<Name>,
    /// Safeguards that only warn at this event.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub warned_safeguards: Vec<Name>,
    /// Further conditions.
    #[serde(default)]
    pub guards: Vec<GuardFile>,
    /// Where it leads: the first whose `when` holds; the last has no `when`.
    pub outcomes: Vec<TargetFile>,
    /// What follows whichever outcome was taken.
    #[serde(default)]
    pub effects: Vec<EffectFile>,
}

/// States of each region; for `from`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlacesFile {
    /// States of the proceeding.
    #[schemars(with = "Option<Vec<String>>")]
    pub main: Option<Vec<Name>>,
    /// States of liberty.
    #[schemars(with = "Option<Vec<String>>")]
    pub measure: Option<Vec<Name>>,
    /// States of challenges.
    #[schemars(with = "Option<Vec<String>>")]
    pub remedy: Option<Vec<Name>>,
    /// States of the record.
    #[schemars(with = "Option<Vec<String>>")]
    pub record: Option<Vec<Name>>,
}

/// The state each region moves to; for `to`. A region left out stays.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveFile {
    /// Target of the proceeding.
    #[schemars(with = "Option<String>")]
    pub main: Option<Name>,
    /// Target of liberty.
    #[schemars(with = "Option<String>")]
    pub measure: Option<Name>,
    /// Target of challenges.
    #[schemars(with = "Option<String>")]
    pub remedy: Option<Name>,
    /// Target of the record.
    #[schemars(with = "Option<String>")]
    pub record: Option<Name>,
}

/// One possible outcome of an event.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// Condition; the last outcome has none.
    #[schemars(with = "Option<String>")]
    pub when: Option<Name>,
    /// States moved to.
    #[serde(default)]
    pub to: MoveFile,
    /// Effects of this outcome only.
    #[serde(default)]
    pub effects: Vec<EffectFile>,
}

/// A condition of an event with a code of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardFile {
    /// Refusal code, for example `SUPP_LIMIT`.
    #[schemars(with = "String")]
    pub code: Name,
    /// What must hold.
    #[schemars(with = "String")]
    pub require: Name,
    /// What the rule says.
    pub text: Text,
    /// Source of the rule.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// Refuses (default) or warns.
    #[serde(default)]
    pub level: Level,
    /// The lawful alternative.
    pub instead: Option<Text>,
}

/// What an unmet rule does.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Refuses the act.
    #[default]
    Hard,
    /// Lets the act pass with a written reason.
    Warn,
}

/// An input of an event or a field of evidence.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldFile {
    /// Name used in expressions as `input.<id>` or `ev.<id>`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// Type of the value.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Options of a `choice`.
    #[serde(default)]
    pub options: Vec<OptionFile>,
    /// Must be given.
    #[serde(default)]
    pub required: bool,
    /// Smallest value of an `int`.
    pub min: Option<i64>,
    /// Largest value of an `int`.
    pub max: Option<i64>,
    /// Sensitivity class under which it is encrypted; `legal` unless said.
    #[serde(default)]
    pub class: ClassName,
}

/// Sensitivity classes of recorded values.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClassName {
    /// Who the child is.
    Identity,
    /// The case as the office sees it.
    #[default]
    Legal,
    /// Health and mind.
    Medical,
    /// Victim and family.
    VictimFamily,
    /// Answers given in private about violence, exploitation, pregnancy and care. They stay with the social worker, also
    /// when the form is released.
    Screening,
    /// The social worker's own counselling notes. They stay with the social worker, also when the form is released.
    Counselling,
}

/// One effect: exactly one verb, and what belongs to it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectFile {
    /// Only if this holds.
    #[schemars(with = "Option<String>")]
    pub when: Option<Name>,
    /// Starts a clock; with `length` and `from`.
    #[schemars(with = "Option<String>")]
    pub start: Option<Name>,
    /// Stops clocks: what they measured was done.
    #[schemars(with = "Option<Vec<String>>")]
    pub stop: Option<Vec<Name>>,
    /// Suspends a clock.
    #[schemars(with = "Option<String>")]
    pub suspend: Option<Name>,
    /// Lets a suspended clock run on.
    #[schemars(with = "Option<String>")]
    pub resume: Option<Name>,
    /// Gives a clock its full length again.
    #[schemars(with = "Option<String>")]
    pub restart: Option<Name>,
    /// Lengthens a running clock by the length of the clock named in `by`.
    #[schemars(with = "Option<String>")]
    pub extend: Option<Name>,
    /// For `extend`: the clock whose rule gives the added length.
    #[schemars(with = "Option<String>")]
    pub by: Option<Name>,
    /// Gives a running clock another length, counted from its start; with `length`.
    #[schemars(with = "Option<String>")]
    pub vary: Option<Name>,
    /// For `start` and `vary`: number of units, as an expression; otherwise the rule's own.
    #[schemars(with = "Option<String>")]
    pub length: Option<Name>,
    /// For `start`, `stop`, `suspend`, `resume`, `restart`: the day (or time) it counts from; otherwise the act's own.
    #[schemars(with = "Option<String>")]
    pub from: Option<Name>,
    /// Sets facts.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub set: Option<BTreeMap<String, Name>>,
    /// Documents that must now be made and served.
    #[schemars(with = "Option<Vec<String>>")]
    pub require: Option<Vec<Name>>,
    /// Documents that the act itself is.
    #[schemars(with = "Option<Vec<String>>")]
    pub issue: Option<Vec<Name>>,
}

/// One safeguard of `safeguards.yaml` (the file is a list of these).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SafeguardFile {
    /// Code, for example `S05`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Short name.
    pub name: Text,
    /// What must be so.
    pub text: Text,
    /// Source of the rule.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// Refuses or warns.
    pub level: Level,
    /// How long evidence counts.
    pub scope: Scope,
    /// When it is asked at all; always unless said. Unknown counts as asked.
    #[schemars(with = "Option<String>")]
    pub applies_when: Option<Name>,
    /// Evidence that is recorded.
    #[serde(default)]
    pub evidence: Vec<FieldFile>,
    /// When it is met. Unless said: when all required evidence is recorded. Unknown counts as not met.
    #[schemars(with = "Option<String>")]
    pub satisfied_when: Option<Name>,
    /// Roles that may record the evidence.
    #[schemars(with = "Vec<String>")]
    pub recorded_by: Vec<Name>,
    /// What would satisfy it, in words.
    pub wanted: Text,
    /// The lawful alternative.
    pub instead: Option<Text>,
    /// Which evidence of the floor it gives when met.
    #[serde(default)]
    pub provides: Vec<floor::Evidence>,
    /// What follows when it becomes met by recorded evidence.
    #[serde(default)]
    pub on_met: Vec<EffectFile>,
    /// Outsiders learn nothing from a refusal on this ground, not even that a record exists.
    #[serde(default)]
    pub conceal: bool,
}

/// How long evidence counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// For the whole case once recorded.
    Case,
    /// Within the stage of the proceeding in which it was recorded.
    Stage,
    /// For the one act with which it is recorded.
    Act,
}

/// One clock of `clocks.yaml` (the file is a list of these).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockFile {
    /// Code, for example `K19`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// Source of the rule.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// What the clock measures.
    pub kind: ClockKind,
    /// Whether the last day moves to the next working day.
    pub roll: Roll,
    /// Whether the first day counts.
    #[serde(default)]
    pub first_day: Option<FirstDay>,
    /// Lengths: the first whose dates and `when` fit the starting act.
    pub rules: Vec<ClockRuleFile>,
    /// What happens when it ends unanswered.
    pub on_expiry: Text,
    /// Days before its end from which it warns; by its length unless said (a third of a short one, a tenth of a long
    /// one). A clock of hours warns in its last hours.
    #[serde(default)]
    pub warn_days: Option<u32>,
    /// May be left running at the end of the proceeding (remedy windows, sealing).
    #[serde(default)]
    pub outlives_case: bool,
}

/// What a clock measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// The office must have acted by then: overdue afterwards.
    Deadline,
    /// Another authority must have acted by then: a correction notice is due afterwards.
    OthersDeadline,
    /// A party may act until then: closed afterwards.
    Window,
    /// A child may be held or restricted no longer than this: release afterwards.
    Holding,
    /// A term that runs, such as probation.
    Term,
    /// A length only used to extend another clock.
    Extension,
}

/// One length of a clock.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockRuleFile {
    /// First day on which the rule is law, by the date of the step, not of the offence.
    pub effective_from: NaiveDate,
    /// Last day on which it is law.
    pub effective_to: Option<NaiveDate>,
    /// Condition over `child.*` and `case.*`.
    #[schemars(with = "Option<String>")]
    pub when: Option<Name>,
    /// The length.
    pub length: Length,
}

/// One document of `documents.yaml` (the file is a list of these).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentFile {
    /// Code, for example `D25`.
    #[schemars(with = "String")]
    pub id: Name,
    /// Visible name.
    pub name: Text,
    /// Source of the duty.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// Roles that may make it.
    #[schemars(with = "Vec<String>")]
    pub made_by: Vec<Name>,
    /// What is recorded when it is made.
    #[serde(default)]
    pub inputs: Vec<FieldFile>,
    /// What follows when it is made.
    #[serde(default)]
    pub on_issued: Vec<EffectFile>,
    /// On whom it is served, and what follows from each receipt (`input.received_on` is the receipt's day).
    #[serde(default)]
    pub serve: Vec<ServiceFile>,
}

/// Service of a document on one recipient.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceFile {
    /// Recipient's role.
    #[schemars(with = "String")]
    pub to: Name,
    /// Only needed if this holds.
    #[schemars(with = "Option<String>")]
    pub when: Option<Name>,
    /// What the recipient must be told.
    pub note: Option<Text>,
    /// What follows from the receipt.
    #[serde(default)]
    pub effects: Vec<EffectFile>,
}
