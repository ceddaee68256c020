//! A pack once every name is resolved and every expression typed.

use chrono::NaiveDate;
use chrono_tz::Tz;
use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;

use super::Where;
pub use super::source::{
    ClassName, ClockKind, Confidence, FieldKind, Level, RoleKind, Scope, SenderReads, StaffRole,
};
use crate::law::age::AgeRule;
use crate::law::calendar::Calendar;
use crate::law::clock::{FirstDay, Length, Roll};
use crate::law::expr::{Expr, Region, Type};
use crate::law::floor;
use crate::law::forms::Forms;
use crate::law::measures::Measures;
use crate::record::{Text, Value};

/// A jurisdiction, ready to be applied.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Identity.
    pub id: String,
    /// Version.
    pub version: String,
    /// First day on which cases may be opened under it.
    pub effective_from: NaiveDate,
    /// Name of the jurisdiction.
    pub name: Text,
    /// Zone of legal time.
    pub zone: Tz,
    /// How age counts.
    pub age: Age,
    /// Who acts.
    pub roles: Catalogue<Role>,
    /// Declared facts.
    pub facts: Catalogue<Fact>,
    /// States of each region.
    pub main: States<floor::Proceeding>,
    /// Liberty.
    pub measure: States<floor::Liberty>,
    /// Challenges.
    pub remedy: States<floor::Remedy>,
    /// The file.
    pub record: States<floor::Record>,
    /// Events.
    pub events: Catalogue<Event>,
    /// Safeguards.
    pub safeguards: Catalogue<Safeguard>,
    /// Clocks.
    pub clocks: Catalogue<Clock>,
    /// Documents.
    pub documents: Catalogue<Document>,
    /// Forms, every version that is kept.
    pub forms: Forms,
    /// Measures at liberty.
    pub measures: Measures,
    /// Named departures from the floor.
    pub derogations: Vec<Derogation>,
    /// The same, for the floor.
    pub derogated: floor::Derogations,
    /// What a child is told on their own sheet.
    pub sheet: Sheet,
    /// Suggested decisions, first match first.
    pub outcomes: Vec<SuggestedOutcome>,
    /// Working days.
    pub calendar: Calendar,
    /// How a case goes to another office.
    pub transfer: Option<Transfer>,
    /// Days after which a draft that nobody touched is stale.
    pub stale_draft_days: u32,
}

/// How a case goes from one office to another.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// What the sending office may still read of its own file.
    pub sender_reads: SenderReads,
    /// The event with which the sending office hands the case over.
    pub hand_over: String,
    /// The event that records the receipt there.
    pub receipt: Option<String>,
    /// The event with which the receiving office opens its file.
    pub open: String,
    /// Inputs of that event and how they follow from the sending office's file.
    pub carry: Vec<(String, Expr)>,
    /// How the present measure goes along.
    pub measure: Option<CarriedMeasure>,
    /// Facts that are taken over as they stand.
    pub facts: Vec<String>,
}

/// How the present measure is told to the event with which the receiving office opens its file.
#[derive(Clone, Debug)]
pub struct CarriedMeasure {
    /// The input that names it.
    pub input: String,
    /// Its options by state.
    pub states: BTreeMap<String, String>,
    /// The input that is its first day.
    pub from: String,
    /// Clocks that know that day.
    pub clocks: Vec<String>,
}

/// Things with a code, in the order of their file.
#[derive(Clone, Debug)]
pub struct Catalogue<T> {
    items: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Catalogue<T> {
    fn default() -> Self {
        Self { items: Vec::new(), places: HashMap::new() }
    }
}

impl<T> Catalogue<T> {
    /// Adds an item; `false` if the code is taken.
    pub fn insert(&mut self, id: &str, item: T) -> bool {
        if self.places.contains_key(id) {
            return false;
        }
        self.places.insert(id.to_owned(), self.items.len());
        self.items.push(item);
        true
    }

    /// The item with this code.
    pub fn find(&self, id: &str) -> Option<&T> {
        self.places.get(id).and_then(|&place| self.items.get(place))
    }
}

impl<T> Deref for Catalogue<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.items
    }
}

/// How age counts.
#[derive(Clone, Debug)]
pub struct Age {
    /// The day on which an age is reached.
    pub reached: AgeRule,
    /// Lowest age of responsibility in any case.
    pub minimum: u32,
    /// Age from which a person is no longer a child.
    pub adult: u32,
    /// Source.
    pub source: String,
}

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Whose role it is.
    pub kind: RoleKind,
    /// Accounts that act in it or record for it.
    pub staff: Vec<StaffRole>,
}

