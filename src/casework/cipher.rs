//! Sealing and opening what a case keeps.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::CaseworkError;
use super::keys::{CaseKeys, KeyRoom};
use crate::law::command::{Command, What};
use crate::law::pack::{ClassName, Field, Pack};
use crate::law::{CaseFile, case::Fields};
use crate::record::Value;
use crate::store::Beside;
use crate::vault::{Class, Place, Wiped};

/// What the journal keeps of one entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The command, without values of other classes than `legal`.
    pub command: Command,
    /// The role in which the person acted.
    pub role: Option<String>,
    /// Codes of warnings that were answered or noted.
    pub warnings: Vec<String>,
    /// Values of other classes, each sealed under its own key.
    pub parts: Vec<SealedPart>,
}

/// Values of one class.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SealedPart {
    class: i16,
    body: String,
}

/// Where a value stands in a command: group (`inputs` or a safeguard) and field.
type Slot = (String, String);

pub(super) fn snapshot_place(case: Uuid) -> Place<'static> {
    Place { class: Class::Legal, case, row: case, table: "case_file", column: "snapshot", kind: "json" }
}

pub(super) fn number_place(case: Uuid) -> Place<'static> {
    Place { class: Class::Legal, case, row: case, table: "case_file", column: "sealed_no", kind: "text" }
}

fn payload_place(case: Uuid, entry: Uuid, class: Class) -> Place<'static> {
    Place { class, case, row: entry, table: "case_event", column: "payload", kind: "json" }
}

pub(super) fn person_place(case: Uuid, person: Uuid, class: Class) -> Place<'static> {
    Place { class, case, row: person, table: "person", column: "body", kind: "json" }
}

pub(super) fn detail_place(case: Uuid, request: Uuid) -> Place<'static> {
    Place { class: Class::Legal, case, row: request, table: "ledger_leaf", column: "detail", kind: "json" }
}

/// Where a value stands that is sealed beside a case.
pub(super) fn beside_place(case: Uuid, row: Uuid, of: Beside) -> Place<'static> {
    Place { class: of.class, case, row, table: of.table, column: of.column, kind: "json" }
}

pub(super) async fn seal<T: Serialize>(
    keys: &KeyRoom,
    place: &Place<'_>,
    value: &T,
) -> Result<Vec<u8>, CaseworkError> {
    let bytes = Wiped::json(value).map_err(|_| CaseworkError::Corrupt { what: "value to seal" })?;
    Ok(keys.dek_or_new(place.case, place.class).await?.seal(place, &bytes)?)
}

pub(super) async fn open<T: DeserializeOwned>(
    keys: &KeyRoom,
    place: &Place<'_>,
    sealed: &[u8],
) -> Result<T, CaseworkError> {
    let bytes = keys.dek_that_opens(place.case, place.class, sealed).await?.open(place, sealed)?;
    serde_json::from_slice(&bytes).map_err(|_| CaseworkError::Corrupt { what: "sealed value" })
}

/// The payload of a journal entry under other keys, and its parts of other classes with it.
pub(super) fn recode_entry(
    old: &CaseKeys,
    new: &CaseKeys,
    case: Uuid,
    id: Uuid,
    sealed: &[u8],
) -> Result<Vec<u8>, CaseworkError> {
    let corrupt = || CaseworkError::Corrupt { what: "journal entry" };
    let place = payload_place(case, id, Class::Legal);
    let opened = old.dek(Class::Legal)?.open(&place, sealed)?;
    let mut entry: Entry = serde_json::from_slice(&opened).map_err(|_| corrupt())?;
    for part in &mut entry.parts {
        let class = Class::from_code(part.class).ok_or_else(corrupt)?;
        let body = STANDARD.decode(&part.body).map_err(|_| corrupt())?;
        part.body = STANDARD.encode(recode(old, new, &payload_place(case, id, class), &body)?);
    }
    let bytes = Wiped::json(&entry).map_err(|_| corrupt())?;
    Ok(new.dek(Class::Legal)?.seal(&place, &bytes)?)
}

/// A sealed value under other keys.
pub(super) fn recode(
    old: &CaseKeys,
    new: &CaseKeys,
    place: &Place<'_>,
    sealed: &[u8],
) -> Result<Vec<u8>, CaseworkError> {
    let opened = old.dek(place.class)?.open(place, sealed)?;
    Ok(new.dek(place.class)?.seal(place, &opened)?)
}

pub(super) async fn open_case(keys: &KeyRoom, case: Uuid, sealed: &[u8]) -> Result<CaseFile, CaseworkError> {
    open(keys, &snapshot_place(case), sealed).await
}

