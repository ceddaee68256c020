//! What is to be done: one list, whoever looks at it.
//!
//! Every source of work puts [`store::WorkRow`]s, in the change that makes the work, and closes them in the change that
//! ends it. What the law asks for in a case is derived from the case ([`derive`]). To add a source: a [`Kind`] here, its
//! words in [`words`], and `store::put_work` / `store::close_work` in the use case.

mod alarm;
mod answer;
pub(super) mod derive;
mod desk;
mod liberty;
mod list;
mod rebuild;
mod team;
mod words;

pub use answer::{MissView, NewAnswer};
pub use desk::DeskView;
pub use list::{Of, TaskPage, WorkQuery};
pub use team::{Load, TeamView};
pub use words::{Step, TaskView, Whose};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::rows::NOTHING_DUE;
use crate::record::Text;
use crate::store::WorkRow;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A clock of the law runs.
    Clock,
    /// A document is owed.
    Issue,
    /// A document is to be served.
    Serve,
    /// A drafted decision waits for another person.
    Approve,
    /// Nobody leads a case.
    Unassigned,
    /// Somebody was assigned and has not said that they saw it.
    Assigned,
    /// A case is offered to the office.
    Transfer,
    /// A case was opened in an emergency.
    Review,
    /// A clock ended unanswered, and nobody has answered for it.
    Missed,
    /// A complaint waits for its answer.
    Complaint,
    /// A right of the floor was broken, and nobody has answered for it.
    Breach,
    /// A measure, or its revocation, waits for a decision.
    Measure,
    /// A measure that was decided is to begin.
    MeasureStart,
    /// A measure ends.
    MeasureEnd,
    /// A visit is to be kept, or was and is not recorded.
    Visit,
    /// A breach of a measure waits for its answer.
    MeasureBreach,
    /// A form that was asked for is to be written.
    Assessment,
    /// Something that this person began to write; late once nobody has touched it for some days.
    Draft,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::Clock,
        Self::Issue,
        Self::Serve,
        Self::Approve,
        Self::Unassigned,
        Self::Assigned,
        Self::Transfer,
        Self::Review,
        Self::Missed,
        Self::Complaint,
        Self::Breach,
        Self::Measure,
        Self::MeasureStart,
        Self::MeasureEnd,
        Self::Visit,
        Self::MeasureBreach,
        Self::Assessment,
        Self::Draft,
    ];

    /// Name as stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Issue => "issue",
            Self::Serve => "serve",
            Self::Approve => "approve",
            Self::Unassigned => "unassigned",
            Self::Assigned => "assigned",
            Self::Transfer => "transfer",
            Self::Review => "review",
            Self::Missed => "missed",
            Self::Complaint => "complaint",
            Self::Breach => "breach",
            Self::Measure => "measure",
            Self::MeasureStart => "measure_start",
            Self::MeasureEnd => "measure_end",
            Self::Visit => "visit",
            Self::MeasureBreach => "measure_breach",
            Self::Assessment => "assessment",
            Self::Draft => "draft",
        }
    }

    /// In general words, which say nothing of any case.
    pub fn words(self) -> Text {
        match self {
            Self::Clock => Text::new("期限届满", "A time limit ends"),
            Self::Issue => Text::new("文书应当制作", "A document is owed"),
            Self::Serve => Text::new("文书应当送达", "A document is to be served"),
            Self::Approve => Text::new("决定待审批", "A decision waits for approval"),
            Self::Unassigned => Text::new("案件待分派", "A case is to be assigned"),
            Self::Assigned => Text::new("新分派的案件", "A case was assigned"),
            Self::Transfer => Text::new("案件移送待答复", "The offer of a case waits for an answer"),
            Self::Review => Text::new("紧急查阅待复核", "An emergency waits for review"),
            Self::Missed => Text::new("逾期待说明", "A missed time limit is to be answered for"),
            Self::Complaint => Text::new("投诉待答复", "A complaint waits for an answer"),
            Self::Breach => Text::new("权利受损待处理", "A broken right is to be answered for"),
            Self::Measure => Text::new("措施待决定", "A measure waits for a decision"),
            Self::MeasureStart => Text::new("措施待开始", "A measure is to begin"),
            Self::MeasureEnd => Text::new("措施将届满", "A measure ends"),
            Self::Visit => Text::new("见面（走访）", "A visit"),
            Self::MeasureBreach => Text::new("违反情况待答复", "A breach waits for an answer"),
            Self::Assessment => Text::new("表单待填写", "A form is to be written"),
            Self::Draft => Text::new("未完成的草稿", "A draft is to be gone on with"),
        }
    }

    /// Whether those who work on the case are told of it, whoever they are.
    pub(super) const fn concerns_the_case(self) -> bool {
        matches!(
            self,
            Self::Clock
                | Self::Measure
                | Self::MeasureStart
                | Self::MeasureEnd
                | Self::Visit
                | Self::Breach
                | Self::Assessment
        )
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The identity of an entry of this kind: the same for the same thing on every instance.
    pub(super) fn item(self, case: Uuid, code: &str, part: &str, run: i64) -> Uuid {
        let hash = Sha256::new()
            .chain_update(b"tutela/work\0")
            .chain_update(case.as_bytes())
            .chain_update([self.as_str(), "\0", code, "\0", part, "\0"].concat())
            .chain_update(run.to_be_bytes())
            .finalize();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Work of this kind about something with an identity of its own, which is then the entry's too.
    pub(super) fn about(
        self,
        about: Uuid,
        case: Uuid,
        office: Uuid,
        since: i64,
        due: Option<i64>,
    ) -> WorkRow {
        WorkRow {
            item: about,
            case_id: case,
            at_office: office,
            kind: self.as_str().to_owned(),
            code: String::new(),
            part: String::new(),
            run: 0,
            about_id: Some(about),
            for_id: None,
            not_id: None,
            since_at: since,
            due_at: due.unwrap_or(NOTHING_DUE),
            warn_at: None,
            day_at: None,
            open: 1,
            fire_at: None,
        }
    }
}
