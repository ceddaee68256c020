//! The one door of the floor: an event is heard, a ruling comes back.

use std::collections::BTreeMap;

use super::motion::{Answer, put};
use super::{
    Act, Check, Derogations, Facts, Liberty, Performer, Position, Proceeding, Record, Region, Remedy,
};
use super::{demanded, liberty, proceeding, record, remedy, shortfall};

/// What follows from a check that is not satisfied, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The pack has said openly that its law falls short here; shown on the case.
    Derogated,
    /// The act passes; the shortfall is shown and logged.
    Warn,
    /// Another authority has broken a right; recorded, visible, to be answered.
    Breach,
    /// The act is refused.
    Refuse,
}

/// One check that is not satisfied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// What follows.
    pub severity: Severity,
}

/// A move, or a stay in the proceedings, for which no act of the event has a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unlicensed {
    /// The region that moves.
    pub region: Region,
    /// The code of the phase before.
    pub from: &'static str,
    /// The code of the phase after; the same as before if the acts have no place in the phase.
    pub to: &'static str,
}

/// The floor's answer to one event.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Ruling {
    /// Moves without a licence; any of them refuses the event.
    pub unlicensed: Vec<Unlicensed>,
    /// Unsatisfied checks in order, each once.
    pub findings: Vec<Finding>,
}

impl Ruling {
    /// Whether the event may not happen.
    pub fn refused(&self) -> bool {
        !self.unlicensed.is_empty() || self.findings.iter().any(|found| found.severity == Severity::Refuse)
    }
}

/// A move that an act licenses in one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Licence {
    /// The region that moves.
    pub region: Region,
    /// The code of the phase before.
    pub from: &'static str,
    /// The code of the phase after.
    pub to: &'static str,
}

/// Judges one event: `acts` performed by `performer` take the case from `from` to `to` and bring `facts`.
///
/// A region that moves needs an act that licenses exactly this move and has its place in the phase of the proceedings.
/// Liberty may always fall towards freedom and an open record become due for sealing. Liberty may not be taken in an
/// event that ends the case, and nobody is taken along into diversion or into the end of a case as a held child
/// ([`Proceeding::is_at_liberty`]): such an event must release as well.
pub fn hear(
    acts: &[Act],
    from: Position,
    to: Position,
    performer: Performer,
    facts: &Facts,
    derogations: &Derogations,
) -> Ruling {
    let mut findings = BTreeMap::new();
    for (act, check) in demanded(acts, from, to) {
        let Some(severity) = shortfall(act, check, performer, facts) else { continue };
        let severity = derogations.soften(check, severity, facts);
        findings
            .entry(check)
            .and_modify(|known: &mut Severity| *known = severity.max(*known))
            .or_insert(severity);
    }
    Ruling {
        unlicensed: unlicensed(acts, from, to),
        findings: findings.into_iter().map(|(check, severity)| Finding { check, severity }).collect(),
    }
}

/// Whether the act has its place in this phase of the proceedings, whether it moves it or not.
pub fn at_home(act: Act, phase: Proceeding) -> bool {
    course(phase, act, phase) != Answer::Refused
}

/// Every move between two different phases that the act licenses, found by asking the machines.
pub fn licences(act: Act) -> Vec<Licence> {
    let mut found = Vec::new();
    let mut explore = |region, from: &'static str, to: &'static str, answer| {
        if from != to && answer == Answer::Licensed {
            found.push(Licence { region, from, to });
        }
    };
    for &from in Proceeding::ALL {
        for &to in Proceeding::ALL {
            explore(Region::Proceeding, from.code(), to.code(), course(from, act, to));
        }
    }
    for &from in Liberty::ALL {
        for &to in Liberty::ALL {
            explore(Region::Liberty, from.code(), to.code(), custody(from, act, to));
        }
    }
    for &from in Remedy::ALL {
        for &to in Remedy::ALL {
            explore(Region::Remedy, from.code(), to.code(), appeal(from, act, to));
        }
    }
    for &from in Record::ALL {
        for &to in Record::ALL {
            explore(Region::Record, from.code(), to.code(), archive(from, act, to));
        }
    }
    found
}

fn unlicensed(acts: &[Act], from: Position, to: Position) -> Vec<Unlicensed> {
    let home: Vec<Act> = acts.iter().copied().filter(|&act| at_home(act, from.proceeding)).collect();
    let granted = |answer: &dyn Fn(Act) -> Answer| home.iter().any(|&act| answer(act) == Answer::Licensed);

    let proceeding = if from.proceeding == to.proceeding {
        !home.is_empty()
    } else {
        granted(&|act| course(from.proceeding, act, to.proceeding))
    };
    let moves = from.proceeding != to.proceeding;
    let liberty = if moves && to.proceeding.is_at_liberty() && to.liberty == Liberty::Held {
        false
    } else {
        to.liberty <= from.liberty
            || (!to.proceeding.is_closed() && granted(&|act| custody(from.liberty, act, to.liberty)))
    };
    let remedy = from.remedy == to.remedy || granted(&|act| appeal(from.remedy, act, to.remedy));
    let record = from.record == to.record
        || (from.record == Record::Open && to.record == Record::SealDue)
        || granted(&|act| archive(from.record, act, to.record));

    let all = [
        (proceeding, Region::Proceeding, from.proceeding.code(), to.proceeding.code()),
        (liberty, Region::Liberty, from.liberty.code(), to.liberty.code()),
        (remedy, Region::Remedy, from.remedy.code(), to.remedy.code()),
        (record, Region::Record, from.record.code(), to.record.code()),
    ];
    all.into_iter()
        .filter(|(licensed, ..)| !licensed)
        .map(|(_, region, from, to)| Unlicensed { region, from, to })
        .collect()
}

fn course(from: Proceeding, act: Act, to: Proceeding) -> Answer {
    put(proceeding::Course, from, act, to)
}

fn custody(from: Liberty, act: Act, to: Liberty) -> Answer {
    put(liberty::Custody, from, act, to)
}

fn appeal(from: Remedy, act: Act, to: Remedy) -> Answer {
    put(remedy::Appeal, from, act, to)
}

fn archive(from: Record, act: Act, to: Record) -> Answer {
    put(record::Archive, from, act, to)
}
