//! Replays the case files of a pack (`cases/*.yaml`) through the law and compares what they expect with what happens.
//!
//! Lawyers write these files; `workflows/README.md` explains the format with one annotated example.

mod compare;
mod script;

pub use script::{CaseScript, DecisionScript, Step};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::collections::BTreeMap;
use uuid::Uuid;

use self::script::Person;
use super::case::{CaseFile, Fields, Standing};
use super::command::{Act, Actor, Command, What};
use super::decide::{Accepted, decide};
use super::input::{parse_time, read_fields};
use super::pack::{Flaw, Pack, Where};
use super::refusal::{Reason, Refusal};
use crate::record::{Decision, Text};

/// Hour at which a step happens that names only its day: an office's morning.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(9, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// What came of one case file.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// Code of the case.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// Number of steps replayed.
    pub steps: usize,
    /// Number of expectations compared.
    pub compared: usize,
    /// Where the case file and the law disagree.
    pub mismatches: Vec<Flaw>,
    /// Where the case stood after each step.
    pub stood: Vec<Standing>,
    /// The case at the end.
    pub end: CaseFile,
}

/// Reads and replays one case file.
///
/// # Errors
/// Flaws of the file itself. Disagreements with the law are in [`Rehearsal::mismatches`].
pub fn rehearse(pack: &Pack, file: &str, text: &str) -> Result<Rehearsal, Vec<Flaw>> {
    let script = CaseScript::read(file, text).map_err(|flaw| vec![flaw])?;
    let mut stage = Stage {
        pack,
        file,
        people: &script.people,
        case: CaseFile::new(pack, script.child.facts(), script.offence.clone()),
        compared: 0,
        mismatches: Vec::new(),
    };
    let mut stood = Vec::with_capacity(script.steps.len());
    for step in &script.steps {
        stage.play(step);
        stood.push(stage.case.states.clone());
    }
    Ok(Rehearsal {
        id: script.id.clone(),
        name: script.name.clone(),
        steps: script.steps.len(),
        compared: stage.compared,
        mismatches: stage.mismatches,
        stood,
        end: stage.case,
    })
}

struct Stage<'a> {
    pack: &'a Pack,
    file: &'a str,
    people: &'a BTreeMap<String, Person>,
    case: CaseFile,
    compared: usize,
    mismatches: Vec<Flaw>,
}

