//! Whether an account can be used: suspended and closed by one person, used again and invited by two.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accounts::{ACTIVE, CLOSED, SUSPENDED};
use super::roles::RoleChangeView;
use super::time::micros;
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::Reason;
use crate::record::Text;
use crate::store::{self, RoleChangeRow, WriteSet};

/// A change by which a suspended account is used again.
const REACTIVATE: &str = "reactivate";
/// A change by which somebody signs in for the first time, or anew.
pub(super) const INVITE: &str = "invite";

/// What is to become of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// It may be used again: proposed, and decided by a second person.
    Active,
    /// It may not be used for now.
    Suspended,
    /// It will not be used again. Refused while it still has assignments.
    Closed,
}

impl Service {
    /// Suspends or closes an account, at once and by one administrator because it only takes away; or proposes that a
    /// suspended one be used again.
    ///
    /// # Errors
    /// `NotFound`, `NotPermitted`, `Conflict` when the account is not in a state from which that is possible, `Invalid`
    /// with the number of cases when it is to be closed and still has assignments.
    pub async fn set_account_state(
        &self,
        caller: &Caller,
        account: Uuid,
        state: AccountState,
    ) -> Result<Option<RoleChangeView>, CaseworkError> {
        let subject = store::account(self.db(), account).await?.ok_or(CaseworkError::NotFound)?;
        let row = self.proposed(caller, account, REACTIVATE);
        let permit = self.may_for(caller, Action::Administer, &row).await?;
        self.not_oneself(caller, &[account]).await?;
        let (act, side, view) = match state {
            AccountState::Active if subject.state == SUSPENDED => {
                let side = store::propose_role_change(&row);
                ("account.propose", side, Some(self.change_view(row)))
            }
            AccountState::Suspended if subject.state == ACTIVE => {
                ("account.suspend", store::set_account_state(account, ACTIVE, SUSPENDED), None)
            }
            AccountState::Closed if subject.state != CLOSED => {
                self.has_no_caseload(account).await?;
                ("account.close", store::set_account_state(account, &subject.state, CLOSED), None)
            }
            _ => return Err(CaseworkError::Conflict { current: 0 }),
        };
        let note = Note::under(caller, act, &permit, self.now()).with("account", account);
        self.keep_staff(caller, note, &state, vec![side, store::end_sessions(account)]).await?;
        self.access_changed();
        Ok(view)
    }

    /// Suspends or closes an account on the operator's word, or lets a suspended one be used again: for the day on which no
    /// administrator can.
    ///
    /// # Errors
    /// `NotFound`, `Conflict` when the account is not in a state from which that is possible, `Invalid` when it is to be
    /// closed and still has assignments.
    pub async fn set_state_by_operator(&self, login: &str, state: AccountState) -> Result<(), CaseworkError> {
        let subject = self.account_named(login).await?.ok_or(CaseworkError::NotFound)?;
        let (act, to) = match state {
            AccountState::Active if subject.state == SUSPENDED => ("account.reactivate", ACTIVE),
            AccountState::Suspended if subject.state == ACTIVE => ("account.suspend", SUSPENDED),
            AccountState::Closed if subject.state != CLOSED => {
                self.has_no_caseload(subject.id).await?;
                ("account.close", CLOSED)
            }
            _ => return Err(CaseworkError::Conflict { current: 0 }),
        };
        let leaves = vec![self.operators_note(act).with("account", subject.id).aside()?];
        let ends = store::end_sessions(subject.id);
        let sides = vec![store::set_account_state(subject.id, &subject.state, to), ends];
        store::commit(self.db(), WriteSet { sides, leaves, ..WriteSet::default() }).await?;
        self.access_changed();
        Ok(())
    }

    /// Nothing is orphaned: who still has cases hands them over first.
    pub(super) async fn has_no_caseload(&self, account: Uuid) -> Result<(), CaseworkError> {
        let left = store::caseload_size(self.db(), account).await?;
        if left == 0 {
            return Ok(());
        }
        let text = Text::new(
            format!("尚有 {left} 件案件由此人承办、协办、帮教或者审批，请先移交"),
            format!("this person is still assigned to {left} case(s); hand them over first"),
        );
        let mut reason = Reason::engine("CASES_LEFT", text);
        reason.instead = Some(Text::new(
            format!("移交：POST /api/v1/accounts/{account}/handover"),
            format!("hand over: POST /api/v1/accounts/{account}/handover"),
        ));
        Err(CaseworkError::Invalid(vec![reason]))
    }

    /// Proposes that somebody gets an invitation, by which they sign in for the first time or anew. Whoever holds it signs
    /// in as them, therefore one administrator asks and somebody else gets it, and hands it over.
    ///
    /// # Errors
    /// `NotFound`, `NotPermitted`, `Conflict` when the account is not in use.
    pub async fn propose_invitation(
        &self,
        caller: &Caller,
        account: Uuid,
    ) -> Result<RoleChangeView, CaseworkError> {
        let subject = store::account(self.db(), account).await?.ok_or(CaseworkError::NotFound)?;
        let row = self.proposed(caller, account, INVITE);
        let permit = self.may_for(caller, Action::Administer, &row).await?;
        self.not_oneself(caller, &[account]).await?;
        if subject.state != ACTIVE {
            return Err(CaseworkError::Conflict { current: 0 });
        }
        let note = Note::under(caller, "invitation.propose", &permit, self.now()).with("account", account);
        let view = self.change_view(row.clone());
        self.keep_staff(caller, note, &view, vec![store::propose_role_change(&row)]).await?;
        Ok(view)
    }

    fn proposed(&self, caller: &Caller, account: Uuid, change: &str) -> RoleChangeRow {
        RoleChangeRow {
            id: self.new_id(),
            account_id: account,
            change: change.to_owned(),
            office_id: None,
            role: None,
            from_at: None,
            until_at: None,
            state: "proposed".into(),
            proposed_by: caller.viewer.account,
            proposed_at: micros(self.now()),
            decided_by: None,
            decided_at: None,
        }
    }
}
