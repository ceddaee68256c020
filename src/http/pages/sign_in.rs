//! Signing in by page, step by step, and out; confirming that it is still the same person.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use secrecy::ExposeSecret as _;

use super::explain::StepUpPage;
use super::form::Form;
use super::page::{Anybody, AtBrowser, Page, go, show, within};
use super::texts as t;
use crate::casework::CaseworkError;
use crate::casework::signin::{NextStep, SignIn, StepUp, Stepped, Visit};
use crate::http::caller::Params;
use crate::http::session::{NewToken, NoToken, ShownWrong, Visitor, cookies};
use crate::http::{App, Problem};

/// Keeps the ticket of a sign-in at an identity provider while the browser is there. It has to come along on the way
/// back, which another site begins.
const AWAY: &str = "__Host-tutela-away";
const AWAY_ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// Where to go afterwards.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct To {
    to: String,
    /// An invitation, in the address that was sent to its person.
    token: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    p: Page,
    /// Whether an identity provider is trusted.
    provider: bool,
    to: String,
    login: String,
    wrong: Option<Problem>,
}

#[derive(Template)]
#[template(path = "second_factor.html")]
struct SecondFactorPage {
    p: Page,
    to: String,
    ticket: String,
    totp: bool,
    recovery: bool,
    wrong: Option<Problem>,
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    p: Page,
    provider: bool,
    token: String,
    wrong: Option<Problem>,
    /// The two passwords differ.
    differ: bool,
}

