//! From the files of a pack to a [`Pack`]: names resolved, expressions typed, every flaw noted with its place.

use serde::de::DeserializeOwned;
use serde_saphyr::{Location, Spanned};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::model::{
    Age, Catalogue, Clock, ClockRule, Derogation, Document, Event, Fact, Field, Guard, Outcome, Pack, Right,
    Role, Safeguard, Service, Sheet, State, States, SuggestedOutcome,
};
use super::source::{
    ClockFile, DocumentFile, EventFile, FactFile, FieldFile, FieldKind, GuardFile, Level, MoveFile, Name,
    OptionFile, PackFile, PlacesFile, RegionFile, SafeguardFile, StatesFile,
};
use super::{Flaw, Where};
use crate::law::calendar::{Calendar, CalendarYear};
use crate::law::clock::FirstDay;
use crate::law::expr::{self, Expr, Names, Region, Type};
use crate::law::floor;
use crate::law::forms::source::FormFile;
use crate::law::lateness::{Standard, warning_days};
use crate::law::measures::source::MeasuresFile;
use crate::record::Text;

/// Where the measures at liberty stand.
const MEASURES: &str = "measures.yaml";

/// Everything declared, by kind, for resolving references before the things themselves are compiled.
#[derive(Default)]
pub(in crate::law) struct Declared {
    pub(in crate::law) roles: Vec<String>,
    pub(in crate::law) safeguards: Vec<String>,
    pub(in crate::law) events: Vec<String>,
    pub(super) clocks: Vec<String>,
    pub(super) documents: Vec<String>,
}

pub(in crate::law) struct Compiler {
    files: BTreeMap<String, String>,
    flaws: Vec<Flaw>,
    declared: Declared,
    facts: BTreeMap<String, Type>,
    states: BTreeMap<Region, Vec<String>>,
}

/// Files of the pack, read but not resolved.
struct Sources {
    pack: PackFile,
    states: StatesFile,
    events: Vec<(String, EventFile)>,
    safeguards: Vec<(String, SafeguardFile)>,
    clocks: Vec<(String, ClockFile)>,
    documents: Vec<(String, DocumentFile)>,
    forms: Vec<(String, FormFile)>,
    measures: Option<MeasuresFile>,
    calendar: Vec<CalendarYear>,
}

/// Compiles a pack from its files.
pub(super) fn compile(files: &BTreeMap<String, String>) -> Result<Pack, Vec<Flaw>> {
    let mut compiler = Compiler {
        files: files.clone(),
        flaws: Vec::new(),
        declared: Declared::default(),
        facts: BTreeMap::new(),
        states: BTreeMap::new(),
    };
    let pack = compiler.sources().and_then(|sources| compiler.pack(sources));
    let mut flaws = compiler.flaws;
    match pack {
        Some(pack) if flaws.is_empty() => Ok(pack),
        _ => {
            flaws.sort();
            flaws.dedup();
            Err(flaws)
        }
    }
}

impl Compiler {
    pub(in crate::law) fn flaw(&mut self, at: Where, message: impl Into<String>) {
        self.flaws.push(Flaw { at, message: message.into() });
    }

    pub(in crate::law) fn place<T>(file: &str, spanned: &Spanned<T>) -> Where {
        at(file, spanned.referenced)
    }

    fn sources(&mut self) -> Option<Sources> {
        self.unknown_files();
        let pack = self.required("pack.yaml");
        let states = self.required("states.yaml");
        let events = self.lists("events");
        let safeguards = self.lists("safeguards");
        let clocks = self.lists("clocks");
        let documents = self.lists("documents");
        let calendar = self
            .paths(|path| path.starts_with("calendar/"))
            .into_iter()
            .filter_map(|path| self.read::<CalendarYear>(&path))
            .collect();
        let forms = self
            .paths(|path| path.starts_with("forms/"))
            .into_iter()
            .filter_map(|path| Some((path.clone(), self.read::<FormFile>(&path)?)))
            .collect();
        let measures = self.read(MEASURES);
        Some(Sources {
            pack: pack?,
            states: states?,
            events,
            safeguards,
            clocks,
            documents,
            forms,
            measures,
            calendar,
        })
    }

