//! Random things that people may ask of the law: mostly sensible, sometimes wrong, sometimes nonsense.

use chrono::{Days, NaiveDate, NaiveDateTime};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::law::case::{CaseFile, Fields};
use crate::law::command::{Act, Actor, Command, What};
use crate::law::pack::{Event, Field, FieldKind, Pack};
use crate::record::{Alternative, Child, Decision, Offence, Sanction, Sex, Value};

/// The earliest and the latest day that can be written down at all.
const FIRST: NaiveDate = NaiveDate::MIN;
const LAST: NaiveDate = NaiveDate::MAX;

/// Stands for the entry made last, where a draft is approved.
pub(super) const NEWEST: u32 = u32::MAX;

/// One attempt, to be read against a pack and a case.
#[derive(Clone, Debug)]
pub(super) struct Try {
    kind: u8,
    pick: Index,
    other: Index,
    days: u8,
    /// What is wrong with it; most attempts have nothing wrong.
    fault: u8,
    odd: Value,
    bits: u32,
    /// Safeguards whose evidence is never given, by their place; none unless the course says so.
    pub(super) never: u32,
    /// Hours between what happened and its recording.
    pub(super) lag: i8,
}

pub(super) fn any_child() -> impl Strategy<Value = Child> {
    let day = (2006_i32..2016, 1_u32..13, 1_u32..29)
        .prop_map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d).unwrap());
    (prop_oneof![Just(Sex::Girl), Just(Sex::Boy)], day, any::<[bool; 4]>()).prop_map(|(sex, born, bits)| {
        Child {
            sex,
            born,
            birth_proved: bits[0] || bits[1],
            needs_interpreter: bits[1] && bits[2],
            needs_accommodation: bits[2] && bits[3],
            pregnant_or_caring: bits[0] && bits[3] && sex == Sex::Girl,
        }
    })
}

