//! The journal of a case: entry by entry, with what corrected what.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::cipher::{self, Entry};
use super::proceed::Loaded;
use super::time::from_micros;
use super::trail::Caller;
use super::{CaseworkError, Service};
use crate::record::Text;
use crate::store::{self, EventRow, EventsBack};
use crate::vault::Class;

/// Journal entries on one page.
const JOURNAL_PAGE: i64 = 100;

/// A journal entry as shown.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct JournalView {
    /// Number.
    pub entry: i64,
    /// `act`, `draft`, `return`, `evidence`, `issue`, `serve`, `child`.
    pub kind: String,
    /// Event, safeguard or document.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// Legal time of what happened.
    pub happened_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Recorded more than a day after it happened.
    pub late: bool,
    /// Who recorded it.
    pub by: Uuid,
    /// In which role.
    pub role: Option<String>,
    /// The entry that it corrects.
    pub supersedes: Option<i64>,
    /// The entry that corrected it.
    pub superseded_by: Option<i64>,
    /// Sealed by itself: the words are kept away from everybody.
    pub sealed: bool,
    /// Warnings that were answered or noted.
    pub warnings: Vec<String>,
    /// What was recorded, as far as this person may read it.
    #[schema(value_type = Object)]
    pub command: serde_json::Value,
}

/// Which entries of a journal, newest first.
#[derive(Clone, Debug, Default)]
pub struct Back {
    /// Only entries before this number.
    pub before: Option<i64>,
    /// Only of this kind, as [`JournalView::kind`].
    pub kind: Option<String>,
    /// Only what this person recorded.
    pub by: Option<Uuid>,
}

/// A part of a journal, newest first.
#[derive(Clone, Debug)]
pub struct JournalBack {
    /// The entries.
    pub entries: Vec<JournalView>,
    /// Before which number the next part goes on; none after the first entry.
    pub before: Option<i64>,
    /// Whoever recorded something in this case.
    pub people: Vec<Uuid>,
}

impl Service {
    /// The journal of a case from an entry on, oldest first.
    ///
    /// # Errors
    /// As [`Self::read_case`].
    pub async fn journal(
        &self,
        caller: &Caller,
        case: Uuid,
        after: i64,
    ) -> Result<Vec<JournalView>, CaseworkError> {
        let loaded = self.look(caller, case, "case.journal").await?;
        let readable = self.readable(caller, &loaded.row);
        self.journal_page(&loaded, after, &readable).await
    }

    /// A page of the journal for whoever has looked already, with the classes that they may read.
    pub(super) async fn journal_page(
        &self,
        loaded: &Loaded,
        after: i64,
        readable: &[Class],
    ) -> Result<Vec<JournalView>, CaseworkError> {
        let rows = store::events_of(self.db(), loaded.row.id, after, JOURNAL_PAGE).await?;
        self.opened_entries(loaded, rows, readable).await
    }

    /// The journal of a case from its newest entry back.
    ///
    /// # Errors
    /// As [`Self::read_case`].
    pub async fn journal_back(
        &self,
        caller: &Caller,
        case: Uuid,
        back: &Back,
    ) -> Result<JournalBack, CaseworkError> {
        let loaded = self.look(caller, case, "case.journal").await?;
        let asked = EventsBack {
            case,
            before: back.before.unwrap_or(i64::MAX),
            kind: back.kind.as_deref(),
            by: back.by,
            limit: JOURNAL_PAGE,
        };
        let rows = store::events_back(self.db(), &asked).await?;
        let full = i64::try_from(rows.len()).is_ok_and(|rows| rows == JOURNAL_PAGE);
        let before = rows.last().filter(|_| full).map(|row| row.seq);
        let entries = self.opened_entries(&loaded, rows, &self.readable(caller, &loaded.row)).await?;
        Ok(JournalBack { entries, before, people: store::recorders_of(self.db(), case).await? })
    }

    /// One entry of a journal.
    ///
    /// # Errors
    /// As [`Self::read_case`]; `NotFound` also where there is no such entry.
    pub async fn journal_entry(
        &self,
        caller: &Caller,
        case: Uuid,
        number: i64,
    ) -> Result<JournalView, CaseworkError> {
        let loaded = self.look(caller, case, "case.journal").await?;
        let asked = EventsBack { case, before: number.saturating_add(1), kind: None, by: None, limit: 1 };
        let rows = store::events_back(self.db(), &asked).await?;
        let mut entries = self.opened_entries(&loaded, rows, &self.readable(caller, &loaded.row)).await?;
        entries.pop().filter(|found| found.entry == number).ok_or(CaseworkError::NotFound)
    }

    /// Every entry of a case, or every one of a kind, oldest first.
    ///
    /// # Errors
    /// As [`Self::read_case`].
    pub async fn whole_journal(
        &self,
        caller: &Caller,
        case: Uuid,
        kind: Option<&str>,
    ) -> Result<Vec<JournalView>, CaseworkError> {
        let loaded = self.look(caller, case, "case.journal").await?;
        let mut rows = Vec::new();
        let mut before = i64::MAX;
        loop {
            let asked = EventsBack { case, before, kind, by: None, limit: JOURNAL_PAGE };
            let page = store::events_back(self.db(), &asked).await?;
            let Some(last) = page.last() else { break };
            before = last.seq;
            rows.extend(page);
        }
        rows.reverse();
        self.opened_entries(&loaded, rows, &self.readable(caller, &loaded.row)).await
    }

    async fn opened_entries(
        &self,
        loaded: &Loaded,
        rows: Vec<EventRow>,
        readable: &[Class],
    ) -> Result<Vec<JournalView>, CaseworkError> {
        let case = loaded.row.id;
        let items = store::items_of(self.db(), case).await?;
        let mut entries = Vec::new();
        for row in rows {
            let entry = cipher::open_entry(self.keys(), case, row.id, &row.payload, readable).await?;
            let sealed = items.iter().any(|item| item.seq == row.seq && item.lifted_at.is_none());
            entries.push(JournalView { sealed, ..journal(loaded, row, entry)? });
        }
        Ok(entries)
    }
}

fn journal(loaded: &Loaded, row: EventRow, entry: Entry) -> Result<JournalView, CaseworkError> {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    let pack = &loaded.pack;
    let name = pack
        .events
        .find(&row.code)
        .map(|e| e.name.clone())
        .or_else(|| pack.safeguards.find(&row.code).map(|s| s.name.clone()))
        .or_else(|| pack.documents.find(&row.code).map(|d| d.name.clone()))
        .unwrap_or_else(|| Text::new("更正未成年人信息", "Correction of what is known of the child"));
    let superseded_by = loaded
        .file
        .evidence
        .iter()
        .find(|e| i64::from(e.seq) == row.seq)
        .and_then(|e| e.superseded_by)
        .map(i64::from);
    Ok(JournalView {
        entry: row.seq,
        kind: row.kind,
        code: row.code,
        name,
        happened_at: from_micros(row.legal_at),
        recorded_at: from_micros(row.recorded_at),
        late: row.recorded_at - row.legal_at > DAY,
        by: row.actor_id,
        role: entry.role,
        supersedes: row.supersedes_seq,
        superseded_by,
        sealed: false,
        warnings: entry.warnings,
        command: serde_json::to_value(&entry.command)
            .map_err(|_| CaseworkError::Corrupt { what: "journal entry" })?,
    })
}
