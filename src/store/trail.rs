//! The ledger's leaves about cases of some offices or about people, newest first, for those who audit them.

use sqlx::{Database, Encode, FromRow, QueryBuilder, Type};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::ledger::{LeafRow, StoredLeafRow};
use super::work::on;
use super::{Db, StoreError};

const OF_CASES: &str = "SELECT l.seq, l.leaf, l.leaf_hash, l.detail, l.case_id, l.actor_id, l.at, l.act, c.case_no FROM ledger_leaf l JOIN case_file c ON c.id = l.case_id WHERE c.sealed = 0 AND l.seq < ";

/// What is about people and no case; a look into a list or at the work is not.
const OF_PEOPLE: &str = "SELECT l.seq, l.leaf, l.leaf_hash, l.detail, l.case_id, l.actor_id, l.at, l.act, '' AS case_no FROM ledger_leaf l WHERE l.case_id IS NULL AND (l.act LIKE 'account.%' OR l.act LIKE 'credential.%' OR l.act LIKE 'deputy.%' OR l.act LIKE 'invitation.%' OR l.act LIKE 'office.%' OR l.act LIKE 'role.%' OR l.act LIKE 'session.%' OR l.act LIKE 'sign-in.%' OR l.act LIKE 'token.%') AND l.seq < ";

/// What leaves are about.
#[derive(Clone, Debug)]
pub enum LeavesAbout {
    /// Cases of these offices, none of them sealed.
    Cases(BTreeSet<Uuid>),
    /// People, and no case. Whom, is in the leaf alone.
    People,
}

/// Which leaves.
#[derive(Clone, Debug, Default)]
pub struct LeafFilter {
    /// Of this case.
    pub case: Option<Uuid>,
    /// By this account.
    pub actor: Option<Uuid>,
    /// Of this act.
    pub act: Option<String>,
    /// Not before this moment, microseconds.
    pub from: Option<i64>,
    /// Before this moment, microseconds.
    pub until: Option<i64>,
    /// Before this leaf.
    pub before: Option<i64>,
}

/// A leaf and the number of its case.
#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    leaf: LeafRow,
    case_no: String,
}

/// A page of leaves, newest first, each with the number of the case that it is about; empty where it is about none.
///
/// # Errors
/// What the database says.
pub async fn leaves_about(
    db: &Db,
    about: &LeavesAbout,
    filter: &LeafFilter,
    limit: i64,
) -> Result<Vec<(StoredLeafRow, String)>, StoreError> {
    if matches!(about, LeavesAbout::Cases(offices) if offices.is_empty()) {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> =
        on!(db, |pool| query(about, filter, limit).build_query_as::<Row>().fetch_all(pool).await)?;
    rows.into_iter().map(|row| Ok((StoredLeafRow::try_from(row.leaf)?, row.case_no))).collect()
}

fn query<DB: Database>(about: &LeavesAbout, filter: &LeafFilter, limit: i64) -> QueryBuilder<DB>
where
    Uuid: for<'q> Encode<'q, DB> + Type<DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    String: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(match about {
        LeavesAbout::Cases(_) => OF_CASES,
        LeavesAbout::People => OF_PEOPLE,
    });
    query.push_bind(filter.before.unwrap_or(i64::MAX));
    if let LeavesAbout::Cases(offices) = about {
        query.push(" AND c.office_id IN (");
        let mut listed = query.separated(", ");
        for office in offices {
            listed.push_bind(*office);
        }
        query.push(")");
    }
    if let Some(case) = filter.case {
        query.push(" AND l.case_id = ").push_bind(case);
    }
    if let Some(actor) = filter.actor {
        query.push(" AND l.actor_id = ").push_bind(actor);
    }
    if let Some(act) = &filter.act {
        query.push(" AND l.act = ").push_bind(act.clone());
    }
    if let Some(from) = filter.from {
        query.push(" AND l.at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" AND l.at < ").push_bind(until);
    }
    query.push(" ORDER BY l.seq DESC LIMIT ").push_bind(limit);
    query
}
