//! What cases came to: each table with its definition and a drawing of it, and all of it to take away.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Datelike as _;

use super::desk_texts as d;
use super::page::{Page, Person, ok};
use super::plot::{self, Bar};
use super::texts::{self as t, T};
use crate::casework::outcomes::{By, Outcomes, Row, Table};
use crate::http::api::outcomes::{OutcomesParams, csv};
use crate::http::caller::Params;
use crate::http::{App, Problem};

/// Years back that can be chosen on the page.
const YEARS: i32 = 5;
/// What stands where a number is not shown.
const STAR: &str = "*";

/// A table with its drawing.
struct Part {
    table: Table,
    drawing: String,
    /// Divisions with the number of their columns, for the upper line of the head.
    divisions: Vec<(&'static T, usize)>,
}

/// How often a safeguard was there, in words.
struct Kept {
    code: String,
    name: String,
    source: String,
    asked: String,
    met: String,
    share: String,
    girls: String,
    boys: String,
}

#[derive(Template)]
#[template(path = "outcomes.html")]
struct OutcomesPage {
    p: Page,
    o: Outcomes,
    parts: Vec<Part>,
    durations: String,
    safeguards: Vec<Kept>,
    safeguards_drawn: String,
    safeguards_named: String,
    safeguards_defined: Vec<String>,
    years: Vec<i32>,
    /// Code and name of each.
    offices: Vec<(String, String)>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, p): Person,
    Params(params): Params<OutcomesParams>,
) -> Result<Response, Problem> {
    let o = app.service.outcomes(&caller, &params.which(false)).await?;
    let of = |id: &str| o.tables.iter().find(|table| table.id == id);
    let (asked, met) = (of("safeguards_asked"), of("safeguards_met"));
    let safeguards = kept(&p, asked, met);
    let safeguards_drawn = shares(&p, asked, met);
    let safeguards_named = met.map(|table| p.x(&table.name).to_owned()).unwrap_or_default();
    let defined = asked.into_iter().chain(met);
    let safeguards_defined = defined.map(|table| p.x(&table.definition).to_owned()).collect();
    let tables = o.tables.iter().filter(|table| !table.id.starts_with("safeguards"));
    let parts = tables.map(|table| part(&p, table)).collect();
    let durations = durations(&p, &o);
    let this = p.today().year();
    let years = (0..YEARS).map(|back| this - back).collect();
    let tree = app.service.offices();
    let named =
        |code: &String| tree.by_code(code).map_or_else(String::new, |office| p.x(&office.name).to_owned());
    let offices = o.offices.iter().map(|code| (code.clone(), named(code))).collect();
    let page = OutcomesPage {
        p,
        o,
        parts,
        durations,
        safeguards,
        safeguards_drawn,
        safeguards_named,
        safeguards_defined,
        years,
        offices,
    };
    Ok(ok(&page))
}

/// The same as a file.
pub(super) async fn export(
    State(app): State<App>,
    Person(caller, _): Person,
    Params(params): Params<OutcomesParams>,
) -> Result<Response, Problem> {
    Ok(csv(&app.service.outcomes(&caller, &params.which(true)).await?))
}

fn part(p: &Page, table: &Table) -> Part {
    let counted = table.rows.iter().filter(|row| row.code != "all");
    let bars: Vec<Bar> = counted
        .map(|row| Bar {
            label: p.x(&row.name).to_owned(),
            value: row.total.map(plot::length),
            said: shown(row.total),
            mark: None,
        })
        .collect();
    let name = p.x(&table.name);
    let drawing = plot::draw(
        &format!("plot-{}", table.id),
        &p.n(d::DRAWN_OF, name),
        p.x(&table.definition),
        &bars,
        None,
    );
    let mut divisions: Vec<(&'static T, usize)> = Vec::new();
    for by in [By::Quarter, By::Sex, By::Age, By::Office] {
        let columns = table.columns.iter().filter(|column| column.by == by).count();
        if columns > 0 {
            divisions.push((named(by), columns));
        }
    }
    Part { table: table.clone(), drawing, divisions }
}

const fn named(by: By) -> &'static T {
    match by {
        By::Quarter => d::BY_QUARTER,
        By::Sex => d::BY_SEX,
        By::Age => d::BY_AGE,
        By::Office => d::BY_OFFICE,
    }
}

