//! Something is done or recorded in a case.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

use super::cipher::{self, Entry};
use super::request::{Request, command, drafter, request_hash};
use super::rows;
use super::time::{legal, micros};
use super::trail::{Caller, Link, Note};
use super::turns::Left;
use super::{CaseworkError, Service, outcomes, work};
use crate::access::{Action, Ask, Denial, Permit, Resource, permit};
use crate::law::{Accepted, CaseFile, Command, Pack, Reason, Refusal, What, decide};
use crate::store::{
    self, CaseRow, ClockRow, EventRow, IdempotencyRow, StoreError, WorkRow, WriteSet, chain_events,
};

/// How often a command is put to the law again when somebody else changed the case meanwhile.
const TRIES: usize = 5;

/// What came of an accepted request. The same request with the same key gets the same answer again.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct Done {
    /// The case.
    pub case: Uuid,
    /// Its version afterwards, also the ETag.
    pub version: i64,
    /// Number of the journal entry.
    pub entry: u32,
    /// States afterwards.
    pub standing: crate::law::case::Standing,
    /// Warnings that were answered or noted.
    pub warnings: Vec<Reason>,
}

/// A case with everything that is needed to change it.
pub(super) struct Loaded {
    pub(super) row: CaseRow,
    /// The case's number, which the row of a sealed case does not tell.
    pub(super) number: String,
    pub(super) file: CaseFile,
    pub(super) pack: Arc<Pack>,
    pub(super) permit: Permit,
}

/// What was kept, and the case as it was left.
struct Kept {
    done: Done,
    left: Left,
    /// Bytes of its sealed snapshot.
    size: usize,
}

impl Service {
    /// Puts a request to the law and keeps what follows, with its ledger leaf, or nothing.
    ///
    /// # Errors
    /// `Refused` with every reason; `Conflict` when `expected` is not the case's version; `NotFound` when there is no
    /// such case or this person may not know of it; `KeyReused`; store and vault errors.
    pub async fn proceed(
        &self,
        caller: &Caller,
        case: Uuid,
        expected: Option<i64>,
        request: &Request,
    ) -> Result<Done, CaseworkError> {
        let body = request_hash(case, request)?;
        let mut turn = self.turn(case).await;
        if let Some(left) = turn.left(case)
            && let Some(kept) = self.proceed_from(caller, left, expected, request, body).await
        {
            return match kept {
                Ok(Kept { done, left, size }) => {
                    turn.remember(left, size);
                    Ok(done)
                }
                Err(error) => self.replay_or(caller, body, error).await,
            };
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match self.proceed_once(caller, case, expected, request, body).await {
                Err(CaseworkError::Store(StoreError::Conflict)) if expected.is_none() && tries < TRIES => {}
                Err(error) => return self.replay_or(caller, body, error).await,
                Ok(Kept { done, left, size }) => {
                    turn.remember(left, size);
                    return Ok(done);
                }
            }
        }
    }

    /// Goes on from the case as this instance left it, which spares a look into the store. Another instance may have
    /// changed it meanwhile: only an act that was kept, whose version the store has checked, proves that none
    /// has. `None` means that the store must be asked: nothing was kept, no denial or refusal rests on such a case.
    async fn proceed_from(
        &self,
        caller: &Caller,
        Left { row, file, .. }: Left,
        expected: Option<i64>,
        request: &Request,
        body: [u8; 32],
    ) -> Option<Result<Kept, CaseworkError>> {
        let permit =
            permit(&caller.viewer, Action::ActInCase, &super::read::scope(&row), &self.offices()).ok()?;
        let pack = self.pack_of(&row).ok()?;
        let number = row.case_no.clone();
        let loaded = Loaded { row, number, file, pack, permit };
        if expected.is_some_and(|version| version != loaded.row.version) {
            return None;
        }
        if let Some(drafter) = drafter(&loaded.file, request) {
            self.permit_approval(caller, &loaded, drafter).ok()?;
        }
        let (command, accepted) = self.judge(caller, &loaded, request).ok()?;
        match Box::pin(self.keep(caller, loaded, command, accepted, body)).await {
            Err(CaseworkError::Store(StoreError::Conflict)) => None,
            kept => Some(kept),
        }
    }

    async fn proceed_once(
        &self,
        caller: &Caller,
        case: Uuid,
        expected: Option<i64>,
        request: &Request,
        body: [u8; 32],
    ) -> Result<Kept, CaseworkError> {
        let loaded = self.load(caller, case, Action::ActInCase).await?;
        if expected.is_some_and(|version| version != loaded.row.version) {
            return Err(CaseworkError::Conflict { current: loaded.row.version });
        }
        if let Some(drafter) = drafter(&loaded.file, request)
            && let Err(denial) = self.permit_approval(caller, &loaded, drafter)
        {
            return Err(self.denied(caller, denial).await);
        }
        match self.judge(caller, &loaded, request) {
            Ok((command, accepted)) => Box::pin(self.keep(caller, loaded, command, accepted, body)).await,
            Err(refusal) => {
                self.note_refusal(caller, &loaded, &refusal).await?;
                Err(refusal.into())
            }
        }
    }

