//! Who has which role where: one person proposes, another decides, and nobody has a part in their own.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account_state::INVITE;
use super::accounts::{
    ACTIVE, AccountView, CLOSED, SUSPENDED, check_role, in_force, read_role, role_code, taken, unknown_office,
};
use super::assign::Place;
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::{Action, Ask, OfficeKind, Permit, permit_at};
use crate::law::Reason;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, AccountRoleRow, AccountRow, RoleChangeRow, Side, StoreError, WriteSet};
use crate::vault::{DomainPlace, Wiped};

/// Proposals shown at once.
const SHOWN: i64 = 500;

/// An office to be made below another.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffice {
    /// Code: 1 to 20 letters, digits or hyphens.
    pub code: String,
    /// What it is.
    pub kind: OfficeKind,
    /// Name.
    pub name: Text,
    /// Code of the office above.
    pub parent: String,
}

/// Somebody who is to have an account. Roles come by proposals.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// Sign-in name: 2 to 60 letters, digits, dots, hyphens.
    pub login: String,
    /// Name.
    pub name: String,
}

/// What is to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A role is granted.
    Grant,
    /// A role is ended.
    End,
}

/// A proposed change of somebody's roles.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// What is to change.
    pub change: Change,
    /// The role.
    pub role: StaffRole,
    /// Code of the office at which it is held.
    pub office: String,
    /// From when it is granted; from the decision unless said.
    #[serde(default)]
    pub from: Option<DateTime<Utc>>,
    /// Until when it is granted, or when it ends; at the decision unless said, for an end.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
}

/// A change of roles as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RoleChangeView {
    /// Identity.
    pub id: Uuid,
    /// Whose roles.
    pub account: Uuid,
    /// `grant`, `end`, `reactivate` or `invite`.
    pub change: String,
    /// The role, where one is granted or ended.
    pub role: Option<StaffRole>,
    /// Code of the office.
    pub office: Option<String>,
    /// From when.
    pub from: Option<DateTime<Utc>>,
    /// Until when.
    pub until: Option<DateTime<Utc>>,
    /// `proposed`, `approved`, `refused` or `withdrawn`.
    pub state: String,
    /// Who proposed it.
    pub proposed_by: Uuid,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// The invitation, in the answer to its approval and never again: good once and for three days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub invitation: Option<Invitation>,
}

/// A secret by which a person signs in for the first time, or again.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Invitation(pub(super) String);

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Invitation(..)")
    }
}

impl std::fmt::Display for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Service {
    /// Makes an office below one that this person administers.
    ///
    /// # Errors
    /// `NotPermitted`, `Invalid`, `Taken` when the code is in use.
    pub async fn create_office(&self, caller: &Caller, new: &NewOffice) -> Result<Uuid, CaseworkError> {
        let above = self.office_id(&new.parent)?;
        let permit = self.may_at(caller, Action::Administer, above, "office.denied").await?;
        let row = self.office_row(&new.code, new.kind, new.name.clone(), Some(&new.parent))?;
        let note = Note::under(caller, "office.create", &permit, self.now());
        self.keep_staff(caller, note, new, vec![store::add_office(&row)])
            .await
            .map_err(|error| duplicate(error, "office code"))?;
        self.reload_offices().await?;
        Ok(row.id)
    }

    /// Makes an account without any role.
    ///
    /// # Errors
    /// `NotPermitted`, `Invalid`, `Taken` when the sign-in name is in use.
    pub async fn create_account(
        &self,
        caller: &Caller,
        new: &NewMember,
    ) -> Result<AccountView, CaseworkError> {
        let Some(office) = caller.viewer.offices(StaffRole::Admin).next() else {
            return Err(self.deny(caller, "account.denied", "no-role").await?);
        };
        let permit = self.may_at(caller, Action::Administer, office, "account.denied").await?;
        let row = self.account_row(&new.login, &new.name)?;
        let note = Note::under(caller, "account.create", &permit, self.now()).with("account", row.id);
        self.keep_staff(caller, note, new, vec![store::add_account(&row)])
            .await
            .map_err(|error| duplicate(error, "login"))?;
        self.account_view(row, &[])
    }

