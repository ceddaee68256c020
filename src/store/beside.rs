//! What is sealed under a case's keys beside the case's own rows. Whoever adds such a column names it here: when a case
//! goes under other keys these go with it, and when it is taken away so are they.

use uuid::Uuid;

use super::work::on;
use super::{Db, StoreError};
use crate::vault::Class;

/// A sealed column of a table whose rows have an `id` and belong to a case.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Under the key of which class.
    pub class: Class,
    read: &'static str,
    pub(super) write: &'static str,
}

/// Answers of forms: each row is of one sensitivity class.
macro_rules! answers {
    ($table:literal, $class:ident, $code:literal) => {
        Beside {
            table: $table,
            column: "body",
            class: Class::$class,
            read: concat!("SELECT id, body FROM ", $table, " WHERE case_id = $1 AND class = ", $code),
            write: concat!("UPDATE ", $table, " SET body = $1 WHERE id = $2"),
        }
    };
}

/// All of them.
const BESIDE: &[Beside] = &[
    Beside {
        table: "exclusion",
        column: "reason",
        class: Class::Legal,
        read: "SELECT id, reason FROM exclusion WHERE case_id = $1",
        write: "UPDATE exclusion SET reason = $1 WHERE id = $2",
    },
    Beside {
        table: "transfer",
        column: "offer",
        class: Class::Legal,
        read: "SELECT id, offer FROM transfer WHERE case_id = $1",
        write: "UPDATE transfer SET offer = $1 WHERE id = $2",
    },
    Beside {
        table: "transfer",
        column: "answer",
        class: Class::Legal,
        read: "SELECT id, answer FROM transfer WHERE case_id = $1 AND answer IS NOT NULL",
        write: "UPDATE transfer SET answer = $1 WHERE id = $2",
    },
    Beside {
        table: "emergency",
        column: "reason",
        class: Class::Legal,
        read: "SELECT id, reason FROM emergency WHERE case_id = $1",
        write: "UPDATE emergency SET reason = $1 WHERE id = $2",
    },
    Beside {
        table: "sealed_item",
        column: "content",
        class: Class::Legal,
        read: "SELECT id, content FROM sealed_item WHERE case_id = $1 AND content IS NOT NULL",
        write: "UPDATE sealed_item SET content = $1 WHERE id = $2",
    },
    Beside {
        table: "sealed_item",
        column: "proposal",
        class: Class::Legal,
        read: "SELECT id, proposal FROM sealed_item WHERE case_id = $1 AND proposal IS NOT NULL",
        write: "UPDATE sealed_item SET proposal = $1 WHERE id = $2",
    },
    answers!("assessment_draft", Identity, 1),
    answers!("assessment_draft", Legal, 2),
    answers!("assessment_draft", Medical, 3),
    answers!("assessment_draft", VictimFamily, 4),
    answers!("assessment_draft", Screening, 5),
    answers!("assessment_draft", Counselling, 6),
    answers!("assessment_version", Identity, 1),
    answers!("assessment_version", Legal, 2),
    answers!("assessment_version", Medical, 3),
    answers!("assessment_version", VictimFamily, 4),
    answers!("assessment_version", Screening, 5),
    answers!("assessment_version", Counselling, 6),
    Beside {
        table: "assessment_step",
        column: "said",
        class: Class::Legal,
        read: "SELECT id, said FROM assessment_step WHERE case_id = $1 AND said IS NOT NULL",
        write: "UPDATE assessment_step SET said = $1 WHERE id = $2",
    },
    Beside {
        table: "assessment_step",
        column: "note",
        class: Class::Legal,
        read: "SELECT id, note FROM assessment_step WHERE case_id = $1 AND note IS NOT NULL",
        write: "UPDATE assessment_step SET note = $1 WHERE id = $2",
    },
    Beside {
        table: "complaint",
        column: "words",
        class: Class::Legal,
        read: "SELECT id, words FROM complaint WHERE case_id = $1",
        write: "UPDATE complaint SET words = $1 WHERE id = $2",
    },
    Beside {
        table: "complaint",
        column: "answer",
        class: Class::Legal,
        read: "SELECT id, answer FROM complaint WHERE case_id = $1 AND answer IS NOT NULL",
        write: "UPDATE complaint SET answer = $1 WHERE id = $2",
    },
    Beside {
        table: "voice",
        column: "words",
        class: Class::Legal,
        read: "SELECT id, words FROM voice WHERE case_id = $1",
        write: "UPDATE voice SET words = $1 WHERE id = $2",
    },
    Beside {
        table: "case_copy",
        column: "note",
        class: Class::Legal,
        read: "SELECT id, note FROM case_copy WHERE case_id = $1",
        write: "UPDATE case_copy SET note = $1 WHERE id = $2",
    },
    Beside {
        table: "miss",
        column: "answer",
        class: Class::Legal,
        read: "SELECT id, answer FROM miss WHERE case_id = $1 AND answer IS NOT NULL",
        write: "UPDATE miss SET answer = $1 WHERE id = $2",
    },
    Beside {
        table: "measure",
        column: "body",
        class: Class::Legal,
        read: "SELECT id, body FROM measure WHERE case_id = $1",
        write: "UPDATE measure SET body = $1 WHERE id = $2",
    },
    Beside {
        table: "measure_step",
        column: "body",
        class: Class::Legal,
        read: "SELECT id, body FROM measure_step WHERE case_id = $1",
        write: "UPDATE measure_step SET body = $1 WHERE id = $2",
    },
    Beside {
        table: "case_link",
        column: "body",
        class: Class::Legal,
        read: "SELECT id, body FROM case_link WHERE case_id = $1",
        write: "UPDATE case_link SET body = $1 WHERE id = $2",
    },
];

