//! A case goes to another office: offered, withdrawn, refused, taken over.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

use super::case::head;
use super::desk::{Asked, reasons};
use super::desk_texts as d;
use super::fields::{Input, Section, json};
use super::form::Form;
use super::page::{Page, Person, go, ok};
use super::texts::{self as t, T};
use crate::access::OfficeKind;
use crate::casework::takeover::Acceptance;
use crate::casework::transfer::{NewTransfer, TransferView};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::Named;
use crate::http::{App, Problem};
use crate::law::pack::{Event, Pack};

#[derive(Template)]
#[template(path = "transfers.html")]
struct TransfersPage {
    p: Page,
    all: Vec<TransferView>,
    /// Codes of the offices that this person works at: what is offered to them they answer.
    own: Vec<String>,
    wrong: Option<Problem>,
}

/// Offers that wait, to and by this person's offices.
pub(super) async fn page(State(app): State<App>, Person(caller, p): Person) -> Result<Response, Problem> {
    list(&app, p, &caller, None).await
}

async fn list(app: &App, mut p: Page, caller: &Caller, wrong: Option<Problem>) -> Result<Response, Problem> {
    "/transfers".clone_into(&mut p.path);
    let all = app.service.transfers(caller).await?;
    p.learn(app, all.iter().map(|one| one.offered_by)).await?;
    let offices = app.service.offices();
    let code = |id: Uuid| offices.find(id).map(|office| office.code.clone());
    let own = caller.viewer.grants.iter().filter_map(|grant| code(grant.office)).collect();
    Ok(ok(&TransfersPage { p, all, own, wrong }))
}

/// The form by which a case is offered.
pub(super) async fn offer_form(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    Ok(offer(&app, p, &caller, id, &Form::default()).await?.page())
}

async fn offer(app: &App, mut p: Page, caller: &Caller, id: Uuid, form: &Form) -> Result<Asked, Problem> {
    p.path = format!("/cases/{id}/transfer");
    let head = head(app, &mut p, caller, id, "transfer").await?;
    let transfer = head.pack.transfer.as_ref().ok_or_else(Problem::not_found)?;
    let event = head.pack.events.find(&transfer.hand_over).ok_or_else(Problem::not_found)?;
    let own = app.service.offices().find(head.view.office).map(|office| office.code.clone());
    let takes = |view: &crate::casework::accounts::OfficeView| {
        view.kind != OfficeKind::Partner && Some(&view.code) != own.as_ref()
    };
    let offices = app.service.office_views().into_iter().filter(takes);
    let offices: Vec<_> = offices.map(|view| (view.code, p.x(&view.name).to_owned())).collect();
    let mut inputs = vec![
        Input::new("to", p.t(d::TO_OFFICE), "select", form).one_of(offices).required(),
        Input::new("reason", p.t(d::TOLD_THERE), "area", form).required(),
    ];
    inputs.extend(event.inputs.iter().map(|field| Input::of(&p, "i.", field, form)));
    let mut section = Section::new("offer", p.x(&event.name), inputs);
    section.source.clone_from(&event.source);
    p.t(d::OFFER_LEAD).clone_into(&mut section.hint);
    Ok(Asked {
        title: p.n(d::OFFER_CASE, &head.view.case_no),
        lead: String::new(),
        action: format!("/cases/{id}/transfer"),
        sections: vec![section],
        faults: Vec::new(),
        hidden: Vec::new(),
        send: p.t(d::OFFER).to_owned(),
        back: format!("/cases/{id}"),
        p,
    })
}

/// A case is offered.
pub(super) async fn send_offer(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let pack = pack_of(&app, &caller, id).await?;
    let event = pack.transfer.as_ref().and_then(|transfer| pack.events.find(&transfer.hand_over));
    let new = NewTransfer {
        to: form.get("to").to_owned(),
        reason: form.get("reason").to_owned(),
        inputs: json("i.", event.map(|event| event.inputs.as_slice()).unwrap_or_default(), &form),
        because: BTreeMap::new(),
    };
    match app.service.offer_transfer(&caller, id, &new).await {
        Ok(_) => Ok(go("/transfers")),
        Err(error) => Ok(offer(&app, p, &caller, id, &form).await?.again(&reasons(error)?)),
    }
}

async fn pack_of(app: &App, caller: &Caller, case: Uuid) -> Result<Arc<Pack>, Problem> {
    let view = app.service.read_case(caller, case).await?;
    let pack = app.service.packs().pinned(&view.pack, &view.pack_version).cloned();
    pack.ok_or_else(Problem::internal)
}