    fn paths(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        self.files.keys().filter(|path| wanted(path)).cloned().collect()
    }

    fn unknown_files(&mut self) {
        const FOLDERS: [&str; 7] =
            ["events", "safeguards", "clocks", "documents", "calendar", "cases", "forms"];
        let known = |path: &str| {
            path == "pack.yaml"
                || path == "states.yaml"
                || path == "README.md"
                || path == MEASURES
                || FOLDERS.iter().any(|f| path == format!("{f}.yaml") || path.starts_with(&format!("{f}/")))
        };
        for path in self.paths(|path| !known(path)) {
            let place = Where { file: path.as_str().into(), line: 1, column: 1 };
            self.flaw(
                place,
                "a pack has no such file; expected pack.yaml, states.yaml, events, safeguards, clocks, documents, measures.yaml, calendar/, forms/ or cases/",
            );
        }
    }

    fn required<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        if self.files.contains_key(path) {
            return self.read(path);
        }
        let place = Where { file: path.into(), line: 1, column: 1 };
        self.flaw(place, "this file is missing; every pack has it");
        None
    }

    fn lists<T: DeserializeOwned>(&mut self, kind: &str) -> Vec<(String, T)> {
        let (single, folder) = (format!("{kind}.yaml"), format!("{kind}/"));
        let mut all = Vec::new();
        for path in self.paths(|path| path == single || path.starts_with(&folder)) {
            if let Some(list) = self.read::<Vec<T>>(&path) {
                all.extend(list.into_iter().map(|item| (path.clone(), item)));
            }
        }
        all
    }

    fn read<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        let text = self.files.get(path)?;
        match serde_saphyr::from_str::<T>(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let message = error.without_snippet().to_string();
                let place = at(path, error.location().unwrap_or(Location::UNKNOWN));
                self.flaw(place, message);
                None
            }
        }
    }

    pub(in crate::law) fn declare<'a>(
        &mut self,
        kind: &str,
        names: impl Iterator<Item = (&'a str, &'a Name)>,
    ) -> Vec<String> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        for (file, name) in names {
            if seen.insert(name.value.clone()) {
                all.push(name.value.clone());
            } else {
                self.flaw(at(file, name.referenced), format!("{kind} '{}' is declared twice", name.value));
            }
        }
        all
    }

    pub(in crate::law) fn known(
        &mut self,
        file: &str,
        name: &Name,
        kind: &str,
        ids: impl Fn(&Declared) -> &Vec<String>,
    ) -> Option<String> {
        if ids(&self.declared).contains(&name.value) {
            return Some(name.value.clone());
        }
        self.flaw(Self::place(file, name), format!("{kind} '{}' is not declared in this pack", name.value));
        None
    }

    pub(in crate::law) fn expression(
        &mut self,
        file: &str,
        text: &Name,
        names: &Names,
        wanted: &Type,
    ) -> Option<Expr> {
        match expr::parse(&text.value, names, wanted) {
            Ok(expr) => Some(expr),
            Err(flaw) => {
                let mut place = Self::place(file, text);
                let quoted = self.starts_with_quote(&place);
                place.column += flaw.offset as u64 + u64::from(quoted);
                self.flaw(place, flaw.message);
                None
            }
        }
    }

    fn starts_with_quote(&self, place: &Where) -> bool {
        let line = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
        let column = usize::try_from(place.column).unwrap_or(1).saturating_sub(1);
        self.files
            .get(place.file.as_ref())
            .and_then(|text| text.lines().nth(line))
            .and_then(|line| line.chars().nth(column))
            .is_some_and(|c| c == '"' || c == '\'')
    }

    pub(super) fn optional(
        &mut self,
        file: &str,
        text: Option<&Name>,
        names: &Names,
        wanted: &Type,
    ) -> Option<Expr> {
        text.and_then(|text| self.expression(file, text, names, wanted))
    }

    pub(in crate::law) fn condition(
        &mut self,
        file: &str,
        text: Option<&Name>,
        names: &Names,
    ) -> Option<Expr> {
        self.optional(file, text, names, &Type::Bool)
    }

    pub(in crate::law) fn text(&mut self, at: &Where, what: &str, text: &Text) -> Text {
        for (language, words) in [("zh", &text.zh), ("en", &text.en)] {
            if words.trim().is_empty() {
                self.flaw(
                    at.clone(),
                    format!("{what}: the {language} text is empty; every visible text has both languages"),
                );
            }
        }
        text.clone()
    }

    pub(in crate::law) fn sourced(&mut self, at: &Where, source: &str) -> String {
        if source.trim().is_empty() {
            self.flaw(at.clone(), "a rule names its source: law and article");
        }
        source.to_owned()
    }

    fn pack(&mut self, sources: Sources) -> Option<Pack> {
        let Sources { pack, states, events, safeguards, clocks, documents, forms, measures, calendar } =
            sources;
        self.declared = Declared {
            roles: self.declare("role", pack.roles.iter().map(|r| ("pack.yaml", &r.id))),
            safeguards: self.declare("safeguard", safeguards.iter().map(|(f, s)| (f.as_str(), &s.id))),
            events: self.declare("event", events.iter().map(|(f, e)| (f.as_str(), &e.id))),
            clocks: self.declare("clock", clocks.iter().map(|(f, c)| (f.as_str(), &c.id))),
            documents: self.declare("document", documents.iter().map(|(f, d)| (f.as_str(), &d.id))),
        };
        let main = self.region("main", Region::Main, &states.main);
        let measure = self.region("measure", Region::Measure, &states.measure);
        let remedy = self.region("remedy", Region::Remedy, &states.remedy);
        let record = self.region("record", Region::Record, &states.record);
        let facts = self.facts(&pack.facts);
        let names = self.names();
        let zone = if let Ok(zone) = pack.time_zone.value.parse() {
            Some(zone)
        } else {
            let place = Self::place("pack.yaml", &pack.time_zone);
            self.flaw(place, "expected an IANA time zone, for example Asia/Shanghai");
            None
        };
        let head = Self::place("pack.yaml", &pack.id);
        let calendar = match Calendar::new(calendar) {
            Ok(calendar) => Some(calendar),
            Err(error) => {
                let place = Where { file: "calendar".into(), line: 1, column: 1 };
                self.flaw(place, error.to_string());
                None
            }
        };
        let mut derogated = floor::Derogations::default();
        let mut derogations = Vec::new();
        for entry in &pack.derogations {
            let place = Self::place("pack.yaml", &entry.check);
            if let Err(error) = derogated.insert(entry.check.value) {
                self.flaw(place.clone(), error.to_string());
            }
            derogations.push(Derogation {
                check: entry.check.value,
                reason: self.text(&place, "reason", &entry.reason),
                source: self.sourced(&place, &entry.source),
                confidence: entry.confidence,
            });
        }
        let levels = safeguards.iter().map(|(_, s)| (s.id.value.clone(), s.level)).collect();
        let roles = self.roles(&pack);
        let outcomes = self.outcomes(&pack, &names);
        let events = self.events(&events, &levels, &names);
        let safeguards = self.safeguards(&safeguards, &names);
        let forms = self.forms(&forms, &roles, &safeguards);
        let measures = measures.map(|file| self.measures(MEASURES, &file)).unwrap_or_default();
        let transfer = pack.transfer.as_ref().and_then(|file| self.transfer(file, &events, &names));
        Some(Pack {
            id: pack.id.value.clone(),
            version: pack.version.clone(),
            effective_from: pack.effective_from,
            name: self.text(&head, "name", &pack.name),
            zone: zone?,
            age: Age {
                reached: pack.age.reached,
                minimum: pack.age.minimum,
                adult: pack.age.adult,
                source: self.sourced(&head, &pack.age.source),
            },
            roles,
            facts,
            main,
            measure,
            remedy,
            record,
            events,
            safeguards,
            clocks: self.clocks(&clocks, &names),
            documents: self.documents(&documents, &names),
            forms,
            measures,
            derogations,
            derogated,
            sheet: self.sheet(&pack, &head),
            outcomes,
            calendar: calendar?,
            transfer,
            stale_draft_days: self.stale_draft_days(&pack, &head),
        })
    }

    fn stale_draft_days(&mut self, pack: &PackFile, head: &Where) -> u32 {
        let days = pack.stale_draft_days.unwrap_or(Standard::Drafting.days());
        if !(1..=60).contains(&days) {
            self.flaw(head.clone(), "`stale_draft_days` lies between 1 and 60");
        }
        days
    }

    fn sheet(&mut self, pack: &PackFile, head: &Where) -> Sheet {
        let Some(file) = &pack.sheet else { return Sheet::default() };
        let rights = file.rights.iter().map(|right| Right {
            text: self.text(head, "rights", &right.text),
            source: self.sourced(head, &right.source),
        });
        Sheet { rights: rights.collect(), complaint: self.text(head, "complaint", &file.complaint) }
    }

    fn names(&self) -> Names {
        Names {
            facts: self.facts.clone(),
            states: self.states.clone(),
            roles: self.declared.roles.clone(),
            safeguards: self.declared.safeguards.clone(),
            events: self.declared.events.clone(),
            clocks: self.declared.clocks.clone(),
            documents: self.declared.documents.clone(),
            ..Names::default()
        }
    }

    fn roles(&mut self, pack: &PackFile) -> Catalogue<Role> {
        let mut roles = Catalogue::default();
        for role in &pack.roles {
            let place = Self::place("pack.yaml", &role.id);
            let staff = role.staff.iter().map(|s| s.value).collect();
            let name = self.text(&place, "name", &role.name);
            roles.insert(&role.id.value, Role { id: role.id.value.clone(), name, kind: role.kind, staff });
        }
        roles
    }

    fn outcomes(&mut self, pack: &PackFile, names: &Names) -> Vec<SuggestedOutcome> {
        let mut rows = Vec::new();
        for row in &pack.outcomes {
            let place = Self::place("pack.yaml", &row.when);
            let suggest = row
                .suggest
                .iter()
                .filter_map(|e| self.known("pack.yaml", e, "event", |ids| &ids.events))
                .collect();
            if let Some(when) = self.expression("pack.yaml", &row.when, names, &Type::Bool) {
                let note = self.text(&place, "note", &row.note);
                rows.push(SuggestedOutcome { when, suggest, note, source: row.source.clone() });
            }
        }
        rows
    }

    fn region<P: Copy + serde::Serialize>(
        &mut self,
        key: &str,
        region: Region,
        file: &RegionFile<P>,
    ) -> States<P> {
        const FILE: &str = "states.yaml";
        let ids = self.declare("state", file.states.iter().map(|s| (FILE, &s.id)));
        if !ids.contains(&file.initial.value) {
            let place = Self::place(FILE, &file.initial);
            self.flaw(
                place,
                format!("the initial state '{}' is not one of the states of {key}", file.initial.value),
            );
        }
        self.states.insert(region, ids);
        let mut states = Catalogue::default();
        for state in &file.states {
            let place = Self::place(FILE, &state.id);
            let stage = state.stage.clone().unwrap_or_else(|| phase_name(&state.phase));
            let compiled = State {
                id: state.id.value.clone(),
                name: self.text(&place, "name", &state.name),
                plain: self.text(&place, "plain", state.plain.as_ref().unwrap_or(&state.name)),
                phase: state.phase,
                stage,
                end: state.end,
                at: place,
            };
            states.insert(&state.id.value, compiled);
        }
        States { initial: file.initial.value.clone(), states }
    }

    fn facts(&mut self, files: &[FactFile]) -> Catalogue<Fact> {
        const FILE: &str = "pack.yaml";
        self.declare("fact", files.iter().map(|f| (FILE, &f.id)));
        let mut facts = Catalogue::default();
        for fact in files {
            let place = Self::place(FILE, &fact.id);
            let (kind, options) = self.kind(FILE, &place, fact.kind, &fact.options);
            let initial = self.optional(FILE, fact.initial.as_ref(), &Names::default(), &kind);
            let initial = match initial {
                Some(Expr::Lit(value)) => Some(value),
                None => None,
                Some(_) => {
                    self.flaw(place.clone(), "an initial value is a literal");
                    None
                }
            };
            if fact.mark && kind != Type::Bool {
                self.flaw(place.clone(), "only a yes/no fact can be a mark");
            }
            self.facts.insert(fact.id.value.clone(), kind.clone());
            let compiled = Fact {
                id: fact.id.value.clone(),
                name: self.text(&place, "name", &fact.name),
                kind,
                options,
                initial,
                min: fact.min,
                max: fact.max,
                mark: fact.mark,
                at: place,
            };
            facts.insert(&fact.id.value, compiled);
        }
        facts
    }

    fn kind(
        &mut self,
        file: &str,
        place: &Where,
        kind: FieldKind,
        options: &[OptionFile],
    ) -> (Type, Vec<(String, Text)>) {
        let ids = self.declare("option", options.iter().map(|o| (file, &o.id)));
        let named =
            options.iter().map(|o| (o.id.value.clone(), self.text(place, "option", &o.name))).collect();
        if (kind == FieldKind::Choice) == options.is_empty() {
            self.flaw(place.clone(), "a choice has options, and only a choice has them");
        }
        let found = match kind {
            FieldKind::Bool => Type::Bool,
            FieldKind::Int => Type::Int,
            FieldKind::Date => Type::Date,
            FieldKind::Time => Type::Time,
            FieldKind::Text => Type::Text,
            FieldKind::Choice => Type::Choice(ids),
        };
        (found, named)
    }

    fn fields(&mut self, file: &str, fields: &[FieldFile]) -> (Vec<Field>, BTreeMap<String, Type>) {
        self.declare("field", fields.iter().map(|f| (file, &f.id)));
        let mut types = BTreeMap::new();
        let mut compiled = Vec::new();
        for field in fields {
            let place = Self::place(file, &field.id);
            let (kind, options) = self.kind(file, &place, field.kind, &field.options);
            types.insert(field.id.value.clone(), kind);
            compiled.push(Field {
                id: field.id.value.clone(),
                name: self.text(&place, "name", &field.name),
                kind: field.kind,
                options,
                required: field.required,
                min: field.min,
                max: field.max,
                class: field.class,
            });
        }
        (compiled, types)
    }

    fn events(
        &mut self,
        files: &[(String, EventFile)],
        levels: &BTreeMap<String, Level>,
        names: &Names,
    ) -> Catalogue<Event> {
        let mut events = Catalogue::default();
        for (file, event) in files {
            let place = Self::place(file, &event.id);
            let (inputs, types) = self.fields(file, &event.inputs);
            let names = Names { inputs: types, in_act: true, ..names.clone() };
            if event.acts.is_empty() {
                self.flaw(place.clone(), "an event performs at least one act of the floor; one that only records is `acts: [note]`");
            }
            if event.by.is_empty() {
                self.flaw(place.clone(), "an event names who may do it in `by`");
            }
            let mut safeguards = Vec::new();
            for (listed, level) in [(&event.safeguards, None), (&event.warned_safeguards, Some(Level::Warn))]
            {
                for name in listed {
                    if let Some(id) = self.known(file, name, "safeguard", |ids| &ids.safeguards) {
                        safeguards.push((id, level));
                    }
                }
            }
            let compiled = Event {
                id: event.id.value.clone(),
                name: self.text(&place, "name", &event.name),
                source: self.sourced(&place, &event.source),
                confidence: event.confidence,
                from: self.from(file, &event.from),
                by: event.by.iter().filter_map(|r| self.known(file, r, "role", |ids| &ids.roles)).collect(),
                acts: event.acts.clone(),
                decision: event.decision,
                inputs,
                safeguards: safeguards
                    .into_iter()
                    .map(|(id, level)| {
                        let own = levels.get(&id).copied().unwrap_or_default();
                        (id, level.unwrap_or(own))
                    })
                    .collect(),
                guards: event.guards.iter().filter_map(|g| self.guard(file, g, &names)).collect(),
                outcomes: self.targets(file, event, &names, &place),
                effects: self.effects(file, &event.effects, &names, &place),
                at: place,
            };
            events.insert(&event.id.value, compiled);
        }
        events
    }

    fn targets(&mut self, file: &str, event: &EventFile, names: &Names, place: &Where) -> Vec<Outcome> {
        let last = event.outcomes.len().saturating_sub(1);
        if event.outcomes.last().is_none_or(|o| o.when.is_some()) {
            self.flaw(place.clone(), "the last outcome has no `when`: every event has a default");
        }
        let mut outcomes = Vec::new();
        for (n, outcome) in event.outcomes.iter().enumerate() {
            if outcome.when.is_none() && n != last {
                self.flaw(
                    place.clone(),
                    "only the last outcome has no `when`; the ones after it can never happen",
                );
            }
            outcomes.push(Outcome {
                when: self.condition(file, outcome.when.as_ref(), names),
                to: self.to(file, &outcome.to),
                effects: self.effects(file, &outcome.effects, names, place),
            });
        }
        outcomes
    }

    fn guard(&mut self, file: &str, guard: &GuardFile, names: &Names) -> Option<Guard> {
        let place = Self::place(file, &guard.code);
        Some(Guard {
            code: guard.code.value.clone(),
            require: self.expression(file, &guard.require, names, &Type::Bool)?,
            text: self.text(&place, "text", &guard.text),
            source: self.sourced(&place, &guard.source),
            confidence: guard.confidence,
            level: guard.level,
            instead: guard.instead.as_ref().map(|t| self.text(&place, "instead", t)),
            at: place,
        })
    }

    fn from(&mut self, file: &str, places: &PlacesFile) -> BTreeMap<Region, Vec<String>> {
        let listed = [
            (Region::Main, &places.main),
            (Region::Measure, &places.measure),
            (Region::Remedy, &places.remedy),
            (Region::Record, &places.record),
        ];
        let mut from = BTreeMap::new();
        for (region, names) in listed {
            if let Some(names) = names {
                from.insert(region, names.iter().filter_map(|n| self.state(file, region, n)).collect());
            }
        }
        from
    }

    fn to(&mut self, file: &str, to: &MoveFile) -> BTreeMap<Region, String> {
        let listed = [
            (Region::Main, &to.main),
            (Region::Measure, &to.measure),
            (Region::Remedy, &to.remedy),
            (Region::Record, &to.record),
        ];
        listed
            .into_iter()
            .filter_map(|(region, name)| Some((region, self.state(file, region, name.as_ref()?)?)))
            .collect()
    }

    fn state(&mut self, file: &str, region: Region, name: &Name) -> Option<String> {
        if self.states.get(&region).is_some_and(|ids| ids.contains(&name.value)) {
            return Some(name.value.clone());
        }
        let place = Self::place(file, name);
        self.flaw(place, format!("'{}' is not a state of {}", name.value, region.as_str()));
        None
    }

    fn safeguards(&mut self, files: &[(String, SafeguardFile)], names: &Names) -> Catalogue<Safeguard> {
        let mut safeguards = Catalogue::default();
        for (file, safeguard) in files {
            let place = Self::place(file, &safeguard.id);
            let (evidence, types) = self.fields(file, &safeguard.evidence);
            let names = Names { evidence: types, in_act: true, ..names.clone() };
            let satisfied_when = self.condition(file, safeguard.satisfied_when.as_ref(), &names);
            if !safeguard.provides.is_empty() {
                self.real_evidence(&place, &evidence, satisfied_when.as_ref());
            }
            let compiled = Safeguard {
                id: safeguard.id.value.clone(),
                name: self.text(&place, "name", &safeguard.name),
                text: self.text(&place, "text", &safeguard.text),
                source: self.sourced(&place, &safeguard.source),
                confidence: safeguard.confidence,
                level: safeguard.level,
                scope: safeguard.scope,
                applies_when: self.condition(file, safeguard.applies_when.as_ref(), &names),
                evidence,
                satisfied_when,
                recorded_by: safeguard
                    .recorded_by
                    .iter()
                    .filter_map(|r| self.known(file, r, "role", |ids| &ids.roles))
                    .collect(),
                wanted: self.text(&place, "wanted", &safeguard.wanted),
                instead: safeguard.instead.as_ref().map(|t| self.text(&place, "instead", t)),
                provides: safeguard.provides.clone(),
                on_met: self.effects(file, &safeguard.on_met, &names, &place),
                conceal: safeguard.conceal,
                at: place,
            };
            safeguards.insert(&safeguard.id.value, compiled);
        }
        safeguards
    }

    /// What a floor check relies on must be something that a person has recorded.
    fn real_evidence(&mut self, place: &Where, evidence: &[Field], satisfied_when: Option<&Expr>) {
        if !evidence.iter().any(|field| field.required) {
            self.flaw(
                place.clone(),
                "a safeguard that provides evidence to the floor has at least one required evidence field",
            );
        }
        let looks = satisfied_when.is_none_or(|expr| !expr.vars().is_empty());
        if !looks {
            self.flaw(
                place.clone(),
                "a safeguard that provides evidence to the floor is met by what is recorded, not always",
            );
        }
    }

    fn clocks(&mut self, files: &[(String, ClockFile)], names: &Names) -> Catalogue<Clock> {
        let mut clocks = Catalogue::default();
        for (file, clock) in files {
            let place = Self::place(file, &clock.id);
            if clock.rules.is_empty() {
                self.flaw(place.clone(), "a clock has at least one rule with a length");
            }
            let rules = clock.rules.iter().map(|rule| ClockRule {
                effective_from: rule.effective_from,
                effective_to: rule.effective_to,
                when: self.condition(file, rule.when.as_ref(), names),
                length: rule.length,
            });
            let rules: Vec<_> = rules.collect();
            for rule in &clock.rules {
                if rule.effective_to.is_some_and(|to| to < rule.effective_from) {
                    self.flaw(place.clone(), "a rule ends before it begins");
                }
            }
            // Of several lengths the shortest: a warning that comes early is better than none.
            let usual = rules.iter().map(|rule| warning_days(rule.length)).min().unwrap_or_default();
            let compiled = Clock {
                id: clock.id.value.clone(),
                name: self.text(&place, "name", &clock.name),
                source: self.sourced(&place, &clock.source),
                confidence: clock.confidence,
                kind: clock.kind,
                roll: clock.roll,
                first_day: clock.first_day.unwrap_or(FirstDay::Next),
                rules,
                on_expiry: self.text(&place, "on_expiry", &clock.on_expiry),
                warn_days: clock.warn_days.unwrap_or(usual),
                outlives_case: clock.outlives_case,
                at: place,
            };
            clocks.insert(&clock.id.value, compiled);
        }
        clocks
    }

    fn documents(&mut self, files: &[(String, DocumentFile)], names: &Names) -> Catalogue<Document> {
        let mut documents = Catalogue::default();
        for (file, document) in files {
            let place = Self::place(file, &document.id);
            let (inputs, types) = self.fields(file, &document.inputs);
            let issue_names = Names { inputs: types, in_act: true, ..names.clone() };
            let received = BTreeMap::from([("received_on".to_owned(), Type::Date)]);
            let serve_names = Names { inputs: received, in_act: true, ..names.clone() };
            let mut serve = Vec::new();
            for service in &document.serve {
                let Some(to) = self.known(file, &service.to, "role", |ids| &ids.roles) else { continue };
                serve.push(Service {
                    to,
                    when: self.condition(file, service.when.as_ref(), names),
                    note: service.note.as_ref().map(|t| self.text(&place, "note", t)),
                    effects: self.effects(file, &service.effects, &serve_names, &place),
                });
            }
            let compiled = Document {
                id: document.id.value.clone(),
                name: self.text(&place, "name", &document.name),
                source: self.sourced(&place, &document.source),
                confidence: document.confidence,
                made_by: document
                    .made_by
                    .iter()
                    .filter_map(|r| self.known(file, r, "role", |ids| &ids.roles))
                    .collect(),
                inputs,
                on_issued: self.effects(file, &document.on_issued, &issue_names, &place),
                serve,
                at: place,
            };
            documents.insert(&document.id.value, compiled);
        }
        documents
    }
}

fn at(file: &str, location: Location) -> Where {
    Where { file: Arc::from(file), line: location.line().max(1), column: location.column().max(1) }
}

fn phase_name<P: serde::Serialize>(phase: &P) -> String {
    match serde_json::to_value(phase) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
