//! People are told of what falls due: before, on the last day, and when it is over; each once, whichever instance does it
//! and whatever happens to it meanwhile.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::Kind;
use crate::casework::notices::Told;
use crate::casework::time::{from_micros, instant, legal, micros};
use crate::casework::{CaseworkError, Service};
use crate::law::lateness::{Alarm, Stage, Standard, is_breach, leaves_work};
use crate::law::pack::{ClockKind, StaffRole};
use crate::store::{self, Lease, MissRow, Side, StoreError, WorkHit, WorkRow, Write, WriteSet};

/// The job's name.
const JOB: &str = "alarms";
/// How long an instance has the job; another takes it over when it has gone.
const LASTS: Duration = Duration::seconds(30);
/// Entries looked at in one go.
const BATCH: i64 = 100;

impl Service {
    /// Tells of everything that has come by now, if no other instance does; gives how often something was told.
    ///
    /// # Errors
    /// When the store cannot be read or written. What was told is kept, what was not is told the next time.
    pub async fn tell_what_is_due(&self) -> Result<usize, CaseworkError> {
        let mut told = 0;
        if store::oldest_to_tell(self.db(), micros(self.now())).await?.is_none() {
            return Ok(0);
        }
        let Some(lease) = self.take_job(JOB, LASTS).await? else { return Ok(0) };
        loop {
            let now = self.now();
            let waiting = store::work_to_tell(self.db(), micros(now), BATCH).await?;
            let mut moved = 0;
            for hit in &waiting {
                match self.tell_of(&lease, hit, now).await? {
                    Outcome::Told => (told, moved) = (told + 1, moved + 1),
                    Outcome::Passed => moved += 1,
                    Outcome::Changed => {}
                }
            }
            // Nothing moves when the job is another instance's by now.
            if moved == 0 || i64::try_from(waiting.len()).is_ok_and(|n| n < BATCH) {
                break;
            }
            if self.take_job(JOB, LASTS).await? != Some(lease) {
                return Ok(told);
            }
        }
        let sides = vec![store::give_back_lease(JOB, &lease)];
        store::commit(self.db(), WriteSet { sides, ..WriteSet::default() }).await?;
        Ok(told)
    }

