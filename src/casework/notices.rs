//! What somebody is told by the service: which kind of thing, and about which case; never a word of the file.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::accounts::role_code;
use super::time::{from_micros, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::permit_at;
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, NoticeRow, Side, StoreError};

/// Notices on one page.
const PAGE: i64 = 50;

/// A kind of notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// A case was opened in an emergency.
    Emergency,
    /// A case is offered to the office.
    TransferOffered,
    /// The other office has a case now.
    TransferAccepted,
    /// The other office does not take a case.
    TransferRefused,
}

impl Told {
    const ALL: [Self; 4] =
        [Self::Emergency, Self::TransferOffered, Self::TransferAccepted, Self::TransferRefused];

    const fn code(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::TransferOffered => "transfer.offered",
            Self::TransferAccepted => "transfer.accepted",
            Self::TransferRefused => "transfer.refused",
        }
    }

    fn text(self) -> Text {
        match self {
            Self::Emergency => Text::new(
                "有人以紧急查阅方式打开了一件案件，七十二小时内须复核",
                "somebody opened a case in an emergency; it is to be reviewed within 72 hours",
            ),
            Self::TransferOffered => Text::new("有案件移送本院，请答复", "a case is offered to this office"),
            Self::TransferAccepted => {
                Text::new("移送的案件已由对方受理", "the other office has taken over the case")
            }
            Self::TransferRefused => {
                Text::new("对方未接收移送的案件", "the other office does not take over the case")
            }
        }
    }
}

/// A notice as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NoticeView {
    /// Identity.
    pub id: Uuid,
    /// Kind.
    pub kind: String,
    /// In words.
    pub text: Text,
    /// The case.
    pub case: Option<Uuid>,
    /// The emergency or transfer.
    pub about: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

impl Service {
    /// What this person was told, newest first, before a notice.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn notices(
        &self,
        caller: &Caller,
        before: Option<(DateTime<Utc>, Uuid)>,
    ) -> Result<Vec<NoticeView>, CaseworkError> {
        let before = before.map_or((i64::MAX, Uuid::max()), |(at, id)| (micros(at), id));
        let rows = store::notices(self.db(), caller.viewer.account, before, PAGE).await?;
        self.write_aside(Note::of(caller, "notice.list", "own", self.now())).await?;
        Ok(rows
            .into_iter()
            .map(|row| NoticeView {
                text: Told::ALL
                    .into_iter()
                    .find(|t| t.code() == row.kind)
                    .map(Told::text)
                    .unwrap_or_default(),
                id: row.id,
                kind: row.kind,
                case: row.case_id,
                about: row.about_id,
                at: from_micros(row.at),
                read_at: row.read_at.map(from_micros),
            })
            .collect())
    }

    /// Marks a notice as read.
    ///
    /// # Errors
    /// `NotFound` when it is not this person's or was read.
    pub async fn read_notice(&self, caller: &Caller, notice: Uuid) -> Result<(), CaseworkError> {
        let side = store::mark_notice_read(notice, caller.viewer.account, micros(self.now()));
        let note = Note::of(caller, "notice.read", "own", self.now());
        match self.keep_staff(caller, note, &notice, vec![side]).await {
            Err(CaseworkError::Store(StoreError::Conflict)) => Err(CaseworkError::NotFound),
            done => done,
        }
    }

    /// A notice for each of these people, once each.
    pub(super) fn tell(
        &self,
        mut people: Vec<Uuid>,
        told: Told,
        case: Option<Uuid>,
        about: Uuid,
    ) -> Vec<Side> {
        people.sort();
        people.dedup();
        people
            .into_iter()
            .map(|account_id| {
                store::notify(&NoticeRow {
                    id: self.new_id(),
                    account_id,
                    kind: told.code().to_owned(),
                    case_id: case,
                    about_id: Some(about),
                    at: micros(self.now()),
                    read_at: None,
                })
            })
            .collect()
    }

    /// Active people who hold a role at an office, or at one above it.
    pub(super) async fn holders(
        &self,
        role: StaffRole,
        office: Uuid,
        above_too: bool,
    ) -> Result<Vec<Uuid>, CaseworkError> {
        let tree = self.offices();
        let rows = store::holders(self.db(), &role_code(role), micros(self.now())).await?;
        let reaches = |at: Uuid| if above_too { tree.within(office, at) } else { at == office };
        Ok(rows.into_iter().filter(|(_, at)| reaches(*at)).map(|(account, _)| account).collect())
    }

    /// Offices at which the gate permits this person an action, among those at which they have a role or below.
    pub(super) fn offices_for(&self, caller: &Caller, action: crate::access::Action) -> Vec<Uuid> {
        let tree = self.offices();
        let mut offices: Vec<Uuid> =
            caller.viewer.grants.iter().flat_map(|grant| tree.subtree(grant.office)).collect();
        offices.sort();
        offices.dedup();
        offices.retain(|office| permit_at(&caller.viewer, action, *office, &tree).is_ok());
        offices
    }
}
