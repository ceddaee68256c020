//! The tree of offices.

use std::collections::HashMap;
use uuid::Uuid;

use crate::record::Text;

/// Deepest tree that is followed: national, provincial, municipal, district and room to spare.
const DEEPEST: usize = 16;

/// What an office is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum OfficeKind {
    /// 最高人民检察院.
    National,
    /// 省级人民检察院.
    Provincial,
    /// 市级人民检察院.
    Municipal,
    /// 基层人民检察院.
    District,
    /// An organisation whose social workers support children for an office.
    Partner,
}

impl OfficeKind {
    /// All kinds, from the top down.
    pub const ALL: [Self; 5] =
        [Self::National, Self::Provincial, Self::Municipal, Self::District, Self::Partner];

    /// Name as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Provincial => "provincial",
            Self::Municipal => "municipal",
            Self::District => "district",
            Self::Partner => "partner",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether an office of this kind may stand below one of that kind: a partner below any procuratorate, a
    /// procuratorate only below a higher one.
    pub fn may_be_below(self, above: Self) -> bool {
        above != Self::Partner && above < self
    }
}

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
    /// What it is.
    pub kind: OfficeKind,
}

/// All offices.
#[derive(Clone, Debug, Default)]
pub struct OfficeTree {
    offices: HashMap<Uuid, Office>,
}

impl OfficeTree {
    /// A tree from its offices.
    pub fn new(offices: Vec<Office>) -> Self {
        Self { offices: offices.into_iter().map(|o| (o.id, o)).collect() }
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
        let mut at = Some(office);
        for _ in 0..DEEPEST {
            match at {
                Some(id) if id == top => return true,
                Some(id) => at = self.offices.get(&id).and_then(|o| o.parent),
                None => return false,
            }
        }
        false
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
            kind: OfficeKind::District,
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

    #[test]
    fn offices_stand_below_higher_ones_and_nothing_stands_below_a_partner() {
        use OfficeKind::{District, Municipal, National, Partner, Provincial};
        assert!(Provincial.may_be_below(National) && District.may_be_below(Municipal));
        assert!(Partner.may_be_below(District) && Partner.may_be_below(Provincial));
        assert!(!Municipal.may_be_below(District) && !District.may_be_below(District));
        assert!(!Partner.may_be_below(Partner) && !District.may_be_below(Partner));
        assert!(OfficeKind::ALL.into_iter().all(|kind| OfficeKind::from_name(kind.as_str()) == Some(kind)));
    }
}
