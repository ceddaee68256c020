//! A signed-in account.

use uuid::Uuid;

use crate::law::pack::StaffRole;

/// A role held at an office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    /// The role.
    pub role: StaffRole,
    /// The office at which it is held.
    pub office: Uuid,
}

/// How sure the service is that it is this person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Assurance {
    /// They showed a second factor when they signed in. A bearer token made by the operator counts as one.
    pub second_factor: bool,
    /// They showed a factor again a moment ago (step-up), as dangerous acts ask for.
    pub fresh: bool,
}

/// Who is asking, and everything about them that decides what they may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The account.
    pub account: Uuid,
    /// Its sign-in name.
    pub login: String,
    /// Whether the account is open. Nobody is, unless it is said.
    pub active: bool,
    /// Roles in force now.
    pub grants: Vec<Grant>,
    /// How they signed in.
    pub assurance: Assurance,
    /// Accounts for which this person stands in now: their assignments count as this person's own.
    pub stands_in_for: Vec<Uuid>,
    /// Cases from which a conflict of interest excludes them, whatever else permits.
    pub excluded: Vec<Uuid>,
    /// Cases that they opened in an emergency (break-glass), while that lasts.
    pub opened: Vec<Uuid>,
    /// Sealed cases that an allowed query lets them read, while that lasts.
    pub queries: Vec<Uuid>,
}

impl Viewer {
    /// Whether a role is held anywhere.
    pub fn is(&self, role: StaffRole) -> bool {
        self.grants.iter().any(|g| g.role == role)
    }

    /// Whether one of these roles is held anywhere.
    pub fn is_any(&self, roles: &[StaffRole]) -> bool {
        self.grants.iter().any(|g| roles.contains(&g.role))
    }

    /// Offices at which a role is held.
    pub fn offices(&self, role: StaffRole) -> impl Iterator<Item = Uuid> + '_ {
        self.grants.iter().filter(move |g| g.role == role).map(|g| g.office)
    }
}
