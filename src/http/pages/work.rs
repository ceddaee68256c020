//! Home: what is to be done, most pressing first, each with the one place where it is done. Whoever has no worklist
//! begins at what their own job is.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Duration, NaiveTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::cases::{Row, due_in, rows};
use super::form::Form;
use super::page::{Page, Person, go, ok};
use super::texts::{self as t, T};
use crate::casework::Caller;
use crate::casework::find::Worklist;
use crate::casework::notices::NoticeView;
use crate::casework::work::{DeskView, Kind, Of, TaskView, WorkQuery};
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};
use crate::law::pack::StaffRole;

/// Days of a week from today on.
const WEEK: i64 = 7;
/// Notices that home shows.
const NOTICES: usize = 5;
/// Roles that do what the law asks for in a case; the others only look.
const ACTS: [StaffRole; 4] =
    [StaffRole::Prosecutor, StaffRole::Chief, StaffRole::Clerk, StaffRole::SocialWorker];

/// Something to be done, in words.
struct Line {
    what: String,
    /// Where it is done; what has no page yet is only told.
    href: Option<String>,
    /// The new assignment of which it tells and its case, until it was seen.
    unseen: Option<(Uuid, Uuid)>,
    child: String,
    case_no: String,
    why: String,
    due: String,
    day: String,
    /// `late`, `soon` or nothing.
    presses: &'static str,
}

/// Work with a heading.
struct Group {
    id: &'static str,
    name: &'static T,
    hint: Option<&'static T>,
    grave: bool,
    /// It is there for whoever asks; nobody has to act.
    folded: bool,
    /// There is more of it on the next page.
    goes_on: bool,
    lines: Vec<Line>,
}

/// A place to which home leads, and what it is for.
struct Card {
    href: &'static str,
    name: &'static str,
    text: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    p: Page,
    notices: Vec<NoticeView>,
    groups: Vec<Group>,
    of: Of,
    office: Option<String>,
    kind: Option<Kind>,
    /// Only what is late is shown.
    late: bool,
    /// More is late than is shown.
    more_late: bool,
    /// Whose work it is, when it is somebody else's.
    who: Option<(Uuid, String)>,
    next: Option<String>,
    later: bool,
    /// A social worker's own children.
    children: Vec<Row>,
}

#[derive(Template)]
#[template(path = "home_other.html")]
struct OtherHomePage {
    p: Page,
    notices: Vec<NoticeView>,
    lead: &'static T,
    waits: Vec<(&'static str, String)>,
    cards: Vec<Card>,
}

/// Which work.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    of: Of,
    who: Option<Uuid>,
    /// Only of this office, by its code.
    office: Option<String>,
    /// Only what is late.
    late: bool,
    /// Empty for everything, as a form sends it.
    kind: String,
    cursor: Option<String>,
}

/// Home: the worklist, or what else this person's job is.
pub(super) async fn home(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Problem> {
    let mut notices = app.service.notices(&caller, None).await?;
    notices.retain(|notice| notice.read_at.is_none());
    notices.truncate(NOTICES);
    if !p.lists() {
        return other_home(&app, &caller, p, notices).await;
    }
    let kind = Kind::named(&wanted.kind);
    let later = wanted.cursor.is_some();
    let office = wanted.office.filter(|code| !code.is_empty());
    let query = WorkQuery {
        of: wanted.of,
        who: wanted.who,
        office: office.clone(),
        kind,
        before: wanted.late.then_some(p.now),
        cursor: wanted.cursor,
        ..WorkQuery::default()
    };
    let desk = app.service.desk(&caller, &query).await?;
    let who = wanted.who.filter(|_| wanted.of == Of::Person);
    p.learn(&app, who).await?;
    let who = who.map(|id| (id, p.who(&id)));
    let next = desk.next.clone();
    let more_late = desk.more_late;
    let mut children = Vec::new();
    if p.is(&[StaffRole::SocialWorker]) && wanted.of == Of::Me && kind.is_none() && !later && !wanted.late {
        let mine = app.service.list(&caller, Worklist::Mine, None, None).await?;
        children = rows(&app, &mut p, mine.cases).await?;
    }
    let groups = Desk { p: &p, caller: &caller, of: wanted.of }.groups(desk);
    Ok(ok(&HomePage {
        p,
        notices,
        groups,
        of: wanted.of,
        office,
        kind,
        late: wanted.late,
        more_late,
        who,
        next,
        later,
        children,
    }))
}

/// Somebody has seen what was assigned to them; the case follows.
pub(super) async fn seen(
    State(app): State<App>,
    Person(caller, _): Person,
    Named(case): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let item = Uuid::try_parse(form.get("item")).map_err(|_| Problem::not_found())?;
    match app.service.seen(&caller, item).await {
        // Sent twice, it was seen; whether they may see the case is asked there.
        Ok(()) | Err(crate::casework::CaseworkError::NotFound) => Ok(go(&format!("/cases/{case}"))),
        Err(error) => Err(error.into()),
    }
}

/// What entries are put in order with.
struct Desk<'a> {
    p: &'a Page,
    caller: &'a Caller,
    of: Of,
}

