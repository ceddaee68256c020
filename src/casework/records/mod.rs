//! The duty to seal, and what is asked about sealed records: queries of outside bodies, no-record certificates.
//!
//! An outside body's application names a person, never a case. It is entered whether or not there is anything, decided
//! by another person within its time with written grounds, refused unless somebody allows it, and answered in the same
//! words and the same time whether a record exists or not. Only who is named in an allowed query learns which.
//!
//! All of this but the list of what is to be sealed is the sealer's work: what is asked is sealed under its key.

pub mod certificate;
pub mod query;

use serde::Serialize;
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

use super::cipher;
use super::find::{CaseLine, CasePage, LONGEST_PAGE, PAGE, head_scope, read_cursor};
use super::people::{CHILD, Identity};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service, accounts};
use crate::access::{Action, Ask, Permit, permit, permit_at};
use crate::law::Reason;
use crate::law::floor::Record;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, Candidate, CaseHead};
use crate::vault::{Class, name_matches, normalise};

/// Answers that must not tell by their time whether there is a record take a multiple of this.
const BEAT: Duration = Duration::from_millis(250);

/// The answer to an outside body for everything that is not an allowed query with a record: there is nothing to provide
/// (S23 of the China pack; R 484, 487).
fn nothing_to_provide() -> Text {
    Text::new(
        "没有可以提供的记录；本人可以申请无犯罪记录证明。",
        "There is nothing to provide; the person may ask for a no-record certificate.",
    )
}

/// What an office is asked to do next.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SealQueue {
    /// Cases whose record must be sealed, soonest due first.
    #[serde(flatten)]
    pub page: CasePage,
}

impl Service {
    /// Cases whose record must be sealed, soonest due first: the next due clock tells by when.
    ///
    /// # Errors
    /// `NotPermitted` for anybody but records staff; `Invalid` for a cursor or length that is not of this service.
    pub async fn seal_queue(
        &self,
        caller: &Caller,
        cursor: Option<&str>,
        limit: Option<i64>,
    ) -> Result<SealQueue, CaseworkError> {
        let offices: Vec<Uuid> = caller.viewer.offices(StaffRole::Records).collect();
        if offices.is_empty() {
            return Err(CaseworkError::NotPermitted { rule: "no-role" });
        }
        let tree = self.offices();
        let after = cursor.map(read_cursor).transpose()?;
        let limit = limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
        let mut rows: Vec<CaseHead> = Vec::new();
        for office in offices {
            for state in self.states_due() {
                rows.extend(store::cases_to_seal(self.db(), office, &state, after, limit).await?);
            }
        }
        rows.sort_by_key(|row| (row.next_due, row.id));
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        let next = rows
            .last()
            .filter(|_| i64::try_from(rows.len()).is_ok_and(|n| n == limit))
            .map(|last| format!("{}.{}", last.next_due, last.id.simple()));
        rows.retain(|row| permit(&caller.viewer, Action::Seal, &head_scope(row), &tree).is_ok());
        self.write_aside(Note::of(caller, "record.queue", "records", self.now())).await?;
        let cases: Vec<CaseLine> = rows.iter().map(|row| self.line(row)).collect();
        Ok(SealQueue { page: CasePage { cases, next } })
    }

    /// The names that packs have for the duty to seal.
    fn states_due(&self) -> Vec<String> {
        let due = self.packs().all().flat_map(|pack| pack.record.states.iter());
        let mut due: Vec<String> =
            due.filter(|state| state.phase == Record::SealDue).map(|state| state.id.clone()).collect();
        due.sort();
        due.dedup();
        due
    }

    /// Whether somebody may do this about the records of an office.
    fn for_records(
        &self,
        caller: &Caller,
        ask: impl Into<Ask>,
        office: Uuid,
    ) -> Result<Permit, CaseworkError> {
        permit_at(&caller.viewer, ask, office, &self.offices()).map_err(CaseworkError::Denied)
    }

    /// The office of a code, or the only one at which the caller has a role.
    fn office_of(&self, caller: &Caller, code: Option<&str>) -> Result<Uuid, CaseworkError> {
        if let Some(code) = code {
            let found = self.offices().by_code(code).map(|office| office.id);
            return found.ok_or_else(|| accounts::unknown_office(code));
        }
        let [grant] = caller.viewer.grants.as_slice() else {
            let text = Text::new("请写明办案机关的代码", "name the code of the office");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_MISSING", text).on("/office")]));
        };
        Ok(grant.office)
    }

    /// The cases of an office, sealed or not, whose child is this person: by the identity number if there is one, else by
    /// the name.
    async fn cases_of_child(
        &self,
        sealed: bool,
        office: Uuid,
        name: &str,
        id_number: Option<&str>,
    ) -> Result<Vec<Uuid>, CaseworkError> {
        let index = if sealed {
            self.keys().sealed_keyring()?.blind_index()
        } else {
            self.keys().keyring().blind_index()
        };
        let probes = match id_number {
            Some(number) => index.probe_id_number(number),
            None => index.probe_name(name),
        };
        let mut hits = Vec::new();
        for Candidate { person, case } in store::candidates(self.db(), &probes, sealed).await? {
            let class = i16::try_from(person.class).ok().and_then(Class::from_code);
            let (Some(class), CHILD, true) = (class, person.kind.as_str(), case.office_id == office) else {
                continue;
            };
            let place = cipher::person_place(case.id, person.id, class);
            let identity: Identity = cipher::open(self.keys(), &place, &person.body).await?;
            let is_it = match id_number {
                Some(number) => {
                    identity.id_number.as_deref().is_some_and(|own| normalise(own) == normalise(number))
                }
                None => {
                    name_matches(name, &identity.name)
                        || identity.also_known_as.iter().any(|alias| name_matches(name, alias))
                }
            };
            if is_it {
                hits.push(case.id);
            }
        }
        hits.sort_unstable();
        hits.dedup();
        Ok(hits)
    }
}

/// Waits for the next beat since a moment, so that the time of an answer tells nothing of what was found.
async fn to_the_beat(since: Instant) {
    tokio::time::sleep_until(since + next_beat(since.elapsed())).await;
}

/// The first beat after some time.
fn next_beat(after: Duration) -> Duration {
    let beats = after.as_millis() / BEAT.as_millis() + 1;
    BEAT.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX))
}

/// A field that must be filled in, in at most `longest` characters.
fn required(value: &str, field: &str, longest: usize) -> Option<Reason> {
    let text = if value.trim().is_empty() {
        Text::new("请填写此项", "this is required")
    } else if value.chars().count() > longest || value.contains('\0') {
        Text::new(format!("最多 {longest} 字"), format!("at most {longest} characters"))
    } else {
        return None;
    };
    Some(Reason::engine("FIELD_MISSING", text).on(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What takes a little longer is answered at the same moment, and nothing is answered at once.
    #[test]
    fn an_answer_waits_for_the_next_beat() {
        for (took, answered) in [(0, 250), (1, 250), (249, 250), (250, 500), (251, 500), (749, 750)] {
            assert_eq!(next_beat(Duration::from_millis(took)), Duration::from_millis(answered), "{took}");
        }
        assert!(next_beat(Duration::MAX) > Duration::from_hours(1));
    }
}
