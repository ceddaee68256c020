//! Who works on a case, now and before.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::notices::Told;
use super::proceed::{Done, Loaded};
use super::request::request_hash;
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::work::{Kind, derive};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::Reason;
use crate::law::lateness::Standard;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, AssignmentRow, CaseRow, WorkRow, WriteSet};

/// A day in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// Most cases in one request.
pub const MOST_AT_ONCE: usize = 100;

/// A place on a case that somebody fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Lead prosecutor.
    Lead,
    /// Second prosecutor.
    Second,
    /// Social worker.
    SocialWorker,
    /// The chief who is to approve.
    Approver,
}

impl Place {
    /// All places.
    pub const ALL: [Self; 4] = [Self::Lead, Self::Second, Self::SocialWorker, Self::Approver];

    /// Name as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Second => "second",
            Self::SocialWorker => "social_worker",
            Self::Approver => "approver",
        }
    }

    /// The role that somebody in this place holds.
    pub(super) const fn role(self) -> StaffRole {
        match self {
            Self::Lead | Self::Second => StaffRole::Prosecutor,
            Self::SocialWorker => StaffRole::SocialWorker,
            Self::Approver => StaffRole::Chief,
        }
    }

    /// The office at which they hold it: that of the case; social workers come from wherever they work.
    pub(super) fn office(self, of_case: Uuid) -> Option<Uuid> {
        (self != Self::SocialWorker).then_some(of_case)
    }

    /// Who fills it.
    pub(super) const fn of(self, row: &CaseRow) -> Option<Uuid> {
        match self {
            Self::Lead => row.lead_id,
            Self::Second => row.second_id,
            Self::SocialWorker => row.social_worker_id,
            Self::Approver => row.approver_id,
        }
    }

    const fn fill(self, row: &mut CaseRow, account: Option<Uuid>) {
        match self {
            Self::Lead => row.lead_id = account,
            Self::Second => row.second_id = account,
            Self::SocialWorker => row.social_worker_id = account,
            Self::Approver => row.approver_id = account,
        }
    }
}

/// Who works on a case from now on; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assignment {
    /// Sign-in name of the lead prosecutor.
    pub lead: Option<String>,
    /// Sign-in name of the second prosecutor.
    pub second: Option<String>,
    /// Sign-in name of the social worker.
    pub social_worker: Option<String>,
    /// Sign-in name of the chief who is to approve.
    pub approver: Option<String>,
    /// Places that nobody fills from now on.
    pub end: Vec<Place>,
}

impl Assignment {
    fn login(&self, place: Place) -> Option<&str> {
        match place {
            Place::Lead => self.lead.as_deref(),
            Place::Second => self.second.as_deref(),
            Place::SocialWorker => self.social_worker.as_deref(),
            Place::Approver => self.approver.as_deref(),
        }
    }
}

/// Who works on one of several cases.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseAssignment {
    /// The case.
    pub case: Uuid,
    /// Who works on it.
    pub assignment: Assignment,
}

/// Who filled a place, from when until when.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AssignmentView {
    /// The place.
    pub place: String,
    /// Who.
    pub account: Uuid,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; none while it goes on.
    pub until: Option<DateTime<Utc>>,
    /// Who assigned them; none where the service cannot tell.
    pub by: Option<Uuid>,
    /// Who ended it.
    pub ended_by: Option<Uuid>,
}

impl Service {
    /// Assigns a case: prosecutors, chief and case management of its office may, and supervisors of it or one above. What is so already is done.
    ///
    /// # Errors
    /// As [`Service::proceed`]; `Invalid` for an account that is unknown, has not the role, or is kept away from the case.
    pub async fn assign(
        &self,
        caller: &Caller,
        case: Uuid,
        expected: Option<i64>,
        assignment: &Assignment,
    ) -> Result<Done, CaseworkError> {
        let body = request_hash(case, assignment)?;
        let _turn = self.turn(case).await;
        match self.assign_once(caller, case, expected, assignment, body).await {
            Err(error) => self.replay_or(caller, body, error).await,
            done => done,
        }
    }