/// The event with which the receiving office opens its file, and the inputs that do not follow from the other's: all packs
/// with a transfer are asked, because the offer itself does not say whose case it is.
fn opening(app: &App) -> Option<(Arc<Pack>, Event)> {
    app.service.packs().all().find_map(|pack| {
        let transfer = pack.transfer.as_ref()?;
        let mut event = pack.events.find(&transfer.open)?.clone();
        let follows = |input: &str| {
            let measure = transfer.measure.as_ref();
            transfer.carry.iter().any(|(carried, _)| carried == input)
                || measure.is_some_and(|measure| measure.input == input || measure.from == input)
        };
        event.inputs.retain(|field| !follows(&field.id));
        Some((Arc::clone(pack), event))
    })
}

/// The form by which an offered case is taken over.
pub(super) async fn accept_form(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    Ok(acceptance(&app, p, &caller, id, &Form::default()).await?.page())
}

async fn acceptance(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    form: &Form,
) -> Result<Asked, Problem> {
    p.path = format!("/transfers/{id}/accept");
    let all = app.service.transfers(caller).await?;
    let offered = all.into_iter().find(|one| one.id == id).ok_or_else(Problem::not_found)?;
    let (_, event) = opening(app).ok_or_else(Problem::not_found)?;
    let mut inputs: Vec<Input> = event.inputs.iter().map(|field| Input::of(&p, "i.", field, form)).collect();
    let members = app.service.members(caller, Some(&offered.to)).await.unwrap_or_default();
    let leads = members.into_iter().filter(|member| {
        member.state == "active"
            && member.roles.iter().any(|held| held.role == crate::law::pack::StaffRole::Prosecutor)
    });
    let leads: Vec<_> = leads.map(|member| (member.login, member.name)).collect();
    let lead = if leads.is_empty() {
        Input::new("lead", p.t(t::PLACE_LEAD), "line", form).hint(p.t(t::SIGNED_NAME))
    } else {
        Input::new("lead", p.t(t::PLACE_LEAD), "select", form).one_of(leads)
    };
    inputs.push(lead);
    let mut section = Section::new("open", p.x(&event.name), inputs);
    section.source.clone_from(&event.source);
    p.t(d::ACCEPT_LEAD).clone_into(&mut section.hint);
    Ok(Asked {
        title: p.n(d::TAKE_OVER_FROM, offered.from),
        lead: offered.reason,
        action: format!("/transfers/{id}/accept"),
        sections: vec![section],
        faults: Vec::new(),
        hidden: Vec::new(),
        send: p.t(d::TAKE_OVER).to_owned(),
        back: "/transfers".to_owned(),
        p,
    })
}

/// A case is taken over.
pub(super) async fn accept(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let inputs = opening(&app).map(|(_, event)| event.inputs).unwrap_or_default();
    let acceptance_of = Acceptance {
        inputs: json("i.", &inputs, &form),
        because: BTreeMap::new(),
        lead: form.given("lead").map(str::to_owned),
    };
    match app.service.accept_transfer(&caller, id, &acceptance_of).await {
        Ok(taken) => Ok(go(&format!("/cases/{}", taken.case))),
        Err(error) => {
            let reasons = reasons(error)?;
            Ok(acceptance(&app, p, &caller, id, &form).await?.again(&reasons))
        }
    }
}

/// An offer is refused.
pub(super) async fn refuse(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let done = app.service.refuse_transfer(&caller, id, form.get("reason")).await;
    answered(&app, p, &caller, done.map(drop)).await
}

/// An offer is withdrawn.
pub(super) async fn withdraw(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let done = app.service.withdraw_transfer(&caller, id, form.get("reason")).await;
    answered(&app, p, &caller, done.map(drop)).await
}

async fn answered(
    app: &App,
    p: Page,
    caller: &Caller,
    done: Result<(), CaseworkError>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => Ok(go("/transfers")),
        Err(error @ CaseworkError::Invalid(_)) => list(app, p, caller, Some(error.into())).await,
        Err(error) => Err(error.into()),
    }
}

impl TransfersPage {
    /// Whether this person's office is asked.
    fn to_us(&self, one: &TransferView) -> bool {
        self.own.contains(&one.to)
    }

    /// What becomes of it with a reason.
    fn ends(&self, one: &TransferView) -> (&'static str, &'static T) {
        if self.to_us(one) { ("refuse", d::REFUSE_OFFER) } else { ("withdraw", d::WITHDRAW_OFFER) }
    }
}