impl Desk<'_> {
    /// Entries in the order in which a day is begun.
    fn groups(&self, desk: DeskView) -> Vec<Group> {
        let group = |id, name, grave| Group {
            id,
            name,
            hint: None,
            grave,
            folded: false,
            goes_on: false,
            lines: Vec::new(),
        };
        let aside = |id, name, hint| Group { hint: Some(hint), folded: true, ..group(id, name, false) };
        let mut groups = [
            group("approvals", t::AWAITING_APPROVAL, false),
            group("new", t::NEW_HERE, false),
            group("overdue", t::OVERDUE, true),
            group("today", t::DUE_TODAY, false),
            group("week", t::DUE_THIS_WEEK, false),
            group("later", t::DUE_LATER, false),
            aside("colleagues", t::OF_COLLEAGUES, t::OF_COLLEAGUES_HINT),
            aside("others", t::OF_OTHERS_PERIODS, t::OF_OTHERS_PERIODS_HINT),
        ];
        let children = &desk.children;
        let mut last = 0;
        // Who drafts or only knows of it has nothing to say to an approval.
        let approves = self.of != Of::Me || self.p.is(&[StaffRole::Chief]);
        let approvals = if approves { 0 } else { 6 };
        for (first, tasks) in [(Some(approvals), desk.approvals), (Some(1), desk.new), (None, desk.rest)] {
            for task in tasks {
                let place = first.unwrap_or_else(|| self.place(&task));
                if first.is_none() && (2..6).contains(&place) {
                    last = place;
                }
                if let Some(group) = groups.get_mut(place) {
                    group.lines.push(self.line(&task, children));
                }
            }
        }
        for (place, group) in groups.iter_mut().enumerate().skip(2) {
            group.goes_on =
                desk.next.is_some() && (place == last || group.folded) || desk.more_late && place == 2;
        }
        groups.into_iter().filter(|group| !group.lines.is_empty()).collect()
    }

    /// The group of an entry that falls due.
    fn place(&self, task: &TaskView) -> usize {
        if task.of_others {
            return 7;
        }
        if !self.is_own(task) {
            return 6;
        }
        match task.due.map(|due| self.days(due)) {
            _ if task.overdue => 2,
            Some(days) if days <= 0 => 3,
            Some(days) if days <= WEEK => 4,
            _ => 5,
        }
    }

    /// Whether whoever looks at their own list is one of those who do it. A social worker's list has everything about
    /// their children, the prosecution's own work too.
    fn is_own(&self, task: &TaskView) -> bool {
        let viewer = &self.caller.viewer;
        let only_social = self.p.is(&[StaffRole::SocialWorker])
            && !self.p.is(&[
                StaffRole::Prosecutor,
                StaffRole::Chief,
                StaffRole::Clerk,
                StaffRole::Supervisor,
            ]);
        let theirs = |account: &Uuid| {
            *account == viewer.account || viewer.stands_in_for.iter().any(|who| who == account)
        };
        self.of != Of::Me || !only_social || task.whose.accounts.iter().any(theirs)
    }

    fn line(&self, task: &TaskView, children: &BTreeMap<Uuid, String>) -> Line {
        let p = self.p;
        let mine = self.is_own(task) && p.is(&ACTS);
        let (presses, due, day) = match task.due {
            None => ("", String::new(), String::new()),
            Some(due) => {
                let presses = match () {
                    () if task.of_others => "",
                    () if task.overdue => "late",
                    () if task.soon || self.days(due) <= 1 => "soon",
                    () => "",
                };
                (presses, self.when(task, due), self.day(due))
            }
        };
        Line {
            what: p.x(&task.what).to_owned(),
            href: href(task, mine),
            unseen: task
                .case
                .filter(|_| task.kind == Kind::Assigned && self.of == Of::Me)
                .map(|case| (task.id, case)),
            child: task.case.and_then(|case| children.get(&case)).cloned().unwrap_or_default(),
            case_no: task.case_no.clone().unwrap_or_default(),
            why: p.x(&task.why).to_owned(),
            due,
            day,
            presses,
        }
    }

    /// Days from today to the last day of an end.
    fn days(&self, due: DateTime<Utc>) -> i64 {
        let last = (due - Duration::seconds(1)).with_timezone(&self.p.zone).date_naive();
        (last - self.p.today()).num_days()
    }

    /// How long there is, in words.
    fn when(&self, task: &TaskView, due: DateTime<Utc>) -> String {
        let days = self.days(due);
        match () {
            // What ended an hour ago is late, and not due today.
            () if task.overdue && days == 0 => self.p.t(t::OVERDUE).to_owned(),
            () if task.of_others && task.overdue => self.p.t(t::PERIOD_OVER).to_owned(),
            () => due_in(self.p, days),
        }
    }

    /// The last day; the hour too, where the end is not the end of a day.
    fn day(&self, due: DateTime<Utc>) -> String {
        let local = due.with_timezone(&self.p.zone).naive_local();
        if local.time() == NaiveTime::MIN {
            self.p.day_of(&(due - Duration::seconds(1)))
        } else {
            self.p.time(&local)
        }
    }
}

