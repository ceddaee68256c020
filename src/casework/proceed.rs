//! Something is done or recorded in a case.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

use super::cipher::{self, Entry};
use super::rows;
use super::time::{legal, micros};
use super::trail::{Caller, Link, Note};
use super::turns::Left;
use super::{CaseworkError, Service, outcomes, work};
use crate::access::{Action, Ask, Denial, Permit, Resource, permit};
use crate::law::case::Fields;
use crate::law::decide::{must_be_named, roles_for};
use crate::law::input::{parse_time, read_fields};
use crate::law::pack::Field;
use crate::law::{Accepted, Act, Actor, CaseFile, Command, Pack, Reason, Refusal, What, decide};
use crate::record::{Child, Decision, Offence, Text};
use crate::store::{
    self, CaseRow, ClockRow, EventRow, IdempotencyRow, StoreError, WorkRow, WriteSet, chain_events,
};

/// How often a command is put to the law again when somebody else changed the case meanwhile.
const TRIES: usize = 5;

/// A request as it comes in, before the pack has said what its fields mean.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
pub struct Request {
    /// Legal time of what happened: `2026-03-10` or `2026-03-10T22:00`; now unless said.
    pub at: Option<String>,
    /// The pack's role in which it is done, or whose act is recorded. Needed where several parties or authorities may
    /// have done it, such as the child or the legal representative.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What.
    #[serde(flatten)]
    pub what: RequestKind,
    /// Written reasons for going on despite a warning, by its code.
    #[serde(default)]
    pub because: BTreeMap<String, String>,
}

/// What is asked.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestKind {
    /// An event of the pack is done.
    Act {
        /// The event.
        event: String,
        /// Inputs.
        #[serde(default)]
        #[schema(value_type = Object)]
        inputs: Map<String, Json>,
        /// Evidence given with the act, by safeguard.
        #[serde(default)]
        #[schema(value_type = Object)]
        evidence: BTreeMap<String, Map<String, Json>>,
        /// Journal entry of the draft that is approved.
        draft: Option<u32>,
        /// What another authority decided, when its act is recorded.
        decision: Option<Decision>,
    },
    /// A decision is drafted for another person to approve.
    Draft {
        /// The event.
        event: String,
        /// Its inputs.
        #[serde(default)]
        #[schema(value_type = Object)]
        inputs: Map<String, Json>,
        /// Evidence given with it, by safeguard.
        #[serde(default)]
        #[schema(value_type = Object)]
        evidence: BTreeMap<String, Map<String, Json>>,
        /// The decision.
        decision: Decision,
    },
    /// A draft is sent back.
    Return {
        /// Journal entry of the draft.
        draft: u32,
        /// Why.
        reason: String,
    },
    /// Evidence of a safeguard.
    Evidence {
        /// The safeguard.
        safeguard: String,
        /// What is recorded.
        #[schema(value_type = Object)]
        fields: Map<String, Json>,
        /// Journal entry that this corrects.
        supersedes: Option<u32>,
    },
    /// A document is made.
    Issue {
        /// The document.
        document: String,
        /// Its inputs.
        #[serde(default)]
        #[schema(value_type = Object)]
        inputs: Map<String, Json>,
    },
    /// A document was received.
    Serve {
        /// The document.
        document: String,
        /// By these roles.
        to: Vec<String>,
        /// On this day.
        received_on: chrono::NaiveDate,
    },
    /// What is known of the child or of the alleged offence is corrected.
    CorrectChild {
        /// As it is known now.
        child: Child,
        /// The alleged offence as it is known now, where that is corrected too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offence: Option<Offence>,
        /// Why.
        reason: String,
    },
}

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