/// A declared fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Type.
    pub kind: Type,
    /// Names of the options of a choice.
    pub options: Vec<(String, Text)>,
    /// Value at the start, if known.
    pub initial: Option<Value>,
    /// Bounds of a number.
    pub min: Option<i64>,
    /// Bounds of a number.
    pub max: Option<i64>,
    /// Shown as a mark while true.
    pub mark: bool,
    /// Where it is declared.
    pub at: Where,
}

/// What a child is told on their own sheet; empty where the pack says nothing.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// What they may ask for at any time.
    pub rights: Vec<Right>,
    /// How to complain.
    pub complaint: Text,
}

/// Something that a child may ask for.
#[derive(Clone, Debug)]
pub struct Right {
    /// In their words.
    pub text: Text,
    /// Source of the right.
    pub source: String,
}

/// The states of one region.
#[derive(Clone, Debug)]
pub struct States<P> {
    /// The state before the case is opened.
    pub initial: String,
    /// All states.
    pub states: Catalogue<State<P>>,
}

/// One state.
#[derive(Clone, Debug)]
pub struct State<P> {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// In words that a child understands.
    pub plain: Text,
    /// Floor phase.
    pub phase: P,
    /// Stage for evidence.
    pub stage: String,
    /// May be the end.
    pub end: bool,
    /// Where it is declared.
    pub at: Where,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
    /// States in which it may happen; a region not named may be anywhere.
    pub from: BTreeMap<Region, Vec<String>>,
    /// Roles that may do it.
    pub by: Vec<String>,
    /// What it is to the floor.
    pub acts: Vec<floor::Act>,
    /// Needs a decision record, a drafter and another approver.
    pub decision: bool,
    /// Inputs.
    pub inputs: Vec<Field>,
    /// Safeguards with the level they have here.
    pub safeguards: Vec<(String, Level)>,
    /// Conditions.
    pub guards: Vec<Guard>,
    /// Outcomes; the last has no condition.
    pub outcomes: Vec<Outcome>,
    /// Effects of every outcome.
    pub effects: Vec<Effect>,
    /// Where it is declared.
    pub at: Where,
}

/// An input or evidence field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Type.
    pub kind: FieldKind,
    /// Options of a choice.
    pub options: Vec<(String, Text)>,
    /// Must be given.
    pub required: bool,
    /// Bounds of a number.
    pub min: Option<i64>,
    /// Bounds of a number.
    pub max: Option<i64>,
    /// Sensitivity.
    pub class: ClassName,
}

/// A condition with a code.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Refusal code.
    pub code: String,
    /// What must hold.
    pub require: Expr,
    /// What the rule says.
    pub text: Text,
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
    /// Refuses or warns.
    pub level: Level,
    /// Lawful alternative.
    pub instead: Option<Text>,
    /// Where it is declared.
    pub at: Where,
}

/// A possible outcome of an event.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Condition; none for the last.
    pub when: Option<Expr>,
    /// Where each region moves.
    pub to: BTreeMap<Region, String>,
    /// Effects of this outcome.
    pub effects: Vec<Effect>,
}

/// An effect.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Only if this holds.
    pub when: Option<Expr>,
    /// What happens.
    pub verb: Verb,
    /// Where it is declared.
    pub at: Where,
}

/// What an effect does.
#[derive(Clone, Debug)]
pub enum Verb {
    /// Starts a clock.
    Start {
        /// The clock.
        clock: String,
        /// Number of units instead of the rule's.
        length: Option<Expr>,
        /// Day or time from which it counts instead of the act's.
        from: Option<Expr>,
    },
    /// Stops clocks that run.
    Stop {
        /// The clocks.
        clocks: Vec<String>,
        /// The day.
        from: Option<Expr>,
    },
    /// Suspends a clock.
    Suspend {
        /// The clock.
        clock: String,
        /// The day.
        from: Option<Expr>,
    },
    /// Resumes a clock.
    Resume {
        /// The clock.
        clock: String,
        /// The day.
        from: Option<Expr>,
    },
    /// Gives a clock its full length again.
    Restart {
        /// The clock.
        clock: String,
        /// The day or time.
        from: Option<Expr>,
    },
    /// Lengthens a clock.
    Extend {
        /// The clock.
        clock: String,
        /// The clock whose rule gives the length.
        by: String,
    },
    /// Gives a clock another length from its start.
    Vary {
        /// The clock.
        clock: String,
        /// Number of units.
        length: Expr,
    },
    /// Sets facts.
    Set(Vec<(String, Expr)>),
    /// Documents that must be made.
    Require(Vec<String>),
    /// Documents that the act is.
    Issue(Vec<String>),
}