    /// An approval is asked of the gate once more when it is known whose draft it is.
    pub(super) fn permit_approval(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        drafter: Uuid,
    ) -> Result<Permit, Denial> {
        let scope = super::read::scope(&loaded.row);
        permit(&caller.viewer, Action::ActInCase.after(drafter), &scope, &self.offices())
    }

    /// Asks the law.
    pub(super) fn judge(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        request: &Request,
    ) -> Result<(Command, Accepted), Refusal> {
        let now = legal(loaded.pack.zone, self.now());
        let command = command(&loaded.pack, caller, &loaded.permit, request, now)?;
        let accepted = decide(&loaded.pack, &loaded.file, &command, now)?;
        Ok((command, accepted))
    }

    /// Loads a case through the gate. The look itself is not written down here.
    pub(super) async fn load(
        &self,
        caller: &Caller,
        case: Uuid,
        action: Action,
    ) -> Result<Loaded, CaseworkError> {
        let Some(row) = store::find_case(self.db(), case).await? else { return Err(CaseworkError::NotFound) };
        let permit = match permit(&caller.viewer, action, &super::read::scope(&row), &self.offices()) {
            Ok(permit) => permit,
            Err(denial) => {
                // Denied and absent look alike from outside; the ledger knows the difference.
                let note = Note {
                    ok: false,
                    case: Some(case),
                    ..Note::of(caller, "case.denied", denial.rule, self.now())
                };
                self.write_aside(note).await?;
                return Err(self.said(caller, action, &row, denial));
            }
        };
        if row.sealed != 0 && !self.keys().seals() {
            return Err(CaseworkError::Elsewhere);
        }
        self.open_row(row, permit).await
    }

    /// What a denied person hears about a case: that there is none; but who lacks nothing but a factor shown a moment
    /// ago hears that.
    fn said(&self, caller: &Caller, action: Action, row: &CaseRow, denial: Denial) -> CaseworkError {
        let mut sure = caller.viewer.clone();
        sure.assurance.fresh = true;
        match permit(&sure, action, &super::read::scope(row), &self.offices()) {
            Ok(_) => CaseworkError::Denied(denial),
            Err(_) => CaseworkError::NotFound,
        }
    }

    /// Asks the gate about something whose existence is no secret. A denial is written down.
    ///
    /// # Errors
    /// `Denied` with the reason.
    pub async fn ask(
        &self,
        caller: &Caller,
        ask: impl Into<Ask>,
        to: Resource,
    ) -> Result<Permit, CaseworkError> {
        match permit(&caller.viewer, ask, to, &self.offices()) {
            Ok(permit) => Ok(permit),
            Err(denial) => Err(self.denied(caller, denial).await),
        }
    }

    /// Writes a denial down. A denial that cannot be written down is not said either.
    pub(super) async fn denied(&self, caller: &Caller, denial: Denial) -> CaseworkError {
        let note = Note::of(caller, "access.denied", denial.rule, self.now());
        match self.write_aside(Note { ok: false, ..note }).await {
            Ok(()) => CaseworkError::Denied(denial),
            Err(error) => error,
        }
    }

    /// Opens a row whose permit was given.
    pub(super) async fn open_row(&self, row: CaseRow, permit: Permit) -> Result<Loaded, CaseworkError> {
        let pack = self.pack_of(&row)?;
        let file = cipher::open_case(self.keys(), row.id, &row.snapshot).await?;
        let number = match &row.sealed_no {
            Some(sealed) => cipher::open(self.keys(), &cipher::number_place(row.id), sealed).await?,
            None => row.case_no.clone(),
        };
        Ok(Loaded { row, number, file, pack, permit })
    }

    /// The pack to which a case is pinned.
    pub(super) fn pack_of(&self, row: &CaseRow) -> Result<Arc<Pack>, CaseworkError> {
        self.packs()
            .pinned(&row.pack_id, &row.pack_version)
            .cloned()
            .ok_or(CaseworkError::Corrupt { what: "pack version of a case" })
    }