fn durations(p: &Page, o: &Outcomes) -> String {
    #[expect(clippy::cast_precision_loss, reason = "some hundred days")]
    let days = |days: i64| days as f64;
    let known = o.durations.iter().filter(|one| one.median.is_some());
    let bars: Vec<Bar> = known
        .map(|one| Bar {
            label: p.x(&one.name).to_owned(),
            value: one.median.map(days),
            said: one.median.map(|days| p.n(d::DAYS_N, days)).unwrap_or_default(),
            mark: one.ninth_decile.map(days),
        })
        .collect();
    if bars.is_empty() {
        return String::new();
    }
    let title = p.n(d::DRAWN_OF, p.t(d::TIME_TO_DECISION));
    plot::draw("plot-durations", &title, p.x(&o.durations_definition), &bars, None)
}

/// Each safeguard with how often it was asked for and there.
fn pairs<'t>(asked: Option<&'t Table>, met: Option<&'t Table>) -> Vec<(&'t Row, &'t Row)> {
    let (Some(asked), Some(met)) = (asked, met) else { return Vec::new() };
    let same = |one: &Row, other: &Row| (&one.pack, &one.code) == (&other.pack, &other.code);
    let pair = |row: &'t Row| Some((row, met.rows.iter().find(|other| same(row, other))?));
    asked.rows.iter().filter_map(pair).collect()
}

/// How many in a hundred, where both numbers are shown.
fn share(asked: Option<u64>, met: Option<u64>) -> Option<u64> {
    let (asked, met) = (asked.filter(|asked| *asked > 0)?, met?);
    Some((met * 100 + asked / 2) / asked)
}

fn kept(p: &Page, asked: Option<&Table>, met: Option<&Table>) -> Vec<Kept> {
    let of = |row: &Row, place: usize| row.cells.get(place).copied().flatten();
    let both =
        |asked: &Row, met: &Row, place| format!("{} / {}", shown(of(met, place)), shown(of(asked, place)));
    let one = |(asked, met): (&Row, &Row)| Kept {
        code: asked.code.clone(),
        name: p.x(&asked.name).to_owned(),
        source: asked.source.clone(),
        asked: shown(asked.total),
        met: shown(met.total),
        share: share(asked.total, met.total).map_or_else(|| STAR.to_owned(), |share| format!("{share} %")),
        girls: both(asked, met, 0),
        boys: both(asked, met, 1),
    };
    pairs(asked, met).into_iter().map(one).collect()
}

fn shares(p: &Page, asked: Option<&Table>, met: Option<&Table>) -> String {
    let bar = |(asked, met): (&Row, &Row)| {
        let share = share(asked.total, met.total)?;
        Some(Bar {
            label: format!("{} {}", asked.code, p.x(&asked.name)),
            value: Some(plot::length(share)),
            said: format!("{share} %"),
            mark: None,
        })
    };
    let bars: Vec<Bar> = pairs(asked, met).into_iter().filter_map(bar).collect();
    let Some(met) = met.filter(|_| !bars.is_empty()) else { return String::new() };
    let title = p.n(d::DRAWN_OF, p.x(&met.name));
    plot::draw("plot-safeguards", &title, p.x(&met.definition), &bars, Some(100.0))
}

fn shown(count: Option<u64>) -> String {
    count.map_or_else(|| STAR.to_owned(), |count| count.to_string())
}

impl OutcomesPage {
    fn shows(&self, year: &i32) -> bool {
        *year == self.o.year
    }

    fn count(&self, count: &Option<u64>) -> String {
        shown(*count)
    }

    fn days(&self, days: &Option<i64>) -> String {
        days.map_or_else(|| STAR.to_owned(), |days| days.to_string())
    }
}
