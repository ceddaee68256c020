//! A step of a measure, by form: asked, sent once, and asked again with every reason against it beside its field.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::ask::{Ask, name, prefilled};
use super::terms::{Folded, Read, missing};
use super::texts as m;
use super::told::{Told, told};
use super::{law_of, pack_of};
use crate::casework::measures::request::{Decision, Work};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::{Named, Params};
use crate::http::pages::act::{because, reasons_for};
use crate::http::pages::case::{Head, head};
use crate::http::pages::fields::{Fault, Section, faults, mark};
use crate::http::pages::form::Form;
use crate::http::pages::journal::Part;
use crate::http::pages::page::{Page, Person, go, show};
use crate::http::pages::texts::{self as t};
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::measures::Act;
use crate::record::Text;

/// A form about a measure.
#[derive(Template)]
#[template(path = "measure_form.html")]
pub(super) struct FormPage {
    pub(super) p: Page,
    pub(super) head: Head,
    pub(super) title: String,
    pub(super) source: String,
    pub(super) lead: String,
    /// What stands beside it.
    pub(super) shown: Vec<Part>,
    pub(super) before: Vec<Section>,
    /// Conditions, each folded away until it is needed.
    pub(super) folded: Vec<Folded>,
    pub(super) sections: Vec<Section>,
    pub(super) faults: Vec<Fault>,
    /// What is sent along.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) send: String,
    /// Where one gets without sending it.
    pub(super) back: String,
}

/// Which visit or breach.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::http::pages) struct Which {
    n: Option<u32>,
}

/// Which step of which measure.
#[derive(Clone, Copy)]
struct Of {
    case: Uuid,
    measure: Uuid,
    act: Act,
}

impl Of {
    fn named(case: Uuid, measure: Uuid, step: &str, decision: bool) -> Result<Self, Problem> {
        let act = Act::named(step).filter(|act| act.is_decision() == decision);
        Ok(Self { case, measure, act: act.ok_or_else(Problem::not_found)? })
    }

    fn page(self) -> String {
        format!("/cases/{}/measures/{}", self.case, self.measure)
    }
}

/// The form of a decision.
pub(in crate::http::pages) async fn decision(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((case, measure, step)): Named<(Uuid, Uuid, String)>,
    Params(which): Params<Which>,
) -> Result<Response, Problem> {
    asked(&app, p, &caller, Of::named(case, measure, &step, true)?, which).await
}

