//! An outside body asks about a person.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::{nothing_to_provide, required, to_the_beat};
use crate::access::Action;
use crate::casework::time::{from_micros, instant, legal, micros};
use crate::casework::trail::{Caller, Note};
use crate::casework::{CaseworkError, Service};
use crate::law::floor::Act;
use crate::law::pack::StaffRole;
use crate::law::{Reason, asks};
use crate::record::Text;
use crate::store::{self, GrantRow, QueryRow, WriteSet};
use crate::vault::{DomainPlace, Wiped, check_resident_id};

/// Longest time for which an allowed query lets somebody read, in days.
const LONGEST_TERM: i64 = 30;
/// Queries on one page.
const PAGE: i64 = 50;
const PENDING: &str = "pending";
const ALLOWED: &str = "allowed";
const REFUSED: &str = "refused";
const LAPSED: &str = "lapsed";

/// On what an outside body bases its query (CPL 286; R 484; SM22 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A justice organ needs it for a case.
    JusticeCase,
    /// A unit asks under a national rule.
    NationalRule,
    /// Neither; it is entered all the same, and refused.
    None,
}

/// The application of an outside body. It names a person, not a case.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuery {
    /// The pack whose periods hold, for example `cn-procuratorate`.
    pub pack: String,
    /// Code of the office that is asked; may be left out by somebody who works at one office only.
    #[serde(default)]
    pub office: Option<String>,
    /// Who asks: the unit and who came for it.
    pub applicant: String,
    /// On what basis.
    pub basis: Basis,
    /// The national rule or the case relied on.
    #[serde(default)]
    pub rule_cited: String,
    /// What for, and how much of it.
    pub purpose: String,
    /// Full name of the person asked about.
    pub name: String,
    /// Identity number of that person.
    #[serde(default)]
    pub id_number: Option<String>,
    /// Number of the unit's letter.
    pub letter: String,
    /// Whether the application is in writing.
    pub written_application: bool,
    /// Whether the identity of who came was verified.
    pub person_verified: bool,
    /// Whether the undertaking of confidentiality is signed.
    pub undertaking_signed: bool,
}

/// What is decided about a query.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryDecision {
    /// Whether it is allowed.
    pub allow: bool,
    /// Written grounds.
    pub grounds: String,
    /// Sign-in names of the records staff who may read what there is, if it is allowed.
    #[serde(default)]
    pub readers: Vec<String>,
    /// For how many days, at most 30.
    #[serde(default)]
    pub days: i64,
}

/// A query as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct QueryView {
    /// Identity.
    pub id: Uuid,
    /// Office.
    pub office: Uuid,
    /// `pending`, `allowed`, `refused`, or `lapsed` when nobody decided it in time, which is a refusal.
    pub state: String,
    /// When it was entered.
    pub asked_at: DateTime<Utc>,
    /// By when it must be decided.
    pub due_at: DateTime<Utc>,
    /// The longest time that the law leaves for it in any case.
    pub cap_at: DateTime<Utc>,
    /// What was asked.
    pub application: NewQuery,
    /// Written grounds of the decision.
    pub grounds: Option<String>,
    /// The answer to the outside body; the same whether a record exists or not.
    pub answer: Option<Text>,
    /// Until when who is named may read.
    pub until: Option<DateTime<Utc>>,
    /// The sealed cases of that person; for those only who are named in an allowed query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cases: Option<Vec<Uuid>>,
}

/// What is kept of a decision.
#[derive(Serialize, Deserialize)]
struct Decided {
    grounds: String,
    readers: Vec<Uuid>,
}

fn body_place(query: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: query, table: "record_query", column: "body", kind: "json" }
}

fn decision_place(query: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: query, table: "record_query", column: "decision", kind: "json" }
}

