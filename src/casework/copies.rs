//! A copy of a case that leaves the house: for one recipient and one purpose, written down, to be recalled when the record
//! is sealed. What is most sensitive stays, and for whoever has no part in the case so does who it is about (CRC
//! 40(2)(b)(vii); Beijing Rules 8).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::cipher;
use super::exclusions::check_words;
use super::journal::JournalView;
use super::notices::Told;
use super::people::PersonView;
use super::read::ClockView;
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::pack::StaffRole;
use crate::record::{Sex, Text};
use crate::store::{self, CopyRow, StoreError, WriteSet};
use crate::vault::{Class, Place};

/// Characters that a purpose has at least, not counting spaces.
const PURPOSE: usize = 10;
/// Entries that are the office's own deliberation and go to nobody.
const DELIBERATION: [&str; 2] = ["draft", "return"];

/// Who gets a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// Somebody who has a part in the case: a court, the police, the defender, the child and their family. Medical and
    /// victims' files, screenings and counselling notes stay.
    Party,
    /// Anybody else: no names, no words, only what happened and when.
    Other,
}

/// A copy to be made.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCopy {
    /// Who gets it.
    pub recipient: Recipient,
    /// Their name.
    pub to: String,
    /// What for, in at least ten characters.
    pub purpose: String,
}

/// A copy that was handed out, as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CopyView {
    /// Identity, also printed on the copy.
    pub id: Uuid,
    /// For whom and what for.
    #[serde(flatten)]
    pub of: NewCopy,
    /// SHA-256 of what was handed out, hexadecimal.
    pub sha256: String,
    /// Who made it.
    pub made_by: Uuid,
    /// When.
    pub made_at: DateTime<Utc>,
    /// When it came back or was destroyed.
    pub recalled_at: Option<DateTime<Utc>>,
    /// Who wrote that down.
    pub recalled_by: Option<Uuid>,
}

/// What is handed out.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CopiedFile {
    /// Number of the case.
    pub case_no: String,
    /// Name of the jurisdiction.
    pub jurisdiction: Text,
    /// Girl or boy.
    pub sex: Sex,
    /// Age at the alleged offence, as the law counts it.
    pub age_at_offence: Option<u32>,
    /// Where the case stands, by region.
    pub standing: Vec<Text>,
    /// The persons of the case that the recipient may know.
    pub people: Vec<PersonView>,
    /// What happened; without words where the recipient has no part in the case.
    pub journal: Vec<JournalView>,
    /// The periods, ended ones too.
    pub clocks: Vec<ClockView>,
}

/// A copy with what is on it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MadeCopy {
    /// The copy.
    pub copy: CopyView,
    /// What is handed out. `copy.sha256` is of this, as it stands here.
    pub file: CopiedFile,
}

impl Service {
    /// Makes a copy of a case. Whoever leads it, and its supervisors, are told.
    ///
    /// # Errors
    /// `NotFound` when there is no such case or this person may not know of it; `Denied` without a factor shown a moment
    /// ago; `Invalid` without a recipient or a purpose.
    pub async fn copy_case(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewCopy,
    ) -> Result<MadeCopy, CaseworkError> {
        let loaded = self.load(caller, case, Action::ExportCase).await?;
        check_words(&new.to, 1, "/to")?;
        check_words(&new.purpose, PURPOSE, "/purpose")?;
        let now = self.now();
        let party = new.recipient == Recipient::Party;
        let readable = if party { vec![Class::Identity, Class::Legal] } else { vec![Class::Legal] };
        let mut people = Vec::new();
        if party {
            let rows = store::people_of(self.db(), case).await?;
            people = self.open_people(&loaded.pack, rows, &readable).await?;
            people.retain(|person| !person.superseded);
        }
        let file = CopiedFile {
            case_no: loaded.number.clone(),
            jurisdiction: loaded.pack.name.clone(),
            sex: loaded.file.child.sex,
            age_at_offence: crate::law::age::age_on(
                loaded.file.child.born,
                loaded.file.offence.on,
                loaded.pack.age.reached,
            ),
            standing: loaded.standing_names().into_values().collect(),
            people,
            journal: self.copied_journal(&loaded, &readable, party).await?,
            clocks: self.clocks_of(&loaded),
        };
        let json = serde_json::to_vec(&file).map_err(|_| CaseworkError::Corrupt { what: "copy" })?;
        let id = self.new_id();
        let row = CopyRow {
            id,
            case_id: case,
            note: cipher::seal(self.keys(), &place(case, id), new).await?,
            digest: Sha256::digest(&json).to_vec(),
            made_by: caller.viewer.account,
            made_at: micros(now),
            recalled_by: None,
            recalled_at: None,
        };
        let mut told = self.holders(StaffRole::Supervisor, loaded.row.office_id, true).await?;
        told.extend(loaded.row.lead_id);
        told.retain(|account| *account != caller.viewer.account);
        let mut sides = vec![store::add_copy(&row)];
        sides.extend(self.tell(told, Told::Copied, Some(case), id));
        let note = Note::under(caller, "case.copy", &loaded.permit, now);
        let leaves = vec![Note { case: Some(case), ..note }.aside()?];
        self.change(caller, WriteSet { sides, leaves, ..WriteSet::default() }).await?;
        Ok(MadeCopy { copy: view(&row, new.clone()), file })
    }

