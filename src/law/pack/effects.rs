//! Effects: from one YAML mapping with one verb to a resolved [`Effect`].

use super::compile::Compiler;
use super::source::{EffectFile, Name};
use super::{Effect, Verb, Where};
use crate::law::expr::{Expr, Names, Type};

impl Compiler {
    /// Resolves a list of effects; flaws are noted and the flawed effect left out.
    pub(super) fn effects(
        &mut self,
        file: &str,
        effects: &[EffectFile],
        names: &Names,
        owner: &Where,
    ) -> Vec<Effect> {
        effects.iter().filter_map(|effect| self.effect(file, effect, names, owner)).collect()
    }

    fn effect(&mut self, file: &str, effect: &EffectFile, names: &Names, owner: &Where) -> Option<Effect> {
        let verbs = [
            effect.start.is_some(),
            effect.stop.is_some(),
            effect.suspend.is_some(),
            effect.resume.is_some(),
            effect.restart.is_some(),
            effect.extend.is_some(),
            effect.vary.is_some(),
            effect.set.is_some(),
            effect.require.is_some(),
            effect.issue.is_some(),
        ];
        if verbs.iter().filter(|given| **given).count() != 1 {
            self.flaw(
                owner.clone(),
                "an effect has exactly one of start, stop, suspend, resume, restart, extend, vary, set, require, issue",
            );
            return None;
        }
        let when = self.condition(file, effect.when.as_ref(), names);
        let length = self.optional(file, effect.length.as_ref(), names, &Type::Int);
        let from = self.optional(file, effect.from.as_ref(), names, &Type::Date);
        let at = Self::place_of(file, effect).unwrap_or_else(|| owner.clone());
        if length.is_some() && effect.start.is_none() && effect.vary.is_none() {
            self.flaw(at.clone(), "`length` goes with start or vary");
        }
        if effect.by.is_some() != effect.extend.is_some() {
            self.flaw(at.clone(), "`extend` and `by` go together: extend: K19, by: K20");
        }
        let verb = if let Some(clock) = &effect.start {
            Verb::Start { clock: self.clock(file, clock)?, length, from }
        } else if let Some(clocks) = &effect.stop {
            Verb::Stop { clocks: clocks.iter().filter_map(|c| self.clock(file, c)).collect(), from }
        } else if let Some(clock) = &effect.suspend {
            Verb::Suspend { clock: self.clock(file, clock)?, from }
        } else if let Some(clock) = &effect.resume {
            Verb::Resume { clock: self.clock(file, clock)?, from }
        } else if let Some(clock) = &effect.restart {
            Verb::Restart { clock: self.clock(file, clock)?, from }
        } else if let (Some(clock), Some(by)) = (&effect.extend, &effect.by) {
            Verb::Extend { clock: self.clock(file, clock)?, by: self.clock(file, by)? }
        } else if let Some(clock) = &effect.vary {
            let Some(length) = length else {
                self.flaw(at, "`vary` needs `length`");
                return None;
            };
            Verb::Vary { clock: self.clock(file, clock)?, length }
        } else if let Some(set) = &effect.set {
            Verb::Set(set.iter().filter_map(|(fact, value)| self.setting(file, fact, value, names)).collect())
        } else if let Some(documents) = &effect.require {
            Verb::Require(documents.iter().filter_map(|d| self.document(file, d)).collect())
        } else {
            let documents = effect.issue.as_deref().unwrap_or_default();
            Verb::Issue(documents.iter().filter_map(|d| self.document(file, d)).collect())
        };
        Some(Effect { when, verb, at })
    }

    fn setting(&mut self, file: &str, fact: &str, value: &Name, names: &Names) -> Option<(String, Expr)> {
        let Some(kind) = names.facts.get(fact).cloned() else {
            self.flaw(Self::place(file, value), format!("'{fact}' is not a declared fact"));
            return None;
        };
        self.expression(file, value, names, &kind).map(|expr| (fact.to_owned(), expr))
    }

    fn clock(&mut self, file: &str, name: &Name) -> Option<String> {
        self.known(file, name, "clock", |ids| &ids.clocks)
    }

    fn document(&mut self, file: &str, name: &Name) -> Option<String> {
        self.known(file, name, "document", |ids| &ids.documents)
    }

    fn place_of(file: &str, effect: &EffectFile) -> Option<Where> {
        let name =
            [&effect.start, &effect.suspend, &effect.resume, &effect.restart, &effect.extend, &effect.vary]
                .into_iter()
                .find_map(Option::as_ref)
                .or_else(|| effect.stop.as_ref().and_then(|all| all.first()))
                .or_else(|| effect.require.as_ref().and_then(|all| all.first()))
                .or_else(|| effect.issue.as_ref().and_then(|all| all.first()))
                .or_else(|| effect.set.as_ref().and_then(|all| all.values().next()))?;
        Some(Self::place(file, name))
    }
}
