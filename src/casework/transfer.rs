//! A case is offered to another office, and the offer is withdrawn, refused or accepted ([`super::takeover`]). Until it is
//! accepted nothing changes, and the office that offers it answers for the child.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::cipher;
use super::exclusions::check_reason;
use super::notices::Told;
use super::request::{Request, RequestKind};
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::work::Kind;
use super::{CaseworkError, Service};
use crate::access::{Action, CaseScope, OfficeKind, Permit, permit};
use crate::law::command::Command;
use crate::law::pack::{StaffRole, Transfer};
use crate::law::{Pack, Reason, Refusal};
use crate::record::Text;
use crate::store::{self, StoreError, TransferRow, WriteSet};
use crate::vault::{Class, Place as Sealed};

/// Offers shown at once.
const SHOWN: i64 = 200;

/// A case offered to another office.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTransfer {
    /// Code of the office to which it is offered.
    pub to: String,
    /// What that office is told about it.
    pub reason: String,
    /// Inputs of the event with which the pack lets a case be handed over.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub inputs: Map<String, Json>,
    /// Written reasons for going on despite a warning, by its code.
    #[serde(default)]
    pub because: BTreeMap<String, String>,
}

/// A transfer as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TransferView {
    /// Identity.
    pub id: Uuid,
    /// The file of the office that offers it.
    pub case: Uuid,
    /// Code of that office.
    pub from: String,
    /// Code of the office to which it is offered.
    pub to: String,
    /// `offered`, `withdrawn`, `refused` or `accepted`.
    pub state: String,
    /// What the other office is told.
    pub reason: String,
    /// When it was offered.
    pub offered_at: DateTime<Utc>,
    /// By whom.
    pub offered_by: Uuid,
    /// Why it was refused or withdrawn.
    pub answer: Option<String>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// By whom.
    pub answered_by: Option<Uuid>,
    /// The file of the office that took it over.
    pub new_case: Option<Uuid>,
}

/// What is sealed of an offer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Offer {
    reason: String,
    pub(super) command: Command,
}

impl Service {
    /// Offers a case to another office. The law must allow to hand it over now; it is handed over when it is accepted.
    ///
    /// # Errors
    /// As [`Service::proceed`]; `Invalid` for an office that cannot take it; `Taken` when it is offered already.
    pub async fn offer_transfer(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewTransfer,
    ) -> Result<TransferView, CaseworkError> {
        let loaded = self.load(caller, case, Action::OfferTransfer).await?;
        let transfer = rule(&loaded.pack)?;
        check_reason(&new.reason, 1)?;
        let to = self.office_id(&new.to)?;
        let takes = self.offices().find(to).is_some_and(|office| office.kind != OfficeKind::Partner);
        if to == loaded.row.office_id || !takes {
            let text = Text::new("只能移送另一检察院", "a case goes to another procuratorate");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/to")]));
        }
        let request = Request {
            at: None,
            role: None,
            what: RequestKind::Act {
                event: transfer.hand_over.clone(),
                inputs: new.inputs.clone(),
                evidence: BTreeMap::new(),
                draft: None,
                decision: None,
            },
            because: new.because.clone(),
        };
        let command = match self.judge(caller, &loaded, &request) {
            Ok((command, _)) => command,
            Err(refusal) => {
                self.note_refusal(caller, &loaded, &refusal).await?;
                return Err(refusal.into());
            }
        };
        if let Some(measure) = &transfer.measure
            && !measure.states.contains_key(&loaded.file.states.measure)
        {
            let text = Text::new("此强制措施不能随案移送", "this measure does not go along with the case");
            return Err(Refusal::one(Reason::engine("MEASURE_STAYS", text)).into());
        }
        let id = self.new_id();
        let offer = Offer { reason: new.reason.clone(), command };
        let row = TransferRow {
            id,
            case_id: case,
            from_office: loaded.row.office_id,
            to_office: to,
            state: "offered".into(),
            offer: cipher::seal(self.keys(), &place(case, id, "offer"), &offer).await?,
            offered_by: caller.viewer.account,
            offered_at: micros(self.now()),
            answer: None,
            answered_by: None,
            answered_at: None,
            new_case_id: None,
        };
        let mut sides = vec![store::offer_transfer(&row)];
        // They may not know of the case before they have it; the notice names the transfer alone.
        let clerks = self.holders(StaffRole::Clerk, to, false).await?;
        sides.extend(self.tell(clerks, Told::TransferOffered, None, id));
        let work = store::put_work(&Kind::Transfer.about(id, case, to, row.offered_at, None));
        self.keep_transfer(caller, "case.transfer-offer", &loaded.permit, case, sides, work).await?;
        self.transfer_view(row).await
    }