    /// For how long people wait to be told of something.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn telling_lag(&self) -> Result<Duration, CaseworkError> {
        let now = micros(self.now());
        let oldest = store::oldest_to_tell(self.db(), now).await?;
        Ok(Duration::microseconds(oldest.map_or(0, |oldest| now.saturating_sub(oldest))))
    }

    /// Takes a job for a while, unless another instance has it.
    pub(in crate::casework) async fn take_job(
        &self,
        name: &str,
        lasts: Duration,
    ) -> Result<Option<Lease>, CaseworkError> {
        let (me, now) = (self.instance(), self.now());
        let sides = vec![store::take_lease(name, me, micros(now + lasts), micros(now))];
        match store::commit(self.db(), WriteSet { sides, ..WriteSet::default() }).await {
            Ok(()) => Ok(store::lease(self.db(), name).await?.filter(|lease| lease.holder == me)),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn tell_of(
        &self,
        lease: &Lease,
        hit: &WorkHit,
        now: DateTime<Utc>,
    ) -> Result<Outcome, CaseworkError> {
        let WorkHit { work, case } = hit;
        let hold = || store::hold_lease(JOB, lease);
        let shown = work.open == 1 && case.sealed == 0 && case.handed_over == 0;
        let (come, next) = Alarm::at(work.warn_at, work.day_at, work.due_at, micros(now));
        let (true, Some(stage)) = (shown, come) else {
            // Nobody is told of a case that they do not see any more.
            let next = if shown { next } else { None };
            return self.pass_on(vec![hold(), store::tell_next(work, next, work.open == 1)]).await;
        };
        if store::is_fired(self.db(), work, stage.number()).await? {
            return self.pass_on(vec![hold(), store::tell_next(work, next, true)]).await;
        }
        let kind = Kind::named(&work.kind);
        let rule = self.clock_kind(hit);
        let over = stage == Stage::Over;
        let open = !over || kind != Some(Kind::Clock) || rule.is_none_or(leaves_work);
        let mut sides =
            vec![hold(), store::fire(work, stage.number(), micros(now)), store::tell_next(work, next, open)];
        let mut writes = Vec::new();
        if over && kind == Some(Kind::Clock) && rule.is_some_and(is_breach) {
            let (side, write) = self.missed(hit, now);
            sides.push(side);
            writes.push(write);
        }
        let people = self.whom_to_tell(hit, stage).await?;
        let due = from_micros(work.due_at);
        sides.extend(self.tell_due(people, told(kind, stage), Some(work.case_id), work.item, Some(due)));
        let act = match stage {
            Stage::Warning => "work.warning",
            Stage::LastDay => "work.last-day",
            Stage::Over => "work.over",
        };
        let mut note = self.operators_note(act);
        note.case = Some(work.case_id);
        note.about.push(format!("{}:{}", work.kind, work.code));
        let set = WriteSet { sides, writes, leaves: vec![note.aside()?], ..WriteSet::default() };
        match store::commit(self.db(), set).await {
            Ok(()) => Ok(Outcome::Told),
            // The job is another's, or an act has moved the end meanwhile: the next look sees it.
            Err(StoreError::Conflict) => Ok(Outcome::Changed),
            Err(error) => Err(error.into()),
        }
    }

    async fn pass_on(&self, sides: Vec<Side>) -> Result<Outcome, CaseworkError> {
        match store::commit(self.db(), WriteSet { sides, ..WriteSet::default() }).await {
            Ok(()) => Ok(Outcome::Passed),
            Err(StoreError::Conflict) => Ok(Outcome::Changed),
            Err(error) => Err(error.into()),
        }
    }

    fn clock_kind(&self, hit: &WorkHit) -> Option<ClockKind> {
        let pack = self.packs().pinned(&hit.case.pack_id, &hit.case.pack_version)?;
        pack.clocks.find(&hit.work.code).map(|rule| rule.kind)
    }

    /// What is kept of a clock that ended unanswered, until somebody answers for it.
    fn missed(&self, hit: &WorkHit, now: DateTime<Utc>) -> (Side, Write) {
        let work = &hit.work;
        // Another end of the same run is another miss.
        let id = Kind::Missed.item(work.case_id, &work.code, &work.due_at.to_string(), work.run);
        let row = MissRow {
            id,
            case_id: work.case_id,
            clock: work.code.clone(),
            run: work.run,
            due_at: work.due_at,
            noticed_at: micros(now),
            answer: None,
            answered_by: None,
            answered_at: None,
        };
        let zone = self.packs().pinned(&hit.case.pack_id, &hit.case.pack_version).map(|pack| pack.zone);
        let end = zone
            .and_then(|zone| Some(micros(instant(zone, Standard::Answering.end(legal(zone, now).date())?))));
        let entry = Kind::Missed.about(id, work.case_id, work.at_office, work.due_at, end);
        let entry = WorkRow { code: work.code.clone(), run: work.run, ..entry };
        (store::miss(&row), store::put_work(&entry))
    }

    /// Whom a stage concerns: who works on the case and who stands in for them; when nobody does, who assigns it; when it
    /// is over, also the chief and the supervisors. Nobody who is kept away from it.
    async fn whom_to_tell(&self, hit: &WorkHit, stage: Stage) -> Result<Vec<Uuid>, CaseworkError> {
        let WorkHit { work, case } = hit;
        let of_case = Kind::named(&work.kind).is_some_and(Kind::concerns_the_case);
        let mut people: Vec<Uuid> = match work.for_id {
            Some(account) => vec![account],
            None if of_case => {
                [case.lead_id, case.second_id, case.social_worker_id].into_iter().flatten().collect()
            }
            None => self.holders(StaffRole::Supervisor, case.office_id, true).await?,
        };
        let mut deputies = Vec::new();
        for account in &people {
            deputies.extend(store::standing_in(self.db(), *account, micros(self.now())).await?);
        }
        people.extend(deputies);
        if of_case && case.lead_id.is_none() {
            people.extend(self.holders(StaffRole::Clerk, case.office_id, false).await?);
            people.extend(self.holders(StaffRole::Chief, case.office_id, false).await?);
        }
        if stage == Stage::Over {
            if of_case {
                people.extend(self.holders(StaffRole::Chief, case.office_id, false).await?);
            }
            people.extend(self.holders(StaffRole::Supervisor, case.office_id, true).await?);
        }
        let away = store::kept_away(self.db(), work.case_id).await?;
        people.retain(|account| !away.contains(account) && Some(*account) != work.not_id);
        Ok(people)
    }
}

/// What came of one entry.
enum Outcome {
    /// People were told.
    Told,
    /// There was nothing to tell; the next moment is set.
    Passed,
    /// Something has changed meanwhile.
    Changed,
}

const fn told(kind: Option<Kind>, stage: Stage) -> Told {
    match (kind, stage) {
        (Some(Kind::Complaint), _) => Told::ComplaintDue,
        (_, Stage::Warning) => Told::Warning,
        (_, Stage::LastDay) => Told::LastDay,
        (_, Stage::Over) => Told::Over,
    }
}
