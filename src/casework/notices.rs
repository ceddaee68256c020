//! What somebody is told by the service: which kind of thing, and about which case; never a word of the file.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::accounts::role_code;
use super::sending::Message;
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
    /// A copy of a case left the house.
    Copied,
    /// A case is offered to the office.
    TransferOffered,
    /// The other office has a case now.
    TransferAccepted,
    /// The other office does not take a case.
    TransferRefused,
    /// Somebody works on a case from now on.
    Assigned,
    /// Something falls due soon.
    Warning,
    /// It is its last day.
    LastDay,
    /// Its end has passed.
    Over,
    /// A complaint waits for an answer.
    Complaint,
    /// Its time runs out, or has.
    ComplaintDue,
}

impl Told {
    const ALL: [Self; 11] = [
        Self::Emergency,
        Self::Copied,
        Self::TransferOffered,
        Self::TransferAccepted,
        Self::TransferRefused,
        Self::Assigned,
        Self::Warning,
        Self::LastDay,
        Self::Over,
        Self::Complaint,
        Self::ComplaintDue,
    ];

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::Copied => "case.copied",
            Self::TransferOffered => "transfer.offered",
            Self::TransferAccepted => "transfer.accepted",
            Self::TransferRefused => "transfer.refused",
            Self::Assigned => "case.assigned",
            Self::Warning => "due.warning",
            Self::LastDay => "due.last-day",
            Self::Over => "due.over",
            Self::Complaint => "complaint.made",
            Self::ComplaintDue => "complaint.due",
        }
    }

    /// The kind with this code.
    pub(super) fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|told| told.code() == code)
    }

    /// In words.
    pub(super) fn text(self) -> Text {
        match self {
            Self::Emergency => Text::new(
                "有人以紧急查阅方式打开了一件案件，七十二小时内须复核",
                "somebody opened a case in an emergency; it is to be reviewed within 72 hours",
            ),
            Self::Copied => Text::new("有案件的案卷副本已提供给院外", "a copy of a case left the house"),
            Self::TransferOffered => Text::new("有案件移送本院，请答复", "a case is offered to this office"),
            Self::TransferAccepted => {
                Text::new("移送的案件已由对方受理", "the other office has taken over the case")
            }
            Self::TransferRefused => {
                Text::new("对方未接收移送的案件", "the other office does not take over the case")
            }
            Self::Assigned => Text::new("有案件分派给本人", "a case was assigned to you"),
            Self::Warning => Text::new("有期限即将届满", "a time limit ends soon"),
            Self::LastDay => Text::new("有期限今日届满", "a time limit ends today"),
            Self::Over => Text::new("有期限已经届满", "a time limit has ended"),
            Self::Complaint => Text::new("有投诉待答复", "a complaint waits for an answer"),
            Self::ComplaintDue => Text::new(
                "投诉的答复期限即将或者已经届满",
                "the time to answer a complaint ends, or has ended",
            ),
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
                text: Told::named(&row.kind).map(Told::text).unwrap_or_default(),
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
        // Whoever read that a case is theirs has seen it; the worklist need not say it again.
        let seen = store::see_assignment(notice, caller.viewer.account);
        let side = store::mark_notice_read(notice, caller.viewer.account, micros(self.now()));
        let note = Note::of(caller, "notice.read", "own", self.now());
        match self.keep_staff(caller, note, &notice, vec![side, seen]).await {
            Err(CaseworkError::Store(StoreError::Conflict)) => Err(CaseworkError::NotFound),
            done => done,
        }
    }

    /// A notice for each of these people, once each.
    pub(super) fn tell(&self, people: Vec<Uuid>, told: Told, case: Option<Uuid>, about: Uuid) -> Vec<Side> {
        self.tell_due(people, told, case, about, None)
    }

    /// The same of something that falls due. What is told leaves the house too: by e-mail to whoever has said where,
    /// and to every webhook.
    pub(super) fn tell_due(
        &self,
        mut people: Vec<Uuid>,
        told: Told,
        case: Option<Uuid>,
        about: Uuid,
        due: Option<DateTime<Utc>>,
    ) -> Vec<Side> {
        people.sort();
        people.dedup();
        let at = micros(self.now());
        let message = Message { kind: told.code().to_owned(), case, about, due, at: self.now() };
        let mut sides = self.to_webhooks(&message, at);
        for account_id in people {
            let id = self.new_id();
            sides.push(store::notify(&NoticeRow {
                id,
                account_id,
                kind: told.code().to_owned(),
                case_id: case,
                about_id: Some(about),
                at,
                read_at: None,
            }));
            sides.push(store::to_person(id, account_id, &message.body(), at));
        }
        sides
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
