//! case + command + pack + now -> the case afterwards, or a refusal. The only door through which a case changes.

use chrono::NaiveDateTime;
use std::collections::BTreeMap;

use super::apply;
use super::case::{CaseFile, Doing, Draft, EvidenceEntry, Fields, FloorMark};
use super::command::{Act, Command, What};
use super::expr::{self, Region};
use super::floor;
use super::hearing;
use super::input::{check_fields, without_words};
use super::pack::{Event, Level, Outcome, Pack, RoleKind};
use super::refusal::{Reason, Refusal};
use super::scene::{Scene, Standing};
use crate::record::{Child, Decision, Offence, Text};

/// An accepted command.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The case afterwards.
    pub after: CaseFile,
    /// Kind of the journal entry: `act`, `draft`, `return`, `evidence`, `issue`, `serve`, `child`.
    pub kind: &'static str,
    /// What it is about: event, safeguard or document.
    pub code: String,
    /// The role in which the person acted.
    pub role: Option<String>,
    /// Rules that were not kept and for which a written reason was given, and the floor's warnings.
    pub warnings: Vec<Reason>,
}

/// Puts a command to the law.
///
/// `now` is the present in legal time; nothing may be recorded of the future.
///
/// # Errors
/// A refusal with every reason that stands against it. Nothing has changed then.
pub fn decide(
    pack: &Pack,
    case: &CaseFile,
    command: &Command,
    now: NaiveDateTime,
) -> Result<Accepted, Refusal> {
    if command.at > now {
        return Err(Refusal::one(
            Reason::engine(
                "FUTURE",
                Text::new("发生时间不能晚于现在", "what is recorded cannot lie in the future"),
            )
            .on("/at"),
        ));
    }
    let accepted = match &command.what {
        What::Act(act) => decide_act(pack, case, command, act),
        What::Draft { event, inputs, evidence, decision } => {
            let proposed = Proposed { event, inputs, evidence, decision };
            draft(pack, case, command, &proposed)
        }
        What::Return { draft, reason } => send_back(pack, case, command, *draft, reason),
        What::Evidence { safeguard, fields, supersedes } => {
            evidence(pack, case, command, safeguard, fields, *supersedes)
        }
        What::Issue { document, inputs } => issue(pack, case, command, document, inputs),
        What::Serve { document, to, received_on } => {
            let received = ServiceReceived { document, to, on: *received_on };
            serve(pack, case, command, &received, now)
        }
        What::CorrectChild { child, offence, reason } => {
            correct_child(pack, case, command, child, offence.as_ref(), reason)
        }
    }?;
    // A receipt or an arrest that is still to come starts no clock: it would hold a window open for as long as one likes.
    let ahead = accepted.after.clocks.iter().any(|c| c.since == accepted.after.seq && c.run.started > now);
    if ahead {
        let text = Text::new("期限不能自将来的日期起算", "a period cannot begin in the future");
        return Err(Refusal::one(Reason::engine("FUTURE", text)));
    }
    Ok(accepted)
}

