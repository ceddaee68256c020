//! A case is opened, step by step: under which rules and with what, who and what, read over, sent once.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::collections::BTreeMap;

use super::facts;
use super::fields::{Answers, Fault, Input, Section, faults, json, mark};
use super::form::Form;
use super::page::{Page, Person, go, ok, show};
use super::people::{identity, identity_inputs};
use super::texts as t;
use crate::access::{Action, Resource};
use crate::casework::CaseworkError;
use crate::casework::intake::NewCase;
use crate::http::caller::Params;
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::expr::Region;
use crate::law::pack::{Event, Pack, StaffRole};
use crate::record::{Offence, Text};

/// A pack, its name, and the code, name and source of each event with which a case is opened under it.
type Choices = (String, String, Vec<(String, String, String)>);

#[derive(Template)]
#[template(path = "open_choose.html")]
struct ChoosePage {
    p: Page,
    packs: Vec<Choices>,
}

#[derive(Template)]
#[template(path = "open.html")]
struct OpenPage {
    p: Page,
    title: String,
    source: String,
    pack: String,
    event: String,
    sections: Vec<Section>,
    faults: Vec<Fault>,
}

#[derive(Template)]
#[template(path = "open_check.html")]
struct CheckPage {
    p: Page,
    title: String,
    answers: Answers,
    form: Form,
}

/// What was chosen in the first step.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    pack: String,
    event: String,
}

/// First what arrived, under which rules; then the form for it.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, p): Person,
    Params(chosen): Params<Chosen>,
) -> Result<Response, Problem> {
    // Whoever opens cases nowhere hears it here, not at the end of a long form.
    if let (true, Some(grant)) = (offices(&app, &p).is_empty(), caller.viewer.grants.first()) {
        app.service.ask(&caller, Action::OpenCase, Resource::Office(grant.office)).await?;
    }
    if chosen.event.is_empty() {
        return Ok(ok(&ChoosePage { packs: choices(&app, &p), p }));
    }
    let form = Form::default().with("pack", &chosen.pack).with("event", &chosen.event);
    asked(&app, p, &form, Vec::new(), StatusCode::OK)
}

/// Events that open a case and that somebody with this person's roles records, by pack.
fn choices(app: &App, p: &Page) -> Vec<Choices> {
    let mut all = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for pack in app.service.packs().all() {
        if seen.contains(&pack.id.as_str()) {
            continue;
        }
        seen.push(&pack.id);
        let Some(pack) = app.service.packs().current(&pack.id, app.service.now()) else { continue };
        let events: Vec<(String, String, String)> = pack
            .events
            .iter()
            .filter(|event| opens(pack, event) && records(p, pack, event))
            .map(|event| (event.id.clone(), p.x(&event.name).to_owned(), event.source.clone()))
            .collect();
        if !events.is_empty() {
            all.push((pack.id.clone(), p.x(&pack.name).to_owned(), events));
        }
    }
    all
}

fn opens(pack: &Pack, event: &Event) -> bool {
    let initial = pack.initial(Region::Main);
    event.from.get(&Region::Main).is_some_and(|from| from.iter().any(|state| state == initial))
}

fn records(p: &Page, pack: &Pack, event: &Event) -> bool {
    event.by.iter().filter_map(|role| pack.roles.find(role)).any(|role| p.is(&role.staff))
}

fn asked(
    app: &App,
    p: Page,
    form: &Form,
    faults: Vec<Fault>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let (pack, event) = chosen(app, form)?;
    let mut sections = sections(app, &p, pack, event, form);
    mark(&mut sections, &faults);
    let page = OpenPage {
        title: p.x(&event.name).to_owned(),
        source: event.source.clone(),
        pack: pack.id.clone(),
        event: event.id.clone(),
        p,
        sections,
        faults,
    };
    Ok(show(status, &page))
}

fn chosen<'a>(app: &'a App, form: &Form) -> Result<(&'a Pack, &'a Event), Problem> {
    let pack = app.service.packs().current(form.get("pack"), app.service.now());
    let pack = pack.ok_or_else(Problem::not_found)?;
    let event = pack.events.find(form.get("event")).filter(|event| opens(pack, event));
    Ok((pack, event.ok_or_else(Problem::not_found)?))
}

