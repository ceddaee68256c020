//! An office takes a case over: the file of the one office is handed over and that of the other opened, in one commit.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::assign::{Place, not_fit};
use super::cipher::{self, Entry};
use super::exclusions::reason_place;
use super::notices::Told;
use super::people::NewPerson;
use super::proceed::Loaded;
use super::request::{actor, request_hash};
use super::time::{instant, legal, micros};
use super::trail::{Caller, Note};
use super::transfer::{Offer, place, rule};
use super::{CaseworkError, Service, measures, outcomes, rows, work};
use crate::access::Viewer;
use crate::law::case::{EvidenceEntry, Fields};
use crate::law::command::{Act, Actor, Command, What};
use crate::law::input::read_fields;
use crate::law::pack::{FieldKind, SenderReads, StaffRole, Transfer};
use crate::law::transfer::{carried, received};
use crate::law::{CaseFile, Refusal, decide};
use crate::ledger::row::CHAIN_START;
use crate::record::Value;
use crate::store::{
    self, CaseRow, EventRow, ExclusionRow, PersonRow, TagRow, TransferRow, WorkRow, WriteSet, chain_events,
    chain_people,
};
use crate::vault::Class;

/// All classes in which a case keeps something.
const CLASSES: [Class; 4] = [Class::Identity, Class::Legal, Class::Medical, Class::VictimFamily];
/// Journal entries read at a time.
const PAGE: i64 = 500;
/// How an office takes a case over.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Acceptance {
    /// Inputs of the event that opens its file, as far as they do not follow from the other office's.
    #[schema(value_type = Object)]
    pub inputs: Map<String, Json>,
    /// Written reasons for going on despite a warning, by its code.
    pub because: BTreeMap<String, String>,
    /// Sign-in name of the lead prosecutor.
    pub lead: Option<String>,
}

/// A case taken over.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TakenOver {
    /// The new file.
    pub case: Uuid,
    /// Its number.
    pub case_no: String,
    /// Its version.
    pub version: i64,
}

/// What is left of the sending office's file: its row, and what changed with it.
type Sender = (CaseRow, Vec<EventRow>, Vec<store::ClockRow>, Vec<WorkRow>);

/// Everything that the receiving office's file begins with.
struct NewFile {
    row: CaseRow,
    events: Vec<EventRow>,
    people: Vec<PersonRow>,
    tags: Vec<TagRow>,
    clocks: Vec<store::ClockRow>,
    work: Vec<WorkRow>,
    counted: Vec<store::OutcomeRow>,
}

impl Service {
    /// Takes a case over: hands it over in the file of the one office and opens the file of the other, in one change. The
    /// content is opened under the keys of the one and sealed under those of the other.
    ///
    /// # Errors
    /// `NotFound` to everybody but those who open cases at that office; `Refused` with what the law says in either file;
    /// `Conflict` when the offer is answered or the case has changed meanwhile.
    pub async fn accept_transfer(
        &self,
        caller: &Caller,
        id: Uuid,
        acceptance: &Acceptance,
    ) -> Result<TakenOver, CaseworkError> {
        let body = request_hash(id, acceptance)?;
        let case = store::transfer(self.db(), id).await?.ok_or(CaseworkError::NotFound)?.case_id;
        let _turn = self.turn(case).await;
        match self.accept_once(caller, id, acceptance, body).await {
            Err(error) => self.replay_or(caller, body, error).await,
            done => done,
        }
    }