fn decide_act(pack: &Pack, case: &CaseFile, command: &Command, act: &Act) -> Result<Accepted, Refusal> {
    let event = find(pack, &act.event)?;
    let draft = act.draft.and_then(|seq| case.drafts.iter().find(|d| d.seq == seq && d.event == event.id));
    let inputs = draft.map_or(&act.inputs, |d| &d.inputs);
    let decision = draft.map(|d| &d.decision).or(act.decision.as_ref());
    // What the drafter gave with the draft and what the approver adds.
    let mut evidence = draft.map(|d| d.evidence.clone()).unwrap_or_default();
    evidence.extend(act.evidence.clone());
    let role = role_of(event, &command.by.roles);
    let scene = Scene {
        at: command.at,
        role,
        person: Some(command.by.person),
        inputs,
        evidence: &evidence,
        decision,
        drafter: draft.map(|d| d.by),
        ..Scene::bare(pack, case, command.at)
    };
    let mut reasons = Vec::new();
    if role.is_none() {
        reasons.push(hearing::wrong_role(pack, event));
    }
    reasons.extend(hearing::wrong_state(pack, &scene, event));
    reasons.extend(hearing::not_a_child(pack, case, event));
    reasons.extend(out_of_order(case, command.at));
    reasons.extend(check_fields(&event.inputs, inputs, "/inputs", true));
    reasons.extend(check_given_evidence(pack, Some(event), role, &command.by.roles, &act.evidence));
    reasons.extend(needs_draft(pack, event, role, draft, command));
    for (id, level) in &event.safeguards {
        if let Some(safeguard) = pack.safeguards.find(id)
            && scene.judge(safeguard) != Standing::Met
        {
            reasons.push(hearing::unmet_safeguard(pack, safeguard, *level));
        }
    }
    for guard in &event.guards {
        if expr::holds(&guard.require, &scene) != Some(true) {
            reasons.push(hearing::unmet_guard(guard));
        }
    }
    let Some(outcome) = choose(event, &scene) else {
        reasons.push(Reason::engine(
            "INCOMPLETE",
            Text::new(
                "所记录的内容不足以确定结果，请补全各项",
                "what was recorded does not decide the outcome; please complete it",
            ),
        ));
        return Err(refusal(reasons));
    };
    let ruling = hearing::floor(pack, &scene, event, outcome);
    reasons.extend(ruling.reasons);
    let warnings = settle(reasons, &command.because)?;

    let mut after = case.clone();
    after.seq += 1;
    for (region, state) in &outcome.to {
        after.states.set(*region, state.clone());
    }
    let stage = |state: &str| pack.main.states.find(state).map(|s| s.stage.as_str());
    if stage(&case.states.main) != stage(&after.states.main) {
        after.stage_since = after.seq;
    }
    let follow = apply::effects(&mut after, &scene, &outcome.effects)
        .and_then(|()| apply::effects(&mut after, &scene, &event.effects));
    follow.map_err(Refusal::one)?;
    for (safeguard, fields) in &evidence {
        record_evidence(&mut after, &scene, safeguard, fields).map_err(Refusal::one)?;
    }
    if pack.main.states.find(&after.states.main).is_some_and(|s| s.end) {
        apply::end_with_case(&mut after, pack, command.at.date());
    }
    hearing::follow_custody(pack, case, &mut after, command.at.date());
    apply::recompute(&mut after, pack).map_err(Refusal::one)?;
    after.last_act_at = Some(command.at);
    after.done.entry(event.id.clone()).or_default().push(Doing { seq: after.seq, on: command.at.date() });
    after.drafts.retain(|d| Some(d.seq) != act.draft);
    after.floor_marks.extend(ruling.marks.into_iter().map(|(check, severity)| FloorMark {
        seq: after.seq,
        event: event.id.clone(),
        check,
        severity,
    }));
    Ok(Accepted { after, kind: "act", code: event.id.clone(), role: role.map(str::to_owned), warnings })
}

fn find<'p>(pack: &'p Pack, event: &str) -> Result<&'p Event, Refusal> {
    pack.events.find(event).ok_or_else(|| {
        Refusal::one(
            Reason::engine("EVENT_UNKNOWN", Text::new("本程序没有这一事项", "this pack has no such event"))
                .on("/event"),
        )
    })
}

/// The first of the person's roles in which the event may be done.
pub(super) fn role_of<'p>(event: &'p Event, roles: &[String]) -> Option<&'p str> {
    roles_for(event, roles).first().copied()
}

/// Every role of a person in which an event may be done, in the order of the person's roles.
pub fn roles_for<'p>(event: &'p Event, roles: &[String]) -> Vec<&'p str> {
    roles.iter().filter_map(|role| event.by.iter().find(|by| *by == role)).map(String::as_str).collect()
}

/// Whether it must be said in which of these roles an act is recorded: it was done by one of several outsiders, and the
/// law may treat them differently.
pub fn must_be_named(pack: &Pack, could: &[&str]) -> bool {
    could.len() > 1 && could.iter().all(|role| !is_own(pack, Some(role)))
}

/// The outcome that the act leads to; `None` when something it depends on is not known.
pub(super) fn choose<'p>(event: &'p Event, scene: &Scene<'_>) -> Option<&'p Outcome> {
    for outcome in &event.outcomes {
        match &outcome.when {
            None => return Some(outcome),
            Some(when) => match expr::holds(when, scene) {
                Some(true) => return Some(outcome),
                Some(false) => {}
                None => return None,
            },
        }
    }
    None
}

