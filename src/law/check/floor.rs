//! A pack against the floor: which moves it licenses, and whether the pack can ever show what a check asks for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::slice::Slice;
use super::{Finding, file};
use crate::law::floor::{
    self, Act, Check, Evidence, FactName, Facts, Performer, Position, Proceeding, Ruling, Severity,
};
use crate::law::pack::{Event, Pack, RoleKind};

/// Event and outcome by place.
type Key = (usize, usize);

/// The floor as a walk asks it: with every right kept and nothing that calls for special care.
pub(super) struct Floor<'p> {
    pack: &'p Pack,
    best: Facts,
    heard: HashMap<(Key, Position, Position), Ruling>,
}

impl<'p> Floor<'p> {
    pub(super) fn new(pack: &'p Pack) -> Self {
        let mut best = Facts::ordinary();
        for &name in FactName::ALL {
            best.set(name, name.favourable());
        }
        Self { pack, best, heard: HashMap::new() }
    }

    /// Whether an outcome may ever happen between two positions.
    pub(super) fn allows(&mut self, key: Key, event: &Event, from: Position, to: Position) -> bool {
        let (pack, best) = (self.pack, &self.best);
        let ruling = self.heard.entry((key, from, to)).or_insert_with(|| {
            let performer = if own(pack, event) { Performer::Own } else { Performer::Outside };
            let first = floor::hear(&event.acts, from, to, performer, best, &pack.derogated);
            if !first.refused() || performer == Performer::Outside {
                return first;
            }
            let mut roles = event.by.iter().filter_map(|role| pack.roles.find(role));
            if roles.any(|role| role.kind == RoleKind::Outside) {
                floor::hear(&event.acts, from, to, Performer::Outside, best, &pack.derogated)
            } else {
                first
            }
        });
        !ruling.refused()
    }

    /// Why an outcome is refused from a phase of the proceeding.
    pub(super) fn why(&self, key: Key, phase: Proceeding) -> Option<Why> {
        let ((_, from, to), ruling) = self
            .heard
            .iter()
            .filter(|((known, from, _), ruling)| {
                *known == key && from.proceeding == phase && ruling.refused()
            })
            .min_by_key(|(asked, _)| **asked)?;
        let event = self.pack.events.get(key.0)?;
        if let Some(missing) = ruling.unlicensed.first() {
            let licensed = event.acts.iter().flat_map(|&act| floor::licences(act)).any(|licence| {
                licence.region == missing.region && licence.from == missing.from && licence.to == missing.to
            });
            let moves = missing.from != missing.to;
            let held_along = to.proceeding.is_at_liberty() && to.liberty == floor::Liberty::Held;
            return Some(Why {
                kind: if moves && !licensed && !held_along { "floor-bypass" } else { "floor-unlicensed" },
                zh: format!(
                    "“{}”由“{}”转为“{}”（程序处于“{}”）",
                    missing.region.code(),
                    missing.from,
                    missing.to,
                    from.proceeding.code()
                ),
                en: format!(
                    "{} from {} to {} with the proceeding at {}",
                    missing.region.code(),
                    missing.from,
                    missing.to,
                    from.proceeding.code()
                ),
            });
        }
        let finding = ruling.findings.iter().find(|f| f.severity == Severity::Refuse)?;
        let statement = finding.check.statement();
        Some(Why {
            kind: "floor-refuses-always",
            zh: format!("{}：{}", finding.check.code(), statement.zh),
            en: format!("{}: {}", finding.check.code(), statement.en),
        })
    }

    /// Checks that the pack cannot satisfy, and evidence that it collects for no check.
    pub(super) fn provability(&self, taken: &BTreeSet<Key>) -> Vec<Finding> {
        let mut asked: BTreeMap<(usize, Check), Act> = BTreeMap::new();
        for ((key, from, to), ruling) in &self.heard {
            let Some(event) = self.pack.events.get(key.0) else { continue };
            if ruling.refused() || !taken.contains(key) {
                continue;
            }
            for (act, check) in floor::demanded(&event.acts, *from, *to) {
                asked.entry((key.0, check)).and_modify(|known| *known = act.max(*known)).or_insert(act);
            }
        }
        let mut findings = Vec::new();
        let mut read: BTreeSet<FactName> = BTreeSet::new();
        for (&(place, check), &act) in &asked {
            let Some(event) = self.pack.events.get(place) else { continue };
            read.extend(floor::reads(check));
            if act == Act::Unseal && check == Check::I26 {
                read.insert(FactName::TwoPersons);
            }
            findings.extend(self.unprovable(event, act, check));
            findings.extend(self.floor_only(event, act, check));
        }
        for safeguard in self.pack.safeguards.iter() {
            for evidence in safeguard.provides.iter().filter(|evidence| !read.contains(&evidence.fact())) {
                findings.push(Finding::warning(
                    "evidence-never-required",
                    &safeguard.at,
                    format!("{}提供“{}”，但没有任何事项需要它", safeguard.id, evidence.code()),
                    format!("{} provides {}, which no event is asked for", safeguard.id, evidence.code()),
                ));
            }
        }
        findings
    }

