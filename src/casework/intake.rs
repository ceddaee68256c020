//! A case is opened: the first file arrives.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::assign::{Place, not_fit};
use super::people::{self, CHILD, Identity, NewPerson};
use super::proceed::Done;
use super::request::{Request, RequestKind, command, request_hash};
use super::time::{legal, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service, accounts, cipher, outcomes, rows, work};
use crate::access::{Action, Resource};
use crate::law::{CaseFile, Reason, decide};
use crate::ledger::row::CHAIN_START;
use crate::record::{Child, Decision, Offence, Text};
use crate::store::{CaseRow, StoreError, WriteSet, chain_events, chain_people};
use crate::vault::Class;

/// Letters of a case number: no vowels and nothing that looks like something else, so that no word arises by chance.
const LETTERS: &[u8; 26] = b"23456789BCDFGHJKLMNPQRTVWX";
/// Letters in a case number: 26^6 is 308 million an office and year.
const NUMBER_LENGTH: usize = 6;
/// How often another case number is drawn when one is taken.
const TRIES: usize = 4;

/// The first file of a case.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// The pack, for example `cn-procuratorate`.
    pub pack: String,
    /// Code of the office that handles it; may be left out by somebody who works at one office only.
    #[serde(default)]
    pub office: Option<String>,
    /// The office's own number for it; one is made if left out.
    #[serde(default)]
    pub case_no: Option<String>,
    /// Who the child is.
    pub identity: Identity,
    /// What the law asks about the child.
    pub child: Child,
    /// The alleged offence.
    pub offence: Offence,
    /// Lead prosecutor.
    #[serde(default)]
    pub lead: Option<Uuid>,
    /// Social worker.
    #[serde(default)]
    pub social_worker: Option<Uuid>,
    /// Legal time of receipt; now unless said.
    #[serde(default)]
    pub at: Option<String>,
    /// The event with which it is opened, for example `T11`.
    pub event: String,
    /// Inputs of the event.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub inputs: Map<String, Json>,
    /// Evidence given with it, by safeguard.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub evidence: BTreeMap<String, Map<String, Json>>,
    /// What another authority decided.
    #[serde(default)]
    pub decision: Option<Decision>,
    /// Written reasons for going on despite a warning.
    #[serde(default)]
    pub because: BTreeMap<String, String>,
}

/// An opened case.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Opened {
    /// Its number.
    pub case_no: String,
    /// What was done.
    #[serde(flatten)]
    pub done: Done,
}

