//! The integration tests, in one binary: the whole service on both databases, called as its clients call it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests may fail as tests do"
)]

mod access;
mod architecture;
mod assessments;
mod child;
mod crash;
mod demo;
mod duties;
mod hostile;
mod keeping;
mod liberty;
mod life;
mod lists;
mod measures;
mod month;
mod notices;
mod outcomes;
mod pages;
mod papers;
mod requests;
mod sealing;
mod secrecy;
mod several;
mod signin;
mod staff;
mod statements;
mod support;
mod surface;
mod tamper;
mod trouble;
mod worklist;
