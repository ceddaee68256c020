//! Copies of a case that leave the house: which there are, one more to be printed, one that came back.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::case::{Head, head};
use super::desk::{choose, reasons};
use super::desk_texts as d;
use super::fields::{Fault, Input, Section, judged};
use super::form::Form;
use super::journal::{Entry, entry};
use super::page::{Page, Person, go, ok, show};
use super::texts::{self as t, T};
use crate::casework::Caller;
use crate::casework::copies::{CopyView, MadeCopy, NewCopy, Recipient};
use crate::http::caller::Named;
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::pack::StaffRole;

#[derive(Template)]
#[template(path = "copies.html")]
struct CopiesPage {
    p: Page,
    head: Head,
    all: Vec<CopyView>,
    sections: Vec<Section>,
    faults: Vec<Fault>,
    may_make: bool,
    may_recall: bool,
}

#[derive(Template)]
#[template(path = "copied.html")]
struct CopiedPage {
    p: Page,
    head: Head,
    made: MadeCopy,
    entries: Vec<Entry>,
}

/// The copies of a case, and one more.
pub(super) async fn page(
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
    p.path = format!("/cases/{id}/copies");
    let head = head(app, &mut p, caller, id, "copies").await?;
    let all = app.service.copies(caller, id).await?;
    let people = all.iter().flat_map(|copy| [Some(copy.made_by), copy.recalled_by]);
    p.learn(app, people.flatten().collect::<Vec<_>>()).await?;
    let recipients = [("party", d::COPY_PARTY), ("other", d::COPY_OTHER)];
    let recipients = recipients.map(|(code, name)| (code.to_owned(), p.t(name).to_owned()));
    let inputs = vec![
        Input::new("recipient", p.t(d::COPY_RECIPIENT), "radios", form).one_of(recipients).required(),
        Input::new("to", p.t(d::COPY_TO), "line", form).required(),
        Input::new("purpose", p.t(d::COPY_PURPOSE), "area", form).hint(p.t(d::COPY_PURPOSE_HINT)).required(),
    ];
    let mut sections = vec![Section::new("copy", p.t(d::MAKE_COPY), inputs)];
    let (faults, status) = judged(&p, &mut sections, wrong);
    let may_make = p.is(&[StaffRole::Prosecutor, StaffRole::Chief]);
    let may_recall = may_make || p.is(&[StaffRole::Clerk]);
    Ok(show(status, &CopiesPage { p, head, all, sections, faults, may_make, may_recall }))
}

/// A copy is made, and shown to be printed.
pub(super) async fn make(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let recipient = match form.get("recipient") {
        "party" => Recipient::Party,
        "other" => Recipient::Other,
        _ => {
            app.service.may_copy(&caller, id).await?;
            return list(&app, p, &caller, id, &form, &[choose("recipient")]).await;
        }
    };
    let new = NewCopy { recipient, to: form.get("to").to_owned(), purpose: form.get("purpose").to_owned() };
    let made = match app.service.copy_case(&caller, id, &new).await {
        Ok(made) => made,
        Err(error) => return list(&app, p, &caller, id, &form, &reasons(error)?).await,
    };
    let head = head(&app, &mut p, &caller, id, "copies").await?;
    p.path = format!("/cases/{id}/copies");
    p.learn(&app, made.file.journal.iter().map(|entry| entry.by).collect::<Vec<_>>()).await?;
    let entries = made.file.journal.iter().map(|view| entry(&p, &head.pack, view.clone())).collect();
    Ok(ok(&CopiedPage { p, head, made, entries }))
}

/// A copy came back or was destroyed.
pub(super) async fn recall(
    State(app): State<App>,
    Person(caller, _): Person,
    Named((id, copy)): Named<(Uuid, Uuid)>,
) -> Result<Response, Problem> {
    app.service.recall_copy(&caller, id, copy).await?;
    Ok(go(&format!("/cases/{id}/copies")))
}

impl CopiesPage {
    fn recipient(&self, recipient: &Recipient) -> &'static T {
        if *recipient == Recipient::Party { d::COPY_PARTY } else { d::COPY_OTHER }
    }
}
