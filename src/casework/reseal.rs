//! A record is sealed or unsealed: all of its content goes under fresh keys, and the old ones are destroyed.
//!
//! The keys of a sealed case hang on the sealing key, so that no process but the sealer opens it. Merely wrapping the
//! old keys anew would leave them in whatever copy or memory they are; with fresh ones such copies open nothing of what
//! is stored from then on.
//!
//! Two stores change, one after the other: the new keys first, then the content with its leaf, then the old keys. A row
//! of `resealing` says how far it has come, and whoever finds one that was left takes it over and ends it, forwards or
//! back ([`Service::recover`]).

use uuid::Uuid;

use super::intake::number_taken;
use super::keys::CaseKeys;
use super::people::{self, Identity};
use super::time::micros;
use super::trail::{Caller, Note};
use super::{CaseworkError, Service, cipher, items, proceed};
use crate::access::{Action, CaseScope, Resource};
use crate::law::Pack;
use crate::ledger::row::CHAIN_START;
use crate::ledger::{Leaf, leaf_hash};
use crate::store::{
    self, CaseRow, DetailRow, EventRow, ItemRow, PersonRow, Reseal, ResealingRow, TagRow, WriteSet,
    chain_events, chain_people, details_digest, tags_digest,
};
use crate::vault::{Class, Wiped};

/// Journal entries read at a time.
const PAGE: i64 = 1_000;

impl Service {
    /// Whether a change to or from sealed may be made here, by this person, now.
    ///
    /// # Errors
    /// `Elsewhere` in any process but the sealer; `Denied`, for unsealing also without a fresh second factor.
    pub(super) async fn may_turn(
        &self,
        caller: &Caller,
        before: CaseScope,
        to_sealed: bool,
    ) -> Result<(), CaseworkError> {
        self.keys().sealed_keyring()?;
        let action = if to_sealed { Action::Seal } else { Action::Unseal };
        self.ask(caller, action, Resource::Case(before)).await.map(drop)
    }

    /// Keeps a change that puts a case under fresh keys: `row` as it is to be but for its keys, what else is kept with it,
    /// and a journal entry that gets other content, with what is kept away of it.
    pub(super) async fn reseal(
        &self,
        pack: &Pack,
        row: CaseRow,
        note: Note<'_>,
        set: WriteSet,
        changed: Option<(EventRow, Option<ItemRow>)>,
    ) -> Result<CaseRow, CaseworkError> {
        let (case, sealed) = (row.id, row.sealed != 0);
        let old = self.keys().as_stored(case, &row.snapshot).await?;
        let to_no = old.key_no() + 1;
        let intent = ResealingRow {
            case_id: case,
            holder: self.new_id(),
            from_no: i64::from(old.key_no()),
            to_no: i64::from(to_no),
            phase: store::BEGUN.to_owned(),
            at: micros(self.now()),
        };
        store::begin_reseal(self.db(), &intent).await?;
        let kept = self.reseal_claimed(pack, row, note, set, changed, &old, sealed, &intent).await;
        self.end(&intent, kept.is_ok()).await;
        kept
    }

