//! What reading a pack shows: names that nothing uses, rules that cannot work, sources that are missing.

use super::slice::Slice;
use super::uses::Uses;
use super::world::{Sight, World};
use super::{Finding, file, time};
use crate::law::expr::{Expr, Var};
use crate::law::pack::{Event, FieldKind, Outcome, Pack, RoleKind, Safeguard, Scope};

/// Reads a pack and reports what is wrong with it without following what may happen.
pub fn lint(pack: &Pack) -> Vec<Finding> {
    let uses = Uses::of(pack);
    let mut findings = roles(pack);
    findings.extend(facts(pack, &uses));
    findings.extend(safeguards(pack, &uses));
    findings.extend(documents(pack, &uses));
    findings.extend(pack.events.iter().flat_map(events));
    findings.extend(super::forms::forms(pack));
    findings.extend(sources(pack));
    findings.extend(time::rules(pack));
    findings.extend(time::calendar_at_start(pack));
    findings
}

fn roles(pack: &Pack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for role in pack.roles.iter() {
        let id = &role.id;
        let acts = pack.events.iter().any(|e| e.by.contains(id));
        let records = pack.safeguards.iter().any(|s| s.recorded_by.contains(id));
        let writes = pack.documents.iter().any(|d| d.made_by.contains(id));
        let receives = pack.documents.iter().any(|d| d.serve.iter().any(|s| &s.to == id));
        let forms = pack.forms.all().any(|f| f.written_by.contains(id) || f.reviewed_by.contains(id));
        if !(acts || records || writes || receives || forms) {
            findings.push(Finding::warning(
                "role-never-acts",
                &file("pack.yaml"),
                format!("角色{id}从不行动、记录或者收到文书"),
                format!("the role {id} never acts, records or receives anything"),
            ));
        }
        if role.kind != RoleKind::System && role.staff.is_empty() && (acts || records || writes) {
            findings.push(Finding::error(
                "role-without-staff",
                &file("pack.yaml"),
                format!("没有账户可以以角色{id}行动或者代为记录"),
                format!("no account can act as {id} or record what it did"),
            ));
        }
    }
    findings
}

fn facts(pack: &Pack, uses: &Uses<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for fact in pack.facts.iter() {
        let id = fact.id.as_str();
        let read = uses.read.contains(id);
        if !uses.set.contains_key(id) {
            findings.push(Finding::warning(
                "fact-never-set",
                &fact.at,
                format!("没有任何事项改变{id}"),
                format!("nothing ever sets {id}"),
            ));
        }
        if !read && !fact.mark {
            findings.push(Finding::warning(
                "fact-never-read",
                &fact.at,
                format!("没有任何条件使用{id}"),
                format!("nothing reads {id}"),
            ));
        }
    }
    findings
}

fn safeguards(pack: &Pack, uses: &Uses<'_>) -> Vec<Finding> {
    let slice = Slice::new(pack, uses, Vec::new());
    let world = World::initial(&slice);
    let sight = Sight::new(&slice, &world, None);
    pack.safeguards.iter().flat_map(|safeguard| of_safeguard(pack, uses, &sight, safeguard)).collect()
}

