//! The persons of a case: the child, the family, counsel, the victim. Each under the key of its class.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cipher;
use super::proceed::Done;
use super::request::request_hash;
use super::time::micros;
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::{Pack, Reason};
use crate::record::Text;
use crate::store::{self, PersonRow, TagRow, WriteSet, chain_people, tags_digest};
use crate::vault::{BlindIndex, Class, Tag, check_resident_id};

/// Kind of the person whose case it is.
pub const CHILD: &str = "child";
/// Longest name, in characters.
const LONGEST_NAME: usize = 100;
/// Longest other detail, in characters.
const LONGEST_DETAIL: usize = 2_000;

/// What identifies a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// Full name.
    pub name: String,
    /// Former names and aliases.
    pub also_known_as: Vec<String>,
    /// Identity number.
    pub id_number: Option<String>,
    /// How the person is related to the child.
    pub relation: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// School or place of work.
    pub school_or_work: Option<String>,
    /// Notes.
    pub note: Option<String>,
}

/// A person to be added to a case, or a correction of one.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// `child`, or a role of the pack such as `legal_rep`, `defender`, `victim`.
    pub kind: String,
    /// Who it is.
    pub identity: Identity,
    /// The entry that this corrects.
    #[serde(default)]
    pub supersedes: Option<Uuid>,
}

/// A person as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PersonView {
    /// Identity of the entry.
    pub id: Uuid,
    /// Role.
    pub kind: String,
    /// Name of the role.
    pub kind_name: Text,
    /// Who it is.
    pub identity: Identity,
    /// The entry that this corrected.
    pub supersedes: Option<Uuid>,
    /// Whether a later entry corrects this one.
    pub superseded: bool,
    /// When it was recorded, microseconds since the epoch.
    pub recorded_at: i64,
}

/// The class under which a person is kept.
pub(super) fn class_of(kind: &str) -> Class {
    match kind {
        CHILD => Class::Identity,
        "defender" | "police" | "court" | "investigator" | "support_team" => Class::Legal,
        _ => Class::VictimFamily,
    }
}

/// Holds an identity to its form.
pub(super) fn check(identity: &Identity, prefix: &str) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut too_long = |field: &str, value: &str, longest: usize| {
        if value.chars().count() > longest || value.contains('\0') {
            let text = Text::new(format!("最多 {longest} 字"), format!("at most {longest} characters"));
            reasons.push(Reason::engine("FIELD_INVALID", text).on(format!("{prefix}/{field}")));
        }
    };
    too_long("name", &identity.name, LONGEST_NAME);
    for alias in &identity.also_known_as {
        too_long("also_known_as", alias, LONGEST_NAME);
    }
    for (field, value) in [
        ("relation", &identity.relation),
        ("phone", &identity.phone),
        ("address", &identity.address),
        ("school_or_work", &identity.school_or_work),
        ("note", &identity.note),
    ] {
        too_long(field, value.as_deref().unwrap_or_default(), LONGEST_DETAIL);
    }
    if identity.name.trim().is_empty() {
        let text = Text::new("请填写姓名", "a name is required");
        reasons.push(Reason::engine("FIELD_MISSING", text).on(format!("{prefix}/name")));
    }
    if identity.id_number.as_deref().is_some_and(|n| check_resident_id(n).is_err()) {
        let text = Text::new(
            "身份证号码有误（18 位，末位为校验码）",
            "not a valid 18-digit resident identity number",
        );
        reasons.push(Reason::engine("FIELD_INVALID", text).on(format!("{prefix}/id_number")));
    }
    reasons
}

impl Service {
    /// A row for a person and the tags by which they can be found.
    pub(super) async fn person_rows(
        &self,
        case: Uuid,
        sealed: bool,
        seq: i64,
        person: &NewPerson,
    ) -> Result<(PersonRow, Vec<TagRow>), CaseworkError> {
        let id = self.new_id();
        let class = class_of(&person.kind);
        let index = if sealed {
            self.keys().sealed_keyring()?.blind_index()
        } else {
            self.keys().keyring().blind_index()
        };
        let rows = tag_rows(&index, case, id, &person.identity);
        let body =
            cipher::seal(self.keys(), &cipher::person_place(case, id, class), &person.identity).await?;
        let row = PersonRow {
            id,
            case_id: case,
            seq,
            kind: person.kind.clone(),
            class: i64::from(class.code()),
            body,
            tags_digest: tags_digest(&rows).to_vec(),
            supersedes: person.supersedes,
            recorded_at: micros(self.now()),
            head: Vec::new(),
        };
        Ok((row, rows))
    }

