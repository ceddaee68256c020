//! The machine of remedies: a challenge is made, then answered one way or the other.

use statig::prelude::*;

use super::motion::{Answer, Motion};
use super::{Act, Remedy};

/// Holds nothing: the phase is the state, the answer is in the context.
pub(super) struct Appeal;

#[state_machine(
    initial = "Remedy::Idle",
    state(custom, name = "Remedy"),
    superstate(name = "Bench"),
    visibility = "pub(super)"
)]
impl Appeal {
    /// A decision can be challenged again after an answer.
    #[superstate]
    fn answered(context: &mut Answer, event: &Motion<Remedy>) -> Outcome<Remedy> {
        match event.act {
            Act::Challenge => context.lead(event, &[Remedy::Pending]),
            _ => Super,
        }
    }

    #[state(superstate = "answered")]
    fn idle() -> Outcome<Remedy> {
        Super
    }

    #[state]
    fn pending(context: &mut Answer, event: &Motion<Remedy>) -> Outcome<Remedy> {
        match event.act {
            Act::Challenge => context.stay(),
            Act::Resolve => context.lead(event, &[Remedy::Idle]),
            Act::Reverse => context.lead(event, &[Remedy::Reversed, Remedy::Idle]),
            _ => Super,
        }
    }

    #[state(superstate = "answered")]
    fn reversed(context: &mut Answer, event: &Motion<Remedy>) -> Outcome<Remedy> {
        match event.act {
            Act::Resolve | Act::Reverse => context.lead(event, &[Remedy::Idle]),
            _ => Super,
        }
    }
}
