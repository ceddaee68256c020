//! Pages of the worklist.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::words::TaskView;
use super::{Kind, words};
use crate::access::{Action, filter};
use crate::casework::find::{LONGEST_PAGE, PAGE, not_a_cursor};
use crate::casework::rows::NOTHING_DUE;
use crate::casework::time::micros;
use crate::casework::trail::{Caller, Note};
use crate::casework::{CaseworkError, Service};
use crate::law::Reason;
use crate::law::pack::StaffRole;
use crate::record::{Filter, Part, Post, Text};
use crate::store::{self, Desk, StoreError, WorkHit, WorkPage, WorkPlace, WriteSet};

/// What waits for whoever approves.
const DECIDED: [Kind; 2] = [Kind::Approve, Kind::Measure];

/// Whose work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// What this person has to do, and what they have to for whom they stand in.
    #[default]
    Me,
    /// All work of this person's offices, and below them for a supervisor.
    Office,
    /// The same, as far as nobody leads the case.
    Unassigned,
    /// Of the cases of one person, as far as this one may see them.
    Person,
}

/// Which work is asked for.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct WorkQuery {
    /// Whose.
    pub of: Of,
    /// Whose, for `of=person`: the account.
    pub who: Option<Uuid>,
    /// Only of this office, by its code.
    pub office: Option<String>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only what falls due before this moment; for what is overdue, now.
    pub before: Option<DateTime<Utc>>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// Entries on a page, 1 to 100.
    pub limit: Option<i64>,
}

/// A page of work, overdue first, then by when it falls due; what has no date comes last.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TaskPage {
    /// What is to be done.
    pub tasks: Vec<TaskView>,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
}

impl Service {
    /// A page of the worklist. The look is written down, as a count and a hash of what was shown.
    ///
    /// # Errors
    /// `Invalid` for a cursor that this service did not give, a page of another length than 1 to 100, an unknown office
    /// or nobody named for `of=person`; `Denied` for somebody who sees no cases.
    pub async fn worklist(&self, caller: &Caller, query: &WorkQuery) -> Result<TaskPage, CaseworkError> {
        check_length(query)?;
        let (hits, next) = self.work_page(caller, query).await?;
        self.write_look(caller, &Shown::of(query, &hits)).await?;
        Ok(self.in_words(&hits, next))
    }

    /// A page that is part of something else, of which the look is written down.
    pub(in crate::casework) async fn tasks(
        &self,
        caller: &Caller,
        query: &WorkQuery,
    ) -> Result<TaskPage, CaseworkError> {
        let (hits, next) = self.work_page(caller, query).await?;
        Ok(self.in_words(&hits, next))
    }

    fn in_words(&self, hits: &[WorkHit], next: Option<String>) -> TaskPage {
        let words = self.words();
        TaskPage { tasks: hits.iter().map(|hit| words.task(hit)).collect(), next }
    }

    /// The entries of a page, and where the next begins; nothing is written down yet.
    pub(super) async fn work_page(
        &self,
        caller: &Caller,
        query: &WorkQuery,
    ) -> Result<(Vec<WorkHit>, Option<String>), CaseworkError> {
        let limit = query.limit.unwrap_or(PAGE);
        let after = query.cursor.as_deref().map(read_place).transpose()?;
        let viewer = &caller.viewer;
        let filter = match filter(viewer, &self.offices()) {
            Ok(filter) => filter,
            Err(denial) => return Err(self.denied(caller, denial).await),
        };
        let offices = self.offices_asked(query, &filter)?;
        let mut desks = self.desks(caller, query, &offices)?;
        desks.retain(|desk| query.kind.is_none_or(|kind| may_hold(*desk, kind)));
        let page = WorkPage {
            viewer: viewer.account,
            filter: &filter,
            excluded: &!Filter::cases(viewer.excluded.iter().copied().collect()),
            desks: &desks,
            kind: query.kind.map(Kind::as_str),
            before: query.before.map(micros),
            after,
            limit,
        };
        let hits = store::list_work(self.db(), &page).await?;
        let next = match hits.last() {
            Some(WorkHit { work, .. }) if i64::try_from(hits.len()).is_ok_and(|n| n == limit) => {
                Some(cursor_after(&WorkPlace { due_at: work.due_at, case: work.case_id, item: work.item }))
            }
            _ => None,
        };
        Ok((hits, next))
    }

