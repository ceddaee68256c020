//! Where somebody is reminded: their calendar at a secret address, and their mail.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::texts as w;
use crate::casework::feed::FeedView;
use crate::casework::sending::MailAddress;
use crate::casework::{Caller, CaseworkError};
use crate::http::pages::fields::Input;
use crate::http::pages::form::Form;
use crate::http::pages::page::{Page, Person, go, show};
use crate::http::pages::texts as t;
use crate::http::{App, Problem};

#[derive(Template)]
#[template(path = "reach.html")]
struct ReachPage {
    p: Page,
    feed: Option<FeedView>,
    /// The address that was just made, shown this once.
    made: Option<String>,
    mail: Option<String>,
    input: Input,
}

/// The page.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, p): Person,
) -> Result<Response, Problem> {
    shown(&app, p, &caller, None, None).await
}

async fn shown(
    app: &App,
    mut p: Page,
    caller: &Caller,
    made: Option<String>,
    wrong: Option<&Form>,
) -> Result<Response, Problem> {
    "/account/reminders".clone_into(&mut p.path);
    let feed = there(app.service.feed(caller).await)?;
    let mail = there(app.service.mail_address(caller).await)?.map(|mail| mail.address);
    let typed = match (wrong, &mail) {
        (Some(typed), _) => typed.clone(),
        (None, Some(address)) => Form::default().with("address", address),
        (None, None) => Form::default(),
    };
    let mut input =
        Input::new("address", p.t(w::MAIL_ADDRESS), "line", &typed).hint(p.t(w::MAIL_HINT)).required();
    input.error = wrong.map(|_| p.t(w::MAIL_WRONG).to_owned());
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(show(status, &ReachPage { p, feed, made, mail, input }))
}

/// What may not be there.
fn there<V>(found: Result<V, CaseworkError>) -> Result<Option<V>, Problem> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(CaseworkError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The calendar gets an address, which is shown on this page and nowhere else.
pub(in crate::http::pages) async fn make_feed(
    State(app): State<App>,
    Person(caller, p): Person,
) -> Result<Response, Problem> {
    let path = app.service.make_feed(&caller).await?.path;
    let address = format!("{}{path}.ics", app.service.origin().unwrap_or_default());
    shown(&app, p, &caller, Some(address), None).await
}

/// The address ends.
pub(in crate::http::pages) async fn drop_feed(
    State(app): State<App>,
    Person(caller, _): Person,
) -> Result<Response, Problem> {
    there(app.service.drop_feed(&caller).await)?;
    Ok(go("/account/reminders"))
}

/// Notices go to an address.
pub(in crate::http::pages) async fn set_mail(
    State(app): State<App>,
    Person(caller, p): Person,
    form: Form,
) -> Result<Response, Problem> {
    let new = MailAddress { address: form.get("address").to_owned() };
    match app.service.set_mail_address(&caller, &new).await {
        Ok(()) => Ok(go("/account/reminders")),
        Err(CaseworkError::Invalid(_)) => shown(&app, p, &caller, None, Some(&form)).await,
        Err(error) => Err(error.into()),
    }
}

/// They go there no more.
pub(in crate::http::pages) async fn drop_mail(
    State(app): State<App>,
    Person(caller, _): Person,
) -> Result<Response, Problem> {
    there(app.service.drop_mail_address(&caller).await)?;
    Ok(go("/account/reminders"))
}
