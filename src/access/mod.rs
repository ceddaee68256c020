//! Who may do what: viewers, their roles and offices, and the one place that decides.
//!
//! Pure: who somebody is and what a case's scope is come in as arguments. No use case touches a row of a case without
//! a [`Permit`], and only [`gate`] makes one.

mod gate;
mod office;
mod viewer;

pub use gate::{Action, CaseScope, Denial, POLICY, Permit, permit, permit_at};
pub use office::{Office, OfficeKind, OfficeTree};
pub use viewer::{Assurance, Grant, Viewer};
