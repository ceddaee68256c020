//! The floor: the rights of a child that no jurisdiction's pack can lower.
//!
//! [`hear`] judges one event of a pack. The event performs one or more [`Act`]s, moves the case from one
//! [`Position`] to another and brings [`Facts`]. Two questions are asked of it:
//!
//! * Is each move licensed? Four statig machines (`proceeding`, `liberty`, `remedy`, `record`) say which act may
//!   lead from which phase to which. They start from a refusal: what nobody licensed is not allowed.
//! * Are the rights kept? Each act demands [`Check`]s ([`demands`]), each check reads a few facts ([`reads`]).
//!
//! A measure at liberty has a life of its own ([`Stage`]) beside the case: [`may`] is its machine, [`shortfalls`] its rights.
//!
//! The floor knows nothing of a pack's states, of persons, clocks or storage. Facts are booleans only, so that
//! everything here can be enumerated: by the tests, and by the checker that proves a pack against the floor.

mod act;
mod check;
mod demand;
mod derogation;
mod facts;
mod hearing;
mod liberty;
mod measure;
mod motion;
mod phase;
mod proceeding;
mod record;
mod remedy;
mod text;

pub use act::{Act, Performer};
pub use check::{Check, Level};
pub use demand::{demanded, demands, reads, satisfied, shortfall};
pub use derogation::{Derogations, NotDerogable};
pub use facts::{Evidence, FactName, Facts};
pub use hearing::{Finding, Licence, Ruling, Severity, Unlicensed, at_home, hear, licences};
pub use measure::{
    Demand, MANY as MANY_CONDITIONS, MOST as MOST_CONDITIONS, MeasureAct, MeasureFacts, Stage, may,
    shortfalls,
};
pub use phase::{Liberty, Position, Proceeding, Record, Region, Remedy};
pub use text::Text;

#[cfg(test)]
mod tests;
