//! One measure: what is asked of the child, how it goes, what can be done now and why the rest cannot, and what was done.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::ask::name;
use super::texts as m;
use super::{Shows, response};
use crate::casework::measures::offers::Offer;
use crate::casework::measures::view::{MeasureStepView, MeasureView};
use crate::http::caller::{Named, Params};
use crate::http::pages::case::{Done, Head, head};
use crate::http::pages::fields::{Fault, faults};
use crate::http::pages::measure_acts::MEASURE_ACTS;
use crate::http::pages::page::{Page, Person, ok};
use crate::http::pages::texts::{self as t, T};
use crate::http::{App, Problem};
use crate::law::measures::{Act, Attendance, Breach, Missed, Visit};

/// An act as it is offered.
struct Step {
    name: &'static T,
    href: String,
    faults: Vec<Fault>,
}

#[derive(Template)]
#[template(path = "measure.html")]
struct MeasurePage {
    p: Page,
    head: Head,
    measure: MeasureView,
    possible: Vec<Step>,
    /// What has a place here and something against it; and what has no place.
    barred: Vec<Step>,
    apart: Vec<Step>,
    of_others: Vec<Step>,
}

/// One measure.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named((id, measure)): Named<(Uuid, Uuid)>,
    Params(done): Params<Done>,
) -> Result<Response, Problem> {
    if done.done.is_some() {
        p.said = Some(p.t(m::DONE_STEP).to_owned());
    }
    let at = format!("/cases/{id}/measures/{measure}");
    at.clone_into(&mut p.path);
    let head = head(&app, &mut p, &caller, id, "measures").await?;
    let view = app.service.measure(&caller, (id, measure)).await?;
    let people = view.steps.iter().map(|step| step.by).chain(view.line.supervisor);
    let visitors = view.visits.iter().filter_map(|visit| visit.with);
    p.learn(&app, people.chain(visitors).collect::<Vec<_>>()).await?;
    let (mut possible, mut barred, mut apart, mut of_others) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for offer in view.offers.iter().filter(|offer| !of_a_visit(offer.act)) {
        let list = match (offer.mine, offer.possible) {
            (true, true) => &mut possible,
            (true, false) if offer.fits => &mut barred,
            (true, false) => &mut apart,
            (false, true) => &mut of_others,
            (false, false) => continue,
        };
        list.push(step(&p, &at, offer));
    }
    Ok(ok(&MeasurePage { p, head, measure: view, possible, barred, apart, of_others }))
}

/// Whether an act is about one visit, beside which it stands.
const fn of_a_visit(act: Act) -> bool {
    matches!(act, Act::CancelVisit | Act::CorrectVisit)
}

fn step(p: &Page, at: &str, offer: &Offer) -> Step {
    let aftercare = |code: &str| (code == "I35").then(|| href(at, Act::Aftercare));
    Step { name: name(offer.act), href: href(at, offer.act), faults: faults(p, &offer.reasons, aftercare) }
}

/// The form of an act.
fn href(at: &str, act: Act) -> String {
    let part = match act {
        Act::KeepVisit => return format!("{at}/visit"),
        act if act.is_decision() => "decisions",
        _ => "work",
    };
    format!("{at}/{part}/{}", act.name())
}

impl Shows for MeasurePage {
    fn p(&self) -> &Page {
        &self.p
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

impl MeasurePage {
    fn at(&self) -> String {
        format!("/cases/{}/measures/{}", self.head.view.id, self.measure.line.id)
    }

    fn visits(&self) -> Vec<(usize, &Visit)> {
        (1..).zip(&self.measure.visits).collect()
    }

    fn breaches(&self) -> Vec<(usize, &Breach)> {
        (1..).zip(&self.measure.breaches).collect()
    }

    /// Whether this person can do something now.
    fn may(&self, act: &str) -> bool {
        let found = self.measure.offers.iter().find(|offer| offer.act.name() == act);
        found.is_some_and(|offer| offer.mine && offer.possible)
    }

    /// What came of a visit, in a word and with the tag that it has.
    fn came(&self, visit: &Visit) -> (&'static T, &'static str) {
        match &visit.attendance {
            None if visit.until > self.now() => (m::PLANNED, "tag"),
            None => (m::UNRECORDED, "tag tag-warn"),
            Some(Attendance::Kept(kept)) if kept.late => (m::LATE, "tag tag-good"),
            Some(Attendance::Kept(_)) => (m::KEPT, "tag tag-good"),
            Some(Attendance::Missed { class: Missed::Acceptable, .. }) => (m::ACCEPTABLE, "tag"),
            Some(Attendance::Missed { class: Missed::Unacceptable, .. }) => (m::UNACCEPTABLE, "tag tag-warn"),
            Some(Attendance::Missed { class: Missed::ServiceFault, .. }) => (m::SERVICE_FAULT, "tag"),
            Some(Attendance::Cancelled { .. }) => (m::CALLED_OFF, "tag"),
        }
    }

    fn now(&self) -> chrono::NaiveDateTime {
        self.p.now.with_timezone(&self.p.zone).naive_local()
    }

    /// What was said of a visit.
    fn said(&self, visit: &Visit) -> String {
        match &visit.attendance {
            None => String::new(),
            Some(Attendance::Kept(kept)) => kept.child_words.clone(),
            Some(Attendance::Missed { reason, .. } | Attendance::Cancelled { reason }) => reason.clone(),
        }
    }

    fn is_ahead(&self, visit: &Visit) -> bool {
        visit.attendance.is_none() && visit.from > self.now()
    }

    fn is_recorded(&self, visit: &Visit) -> bool {
        matches!(visit.attendance, Some(Attendance::Kept(_) | Attendance::Missed { .. }))
    }

    fn response(&self, id: &str) -> String {
        response(&self.p, &self.head.pack, id)
    }

    fn with(&self, visit: &Visit) -> String {
        visit.with.map_or_else(|| self.p.t(m::NOBODY_YET).to_owned(), |who| self.p.who(&who))
    }

    fn steps(&self) -> impl Iterator<Item = &MeasureStepView> {
        self.measure.steps.iter().rev()
    }

    /// What a step was, in words.
    fn what(&self, step: &MeasureStepView) -> &'static T {
        let act = format!("measure.{}", step.what);
        MEASURE_ACTS.iter().find(|(known, _)| *known == act).map_or(m::TAB, |(_, name)| name)
    }

    /// Written reasons of a step, where it has some.
    fn why(&self, step: &MeasureStepView) -> Option<String> {
        let why = step.content.get("reasons").or_else(|| step.content.get("reason"))?;
        Some(why.as_str()?.to_owned()).filter(|why| !why.is_empty())
    }
}
