//! A single entry of a journal is sealed by itself, while the case goes on: what it said is kept away from everybody, that
//! it is there and what the law needs of it stays. Two people put it back. This is another thing than the sealing of a
//! case, and neither touches the other.
//!
//! What the entry said is sealed by the sealer and then under the case's key; the entry without it, and with it all of
//! the case, goes under fresh keys, so that no copy of the old ones opens what was there.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cipher::{self, Entry};
use super::exclusions::check_reason;
use super::proceed::Loaded;
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::{Action, Resource};
use crate::law::Reason;
use crate::law::case::Fields;
use crate::law::command::{Command, What};
use crate::record::{Decision, Text, Value};
use crate::store::{self, EventRow, ItemRow, Side, StoreError, WriteSet};
use crate::vault::{Class, DomainPlace, Place};

/// Shortest written reason, in characters.
const SHORTEST: usize = 10;

/// An entry that is to be sealed.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItemSeal {
    /// Number of the journal entry.
    pub entry: i64,
    /// Why, and under which rule.
    #[schema(min_length = 10, max_length = 2000)]
    pub reason: String,
}

/// Why a sealed entry is to be put back.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unsealing {
    /// Why, and under which rule.
    #[schema(min_length = 10, max_length = 2000)]
    pub reason: String,
}

/// An entry that is or was sealed by itself; never what it says.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SealedItemView {
    /// Identity.
    pub id: Uuid,
    /// Number of the journal entry.
    pub entry: i64,
    /// Who sealed it.
    pub sealed_by: Uuid,
    /// When.
    pub sealed_at: DateTime<Utc>,
    /// Who proposed to put it back.
    pub unsealing_proposed_by: Option<Uuid>,
    /// When.
    pub unsealing_proposed_at: Option<DateTime<Utc>>,
    /// Who put it back.
    pub unsealed_by: Option<Uuid>,
    /// When.
    pub unsealed_at: Option<DateTime<Utc>>,
}

/// What is kept away.
#[derive(Serialize, Deserialize)]
struct Held {
    entry: Entry,
    reason: String,
}

fn inner_place(item: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: item, table: "sealed_item", column: "content", kind: "json" }
}

