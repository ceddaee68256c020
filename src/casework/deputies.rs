//! Who stands in for whom while they are away.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::accounts::{ACTIVE, in_force};
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::{Action, permit_at};
use crate::law::Reason;
use crate::record::Text;
use crate::store::{self, DeputyRow};

/// Longest absence, in microseconds: a year and a day. Who is away for longer hands over.
const LONGEST: i64 = 366 * 24 * 60 * 60 * 1_000_000;

/// Somebody who is to stand in.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeputy {
    /// Sign-in name of the deputy, who has a role that the absent person has.
    pub deputy: String,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, at most a year later.
    pub until: DateTime<Utc>,
}

/// Who stands in for whom.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct DeputyView {
    /// Identity.
    pub id: Uuid,
    /// The absent person.
    pub for_account: Uuid,
    /// The deputy.
    pub deputy: Uuid,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Who said so.
    pub made_by: Uuid,
    /// When it was ended before its time.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Service {
    /// Says who stands in for somebody: they themselves, their chief, or a supervisor. Nobody makes themselves the deputy
    /// of another.
    ///
    /// # Errors
    /// `NotFound`, `NotPermitted`, `Invalid` with what stands against it.
    pub async fn add_deputy(
        &self,
        caller: &Caller,
        account: Uuid,
        new: &NewDeputy,
    ) -> Result<DeputyView, CaseworkError> {
        let rule = self.may_deputise(caller, account).await?;
        let (from, until, now) = (micros(new.from), micros(new.until), micros(self.now()));
        let mut reasons = Vec::new();
        if until <= from || until <= now || until - from > LONGEST {
            let text = Text::new(
                "终止时间应晚于开始时间和现在，且不超过一年",
                "the end lies after the start and after now, at most a year later",
            );
            reasons.push(Reason::engine("FIELD_INVALID", text).on("/until"));
        }
        let named = self.account_named(&new.deputy).await?;
        let deputy = named.filter(|a| a.state == ACTIVE && a.id != account).map(|a| a.id);
        let shares = match deputy {
            Some(deputy) => self.share_a_role(account, deputy, now).await?,
            None => false,
        };
        let Some(deputy) = deputy.filter(|_| shares) else {
            let text = Text::new(
                "代理人应为有相同角色的另一在用账号",
                "the deputy is another active account with a role that the absent person has",
            );
            reasons.push(Reason::engine("ACCOUNT_UNKNOWN", text).on("/deputy"));
            return Err(CaseworkError::Invalid(reasons));
        };
        if !reasons.is_empty() {
            return Err(CaseworkError::Invalid(reasons));
        }
        if deputy == caller.viewer.account {
            return Err(self.deny(caller, "deputy.denied", "not-oneself").await?);
        }
        let row = DeputyRow {
            id: self.new_id(),
            for_id: account,
            deputy_id: deputy,
            from_at: from,
            until_at: until,
            made_by: caller.viewer.account,
            made_at: now,
            ended_at: None,
            ended_by: None,
        };
        let note =
            Note::of(caller, "deputy.make", rule, self.now()).with("for", account).with("deputy", deputy);
        self.keep_staff(caller, note, new, vec![store::add_deputy(&row)]).await?;
        self.access_changed();
        Ok(view(&row))
    }

    /// Ends that somebody stands in, before its time.
    ///
    /// # Errors
    /// `NotFound`, `NotPermitted`, `Conflict` when it has ended.
    pub async fn end_deputy(&self, caller: &Caller, account: Uuid, id: Uuid) -> Result<(), CaseworkError> {
        let rule = self.may_deputise(caller, account).await?;
        let row = store::deputy(self.db(), id).await?.filter(|row| row.for_id == account);
        let row = row.ok_or(CaseworkError::NotFound)?;
        let note = Note::of(caller, "deputy.end", rule, self.now())
            .with("for", account)
            .with("deputy", row.deputy_id);
        let side = store::end_deputy(id, caller.viewer.account, micros(self.now()));
        self.keep_staff(caller, note, &id, vec![side]).await?;
        self.access_changed();
        Ok(())
    }

    /// Who stands, stood or will stand in for somebody.
    ///
    /// # Errors
    /// `NotFound`, `NotPermitted`.
    pub async fn deputies(&self, caller: &Caller, account: Uuid) -> Result<Vec<DeputyView>, CaseworkError> {
        let rule = self.may_deputise(caller, account).await?;
        let rows = store::deputies_for(self.db(), account).await?;
        self.write_aside(Note::of(caller, "deputy.list", rule, self.now()).with("for", account)).await?;
        Ok(rows.iter().map(view).collect())
    }

    /// The person, or who answers for an office at which they have a role.
    async fn may_deputise(&self, caller: &Caller, account: Uuid) -> Result<&'static str, CaseworkError> {
        if account == caller.viewer.account {
            return Ok("own-deputy");
        }
        let now = micros(self.now());
        let roles = store::roles_of(self.db(), account).await?;
        let permit = roles
            .iter()
            .filter(|role| in_force(role, now))
            .find_map(|r| permit_at(&caller.viewer, Action::Deputise, r.office_id, &self.offices()).ok());
        match permit {
            Some(permit) => Ok(permit.rule()),
            None => Err(self.deny(caller, "deputy.denied", "no-role").await?),
        }
    }

    async fn share_a_role(&self, one: Uuid, other: Uuid, now: i64) -> Result<bool, CaseworkError> {
        let held = store::roles_of(self.db(), one).await?;
        let others = store::roles_of(self.db(), other).await?;
        let mut others = others.iter().filter(|role| in_force(role, now));
        Ok(others.any(|theirs| held.iter().any(|r| in_force(r, now) && r.role == theirs.role)))
    }
}

fn view(row: &DeputyRow) -> DeputyView {
    DeputyView {
        id: row.id,
        for_account: row.for_id,
        deputy: row.deputy_id,
        from: from_micros(row.from_at),
        until: from_micros(row.until_at),
        made_by: row.made_by,
        ended_at: row.ended_at.map(from_micros),
    }
}
