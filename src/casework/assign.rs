//! Who works on a case.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::proceed::{Done, request_hash};
use super::time::micros;
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::Reason;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, WriteSet};

/// Who works on a case from now on; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Assignment {
    /// Sign-in name of the lead prosecutor.
    pub lead: Option<String>,
    /// Sign-in name of the second prosecutor.
    pub second: Option<String>,
    /// Sign-in name of the social worker.
    pub social_worker: Option<String>,
}

impl Service {
    /// Assigns a case: prosecutors, chief and case management of its office may.
    ///
    /// # Errors
    /// As [`Service::proceed`]; `Invalid` for an account that is unknown or has not the role.
    pub async fn assign(
        &self,
        caller: &Caller,
        case: Uuid,
        expected: Option<i64>,
        assignment: &Assignment,
    ) -> Result<Done, CaseworkError> {
        let body = request_hash(case, assignment)?;
        let _turn = self.turn(case).await;
        match self.assign_once(caller, case, expected, assignment, body).await {
            Err(error) => self.replay_or(caller, body, error).await,
            done => done,
        }
    }

    async fn assign_once(
        &self,
        caller: &Caller,
        case: Uuid,
        expected: Option<i64>,
        assignment: &Assignment,
        body: [u8; 32],
    ) -> Result<Done, CaseworkError> {
        let loaded = self.load(caller, case, Action::Assign).await?;
        if expected.is_some_and(|version| version != loaded.row.version) {
            return Err(CaseworkError::Conflict { current: loaded.row.version });
        }
        let lead = self.staff(assignment.lead.as_deref(), StaffRole::Prosecutor, "/lead").await?;
        let second = self.staff(assignment.second.as_deref(), StaffRole::Prosecutor, "/second").await?;
        let worker = self
            .staff(assignment.social_worker.as_deref(), StaffRole::SocialWorker, "/social_worker")
            .await?;
        let mut row = loaded.row;
        row.lead_id = lead.or(row.lead_id);
        row.second_id = second.or(row.second_id);
        row.social_worker_id = worker.or(row.social_worker_id);
        row.version += 1;
        row.updated_at = micros(self.now());
        let note = Note::of(caller, "case.assign", loaded.permit.rule(), self.now());
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
            leaves: vec![leaf],
            ..WriteSet::default()
        };
        store::commit(self.db(), set).await?;
        Ok(done)
    }

    async fn staff(
        &self,
        login: Option<&str>,
        role: StaffRole,
        field: &str,
    ) -> Result<Option<Uuid>, CaseworkError> {
        let Some(login) = login else { return Ok(None) };
        let account = self.account_with_role(login, role).await?;
        if account.is_none() {
            let text = Text::new(
                "没有这一账号，或其没有相应角色",
                "there is no such account, or it has not the role",
            );
            return Err(CaseworkError::Invalid(vec![Reason::engine("ACCOUNT_UNKNOWN", text).on(field)]));
        }
        Ok(account)
    }
}