impl Stage<'_> {
    fn play(&mut self, step: &Step) {
        let place = step.place(self.file);
        let Some(at) = moment(step) else {
            self.mismatch(&place, "a step has `on: 2026-03-10` or `at: 2026-03-10T22:00`");
            return;
        };
        let outcome = match self.command(step, at) {
            Ok(None) => None,
            Ok(Some(command)) => Some(decide(self.pack, &self.case, &command, at)),
            Err(StepError::Script(message)) => {
                self.mismatch(&place, message);
                return;
            }
            Err(StepError::Refused(refusal)) => Some(Err(refusal)),
        };
        let warnings = self.settle(step, &place, outcome);
        let found = compare::compare(self.pack, &self.case, step, at.date(), &warnings);
        self.compared += found.compared;
        for message in found.differences {
            self.mismatch(&place, message);
        }
    }

    /// Takes over an accepted command and compares refusals with what was expected; returns the warnings.
    fn settle(
        &mut self,
        step: &Step,
        place: &Where,
        outcome: Option<Result<Accepted, Refusal>>,
    ) -> Vec<String> {
        match (outcome, step.expect.refused.is_empty()) {
            (None, true) => Vec::new(),
            (None, false) => {
                self.mismatch(place, "a step that does nothing cannot be refused");
                Vec::new()
            }
            (Some(Ok(accepted)), true) => {
                self.case = accepted.after;
                accepted.warnings.into_iter().map(|w| w.code).collect()
            }
            (Some(Ok(_)), false) => {
                let wanted = step.expect.refused.join(", ");
                self.mismatch(place, format!("expected a refusal with {wanted}, but the act is lawful"));
                Vec::new()
            }
            (Some(Err(refusal)), true) => {
                self.mismatch(place, format!("expected to be accepted, but refused: {}", brief(&refusal)));
                Vec::new()
            }
            (Some(Err(refusal)), false) => {
                self.compare_refusal(step, place, &refusal);
                Vec::new()
            }
        }
    }

    fn compare_refusal(&mut self, step: &Step, place: &Where, refusal: &Refusal) {
        self.compared += 1;
        let hard: Vec<&str> = refusal.hard_codes().collect();
        for code in &step.expect.refused {
            if !hard.contains(&code.as_str()) {
                self.mismatch(
                    place,
                    format!("expected a refusal with {code}, refused with: {}", brief(refusal)),
                );
            }
        }
        let extra = hard.iter().any(|code| !step.expect.refused.iter().any(|wanted| wanted == code));
        if step.expect.only && extra {
            let wanted = step.expect.refused.join(", ");
            self.mismatch(place, format!("expected only {wanted}, refused with: {}", brief(refusal)));
        }
        if step.expect.reveals.is_some_and(|reveals| reveals == refusal.concealed()) {
            self.mismatch(place, "expected the opposite of what outsiders learn from this refusal");
        }
    }

    fn mismatch(&mut self, place: &Where, message: impl Into<String>) {
        self.mismatches.push(Flaw { at: place.clone(), message: message.into() });
    }

    /// The command of a step; a decision is drafted first, by the person who is named for it.
    fn command(&mut self, step: &Step, at: NaiveDateTime) -> Result<Option<Command>, StepError> {
        let given = [&step.act, &step.record, &step.issue, &step.serve].into_iter().flatten().count()
            + usize::from(step.correct.is_some());
        if given == 0 {
            return Ok(None);
        }
        if given > 1 {
            return Err(StepError::Script("a step has one of do, record, issue, serve, correct".into()));
        }
        let by = self.actor(step.by.as_deref())?;
        let what = if let Some(event) = &step.act {
            self.act(step, event, at)?
        } else if let Some(safeguard) = &step.record {
            What::Evidence {
                safeguard: safeguard.clone(),
                fields: self.evidence_fields(safeguard, &step.fields)?,
                supersedes: step.supersedes,
            }
        } else if let Some(document) = &step.issue {
            let fields = self.pack.documents.find(document).map(|d| d.inputs.as_slice()).unwrap_or_default();
            What::Issue { document: document.clone(), inputs: read(fields, &step.input, "/inputs")? }
        } else if let Some(document) = &step.serve {
            What::Serve {
                document: document.clone(),
                to: step.to.clone(),
                received_on: step.received.unwrap_or_else(|| at.date()),
            }
        } else if let Some(child) = &step.correct {
            What::CorrectChild {
                child: child.facts(),
                offence: None,
                reason: step.reason.clone().unwrap_or_default(),
            }
        } else {
            return Ok(None);
        };
        Ok(Some(Command { at, by, what, because: step.because.clone() }))
    }

    fn act(&mut self, step: &Step, event: &str, at: NaiveDateTime) -> Result<What, StepError> {
        let fields = self.pack.events.find(event).map(|e| e.inputs.as_slice()).unwrap_or_default();
        let inputs = read(fields, &step.input, "/inputs")?;
        let mut evidence = BTreeMap::new();
        for (safeguard, given) in &step.evidence {
            evidence.insert(safeguard.clone(), self.evidence_fields(safeguard, given)?);
        }
        let mut act = Act { event: event.to_owned(), inputs, evidence, draft: None, decision: None };
        match &step.decision {
            None => {}
            Some(DecisionScript { drafted_by: None, .. }) => {
                act.decision = step.decision.as_ref().map(DecisionScript::decision);
            }
            Some(script) => {
                // The drafter gives with the draft what is theirs to record; the approver adds the rest.
                let drafter = self.actor(script.drafted_by.as_deref())?;
                let (with_draft, with_act) = act.evidence.into_iter().partition(|(id, _)| {
                    let safeguard = self.pack.safeguards.find(id);
                    safeguard.is_none_or(|s| s.recorded_by.iter().any(|by| drafter.roles.contains(by)))
                });
                act.evidence = with_draft;
                act.draft = Some(self.draft(&act, drafter, script.decision(), at)?);
                act.evidence = with_act;
            }
        }
        Ok(What::Act(act))
    }

    fn draft(
        &mut self,
        act: &Act,
        by: Actor,
        decision: Decision,
        at: NaiveDateTime,
    ) -> Result<u32, StepError> {
        let (event, inputs, evidence) = (act.event.clone(), act.inputs.clone(), act.evidence.clone());
        let what = What::Draft { event, inputs, evidence, decision };
        let command = Command { at, by, what, because: BTreeMap::new() };
        let drafted = decide(self.pack, &self.case, &command, at).map_err(StepError::Refused)?;
        self.case = drafted.after;
        Ok(self.case.seq)
    }

    fn evidence_fields(
        &self,
        safeguard: &str,
        given: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Fields, StepError> {
        let fields = self.pack.safeguards.find(safeguard).map(|s| s.evidence.as_slice()).unwrap_or_default();
        read(fields, given, &format!("/evidence/{safeguard}"))
    }

    fn actor(&self, name: Option<&str>) -> Result<Actor, StepError> {
        let Some(name) = name else {
            return Err(StepError::Script("a step that does something says who: by".into()));
        };
        let place = self.people.keys().position(|key| key == name);
        match (place, self.people.get(name)) {
            (Some(place), Some(person)) => {
                Ok(Actor { person: Uuid::from_u128(place as u128 + 1), roles: person.roles.clone() })
            }
            _ => Err(StepError::Script(format!("'{name}' is not one of the people of this case"))),
        }
    }
}

enum StepError {
    /// The file is wrong.
    Script(String),
    /// The law refuses already what is recorded.
    Refused(Refusal),
}

fn read(
    fields: &[super::pack::Field],
    given: &serde_json::Map<String, serde_json::Value>,
    prefix: &str,
) -> Result<Fields, StepError> {
    read_fields(fields, given, prefix).map_err(|reasons: Vec<Reason>| StepError::Refused(Refusal { reasons }))
}

fn moment(step: &Step) -> Option<NaiveDateTime> {
    let day = |date: NaiveDate| date.and_time(MORNING);
    match (&step.at, &step.on) {
        (Some(at), None) => parse_time(&at.value),
        (None, Some(on)) => Some(day(on.value)),
        _ => None,
    }
}

fn brief(refusal: &Refusal) -> String {
    refusal
        .reasons
        .iter()
        .map(|r| match &r.field {
            Some(field) => format!("{} {field} ({})", r.code, r.statement.en),
            None => format!("{} ({})", r.code, r.statement.en),
        })
        .collect::<Vec<_>>()
        .join("; ")
}
