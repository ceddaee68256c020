//! Entries of a journal that are sealed by themselves: which, one more, and back by two people.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::case::{Head, head};
use super::desk::{choose, reasons};
use super::desk_texts as d;
use super::fields::{Fault, Input, Section, judged};
use super::form::Form;
use super::page::{Page, Person, go, show};
use super::texts as t;
use crate::casework::items::{NewItemSeal, SealedItemView, Unsealing};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::Named;
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::pack::StaffRole;

#[derive(Template)]
#[template(path = "items.html")]
struct ItemsPage {
    p: Page,
    head: Head,
    items: Vec<SealedItemView>,
    sections: Vec<Section>,
    faults: Vec<Fault>,
    seals: bool,
    unseals: bool,
}

/// Which entries are sealed by themselves.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    shown(&app, p, &caller, id, &Form::default(), &[]).await
}

async fn shown(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    form: &Form,
    wrong: &[Reason],
) -> Result<Response, Problem> {
    p.path = format!("/cases/{id}/items");
    let head = head(app, &mut p, caller, id, "items").await?;
    let items = app.service.sealed_items(caller, id).await?;
    let people = items.iter().flat_map(|item| {
        [Some(item.sealed_by), item.unsealing_proposed_by, item.unsealed_by].into_iter().flatten()
    });
    p.learn(app, people.collect::<Vec<_>>()).await?;
    let (seals, unseals) = (p.is(&[StaffRole::Records]), p.is(&[StaffRole::Records, StaffRole::Chief]));
    let mut sections = Vec::new();
    if seals {
        let journal = app.service.whole_journal(caller, id, None).await?;
        let open = journal.iter().filter(|entry| !entry.sealed);
        let entries = open.map(|entry| {
            let name = format!("{} · {} · {}", entry.entry, p.x(&entry.name), p.day_of(&entry.happened_at));
            (entry.entry.to_string(), name)
        });
        let inputs = vec![
            Input::new("entry", p.t(d::WHICH_ENTRY), "select", form)
                .one_of(entries.collect::<Vec<_>>())
                .required(),
            Input::new("reason", p.t(d::WHY_UNDER_RULE), "area", form).hint(p.t(d::AT_LEAST_TEN)).required(),
        ];
        sections.push(Section::new("seal", p.t(d::SEAL_ENTRY), inputs));
    }
    let (faults, status) = judged(&p, &mut sections, wrong);
    Ok(show(status, &ItemsPage { p, head, items, sections, faults, seals, unseals }))
}

/// An entry is sealed.
pub(super) async fn seal(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let entry = form.get("entry").parse().unwrap_or_default();
    let new = NewItemSeal { entry, reason: form.get("reason").to_owned() };
    match app.service.seal_item(&caller, id, &new).await {
        Ok(_) => Ok(go(&format!("/cases/{id}/items"))),
        Err(error @ CaseworkError::Invalid(_)) => {
            let mut wrong = reasons(error)?;
            if form.given("entry").is_none() {
                wrong.retain(|reason| reason.field.as_deref() != Some("/entry"));
                wrong.insert(0, choose("entry"));
            }
            shown(&app, p, &caller, id, &form, &wrong).await
        }
        Err(error) => Err(error.into()),
    }
}

/// It is proposed to put an entry back, or, proposed by somebody else, it is put back.
pub(super) async fn unseal(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((id, item)): Named<(Uuid, Uuid)>,
    form: Form,
) -> Result<Response, Problem> {
    let unsealing = Unsealing { reason: form.get("reason").to_owned() };
    match app.service.unseal_item(&caller, id, item, &unsealing).await {
        Ok(_) => Ok(go(&format!("/cases/{id}/items"))),
        Err(error @ CaseworkError::Invalid(_)) => {
            // The reason stands beside the entry that it is about.
            let mut wrong = reasons(error)?;
            for reason in &mut wrong {
                reason.field = Some(format!("/reason-{item}"));
            }
            let form = Form::default().with(&format!("reason-{item}"), form.get("reason"));
            shown(&app, p, &caller, id, &form, &wrong).await
        }
        Err(error) => Err(error.into()),
    }
}

impl ItemsPage {
    /// What is wrong with the reason for an entry.
    fn wrong_with(&self, item: &Uuid) -> Option<&str> {
        let field = format!("reason-{item}");
        let fault = self.faults.iter().find(|fault| fault.field.as_deref() == Some(field.as_str()));
        fault.map(|fault| fault.text.as_str())
    }

    /// Whether this person proposed to put it back, so that another has to.
    fn mine(&self, item: &SealedItemView) -> bool {
        let me = self.p.me.as_ref().map(|me| me.account);
        item.unsealing_proposed_by.is_some() && item.unsealing_proposed_by == me
    }
}
