//! Tutela carries a child's criminal case from the first file to the sealed record.
//!
//! The map, in the order in which an act passes through it; imports point down this list only
//! (`tests/architecture.rs` holds them to it):
//!
//! * [`record`]: the types of the case file; knows nothing else.
//! * [`law`]: pure. What may happen, and when it falls due: floor, packs, clocks.
//! * [`vault`]: keys, sealed fields, blind indexes.
//! * [`ledger`]: leaves, Merkle tree, checkpoints, proofs, verification.

pub mod access;
pub mod law;
pub mod ledger;
pub mod record;
pub mod vault;
