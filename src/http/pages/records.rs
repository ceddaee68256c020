//! Records staff: what is to be sealed, what outside bodies ask about sealed records, certificates.
//!
//! All but the list of what is to be sealed is made by the sealer, to which these requests are passed on.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::desk::{Asked, choose, reasons};
use super::desk_texts as d;
use super::fields::{Input, Section};
use super::form::Form;
use super::page::{Page, Person, go, ok};
use super::texts::{self as t, T};
use crate::access::{Action, Resource};
use crate::casework::Caller;
use crate::casework::find::CaseLine;
use crate::casework::records::certificate::{Applicant, CertificateView, NewCertificate};
use crate::casework::records::query::{Basis, NewQuery, QueryDecision, QueryView};
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};
use crate::law::floor::Act;
use crate::law::pack::StaffRole;
use crate::law::{Reason, asks};

/// A record that waits, and the act that seals it.
struct Waiting {
    line: CaseLine,
    /// Event of its pack.
    seal: Option<String>,
}

#[derive(Template)]
#[template(path = "records_queue.html")]
struct QueuePage {
    p: Page,
    rows: Vec<Waiting>,
    next: Option<String>,
}

/// From where.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct From {
    cursor: Option<String>,
}

/// What is to be sealed.
pub(super) async fn queue(
    State(app): State<App>,
    Person(caller, p): Person,
    Params(from): Params<From>,
) -> Result<Response, Problem> {
    let page = app.service.seal_queue(&caller, from.cursor.as_deref(), None).await?.page;
    let sealing = |line: &CaseLine| {
        let pack = app.service.packs().current(&line.pack, app.service.now())?;
        let event = pack.events.iter().find(|event| event.acts.contains(&Act::Seal))?;
        Some(event.id.clone())
    };
    let rows = page.cases.into_iter().map(|line| Waiting { seal: sealing(&line), line }).collect();
    Ok(ok(&QueuePage { p, rows, next: page.next }))
}

#[derive(Template)]
#[template(path = "records_queries.html")]
struct QueriesPage {
    p: Page,
    queries: Vec<QueryView>,
    registers: bool,
}

/// What outside bodies have asked.
pub(super) async fn queries(State(app): State<App>, Person(caller, p): Person) -> Result<Response, Problem> {
    let queries = app.service.queries(&caller, office(&app, &caller).as_deref()).await?;
    let registers = p.is(&[StaffRole::Records]);
    Ok(ok(&QueriesPage { p, queries, registers }))
}

/// The office whose records somebody keeps, or whose chief they are.
fn office(app: &App, caller: &Caller) -> Option<String> {
    let at = |role| caller.viewer.offices(role).next();
    let office = at(StaffRole::Records).or_else(|| at(StaffRole::Chief))?;
    app.service.offices().find(office).map(|office| office.code.clone())
}

/// Whoever may not do it hears so before the form is filled in.
async fn may(app: &App, caller: &Caller, action: Action) -> Result<(), Problem> {
    let own = caller.viewer.offices(StaffRole::Records).next();
    let own = own.or_else(|| caller.viewer.grants.first().map(|grant| grant.office)).unwrap_or_default();
    app.service.ask(caller, action, Resource::Office(own)).await?;
    Ok(())
}

/// The packs whose law knows such a thing.
fn packs(app: &App, p: &Page, act: Option<Act>) -> Vec<(String, String)> {
    let mut packs: Vec<(String, String)> = Vec::new();
    for pack in app.service.packs().all() {
        let now = app.service.now().with_timezone(&pack.zone).naive_local();
        let knows = act.is_none_or(|act| !asks::deadlines(pack, act, now).is_empty());
        if knows && packs.iter().all(|(id, _)| *id != pack.id) {
            packs.push((pack.id.clone(), p.x(&pack.name).to_owned()));
        }
    }
    packs
}

/// The pack, asked for only where there are several.
fn pack_input(app: &App, p: &Page, form: &Form, act: Option<Act>) -> (Option<Input>, Option<String>) {
    let packs = packs(app, p, act);
    match packs.as_slice() {
        [(only, _)] => (None, Some(only.clone())),
        _ => (Some(Input::new("pack", p.t(d::RULES), "radios", form).one_of(packs).required()), None),
    }
}

