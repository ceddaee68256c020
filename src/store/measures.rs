//! Measures at liberty, when somebody meets a child, and which other files are linked.

use sqlx::FromRow;
use std::collections::BTreeSet;
use uuid::Uuid;

use super::side::Side;
use super::work::on;
use super::{CaseRow, Db, StoreError};

const ADD: &str = "INSERT INTO measure (id, case_id, kind, state, version, body, proposed_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const CHANGE: &str = "UPDATE measure SET state = $1, version = $2, body = $3, changed_at = $4 WHERE id = $5 AND version = $6 AND NOT EXISTS (SELECT 1 FROM resealing r WHERE r.case_id = measure.case_id)";
const FIND: &str = "SELECT * FROM measure WHERE id = $1 AND case_id = $2";
const OF_CASE: &str = "SELECT * FROM measure WHERE case_id = $1 ORDER BY proposed_at, id";
const ADD_STEP: &str = "INSERT INTO measure_step (id, measure_id, case_id, seq, what, by_id, recorded_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const STEPS: &str = "SELECT * FROM measure_step WHERE measure_id = $1 ORDER BY seq";
const PUT_VISIT: &str = "INSERT INTO visit (id, measure_id, case_id, with_id, from_at, until_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET with_id = excluded.with_id, from_at = excluded.from_at, until_at = excluded.until_at, state = excluded.state";
const HOLD: &str = "INSERT INTO occupied (who_id, times) VALUES ($1, 1) ON CONFLICT (who_id) DO UPDATE SET times = occupied.times + 1";
const FREE: &str = "UPDATE occupied SET times = times + 1 WHERE who_id = $1 AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.id <> $2 AND v.state <> 'off' AND (v.with_id = $1 OR v.case_id = $1) AND v.from_at < $3 AND v.until_at > $4)";
const VISITS_OF: &str = "SELECT * FROM visit WHERE case_id = $1 AND from_at < $2 AND until_at > $3 AND state <> 'off' ORDER BY from_at, id";
const VISITS_WITH: &str = "SELECT * FROM visit WHERE with_id = $1 AND from_at < $2 AND until_at > $3 AND state <> 'off' ORDER BY from_at, id";
const ADD_LINK: &str =
    "INSERT INTO case_link (id, case_id, body, made_by, made_at) VALUES ($1, $2, $3, $4, $5)";
const END_LINK: &str = "UPDATE case_link SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL";
const NUMBERED: &str = "SELECT * FROM case_file WHERE case_no = $1 AND sealed = 0";
const LINKS: &str = "SELECT * FROM case_link WHERE case_id = $1 AND ended_at IS NULL ORDER BY made_at, id";

/// A measure at liberty.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct MeasureRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub kind: String,
    pub state: String,
    pub version: i64,
    pub body: Vec<u8>,
    pub proposed_at: i64,
    pub changed_at: i64,
}

/// A step of it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct MeasureStepRow {
    pub id: Uuid,
    pub measure_id: Uuid,
    pub case_id: Uuid,
    pub seq: i64,
    pub what: String,
    pub by_id: Uuid,
    pub recorded_at: i64,
    pub body: Vec<u8>,
}

/// When somebody meets a child.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct VisitRow {
    pub id: Uuid,
    pub measure_id: Uuid,
    pub case_id: Uuid,
    pub with_id: Uuid,
    pub from_at: i64,
    pub until_at: i64,
    pub state: String,
}

/// That another file concerns a brother, a sister or a co-suspect.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "columns are explained in migrations/")]
pub struct LinkRow {
    pub id: Uuid,
    pub case_id: Uuid,
    pub body: Vec<u8>,
    pub made_by: Uuid,
    pub made_at: i64,
    pub ended_at: Option<i64>,
}

/// Keeps a measure that is proposed.
pub fn add_measure(row: &MeasureRow) -> Side {
    Side::must(
        ADD,
        vec![
            row.id.into(),
            row.case_id.into(),
            (&row.kind).into(),
            (&row.state).into(),
            row.version.into(),
            row.body.as_slice().into(),
            row.proposed_at.into(),
            row.changed_at.into(),
        ],
    )
}

/// Replaces the version before its own; a conflict if that is not the one there, or while the case goes under other keys.
pub fn change_measure(row: &MeasureRow) -> Side {
    Side::must(
        CHANGE,
        vec![
            (&row.state).into(),
            row.version.into(),
            row.body.as_slice().into(),
            row.changed_at.into(),
            row.id.into(),
            (row.version - 1).into(),
        ],
    )
}