pub(super) fn place(case: Uuid, item: Uuid, column: &'static str) -> Place<'static> {
    Place { class: Class::Legal, case, row: item, table: "sealed_item", column, kind: "json" }
}

impl Service {
    /// The entries of a case that are or were sealed by themselves.
    ///
    /// # Errors
    /// As [`Self::read_case`].
    pub async fn sealed_items(
        &self,
        caller: &Caller,
        case: Uuid,
    ) -> Result<Vec<SealedItemView>, CaseworkError> {
        self.look(caller, case, "case.items").await?;
        Ok(store::items_of(self.db(), case).await?.into_iter().map(item_view).collect())
    }

    /// Seals an entry by itself.
    ///
    /// # Errors
    /// `NotFound`; `Elsewhere` in any process but the sealer; `Invalid` for an entry that is not there, is sealed, or is a
    /// draft that waits for approval, and for a reason that is none.
    pub async fn seal_item(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewItemSeal,
    ) -> Result<SealedItemView, CaseworkError> {
        let _turn = self.turn(case).await;
        let loaded = self.load(caller, case, Action::Seal).await?;
        self.keys().sealed_keyring()?;
        check_reason(&new.reason, SHORTEST)?;
        let event = self.entry_to_seal(&loaded, new.entry).await?;
        let entry = cipher::open_entry(self.keys(), case, event.id, &event.payload, &Class::ALL).await?;
        let without = without_words(entry.clone());
        let payload = cipher::seal_entry(self.keys(), &loaded.pack, case, event.id, without).await?;
        let id = self.new_id();
        let held = Held { entry, reason: new.reason.clone() };
        let inner = self.seal_sealed(&inner_place(id), &held)?;
        let row = ItemRow {
            id,
            case_id: case,
            seq: event.seq,
            content: Some(
                cipher::seal(self.keys(), &place(case, id, "content"), &STANDARD.encode(inner)).await?,
            ),
            sealed_by: caller.viewer.account,
            sealed_at: micros(self.now()),
            proposed_by: None,
            proposed_at: None,
            proposal: None,
            lifted_by: None,
            lifted_at: None,
        };
        let event = EventRow { payload, ..event };
        self.rewrite(caller, loaded, "item.seal", (event, Some(row.clone())), Vec::new()).await?;
        Ok(item_view(row))
    }

    /// Proposes to put a sealed entry back, or, proposed by somebody else, does so.
    ///
    /// # Errors
    /// `NotFound`; `Elsewhere` in any process but the sealer; `Denied` without a fresh factor and for who proposed it;
    /// `Conflict` when it is back already.
    pub async fn unseal_item(
        &self,
        caller: &Caller,
        case: Uuid,
        item: Uuid,
        unsealing: &Unsealing,
    ) -> Result<SealedItemView, CaseworkError> {
        let _turn = self.turn(case).await;
        let loaded = self.load(caller, case, Action::Unseal).await?;
        self.keys().sealed_keyring()?;
        check_reason(&unsealing.reason, SHORTEST)?;
        let items = store::items_of(self.db(), case).await?;
        let row = items.into_iter().find(|row| row.id == item).ok_or(CaseworkError::NotFound)?;
        let (by, at) = (caller.viewer.account, micros(self.now()));
        let (Some(content), None) = (&row.content, row.lifted_at) else {
            return Err(CaseworkError::Conflict { current: 0 });
        };
        let Some(proposer) = row.proposed_by else {
            let why = cipher::seal(self.keys(), &place(case, item, "proposal"), &unsealing.reason).await?;
            let note = Note::under(caller, "item.unseal-proposed", &loaded.permit, self.now());
            let leaves = vec![Note { case: Some(case), ..note }.with("item", item).aside()?];
            let sides = vec![store::propose_item(item, by, at, &why)];
            self.change(caller, WriteSet { sides, leaves, ..WriteSet::default() }).await?;
            return Ok(item_view(ItemRow { proposed_by: Some(by), proposed_at: Some(at), ..row }));
        };
        let scope = super::read::scope(&loaded.row);
        self.ask(caller, Action::Unseal.after(proposer), Resource::Case(scope)).await?;
        let inner: String = cipher::open(self.keys(), &place(case, item, "content"), content).await?;
        let inner = STANDARD.decode(inner).map_err(|_| CaseworkError::Corrupt { what: "sealed entry" })?;
        let held: Held = self.open_sealed(&inner_place(item), &inner)?;
        let events = store::events_of(self.db(), case, row.seq - 1, 1).await?;
        let event = events.into_iter().next().ok_or(CaseworkError::Corrupt { what: "sealed entry" })?;
        let payload = cipher::seal_entry(self.keys(), &loaded.pack, case, event.id, held.entry).await?;
        let (event, lifted) = (EventRow { payload, ..event }, vec![store::lift_item(item, by, at)]);
        self.rewrite(caller, loaded, "item.unseal", (event, None), lifted).await?;
        Ok(item_view(ItemRow { lifted_by: Some(by), lifted_at: Some(at), ..row }))
    }

    async fn entry_to_seal(&self, loaded: &Loaded, number: i64) -> Result<EventRow, CaseworkError> {
        let no = |zh, en| {
            Err(CaseworkError::Invalid(vec![
                Reason::engine("ENTRY_NOT_SEALABLE", Text::new(zh, en)).on("/entry"),
            ]))
        };
        let case = loaded.row.id;
        let found = store::events_of(self.db(), case, number.saturating_sub(1), 1).await?;
        let Some(event) = found.into_iter().next().filter(|event| event.seq == number) else {
            return no("没有这一条记录", "there is no such entry");
        };
        if loaded.file.drafts.iter().any(|draft| i64::from(draft.seq) == number) {
            return no("拟稿尚待审批，不能封存", "a draft that waits for approval is not sealed");
        }
        let items = store::items_of(self.db(), case).await?;
        if items.iter().any(|item| item.seq == number && item.lifted_at.is_none()) {
            return no("该条已经封存", "this entry is sealed already");
        }
        Ok(event)
    }

    /// Keeps a journal entry with other content, under fresh keys of the whole case.
    async fn rewrite(
        &self,
        caller: &Caller,
        loaded: Loaded,
        act: &str,
        changed: (EventRow, Option<ItemRow>),
        sides: Vec<Side>,
    ) -> Result<(), CaseworkError> {
        let Loaded { mut row, file, pack, permit, .. } = loaded;
        let (clocks, work) = self.advance(&pack, &mut row, &file, &file, &mut []).await?;
        let note = Note::under(caller, act, &permit, self.now());
        let writes = self.once(caller).into_iter().collect();
        let set = WriteSet { clocks, work, sides, writes, ..WriteSet::default() };
        let kept = Box::pin(self.reseal(&pack, row, note, set, Some(changed))).await;
        kept.map(drop).map_err(|error| match error {
            CaseworkError::Store(StoreError::Conflict | StoreError::Duplicate { .. }) => {
                CaseworkError::Conflict { current: 0 }
            }
            other => other,
        })
    }
}

fn item_view(row: ItemRow) -> SealedItemView {
    SealedItemView {
        id: row.id,
        entry: row.seq,
        sealed_by: row.sealed_by,
        sealed_at: from_micros(row.sealed_at),
        unsealing_proposed_by: row.proposed_by,
        unsealing_proposed_at: row.proposed_at.map(from_micros),
        unsealed_by: row.lifted_by,
        unsealed_at: row.lifted_at.map(from_micros),
    }
}

/// An entry without anything that somebody wrote in words. Days, numbers and choices stay: the law has counted on them.
fn without_words(mut entry: Entry) -> Entry {
    silence(&mut entry.command);
    entry.command.because.values_mut().for_each(String::clear);
    entry
}

fn silence(command: &mut Command) {
    match &mut command.what {
        What::Act(act) => {
            fields(&mut act.inputs);
            act.evidence.values_mut().for_each(fields);
            act.decision.iter_mut().for_each(decision);
        }
        What::Draft { inputs, evidence, decision: drafted, .. } => {
            fields(inputs);
            evidence.values_mut().for_each(fields);
            decision(drafted);
        }
        What::Return { reason, .. } | What::CorrectChild { reason, .. } => reason.clear(),
        What::Evidence { fields: recorded, .. } => fields(recorded),
        What::Issue { inputs, .. } => fields(inputs),
        What::Serve { .. } => {}
    }
}

fn fields(of: &mut Fields) {
    for value in of.values_mut() {
        if matches!(value, Value::Text(_)) {
            *value = Value::Recorded;
        }
    }
}

fn decision(of: &mut Decision) {
    of.reasons.clear();
    of.alternatives.clear();
    of.child_view.clear();
    of.diversion.clear();
}
