//! Who did or saw what in the cases of an office and below: the ledger, as whoever supervises it reads it.

use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::oversee::{ProofView, TrailView};
use super::time::micros;
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::{Action, CaseScope, Permit, Resource, permit};
use crate::store::{self, LeafFilter, LeavesAbout, StoredLeafRow};

/// Entries on one page.
pub const PAGE: usize = 100;
/// Rows read at a time, and how often at most for one page: an outcome is known only from the leaf itself.
const ROWS: i64 = 400;
const READS: usize = 5;

/// Which entries are asked for; what is left out does not matter.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    /// Number of the case.
    pub case_no: Option<String>,
    /// Sign-in name of the person.
    pub login: Option<String>,
    /// Code of the office of the case.
    pub office: Option<String>,
    /// What was done.
    pub act: Option<String>,
    /// Whether it was permitted and done.
    pub ok: Option<bool>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
    /// Before this leaf.
    pub before: Option<u64>,
}

impl Entries {
    /// Whether an entry came out as asked.
    fn fits(&self, entry: &TrailView) -> bool {
        self.ok.is_none_or(|ok| entry.ok == ok)
    }
}

/// An entry with its case.
#[derive(Clone, Debug)]
pub struct CaseEntry {
    /// The case.
    pub case: Uuid,
    /// Its number.
    pub case_no: String,
    /// The entry.
    pub entry: TrailView,
}

/// An entry about people.
#[derive(Clone, Debug)]
pub struct PersonEntry {
    /// Whom it is about, where it is about an account.
    pub about: Option<Uuid>,
    /// The entry.
    pub entry: TrailView,
}

impl PersonEntry {
    fn of(entry: TrailView) -> Self {
        let about =
            entry.rules.iter().find_map(|part| Uuid::try_parse(part.strip_prefix("account:u:")?).ok());
        Self { about, entry }
    }

    /// Whether one of these people did it, or it is about one of them.
    fn concerns(&self, staff: &BTreeSet<Uuid>) -> bool {
        let by = self.entry.by.strip_prefix("u:").and_then(|by| Uuid::try_parse(by).ok());
        by.into_iter().chain(self.about).any(|account| staff.contains(&account))
    }
}

impl Service {
    /// A page of the ledger's entries about cases that this person may audit, newest first, and where the next begins.
    ///
    /// # Errors
    /// `Denied` for somebody who audits no office's cases.
    pub async fn entries(
        &self,
        caller: &Caller,
        asked: &Entries,
    ) -> Result<(Vec<CaseEntry>, Option<u64>), CaseworkError> {
        let (offices, permit) = self.audited(caller, asked.office.as_deref()).await?;
        let mut filter = self.filter(asked).await?;
        // A case that there is not has no entries.
        if let Some(number) = &asked.case_no {
            let found = store::child_of_numbered(self.db(), number.trim()).await?;
            filter.case = Some(found.first().map(|candidate| candidate.case.id).unwrap_or_default());
        }
        let note = Note::under(caller, "ledger.read", &permit, self.now());
        self.write_aside(note).await?;
        self.page_of(&LeavesAbout::Cases(offices), filter, |row, case_no, entry| {
            let case = row.case_id?;
            // From whom a conflict of interest keeps a case away, it keeps its trail away too.
            let away = caller.viewer.excluded.contains(&case);
            (!away && asked.fits(&entry)).then_some(CaseEntry { case, case_no, entry })
        })
        .await
    }

    /// A page of the ledger's entries about people: roles, accounts, signing in, as far as they concern somebody who works at
    /// an office that this person audits, newest first; and where the next begins.
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub async fn entries_about_people(
        &self,
        caller: &Caller,
        asked: &Entries,
    ) -> Result<(Vec<PersonEntry>, Option<u64>), CaseworkError> {
        let (offices, permit) = self.audited(caller, asked.office.as_deref()).await?;
        let staff = self.working_at(&offices).await?;
        let filter = self.filter(asked).await?;
        self.write_aside(Note::under(caller, "ledger.people", &permit, self.now())).await?;
        self.page_of(&LeavesAbout::People, filter, |_, _, entry| {
            let entry = PersonEntry::of(entry);
            (entry.concerns(&staff) && asked.fits(&entry.entry)).then_some(entry)
        })
        .await
    }

