//! When people are told of what falls due, and which instance does it. What happens once is once because a row says so,
//! written in the same change.

use sqlx::FromRow;
use uuid::Uuid;

use super::side::Side;
use super::work::on;
use super::worklist::{WorkHit, WorkRow};
use super::{Db, StoreError};

const TAKE: &str = "INSERT INTO lease (name, holder, fence, until_at) VALUES ($1, $2, 1, $3) ON CONFLICT (name) DO UPDATE SET fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE lease.fence + 1 END, holder = excluded.holder, until_at = excluded.until_at WHERE lease.holder = excluded.holder OR lease.until_at <= $4";
const LEASE: &str = "SELECT holder, fence, until_at FROM lease WHERE name = $1";
const HOLD: &str = "UPDATE lease SET until_at = until_at WHERE name = $1 AND holder = $2 AND fence = $3";
const GIVE_BACK: &str = "UPDATE lease SET until_at = 0 WHERE name = $1 AND holder = $2 AND fence = $3";
const DUE: &str = "SELECT w.item, w.case_id, w.at_office, w.kind, w.code, w.part, w.run, w.about_id, w.for_id, w.not_id, w.since_at, w.due_at, w.warn_at, w.day_at, w.open, w.fire_at, c.id AS head_id, c.case_no, c.office_id, c.pack_id, c.pack_version, c.version, c.main, c.measure, c.lead_id, c.second_id, c.social_worker_id, c.approver_id, c.handed_over, c.sealed, c.awaiting_approval, c.next_due, c.next_clock, c.marks FROM work w JOIN case_file c ON c.id = w.case_id WHERE w.fire_at <= $1 ORDER BY w.fire_at, w.case_id, w.item LIMIT $2";
const OLDEST: &str = "SELECT MIN(fire_at) FROM work WHERE fire_at <= $1";
const FIRE: &str = "INSERT INTO firing (item, due_at, stage, at) VALUES ($1, $2, $3, $4) ON CONFLICT (item, due_at, stage) DO NOTHING";
const FIRED: &str = "SELECT COUNT(*) FROM firing WHERE item = $1 AND due_at = $2 AND stage = $3";
const STEP: &str = "UPDATE work SET fire_at = $1, open = $2 WHERE item = $3 AND due_at = $4 AND fire_at = $5 AND open = $6 AND case_id = $7";
const MISS: &str = "INSERT INTO miss (id, case_id, clock, run, due_at, noticed_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING";
const ONE_MISS: &str = "SELECT * FROM miss WHERE id = $1";
const MISSES: &str = "SELECT * FROM miss WHERE case_id = $1 ORDER BY due_at, id";
const ANSWER_MISS: &str =
    "UPDATE miss SET answer = $1, answered_by = $2, answered_at = $3 WHERE id = $4 AND answered_at IS NULL";
const KEPT_AWAY: &str = "SELECT account_id FROM exclusion WHERE case_id = $1 AND lifted_at IS NULL";
const STANDING_IN: &str =
    "SELECT deputy_id FROM deputy WHERE for_id = $1 AND ended_at IS NULL AND from_at <= $2 AND until_at > $2";

/// Which instance does a job, until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Lease {
    /// The instance.
    pub holder: Uuid,
    /// Rises with each change of hands: whoever was late with a change finds another number and keeps nothing.
    pub fence: i64,
    /// Until when.
    pub until_at: i64,
}

/// A clock that ended unanswered.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct MissRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub clock: String,
    pub run: i64,
    pub due_at: i64,
    pub noticed_at: i64,
    pub answer: Option<Vec<u8>>,
    pub answered_by: Option<Uuid>,
    pub answered_at: Option<i64>,
}

/// Takes a job that nobody has now, or goes on with one's own; a conflict if another instance has it.
pub fn take_lease(name: &str, holder: Uuid, until: i64, now: i64) -> Side {
    Side::must(TAKE, vec![name.into(), holder.into(), until.into(), now.into()])
}

/// Who has a job.
///
/// # Errors
/// What the database says.
pub async fn lease(db: &Db, name: &str) -> Result<Option<Lease>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(LEASE).bind(name).fetch_optional(pool).await)?)
}

