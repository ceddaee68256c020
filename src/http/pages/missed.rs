//! Time limits of a case that passed unanswered: somebody says why, and what was done.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::case::{Head, head};
use super::fields::{Fault, Input, faults};
use super::form::Form;
use super::page::{Page, Person, go, show};
use super::texts as t;
use crate::casework::work::{MissView, NewAnswer};
use crate::casework::{Caller, CaseworkError};
use crate::http::caller::{Named, Params};
use crate::http::{App, Problem};
use crate::law::pack::StaffRole;

/// A time limit that passed, and the fields in which it is answered for.
struct Miss {
    view: MissView,
    inputs: Vec<Input>,
}

#[derive(Template)]
#[template(path = "missed.html")]
struct MissedPage {
    p: Page,
    head: Head,
    open: Vec<Miss>,
    answered: Vec<MissView>,
    faults: Vec<Fault>,
    may_answer: bool,
    /// What was typed when somebody else had answered meanwhile.
    too_late: Option<NewAnswer>,
}

/// What was answered a moment ago.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: Option<String>,
}

/// The time limits of a case that passed.
pub(super) async fn page(
    State(app): State<App>,
    Person(caller, mut p): Person,
    Named(id): Named<Uuid>,
    Params(done): Params<Done>,
) -> Result<Response, Problem> {
    if done.done.is_some() {
        p.said = Some(p.t(t::ANSWER_KEPT).to_owned());
    }
    shown(&app, p, &caller, id, &Form::default(), Outcome::Asked).await
}

/// One of them is answered for.
pub(super) async fn send(
    State(app): State<App>,
    Person(caller, p): Person,
    Named(id): Named<Uuid>,
    form: Form,
) -> Result<Response, Problem> {
    let miss = Uuid::try_parse(form.get("miss")).map_err(|_| Problem::not_found())?;
    let typed = |field: &str| form.get(&place(field, miss)).to_owned();
    let new = NewAnswer { reason: typed("reason"), done: typed("done") };
    match app.service.answer_for(&caller, id, miss, &new).await {
        Ok(_) => Ok(go(&format!("/cases/{id}/missed?done=1"))),
        Err(CaseworkError::Invalid(reasons)) => {
            let faults = faults(&p, &reasons, |_| None);
            shown(&app, p, &caller, id, &form, Outcome::Wrong(miss, faults)).await
        }
        Err(CaseworkError::Conflict { .. }) => {
            shown(&app, p, &caller, id, &Form::default(), Outcome::TooLate(new)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The name of a field in the form of one of them.
fn place(field: &str, miss: Uuid) -> String {
    format!("{field}-{miss}")
}

/// What became of a form.
enum Outcome {
    Asked,
    Wrong(Uuid, Vec<Fault>),
    TooLate(NewAnswer),
}

async fn shown(
    app: &App,
    mut p: Page,
    caller: &Caller,
    id: Uuid,
    form: &Form,
    outcome: Outcome,
) -> Result<Response, Problem> {
    let head = head(app, &mut p, caller, id, "missed").await?;
    let misses = app.service.misses(caller, id).await?;
    p.learn(app, misses.iter().filter_map(|miss| miss.answered_by)).await?;
    p.path = format!("/cases/{id}/missed");
    let (status, about, faults, too_late) = match outcome {
        Outcome::Asked => (StatusCode::OK, None, Vec::new(), None),
        Outcome::Wrong(miss, faults) => (StatusCode::UNPROCESSABLE_ENTITY, Some(miss), faults, None),
        Outcome::TooLate(new) => (StatusCode::CONFLICT, None, Vec::new(), Some(new)),
    };
    // A fault leads to the field of the form that was sent.
    let faults: Vec<Fault> = faults
        .into_iter()
        .map(|fault| Fault {
            field: about.and_then(|miss| Some(place(&fault.field.clone()?, miss))),
            ..fault
        })
        .collect();
    let viewer = &caller.viewer;
    let leads = |lead: Uuid| lead == viewer.account || viewer.stands_in_for.contains(&lead);
    let may_answer = p.is(&[StaffRole::Supervisor]) || head.view.lead.is_some_and(leads);
    let (answered, open): (Vec<_>, Vec<_>) = misses.into_iter().partition(|miss| miss.answered_at.is_some());
    let nothing = Form::default();
    let open = open.into_iter().map(|view| {
        let typed = if about == Some(view.id) { form } else { &nothing };
        let area = |id: &str, label, hint| {
            let input = Input::new(&place(id, view.id), p.t(label), "area", typed).hint(p.t(hint)).required();
            let error = faults.iter().find(|fault| fault.field.as_deref() == Some(input.id.as_str()));
            Input { error: error.map(|fault| fault.text.clone()), ..input }
        };
        let inputs = vec![
            area("reason", t::WHY_MISSED, t::WHY_MISSED_HINT),
            area("done", t::WHAT_WAS_DONE, t::WHAT_WAS_DONE_HINT),
        ];
        Miss { view, inputs }
    });
    let open = open.collect();
    Ok(show(status, &MissedPage { p, head, open, answered, faults, may_answer, too_late }))
}

impl MissedPage {
    /// The last day of a time limit, or the day on which a right was broken and where that stands.
    fn ended(&self, miss: &MissView) -> String {
        if miss.breach {
            return self.p.n(t::BROKEN_ON, self.p.day_of(&miss.due)).replacen("{}", &miss.run.to_string(), 1);
        }
        self.p.n(t::ENDED_ON, self.p.day_of(&(miss.due - chrono::Duration::seconds(1))))
    }

    /// Who answered, and when.
    fn answered(&self, miss: &MissView) -> String {
        let who = miss.answered_by.map(|who| self.p.who(&who)).unwrap_or_default();
        let when = miss.answered_at.map(|at| self.p.at(&at)).unwrap_or_default();
        self.p.n(t::ANSWERED_BY, who).replacen("{}", &when, 1)
    }
}
