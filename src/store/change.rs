//! A change as a value, and how it is kept: all of it with its leaves, or nothing.

use std::collections::HashSet;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::outcomes::OutcomeRow;
use super::records::{CertificateRow, GrantRow, QueryRow};
use super::reseal::{Expunge, Reseal};
use super::rows::{AssignmentRow, CaseRow, ClockRow, EventRow, IdempotencyRow, LeafDraft, PersonRow, TagRow};
use super::side::{Side, keep_answer};
use super::worklist::WorkRow;
use super::write::Write;
use super::{Db, StoreError};

/// Everything that one use case keeps.
#[derive(Clone, Debug, Default)]
pub struct WriteSet {
    /// A case that is opened.
    pub open: Option<CaseRow>,
    /// A case that changes: its new row, which replaces the version before its own.
    pub update: Option<CaseRow>,
    /// Persons added.
    pub people: Vec<PersonRow>,
    /// Tags of these persons.
    pub tags: Vec<TagRow>,
    /// Journal entries.
    pub events: Vec<EventRow>,
    /// Clocks that changed or are new.
    pub clocks: Vec<ClockRow>,
    /// What the law asks for now, or no more.
    pub work: Vec<WorkRow>,
    /// Assignments to the case that begin or end.
    pub assignments: Vec<AssignmentRow>,
    /// What its acts came to.
    pub outcomes: Vec<OutcomeRow>,
    /// What else changes with it, beside the rows of a case.
    pub sides: Vec<Side>,
    /// The answer to remember.
    pub idempotency: Option<IdempotencyRow>,
    /// Queries asked, or decided.
    pub queries: Vec<QueryRow>,
    /// What they let somebody read.
    pub grants: Vec<GrantRow>,
    /// Certificates issued.
    pub certificates: Vec<CertificateRow>,
    /// A case that is taken away. The leaf beside it is of its chain.
    pub expunge: Option<Box<Expunge>>,
    /// What of the case that changes is put under other keys.
    pub reseal: Option<Box<Reseal>>,
    /// Statements on tables that change seldom, in order.
    pub writes: Vec<Write>,
    /// What the ledger learns of it. Beside a case, leaves of its chain.
    pub leaves: Vec<LeafDraft>,
}

impl WriteSet {
    /// The case that is opened, changes or goes; every other row of the set is then of it.
    pub(super) fn case(&self) -> Option<Uuid> {
        let taken = self.expunge.as_ref().map(|expunge| expunge.tombstone.case_id);
        self.open.as_ref().or(self.update.as_ref()).map(|row| row.id).or(taken)
    }

    /// Whether it needs a transaction of its own: what it changes beside a case must not be kept if the case has moved on.
    pub(super) fn stands_alone(&self) -> bool {
        !self.sides.is_empty()
            // Of a sealed record: the row does not say whose it is.
            || self.outcomes.iter().any(|row| row.case_id.is_none())
            || (self.open.is_some() && self.update.is_some())
            || self.reseal.is_some()
            || self.expunge.is_some()
    }
}

/// Keeps a change durably, or nothing of it.
///
/// # Errors
/// [`StoreError::Conflict`] when the case has another version, [`StoreError::Duplicate`], and what the database says.
pub async fn commit(db: &Db, mut set: WriteSet) -> Result<(), StoreError> {
    // Beside the rows of a case its writer has no place for an answer.
    if set.case().is_none() {
        set.sides.extend(set.idempotency.take().as_ref().map(keep_answer));
    }
    let (answer, answered) = oneshot::channel();
    db.writer().send(set, answer).await?;
    answered.await.map_err(|_| StoreError::Unavailable { reason: "the writer has stopped".into() })?
}

