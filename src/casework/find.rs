//! Lists of cases and search by name or number.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cipher;
use super::people::Identity;
use super::rows::NOTHING_DUE;
use super::time::from_micros;
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::{Action, CaseScope, permit};
use crate::law::Reason;
use crate::law::expr::Region;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, Candidate, CaseHead, ListScope, PersonRow};
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
    /// Cases that this person leads, or supports as social worker.
    #[default]
    Mine,
    /// Cases of this person's office, and below it for a supervisor.
    Office,
}

/// What to search for; one of the two.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    /// Full name, in characters or in pinyin.
    pub name: Option<String>,
    /// Exact identity number.
    pub id_number: Option<String>,
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
        let scope = self.list_scope(caller, which)?;
        let after = cursor.map(read_cursor).transpose()?;
        let limit = limit.unwrap_or(PAGE);
        if !(1..=LONGEST_PAGE).contains(&limit) {
            let text = Text::new("每页为 1 至 100 件", "a page has 1 to 100 cases");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/limit")]));
        }
        let rows = store::list_cases(self.db(), &scope, after, limit).await?;
        let next = match rows.last() {
            Some(last) if i64::try_from(rows.len()).is_ok_and(|n| n == limit) => {
                Some(format!("{}.{}", last.next_due, last.id.simple()))
            }
            _ => None,
        };
        let note = Note::of(caller, "case.list", "list", self.now());
        self.write_aside(note).await?;
        Ok(CasePage { cases: rows.iter().map(|row| self.line(row)).collect(), next })
    }

    fn list_scope(&self, caller: &Caller, which: Worklist) -> Result<ListScope, CaseworkError> {
        let viewer = &caller.viewer;
        let staff = [StaffRole::Prosecutor, StaffRole::Chief, StaffRole::Clerk];
        match which {
            Worklist::Mine if viewer.is(StaffRole::Prosecutor) => Ok(ListScope::Lead(viewer.account)),
            Worklist::Mine if viewer.is(StaffRole::SocialWorker) => {
                Ok(ListScope::SocialWorker(viewer.account))
            }
            _ => {
                let tree = self.offices();
                let mut offices: Vec<Uuid> = staff.iter().flat_map(|role| viewer.offices(*role)).collect();
                offices.extend(viewer.offices(StaffRole::Supervisor).flat_map(|top| tree.subtree(top)));
                offices.sort();
                offices.dedup();
                if offices.is_empty() {
                    return Err(CaseworkError::NotPermitted { rule: "no-role" });
                }
                Ok(ListScope::Offices(offices))
            }
        }
    }

    /// Finds cases by a person's full name or identity number. Only cases that this person may read are named.
    ///
    /// # Errors
    /// `Invalid` when there is nothing to search for.
    pub async fn find(&self, caller: &Caller, query: &Query) -> Result<Vec<Hit>, CaseworkError> {
        let index = self.keys().keyring().blind_index();
        let (probes, wanted): (_, Wanted<'_>) = match (&query.name, &query.id_number) {
            (Some(name), None) if normalise(name).chars().count() >= 2 => {
                (index.probe_name(name), Wanted::Name(name))
            }
            (None, Some(number)) if !number.trim().is_empty() => {
                (index.probe_id_number(number), Wanted::Number(number))
            }
            _ => {
                let text = Text::new(
                    "请填写完整姓名或身份证号码之一",
                    "give either a full name or an identity number",
                );
                return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_MISSING", text).on("/name")]));
            }
        };
        let mut found = store::candidates(self.db(), &probes, false).await?;
        let offices = self.offices();
        // Nothing is opened of a case that this person may not read.
        found.retain(|c| permit(&caller.viewer, Action::ReadCase, &head_scope(&c.case), &offices).is_ok());
        self.keys().fetch(&found.iter().map(|c| c.case.id).collect::<Vec<_>>()).await?;
        let mut hits = Vec::new();
        for candidate in found {
            hits.extend(self.hit(candidate, &wanted).await?);
        }
        let note = Note::of(caller, "case.search", "search", self.now());
        self.write_aside(note).await?;
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
            overdue: due.is_some_and(|due| due <= self.now()),
            awaiting_approval: row.awaiting_approval,
            lead: row.lead_id,
            version: row.version,
        }
    }
}

/// The class under which a person is kept.
fn class_of(person: &PersonRow) -> Option<Class> {
    i16::try_from(person.class).ok().and_then(Class::from_code)
}

/// What of a case decides about access, from what a list shows of it.
fn head_scope(head: &CaseHead) -> CaseScope {
    CaseScope {
        case: head.id,
        office: head.office_id,
        lead: head.lead_id,
        second: head.second_id,
        social_worker: head.social_worker_id,
        sealed: head.sealed != 0,
    }
}

enum Wanted<'a> {
    Name(&'a str),
    Number(&'a str),
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
        }
    }
}

pub(super) fn read_cursor(text: &str) -> Result<(i64, Uuid), CaseworkError> {
    text.split_once('.')
        .and_then(|(due, id)| Some((due.parse().ok()?, Uuid::try_parse(id).ok()?)))
        .ok_or_else(|| {
            let text = Text::new("翻页标记无效", "this cursor is not one that the service gave");
            CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/cursor")])
        })
}
