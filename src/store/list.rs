//! Lists of cases: part by part of a worklist, each one range of an index, filtered as the policy says.

use sqlx::{Database, Encode, QueryBuilder, Type};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::rows::CaseHead;
use super::work::on;
use super::{Db, StoreError};
use crate::record::{Filter, Part, Post};

const BY_OFFICE: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, approver_id, handed_over, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE office_id = ";
const BY_LEAD: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, approver_id, handed_over, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE lead_id = ";
const BY_SECOND: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, approver_id, handed_over, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE second_id = ";
const BY_SOCIAL_WORKER: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, approver_id, handed_over, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE social_worker_id = ";
const BY_APPROVER: &str = "SELECT id AS head_id, case_no, office_id, pack_id, pack_version, version, main, measure, lead_id, second_id, social_worker_id, approver_id, handed_over, sealed, awaiting_approval, next_due, next_clock, marks FROM case_file WHERE approver_id = ";
/// Nobody leads it, or its lead works here no more.
pub(super) const UNASSIGNED: &str =
    " AND (lead_id IS NULL OR EXISTS (SELECT 1 FROM account a WHERE a.id = lead_id AND a.state = 'closed'))";

/// A page of a list, soonest due first, after a position: one index range for each part, merged. The cost does not grow
/// with the number of cases. No case that is sealed or with another office is in any.
///
/// # Errors
/// What the database says.
pub async fn list_cases(
    db: &Db,
    filter: &Filter,
    parts: &[Part],
    after: Option<(i64, Uuid)>,
    limit: i64,
) -> Result<Vec<CaseHead>, StoreError> {
    let after = after.unwrap_or((i64::MIN, Uuid::nil()));
    let mut rows: Vec<CaseHead> = Vec::new();
    for part in parts {
        let left = filter.within(*part);
        if left == Filter::Nothing {
            continue;
        }
        rows.extend(on!(db, |pool| page(*part, &left, after, limit)
            .build_query_as::<CaseHead>()
            .fetch_all(pool)
            .await)?);
    }
    rows.sort_by_key(|row| (row.next_due, row.id));
    // A case may be in two parts, as one that I lead and as one in which I stand in.
    rows.dedup_by_key(|row| row.id);
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(rows)
}

fn page<DB: Database>(part: Part, filter: &Filter, (due, id): (i64, Uuid), limit: i64) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    let (begin, owner) = match part {
        Part::Office(office) | Part::Unassigned(office) => (BY_OFFICE, office),
        Part::Held(Post::Lead, account) => (BY_LEAD, account),
        Part::Held(Post::Second, account) => (BY_SECOND, account),
        Part::Held(Post::SocialWorker, account) => (BY_SOCIAL_WORKER, account),
        Part::Held(Post::Approver, account) => (BY_APPROVER, account),
    };
    let mut query = QueryBuilder::new(begin);
    query.push_bind(owner);
    if matches!(part, Part::Unassigned(_)) {
        query.push(UNASSIGNED);
    }
    query.push(" AND sealed = 0 AND handed_over = 0 AND (next_due > ").push_bind(due);
    query.push(" OR (next_due = ").push_bind(due).push(" AND id > ").push_bind(id).push("))");
    if *filter != Filter::Everything {
        query.push(" AND ");
        condition(&mut query, filter);
    }
    query.push(" ORDER BY next_due, id LIMIT ").push_bind(limit);
    query
}

pub(super) const fn column(post: Post) -> &'static str {
    match post {
        Post::Lead => "lead_id",
        Post::Second => "second_id",
        Post::SocialWorker => "social_worker_id",
        Post::Approver => "approver_id",
    }
}

pub(super) fn condition<DB: Database>(query: &mut QueryBuilder<DB>, filter: &Filter)
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    match filter {
        Filter::Everything => drop(query.push("1 = 1")),
        Filter::Nothing => drop(query.push("1 = 0")),
        Filter::Sealed => drop(query.push("sealed <> 0")),
        Filter::HandedOver => drop(query.push("handed_over <> 0")),
        Filter::Offices(ids) => one_of(query, "office_id", ids),
        Filter::Cases(ids) => one_of(query, "id", ids),
        Filter::Filled(post) => drop(query.push(column(*post)).push(" IS NOT NULL")),
        Filter::Held(post, ids) => one_of(query, column(*post), ids),
        Filter::Not(inner) => {
            query.push("NOT (");
            condition(query, inner);
            query.push(")");
        }
        Filter::And(left, right) => both(query, left, " AND ", right),
        Filter::Or(left, right) => both(query, left, " OR ", right),
    }
}

fn both<DB: Database>(query: &mut QueryBuilder<DB>, left: &Filter, word: &str, right: &Filter)
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    query.push("(");
    condition(query, left);
    query.push(word);
    condition(query, right);
    query.push(")");
}

/// NULLIF keeps the planner from another index than the one whose order the page is read in.
fn one_of<DB: Database>(query: &mut QueryBuilder<DB>, column: &'static str, ids: &BTreeSet<Uuid>)
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
{
    query.push("NULLIF(").push(column).push(", NULL) IN (");
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(*id);
    }
    query.push(")");
}