    async fn keep(
        &self,
        caller: &Caller,
        loaded: Loaded,
        command: Command,
        accepted: Accepted,
        body: [u8; 32],
    ) -> Result<Kept, CaseworkError> {
        let Loaded { mut row, file, pack, permit, .. } = loaded;
        let (case, at) = (row.id, self.now());
        let supersedes = match &command.what {
            What::Evidence { supersedes, .. } => supersedes.map(i64::from),
            _ => None,
        };
        let mut event = self.event_row(&pack, case, caller, command, &accepted, supersedes).await?;
        let events = std::slice::from_mut(&mut event);
        let scope_before = super::read::scope(&row);
        let (clocks, work) = self.advance(&pack, &mut row, &file, &accepted.after, events).await?;
        let turns = (row.sealed != 0) != scope_before.sealed;
        if turns {
            self.may_turn(caller, scope_before, row.sealed != 0).await?;
        }
        let (mut counted, mut writes) = (Vec::new(), Vec::new());
        if accepted.kind == "act" {
            let warned = accepted.warnings.iter().map(|warning| warning.code.clone()).collect();
            let warnings = outcomes::Warnings::from([(accepted.after.seq, warned)]);
            counted = outcomes::after(&pack, &row, &accepted.after, file.seq, &warnings);
        }
        if file.child != accepted.after.child && row.sealed == 0 {
            let (sex, band) = outcomes::class(&pack, &accepted.after.child, accepted.after.offence.on);
            writes.push(store::reclass_outcomes(case, sex, band));
        }
        if turns && row.sealed != 0 {
            writes.push(store::unlink_outcomes(case));
        }
        let note = Note::under(caller, act_name(accepted.kind), &permit, at);
        let done = Done {
            case,
            version: row.version,
            entry: accepted.after.seq,
            standing: accepted.after.states.clone(),
            warnings: accepted.warnings,
        };
        let idempotency = self.idempotency(caller, case, body, &done).await?;
        writes.extend(self.once(caller));
        let set = WriteSet {
            events: vec![event],
            clocks,
            work,
            outcomes: counted,
            idempotency,
            writes,
            ..WriteSet::default()
        };
        if turns {
            let mut row = Box::pin(self.reseal(&pack, row, note, set, None)).await?;
            let size = std::mem::take(&mut row.snapshot).len();
            return Ok(Kept { done, left: Left { row, file: accepted.after, since: Instant::now() }, size });
        }
        let leaf = Self::link(&mut row, note)?;
        let snapshot = std::mem::take(&mut row.snapshot);
        let size = snapshot.len();
        let set = WriteSet { update: Some(CaseRow { snapshot, ..row.clone() }), leaves: vec![leaf], ..set };
        store::commit(self.db(), set).await?;
        Ok(Kept { done, left: Left { row, file: accepted.after, since: Instant::now() }, size })
    }

    /// Brings a case's row to where the law has left it, with its new journal entries; gives the clocks and the work
    /// that changed.
    pub(super) async fn advance(
        &self,
        pack: &Pack,
        row: &mut CaseRow,
        before: &CaseFile,
        after: &CaseFile,
        events: &mut [EventRow],
    ) -> Result<(Vec<ClockRow>, Vec<WorkRow>), CaseworkError> {
        let mut clocks = rows::clock_rows(row.id, pack, after);
        row.version += 1;
        row.updated_at = micros(self.now());
        row.snapshot = cipher::seal(self.keys(), &cipher::snapshot_place(row.id), after).await?;
        rows::show(row, pack, after, &clocks);
        let kept = rows::clock_rows(row.id, pack, before);
        clocks.retain(|clock| !kept.contains(clock));
        let head = rows::hash(&row.events_head).ok_or(CaseworkError::Corrupt { what: "journal head" })?;
        row.events_count += i64::try_from(events.len()).unwrap_or(i64::MAX);
        row.events_head = chain_events(&head, events).to_vec();
        let asked = |file| work::derive::of_law(row.id, row.office_id, pack, file);
        Ok((clocks, work::derive::changed(&asked(before), asked(after))))
    }

    pub(super) async fn event_row(
        &self,
        pack: &Pack,
        case: Uuid,
        caller: &Caller,
        command: Command,
        accepted: &Accepted,
        supersedes: Option<i64>,
    ) -> Result<EventRow, CaseworkError> {
        let id = self.new_id();
        let legal_at = micros(super::time::instant(pack.zone, command.at));
        let entry = Entry {
            command,
            role: accepted.role.clone(),
            warnings: accepted.warnings.iter().map(|w| w.code.clone()).collect(),
            parts: Vec::new(),
        };
        Ok(EventRow {
            case_id: case,
            seq: i64::from(accepted.after.seq),
            id,
            kind: accepted.kind.to_owned(),
            code: accepted.code.clone(),
            legal_at,
            recorded_at: micros(self.now()),
            actor_id: caller.viewer.account,
            class: i64::from(crate::vault::Class::Legal.code()),
            payload: cipher::seal_entry(self.keys(), pack, case, id, entry).await?,
            pack_version: pack.version.clone(),
            supersedes_seq: supersedes,
            head: Vec::new(),
        })
    }