/// Where something is done; for who only looks, where it is seen.
fn href(task: &TaskView, mine: bool) -> Option<String> {
    let case = task.case.map(|case| format!("/cases/{case}"));
    let body = |field: &str| task.step.body.as_ref()?.get(field)?.as_str().map(str::to_owned);
    let number = |field: &str| task.step.body.as_ref()?.get(field)?.as_i64();
    Some(match task.kind {
        Kind::Transfer => return None,
        Kind::Review => "/emergencies".to_owned(),
        Kind::Missed | Kind::Breach => format!("{}/missed#m-{}", case?, task.about?),
        _ if !mine => case?,
        Kind::Clock => match body("event") {
            Some(event) => format!("{}/acts/{event}", case?),
            None => format!("{}#clocks", case?),
        },
        Kind::Issue => format!("{}/documents/{}", case?, task.code.as_ref()?),
        Kind::Serve => format!("{}/documents/{}/serve", case?, task.code.as_ref()?),
        Kind::Approve => {
            let draft = task.step.body.as_ref()?.get("draft")?.as_i64()?;
            format!("{}/drafts/{draft}", case?)
        }
        Kind::Unassigned => format!("{}/people#assign", case?),
        Kind::Visit => format!("{}/measures/{}/visit?n={}", case?, task.about?, number("visit")?),
        Kind::MeasureBreach => {
            format!("{}/measures/{}/work/respond?n={}", case?, task.about?, number("breach")?)
        }
        Kind::Measure | Kind::MeasureEnd => match body("kind") {
            Some(step) => format!("{}/measures/{}/decisions/{step}", case?, task.about?),
            None => format!("{}/measures/{}", case?, task.about?),
        },
        Kind::MeasureStart => format!("{}/measures/{}/work/{}", case?, task.about?, body("kind")?),
        Kind::Draft => match task.about {
            Some(form) => format!("{}/assessments/{form}/draft", case?),
            None => format!("{}/journal", case?),
        },
        Kind::Assessment => format!("{}/assessments/{}", case?, task.about?),
        Kind::Assigned | Kind::Complaint => case?,
    })
}