/// Keeps a step.
pub fn add_measure_step(row: &MeasureStepRow) -> Side {
    Side::must(
        ADD_STEP,
        vec![
            row.id.into(),
            row.measure_id.into(),
            row.case_id.into(),
            row.seq.into(),
            (&row.what).into(),
            row.by_id.into(),
            row.recorded_at.into(),
            row.body.as_slice().into(),
        ],
    )
}

/// Keeps when people meet children, or that they do not; a conflict if somebody would be at two places at once. Whoever's
/// time is taken is held until the change is kept, in one order everywhere: of two that are kept at once the second sees
/// the first.
pub fn put_visits(rows: &[VisitRow]) -> Vec<Side> {
    let taken = || rows.iter().filter(|row| row.state != "off");
    let whose: BTreeSet<Uuid> = taken().flat_map(|row| [row.with_id, row.case_id]).collect();
    let held = whose.into_iter().map(|who| Side::must(HOLD, vec![who.into()]));
    let free = taken().flat_map(|row| [row.with_id, row.case_id].map(|who| is_free(who, row)));
    held.chain(free).chain(rows.iter().map(put_visit)).collect()
}

/// A conflict if somebody is at another visit at the time of this one.
fn is_free(who: Uuid, row: &VisitRow) -> Side {
    Side::must(FREE, vec![who.into(), row.id.into(), row.until_at.into(), row.from_at.into()])
}

fn put_visit(row: &VisitRow) -> Side {
    Side::must(
        PUT_VISIT,
        vec![
            row.id.into(),
            row.measure_id.into(),
            row.case_id.into(),
            row.with_id.into(),
            row.from_at.into(),
            row.until_at.into(),
            (&row.state).into(),
        ],
    )
}

/// Keeps one side of a link.
pub fn add_link(row: &LinkRow) -> Side {
    Side::must(
        ADD_LINK,
        vec![
            row.id.into(),
            row.case_id.into(),
            row.body.as_slice().into(),
            row.made_by.into(),
            row.made_at.into(),
        ],
    )
}

/// Ends one side of a link; a conflict if it has ended.
pub fn end_link(id: Uuid, at: i64) -> Side {
    Side::must(END_LINK, vec![at.into(), id.into()])
}

/// Ends the other side of a link, which may have gone with its case.
pub fn end_other_link(id: Uuid, at: i64) -> Side {
    Side::may(END_LINK, vec![at.into(), id.into()])
}

/// A measure of a case.
///
/// # Errors
/// What the database says.
pub async fn measure(db: &Db, case: Uuid, id: Uuid) -> Result<Option<MeasureRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(FIND).bind(id).bind(case).fetch_optional(pool).await)?)
}

/// The measures of a case, oldest first.
///
/// # Errors
/// What the database says.
pub async fn measures_of(db: &Db, case: Uuid) -> Result<Vec<MeasureRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(OF_CASE).bind(case).fetch_all(pool).await)?)
}

/// The steps of a measure in their order.
///
/// # Errors
/// What the database says.
pub async fn measure_steps(db: &Db, measure: Uuid) -> Result<Vec<MeasureStepRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(STEPS).bind(measure).fetch_all(pool).await)?)
}

/// Visits that touch a span of time: those of a case, and those of a person.
///
/// # Errors
/// What the database says.
pub async fn visits_at(
    db: &Db,
    case: Uuid,
    with: Uuid,
    (from, until): (i64, i64),
) -> Result<(Vec<VisitRow>, Vec<VisitRow>), StoreError> {
    let of_case = on!(db, |pool| {
        sqlx::query_as(VISITS_OF).bind(case).bind(until).bind(from).fetch_all(pool).await
    })?;
    let of_person = on!(db, |pool| {
        sqlx::query_as(VISITS_WITH).bind(with).bind(until).bind(from).fetch_all(pool).await
    })?;
    Ok((of_case, of_person))
}

/// The links of a case that are in force, oldest first.
///
/// # Errors
/// What the database says.
pub async fn links_of(db: &Db, case: Uuid) -> Result<Vec<LinkRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(LINKS).bind(case).fetch_all(pool).await)?)
}

/// The case with this number; none where it is sealed.
///
/// # Errors
/// What the database says.
pub async fn case_numbered(db: &Db, number: &str) -> Result<Option<CaseRow>, StoreError> {
    Ok(on!(db, |pool| sqlx::query_as(NUMBERED).bind(number).fetch_optional(pool).await)?)
}
