//! Who looked at this child's file.

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::time::from_micros;
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::ledger::Leaf;
use crate::store;

/// Somebody who looked at or worked on a case, in one role under one rule.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct LookerView {
    /// Who; none for the service itself.
    pub account: Option<Uuid>,
    /// Sign-in name.
    pub login: Option<String>,
    /// In which role; none for what was denied.
    pub role: Option<String>,
    /// Under which rule it was permitted or denied.
    pub rule: String,
    /// For whom they stood in.
    pub on_behalf: Option<String>,
    /// Whether it was permitted and done.
    pub ok: bool,
    /// How often, by what was done.
    pub acts: BTreeMap<String, u64>,
    /// How often.
    pub times: u64,
    /// First time.
    pub first: DateTime<Utc>,
    /// Last time.
    pub last: DateTime<Utc>,
}

impl Service {
    /// Who looked at a case, found it or worked on it: how often, when, in which role, under which rule. One query over
    /// the ledger's leaves of the case.
    ///
    /// # Errors
    /// `NotFound` when there is no such case or this person may not audit it.
    pub async fn lookers(&self, caller: &Caller, case: Uuid) -> Result<Vec<LookerView>, CaseworkError> {
        let loaded = self.load(caller, case, Action::AuditCase).await?;
        let note = Note::under(caller, "case.lookers", &loaded.permit, self.now());
        self.write_aside(Note { case: Some(case), ..note }).await?;
        let mut views: BTreeMap<(Option<Uuid>, Vec<String>, bool), LookerView> = BTreeMap::new();
        for row in store::all_leaves_of_case(self.db(), case).await? {
            let leaf = Leaf::parse(&row.leaf).map_err(|_| CaseworkError::Corrupt { what: "ledger leaf" })?;
            let at = from_micros(row.at);
            let part = |prefix: &str| leaf.dec.iter().find_map(|d| d.strip_prefix(prefix).map(str::to_owned));
            let (role, on_behalf) = (part("role:"), part("for:u:"));
            let rule = leaf.dec.first().cloned().unwrap_or_default();
            let key =
                vec![rule.clone(), role.clone().unwrap_or_default(), on_behalf.clone().unwrap_or_default()];
            let view = views.entry((row.actor_id, key, leaf.ok)).or_insert_with(|| LookerView {
                account: row.actor_id,
                login: None,
                role,
                rule,
                on_behalf,
                ok: leaf.ok,
                acts: BTreeMap::new(),
                times: 0,
                first: at,
                last: at,
            });
            *view.acts.entry(leaf.act).or_default() += 1;
            view.times += 1;
            view.first = view.first.min(at);
            view.last = view.last.max(at);
        }
        let mut lookers: Vec<LookerView> = views.into_values().collect();
        for looker in &mut lookers {
            if let Some(account) = looker.account {
                looker.login = store::account(self.db(), account).await?.map(|row| row.login);
            }
        }
        lookers.sort_by_key(|looker| std::cmp::Reverse(looker.last));
        Ok(lookers)
    }
}