/// It is sent.
pub(in crate::http::pages) async fn decide(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((case, measure, step)): Named<(Uuid, Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    Box::pin(sent(&app, p, caller, Of::named(case, measure, &step, true)?, form)).await
}

/// The form of work on a measure.
pub(in crate::http::pages) async fn work(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((case, measure, step)): Named<(Uuid, Uuid, String)>,
    Params(which): Params<Which>,
) -> Result<Response, Problem> {
    asked(&app, p, &caller, Of::named(case, measure, &step, false)?, which).await
}

/// It is sent.
pub(in crate::http::pages) async fn record(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((case, measure, step)): Named<(Uuid, Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    Box::pin(sent(&app, p, caller, Of::named(case, measure, &step, false)?, form)).await
}

/// The form for a visit, with the times for which it was planned.
pub(in crate::http::pages) async fn visit(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((case, measure)): Named<(Uuid, Uuid)>,
    Params(which): Params<Which>,
) -> Result<Response, Problem> {
    asked(&app, p, &caller, Of { case, measure, act: Act::KeepVisit }, which).await
}

/// It is sent.
pub(in crate::http::pages) async fn record_visit(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((case, measure)): Named<(Uuid, Uuid)>,
    form: Form,
) -> Result<Response, Problem> {
    Box::pin(sent(&app, p, caller, Of { case, measure, act: Act::KeepVisit }, form)).await
}

/// The form, with what is known and with what stands in its way already.
async fn asked(app: &App, p: Page, caller: &Caller, of: Of, which: Which) -> Result<Response, Problem> {
    let form = match which.n {
        Some(n) if of.act == Act::Respond => Form::default().with("breach", &n.to_string()),
        Some(n) => Form::default().with("n", &n.to_string()),
        None => Form::default(),
    };
    shown(app, p, caller, of, form, Asked::First).await
}

/// How a form came to be asked.
enum Asked {
    /// For the first time.
    First,
    /// Once more, because of this.
    Again(Read, Vec<Reason>),
    /// Once more, because the measure has changed meanwhile.
    Moved,
}

async fn shown(
    app: &App,
    mut p: Page,
    caller: &Caller,
    of: Of,
    mut form: Form,
    how: Asked,
) -> Result<Response, Problem> {
    let head = head(app, &mut p, caller, of.case, "measures").await?;
    let view = app.service.measure(caller, (of.case, of.measure)).await?;
    let measure = law_of(app, &head.pack, &view.line.kind)?;
    let candidates = app.service.measure_supervisors(caller, of.case, &view.line.kind).await?;
    let mut papers = Vec::new();
    if matches!(of.act, Act::Plan | Act::Breach) {
        papers = app.service.assessments(caller, of.case).await?;
        let fit = |state: &str| of.act != Act::Plan || ["adopted", "released"].contains(&state);
        papers.retain(|line| fit(&line.state));
    }
    let people = candidates.iter().map(|one| one.account).chain(view.line.supervisor);
    let people = people.chain(view.revocation_asked.as_ref().map(|asked| asked.by));
    p.learn(app, people.collect::<Vec<_>>()).await?;
    let (status, reasons) = match &how {
        Asked::First => {
            form = prefilled(of.act, &view, measure, &candidates, form);
            let offer = view.offers.iter().find(|offer| offer.act == of.act);
            (StatusCode::OK, offer.map(|offer| offer.reasons.clone()).unwrap_or_default())
        }
        Asked::Again(read, reasons) => (StatusCode::UNPROCESSABLE_ENTITY, read.placed(&form, reasons)),
        Asked::Moved => {
            let text = Text::new(m::MOVED_ON.zh, m::MOVED_ON.en);
            (StatusCode::PRECONDITION_FAILED, vec![Reason::engine("MOVED", text)])
        }
    };
    let record = |code: &str| (code == "I35").then(|| format!("{}/work/aftercare", of.page()));
    let mut faults = faults(&p, &reasons, record);
    let ask = Ask {
        p: &p,
        head: &head,
        view: &view,
        measure,
        act: of.act,
        form: &form,
        candidates: &candidates,
        papers: &papers,
    };
    if form.given("n").is_some() && ask.planned().is_none() {
        return Err(Problem::not_found());
    }
    let (mut sections, folded, parts) = (ask.sections(), ask.folded(&faults), ask.shown());
    mark(&mut sections, &faults);
    if matches!(&how, Asked::Again(read, _) if read.is_wrong()) {
        missing(&p, &mut sections, &mut faults);
    }
    because(&p, &mut sections, &form, &faults);
    lead_to_fields(&p, &mut faults, &sections, &folded);
    let at = sections.iter().position(|section| section.id == "term").map_or(0, |place| place + 1);
    let rest = sections.split_off(at);
    let seen = form.given("v").filter(|_| matches!(how, Asked::Again(..)));
    let version = seen.map_or_else(|| view.line.version.to_string(), str::to_owned);
    let title = p.t(name(of.act)).to_owned();
    let lead = match of.act {
        Act::AskRevocation | Act::Revoke => p.t(m::REVOKE_LEAD),
        Act::Vary => p.t(m::THE_CONDITIONS_HINT),
        _ => "",
    };
    let page = FormPage {
        source: format!("{} · {}", p.x(&view.line.name), view.line.source),
        lead: lead.to_owned(),
        shown: parts,
        before: sections,
        folded,
        sections: rest,
        faults,
        hidden: vec![("v", version), ("n", form.get("n").to_owned())],
        send: title.clone(),
        title,
        back: of.page(),
        p,
        head,
    };
    Ok(show(status, &page))
}

/// The summary of what is wrong leads to fields that are there, and names those in which something is missing.
pub(super) fn lead_to_fields(p: &Page, faults: &mut [Fault], sections: &[Section], folded: &[Folded]) {
    let all = || sections.iter().chain(folded.iter().map(|part| &part.section)).flat_map(|s| &s.inputs);
    for fault in faults {
        let input = all().find(|input| Some(&input.id) == fault.field.as_ref());
        if let Some(input) = input.filter(|_| fault.code == "FIELD_MISSING") {
            fault.text = format!("{}{}", p.n(m::OF_FIELD, &input.label), p.t(m::MUST_BE));
        }
        fault.field = input.map(|input| input.id.clone());
    }
}

async fn sent(app: &App, p: Page, caller: Caller, of: Of, form: Form) -> Result<Response, Problem> {
    let pack = pack_of(app, &caller, of.case).await?;
    let view = app.service.measure(&caller, (of.case, of.measure)).await?;
    let measure = law_of(app, &pack, &view.line.kind)?;
    let mut read = Read::default();
    let told = told(of.act, &form, measure, &view, &mut read);
    let because = reasons_for(&form);
    let expected = form.get("v").parse().ok();
    let ids = (of.case, of.measure);
    // What the law says to a form that cannot be read is of something else than was meant.
    let done = if read.is_wrong() {
        app.service.may_take_step(&caller, of.case, Some(of.act)).await?;
        Err(CaseworkError::Invalid(Vec::new()))
    } else {
        match told {
            Told::Decision(what) => {
                app.service.decide_measure(&caller, ids, expected, Decision { what, because }).await
            }
            Told::Work(what) => {
                app.service.work_on_measure(&caller, ids, expected, Work { what, because }).await
            }
        }
    };
    match done {
        Ok(_) => Ok(go(&format!("{}?done=1", of.page()))),
        Err(CaseworkError::Refused(refusal)) => {
            shown(app, p, &caller, of, form, Asked::Again(read, refusal.reasons)).await
        }
        Err(CaseworkError::Invalid(reasons)) => {
            shown(app, p, &caller, of, form, Asked::Again(read, reasons)).await
        }
        Err(CaseworkError::Conflict { .. }) => shown(app, p, &caller, of, form, Asked::Moved).await,
        Err(error) => Err(error.into()),
    }
}
