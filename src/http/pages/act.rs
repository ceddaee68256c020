//! Something is done or recorded in a case, by form: asked, checked with the law, read over, sent once.
//!
//! A form carries the version of the case that its person saw: two people who work at the same time meet on a page that
//! shows both.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Map;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::case::{Head, head, record};
use super::facts;
use super::fields::{Answers, Fault, Input, Section, decided, decision, faults, json, mark};
use super::form::Form;
use super::page::{Page, Person, go, ok, show};
use super::texts as t;
use crate::casework::journal::{Back, JournalView};
use crate::casework::request::{Request, RequestKind};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};
use crate::law::{Offer, Reason};
use crate::record::Offence;

/// What a form is about.
#[derive(Clone, Debug)]
enum About {
    /// An event of the pack, as it is offered.
    Event(Box<Offer>),
    /// Evidence of a safeguard.
    Evidence(String),
    /// A document is made.
    Issue(String),
    /// A document was received.
    Serve(String),
    /// A draft waits for an answer.
    Draft(u32),
    /// What is known of the child is corrected.
    Child,
}

/// A form, filled in so far.
#[derive(Template)]
#[template(path = "act.html")]
struct FormPage {
    p: Page,
    head: Head,
    title: String,
    source: String,
    lead: String,
    sections: Vec<Section>,
    faults: Vec<Fault>,
    shown: Vec<super::journal::Part>,
    version: i64,
    /// The entry that is corrected, where one is.
    supersedes: String,
    /// Where what is known of the child is corrected, if the form hangs on it.
    facts: Option<String>,
}

/// What was filled in, to be read over before it is sent.
#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    p: Page,
    head: Head,
    title: String,
    answers: Answers,
    warnings: Vec<Fault>,
    form: Form,
}

/// Somebody else changed the case meanwhile.
#[derive(Template)]
#[template(path = "conflict.html")]
struct ConflictPage {
    p: Page,
    head: Head,
    title: String,
    entries: Vec<JournalView>,
    answers: Answers,
    form: Form,
}

/// The form of an event.
pub(super) async fn event(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, event)): Named<(Uuid, String)>,
) -> Result<Response, Problem> {
    let offers = app.service.offers(&caller, id).await?;
    let Some(about) = among(offers, &event) else {
        // It was possible when the list that leads here was made; the case says what is now.
        return Ok(go(&format!("/cases/{id}")));
    };
    asked(&app, p, &caller, id, about, Form::default()).await
}

/// The same, sent.
pub(super) async fn send_event(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, event)): Named<(Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let about = offered(&app, &caller, id, &event).await?;
    Box::pin(sent(&app, p, caller, id, about, form)).await
}

/// The form of a safeguard's evidence.
pub(super) async fn evidence(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, safeguard)): Named<(Uuid, String)>,
    Params(which): Params<Corrects>,
) -> Result<Response, Problem> {
    let form = match which.supersedes {
        Some(entry) => super::journal::recorded(&app, &caller, id, entry).await?,
        None => Form::default(),
    };
    asked(&app, p, &caller, id, About::Evidence(safeguard), form).await
}

/// Which entry is corrected.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Corrects {
    supersedes: Option<i64>,
}

/// The same, sent.
pub(super) async fn send_evidence(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, safeguard)): Named<(Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    Box::pin(sent(&app, p, caller, id, About::Evidence(safeguard), form)).await
}

/// The form with which a document is made.
pub(super) async fn issue(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, document)): Named<(Uuid, String)>,
) -> Result<Response, Problem> {
    asked(&app, p, &caller, id, About::Issue(document), Form::default()).await
}

/// The same, sent.
pub(super) async fn send_issue(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, document)): Named<(Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    Box::pin(sent(&app, p, caller, id, About::Issue(document), form)).await
}

/// The form with which a receipt is recorded.
pub(super) async fn serve(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, document)): Named<(Uuid, String)>,
) -> Result<Response, Problem> {
    asked(&app, p, &caller, id, About::Serve(document), Form::default()).await
}

/// The same, sent.
pub(super) async fn send_serve(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, document)): Named<(Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    Box::pin(sent(&app, p, caller, id, About::Serve(document), form)).await
}

/// A draft, and the form with which it is approved or sent back.
pub(super) async fn draft(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, entry)): Named<(Uuid, u32)>,
) -> Result<Response, Problem> {
    asked(&app, p, &caller, id, About::Draft(entry), Form::default()).await
}