/// The rows of several changes, by table, so that a group takes a few statements and not a few for each change.
#[derive(Clone, Default)]
pub(super) struct Rows<'a> {
    pub(super) opened: Vec<&'a CaseRow>,
    pub(super) updated: Vec<&'a CaseRow>,
    pub(super) people: Vec<&'a PersonRow>,
    pub(super) tags: Vec<&'a TagRow>,
    pub(super) events: Vec<&'a EventRow>,
    pub(super) clocks: Vec<&'a ClockRow>,
    pub(super) work: Vec<&'a WorkRow>,
    pub(super) assignments: Vec<&'a AssignmentRow>,
    pub(super) outcomes: Vec<&'a OutcomeRow>,
    pub(super) answers: Vec<&'a IdempotencyRow>,
    /// Statements, with the case that is updated beside them.
    pub(super) writes: Vec<(Option<Uuid>, &'a Write)>,
    /// Leaves of cases that are opened or change.
    pub(super) leaves: Vec<&'a LeafDraft>,
    /// Leaves beside any change: a look, a refusal.
    pub(super) aside: Vec<&'a LeafDraft>,
    /// Queries asked, or decided; beside any change, as the two that follow.
    pub(super) queries: Vec<&'a QueryRow>,
    pub(super) grants: Vec<&'a GrantRow>,
    pub(super) certificates: Vec<&'a CertificateRow>,
    /// A case that is taken away, in a change that stands alone.
    pub(super) expunge: Option<&'a Expunge>,
    /// A change of keys, in a change that stands alone.
    pub(super) reseal: Option<&'a Reseal>,
    /// Of a change that stands alone.
    pub(super) sides: Vec<&'a Side>,
    /// It stands alone: nothing of it is kept if its case has another version.
    pub(super) whole: bool,
}

impl<'a> Rows<'a> {
    /// The rows of these changes.
    pub(super) fn of(sets: impl Iterator<Item = &'a WriteSet>) -> Self {
        let mut rows = Self::default();
        for set in sets {
            rows.opened.extend(&set.open);
            rows.updated.extend(&set.update);
            rows.people.extend(&set.people);
            rows.tags.extend(&set.tags);
            rows.events.extend(&set.events);
            rows.clocks.extend(&set.clocks);
            rows.work.extend(&set.work);
            rows.assignments.extend(&set.assignments);
            rows.outcomes.extend(&set.outcomes);
            rows.answers.extend(&set.idempotency);
            rows.queries.extend(&set.queries);
            rows.grants.extend(&set.grants);
            rows.certificates.extend(&set.certificates);
            rows.reseal = rows.reseal.or(set.reseal.as_deref());
            rows.expunge = rows.expunge.or(set.expunge.as_deref());
            rows.sides.extend(&set.sides);
            rows.whole |= set.stands_alone();
            let updated = set.update.as_ref().map(|row| row.id);
            rows.writes.extend(set.writes.iter().map(|write| (updated, write)));
            if set.open.is_some() || set.update.is_some() { &mut rows.leaves } else { &mut rows.aside }
                .extend(&set.leaves);
        }
        rows
    }

    /// Whether something is asked or decided about sealed records, which is rare.
    pub(super) fn are_about_records(&self) -> bool {
        !(self.queries.is_empty() && self.grants.is_empty() && self.certificates.is_empty())
    }

    /// The rows without those of cases that were to be updated and are not among `updated`.
    pub(super) fn without_stale(&self, updated: &HashSet<Uuid>) -> Self {
        let stale: HashSet<Uuid> =
            self.updated.iter().map(|row| row.id).filter(|case| !updated.contains(case)).collect();
        let mut rows = self.clone();
        if !stale.is_empty() {
            rows.people.retain(|row| !stale.contains(&row.case_id));
            rows.tags.retain(|row| !stale.contains(&row.case_id));
            rows.events.retain(|row| !stale.contains(&row.case_id));
            rows.clocks.retain(|row| !stale.contains(&row.case_id));
            rows.work.retain(|row| !stale.contains(&row.case_id));
            rows.assignments.retain(|row| !stale.contains(&row.case_id));
            rows.outcomes.retain(|row| !row.case_id.is_some_and(|case| stale.contains(&case)));
            rows.answers.retain(|row| !row.case_id.is_some_and(|case| stale.contains(&case)));
            rows.writes.retain(|(updated, _)| !updated.is_some_and(|case| stale.contains(&case)));
            rows.leaves.retain(|row| !row.case_id.is_some_and(|case| stale.contains(&case)));
        }
        rows
    }
}
