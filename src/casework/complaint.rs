//! A complaint of the child, or of somebody for them: recorded by whoever hears it, answered in time by a supervisor who
//! is not its subject.

use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cipher;
use super::exclusions::check_reason;
use super::notices::Told;
use super::time::{from_micros, instant, legal, micros};
use super::trail::{Caller, Note};
use super::work::Kind;
use super::{CaseworkError, Service};
use crate::access::{Action, Permit};
use crate::law::Reason;
use crate::law::lateness::{Alarm, Standard, is_over};
use crate::law::pack::StaffRole;
use crate::record::Text;
use crate::store::{self, ComplaintRow, StoreError, WorkRow, WriteSet};
use crate::vault::{Class, Place};

/// Days before its end from which the answer to a complaint is warned of.
const WARNING: u32 = 5;

/// A complaint as it is recorded.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComplaint {
    /// Who complains: the child, or in which role somebody for them.
    pub by: String,
    /// What it says, in their own words.
    pub words: String,
    /// Sign-in name of the person complained about, if it is one who works here.
    #[serde(default)]
    pub about: Option<String>,
}

/// Who answers a complaint.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answerer {
    /// Sign-in name of a supervisor of the case's office or one above.
    pub login: String,
}

/// The answer to a complaint.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReply {
    /// Whether it was well founded.
    pub founded: bool,
    /// What was found, what is done, and how the child was told.
    pub reason: String,
}

/// A complaint as shown to those who answer it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ComplaintView {
    /// Identity.
    pub id: Uuid,
    /// The case.
    pub case: Uuid,
    /// Who complains.
    pub by: String,
    /// In their own words.
    pub words: String,
    /// The person complained about.
    pub subject: Option<Uuid>,
    /// Who recorded it.
    pub recorded_by: Uuid,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it is to be answered.
    pub due: DateTime<Utc>,
    /// That time has passed and nobody has.
    pub overdue: bool,
    /// Who is to answer.
    pub answerer: Option<Uuid>,
    /// The answer.
    pub answer: Option<NewReply>,
    /// Who answered.
    pub answered_by: Option<Uuid>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
}

/// What is kept of a complaint under the case's key.
#[derive(Serialize, Deserialize)]
struct Words {
    by: String,
    words: String,
}

impl Service {
    /// Records a complaint. Every supervisor of the office and above who is not its subject is told at once.
    ///
    /// # Errors
    /// `NotFound` when there is no such case or this person may not act in it; `Invalid` for empty words or an unknown
    /// person.
    pub async fn complain(
        &self,
        caller: &Caller,
        case: Uuid,
        new: &NewComplaint,
    ) -> Result<Uuid, CaseworkError> {
        let loaded = self.load(caller, case, Action::ActInCase).await?;
        check_reason(&new.words, 1)?;
        check_reason(&new.by, 1)?;
        let subject = match &new.about {
            None => None,
            Some(login) => Some(self.account_named(login).await?.ok_or_else(|| unfit("/about"))?.id),
        };
        let (id, now, office, zone) = (self.new_id(), self.now(), loaded.row.office_id, loaded.pack.zone);
        let day = legal(zone, now).date();
        let end = Standard::Complaint.end(day).unwrap_or_else(|| day.and_time(NaiveTime::MIN));
        let at = |moment| micros(instant(zone, moment));
        let words = Words { by: new.by.clone(), words: new.words.clone() };
        let row = ComplaintRow {
            id,
            case_id: case,
            office_id: office,
            subject_id: subject,
            words: cipher::seal(self.keys(), &place(case, id, "words"), &words).await?,
            recorded_by: caller.viewer.account,
            recorded_at: micros(now),
            due_at: at(end),
            answerer_id: None,
            answer: None,
            answered_by: None,
            answered_at: None,
        };
        let alarm = Alarm::of(legal(zone, now), end, false, WARNING);
        let (warn_at, day_at) = (alarm.warning.map(at), alarm.last_day.map(at));
        let work = WorkRow {
            not_id: subject,
            warn_at,
            day_at,
            fire_at: warn_at.or(day_at).or(Some(row.due_at)),
            ..Kind::Complaint.about(id, case, office, row.recorded_at, Some(row.due_at))
        };
        let mut people = self.holders(StaffRole::Supervisor, office, true).await?;
        let away = store::kept_away(self.db(), case).await?;
        people.retain(|account| Some(*account) != subject && !away.contains(account));
        let mut sides = vec![store::add_complaint(&row)];
        sides.extend(self.tell_due(people, Told::Complaint, Some(case), id, Some(from_micros(row.due_at))));
        let note = Note::under(caller, "complaint.made", &loaded.permit, now);
        self.keep_complaint(caller, case, note, sides, store::put_work(&work)).await?;
        Ok(id)
    }

    /// The complaints of a case, oldest first, but for those about whoever looks.
    ///
    /// # Errors
    /// `NotFound` to everybody but supervisors of the office and above.
    pub async fn complaints(&self, caller: &Caller, case: Uuid) -> Result<Vec<ComplaintView>, CaseworkError> {
        let loaded = self.load(caller, case, Action::AnswerComplaint).await?;
        let note = Note::under(caller, "complaint.list", &loaded.permit, self.now());
        self.write_aside(Note { case: Some(case), ..note }).await?;
        let mut views = Vec::new();
        for row in store::complaints_of(self.db(), case).await? {
            if row.subject_id != Some(caller.viewer.account) {
                views.push(self.complaint_view(row).await?);
            }
        }
        Ok(views)
    }

