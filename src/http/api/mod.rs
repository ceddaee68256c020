//! `/api/v1`: one file per kind of thing.

pub mod cases;
pub mod ledger;
pub mod packs;
pub mod records;
pub mod status;