    /// Who works at an office, by the reading of their names; without one, an administrator sees accounts that never had a role.
    ///
    /// # Errors
    /// `NotPermitted`, `Invalid` for an unknown office.
    pub async fn members(
        &self,
        caller: &Caller,
        office: Option<&str>,
    ) -> Result<Vec<AccountView>, CaseworkError> {
        let office = office.map(|code| self.office_id(code)).transpose()?;
        let permit = match (office, caller.viewer.offices(StaffRole::Admin).next()) {
            (Some(office), _) => self.may_at(caller, Action::SeeStaff, office, "account.denied").await?,
            (None, Some(office)) => self.may_at(caller, Action::Administer, office, "account.denied").await?,
            (None, None) => return Err(self.deny(caller, "account.denied", "no-role").await?),
        };
        let mut views = Vec::new();
        for account in store::accounts_at(self.db(), office).await? {
            let roles = store::roles_of(self.db(), account.id).await?;
            views.push(self.account_view(account, &roles)?);
        }
        views.sort_by_cached_key(|view| crate::vault::name_order(&view.name));
        self.write_aside(Note::under(caller, "account.list", &permit, self.now())).await?;
        Ok(views)
    }

    /// Proposes a change of somebody's roles: an administrator of the office or above, never for themselves.
    ///
    /// # Errors
    /// `NotPermitted`, `NotFound`, `Invalid` with what stands against it.
    pub async fn propose(
        &self,
        caller: &Caller,
        account: Uuid,
        proposal: &Proposal,
    ) -> Result<RoleChangeView, CaseworkError> {
        let office = self.office_id(&proposal.office)?;
        let permit = self.may_at(caller, Action::Administer, office, "role.denied").await?;
        self.not_oneself(caller, &[account]).await?;
        let subject = store::account(self.db(), account).await?.ok_or(CaseworkError::NotFound)?;
        let now = micros(self.now());
        let (from, until) = (proposal.from.map(micros), proposal.until.map(micros));
        let reasons = self.against(&subject, proposal, office, now).await?;
        if !reasons.is_empty() {
            return Err(CaseworkError::Invalid(reasons));
        }
        let row = RoleChangeRow {
            id: self.new_id(),
            account_id: account,
            change: match proposal.change {
                Change::Grant => "grant".into(),
                Change::End => "end".into(),
            },
            office_id: Some(office),
            role: Some(role_code(proposal.role)),
            from_at: from,
            until_at: until,
            state: "proposed".into(),
            proposed_by: caller.viewer.account,
            proposed_at: now,
            decided_by: None,
            decided_at: None,
        };
        let note = Note::under(caller, "role.propose", &permit, self.now()).with("account", account);
        self.keep_staff(caller, note, proposal, vec![store::propose_role_change(&row)]).await?;
        Ok(self.change_view(row))
    }

    /// What stands against a proposal.
    async fn against(
        &self,
        subject: &AccountRow,
        proposal: &Proposal,
        office: Uuid,
        now: i64,
    ) -> Result<Vec<Reason>, CaseworkError> {
        let mut reasons = Vec::new();
        if subject.state == CLOSED {
            let text = Text::new("账号已注销", "the account is closed");
            reasons.push(Reason::engine("ACCOUNT_CLOSED", text));
        }
        if let Some(office) = self.offices().find(office) {
            check_role(proposal.role, office)?;
        }
        let (from, until) = (proposal.from.map(micros), proposal.until.map(micros));
        if until.is_some_and(|until| until <= from.unwrap_or(now).max(now)) {
            let text =
                Text::new("终止时间应晚于开始时间和现在", "the end lies after the start and after now");
            reasons.push(Reason::engine("FIELD_INVALID", text).on("/until"));
        }
        let held = store::roles_of(self.db(), subject.id).await?.into_iter().any(|role| {
            role.office_id == office
                && read_role(&role.role) == Some(proposal.role)
                && role.valid_until.is_none_or(|until| until > from.unwrap_or(now))
        });
        match proposal.change {
            Change::Grant if held => {
                let text = Text::new("此人已有这一角色", "the person has this role already");
                reasons.push(Reason::engine("ROLE_HELD", text).on("/role"));
            }
            Change::End if !held => {
                let text = Text::new("此人没有这一角色", "the person has not this role");
                reasons.push(Reason::engine("ROLE_NOT_HELD", text).on("/role"));
            }
            _ => {}
        }
        Ok(reasons)
    }