/// The form of a new query.
pub(super) async fn new_query(
    State(app): State<App>,
    Person(caller, p): Person,
) -> Result<Response, Problem> {
    may(&app, &caller, Action::RegisterQuery).await?;
    Ok(query_form(&app, p, &Form::default()).page())
}

fn query_form(app: &App, p: Page, form: &Form) -> Asked {
    let line = |id: &str, label| Input::new(id, p.t(label), "line", form);
    let tick = |id: &str, label| Input::yes_no(&p, id, p.t(label), form).required();
    let bases =
        [("justice_case", d::BASIS_JUSTICE), ("national_rule", d::BASIS_RULE), ("none", d::BASIS_NONE)];
    let bases = bases.map(|(id, name)| (id.to_owned(), p.t(name).to_owned()));
    let (pack, only) = pack_input(app, &p, form, Some(Act::AnswerQuery));
    let mut first: Vec<Input> = pack.into_iter().collect();
    first.extend([
        line("applicant", d::APPLICANT).required(),
        Input::new("basis", p.t(d::BASIS), "radios", form).one_of(bases).required(),
        line("rule_cited", d::RULE_CITED),
        Input::new("purpose", p.t(d::PURPOSE), "area", form).required(),
    ]);
    let person = vec![
        line("name", d::WHOSE_NAME).required(),
        line("id_number", t::ID_NUMBER).hint(p.t(t::ID_NUMBER_HINT)),
    ];
    let formal = vec![
        line("letter", d::LETTER).required(),
        tick("written_application", d::WRITTEN),
        tick("person_verified", d::VERIFIED),
        tick("undertaking_signed", d::UNDERTAKING),
    ];
    Asked {
        title: p.t(d::NEW_QUERY).to_owned(),
        lead: p.t(d::QUERIES_LEAD).to_owned(),
        action: "/records/queries".to_owned(),
        sections: vec![
            Section::new("who", p.t(d::ASKED_BY), first),
            Section::new("whom", p.t(d::ABOUT_WHOM), person),
            Section::new("formal", p.t(d::THE_APPLICATION), formal),
        ],
        faults: Vec::new(),
        hidden: only.map(|pack| ("pack".to_owned(), pack)).into_iter().collect(),
        send: p.t(d::ENTER_QUERY).to_owned(),
        back: "/records/queries".to_owned(),
        p,
    }
}

/// A query is entered.
pub(super) async fn send_query(
    State(app): State<App>,
    Person(caller, mut p): Person,
    form: Form,
) -> Result<Response, Problem> {
    "/records/queries/new".clone_into(&mut p.path);
    // Answered here it would be answered by whoever has no key; asked first, it is passed on.
    may(&app, &caller, Action::RegisterQuery).await?;
    let mut missing: Vec<Reason> = ["basis", "written_application", "person_verified", "undertaking_signed"]
        .into_iter()
        .filter(|field| form.given(field).is_none())
        .map(choose)
        .collect();
    let new = NewQuery {
        pack: form.get("pack").to_owned(),
        office: office(&app, &caller),
        applicant: form.get("applicant").to_owned(),
        basis: match form.get("basis") {
            "justice_case" => Basis::JusticeCase,
            "national_rule" => Basis::NationalRule,
            _ => Basis::None,
        },
        rule_cited: form.get("rule_cited").to_owned(),
        purpose: form.get("purpose").to_owned(),
        name: form.get("name").to_owned(),
        id_number: form.given("id_number").map(str::to_owned),
        letter: form.get("letter").to_owned(),
        written_application: form.get("written_application") == "true",
        person_verified: form.get("person_verified") == "true",
        undertaking_signed: form.get("undertaking_signed") == "true",
    };
    for field in ["applicant", "purpose", "name", "letter"] {
        if form.given(field).is_none() && !missing.is_empty() {
            missing.push(needed(field));
        }
    }
    if !missing.is_empty() {
        return Ok(query_form(&app, p, &form).again(&missing));
    }
    match app.service.ask_record(&caller, &new).await {
        Ok(view) => Ok(go(&format!("/records/queries/{}", view.id))),
        Err(error) => Ok(query_form(&app, p, &form).again(&reasons(error)?)),
    }
}

