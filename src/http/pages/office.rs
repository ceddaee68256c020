//! What an office's supervisors, administrators and everybody else see beside cases: emergencies, people, rules, status.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;
use uuid::Uuid;

use super::desk::{choose, reasons};
use super::desk_texts as d;
use super::fields::{Fault, Input, Section, faults, judged, mark_inputs};
use super::form::Form;
use super::journal::{language, svg};
use super::page::{Page, Person, go, ok, show};
use super::texts::{self as t, T};
use crate::casework::account_state::AccountState;
use crate::casework::accounts::{AccountView, OfficeView, role_code};
use crate::casework::emergency::{EmergencyView, NewReview};
use crate::casework::oversee::{CheckpointView, Upkeep};
use crate::casework::roles::{Change, Invitation, NewMember, Proposal, RoleChangeView};
use crate::casework::{Caller, CaseworkError};
use crate::draw;
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::pack::{Pack, StaffRole};
use crate::vault::{KeyState, KeyStatus, Purpose};

#[derive(Template)]
#[template(path = "emergencies.html")]
struct EmergenciesPage {
    p: Page,
    all: Vec<(EmergencyView, Vec<Input>)>,
    faults: Vec<Fault>,
}

/// Emergencies that wait for their review.
pub(super) async fn emergencies(
    State(app): State<App>,
    Person(caller, p): Person,
) -> Result<Response, Problem> {
    waiting(&app, p, &caller, &Form::default(), &[]).await
}

async fn waiting(
    app: &App,
    mut p: Page,
    caller: &Caller,
    form: &Form,
    wrong: &[Reason],
) -> Result<Response, Problem> {
    "/emergencies".clone_into(&mut p.path);
    let all = app.service.emergencies(caller).await?;
    p.learn(app, all.iter().map(|one| one.account)).await?;
    let faults = faults(&p, wrong, |_| None);
    let all = all.into_iter().map(|one| {
        let name = |field: &str| format!("{field}-{}", one.id);
        let mut inputs = vec![
            Input::yes_no(&p, &name("justified"), p.t(t::WAS_IT_ONE), form).required(),
            Input::new(&name("reason"), p.t(t::WHY), "area", form).required(),
        ];
        mark_inputs(&mut inputs, &faults);
        (one, inputs)
    });
    let all = all.collect();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(show(status, &EmergenciesPage { p, all, faults }))
}

/// Whether an emergency was one.
pub(super) async fn review(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let (justified, reason) = (format!("justified-{id}"), format!("reason-{id}"));
    let wrong = if form.given(&justified).is_none() {
        vec![choose(&justified)]
    } else {
        let review =
            NewReview { justified: form.get(&justified) == "true", reason: form.get(&reason).to_owned() };
        match app.service.review_emergency(&caller, id, &review).await {
            Ok(_) => return Ok(go("/emergencies")),
            Err(error) => reasons(error)?.into_iter().map(|one| one.on(format!("/{reason}"))).collect(),
        }
    };
    waiting(&app, p, &caller, &form, &wrong).await
}

#[derive(Template)]
#[template(path = "packs.html")]
struct PacksPage {
    p: Page,
    packs: Vec<Arc<Pack>>,
}

/// The packs in force.
pub(super) async fn packs(State(app): State<App>, Person(_, p): Person) -> Response {
    ok(&PacksPage { packs: app.service.packs().all().cloned().collect(), p })
}

#[derive(Template)]
#[template(path = "pack.html")]
struct PackPage {
    p: Page,
    pack: Arc<Pack>,
    /// For administrators: versions under which there are cases, and how many.
    versions: Vec<(String, i64)>,
}

/// One pack: its diagram, its safeguards and clocks with their sources.
pub(super) async fn pack(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    let pack = app.service.packs().current(&id, app.service.now()).cloned().ok_or_else(Problem::not_found)?;
    let mut versions = Vec::new();
    if p.is(&[StaffRole::Admin]) {
        let cases = app.service.upkeep(&caller).await?.cases.into_iter();
        versions.extend(cases.filter(|(of, ..)| *of == id).map(|(_, version, cases)| (version, cases)));
    }
    Ok(ok(&PackPage { p, pack, versions }))
}

