//! A form is written: a task list of its sections, and each section as a form that is saved as it is, with a script while
//! it is typed and without one by its button.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::ask::{Ask, Scene, answers, section_mark, typed};
use super::one::seen;
use super::texts as w;
use super::{Done, Draft, draft, says};
use crate::casework::assessments::draft::{Save, Saved};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::{Named, Params};
use crate::http::pages::case::Head;
use crate::http::pages::fields::{Fault, faults};
use crate::http::pages::form::Form as Typed;
use crate::http::pages::page::{Page, Person, go, ok, show};
use crate::http::pages::texts::{self as t, T};
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::forms::{Form, Section};

/// A section in the task list.
struct Part {
    id: String,
    title: String,
    mark: Option<&'static T>,
    tag: &'static str,
    state: String,
}

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage {
    p: Page,
    head: Head,
    title: String,
    purpose: String,
    at: String,
    parts: Vec<Part>,
    done: usize,
}

#[derive(Template)]
#[template(path = "draft_section.html")]
struct SectionPage {
    p: Page,
    head: Head,
    form_id: String,
    form_version: u32,
    form_name: String,
    title: String,
    help: String,
    mark: Option<&'static T>,
    at: String,
    section: String,
    place: (usize, usize),
    version: i64,
    asks: Vec<Ask>,
    faults: Vec<Fault>,
    conflict: bool,
    next: bool,
}

/// The task list of a draft's sections.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(of): Named<(Uuid, Uuid)>,
    Params(done): Params<Done>,
) -> Result<Response, Problem> {
    done.tell(&mut p);
    let Draft { head, written: draft, form, at } = draft(&app, &mut p, &caller, of).await?;
    if !["drafting", "returned"].contains(&draft.saved.kept.state.as_str()) {
        return Ok(go(&at));
    }
    let parts: Vec<Part> = sections(&form, &draft.saved)
        .map(|section| {
            let begun = section.questions.iter().any(|question| draft.answers.contains_key(&question.id));
            let (missing, wrong) = standing(section, &draft.saved.reasons, &draft.answers);
            let (tag, state) = match (wrong, missing) {
                (1.., _) => ("tag tag-bad", p.n(w::PART_WRONG, wrong)),
                (_, 1..) if begun => ("tag tag-warn", p.n(w::PART_TO_DO, missing)),
                (_, 1..) => ("tag", p.t(w::PART_EMPTY).to_owned()),
                _ if begun => ("tag tag-good", p.t(w::PART_DONE).to_owned()),
                _ => ("tag", p.t(w::PART_OPTIONAL).to_owned()),
            };
            let title = p.x(&section.name).to_owned();
            Part { id: section.id.clone(), title, mark: section_mark(section), tag, state }
        })
        .collect();
    let done = parts.iter().filter(|part| part.tag.ends_with("good")).count();
    let (title, purpose) = (p.x(&form.name).to_owned(), p.x(&form.purpose).to_owned());
    Ok(ok(&DraftPage { p, head, title, purpose, at, parts, done }))
}

/// Sections that are asked.
fn sections<'a>(form: &'a Form, saved: &'a Saved) -> impl Iterator<Item = &'a Section> {
    form.sections.iter().filter(|section| saved.asked.contains(&section.id))
}

/// The question that a reason is about.
pub(super) fn question_of(reason: &Reason) -> Option<&str> {
    reason.field.as_deref()?.strip_prefix("/answers/")?.split('/').next()
}

/// Whether a reason is that nothing was said. A consent that was refused is an answer.
fn is_missing(reason: &Reason, answers: &Map<String, Json>) -> bool {
    let said = question_of(reason).is_some_and(|id| answers.contains_key(id));
    reason.code == "FIELD_MISSING" || (reason.code == "CONSENT_MISSING" && !said)
}

