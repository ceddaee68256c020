//! What is known at the moment of an act: the case, the day, what is recorded with the act. Answers expressions.

use chrono::{NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::age;
use super::case::{CaseFile, ClockEntry, ClockState, DocumentEntry, Fields};
use super::expr::{self, ChildFact, DecisionFact, Facts, Region, Var};
use super::floor::Liberty;
use super::pack::{Pack, Safeguard, Scope};
use crate::record::{Decision, Sex, Value};

/// Safeguards may name one another; deeper than this is a circle and counts as not known.
const DEEPEST: u8 = 8;

/// Everything an expression may ask about.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) pack: &'a Pack,
    pub(super) case: &'a CaseFile,
    pub(super) at: NaiveDateTime,
    pub(super) role: Option<&'a str>,
    pub(super) person: Option<Uuid>,
    pub(super) inputs: &'a Fields,
    /// Evidence given with the act, by safeguard.
    pub(super) evidence: &'a BTreeMap<String, Fields>,
    pub(super) decision: Option<&'a Decision>,
    pub(super) drafter: Option<Uuid>,
    /// Merged evidence of the safeguard that is being judged.
    pub(super) ev: Option<&'a Fields>,
    pub(super) depth: u8,
}

/// How a safeguard stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Met, or not asked here.
    Met,
    /// Not met.
    Unmet,
    /// It depends on something not yet said.
    Unknown,
}

static NOTHING: Fields = Fields::new();
static NO_EVIDENCE: BTreeMap<String, Fields> = BTreeMap::new();

impl<'a> Scene<'a> {
    /// A case on a day, with nothing said yet.
    pub(super) fn bare(pack: &'a Pack, case: &'a CaseFile, at: NaiveDateTime) -> Self {
        Self {
            pack,
            case,
            at,
            role: None,
            person: None,
            inputs: &NOTHING,
            evidence: &NO_EVIDENCE,
            decision: None,
            drafter: None,
            ev: None,
            depth: 0,
        }
    }

    pub(super) fn on(&self) -> NaiveDate {
        self.at.date()
    }

    /// Whether the measure in which the case stands is custody.
    pub(super) fn held(&self) -> bool {
        held(self.pack, self.case)
    }

