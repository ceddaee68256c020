//! What is the child's own in a case: the sheet to print, what they said, a complaint.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use uuid::Uuid;

use super::texts as w;
use crate::casework::complaint::NewComplaint;
use crate::casework::voice::{NewVoice, Understood, VoiceView};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::{Named, Params};
use crate::http::pages::case::{Head, head};
use crate::http::pages::fields::{Fault, Input, Section, faults, mark};
use crate::http::pages::form::Form;
use crate::http::pages::page::{Page, Person, go, show};
use crate::http::pages::texts::{self as t, T};
use crate::http::{App, Problem};
use crate::law::Reason;
use crate::law::pack::StaffRole;

const UNDERSTOOD: [(&str, &T, Understood); 4] = [
    ("yes", w::UNDERSTOOD_YES, Understood::Yes),
    ("partly", w::UNDERSTOOD_PARTLY, Understood::Partly),
    ("no", w::UNDERSTOOD_NO, Understood::No),
    ("unsaid", w::UNDERSTOOD_UNSAID, Understood::Unsaid),
];

#[derive(Template)]
#[template(path = "child.html")]
struct ChildPage {
    p: Page,
    head: Head,
    voices: Vec<VoiceView>,
    /// The two forms, for whoever may act in the case: their addresses, fields and buttons.
    forms: Vec<(&'static str, Vec<Section>)>,
    faults: Vec<Fault>,
}

/// What was just recorded.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(in crate::http::pages) struct Recorded {
    done: String,
}

/// The page.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
    Params(recorded): Params<Recorded>,
) -> Result<Response, Problem> {
    p.said = match recorded.done.as_str() {
        "voice" => Some(p.t(w::VOICE_DONE).to_owned()),
        "complaint" => Some(p.t(w::COMPLAINT_DONE).to_owned()),
        _ => None,
    };
    shown(&app, p, &caller, id, &Form::default(), &[], "").await
}

async fn shown(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    typed: &Form,
    reasons: &[Reason],
    which: &str,
) -> Result<Response, Problem> {
    let head = head(app, &mut p, caller, id, "child").await?;
    let voices = app.service.voices(caller, id).await?;
    p.learn(app, voices.iter().map(|voice| voice.recorded_by).collect::<Vec<_>>()).await?;
    p.path = format!("/cases/{id}/child");
    let mut faults = faults(&p, reasons, |_| None);
    for fault in &mut faults {
        fault.field = fault.field.as_ref().map(|field| format!("{which}.{field}"));
    }
    let may = [StaffRole::Prosecutor, StaffRole::Chief, StaffRole::Clerk, StaffRole::SocialWorker];
    let mut forms = Vec::new();
    if p.is(&may) {
        forms.push(("voices", vec![voice_section(&p, typed)]));
        let staff = [head.view.lead, head.view.second, head.view.social_worker, head.view.approver];
        let staff = app.service.sign_in_names(staff.into_iter().flatten()).await?;
        forms.push(("complaints", vec![complaint_section(&p, typed, staff)]));
    }
    for (_, sections) in &mut forms {
        mark(sections, &faults);
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(show(status, &ChildPage { p, head, voices, forms, faults }))
}

fn voice_section(p: &Page, typed: &Form) -> Section {
    let understood = UNDERSTOOD.map(|(id, name, _)| (id.to_owned(), p.t(name).to_owned()));
    let inputs = vec![
        Input::new("voice.on", p.t(w::VOICE_ON), "date", typed).required(),
        Input::new("voice.about", p.t(w::VOICE_ABOUT), "line", typed)
            .hint(p.t(w::VOICE_ABOUT_HINT))
            .required(),
        Input::new("voice.words", p.t(w::VOICE_WORDS), "area", typed).required(),
        Input::new("voice.explained_by", p.t(w::VOICE_BY), "line", typed).required(),
        Input::new("voice.understood", p.t(w::VOICE_UNDERSTOOD), "radios", typed)
            .one_of(understood)
            .required(),
    ];
    Section::new("voice", p.t(w::ADD_VOICE), inputs)
}

fn complaint_section(p: &Page, typed: &Form, staff: Vec<(String, String)>) -> Section {
    let nobody = (String::new(), p.t(w::COMPLAINT_NONE).to_owned());
    let staff = std::iter::once(nobody).chain(staff);
    let inputs = vec![
        Input::new("complaint.by", p.t(w::COMPLAINT_BY), "line", typed)
            .hint(p.t(w::COMPLAINT_BY_HINT))
            .required(),
        Input::new("complaint.words", p.t(w::COMPLAINT_WORDS), "area", typed).required(),
        Input::new("complaint.about", p.t(w::COMPLAINT_ABOUT), "radios", typed).one_of(staff),
    ];
    let mut section = Section::new("complaint", p.t(w::ADD_COMPLAINT), inputs);
    p.t(w::COMPLAINT_HINT).clone_into(&mut section.hint);
    section
}

/// What the child said is recorded.
pub(in crate::http::pages) async fn voice(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let said = |field: &str| form.get(&format!("voice.{field}")).to_owned();
    let understood = UNDERSTOOD.iter().find(|(id, ..)| *id == said("understood"));
    let new = NewVoice {
        // A day that is none is refused as one to come.
        on: said("on").parse().unwrap_or(NaiveDate::MAX),
        about: said("about"),
        words: said("words"),
        explained_by: said("explained_by"),
        understood: understood.map_or(Understood::Unsaid, |(.., how)| *how),
    };
    match app.service.record_voice(&caller, id, &new).await {
        Ok(_) => Ok(go(&format!("/cases/{id}/child?done=voice"))),
        Err(CaseworkError::Invalid(reasons)) => {
            // The use case says that words are missing, not which.
            let empty = ["about", "words", "explained_by"].into_iter().find(|field| said(field).is_empty());
            shown(&app, p, &caller, id, &form, &beside(reasons, empty), "voice").await
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts a reason that is about words beside the field that is empty.
fn beside(reasons: Vec<Reason>, empty: Option<&str>) -> Vec<Reason> {
    let moved = |reason: Reason| match (reason.field.as_deref(), empty) {
        (Some("/reason"), Some(field)) => reason.on(format!("/{field}")),
        _ => reason,
    };
    reasons.into_iter().map(moved).collect()
}

/// A complaint is recorded.
pub(in crate::http::pages) async fn complaint(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let said = |field: &str| form.get(&format!("complaint.{field}")).to_owned();
    let about = form.given("complaint.about").map(str::to_owned);
    let new = NewComplaint { by: said("by"), words: said("words"), about };
    match app.service.complain(&caller, id, &new).await {
        Ok(_) => Ok(go(&format!("/cases/{id}/child?done=complaint"))),
        Err(CaseworkError::Invalid(reasons)) => {
            let empty = ["by", "words"].into_iter().find(|field| said(field).is_empty());
            shown(&app, p, &caller, id, &form, &beside(reasons, empty), "complaint").await
        }
        Err(error) => Err(error.into()),
    }
}

impl ChildPage {
    fn understood(&self, how: &Understood) -> &'static T {
        UNDERSTOOD.iter().find(|(.., one)| one == how).map_or(w::UNDERSTOOD_UNSAID, |(_, name, _)| name)
    }
}