    /// Ends a change of keys, or leaves it to be ended later.
    pub(super) async fn end(&self, intent: &ResealingRow, kept: bool) {
        let ended = if kept {
            self.end_reseal(intent, true).await
        } else {
            // An error does not tell whether the database kept it; only its own row does.
            self.end_left(intent).await.map(drop)
        };
        // What was kept is true from now on, whatever becomes of the keys in this very moment.
        if let Err(error) = ended {
            tracing::error!(error = %error, "a change of keys is to be ended later");
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one step of `reseal`, split off for its error")]
    async fn reseal_claimed(
        &self,
        pack: &Pack,
        mut row: CaseRow,
        note: Note<'_>,
        mut set: WriteSet,
        changed: Option<(EventRow, Option<ItemRow>)>,
        old: &CaseKeys,
        sealed: bool,
        intent: &ResealingRow,
    ) -> Result<CaseRow, CaseworkError> {
        let case = row.id;
        let new = self.keys().fresh(sealed, case, &old.classes(), old.key_no() + 1).await?;
        row.snapshot = cipher::recode(old, &new, &cipher::snapshot_place(case), &row.snapshot)?;

        if sealed && row.sealed_no.is_none() {
            let number =
                Wiped::json(&row.case_no).map_err(|_| CaseworkError::Corrupt { what: "case number" })?;
            let place = cipher::number_place(case);
            row.sealed_no = Some(new.dek(place.class)?.seal(&place, &number)?);
            // As unique as a number is, and no hint of it.
            row.case_no = format!("sealed-{}", case.simple());
        } else if !sealed && let Some(number) = row.sealed_no.take() {
            let place = cipher::number_place(case);
            let number = old.dek(place.class)?.open(&place, &number)?;
            row.case_no = serde_json::from_slice(&number)
                .map_err(|_| CaseworkError::Corrupt { what: "case number" })?;
        }

        let mut events = self.all_events(case).await?;
        let there = events.len();
        events.append(&mut set.events);
        for event in &mut events {
            if let Some((changed, _)) = changed.as_ref().filter(|(changed, _)| changed.id == event.id) {
                event.payload.clone_from(&changed.payload);
            }
            event.payload = cipher::recode_entry(old, &new, case, event.id, &event.payload)?;
        }
        row.events_head = chain_events(&CHAIN_START, &mut events).to_vec();
        set.events = events.split_off(there);

        let mut people = store::people_of(self.db(), case).await?;
        let tags = self.recode_people(old, &new, &mut people, sealed)?;
        row.people_head = chain_people(&CHAIN_START, &mut people).to_vec();

        let mut answers = store::answers_of(self.db(), case).await?;
        for answer in answers.iter_mut().chain(&mut set.idempotency) {
            let place = proceed::answer_place(case, answer.account_id);
            answer.response = cipher::recode(old, &new, &place, &answer.response)?;
        }
        let mut beside = store::beside(self.db(), case).await?;
        for row in &mut beside {
            let place = cipher::beside_place(case, row.id, row.of);
            row.sealed = cipher::recode(old, &new, &place, &row.sealed)?;
        }
        if let Some(mut item) = changed.and_then(|(_, item)| item) {
            if let Some(content) = &mut item.content {
                *content = cipher::recode(old, &new, &items::place(case, item.id, "content"), content)?;
            }
            set.sides.push(store::seal_item(&item));
        }
        let details = self.recode_details(old, &new, case).await?;
        row.details_digest = details_digest(&details);

        let note = Note { gone: old.commitments(), made: new.commitments(), ..note };
        let leaf = Self::link(&mut row, note)?;
        set.leaves.push(leaf);
        set.update = Some(row.clone());
        let reseal = Reseal { case, holder: intent.holder, events, people, tags, answers, details, beside };
        set.reseal = Some(Box::new(reseal));
        store::commit(self.db(), set).await.map_err(number_taken)?;
        tracing::info!(pack = %pack.id, sealed, "a record went under other keys");
        Ok(row)
    }

    pub(super) async fn all_events(&self, case: Uuid) -> Result<Vec<EventRow>, CaseworkError> {
        let mut events: Vec<EventRow> = Vec::new();
        loop {
            let after = events.last().map_or(i64::MIN, |event| event.seq);
            let page = store::events_of(self.db(), case, after, PAGE).await?;
            if page.is_empty() {
                return Ok(events);
            }
            events.extend(page);
        }
    }

    fn recode_people(
        &self,
        old: &CaseKeys,
        new: &CaseKeys,
        people: &mut [PersonRow],
        sealed: bool,
    ) -> Result<Vec<TagRow>, CaseworkError> {
        let index = if sealed {
            self.keys().sealed_keyring()?.blind_index()
        } else {
            self.keys().keyring().blind_index()
        };
        let mut all = Vec::new();
        for person in people {
            let corrupt = || CaseworkError::Corrupt { what: "person" };
            let class = i16::try_from(person.class).ok().and_then(Class::from_code).ok_or_else(corrupt)?;
            let place = cipher::person_place(person.case_id, person.id, class);
            let opened = old.dek(class)?.open(&place, &person.body)?;
            let identity: Identity = serde_json::from_slice(&opened).map_err(|_| corrupt())?;
            person.body = new.dek(class)?.seal(&place, &opened)?;
            let tags = people::tag_rows(&index, person.case_id, person.id, &identity);
            person.tags_digest = tags_digest(&tags).to_vec();
            all.extend(tags);
        }
        Ok(all)
    }

    /// The details of the leaves of a case under other keys. A leaf cannot change; its copy beside it does.
    async fn recode_details(
        &self,
        old: &CaseKeys,
        new: &CaseKeys,
        case: Uuid,
    ) -> Result<Vec<DetailRow>, CaseworkError> {
        let earlier = store::details_of(self.db(), case).await?;
        let mut details = Vec::new();
        for (leaf, written) in store::leaf_details_of(self.db(), case).await? {
            let hash = leaf_hash(&leaf).to_vec();
            let leaf = Leaf::parse(&leaf).map_err(|_| CaseworkError::Corrupt { what: "ledger leaf" })?;
            let detail = earlier
                .iter()
                .find(|d| d.leaf_hash == hash)
                .map_or(written.as_slice(), |d| d.detail.as_slice());
            let place = cipher::detail_place(case, leaf.req);
            let detail = cipher::recode(old, new, &place, detail)?;
            details.push(DetailRow { leaf_hash: hash, case_id: case, detail });
        }
        Ok(details)
    }

    /// Destroys the keys that are no longer in force, or those that never came to be.
    async fn end_reseal(&self, intent: &ResealingRow, kept: bool) -> Result<(), CaseworkError> {
        let (from, to) = if kept { (0, intent.from_no) } else { (intent.to_no, intent.to_no) };
        self.keys().db().destroy_case_keys(intent.case_id, from, to).await?;
        self.keys().forget(intent.case_id);
        Ok(store::end_reseal(self.db(), intent.case_id, intent.holder).await?)
    }

    /// Ends the changes of keys that began at least `age` microseconds ago and were left. Returns how many.
    ///
    /// # Errors
    /// When a store cannot be read or written; it can be done again.
    pub async fn recover(&self, age: i64) -> Result<usize, CaseworkError> {
        let mut ended = 0;
        for left in store::reseals_left(self.db(), micros(self.now()).saturating_sub(age)).await? {
            ended += usize::from(self.end_left(&left).await?);
        }
        Ok(ended)
    }

    /// Ends a change of keys as far as it has come, unless it goes on.
    async fn end_left(&self, left: &ResealingRow) -> Result<bool, CaseworkError> {
        let Some(left) = store::find_reseal(self.db(), left.case_id, left.holder).await? else {
            return Ok(false);
        };
        let mine = ResealingRow { holder: self.new_id(), ..left.clone() };
        // A transaction that is under way holds the row; whatever became of it then, this is not what was read.
        if !store::take_over(self.db(), &left, mine.holder).await? {
            return Ok(false);
        }
        self.end_reseal(&mine, mine.phase == store::KEPT_PHASE).await?;
        Ok(true)
    }
}