    /// Whether somebody may make a copy of a case, asked before they say for whom.
    ///
    /// # Errors
    /// As [`Self::copy_case`].
    pub async fn may_copy(&self, caller: &Caller, case: Uuid) -> Result<(), CaseworkError> {
        self.load(caller, case, Action::ExportCase).await.map(drop)
    }

    async fn copied_journal(
        &self,
        loaded: &super::proceed::Loaded,
        readable: &[Class],
        party: bool,
    ) -> Result<Vec<JournalView>, CaseworkError> {
        let (mut entries, mut after) = (Vec::new(), 0);
        loop {
            let page = self.journal_page(loaded, after, readable).await?;
            let Some(last) = page.last().map(|entry| entry.entry) else { break };
            after = last;
            entries.extend(page.into_iter().filter(|entry| !DELIBERATION.contains(&entry.kind.as_str())));
        }
        if !party {
            for entry in &mut entries {
                entry.command = serde_json::Value::Null;
            }
        }
        Ok(entries)
    }

    /// The copies of a case, oldest first.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn copies(&self, caller: &Caller, case: Uuid) -> Result<Vec<CopyView>, CaseworkError> {
        self.look(caller, case, "case.copies").await?;
        let mut views = Vec::new();
        for row in store::copies_of(self.db(), case).await? {
            let of: NewCopy = cipher::open(self.keys(), &place(case, row.id), &row.note).await?;
            views.push(view(&row, of));
        }
        Ok(views)
    }

    /// Writes down that a copy came back or was destroyed.
    ///
    /// # Errors
    /// `NotFound` when there is no such case or copy or this person may not act in it; `Conflict` when it is written down.
    pub async fn recall_copy(&self, caller: &Caller, case: Uuid, copy: Uuid) -> Result<(), CaseworkError> {
        let loaded = self.load(caller, case, Action::ActInCase).await?;
        let mut known = store::copies_of(self.db(), case).await?.into_iter();
        if !known.any(|row| row.id == copy) {
            return Err(CaseworkError::NotFound);
        }
        let now = self.now();
        let side = store::recall_copy(case, copy, caller.viewer.account, micros(now));
        let note = Note::under(caller, "case.copy-recalled", &loaded.permit, now);
        let leaves = vec![Note { case: Some(case), ..note }.aside()?];
        match self.change(caller, WriteSet { sides: vec![side], leaves, ..WriteSet::default() }).await {
            Err(StoreError::Conflict) => Err(CaseworkError::Conflict { current: 0 }),
            done => Ok(done?),
        }
    }
}

fn view(row: &CopyRow, of: NewCopy) -> CopyView {
    CopyView {
        id: row.id,
        of,
        sha256: crate::ledger::hex(&row.digest),
        made_by: row.made_by,
        made_at: from_micros(row.made_at),
        recalled_at: row.recalled_at.map(from_micros),
        recalled_by: row.recalled_by,
    }
}

fn place(case: Uuid, row: Uuid) -> Place<'static> {
    Place { class: Class::Legal, case, row, table: "case_copy", column: "note", kind: "json" }
}
