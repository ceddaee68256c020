//! What is asked of a case, and what its pack makes of that.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::CaseworkError;
use super::trail::Caller;
use crate::access::Permit;
use crate::law::case::Fields;
use crate::law::decide::{must_be_named, roles_for};
use crate::law::input::{parse_time, read_fields};
use crate::law::pack::Field;
use crate::law::{Act, Actor, CaseFile, Command, Pack, Reason, Refusal, What};
use crate::record::{Child, Decision, Offence, Text};

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

/// What tells a request about a case from every other.
pub(super) fn request_hash(case: Uuid, request: &impl Serialize) -> Result<[u8; 32], CaseworkError> {
    use sha2::{Digest as _, Sha256};
    let bytes = serde_json::to_vec(request).map_err(|_| CaseworkError::Corrupt { what: "request" })?;
    Ok(Sha256::new().chain_update(case.as_bytes()).chain_update(bytes).finalize().into())
}
