//! A signed-in account.

use uuid::Uuid;

use crate::law::pack::StaffRole;

/// A role held at an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: StaffRole,
    /// The office at which it is held.
    pub office: Uuid,
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The account.
    pub account: Uuid,
    /// Its sign-in name.
    pub login: String,
    /// Roles in force now.
    pub grants: Vec<Grant>,
}

impl Viewer {
    /// Whether a role is held anywhere.
    pub fn is(&self, role: StaffRole) -> bool {
        self.grants.iter().any(|g| g.role == role)
    }

    /// Offices at which a role is held.
    pub fn offices(&self, role: StaffRole) -> impl Iterator<Item = Uuid> + '_ {
        self.grants.iter().filter(move |g| g.role == role).map(|g| g.office)
    }
}
