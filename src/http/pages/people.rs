//! The persons of a case and who works on it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::case::{Head, head};
use super::desk_texts as d;
use super::fields::{Fault, Input, Section, faults, mark};
use super::form::Form;
use super::page::{Page, Person, go, ok, show};
use super::texts as t;
use crate::casework::accounts::AccountView;
use crate::casework::assign::{Assignment, AssignmentView, CaseAssignment};
use crate::casework::people::{CHILD, Identity, NewPerson, PersonView};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::Named;
use crate::http::{App, Problem};
use crate::law::pack::{RoleKind, StaffRole};

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    p: Page,
    head: Head,
    people: Vec<PersonView>,
    assignments: Vec<AssignmentView>,
    may_add: bool,
    may_assign: bool,
    colleagues: Vec<(String, String)>,
    wrong: Option<Problem>,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    p: Page,
    head: Head,
    title: String,
    sections: Vec<Section>,
    faults: Vec<Fault>,
    version: String,
    supersedes: String,
}

/// Everybody in a case.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    list(&app, p, &caller, id, None).await
}

async fn list(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let head = head(app, &mut p, caller, id, "people").await?;
    let people = app.service.people(caller, id).await?;
    let assignments = app.service.assignments(caller, id).await?;
    p.learn(app, assignments.iter().map(|one| one.account)).await?;
    let may_add = p.is(&[StaffRole::Prosecutor, StaffRole::Clerk, StaffRole::Chief, StaffRole::SocialWorker]);
    let may_assign =
        p.is(&[StaffRole::Prosecutor, StaffRole::Clerk, StaffRole::Chief, StaffRole::Supervisor]);
    let colleagues =
        if may_assign { colleagues_at(app, caller, &p, head.view.office).await } else { Vec::new() };
    let status = wrong.as_ref().and_then(|problem| StatusCode::from_u16(problem.status).ok());
    p.path = format!("/cases/{id}/people");
    let page = PeoplePage { p, head, people, assignments, may_add, may_assign, colleagues, wrong };
    Ok(show(status.unwrap_or(StatusCode::OK), &page))
}

/// Who works at an office, as far as this person may see it: sign-in names, names and roles.
pub(super) async fn colleagues_at(
    app: &App,
    caller: &Caller,
    p: &Page,
    office: Uuid,
) -> Vec<(String, String)> {
    let offices = app.service.offices();
    let Some(code) = offices.find(office).map(|office| office.code.clone()) else { return Vec::new() };
    let members: Vec<AccountView> = app.service.members(caller, Some(&code)).await.unwrap_or_default();
    members
        .into_iter()
        .filter(|member| member.state == "active")
        .map(|member| {
            let roles = p.lang.list(member.roles.iter().map(|held| p.role(&held.role)));
            (member.login, format!("{} · {roles}", member.name))
        })
        .collect()
}

/// The form for a person who is added, or corrected where one is named.
pub(super) async fn form(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named((id, which)): Named<(Uuid, String)>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "people").await?;
    let known = match Uuid::try_parse(&which) {
        Ok(person) => app.service.people(&caller, id).await?.into_iter().find(|known| known.id == person),
        Err(_) => None,
    };
    if known.is_none() && which != "new" {
        return Err(Problem::not_found());
    }
    let typed = known.as_ref().map(|known| typed(&p, known)).unwrap_or_default();
    Ok(asked(p, head, &typed, Vec::new(), known.map(|known| known.id), StatusCode::OK))
}

/// What is known of a person, as if it had been typed.
fn typed(p: &Page, person: &PersonView) -> Form {
    let known = &person.identity;
    let mut form = Form::default().with("kind", &person.kind).with("identity.name", &known.name);
    let more = [
        ("id_number", &known.id_number),
        ("relation", &known.relation),
        ("phone", &known.phone),
        ("address", &known.address),
        ("school_or_work", &known.school_or_work),
        ("note", &known.note),
    ];
    for (field, value) in more {
        form = form.with(&format!("identity.{field}"), value.as_deref().unwrap_or_default());
    }
    form.with("identity.also_known_as", &p.lang.list(&known.also_known_as))
}

fn asked(
    p: Page,
    head: Head,
    typed: &Form,
    faults: Vec<Fault>,
    supersedes: Option<Uuid>,
    status: StatusCode,
) -> Response {
    let outside = head.pack.roles.iter().filter(|role| role.kind == RoleKind::Outside);
    let kinds = outside.map(|role| (role.id.clone(), p.x(&role.name).to_owned()));
    let kinds = kinds.filter(|(id, _)| id != CHILD);
    let kinds: Vec<_> = std::iter::once((CHILD.to_owned(), p.t(t::CHILD).to_owned())).chain(kinds).collect();
    let mut inputs = vec![Input::new("kind", p.t(t::IN_THE_CASE), "select", typed).one_of(kinds).required()];
    inputs.extend(identity_inputs(&p, typed));
    let mut sections = vec![Section::new("person", p.t(t::WHO_IT_IS), inputs)];
    mark(&mut sections, &faults);
    let title = p.t(if supersedes.is_some() { t::CORRECT_PERSON } else { t::ADD_PERSON }).to_owned();
    let version = head.view.version.to_string();
    let supersedes = supersedes.map(|id| id.to_string()).unwrap_or_default();
    show(status, &PersonPage { p, head, title, sections, faults, version, supersedes })
}

