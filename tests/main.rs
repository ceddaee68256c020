//! The integration tests, in one binary: the whole service on both databases, called as its clients call it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests may fail as tests do"
)]

mod architecture;
mod crash;
mod demo;
mod keeping;
mod life;
mod requests;
mod sealing;
mod secrecy;
mod several;
mod statements;
mod support;
mod surface;
mod tamper;
mod trouble;
