//! A measure is proposed: the mildest of those that fit is chosen, then written down.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::ask::candidates;
use super::steps::{FormPage, lead_to_fields};
use super::terms::{Read, alternatives, conditions, heard, milder_than, missing, why, yes};
use super::texts as m;
use super::{law_of, pack_of};
use crate::casework::measures::offers::Proposable;
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::Named;
use crate::http::pages::case::{Head, head};
use crate::http::pages::fields::{Input, Section, faults, mark};
use crate::http::pages::form::Form;
use crate::http::pages::page::{Page, Person, go, ok, show};
use crate::http::pages::texts as t;
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::measures::{Measure, Proposal};

#[derive(Template)]
#[template(path = "measure_choose.html")]
struct ChoosePage {
    p: Page,
    head: Head,
    /// What fits, what does not, and what others propose.
    fits: Vec<Proposable>,
    not: Vec<Proposable>,
    of_others: Vec<Proposable>,
}

/// Which measure.
pub(in crate::http::pages) async fn choose(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "measures").await?;
    let all = app.service.proposable(&caller, id).await?;
    let (mine, of_others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.mine);
    let (fits, not) = mine.into_iter().partition(|one| one.reason.is_none());
    Ok(ok(&ChoosePage { p, head, fits, not, of_others }))
}

/// Its form.
pub(in crate::http::pages) async fn form(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, kind)): Named<(Uuid, String)>,
) -> Result<Response, Problem> {
    shown(&app, p, &caller, (id, &kind), &Form::default(), None).await
}

async fn shown(
    app: &App,
    mut p: Page,
    caller: &Caller,
    (id, kind): (Uuid, &str),
    form: &Form,
    wrong: Option<(Read, Vec<Reason>)>,
) -> Result<Response, Problem> {
    let head = head(app, &mut p, caller, id, "measures").await?;
    let measure = law_of(app, &head.pack, kind)?;
    let offered = app.service.proposable(caller, id).await?;
    let unfit = offered.into_iter().find(|one| one.measure.id == kind).and_then(|one| one.reason);
    let people = app.service.measure_supervisors(caller, id, kind).await?;
    p.learn(app, people.iter().map(|one| one.account).collect::<Vec<_>>()).await?;
    let unread = wrong.as_ref().is_some_and(|(read, _)| read.is_wrong());
    let (status, reasons) = match wrong {
        Some((read, reasons)) => (StatusCode::UNPROCESSABLE_ENTITY, read.placed(form, &reasons)),
        None => (StatusCode::OK, unfit.into_iter().collect()),
    };
    let mut faults = faults(&p, &reasons, |_| None);
    let mut term = vec![Input::new("from", p.t(m::FIRST_DAY), "date", form).required()];
    if !measure.at_once {
        let hint = lasts(&p, measure);
        term.push(Input::new("until", p.t(m::LAST_DAY), "date", form).hint(hint).required());
        let people = candidates(&p, &people);
        let supervisor = Input::new("supervisor", p.t(m::SUPERVISOR), "select", form);
        term.push(supervisor.hint(p.t(m::SUPERVISOR_HINT)).one_of(people));
    }
    let mut before = vec![Section::new("term", p.t(m::THE_TERM), term)];
    let milder = milder_than(&p, &head.pack.measures, measure);
    let mut sections = vec![
        why(&p, m::WHY_IT_FITS, false, form),
        alternatives(&p, m::MILDER, milder, form),
        heard(&p, measure.consent, form),
    ];
    let folded = conditions(&p, &head.pack.measures, measure, &[], form, &faults);
    mark(&mut before, &faults);
    mark(&mut sections, &faults);
    if unread {
        missing(&p, &mut before, &mut faults);
        missing(&p, &mut sections, &mut faults);
    }
    let all: Vec<Section> = before.iter().chain(&sections).cloned().collect();
    lead_to_fields(&p, &mut faults, &all, &folded);
    let lead = if measure.at_once { p.t(m::AT_ONCE) } else { "" };
    let page = FormPage {
        title: p.x(&measure.name).to_owned(),
        source: measure.source.clone(),
        lead: [p.x(&measure.about), lead].join(" ").trim().to_owned(),
        shown: Vec::new(),
        before,
        folded,
        sections,
        faults,
        hidden: Vec::new(),
        send: p.t(m::PROPOSE).to_owned(),
        back: format!("/cases/{id}/measures"),
        p,
        head,
    };
    Ok(show(status, &page))
}

/// It is sent.
pub(in crate::http::pages) async fn send(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, kind)): Named<(Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let pack = pack_of(&app, &caller, id).await?;
    let measure = law_of(&app, &pack, &kind)?;
    let mut read = Read::default();
    let proposal = Proposal {
        kind: kind.clone(),
        from: read.the_day(&form, "from"),
        until: read.day(&form, "until"),
        conditions: read.conditions(measure, &[], &form),
        reasons: form.get("reasons").to_owned(),
        alternatives: read.alternatives(&form, 0),
        supervisor: form.given("supervisor").map(str::to_owned),
        child_heard: read.heard(&form),
        child_agrees: yes(&form, "child_agrees"),
        guardian_agrees: yes(&form, "guardian_agrees"),
    };
    let done = if read.is_wrong() {
        app.service.may_take_step(&caller, id, None).await?;
        Err(CaseworkError::Invalid(Vec::new()))
    } else {
        app.service.propose_measure(&caller, id, &proposal).await
    };
    let reasons = match done {
        Ok(taken) => return Ok(go(&format!("/cases/{id}/measures/{}?done=1", taken.measure))),
        Err(CaseworkError::Refused(refusal)) => refusal.reasons,
        Err(CaseworkError::Invalid(reasons)) => reasons,
        Err(error) => return Err(error.into()),
    };
    shown(&app, p, &caller, (id, &kind), &form, Some((read, reasons))).await
}

/// How long a measure lasts.
fn lasts(p: &Page, measure: &Measure) -> String {
    match (measure.shortest_months, measure.longest_months) {
        (_, None) => String::new(),
        (None, Some(most)) => p.n(m::MONTHS_AT_MOST, most),
        (Some(least), Some(most)) => p.n(m::MONTHS, format!("{least}–{most}")),
    }
}

impl ChoosePage {
    fn lasts(&self, one: &Proposable) -> String {
        if one.measure.at_once {
            return self.p.t(m::AT_ONCE).to_owned();
        }
        self.p.n(m::LASTS, lasts(&self.p, &one.measure))
    }
}