    /// Assigns several cases, each for itself: what stands against one does not hold up the others.
    ///
    /// # Errors
    /// `Invalid` for more than [`MOST_AT_ONCE`].
    pub async fn assign_many(
        &self,
        caller: &Caller,
        items: &[CaseAssignment],
    ) -> Result<Vec<(Uuid, Result<Done, CaseworkError>)>, CaseworkError> {
        if items.is_empty() || items.len() > MOST_AT_ONCE {
            let text = Text::new(
                format!("每次 1 至 {MOST_AT_ONCE} 件"),
                format!("1 to {MOST_AT_ONCE} cases at a time"),
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/items")]));
        }
        // One key cannot stand for several changes; an assignment that is there already is done without one.
        let caller = Caller { idempotency_key: None, ..caller.clone() };
        let mut done = Vec::with_capacity(items.len());
        for item in items {
            done.push((item.case, self.assign(&caller, item.case, None, &item.assignment).await));
        }
        Ok(done)
    }

    /// Who works on a case, and who did before, oldest first.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn assignments(
        &self,
        caller: &Caller,
        case: Uuid,
    ) -> Result<Vec<AssignmentView>, CaseworkError> {
        self.look(caller, case, "case.assignments").await?;
        let rows = store::assignments_of(self.db(), case).await?;
        Ok(rows
            .into_iter()
            .map(|row| AssignmentView {
                place: row.place,
                account: row.account_id,
                from: from_micros(row.from_at),
                until: row.until_at.map(from_micros),
                by: row.by_id,
                ended_by: row.ended_by,
            })
            .collect())
    }

    async fn assign_once(
        &self,
        caller: &Caller,
        case: Uuid,
        expected: Option<i64>,
        assignment: &Assignment,
        body: [u8; 32],
    ) -> Result<Done, CaseworkError> {
        let loaded = self.load(caller, case, Action::Assign).await?;
        if expected.is_some_and(|version| version != loaded.row.version) {
            return Err(CaseworkError::Conflict { current: loaded.row.version });
        }
        // Who drafts does not choose who approves.
        let chooses = [StaffRole::Chief, StaffRole::Clerk, StaffRole::Supervisor]
            .iter()
            .any(|r| loaded.permit.roles().contains(r));
        if !chooses && (assignment.approver.is_some() || assignment.end.contains(&Place::Approver)) {
            return Err(CaseworkError::NotPermitted { rule: "assign-approver" });
        }
        let mut wanted = Vec::new();
        for place in Place::ALL {
            if let Some(login) = assignment.login(place) {
                wanted.push((place, Some(self.fit_for(&loaded.row, place, login).await?)));
            } else if assignment.end.contains(&place) {
                wanted.push((place, None));
            }
        }
        self.place(caller, loaded, &wanted, "case.assign", Vec::new(), Some(body)).await
    }

