//! A case as the law sees it: where it stands, what is recorded, what runs. The journal is its source; this is the fold.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::clock::{Due, Run};
use super::expr::Region;
use super::floor;
use super::pack::Pack;
use crate::record::{Child, Decision, Offence, Value};

/// Values by field.
pub type Fields = BTreeMap<String, Value>;

/// One child's case under one version of one pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseFile {
    /// The child.
    pub child: Child,
    /// The alleged offence.
    pub offence: Offence,
    /// Where each region stands.
    pub states: Standing,
    /// Number of the last journal entry; 0 before the case is opened.
    pub seq: u32,
    /// Journal entry with which the present stage was entered.
    pub stage_since: u32,
    /// First day of an unbroken custody.
    pub held_since: Option<NaiveDate>,
    /// Legal time of the last act.
    pub last_act_at: Option<NaiveDateTime>,
    /// Declared facts that are known.
    pub facts: Fields,
    /// Evidence of safeguards.
    pub evidence: Vec<EvidenceEntry>,
    /// Acts done, by event.
    pub done: BTreeMap<String, Vec<Doing>>,
    /// Clocks, ended ones too.
    pub clocks: Vec<ClockEntry>,
    /// Documents owed and made.
    pub documents: Vec<DocumentEntry>,
    /// Decisions drafted and waiting for another person's approval.
    pub drafts: Vec<Draft>,
    /// Rights of the floor that were broken by others or derogated by the law, as they happened.
    pub floor_marks: Vec<FloorMark>,
}

/// Where each region stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Standing {
    /// Proceeding.
    pub main: String,
    /// Liberty.
    pub measure: String,
    /// Challenges.
    pub remedy: String,
    /// File.
    pub record: String,
}

impl Standing {
    /// State of a region.
    pub fn get(&self, region: Region) -> &str {
        match region {
            Region::Main => &self.main,
            Region::Measure => &self.measure,
            Region::Remedy => &self.remedy,
            Region::Record => &self.record,
        }
    }

    /// Moves a region.
    pub fn set(&mut self, region: Region, state: String) {
        match region {
            Region::Main => self.main = state,
            Region::Measure => self.measure = state,
            Region::Remedy => self.remedy = state,
            Region::Record => self.record = state,
        }
    }
}

/// Evidence recorded for a safeguard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceEntry {
    /// Journal entry.
    pub seq: u32,
    /// Safeguard.
    pub safeguard: String,
    /// Legal day.
    pub on: NaiveDate,
    /// What was recorded; texts only as recorded.
    pub fields: Fields,
    /// Journal entry that corrected it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<u32>,
}

/// An act that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doing {
    /// Journal entry.
    pub seq: u32,
    /// Legal day.
    pub on: NaiveDate,
}

/// A clock of the case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockEntry {
    /// Clock.
    pub clock: String,
    /// Which run of it, from 1.
    pub run_no: u32,
    /// Start and steps.
    pub run: Run,
    /// How it stands.
    pub state: ClockState,
    /// When it falls due, as last computed; equal to the fold at all times.
    pub due: Due,
    /// Journal entry that started it.
    pub since: u32,
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    /// Runs.
    Running,
    /// Suspended.
    Suspended,
    /// Stopped, because what it measured was done.
    Met,
    /// Ended with the proceeding.
    Ended,
}

impl ClockState {
    /// Whether it may still fall due.
    pub const fn open(self) -> bool {
        matches!(self, Self::Running | Self::Suspended)
    }

    /// Name as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Suspended => "suspended",
            Self::Met => "met",
            Self::Ended => "ended",
        }
    }
}

/// A document that is owed or made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentEntry {
    /// Document.
    pub document: String,
    /// Journal entry that made it necessary or made it.
    pub since: u32,
    /// Day on which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<NaiveDate>,
    /// Roles on which it must be served, and when they received it.
    pub served: BTreeMap<String, Option<NaiveDate>>,
}

/// A decision drafted by one person for another to approve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Journal entry.
    pub seq: u32,
    /// Event it proposes.
    pub event: String,
    /// Who drafted it.
    pub by: Uuid,
    /// Legal day.
    pub on: NaiveDate,
    /// Inputs.
    pub inputs: Fields,
    /// Evidence that the drafter gives with it, by safeguard.
    #[serde(default)]
    pub evidence: BTreeMap<String, Fields>,
    /// The decision.
    pub decision: Decision,
}

/// A right of the floor that an act touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloorMark {
    /// Journal entry.
    pub seq: u32,
    /// Event.
    pub event: String,
    /// Check.
    pub check: floor::Check,
    /// What was found.
    pub severity: floor::Severity,
}

impl CaseFile {
    /// A case that no event has opened yet.
    pub fn new(pack: &Pack, child: Child, offence: Offence) -> Self {
        Self {
            child,
            offence,
            states: Standing {
                main: pack.main.initial.clone(),
                measure: pack.measure.initial.clone(),
                remedy: pack.remedy.initial.clone(),
                record: pack.record.initial.clone(),
            },
            seq: 0,
            stage_since: 0,
            held_since: None,
            last_act_at: None,
            facts: pack.facts.iter().filter_map(|f| Some((f.id.clone(), f.initial.clone()?))).collect(),
            evidence: Vec::new(),
            done: BTreeMap::new(),
            clocks: Vec::new(),
            documents: Vec::new(),
            drafts: Vec::new(),
            floor_marks: Vec::new(),
        }
    }

    /// The open run of a clock.
    pub fn open_clock(&self, clock: &str) -> Option<&ClockEntry> {
        self.clocks.iter().rev().find(|c| c.clock == clock && c.state.open())
    }

    /// The next due instant (legal time) and its clock, among clocks that run.
    pub fn next_due(&self) -> Option<(NaiveDateTime, &str)> {
        self.clocks
            .iter()
            .filter(|c| c.state == ClockState::Running)
            .map(|c| (c.due.at, c.clock.as_str()))
            .min()
    }

    /// Declared facts that are marks and true.
    pub fn marks<'a>(&self, pack: &'a Pack) -> Vec<&'a str> {
        pack.facts
            .iter()
            .filter(|f| f.mark && self.facts.get(&f.id) == Some(&Value::Bool(true)))
            .map(|f| f.id.as_str())
            .collect()
    }

    /// Where the case stands in the floor's terms; `None` if a state is not the pack's.
    pub fn position(&self, pack: &Pack) -> Option<floor::Position> {
        position(pack, &self.states)
    }
}

/// A standing in the floor's terms; `None` if a state is not the pack's.
pub fn position(pack: &Pack, states: &Standing) -> Option<floor::Position> {
    Some(floor::Position {
        proceeding: pack.main.states.find(&states.main)?.phase,
        liberty: pack.measure.states.find(&states.measure)?.phase,
        remedy: pack.remedy.states.find(&states.remedy)?.phase,
        record: pack.record.states.find(&states.record)?.phase,
    })
}
