//! What cases came to, as numbers: for supervisors, chiefs and researchers, of their own office and below.
//!
//! Counted are rows that no name is in (`derive`), grouped by the database; what is too small to be shown, and what would
//! give it away, is left out before anything leaves here (`suppress`), so that the page, the API and the export cannot
//! differ. A table is of one year and of the whole of somebody's offices: other cuts of the same children, laid over each
//! other, would tell what one alone does not. Sealed records are in the sums and nowhere else: without them the decisions
//! that end well, which the law seals, would be missing. Their rows do not know whose they were.

mod count;
mod derive;
mod rebuild;
pub mod suppress;

pub(super) use derive::{Warnings, after, class, of_measure};

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;
use std::collections::BTreeSet;
use uuid::Uuid;

use super::accounts::unknown_office;
use super::time::{instant, legal, micros};
use super::trail::{Caller, Note};
use super::{CaseworkError, Service};
use crate::access::{Action, Resource, permit};
use crate::law::Reason;
use crate::record::Text;
use crate::store::{self, Counted};

/// The first year that can be asked for.
const FIRST_YEAR: i32 = 2000;
/// Numbers of which a median is shown: five on either side of it.
pub const SMALLEST_MEDIAN: usize = 10;

/// How a table is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OutcomeBy)]
pub enum By {
    /// By quarter of the year.
    Quarter,
    /// By sex.
    Sex,
    /// By age at the alleged act.
    Age,
    /// By office.
    Office,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = OutcomeColumn)]
pub struct Column {
    /// How it divides.
    pub by: By,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Text,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = OutcomeRow)]
pub struct Row {
    /// Code of the pack; empty for a sum over all.
    pub pack: String,
    /// Code of what is counted; `all` for a sum.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// Source of the rule, where it has one.
    pub source: String,
    /// How many; null is left out, because it is small or would give away what is.
    pub total: Option<u64>,
    /// The same by column, in the order of `columns`.
    pub cells: Vec<Option<u64>>,
}

/// A table of counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = OutcomeTable)]
pub struct Table {
    /// `received`, `outcomes`, `decisions`, `missed`, `missed_answered`, `safeguards_asked`, `safeguards_met`,
    /// `measures_fulfilled`, `measures_revoked`, `measures_expired`, `complaints`.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// What exactly is counted.
    pub definition: Text,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// How long decisions of one kind took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = OutcomeDuration)]
pub struct Duration {
    /// Code of the pack.
    pub pack: String,
    /// Code of the event.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// How many; null is left out.
    pub count: Option<u64>,
    /// Days from the opening of the case to the decision that half of them did not take longer than; null if there are
    /// fewer than ten.
    pub median: Option<i64>,
    /// The same of nine in ten.
    pub ninth_decile: Option<i64>,
}

/// What cases came to in a year.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Outcomes {
    /// The year, in the legal time of each case.
    pub year: i32,
    /// Code of the office whose cases and those below are counted.
    pub office: String,
    /// Its name.
    pub office_name: Text,
    /// The rule by which numbers are left out.
    pub rule: Text,
    /// How sealed records are counted.
    pub sealed: Text,
    /// Tables.
    pub tables: Vec<Table>,
    /// What `durations` are.
    pub durations_definition: Text,
    /// Times to decision.
    pub durations: Vec<Duration>,
    /// Offices that can be asked for.
    pub offices: Vec<String>,
}

/// Which numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// The year; the present one if left out.
    pub year: Option<i32>,
    /// Code of one's own topmost office; may be left out by somebody who has one.
    pub office: Option<String>,
    /// Whether the numbers are taken out of the service.
    pub export: bool,
}

impl Service {
    /// Counts what cases came to.
    ///
    /// # Errors
    /// `Denied` for somebody who sees no office's statistics; `Invalid` for a year or an office that cannot be asked for.
    pub async fn outcomes(&self, caller: &Caller, which: &Which) -> Result<Outcomes, CaseworkError> {
        let tree = self.offices();
        let tops = self.tops(caller);
        let top = match &which.office {
            Some(code) => {
                let id = tree.by_code(code).map(|office| office.id).ok_or_else(|| unknown_office(code))?;
                // An office below is a column of the table of the one above: a table of its own, laid beside that one, would
                // tell what was left out there.
                if !tops.contains(&id) && tops.iter().any(|top| tree.within(id, *top)) {
                    let text = Text::new(
                        "下级院的数字见上级院的表",
                        "an office below is counted in the table of the one above",
                    );
                    return Err(invalid("OFFICE_BELOW", text, "/office"));
                }
                id
            }
            None => match tops.first() {
                Some(top) => *top,
                None => caller.viewer.grants.first().map(|grant| grant.office).unwrap_or_default(),
            },
        };
        let permit = self.ask(caller, Action::ReadStatistics, Resource::Office(top)).await?;
        let zone = self.packs().all().next().map_or(chrono_tz::UTC, |pack| pack.zone);
        let now = legal(zone, self.now());
        let year = which.year.unwrap_or_else(|| now.year());
        if !(FIRST_YEAR..=now.year()).contains(&year) {
            let text = Text::new("没有该年度的数字", "there are no numbers of that year");
            return Err(invalid("YEAR", text, "/year"));
        }
        let act = if which.export { "outcomes.export" } else { "outcomes.read" };
        self.write_aside(Note::under(caller, act, &permit, self.now())).await?;

        let offices = tree.subtree(top);
        let begin = |month: u32, year: i32| {
            let day = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
            micros(instant(zone, day.and_time(chrono::NaiveTime::MIN)))
        };
        let quarters = [begin(1, year), begin(4, year), begin(7, year), begin(10, year)];
        let moments = (begin(1, year), begin(1, year + 1) - 1);
        let y = i64::from(year) * 10;
        let acts = store::count_outcomes(self.db(), Counted::Acts, &offices, (y + 1, y + 4)).await?;
        let misses = store::count_outcomes(self.db(), Counted::Misses, &offices, moments).await?;
        let complaints = store::count_outcomes(self.db(), Counted::Complaints, &offices, moments).await?;
        let counting = count::Counting::new(self.packs(), &tree, top, quarters);
        let (tables, durations) = counting.of(&acts, &misses, &complaints);
        let office = tree.find(top);
        Ok(Outcomes {
            year,
            office: office.map(|office| office.code.clone()).unwrap_or_default(),
            office_name: office.map(|office| office.name.clone()).unwrap_or_default(),
            rule: count::rule(),
            sealed: count::sealed(),
            tables,
            durations_definition: count::durations_definition(),
            durations,
            offices: tops.iter().filter_map(|id| tree.find(*id).map(|office| office.code.clone())).collect(),
        })
    }

    /// The topmost offices whose statistics somebody sees.
    fn tops(&self, caller: &Caller) -> Vec<Uuid> {
        let tree = self.offices();
        let sees =
            |id: &Uuid| permit(&caller.viewer, Action::ReadStatistics, Resource::Office(*id), &tree).is_ok();
        let seen: BTreeSet<Uuid> = tree.all().into_iter().map(|office| office.id).filter(sees).collect();
        let above = |id: &Uuid| tree.upwards(*id).skip(1).any(|above| seen.contains(&above));
        seen.iter().copied().filter(|id| !above(id)).collect()
    }
}

fn invalid(code: &str, text: Text, field: &str) -> CaseworkError {
    CaseworkError::Invalid(vec![Reason::engine(code, text).on(field)])
}
