//! The machine of the record: it closes easily and opens only by `Unseal`.

use statig::prelude::*;

use super::motion::{Answer, Motion};
use super::{Act, Record};

/// Holds nothing: the phase is the state, the answer is in the context.
pub(super) struct Archive;

#[state_machine(
    initial = "Record::Open",
    state(custom, name = "Record"),
    superstate(name = "Shelf"),
    visibility = "pub(super)"
)]
impl Archive {
    #[superstate]
    fn readable(context: &mut Answer, event: &Motion<Record>) -> Outcome<Record> {
        match event.act {
            Act::Seal => context.lead(event, &[Record::Sealed]),
            Act::MarkForSealing => context.lead(event, &[Record::SealDue]),
            Act::Reopen => context.lead(event, &[Record::Open]),
            _ => Super,
        }
    }

    #[state(superstate = "readable")]
    fn open() -> Outcome<Record> {
        Super
    }

    #[state(superstate = "readable")]
    fn seal_due() -> Outcome<Record> {
        Super
    }

    #[state(superstate = "readable")]
    fn unsealed() -> Outcome<Record> {
        Super
    }

    /// Reopening a case does not open its sealed record; that needs its own ground and two persons.
    #[state]
    fn sealed(context: &mut Answer, event: &Motion<Record>) -> Outcome<Record> {
        match event.act {
            Act::Unseal => context.lead(event, &[Record::Unsealed, Record::Open]),
            Act::AnswerQuery | Act::Seal => context.stay(),
            _ => Super,
        }
    }
}