impl Service {
    /// Enters a query of an outside body. Nothing is looked up.
    ///
    /// # Errors
    /// `Elsewhere` in any process but the sealer; `NotPermitted` for anybody but records staff; `Invalid`.
    pub async fn ask_record(&self, caller: &Caller, new: &NewQuery) -> Result<QueryView, CaseworkError> {
        self.keys().sealed_keyring()?;
        let office_id = self.office_of(caller, new.office.as_deref())?;
        let permit = self.for_records(caller, Action::RegisterQuery, office_id)?;
        let mut reasons: Vec<Reason> = [
            required(&new.applicant, "/applicant", 200),
            required(&new.purpose, "/purpose", 2_000),
            required(&new.name, "/name", 100),
            required(&new.letter, "/letter", 100),
        ]
        .into_iter()
        .flatten()
        .collect();
        if new.id_number.as_deref().is_some_and(|number| check_resident_id(number).is_err()) {
            let text = Text::new("身份证号码有误", "not a valid resident identity number");
            reasons.push(Reason::engine("FIELD_INVALID", text).on("/id_number"));
        }
        let Some(pack) = self.packs().current(&new.pack, self.now()).cloned() else {
            let text = Text::new("没有这一程序，或其尚未生效", "there is no such pack in force");
            return Err(CaseworkError::Invalid(vec![Reason::engine("PACK_UNKNOWN", text).on("/pack")]));
        };
        let ends = asks::deadlines(&pack, Act::AnswerQuery, legal(pack.zone, self.now()));
        let (Some(first), Some(last)) = (ends.first(), ends.last()) else {
            let text = Text::new("本程序没有封存记录的查询", "this pack knows no queries of sealed records");
            return Err(CaseworkError::Invalid(vec![Reason::engine("EVENT_UNKNOWN", text).on("/pack")]));
        };
        if !reasons.is_empty() {
            return Err(CaseworkError::Invalid(reasons));
        }
        let id = self.new_id();
        let row = QueryRow {
            id,
            office_id,
            asked_by: caller.viewer.account,
            asked_at: micros(self.now()),
            due_at: micros(instant(pack.zone, *first)),
            cap_at: micros(instant(pack.zone, *last)),
            state: PENDING.to_owned(),
            decided_by: None,
            decided_at: None,
            until: None,
            body: self.seal_sealed(&body_place(id), new)?,
            decision: None,
        };
        let leaf = Note::of(caller, "record.query", permit.rule(), self.now()).aside()?;
        let set = WriteSet { queries: vec![row.clone()], leaves: vec![leaf], ..WriteSet::default() };
        self.change(caller, set).await?;
        self.query_view(caller, row).await
    }

    /// Decides a query: by another person than who entered it, within its time, with written grounds.
    ///
    /// # Errors
    /// `Elsewhere`; `NotFound`; `NotPermitted` for anybody but the chief of its office; `Refused` when it has no lawful
    /// basis and is to be allowed, or was decided or has lapsed; `Invalid`.
    pub async fn decide_query(
        &self,
        caller: &Caller,
        query: Uuid,
        decision: &QueryDecision,
    ) -> Result<QueryView, CaseworkError> {
        let begun = Instant::now();
        let decided = self.decide_query_once(caller, query, decision).await;
        to_the_beat(begun).await;
        decided
    }