fn sections(app: &App, p: &Page, pack: &Pack, event: &Event, form: &Form) -> Vec<Section> {
    let mut who = identity_inputs(p, form);
    who.retain(|input| input.id != "identity.relation");
    let mut file = vec![
        Input::new("case_no", p.t(t::OWN_NUMBER), "line", form).hint(p.t(t::OWN_NUMBER_HINT)),
        Input::new("at", p.t(t::RECEIVED_AT), "time", form).hint(p.t(t::HAPPENED_AT_HINT)),
    ];
    let offices = offices(app, p);
    if offices.len() > 1 {
        file.insert(0, Input::new("office", p.t(t::OFFICE), "radios", form).one_of(offices).required());
    }
    file.extend(event.inputs.iter().map(|field| Input::of(p, "i.", field, form)));
    let mut sections = vec![
        Section::new("who", p.t(t::THE_CHILD), who),
        Section::new("child", p.t(t::LAW_ASKS), facts::inputs(p, form)),
        Section::new("file", p.t(t::THE_FILE), file),
    ];
    for (id, _) in &event.safeguards {
        let Some(safeguard) = pack.safeguards.find(id) else { continue };
        let prefix = format!("e.{id}.");
        let inputs = safeguard.evidence.iter().map(|field| Input::of(p, &prefix, field, form)).collect();
        sections.push(Section {
            id: format!("e.{id}"),
            title: p.x(&safeguard.name).to_owned(),
            hint: p.x(&safeguard.text).to_owned(),
            source: safeguard.source.clone(),
            inputs,
        });
    }
    sections
}

/// Offices at which this person opens cases.
fn offices(app: &App, p: &Page) -> Vec<(String, String)> {
    let held = p.me.as_ref().map(|me| me.roles.as_slice()).unwrap_or_default();
    let mut codes: Vec<&str> = held
        .iter()
        .filter(|held| matches!(held.role, StaffRole::Prosecutor | StaffRole::Clerk))
        .map(|held| held.office.as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let offices = app.service.offices();
    let named = codes.into_iter().filter_map(|code| offices.by_code(code));
    named.map(|office| (office.code.clone(), p.x(&office.name).to_owned())).collect()
}

/// The form, sent: to be corrected, read over, or opened.
pub(super) async fn send(
    State(app): State<App>,
    Person(caller, mut p): Person,
    form: Form,
) -> Result<Response, Problem> {
    let (pack, event) = chosen(&app, &form)?;
    p.path = format!("/cases/new?pack={}&event={}", pack.id, event.id);
    if form.get("step") == "edit" {
        return asked(&app, p, &form, Vec::new(), StatusCode::OK);
    }
    let new = match new_case(pack, event, &form) {
        Ok(new) => new,
        Err(reasons) => {
            let faults = faults(&p, &reasons, |_| None);
            return asked(&app, p, &form, faults, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    if form.get("step") != "send" {
        let answers = answers(&app, &p, pack, event, &form);
        let title = p.x(&event.name).to_owned();
        let form = form.with("key", &p.key());
        return Ok(ok(&CheckPage { p, title, answers, form }));
    }
    match app.service.open_case(&caller, &new).await {
        Ok(opened) => Ok(go(&format!("/cases/{}?done={}", opened.done.case, opened.done.entry))),
        Err(CaseworkError::Invalid(reasons)) => {
            let faults = faults(&p, &reasons, |_| None);
            asked(&app, p, &form, faults, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(CaseworkError::Refused(refusal)) => {
            let faults = faults(&p, &refusal.reasons, |_| None);
            asked(&app, p, &form, faults, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => Err(error.into()),
    }
}

fn answers(app: &App, p: &Page, pack: &Pack, event: &Event, form: &Form) -> Answers {
    let mut answers = Vec::new();
    for section in sections(app, p, pack, event, form) {
        let given =
            section.inputs.iter().map(|input| (input.label.clone(), input.said(p, form), input.id.clone()));
        let given: Vec<_> = given.filter(|(_, said, _)| !said.is_empty()).collect();
        if !given.is_empty() {
            answers.push((section.title, given));
        }
    }
    answers
}

/// The case that a form stands for; what must be there and is not, is said beside its field.
fn new_case(pack: &Pack, event: &Event, form: &Form) -> Result<NewCase, Vec<Reason>> {
    let known = facts::read(form);
    let mut reasons = Vec::new();
    if form.given("identity.name").is_none() {
        reasons.push(facts::missing("identity.name", &Text::new("姓名", "the name")));
    }
    reasons.extend(known.as_ref().err().into_iter().flatten().cloned());
    for field in event.inputs.iter().filter(|field| field.required) {
        if form.given(&format!("i.{}", field.id)).is_none() {
            reasons.push(facts::missing(&format!("inputs.{}", field.id), &field.name));
        }
    }
    let (Ok((child, on)), true) = (known, reasons.is_empty()) else {
        return Err(reasons);
    };
    let mut evidence = BTreeMap::new();
    for (id, _) in &event.safeguards {
        let fields = pack.safeguards.find(id).map(|s| s.evidence.as_slice()).unwrap_or_default();
        let given = json(&format!("e.{id}."), fields, form);
        if !given.is_empty() {
            evidence.insert(id.clone(), given);
        }
    }
    Ok(NewCase {
        pack: pack.id.clone(),
        office: form.given("office").map(str::to_owned),
        case_no: form.given("case_no").map(str::to_owned),
        identity: identity(form),
        child,
        offence: Offence { on, status_offence: false },
        lead: None,
        social_worker: None,
        at: form.given("at").map(str::to_owned),
        event: event.id.clone(),
        inputs: json("i.", &event.inputs, form),
        evidence,
        decision: None,
        because: BTreeMap::new(),
    })
}