    /// Evidence of a safeguard that counts now, later entries over earlier ones.
    pub(super) fn evidence_of(&self, safeguard: &Safeguard) -> Fields {
        let mut merged = Fields::new();
        let counts = |seq: u32| match safeguard.scope {
            Scope::Case => true,
            Scope::Stage => seq > self.case.stage_since,
            Scope::Act => false,
        };
        for entry in &self.case.evidence {
            // What came on file on a later day does not cover an act that is dated back before it.
            let then = entry.on <= self.on();
            if entry.safeguard == safeguard.id && entry.superseded_by.is_none() && then && counts(entry.seq) {
                merged.extend(entry.fields.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
        }
        if let Some(given) = self.evidence.get(&safeguard.id) {
            merged.extend(given.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        merged
    }

    /// Whether a safeguard is met; one that is not asked in these circumstances is.
    pub(super) fn judge(&self, safeguard: &Safeguard) -> Standing {
        let merged = self.evidence_of(safeguard);
        let scene = Scene { ev: Some(&merged), depth: self.depth + 1, ..*self };
        if let Some(applies) = &safeguard.applies_when
            && expr::holds(applies, &scene) == Some(false)
        {
            return Standing::Met;
        }
        scene.satisfied(safeguard, &merged)
    }

    /// Whether real evidence of a safeguard is recorded and satisfies it, whether or not the pack asks for it here.
    /// Only this counts for the floor.
    pub(super) fn evidenced(&self, safeguard: &Safeguard) -> bool {
        let merged = self.evidence_of(safeguard);
        let scene = Scene { ev: Some(&merged), depth: self.depth + 1, ..*self };
        scene.satisfied(safeguard, &merged) == Standing::Met
    }

    fn satisfied(&self, safeguard: &Safeguard, merged: &Fields) -> Standing {
        let complete =
            safeguard.evidence.iter().all(|field| !field.required || merged.contains_key(&field.id));
        if !complete {
            return Standing::Unmet;
        }
        match &safeguard.satisfied_when {
            None => Standing::Met,
            Some(condition) => match expr::holds(condition, self) {
                Some(true) => Standing::Met,
                Some(false) => Standing::Unmet,
                None => Standing::Unknown,
            },
        }
    }

    fn open(&self, clock: &str) -> Option<&'a ClockEntry> {
        self.case.open_clock(clock)
    }
}

/// Whether the measure in which a case stands is custody.
pub(super) fn held(pack: &Pack, case: &CaseFile) -> bool {
    // A state that the pack does not know counts as custody: the cautious reading.
    pack.measure.states.find(&case.states.measure).is_none_or(|state| state.phase == Liberty::Held)
}

/// The child's age on a day, as the pack counts.
pub(super) fn age_on(pack: &Pack, case: &CaseFile, on: NaiveDate) -> Option<u32> {
    age::age_on(case.child.born, on, pack.age.reached)
}

impl Facts for Scene<'_> {
    fn value(&self, var: &Var) -> Option<Value> {
        let child = &self.case.child;
        match var {
            Var::Child(fact) => match fact {
                ChildFact::Sex => Some(Value::Choice(
                    match child.sex {
                        Sex::Girl => "girl",
                        Sex::Boy => "boy",
                    }
                    .into(),
                )),
                ChildFact::Born => Some(Value::Date(child.born)),
                ChildFact::BirthProved => Some(Value::Bool(child.birth_proved)),
                ChildFact::AgeAtOffence => {
                    age_on(self.pack, self.case, self.case.offence.on).map(|n| Value::Int(i64::from(n)))
                }
                ChildFact::AgeNow => {
                    age_on(self.pack, self.case, self.on()).map(|n| Value::Int(i64::from(n)))
                }
                ChildFact::NeedsInterpreter => Some(Value::Bool(child.needs_interpreter)),
                ChildFact::NeedsAccommodation => Some(Value::Bool(child.needs_accommodation)),
                ChildFact::PregnantOrCaring => Some(Value::Bool(child.pregnant_or_caring)),
            },
            Var::Fact(id) => self.case.facts.get(id).cloned(),
            Var::OffenceOn => Some(Value::Date(self.case.offence.on)),
            Var::StageFrom => {
                let mut doings = self.case.done.values().flatten();
                doings.find(|doing| doing.seq == self.case.stage_since).map(|doing| Value::Date(doing.on))
            }
            Var::Held => Some(Value::Bool(self.held())),
            Var::State(region) => Some(Value::Choice(self.case.states.get(*region).to_owned())),
            Var::Input(id) => self.inputs.get(id).cloned(),
            Var::Evidence(id) => self.ev.and_then(|ev| ev.get(id)).cloned(),
            Var::ActOn => Some(Value::Date(self.on())),
            Var::ActBy => self.role.map(|role| Value::Choice(role.to_owned())),
            Var::Decision(fact) => Some(Value::Bool(self.decision_fact(*fact))),
        }
    }

    fn has(&self, var: &Var) -> Option<bool> {
        Some(match var {
            Var::Input(id) => self.inputs.contains_key(id),
            Var::Evidence(id) => self.ev.is_some_and(|ev| ev.contains_key(id)),
            Var::Fact(id) => self.case.facts.contains_key(id),
            other => self.value(other).is_some(),
        })
    }

    fn met(&self, safeguard: &str) -> Option<bool> {
        if self.depth >= DEEPEST {
            return None;
        }
        let safeguard = self.pack.safeguards.find(safeguard)?;
        match self.judge(safeguard) {
            Standing::Met => Some(true),
            Standing::Unmet => Some(false),
            Standing::Unknown => None,
        }
    }

    fn done(&self, event: &str) -> Option<bool> {
        Some(self.case.done.contains_key(event))
    }

    fn done_in_stage(&self, event: &str) -> Option<bool> {
        let doings = self.case.done.get(event);
        Some(doings.is_some_and(|all| all.iter().any(|doing| doing.seq > self.case.stage_since)))
    }

    fn running(&self, clock: &str) -> Option<bool> {
        Some(self.open(clock).is_some_and(|c| c.state == ClockState::Running && self.on() <= c.due.due))
    }

    fn overdue(&self, clock: &str) -> Option<bool> {
        Some(self.open(clock).is_some_and(|c| c.state == ClockState::Running && self.on() > c.due.due))
    }

    fn due(&self, clock: &str) -> Option<NaiveDate> {
        self.open(clock).map(|c| c.due.due)
    }

    fn made(&self, document: &str) -> Option<bool> {
        let on = self.on();
        Some(self.every_copy(document, |copy| copy.issued_on.is_some_and(|made| made <= on)))
    }

    fn served(&self, document: &str) -> Option<bool> {
        let on = self.on();
        Some(self.every_copy(document, |copy| {
            copy.issued_on.is_some() && copy.served.values().all(|day| day.is_some_and(|day| day <= on))
        }))
    }
}

impl Scene<'_> {
    fn decision_fact(&self, fact: DecisionFact) -> bool {
        let Some(decision) = self.decision else { return false };
        let said = |text: &str| !text.trim().is_empty();
        match fact {
            DecisionFact::HasReasons => said(&decision.reasons),
            DecisionFact::ApproverNotDrafter => {
                self.drafter.is_some() && self.person.is_some() && self.drafter != self.person
            }
            DecisionFact::HasAlternatives => {
                decision.alternatives.iter().any(|a| said(&a.measure) && said(&a.why_not))
                    && decision.alternatives.iter().all(|a| said(&a.measure) && said(&a.why_not))
            }
            DecisionFact::HasChildView => said(&decision.child_view),
            DecisionFact::ReviewRouteNotified => decision.review_route,
            DecisionFact::DiversionConsidered => said(&decision.diversion),
        }
    }

    /// Whether there is a copy of the document and all copies are so.
    fn every_copy(&self, document: &str, so: impl Fn(&DocumentEntry) -> bool) -> bool {
        let mut copies = self.case.documents.iter().filter(|copy| copy.document == document).peekable();
        copies.peek().is_some() && copies.all(so)
    }

    /// The state of a region, for messages.
    pub(super) fn state(&self, region: Region) -> &str {
        self.case.states.get(region)
    }
}
