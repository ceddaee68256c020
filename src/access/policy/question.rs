//! A question to the policy, and what is remembered of earlier answers.
//!
//! Policies compare cases and people for being the same, and know none by name. So what is asked of one stranger's case is
//! what is asked of the next, and most answers are remembered: see [`Question::of_strangers`].

use std::borrow::Cow;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

use crate::access::{Ask, OfficeTree, Resource, Viewer};

/// Answers remembered. Each lies in the one place that its question's hash names, so that memory is bounded and nothing
/// has to be thrown away in order.
const REMEMBERED: usize = 8_192;

/// Everything that a decision depends on. Entities are built from this and from the tree of the same shape, from nothing
/// else; so an equal question has an equal answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::access) struct Question<'a> {
    pub(super) viewer: Cow<'a, Viewer>,
    pub(super) ask: Ask,
    /// What it is done to; `None` for all cases.
    pub(super) to: Option<Resource>,
    tree: [u8; 32],
}

impl<'a> Question<'a> {
    pub(in crate::access) fn new(
        viewer: &'a Viewer,
        ask: Ask,
        to: Option<Resource>,
        offices: &OfficeTree,
    ) -> Self {
        Self { viewer: Cow::Borrowed(viewer), ask, to, tree: *offices.shape() }
    }

    /// The same question with a number in place of each case and each person that is nothing to the viewer: who is the
    /// same stays the same, who differs differs. It has the same answer under every policy that names nobody.
    pub(in crate::access) fn of_strangers(mut self) -> Self {
        let viewer = &*self.viewer;
        let known = |who: Uuid| who == viewer.account || viewer.stands_in_for.contains(&who);
        let mut strangers: Vec<Uuid> = Vec::new();
        let mut alike = |who: Uuid| {
            if known(who) {
                return who;
            }
            let place = strangers.iter().position(|stranger| *stranger == who).unwrap_or_else(|| {
                strangers.push(who);
                strangers.len() - 1
            });
            stranger(place)
        };
        if let Some(Resource::Case(scope)) = &mut self.to {
            if ![&viewer.excluded, &viewer.opened, &viewer.queries]
                .iter()
                .any(|own| own.contains(&scope.case))
            {
                scope.case = stranger(0);
            }
            for who in [&mut scope.lead, &mut scope.second, &mut scope.social_worker, &mut scope.approver] {
                *who = who.map(&mut alike);
            }
        }
        self.ask.drafter = self.ask.drafter.map(&mut alike);
        self
    }

    fn kept(&self) -> Question<'static> {
        let viewer = Cow::Owned(self.viewer.clone().into_owned());
        Question { viewer, ask: self.ask, to: self.to, tree: self.tree }
    }
}

/// What stands for a stranger. No identity that the service makes is of this form: they carry a version and a variant.
const fn stranger(place: usize) -> Uuid {
    Uuid::from_u128(u128::MAX - place as u128)
}

type Place<A> = Mutex<Option<(Question<'static>, A)>>;

/// Answers by question.
pub(in crate::access) struct Remembered<A> {
    hasher: RandomState,
    places: Box<[Place<A>]>,
}

impl<A: Clone> Default for Remembered<A> {
    fn default() -> Self {
        Self { hasher: RandomState::new(), places: (0..REMEMBERED).map(|_| Mutex::new(None)).collect() }
    }
}

impl<A: Clone> Remembered<A> {
    /// The answer as remembered, or as `find` gives it now.
    pub(in crate::access) fn answer(&self, question: &Question<'_>, find: impl FnOnce() -> A) -> A {
        let hash = self.hasher.hash_one(question);
        let index = usize::try_from(hash % REMEMBERED as u64).unwrap_or_default();
        let Some(place) = self.places.get(index) else { return find() };
        if let Some((kept, answer)) = &*place.lock().unwrap_or_else(PoisonError::into_inner)
            && kept == question
        {
            return answer.clone();
        }
        let answer = find();
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some((question.kept(), answer.clone()));
        answer
    }
}