    /// Says which supervisor answers a complaint; never its subject.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` for its subject, for somebody kept away from the case, or for who is no supervisor of the
    /// office or one above; `Conflict` when it is answered.
    pub async fn assign_complaint(
        &self,
        caller: &Caller,
        id: Uuid,
        to: &Answerer,
    ) -> Result<ComplaintView, CaseworkError> {
        let (row, permit) = self.complaint_for(caller, id).await?;
        let account = self.account_named(&to.login).await?.ok_or_else(|| unfit("/login"))?.id;
        let supervisors = self.holders(StaffRole::Supervisor, row.office_id, true).await?;
        if !supervisors.contains(&account)
            || store::kept_away(self.db(), row.case_id).await?.contains(&account)
        {
            return Err(unfit("/login"));
        }
        if row.subject_id == Some(account) {
            let text = Text::new(
                "投诉不得交由被投诉人处理",
                "a complaint is never answered by the person whom it concerns",
            );
            return Err(CaseworkError::Invalid(vec![
                Reason::engine("CONFLICT_OF_INTEREST", text).on("/login"),
            ]));
        }
        let row = ComplaintRow { answerer_id: Some(account), ..row };
        let note = Note::under(caller, "complaint.assign", &permit, self.now()).with("answerer", account);
        let mut sides = vec![store::set_answerer(&row)];
        let due = Some(from_micros(row.due_at));
        sides.extend(self.tell_due(vec![account], Told::Complaint, Some(row.case_id), id, due));
        let work = store::find_work(self.db(), row.case_id, id).await?.ok_or(CaseworkError::NotFound)?;
        let work = store::put_work(&WorkRow { for_id: Some(account), ..work });
        self.keep_complaint(caller, row.case_id, note, sides, work).await?;
        self.complaint_view(row).await
    }

    /// Answers a complaint: a supervisor who is not its subject.
    ///
    /// # Errors
    /// `NotFound`; `NotPermitted` for its subject; `Invalid` without a reason; `Conflict` when it is answered.
    pub async fn answer_complaint(
        &self,
        caller: &Caller,
        id: Uuid,
        reply: &NewReply,
    ) -> Result<ComplaintView, CaseworkError> {
        let (row, permit) = self.complaint_for(caller, id).await?;
        check_reason(&reply.reason, 1)?;
        let case = row.case_id;
        let row = ComplaintRow {
            answer: Some(cipher::seal(self.keys(), &place(case, id, "answer"), reply).await?),
            answered_by: Some(caller.viewer.account),
            answered_at: Some(micros(self.now())),
            ..row
        };
        let note = Note::under(caller, "complaint.answer", &permit, self.now());
        self.keep_complaint(
            caller,
            case,
            note,
            vec![store::answer_complaint(&row)],
            store::close_work(case, id),
        )
        .await?;
        self.complaint_view(row).await
    }

    /// A complaint that this person may handle.
    async fn complaint_for(
        &self,
        caller: &Caller,
        id: Uuid,
    ) -> Result<(ComplaintRow, Permit), CaseworkError> {
        let row = store::complaint(self.db(), id).await?.ok_or(CaseworkError::NotFound)?;
        let loaded = self.load(caller, row.case_id, Action::AnswerComplaint).await?;
        if row.subject_id == Some(caller.viewer.account) {
            return Err(self.deny(caller, "complaint.denied", "not-oneself").await?);
        }
        Ok((row, loaded.permit))
    }

    async fn keep_complaint(
        &self,
        caller: &Caller,
        case: Uuid,
        note: Note<'_>,
        sides: Vec<store::Side>,
        work: store::Write,
    ) -> Result<(), CaseworkError> {
        let set = WriteSet {
            sides,
            writes: vec![work],
            leaves: vec![Note { case: Some(case), ..note }.aside()?],
            ..WriteSet::default()
        };
        match self.change(caller, set).await {
            Err(StoreError::Conflict) => Err(CaseworkError::Conflict { current: 0 }),
            done => Ok(done?),
        }
    }

    async fn complaint_view(&self, row: ComplaintRow) -> Result<ComplaintView, CaseworkError> {
        let case = row.case_id;
        let Words { by, words } =
            cipher::open(self.keys(), &place(case, row.id, "words"), &row.words).await?;
        let answer = match &row.answer {
            None => None,
            Some(sealed) => Some(cipher::open(self.keys(), &place(case, row.id, "answer"), sealed).await?),
        };
        Ok(ComplaintView {
            id: row.id,
            case,
            by,
            words,
            subject: row.subject_id,
            recorded_by: row.recorded_by,
            recorded_at: from_micros(row.recorded_at),
            due: from_micros(row.due_at),
            overdue: row.answered_at.is_none() && is_over(row.due_at, micros(self.now())),
            answerer: row.answerer_id,
            answer,
            answered_by: row.answered_by,
            answered_at: row.answered_at.map(from_micros),
        })
    }
}

fn unfit(place: &str) -> CaseworkError {
    let text = Text::new("没有这一账号，或其不能处理", "there is no such account, or it cannot be this one");
    CaseworkError::Invalid(vec![Reason::engine("ACCOUNT_UNKNOWN", text).on(place)])
}

fn place(case: Uuid, row: Uuid, column: &'static str) -> Place<'static> {
    Place { class: Class::Legal, case, row, table: "complaint", column, kind: "json" }
}