/// Seals a journal entry; values of the classes identity, medical and victim/family go under their own keys.
pub(super) async fn seal_entry(
    keys: &KeyRoom,
    pack: &Pack,
    case: Uuid,
    id: Uuid,
    mut entry: Entry,
) -> Result<Vec<u8>, CaseworkError> {
    let mut by_class: BTreeMap<u8, BTreeMap<String, Value>> = BTreeMap::new();
    for ((group, field), class, value) in take_classed(pack, &mut entry.command) {
        by_class.entry(class.code()).or_default().insert(format!("{group}/{field}"), value);
    }
    for (code, values) in by_class {
        let Some(class) = Class::from_code(i16::from(code)) else { continue };
        let body = seal(keys, &payload_place(case, id, class), &values).await?;
        entry.parts.push(SealedPart { class: i16::from(code), body: STANDARD.encode(body) });
    }
    seal(keys, &payload_place(case, id, Class::Legal), &entry).await
}

/// Opens a journal entry and puts back the values of the classes that may be read.
pub(super) async fn open_entry(
    keys: &KeyRoom,
    case: Uuid,
    id: Uuid,
    sealed: &[u8],
    readable: &[Class],
) -> Result<Entry, CaseworkError> {
    let mut entry: Entry = open(keys, &payload_place(case, id, Class::Legal), sealed).await?;
    for part in std::mem::take(&mut entry.parts) {
        let Some(class) = Class::from_code(part.class).filter(|class| readable.contains(class)) else {
            continue;
        };
        let body =
            STANDARD.decode(&part.body).map_err(|_| CaseworkError::Corrupt { what: "journal entry" })?;
        let values: BTreeMap<String, Value> = open(keys, &payload_place(case, id, class), &body).await?;
        for (path, value) in values {
            if let Some((group, field)) = path.split_once('/') {
                put_back(&mut entry.command, group, field, value);
            }
        }
    }
    Ok(entry)
}

pub(super) fn class_of(name: ClassName) -> Option<Class> {
    match name {
        ClassName::Legal => None,
        ClassName::Identity => Some(Class::Identity),
        ClassName::Medical => Some(Class::Medical),
        ClassName::VictimFamily => Some(Class::VictimFamily),
        ClassName::Screening => Some(Class::Screening),
        ClassName::Counselling => Some(Class::Counselling),
    }
}

fn take_classed(pack: &Pack, command: &mut Command) -> Vec<(Slot, Class, Value)> {
    let mut taken = Vec::new();
    let evidence_of = |id: &str| pack.safeguards.find(id).map(|s| s.evidence.as_slice()).unwrap_or_default();
    let inputs_of = |id: &str| pack.events.find(id).map(|e| e.inputs.as_slice()).unwrap_or_default();
    match &mut command.what {
        What::Act(act) => {
            take(inputs_of(&act.event), "inputs", &mut act.inputs, &mut taken);
            for (safeguard, fields) in &mut act.evidence {
                take(evidence_of(safeguard), safeguard, fields, &mut taken);
            }
        }
        What::Draft { event, inputs, evidence, .. } => {
            take(inputs_of(event), "inputs", inputs, &mut taken);
            for (safeguard, fields) in evidence {
                take(evidence_of(safeguard), safeguard, fields, &mut taken);
            }
        }
        What::Evidence { safeguard, fields, .. } => {
            take(evidence_of(safeguard), safeguard, fields, &mut taken);
        }
        What::Issue { document, inputs } => {
            let fields = pack.documents.find(document).map(|d| d.inputs.as_slice()).unwrap_or_default();
            take(fields, "inputs", inputs, &mut taken);
        }
        What::Return { .. } | What::Serve { .. } | What::CorrectChild { .. } => {}
    }
    taken
}

fn take(fields: &[Field], group: &str, values: &mut Fields, taken: &mut Vec<(Slot, Class, Value)>) {
    for field in fields {
        if let Some(class) = class_of(field.class)
            && let Some(value) = values.remove(&field.id)
        {
            taken.push(((group.to_owned(), field.id.clone()), class, value));
        }
    }
}

fn put_back(command: &mut Command, group: &str, field: &str, value: Value) {
    let slot = match &mut command.what {
        What::Act(act) if group == "inputs" => &mut act.inputs,
        What::Act(act) => act.evidence.entry(group.to_owned()).or_default(),
        What::Draft { inputs, .. } if group == "inputs" => inputs,
        What::Draft { evidence, .. } => evidence.entry(group.to_owned()).or_default(),
        What::Issue { inputs, .. } => inputs,
        What::Evidence { fields, .. } => fields,
        What::Return { .. } | What::Serve { .. } | What::CorrectChild { .. } => return,
    };
    slot.insert(field.to_owned(), value);
}