fn out_of_order(case: &CaseFile, at: NaiveDateTime) -> Option<Reason> {
    // Days are compared, not minutes: two acts of one day are often typed in the other order.
    let last = case.last_act_at.filter(|last| at.date() < last.date())?;
    let statement = Text::new(
        format!(
            "本案最后一项行为发生于{}，不能再记录更早的行为；更早的事实请作为材料补记",
            last.format("%Y年%-m月%-d日")
        ),
        format!(
            "the last act of this case was on {}; an earlier act cannot follow it, an earlier fact can be recorded as evidence",
            last.format("%-d %B %Y")
        ),
    );
    Some(Reason::engine("OUT_OF_ORDER", statement).on("/at"))
}

fn check_given_evidence(
    pack: &Pack,
    event: Option<&Event>,
    role: Option<&str>,
    roles: &[String],
    evidence: &BTreeMap<String, Fields>,
) -> Vec<Reason> {
    // What another authority or a party brings with its act is recorded for it, as far as that act asks for it; all
    // else is recorded only by those whose it is to record.
    let own = is_own(pack, role);
    let asked = |id: &str| event.is_some_and(|event| event.safeguards.iter().any(|(known, _)| known == id));
    let mut reasons = Vec::new();
    for (id, fields) in evidence {
        let path = format!("/evidence/{id}");
        match pack.safeguards.find(id) {
            Some(safeguard) => {
                reasons.extend(check_fields(&safeguard.evidence, fields, &path, false));
                if (own || !asked(id)) && !safeguard.recorded_by.iter().any(|by| roles.contains(by)) {
                    reasons.push(hearing::wrong_recorder(pack, &safeguard.recorded_by).on(path));
                }
            }
            None => reasons.push(safeguard_unknown().on(path)),
        }
    }
    reasons
}

fn safeguard_unknown() -> Reason {
    Reason::engine("SAFEGUARD_UNKNOWN", Text::new("本程序没有这一保障", "this pack has no such safeguard"))
}

/// Whether somebody acts for the office itself; who acts in no known role counts as such, the stricter reading.
fn is_own(pack: &Pack, role: Option<&str>) -> bool {
    role.and_then(|r| pack.roles.find(r)).is_none_or(|r| r.kind == RoleKind::Own)
}

/// The first of somebody's roles that is one of the office's own.
fn own_role<'r>(pack: &Pack, roles: &'r [String]) -> Result<&'r String, Refusal> {
    roles.iter().find(|role| pack.roles.find(role).is_some_and(|r| r.kind == RoleKind::Own)).ok_or_else(
        || {
            let text = Text::new("由本机关人员办理", "this is done by the office's own staff");
            Refusal::one(Reason::engine("ROLE", text))
        },
    )
}

/// Four eyes: a decision of the office is drafted by one person and approved by another.
fn needs_draft(
    pack: &Pack,
    event: &Event,
    role: Option<&str>,
    draft: Option<&Draft>,
    command: &Command,
) -> Option<Reason> {
    if !event.decision || !is_own(pack, role) {
        return None;
    }
    match draft {
        None => Some(
            Reason::engine(
                "DRAFT_MISSING",
                Text::new(
                    "此项决定须先由承办人拟稿，再由另一人批准",
                    "this decision is drafted by one person first and approved by another",
                ),
            )
            .on("/draft"),
        ),
        Some(draft) if draft.by == command.by.person => Some(Reason::engine(
            "FOUR_EYES",
            Text::new("拟稿人不能批准自己的决定", "who drafted a decision cannot approve it"),
        )),
        Some(draft) if command.at.date() < draft.on => Some(
            Reason::engine(
                "OUT_OF_ORDER",
                Text::new(
                    "批准日期不能早于拟稿日期",
                    "a decision cannot be approved before the day it was drafted",
                ),
            )
            .on("/at"),
        ),
        Some(_) => None,
    }
}

/// Splits reasons into what refuses and what a written reason has answered.
fn settle(reasons: Vec<Reason>, because: &BTreeMap<String, String>) -> Result<Vec<Reason>, Refusal> {
    let answered = |reason: &Reason| {
        reason.level == Level::Warn
            && (hearing::floor_warning(&reason.code)
                || because.get(&reason.code).is_some_and(|t| !t.trim().is_empty()))
    };
    if reasons.iter().all(answered) { Ok(reasons) } else { Err(refusal(reasons)) }
}

