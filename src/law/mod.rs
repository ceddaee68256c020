//! What may happen and when it falls due. Pure: no I/O, no clock read, no randomness; time and facts come in as arguments.
//!
//! * [`floor`]: the rights that no pack can lower.
//! * [`pack`]: a jurisdiction as data; [`expr`]: its conditions.
//! * [`forms`]: what social workers and prosecutors write down, and what a form makes of answers.
//! * [`measures`]: measures at liberty, from the proposal to the end.
//! * [`case`]: a case as the law sees it; [`command`]: what a person asks.
//! * [`decide`]: the only door through which a case changes; [`offer`]: what is possible now, and why not.
//! * [`asks`]: what is asked of an office outside any case.
//! * [`transfer`]: what of a case counts at another office.
//! * [`clock`], [`calendar`], [`age`]: time; [`lateness`]: when something is late, and when people are told.

pub mod age;
mod apply;
pub mod asks;
pub mod calendar;
pub mod case;
pub mod check;
pub mod clock;
pub mod command;
pub mod decide;
pub mod expr;
pub mod floor;
pub mod forms;
mod hearing;
pub mod input;
pub mod lateness;
pub mod measures;
pub mod offer;
pub mod pack;
pub mod refusal;
pub mod rehearse;
mod scene;
#[cfg(test)]
mod tests;
pub mod transfer;

pub use case::CaseFile;
pub use command::{Act, Actor, Command, What};
pub use decide::{Accepted, decide};
pub use offer::{Offer, offers};
pub use pack::Pack;
pub use refusal::{Reason, Refusal};
