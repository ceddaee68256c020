//! Faults put into sound packs, one at a time; each must be found.

use super::tests::{folder, load, small_files};
use super::*;
use crate::law::expr::{Expr, Region};
use crate::law::floor::{Act, Check};
use crate::law::pack::{Catalogue, Clock, Event, Safeguard, Verb};
use crate::record::Value;

/// A fault: what it is, the file, the text that stands there, the text put in its place, and what finds it.
type Fault = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Found when the pack is compiled; it is not loaded at all.
const COMPILE: &str = "compile";

const FAULTS: &[Fault] = &[
    (
        "limit raised above the fact's bound",
        "events",
        "case.returns < 2",
        "case.returns < 3",
        "guard-always-true",
    ),
    (
        "guard that contradicts the fact's bound",
        "events",
        "case.returns < 2",
        "case.returns > 2",
        "guard-always-false",
    ),
    (
        "event behind a guard that never holds",
        "events",
        "case.returns < 2",
        "case.returns > 2",
        "event-never-possible",
    ),
    (
        "guard on a clock that is always suspended there",
        "events",
        "law 16\n  confidence: V\n  from: {main: [REVIEW]}",
        "law 16\n  confidence: V\n  from: {main: [POLICE]}",
        "guard-always-false",
    ),
    ("move dropped, state unreachable", "events", "{to: {main: TRIAL}}", "{to: {}}", "state-unreachable"),
    ("way back dropped", "events", "{main: REVIEW}, effects: [{resume", "{}, effects: [{resume", "dead-end"),
    (
        "court goes round in circles",
        "events",
        "acts: [adjudicate]\n  outcomes: [{to: {main: JUDGED}",
        "acts: [progress]\n  outcomes: [{to: {main: CHARGED}",
        "end-unreachable",
    ),
    (
        "end no longer marked",
        "states",
        "phase: closed_without_charge, end: true",
        "phase: closed_without_charge",
        "dead-end",
    ),
    ("stop dropped", "events", "effects: [{stop: [C6]}, ", "effects: [", "clock-never-stopped"),
    ("start dropped", "events", "{start: C3}, ", "", "clock-never-started"),
    ("resume dropped", "events", "{resume: C1}, ", "", "clock-never-resumed"),
    ("suspension dropped", "events", "{suspend: C1}, ", "", "clock-never-suspended"),
    (
        "stage left without a clock",
        "events",
        "effects: [{stop: [C1]}, {start: C4}]",
        "effects: [{stop: [C1]}]",
        "stage-without-clock",
    ),
    (
        "rule begins after the pack",
        "clocks",
        "effective_from: 2026-01-01",
        "effective_from: 2027-01-01",
        "clock-rule-gap",
    ),
    (
        "rule ends and nothing follows",
        "clocks",
        "2026-01-01, length",
        "2026-01-01, effective_to: 2026-06-30, length",
        "clock-rule-gap",
    ),
    (
        "two rules at once",
        "clocks",
        "rules: [",
        "rules: [{effective_from: 2026-03-01, length: {n: 1, unit: days}}, ",
        "clock-rule-overlap",
    ),
    ("working days without a calendar", "clocks", "roll: never", "roll: working", "calendar-missing"),
    ("move by an act that licenses nothing", "events", "acts: [progress]", "acts: [note]", "floor-bypass"),
    ("custody ordered as a note", "events", "acts: [order_custody]", "acts: [note]", "floor-bypass"),
    (
        "sealed while the case goes on",
        "events",
        "[DONE, CLOSED, JUDGED]",
        "[DONE, CLOSED, JUDGED, REVIEW]",
        "floor-unlicensed",
    ),
    (
        "completed diversion reopened",
        "events",
        "[POLICE]}\n  by: [officer]\n  acts: [progress]",
        "[POLICE, DONE]}\n  by: [officer]\n  acts: [progress, reopen]",
        "floor-refuses-always",
    ),
    (
        "case closed around a held child",
        "events",
        "law 10\n  confidence: V\n  from: {main: [REVIEW], measure: [NONE]}",
        "law 10\n  confidence: V\n  from: {main: [REVIEW]}",
        "floor-refuses-sometimes",
    ),
    (
        "evidence of the floor dropped",
        "safeguards",
        "provides: [guardian_told]",
        "provides: []",
        "floor-check-unprovable",
    ),
    (
        "safeguard of the floor dropped from an event",
        "events",
        "[S12, S15, S18, S20]",
        "[S12, S15, S20]",
        "floor-only",
    ),
    (
        "evidence for nothing",
        "safeguards",
        "[guardian_told]",
        "[guardian_told, female_officer]",
        "evidence-never-required",
    ),
    (
        "decision without four eyes",
        "events",
        "acts: [resolve]\n  decision: true\n  safeguards: [SD]",
        "acts: [resolve]",
        "decision-without-draft",
    ),
    (
        "outcome that never holds",
        "events",
        "has(case.view) && case.view == 'strict'",
        "false",
        "outcome-never-taken",
    ),
    (
        "outcome that always holds",
        "events",
        "has(case.view) && case.view == 'strict'",
        "!case.grave || case.grave",
        "outcome-never-taken",
    ),
    ("record never sealed", "events", "{to: {record: SEALED}}", "{to: {}}", "record-never-sealed"),
    (
        "no release at one stage",
        "events",
        "from: {measure: [HELD]}",
        "from: {main: [REVIEW], measure: [HELD]}",
        "release-impossible",
    ),
    (
        "no answer at some stages",
        "events",
        "from: {remedy: [PENDING]}",
        "from: {main: [REVIEW], remedy: [PENDING]}",
        "challenge-unanswered",
    ),
    (
        "one challenge bars another",
        "events",
        "  by: [victim]\n",
        "  from: {remedy: [IDLE]}\n  by: [victim]\n",
        "challenge-bars-another",
    ),
    (
        "an answer that forgets another challenge",
        "events",
        "    - {when: case.victim_asked, to: {remedy: PENDING}}\n",
        "",
        "challenge-forgotten",
    ),
    (
        "an answer that leaves its challenge waiting",
        "events",
        "{set: {victim_asked: \"false\"}}",
        "{set: {asked: \"false\"}}",
        "challenge-forgotten",
    ),
    (
        "a challenge that is shown after its answer",
        "events",
        "    - {when: case.asked, to: {remedy: PENDING}}\n    - {to: {remedy: IDLE}}",
        "    - {to: {remedy: PENDING}}",
        "challenge-not-there",
    ),
    (
        "a challenge without a day for its answer",
        "events",
        "effects: [{start: C8}, ",
        "effects: [",
        "challenge-without-clock",
    ),
    (
        "safeguard that contradicts itself",
        "safeguards",
        "  recorded_by",
        "  satisfied_when: \"has(ev.on) && !has(ev.on)\"\n  recorded_by",
        "safeguard-cannot-be-met",
    ),
    (
        "safeguard that asks for a decision where there is none",
        "events",
        "by: [officer]\n  acts: [note]\n  inputs",
        "by: [officer]\n  acts: [note]\n  safeguards: [SD]\n  inputs",
        "safeguard-cannot-be-met",
    ),
    (
        "safeguard that nobody records",
        "safeguards",
        "recorded_by: [officer]",
        "recorded_by: []",
        "safeguard-cannot-be-met",
    ),
    (
        "a no counts as a yes",
        "safeguards",
        "type: date, required: true",
        "type: bool, required: true",
        "evidence-not-weighed",
    ),
    ("safeguard dropped everywhere", "events", "safeguards: [SX]", "safeguards: []", "safeguard-never-asked"),
    (
        "role left over",
        "pack",
        "roles:\n",
        "roles:\n  - {id: clerk, name: {zh: 书记员, en: Clerk}, kind: own, staff: [clerk]}\n",
        "role-never-acts",
    ),
    ("role without accounts", "pack", "staff: [chief]", "staff: []", "role-without-staff"),
    ("setting dropped", "events", ", effects: [{set: {view: \"input.view\"}}]", "", "fact-never-set"),
    ("reading dropped", "events", "has(case.view) && case.view == 'strict'", "case.grave", "fact-never-read"),
    ("requirement dropped", "events", "{require: [D1]}, ", "", "document-never-required"),
    ("author dropped", "documents", "made_by: [officer]", "made_by: []", "document-without-author"),
    (
        "derogation for nothing",
        "pack",
        "facts:\n",
        "derogations:\n  - {check: I29, reason: {zh: 无, en: None}, source: law, confidence: M}\nfacts:\n",
        "derogation-never-used",
    ),
    (
        "derogation of what cannot be derogated",
        "pack",
        "facts:\n",
        "derogations:\n  - {check: I24, reason: {zh: 无, en: None}, source: law, confidence: M}\nfacts:\n",
        COMPILE,
    ),
    (
        "event without a default outcome",
        "events",
        "    - {to: {main: CLOSED}, effects: [{stop: [C1]}]}\n",
        "",
        COMPILE,
    ),
    ("unknown state", "events", "to: {main: TRIAL}", "to: {main: TRAIL}", COMPILE),
    ("unknown fact", "events", "case.returns < 2", "case.return < 2", COMPILE),
    ("source dropped", "events", "source: law 13", "source: \"\"", COMPILE),
    ("translation dropped", "events", "{zh: 申诉, en: Challenge}", "{zh: 申诉, en: \"\"}", COMPILE),
    ("nobody may do it", "events", "by: [child]", "by: []", COMPILE),
    (
        "question behind a condition that never holds",
        "forms/inquiry",
        "input.days > 5",
        "input.days > 10",
        "form-question-never-asked",
    ),
    (
        "question behind an answer that is never asked for",
        "forms/inquiry",
        "when: \"input.tested\", name: {zh: 同意测评",
        "when: \"input.tested && input.job_name_given\", name: {zh: 同意测评",
        COMPILE,
    ),
    (
        "question that contradicts the condition of another",
        "forms/inquiry",
        "when: \"child.sex == 'girl'\"",
        "when: \"has(input.job_name) && input.schooling == 'school'\"",
        "form-question-never-asked",
    ),
    (
        "column that is never asked",
        "forms/inquiry",
        "\"!input.refused\"",
        "\"input.refused && !input.refused\"",
        "form-question-never-asked",
    ),
    (
        "rule that never holds",
        "forms/inquiry",
        "input.told_on <= input.ended_at",
        "input.days > 10",
        "form-rule-never-holds",
    ),
    (
        "rule that always holds",
        "forms/inquiry",
        "input.told_on <= input.ended_at",
        "input.days < 11",
        "form-rule-always-holds",
    ),
    ("score that decides", "forms/inquiry", "input.days > 5", "input.score > 5", "form-score-decides"),
    (
        "score that counts as evidence",
        "forms/inquiry",
        "on: \"input.told_on\"",
        "on: \"add_days(input.told_on, input.score)\"",
        "form-score-decides",
    ),
    (
        "conflict statement dropped",
        "forms/inquiry",
        ", means: conflict_statement",
        "",
        "form-without-conflict-statement",
    ),
    ("child's words dropped", "forms/inquiry", ", means: child_words", "", "form-without-child-words"),
    ("disagreement dropped", "forms/inquiry", ", means: disagreement", "", "form-without-disagreement"),
    ("nobody reads the form", "forms/inquiry", "read_by: [officer, chief]", "read_by: []", "form-never-read"),
    ("version skipped", "forms/inquiry.2", "version: 2", "version: 3", "form-version-missing"),
    ("version twice", "forms/inquiry.2", "version: 2", "version: 1", COMPILE),
    ("unknown question in a condition", "forms/inquiry", "input.days > 5", "input.day > 5", COMPILE),
    ("unknown option in a condition", "forms/inquiry", "== 'job'", "== 'work'", COMPILE),
    ("unknown option of several", "forms/inquiry", "input.troubles.violence", "input.troubles.war", COMPILE),
    ("condition on a text", "forms/inquiry", "input.days > 5", "input.job_name == 'x'", COMPILE),
    ("condition on the case", "forms/inquiry", "input.days > 5", "case.held", COMPILE),
    ("option without English", "forms/inquiry", "{zh: 就业, en: Job}", "{zh: 就业}", COMPILE),
    ("option with empty English", "forms/inquiry", "{zh: 就业, en: Job}", "{zh: 就业, en: \"\"}", COMPILE),
    ("two questions of one name", "forms/inquiry", "id: job_name", "id: days", COMPILE),
    ("column with the name of a question", "forms/inquiry", "{id: need,", "{id: days,", COMPILE),
    ("two options of one name", "forms/inquiry", "{id: job,", "{id: school,", COMPILE),
    (
        "circle of conditions",
        "forms/inquiry",
        "name: {zh: 天数",
        "when: \"has(input.why_many)\", name: {zh: 天数",
        COMPILE,
    ),
    ("question that hangs on itself", "forms/inquiry", "input.days > 5", "has(input.why_many)", COMPILE),
    ("column that hangs on itself", "forms/inquiry", "\"!input.refused\"", "\"has(input.said)\"", COMPILE),
    (
        "both sides of the wall",
        "forms/inquiry",
        "written_by: [worker]",
        "written_by: [worker, officer]",
        COMPILE,
    ),
    (
        "screening by the prosecution",
        "forms/inquiry",
        "written_by: [worker]",
        "written_by: [officer]",
        COMPILE,
    ),
    ("written by an outsider", "forms/inquiry", "written_by: [worker]", "written_by: [court]", COMPILE),
    ("written by nobody", "forms/inquiry", "written_by: [worker]", "written_by: []", COMPILE),
    ("unknown reader", "forms/inquiry", "read_by: [officer, chief]", "read_by: [office]", COMPILE),
    ("limits the wrong way round", "forms/inquiry", "min: 0, max: 10", "min: 10, max: 0", COMPILE),
    (
        "choice without options",
        "forms/inquiry",
        "type: yes_no, required: true, name: {zh: 是否测评",
        "type: choice, required: true, name: {zh: 是否测评",
        COMPILE,
    ),
    ("options of a text", "forms/inquiry", "type: choices,", "type: text,", COMPILE),
    (
        "consent that is a text",
        "forms/inquiry",
        "{id: consent, type: yes_no",
        "{id: consent, type: text",
        COMPILE,
    ),
    ("score that is a text", "forms/inquiry", "{id: score, type: number", "{id: score, type: text", COMPILE),
    (
        "number with a past",
        "forms/inquiry",
        "{id: days, type: number",
        "{id: days, past: true, type: number",
        COMPILE,
    ),
    ("unknown type", "forms/inquiry", "{id: days, type: number", "{id: days, type: integer", COMPILE),
    ("misspelt key", "forms/inquiry", "required: true, past: true", "requird: true, past: true", COMPILE),
    ("unknown class", "forms/inquiry", "class: screening", "class: secret", COMPILE),
    ("unknown safeguard", "forms/inquiry", "safeguard: S06", "safeguard: S99", COMPILE),
    ("unknown evidence", "forms/inquiry", "{on: \"input.told_on\"}", "{day: \"input.told_on\"}", COMPILE),
    ("evidence of another type", "forms/inquiry", "on: \"input.told_on\"", "on: \"input.days\"", COMPILE),
    ("source of a form dropped", "forms/inquiry", "source: law 20", "source: \"\"", COMPILE),
];

