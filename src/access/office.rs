//! The tree of offices.

use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use uuid::Uuid;

use crate::record::Text;

/// Deepest tree that is followed: national, provincial, municipal, district and room to spare.
const DEEPEST: usize = 16;

/// An office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// Identity.
    pub id: Uuid,
    /// The office above.
    pub parent: Option<Uuid>,
    /// Short code used in case numbers.
    pub code: String,
    /// Name.
    pub name: Text,
}

/// All offices.
#[derive(Clone, Debug, Default)]
pub struct OfficeTree {
    offices: HashMap<Uuid, Office>,
    shape: [u8; 32],
}

impl OfficeTree {
    /// A tree from its offices.
    pub fn new(offices: Vec<Office>) -> Self {
        let mut shape: Vec<(Uuid, Option<Uuid>)> = offices.iter().map(|o| (o.id, o.parent)).collect();
        shape.sort_unstable();
        let mut digest = Sha256::new();
        for (office, parent) in shape {
            digest.update(office.as_bytes());
            digest.update(parent.unwrap_or_default().as_bytes());
        }
        Self { offices: offices.into_iter().map(|o| (o.id, o)).collect(), shape: digest.finalize().into() }
    }

    /// Which office is below which, as a hash: two trees with the same shape give the same answers.
    pub const fn shape(&self) -> &[u8; 32] {
        &self.shape
    }

    /// An office and the offices above it, from the bottom up.
    pub fn upwards(&self, office: Uuid) -> impl Iterator<Item = Uuid> + '_ {
        let parent = |id: &Uuid| self.offices.get(id).and_then(|o| o.parent);
        std::iter::successors(Some(office), parent).take(DEEPEST)
    }

    /// An office.
    pub fn find(&self, id: Uuid) -> Option<&Office> {
        self.offices.get(&id)
    }

    /// An office by its code.
    pub fn by_code(&self, code: &str) -> Option<&Office> {
        self.offices.values().find(|o| o.code == code)
    }

    /// All offices, by code.
    pub fn all(&self) -> Vec<&Office> {
        let mut all: Vec<&Office> = self.offices.values().collect();
        all.sort_by(|a, b| a.code.cmp(&b.code));
        all
    }

    /// Whether `office` is `top` or below it.
    pub fn within(&self, office: Uuid, top: Uuid) -> bool {
        self.upwards(office).any(|id| id == top)
    }

    /// `top` and every office below it.
    pub fn subtree(&self, top: Uuid) -> Vec<Uuid> {
        let mut all: Vec<Uuid> = self.offices.keys().copied().filter(|id| self.within(*id, top)).collect();
        all.sort();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subtree_holds_the_office_itself_and_all_below_and_survives_a_circle() {
        let id = Uuid::from_u128;
        let office = |n, parent: Option<u128>| Office {
            id: id(n),
            parent: parent.map(id),
            code: format!("O{n}"),
            name: Text::default(),
        };
        let tree = OfficeTree::new(vec![
            office(1, None),
            office(2, Some(1)),
            office(3, Some(2)),
            office(4, Some(5)),
            office(5, Some(4)),
        ]);
        assert_eq!(tree.subtree(id(1)), [id(1), id(2), id(3)]);
        assert_eq!(tree.subtree(id(3)), [id(3)]);
        assert!(!tree.within(id(4), id(1)));
    }
}