    /// Fills places on a case, in one change with what else belongs to it. What is so already is no change.
    pub(super) async fn place(
        &self,
        caller: &Caller,
        loaded: Loaded,
        wanted: &[(Place, Option<Uuid>)],
        act: &str,
        mut sides: Vec<store::Side>,
        body: Option<[u8; 32]>,
    ) -> Result<Done, CaseworkError> {
        let Loaded { mut row, file, permit, pack, .. } = loaded;
        let at = micros(self.now());
        let before = store::assignments_of(self.db(), row.id).await?;
        let (mut assignments, mut work) = (Vec::new(), Vec::new());
        let led = row.lead_id.is_some();
        let mut note = Note::under(caller, act, &permit, self.now());
        for (place, account) in wanted {
            if place.of(&row) == *account {
                continue;
            }
            let ending = before.iter().filter(|a| a.place == place.as_str() && a.until_at.is_none());
            assignments.extend(ending.map(|a| AssignmentRow {
                until_at: Some(at),
                ended_by: Some(caller.viewer.account),
                ..a.clone()
            }));
            work.extend(ending_work(&before, *place, &row));
            if let Some(account) = account {
                let begins = self.begins(row.id, *place, *account, Some(caller.viewer.account));
                if *account != caller.viewer.account {
                    work.push(beginning_work(&begins, row.office_id));
                    sides.extend(self.tell(vec![*account], Told::Assigned, Some(row.id), begins.id));
                }
                assignments.push(begins);
                note = note.with(place.as_str(), *account);
            }
            place.fill(&mut row, *account);
        }
        if led != row.lead_id.is_some() {
            work.push(derive::unassigned(&row, pack.zone, at));
        }
        let clash = row.lead_id.is_some() && row.lead_id == row.second_id
            || row.approver_id.is_some_and(|a| Some(a) == row.lead_id || Some(a) == row.second_id);
        if clash {
            let text = Text::new(
                "承办人、协办人和审批人应为不同的人",
                "lead, second and approver are different persons",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text)]));
        }
        let unchanged = assignments.is_empty() && sides.is_empty();
        if !unchanged {
            row.version += 1;
            row.updated_at = at;
        }
        let done = Done {
            case: row.id,
            version: row.version,
            entry: file.seq,
            standing: file.states,
            warnings: Vec::new(),
        };
        if unchanged {
            return Ok(done);
        }
        let leaf = Self::link(&mut row, note)?;
        let idempotency = match body {
            Some(body) => self.idempotency(caller, row.id, body, &done).await?,
            None => None,
        };
        let set = WriteSet {
            idempotency,
            update: Some(row),
            work,
            assignments,
            sides,
            leaves: vec![leaf],
            ..WriteSet::default()
        };
        self.change(caller, set).await?;
        Ok(done)
    }

    /// The assignments with which a case is opened.
    pub(super) fn first_assignments(&self, row: &CaseRow, by: Uuid) -> Vec<AssignmentRow> {
        Place::ALL
            .into_iter()
            .filter_map(|place| Some(self.begins(row.id, place, place.of(row)?, Some(by))))
            .collect()
    }

    fn begins(&self, case: Uuid, place: Place, account: Uuid, by: Option<Uuid>) -> AssignmentRow {
        AssignmentRow {
            id: self.new_id(),
            case_id: case,
            place: place.as_str().to_owned(),
            account_id: account,
            from_at: micros(self.now()),
            until_at: None,
            by_id: by,
            ended_by: None,
        }
    }

    /// Those who were assigned to a case once and are no more.
    pub(super) async fn left(&self, row: &CaseRow) -> Result<Vec<Uuid>, CaseworkError> {
        let rows = store::assignments_of(self.db(), row.id).await?;
        let now = super::read::scope(row);
        let left = rows.into_iter().map(|a| a.account_id).filter(|id| now.assigned().all(|a| a != *id));
        Ok(left.collect())
    }

    /// The account with this sign-in name, if it may fill a place on a case.
    pub(super) async fn fit_for(
        &self,
        row: &CaseRow,
        place: Place,
        login: &str,
    ) -> Result<Uuid, CaseworkError> {
        let unfit = || CaseworkError::Invalid(vec![not_fit(place)]);
        let account = self.account_named(login).await?.ok_or_else(unfit)?.id;
        if !self.holds(account, place.role(), place.office(row.office_id)).await? {
            return Err(unfit());
        }
        if store::is_excluded(self.db(), row.id, account).await? {
            let text = Text::new(
                "此人因利益冲突应当回避本案",
                "a conflict of interest keeps this person away from the case",
            );
            let reason = Reason::engine("CONFLICT_OF_INTEREST", text).on(format!("/{}", place.as_str()));
            return Err(CaseworkError::Invalid(vec![reason]));
        }
        Ok(account)
    }
}

/// That somebody who was assigned sees it: for them alone, until they say so.
fn beginning_work(begins: &AssignmentRow, office: Uuid) -> WorkRow {
    let due = begins.from_at.saturating_add(i64::from(Standard::Noticing.days()).saturating_mul(DAY));
    let row = Kind::Assigned.about(begins.id, begins.case_id, office, begins.from_at, Some(due));
    WorkRow { for_id: Some(begins.account_id), part: begins.place.clone(), ..row }
}

/// The same of an assignment that ends: there is nothing more to see.
fn ending_work(before: &[AssignmentRow], place: Place, row: &CaseRow) -> Vec<WorkRow> {
    let ending = before.iter().filter(|a| a.place == place.as_str() && a.until_at.is_none());
    ending.map(|a| WorkRow { open: 0, ..beginning_work(a, row.office_id) }).collect()
}

/// Somebody cannot fill a place.
pub(super) fn not_fit(place: Place) -> Reason {
    let text = Text::new(
        "没有这一账号，或其在本案办案机关没有相应角色",
        "there is no such account, or it has not the role at the office of the case",
    );
    Reason::engine("ACCOUNT_UNKNOWN", text).on(format!("/{}", place.as_str()))
}
