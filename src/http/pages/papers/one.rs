//! One form: where it stands, what has happened, and what this person can do with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Duration;
use uuid::Uuid;

use super::texts as w;
use super::{Done, Paper, paper};
use crate::casework::assessments::review::{Adoption, Outcome, Return};
use crate::casework::assessments::view::{AssessmentView, StepView, VersionView};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::{Named, Params};
use crate::http::pages::case::{Head, record};
use crate::http::pages::facts;
use crate::http::pages::fields::{Fault, Input, Section, faults, mark};
use crate::http::pages::form::Form;
use crate::http::pages::page::{Page, Person, go, show};
use crate::http::pages::texts::{self as t, T};
use crate::http::{App, Problem};
use crate::law::Reason;

/// Something that can be done, as a form.
struct Act {
    /// The part of its address: whose act, and which.
    step: &'static str,
    sections: Vec<Section>,
    button: &'static T,
    second: bool,
}

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperPage {
    p: Page,
    head: Head,
    view: AssessmentView,
    purpose: String,
    source: String,
    at: String,
    acts: Vec<Act>,
    faults: Vec<Fault>,
    /// It was changed meanwhile.
    moved: bool,
}

/// One form.
pub(in crate::http::pages) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(of): Named<(Uuid, Uuid)>,
    Params(done): Params<Done>,
) -> Result<Response, Problem> {
    done.tell(&mut p);
    let paper = paper(&app, &mut p, &caller, of).await?;
    Ok(shown(p, paper, "", &Form::default(), &[], StatusCode::OK))
}

fn shown(
    p: Page,
    paper: Paper,
    step: &str,
    typed: &Form,
    reasons: &[Reason],
    status: StatusCode,
) -> Response {
    let mut faults = faults(&p, reasons, |_| None);
    // A page may ask for the same thing in two forms: a field's name begins with its step.
    for fault in &mut faults {
        fault.field = fault.field.as_ref().map(|field| format!("{step}.{field}"));
    }
    let Paper { head, view, form, at } = paper;
    let mut acts = acts(&p, &view, typed);
    for act in &mut acts {
        mark(&mut act.sections, &faults);
    }
    let (purpose, source) = (p.x(&form.purpose).to_owned(), form.source.clone());
    let moved = status == StatusCode::PRECONDITION_FAILED;
    show(status, &PaperPage { p, head, view, purpose, source, at, acts, faults, moved })
}

fn acts(p: &Page, view: &AssessmentView, typed: &Form) -> Vec<Act> {
    let area =
        |id: &str, label: &T, hint: &T| Input::new(id, p.t(label), "area", typed).hint(p.t(hint)).required();
    let note = |id: &str| Input::new(id, p.t(w::OWN_NOTE), "area", typed).hint(p.t(w::OWN_NOTE_HINT));
    let of = |step: &'static str| -> Option<Act> {
        let (title, hint, inputs, button) = match step {
            "accept" => (w::ACCEPT, Some(w::ACCEPT_HINT), Vec::new(), w::ACCEPT),
            "decline" => {
                (w::DECLINE, None, vec![area("decline.reason", w::DECLINE_WHY, w::DECLINE_HINT)], w::DECLINE)
            }
            "withdraw" => {
                let why = Input::new("withdraw.reason", p.t(w::WITHDRAW_WHY), "area", typed).required();
                (w::WITHDRAW, None, vec![why], w::WITHDRAW)
            }
            "return" => {
                let inputs = vec![area("return.reason", w::RETURN_WHAT, w::RETURN_HINT), note("return.note")];
                (w::RETURN, None, inputs, w::RETURN)
            }
            "adopt" => {
                let outcomes = [
                    ("adopted", w::ADOPT_WHOLLY),
                    ("partly", w::ADOPT_PARTLY),
                    ("not_adopted", w::ADOPT_NOT),
                ];
                let outcomes = outcomes.map(|(id, name)| (id.to_owned(), p.t(name).to_owned()));
                let how = Input::new("adopt.outcome", p.t(w::ADOPT_HOW), "radios", typed);
                let why = Input::new("adopt.reason", p.t(w::ADOPT_WHY), "area", typed).required();
                let inputs = vec![how.one_of(outcomes).required(), why, note("adopt.note")];
                (w::ADOPT, Some(w::ADOPT_HINT), inputs, w::ADOPT)
            }
            "release" => (w::RELEASE, Some(w::RELEASE_HINT), Vec::new(), w::RELEASE),
            "correct" => {
                (w::CORRECT, None, vec![area("correct.reason", w::CORRECT_WHY, w::CORRECT_HINT)], w::CORRECT)
            }
            _ => return None,
        };
        let mut section = Section::new(step, p.t(title), inputs);
        if let Some(hint) = hint {
            p.t(hint).clone_into(&mut section.hint);
        }
        let second = matches!(step, "decline" | "withdraw" | "return" | "correct");
        Some(Act { step, sections: vec![section], button, second })
    };
    // The adoption comes before the return: most often it is the last step.
    let order = ["accept", "decline", "withdraw", "adopt", "return", "release", "correct"];
    order.into_iter().filter(|step| view.acts.contains(step)).filter_map(of).collect()
}

