//! What a person asks the law to accept.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::case::Fields;
use crate::record::{Child, Decision, Offence};

/// A request to record something that happened or to do something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Legal time of what happened, in the pack's zone.
    pub at: NaiveDateTime,
    /// Who asks.
    pub by: Actor,
    /// What.
    pub what: What,
    /// Written reasons for going on despite a warning, by its code.
    #[serde(default)]
    pub because: BTreeMap<String, String>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person's account.
    pub person: Uuid,
    /// Pack roles in which this person may act or for which they may record, most fitting first.
    pub roles: Vec<String>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An event of the pack.
    Act(Act),
    /// A decision is drafted for another person to approve.
    Draft {
        /// The event.
        event: String,
        /// Its inputs.
        inputs: Fields,
        /// Evidence given with it, by safeguard.
        #[serde(default)]
        evidence: BTreeMap<String, Fields>,
        /// The decision.
        decision: Decision,
    },
    /// A draft is sent back.
    Return {
        /// Journal entry of the draft.
        draft: u32,
        /// Why.
        reason: String,
    },
    /// Evidence of a safeguard.
    Evidence {
        /// The safeguard.
        safeguard: String,
        /// What was recorded.
        fields: Fields,
        /// Journal entry that this corrects.
        supersedes: Option<u32>,
    },
    /// A document is made.
    Issue {
        /// The document.
        document: String,
        /// Its inputs.
        inputs: Fields,
    },
    /// A document is received.
    Serve {
        /// The document.
        document: String,
        /// By these roles.
        to: Vec<String>,
        /// On this day.
        received_on: NaiveDate,
    },
    /// What is known of the child or of the alleged offence is corrected.
    CorrectChild {
        /// As it is known now.
        child: Child,
        /// The alleged offence as it is known now, where that is corrected too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offence: Option<Offence>,
        /// Why.
        reason: String,
    },
}

/// An event of the pack, with what is recorded with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// The event.
    pub event: String,
    /// Inputs; for an approved draft they come from the draft.
    #[serde(default)]
    pub inputs: Fields,
    /// Evidence given with the act, by safeguard.
    #[serde(default)]
    pub evidence: BTreeMap<String, Fields>,
    /// Journal entry of the draft that is approved.
    #[serde(default)]
    pub draft: Option<u32>,
    /// What another authority decided, when its act is recorded.
    #[serde(default)]
    pub decision: Option<Decision>,
}
