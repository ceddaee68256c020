//! Who may do what: viewers, their roles and offices, and the one place that decides.
//!
//! Pure: who somebody is and what a case's scope is come in as arguments. No use case touches a row of a case without
//! a [`Permit`], and only [`permit`] makes one. What is permitted is written in `policy/policies.cedar`.

mod action;
mod filter;
mod gate;
mod office;
mod policy;
mod viewer;

pub use action::{Action, Ask, CaseScope, Kind, Resource};
pub use gate::{Denial, Permit, filter, permit, permit_at};
pub use office::{Office, OfficeKind, OfficeTree};
pub use policy::{Policy, PolicyError};
pub use viewer::{Assurance, Grant, Viewer};