/// Its writer does something with it.
pub(in crate::http::pages) async fn writer(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((case, id, step)): Named<(Uuid, Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (of, seen, reason) = ((case, id), Some(seen(&form)), form.get(&format!("{step}.reason")).to_owned());
    let service = &app.service;
    let (done, then) = match step.as_str() {
        "accept" => (service.accept_assessment(&caller, of, seen).await, "/draft"),
        "decline" => (service.decline_assessment(&caller, of, seen, &reason).await, ""),
        "release" => (service.release_assessment(&caller, of, seen).await, ""),
        "correct" => (service.correct_assessment(&caller, of, seen, &reason).await, "/draft"),
        _ => return Err(Problem::not_found()),
    };
    match done {
        Ok(_) => Ok(go(&format!("/cases/{case}/assessments/{id}{then}?done={step}"))),
        Err(error) => again(&app, p, &caller, of, &step, form, error).await,
    }
}

/// Who asked for it, or reviews it, does something with it.
pub(in crate::http::pages) async fn reviewer(
    State(app): State<App>,
    Person(caller, p): Person,
    Named((case, id, step)): Named<(Uuid, Uuid, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (of, seen) = ((case, id), Some(seen(&form)));
    let given = |field: &str| form.get(&format!("{step}.{field}")).to_owned();
    let note = form.given(&format!("{step}.note")).map(str::to_owned);
    let service = &app.service;
    let mut told = step.as_str();
    let done = match step.as_str() {
        "withdraw" => service.withdraw_assessment(&caller, of, seen, &given("reason")).await,
        "return" => {
            let back = Return { comments: given("reason"), note };
            service.return_assessment(&caller, of, seen, &back).await
        }
        "adopt" => {
            let outcome = match given("outcome").as_str() {
                "adopted" => Outcome::Adopted,
                "partly" => Outcome::Partly,
                "not_adopted" => Outcome::NotAdopted,
                _ => {
                    let text = crate::record::Text::new("请选择采纳程度", "say how far it is adopted");
                    let reason = Reason::engine("FIELD_MISSING", text).on("/outcome");
                    let error = CaseworkError::Invalid(vec![reason]);
                    return again(&app, p, &caller, of, &step, form, error).await;
                }
            };
            told = outcome.step();
            let adoption = Adoption { outcome, reasons: given("reason"), note };
            service.adopt_assessment(&caller, of, seen, &adoption).await
        }
        _ => return Err(Problem::not_found()),
    };
    match done {
        Ok(_) => Ok(go(&format!("/cases/{case}/assessments/{id}?done={told}"))),
        Err(error) => again(&app, p, &caller, of, &step, form, error).await,
    }
}

/// The version that somebody saw; without one nothing is expected to be there, so that it is a conflict.
pub(super) fn seen(form: &Form) -> i64 {
    form.get("v").parse().unwrap_or_default()
}

/// The page again, with what stands against the step and what was typed.
async fn again(
    app: &App,
    mut p: Page,
    caller: &Caller,
    of: (Uuid, Uuid),
    step: &str,
    form: Form,
    error: CaseworkError,
) -> Result<Response, Problem> {
    let (reasons, status) = match error {
        CaseworkError::Invalid(reasons) => (reasons, StatusCode::UNPROCESSABLE_ENTITY),
        CaseworkError::Conflict { .. } => (Vec::new(), StatusCode::PRECONDITION_FAILED),
        other => return Err(other.into()),
    };
    let paper = paper(app, &mut p, caller, of).await?;
    p.path.clone_from(&paper.at);
    Ok(shown(p, paper, step, &form, &reasons, status))
}

impl PaperPage {
    fn state(&self) -> (&'static T, &'static str) {
        super::state(&self.view.line.state)
    }

    fn due(&self) -> Option<String> {
        self.view.line.due_at.map(|due| self.p.day_of(&(due - Duration::seconds(1))))
    }

    fn step(&self, step: &StepView) -> &'static T {
        super::step(&step.what)
    }

    fn may(&self, act: &str) -> bool {
        self.view.acts.contains(&act)
    }

    fn side(&self, act: &Act) -> &'static str {
        if matches!(act.step, "withdraw" | "return" | "adopt") { "reviewer" } else { "writer" }
    }

    fn newest_first(&self) -> Vec<&VersionView> {
        self.view.versions.iter().rev().collect()
    }

    /// What the form says of the child, in words.
    fn of_child(&self) -> String {
        self.p.lang.list(self.view.of_child.iter().filter_map(|fact| facts::label(&self.p, fact)))
    }

    /// The form in which a person takes it into the file, filled in so far.
    fn facts(&self) -> String {
        let said: Vec<String> = self.view.of_child.iter().map(|fact| format!("{fact}=true")).collect();
        format!("/cases/{}/child/facts?{}", self.head.view.id, said.join("&"))
    }

    fn records(&self, safeguard: &str) -> Option<String> {
        record(&self.p, &self.head, safeguard)
    }
}