/// Rows that go when a case is taken away, beside its own.
pub(super) const GOES_WITH_A_CASE: &[&str] = &[
    "DELETE FROM exclusion WHERE case_id = $1",
    "DELETE FROM transfer WHERE case_id = $1",
    "UPDATE transfer SET new_case_id = NULL WHERE new_case_id = $1",
    "DELETE FROM emergency WHERE case_id = $1",
    "DELETE FROM sealed_item WHERE case_id = $1",
    "DELETE FROM assessment_draft WHERE case_id = $1",
    "DELETE FROM assessment_version WHERE case_id = $1",
    "DELETE FROM assessment_step WHERE case_id = $1",
    "DELETE FROM assessment WHERE case_id = $1",
    "DELETE FROM visit WHERE case_id = $1",
    "DELETE FROM occupied WHERE who_id = $1",
    "DELETE FROM measure_step WHERE case_id = $1",
    "DELETE FROM measure WHERE case_id = $1",
    "DELETE FROM case_link WHERE case_id = $1",
    "DELETE FROM firing WHERE item IN (SELECT item FROM work WHERE case_id = $1)",
    "DELETE FROM work WHERE case_id = $1",
    "DELETE FROM work_unknown WHERE case_id = $1",
    "DELETE FROM outcome WHERE case_id = $1",
    "DELETE FROM outcome_unknown WHERE case_id = $1",
    "DELETE FROM miss WHERE case_id = $1",
    "DELETE FROM complaint WHERE case_id = $1",
    "DELETE FROM voice WHERE case_id = $1",
    "DELETE FROM case_copy WHERE case_id = $1",
    "DELETE FROM notice WHERE case_id = $1",
    "DELETE FROM assignment WHERE case_id = $1",
];

/// One sealed value beside a case.
#[derive(Clone, Debug)]
pub struct BesideRow {
    /// Of which column.
    pub of: Beside,
    /// The row's identity.
    pub id: Uuid,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

/// What is sealed beside a case.
///
/// # Errors
/// What the database says.
pub async fn beside(db: &Db, case: Uuid) -> Result<Vec<BesideRow>, StoreError> {
    let mut all = Vec::new();
    for of in BESIDE {
        let rows: Vec<(Uuid, Vec<u8>)> =
            on!(db, |pool| sqlx::query_as(of.read).bind(case).fetch_all(pool).await)?;
        all.extend(rows.into_iter().map(|(id, sealed)| BesideRow { of: *of, id, sealed }));
    }
    Ok(all)
}