    /// Withdraws an offer: whoever may act in the case.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it is answered; `Invalid` without a reason.
    pub async fn withdraw_transfer(
        &self,
        caller: &Caller,
        id: Uuid,
        reason: &str,
    ) -> Result<TransferView, CaseworkError> {
        let row = store::transfer(self.db(), id).await?.ok_or(CaseworkError::NotFound)?;
        let loaded = self.load(caller, row.case_id, Action::OfferTransfer).await?;
        let answered = self.answered(caller, row, "withdrawn", reason).await?;
        let sides = vec![store::answer_transfer(&answered)];
        let case = answered.case_id;
        let work = store::close_work(case, id);
        self.keep_transfer(caller, "case.transfer-withdraw", &loaded.permit, case, sides, work).await?;
        self.transfer_view(answered).await
    }

    /// Refuses an offer, with the reason. The case stays as it is where it is.
    ///
    /// # Errors
    /// `NotFound` to everybody but those who open cases at that office; `Conflict` when it is answered.
    pub async fn refuse_transfer(
        &self,
        caller: &Caller,
        id: Uuid,
        reason: &str,
    ) -> Result<TransferView, CaseworkError> {
        let (row, permit) = self.offered_to(caller, id).await?;
        let answered = self.answered(caller, row, "refused", reason).await?;
        let mut sides = vec![store::answer_transfer(&answered)];
        let case = answered.case_id;
        let people = vec![answered.offered_by];
        sides.extend(self.tell(people, Told::TransferRefused, Some(case), id));
        let work = store::close_work(case, id);
        self.keep_transfer(caller, "case.transfer-refuse", &permit, case, sides, work).await?;
        self.transfer_view(answered).await
    }

    /// Offers that wait for an answer, to and by this person's offices.
    ///
    /// # Errors
    /// `NotPermitted` for who opens cases nowhere.
    pub async fn transfers(&self, caller: &Caller) -> Result<Vec<TransferView>, CaseworkError> {
        let offices = self.offices_for(caller, Action::OpenCase);
        if offices.is_empty() {
            return Err(self.deny(caller, "case.transfers-denied", "no-role").await?);
        }
        let mut views = Vec::new();
        for office in offices {
            for row in store::open_transfers(self.db(), office, SHOWN).await? {
                // By this office: only who may read the case. To it: the offer is what they may know.
                let may = row.to_office == office || self.may_read(caller, row.case_id).await?;
                if may {
                    views.push(self.transfer_view(row).await?);
                }
            }
        }
        self.write_aside(Note::of(caller, "case.transfers", "open", self.now())).await?;
        Ok(views)
    }

