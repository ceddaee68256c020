//! Lists of cases and search by name or number.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use uuid::Uuid;

use super::cipher;
use super::people::Identity;
use super::rows::NOTHING_DUE;
use super::time::from_micros;
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::{Action, CaseScope, Resource, filter, permit};
use crate::law::Reason;
use crate::law::expr::Region;
use crate::law::lateness::is_over;
use crate::law::pack::StaffRole;
use crate::record::{Filter, Part, Post, Text};
use crate::store::{self, Candidate, CaseHead, PersonRow, WriteSet};
use crate::vault::{Class, name_matches, normalise};

/// Cases on one page unless asked otherwise.
pub const PAGE: i64 = 25;
/// Most cases on one page.
pub const LONGEST_PAGE: i64 = 100;

/// A case in a list: nothing that identifies the child.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CaseLine {
    /// Identity.
    pub id: Uuid,
    /// Number.
    pub case_no: String,
    /// Pack.
    pub pack: String,
    /// State of the proceeding.
    pub state: String,
    /// In words.
    pub state_name: Text,
    /// State of liberty.
    pub measure: String,
    /// In words.
    pub measure_name: Text,
    /// Marks.
    pub marks: Vec<String>,
    /// Next clock that falls due.
    pub next_clock: Option<String>,
    /// Its name.
    pub next_clock_name: Option<Text>,
    /// When.
    pub next_due: Option<DateTime<Utc>>,
    /// Whether that moment has passed.
    pub overdue: bool,
    /// Decisions that wait for approval.
    pub awaiting_approval: i64,
    /// Lead prosecutor.
    pub lead: Option<Uuid>,
    /// Version.
    pub version: i64,
}

/// A page of cases.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CasePage {
    /// Cases, soonest due first.
    pub cases: Vec<CaseLine>,
    /// Where the next page begins; none after the last.
    pub next: Option<String>,
}

/// Which list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Worklist {
    /// Cases to which this person is assigned, or somebody for whom they stand in.
    #[default]
    Mine,
    /// Cases of this person's office, and below it for a supervisor.
    Office,
    /// The same, as far as nobody leads them.
    Unassigned,
}

/// What to search for; one of the three.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// Full name, in characters or in pinyin.
    pub name: Option<String>,
    /// Exact identity number.
    pub id_number: Option<String>,
    /// The case's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_no: Option<String>,
}

/// A case found by a person's name or number.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Hit {
    /// The case.
    #[serde(flatten)]
    pub case: CaseLine,
    /// Role of the person found.
    pub kind: String,
    /// Name of the person found.
    pub name: String,
}

impl Service {
    /// A page of a worklist, soonest due first.
    ///
    /// # Errors
    /// `Invalid` for a cursor that this service did not give or a page of another length than 1 to 100; `NotPermitted` for somebody who sees no cases.
    pub async fn list(
        &self,
        caller: &Caller,
        which: Worklist,
        cursor: Option<&str>,
        limit: Option<i64>,
    ) -> Result<CasePage, CaseworkError> {
        let (filter, parts) = self.list_scope(caller, which).await?;
        let after = cursor.map(read_cursor).transpose()?;
        let limit = limit.unwrap_or(PAGE);
        if !(1..=LONGEST_PAGE).contains(&limit) {
            let text = Text::new("每页为 1 至 100 件", "a page has 1 to 100 cases");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/limit")]));
        }
        let rows = store::list_cases(self.db(), &filter, &parts, after, limit).await?;
        let next = match rows.last() {
            Some(last) if i64::try_from(rows.len()).is_ok_and(|n| n == limit) => {
                Some(format!("{}.{}", last.next_due, last.id.simple()))
            }
            _ => None,
        };
        let detail = self.seal_detail(caller.request, &Listed::of(which, rows.iter().map(|row| row.id)))?;
        let note = Note::of(caller, "case.list", "list", self.now());
        self.write_aside(Note { detail: Some(detail), ..note }).await?;
        Ok(CasePage { cases: rows.iter().map(|row| self.line(row)).collect(), next })
    }