fn refusal(mut reasons: Vec<Reason>) -> Refusal {
    reasons.sort_by_key(|r| r.level == Level::Warn);
    let mut seen = std::collections::BTreeSet::new();
    reasons.retain(|r| seen.insert((r.code.clone(), r.field.clone())));
    Refusal { reasons }
}

struct Proposed<'a> {
    event: &'a str,
    inputs: &'a Fields,
    evidence: &'a BTreeMap<String, Fields>,
    decision: &'a Decision,
}

fn draft(
    pack: &Pack,
    case: &CaseFile,
    command: &Command,
    proposed: &Proposed<'_>,
) -> Result<Accepted, Refusal> {
    let Proposed { inputs, evidence, decision, .. } = *proposed;
    let event = find(pack, proposed.event)?;
    let role = own_role(pack, &command.by.roles)?;
    let mut reasons = check_fields(&event.inputs, inputs, "/inputs", true);
    reasons.extend(check_given_evidence(pack, None, Some(role), &command.by.roles, evidence));
    if !event.decision {
        reasons
            .push(Reason::engine("NOT_A_DECISION", Text::new("此事项无需拟稿", "this event needs no draft")));
    }
    if decision.reasons.trim().is_empty() {
        let text = Text::new("拟稿须写明理由", "a draft states its reasons");
        reasons.push(Reason::engine("FIELD_MISSING", text).on("/decision/reasons"));
    }
    if !reasons.is_empty() {
        return Err(refusal(reasons));
    }
    let mut after = case.clone();
    after.seq += 1;
    let (by, on) = (command.by.person, command.at.date());
    let draft = Draft {
        seq: after.seq,
        event: event.id.clone(),
        by,
        on,
        inputs: inputs.clone(),
        evidence: evidence.clone(),
        decision: decision.clone(),
    };
    after.drafts.push(draft);
    Ok(Accepted {
        after,
        kind: "draft",
        code: event.id.clone(),
        role: Some(role.clone()),
        warnings: Vec::new(),
    })
}

fn send_back(
    pack: &Pack,
    case: &CaseFile,
    command: &Command,
    draft: u32,
    reason: &str,
) -> Result<Accepted, Refusal> {
    let Some(found) = case.drafts.iter().find(|d| d.seq == draft) else {
        let text = Text::new("没有这份待批的拟稿", "there is no such draft waiting for approval");
        return Err(Refusal::one(Reason::engine("DRAFT_UNKNOWN", text).on("/draft")));
    };
    // Who may approve may send back; so may who drafted it.
    let by = pack.events.find(&found.event).map(|event| event.by.as_slice()).unwrap_or_default();
    let role = command.by.roles.iter().find(|role| by.contains(role)).cloned();
    if role.is_none() && found.by != command.by.person {
        return Err(Refusal::one(hearing::wrong_recorder(pack, by)));
    }
    if reason.trim().is_empty() {
        let text = Text::new("退回须写明理由", "a draft is sent back with a reason");
        return Err(Refusal::one(Reason::engine("FIELD_MISSING", text).on("/reason")));
    }
    let mut after = case.clone();
    after.seq += 1;
    after.drafts.retain(|d| d.seq != draft);
    let code = found.event.clone();
    Ok(Accepted { after, kind: "return", code, role, warnings: Vec::new() })
}

fn evidence(
    pack: &Pack,
    case: &CaseFile,
    command: &Command,
    id: &str,
    fields: &Fields,
    supersedes: Option<u32>,
) -> Result<Accepted, Refusal> {
    let Some(safeguard) = pack.safeguards.find(id) else {
        return Err(Refusal::one(safeguard_unknown().on("/safeguard")));
    };
    let role = command.by.roles.iter().find(|r| safeguard.recorded_by.contains(r));
    let mut reasons = check_fields(&safeguard.evidence, fields, "/fields", false);
    if role.is_none() {
        reasons.push(hearing::wrong_recorder(pack, &safeguard.recorded_by));
    }
    if fields.is_empty() {
        let text = Text::new("没有填写任何内容", "nothing was recorded");
        reasons.push(Reason::engine("FIELD_MISSING", text).on("/fields"));
    }
    let corrected =
        supersedes.map(|seq| (seq, case.evidence.iter().position(|e| e.seq == seq && e.safeguard == id)));
    if let Some((_, None)) = corrected {
        let text = Text::new("没有要更正的这条记录", "there is no such entry to correct");
        reasons.push(Reason::engine("ENTRY_UNKNOWN", text).on("/supersedes"));
    }
    if !reasons.is_empty() {
        return Err(refusal(reasons));
    }
    let mut after = case.clone();
    after.seq += 1;
    if let Some((_, Some(place))) = corrected
        && let Some(entry) = after.evidence.get_mut(place)
    {
        entry.superseded_by = Some(after.seq);
    }
    let scene = Scene { at: command.at, ..Scene::bare(pack, case, command.at) };
    record_evidence(&mut after, &scene, id, fields).map_err(Refusal::one)?;
    apply::recompute(&mut after, pack).map_err(Refusal::one)?;
    Ok(Accepted { after, kind: "evidence", code: id.to_owned(), role: role.cloned(), warnings: Vec::new() })
}

