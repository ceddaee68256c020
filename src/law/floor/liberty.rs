//! The machine of liberty. Ways down, towards freedom, are always licensed and are not asked of it alone.

use statig::prelude::*;

use super::motion::{Answer, Motion};
use super::{Act, Liberty};

/// Holds nothing: the phase is the state, the answer is in the context.
pub(super) struct Custody;

#[state_machine(
    initial = "Liberty::Free",
    state(custom, name = "Liberty"),
    superstate(name = "Reach"),
    visibility = "pub(super)"
)]
impl Custody {
    /// From wherever the child is, the way to freedom is open.
    #[superstate]
    fn anyone(context: &mut Answer, event: &Motion<Liberty>) -> Outcome<Liberty> {
        match event.act {
            Act::Release => context.lead(event, &[Liberty::Free]),
            _ => Super,
        }
    }

    /// A first file may arrive about a child whom another authority already holds: recorded as found, not ordered.
    #[state(superstate = "anyone")]
    fn free(context: &mut Answer, event: &Motion<Liberty>) -> Outcome<Liberty> {
        match event.act {
            Act::OrderCustody => context.lead(event, &[Liberty::Held]),
            Act::Restrict => context.lead(event, &[Liberty::Restricted]),
            Act::Open | Act::Sentence => context.lead(event, &[Liberty::Restricted, Liberty::Held]),
            _ => Super,
        }
    }

    #[state(superstate = "anyone")]
    fn restricted(context: &mut Answer, event: &Motion<Liberty>) -> Outcome<Liberty> {
        match event.act {
            Act::OrderCustody | Act::Sentence => context.lead(event, &[Liberty::Held]),
            Act::Restrict => context.stay(),
            _ => Super,
        }
    }

    #[state(superstate = "anyone")]
    fn held(context: &mut Answer, event: &Motion<Liberty>) -> Outcome<Liberty> {
        match event.act {
            Act::Restrict => context.lead(event, &[Liberty::Restricted]),
            Act::Release => context.lead(event, &[Liberty::Free, Liberty::Restricted]),
            Act::OrderCustody | Act::RenewCustody => context.stay(),
            _ => Super,
        }
    }
}
