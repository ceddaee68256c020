//! What follows from an accepted command: facts, clocks, documents. Works on a copy of the case; an error leaves no trace.

use chrono::{NaiveDate, NaiveDateTime};

use super::case::{CaseFile, ClockEntry, ClockState, DocumentEntry};
use super::clock::{self, Length, Run, Step};
use super::expr;
use super::pack::{Clock, Effect, Pack, Verb};
use super::refusal::Reason;
use super::scene::{self, Scene};
use crate::record::{Text, Value};

/// Carries out effects. `scene` is the moment before the act; `after` is the case being changed.
pub(super) fn effects(after: &mut CaseFile, scene: &Scene<'_>, effects: &[Effect]) -> Result<(), Reason> {
    for effect in effects {
        if let Some(when) = &effect.when {
            match expr::holds(when, scene) {
                Some(true) => {}
                Some(false) => continue,
                None => return Err(incomplete()),
            }
        }
        verb(after, scene, &effect.verb)?;
    }
    Ok(())
}

fn verb(after: &mut CaseFile, scene: &Scene<'_>, verb: &Verb) -> Result<(), Reason> {
    match verb {
        Verb::Start { clock, length, from } => start(after, scene, clock, length.as_ref(), from.as_ref()),
        Verb::Stop { clocks, from } => {
            let on = day(scene, from.as_ref())?;
            for clock in clocks {
                end(after, clock, on, ClockState::Met);
            }
            Ok(())
        }
        Verb::Suspend { clock, from } => {
            let on = day(scene, from.as_ref())?;
            if let Some(entry) = open(after, clock).filter(|c| c.state == ClockState::Running) {
                entry.run.steps.push(Step::Suspend(on));
                entry.state = ClockState::Suspended;
            }
            Ok(())
        }
        Verb::Resume { clock, from } => {
            let on = day(scene, from.as_ref())?;
            if let Some(entry) = open(after, clock).filter(|c| c.state == ClockState::Suspended) {
                entry.run.steps.push(Step::Resume(on));
                entry.state = ClockState::Running;
            }
            Ok(())
        }
        Verb::Restart { clock, from } => {
            let at = moment(scene, from.as_ref())?;
            match open(after, clock) {
                Some(entry) => {
                    entry.run.steps.push(Step::Restart(at));
                    entry.state = ClockState::Running;
                    Ok(())
                }
                None => start(after, scene, clock, None, from.as_ref()),
            }
        }
        Verb::Extend { clock, by } => {
            let length = scene.pack.clocks.find(by).and_then(|rule| length_of(rule, scene));
            let (Some(entry), Some(length)) = (open(after, clock), length) else {
                return Err(not_running(scene.pack, clock));
            };
            entry.run.steps.push(Step::Extend(length));
            Ok(())
        }
        Verb::Vary { clock, length } => {
            let n = number(scene, length)?;
            let unit = scene.pack.clocks.find(clock).and_then(|rule| length_of(rule, scene)).map(|l| l.unit);
            let (Some(entry), Some(unit)) = (open(after, clock), unit) else {
                return Err(not_running(scene.pack, clock));
            };
            entry.run.steps.push(Step::SetLength(Length { n, unit }));
            Ok(())
        }
        Verb::Set(settings) => set(after, scene, settings),
        Verb::Require(documents) => {
            for document in documents {
                require(after, scene, document);
            }
            Ok(())
        }
        Verb::Issue(documents) => {
            for document in documents {
                require(after, scene, document);
                issue(after, document, scene.on());
            }
            Ok(())
        }
    }
}

fn set(after: &mut CaseFile, scene: &Scene<'_>, settings: &[(String, expr::Expr)]) -> Result<(), Reason> {
    for (fact, value) in settings {
        let Some(value) = expr::eval(value, scene) else { return Err(incomplete()) };
        let declared = scene.pack.facts.find(fact);
        let value = match (value, declared) {
            (Value::Int(n), Some(declared)) => {
                let low = declared.min.map_or(n, |min| n.max(min));
                Value::Int(declared.max.map_or(low, |max| low.min(max)))
            }
            (value, _) => value,
        };
        after.facts.insert(fact.clone(), value);
    }
    Ok(())
}

fn start(
    after: &mut CaseFile,
    scene: &Scene<'_>,
    id: &str,
    length: Option<&expr::Expr>,
    from: Option<&expr::Expr>,
) -> Result<(), Reason> {
    // A clock that already runs is not started again: the earlier end protects the child.
    if after.open_clock(id).is_some() {
        return Ok(());
    }
    let Some(rule) = scene.pack.clocks.find(id) else { return Err(incomplete()) };
    let Some(mut counted) = length_of(rule, scene) else {
        return Err(Reason::engine(
            "CLOCK_NO_RULE",
            Text::new(
                format!("该日没有适用于“{}”的期限规则", rule.name.zh),
                format!("no rule of “{}” is in force on this day", rule.name.en),
            ),
        ));
    };
    if let Some(length) = length {
        counted.n = number(scene, length)?;
    }
    let started = moment(scene, from)?;
    let run = Run { started, length: counted, first_day: rule.first_day, steps: Vec::new() };
    let due = clock::due(&run, rule.roll, scene::held(scene.pack, after), &scene.pack.calendar)
        .map_err(out_of_range)?;
    let run_no = after.clocks.iter().filter(|c| c.clock == id).map(|c| c.run_no).max().unwrap_or(0) + 1;
    after.clocks.push(ClockEntry {
        clock: id.to_owned(),
        run_no,
        run,
        state: ClockState::Running,
        due,
        since: after.seq,
    });
    Ok(())
}