pub(super) fn any_offence() -> impl Strategy<Value = Offence> {
    (0_u64..300, proptest::bool::weighted(0.05)).prop_map(|(days, status_offence)| Offence {
        on: NaiveDate::from_ymd_opt(2026, 1, 5).unwrap() + Days::new(days),
        status_offence,
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let dates = prop_oneof![
        Just(FIRST),
        Just(LAST),
        (1900_i32..2200, 1_u32..366).prop_map(|(y, d)| NaiveDate::from_yo_opt(y, d).unwrap()),
    ];
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![Just(i64::MAX), Just(i64::MIN), -5_i64..40].prop_map(Value::Int),
        dates.clone().prop_map(Value::Date),
        dates.prop_map(|d| Value::Time(d.and_hms_opt(23, 59, 59).unwrap())),
        "\\PC{0,6}".prop_map(Value::Choice),
        "\\PC{0,6}".prop_map(Value::Text),
        Just(Value::Recorded),
    ]
}

pub(super) fn any_try() -> impl Strategy<Value = Try> {
    let fault = prop_oneof![6 => Just(0_u8), 3 => 1_u8..16];
    let lag = prop_oneof![9 => Just(0_i8), 1 => -48_i8..48];
    (any::<u8>(), any::<Index>(), any::<Index>(), 0_u8..40, fault, any_value(), any::<u32>(), lag).prop_map(
        |(kind, pick, other, days, fault, odd, bits, lag)| Try {
            kind,
            pick,
            other,
            days,
            fault,
            odd,
            bits,
            never: 0,
            lag,
        },
    )
}

/// The commands of one attempt; `at` goes on with the time that passes.
pub(super) fn commands(pack: &Pack, case: &CaseFile, attempt: &Try, at: &mut NaiveDateTime) -> Vec<Command> {
    *at = at.checked_add_days(Days::new(u64::from(attempt.days / 4))).unwrap_or(*at);
    let when = match attempt.fault {
        1 => at.checked_sub_days(Days::new(30)).unwrap_or(*at),
        2 => LAST.into(),
        3 => FIRST.into(),
        _ => *at,
    };
    let command = |person: u128, roles: Vec<String>, what: What| Command {
        at: when,
        by: Actor { person: Uuid::from_u128(person), roles },
        what,
        because: reasons(pack),
    };
    match attempt.kind {
        0..=190 => {
            let here: Vec<&Event> = pack.events.iter().filter(|event| fits(case, event)).collect();
            let event = match attempt.fault {
                4 => pack.events.get(attempt.pick.index(pack.events.len())).unwrap(),
                _ if here.is_empty() => return Vec::new(),
                _ => here[attempt.pick.index(here.len())],
            };
            act(pack, case, event, attempt, when, &command)
        }
        191..=215 => {
            let safeguard = &pack.safeguards[attempt.pick.index(pack.safeguards.len())];
            let place = u32::try_from(attempt.pick.index(pack.safeguards.len())).unwrap();
            if attempt.never.rotate_left(place) & 3 == 3 {
                return Vec::new();
            }
            let fields = filled(&safeguard.evidence, attempt, when.date());
            let supersedes = (attempt.fault == 5).then_some(attempt.bits % 12);
            let id = if attempt.fault == 6 { "S?".into() } else { safeguard.id.clone() };
            vec![command(
                1,
                safeguard.recorded_by.clone(),
                What::Evidence { safeguard: id, fields, supersedes },
            )]
        }
        216..=235 => {
            let owed: Vec<&str> = case.documents.iter().map(|d| d.document.as_str()).collect();
            let Some(id) = owed.get(attempt.pick.index(owed.len().max(1))) else { return Vec::new() };
            let document = pack.documents.find(id).unwrap();
            let inputs = filled(&document.inputs, attempt, when.date());
            let to = document.serve.iter().map(|s| s.to.clone()).collect();
            let issue = What::Issue { document: document.id.clone(), inputs };
            let received_on = if attempt.fault == 7 { LAST } else { when.date() };
            let serve = What::Serve { document: document.id.clone(), to, received_on };
            vec![command(1, document.made_by.clone(), issue), command(1, Vec::new(), serve)]
        }
        236..=245 => vec![command(
            1,
            Vec::new(),
            What::Return {
                draft: attempt.bits % 20,
                reason: if attempt.fault == 8 { " ".into() } else { "r".into() },
            },
        )],
        _ => {
            let child = Child { needs_interpreter: attempt.bits & 1 == 1, ..case.child.clone() };
            let born = if attempt.fault == 9 { LAST } else { child.born };
            vec![command(
                1,
                Vec::new(),
                What::CorrectChild { child: Child { born, ..child }, offence: None, reason: "r".into() },
            )]
        }
    }
}

fn fits(case: &CaseFile, event: &Event) -> bool {
    event.from.iter().all(|(region, states)| states.iter().any(|state| state == case.states.get(*region)))
}

fn act(
    pack: &Pack,
    case: &CaseFile,
    event: &Event,
    attempt: &Try,
    when: NaiveDateTime,
    command: &impl Fn(u128, Vec<String>, What) -> Command,
) -> Vec<Command> {
    let inputs = filled(&event.inputs, attempt, when.date());
    let roles = match attempt.fault {
        12 => vec![pack.roles[attempt.other.index(pack.roles.len())].id.clone()],
        13 => vec!["nobody".into()],
        _ => vec![event.by[attempt.other.index(event.by.len())].clone()],
    };
    let mut evidence = BTreeMap::new();
    let mut commands = Vec::new();
    for (n, safeguard) in (0_u32..).zip(pack.safeguards.iter()) {
        let asked = event.safeguards.iter().any(|(id, _)| id == &safeguard.id);
        let forgotten = attempt.never.rotate_left(n) & 3 == 3;
        if forgotten || (!asked && safeguard.provides.is_empty()) {
            continue;
        }
        let fields = filled(&safeguard.evidence, attempt, when.date());
        let theirs = roles.iter().any(|role| safeguard.recorded_by.contains(role));
        if theirs || attempt.fault == 10 {
            evidence.insert(safeguard.id.clone(), fields);
        } else if attempt.bits.is_multiple_of(8) || case.evidence.iter().all(|e| e.safeguard != safeguard.id)
        {
            let what = What::Evidence { safeguard: safeguard.id.clone(), fields, supersedes: None };
            commands.push(command(1, safeguard.recorded_by.clone(), what));
        }
    }
    if attempt.fault == 11 {
        evidence.insert("S?".into(), Fields::from([(String::new(), attempt.odd.clone())]));
    }
    let decision = decision(attempt);
    let plain =
        Act { event: event.id.clone(), inputs: inputs.clone(), evidence, draft: None, decision: None };
    if !event.decision {
        let given = (attempt.bits & 1 == 1).then_some(decision);
        commands.push(command(2, roles, What::Act(Act { decision: given, ..plain })));
        return commands;
    }
    let drafted = command(
        1,
        roles.clone(),
        What::Draft {
            event: event.id.clone(),
            inputs,
            evidence: BTreeMap::new(),
            decision: decision.clone(),
        },
    );
    let approver = if attempt.fault == 14 { 1 } else { 2 };
    let approved = Act { draft: Some(NEWEST), decision: Some(decision), ..plain };
    commands.extend([drafted, command(approver, roles, What::Act(approved))]);
    commands
}

fn decision(attempt: &Try) -> Decision {
    let poor = attempt.fault == 15;
    Decision {
        reasons: if poor && attempt.bits & 2 == 0 { String::new() } else { "reasons".into() },
        alternatives: vec![Alternative {
            measure: "bail".into(),
            why_not: if poor { String::new() } else { "no".into() },
        }],
        child_view: "view".into(),
        review_route: !(poor && attempt.bits & 4 == 0),
        diversion: if poor { String::new() } else { "considered".into() },
        because_of_disability: poor && attempt.bits & 8 == 0,
        sanction: (poor && attempt.bits & 16 == 0).then_some(Sanction::Death),
    }
}

/// Values for fields: fitting ones, unless the attempt is at fault.
fn filled(fields: &[Field], attempt: &Try, on: NaiveDate) -> Fields {
    let mut values = Fields::new();
    for (n, field) in fields.iter().enumerate() {
        let bit = attempt.bits.rotate_right(u32::try_from(n).unwrap() % 32);
        if !field.required && bit & 1 == 0 {
            continue;
        }
        let value = match field.kind {
            // Mostly yes: what is asked for has mostly been done.
            FieldKind::Bool => Value::Bool(bit & 7 != 1),
            FieldKind::Int => {
                let (min, max) = (field.min.unwrap_or(0), field.max.unwrap_or(60));
                Value::Int(min + i64::from(bit % 1000) % (max - min + 1).max(1))
            }
            FieldKind::Date => Value::Date(on.checked_sub_days(Days::new(u64::from(bit % 5))).unwrap_or(on)),
            FieldKind::Time => Value::Time(on.and_hms_opt(8, 0, 0).unwrap()),
            FieldKind::Choice => Value::Choice(field.options[bit as usize % field.options.len()].0.clone()),
            FieldKind::Text => Value::Text("words".into()),
        };
        values.insert(field.id.clone(), value);
    }
    if matches!(attempt.fault, 10..=12) && attempt.bits & 2 == 2 {
        let name =
            fields.get(attempt.other.index(fields.len().max(1))).map_or("unknown", |field| field.id.as_str());
        values.insert(name.to_owned(), attempt.odd.clone());
    }
    values
}

/// A written reason for every warning that may come.
fn reasons(pack: &Pack) -> BTreeMap<String, String> {
    let guards = pack.events.iter().flat_map(|event| event.guards.iter().map(|guard| guard.code.clone()));
    let safeguards = pack.safeguards.iter().map(|safeguard| safeguard.id.clone());
    guards.chain(safeguards).map(|code| (code, "because".to_owned())).collect()
}
