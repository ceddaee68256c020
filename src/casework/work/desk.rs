//! The worklist as a person begins the day with it: what waits for a word of theirs first, then what falls due.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use super::list::{Shown, check_length, cursor_after};
use super::{Kind, Of, TaskView, WorkQuery};
use crate::access::{Action, permit};
use crate::casework::find::head_scope;
use crate::casework::people::Identity;
use crate::casework::time::micros;
use crate::casework::trail::Caller;
use crate::casework::{CaseworkError, Service, cipher};
use crate::law::pack::StaffRole;
use crate::store::{self, WorkHit, WorkPlace};
use crate::vault::{Class, short_name};

/// Entries of one of the kinds that come first.
const FIRST: i64 = 20;
/// Other entries on a page.
const REST: i64 = 40;
/// Late entries that are looked through, and of which so many are shown: what is due today has to be seen too.
const LATE: i64 = 100;
const LATE_SHOWN: usize = 20;

/// A desk, and whose children are on it.
#[derive(Clone, Debug)]
pub struct DeskView {
    /// Decisions that wait for approval, soonest due first; empty on later pages.
    pub approvals: Vec<TaskView>,
    /// Cases that were assigned or are offered; empty on later pages.
    pub new: Vec<TaskView>,
    /// Everything else, soonest due first.
    pub rest: Vec<TaskView>,
    /// There is more that is late than `rest` has of it.
    pub more_late: bool,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
    /// The child of each case that this person may read, by surname alone.
    pub children: BTreeMap<Uuid, String>,
}

/// What the ledger keeps of it, sealed: what was shown, and whose surname.
#[derive(Serialize)]
struct Seen<'a> {
    #[serde(flatten)]
    shown: Shown<'a>,
    children: Vec<Uuid>,
}

impl Service {
    /// A page of the worklist as people read it. The look is written down with the cases whose child it named.
    ///
    /// # Errors
    /// As [`Service::worklist`].
    pub async fn desk(&self, caller: &Caller, query: &WorkQuery) -> Result<DeskView, CaseworkError> {
        check_length(query)?;
        let of_kind = |kind: Kind| WorkQuery { kind: Some(kind), limit: Some(FIRST), ..query.clone() };
        let (mut approvals, mut new) = (Vec::new(), Vec::new());
        // A list of one kind or until a moment has nothing to put first.
        let whole = query.kind.is_none() && query.before.is_none();
        let begins = whole && query.cursor.is_none();
        if begins {
            approvals = self.work_page(caller, &of_kind(Kind::Approve)).await?.0;
            for kind in [Kind::Assigned, Kind::Transfer] {
                new.extend(self.work_page(caller, &of_kind(kind)).await?.0);
            }
        }
        let (now, words) = (self.now(), self.words());
        let (mut late, mut more_late) = (Vec::new(), false);
        let mut asked = WorkQuery { limit: query.limit.or(Some(REST)), ..query.clone() };
        if begins {
            let until = WorkQuery { before: Some(now), limit: Some(LATE), ..query.clone() };
            let (over, next) = self.work_page(caller, &until).await?;
            (late, more_late) = (over, next.is_some());
            let now = WorkPlace { due_at: micros(now), case: Uuid::nil(), item: Uuid::nil() };
            asked.cursor = Some(cursor_after(&now));
        }
        let (mut rest, next) = self.work_page(caller, &asked).await?;
        if whole {
            // Broken rights are looked into from above; whoever leads a case finds them there.
            let from_above = query.of == Of::Me && !caller.viewer.is(StaffRole::Supervisor);
            let keeps = |hit: &WorkHit| match Kind::named(&hit.work.kind) {
                Some(Kind::Approve | Kind::Assigned | Kind::Transfer) => false,
                Some(Kind::Breach) => !from_above,
                _ => true,
            };
            late.retain(keeps);
            rest.retain(keeps);
            // What others are late with takes no place from what is late here.
            let (mut others, own): (Vec<_>, Vec<_>) =
                late.into_iter().partition(|hit| words.task(hit).of_others);
            late = own;
            more_late |= late.len() > LATE_SHOWN;
            late.truncate(LATE_SHOWN);
            others.truncate(LATE_SHOWN);
            late.append(&mut others);
        }
        late.append(&mut rest);
        let rest = late;
        let all: Vec<WorkHit> = [&approvals, &new, &rest].into_iter().flatten().cloned().collect();
        let children = self.children_of(caller, &all).await?;
        let seen = Seen { shown: Shown::of(query, &all), children: children.keys().copied().collect() };
        self.write_look(caller, &seen).await?;
        let tasks = |hits: &[WorkHit]| hits.iter().map(|hit| words.task(hit)).collect();
        let (approvals, new, rest) = (tasks(&approvals), tasks(&new), tasks(&rest));
        Ok(DeskView { approvals, new, rest, more_late, next, children })
    }

    /// The children's surnames, of the cases that this person may read.
    async fn children_of(
        &self,
        caller: &Caller,
        hits: &[WorkHit],
    ) -> Result<BTreeMap<Uuid, String>, CaseworkError> {
        let offices = self.offices();
        let readable = |hit: &&WorkHit| {
            permit(&caller.viewer, Action::ReadCase, &head_scope(&hit.case), &offices).is_ok()
        };
        let cases: BTreeSet<Uuid> = hits.iter().filter(readable).map(|hit| hit.case.id).collect();
        let cases: Vec<Uuid> = cases.into_iter().collect();
        self.keys().fetch(&cases).await?;
        let mut children = BTreeMap::new();
        // Oldest first: the last correction stays.
        for row in store::children_of(self.db(), &cases).await? {
            let place = cipher::person_place(row.case_id, row.id, Class::Identity);
            let identity: Identity = cipher::open(self.keys(), &place, &row.body).await?;
            children.insert(row.case_id, short_name(&identity.name));
        }
        Ok(children)
    }
}