    async fn decide_query_once(
        &self,
        caller: &Caller,
        query: Uuid,
        decision: &QueryDecision,
    ) -> Result<QueryView, CaseworkError> {
        self.keys().sealed_keyring()?;
        let _turn = self.turn(query).await;
        let mut row = store::find_query(self.db(), query).await?.ok_or(CaseworkError::NotFound)?;
        let permit = match self.for_records(caller, Action::DecideQuery.after(row.asked_by), row.office_id) {
            Ok(permit) => permit,
            Err(denied) => return Err(self.may_see_queries(caller, row.office_id).err().unwrap_or(denied)),
        };
        let now = micros(self.now());
        if row.state != PENDING || row.due_at <= now {
            let text = Text::new(
                "该查询已经决定，或者因逾期视为不予许可",
                "this query was decided, or counts as refused because its time has passed",
            );
            return Err(refused(Reason::engine("WINDOW_CLOSED", text)));
        }
        let asked: NewQuery = self.open_sealed(&body_place(query), &row.body)?;
        if let Some(reason) = required(&decision.grounds, "/grounds", 2_000) {
            return Err(CaseworkError::Invalid(vec![reason]));
        }
        let (mut readers, mut cases) = (Vec::new(), Vec::new());
        if decision.allow {
            if !grounded(&asked) {
                let text = Text::new(
                    "仅司法机关办案需要或者有关单位根据国家规定可以查询，须书面申请、核实身份并签署保密承诺",
                    "only justice organs for a case, or units under national rules, may ask: in writing, with identity verified and an undertaking signed",
                );
                let reason =
                    Reason { source: "CPL 286; R 484; SM22 16–17".into(), ..Reason::engine("S23", text) };
                return Err(refused(reason));
            }
            readers = self.readers(&decision.readers, row.office_id).await?;
            if !(1..=LONGEST_TERM).contains(&decision.days) {
                let text = Text::new("查阅期限为 1 至 30 日", "the term is 1 to 30 days");
                return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/days")]));
            }
            let number = asked.id_number.as_deref();
            cases = self.cases_of_child(true, row.office_id, &asked.name, number).await?;
        }
        if decision.allow { ALLOWED } else { REFUSED }.clone_into(&mut row.state);
        row.decided_by = Some(caller.viewer.account);
        row.decided_at = Some(now);
        let until = micros(self.now() + Duration::days(decision.days));
        row.until = decision.allow.then_some(until);
        let kept = Decided { grounds: decision.grounds.clone(), readers: readers.clone() };
        row.decision = Some(self.seal_sealed(&decision_place(query), &kept)?);
        let grants = cases.iter().flat_map(|case| {
            readers.iter().map(|account| GrantRow {
                query_id: query,
                account_id: *account,
                case_id: *case,
                until,
            })
        });
        let act = if decision.allow { "record.query.allowed" } else { "record.query.refused" };
        let mut leaves = vec![Note::of(caller, act, permit.rule(), self.now()).aside()?];
        for case in &cases {
            let note = Note::of(caller, "record.granted", permit.rule(), self.now());
            leaves.push(Note { case: Some(*case), ..note }.aside()?);
        }
        let set =
            WriteSet { queries: vec![row.clone()], grants: grants.collect(), leaves, ..WriteSet::default() };
        self.change(caller, set).await?;
        // What somebody may read has changed.
        self.viewers().forget();
        self.query_view(caller, row).await
    }

    /// A query as this person may see it.
    ///
    /// # Errors
    /// `Elsewhere`; `NotFound` also for anybody but records staff and chief of its office.
    pub async fn read_query(&self, caller: &Caller, query: Uuid) -> Result<QueryView, CaseworkError> {
        let begun = Instant::now();
        self.keys().sealed_keyring()?;
        self.lapse_queries().await?;
        let row = store::find_query(self.db(), query).await?.ok_or(CaseworkError::NotFound)?;
        self.may_see_queries(caller, row.office_id)?;
        self.write_aside(Note::of(caller, "record.query.read", "records", self.now())).await?;
        let view = self.query_view(caller, row).await;
        to_the_beat(begun).await;
        view
    }

    /// The queries of an office, newest first.
    ///
    /// # Errors
    /// As [`Self::read_query`].
    pub async fn queries(
        &self,
        caller: &Caller,
        office: Option<&str>,
    ) -> Result<Vec<QueryView>, CaseworkError> {
        self.keys().sealed_keyring()?;
        self.lapse_queries().await?;
        let office = self.office_of(caller, office)?;
        self.may_see_queries(caller, office)?;
        self.write_aside(Note::of(caller, "record.query.list", "records", self.now())).await?;
        let mut views = Vec::new();
        for row in store::page_queries(self.db(), office, None, PAGE).await? {
            views.push(self.query_view(caller, row).await?);
        }
        Ok(views)
    }

    fn may_see_queries(&self, caller: &Caller, office: Uuid) -> Result<(), CaseworkError> {
        let any = [Action::RegisterQuery, Action::DecideQuery]
            .into_iter()
            .any(|action| self.for_records(caller, action, office).is_ok());
        if any { Ok(()) } else { Err(CaseworkError::NotFound) }
    }

