//! The catalogue of measures once every name is resolved.

pub use super::source::Period;
use crate::law::pack::Where;
use crate::law::pack::source::Confidence;
use crate::record::Text;

/// The measures at liberty of a pack.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Answers to a breach, mildest first.
    pub responses: Vec<Response>,
    /// Measures, least intrusive first.
    pub measures: Vec<Measure>,
}

/// A condition.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Name.
    pub id: String,
    /// Visible name.
    pub name: Text,
    /// Law.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// It is counted in hours.
    pub hours: bool,
}

/// An answer to a breach.
#[derive(Clone, Debug)]
pub struct Response {
    /// Name.
    pub id: String,
    /// Visible name.
    pub name: Text,
}

/// A measure.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Name.
    pub id: String,
    /// Visible name.
    pub name: Text,
    /// What it is for.
    pub about: Text,
    /// Law.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// Event by which the case decides it.
    pub event: Option<String>,
    /// Roles that propose it.
    pub proposed_by: Vec<String>,
    /// Roles that decide on it.
    pub decided_by: Vec<String>,
    /// Who decides is never who proposed.
    pub two_persons: bool,
    /// Roles that supervise it.
    pub supervised_by: Vec<String>,
    /// It needs agreement.
    pub consent: bool,
    /// It takes effect at once.
    pub at_once: bool,
    /// Longest duration in months; none for what takes effect at once.
    pub longest_months: Option<u32>,
    /// Shortest duration in months.
    pub shortest_months: Option<u32>,
    /// Conditions that it may carry.
    pub conditions: Vec<String>,
    /// Most of them at a time.
    pub most_conditions: usize,
    /// Most hours.
    pub most_hours: Option<u32>,
    /// How often the child is met.
    pub contact: Option<Contact>,
    /// How it may be taken back.
    pub revocation: Option<Revocation>,
    /// Where it is declared.
    pub at: Where,
}

/// How often the child is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Fewest visits in a period.
    pub at_least: u32,
    /// Most.
    pub at_most: u32,
    /// The period.
    pub per: Period,
}

/// How a measure may be taken back.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// Event by which the case revokes it.
    pub event: Option<String>,
    /// One asks, another decides.
    pub two_persons: bool,
    /// The only grounds.
    pub grounds: Vec<Ground>,
}

/// A ground for revocation.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Name.
    pub id: String,
    /// Visible name.
    pub name: Text,
    /// Law.
    pub source: String,
    /// Milder answers need not have been tried.
    pub serious: bool,
    /// Breaches on record that it presupposes.
    pub breaches: usize,
}

impl Measures {
    /// The measure with this name.
    pub fn find(&self, id: &str) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.id == id)
    }

    /// The condition with this name.
    pub fn condition(&self, id: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.id == id)
    }

    /// Place of an answer on the ladder, from 0.
    pub fn rung(&self, response: &str) -> Option<usize> {
        self.responses.iter().position(|known| known.id == response)
    }
}

impl Period {
    /// About how many days it has.
    pub const fn days(self) -> u32 {
        match self {
            Self::Week => 7,
            Self::Fortnight => 14,
            Self::Month => 30,
        }
    }
}