    /// The transfers by which a case went or came.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn transfers_of(
        &self,
        caller: &Caller,
        case: Uuid,
    ) -> Result<Vec<TransferView>, CaseworkError> {
        self.look(caller, case, "case.transfers").await?;
        let mut views = Vec::new();
        for row in store::transfers_of(self.db(), case).await? {
            views.push(self.transfer_view(row).await?);
        }
        Ok(views)
    }

    async fn may_read(&self, caller: &Caller, case: Uuid) -> Result<bool, CaseworkError> {
        let row = store::find_case(self.db(), case).await?;
        Ok(row.is_some_and(|row| {
            permit(&caller.viewer, Action::ReadCase, &super::read::scope(&row), &self.offices()).is_ok()
        }))
    }

    /// An offer that this person may answer.
    pub(super) async fn offered_to(
        &self,
        caller: &Caller,
        id: Uuid,
    ) -> Result<(TransferRow, Permit), CaseworkError> {
        let row = store::transfer(self.db(), id).await?.ok_or(CaseworkError::NotFound)?;
        let case = store::find_case(self.db(), row.case_id).await?.ok_or(CaseworkError::NotFound)?;
        let scope = CaseScope { offered_to: Some(row.to_office), ..super::read::scope(&case) };
        match permit(&caller.viewer, Action::AnswerTransfer, &scope, &self.offices()) {
            Ok(permit) if row.state == "offered" => Ok((row, permit)),
            Ok(_) => Err(CaseworkError::Store(StoreError::Conflict)),
            Err(denial) => {
                let note = Note::of(caller, "case.denied", denial.rule, self.now());
                self.write_aside(Note { ok: false, case: Some(row.case_id), ..note }).await?;
                Err(CaseworkError::NotFound)
            }
        }
    }

    async fn answered(
        &self,
        caller: &Caller,
        row: TransferRow,
        state: &str,
        reason: &str,
    ) -> Result<TransferRow, CaseworkError> {
        check_reason(reason, 1)?;
        let answer = cipher::seal(self.keys(), &place(row.case_id, row.id, "answer"), &reason).await?;
        Ok(TransferRow {
            state: state.to_owned(),
            answer: Some(answer),
            answered_by: Some(caller.viewer.account),
            answered_at: Some(micros(self.now())),
            ..row
        })
    }

    async fn keep_transfer(
        &self,
        caller: &Caller,
        act: &str,
        permit: &Permit,
        case: Uuid,
        sides: Vec<store::Side>,
        work: store::Write,
    ) -> Result<(), CaseworkError> {
        let note = Note::under(caller, act, permit, self.now());
        let leaves = vec![Note { case: Some(case), ..note }.aside()?];
        let set = WriteSet { sides, writes: vec![work], leaves, ..WriteSet::default() };
        self.change(caller, set).await.map_err(|error| match error {
            StoreError::Duplicate { .. } => CaseworkError::Taken { what: "offer" },
            StoreError::Conflict => CaseworkError::Conflict { current: 0 },
            other => other.into(),
        })
    }

    async fn transfer_view(&self, row: TransferRow) -> Result<TransferView, CaseworkError> {
        let case = row.case_id;
        let offer: Offer = cipher::open(self.keys(), &place(case, row.id, "offer"), &row.offer).await?;
        let answer = match &row.answer {
            None => None,
            Some(sealed) => Some(cipher::open(self.keys(), &place(case, row.id, "answer"), sealed).await?),
        };
        let code = |id| self.offices().find(id).map(|office| office.code.clone()).unwrap_or_default();
        Ok(TransferView {
            id: row.id,
            case,
            from: code(row.from_office),
            to: code(row.to_office),
            state: row.state,
            reason: offer.reason,
            offered_at: from_micros(row.offered_at),
            offered_by: row.offered_by,
            answer,
            answered_at: row.answered_at.map(from_micros),
            answered_by: row.answered_by,
            new_case: row.new_case_id,
        })
    }
}

/// How the pack lets a case go to another office.
pub(super) fn rule(pack: &Pack) -> Result<&Transfer, CaseworkError> {
    pack.transfer.as_ref().ok_or_else(|| {
        let text = Text::new(
            "本程序没有移送其他机关的规定",
            "this pack does not say how a case goes to another office",
        );
        CaseworkError::Invalid(vec![Reason::engine("TRANSFER_UNKNOWN", text)])
    })
}

pub(super) fn place(case: Uuid, row: Uuid, column: &'static str) -> Sealed<'static> {
    Sealed { class: Class::Legal, case, row, table: "transfer", column, kind: "json" }
}