    async fn accept_once(
        &self,
        caller: &Caller,
        id: Uuid,
        acceptance: &Acceptance,
        body: [u8; 32],
    ) -> Result<TakenOver, CaseworkError> {
        let (transfer_row, permit) = self.offered_to(caller, id).await?;
        let case = transfer_row.case_id;
        let row = store::find_case(self.db(), case).await?.ok_or(CaseworkError::NotFound)?;
        let loaded = self.open_row(row, permit.clone()).await?;
        let transfer = rule(&loaded.pack)?.clone();
        let now = legal(loaded.pack.zone, self.now());
        let inputs = opening_inputs(&loaded, &transfer, acceptance, now)?;
        let lead = match &acceptance.lead {
            None => None,
            Some(login) => {
                let unfit = || CaseworkError::Invalid(vec![not_fit(Place::Lead)]);
                let account = self.account_named(login).await?.ok_or_else(unfit)?.id;
                let fits = self.holds(account, StaffRole::Prosecutor, Some(transfer_row.to_office)).await?
                    && !store::is_excluded(self.db(), case, account).await?;
                Some(fits.then_some(account).ok_or_else(unfit)?)
            }
        };

        let sender = self.handed_over(caller, &loaded, &transfer, &transfer_row, now).await?;
        let command = Command {
            at: now,
            by: actor(&loaded.pack, caller, &permit),
            what: What::Act(Act { event: transfer.open.clone(), inputs, ..Act::default() }),
            because: acceptance.because.clone(),
        };
        let office = transfer_row.to_office;
        let mut new = self.new_file(caller, &loaded, &transfer, office, lead, command, now).await?;

        let (mut old_row, mut events, mut clocks, mut work) = sender;
        old_row.handed_over = i64::from(transfer.sender_reads == SenderReads::Nothing);
        let new_case = new.row.id;
        let at = micros(self.now());
        let answered = TransferRow {
            state: "accepted".into(),
            answered_by: Some(caller.viewer.account),
            answered_at: Some(at),
            new_case_id: Some(new_case),
            ..transfer_row
        };
        let mut sides = vec![store::answer_transfer(&answered)];
        sides.extend(self.kept_away_anew(case, new_case).await?);
        let forms = self.forms_anew(caller, &loaded, (new_case, office)).await?;
        sides.extend(forms.sides);
        let to = measures::takeover::NewFile { case: new_case, office, forms: &forms.anew };
        let (moved, due) = self.measures_anew(caller, &loaded, to).await?;
        sides.extend(moved);
        let mut people = vec![answered.offered_by];
        people.extend(old_row.lead_id);
        sides.extend(self.tell(people, Told::TransferAccepted, Some(case), id));
        let assignments = self.first_assignments(&new.row, caller.viewer.account);
        let out = Note::under(caller, "case.transfer-out", &permit, self.now());
        let into = Note::under(caller, "case.transfer-in", &permit, self.now());
        let leaves = vec![Self::link(&mut old_row, out)?, Self::link(&mut new.row, into)?];
        let done = TakenOver { case: new_case, case_no: new.row.case_no.clone(), version: 1 };
        events.extend(new.events);
        clocks.extend(new.clocks);
        work.extend(new.work);
        work.extend(forms.work);
        work.extend(due);
        let set = WriteSet {
            idempotency: self.idempotency(caller, new_case, body, &done).await?,
            open: Some(new.row),
            update: Some(old_row),
            people: new.people,
            tags: new.tags,
            events,
            clocks,
            work,
            assignments,
            sides,
            outcomes: new.counted,
            writes: vec![store::close_work(case, id)],
            leaves,
            ..WriteSet::default()
        };
        self.change(caller, set).await?;
        self.access_changed();
        Ok(done)
    }

