//! What may happen and when it falls due. Pure: no I/O, no clock read, no randomness; time and facts come in as arguments.
//!
//! * [`floor`]: the rights that no pack can lower.
//! * [`pack`]: a jurisdiction as data; [`expr`]: its conditions.
//! * [`case`]: a case as the law sees it; [`command`]: what a person asks.
//! * [`decide`]: the only door through which a case changes; [`offer`]: what is possible now, and why not.
//! * [`asks`]: what is asked of an office outside any case.
//! * [`clock`], [`calendar`], [`age`]: time.

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
mod hearing;
pub mod input;
pub mod offer;
pub mod pack;
pub mod refusal;
pub mod rehearse;
mod scene;
#[cfg(test)]
mod tests;

pub use case::CaseFile;
pub use command::{Act, Actor, Command, What};
pub use decide::{Accepted, decide};
pub use offer::{Offer, offers};
pub use pack::Pack;
pub use refusal::{Reason, Refusal};