    /// What entries are put into words with.
    pub(super) fn words(&self) -> words::Words<'_> {
        words::Words { packs: self.packs(), offices: self.offices(), now: self.now() }
    }

    /// Writes down that somebody looked at the worklist, with what they were shown, sealed.
    pub(super) async fn write_look(
        &self,
        caller: &Caller,
        shown: &impl Serialize,
    ) -> Result<(), CaseworkError> {
        let detail = self.seal_detail(caller.request, shown)?;
        let note = Note::of(caller, "work.list", "list", self.now());
        self.write_aside(Note { detail: Some(detail), ..note }).await
    }

    /// Says that somebody has seen what was assigned to them.
    ///
    /// # Errors
    /// `NotFound` when it is not theirs or was seen.
    pub async fn seen(&self, caller: &Caller, item: Uuid) -> Result<(), CaseworkError> {
        let note = Note::of(caller, "work.seen", "own", self.now());
        let set = WriteSet {
            writes: vec![store::see_work(item, caller.viewer.account)],
            leaves: vec![Note { detail: Some(self.seal_detail(caller.request, &item)?), ..note }.aside()?],
            ..WriteSet::default()
        };
        match self.change(caller, set).await {
            Err(StoreError::Conflict) => Err(CaseworkError::NotFound),
            done => Ok(done?),
        }
    }

    /// The offices whose lists are asked for: those that the policy lets this person see, or one of them.
    fn offices_asked(&self, query: &WorkQuery, filter: &Filter) -> Result<BTreeSet<Uuid>, CaseworkError> {
        let mut offices = filter.named_offices();
        if let Some(code) = &query.office {
            let office = self.offices().by_code(code).map(|office| office.id);
            offices.retain(|known| Some(*known) == office);
            if offices.is_empty() {
                let text =
                    Text::new("没有这一机关，或其案件不在可见范围", "no such office whose cases you may see");
                return Err(invalid("/office", text));
            }
        }
        Ok(offices)
    }

    /// The desks of which a list is made.
    fn desks(
        &self,
        caller: &Caller,
        query: &WorkQuery,
        offices: &BTreeSet<Uuid>,
    ) -> Result<Vec<Desk>, CaseworkError> {
        let viewer = &caller.viewer;
        Ok(match query.of {
            Of::Office => {
                let all = offices.iter().map(|office| Desk::Cases(Part::Office(*office)));
                all.chain(self.asked_of(caller, query)).collect()
            }
            Of::Unassigned => offices.iter().map(|office| Desk::Cases(Part::Unassigned(*office))).collect(),
            Of::Person => {
                let Some(who) = query.who else {
                    return Err(invalid("/who", Text::new("请写明何人", "say whose")));
                };
                [Post::Lead, Post::Second, Post::SocialWorker]
                    .into_iter()
                    .map(|post| Desk::Cases(Part::Held(post, who)))
                    .chain(DECIDED.map(|kind| Desk::Kind(Part::Held(Post::Approver, who), kind.as_str())))
                    .collect()
            }
            Of::Me => {
                let mut desks = Vec::new();
                // An assignment of somebody for whom they stand in counts as their own.
                for who in std::iter::once(viewer.account).chain(viewer.stands_in_for.iter().copied()) {
                    desks.push(Desk::Personal(who));
                    if viewer.is(StaffRole::Prosecutor) {
                        desks.push(Desk::Cases(Part::Held(Post::Lead, who)));
                        desks.push(Desk::Cases(Part::Held(Post::Second, who)));
                    }
                    if viewer.is(StaffRole::SocialWorker) {
                        desks.push(Desk::Cases(Part::Held(Post::SocialWorker, who)));
                    }
                    if viewer.is(StaffRole::Chief) {
                        let part = Part::Held(Post::Approver, who);
                        desks.extend(DECIDED.map(|kind| Desk::Kind(part, kind.as_str())));
                    }
                }
                for office in viewer.offices(StaffRole::Chief) {
                    desks.extend(DECIDED.map(|kind| Desk::Unclaimed(office, kind.as_str())));
                    desks.push(Desk::Kind(Part::Office(office), Kind::Unassigned.as_str()));
                }
                for office in viewer.offices(StaffRole::Clerk) {
                    for kind in [Kind::Unassigned, Kind::Issue, Kind::Serve] {
                        desks.push(Desk::Kind(Part::Office(office), kind.as_str()));
                    }
                }
                if viewer.is(StaffRole::Supervisor) {
                    for office in offices {
                        for kind in [Kind::Missed, Kind::Complaint, Kind::Breach] {
                            desks.push(Desk::Kind(Part::Office(*office), kind.as_str()));
                        }
                    }
                }
                desks.extend(self.asked_of(caller, query));
                desks
            }
        })
    }

    /// What the gate lets this person answer at an office without reading the case: offers, and reviews.
    fn asked_of(&self, caller: &Caller, query: &WorkQuery) -> Vec<Desk> {
        let named = query.office.as_deref().and_then(|code| self.offices().by_code(code).map(|o| o.id));
        let asked = [(Action::OpenCase, Kind::Transfer), (Action::ReviewEmergency, Kind::Review)];
        asked
            .into_iter()
            .flat_map(|(action, kind)| {
                let offices = self.offices_for(caller, action).into_iter();
                offices.map(move |office| (office, kind))
            })
            .filter(|(office, _)| named.is_none_or(|named| named == *office))
            .map(|(office, kind)| Desk::Asked(office, kind.as_str()))
            .collect()
    }
}

