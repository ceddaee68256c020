//! Lists of cases: a person's or an office's, and search.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Duration;
use uuid::Uuid;

use super::form::Form;
use super::page::{Page, Person, ok};
use super::team;
use super::texts as t;
use crate::casework::find::{CaseLine, Query, Worklist};
use crate::http::caller::Params;
use crate::http::{App, Problem};
use crate::law::lateness::is_others;
use crate::law::pack::StaffRole;

/// A case in a list, in words.
pub(super) struct Row {
    pub(super) line: CaseLine,
    pub(super) marks: Vec<String>,
    pub(super) lead: String,
    /// The person found, and who they are in the case.
    pub(super) found: Option<(String, String)>,
    /// Days from today to the next due day; negative when overdue.
    pub(super) days: Option<i64>,
    /// The next time is another's: nobody here is late.
    pub(super) of_others: bool,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct CasesPage {
    p: Page,
    list: Worklist,
    rows: Vec<Row>,
    next: Option<String>,
    /// Whether cases can be assigned from here, and to whom.
    assigns: bool,
    colleagues: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    p: Page,
    asked: String,
    rows: Vec<Row>,
    wrong: Option<Problem>,
}

impl CasesPage {
    /// The list as addresses name it.
    const fn list_code(&self) -> &'static str {
        match self.list {
            Worklist::Mine => "mine",
            Worklist::Office => "office",
            Worklist::Unassigned => "unassigned",
        }
    }
}

/// Which list, from where.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ListParams {
    list: Option<Worklist>,
    cursor: Option<String>,
}

/// A list of cases, soonest due first.
pub(super) async fn list(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let own = p.is(&[StaffRole::Prosecutor, StaffRole::SocialWorker]);
    let list = params.list.unwrap_or(if own { Worklist::Mine } else { Worklist::Office });
    let page = app.service.list(&caller, list, params.cursor.as_deref(), None).await?;
    let rows = rows(&app, &mut p, page.cases).await?;
    let assigns = p.is(&[StaffRole::Chief, StaffRole::Clerk, StaffRole::Prosecutor, StaffRole::Supervisor]);
    let colleagues = if assigns { team::everybody(&app, &caller, &p).await } else { Vec::new() };
    Ok(ok(&CasesPage { p, list, rows, next: page.next, assigns, colleagues }))
}

/// Finds cases by a person's name, in characters or pinyin, by identity number or by the case's number.
pub(super) async fn find(
    State(app): State<App>,
    Person(caller, mut p): Person,
    form: Form,
) -> Result<Response, Problem> {
    "/cases/find".clone_into(&mut p.path);
    let asked = form.get("q").to_owned();
    let query = query(&asked);
    let (hits, wrong) = match app.service.find(&caller, &query).await {
        Ok(hits) => (hits, None),
        Err(crate::casework::CaseworkError::Invalid(reasons)) => {
            (Vec::new(), Some(crate::casework::CaseworkError::Invalid(reasons).into()))
        }
        Err(error) => return Err(error.into()),
    };
    let mut found = Vec::new();
    let mut lines = Vec::new();
    for hit in hits {
        let pack = app.service.packs().current(&hit.case.pack, app.service.now());
        let kind = pack.and_then(|pack| pack.roles.find(&hit.kind)).map(|role| p.x(&role.name).to_owned());
        let kind = kind.or_else(|| (hit.kind == "child").then(|| p.t(t::CHILD).to_owned()));
        found.push((hit.name, kind.unwrap_or(hit.kind)));
        lines.push(hit.case);
    }
    let mut rows = rows(&app, &mut p, lines).await?;
    for (row, found) in rows.iter_mut().zip(found) {
        row.found = Some(found).filter(|(name, _)| !name.is_empty());
    }
    Ok(ok(&FindPage { p, asked, rows, wrong }))
}

/// The page on which a search begins.
pub(super) async fn find_page(Person(_, p): Person) -> Response {
    ok(&FindPage { p, asked: String::new(), rows: Vec::new(), wrong: None })
}

/// What somebody means who typed this: an identity number has 15 to 18 digits, a case number has some and a hyphen.
fn query(asked: &str) -> Query {
    let plain: String = asked.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    if digits >= 15 {
        return Query { id_number: Some(plain), ..Query::default() };
    }
    if digits > 0 && plain.is_ascii() {
        return Query { case_no: Some(plain), ..Query::default() };
    }
    Query { name: Some(asked.to_owned()), ..Query::default() }
}

/// Lines in words.
pub(super) async fn rows(app: &App, p: &mut Page, lines: Vec<CaseLine>) -> Result<Vec<Row>, Problem> {
    p.learn(app, lines.iter().filter_map(|line| line.lead).collect::<Vec<Uuid>>()).await?;
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let pack = app.service.packs().current(&line.pack, app.service.now());
        let name =
            |id: &String| pack.and_then(|pack| pack.facts.find(id)).map(|fact| p.x(&fact.name).to_owned());
        let marks = line.marks.iter().filter_map(name).collect();
        let zone = pack.map_or(p.zone, |pack| pack.zone);
        // A due moment is 24:00 of its last day: the day before is the one that people speak of.
        let days = line.next_due.map(|due| {
            let last = (due - Duration::seconds(1)).with_timezone(&zone).date_naive();
            (last - p.now.with_timezone(&zone).date_naive()).num_days()
        });
        let rule = line.next_clock.as_ref().and_then(|id| pack.and_then(|pack| pack.clocks.find(id)));
        let of_others = rule.is_some_and(|rule| is_others(rule.kind));
        let lead = line.lead.map_or_else(|| p.t(t::NOBODY).to_owned(), |lead| p.who(&lead));
        rows.push(Row { line, marks, lead, found: None, days, of_others });
    }
    Ok(rows)
}

impl Row {
    /// The next due day in words.
    pub(super) fn due(&self, p: &Page) -> String {
        match self.days {
            Some(..0) if self.of_others => p.t(t::PERIOD_OVER).to_owned(),
            days => due_in(p, days.unwrap_or_default()),
        }
    }

    /// How much it presses: `late`, `soon` or nothing.
    pub(super) fn presses(&self) -> &'static str {
        match self.days {
            _ if self.of_others => "",
            _ if self.line.overdue => "late",
            Some(days) if days <= 3 => "soon",
            _ => "",
        }
    }

    pub(super) fn day(&self, p: &Page) -> String {
        self.line.next_due.map(|due| p.day_of(&(due - Duration::seconds(1)))).unwrap_or_default()
    }
}

/// Days to a day, in words.
pub(super) fn due_in(p: &Page, days: i64) -> String {
    match days {
        ..0 => p.n(if days == -1 { t::LATE_ONE } else { t::LATE }, -days),
        0 => p.t(t::TODAY).to_owned(),
        1 => p.t(t::TOMORROW).to_owned(),
        _ => p.n(t::DAYS_LEFT, days),
    }
}

#[cfg(test)]
mod tests {
    use super::query;

    #[test]
    fn a_search_is_understood_by_what_was_typed() {
        assert!(query("440301 20090302 1234").id_number.is_some());
        assert!(query("HW-2026-7GK2PD").case_no.is_some());
        assert_eq!(query("lin xiaohe").name.as_deref(), Some("lin xiaohe"));
        assert_eq!(query("林小禾").name.as_deref(), Some("林小禾"));
    }
}
