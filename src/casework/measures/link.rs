//! Files that belong together: brothers and sisters, co-suspects. Each side sees the other by its number; opening it is for
//! that file's own policy, and a sealed one is not there.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::{Action, permit};
use crate::casework::time::{from_micros, micros};
use crate::casework::trail::{Caller, Note};
use crate::casework::{CaseworkError, Service, cipher};
use crate::law::Reason;
use crate::record::Text;
use crate::store::{self, LinkRow, StoreError, WriteSet};
use crate::vault::{Class, Place};

/// Why files belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Brother or sister.
    Sibling,
    /// Suspected of the same act.
    CoSuspect,
}

/// A link that is made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLink {
    /// Number of the other file; whoever links may read both.
    pub case_no: String,
    /// Why they belong together.
    pub relation: Relation,
}

/// A link as seen from one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkView {
    /// Identity of this side.
    pub id: Uuid,
    /// Number of the other file.
    pub case_no: String,
    /// The other file, for whoever may read it.
    pub case: Option<Uuid>,
    /// Why they belong together.
    pub relation: Relation,
    /// Who linked them.
    pub by: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// What one side keeps, sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    other: Uuid,
    pair: Uuid,
    relation: Relation,
}

impl Service {
    /// Links two files.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for a number that there is not, or that this person may not read, in the same words; `Taken`
    /// when they are linked.
    pub async fn link_case(&self, caller: &Caller, case: Uuid, new: &NewLink) -> Result<Uuid, CaseworkError> {
        let loaded = self.load(caller, case, Action::ActInCase).await?;
        let other = store::case_numbered(self.db(), new.case_no.trim()).await?.filter(|other| {
            other.id != case
                && permit(
                    &caller.viewer,
                    Action::ReadCase,
                    &crate::casework::read::scope(other),
                    &self.offices(),
                )
                .is_ok()
        });
        let Some(other) = other else {
            let text =
                Text::new("没有这一案件，或者您无权查阅", "there is no such file, or you may not read it");
            return Err(CaseworkError::Invalid(vec![Reason::engine("LINK_UNKNOWN", text).on("/case_no")]));
        };
        for row in store::links_of(self.db(), case).await? {
            if self.link_body(&row).await?.other == other.id {
                return Err(CaseworkError::Taken { what: "link" });
            }
        }
        let (here, there, at) = (self.new_id(), self.new_id(), micros(self.now()));
        let mut set = WriteSet::default();
        for (id, of, body) in [
            (here, case, Kept { other: other.id, pair: there, relation: new.relation }),
            (there, other.id, Kept { other: case, pair: here, relation: new.relation }),
        ] {
            let body = cipher::seal(self.keys(), &place(of, id), &body).await?;
            let made_by = caller.viewer.account;
            set.sides.push(store::add_link(&LinkRow {
                id,
                case_id: of,
                body,
                made_by,
                made_at: at,
                ended_at: None,
            }));
            let note = Note::under(caller, "link.made", &loaded.permit, self.now());
            set.leaves.push(Note { case: Some(of), ..note }.aside()?);
        }
        self.change(caller, set).await?;
        Ok(here)
    }

    /// Ends a link, on both sides.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` when it has ended, or never was.
    pub async fn unlink_case(&self, caller: &Caller, (case, id): (Uuid, Uuid)) -> Result<(), CaseworkError> {
        let loaded = self.load(caller, case, Action::ActInCase).await?;
        let rows = store::links_of(self.db(), case).await?;
        let row = rows.iter().find(|row| row.id == id).ok_or(CaseworkError::Conflict { current: 0 })?;
        let body = self.link_body(row).await?;
        let at = micros(self.now());
        let mut set = WriteSet {
            sides: vec![store::end_link(id, at), store::end_other_link(body.pair, at)],
            ..WriteSet::default()
        };
        for of in [case, body.other] {
            let note = Note::under(caller, "link.ended", &loaded.permit, self.now());
            set.leaves.push(Note { case: Some(of), ..note }.aside()?);
        }
        match self.change(caller, set).await {
            Err(StoreError::Conflict) => Err(CaseworkError::Conflict { current: 0 }),
            done => Ok(done?),
        }
    }

    /// The files that are linked with a case, but for sealed ones.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn links(&self, caller: &Caller, case: Uuid) -> Result<Vec<LinkView>, CaseworkError> {
        self.look(caller, case, "link.list").await?;
        let mut views = Vec::new();
        for row in store::links_of(self.db(), case).await? {
            let Kept { other, relation, .. } = self.link_body(&row).await?;
            let Some(other) = store::find_case(self.db(), other).await?.filter(|other| other.sealed == 0)
            else {
                continue;
            };
            let scope = crate::casework::read::scope(&other);
            let may = permit(&caller.viewer, Action::ReadCase, &scope, &self.offices()).is_ok();
            views.push(LinkView {
                id: row.id,
                case_no: other.case_no,
                case: may.then_some(other.id),
                relation,
                by: row.made_by,
                at: from_micros(row.made_at),
            });
        }
        Ok(views)
    }

    async fn link_body(&self, row: &LinkRow) -> Result<Kept, CaseworkError> {
        cipher::open(self.keys(), &place(row.case_id, row.id), &row.body).await
    }
}

fn place(case: Uuid, row: Uuid) -> Place<'static> {
    Place { class: Class::Legal, case, row, table: "case_link", column: "body", kind: "json" }
}
