//! A form of the pages beside cases: asked, and asked again with what is wrong beside its field.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::fields::{Fault, Section, faults, mark};
use super::page::{Page, show};
use super::texts as t;
use crate::casework::CaseworkError;
use crate::http::Problem;
use crate::law::Reason;
use crate::record::Text;

/// A form.
#[derive(Template)]
#[template(path = "desk_form.html")]
pub(super) struct Asked {
    pub(super) p: Page,
    pub(super) title: String,
    pub(super) lead: String,
    /// Where it is sent.
    pub(super) action: String,
    pub(super) sections: Vec<Section>,
    pub(super) faults: Vec<Fault>,
    /// Fields that are sent along.
    pub(super) hidden: Vec<(String, String)>,
    pub(super) send: String,
    /// Where one gets without sending it.
    pub(super) back: String,
}

impl Asked {
    /// The form as a page.
    pub(super) fn page(self) -> Response {
        show(StatusCode::OK, &self)
    }

    /// The form once more, with what is wrong.
    pub(super) fn again(mut self, reasons: &[Reason]) -> Response {
        self.faults = faults(&self.p, reasons, |_| None);
        mark(&mut self.sections, &self.faults);
        show(StatusCode::UNPROCESSABLE_ENTITY, &self)
    }
}

/// What is wrong with a form, if that is what is wrong.
pub(super) fn reasons(error: CaseworkError) -> Result<Vec<Reason>, Problem> {
    match error {
        CaseworkError::Invalid(reasons) => Ok(reasons),
        CaseworkError::Refused(refusal) => Ok(refusal.reasons),
        CaseworkError::Taken { .. } => {
            let problem = Problem::from(error);
            Ok(vec![Reason::engine("TAKEN", problem.texts.detail)])
        }
        error => Err(error.into()),
    }
}

/// A choice that must be made and was not.
pub(super) fn choose(field: &str) -> Reason {
    Reason::engine("FIELD_MISSING", Text::new("请选择一项", "choose one")).on(format!("/{field}"))
}
