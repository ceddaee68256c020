//! A team's work, for those who answer for it: who has how much, what waits, and whose cases go to whom.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::cases::{Row, rows};
use super::page::{Page, Person, ok};
use super::people::colleagues_at;
use super::texts as t;
use crate::casework::Caller;
use crate::casework::accounts::AccountView;
use crate::casework::work::{Load, TeamView};
use crate::http::caller::Named;
use crate::http::{App, Problem};
use crate::law::pack::StaffRole;

/// Somebody of an office, and what they have.
struct Member {
    id: Uuid,
    name: String,
    roles: String,
    load: Load,
    /// They work here no more, and still have something.
    gone: bool,
}

/// An office with its people.
struct Team {
    name: String,
    view: TeamView,
    members: Vec<Member>,
}

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    p: Page,
    teams: Vec<Team>,
    reviews_here: bool,
}

#[derive(Template)]
#[template(path = "team_person.html")]
struct PersonPage {
    p: Page,
    id: Uuid,
    whose: String,
    rows: Vec<Row>,
    colleagues: Vec<(String, String)>,
}

/// Who has how much to do.
pub(super) async fn page(State(app): State<App>, Person(caller, mut p): Person) -> Result<Response, Problem> {
    let views = app.service.teams(&caller).await?;
    let mut teams = Vec::new();
    for view in views {
        let members = app.service.members(&caller, Some(&view.office)).await?;
        let team = team(&app, &mut p, view, members).await?;
        // An office in which nobody has a case says nothing.
        if team.members.iter().any(|member| member.load != Load::default()) || team.view.unassigned > 0 {
            teams.push(team);
        }
    }
    let reviews_here = p.is(&[StaffRole::Supervisor]);
    Ok(ok(&TeamPage { p, teams, reviews_here }))
}

async fn team(
    app: &App,
    p: &mut Page,
    mut view: TeamView,
    accounts: Vec<AccountView>,
) -> Result<Team, Problem> {
    let works = |account: &AccountView| {
        account.roles.iter().any(|held| {
            matches!(held.role, StaffRole::Prosecutor | StaffRole::SocialWorker | StaffRole::Chief)
        })
    };
    let mut loads: BTreeMap<Uuid, Load> = std::mem::take(&mut view.loads);
    let mut members = Vec::new();
    for account in accounts {
        let load = match loads.remove(&account.id) {
            Some(load) => load,
            None if works(&account) => Load::default(),
            None => continue,
        };
        let roles = p.lang.list(account.roles.iter().map(|held| p.role(&held.role)));
        let gone = account.state != "active";
        members.push(Member { id: account.id, name: account.name, roles, load, gone });
    }
    // Who comes from elsewhere, as a partner's social workers do.
    p.learn(app, loads.keys().copied()).await?;
    members.extend(loads.into_iter().map(|(id, load)| {
        let name = p.who(&id);
        Member { id, name, roles: p.t(t::FROM_ELSEWHERE).to_owned(), load, gone: false }
    }));
    members.sort_by_key(|member| (-member.load.late, -member.load.soon, -member.load.cases));
    let offices = app.service.offices();
    let name = offices.by_code(&view.office).map(|office| p.x(&office.name).to_owned());
    Ok(Team { name: name.unwrap_or_default(), view, members })
}

/// One person's cases, to be given to others.
pub(super) async fn person(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    let cases = app.service.cases_of(&caller, id).await?.cases;
    p.learn(&app, [id]).await?;
    let whose = p.who(&id);
    let rows = rows(&app, &mut p, cases).await?;
    let colleagues = everybody(&app, &caller, &p).await;
    Ok(ok(&PersonPage { p, id, whose, rows, colleagues }))
}

/// Whoever works at the offices of which this person sees lists.
pub(super) async fn everybody(app: &App, caller: &Caller, p: &Page) -> Vec<(String, String)> {
    let offices = app.service.offices();
    let mut seen: Vec<Uuid> =
        caller.viewer.grants.iter().flat_map(|grant| offices.subtree(grant.office)).collect();
    seen.sort_unstable();
    seen.dedup();
    let mut all = Vec::new();
    for office in seen {
        all.extend(colleagues_at(app, caller, p, office).await);
    }
    all.sort();
    all.dedup();
    all
}

impl TeamPage {
    /// Everything of one kind in an office's worklist.
    fn of_kind(&self, office: &str, kind: &str) -> String {
        format!("/?of=office&office={office}&kind={kind}")
    }
}
