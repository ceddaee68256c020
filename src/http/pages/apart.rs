//! Who is kept away from a case by a conflict of interest, and who opens one in an emergency.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::case::{Head, head};
use super::desk::{Asked, reasons};
use super::desk_texts as d;
use super::fields::{Fault, Input, Section, judged};
use super::form::Form;
use super::page::{Page, Person, go, show};
use super::people::colleagues_at;
use super::texts as t;
use crate::casework::emergency::NewEmergency;
use crate::casework::exclusions::{ExclusionView, NewExclusion};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::Named;
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::pack::StaffRole;

#[derive(Template)]
#[template(path = "exclusions.html")]
struct ExclusionsPage {
    p: Page,
    head: Head,
    /// Those in force and those that were; none where this person records only their own.
    all: Vec<ExclusionView>,
    sections: Vec<Section>,
    faults: Vec<Fault>,
}

/// Conflicts of interest with a case, and one more.
pub(super) async fn exclusions(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    list(&app, p, &caller, id, &Form::default(), &[]).await
}

async fn list(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    form: &Form,
    wrong: &[Reason],
) -> Result<Response, Problem> {
    p.path = format!("/cases/{id}/exclusions");
    let head = head(app, &mut p, caller, id, "exclusions").await?;
    let others = p.is(&[StaffRole::Chief, StaffRole::Supervisor]);
    let all = if others { app.service.exclusions(caller, id).await? } else { Vec::new() };
    let people = all.iter().flat_map(|one| [Some(one.account), Some(one.recorded_by), one.lifted_by]);
    p.learn(app, people.flatten().collect::<Vec<_>>()).await?;
    let mut inputs = Vec::new();
    if others {
        let people = colleagues_at(app, caller, &p, head.view.office).await;
        let account = Input::new("account", p.t(d::KEPT_AWAY), "select", form).one_of(people);
        inputs.push(account.hint(p.t(d::KEPT_AWAY_HINT)));
    }
    inputs.push(Input::new("reason", p.t(t::WHY), "area", form).required());
    let mut sections = vec![Section::new("exclude", p.t(d::RECORD_CONFLICT), inputs)];
    let (faults, status) = judged(&p, &mut sections, wrong);
    Ok(show(status, &ExclusionsPage { p, head, all, sections, faults }))
}

/// A conflict of interest is recorded.
pub(super) async fn exclude(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let new = NewExclusion {
        account: form.given("account").map(str::to_owned),
        reason: form.get("reason").to_owned(),
    };
    let own = new.account.is_none();
    match app.service.exclude(&caller, id, &new).await {
        // Who has recorded their own sees the case no more.
        Ok(_) if own => Ok(go("/")),
        Ok(_) => Ok(go(&format!("/cases/{id}/exclusions"))),
        Err(error) => {
            let wrong = reasons(error)?;
            list(&app, p, &caller, id, &form, &wrong).await
        }
    }
}

/// It is lifted.
pub(super) async fn lift(
    State(app): State<App>,
    Person(caller, _): Person,
    Named((id, exclusion)): Named<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    app.service.lift_exclusion(&caller, id, exclusion).await?;
    Ok(go(&format!("/cases/{id}/exclusions")))
}

/// The form by which somebody opens a case in an emergency.
pub(super) async fn emergency_form(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    app.service.may_break_glass(&caller, id).await?;
    Ok(emergency_asked(p, id, &Form::default()).page())
}

fn emergency_asked(mut p: Page, id: Uuid, form: &Form) -> Asked {
    p.path = format!("/cases/{id}/emergency");
    let inputs = vec![
        Input::new("reason", p.t(t::WHY), "area", form).hint(p.t(d::AT_LEAST_TWENTY)).required(),
        Input::new("minutes", p.t(d::MINUTES), "number", form).hint(p.t(d::MINUTES_HINT)),
    ];
    Asked {
        title: p.t(d::BREAK_GLASS).to_owned(),
        lead: p.t(d::BREAK_GLASS_LEAD).to_owned(),
        action: format!("/cases/{id}/emergency"),
        sections: vec![Section::new("emergency", p.t(d::THE_EMERGENCY), inputs)],
        faults: Vec::new(),
        hidden: Vec::new(),
        send: p.t(d::OPEN_NOW).to_owned(),
        back: "/".to_owned(),
        p,
    }
}

/// A case is opened in an emergency.
pub(super) async fn break_glass(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let minutes = form.given("minutes").map(|typed| typed.parse().unwrap_or(u8::MAX));
    let new = NewEmergency { reason: form.get("reason").to_owned(), minutes };
    match app.service.break_glass(&caller, id, &new).await {
        Ok(_) => Ok(go(&format!("/cases/{id}"))),
        Err(error @ CaseworkError::Invalid(_)) => Ok(emergency_asked(p, id, &form).again(&reasons(error)?)),
        Err(error) => Err(error.into()),
    }
}