pub(super) fn request_hash(case: Uuid, request: &impl Serialize) -> Result<[u8; 32], CaseworkError> {
    use sha2::{Digest as _, Sha256};
    let bytes = serde_json::to_vec(request).map_err(|_| CaseworkError::Corrupt { what: "request" })?;
    Ok(Sha256::new().chain_update(case.as_bytes()).chain_update(bytes).finalize().into())
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

/// The pack roles in which somebody may act, or for which they may record, towards a case.
pub(super) fn actor(pack: &Pack, caller: &Caller, permit: &Permit) -> Actor {
    let roles = pack
        .roles
        .iter()
        .filter(|role| role.staff.iter().any(|staff| permit.roles().contains(staff)))
        .map(|role| role.id.clone())
        .collect();
    Actor { person: caller.viewer.account, roles }
}

/// Who drafted what a request approves.
pub(super) fn drafter(file: &CaseFile, request: &Request) -> Option<Uuid> {
    let RequestKind::Act { draft: Some(draft), .. } = request.what else { return None };
    file.drafts.iter().find(|d| d.seq == draft).map(|d| d.by)
}

/// What the pack makes of a request.
pub(super) fn command(
    pack: &Pack,
    caller: &Caller,
    permit: &Permit,
    request: &Request,
    now: chrono::NaiveDateTime,
) -> Result<Command, Refusal> {
    let at = match &request.at {
        None => now,
        Some(text) => read_moment(text, now).ok_or_else(|| {
            let text = Text::new(
                "时间应如 2026-03-10 或 2026-03-10T22:00",
                "expected 2026-03-10 or 2026-03-10T22:00",
            );
            Refusal::one(Reason::engine("FIELD_INVALID", text).on("/at"))
        })?,
    };
    let what = what(pack, &request.what)?;
    let by = in_role(pack, actor(pack, caller, permit), request)?;
    Ok(Command { at, by, what, because: request.because.clone() })
}

/// The actor with the role that the request names in the first place. Who of several outsiders acted is never guessed:
/// the law may treat them differently.
fn in_role(pack: &Pack, mut actor: Actor, request: &Request) -> Result<Actor, Refusal> {
    let event = match &request.what {
        RequestKind::Act { event, .. } | RequestKind::Draft { event, .. } => pack.events.find(event),
        _ => None,
    };
    let fits = |role: &String| event.is_none_or(|event| event.by.contains(role));
    if let Some(role) = &request.role {
        let Some(place) = actor.roles.iter().position(|held| held == role && fits(held)) else {
            let text =
                Text::new("不能以此角色办理，也不能代其记录", "this is not done or recorded in that role");
            return Err(Refusal::one(Reason::engine("FIELD_INVALID", text).on("/as")));
        };
        let role = actor.roles.remove(place);
        actor.roles.insert(0, role);
        return Ok(actor);
    }
    let could = event.map(|event| roles_for(event, &actor.roles)).unwrap_or_default();
    if must_be_named(pack, &could) {
        let names = could.join(", ");
        let text = Text::new(format!("请写明是谁的行为：{names}"), format!("say whose act this is: {names}"));
        return Err(Refusal::one(Reason::engine("FIELD_MISSING", text).on("/as")));
    }
    Ok(actor)
}

/// A legal time from text; a day alone is its morning, or now if it is today's morning still to come.
fn read_moment(text: &str, now: chrono::NaiveDateTime) -> Option<chrono::NaiveDateTime> {
    if let Some(at) = parse_time(text) {
        return Some(at);
    }
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let morning = day.and_hms_opt(9, 0, 0)?;
    Some(if day == now.date() { morning.min(now) } else { morning })
}

fn what(pack: &Pack, kind: &RequestKind) -> Result<What, Refusal> {
    let event_fields = |id: &str| pack.events.find(id).map(|e| e.inputs.as_slice()).unwrap_or_default();
    let evidence_fields =
        |id: &str| pack.safeguards.find(id).map(|s| s.evidence.as_slice()).unwrap_or_default();
    Ok(match kind {
        RequestKind::Act { event, inputs, evidence, draft, decision } => What::Act(Act {
            event: event.clone(),
            inputs: read(event_fields(event), inputs, "/inputs")?,
            evidence: read_evidence(pack, evidence)?,
            draft: *draft,
            decision: decision.clone(),
        }),
        RequestKind::Draft { event, inputs, evidence, decision } => What::Draft {
            event: event.clone(),
            inputs: read(event_fields(event), inputs, "/inputs")?,
            evidence: read_evidence(pack, evidence)?,
            decision: decision.clone(),
        },
        RequestKind::Return { draft, reason } => What::Return { draft: *draft, reason: reason.clone() },
        RequestKind::Evidence { safeguard, fields, supersedes } => What::Evidence {
            safeguard: safeguard.clone(),
            fields: read(evidence_fields(safeguard), fields, "/fields")?,
            supersedes: *supersedes,
        },
        RequestKind::Issue { document, inputs } => {
            let fields = pack.documents.find(document).map(|d| d.inputs.as_slice()).unwrap_or_default();
            What::Issue { document: document.clone(), inputs: read(fields, inputs, "/inputs")? }
        }
        RequestKind::Serve { document, to, received_on } => {
            What::Serve { document: document.clone(), to: to.clone(), received_on: *received_on }
        }
        RequestKind::CorrectChild { child, offence, reason } => {
            What::CorrectChild { child: child.clone(), offence: offence.clone(), reason: reason.clone() }
        }
    })
}

fn read_evidence(
    pack: &Pack,
    evidence: &BTreeMap<String, Map<String, Json>>,
) -> Result<BTreeMap<String, Fields>, Refusal> {
    let mut given = BTreeMap::new();
    for (safeguard, fields) in evidence {
        let declared = pack.safeguards.find(safeguard).map(|s| s.evidence.as_slice()).unwrap_or_default();
        given.insert(safeguard.clone(), read(declared, fields, &format!("/evidence/{safeguard}"))?);
    }
    Ok(given)
}

fn read(fields: &[Field], given: &Map<String, Json>, prefix: &str) -> Result<Fields, Refusal> {
    read_fields(fields, given, prefix).map_err(|reasons| Refusal { reasons })
}