    /// Adds a person to a case, or corrects one.
    ///
    /// # Errors
    /// As [`Service::proceed`].
    pub async fn add_person(
        &self,
        caller: &Caller,
        case: Uuid,
        expected: Option<i64>,
        person: &NewPerson,
    ) -> Result<Done, CaseworkError> {
        let body = request_hash(case, person)?;
        let _turn = self.turn(case).await;
        let done = self.add_person_once(caller, case, expected, person, body).await;
        match done {
            Err(error) => self.replay_or(caller, body, error).await,
            done => done,
        }
    }

    async fn add_person_once(
        &self,
        caller: &Caller,
        case: Uuid,
        expected: Option<i64>,
        person: &NewPerson,
        body: [u8; 32],
    ) -> Result<Done, CaseworkError> {
        let loaded = self.load(caller, case, Action::ActInCase).await?;
        if expected.is_some_and(|version| version != loaded.row.version) {
            return Err(CaseworkError::Conflict { current: loaded.row.version });
        }
        let mut reasons = check(&person.identity, "/identity");
        if person.kind != CHILD && loaded.pack.roles.find(&person.kind).is_none() {
            let text = Text::new("本程序没有这一角色", "this pack has no such role");
            reasons.push(Reason::engine("FIELD_INVALID", text).on("/kind"));
        }
        if let Some(corrected) = person.supersedes {
            let people = store::people_of(self.db(), case).await?;
            if !people.iter().any(|p| p.id == corrected && p.kind == person.kind) {
                let text = Text::new("没有要更正的这条记录", "there is no such entry to correct");
                reasons.push(Reason::engine("ENTRY_UNKNOWN", text).on("/supersedes"));
            }
        }
        if !reasons.is_empty() {
            return Err(CaseworkError::Invalid(reasons));
        }
        let mut row = loaded.row;
        let (mut person_row, tags) =
            self.person_rows(case, row.sealed != 0, row.people_count + 1, person).await?;
        let head =
            super::rows::hash(&row.people_head).ok_or(CaseworkError::Corrupt { what: "people head" })?;
        row.people_head = chain_people(&head, std::slice::from_mut(&mut person_row)).to_vec();
        row.people_count += 1;
        row.version += 1;
        row.updated_at = micros(self.now());
        let note = Note::under(caller, "case.person", &loaded.permit, self.now());
        let leaf = Self::link(&mut row, note)?;
        let done = Done {
            case,
            version: row.version,
            entry: loaded.file.seq,
            standing: loaded.file.states,
            warnings: Vec::new(),
        };
        let set = WriteSet {
            idempotency: self.idempotency(caller, case, body, &done).await?,
            update: Some(row),
            people: vec![person_row],
            tags,
            leaves: vec![leaf],
            ..WriteSet::default()
        };
        self.change(caller, set).await?;
        Ok(done)
    }

    /// The persons of a case, opened.
    pub(super) async fn open_people(
        &self,
        pack: &Pack,
        rows: Vec<PersonRow>,
        readable: &[Class],
    ) -> Result<Vec<PersonView>, CaseworkError> {
        let superseded: Vec<Uuid> = rows.iter().filter_map(|r| r.supersedes).collect();
        let mut people = Vec::new();
        for row in rows {
            let Some(class) = i16::try_from(row.class).ok().and_then(Class::from_code) else {
                return Err(CaseworkError::Corrupt { what: "person" });
            };
            if !readable.contains(&class) {
                continue;
            }
            let place = cipher::person_place(row.case_id, row.id, class);
            people.push(PersonView {
                identity: cipher::open(self.keys(), &place, &row.body).await?,
                kind_name: kind_name(pack, &row.kind),
                superseded: superseded.contains(&row.id),
                id: row.id,
                kind: row.kind,
                supersedes: row.supersedes,
                recorded_at: row.recorded_at,
            });
        }
        Ok(people)
    }
}

/// The tags by which a person can be found.
pub(super) fn tag_rows(index: &BlindIndex, case: Uuid, person: Uuid, identity: &Identity) -> Vec<TagRow> {
    let mut tags: Vec<Tag> = index.index_name(case, &identity.name);
    for alias in &identity.also_known_as {
        tags.extend(index.index_name(case, alias));
    }
    tags.extend(identity.id_number.as_deref().and_then(|number| index.index_id_number(case, number)));
    tags.sort();
    tags.dedup();
    let row = |tag: Tag| TagRow {
        index_no: tag.index_no,
        partition: tag.partition,
        tag: tag.tag,
        case_id: case,
        person_id: person,
    };
    tags.into_iter().map(row).collect()
}

fn kind_name(pack: &Pack, kind: &str) -> Text {
    match pack.roles.find(kind) {
        Some(role) => role.name.clone(),
        None => Text::new("未成年人", "child"),
    }
}
