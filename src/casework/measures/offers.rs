//! What somebody can do about measures in a case: which they may propose, what can be done with one, who can supervise it,
//! and why the rest is not possible now.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Open, Whose};
use crate::access::{Action, permit};
use crate::casework::proceed::Loaded;
use crate::casework::request::actor;
use crate::casework::trail::Caller;
use crate::casework::{CaseworkError, Service};
use crate::law::Reason;
use crate::law::expr::Region;
use crate::law::measures::{Act, Measure, offered};
use crate::record::Text;
use crate::store;

/// Something that can be done with a measure, or not now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MeasureOffer)]
pub struct Offer {
    /// What.
    pub act: Act,
    /// Whether this person is one of those who do it.
    pub mine: bool,
    /// Whether it has a place where the measure stands.
    pub fits: bool,
    /// Whether it can be done now.
    pub possible: bool,
    /// What stands against it, as far as no form can change that; warnings may be gone past with a written reason.
    pub reasons: Vec<Reason>,
}

/// A measure that could be proposed.
#[derive(Clone, Debug)]
pub struct Proposable {
    /// The pack's measure.
    pub measure: Measure,
    /// Whether this person is one of those who propose it.
    pub mine: bool,
    /// Why it does not fit where the case stands.
    pub reason: Option<Reason>,
}

/// Somebody who may supervise a measure.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Account.
    pub account: Uuid,
    /// Sign-in name.
    pub login: String,
}

/// Whose an act is, and the action that the gate is asked for. What only gives time or asks may come from whoever handles
/// the measure; the other decisions are the deciders'.
pub(super) const fn whose(act: Act) -> (Action, Whose) {
    match act {
        Act::Suspend | Act::Resume | Act::AskRevocation => (Action::DecideMeasure, Whose::Handlers),
        _ if act.is_decision() => (Action::DecideMeasure, Whose::Deciders),
        _ => (Action::SuperviseMeasure, Whose::Supervisors),
    }
}

impl Service {
    /// What can be done with a measure as it stands, and why the rest cannot.
    pub(super) fn measure_offers(&self, caller: &Caller, open: &Open) -> Vec<Offer> {
        let because = BTreeMap::new();
        let setting = self.setting(caller, &open.loaded, &open.measure, &because, None, None);
        let scope = crate::casework::read::scope(&open.loaded.row);
        let offers = offered(&setting, &open.course).into_iter().map(|one| {
            let (action, whose) = whose(one.act);
            let mine = permit(&caller.viewer, action, &scope, &self.offices()).is_ok_and(|permit| {
                let roles = whose.roles(&open.measure);
                actor(&open.loaded.pack, caller, &permit).roles.iter().any(|role| roles.contains(role))
            });
            Offer { act: one.act, mine, fits: one.fits, possible: one.possible(), reasons: one.reasons }
        });
        offers.collect()
    }

    /// Asks whether somebody may take a step, or propose a measure, before what they typed is looked at.
    ///
    /// # Errors
    /// As [`Service::decide_measure`], as far as the gate says it.
    pub async fn may_take_step(
        &self,
        caller: &Caller,
        case: Uuid,
        act: Option<Act>,
    ) -> Result<(), CaseworkError> {
        let action = act.map_or(Action::ProposeMeasure, |act| whose(act).0);
        self.load(caller, case, action).await.map(drop)
    }

    /// The measures of the pack, least intrusive first: who may propose them, and which do not fit where the case stands.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn proposable(&self, caller: &Caller, case: Uuid) -> Result<Vec<Proposable>, CaseworkError> {
        let loaded = self.look(caller, case, "measure.list").await?;
        let scope = crate::casework::read::scope(&loaded.row);
        let permit = permit(&caller.viewer, Action::ProposeMeasure, &scope, &self.offices()).ok();
        let roles = permit.map(|permit| actor(&loaded.pack, caller, &permit).roles).unwrap_or_default();
        let all = loaded.pack.measures.measures.iter().cloned().map(|measure| Proposable {
            mine: measure.proposed_by.iter().any(|role| roles.contains(role)),
            reason: unfit(&loaded, &measure),
            measure,
        });
        Ok(all.collect())
    }

    /// Those who work on a case and may supervise a measure of this kind.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn measure_supervisors(
        &self,
        caller: &Caller,
        case: Uuid,
        kind: &str,
    ) -> Result<Vec<Candidate>, CaseworkError> {
        let loaded = self.load(caller, case, Action::ReadCase).await?;
        let measure = self.packs().measure(&loaded.pack, kind).ok_or(CaseworkError::NotFound)?;
        let row = &loaded.row;
        let mut accounts = vec![row.social_worker_id, row.lead_id, row.second_id];
        accounts.push(Some(caller.viewer.account));
        let mut candidates: Vec<Candidate> = Vec::new();
        for account in accounts.into_iter().flatten() {
            let Some(found) = store::account(self.db(), account).await? else { continue };
            let login = found.login.clone();
            if candidates.iter().all(|known| known.account != account)
                && self.may_supervise(&loaded, measure, found).await?
            {
                candidates.push(Candidate { account, login });
            }
        }
        Ok(candidates)
    }
}

/// Why a measure does not fit now: the act by which the case decides it was not done, and cannot be where the case stands.
fn unfit(loaded: &Loaded, measure: &Measure) -> Option<Reason> {
    let event = loaded.pack.events.find(measure.event.as_ref()?)?;
    let here = |region: Region| {
        event
            .from
            .get(&region)
            .is_none_or(|from| from.iter().any(|state| state == loaded.file.states.get(region)))
    };
    if loaded.file.done.contains_key(&event.id) || Region::ALL.into_iter().all(here) {
        return None;
    }
    let text = Text::new(
        format!("须先“{}”，案件目前不在可以作出该决定的阶段", event.name.zh),
        format!("it follows \"{}\", which has no place where the case stands", event.name.en),
    );
    Some(Reason { source: measure.source.clone(), ..Reason::engine("CASE_FIRST", text) })
}