/// Its diagram.
pub(super) async fn pack_drawn(
    State(app): State<App>,
    Person(_, p): Person,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    let pack = app.service.packs().current(&id, app.service.now()).ok_or_else(Problem::not_found)?;
    Ok(svg(draw::draw(pack, language(&p))))
}

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffPage {
    p: Page,
    offices: Vec<OfficeView>,
    office: String,
    members: Vec<AccountView>,
    changes: Vec<RoleChangeView>,
    administers: bool,
    /// The form of a new account.
    sections: Vec<Section>,
    faults: Vec<Fault>,
}

/// At which office.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct At {
    office: String,
}

/// Who works at an office, and changes of roles that wait.
pub(super) async fn staff(
    State(app): State<App>,
    Person(caller, p): Person,
    Params(at): Params<At>,
) -> Result<Response, Problem> {
    members(&app, p, &caller, &Form::default().with("office", &at.office), &[]).await
}

async fn members(
    app: &App,
    mut p: Page,
    caller: &Caller,
    form: &Form,
    wrong: &[Reason],
) -> Result<Response, Problem> {
    let own = p.me.as_ref().and_then(|me| me.roles.first()).map(|held| held.office.clone());
    let office = form.given("office").map(str::to_owned).or(own).unwrap_or_default();
    p.path = format!("/staff?office={office}");
    let members = app.service.members(caller, Some(&office)).await?;
    let decides = p.is(&[StaffRole::Admin, StaffRole::Supervisor]);
    let changes = if decides { app.service.role_changes(caller).await? } else { Vec::new() };
    let mentioned = changes.iter().flat_map(|change| [change.account, change.proposed_by]);
    p.learn(app, mentioned.collect::<Vec<_>>()).await?;
    let administers = p.is(&[StaffRole::Admin]);
    let offices = app.service.office_views();
    let roles = StaffRole::ALL.into_iter().map(|role| (role_code(role), p.role(&role).to_owned()));
    let inputs = vec![
        Input::new("login", p.t(t::LOGIN), "line", form).required(),
        Input::new("name", p.t(t::NAME), "line", form).required(),
        Input::new("role", p.t(t::ROLE), "select", form).one_of(roles).hint(p.t(t::ADD_ACCOUNT_TEXT)),
    ];
    let mut sections = vec![Section::new("add", p.t(t::ADD_ACCOUNT), inputs)];
    let (faults, status) = judged(&p, &mut sections, wrong);
    Ok(show(status, &StaffPage { p, offices, office, members, changes, administers, sections, faults }))
}

/// A new account; its roles come by proposals.
pub(super) async fn add_account(
    State(app): State<App>,
    Person(caller, p): Person,
    form: Form,
) -> Result<Response, Problem> {
    let new = NewMember { login: form.get("login").to_owned(), name: form.get("name").to_owned() };
    let view = match app.service.create_account(&caller, &new).await {
        Ok(view) => view,
        Err(error) => {
            let taken = matches!(error, CaseworkError::Taken { .. });
            let wrong = reasons(error)?.into_iter();
            let wrong: Vec<Reason> = wrong.map(|one| if taken { one.on("/login") } else { one }).collect();
            return members(&app, p, &caller, &form, &wrong).await;
        }
    };
    if let Some(role) = crate::casework::accounts::read_role(form.get("role")) {
        propose_role(&app, &caller, view.id, (Change::Grant, role), form.get("office")).await?;
    }
    Ok(go(&format!("/staff?office={}", form.get("office"))))
}

/// A role is proposed for somebody.
pub(super) async fn propose(
    State(app): State<App>,
    Person(caller, _): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let role = crate::casework::accounts::read_role(form.get("role")).ok_or_else(Problem::not_found)?;
    let change = if form.get("change") == "end" { Change::End } else { Change::Grant };
    propose_role(&app, &caller, id, (change, role), form.get("office")).await?;
    Ok(go(&format!("/staff?office={}", form.get("office"))))
}