/// Keeps evidence and lets follow what its being met entails.
fn record_evidence(after: &mut CaseFile, scene: &Scene<'_>, id: &str, fields: &Fields) -> Result<(), Reason> {
    let entry = EvidenceEntry {
        seq: after.seq,
        safeguard: id.to_owned(),
        on: scene.on(),
        fields: without_words(fields),
        superseded_by: None,
    };
    after.evidence.push(entry);
    let Some(safeguard) = scene.pack.safeguards.find(id).filter(|s| !s.on_met.is_empty()) else {
        return Ok(());
    };
    let known = after.clone();
    let now = Scene { case: &known, ..*scene };
    if now.evidenced(safeguard) { apply::effects(after, &now, &safeguard.on_met) } else { Ok(()) }
}

fn issue(
    pack: &Pack,
    case: &CaseFile,
    command: &Command,
    id: &str,
    inputs: &Fields,
) -> Result<Accepted, Refusal> {
    let Some(document) = pack.documents.find(id) else { return Err(Refusal::one(document_unknown())) };
    let role = command.by.roles.iter().find(|r| document.made_by.contains(r));
    let mut reasons = check_fields(&document.inputs, inputs, "/inputs", true);
    if role.is_none() {
        reasons.push(hearing::wrong_recorder(pack, &document.made_by));
    }
    if owed_since(case, id).is_some_and(|since| command.at.date() < since) {
        let text = Text::new(
            "文书制作日期早于应当制作该文书的行为",
            "it cannot be made before the day of the act that called for it",
        );
        reasons.push(Reason::engine("OUT_OF_ORDER", text).on("/at"));
    }
    if !reasons.is_empty() {
        return Err(refusal(reasons));
    }
    let mut after = case.clone();
    after.seq += 1;
    let scene = Scene { inputs, role: role.map(String::as_str), ..Scene::bare(pack, case, command.at) };
    apply::issue_now(&mut after, &scene, id);
    apply::effects(&mut after, &scene, &document.on_issued).map_err(Refusal::one)?;
    apply::recompute(&mut after, pack).map_err(Refusal::one)?;
    Ok(Accepted { after, kind: "issue", code: id.to_owned(), role: role.cloned(), warnings: Vec::new() })
}

/// The day of the act that called for the oldest copy of a document that is still owed.
fn owed_since(case: &CaseFile, document: &str) -> Option<chrono::NaiveDate> {
    let owed = case.documents.iter().find(|d| d.document == document && d.issued_on.is_none())?;
    case.done.values().flatten().find(|doing| doing.seq == owed.since).map(|doing| doing.on)
}

fn document_unknown() -> Reason {
    Reason::engine("DOCUMENT_UNKNOWN", Text::new("本程序没有这一文书", "this pack has no such document"))
        .on("/document")
}

struct ServiceReceived<'a> {
    document: &'a str,
    to: &'a [String],
    on: chrono::NaiveDate,
}