    /// The sending office's file with the case handed over and its receipt recorded.
    async fn handed_over(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        transfer: &Transfer,
        offered: &TransferRow,
        now: NaiveDateTime,
    ) -> Result<Sender, CaseworkError> {
        let case = loaded.row.id;
        let offer: Offer =
            cipher::open(self.keys(), &place(case, offered.id, "offer"), &offered.offer).await?;
        let pack = &loaded.pack;
        // It left when it was offered, or after the last thing that was done meanwhile.
        let at = loaded.file.last_act_at.map_or(offer.command.at, |last| last.max(offer.command.at));
        let hand_over = Command { at, ..offer.command };
        let accepted = decide(pack, &loaded.file, &hand_over, now)?;
        let by = Caller {
            viewer: Viewer { account: offered.offered_by, ..caller.viewer.clone() },
            ..caller.clone()
        };
        let mut events = vec![self.event_row(pack, case, &by, hand_over, &accepted, None).await?];
        let mut after = accepted.after;
        if let Some(receipt) = transfer.receipt.as_ref().and_then(|id| pack.events.find(id)) {
            let name = self.offices().find(offered.to_office).map(|o| o.name.zh.clone()).unwrap_or_default();
            let inputs = receipt
                .inputs
                .iter()
                .filter_map(|field| match field.kind {
                    FieldKind::Text => Some((field.id.clone(), Value::Text(name.clone()))),
                    FieldKind::Date => Some((field.id.clone(), Value::Date(now.date()))),
                    _ => None,
                })
                .collect();
            let command = Command {
                at: now,
                by: Actor { person: caller.viewer.account, roles: receipt.by.clone() },
                what: What::Act(Act { event: receipt.id.clone(), inputs, ..Act::default() }),
                because: BTreeMap::new(),
            };
            let accepted = decide(pack, &after, &command, now)?;
            events.push(self.event_row(pack, case, caller, command, &accepted, None).await?);
            after = accepted.after;
        }
        let mut row = loaded.row.clone();
        let (clocks, work) = self.advance(pack, &mut row, &loaded.file, &after, &mut events).await?;
        Ok((row, events, clocks, work))
    }

    /// The receiving office's file: child, persons, offence, the evidence that counts, and the event that opens it.
    #[expect(clippy::too_many_arguments, reason = "each is one fact about the new file")]
    async fn new_file(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        transfer: &Transfer,
        office: Uuid,
        lead: Option<Uuid>,
        command: Command,
        now: NaiveDateTime,
    ) -> Result<NewFile, CaseworkError> {
        let pack = &loaded.pack;
        let (file, came) = received(pack, transfer, &loaded.file);
        let accepted = decide(pack, &file, &command, now)?;
        let case = self.new_id();
        self.keys().make(case, &[Class::Identity, Class::Legal]).await?;
        let mut events = self.evidence_anew(case, loaded, &file, &came).await?;
        events.push(self.event_row(pack, case, caller, command, &accepted, None).await?);
        let (mut people, tags) = self.people_anew(case, loaded).await?;
        let clocks = rows::clock_rows(case, pack, &accepted.after);
        let at = micros(self.now());
        let mut row = CaseRow {
            id: case,
            case_no: self.draw_number(office)?,
            office_id: office,
            pack_id: pack.id.clone(),
            pack_version: pack.version.clone(),
            version: 1,
            lead_id: lead,
            opened_at: at,
            updated_at: at,
            snapshot: cipher::seal(self.keys(), &cipher::snapshot_place(case), &accepted.after).await?,
            events_head: chain_events(&CHAIN_START, &mut events).to_vec(),
            events_count: i64::try_from(events.len()).unwrap_or(i64::MAX),
            people_head: chain_people(&CHAIN_START, &mut people).to_vec(),
            people_count: i64::try_from(people.len()).unwrap_or(i64::MAX),
            chain_head: CHAIN_START.to_vec(),
            ..CaseRow::default()
        };
        rows::show(&mut row, pack, &accepted.after, &clocks);
        let mut work = work::derive::of_law(case, office, pack, &accepted.after);
        work.extend(lead.is_none().then(|| work::derive::unassigned(&row, pack.zone, at)));
        let counted = outcomes::after(pack, &row, &accepted.after, 0, &outcomes::Warnings::new());
        Ok(NewFile { row, events, people, tags, clocks, work, counted })
    }