/// How much of a section is missing and how much is wrong.
fn standing(section: &Section, reasons: &[Reason], answers: &Map<String, Json>) -> (usize, usize) {
    let own = reasons.iter().filter(|reason| {
        question_of(reason).is_some_and(|id| section.questions.iter().any(|question| question.id == id))
    });
    let (missing, wrong): (Vec<&Reason>, Vec<&Reason>) = own.partition(|reason| is_missing(reason, answers));
    (missing.len(), wrong.len())
}

/// How a section is shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http::pages) struct Shown {
    /// The table to which an empty row is added.
    more: Option<String>,
    /// What is missing is told too, for whoever comes from reading over.
    check: Option<String>,
    /// What was just saved: `yes`, `more` for further questions, `look` for something to mend.
    saved: String,
}

/// A section to be filled in.
pub(in crate::http::pages) async fn section(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named((case, id, section)): Named<(Uuid, Uuid, String)>,
    Params(how): Params<Shown>,
) -> Result<Response, Problem> {
    let room = draft(&app, &mut p, &caller, (case, id)).await?;
    if !room.open() {
        return Ok(go(&room.at));
    }
    let said = match how.saved.as_str() {
        "" => None,
        "more" => Some(w::MORE_ASKED),
        "look" => Some(w::LOOK_AGAIN),
        _ => Some(w::SAVED),
    };
    p.said = said.map(|said| p.t(said).to_owned());
    p.path = p.path_alone().to_owned();
    let typed = typed(&room.written.answers);
    shown(p, room, &section, &typed, &how, StatusCode::OK)
}

fn shown(
    p: Page,
    room: Draft,
    section: &str,
    typed: &Typed,
    how: &Shown,
    status: StatusCode,
) -> Result<Response, Problem> {
    let Draft { head, written: draft, form, at } = room;
    let section = form.section(section).ok_or_else(Problem::not_found)?;
    let conflict = status == StatusCode::PRECONDITION_FAILED;
    let own = |reason: &&Reason| {
        let here = question_of(reason).is_some_and(|id| section.questions.iter().any(|q| q.id == id));
        here && !conflict && (how.check.is_some() || !is_missing(reason, &draft.answers))
    };
    let reasons: Vec<Reason> = draft.saved.reasons.iter().filter(own).cloned().collect();
    let faults = faults(&p, &reasons, |_| None);
    let (asked, columns) = (&draft.saved.asked, &draft.saved.columns);
    let scene = Scene { p: &p, typed, asked, columns, faults: &faults, more: how.more.as_deref() };
    let mut asks = scene.asks(section);
    if conflict {
        let mine = answers(section, typed);
        for (ask, question) in asks.iter_mut().zip(&section.questions) {
            let there = draft.answers.get(&question.id);
            if there != mine.get(&question.id) {
                ask.saved = Some(says::whole(&p, question, there));
                // What was typed must not be hidden by what is saved.
                ask.shown = true;
            }
        }
    }
    let all: Vec<&str> = sections(&form, &draft.saved).map(|section| section.id.as_str()).collect();
    let place = all.iter().position(|id| *id == section.id).unwrap_or_default();
    let page = SectionPage {
        form_id: form.id.clone(),
        form_version: form.version,
        form_name: p.x(&form.name).to_owned(),
        title: p.x(&section.name).to_owned(),
        help: section.help.as_ref().map(|help| p.x(help).to_owned()).unwrap_or_default(),
        mark: section_mark(section),
        at,
        section: section.id.clone(),
        place: (place + 1, all.len()),
        version: draft.saved.kept.version,
        asks,
        faults,
        conflict,
        next: place + 1 < all.len(),
        p,
        head,
    };
    Ok(show(status, &page))
}

/// What a script is told after it saved.
#[derive(Debug, Serialize)]
struct Told {
    v: i64,
    said: String,
    /// Places of the questions that are asked as the answers stand.
    shown: Vec<String>,
}

