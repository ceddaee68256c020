//! `/api/v1`: one file per kind of thing.

pub mod assign;
pub mod cases;
pub mod credentials;
pub mod duties;
pub mod ledger;
pub mod packs;
pub mod session;
pub mod staff;
pub mod status;
