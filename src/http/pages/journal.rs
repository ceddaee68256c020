//! What happened in a case, entry by entry, with what corrected what; and the way it took through its pack.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::case::{Head, head};
use super::facts;
use super::fields::in_words;
use super::form::Form;
use super::lang::Lang;
use super::page::{Page, Person, ok};
use super::texts::{self as t, T};
use crate::casework::Caller;
use crate::casework::journal::{Back, JournalView};
use crate::draw::{self, Language};
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};
use crate::law::case::Fields;
use crate::law::floor::Check;
use crate::law::pack::Pack;
use crate::law::{Command, What};
use crate::record::{Text, Value};

/// Values that were recorded together.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) title: String,
    pub(super) values: Vec<(String, String)>,
}

/// An entry in words.
pub(super) struct Entry {
    pub(super) view: JournalView,
    pub(super) parts: Vec<Part>,
    pub(super) role: String,
    /// Rules that were not kept, by code and in words.
    warned: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "journal.html")]
struct JournalPage {
    p: Page,
    head: Head,
    entries: Vec<Entry>,
    kinds: Vec<(&'static str, &'static T, bool)>,
    people: Vec<(String, String, bool)>,
    filtered: bool,
    /// Where the entries before these are.
    earlier: Option<String>,
}

#[derive(Template)]
#[template(path = "way.html")]
struct WayPage {
    p: Page,
    head: Head,
    steps: Vec<JournalView>,
}

/// Which kinds of entries, from where.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Which {
    kind: String,
    by: String,
    before: Option<i64>,
}

const KINDS: [(&str, &T); 7] = [
    ("act", t::KIND_ACT),
    ("draft", t::KIND_DRAFT),
    ("return", t::KIND_RETURN),
    ("evidence", t::KIND_EVIDENCE),
    ("issue", t::KIND_ISSUE),
    ("serve", t::KIND_SERVE),
    ("child", t::KIND_CHILD),
];

/// The journal, newest first.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
    Params(which): Params<Which>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "journal").await?;
    let kind = KINDS.iter().find(|(id, _)| *id == which.kind).map(|(id, _)| (*id).to_owned());
    let back = Back { before: which.before, kind, by: which.by.parse().ok() };
    let found = app.service.journal_back(&caller, id, &back).await?;
    p.learn(&app, found.people.iter().copied()).await?;
    let entries = found.entries.into_iter().map(|view| entry(&p, &head.pack, view)).collect();
    let kinds = KINDS.map(|(id, name)| (id, name, which.kind == id)).into();
    let people =
        found.people.iter().map(|who| (who.to_string(), p.who(who), back.by == Some(*who))).collect();
    let filtered = back.kind.is_some() || back.by.is_some();
    let earlier = found.before.map(|before| {
        let (kind, by) =
            (back.kind.unwrap_or_default(), back.by.map(|by| by.to_string()).unwrap_or_default());
        format!("/cases/{id}/journal?kind={kind}&by={by}&before={before}")
    });
    Ok(ok(&JournalPage { p, head, entries, kinds, people, filtered, earlier }))
}

/// What one entry holds, in words.
pub(super) async fn of_entry(
    app: &App,
    p: &Page,
    caller: &Caller,
    head: &Head,
    number: u32,
) -> Result<Vec<Part>, Problem> {
    let found = Box::pin(app.service.journal_entry(caller, head.view.id, number.into())).await?;
    Ok(entry(p, &head.pack, found).parts)
}

/// What was recorded of a safeguard in an entry, as if it had been typed, to be corrected.
pub(super) async fn recorded(app: &App, caller: &Caller, case: Uuid, number: i64) -> Result<Form, Problem> {
    let found = Box::pin(app.service.journal_entry(caller, case, number)).await?;
    let command: Option<Command> = serde_json::from_value(found.command).ok();
    let Some(Command { what: What::Evidence { fields, .. }, at, .. }) = command else {
        return Err(Problem::not_found());
    };
    let mut form = Form::default().with("supersedes", &number.to_string());
    form = form.with("at", &at.format("%Y-%m-%dT%H:%M").to_string());
    for (id, value) in &fields {
        let typed = match value {
            Value::Bool(yes) => yes.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Date(day) => day.to_string(),
            Value::Time(at) => at.format("%Y-%m-%dT%H:%M").to_string(),
            Value::Choice(text) | Value::Text(text) => text.clone(),
            Value::Recorded => String::new(),
        };
        form = form.with(&format!("i.{id}"), &typed);
    }
    Ok(form)
}

pub(super) fn entry(p: &Page, pack: &Pack, view: JournalView) -> Entry {
    let command: Option<Command> = serde_json::from_value(view.command.clone()).ok();
    let role = view.role.as_deref().and_then(|role| pack.roles.find(role));
    let role = role.map(|role| p.x(&role.name).to_owned()).unwrap_or_default();
    let parts = command.map(|command| parts(p, pack, &command)).unwrap_or_default();
    let warned = view.warnings.iter().map(|code| (code.clone(), rule(p, pack, code))).collect();
    Entry { view, parts, role, warned }
}

