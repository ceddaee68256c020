//! What every page has: its language, who is signed in, where one can go, and the words and days in that language.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

use super::desk_texts as d;
use super::files::{ADDRESSES, Addresses};
use super::lang::Lang;
use super::texts::{self as t, T};
use crate::casework::Caller;
use crate::casework::signin::{Me, Session};
use crate::http::caller::Whoever;
use crate::http::session::InPerson;
use crate::http::{App, Problem};
use crate::law::pack::StaffRole;
use crate::record::Text;

/// Roles that have lists of cases; the policy decides which cases are in them.
const LISTS: [StaffRole; 5] = [
    StaffRole::Prosecutor,
    StaffRole::Chief,
    StaffRole::Clerk,
    StaffRole::SocialWorker,
    StaffRole::Supervisor,
];

/// A place to which the head of every page leads.
pub(super) struct Place {
    pub(super) href: &'static str,
    pub(super) name: &'static str,
    pub(super) here: bool,
}

/// What every page has.
pub(super) struct Page {
    pub(super) lang: Lang,
    /// The address of the page, with what follows the question mark; where the language switch comes back to.
    pub(super) path: String,
    pub(super) me: Option<Me>,
    /// Zone in which times are shown.
    pub(super) zone: Tz,
    pub(super) now: DateTime<Utc>,
    pub(super) files: &'static Addresses,
    /// The key under which a browser keeps what this person types; none for who is not signed in at one.
    pub(super) keep: Option<String>,
    /// What was just done, said once above the page.
    pub(super) said: Option<String>,
    /// Names of colleagues that the page mentions.
    pub(super) names: BTreeMap<Uuid, String>,
    /// What this page's forms are told apart by from those of every other, and how many it has so far.
    forms: (Uuid, AtomicU32),
}

impl Page {
    /// A page for whoever asks; nobody is signed in on it.
    pub(super) fn of(app: &App, parts: &Parts) -> Self {
        let path = parts.uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str);
        // A form that was sent has no address of its own: the language switch leads to where it is filled in.
        Self {
            lang: Lang::of(&parts.headers),
            path: path.to_owned(),
            me: None,
            zone: zone(app),
            now: app.service.now(),
            files: &ADDRESSES,
            keep: None,
            said: None,
            names: BTreeMap::new(),
            forms: (app.service.new_id(), AtomicU32::new(0)),
        }
    }

    /// A key for one more form of the page: what is sent with it is done once (see [`super::once`]).
    pub(super) fn key(&self) -> String {
        let (page, forms) = &self.forms;
        format!("{}-{}", page.simple(), forms.fetch_add(1, Ordering::Relaxed))
    }

    /// A text of the interface.
    pub(super) fn t(&self, text: &T) -> &'static str {
        self.lang.say(text)
    }

    /// The same with something in the place of its braces.
    pub(super) fn n(&self, text: &T, what: impl Display) -> String {
        self.lang.say(text).replacen("{}", &what.to_string(), 1)
    }

    /// A text of a pack or the law.
    pub(super) fn x<'a>(&self, text: &'a Text) -> &'a str {
        self.lang.text(text)
    }

    pub(super) fn day(&self, day: &NaiveDate) -> String {
        self.lang.day(*day)
    }

    pub(super) fn time(&self, at: &NaiveDateTime) -> String {
        self.lang.time(*at)
    }

    pub(super) fn at(&self, moment: &DateTime<Utc>) -> String {
        self.lang.moment(*moment, self.zone)
    }

    /// The day of a moment.
    pub(super) fn day_of(&self, moment: &DateTime<Utc>) -> String {
        self.lang.day(moment.with_timezone(&self.zone).date_naive())
    }

    /// Today in the zone of the page.
    pub(super) fn today(&self) -> NaiveDate {
        self.now.with_timezone(&self.zone).date_naive()
    }

    /// A colleague's name.
    pub(super) fn who(&self, account: &Uuid) -> String {
        self.names.get(account).cloned().unwrap_or_else(|| self.t(t::SOMEBODY).to_owned())
    }

    pub(super) fn role(&self, role: &StaffRole) -> &'static str {
        self.t(role_name(*role))
    }

    /// The address without what follows the question mark.
    pub(super) fn path_alone(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// Whether the person holds one of these roles.
    pub(super) fn is(&self, roles: &[StaffRole]) -> bool {
        self.me.as_ref().is_some_and(|me| me.roles.iter().any(|held| roles.contains(&held.role)))
    }

    /// Seconds until the session ends by itself; none where there is none.
    pub(super) fn idle(&self) -> Option<i64> {
        let session = self.me.as_ref()?.session.as_ref()?;
        Some((session.idle_at - self.now).num_seconds().max(0))
    }

    /// Where this person can go.
    pub(super) fn places(&self) -> Vec<Place> {
        use StaffRole::{Admin, Chief, Clerk, Prosecutor, Records, Researcher, SocialWorker, Supervisor};
        let all: [(&'static str, &'static T, &[StaffRole]); 14] = [
            ("/", t::HOME, &StaffRole::ALL),
            ("/children", t::CHILDREN, &[SocialWorker]),
            ("/cases", t::CASES, &LISTS),
            ("/team", t::TEAM, &[Chief, Supervisor]),
            ("/cases/new", t::OPEN_CASE, &[Prosecutor, Clerk]),
            ("/transfers", d::TRANSFERS, &[Prosecutor, Clerk]),
            ("/ledger", t::LEDGER, &[Supervisor]),
            ("/outcomes", d::OUTCOMES, &[Supervisor, Chief, Researcher]),
            ("/emergencies", t::EMERGENCIES, &[Supervisor]),
            ("/records", d::TO_SEAL, &[Records]),
            ("/records/queries", d::QUERIES, &[Records, Chief]),
            ("/staff", t::STAFF, &[Admin, Chief, Supervisor]),
            ("/packs", t::PACKS, &StaffRole::ALL),
            ("/status", t::STATUS, &[Admin]),
        ];
        let path = self.path_alone();
        all.into_iter()
            .filter(|(_, _, roles)| self.is(roles))
            .map(|(href, name, _)| Place { href, name: self.t(name), here: path == href })
            .collect()
    }

    /// Whether the person answers for a team's work.
    pub(super) fn oversees(&self) -> bool {
        self.is(&[StaffRole::Supervisor, StaffRole::Chief])
    }

    /// Whether the person may have lists of cases.
    pub(super) fn lists(&self) -> bool {
        self.is(&LISTS)
    }

    /// Whether the person may search for people; records staff do, and have no lists.
    pub(super) fn finds(&self) -> bool {
        self.lists() || self.is(&[StaffRole::Records])
    }

    /// The language switch: the other language's code, its name in itself, and where it leads.
    pub(super) fn other_language(&self) -> (&'static str, &'static str, String) {
        let to = url::form_urlencoded::byte_serialize(self.path.as_bytes()).collect::<String>();
        match self.lang {
            Lang::Zh => ("en", "English", format!("/language/en?to={to}")),
            Lang::En => ("zh-CN", "中文", format!("/language/zh?to={to}")),
        }
    }

    /// Learns the names of colleagues.
    pub(super) async fn learn(
        &mut self,
        app: &App,
        accounts: impl IntoIterator<Item = Uuid>,
    ) -> Result<(), Problem> {
        self.names.extend(app.service.names(accounts).await?);
        Ok(())
    }
}

