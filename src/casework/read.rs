//! What somebody may see of a case. Every look is an act and leaves a leaf.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::people::{CHILD, PersonView};
use super::proceed::Loaded;
use super::request::actor;
use super::time::{from_micros, legal};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::{Action, CaseScope, permit};
use crate::law::case::{ClockEntry, ClockState, Standing};
use crate::law::expr::Region;
use crate::law::lateness::is_over;
use crate::law::offer::SafeguardState;
use crate::law::pack::ClockKind;
use crate::law::{CaseFile, Offer, Pack, offers};
use crate::record::{Child, Offence, Text};
use crate::store::{self, CaseRow};
use crate::vault::Class;

/// A case as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CaseView {
    /// Identity.
    pub id: Uuid,
    /// Number.
    pub case_no: String,
    /// Version, also the ETag.
    pub version: i64,
    /// Pack and version to which the case is pinned.
    pub pack: String,
    /// Version of the pack.
    pub pack_version: String,
    /// Name of the jurisdiction.
    pub jurisdiction: Text,
    /// Office.
    pub office: Uuid,
    /// Lead prosecutor.
    pub lead: Option<Uuid>,
    /// Second prosecutor.
    pub second: Option<Uuid>,
    /// Social worker.
    pub social_worker: Option<Uuid>,
    /// The chief who is to approve.
    pub approver: Option<Uuid>,
    /// Where it stands.
    pub standing: Standing,
    /// The same in words, by region.
    pub standing_names: BTreeMap<&'static str, Text>,
    /// The child.
    pub child: Child,
    /// The child's name and identity, if this person may see it.
    pub identity: Option<PersonView>,
    /// Age at the offence, as the law counts it.
    pub age_at_offence: Option<u32>,
    /// Age today.
    pub age_now: Option<u32>,
    /// The alleged offence.
    pub offence: Offence,
    /// First day of an unbroken custody.
    pub held_since: Option<NaiveDate>,
    /// Marks shown on the case.
    pub marks: Vec<Text>,
    /// Facts that are known.
    #[schema(value_type = Object)]
    pub facts: BTreeMap<String, crate::record::Value>,
    /// Clocks that run or are suspended.
    pub clocks: Vec<ClockView>,
    /// Documents owed, made and served.
    pub documents: Vec<DocumentView>,
    /// Decisions that wait for approval.
    pub drafts: Vec<DraftView>,
    /// Where the law of this jurisdiction falls short of the rights floor, as it touched this case.
    pub derogations: Vec<DerogationView>,
    /// What the law suggests at this point; a person decides.
    pub suggested: Vec<SuggestionView>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A clock as shown. Days are legal days of the pack's zone.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ClockView {
    /// Code.
    pub clock: String,
    /// Name.
    pub name: Text,
    /// Source.
    pub source: String,
    /// What it measures.
    pub kind: ClockKind,
    /// How it stands.
    pub state: ClockState,
    /// When it began.
    pub started: NaiveDateTime,
    /// Last day, after any roll to a working day.
    pub due: NaiveDate,
    /// Last day by bare counting.
    pub raw: NaiveDate,
    /// The exact end, legal time.
    pub due_at: NaiveDateTime,
    /// A later reading that the law also allows.
    pub outer: Option<String>,
    /// Days from today to the last day; negative when overdue.
    pub days_left: i64,
    /// Past its end.
    pub overdue: bool,
    /// Within its warning days.
    pub warning: bool,
    /// The working-day calendar of this year is not known yet: the day is provisional.
    pub calendar_missing: Option<i32>,
    /// It was resumed on its very last day, so the next working day is shown instead; somebody should look.
    pub resumed_at_end: bool,
    /// What happens at its end.
    pub on_expiry: Text,
}

/// A document as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DocumentView {
    /// Code.
    pub document: String,
    /// Name.
    pub name: Text,
    /// Day on which it was made.
    pub issued_on: Option<NaiveDate>,
    /// Recipients and when they received it.
    pub served: BTreeMap<String, Option<NaiveDate>>,
}

/// A draft as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DraftView {
    /// Journal entry.
    pub entry: u32,
    /// Event.
    pub event: String,
    /// Name.
    pub name: Text,
    /// Who drafted it.
    pub by: Uuid,
    /// Whoever drafted it has left the case since.
    pub by_predecessor: bool,
    /// When.
    pub on: NaiveDate,
    /// The decision.
    pub decision: crate::record::Decision,
}

/// A derogation or breach as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DerogationView {
    /// The floor's check.
    pub check: String,
    /// What it says.
    pub statement: Text,
    /// Its source.
    pub source: String,
    /// `derogated`, `breach` or `warn`.
    pub severity: String,
    /// Journal entry and event at which it happened.
    pub entry: u32,
    /// Event.
    pub event: String,
    /// Why the jurisdiction departs, where it does.
    pub reason: Option<Text>,
}