/// The same, sent.
pub(super) async fn send_draft(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, entry)): Named<(Uuid, u32)>,
    form: Form,
) -> Result<Response, Problem> {
    Box::pin(sent(&app, p, caller, id, About::Draft(entry), form)).await
}

/// The form in which what is known of the child is corrected, as a form about the child may have said.
pub(super) async fn child(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    Params(said): Params<Said>,
) -> Result<Response, Problem> {
    let said = [
        ("child.needs_interpreter", said.needs_interpreter),
        ("child.needs_accommodation", said.needs_accommodation),
        ("child.pregnant_or_caring", said.pregnant_or_caring),
    ];
    let said = said.into_iter().filter(|(_, holds)| *holds);
    let form = Form::of(said.map(|(field, _)| (field.to_owned(), "true".to_owned())).collect());
    asked(&app, p, &caller, id, About::Child, form).await
}

/// What a form about the child says of them.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Said {
    needs_interpreter: bool,
    needs_accommodation: bool,
    pregnant_or_caring: bool,
}

/// The same, sent.
pub(super) async fn send_child(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    Box::pin(sent(&app, p, caller, id, About::Child, form)).await
}

/// The event among those that the case's present states allow.
async fn offered(app: &App, caller: &Caller, case: Uuid, event: &str) -> Result<About, Problem> {
    among(app.service.offers(caller, case).await?, event).ok_or_else(Problem::not_found)
}

fn among(offers: Vec<Offer>, event: &str) -> Option<About> {
    let offer = offers.into_iter().find(|offer| offer.event == event)?;
    Some(About::Event(Box::new(offer)))
}

/// The form, empty, with what is known to stand against it.
async fn asked(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    about: About,
    form: Form,
) -> Result<Response, Problem> {
    let head = head(app, &mut p, caller, id, "act").await?;
    let reasons = match &about {
        About::Event(offer) => offer.reasons.clone(),
        _ => Vec::new(),
    };
    let faults = faults(&p, &reasons, |code| record(&p, &head, code));
    let form = match about {
        // It begins with what is known.
        About::Child => {
            let known = facts::typed(&head.view.child, &head.view.offence);
            form.pairs().iter().fold(known, |known, (field, said)| known.with(field, said))
        }
        _ => form,
    };
    filled(app, p, caller, head, &about, &form, faults, StatusCode::OK).await
}

/// The form as it is filled in.
#[expect(clippy::too_many_arguments, reason = "the parts of one page")]
async fn filled(
    app: &App,
    p: Page,
    caller: &Caller,
    head: Head,
    about: &About,
    form: &Form,
    mut faults: Vec<Fault>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let mut sections = sections(&p, &head, about, form)?;
    // What is recorded elsewhere is no field of this form; the fault says where.
    let has = |id: &String| {
        sections.iter().any(|section| section.id == *id || section.inputs.iter().any(|one| one.id == *id))
    };
    for fault in &mut faults {
        fault.field = fault.field.take().filter(has);
    }
    mark(&mut sections, &faults);
    because(&p, &mut sections, form, &faults);
    let (title, source, lead) = title(&p, &head, about)?;
    let shown = match about {
        About::Draft(entry) => super::journal::of_entry(app, &p, caller, &head, *entry).await?,
        _ => Vec::new(),
    };
    let version = head.view.version;
    let supersedes = form.get("supersedes").to_owned();
    let facts = match about {
        About::Evidence(id) => head.facts_of(&p, id),
        _ => None,
    };
    let page = FormPage { p, head, title, source, lead, sections, faults, shown, version, supersedes, facts };
    Ok(show(status, &page))
}

/// A form that was sent: to be corrected, read over, or done.
async fn sent(
    app: &App,
    mut p: Page,
    caller: Caller,
    id: Uuid,
    about: About,
    form: Form,
) -> Result<Response, Problem> {
    let head = head(app, &mut p, &caller, id, "act").await?;
    if form.get("step") == "edit" {
        return filled(app, p, &caller, head, &about, &form, Vec::new(), StatusCode::OK).await;
    }
    let request = match request(&head, &about, &form) {
        Ok(request) => request,
        Err(error) => {
            // Whoever may not hears that first, and nothing of what is wrong with the form.
            app.service.may_act(&caller, id).await?;
            return refused(app, p, &caller, head, &about, &form, error).await;
        }
    };
    if form.get("step") == "send" {
        let expected = form.get("v").parse().ok();
        return match app.service.proceed(&caller, id, expected, &request).await {
            Ok(done) => Ok(go(&format!("/cases/{id}?done={}", done.entry))),
            Err(CaseworkError::Conflict { .. }) => conflict(app, p, &caller, head, &about, form).await,
            Err(error) => refused(app, p, &caller, head, &about, &form, error).await,
        };
    }
    match app.service.consider(&caller, id, &request).await {
        Ok(warnings) => {
            let warnings = faults(&p, &warnings, |_| None);
            let (title, ..) = title(&p, &head, &about)?;
            let answers = answers(&p, &head, &about, &form)?;
            let form = form.with("key", &p.key());
            Ok(ok(&CheckPage { p, head, title, answers, warnings, form }))
        }
        Err(error) => refused(app, p, &caller, head, &about, &form, error).await,
    }
}