fn serve(
    pack: &Pack,
    case: &CaseFile,
    command: &Command,
    received: &ServiceReceived<'_>,
    now: NaiveDateTime,
) -> Result<Accepted, Refusal> {
    let Some(document) = pack.documents.find(received.document) else {
        return Err(Refusal::one(document_unknown()));
    };
    if received.on > now.date() {
        let text = Text::new("收到日期不能晚于今天", "a receipt cannot lie in the future");
        return Err(Refusal::one(Reason::engine("FUTURE", text).on("/received_on")));
    }
    let mut after = case.clone();
    after.seq += 1;
    let inputs = Fields::from([("received_on".to_owned(), crate::record::Value::Date(received.on))]);
    let scene = Scene { inputs: &inputs, ..Scene::bare(pack, case, command.at) };
    if received.to.is_empty() {
        let text = Text::new("请写明送达对象", "name at least one recipient");
        return Err(Refusal::one(Reason::engine("FIELD_MISSING", text).on("/to")));
    }
    for to in received.to {
        let service = document.serve.iter().find(|s| &s.to == to);
        let entry = after
            .documents
            .iter_mut()
            .find(|d| d.document == document.id && d.issued_on.is_some() && d.served.get(to) == Some(&None));
        let (Some(service), Some(entry)) = (service, entry) else {
            let text = Text::new(
                "该文书尚未制作，或无须（已经）向其送达",
                "this document has not been made yet, or need not be served (again) on this recipient",
            );
            return Err(Refusal::one(Reason::engine("NOTHING_TO_SERVE", text).on("/to")));
        };
        if entry.issued_on.is_some_and(|issued| received.on < issued) {
            let text = Text::new("收到日期早于文书制作日期", "it cannot be received before it was made");
            return Err(Refusal::one(Reason::engine("OUT_OF_ORDER", text).on("/received_on")));
        }
        entry.served.insert(to.clone(), Some(received.on));
        // A further copy that no act called for opens no window again.
        if case.done.values().flatten().any(|doing| doing.seq == entry.since) {
            apply::effects(&mut after, &scene, &service.effects).map_err(Refusal::one)?;
        }
    }
    apply::recompute(&mut after, pack).map_err(Refusal::one)?;
    let role = Some(own_role(pack, &command.by.roles)?.clone());
    Ok(Accepted { after, kind: "serve", code: document.id.clone(), role, warnings: Vec::new() })
}

/// Whether a role of the pack corrects what is known of a child: age and sex decide which protection applies, so only
/// who receives, questions or charges may.
pub fn corrects_child(pack: &Pack, role: &str) -> bool {
    let acts = [floor::Act::Open, floor::Act::Question, floor::Act::Charge];
    let theirs = |event: &Event| {
        event.by.iter().any(|by| by == role) && acts.iter().any(|act| event.acts.contains(act))
    };
    is_own(pack, Some(role)) && pack.events.iter().any(theirs)
}

fn correct_child(
    pack: &Pack,
    case: &CaseFile,
    command: &Command,
    child: &Child,
    offence: Option<&Offence>,
    reason: &str,
) -> Result<Accepted, Refusal> {
    let Some(role) = command.by.roles.iter().find(|role| corrects_child(pack, role)) else {
        let text = Text::new(
            "由受理、承办或者决定案件的人员更正",
            "this is corrected by those who receive, handle or decide the case",
        );
        return Err(Refusal::one(Reason::engine("ROLE", text)));
    };
    if reason.trim().is_empty() {
        let text = Text::new("更正须写明理由", "a correction states its reason");
        return Err(Refusal::one(Reason::engine("FIELD_MISSING", text).on("/reason")));
    }
    let offence = offence.unwrap_or(&case.offence);
    if child.born > command.at.date() {
        let text = Text::new("出生日期在将来", "the day of birth lies in the future");
        return Err(Refusal::one(Reason::engine("OUT_OF_ORDER", text).on("/child/born")));
    }
    if offence.on < child.born || offence.on > command.at.date() {
        let text = Text::new(
            "涉案日期早于出生日期或者在将来",
            "the alleged act lies before the child was born, or in the future",
        );
        return Err(Refusal::one(Reason::engine("OUT_OF_ORDER", text).on("/offence/on")));
    }
    let mut after = case.clone();
    after.seq += 1;
    after.child = child.clone();
    after.offence = offence.clone();
    Ok(Accepted {
        after,
        kind: "child",
        code: "child".into(),
        role: Some(role.clone()),
        warnings: Vec::new(),
    })
}

/// Regions that an outcome moves, for messages and charts.
pub(super) fn moved(outcome: &Outcome) -> impl Iterator<Item = (Region, &str)> {
    outcome.to.iter().map(|(region, state)| (*region, state.as_str()))
}

/// What the floor said, with the reasons it gives.
pub(super) struct FloorRuling {
    pub(super) reasons: Vec<Reason>,
    pub(super) marks: Vec<(floor::Check, floor::Severity)>,
}