impl Service {
    /// Opens a case with its first event.
    ///
    /// # Errors
    /// `Refused`, `Invalid`, `NotPermitted`, `Taken` when the case number is in use, `KeyReused`, store and vault
    /// errors. Nothing is opened then.
    pub async fn open_case(&self, caller: &Caller, new: &NewCase) -> Result<Opened, CaseworkError> {
        let body = request_hash(Uuid::nil(), new)?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.open_case_once(caller, new, body).await {
                Err(CaseworkError::Taken { .. }) if new.case_no.is_none() && tries < TRIES => {}
                Err(error) => return self.replay_or(caller, body, error).await,
                opened => return opened,
            }
        }
    }

    async fn open_case_once(
        &self,
        caller: &Caller,
        new: &NewCase,
        body: [u8; 32],
    ) -> Result<Opened, CaseworkError> {
        let office = self.office_for(caller, new)?;
        let permit = self.ask(caller, Action::OpenCase, Resource::Office(office)).await?;
        let Some(pack) = self.packs().current(&new.pack, self.now()).cloned() else {
            let text = Text::new("没有这一程序，或其尚未生效", "there is no such pack in force");
            return Err(CaseworkError::Invalid(vec![Reason::engine("PACK_UNKNOWN", text).on("/pack")]));
        };
        let mut reasons = people::check(&new.identity, "/identity");
        reasons.extend(check_number(new.case_no.as_deref()));
        for (place, account) in [(Place::Lead, new.lead), (Place::SocialWorker, new.social_worker)] {
            if let Some(account) = account
                && !self.holds(account, place.role(), place.office(office)).await?
            {
                reasons.push(not_fit(place));
            }
        }
        if new.offence.on < new.child.born {
            let text = Text::new("涉案日期早于出生日期", "the offence lies before the birth");
            reasons.push(Reason::engine("OUT_OF_ORDER", text).on("/offence/on"));
        }
        if !reasons.is_empty() {
            return Err(CaseworkError::Invalid(reasons));
        }
        let now = legal(pack.zone, self.now());
        let request = Request {
            at: new.at.clone(),
            what: RequestKind::Act {
                event: new.event.clone(),
                inputs: new.inputs.clone(),
                evidence: new.evidence.clone(),
                draft: None,
                decision: new.decision.clone(),
            },
            role: None,
            because: new.because.clone(),
        };
        let file = CaseFile::new(&pack, new.child.clone(), new.offence.clone());
        let judged = command(&pack, caller, &permit, &request, now)
            .and_then(|command| decide(&pack, &file, &command, now).map(|accepted| (command, accepted)));
        let (command, accepted) = match judged {
            Ok(judged) => judged,
            Err(refusal) => {
                let note = Note::under(caller, "case.refused", &permit, self.now());
                self.write_aside(Note { ok: false, ..note }).await?;
                return Err(refusal.into());
            }
        };
        if pack.main.initial == accepted.after.states.main {
            let text = Text::new("此事项不能立案", "this event does not open a case");
            return Err(CaseworkError::Invalid(vec![Reason::engine("EVENT_UNKNOWN", text).on("/event")]));
        }

        let case = self.new_id();
        self.keys().make(case, &[Class::Identity, Class::Legal]).await?;
        let mut event = self.event_row(&pack, case, caller, command, &accepted, None).await?;
        let child = NewPerson { kind: CHILD.into(), identity: new.identity.clone(), supersedes: None };
        let (mut person, tags) = self.person_rows(case, false, 1, &child).await?;
        let clocks = rows::clock_rows(case, &pack, &accepted.after);
        let at = micros(self.now());
        let mut row = CaseRow {
            id: case,
            case_no: match &new.case_no {
                Some(number) => number.trim().to_owned(),
                None => self.draw_number(office)?,
            },
            office_id: office,
            pack_id: pack.id.clone(),
            pack_version: pack.version.clone(),
            version: 1,
            lead_id: new.lead.or_else(|| {
                caller.viewer.is(crate::law::pack::StaffRole::Prosecutor).then_some(caller.viewer.account)
            }),
            second_id: None,
            social_worker_id: new.social_worker,
            opened_at: at,
            updated_at: at,
            snapshot: cipher::seal(self.keys(), &cipher::snapshot_place(case), &accepted.after).await?,
            events_head: chain_events(&CHAIN_START, std::slice::from_mut(&mut event)).to_vec(),
            events_count: 1,
            people_head: chain_people(&CHAIN_START, std::slice::from_mut(&mut person)).to_vec(),
            people_count: 1,
            chain_head: CHAIN_START.to_vec(),
            ..CaseRow::default()
        };
        rows::show(&mut row, &pack, &accepted.after, &clocks);
        let mut work = work::derive::of_law(case, row.office_id, &pack, &accepted.after);
        work.extend(row.lead_id.is_none().then(|| work::derive::unassigned(&row, pack.zone, at)));
        let assignments = self.first_assignments(&row, caller.viewer.account);
        let outcomes = outcomes::after(&pack, &row, &accepted.after, 0, &outcomes::Warnings::new());
        let leaf = Self::link(&mut row, Note::under(caller, "case.open", &permit, self.now()))?;
        let opened = Opened {
            case_no: row.case_no.clone(),
            done: Done {
                case,
                version: 1,
                entry: accepted.after.seq,
                standing: accepted.after.states,
                warnings: accepted.warnings,
            },
        };
        let set = WriteSet {
            idempotency: self.idempotency(caller, case, body, &opened).await?,
            open: Some(row),
            people: vec![person],
            tags,
            events: vec![event],
            clocks,
            work,
            assignments,
            outcomes,
            leaves: vec![leaf],
            ..WriteSet::default()
        };
        self.change(caller, set).await.map_err(number_taken)?;
        Ok(opened)
    }

    fn office_for(&self, caller: &Caller, new: &NewCase) -> Result<Uuid, CaseworkError> {
        let unknown = || {
            let text = Text::new("请写明办案机关的代码", "name the code of the office that handles the case");
            CaseworkError::Invalid(vec![Reason::engine("FIELD_MISSING", text).on("/office")])
        };
        if let Some(code) = &new.office {
            let found = self.offices().by_code(code).map(|o| o.id);
            return found.ok_or_else(|| accounts::unknown_office(code));
        }
        let mut offices: Vec<Uuid> = caller.viewer.grants.iter().map(|g| g.office).collect();
        offices.sort();
        offices.dedup();
        match offices.as_slice() {
            [office] => Ok(*office),
            _ => Err(unknown()),
        }
    }

    /// A human case number without a central counter: office, year, random letters.
    pub(super) fn draw_number(&self, office: Uuid) -> Result<String, CaseworkError> {
        let mut random = [0u8; NUMBER_LENGTH];
        getrandom::fill(&mut random)
            .map_err(|_| CaseworkError::Vault(crate::vault::VaultError::NoRandomness))?;
        let letters: String = random
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()))
            .map(|letter| char::from(*letter))
            .collect();
        let code = self.offices().find(office).map(|o| o.code.clone()).unwrap_or_default();
        Ok(format!("{code}-{}-{letters}", self.now().format("%Y")))
    }
}

fn check_number(number: Option<&str>) -> Option<Reason> {
    let number = number?.trim();
    let fits = (1..=60).contains(&number.chars().count()) && !number.chars().any(char::is_control);
    if fits {
        return None;
    }
    let text = Text::new("案号为 1 至 60 字", "a case number has 1 to 60 characters");
    Some(Reason::engine("FIELD_INVALID", text).on("/case_no"))
}

/// What the store says about a case whose number another case has, in the words of a use case.
pub(super) fn number_taken(error: StoreError) -> CaseworkError {
    match error {
        StoreError::Duplicate { constraint } if constraint.contains("case_no") => {
            CaseworkError::Taken { what: "case number" }
        }
        error => error.into(),
    }
}