fn needed(field: &str) -> Reason {
    let text = crate::record::Text::new("请填写此项", "this is required");
    Reason::engine("FIELD_MISSING", text).on(format!("/{field}"))
}

#[derive(Template)]
#[template(path = "records_query.html")]
struct QueryPage {
    p: Page,
    view: QueryView,
    faults: Vec<super::fields::Fault>,
    sections: Vec<Section>,
    /// Whether this person decides on it.
    decides: bool,
}

/// A query, and its decision where this person makes it.
pub(super) async fn query(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    let view = app.service.read_query(&caller, id).await?;
    Ok(query_page(&app, &caller, p, view, &Form::default()).await.shown(&[]))
}

async fn query_page(app: &App, caller: &Caller, p: Page, view: QueryView, form: &Form) -> QueryPage {
    let decides = view.state == "pending" && p.is(&[StaffRole::Chief]);
    let mut sections = Vec::new();
    if decides {
        let answers = [("true", d::ALLOW), ("false", d::NOT_ALLOW)];
        let answers = answers.map(|(id, name)| (id.to_owned(), p.t(name).to_owned()));
        let code = app.service.offices().find(view.office).map(|office| office.code.clone());
        let members = app.service.members(caller, code.as_deref()).await.unwrap_or_default();
        let keeps = |role: StaffRole| role == StaffRole::Records;
        let readers = members
            .into_iter()
            .filter(|member| member.state == "active" && member.roles.iter().any(|held| keeps(held.role)))
            .map(|member| (member.login, member.name));
        let inputs = vec![
            Input::new("allow", p.t(d::THE_DECISION), "radios", form).one_of(answers).required(),
            Input::new("grounds", p.t(d::GROUNDS), "area", form).required(),
            Input::new("readers", p.t(d::READERS), "ticks", form)
                .any_of(readers.collect::<Vec<_>>(), form)
                .hint(p.t(d::READERS_HINT)),
            Input::new("days", p.t(d::FOR_DAYS), "number", form).hint(p.t(d::FOR_DAYS_HINT)),
        ];
        let mut section = Section::new("decision", p.t(d::THE_DECISION), inputs);
        p.t(d::DECISION_LEAD).clone_into(&mut section.hint);
        sections.push(section);
    }
    QueryPage { p, view, faults: Vec::new(), sections, decides }
}

impl QueriesPage {
    fn state_of(&self, state: &str) -> &'static T {
        state_of(state)
    }
}

impl QueryPage {
    fn state_of(&self, state: &str) -> &'static T {
        state_of(state)
    }

    fn shown(mut self, reasons: &[Reason]) -> Response {
        self.faults = super::fields::faults(&self.p, reasons, |_| None);
        super::fields::mark(&mut self.sections, &self.faults);
        let wrong = !self.faults.is_empty();
        let status =
            if wrong { axum::http::StatusCode::UNPROCESSABLE_ENTITY } else { axum::http::StatusCode::OK };
        super::page::show(status, &self)
    }

    fn basis(&self) -> &'static T {
        match self.view.application.basis {
            Basis::JusticeCase => d::BASIS_JUSTICE,
            Basis::NationalRule => d::BASIS_RULE,
            Basis::None => d::BASIS_NONE,
        }
    }
}

/// What a query's state is called.
fn state_of(state: &str) -> &'static T {
    match state {
        "pending" => d::QUERY_PENDING,
        "allowed" => d::QUERY_ALLOWED,
        "refused" => d::QUERY_REFUSED,
        _ => d::QUERY_LAPSED,
    }
}

