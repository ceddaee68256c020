//! `/api/v1`: one file per kind of thing.

pub mod assessments;
pub mod assign;
pub mod cases;
pub mod child;
pub mod copies;
pub mod credentials;
pub mod duties;
pub mod forms;
pub mod ledger;
pub mod measures;
pub mod outcomes;
pub mod packs;
pub mod records;
pub mod session;
pub mod staff;
pub mod status;
pub mod work;
