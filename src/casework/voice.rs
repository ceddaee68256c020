//! What the child said about the case, in their own words; who explained it to them, and whether they understood.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cipher;
use super::exclusions::check_reason;
use super::time::{from_micros, legal, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::Action;
use crate::law::Reason;
use crate::record::Text;
use crate::store::{self, VoiceRow, WriteSet};
use crate::vault::{Class, Place};

/// Whether the child understood what was explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Understood {
    /// Yes.
    Yes,
    /// In part: it is explained again.
    Partly,
    /// No: it is explained again.
    No,
    /// The child did not want to say.
    Unsaid,
}

/// What the child said.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVoice {
    /// The day.
    pub on: NaiveDate,
    /// What about: a question, a decision, a measure.
    pub about: String,
    /// The child's own words.
    pub words: String,
    /// Who explained it to them.
    pub explained_by: String,
    /// Whether they understood, as they said it themselves.
    pub understood: Understood,
}

/// What the child said, as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct VoiceView {
    /// Identity.
    pub id: Uuid,
    /// What was recorded.
    #[serde(flatten)]
    pub said: NewVoice,
    /// Who recorded it.
    pub recorded_by: Uuid,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

impl Service {
    /// Records what the child said.
    ///
    /// # Errors
    /// `NotFound` when there is no such case or this person may not act in it; `Invalid` for empty words or a day to come.
    pub async fn record_voice(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewVoice,
    ) -> Result<VoiceView, CaseworkError> {
        let loaded = self.load(caller, case, Action::ActInCase).await?;
        for words in [&new.about, &new.words, &new.explained_by] {
            check_reason(words, 1)?;
        }
        if new.on > legal(loaded.pack.zone, self.now()).date() {
            let text = Text::new("日期不能在今天之后", "the day lies in the future");
            return Err(CaseworkError::Invalid(vec![Reason::engine("FIELD_INVALID", text).on("/on")]));
        }
        let id = self.new_id();
        let row = VoiceRow {
            id,
            case_id: case,
            words: cipher::seal(self.keys(), &place(case, id), new).await?,
            recorded_by: caller.viewer.account,
            recorded_at: micros(self.now()),
        };
        let note = Note::under(caller, "case.voice", &loaded.permit, self.now());
        let set = WriteSet {
            sides: vec![store::add_voice(&row)],
            leaves: vec![Note { case: Some(case), ..note }.aside()?],
            ..WriteSet::default()
        };
        self.change(caller, set).await?;
        Ok(view(&row, new.clone()))
    }

    /// What the child said, oldest first.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn voices(&self, caller: &Caller, case: Uuid) -> Result<Vec<VoiceView>, CaseworkError> {
        self.look(caller, case, "case.voices").await?;
        self.voices_of(case).await
    }

    /// The same for whoever has looked already.
    pub(super) async fn voices_of(&self, case: Uuid) -> Result<Vec<VoiceView>, CaseworkError> {
        let mut views = Vec::new();
        for row in store::voices_of(self.db(), case).await? {
            let said: NewVoice = cipher::open(self.keys(), &place(case, row.id), &row.words).await?;
            views.push(view(&row, said));
        }
        Ok(views)
    }
}

fn view(row: &VoiceRow, said: NewVoice) -> VoiceView {
    VoiceView { id: row.id, said, recorded_by: row.recorded_by, recorded_at: from_micros(row.recorded_at) }
}

fn place(case: Uuid, row: Uuid) -> Place<'static> {
    Place { class: Class::Legal, case, row, table: "voice", column: "words", kind: "json" }
}