/// A safeguard.
#[derive(Clone, Debug)]
pub struct Safeguard {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// What must be so.
    pub text: Text,
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
    /// Level.
    pub level: Level,
    /// How long evidence counts.
    pub scope: Scope,
    /// When it is asked.
    pub applies_when: Option<Expr>,
    /// Evidence fields.
    pub evidence: Vec<Field>,
    /// When it is met; none: when all required evidence is there.
    pub satisfied_when: Option<Expr>,
    /// Roles that may record it.
    pub recorded_by: Vec<String>,
    /// What would satisfy it.
    pub wanted: Text,
    /// Lawful alternative.
    pub instead: Option<Text>,
    /// Floor evidence it gives.
    pub provides: Vec<floor::Evidence>,
    /// What follows when it is met by recorded evidence.
    pub on_met: Vec<Effect>,
    /// Outsiders learn nothing.
    pub conceal: bool,
    /// Where it is declared.
    pub at: Where,
}

/// A clock.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
    /// What it measures.
    pub kind: ClockKind,
    /// Roll-over.
    pub roll: Roll,
    /// Whether the first day counts.
    pub first_day: FirstDay,
    /// Lengths.
    pub rules: Vec<ClockRule>,
    /// What happens at the end.
    pub on_expiry: Text,
    /// Days of warning before the end.
    pub warn_days: u32,
    /// May run on after the end of the proceeding.
    pub outlives_case: bool,
    /// Where it is declared.
    pub at: Where,
}

/// One length of a clock.
#[derive(Clone, Debug)]
pub struct ClockRule {
    /// First day.
    pub effective_from: NaiveDate,
    /// Last day.
    pub effective_to: Option<NaiveDate>,
    /// Condition.
    pub when: Option<Expr>,
    /// Length.
    pub length: Length,
}

/// A document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Code.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
    /// Roles that may make it.
    pub made_by: Vec<String>,
    /// Inputs when made.
    pub inputs: Vec<Field>,
    /// What follows when made.
    pub on_issued: Vec<Effect>,
    /// On whom it is served.
    pub serve: Vec<Service>,
    /// Where it is declared.
    pub at: Where,
}

/// Service on one recipient.
#[derive(Clone, Debug)]
pub struct Service {
    /// Recipient's role.
    pub to: String,
    /// Only if this holds.
    pub when: Option<Expr>,
    /// What they must be told.
    pub note: Option<Text>,
    /// What follows from the receipt.
    pub effects: Vec<Effect>,
}

/// A named departure from the floor.
#[derive(Clone, Debug)]
pub struct Derogation {
    /// The check.
    pub check: floor::Check,
    /// Why.
    pub reason: Text,
    /// The law.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
}

/// A row of the table that suggests a decision.
#[derive(Clone, Debug)]
pub struct SuggestedOutcome {
    /// Condition.
    pub when: Expr,
    /// Events.
    pub suggest: Vec<String>,
    /// Explanation.
    pub note: Text,
    /// Source.
    pub source: String,
}

impl Pack {
    /// Name of a state of a region, if the pack has it.
    pub fn state_name(&self, region: Region, id: &str) -> Option<&Text> {
        match region {
            Region::Main => self.main.states.find(id).map(|s| &s.name),
            Region::Measure => self.measure.states.find(id).map(|s| &s.name),
            Region::Remedy => self.remedy.states.find(id).map(|s| &s.name),
            Region::Record => self.record.states.find(id).map(|s| &s.name),
        }
    }

    /// Codes of a region's states, in file order.
    pub fn state_ids(&self, region: Region) -> Vec<&str> {
        match region {
            Region::Main => self.main.states.iter().map(|s| s.id.as_str()).collect(),
            Region::Measure => self.measure.states.iter().map(|s| s.id.as_str()).collect(),
            Region::Remedy => self.remedy.states.iter().map(|s| s.id.as_str()).collect(),
            Region::Record => self.record.states.iter().map(|s| s.id.as_str()).collect(),
        }
    }

    /// Whether the proceeding may end in a state.
    pub fn may_end(&self, region: Region, id: &str) -> bool {
        match region {
            Region::Main => self.main.states.find(id).is_some_and(|s| s.end),
            Region::Measure => self.measure.states.find(id).is_some_and(|s| s.end),
            Region::Remedy => self.remedy.states.find(id).is_some_and(|s| s.end),
            Region::Record => self.record.states.find(id).is_some_and(|s| s.end),
        }
    }

    /// The state each region has before the case is opened.
    pub fn initial(&self, region: Region) -> &str {
        match region {
            Region::Main => &self.main.initial,
            Region::Measure => &self.measure.initial,
            Region::Remedy => &self.remedy.initial,
            Region::Record => &self.record.initial,
        }
    }
}