    /// A proof that an entry about people is in the signed ledger.
    ///
    /// # Errors
    /// `NotFound` when there is no such entry that this person may see.
    pub async fn proof_about_people(&self, caller: &Caller, leaf: u64) -> Result<ProofView, CaseworkError> {
        let (offices, permit) = self.audited(caller, None).await?;
        let staff = self.working_at(&offices).await?;
        self.write_aside(Note::under(caller, "ledger.people", &permit, self.now())).await?;
        let below = i64::try_from(leaf).ok().and_then(|leaf| leaf.checked_add(1));
        let filter = LeafFilter { before: below, ..LeafFilter::default() };
        let row = store::leaves_about(self.db(), &LeavesAbout::People, &filter, 1).await?.pop();
        let row = row.map(|(row, _)| row).filter(|row| row.seq == leaf).ok_or(CaseworkError::NotFound)?;
        if !PersonEntry::of(TrailView::of(&row)?).concerns(&staff) {
            return Err(CaseworkError::NotFound);
        }
        self.proof_of(row).await
    }

    /// The offices whose cases somebody audits, or the one of them that is asked for, and by which permit.
    async fn audited(
        &self,
        caller: &Caller,
        asked: Option<&str>,
    ) -> Result<(BTreeSet<Uuid>, Permit), CaseworkError> {
        let tree = self.offices();
        let audits = |office| permit(&caller.viewer, Action::AuditCase, &CaseScope::at(office), &tree);
        let mut offices: BTreeSet<Uuid> =
            tree.all().into_iter().map(|office| office.id).filter(|id| audits(*id).is_ok()).collect();
        let Some(permit) = offices.first().and_then(|office| audits(*office).ok()) else {
            let own = caller.viewer.grants.first().map(|grant| grant.office).unwrap_or_default();
            self.ask(caller, Action::AuditCase, Resource::Case(CaseScope::at(own))).await?;
            return Err(CaseworkError::NotFound);
        };
        if let Some(code) = asked {
            let one = tree.by_code(code).map(|office| office.id);
            offices.retain(|office| Some(*office) == one);
        }
        Ok((offices, permit))
    }

    /// Who works at these offices.
    async fn working_at(&self, offices: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>, CaseworkError> {
        let all = store::works_at(self.db()).await?.into_iter();
        Ok(all.filter(|(_, office)| offices.contains(office)).map(|(account, _)| account).collect())
    }

    /// What the store can tell apart of what is asked.
    async fn filter(&self, asked: &Entries) -> Result<LeafFilter, CaseworkError> {
        let mut filter = LeafFilter {
            act: asked.act.clone(),
            from: asked.from.map(micros),
            until: asked.until.map(micros),
            before: asked.before.and_then(|leaf| i64::try_from(leaf).ok()),
            ..LeafFilter::default()
        };
        // A person that there is not has no entries.
        if let Some(login) = &asked.login {
            let found = store::account_by_login(self.db(), &login.trim().to_lowercase()).await?;
            filter.actor = Some(found.map(|account| account.id).unwrap_or_default());
        }
        Ok(filter)
    }

    /// A page of entries, and where the next begins; `line` makes one of a leaf, or passes over it.
    async fn page_of<T>(
        &self,
        about: &LeavesAbout,
        mut filter: LeafFilter,
        line: impl Fn(&StoredLeafRow, String, TrailView) -> Option<T>,
    ) -> Result<(Vec<T>, Option<u64>), CaseworkError> {
        let mut entries = Vec::new();
        let mut last = None;
        for _ in 0..READS {
            let rows = store::leaves_about(self.db(), about, &filter, ROWS).await?;
            let full = i64::try_from(rows.len()).is_ok_and(|n| n == ROWS);
            for (row, case_no) in rows {
                filter.before = i64::try_from(row.seq).ok();
                last = Some(row.seq);
                entries.extend(line(&row, case_no, TrailView::of(&row)?));
                if entries.len() == PAGE {
                    return Ok((entries, last));
                }
            }
            if !full {
                return Ok((entries, None));
            }
        }
        Ok((entries, last))
    }
}
