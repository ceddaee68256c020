//! One person who works here: their roles, who stands in for them, their caseload to others; and a new office.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::desk::{Asked, choose, reasons};
use super::desk_texts as d;
use super::fields::{Fault, Input, Section, judged};
use super::form::Form;
use super::page::{Page, Person, go, show};
use super::people::assigned;
use super::texts as t;
use crate::access::{Action, OfficeKind, Resource};
use crate::casework::Caller;
use crate::casework::accounts::{AccountView, role_code};
use crate::casework::deputies::{DeputyView, NewDeputy};
use crate::casework::handover::HandOver;
use crate::casework::roles::NewOffice;
use crate::casework::time::instant;
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::pack::StaffRole;
use crate::record::Text;

#[derive(Template)]
#[template(path = "staff_person.html")]
struct StaffPersonPage {
    p: Page,
    one: AccountView,
    office: String,
    deputies: Vec<DeputyView>,
    sections: Vec<Section>,
    faults: Vec<Fault>,
    administers: bool,
    /// Says who stands in, and moves caseloads.
    answers: bool,
    roles: Vec<(String, &'static str)>,
    colleagues: Vec<(String, String)>,
}

/// At which office.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct At {
    office: String,
}

/// A person.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    Params(at): Params<At>,
) -> Result<Response, Problem> {
    shown(&app, p, &caller, id, &Form::default().with("office", &at.office), &[]).await
}

async fn shown(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    form: &Form,
    wrong: &[Reason],
) -> Result<Response, Problem> {
    let own = p.me.as_ref().and_then(|me| me.roles.first()).map(|held| held.office.clone());
    let office = form.given("office").map(str::to_owned).or(own).unwrap_or_default();
    p.path = format!("/staff/{id}?office={office}");
    let members = app.service.members(caller, Some(&office)).await?;
    let colleagues = members
        .iter()
        .filter(|member| member.id != id && member.state == "active")
        .map(|member| (member.login.clone(), member.name.clone()));
    let colleagues: Vec<_> = colleagues.collect();
    let one = members.iter().find(|member| member.id == id).cloned().ok_or_else(Problem::not_found)?;
    let (administers, answers) =
        (p.is(&[StaffRole::Admin]), p.is(&[StaffRole::Supervisor, StaffRole::Chief]));
    let deputies = if answers { app.service.deputies(caller, id).await? } else { Vec::new() };
    p.learn(app, deputies.iter().map(|one| one.deputy)).await?;
    let inputs = vec![
        Input::new("deputy", p.t(d::DEPUTY), "select", form).one_of(colleagues.clone()).required(),
        Input::new("from", p.t(t::FROM_DAY), "date", form).required(),
        Input::new("until", p.t(t::UNTIL_DAY), "date", form).required(),
    ];
    let mut sections = vec![Section::new("stand-in", p.t(d::ADD_DEPUTY), inputs)];
    let (faults, status) = judged(&p, &mut sections, wrong);
    let roles = StaffRole::ALL.into_iter().map(|role| (role_code(role), p.role(&role))).collect();
    let page = StaffPersonPage {
        p,
        one,
        office,
        deputies,
        sections,
        faults,
        administers,
        answers,
        roles,
        colleagues,
    };
    Ok(show(status, &page))
}

/// Somebody stands in.
pub(super) async fn add_deputy(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let at = |field: &str| -> Option<DateTime<Utc>> {
        let day: NaiveDate = form.get(field).parse().ok()?;
        Some(instant(p.zone, day.and_time(chrono::NaiveTime::MIN)))
    };
    let until = at("until").map(|morning| morning + chrono::Duration::days(1));
    let missing = ["deputy", "from", "until"].into_iter().filter(|field| form.given(field).is_none());
    let missing: Vec<Reason> = missing.map(choose).collect();
    let wrong = match (at("from"), until, missing.is_empty()) {
        (Some(from), Some(until), true) => {
            let new = NewDeputy { deputy: form.get("deputy").to_owned(), from, until };
            match app.service.add_deputy(&caller, id, &new).await {
                Ok(_) => return Ok(go(&format!("/staff/{id}?office={}", form.get("office")))),
                Err(error) => reasons(error)?,
            }
        }
        _ => missing,
    };
    shown(&app, p, &caller, id, &form, &wrong).await
}

