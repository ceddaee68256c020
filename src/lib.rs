//! Tutela carries a child's criminal case from the first file to the sealed record.
//!
//! The map, in the order in which an act passes through it; imports point down this list only
//! (`tests/architecture.rs` holds them to it):
//!
//! * [`cli`]: the command line; [`config`]: settings.
//! * [`http`]: requests and answers; [`jobs`]: small loops over the store.
//! * [`demo`]: an invented caseload; [`draw`]: a pack as a picture.
//! * [`casework`]: use cases; each asks access and law, then keeps one change.
//! * [`access`]: pure. Who may do what.
//! * [`law`]: pure. What may happen, and when it falls due: floor, packs, clocks.
//! * [`store`]: the only SQL; SQLite and PostgreSQL.
//! * [`vault`]: keys, sealed fields, blind indexes.
//! * [`ledger`]: leaves, Merkle tree, checkpoints, proofs, verification.
//! * [`record`]: the types of the case file; knows nothing else.

pub mod access;
pub mod casework;
pub mod cli;
pub mod config;
pub mod demo;
pub mod draw;
pub mod http;
pub mod jobs;
pub mod law;
pub mod ledger;
pub mod record;
pub mod store;
pub mod vault;
