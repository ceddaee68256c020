//! Somebody answers for a clock that ended unanswered, or for a right that was broken. Until then it stands in the
//! worklist.

use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::derive;
use crate::access::Action;
use crate::casework::cipher;
use crate::casework::proceed::Loaded;
use crate::casework::time::{from_micros, instant, micros};
use crate::casework::trail::{Caller, Note};
use crate::casework::{CaseworkError, Service};
use crate::law::Reason;
use crate::law::floor::Check;
use crate::law::input::LONGEST_TEXT;
use crate::record::Text;
use crate::store::{self, MissRow, StoreError, WriteSet};
use crate::vault::{Class, Place};

/// Characters that each part of an answer has at least.
const LEAST: usize = 5;

/// An answer for a missed clock.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    /// Why it was missed, and what that meant for the child.
    pub reason: String,
    /// What was done about it.
    pub done: String,
}

/// An answer as it is kept; the first ones had one text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Whole(NewAnswer),
    Reason(String),
}

/// A clock that ended unanswered, or a right that was broken.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MissView {
    /// Identity.
    pub id: Uuid,
    /// The clock, or the floor's check of a right that was broken.
    pub clock: String,
    /// Whether it is a broken right.
    pub breach: bool,
    /// Its name.
    pub name: Text,
    /// Which run of it, or the journal entry.
    pub run: i64,
    /// When it ended, or the right was broken.
    pub due: DateTime<Utc>,
    /// Since when it is known.
    pub noticed_at: DateTime<Utc>,
    /// The answer, once somebody has given it.
    pub answer: Option<String>,
    /// What was done about it.
    pub done: Option<String>,
    /// Who.
    pub answered_by: Option<Uuid>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
}

impl Service {
    /// The clocks of a case that ended unanswered and its broken rights, oldest first.
    ///
    /// # Errors
    /// As [`Service::read_case`].
    pub async fn misses(&self, caller: &Caller, case: Uuid) -> Result<Vec<MissView>, CaseworkError> {
        let loaded = self.look(caller, case, "case.misses").await?;
        let mut views = Vec::new();
        let mut rows = store::misses_of(self.db(), case).await?;
        let known: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        rows.extend(Self::broken(&loaded).into_iter().filter(|row| !known.contains(&row.id)));
        rows.sort_by_key(|row| (row.due_at, row.id));
        for row in rows {
            let answer = match &row.answer {
                None => None,
                Some(sealed) => Some(match cipher::open(self.keys(), &place(&row), sealed).await? {
                    Kept::Whole(answer) => answer,
                    Kept::Reason(reason) => NewAnswer { reason, done: String::new() },
                }),
            };
            views.push(view(&loaded.pack, row, answer));
        }
        Ok(views)
    }

    /// Answers for a missed clock or a broken right: whoever leads the case, or a supervisor.
    ///
    /// # Errors
    /// `NotFound`, also to whoever may not; `Invalid` without a reason or what was done; `Conflict` when somebody has answered.
    pub async fn answer_for(
        &self,
        caller: &Caller,
        case: Uuid,
        miss: Uuid,
        new: &NewAnswer,
    ) -> Result<MissView, CaseworkError> {
        let loaded = self.load(caller, case, Action::AnswerFor).await?;
        check(new)?;
        let row = match store::find_miss(self.db(), miss).await?.filter(|row| row.case_id == case) {
            Some(row) => row,
            None => {
                Self::broken(&loaded).into_iter().find(|row| row.id == miss).ok_or(CaseworkError::NotFound)?
            }
        };
        let row = MissRow {
            answer: Some(cipher::seal(self.keys(), &place(&row), new).await?),
            answered_by: Some(caller.viewer.account),
            answered_at: Some(micros(self.now())),
            ..row
        };
        let mut note = Note::under(caller, "work.answer", &loaded.permit, self.now());
        let what = if loaded.pack.clocks.find(&row.clock).is_some() { "clock" } else { "breach" };
        note.about.push(format!("{what}:{}", row.clock));
        let set = WriteSet {
            // A missed clock has its row already; a broken right gets it with its answer.
            sides: vec![store::miss(&row), store::answer_miss(&row)],
            writes: vec![store::close_work(case, miss)],
            leaves: vec![Note { case: Some(case), ..note }.aside()?],
            ..WriteSet::default()
        };
        match self.change(caller, set).await {
            Ok(()) => Ok(view(&loaded.pack, row, Some(new.clone()))),
            Err(StoreError::Conflict) => Err(CaseworkError::Conflict { current: 0 }),
            Err(error) => Err(error.into()),
        }
    }

    /// The broken rights of a case as rows without an answer.
    fn broken(loaded: &Loaded) -> Vec<MissRow> {
        let breaches = derive::breaches(&loaded.file).into_iter();
        breaches
            .map(|mark| {
                let day = derive::day_of(&loaded.file, mark.seq);
                let at = day.map(|day| instant(loaded.pack.zone, day.and_time(NaiveTime::MIN)));
                let at = at.map_or(loaded.row.opened_at, micros);
                MissRow {
                    id: derive::breach_id(loaded.row.id, mark),
                    case_id: loaded.row.id,
                    clock: mark.check.code().to_owned(),
                    run: mark.seq.into(),
                    due_at: at,
                    noticed_at: at,
                    answer: None,
                    answered_by: None,
                    answered_at: None,
                }
            })
            .collect()
    }
}

fn view(pack: &crate::law::Pack, row: MissRow, answer: Option<NewAnswer>) -> MissView {
    let clock = pack.clocks.find(&row.clock);
    let check = || Check::ALL.iter().find(|check| check.code() == row.clock);
    let statement = || check().map(|check| Text::new(check.statement().zh, check.statement().en));
    let (answer, done) = answer.map(|answer| (answer.reason, answer.done)).unzip();
    MissView {
        id: row.id,
        name: clock.map(|clock| clock.name.clone()).or_else(statement).unwrap_or_default(),
        breach: clock.is_none(),
        clock: row.clock,
        run: row.run,
        due: from_micros(row.due_at),
        noticed_at: from_micros(row.noticed_at),
        answer,
        done: done.filter(|done| !done.is_empty()),
        answered_by: row.answered_by,
        answered_at: row.answered_at.map(from_micros),
    }
}

/// Holds an answer to its form; every fault is told at once.
fn check(new: &NewAnswer) -> Result<(), CaseworkError> {
    let mut reasons = Vec::new();
    for (field, text) in [("/reason", &new.reason), ("/done", &new.done)] {
        let said = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).count();
        if said < LEAST || text.chars().count() > LONGEST_TEXT || text.contains('\0') {
            let what = if field == "/reason" {
                Text::new("原因", "why it was missed")
            } else {
                Text::new("已采取的措施", "what was done")
            };
            let text = Text::new(
                format!("请写明{}，{LEAST} 至 {LONGEST_TEXT} 字", what.zh),
                format!("Say {}, in {LEAST} to {LONGEST_TEXT} characters", what.en),
            );
            reasons.push(Reason::engine("FIELD_INVALID", text).on(field));
        }
    }
    if reasons.is_empty() { Ok(()) } else { Err(CaseworkError::Invalid(reasons)) }
}

fn place(row: &MissRow) -> Place<'static> {
    Place {
        class: Class::Legal,
        case: row.case_id,
        row: row.id,
        table: "miss",
        column: "answer",
        kind: "json",
    }
}