    /// Queries that nobody has decided in time are refused. Returns how many.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn lapse_queries(&self) -> Result<usize, CaseworkError> {
        let now = micros(self.now());
        let lapsed = store::lapsed_queries(self.db(), now).await?;
        if lapsed.is_empty() {
            return Ok(0);
        }
        let mut set = WriteSet::default();
        for row in lapsed {
            set.queries.push(QueryRow { state: LAPSED.to_owned(), decided_at: Some(now), ..row });
            set.leaves.push(self.operators_note("record.query.lapsed").aside()?);
        }
        let count = set.queries.len();
        store::commit(self.db(), set).await?;
        Ok(count)
    }

    async fn readers(&self, logins: &[String], office: Uuid) -> Result<Vec<Uuid>, CaseworkError> {
        let mut readers = Vec::new();
        for login in logins {
            let Some(account) = self.account_with_role_at(login, StaffRole::Records, office).await? else {
                let text =
                    Text::new("查阅人须为本院档案管理人员", "who reads must be records staff of this office");
                let reason = Reason::engine("ACCOUNT_UNKNOWN", text).on("/readers");
                return Err(CaseworkError::Invalid(vec![reason]));
            };
            readers.push(account);
        }
        readers.sort_unstable();
        readers.dedup();
        if readers.is_empty() {
            let text = Text::new("请写明由谁查阅", "name who may read");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_MISSING", text).on("/readers")]));
        }
        Ok(readers)
    }

    async fn query_view(&self, caller: &Caller, row: QueryRow) -> Result<QueryView, CaseworkError> {
        let application: NewQuery = self.open_sealed(&body_place(row.id), &row.body)?;
        let decided: Option<Decided> = match &row.decision {
            Some(sealed) => Some(self.open_sealed(&decision_place(row.id), sealed)?),
            None => None,
        };
        let named = decided.as_ref().is_some_and(|d| d.readers.contains(&caller.viewer.account));
        let running = row.until.is_some_and(|until| micros(self.now()) < until);
        let cases = if named && running {
            let grants = store::grants_of(self.db(), row.id).await?;
            let own = grants.into_iter().filter(|grant| grant.account_id == caller.viewer.account);
            Some(own.map(|grant| grant.case_id).collect())
        } else {
            None
        };
        let answer = match row.state.as_str() {
            PENDING => None,
            ALLOWED => Some(Text::new(
                "准许查询；查询结果由指定的档案管理人员依法告知。",
                "The query is allowed; the records staff named in the decision tell what may be told.",
            )),
            _ => Some(nothing_to_provide()),
        };
        Ok(QueryView {
            id: row.id,
            office: row.office_id,
            state: row.state,
            asked_at: from_micros(row.asked_at),
            due_at: from_micros(row.due_at),
            cap_at: from_micros(row.cap_at),
            application,
            grounds: decided.map(|d| d.grounds),
            answer,
            until: row.until.map(from_micros),
            cases,
        })
    }

    pub(in crate::casework) fn seal_sealed(
        &self,
        place: &DomainPlace<'_>,
        value: &impl Serialize,
    ) -> Result<Vec<u8>, CaseworkError> {
        let bytes = Wiped::json(value).map_err(|_| CaseworkError::Corrupt { what: "value of the sealer" })?;
        Ok(self.keys().sealed_keyring()?.seal_domain(place, &bytes)?)
    }

    pub(in crate::casework) fn open_sealed<T: serde::de::DeserializeOwned>(
        &self,
        place: &DomainPlace<'_>,
        sealed: &[u8],
    ) -> Result<T, CaseworkError> {
        let bytes = self.keys().sealed_keyring()?.open_domain(place, sealed)?;
        serde_json::from_slice(&bytes).map_err(|_| CaseworkError::Corrupt { what: "value of the sealer" })
    }
}

/// Whether a query may be allowed at all (S23).
fn grounded(asked: &NewQuery) -> bool {
    asked.basis != Basis::None
        && !asked.rule_cited.trim().is_empty()
        && asked.written_application
        && asked.person_verified
        && asked.undertaking_signed
}

fn refused(reason: Reason) -> CaseworkError {
    CaseworkError::Refused(Box::new(crate::law::Refusal::one(reason)))
}
