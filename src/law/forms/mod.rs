//! What social workers and prosecutors write down: forms as data, and what a form makes of answers.
//!
//! A form is a file of a pack ([`source`]). Compiled, it is a [`Form`]: sections of questions in the order in which they
//! are asked, with every text in both languages, so that a page walks it and needs nothing else. [`read()`] holds answers
//! against a form and says of each question whether it is asked here, and what is wrong with its answer.
//!
//! A form has a version. An answer is pinned to the version under which it was begun; a pack keeps the older versions.

mod answer;
mod circle;
mod compile;
mod known;
mod model;
mod read;
mod says;
pub mod source;
#[cfg(test)]
mod tests;

pub use model::{
    Choice, Condition, Form, Forms, Kind, Limits, Means, Offered, Question, Required, Rows, Rule, Section,
    Side, Table,
};
pub use read::{About, LONGEST_LINE, Reading, read};