/// A suggested decision.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SuggestionView {
    /// Events.
    pub events: Vec<String>,
    /// Explanation.
    pub note: Text,
    /// Source.
    pub source: String,
}

/// What of a case decides about access.
pub(super) fn scope(row: &CaseRow) -> CaseScope {
    CaseScope {
        case: row.id,
        office: row.office_id,
        lead: row.lead_id,
        second: row.second_id,
        social_worker: row.social_worker_id,
        approver: row.approver_id,
        sealed: row.sealed != 0,
        handed_over: row.handed_over != 0,
        ..CaseScope::default()
    }
}

impl Service {
    /// A case as this person may see it.
    ///
    /// # Errors
    /// `NotFound` when there is none or this person may not know of it.
    pub async fn read_case(&self, caller: &Caller, case: Uuid) -> Result<CaseView, CaseworkError> {
        let loaded = self.look(caller, case, "case.read").await?;
        let readable = self.readable(caller, &loaded.row);
        let people = store::people_of(self.db(), case).await?;
        let child = people.into_iter().filter(|p| p.kind == CHILD).collect();
        let identity = self.open_people(&loaded.pack, child, &readable).await?.into_iter().next_back();
        let now = legal(loaded.pack.zone, self.now());
        let left = match loaded.file.drafts.as_slice() {
            [] => Vec::new(),
            _ => self.left(&loaded.row).await?,
        };
        Ok(view(&loaded, identity, &left, now))
    }

    /// The acts possible now and, for each that is not, why.
    ///
    /// # Errors
    /// As [`Self::read_case`].
    pub async fn offers(&self, caller: &Caller, case: Uuid) -> Result<Vec<Offer>, CaseworkError> {
        let loaded = self.look(caller, case, "case.offers").await?;
        let now = legal(loaded.pack.zone, self.now());
        let actor = actor(&loaded.pack, caller, &loaded.permit);
        Ok(offers(&loaded.pack, &loaded.file, &actor, now))
    }

    /// How each safeguard stands that some act possible from here asks for.
    ///
    /// # Errors
    /// As [`Self::read_case`].
    pub async fn safeguards(
        &self,
        caller: &Caller,
        case: Uuid,
    ) -> Result<Vec<SafeguardState>, CaseworkError> {
        let loaded = self.look(caller, case, "case.safeguards").await?;
        let now = legal(loaded.pack.zone, self.now());
        Ok(crate::law::offer::safeguards(&loaded.pack, &loaded.file, now))
    }

    /// The clocks of a case, ended ones too.
    ///
    /// # Errors
    /// As [`Self::read_case`].
    pub async fn clocks(&self, caller: &Caller, case: Uuid) -> Result<Vec<ClockView>, CaseworkError> {
        let loaded = self.look(caller, case, "case.clocks").await?;
        Ok(self.clocks_of(&loaded))
    }

    /// The persons of a case, as far as this person may see them.
    ///
    /// # Errors
    /// As [`Self::read_case`].
    pub async fn people(&self, caller: &Caller, case: Uuid) -> Result<Vec<PersonView>, CaseworkError> {
        let loaded = self.look(caller, case, "case.people").await?;
        let rows = store::people_of(self.db(), case).await?;
        self.open_people(&loaded.pack, rows, &self.readable(caller, &loaded.row)).await
    }

    /// All clocks for whoever has looked already.
    pub(super) fn clocks_of(&self, loaded: &Loaded) -> Vec<ClockView> {
        let today = legal(loaded.pack.zone, self.now());
        loaded.file.clocks.iter().filter_map(|entry| clock(&loaded.pack, entry, today)).collect()
    }

    /// The sensitivity classes that somebody who may read a case may read in it.
    pub(super) fn readable(&self, caller: &Caller, row: &CaseRow) -> Vec<Class> {
        let (scope, offices) = (scope(row), self.offices());
        let mut classes = vec![Class::Identity, Class::Legal];
        for (action, class) in [
            (Action::ReadMedical, Class::Medical),
            (Action::ReadVictim, Class::VictimFamily),
            (Action::ReadCounselling, Class::Screening),
            (Action::ReadCounselling, Class::Counselling),
        ] {
            if permit(&caller.viewer, action, &scope, &offices).is_ok() {
                classes.push(class);
            }
        }
        classes
    }

    /// Loads a case for reading and writes the look down.
    pub(super) async fn look(&self, caller: &Caller, case: Uuid, act: &str) -> Result<Loaded, CaseworkError> {
        let loaded = self.load(caller, case, Action::ReadCase).await?;
        let note = Note::under(caller, act, &loaded.permit, self.now());
        self.write_aside(Note { case: Some(case), ..note }).await?;
        Ok(loaded)
    }
}

