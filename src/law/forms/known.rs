//! What conditions of a form are answered from.

use chrono::NaiveDate;

use super::read::{About, Values};
use crate::law::expr::{ChildFact, Facts, Var};
use crate::record::{Sex, Value};

/// Answers, and what a form may know beside them.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) values: &'a Values,
    /// Answers of the row in which the question stands.
    pub(super) row: Option<&'a Values>,
    pub(super) about: &'a About<'a>,
}

impl Facts for Known<'_> {
    fn value(&self, var: &Var) -> Option<Value> {
        let About { child, age, offence_on, today } = self.about;
        let aged = |on| {
            crate::law::age::age_on(child.born, on, age.reached).map(|years| Value::Int(i64::from(years)))
        };
        match var {
            Var::Input(name) => {
                self.row.and_then(|row| row.get(name)).or_else(|| self.values.get(name)).cloned()
            }
            Var::Child(fact) => match fact {
                ChildFact::Sex => Some(Value::Choice(
                    match child.sex {
                        Sex::Girl => "girl",
                        Sex::Boy => "boy",
                    }
                    .into(),
                )),
                ChildFact::Born => Some(Value::Date(child.born)),
                ChildFact::BirthProved => Some(Value::Bool(child.birth_proved)),
                ChildFact::AgeAtOffence => aged(*offence_on),
                ChildFact::AgeNow => aged(*today),
                ChildFact::NeedsInterpreter => Some(Value::Bool(child.needs_interpreter)),
                ChildFact::NeedsAccommodation => Some(Value::Bool(child.needs_accommodation)),
                ChildFact::PregnantOrCaring => Some(Value::Bool(child.pregnant_or_caring)),
            },
            _ => None,
        }
    }

    fn has(&self, var: &Var) -> Option<bool> {
        Some(self.value(var).is_some())
    }

    fn met(&self, _: &str) -> Option<bool> {
        None
    }

    fn done(&self, _: &str) -> Option<bool> {
        None
    }

    fn done_in_stage(&self, _: &str) -> Option<bool> {
        None
    }

    fn running(&self, _: &str) -> Option<bool> {
        None
    }

    fn overdue(&self, _: &str) -> Option<bool> {
        None
    }

    fn due(&self, _: &str) -> Option<NaiveDate> {
        None
    }

    fn made(&self, _: &str) -> Option<bool> {
        None
    }

    fn served(&self, _: &str) -> Option<bool> {
        None
    }
}