fn of_safeguard(pack: &Pack, uses: &Uses<'_>, sight: &Sight<'_>, safeguard: &Safeguard) -> Vec<Finding> {
    let id = safeguard.id.as_str();
    let mut findings = Vec::new();
    let listed = pack.events.iter().any(|e| e.safeguards.iter().any(|(known, _)| known == id));
    let of_use = !safeguard.provides.is_empty() || !safeguard.on_met.is_empty();
    if !listed && !of_use && !uses.met.contains(id) {
        findings.push(Finding::warning(
            "safeguard-never-asked",
            &safeguard.at,
            format!("没有任何事项要求{id}"),
            format!("nothing asks for {id}"),
        ));
    }
    // Met or not must not hang on the state, which is read at the start here.
    let stateless = safeguard.satisfied_when.as_ref().is_none_or(|when| !reads_state(when));
    let met = if stateless { sight.evidenced(safeguard) } else { None };
    let recorded = !safeguard.evidence.is_empty() && safeguard.scope != Scope::Act;
    if met == Some(false) || (recorded && safeguard.recorded_by.is_empty()) {
        findings.push(Finding::error(
            "safeguard-cannot-be-met",
            &safeguard.at,
            format!("{id}从不能满足"),
            format!("{id} can never be met"),
        ));
    }
    if met == Some(true) {
        findings.push(Finding::warning(
            "safeguard-always-met",
            &safeguard.at,
            format!("{id}总是满足，不起作用"),
            format!("{id} is always met and does nothing"),
        ));
    }
    let weighed: Vec<&str> = safeguard.satisfied_when.iter().flat_map(evidence_in).collect();
    let unweighed = safeguard
        .evidence
        .iter()
        .filter(|field| field.kind == FieldKind::Bool && field.required)
        .find(|field| !weighed.contains(&field.id.as_str()));
    if let Some(field) = unweighed
        && !safeguard.provides.is_empty()
    {
        findings.push(Finding::warning(
            "evidence-not-weighed",
            &safeguard.at,
            format!("{id}的“{}”填“否”也算满足", field.id),
            format!("{id} counts as met even when {} is answered with no", field.id),
        ));
    }
    findings
}

fn reads_state(condition: &Expr) -> bool {
    condition.vars().iter().any(|var| matches!(var, Var::State(_) | Var::Held))
}

fn evidence_in(condition: &Expr) -> Vec<&str> {
    let vars = condition.vars().into_iter();
    vars.filter_map(|var| match var {
        Var::Evidence(id) => Some(id.as_str()),
        _ => None,
    })
    .collect()
}

fn documents(pack: &Pack, uses: &Uses<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in pack.documents.iter() {
        if !uses.documents.contains(document.id.as_str()) {
            findings.push(Finding::warning(
                "document-never-required",
                &document.at,
                format!("没有任何事项要求制作{}", document.id),
                format!("nothing requires {}", document.id),
            ));
        }
        if document.made_by.is_empty() {
            findings.push(Finding::error(
                "document-without-author",
                &document.at,
                format!("没有角色可以制作{}", document.id),
                format!("no role may make {}", document.id),
            ));
        }
    }
    findings
}

fn events(event: &Event) -> Vec<Finding> {
    let mut findings = Vec::new();
    if event.by.is_empty() {
        findings.push(Finding::error(
            "event-never-possible",
            &event.at,
            format!("没有角色可以办理{}", event.id),
            format!("no role may do {}", event.id),
        ));
    }
    for (n, outcome) in event.outcomes.iter().enumerate() {
        let same = |earlier: &&Outcome| earlier.when.is_some() && earlier.when == outcome.when;
        if event.outcomes.iter().take(n).find(same).is_some() {
            findings.push(Finding::error(
                "outcome-never-taken",
                &event.at,
                format!("{}的第{}个结果与前面的条件相同", event.id, n + 1),
                format!("outcome {} of {} has the condition of an earlier one", n + 1, event.id),
            ));
        }
    }
    findings
}

fn sources(pack: &Pack) -> Vec<Finding> {
    let head = file("pack.yaml");
    let mut named = vec![("age", &pack.age.source, &head)];
    named.extend(pack.derogations.iter().map(|d| (d.check.code(), &d.source, &head)));
    named.extend(pack.outcomes.iter().map(|row| ("outcomes", &row.source, &head)));
    named.extend(pack.safeguards.iter().map(|s| (s.id.as_str(), &s.source, &s.at)));
    named.extend(pack.clocks.iter().map(|c| (c.id.as_str(), &c.source, &c.at)));
    named.extend(pack.documents.iter().map(|d| (d.id.as_str(), &d.source, &d.at)));
    named.extend(pack.forms.all().map(|f| (f.id.as_str(), &f.source, &f.at)));
    for event in pack.events.iter() {
        named.push((event.id.as_str(), &event.source, &event.at));
        named.extend(event.guards.iter().map(|g| (g.code.as_str(), &g.source, &g.at)));
    }
    named
        .into_iter()
        .filter(|(_, source, _)| source.trim().is_empty())
        .map(|(id, _, at)| {
            Finding::error(
                "missing-source",
                at,
                format!("{id}没有注明法律依据"),
                format!("{id} names no source"),
            )
        })
        .collect()
}