#[test]
fn every_fault_in_the_small_pack_is_found() {
    let mut missed = Vec::new();
    for &(name, file, from, to, kind) in FAULTS {
        let mut files = small_files();
        let text = files.get_mut(&format!("{file}.yaml")).unwrap();
        assert!(text.contains(from), "{name}: the pack does not say {from:?}");
        *text = text.replacen(from, to, 1);
        let found: Vec<String> = match Pack::load(&files) {
            Err(flaws) if kind == COMPILE => {
                assert!(!flaws.is_empty());
                continue;
            }
            Err(flaws) => flaws.iter().map(ToString::to_string).collect(),
            Ok(pack) => check(&pack).iter().map(|f| f.kind.to_owned()).collect(),
        };
        if !found.iter().any(|found| found == kind) {
            missed.push(format!("{name}: expected {kind}, found {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// A fault in a compiled pack, and what finds it; a pack may show it in one of several ways.
type Breaking = (&'static str, fn(&mut Pack), &'static str);

const BREAKINGS: &[Breaking] = &[
    ("nothing leads to the trial", |p| events(p, strip), "state-unreachable"),
    (
        "no clock is ever started",
        |p| events(p, |e| effects(e, |v| !matches!(v, Verb::Start { .. }))),
        "clock-never-started",
    ),
    (
        "no clock is ever stopped",
        |p| events(p, |e| effects(e, |v| !matches!(v, Verb::Stop { .. }))),
        "clock-never-stopped",
    ),
    ("every act is a note", |p| events(p, |e| e.acts = vec![Act::Note]), "floor-bypass"),
    ("no event asks for any safeguard", |p| events(p, |e| e.safeguards.clear()), "floor-only"),
    (
        "no decision is drafted",
        |p| events(p, |e| e.decision = false),
        "decision-without-draft|safeguard-cannot-be-met",
    ),
    ("no evidence reaches the floor", |p| safeguards(p, |s| s.provides.clear()), "floor-check-unprovable"),
    (
        "nobody is released",
        |p| remove(p, |e| e.acts.iter().any(|a| matches!(a, Act::Release | Act::Restrict))),
        "release-impossible",
    ),
    (
        "no challenge is answered",
        |p| remove(p, |e| e.acts.iter().any(|a| matches!(a, Act::Resolve | Act::Reverse))),
        "challenge-unanswered",
    ),
    ("every challenge waits for the others", |p| events(p, wait_for_others), "challenge-bars-another"),
    ("every answer ends all challenges", |p| events(p, forget_others), "challenge-forgotten"),
    ("no answer ends its challenge", |p| events(p, never_end), "challenge-forgotten|challenge-unanswered"),
    ("no challenge has a clock", |p| events(p, no_clock), "challenge-without-clock"),
    ("nothing is sealed", |p| remove(p, |e| e.acts.contains(&Act::Seal)), "record-never-sealed"),
    (
        "all guards refuse",
        |p| events(p, |e| e.guards.iter_mut().for_each(|g| g.require = Expr::Lit(Value::Bool(false)))),
        "guard-always-false",
    ),
    (
        "all guards pass",
        |p| events(p, |e| e.guards.iter_mut().for_each(|g| g.require = Expr::Lit(Value::Bool(true)))),
        "guard-always-true",
    ),
    ("no end is marked", |p| ends(p), "dead-end"),
    (
        "all rules begin a century late",
        |p| clocks(p, |c| c.rules.iter_mut().for_each(|r| r.effective_from = late())),
        "clock-rule-gap",
    ),
    ("no source is named", |p| events(p, |e| e.source.clear()), "missing-source"),
    ("no fact is ever set", |p| events(p, |e| effects(e, |v| !matches!(v, Verb::Set(_)))), "fact-never-set"),
    (
        "no document is ever required",
        |p| events(p, |e| effects(e, |v| !matches!(v, Verb::Require(_) | Verb::Issue(_)))),
        "document-never-required",
    ),
    ("diversion while held", |p| events(p, divert_held), "floor-unlicensed"),
    ("nobody records anything", |p| safeguards(p, |s| s.recorded_by.clear()), "safeguard-cannot-be-met"),
    ("a departure that touches nothing", |p| departs(p), "derogation-never-used"),
    ("first outcome always taken", |p| events(p, first_outcome), "outcome-never-taken"),
    ("every event only after the end", |p| events(p, after_end), "event-never-possible"),
];

fn rebuild<T: Clone>(list: &mut Catalogue<T>, id: fn(&T) -> &str, mut change: impl FnMut(&mut T) -> bool) {
    let mut all = Catalogue::default();
    for item in list.iter() {
        let mut item = item.clone();
        if change(&mut item) {
            let code = id(&item).to_owned();
            all.insert(&code, item);
        }
    }
    *list = all;
}

fn events(pack: &mut Pack, mut change: impl FnMut(&mut Event)) {
    rebuild(
        &mut pack.events,
        |e| &e.id,
        |e| {
            change(e);
            true
        },
    );
}

fn remove(pack: &mut Pack, wrong: impl Fn(&Event) -> bool) {
    rebuild(&mut pack.events, |e| &e.id, |e| !wrong(e));
}

fn safeguards(pack: &mut Pack, mut change: impl FnMut(&mut Safeguard)) {
    rebuild(
        &mut pack.safeguards,
        |s| &s.id,
        |s| {
            change(s);
            true
        },
    );
}

fn clocks(pack: &mut Pack, mut change: impl FnMut(&mut Clock)) {
    rebuild(
        &mut pack.clocks,
        |c| &c.id,
        |c| {
            change(c);
            true
        },
    );
}

fn effects(event: &mut Event, keep: impl Fn(&Verb) -> bool) {
    event.effects.retain(|effect| keep(&effect.verb));
    for outcome in &mut event.outcomes {
        outcome.effects.retain(|effect| keep(&effect.verb));
    }
}

fn strip(event: &mut Event) {
    let trial = ["TRIAL", "ADJUDICATED"];
    for outcome in &mut event.outcomes {
        if outcome.to.get(&Region::Main).is_some_and(|to| trial.contains(&to.as_str())) {
            outcome.to.remove(&Region::Main);
        }
    }
}

fn challenges(event: &Event) -> bool {
    event.acts.contains(&Act::Challenge)
}

fn wait_for_others(event: &mut Event) {
    if challenges(event) {
        event.from.insert(Region::Remedy, vec!["IDLE".into(), "REVERSED".into()]);
    }
}

fn forget_others(event: &mut Event) {
    if event.acts.contains(&Act::Resolve)
        && let Some(last) = event.outcomes.pop()
    {
        event.outcomes = vec![last];
    }
}

fn never_end(event: &mut Event) {
    if event.acts.contains(&Act::Resolve) {
        effects(event, |v| !matches!(v, Verb::Set(_)));
    }
}

fn no_clock(event: &mut Event) {
    if challenges(event) {
        effects(event, |v| !matches!(v, Verb::Start { .. }));
    }
}

fn ends(pack: &mut Pack) {
    rebuild(
        &mut pack.main.states,
        |s| &s.id,
        |s| {
            s.end = false;
            true
        },
    );
}

fn late() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2126, 1, 1).unwrap()
}

fn divert_held(event: &mut Event) {
    if event.acts.contains(&Act::Divert) {
        event.from.insert(Region::Measure, vec!["HELD".into(), "ARRESTED".into()]);
        event.acts.retain(|act| *act != Act::Release);
        event.outcomes.iter_mut().for_each(|outcome| {
            outcome.to.remove(&Region::Measure);
        });
    }
}

fn departs(pack: &mut Pack) {
    remove(pack, |e| e.acts.contains(&Act::Publish));
    let source = "law".to_owned();
    let reason = Text::new("无", "none");
    let confidence = crate::law::pack::source::Confidence::M;
    pack.derogations.push(crate::law::pack::Derogation { check: Check::I25, reason, source, confidence });
}

fn first_outcome(event: &mut Event) {
    if let [first, _, ..] = event.outcomes.as_mut_slice() {
        first.when = Some(Expr::Lit(Value::Bool(true)));
    }
}

fn after_end(event: &mut Event) {
    if !event.acts.contains(&Act::Open) {
        event.from.insert(Region::Main, vec!["START".into()]);
    }
}

fn every_breaking_is_found(name: &str) {
    let Some(files) = folder(name) else { return };
    let sound = load(&files);
    let known: Vec<String> = check(&sound).iter().map(ToString::to_string).collect();
    let mut missed = Vec::new();
    for &(fault, breaking, kind) in BREAKINGS {
        let mut pack = sound.clone();
        breaking(&mut pack);
        let new = |f: &Finding| kind.split('|').any(|kind| f.kind == kind) && !known.contains(&f.to_string());
        if !lint(&pack).iter().any(new) && !explore(&pack).findings.iter().any(new) {
            missed.push(format!("{fault}: expected {kind}"));
        }
    }
    assert!(missed.is_empty(), "{name}\n{}", missed.join("\n"));
}

#[test]
fn every_fault_in_the_international_pack_is_found() {
    every_breaking_is_found("intl-baseline");
}

#[test]
fn every_fault_in_the_chinese_pack_is_found() {
    every_breaking_is_found("cn-procuratorate");
}