    /// What the policy lets this person see in lists, and the parts of which the worklist is made.
    async fn list_scope(
        &self,
        caller: &Caller,
        which: Worklist,
    ) -> Result<(Arc<Filter>, Vec<Part>), CaseworkError> {
        let viewer = &caller.viewer;
        let filter = match filter(viewer, &self.offices()) {
            Ok(filter) => filter,
            Err(denial) => return Err(self.denied(caller, denial).await),
        };
        // An assignment of somebody for whom they stand in counts as their own.
        let own = || std::iter::once(viewer.account).chain(viewer.stands_in_for.iter().copied());
        let mut parts: Vec<Part> = Vec::new();
        if which == Worklist::Mine {
            let posts = [
                (StaffRole::Prosecutor, [Post::Lead, Post::Second, Post::Approver].as_slice()),
                (StaffRole::SocialWorker, &[Post::SocialWorker]),
            ];
            for (role, posts) in posts {
                if viewer.is(role) {
                    parts.extend(posts.iter().flat_map(|post| own().map(|who| Part::Held(*post, who))));
                }
            }
        }
        if parts.is_empty() {
            let part = if which == Worklist::Unassigned { Part::Unassigned } else { Part::Office };
            parts.extend(filter.named_offices().into_iter().map(part));
        }
        if parts.is_empty() {
            return Err(CaseworkError::NotPermitted { rule: "no-role" });
        }
        Ok((filter, parts))
    }

    /// Finds cases by a person's full name, identity number or by their own number. Only cases that this person may read are named.
    ///
    /// # Errors
    /// `Invalid` when there is nothing to search for.
    pub async fn find(&self, caller: &Caller, query: &Query) -> Result<Vec<Hit>, CaseworkError> {
        let asked = self.ask(caller, Action::FindPerson, Resource::Service).await?;
        let index = self.keys().keyring().blind_index();
        let (mut found, wanted): (_, Wanted<'_>) = match (&query.name, &query.id_number, &query.case_no) {
            (Some(name), None, None) if normalise(name).chars().count() >= 2 => {
                (store::candidates(self.db(), &index.probe_name(name), false).await?, Wanted::Name(name))
            }
            (None, Some(number), None) if !number.trim().is_empty() => (
                store::candidates(self.db(), &index.probe_id_number(number), false).await?,
                Wanted::Number(number),
            ),
            (None, None, Some(number)) if !number.trim().is_empty() => {
                (store::child_of_numbered(self.db(), number.trim()).await?, Wanted::Child)
            }
            _ => {
                let text = Text::new(
                    "请填写完整姓名、身份证号码、案号之一",
                    "give a full name, an identity number or a case number",
                );
                return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_MISSING", text).on("/name")]));
            }
        };
        let offices = self.offices();
        // Nothing is opened of a case that this person may not read.
        found.retain(|c| permit(&caller.viewer, Action::ReadCase, &head_scope(&c.case), &offices).is_ok());
        self.keys().fetch(&found.iter().map(|c| c.case.id).collect::<Vec<_>>()).await?;
        let mut hits = Vec::new();
        for candidate in found {
            hits.extend(self.hit(candidate, &wanted).await?);
        }
        let detail = self.seal_detail(caller.request, &Sought { query, hits: hits.len() })?;
        let note = Note::of(caller, "case.search", asked.rule(), self.now());
        let mut leaves = vec![Note { detail: Some(detail), ..note }.aside()?];
        // Whoever finds a child has seen the name: it counts among those who looked at the file.
        let mut found: Vec<Uuid> = hits.iter().map(|hit: &Hit| hit.case.id).collect();
        found.sort();
        found.dedup();
        for case in found {
            let note = Note::of(caller, "case.found", asked.rule(), self.now());
            leaves.push(Note { case: Some(case), ..note }.aside()?);
        }
        store::commit(self.db(), WriteSet { leaves, ..WriteSet::default() }).await?;
        Ok(hits)
    }