impl Loaded {
    /// Where the case stands in words, by region.
    pub(super) fn standing_names(&self) -> BTreeMap<&'static str, Text> {
        let name = |region| self.pack.state_name(region, self.file.states.get(region));
        let names = Region::ALL.into_iter().map(|region| (region.as_str(), name(region)));
        names.filter_map(|(region, name)| Some((region, name?.clone()))).collect()
    }
}

/// `left` names those who were assigned to the case once and are no more.
fn view(loaded: &Loaded, identity: Option<PersonView>, left: &[Uuid], now: NaiveDateTime) -> CaseView {
    let Loaded { row, number, file, pack, .. } = loaded;
    let age = |on| crate::law::age::age_on(file.child.born, on, pack.age.reached);
    CaseView {
        id: row.id,
        case_no: number.clone(),
        version: row.version,
        pack: row.pack_id.clone(),
        pack_version: row.pack_version.clone(),
        jurisdiction: pack.name.clone(),
        office: row.office_id,
        lead: row.lead_id,
        second: row.second_id,
        social_worker: row.social_worker_id,
        approver: row.approver_id,
        standing: file.states.clone(),
        standing_names: loaded.standing_names(),
        child: file.child.clone(),
        identity,
        age_at_offence: age(file.offence.on),
        age_now: age(now.date()),
        offence: file.offence.clone(),
        held_since: file.held_since,
        marks: pack
            .facts
            .iter()
            .filter(|f| file.marks(pack).contains(&f.id.as_str()))
            .map(|f| f.name.clone())
            .collect(),
        facts: file.facts.clone(),
        clocks: file
            .clocks
            .iter()
            .filter(|c| c.state.open())
            .filter_map(|entry| clock(pack, entry, now))
            .collect(),
        documents: file
            .documents
            .iter()
            .map(|d| DocumentView {
                document: d.document.clone(),
                name: pack.documents.find(&d.document).map(|x| x.name.clone()).unwrap_or_default(),
                issued_on: d.issued_on,
                served: d.served.clone(),
            })
            .collect(),
        drafts: file
            .drafts
            .iter()
            .map(|d| DraftView {
                entry: d.seq,
                event: d.event.clone(),
                name: pack.events.find(&d.event).map(|e| e.name.clone()).unwrap_or_default(),
                by: d.by,
                by_predecessor: left.contains(&d.by),
                on: d.on,
                decision: d.decision.clone(),
            })
            .collect(),
        derogations: derogations(pack, file),
        suggested: crate::law::offer::suggested(pack, file, now)
            .into_iter()
            .map(|row| SuggestionView {
                events: row.suggest.clone(),
                note: row.note.clone(),
                source: row.source.clone(),
            })
            .collect(),
        opened_at: from_micros(row.opened_at),
        updated_at: from_micros(row.updated_at),
    }
}

fn derogations(pack: &Pack, file: &CaseFile) -> Vec<DerogationView> {
    file.floor_marks
        .iter()
        .map(|mark| DerogationView {
            check: mark.check.code().to_owned(),
            statement: Text::new(mark.check.statement().zh, mark.check.statement().en),
            source: mark.check.source().to_owned(),
            severity: serde_json::to_value(mark.severity)
                .ok()
                .and_then(|v| v.as_str().map(str::to_owned))
                .unwrap_or_default(),
            entry: mark.seq,
            event: mark.event.clone(),
            reason: pack.derogations.iter().find(|d| d.check == mark.check).map(|d| d.reason.clone()),
        })
        .collect()
}

fn clock(pack: &Pack, entry: &ClockEntry, now: NaiveDateTime) -> Option<ClockView> {
    let rule = pack.clocks.find(&entry.clock)?;
    let running = entry.state == ClockState::Running;
    let days_left = (entry.due.due - now.date()).num_days();
    Some(ClockView {
        clock: entry.clock.clone(),
        name: rule.name.clone(),
        source: rule.source.clone(),
        kind: rule.kind,
        state: entry.state,
        started: entry.run.started,
        due: entry.due.due,
        raw: entry.due.raw,
        due_at: entry.due.at,
        outer: entry.due.outer.map(|outer| outer.to_string()),
        days_left: entry.due.days_left_when_suspended.filter(|_| !running).unwrap_or(days_left),
        overdue: running && is_over(entry.due.at, now),
        warning: running && !is_over(entry.due.at, now) && days_left <= i64::from(rule.warn_days),
        calendar_missing: entry.due.calendar_missing,
        resumed_at_end: entry.due.resumed_at_end,
        on_expiry: rule.on_expiry.clone(),
    })
}