/// What the ledger keeps of a look at the worklist, sealed.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    query: &'a WorkQuery,
    count: usize,
    items: String,
}

impl<'a> Shown<'a> {
    pub(super) fn of(query: &'a WorkQuery, hits: &[WorkHit]) -> Self {
        let mut hash = Sha256::new();
        for hit in hits {
            hash.update(hit.work.item.as_bytes());
        }
        Self { query, count: hits.len(), items: crate::ledger::hex(&hash.finalize()) }
    }
}

/// The cursor of a page that begins after a place.
pub(super) fn cursor_after(place: &WorkPlace) -> String {
    format!("{}.{}.{}", place.due_at, place.case.simple(), place.item.simple())
}

/// The place after which a page begins, from its cursor.
fn read_place(text: &str) -> Result<WorkPlace, CaseworkError> {
    let mut parts = text.splitn(3, '.');
    let mut place = || {
        Some(WorkPlace {
            due_at: parts.next()?.parse().ok()?,
            case: Uuid::try_parse(parts.next()?).ok()?,
            item: Uuid::try_parse(parts.next()?).ok()?,
        })
    };
    place().ok_or_else(not_a_cursor)
}

fn invalid(place: &str, text: Text) -> CaseworkError {
    CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on(place)])
}

/// When an entry falls due, if it does.
pub(super) fn due_of(hit: &WorkHit) -> Option<i64> {
    Some(hit.work.due_at).filter(|due| *due != NOTHING_DUE)
}

/// A page that somebody asks for has a length that one answer can hold.
pub(super) fn check_length(query: &WorkQuery) -> Result<(), CaseworkError> {
    if query.limit.is_none_or(|limit| (1..=LONGEST_PAGE).contains(&limit)) {
        return Ok(());
    }
    Err(invalid("/limit", Text::new("每页为 1 至 100 项", "a page has 1 to 100 entries")))
}

/// Whether there can be work of a kind on a desk: a desk that cannot have any is not asked.
fn may_hold(desk: Desk, kind: Kind) -> bool {
    match desk {
        Desk::Kind(_, only) | Desk::Unclaimed(_, only) | Desk::Asked(_, only) => only == kind.as_str(),
        // What was assigned is for one person alone.
        Desk::Cases(_) => kind != Kind::Assigned,
        Desk::Personal(_) => true,
    }
}