/// What a rule says, by its code: a safeguard of the pack, or a right of the floor.
fn rule(p: &Page, pack: &Pack, code: &str) -> String {
    let right = || {
        let check = Check::ALL.iter().find(|check| check.code() == code)?;
        Some(Text::new(check.statement().zh, check.statement().en))
    };
    let text = pack.safeguards.find(code).map(|safeguard| safeguard.name.clone()).or_else(right);
    text.map(|text| p.x(&text).to_owned()).unwrap_or_default()
}

fn parts(p: &Page, pack: &Pack, command: &Command) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut add = |title: &str, values: Vec<(String, String)>| {
        if !values.is_empty() {
            parts.push(Part { title: title.to_owned(), values });
        }
    };
    let of_event = |id: &str, inputs: &Fields| {
        in_words(p, pack.events.find(id).map(|event| event.inputs.as_slice()).unwrap_or_default(), inputs)
    };
    let of_safeguard = |id: &str, fields: &Fields| {
        in_words(p, pack.safeguards.find(id).map(|s| s.evidence.as_slice()).unwrap_or_default(), fields)
    };
    let title_of = |id: &str| {
        pack.safeguards.find(id).map_or_else(|| id.to_owned(), |safeguard| p.x(&safeguard.name).to_owned())
    };
    match &command.what {
        What::Act(act) => {
            add("", of_event(&act.event, &act.inputs));
            for (id, fields) in &act.evidence {
                add(&title_of(id), of_safeguard(id, fields));
            }
            if let Some(draft) = act.draft {
                add("", vec![(p.t(t::APPROVES).to_owned(), format!("{draft}"))]);
            }
            if let Some(decision) = &act.decision {
                add(p.t(t::DECISION), decision_in_words(p, decision));
            }
        }
        What::Draft { event, inputs, evidence, decision } => {
            add("", of_event(event, inputs));
            for (id, fields) in evidence {
                add(&title_of(id), of_safeguard(id, fields));
            }
            add(p.t(t::DECISION), decision_in_words(p, decision));
        }
        What::Return { draft, reason } => add(
            "",
            vec![
                (p.t(t::DRAFT_NUMBER).to_owned(), format!("{draft}")),
                (p.t(t::WHY_SENT_BACK).to_owned(), reason.clone()),
            ],
        ),
        What::Evidence { safeguard, fields, .. } => add("", of_safeguard(safeguard, fields)),
        What::Issue { document, inputs } => {
            let fields = pack.documents.find(document).map(|d| d.inputs.as_slice()).unwrap_or_default();
            add("", in_words(p, fields, inputs));
        }
        What::Serve { to, received_on, .. } => {
            let name = |id: &String| {
                pack.roles.find(id).map_or_else(|| id.clone(), |role| p.x(&role.name).to_owned())
            };
            let to = p.lang.list(to.iter().map(name));
            add(
                "",
                vec![
                    (p.t(t::RECIPIENTS).to_owned(), to),
                    (p.t(t::RECEIVED_ON).to_owned(), p.day(received_on)),
                ],
            );
        }
        What::CorrectChild { child, offence, reason } => {
            let mut known = facts::words(p, child, offence.as_ref());
            known.push((p.t(t::WHY).to_owned(), reason.clone()));
            add("", known);
        }
    }
    let because = command.because.iter().map(|(code, why)| (code.clone(), why.clone())).collect();
    add(p.t(t::GO_ON_ANYWAY), because);
    parts
}

fn decision_in_words(p: &Page, decision: &crate::record::Decision) -> Vec<(String, String)> {
    let yes_no = if decision.review_route { t::YES } else { t::NO };
    let mut values = vec![
        (p.t(t::REASONS).to_owned(), decision.reasons.clone()),
        (p.t(t::CHILD_VIEW).to_owned(), decision.child_view.clone()),
        (p.t(t::DIVERSION).to_owned(), decision.diversion.clone()),
        (p.t(t::REVIEW_ROUTE).to_owned(), p.t(yes_no).to_owned()),
    ];
    for (n, milder) in decision.alternatives.iter().enumerate() {
        values.push((p.n(t::ALTERNATIVE, n + 1), format!("{} – {}", milder.measure, milder.why_not)));
    }
    values.retain(|(_, value)| !value.is_empty());
    values
}

/// The case's way, step by step and on the picture of its pack.
pub(super) async fn way(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "way").await?;
    let steps = app.service.whole_journal(&caller, id, Some("act")).await?;
    Ok(ok(&WayPage { p, head, steps }))
}

/// The picture of it.
pub(super) async fn way_drawn(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
) -> Result<Response, Problem> {
    let head = head(&app, &mut p, &caller, id, "way").await?;
    let steps = app.service.whole_journal(&caller, id, Some("act")).await?;
    let events: Vec<&str> = steps.iter().map(|entry| entry.code.as_str()).collect();
    Ok(svg(draw::way(&head.pack, language(&p), &events, &head.view.standing)))
}

/// The language of a picture.
pub(super) fn language(p: &Page) -> Language {
    match p.lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    }
}

/// A picture as an answer.
pub(super) fn svg(picture: String) -> Response {
    let kind = HeaderValue::from_static("image/svg+xml");
    ([(header::CONTENT_TYPE, kind)], picture).into_response()
}

impl JournalPage {
    fn kind(&self, kind: &str) -> &'static T {
        KINDS.iter().find(|(id, _)| *id == kind).map_or(t::KIND_ACT, |(_, name)| name)
    }
}