    /// Puts a change into the chain of its case: the row learns its new head, the leaf vouches for the row.
    pub(super) fn link(row: &mut CaseRow, note: Note<'_>) -> Result<store::LeafDraft, CaseworkError> {
        let cseq =
            u64::try_from(row.cseq + 1).map_err(|_| CaseworkError::Corrupt { what: "ledger chain" })?;
        let previous = if row.cseq == 0 { None } else { rows::hash(&row.chain_head) };
        let link = Link { case: row.id, cseq, previous, state: row.digest() };
        let (draft, head) = note.chained(&link)?;
        row.cseq += 1;
        row.chain_head = head.to_vec();
        Ok(draft)
    }

    /// Writes down something that changes no case.
    pub(super) async fn write_aside(&self, note: Note<'_>) -> Result<(), CaseworkError> {
        let set = WriteSet { leaves: vec![note.aside()?], ..WriteSet::default() };
        store::commit(self.db(), set).await?;
        Ok(())
    }

    pub(super) async fn note_refusal(
        &self,
        caller: &Caller,
        loaded: &Loaded,
        refusal: &Refusal,
    ) -> Result<(), CaseworkError> {
        let codes: Vec<&str> = refusal.reasons.iter().map(|r| r.code.as_str()).collect();
        let place = cipher::detail_place(loaded.row.id, caller.request);
        let detail = cipher::seal(self.keys(), &place, &codes).await?;
        let note = Note::under(caller, "case.refused", &loaded.permit, self.now());
        self.write_aside(Note { ok: false, case: Some(loaded.row.id), detail: Some(detail), ..note }).await
    }

    pub(super) async fn idempotency(
        &self,
        caller: &Caller,
        case: Uuid,
        body: [u8; 32],
        done: &impl Serialize,
    ) -> Result<Option<IdempotencyRow>, CaseworkError> {
        let Some(key) = caller.idempotency_key.clone() else { return Ok(None) };
        let response = cipher::seal(self.keys(), &answer_place(case, caller.viewer.account), done).await?;
        Ok(Some(IdempotencyRow {
            account_id: caller.viewer.account,
            key,
            body_hash: body.to_vec(),
            case_id: Some(case),
            status: 200,
            response,
            at: micros(self.now()),
        }))
    }

    /// The first answer, if this very request was answered before; otherwise the error. Somebody who sealed a case, and
    /// may not know of it since, may still ask what came of that.
    pub(super) async fn replay_or<T: serde::de::DeserializeOwned>(
        &self,
        caller: &Caller,
        body: [u8; 32],
        error: CaseworkError,
    ) -> Result<T, CaseworkError> {
        let repeatable = matches!(
            error,
            CaseworkError::Refused(_)
                | CaseworkError::Conflict { .. }
                | CaseworkError::NotFound
                | CaseworkError::Store(StoreError::Conflict | StoreError::Duplicate { .. })
        );
        let stored = match &caller.idempotency_key {
            Some(key) if repeatable => store::find_idempotency(self.db(), caller.viewer.account, key).await?,
            _ => None,
        };
        let Some(stored) = stored else { return Err(plain(error)) };
        if stored.body_hash != body {
            return Err(CaseworkError::KeyReused);
        }
        let case = stored.case_id.ok_or(CaseworkError::Corrupt { what: "idempotency key" })?;
        let sealed = store::find_case(self.db(), case).await?.is_some_and(|row| row.sealed != 0);
        if sealed && !self.keys().seals() {
            return Err(CaseworkError::Elsewhere);
        }
        cipher::open(self.keys(), &answer_place(case, caller.viewer.account), &stored.response).await
    }
}

pub(super) fn answer_place(case: Uuid, account: Uuid) -> crate::vault::Place<'static> {
    let class = crate::vault::Class::Legal;
    crate::vault::Place { class, case, row: account, table: "idempotency", column: "response", kind: "json" }
}

/// A store conflict as a use case's own.
fn plain(error: CaseworkError) -> CaseworkError {
    match error {
        CaseworkError::Store(StoreError::Conflict) => CaseworkError::Conflict { current: 0 },
        other => other,
    }
}

const fn act_name(kind: &'static str) -> &'static str {
    match kind.as_bytes() {
        b"act" => "case.act",
        b"draft" => "case.draft",
        b"return" => "case.return",
        b"evidence" => "case.evidence",
        b"issue" => "case.issue",
        b"serve" => "case.serve",
        _ => "case.correct",
    }
}