/// The form again, with what stands against it; anything else than the law or the form is not the form's matter.
async fn refused(
    app: &App,
    p: Page,
    caller: &Caller,
    head: Head,
    about: &About,
    form: &Form,
    error: CaseworkError,
) -> Result<Response, Problem> {
    let reasons: Vec<Reason> = match error {
        CaseworkError::Refused(refusal) => refusal.reasons,
        CaseworkError::Invalid(reasons) => reasons,
        other => return Err(other.into()),
    };
    let given = |code: &str| match about {
        // What is given with the act stands on this form.
        About::Event(offer) if offer.give_with_act.iter().any(|id| id == code) => Some(format!("#e.{code}")),
        About::Evidence(id) if id == code => Some("#form".to_owned()),
        _ => record(&p, &head, code),
    };
    let faults = faults(&p, &reasons, given);
    filled(app, p, caller, head, about, form, faults, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn conflict(
    app: &App,
    mut p: Page,
    caller: &Caller,
    head: Head,
    about: &About,
    form: Form,
) -> Result<Response, Problem> {
    let mut entries = app.service.journal_back(caller, head.view.id, &Back::default()).await?.entries;
    entries.truncate(3);
    p.learn(app, entries.iter().map(|entry| entry.by)).await?;
    let (title, ..) = title(&p, &head, about)?;
    let answers = answers(&p, &head, about, &form)?;
    let form = form.with("v", &head.view.version.to_string()).with("key", &p.key());
    Ok(show(StatusCode::PRECONDITION_FAILED, &ConflictPage { p, head, title, entries, answers, form }))
}

/// Title, source and a sentence below it.
fn title(p: &Page, head: &Head, about: &About) -> Result<(String, String, String), Problem> {
    let pack = &head.pack;
    let none = String::new;
    Ok(match about {
        About::Event(offer) => {
            let lead = if offer.needs_draft { p.t(t::DRAFT_FIRST).to_owned() } else { none() };
            (p.x(&offer.name).to_owned(), offer.source.clone(), lead)
        }
        About::Evidence(id) => {
            let safeguard = pack.safeguards.find(id).ok_or_else(Problem::not_found)?;
            (p.x(&safeguard.name).to_owned(), safeguard.source.clone(), p.x(&safeguard.text).to_owned())
        }
        About::Issue(id) => {
            let document = pack.documents.find(id).ok_or_else(Problem::not_found)?;
            (p.n(t::MAKE, p.x(&document.name)), document.source.clone(), none())
        }
        About::Serve(id) => {
            let document = pack.documents.find(id).ok_or_else(Problem::not_found)?;
            (p.n(t::RECEIVED, p.x(&document.name)), document.source.clone(), none())
        }
        About::Draft(entry) => {
            let draft = head.view.drafts.iter().find(|draft| draft.entry == *entry);
            let draft = draft.ok_or_else(Problem::not_found)?;
            let by = format!("{} · {}", p.who(&draft.by), p.day(&draft.on));
            (p.n(t::DRAFT_OF, p.x(&draft.name)), none(), by)
        }
        About::Child => (p.t(t::CORRECT_CHILD).to_owned(), none(), p.t(t::CORRECT_CHILD_LEAD).to_owned()),
    })
}

fn when(p: &Page, form: &Form) -> Input {
    Input::new("at", p.t(t::HAPPENED_AT), "time", form).hint(p.t(t::HAPPENED_AT_HINT))
}

fn sections(p: &Page, head: &Head, about: &About, form: &Form) -> Result<Vec<Section>, Problem> {
    let pack = &head.pack;
    let mut sections = Vec::new();
    match about {
        About::Event(offer) => {
            let event = pack.events.find(&offer.event).ok_or_else(Problem::not_found)?;
            let mut first = vec![when(p, form)];
            if !offer.named.is_empty() {
                let named = offer.named.iter().map(|named| (named.role.clone(), p.x(&named.name).to_owned()));
                let mut who = Input::new("as", p.t(t::WHOSE_ACT), "radios", form).one_of(named);
                who.required = offer.role.is_none();
                first.push(who);
            }
            first.extend(event.inputs.iter().map(|field| Input::of(p, "i.", field, form)));
            sections.push(Section::new("what", p.t(t::WHAT_HAPPENED), first));
            for id in &offer.give_with_act {
                let Some(safeguard) = pack.safeguards.find(id) else { continue };
                let prefix = format!("e.{id}.");
                let inputs =
                    safeguard.evidence.iter().map(|field| Input::of(p, &prefix, field, form)).collect();
                sections.push(Section {
                    id: format!("e.{id}"),
                    title: p.x(&safeguard.name).to_owned(),
                    hint: p.x(&safeguard.text).to_owned(),
                    source: safeguard.source.clone(),
                    inputs,
                });
            }
            if event.decision {
                sections.extend(decision(p, form));
            }
        }
        About::Evidence(id) => {
            let safeguard = pack.safeguards.find(id).ok_or_else(Problem::not_found)?;
            let mut inputs = vec![when(p, form)];
            inputs.extend(safeguard.evidence.iter().map(|field| Input::of(p, "i.", field, form)));
            let mut section = Section::new("what", p.t(t::WHAT_IS_RECORDED), inputs);
            p.x(&safeguard.wanted).clone_into(&mut section.hint);
            sections.push(section);
        }
        About::Issue(id) => {
            let document = pack.documents.find(id).ok_or_else(Problem::not_found)?;
            let mut inputs = vec![when(p, form)];
            inputs.extend(document.inputs.iter().map(|field| Input::of(p, "i.", field, form)));
            sections.push(Section::new("what", p.t(t::WHAT_IS_RECORDED), inputs));
        }
        About::Serve(id) => {
            let document = pack.documents.find(id).ok_or_else(Problem::not_found)?;
            let name = |to: &String| {
                pack.roles.find(to).map_or_else(|| to.clone(), |role| p.x(&role.name).to_owned())
            };
            let to = document.serve.iter().map(|service| (service.to.clone(), name(&service.to)));
            let inputs = vec![
                Input::new("to", p.t(t::RECIPIENTS), "ticks", form).any_of(to, form).required(),
                Input::new("received_on", p.t(t::RECEIVED_ON), "date", form).required(),
            ];
            sections.push(Section::new("what", p.t(t::WHAT_IS_RECORDED), inputs));
        }
        About::Draft(_) => {
            let answers = [("approve", t::APPROVE), ("return", t::SEND_BACK)]
                .map(|(id, name)| (id.to_owned(), p.t(name).to_owned()));
            let inputs = vec![
                Input::new("answer", p.t(t::YOUR_ANSWER), "radios", form).one_of(answers).required(),
                Input::new("reason", p.t(t::WHY_SENT_BACK), "area", form).hint(p.t(t::WHY_SENT_BACK_HINT)),
                when(p, form),
            ];
            sections.push(Section::new("what", p.t(t::YOUR_ANSWER), inputs));
        }
        About::Child => {
            sections.push(Section::new("child", p.t(t::LAW_ASKS), facts::inputs(p, form)));
            let why = Input::new("reason", p.t(t::WHY), "area", form).hint(p.t(t::CORRECT_CHILD_WHY));
            sections.push(Section::new("why", p.t(t::WHY), vec![why.required(), when(p, form)]));
        }
    }
    Ok(sections)
}

/// A field for the written reason that a warning asks for.
pub(super) fn because(p: &Page, sections: &mut Vec<Section>, form: &Form, faults: &[Fault]) {
    let mut inputs = Vec::new();
    for fault in faults.iter().filter(|fault| fault.warns) {
        let id = format!("b.{}", fault.code);
        inputs.push(
            Input::new(&id, &p.n(t::GO_ON_BECAUSE, &fault.code), "area", form).hint(fault.text.clone()),
        );
    }
    // A reason that was given for a warning which is answered now stays in the form.
    for (name, _) in form.pairs().iter().filter(|(name, value)| name.starts_with("b.") && !value.is_empty()) {
        if !inputs.iter().any(|input| &input.id == name) {
            let code = name.trim_start_matches("b.");
            inputs.push(Input::new(name, &p.n(t::GO_ON_BECAUSE, code), "area", form));
        }
    }
    if !inputs.is_empty() {
        let mut section = Section::new("because", p.t(t::GO_ON_ANYWAY), inputs);
        p.t(t::GO_ON_ANYWAY_HINT).clone_into(&mut section.hint);
        sections.push(section);
    }
}

fn answers(p: &Page, head: &Head, about: &About, form: &Form) -> Result<Answers, Problem> {
    let mut sections = sections(p, head, about, form)?;
    because(p, &mut sections, form, &[]);
    let mut answers = Vec::new();
    for section in sections {
        let given = section.inputs.iter().map(|input| {
            let said = if input.id == "at" && input.value.is_empty() {
                p.t(t::RIGHT_NOW).to_owned()
            } else {
                input.said(p, form)
            };
            (input.label.clone(), said, input.id.clone())
        });
        let given: Vec<_> = given.filter(|(_, said, _)| !said.is_empty()).collect();
        if !given.is_empty() {
            answers.push((section.title, given));
        }
    }
    Ok(answers)
}

/// The request that a form stands for.
fn request(head: &Head, about: &About, form: &Form) -> Result<Request, CaseworkError> {
    let pack = &head.pack;
    let what = match about {
        About::Event(offer) => {
            let event = pack.events.find(&offer.event).ok_or(CaseworkError::NotFound)?;
            let inputs = json("i.", &event.inputs, form);
            let mut evidence: BTreeMap<String, Map<String, serde_json::Value>> = BTreeMap::new();
            for id in &offer.give_with_act {
                let fields = pack.safeguards.find(id).map(|s| s.evidence.as_slice()).unwrap_or_default();
                let given = json(&format!("e.{id}."), fields, form);
                if !given.is_empty() {
                    evidence.insert(id.clone(), given);
                }
            }
            let event = offer.event.clone();
            match (offer.needs_draft, head.pack.events.find(&event).is_some_and(|event| event.decision)) {
                (true, _) => RequestKind::Draft { event, inputs, evidence, decision: decided(form) },
                (false, decides) => RequestKind::Act {
                    event,
                    inputs,
                    evidence,
                    draft: None,
                    decision: decides.then(|| decided(form)),
                },
            }
        }
        About::Evidence(id) => {
            let safeguard = pack.safeguards.find(id).ok_or(CaseworkError::NotFound)?;
            let fields = json("i.", &safeguard.evidence, form);
            RequestKind::Evidence {
                safeguard: id.clone(),
                fields,
                supersedes: form.get("supersedes").parse().ok(),
            }
        }
        About::Issue(id) => {
            let document = pack.documents.find(id).ok_or(CaseworkError::NotFound)?;
            RequestKind::Issue { document: id.clone(), inputs: json("i.", &document.inputs, form) }
        }
        About::Serve(id) => RequestKind::Serve {
            document: id.clone(),
            to: form.all("to").map(str::to_owned).collect(),
            received_on: form.get("received_on").parse().unwrap_or_default(),
        },
        About::Draft(entry) if form.get("answer") == "return" => {
            RequestKind::Return { draft: *entry, reason: form.get("reason").to_owned() }
        }
        About::Draft(entry) => {
            let draft = head.view.drafts.iter().find(|draft| draft.entry == *entry);
            RequestKind::Act {
                event: draft.ok_or(CaseworkError::NotFound)?.event.clone(),
                inputs: Map::new(),
                evidence: BTreeMap::new(),
                draft: Some(*entry),
                decision: None,
            }
        }
        About::Child => {
            let (child, on) = facts::read(form).map_err(CaseworkError::Invalid)?;
            let offence = Offence { on, ..head.view.offence.clone() };
            let offence = Some(offence).filter(|offence| *offence != head.view.offence);
            RequestKind::CorrectChild { child, offence, reason: form.get("reason").to_owned() }
        }
    };
    Ok(Request {
        at: form.given("at").map(str::to_owned),
        role: form.given("as").map(str::to_owned),
        what,
        because: reasons_for(form),
    })
}

/// Written reasons for going on despite a warning, by its code.
pub(super) fn reasons_for(form: &Form) -> BTreeMap<String, String> {
    let reasons =
        form.pairs().iter().filter_map(|(name, value)| Some((name.strip_prefix("b.")?, value.trim())));
    reasons.filter(|(_, why)| !why.is_empty()).map(|(code, why)| (code.into(), why.into())).collect()
}