/// The job is still this instance's when the change is kept; a conflict otherwise.
pub fn hold_lease(name: &str, lease: &Lease) -> Side {
    Side::must(HOLD, vec![name.into(), lease.holder.into(), lease.fence.into()])
}

/// Gives a job back before its time.
pub fn give_back_lease(name: &str, lease: &Lease) -> Side {
    Side::may(GIVE_BACK, vec![name.into(), lease.holder.into(), lease.fence.into()])
}

/// What people are to be told of by a moment, longest waiting first.
///
/// # Errors
/// What the database says.
pub async fn work_to_tell(db: &Db, now: i64, limit: i64) -> Result<Vec<WorkHit>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(DUE).bind(now).bind(limit).fetch_all(pool).await)?)
}

/// Since when the oldest of it waits.
///
/// # Errors
/// What the database says.
pub async fn oldest_to_tell(db: &Db, now: i64) -> Result<Option<i64>, StoreError> {
    let (oldest,): (Option<i64>,) = on!(db, |pool| sqlx::query_as(OLDEST).bind(now).fetch_one(pool).await)?;
    Ok(oldest)
}

/// People are told of a stage; a conflict if they were.
pub fn fire(work: &WorkRow, stage: i64, at: i64) -> Side {
    Side::must(FIRE, vec![work.item.into(), work.due_at.into(), stage.into(), at.into()])
}

/// Whether people were told of a stage.
///
/// # Errors
/// What the database says.
pub async fn is_fired(db: &Db, work: &WorkRow, stage: i64) -> Result<bool, StoreError> {
    let (count,): (i64,) = on!(db, |pool| sqlx::query_as(FIRED)
        .bind(work.item)
        .bind(work.due_at)
        .bind(stage)
        .fetch_one(pool)
        .await)?;
    Ok(count > 0)
}

/// People are told next at another moment, or no more, and whether it stays to be done; a conflict if it has changed
/// meanwhile.
pub fn tell_next(work: &WorkRow, next: Option<i64>, open: bool) -> Side {
    Side::must(
        STEP,
        vec![
            next.into(),
            i64::from(open).into(),
            work.item.into(),
            work.due_at.into(),
            work.fire_at.into(),
            work.open.into(),
            work.case_id.into(),
        ],
    )
}

/// A clock ended unanswered.
pub fn miss(row: &MissRow) -> Side {
    Side::may(
        MISS,
        vec![
            row.id.into(),
            row.case_id.into(),
            (&row.clock).into(),
            row.run.into(),
            row.due_at.into(),
            row.noticed_at.into(),
        ],
    )
}

/// A missed clock.
///
/// # Errors
/// What the database says.
pub async fn find_miss(db: &Db, id: Uuid) -> Result<Option<MissRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(ONE_MISS).bind(id).fetch_optional(pool).await)?)
}

/// The missed clocks of a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn misses_of(db: &Db, case: Uuid) -> Result<Vec<MissRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(MISSES).bind(case).fetch_all(pool).await)?)
}

/// Somebody answers for a missed clock; a conflict if somebody has.
pub fn answer_miss(row: &MissRow) -> Side {
    Side::must(
        ANSWER_MISS,
        vec![row.answer.as_deref().into(), row.answered_by.into(), row.answered_at.into(), row.id.into()],
    )
}

/// Who is kept away from a case.
///
/// # Errors
/// What the database says.
pub async fn kept_away(db: &Db, case: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(db, |pool| sqlx::query_as(KEPT_AWAY).bind(case).fetch_all(pool).await)?;
    Ok(rows.into_iter().map(|(account,)| account).collect())
}

/// Who stands in for somebody at a moment.
///
/// # Errors
/// What the database says.
pub async fn standing_in(db: &Db, account: Uuid, now: i64) -> Result<Vec<Uuid>, StoreError> {
    let rows: Vec<(Uuid,)> =
        on!(db, |pool| sqlx::query_as(STANDING_IN).bind(account).bind(now).fetch_all(pool).await)?;
    Ok(rows.into_iter().map(|(account,)| account).collect())
}
