//! Where a pack says openly that its law falls short of the floor.

use std::collections::BTreeSet;

use super::{Check, Facts, Severity};

/// The checks that a pack has named as derogations, each with source and reason in the pack itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derogations(BTreeSet<Check>);

/// The check protects from cruel punishment; no law may derogate from it (CRC 37(a); ICCPR 4(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot be derogated", .0.code())]
pub struct NotDerogable(pub Check);

impl Derogations {
    /// Adds a check.
    ///
    /// # Errors
    /// [`NotDerogable`] for [`Check::I24`].
    pub fn insert(&mut self, check: Check) -> Result<(), NotDerogable> {
        if !check.derogable() {
            return Err(NotDerogable(check));
        }
        self.0.insert(check);
        Ok(())
    }

    /// Whether the pack has named the check.
    pub fn contains(&self, check: Check) -> bool {
        self.0.contains(&check)
    }

    /// The named checks in order.
    pub fn iter(&self) -> impl Iterator<Item = Check> + '_ {
        self.0.iter().copied()
    }

    /// What remains of a finding after derogation.
    pub(super) fn soften(&self, check: Check, severity: Severity, facts: &Facts) -> Severity {
        // A pack may keep a minimum age under 14; it cannot derogate from the minimum it has itself set.
        let own_minimum = check == Check::I01 && facts.below_minimum_age;
        if self.contains(check) && !own_minimum { Severity::Derogated } else { severity }
    }
}