/// A query is decided.
pub(super) async fn decide(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    p.path = format!("/records/queries/{id}");
    let missing = if form.given("allow").is_none() { vec![choose("allow")] } else { Vec::new() };
    let decision = QueryDecision {
        allow: form.get("allow") == "true",
        grounds: form.get("grounds").to_owned(),
        readers: form.all("readers").map(str::to_owned).collect(),
        days: form.get("days").parse().unwrap_or_default(),
    };
    let wrong = if missing.is_empty() {
        match app.service.decide_query(&caller, id, &decision).await {
            Ok(_) => return Ok(go(&format!("/records/queries/{id}"))),
            Err(error) => reasons(error)?,
        }
    } else {
        missing
    };
    let view = app.service.read_query(&caller, id).await?;
    Ok(query_page(&app, &caller, p, view, &form).await.shown(&wrong))
}

/// The form of a new certificate.
pub(super) async fn new_certificate(
    State(app): State<App>,
    Person(caller, p): Person,
) -> Result<Response, Problem> {
    may(&app, &caller, Action::Certify).await?;
    Ok(certificate_form(&app, p, &Form::default()).page())
}

fn certificate_form(app: &App, p: Page, form: &Form) -> Asked {
    let who = [("child", d::HIMSELF), ("legal_rep", d::REPRESENTATIVE)];
    let who = who.map(|(id, name)| (id.to_owned(), p.t(name).to_owned()));
    let (pack, only) = pack_input(app, &p, form, None);
    let mut inputs: Vec<Input> = pack.into_iter().collect();
    inputs.extend([
        Input::new("applicant", p.t(d::WHO_ASKS), "radios", form).one_of(who).required(),
        Input::new("name", p.t(d::ABOUT_NAME), "line", form).required(),
        Input::new("id_number", p.t(t::ID_NUMBER), "line", form).hint(p.t(t::ID_NUMBER_HINT)),
        Input::yes_no(&p, "identity_checked", p.t(d::IDENTITY_CHECKED), form).required(),
    ]);
    Asked {
        title: p.t(d::NEW_CERTIFICATE).to_owned(),
        lead: p.t(d::CERTIFICATE_LEAD).to_owned(),
        action: "/records/certificates/new".to_owned(),
        sections: vec![Section::new("certificate", p.t(d::THE_APPLICATION), inputs)],
        faults: Vec::new(),
        hidden: only.map(|pack| ("pack".to_owned(), pack)).into_iter().collect(),
        send: p.t(d::ISSUE).to_owned(),
        back: "/records".to_owned(),
        p,
    }
}

/// A certificate is issued.
pub(super) async fn send_certificate(
    State(app): State<App>,
    Person(caller, p): Person,
    form: Form,
) -> Result<Response, Problem> {
    may(&app, &caller, Action::Certify).await?;
    let mut missing: Vec<Reason> = ["applicant", "identity_checked", "pack"]
        .into_iter()
        .filter(|field| form.given(field).is_none())
        .map(choose)
        .collect();
    if form.given("name").is_none() && !missing.is_empty() {
        missing.push(needed("name"));
    }
    if !missing.is_empty() {
        return Ok(certificate_form(&app, p, &form).again(&missing));
    }
    let new = NewCertificate {
        pack: form.get("pack").to_owned(),
        office: office(&app, &caller),
        applicant: if form.get("applicant") == "child" { Applicant::Child } else { Applicant::LegalRep },
        name: form.get("name").to_owned(),
        id_number: form.given("id_number").map(str::to_owned),
        identity_checked: form.get("identity_checked") == "true",
    };
    match app.service.certify(&caller, &new).await {
        Ok(view) => Ok(go(&format!("/records/certificates/{}", view.id))),
        Err(error) => Ok(certificate_form(&app, p, &form).again(&reasons(error)?)),
    }
}

#[derive(Template)]
#[template(path = "certificate.html")]
struct CertificatePage {
    p: Page,
    view: CertificateView,
    office: String,
}

/// A certificate, to be printed.
pub(super) async fn certificate(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    let view = app.service.certificate(&caller, id).await?;
    let office = app.service.offices().find(view.office).map(|office| p.x(&office.name).to_owned());
    Ok(ok(&CertificatePage { p, view, office: office.unwrap_or_default() }))
}