/// The fields by which a person is identified.
pub(super) fn identity_inputs(p: &Page, form: &Form) -> Vec<Input> {
    let line = |id: &str, label| Input::new(&format!("identity.{id}"), p.t(label), "line", form);
    vec![
        line("name", t::NAME).required(),
        line("also_known_as", t::ALSO_KNOWN_AS).hint(p.t(t::ALSO_KNOWN_AS_HINT)),
        line("id_number", t::ID_NUMBER).hint(p.t(t::ID_NUMBER_HINT)),
        line("relation", t::RELATION),
        line("phone", t::PHONE),
        line("address", t::ADDRESS),
        line("school_or_work", t::SCHOOL),
        Input::new("identity.note", p.t(t::NOTE), "area", form),
    ]
}

/// A person as typed.
pub(super) fn identity(form: &Form) -> Identity {
    let given = |field: &str| form.given(&format!("identity.{field}")).map(str::to_owned);
    let aliases = form.get("identity.also_known_as").split(['、', ',', '，', ';', '；']);
    Identity {
        name: form.get("identity.name").to_owned(),
        also_known_as: aliases.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        id_number: given("id_number"),
        relation: given("relation"),
        phone: given("phone"),
        address: given("address"),
        school_or_work: given("school_or_work"),
        note: given("note"),
    }
}

/// Adds or corrects a person.
pub(super) async fn send(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named((id, which)): Named<(Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let supersedes = Uuid::try_parse(&which).ok();
    let person = NewPerson { kind: form.get("kind").to_owned(), identity: identity(&form), supersedes };
    match app.service.add_person(&caller, id, form.get("v").parse().ok(), &person).await {
        Ok(_) => Ok(go(&format!("/cases/{id}/people"))),
        Err(CaseworkError::Invalid(reasons)) => {
            let head = head(&app, &mut p, &caller, id, "people").await?;
            let faults = faults(&p, &reasons, |_| None);
            Ok(asked(p, head, &form, faults, supersedes, StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(error) => Err(error.into()),
    }
}

/// One place of a case is filled by somebody else.
pub(super) async fn assign(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    match app.service.assign(&caller, id, None, &assignment(&form)).await {
        Ok(_) => Ok(go(&format!("/cases/{id}/people"))),
        Err(error @ CaseworkError::Invalid(_)) => list(&app, p, &caller, id, Some(error.into())).await,
        Err(error) => Err(error.into()),
    }
}

/// The assignment that a form names.
fn assignment(form: &Form) -> Assignment {
    let login = Some(form.get("login").to_owned());
    match form.get("place") {
        "second" => Assignment { second: login, ..Assignment::default() },
        "social_worker" => Assignment { social_worker: login, ..Assignment::default() },
        "approver" => Assignment { approver: login, ..Assignment::default() },
        _ => Assignment { lead: login, ..Assignment::default() },
    }
}

#[derive(Template)]
#[template(path = "assigned.html")]
struct AssignedPage {
    p: Page,
    done: usize,
    not: Vec<(Uuid, Problem)>,
    back: (&'static str, &'static t::T),
}

/// Several cases are assigned to one person.
pub(super) async fn assign_several(
    State(app): State<App>,
    Person(caller, p): Person,
    form: Form,
) -> Result<Response, Problem> {
    let assignment = assignment(&form);
    let cases = form.all("case").filter_map(|id| Uuid::try_parse(id).ok());
    let items: Vec<CaseAssignment> =
        cases.map(|case| CaseAssignment { case, assignment: assignment.clone() }).collect();
    let results = app.service.assign_many(&caller, &items).await?;
    let all = results.len();
    let not: Vec<(Uuid, Problem)> =
        results.into_iter().filter_map(|(case, result)| Some((case, result.err()?.into()))).collect();
    let done = all - not.len();
    Ok(assigned(p, done, not))
}

/// What came of cases that were to go to somebody.
pub(super) fn assigned(mut p: Page, done: usize, not: Vec<(Uuid, Problem)>) -> Response {
    let back = if p.oversees() { ("/team", t::TEAM) } else { ("/cases", t::CASES) };
    back.0.clone_into(&mut p.path);
    ok(&AssignedPage { p, done, not, back })
}

impl PeoplePage {
    /// Whether this person may offer the case to another office.
    fn offers(&self) -> bool {
        self.p.is(&[StaffRole::Prosecutor, StaffRole::Clerk, StaffRole::Chief])
            && self.head.pack.transfer.is_some()
    }

    /// An identity number with its middle hidden.
    fn masked(&self, number: &str) -> String {
        let letters: Vec<char> = number.chars().collect();
        let shown = |place: usize| place < 3 || place + 4 >= letters.len();
        letters.iter().enumerate().map(|(place, c)| if shown(place) { *c } else { '•' }).collect()
    }

    fn place(&self, place: &str) -> &'static super::texts::T {
        match place {
            "lead" => t::PLACE_LEAD,
            "second" => t::PLACE_SECOND,
            "social_worker" => t::PLACE_SOCIAL_WORKER,
            _ => t::PLACE_APPROVER,
        }
    }
}
