//! `/api/v1`: one file per kind of thing.

pub mod cases;
pub mod credentials;
pub mod ledger;
pub mod packs;
pub mod session;
pub mod status;
