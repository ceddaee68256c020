//! The children whom a social worker helps, each with what is late and what comes next.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Duration, Utc};

use super::texts as w;
use crate::casework::children::{ChildLine, SHOWN};
use crate::casework::work::TaskView;
use crate::http::caller::Params;
use crate::http::pages::cases::due_in;
use crate::http::pages::page::{Page, Person, ok};
use crate::http::pages::texts as t;
use crate::http::{App, Problem};

#[derive(Template)]
#[template(path = "children.html")]
struct ChildrenPage {
    p: Page,
    children: Vec<Child>,
    /// How many there are, where they do not all stand here.
    more: Option<usize>,
    /// Where those before and after these stand.
    earlier: Option<usize>,
    later: Option<usize>,
}

/// Which of the children are shown.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::http::pages) struct Which {
    after: usize,
}

/// A child in words.
struct Child {
    line: ChildLine,
    late: usize,
    /// What comes next: what it is, when, how much it presses, and where it is done.
    next: Vec<Next>,
}

struct Next {
    label: &'static str,
    what: String,
    due: String,
    day: String,
    presses: &'static str,
    href: String,
}

/// The page.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, p): Person,
    Params(which): Params<Which>,
) -> Result<Response, Problem> {
    let found = app.service.my_children(&caller, which.after).await?;
    let children: Vec<Child> = found.shown.into_iter().map(|line| child(&p, line)).collect();
    let end = which.after.saturating_add(children.len());
    let page = ChildrenPage {
        p,
        children,
        more: (found.total > SHOWN).then_some(found.total),
        earlier: (which.after > 0).then(|| which.after.saturating_sub(SHOWN)),
        later: (end < found.total).then_some(end),
    };
    Ok(ok(&page))
}

/// The next visit, the next form and whatever else comes first.
fn child(p: &Page, line: ChildLine) -> Child {
    let late = line.tasks.iter().filter(|task| task.overdue).count();
    let first = |wanted: &dyn Fn(&str) -> bool| {
        line.tasks.iter().find(|task| task.due.is_some() && wanted(task.kind.as_str()))
    };
    let kinds = [
        (w::NEXT_VISIT, first(&|kind| kind == "visit")),
        (w::NEXT_FORM, first(&|kind| kind == "assessment")),
        (w::NEXT_OTHER, first(&|kind| kind != "visit" && kind != "assessment")),
    ];
    let mut next: Vec<Next> =
        kinds.into_iter().filter_map(|(label, task)| Some(next(p, p.t(label), task?, &line))).collect();
    if let (Some(name), Some(due)) = (&line.case.next_clock_name, line.case.next_due) {
        let last = due - Duration::seconds(1);
        let days = days_to(p, last);
        next.push(Next {
            label: p.t(w::NEXT_CLOCK),
            what: p.x(name).to_owned(),
            due: if days < 0 { p.t(t::PERIOD_OVER).to_owned() } else { due_in(p, days) },
            day: p.day_of(&last),
            // It is the prosecution's or the court's to keep.
            presses: "",
            href: format!("/cases/{}#clocks", line.case.id),
        });
    }
    Child { line, late, next }
}

fn days_to(p: &Page, moment: DateTime<Utc>) -> i64 {
    (moment.with_timezone(&p.zone).date_naive() - p.today()).num_days()
}

const fn presses(overdue: bool, days: i64) -> &'static str {
    match (overdue, days) {
        (true, _) => "late",
        (_, ..=3) => "soon",
        _ => "",
    }
}

fn next(p: &Page, label: &'static str, task: &TaskView, line: &ChildLine) -> Next {
    let case = line.case.id;
    // A due moment is 24:00 of its last day; a visit has its hour.
    let last = task.due.map(|due| due - Duration::seconds(1)).unwrap_or_default();
    let days = days_to(p, last);
    let href = match (task.kind.as_str(), task.about) {
        ("assessment", Some(about)) => format!("/cases/{case}/assessments/{about}"),
        ("visit", _) => format!("/cases/{case}/measures"),
        _ => format!("/cases/{case}"),
    };
    let what = p.x(&task.what).to_owned();
    Next {
        label,
        what,
        due: due_in(p, days),
        day: p.day_of(&last),
        presses: presses(task.overdue, days),
        href,
    }
}
