//! A condition on cases, by what is kept of them in the open: what a policy says once the person is known, and what a
//! database can be asked.

use std::collections::BTreeSet;
use uuid::Uuid;

/// A post in a case, by which a list can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Post {
    /// Lead prosecutor.
    Lead,
    /// Second prosecutor.
    Second,
    /// Social worker.
    SocialWorker,
    /// Who is to approve.
    Approver,
}

/// A condition on cases: what the policy says once the person is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Every case.
    Everything,
    /// No case.
    Nothing,
    /// Sealed cases.
    Sealed,
    /// Cases that another office has now.
    HandedOver,
    /// Cases of these offices.
    Offices(BTreeSet<Uuid>),
    /// These cases.
    Cases(BTreeSet<Uuid>),
    /// Cases in which somebody has this post.
    Filled(Post),
    /// Cases in which one of these accounts has this post.
    Held(Post, BTreeSet<Uuid>),
    /// Cases that it does not let through.
    Not(Box<Self>),
    /// Cases that both let through.
    And(Box<Self>, Box<Self>),
    /// Cases that one of them lets through.
    Or(Box<Self>, Box<Self>),
}

/// A part of a worklist: cases, none sealed or with another office, that one index holds together in the order in which
/// they fall due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Of an office.
    Office(Uuid),
    /// Of an office, as far as nobody leads them who works here.
    Unassigned(Uuid),
    /// In which an account has a post.
    Held(Post, Uuid),
}

impl std::ops::Not for Filter {
    type Output = Self;

    /// The cases that it does not let through.
    fn not(self) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}

impl Filter {
    /// The cases that both let through.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Everything, filter) | (filter, Self::Everything) => filter,
            (left, right) => Self::And(Box::new(left), Box::new(right)),
        }
    }

    /// The cases that one of them lets through.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Everything) => Self::Everything,
            (Self::Nothing, filter) | (filter, Self::Nothing) => filter,
            (left, right) => Self::Or(Box::new(left), Box::new(right)),
        }
    }

    /// Cases of one of these offices.
    pub fn offices(offices: BTreeSet<Uuid>) -> Self {
        if offices.is_empty() { Self::Nothing } else { Self::Offices(offices) }
    }

    /// One of these cases.
    pub fn cases(cases: BTreeSet<Uuid>) -> Self {
        if cases.is_empty() { Self::Nothing } else { Self::Cases(cases) }
    }

    /// Cases in which one of these accounts has the post.
    pub fn held(post: Post, by: BTreeSet<Uuid>) -> Self {
        if by.is_empty() { Self::Nothing } else { Self::Held(post, by) }
    }

    /// What is left of it within a part of a list.
    #[must_use]
    pub fn within(&self, part: Part) -> Self {
        let truth = |holds: bool| if holds { Self::Everything } else { Self::Nothing };
        match (self, part) {
            (Self::Sealed | Self::HandedOver, _) => Self::Nothing,
            (Self::Offices(offices), Part::Office(office) | Part::Unassigned(office)) => {
                truth(offices.contains(&office))
            }
            (Self::Filled(post), Part::Held(held, _)) if *post == held => Self::Everything,
            (Self::Held(post, by), Part::Held(held, who)) if *post == held => truth(by.contains(&who)),
            (Self::Not(inner), _) => !inner.within(part),
            (Self::And(left, right), _) => left.within(part).and(right.within(part)),
            (Self::Or(left, right), _) => left.within(part).or(right.within(part)),
            (other, _) => other.clone(),
        }
    }

    /// Every office that it names outside a negation: no case of another office gets through by its office.
    pub fn named_offices(&self) -> BTreeSet<Uuid> {
        match self {
            Self::Offices(offices) => offices.clone(),
            Self::And(left, right) | Self::Or(left, right) => {
                left.named_offices().union(&right.named_offices()).copied().collect()
            }
            _ => BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_a_part_only_what_is_not_known_is_left() {
        let (here, there, me, hidden) =
            (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3), Uuid::from_u128(4));
        let one = |id| BTreeSet::from([id]);
        let filter = Filter::offices(one(here))
            .or(Filter::Filled(Post::SocialWorker).and(Filter::held(Post::SocialWorker, one(me))))
            .and(!Filter::cases(one(hidden)).or(Filter::Sealed));
        assert_eq!(filter.within(Part::Office(here)), !Filter::cases(one(hidden)));
        assert_eq!(filter.within(Part::Held(Post::SocialWorker, me)), !Filter::cases(one(hidden)));
        assert_eq!(filter.named_offices(), one(here));
        let elsewhere = filter.within(Part::Office(there));
        assert!(
            matches!(elsewhere, Filter::And(..)),
            "a social worker's own case may lie anywhere: {elsewhere:?}"
        );
        assert_eq!(!Filter::offices(BTreeSet::new()).or(Filter::Nothing), Filter::Everything);
    }
}