    /// Journal entries of the evidence that came along, with every word, under the new file's keys.
    async fn evidence_anew(
        &self,
        case: Uuid,
        loaded: &Loaded,
        file: &CaseFile,
        came: &[EvidenceEntry],
    ) -> Result<Vec<EventRow>, CaseworkError> {
        let mut journal = Vec::new();
        let mut after = 0;
        loop {
            let page = store::events_of(self.db(), loaded.row.id, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            journal.extend(page);
        }
        let mut events = Vec::new();
        for (old, new) in came.iter().zip(&file.evidence) {
            let found = journal.iter().find(|row| row.seq == i64::from(old.seq));
            let source = found.ok_or(CaseworkError::Corrupt { what: "journal" })?;
            let entry =
                cipher::open_entry(self.keys(), loaded.row.id, source.id, &source.payload, &CLASSES).await?;
            let fields = words_of(&entry.command.what, &old.safeguard).unwrap_or_else(|| old.fields.clone());
            let id = self.new_id();
            let what = What::Evidence { safeguard: old.safeguard.clone(), fields, supersedes: None };
            let command = Command { what, ..entry.command };
            let at = command.at;
            let entry = Entry { command, role: entry.role, warnings: Vec::new(), parts: Vec::new() };
            events.push(EventRow {
                case_id: case,
                seq: i64::from(new.seq),
                id,
                kind: "evidence".into(),
                code: old.safeguard.clone(),
                legal_at: micros(instant(loaded.pack.zone, at)),
                recorded_at: micros(self.now()),
                actor_id: source.actor_id,
                class: i64::from(Class::Legal.code()),
                payload: cipher::seal_entry(self.keys(), &loaded.pack, case, id, entry).await?,
                pack_version: loaded.pack.version.clone(),
                supersedes_seq: None,
                head: Vec::new(),
            });
        }
        Ok(events)
    }

    /// Who is kept away from the one file is kept away from the other.
    async fn kept_away_anew(&self, old: Uuid, new: Uuid) -> Result<Vec<store::Side>, CaseworkError> {
        let mut sides = Vec::new();
        for row in store::exclusions_of(self.db(), old).await? {
            if row.lifted_at.is_some() {
                continue;
            }
            let reason: String = cipher::open(self.keys(), &reason_place(old, row.id), &row.reason).await?;
            let id = self.new_id();
            let reason = cipher::seal(self.keys(), &reason_place(new, id), &reason).await?;
            sides.push(store::add_exclusion(&ExclusionRow { id, case_id: new, reason, ..row }));
        }
        Ok(sides)
    }

    /// The persons as they are known now, under the new file's keys.
    async fn people_anew(
        &self,
        case: Uuid,
        loaded: &Loaded,
    ) -> Result<(Vec<PersonRow>, Vec<TagRow>), CaseworkError> {
        let known = store::people_of(self.db(), loaded.row.id).await?;
        let (mut people, mut tags) = (Vec::new(), Vec::new());
        for person in self.open_people(&loaded.pack, known, &CLASSES).await? {
            if person.superseded {
                continue;
            }
            let new = NewPerson { kind: person.kind, identity: person.identity, supersedes: None };
            let seq = i64::try_from(people.len()).unwrap_or(i64::MAX).saturating_add(1);
            let (row, of_person) = self.person_rows(case, false, seq, &new).await?;
            people.push(row);
            tags.extend(of_person);
        }
        Ok((people, tags))
    }
}

/// The evidence of a safeguard in a journal entry, with its words.
fn words_of(what: &What, safeguard: &str) -> Option<Fields> {
    match what {
        What::Evidence { safeguard: of, fields, .. } if of == safeguard => Some(fields.clone()),
        What::Act(act) => act.evidence.get(safeguard).cloned(),
        What::Draft { evidence, .. } => evidence.get(safeguard).cloned(),
        _ => None,
    }
}

/// Inputs of the event that opens the new file: what follows from the other office's, and what is said now.
fn opening_inputs(
    loaded: &Loaded,
    transfer: &Transfer,
    acceptance: &Acceptance,
    now: NaiveDateTime,
) -> Result<Fields, CaseworkError> {
    let event = loaded.pack.events.find(&transfer.open);
    let declared = event.map(|event| event.inputs.as_slice()).unwrap_or_default();
    let mut inputs =
        read_fields(declared, &acceptance.inputs, "/inputs").map_err(|reasons| Refusal { reasons })?;
    // What the other office's file says is not said otherwise on the way.
    inputs.extend(carried(&loaded.pack, transfer, &loaded.file, now));
    Ok(inputs)
}
