//! What may happen and when it falls due. Pure: no I/O, no clock read, no randomness; time and facts come in as arguments.

pub mod age;
pub mod calendar;
pub mod clock;
pub mod floor;
pub mod pack;
