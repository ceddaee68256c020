//! A jurisdiction as data: what its files say ([`source`]), what they mean once every name is resolved ([`Pack`]),
//! and what is wrong with them ([`Flaw`]).

pub(in crate::law) mod compile;
mod effects;
mod flaw;
mod model;
mod schema;
pub mod source;
mod transfer;

pub use flaw::{Flaw, Where};
pub use model::*;
pub use schema::{KINDS as FILE_KINDS, schema_of};

use std::collections::BTreeMap;

impl Pack {
    /// Reads a pack from its files, keyed by path relative to the pack's folder (`events.yaml`, `calendar/2026.yaml`).
    ///
    /// # Errors
    /// Every flaw found, in file order; a pack with a flaw is not loaded at all.
    pub fn load(files: &BTreeMap<String, String>) -> Result<Self, Vec<Flaw>> {
        compile::compile(files)
    }
}