/// Nobody stands in any more.
pub(super) async fn end_deputy(
    State(app): State<App>,
    Person(caller, _): Person,
    Named((id, deputy)): Named<(Uuid, Uuid)>,
    form: Form,
) -> Result<Response, Problem> {
    app.service.end_deputy(&caller, id, deputy).await?;
    Ok(go(&format!("/staff/{id}?office={}", form.get("office"))))
}

/// A caseload moves to somebody else; what stands against a case is told.
pub(super) async fn hand_over(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let request = HandOver { to: Some(form.get("to").to_owned()), cases: Vec::new() };
    let done = app.service.hand_over(&caller, id, &request).await?;
    let all = done.cases.len();
    let not: Vec<(Uuid, Problem)> =
        done.cases.into_iter().filter_map(|(case, result)| Some((case, result.err()?.into()))).collect();
    Ok(assigned(p, all - not.len(), not))
}

/// The form of a new office.
pub(super) async fn new_office(
    State(app): State<App>,
    Person(caller, p): Person,
) -> Result<Response, Problem> {
    may(&app, &caller).await?;
    Ok(office_form(&app, p, &Form::default()).page())
}

async fn may(app: &App, caller: &Caller) -> Result<(), Problem> {
    let own = caller.viewer.offices(StaffRole::Admin).next();
    let own = own.or_else(|| caller.viewer.grants.first().map(|grant| grant.office)).unwrap_or_default();
    app.service.ask(caller, Action::Administer, Resource::Office(own)).await?;
    Ok(())
}

fn office_form(app: &App, p: Page, form: &Form) -> Asked {
    let kinds = OfficeKind::ALL.map(|kind| {
        let name = match kind {
            OfficeKind::National => d::KIND_NATIONAL,
            OfficeKind::Provincial => d::KIND_PROVINCIAL,
            OfficeKind::Municipal => d::KIND_MUNICIPAL,
            OfficeKind::District => d::KIND_DISTRICT,
            OfficeKind::Partner => d::KIND_PARTNER,
        };
        (kind.as_str().to_owned(), p.t(name).to_owned())
    });
    let above = app.service.office_views().into_iter().filter(|view| view.kind != OfficeKind::Partner);
    let above: Vec<_> = above.map(|view| (view.code, p.x(&view.name).to_owned())).collect();
    let line = |id: &str, label| Input::new(id, p.t(label), "line", form).required();
    let inputs = vec![
        line("code", t::CODE_OF).hint(p.t(d::CODE_HINT)),
        Input::new("kind", p.t(d::KIND_OF_OFFICE), "radios", form).one_of(kinds).required(),
        line("name.zh", d::NAME_ZH),
        line("name.en", d::NAME_EN),
        Input::new("parent", p.t(d::OFFICE_ABOVE), "select", form).one_of(above).required(),
    ];
    Asked {
        title: p.t(d::NEW_OFFICE).to_owned(),
        lead: String::new(),
        action: "/staff/offices/new".to_owned(),
        sections: vec![Section::new("office", p.t(t::OFFICE), inputs)],
        faults: Vec::new(),
        hidden: Vec::new(),
        send: p.t(d::NEW_OFFICE).to_owned(),
        back: "/staff".to_owned(),
        p,
    }
}

/// An office is made.
pub(super) async fn create_office(
    State(app): State<App>,
    Person(caller, mut p): Person,
    form: Form,
) -> Result<Response, Problem> {
    "/staff/offices/new".clone_into(&mut p.path);
    may(&app, &caller).await?;
    let kind = OfficeKind::from_name(form.get("kind"));
    let missing = ["code", "kind", "name.zh", "name.en", "parent"];
    let missing = missing.into_iter().filter(|field| form.given(field).is_none());
    let missing: Vec<Reason> = missing.map(|field| choose(&field.replace('.', "/"))).collect();
    let (Some(kind), true) = (kind, missing.is_empty()) else {
        return Ok(office_form(&app, p, &form).again(&missing));
    };
    let new = NewOffice {
        code: form.get("code").to_owned(),
        kind,
        name: Text::new(form.get("name.zh"), form.get("name.en")),
        parent: form.get("parent").to_owned(),
    };
    match app.service.create_office(&caller, &new).await {
        Ok(_) => Ok(go(&format!("/staff?office={}", new.code))),
        Err(error) => Ok(office_form(&app, p, &form).again(&reasons(error)?)),
    }
}

impl StaffPersonPage {
    /// A role's code, as forms name it.
    fn code(&self, role: &StaffRole) -> String {
        role_code(*role)
    }
}
