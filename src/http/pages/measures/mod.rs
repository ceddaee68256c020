//! Measures at liberty: those of a case at a glance, one with everything about it, and the forms by which its life is led.
//!
//! * This file: a case's measures. `one`: one of them, and what can be done with it. `propose`: one is proposed.
//! * `steps`: every other step, by form; `ask`: what each asks; `told`: what was typed; `terms`: what forms share.

mod ask;
mod one;
mod propose;
mod steps;
mod terms;
pub(super) mod texts;
mod told;

pub(super) use one::page as one;
pub(super) use propose::{choose, form as proposal, send as propose};
pub(super) use steps::{decide, decision, record, record_visit, visit, work};

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;
use uuid::Uuid;

use self::ask::term;
use self::texts as m;
use super::case::{Head, head};
use super::page::{Page, Person, ok};
use super::texts::{self as t, T};
use crate::casework::Caller;
use crate::casework::measures::view::MeasureView;
use crate::http::caller::Named;
use crate::http::{App, Problem};
use crate::law::Pack;
use crate::law::measures::{Act, Measure, Visit};

#[derive(Template)]
#[template(path = "measures.html")]
struct MeasuresPage {
    p: Page,
    head: Head,
    measures: Vec<MeasureView>,
    may_propose: bool,
}

/// The measures of a case.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "measures").await?;
    let mut measures = Vec::new();
    for line in app.service.measures(&caller, id).await? {
        measures.push(app.service.measure(&caller, (id, line.id)).await?);
    }
    p.learn(&app, measures.iter().filter_map(|measure| measure.line.supervisor)).await?;
    let may_propose = app.service.proposable(&caller, id).await?.iter().any(|one| one.mine);
    Ok(ok(&MeasuresPage { p, head, measures, may_propose }))
}

/// A measure in its law.
fn law_of<'a>(app: &'a App, pack: &'a Pack, kind: &str) -> Result<&'a Measure, Problem> {
    app.service.packs().measure(pack, kind).ok_or_else(Problem::not_found)
}

/// The pack of a case.
async fn pack_of(app: &App, caller: &Caller, case: Uuid) -> Result<Arc<Pack>, Problem> {
    let case = app.service.read_case(caller, case).await?;
    app.service.packs().pinned(&case.pack, &case.pack_version).cloned().ok_or_else(Problem::internal)
}

/// Name of a condition.
fn condition(p: &Page, pack: &Pack, id: &str) -> String {
    let found = pack.measures.condition(id);
    found.map_or_else(|| id.to_owned(), |condition| p.x(&condition.name).to_owned())
}

/// Name of an answer to a breach.
fn response(p: &Page, pack: &Pack, id: &str) -> String {
    let found = pack.measures.responses.iter().find(|known| known.id == id);
    found.map_or_else(|| id.to_owned(), |known| p.x(&known.name).to_owned())
}

/// What the list and the page of one measure show alike.
trait Shows {
    fn p(&self) -> &Page;
    fn head(&self) -> &Head;

    /// Visits of which nothing is recorded, with their numbers.
    fn open<'a>(&self, measure: &'a MeasureView) -> Vec<(usize, &'a Visit)> {
        (1..).zip(&measure.visits).filter(|(_, visit)| visit.attendance.is_none()).collect()
    }

    /// Figures of visits that are not nothing.
    fn figures(&self, measure: &MeasureView) -> Vec<(&'static T, u32)> {
        let glance = &measure.line.glance;
        let all = [
            (m::EXPECTED, glance.expected),
            (m::LATE, glance.late),
            (m::ACCEPTABLE, glance.acceptable),
            (m::UNACCEPTABLE, glance.unacceptable),
            (m::SERVICE_FAULT, glance.service_fault),
            (m::UNRECORDED, glance.unrecorded),
        ];
        let told = all.into_iter().filter(|(_, n)| *n > 0);
        std::iter::once((m::KEPT, glance.kept)).chain(told).collect()
    }

    /// Hours of service, done and asked for.
    fn hours(&self, measure: &MeasureView) -> String {
        let done = measure.line.glance.minutes_done / 60;
        self.p().n(m::HOURS_OF, format!("{done} / {}", measure.line.glance.hours_asked))
    }

    /// Name of a condition.
    fn condition(&self, id: &str) -> String {
        condition(self.p(), &self.head().pack, id)
    }

    /// How a condition was kept so far.
    fn kept(&self, measure: &MeasureView, id: &str) -> Option<String> {
        let [met, partly, not_met] = *measure.line.glance.conditions.get(id)?;
        let p = self.p();
        Some([p.n(m::MET, met), p.n(m::PARTLY, partly), p.n(m::NOT_MET, not_met)].join(" · "))
    }

    /// From when until when.
    fn term(&self, measure: &MeasureView) -> String {
        term(self.p(), measure)
    }
}

impl Shows for MeasuresPage {
    fn p(&self) -> &Page {
        &self.p
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

impl MeasuresPage {
    /// Whether this person records visits of it now.
    fn may_record(&self, measure: &MeasureView) -> bool {
        let mut offers = measure.offers.iter();
        offers.any(|offer| offer.act == Act::KeepVisit && offer.mine && offer.possible)
    }
}