    /// Decides on a proposed change: another administrator or a supervisor of the office or above, neither the one who
    /// proposed it nor the one whom it concerns. The one who proposed it may only withdraw it.
    ///
    /// # Errors
    /// `NotFound`, `NotPermitted`, `Conflict` when it is decided already, `Invalid` when a role with assignments would end.
    pub async fn decide_role(
        &self,
        caller: &Caller,
        change: Uuid,
        approve: bool,
    ) -> Result<RoleChangeView, CaseworkError> {
        let row = store::role_change(self.db(), change).await?.ok_or(CaseworkError::NotFound)?;
        let me = caller.viewer.account;
        let withdraws = !approve && row.proposed_by == me;
        let action = if withdraws {
            Ask::from(Action::Administer)
        } else {
            Action::DecideRoles.after(row.proposed_by)
        };
        let permit = self.may_for(caller, action, &row).await?;
        if !withdraws {
            self.not_oneself(caller, &[row.account_id, row.proposed_by]).await?;
        }
        let state = match (approve, withdraws) {
            (true, _) => "approved",
            (false, true) => "withdrawn",
            (false, false) => "refused",
        };
        let at = micros(self.now());
        let mut sides = vec![store::decide_role_change(change, state, me, at)];
        let (mut writes, mut invitation) = (Vec::new(), None);
        let invites = row.change == INVITE;
        if approve && invites {
            let (made, keep) = self.invitation_to(row.account_id).await?;
            (writes, invitation) = (keep, Some(made));
        } else if approve {
            sides.push(self.carried_out(&row, at).await?);
            sides.push(store::end_sessions(row.account_id));
        }
        let act = match state {
            "approved" if invites => "invitation.create",
            "approved" => "role.approve",
            "withdrawn" => "role.withdraw",
            _ => "role.refuse",
        };
        let note = Note::under(caller, act, &permit, self.now())
            .with("account", row.account_id)
            .with("proposed", row.proposed_by);
        let row =
            RoleChangeRow { state: state.to_owned(), decided_by: Some(me), decided_at: Some(at), ..row };
        let mut view = self.change_view(row);
        self.keep_staff_with(caller, note, &view, WriteSet { sides, writes, ..WriteSet::default() }).await?;
        self.access_changed();
        view.invitation = invitation;
        Ok(view)
    }

    /// What an approved change does.
    async fn carried_out(&self, row: &RoleChangeRow, at: i64) -> Result<Side, CaseworkError> {
        let (Some(office), Some(role)) = (row.office_id, &row.role) else {
            return Ok(store::set_account_state(row.account_id, SUSPENDED, ACTIVE));
        };
        if row.change == "grant" {
            return Ok(store::grant_role(&AccountRoleRow {
                account_id: row.account_id,
                office_id: office,
                role: role.clone(),
                valid_from: row.from_at.unwrap_or(at).max(at),
                valid_until: row.until_at,
            }));
        }
        let end = row.until_at.unwrap_or(at).max(at);
        let works = Place::ALL.iter().any(|place| role_code(place.role()) == *role);
        if end == at && works {
            self.has_no_caseload(row.account_id).await?;
        }
        Ok(store::end_role(row.account_id, office, role, end))
    }