/// The zone of the service's own jurisdiction: that of its first pack.
fn zone(app: &App) -> Tz {
    app.service.packs().all().next().map_or(chrono_tz::UTC, |pack| pack.zone)
}

/// A role's name.
pub(super) const fn role_name(role: StaffRole) -> &'static T {
    match role {
        StaffRole::Prosecutor => t::ROLE_PROSECUTOR,
        StaffRole::Chief => t::ROLE_CHIEF,
        StaffRole::Clerk => t::ROLE_CLERK,
        StaffRole::SocialWorker => t::ROLE_SOCIAL_WORKER,
        StaffRole::Supervisor => t::ROLE_SUPERVISOR,
        StaffRole::Records => t::ROLE_RECORDS,
        StaffRole::Admin => t::ROLE_ADMIN,
        StaffRole::Researcher => t::ROLE_RESEARCHER,
    }
}

/// Somebody who is not signed in, and a page for them.
pub(super) struct Anybody(pub(super) Page);

impl FromRequestParts<App> for Anybody {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(Page::of(app, parts)))
    }
}

/// A signed-in person, and a page for them.
pub(super) struct Person(pub(super) Caller, pub(super) Page);

impl FromRequestParts<App> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Whoever(caller, session) = Whoever::from_request_parts(parts, app).await?;
        let page = page_for(app, parts, &caller, session.as_ref()).await?;
        Ok(Self(caller, page))
    }
}

/// A person at a browser, their session, and a page for them.
pub(super) struct AtBrowser(pub(super) Caller, pub(super) Session, pub(super) Page);

impl FromRequestParts<App> for AtBrowser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let InPerson(caller, session) = InPerson::from_request_parts(parts, app).await?;
        let page = page_for(app, parts, &caller, Some(&session)).await?;
        Ok(Self(caller, session, page))
    }
}

async fn page_for(
    app: &App,
    parts: &Parts,
    caller: &Caller,
    session: Option<&Session>,
) -> Result<Page, Problem> {
    let mut page = Page::of(app, parts);
    page.me = Some(app.service.me(&caller.viewer, session).await?);
    page.keep = session.map(|_| app.service.typing_key(caller.viewer.account));
    Ok(page)
}

/// A page as an answer.
pub(super) fn show(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(body) => {
            let kind = HeaderValue::from_static("text/html; charset=utf-8");
            (status, [(header::CONTENT_TYPE, kind)], body).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "template");
            Problem::internal().into_response()
        }
    }
}

/// A page as an ordinary answer.
pub(super) fn ok(template: &impl Template) -> Response {
    show(StatusCode::OK, template)
}

/// Leads on after something was done, so that going back or loading again does not do it twice.
pub(super) fn go(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// A place within this service, whatever was asked for.
pub(super) fn within(to: &str) -> &str {
    let plain = to.chars().all(|c| c.is_ascii_graphic());
    if to.starts_with('/') && !to.starts_with("//") && !to.contains('\\') && plain { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn nobody_is_led_to_another_site() {
        assert_eq!(within("/cases?list=mine"), "/cases?list=mine");
        for elsewhere in
            ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb", "javascript:1"]
        {
            assert_eq!(within(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
