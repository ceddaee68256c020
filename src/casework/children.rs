//! The children whom a social worker helps: who they are, and what is to be done for each of them.

use std::collections::HashMap;
use uuid::Uuid;

use super::find::{CaseLine, class_of, head_scope};
use super::people::Identity;
use super::trail::{Caller, Note};
use super::work::{Of, TaskView, WorkQuery};
use super::{CaseworkError, Service, cipher};
use crate::access::{Action, permit};
use crate::store;

/// Entries of the worklist that are looked through.
const ENTRIES: i64 = 500;
/// Children shown at a time.
pub const SHOWN: usize = 25;

/// A child whom somebody helps.
#[derive(Clone, Debug)]
pub struct ChildLine {
    /// Their case.
    pub case: CaseLine,
    /// Their name.
    pub name: String,
    /// What is theirs to do in the case, overdue first.
    pub tasks: Vec<TaskView>,
}

/// Some of the children whom somebody helps.
#[derive(Clone, Debug)]
pub struct Children {
    /// The most with something late first, otherwise soonest due first.
    pub shown: Vec<ChildLine>,
    /// How many there are.
    pub total: usize,
}

impl Service {
    /// The children of the cases in which this person is the social worker, or stands in for them, [`SHOWN`] after so many;
    /// sealed cases are not among them. The look is one leaf, which holds sealed whose names were shown.
    ///
    /// # Errors
    /// `Denied` for somebody who sees no cases.
    pub async fn my_children(&self, caller: &Caller, after: usize) -> Result<Children, CaseworkError> {
        let viewer = &caller.viewer;
        let own = WorkQuery { of: Of::Me, limit: Some(ENTRIES), ..WorkQuery::default() };
        let mut tasks = self.tasks(caller, &own).await?.tasks;
        // The list of a case holds the prosecutor's work too.
        tasks.retain(|task| {
            let mut whose = task.whose.accounts.iter();
            whose.any(|who| *who == viewer.account || viewer.stands_in_for.contains(who))
        });
        let mut found = Vec::new();
        for who in std::iter::once(viewer.account).chain(viewer.stands_in_for.iter().copied()) {
            found.extend(store::children_helped_by(self.db(), who).await?);
        }
        let offices = self.offices();
        let may = |candidate: &store::Candidate| {
            permit(viewer, Action::ReadCase, &head_scope(&candidate.case), &offices).is_ok()
        };
        found.retain(may);
        let total = found.len();
        let mut late: HashMap<Uuid, usize> = HashMap::new();
        for case in tasks.iter().filter(|task| task.overdue).filter_map(|task| task.case) {
            *late.entry(case).or_default() += 1;
        }
        found.sort_by_key(|one| std::cmp::Reverse(late.get(&one.case.id).copied().unwrap_or_default()));
        let found: Vec<store::Candidate> = found.into_iter().skip(after).take(SHOWN).collect();
        self.keys().fetch(&found.iter().map(|one| one.case.id).collect::<Vec<Uuid>>()).await?;
        let mut children = Vec::new();
        for store::Candidate { person, case } in found {
            let Some(class) = class_of(&person) else { continue };
            let place = cipher::person_place(case.id, person.id, class);
            let identity: Identity = cipher::open(self.keys(), &place, &person.body).await?;
            let (own, others): (Vec<_>, Vec<_>) =
                tasks.into_iter().partition(|task| task.case == Some(case.id));
            tasks = others;
            children.push(ChildLine { case: self.line(&case), name: identity.name, tasks: own });
        }
        let shown: Vec<Uuid> = children.iter().map(|child| child.case.id).collect();
        let note = Note::of(caller, "case.children", "list", self.now());
        self.write_aside(Note { detail: Some(self.seal_detail(caller.request, &shown)?), ..note }).await?;
        Ok(Children { shown: children, total })
    }
}
