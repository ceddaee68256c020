//! A child, grown up or not, asks for a certificate that there is no record. For a sealed record it is always issued.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use uuid::Uuid;

use super::{required, to_the_beat};
use crate::access::Action;
use crate::casework::time::{from_micros, instant, legal, micros};
use crate::casework::trail::{Caller, Note};
use crate::casework::{CaseworkError, Service};
use crate::law::Reason;
use crate::law::floor::Record;
use crate::record::Text;
use crate::store::{self, CertificateRow, WriteSet};
use crate::vault::{DomainPlace, check_resident_id};

/// Working days in which a certificate is issued (SM22 15).
const DAYS: u32 = 3;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Applicant {
    /// The person themselves.
    Child,
    /// Their legal representative.
    LegalRep,
}

/// An application for a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCertificate {
    /// The pack whose calendar holds, for example `cn-procuratorate`.
    pub pack: String,
    /// Code of the office that is asked; may be left out by somebody who works at one office only.
    #[serde(default)]
    pub office: Option<String>,
    /// Who asks.
    pub applicant: Applicant,
    /// Full name of the person whom the certificate is about.
    pub name: String,
    /// Identity number of that person.
    #[serde(default)]
    pub id_number: Option<String>,
    /// Whether the identity of who asks was verified (S41).
    pub identity_checked: bool,
}

/// A certificate as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct CertificateView {
    /// Identity, also its number.
    pub id: Uuid,
    /// Office.
    pub office: Uuid,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
    /// By when it must be issued.
    pub due_at: DateTime<Utc>,
    /// When it was issued.
    pub issued_at: Option<DateTime<Utc>>,
    /// What was asked.
    pub application: NewCertificate,
    /// What it says.
    pub text: Text,
}

fn place(certificate: Uuid) -> DomainPlace<'static> {
    DomainPlace { row: certificate, table: "record_certificate", column: "body", kind: "json" }
}

impl Service {
    /// Issues a no-record certificate (R 487): for a sealed record as for none, at once. Only a record that was lawfully
    /// unsealed stands against it.
    ///
    /// # Errors
    /// `Elsewhere` in any process but the sealer; `NotPermitted` for anybody but records staff; `Refused` for an identity
    /// that was not verified and for an unsealed record; `Invalid`.
    pub async fn certify(
        &self,
        caller: &Caller,
        new: &NewCertificate,
    ) -> Result<CertificateView, CaseworkError> {
        let begun = Instant::now();
        let issued = self.certify_once(caller, new).await;
        to_the_beat(begun).await;
        issued
    }

    async fn certify_once(
        &self,
        caller: &Caller,
        new: &NewCertificate,
    ) -> Result<CertificateView, CaseworkError> {
        self.keys().sealed_keyring()?;
        let office_id = self.office_of(caller, new.office.as_deref())?;
        let permit = self.for_records(caller, Action::Certify, office_id)?;
        let mut reasons: Vec<Reason> = required(&new.name, "/name", 100).into_iter().collect();
        if new.id_number.as_deref().is_some_and(|number| check_resident_id(number).is_err()) {
            let text = Text::new("身份证号码有误", "not a valid resident identity number");
            reasons.push(Reason::engine("FIELD_INVALID", text).on("/id_number"));
        }
        let Some(pack) = self.packs().current(&new.pack, self.now()).cloned() else {
            let text = Text::new("没有这一程序，或其尚未生效", "there is no such pack in force");
            return Err(CaseworkError::Invalid(vec![Reason::engine("PACK_UNKNOWN", text).on("/pack")]));
        };
        if !reasons.is_empty() {
            return Err(CaseworkError::Invalid(reasons));
        }
        if !new.identity_checked {
            let text = Text::new("申请人身份须先核实", "the identity of who asks must be verified first");
            let reason = Reason { source: "R 487; SM22 15".into(), ..Reason::engine("S41", text) };
            return Err(refused(reason));
        }
        if self.has_unsealed(office_id, new).await? {
            let text = Text::new(
                "该人有已依法解除封存的记录，须由承办人审查",
                "there is a record that was lawfully unsealed; a person must look at it",
            );
            return Err(refused(Reason::engine("RECORD_UNSEALED", text)));
        }
        let (id, today) = (self.new_id(), legal(pack.zone, self.now()).date());
        let due = pack.calendar.add_working_days(today, DAYS).unwrap_or(today);
        let due = due.succ_opt().unwrap_or(due).and_time(chrono::NaiveTime::MIN);
        let now = micros(self.now());
        let row = CertificateRow {
            id,
            office_id,
            asked_by: caller.viewer.account,
            asked_at: now,
            due_at: micros(instant(pack.zone, due)),
            issued_at: Some(now),
            body: self.seal_sealed(&place(id), new)?,
        };
        let leaf = Note::of(caller, "record.certificate", permit.rule(), self.now()).aside()?;
        let set = WriteSet { certificates: vec![row.clone()], leaves: vec![leaf], ..WriteSet::default() };
        self.change(caller, set).await?;
        Ok(certificate_view(row, new.clone()))
    }

    /// Whether a record of this person was lawfully unsealed.
    async fn has_unsealed(&self, office: Uuid, new: &NewCertificate) -> Result<bool, CaseworkError> {
        for case in self.cases_of_child(false, office, &new.name, new.id_number.as_deref()).await? {
            let Some(row) = store::find_case(self.db(), case).await? else { continue };
            let pack = self.packs().pinned(&row.pack_id, &row.pack_version);
            let state = pack.and_then(|pack| pack.record.states.find(&row.record));
            if state.is_some_and(|state| state.phase == Record::Unsealed) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A certificate that was issued.
    ///
    /// # Errors
    /// `Elsewhere`; `NotFound` also for anybody but records staff of its office.
    pub async fn certificate(&self, caller: &Caller, id: Uuid) -> Result<CertificateView, CaseworkError> {
        self.keys().sealed_keyring()?;
        let row = store::find_certificate(self.db(), id).await?.ok_or(CaseworkError::NotFound)?;
        self.for_records(caller, Action::Certify, row.office_id).map_err(|_| CaseworkError::NotFound)?;
        self.write_aside(Note::of(caller, "record.certificate.read", "records", self.now())).await?;
        let application = self.open_sealed(&place(id), &row.body)?;
        Ok(certificate_view(row, application))
    }
}

fn certificate_view(row: CertificateRow, application: NewCertificate) -> CertificateView {
    CertificateView {
        id: row.id,
        office: row.office_id,
        asked_at: from_micros(row.asked_at),
        due_at: from_micros(row.due_at),
        issued_at: row.issued_at.map(from_micros),
        text: Text::new(
            format!("经查询，未发现{}有犯罪记录。", application.name),
            format!("No record of a crime was found for {}.", application.name),
        ),
        application,
    }
}

fn refused(reason: Reason) -> CaseworkError {
    CaseworkError::Refused(Box::new(crate::law::Refusal::one(reason)))
}