    /// The person as a hit, if it is who was looked for.
    async fn hit(
        &self,
        Candidate { person, case }: Candidate,
        wanted: &Wanted<'_>,
    ) -> Result<Option<Hit>, CaseworkError> {
        let Some(class) = class_of(&person) else { return Ok(None) };
        let identity: Identity =
            cipher::open(self.keys(), &cipher::person_place(case.id, person.id, class), &person.body).await?;
        // The index may point at a person who only shares the tag.
        if !wanted.is(&identity) {
            return Ok(None);
        }
        Ok(Some(Hit { case: self.line(&case), kind: person.kind, name: identity.name }))
    }

    /// A case as a line of a list.
    pub(super) fn line(&self, row: &CaseHead) -> CaseLine {
        let pack = self.packs().pinned(&row.pack_id, &row.pack_version);
        let name =
            |region, id: &str| pack.and_then(|p| p.state_name(region, id)).cloned().unwrap_or_default();
        let due = (row.next_due != NOTHING_DUE).then(|| from_micros(row.next_due));
        CaseLine {
            id: row.id,
            case_no: row.case_no.clone(),
            pack: row.pack_id.clone(),
            state: row.main.clone(),
            state_name: name(Region::Main, &row.main),
            measure: row.measure.clone(),
            measure_name: name(Region::Measure, &row.measure),
            marks: row.marks.split_whitespace().map(str::to_owned).collect(),
            next_clock: row.next_clock.clone(),
            next_clock_name: row
                .next_clock
                .as_deref()
                .and_then(|id| pack.and_then(|p| p.clocks.find(id)))
                .map(|clock| clock.name.clone()),
            next_due: due,
            overdue: due.is_some_and(|due| is_over(due, self.now())),
            awaiting_approval: row.awaiting_approval,
            lead: row.lead_id,
            version: row.version,
        }
    }
}

/// What the ledger keeps of a list, sealed: which, how many cases, and the hash of their identities in order.
#[derive(Serialize)]
struct Listed {
    list: Worklist,
    count: usize,
    cases: String,
}

impl Listed {
    fn of(list: Worklist, cases: impl Iterator<Item = Uuid>) -> Self {
        let mut hash = Sha256::new();
        let mut count = 0;
        for case in cases {
            hash.update(case.as_bytes());
            count += 1;
        }
        Self { list, count, cases: crate::ledger::hex(&hash.finalize()) }
    }
}

/// What the ledger keeps of a search, sealed.
#[derive(Serialize)]
struct Sought<'a> {
    query: &'a Query,
    hits: usize,
}

/// The class under which a person is kept.
pub(super) fn class_of(person: &PersonRow) -> Option<Class> {
    i16::try_from(person.class).ok().and_then(Class::from_code)
}

/// What of a case decides about access, from what a list shows of it.
pub(super) fn head_scope(head: &CaseHead) -> CaseScope {
    CaseScope {
        case: head.id,
        lead: head.lead_id,
        second: head.second_id,
        social_worker: head.social_worker_id,
        approver: head.approver_id,
        sealed: head.sealed != 0,
        handed_over: head.handed_over != 0,
        ..CaseScope::at(head.office_id)
    }
}

enum Wanted<'a> {
    Name(&'a str),
    Number(&'a str),
    /// The child of a case that was asked for by its number, whatever the child's name.
    Child,
}

impl Wanted<'_> {
    fn is(&self, identity: &Identity) -> bool {
        match self {
            Self::Name(query) => {
                name_matches(query, &identity.name)
                    || identity.also_known_as.iter().any(|n| name_matches(query, n))
            }
            Self::Number(number) => {
                identity.id_number.as_deref().is_some_and(|n| normalise(n) == normalise(number))
            }
            Self::Child => true,
        }
    }
}

pub(super) fn read_cursor(text: &str) -> Result<(i64, Uuid), CaseworkError> {
    text.split_once('.')
        .and_then(|(due, id)| Some((due.parse().ok()?, Uuid::try_parse(id).ok()?)))
        .ok_or_else(not_a_cursor)
}

pub(super) fn not_a_cursor() -> CaseworkError {
    let text = Text::new("翻页标记无效", "this cursor is not one that the service gave");
    CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/cursor")])
}