async fn other_home(
    app: &App,
    caller: &Caller,
    p: Page,
    notices: Vec<NoticeView>,
) -> Result<Response, Problem> {
    let mut waits = Vec::new();
    let lead = if p.is(&[StaffRole::Records]) {
        let queue = app.service.seal_queue(caller, None, None).await?;
        waits.push(("/records", p.n(t::TO_SEAL, queue.page.cases.len())));
        t::HOME_RECORDS
    } else if p.is(&[StaffRole::Admin]) {
        let changes = app.service.role_changes(caller).await?;
        if !changes.is_empty() {
            waits.push(("/staff", p.n(t::TO_DECIDE, changes.len())));
        }
        t::HOME_ADMIN
    } else {
        t::HOME_RESEARCHER
    };
    let said = |href: &str| match href {
        "/staff" => Some(t::IS_STAFF),
        "/packs" => Some(t::IS_PACKS),
        "/status" => Some(t::IS_STATUS),
        "/cases/find" => Some(t::IS_FIND),
        "/records" => Some(t::IS_RECORDS),
        "/records/queries" => Some(t::IS_QUERIES),
        "/outcomes" => Some(t::IS_OUTCOMES),
        _ => None,
    };
    let card = |href: &'static str, name: &'static str| Card {
        href,
        name,
        text: said(href).map(|text| p.t(text).to_owned()).unwrap_or_default(),
    };
    let mut cards: Vec<Card> = p.finds().then(|| card("/cases/find", p.t(t::FIND))).into_iter().collect();
    let places = p.places();
    cards.extend(places.iter().filter(|place| place.href != "/").map(|place| card(place.href, place.name)));
    Ok(ok(&OtherHomePage { p, notices, lead, waits, cards }))
}

impl HomePage {
    fn of_code(&self) -> &'static str {
        match self.of {
            Of::Me => "me",
            Of::Office => "office",
            Of::Unassigned => "unassigned",
            Of::Person => "person",
        }
    }

    /// What somebody reads who has nothing to do.
    fn nothing(&self) -> &'static T {
        match self.of {
            _ if self.kind.is_some() => t::NOTHING_OF_KIND,
            Of::Office => t::NOTHING_OFFICE,
            Of::Unassigned => t::NOTHING_UNASSIGNED,
            Of::Me | Of::Person => t::NOTHING_TO_DO,
        }
    }

    /// Kinds by which the list can be narrowed.
    fn kinds(&self) -> Vec<(&'static str, String, bool)> {
        let of = |kind: Kind| (kind.as_str(), self.p.x(&kind.words()).to_owned(), self.kind == Some(kind));
        Kind::ALL.into_iter().map(of).collect()
    }

    /// The address of the next page.
    fn next_href(&self, cursor: &str) -> String {
        self.href(self.late, Some(cursor))
    }

    /// The address of the same list; of what is late alone, from a place on.
    fn href(&self, late: bool, cursor: Option<&str>) -> String {
        let mut address = url::form_urlencoded::Serializer::new(String::from("/?"));
        address.append_pair("of", self.of_code());
        if let Some((who, _)) = &self.who {
            address.append_pair("who", &who.to_string());
        }
        if let Some(office) = &self.office {
            address.append_pair("office", office);
        }
        if let Some(kind) = self.kind {
            address.append_pair("kind", kind.as_str());
        }
        if late {
            address.append_pair("late", "true");
        }
        if let Some(cursor) = cursor {
            address.append_pair("cursor", cursor);
        }
        address.finish()
    }

    /// Whether somebody sees more than their own.
    fn sees_office(&self) -> bool {
        self.p.is(&[StaffRole::Prosecutor, StaffRole::Chief, StaffRole::Clerk, StaffRole::Supervisor])
    }
}