/// The rule of a clock that is law on the day of the act.
fn length_of(clock: &Clock, scene: &Scene<'_>) -> Option<Length> {
    let on = scene.on();
    clock
        .rules
        .iter()
        .find(|rule| {
            rule.effective_from <= on
                && rule.effective_to.is_none_or(|to| on <= to)
                && rule.when.as_ref().is_none_or(|when| expr::holds(when, scene) == Some(true))
        })
        .map(|rule| rule.length)
}

fn open<'c>(after: &'c mut CaseFile, clock: &str) -> Option<&'c mut ClockEntry> {
    after.clocks.iter_mut().rev().find(|c| c.clock == clock && c.state.open())
}

fn end(after: &mut CaseFile, clock: &str, on: NaiveDate, state: ClockState) {
    if let Some(entry) = open(after, clock) {
        entry.run.steps.push(Step::Stop(on.max(entry.run.started.date())));
        entry.state = state;
    }
}

/// Closes clocks that do not outlive the proceeding.
pub(super) fn end_with_case(after: &mut CaseFile, pack: &Pack, on: NaiveDate) {
    let ended: Vec<String> = after
        .clocks
        .iter()
        .filter(|c| c.state.open() && pack.clocks.find(&c.clock).is_none_or(|rule| !rule.outlives_case))
        .map(|c| c.clock.clone())
        .collect();
    for clock in ended {
        end(after, &clock, on, ClockState::Ended);
    }
}

/// Computes every open clock's due day anew, because custody decides whether a last day may move (CPL 105).
pub(super) fn recompute(after: &mut CaseFile, pack: &Pack) -> Result<(), Reason> {
    let held = scene::held(pack, after);
    for entry in after.clocks.iter_mut().filter(|c| c.state.open()) {
        if let Some(rule) = pack.clocks.find(&entry.clock) {
            entry.due = clock::due(&entry.run, rule.roll, held, &pack.calendar).map_err(out_of_range)?;
        }
    }
    Ok(())
}

fn require(after: &mut CaseFile, scene: &Scene<'_>, document: &str) {
    let waiting = after.documents.iter().any(|d| d.document == document && d.issued_on.is_none());
    if waiting {
        return;
    }
    let recipients = scene.pack.documents.find(document).map(|d| d.serve.as_slice()).unwrap_or_default();
    let served = recipients
        .iter()
        .filter(|s| s.when.as_ref().is_none_or(|when| expr::holds(when, scene) != Some(false)))
        .map(|s| (s.to.clone(), None))
        .collect();
    let entry = DocumentEntry { document: document.to_owned(), since: after.seq, issued_on: None, served };
    after.documents.push(entry);
}

/// Marks the oldest copy that is owed as made; one that is not owed is made all the same.
pub(super) fn issue(after: &mut CaseFile, document: &str, on: NaiveDate) {
    if let Some(entry) = after.documents.iter_mut().find(|d| d.document == document && d.issued_on.is_none())
    {
        entry.issued_on = Some(on);
    }
}

/// The same, when a person makes it.
pub(super) fn issue_now(after: &mut CaseFile, scene: &Scene<'_>, document: &str) {
    require(after, scene, document);
    issue(after, document, scene.on());
}

fn number(scene: &Scene<'_>, length: &expr::Expr) -> Result<u32, Reason> {
    match expr::eval(length, scene) {
        Some(Value::Int(n)) => u32::try_from(n).map_err(|_| incomplete()),
        _ => Err(incomplete()),
    }
}

fn day(scene: &Scene<'_>, from: Option<&expr::Expr>) -> Result<NaiveDate, Reason> {
    moment(scene, from).map(|at| at.date())
}

fn moment(scene: &Scene<'_>, from: Option<&expr::Expr>) -> Result<NaiveDateTime, Reason> {
    match from {
        None => Ok(scene.at),
        Some(from) => match expr::eval(from, scene) {
            Some(Value::Date(date)) => Ok(date.into()),
            Some(Value::Time(at)) => Ok(at),
            _ => Err(incomplete()),
        },
    }
}

fn incomplete() -> Reason {
    Reason::engine(
        "INCOMPLETE",
        Text::new(
            "所记录的内容不足以确定后果，请补全",
            "what was recorded does not decide what follows; please complete it",
        ),
    )
}

fn not_running(pack: &Pack, clock: &str) -> Reason {
    let name = pack.clocks.find(clock).map(|c| c.name.clone()).unwrap_or_default();
    Reason::engine(
        "CLOCK_NOT_RUNNING",
        Text::new(format!("期限“{}”未在进行", name.zh), format!("the clock “{}” is not running", name.en)),
    )
}

fn out_of_range(error: clock::ClockError) -> Reason {
    Reason::engine("CLOCK_OUT_OF_RANGE", Text::new("期限无法计算：日期顺序或范围不对", error.to_string()))
}
