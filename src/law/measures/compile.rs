//! From `measures.yaml` to [`Measures`]: names resolved, limits held against the floor, every flaw noted with its place.

use super::model::{Condition, Contact, Ground, Measure, Measures, Response, Revocation};
use super::source::{ContactFile, MeasureFile, MeasuresFile, RevocationFile};
use crate::law::floor::{MANY_CONDITIONS, MOST_CONDITIONS};
use crate::law::pack::compile::Compiler;
use crate::law::pack::source::Name;

impl Compiler {
    /// The catalogue of measures.
    pub(in crate::law) fn measures(&mut self, file: &str, measures: &MeasuresFile) -> Measures {
        let conditions = self.declare("condition", measures.conditions.iter().map(|c| (file, &c.id)));
        self.declare("response", measures.responses.iter().map(|r| (file, &r.id)));
        self.declare("measure", measures.measures.iter().map(|m| (file, &m.id)));
        if measures.responses.len() < 2
            && let Some(first) = measures.measures.first()
        {
            let place = Self::place(file, &first.id);
            self.flaw(place, "a breach is answered in steps: `responses` has at least two, mildest first");
        }
        Measures {
            conditions: measures
                .conditions
                .iter()
                .map(|condition| {
                    let at = Self::place(file, &condition.id);
                    Condition {
                        id: condition.id.value.clone(),
                        name: self.text(&at, "name", &condition.name),
                        source: self.sourced(&at, &condition.source),
                        confidence: condition.confidence,
                        hours: condition.hours,
                    }
                })
                .collect(),
            responses: measures
                .responses
                .iter()
                .map(|response| {
                    let at = Self::place(file, &response.id);
                    Response { id: response.id.value.clone(), name: self.text(&at, "name", &response.name) }
                })
                .collect(),
            measures: measures
                .measures
                .iter()
                .map(|m| self.one_measure(file, m, measures, &conditions))
                .collect(),
        }
    }

    fn one_measure(
        &mut self,
        file: &str,
        measure: &MeasureFile,
        all: &MeasuresFile,
        conditions: &[String],
    ) -> Measure {
        let at = Self::place(file, &measure.id);
        if measure.decided_by.is_empty() || measure.proposed_by.is_empty() {
            self.flaw(at.clone(), "a measure names who proposes it and who decides on it");
        }
        if measure.at_once {
            let asks = measure.longest_months.is_some()
                || measure.shortest_months.is_some()
                || measure.contact.is_some()
                || measure.revocation.is_some()
                || measure.most_hours.is_some();
            if asks || !measure.conditions.is_empty() || !measure.supervised_by.is_empty() {
                self.flaw(at.clone(), "a measure that takes effect at once has no term, conditions, contact, supervision or revocation");
            }
        } else {
            match (measure.shortest_months, measure.longest_months) {
                (_, None | Some(0)) => self.flaw(
                    at.clone(),
                    "a measure has an end: `longest_months`, or `at_once: true` (floor I20)",
                ),
                (Some(least), Some(most)) if least > most => {
                    self.flaw(at.clone(), "`shortest_months` is above `longest_months`");
                }
                _ => {}
            }
            if measure.supervised_by.is_empty() {
                self.flaw(at.clone(), "a measure with a term names who supervises it");
            }
        }
        let most = measure.most_conditions.map_or(MANY_CONDITIONS, |most| most as usize);
        if most > MOST_CONDITIONS {
            self.flaw(
                at.clone(),
                format!(
                    "no measure carries more than {MOST_CONDITIONS} conditions (floor I20: few and practical)"
                ),
            );
        }
        let carried = measure.conditions.iter().filter_map(|condition| {
            if conditions.contains(&condition.value) {
                return Some(condition.value.clone());
            }
            let place = Self::place(file, condition);
            self.flaw(place, format!("condition '{}' is not declared in this file", condition.value));
            None
        });
        let carried: Vec<String> = carried.collect();
        let in_hours = all.conditions.iter().any(|c| c.hours && carried.contains(&c.id.value));
        if in_hours != measure.most_hours.is_some() {
            self.flaw(
                at.clone(),
                "`most_hours` goes with a condition that is counted in hours, and with no other",
            );
        }
        Measure {
            id: measure.id.value.clone(),
            name: self.text(&at, "name", &measure.name),
            about: self.text(&at, "about", &measure.about),
            source: self.sourced(&at, &measure.source),
            confidence: measure.confidence,
            event: self.event_of(file, measure.event.as_ref()),
            proposed_by: self.in_roles(file, &measure.proposed_by),
            decided_by: self.in_roles(file, &measure.decided_by),
            two_persons: measure.two_persons,
            supervised_by: self.in_roles(file, &measure.supervised_by),
            consent: measure.consent,
            at_once: measure.at_once,
            longest_months: measure.longest_months,
            shortest_months: measure.shortest_months,
            conditions: carried,
            most_conditions: most,
            most_hours: measure.most_hours,
            contact: measure.contact.map(|contact| self.contact(&measure.id, file, contact)),
            revocation: measure.revocation.as_ref().map(|r| self.revocation(file, &measure.id, r)),
            at,
        }
    }

    fn contact(&mut self, measure: &Name, file: &str, contact: ContactFile) -> Contact {
        let ContactFile { at_least, at_most, per } = contact;
        if at_least == 0 || at_least > at_most {
            let place = Self::place(file, measure);
            self.flaw(
                place,
                "`contact` has at least one visit in a period, and `at_most` is not below `at_least`",
            );
        }
        Contact { at_least, at_most, per }
    }

    fn revocation(&mut self, file: &str, measure: &Name, revocation: &RevocationFile) -> Revocation {
        if revocation.grounds.is_empty() {
            let place = Self::place(file, measure);
            self.flaw(place, "a measure that can be revoked names the grounds");
        }
        self.declare("ground", revocation.grounds.iter().map(|ground| (file, &ground.id)));
        let grounds = revocation.grounds.iter().map(|ground| {
            let at = Self::place(file, &ground.id);
            if !ground.serious && ground.breaches < 2 {
                self.flaw(
                    at.clone(),
                    "one minor breach is never a ground: `serious: true`, or `breaches` of at least 2 (floor I22)",
                );
            }
            Ground {
                id: ground.id.value.clone(),
                name: self.text(&at, "name", &ground.name),
                source: self.sourced(&at, &ground.source),
                serious: ground.serious,
                breaches: ground.breaches as usize,
            }
        });
        let grounds = grounds.collect();
        Revocation {
            event: self.event_of(file, revocation.event.as_ref()),
            two_persons: revocation.two_persons,
            grounds,
        }
    }

    fn event_of(&mut self, file: &str, event: Option<&Name>) -> Option<String> {
        event.and_then(|event| self.known(file, event, "event", |ids| &ids.events))
    }

    fn in_roles(&mut self, file: &str, roles: &[Name]) -> Vec<String> {
        roles.iter().filter_map(|role| self.known(file, role, "role", |ids| &ids.roles)).collect()
    }
}