    /// The most that this pack can show for an event, about a child who needs every special care.
    fn provable(&self, event: &Event) -> Facts {
        let mut facts = Facts::ordinary();
        for special in [
            FactName::Girl,
            FactName::InterpreterNeeded,
            FactName::AccommodationNeeded,
            FactName::PregnantOrCaring,
        ] {
            facts.set(special, true);
        }
        for evidence in self.pack.safeguards.iter().flat_map(|safeguard| &safeguard.provides) {
            facts.provide(*evidence);
        }
        let decides = event.decision || !own(self.pack, event);
        for name in DECISION {
            facts.set(name, decides);
        }
        facts
    }

    fn unprovable(&self, event: &Event, act: Act, check: Check) -> Option<Finding> {
        let facts = self.provable(event);
        let performer = if own(self.pack, event) { Performer::Own } else { Performer::Outside };
        let severity = floor::shortfall(act, check, performer, &facts)?;
        if self.pack.derogated.contains(check) {
            return None;
        }
        // What does not become better even in the best case is another finding.
        floor::shortfall(act, check, performer, &self.best).is_none().then_some(())?;
        let missing: Vec<&str> = floor::reads(check)
            .iter()
            .filter(|name| facts.get(**name) != name.favourable())
            .map(|name| name.code())
            .collect();
        let missing = missing.join(", ");
        let undecided = floor::reads(check).iter().any(|name| DECISION.contains(name) && !facts.get(*name));
        let (kind, zh, en) = if undecided {
            (
                "decision-without-draft",
                format!("{}须有{}（{missing}），但事项没有 decision: true", event.id, check.code()),
                format!("{} needs {} ({missing}), but is not marked decision: true", event.id, check.code()),
            )
        } else {
            (
                "floor-check-unprovable",
                format!("{}须有{}，但没有保障提供：{missing}", event.id, check.code()),
                format!("{} needs {}, but no safeguard provides {missing}", event.id, check.code()),
            )
        };
        Some(if severity == Severity::Refuse {
            Finding::error(kind, &event.at, zh, en)
        } else {
            Finding::warning(kind, &event.at, zh, en)
        })
    }

    /// A hard check whose evidence the event does not itself ask for: the refusal cannot say who records it.
    fn floor_only(&self, event: &Event, act: Act, check: Check) -> Option<Finding> {
        let bare = Facts { two_persons: true, ..Facts::default() };
        let hard = floor::shortfall(act, check, Performer::Own, &bare) == Some(Severity::Refuse);
        if !hard || !own(self.pack, event) || self.pack.derogated.contains(check) {
            return None;
        }
        let asked = |evidence: &Evidence| {
            let mut providers = self
                .pack
                .safeguards
                .iter()
                .filter(|safeguard| safeguard.provides.contains(evidence))
                .peekable();
            providers.peek().is_none()
                || providers.any(|safeguard| event.safeguards.iter().any(|(id, _)| id == &safeguard.id))
        };
        let missing: Vec<&Evidence> = Evidence::ALL
            .iter()
            .filter(|evidence| floor::reads(check).contains(&evidence.fact()))
            .filter(|evidence| **evidence != Evidence::TwoPersons || act == Act::Unseal)
            .filter(|evidence| !asked(evidence))
            .collect();
        let first = missing.first()?;
        let provider = self.pack.safeguards.iter().find(|s| s.provides.contains(first))?;
        Some(Finding::warning(
            "floor-only",
            &event.at,
            format!(
                "底线要求{}的{}，但{}未列出{}，拒绝时无法说明由谁补记",
                event.id,
                check.code(),
                event.id,
                provider.id
            ),
            format!(
                "the floor asks {} for {}, but {} does not list {}: a refusal cannot say who records it",
                event.id,
                check.code(),
                event.id,
                provider.id
            ),
        ))
    }
}

/// Why the floor refuses an outcome.
pub(super) struct Why {
    pub(super) kind: &'static str,
    pub(super) zh: String,
    pub(super) en: String,
}

const DECISION: [FactName; 5] = [
    FactName::ReasonsRecorded,
    FactName::ReviewRouteNotified,
    FactName::AlternativesRejected,
    FactName::ChildViewRecorded,
    FactName::DiversionConsidered,
];

/// Whether the office itself, or the service for it, may do the event.
fn own(pack: &Pack, event: &Event) -> bool {
    event.by.iter().filter_map(|role| pack.roles.find(role)).any(|role| role.kind != RoleKind::Outside)
}

/// Derogations of checks that no event is asked for.
pub(super) fn idle_derogations(slice: &Slice<'_>, floor: &Floor<'_>) -> Vec<Finding> {
    let asked: BTreeSet<Check> = floor
        .heard
        .iter()
        .filter_map(|((key, from, to), _)| Some((slice.pack.events.get(key.0)?, from, to)))
        .flat_map(|(event, from, to)| floor::demanded(&event.acts, *from, *to))
        .map(|(_, check)| check)
        .collect();
    let idle = slice.pack.derogations.iter().filter(|d| !asked.contains(&d.check));
    idle.map(|d| {
        Finding::warning(
            "derogation-never-used",
            &file("pack.yaml"),
            format!("声明不遵守{}，但没有事项涉及它", d.check.code()),
            format!("departs from {}, which no event is asked for", d.check.code()),
        )
    })
    .collect()
}
