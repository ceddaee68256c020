//! The part of a pack that says how a case goes from one office to another.

use std::collections::BTreeMap;

use super::compile::Compiler;
use super::model::{CarriedMeasure, Catalogue, Event, Field, Transfer};
use super::source::{CarriedMeasureFile, FieldKind, Name, TransferFile};
use crate::law::expr::{Names, Region, Type};
use crate::law::floor;

const FILE: &str = "pack.yaml";

impl Compiler {
    /// Resolves `transfer`; what is wrong with it is noted as a flaw.
    pub(super) fn transfer(
        &mut self,
        file: &TransferFile,
        events: &Catalogue<Event>,
        names: &Names,
    ) -> Option<Transfer> {
        let hand_over = self.known(FILE, &file.hand_over, "event", |ids| &ids.events);
        let receipt =
            file.receipt.as_ref().and_then(|name| self.known(FILE, name, "event", |ids| &ids.events));
        let open = self.known(FILE, &file.open, "event", |ids| &ids.events)?;
        if let Some(event) = hand_over.as_deref().and_then(|id| events.find(id))
            && !event.acts.contains(&floor::Act::Transfer)
        {
            let place = Self::place(FILE, &file.hand_over);
            self.flaw(place, "an event that hands a case over has 'transfer' among its acts");
        }
        if let Some(event) = events.find(&open)
            && !event.acts.contains(&floor::Act::Open)
        {
            let place = Self::place(FILE, &file.open);
            self.flaw(place, "an event with which a file is opened has 'open' among its acts");
        }
        let inputs = events.find(&open).map(|event| event.inputs.clone()).unwrap_or_default();
        let mut carry = Vec::new();
        for (id, value) in &file.carry {
            let Some(field) = inputs.iter().find(|field| field.id == *id) else {
                self.flaw(Self::place(FILE, value), format!("event {open} has no input '{id}'"));
                continue;
            };
            if let Some(value) = self.expression(FILE, value, names, &type_of(field)) {
                carry.push((id.clone(), value));
            }
        }
        let measure = file.measure.as_ref().and_then(|measure| self.measure(measure, &inputs, names));
        let mut facts = Vec::new();
        for name in &file.facts {
            if names.facts.contains_key(&name.value) {
                facts.push(name.value.clone());
            } else {
                self.flaw(Self::place(FILE, name), format!("fact '{}' is not declared", name.value));
            }
        }
        let sender_reads = file.sender_reads;
        Some(Transfer { sender_reads, hand_over: hand_over?, receipt, open, carry, measure, facts })
    }

    fn measure(
        &mut self,
        file: &CarriedMeasureFile,
        inputs: &[Field],
        names: &Names,
    ) -> Option<CarriedMeasure> {
        let input = self.input(&file.input, inputs, FieldKind::Choice)?;
        self.input(&file.from, inputs, FieldKind::Date)?;
        let mut states = BTreeMap::new();
        for (state, option) in &file.states {
            let known = names.states.get(&Region::Measure).is_some_and(|all| all.contains(state));
            if !known || !input.options.iter().any(|(id, _)| *id == option.value) {
                let message = format!("'{state}: {}' is no state with an option of the input", option.value);
                self.flaw(Self::place(FILE, option), message);
            }
            states.insert(state.clone(), option.value.clone());
        }
        let clocks = file
            .clocks
            .iter()
            .filter_map(|clock| self.known(FILE, clock, "clock", |ids| &ids.clocks))
            .collect();
        Some(CarriedMeasure {
            input: file.input.value.clone(),
            states,
            from: file.from.value.clone(),
            clocks,
        })
    }

    fn input<'f>(&mut self, name: &Name, inputs: &'f [Field], kind: FieldKind) -> Option<&'f Field> {
        let found = inputs.iter().find(|field| field.id == name.value && field.kind == kind);
        if found.is_none() {
            let message = format!("the event has no input '{}' of this type", name.value);
            self.flaw(Self::place(FILE, name), message);
        }
        found
    }
}

fn type_of(field: &Field) -> Type {
    match field.kind {
        FieldKind::Bool => Type::Bool,
        FieldKind::Int => Type::Int,
        FieldKind::Date => Type::Date,
        FieldKind::Time => Type::Time,
        FieldKind::Text => Type::Text,
        FieldKind::Choice => Type::Choice(field.options.iter().map(|(id, _)| id.clone()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use crate::law::Pack;
    use crate::law::check::tests::folder;

    #[test]
    fn what_a_transfer_names_must_be_there_and_fit() {
        let real = folder("cn-procuratorate").unwrap();
        assert!(Pack::load(&real).unwrap().transfer.is_some());
        for (from, to, said) in [
            ("hand_over: T21\n", "hand_over: T12\n", "'transfer' among its acts"),
            ("hand_over: T21\n", "hand_over: T999\n", "'T999' is not declared"),
            ("open: T11\n", "open: T12\n", "'open' among its acts"),
            ("prior_returns: \"case.returns\"", "prior_returns: \"case.has_victim\"", "expected"),
            ("prior_returns: \"case.returns\"", "nonsense: \"case.returns\"", "no input 'nonsense'"),
            ("from: measure_from\n", "from: prior_returns\n", "no input 'prior_returns' of this type"),
            ("NONE: none", "NONE: free", "no state with an option"),
            ("clocks: [K37, K38]", "clocks: [K37, K99]", "'K99' is not declared"),
            ("facts: [spp_approved", "facts: [nobody_knows", "'nobody_knows' is not declared"),
            ("sender_reads: until_sealed", "sender_reads: everything", "everything"),
        ] {
            let mut files = real.clone();
            let pack = files.get_mut("pack.yaml").unwrap();
            let changed = pack.replacen(from, to, 1);
            assert_ne!(*pack, changed, "{from}");
            *pack = changed;
            let flaws = Pack::load(&files).unwrap_err();
            assert!(flaws.iter().any(|flaw| flaw.message.contains(said)), "{to}: {flaws:?}");
        }
    }
}