#[derive(Template)]
#[template(path = "enrol.html")]
struct EnrolPage {
    p: Page,
    ticket: String,
    secret: String,
    uri: String,
    qr: String,
    wrong: Option<Problem>,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(super) struct RecoveryCodesPage {
    pub(super) p: Page,
    pub(super) codes: Vec<String>,
}

/// The way to the identity provider. It is a link and no redirect: the policy for content lets no form lead elsewhere.
#[derive(Template)]
#[template(path = "away.html")]
struct AwayPage {
    p: Page,
    location: String,
}

/// Back from there.
#[derive(Template)]
#[template(path = "arrived.html")]
struct ConfirmedHerePage {
    p: Page,
}

/// What was typed was right, and goes on to where it was meant for.
#[derive(Template)]
#[template(path = "confirmed.html")]
struct ConfirmedPage {
    p: Page,
    to: String,
    form: Form,
}

/// The page on which signing in begins.
pub(super) async fn page(
    State(app): State<App>,
    Anybody(mut p): Anybody,
    Params(to): Params<To>,
) -> Response {
    let provider = app.service.trusts_a_provider();
    let to = within(&to.to).to_owned();
    if to.starts_with("/sign-in") {
        "/sign-in".clone_into(&mut p.path);
    }
    show(StatusCode::OK, &SignInPage { p, provider, to, login: String::new(), wrong: None })
}

/// Name and password.
pub(super) async fn password(
    State(app): State<App>,
    Anybody(p): Anybody,
    Visitor(visit): Visitor,
    form: Form,
) -> Response {
    let provider = app.service.trusts_a_provider();
    let to = within(form.get("to")).to_owned();
    let login = form.get("login").to_owned();
    let step = SignIn::Password { login: login.clone(), password: form.secret("password") };
    match app.service.sign_in(step, &visit).await {
        Ok(stepped) => next(p, to, stepped),
        Err(error) => {
            wrong(error, |status, wrong| show(status, &SignInPage { p, provider, to, login, wrong }))
        }
    }
}

/// A one-time code or a recovery code after it.
pub(super) async fn code(
    State(app): State<App>,
    Anybody(mut p): Anybody,
    Visitor(visit): Visitor,
    form: Form,
) -> Response {
    "/sign-in".clone_into(&mut p.path);
    let (to, ticket) = (within(form.get("to")).to_owned(), form.get("ticket").to_owned());
    let step = match form.given("recovery") {
        Some(_) => SignIn::Recovery { ticket: ticket.clone(), code: form.secret("code") },
        None => SignIn::Totp { ticket: ticket.clone(), code: form.secret("code").expose_secret().to_owned() },
    };
    match app.service.sign_in(step, &visit).await {
        Ok(stepped) => next(p, to, stepped),
        Err(CaseworkError::TicketGone) => wrong(CaseworkError::TicketGone, |status, wrong| {
            let provider = app.service.trusts_a_provider();
            show(status, &SignInPage { p, provider, to, login: String::new(), wrong })
        }),
        Err(error) => wrong(error, |status, wrong| {
            show(status, &SecondFactorPage { p, to, ticket, totp: true, recovery: true, wrong })
        }),
    }
}

/// An invitation: its person chooses a password, or registers a passkey.
pub(super) async fn invitation(
    State(app): State<App>,
    Anybody(mut p): Anybody,
    Params(to): Params<To>,
) -> Response {
    let provider = app.service.trusts_a_provider();
    // The invitation is not put into further addresses.
    "/sign-in/invitation".clone_into(&mut p.path);
    show(StatusCode::OK, &InvitationPage { p, provider, token: to.token, wrong: None, differ: false })
}

/// The chosen password; then one-time codes are set up.
pub(super) async fn accept(
    State(app): State<App>,
    Anybody(p): Anybody,
    Visitor(visit): Visitor,
    form: Form,
) -> Response {
    let provider = app.service.trusts_a_provider();
    let token = form.get("token").to_owned();
    let (password, again) = (form.secret("password"), form.secret("again"));
    if password.expose_secret() != again.expose_secret() {
        return show(
            StatusCode::UNPROCESSABLE_ENTITY,
            &InvitationPage { p, provider, token, wrong: None, differ: true },
        );
    }
    let step = SignIn::Invitation { token: token.clone().into(), password };
    match app.service.sign_in(step, &visit).await {
        Ok(stepped) => next(p, "/".to_owned(), stepped),
        Err(error) => wrong(error, |status, wrong| {
            show(status, &InvitationPage { p, provider, token, wrong, differ: false })
        }),
    }
}

/// The first one-time code of an authenticator that was just set up.
pub(super) async fn enrol(
    State(app): State<App>,
    Anybody(mut p): Anybody,
    Visitor(visit): Visitor,
    form: Form,
) -> Response {
    "/sign-in".clone_into(&mut p.path);
    let (ticket, secret, uri) =
        (form.get("ticket").to_owned(), form.get("secret").to_owned(), form.get("uri").to_owned());
    let step = SignIn::Enrol { ticket: ticket.clone(), code: form.get("code").to_owned() };
    match app.service.sign_in(step, &visit).await {
        Ok(stepped) => next(p, "/".to_owned(), stepped),
        Err(error) => wrong(error, |status, wrong| {
            let qr = qr(&uri);
            show(status, &EnrolPage { p, ticket, secret, uri, qr, wrong })
        }),
    }
}

/// The page of the next step.
fn next(mut p: Page, to: String, stepped: Stepped) -> Response {
    "/sign-in".clone_into(&mut p.path);
    let Stepped { next, token } = stepped;
    match next {
        NextStep::SecondFactor { ticket, factors, .. } => {
            let has = |factor| factors.contains(&factor);
            let (totp, recovery) = (has("totp"), has("recovery"));
            show(StatusCode::OK, &SecondFactorPage { p, to, ticket, totp, recovery, wrong: None })
        }
        NextStep::EnrolTotp { ticket, secret, uri, .. } => {
            let qr = qr(&uri);
            show(StatusCode::OK, &EnrolPage { p, ticket, secret, uri, qr, wrong: None })
        }
        NextStep::SignedIn { me, recovery_codes } => match recovery_codes {
            Some(codes) => {
                "/".clone_into(&mut p.path);
                p.me = Some(*me);
                (NewToken(token), show(StatusCode::CREATED, &RecoveryCodesPage { p, codes })).into_response()
            }
            None => (NewToken(token), go(&to)).into_response(),
        },
        NextStep::Provider(away) => {
            let mut response = show(StatusCode::OK, &AwayPage { p, location: away.location });
            set_cookie(&mut response, &format!("{AWAY}={}; {AWAY_ATTRIBUTES}", away.ticket));
            response
        }
        // Steps that only a script takes.
        NextStep::Passkey(_) | NextStep::EnrolPasskey(_) => go("/sign-in"),
    }
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// To the identity provider: with an invitation to be linked, without one to sign in.
pub(super) async fn to_provider(
    State(app): State<App>,
    Anybody(p): Anybody,
    Visitor(visit): Visitor,
    form: Form,
) -> Result<Response, Problem> {
    let step = match form.given("token") {
        Some(token) => SignIn::InvitationProvider { token: token.to_owned().into() },
        None => SignIn::Provider,
    };
    Ok(next(p, "/".to_owned(), app.service.sign_in(step, &visit).await?))
}

/// What a provider sends the browser back with.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Back {
    state: String,
    code: String,
    iss: Option<String>,
}

/// Back from the identity provider.
pub(super) async fn from_provider(
    State(app): State<App>,
    Anybody(mut p): Anybody,
    Visitor(visit): Visitor,
    headers: HeaderMap,
    Params(back): Params<Back>,
) -> Response {
    "/sign-in".clone_into(&mut p.path);
    let kept = cookies(&headers).find_map(|cookie| cookie.strip_prefix(AWAY)?.strip_prefix('='));
    let ticket = kept.unwrap_or_default().to_owned();
    let step = SignIn::ProviderCode { ticket, state: back.state, code: back.code, iss: back.iss };
    let mut response = match app.service.sign_in(step, &visit).await {
        // The session's cookie is not sent along on the way from another site: one goes on from here.
        Ok(Stepped { next: NextStep::SignedIn { recovery_codes: None, .. }, token }) => {
            (NewToken(token), show(StatusCode::OK, &ConfirmedHerePage { p })).into_response()
        }
        Ok(stepped) => next(p, "/".to_owned(), stepped),
        Err(error) => wrong(error, |status, wrong| {
            show(status, &SignInPage { p, provider: true, to: "/".to_owned(), login: String::new(), wrong })
        }),
    };
    set_cookie(&mut response, &format!("{AWAY}=; {AWAY_ATTRIBUTES}; Max-Age=0"));
    response
}

/// The same page again, with what is wrong; a wrong guess is counted against the address it came from.
fn wrong(error: CaseworkError, page: impl FnOnce(StatusCode, Option<Problem>) -> Response) -> Response {
    let guess = matches!(error, CaseworkError::SignInFailed | CaseworkError::FactorRefused);
    let problem = Problem::from(error);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = page(status, Some(problem));
    if guess {
        response.extensions_mut().insert(ShownWrong);
    }
    response
}

/// An address as a picture that an authenticator reads.
fn qr(uri: &str) -> String {
    let made = QRBuilder::new(uri).build();
    made.map(|code| SvgBuilder::default().to_str(&code)).unwrap_or_default()
}

/// Signs out.
pub(super) async fn sign_out(
    State(app): State<App>,
    AtBrowser(caller, session, _): AtBrowser,
) -> Result<Response, Problem> {
    app.service.end_session(&caller, &session, session.id).await?;
    Ok((NoToken, go("/sign-in")).into_response())
}

/// The page on which somebody confirms that it is still them.
pub(super) async fn step_up_page(AtBrowser(_, _, p): AtBrowser, Params(to): Params<To>) -> Response {
    let to = within(&to.to).to_owned();
    show(StatusCode::OK, &StepUpPage { p, to, form: String::new(), wrong: None })
}

/// A password or one-time code shown again; then goes on with what was asked.
pub(super) async fn step_up(
    State(app): State<App>,
    AtBrowser(caller, session, mut p): AtBrowser,
    form: Form,
) -> Response {
    let to = within(form.get("to")).to_owned();
    let kept = form.get("form").to_owned();
    let step = match form.given("code") {
        Some(code) => StepUp::Totp { code: code.to_owned() },
        None => StepUp::Password { password: form.secret("password") },
    };
    match app.service.step_up(&caller, &session, &step).await {
        Ok(token) if kept.is_empty() => (NewToken(Some(token)), go(&to)).into_response(),
        Ok(token) => {
            p.path.clone_from(&to);
            let page = ConfirmedPage { p, to, form: Form::read(kept.as_bytes()) };
            (NewToken(Some(token)), show(StatusCode::OK, &page)).into_response()
        }
        Err(error) => wrong(error, |status, wrong| show(status, &StepUpPage { p, to, form: kept, wrong })),
    }
}

/// A visit that enters the demo by its own door.
pub(super) async fn enter(
    State(app): State<App>,
    Visitor(visit): Visitor,
    crate::http::caller::Named(key): crate::http::caller::Named<String>,
    form: Form,
) -> Result<Response, Problem> {
    let token = knock(&app, &key, form.get("login"), &visit).await?;
    Ok((NewToken(Some(token)), go("/")).into_response())
}

async fn knock(app: &App, key: &str, login: &str, visit: &Visit) -> Result<String, Problem> {
    let door = app.door.as_ref().filter(|door| door.opens_with(key)).ok_or_else(Problem::not_found)?;
    Ok(door.enter(&app.service, login, visit).await?)
}

#[derive(Template)]
#[template(path = "door.html")]
struct DoorPage {
    p: Page,
    key: String,
    password: String,
    people: Vec<(String, String, String, String)>,
}

/// Everybody in the demo, and how to be one of them.
pub(super) async fn door(
    State(app): State<App>,
    Anybody(p): Anybody,
    crate::http::caller::Named(key): crate::http::caller::Named<String>,
) -> Result<Response, Problem> {
    let door = app.door.as_ref().filter(|door| door.opens_with(&key)).ok_or_else(Problem::not_found)?;
    let people = door.people.iter().map(|person| {
        let office = app.service.offices().by_code(&person.office).map(|office| p.x(&office.name).to_owned());
        let role = p.role(&person.role).to_owned();
        (person.login.clone(), person.name.clone(), role, office.unwrap_or_default())
    });
    let people = people.collect();
    Ok(show(StatusCode::OK, &DoorPage { password: door.password().to_owned(), p, key, people }))
}