    /// Changes that wait for a decision, as far as this person may decide on them or administers the office.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn role_changes(&self, caller: &Caller) -> Result<Vec<RoleChangeView>, CaseworkError> {
        if !caller.viewer.is_any(&[StaffRole::Admin, StaffRole::Supervisor]) {
            return Err(self.deny(caller, "role.denied", "no-role").await?);
        }
        let rows = store::open_role_changes(self.db(), SHOWN).await?;
        let mut views = Vec::new();
        for row in rows {
            let sees =
                self.scope_of(&row).await?.iter().all(|office| {
                    permit_at(&caller.viewer, Action::SeeStaff, *office, &self.offices()).is_ok()
                });
            if sees {
                views.push(self.change_view(row));
            }
        }
        self.write_aside(Note::of(caller, "role.list", "staff-list", self.now())).await?;
        Ok(views)
    }

    /// The offices that a change concerns: its own, or those at which the account has a role now or later.
    async fn scope_of(&self, row: &RoleChangeRow) -> Result<Vec<Uuid>, CaseworkError> {
        if let Some(office) = row.office_id {
            return Ok(vec![office]);
        }
        let now = micros(self.now());
        let roles = store::roles_of(self.db(), row.account_id).await?;
        let alive = roles.into_iter().filter(|role| in_force(role, now) || role.valid_from > now);
        Ok(alive.map(|role| role.office_id).collect())
    }

    /// A permit for a change: at each office that it concerns.
    pub(super) async fn may_for(
        &self,
        caller: &Caller,
        ask: impl Into<Ask>,
        row: &RoleChangeRow,
    ) -> Result<Permit, CaseworkError> {
        let ask = ask.into();
        let mut offices = self.scope_of(row).await?;
        if offices.is_empty() {
            // Who never had a role belongs to no office; any administrator may.
            offices.extend(caller.viewer.offices(StaffRole::Admin).next());
        }
        let mut permit = None;
        for office in offices {
            permit = Some(self.may_at(caller, ask, office, "role.denied").await?);
        }
        match permit {
            Some(permit) => Ok(permit),
            None => Err(self.deny(caller, "role.denied", "no-role").await?),
        }
    }

    /// Nobody has a part in what concerns them, nor decides on what they proposed.
    pub(super) async fn not_oneself(&self, caller: &Caller, others: &[Uuid]) -> Result<(), CaseworkError> {
        if others.contains(&caller.viewer.account) {
            return Err(self.deny(caller, "role.denied", "not-oneself").await?);
        }
        Ok(())
    }

    /// Asks the gate about an office; a no is written down.
    pub(super) async fn may_at(
        &self,
        caller: &Caller,
        action: impl Into<Ask>,
        office: Uuid,
        denied: &str,
    ) -> Result<Permit, CaseworkError> {
        match permit_at(&caller.viewer, action, office, &self.offices()) {
            Ok(permit) => Ok(permit),
            Err(denial) => {
                self.deny(caller, denied, denial.rule).await?;
                Err(CaseworkError::Denied(denial))
            }
        }
    }

    /// Writes a no down and gives it.
    pub(super) async fn deny(
        &self,
        caller: &Caller,
        act: &str,
        rule: &'static str,
    ) -> Result<CaseworkError, CaseworkError> {
        self.write_aside(Note { ok: false, ..Note::of(caller, act, rule, self.now()) }).await?;
        Ok(CaseworkError::NotPermitted { rule })
    }

    /// Keeps changes that concern people and no case, with their leaf and its sealed detail.
    pub(super) async fn keep_staff(
        &self,
        caller: &Caller,
        note: Note<'_>,
        detail: &impl Serialize,
        sides: Vec<Side>,
    ) -> Result<(), CaseworkError> {
        self.keep_staff_with(caller, note, detail, WriteSet { sides, ..WriteSet::default() }).await
    }

    /// The same of a change of more kinds.
    async fn keep_staff_with(
        &self,
        caller: &Caller,
        note: Note<'_>,
        detail: &impl Serialize,
        mut set: WriteSet,
    ) -> Result<(), CaseworkError> {
        let detail = Some(self.seal_detail(caller.request, detail)?);
        set.leaves.push(Note { detail, ..note }.aside()?);
        self.change(caller, set).await?;
        Ok(())
    }

    /// The detail of a leaf that belongs to no case, sealed under the service's own key.
    pub(super) fn seal_detail(
        &self,
        request: Uuid,
        detail: &impl Serialize,
    ) -> Result<Vec<u8>, CaseworkError> {
        let json = Wiped::json(detail).map_err(|_| CaseworkError::Corrupt { what: "detail to seal" })?;
        let place = DomainPlace { row: request, table: "ledger_leaf", column: "detail", kind: "json" };
        Ok(self.keys().keyring().seal_domain(&place, &json)?)
    }

    pub(super) fn office_id(&self, code: &str) -> Result<Uuid, CaseworkError> {
        self.offices().by_code(code).map(|office| office.id).ok_or_else(|| unknown_office(code))
    }

    pub(super) fn change_view(&self, row: RoleChangeRow) -> RoleChangeView {
        RoleChangeView {
            id: row.id,
            account: row.account_id,
            change: row.change,
            role: row.role.as_deref().and_then(read_role),
            office: row.office_id.and_then(|id| self.offices().find(id).map(|o| o.code.clone())),
            from: row.from_at.map(from_micros),
            until: row.until_at.map(from_micros),
            state: row.state,
            proposed_by: row.proposed_by,
            proposed_at: from_micros(row.proposed_at),
            decided_by: row.decided_by,
            decided_at: row.decided_at.map(from_micros),
            invitation: None,
        }
    }
}

fn duplicate(error: CaseworkError, what: &'static str) -> CaseworkError {
    match error {
        CaseworkError::Store(error @ StoreError::Duplicate { .. }) => taken(error, what),
        other => other,
    }
}