/// A section is saved as it is.
pub(in crate::http::pages) async fn save(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named((case, id, section)): Named<(Uuid, Uuid, String)>,
    form: Typed,
) -> Result<Response, Problem> {
    let of = (case, id);
    let at = format!("/cases/{case}/assessments/{id}");
    let what = form.get("step").to_owned();
    // What is asked is known from the form's definition; the draft itself is not read for it.
    let (definition, zone) = app.service.form_written(&caller, of).await?;
    p.zone = zone;
    let part = definition.section(&section).ok_or_else(Problem::not_found)?;
    let (form, less) = match what.strip_prefix("less:") {
        Some(row) => (form.without(&format!("answers.{row}.")), true),
        None => (form, false),
    };
    let new = Save {
        form: form.get("form").to_owned(),
        form_version: form.get("form_version").parse().unwrap_or_default(),
        section: Some(section.clone()),
        answers: answers(part, &form),
    };
    let saved = match app.service.save_draft(&caller, of, Some(seen(&form)), &new).await {
        Ok(saved) => saved,
        Err(CaseworkError::Conflict { .. }) if what != "auto" => {
            return conflict(&app, p, &caller, of, &section, &form, &new).await;
        }
        Err(error) => return Err(error.into()),
    };
    let here = format!("{at}/draft/{section}");
    if what == "auto" {
        let scene = Scene {
            p: &p,
            typed: &form,
            asked: &saved.asked,
            columns: &saved.columns,
            faults: &[],
            more: None,
        };
        let asks = scene.asks(part);
        let cells = asks.iter().flat_map(|ask| ask.rows.iter().flatten()).flat_map(|row| &row.cells);
        let shown = asks.iter().chain(cells).filter(|ask| ask.shown).map(|ask| ask.place.clone()).collect();
        let now = p.now.with_timezone(&p.zone).format("%H:%M").to_string();
        let told = Told { v: saved.kept.version, said: p.n(w::SAVED_AT, now), shown };
        return Ok(axum::Json(told).into_response());
    }
    if let Some(table) = what.strip_prefix("more:") {
        return Ok(go(&format!("{here}?more={table}#answers.{table}")));
    }
    if less {
        return Ok(go(&format!("{here}?saved=yes#form")));
    }
    let (_, wrong) = standing(part, &saved.reasons, &new.answers);
    if wrong > 0 {
        return Ok(go(&format!("{here}?saved=look")));
    }
    // Questions that the form did not show, because they follow from what was answered in it.
    let hidden: Vec<&str> = form.all("hidden").collect();
    let follows = part
        .questions
        .iter()
        .any(|question| hidden.contains(&question.id.as_str()) && saved.asked.contains(&question.id));
    let row_follows = saved.columns.iter().any(|place| hidden.contains(&place.as_str()));
    if follows || row_follows {
        return Ok(go(&format!("{here}?saved=more")));
    }
    if what == "stay" {
        return Ok(go(&format!("{here}?saved=yes")));
    }
    let mut after = sections(&definition, &saved).skip_while(|other| other.id != section).skip(1);
    Ok(go(&after.next().map_or_else(|| format!("{at}/draft"), |next| format!("{at}/draft/{}", next.id))))
}

/// The draft was saved meanwhile: both are shown, unless both are the same.
async fn conflict(
    app: &App,
    mut p: Page,
    caller: &Caller,
    of: (Uuid, Uuid),
    section: &str,
    form: &Typed,
    new: &Save,
) -> Result<Response, Problem> {
    let room = draft(app, &mut p, caller, of).await?;
    if !room.open() {
        return Ok(go(&room.at));
    }
    let part = room.form.section(section).ok_or_else(Problem::not_found)?;
    let there = part
        .questions
        .iter()
        .filter_map(|question| Some((question.id.clone(), room.written.answers.get(&question.id)?.clone())));
    let there: Map<_, _> = there.collect();
    if there == new.answers {
        return Ok(go(&format!("{}/draft/{section}?saved=yes", room.at)));
    }
    p.path = format!("{}/draft/{section}", room.at);
    shown(p, room, section, form, &Shown::default(), StatusCode::PRECONDITION_FAILED)
}