async fn propose_role(
    app: &App,
    caller: &Caller,
    account: Uuid,
    (change, role): (Change, StaffRole),
    office: &str,
) -> Result<(), Problem> {
    let proposal = Proposal { change, role, office: office.to_owned(), from: None, until: None };
    app.service.propose(caller, account, &proposal).await?;
    Ok(())
}

/// A change of roles is decided on.
pub(super) async fn decide(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let view = app.service.decide_role(&caller, id, form.get("approve") == "true").await?;
    let Some(invitation) = view.invitation else { return Ok(go("/staff")) };
    p.learn(&app, [view.account]).await?;
    "/staff".clone_into(&mut p.path);
    Ok(ok(&InvitedPage { p, account: view.account, invitation }))
}

#[derive(Template)]
#[template(path = "invited.html")]
struct InvitedPage {
    p: Page,
    account: Uuid,
    invitation: Invitation,
}

/// An invitation is proposed.
pub(super) async fn invite(
    State(app): State<App>,
    Person(caller, _): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    app.service.propose_invitation(&caller, id).await?;
    Ok(go(&format!("/staff?office={}", form.get("office"))))
}

/// An account is suspended at once.
pub(super) async fn suspend(
    State(app): State<App>,
    Person(caller, _): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let state = if form.get("state") == "active" { AccountState::Active } else { AccountState::Suspended };
    app.service.set_account_state(&caller, id, state).await?;
    Ok(go(&format!("/staff?office={}", form.get("office"))))
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    p: Page,
    checkpoint: Option<CheckpointView>,
    engine: String,
    packs: Vec<Arc<Pack>>,
    /// For administrators.
    upkeep: Option<Upkeep>,
}

/// The ledger's signature, the databases and the packs.
pub(super) async fn status(State(app): State<App>, Person(caller, p): Person) -> Result<Response, Problem> {
    let checkpoint = match app.service.checkpoint().await {
        Ok(checkpoint) => Some(checkpoint),
        Err(crate::casework::CaseworkError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let engine = app.service.db().engine().to_string();
    let upkeep = if p.is(&[StaffRole::Admin]) { Some(app.service.upkeep(&caller).await?) } else { None };
    let packs = app.service.packs().all().cloned().collect();
    Ok(ok(&StatusPage { p, checkpoint, engine, packs, upkeep }))
}

impl StatusPage {
    /// How many cases are under a version of a pack.
    fn cases(&self, pack: &Pack) -> i64 {
        let cases = self.upkeep.iter().flat_map(|upkeep| &upkeep.cases);
        let of = |(id, version, _): &&(String, String, i64)| *id == pack.id && *version == pack.version;
        cases.filter(|row| of(row)).map(|(_, _, count)| *count).sum()
    }

    fn purpose(&self, key: &KeyStatus) -> &'static T {
        match key.purpose {
            Purpose::CaseKek => d::KEY_CASES,
            Purpose::BlindIndex => d::KEY_INDEX,
            Purpose::User => d::KEY_ACCOUNTS,
            Purpose::Pepper => d::KEY_PASSWORDS,
            Purpose::Checkpoint => d::KEY_LEDGER,
            Purpose::SealedKek | Purpose::SealedIndex | Purpose::SealedUser => d::KEY_SEALED,
        }
    }

    fn state(&self, key: &KeyStatus) -> &'static T {
        match key.state {
            KeyState::Active => d::KEY_ACTIVE,
            KeyState::DecryptOnly => d::KEY_OPENS,
            KeyState::Destroyed => d::KEY_GONE,
        }
    }
}

impl StaffPage {
    /// What a change does, in words.
    fn change(&self, one: &RoleChangeView) -> &'static T {
        match one.change.as_str() {
            "grant" => d::CHANGE_GRANT,
            "end" => d::CHANGE_END,
            "reactivate" => t::REACTIVATE,
            _ => d::INVITE,
        }
    }
}
