//! The forms of a pack: what a page or another client needs to ask their questions.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::packs::NamedView;
use crate::http::caller::{Named, Params, SignedIn};
use crate::http::{App, Problem};
use crate::law::forms::{Choice, Condition, Form, Kind, Means, Question, Required, Rows, Side};
use crate::law::pack::{ClassName, Confidence};
use crate::record::Text;

/// A form in short.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FormLine {
    /// Name by which it is asked for.
    pub id: String,
    /// Version, from 1.
    pub version: u32,
    /// Whether it is the newest: what is begun now is begun under it.
    pub newest: bool,
    /// Visible name.
    pub name: Text,
    /// What it is for.
    pub purpose: Text,
    /// Law that asks for it.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// On whose side of the evidence wall it is written.
    pub side: Side,
    /// Roles that write it.
    pub written_by: Vec<String>,
    /// Roles that return or adopt it.
    pub reviewed_by: Vec<String>,
    /// Roles that read it once it is released.
    pub read_by: Vec<String>,
}

/// A form with its questions.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FormView {
    /// In short.
    #[serde(flatten)]
    pub line: FormLine,
    /// Parts in their order.
    pub sections: Vec<SectionView>,
    /// What must hold between answers.
    pub rules: Vec<RuleView>,
}

/// A part of a form.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SectionView {
    /// Name.
    pub id: String,
    /// Visible name.
    pub name: Text,
    /// What the writer should know.
    pub help: Option<Text>,
    /// Shown only if this holds: CEL over `input.<question>` and `child.<fact>`.
    pub when: Option<String>,
    /// Questions in their order.
    pub questions: Vec<QuestionView>,
}

/// A question.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct QuestionView {
    /// Name: the key of its answer.
    pub id: String,
    /// The question.
    pub name: Text,
    /// What the writer should know.
    pub help: Option<Text>,
    /// Where it comes from, if not from the form's own source.
    pub source: Option<String>,
    /// `text`, `long_text`, `date`, `date_time`, `yes_no`, `choice`, `choices`, `number`, `person` or `table`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Must be answered where it is asked.
    pub required: bool,
    /// Must be answered if this holds.
    pub required_when: Option<String>,
    /// Asked only if this holds.
    pub when: Option<String>,
    /// Sensitivity class.
    pub class: ClassName,
    /// What the answer means to the service.
    pub means: Option<Means>,
    /// May not lie in the future.
    pub past: bool,
    /// Options of a choice.
    pub options: Vec<NamedView>,
    /// Unit of a number.
    pub unit: Option<Text>,
    /// Smallest number, or fewest rows.
    pub min: Option<i64>,
    /// Largest number, or most rows.
    pub max: Option<i64>,
    /// Rows of a table that are given; its answer is then a map by their codes, otherwise a list.
    pub rows: Vec<NamedView>,
    /// Questions of each row.
    #[schema(no_recursion)]
    pub columns: Vec<QuestionView>,
}

/// What must hold between answers.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RuleView {
    /// Code.
    pub code: String,
    /// What must hold, in CEL.
    pub require: String,
    /// What it says.
    pub text: Text,
}

/// Which version.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub struct FormParams {
    /// The version; the newest unless said.
    version: Option<u32>,
}

/// The forms of a pack, every version that is kept.
#[utoipa::path(get, path = "/api/v1/packs/{id}/forms", tag = "packs", params(("id" = String, Path)),
    responses((status = 200, body = Vec<FormLine>), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list(
    State(app): State<App>,
    SignedIn(_): SignedIn,
    Named(id): Named<String>,
) -> Result<Json<Vec<FormLine>>, Problem> {
    let pack = app.service.packs().current(&id, app.service.now()).ok_or_else(Problem::not_found)?;
    let newest = |form: &Form| pack.forms.current(&form.id).is_some_and(|new| new.version == form.version);
    Ok(Json(pack.forms.all().map(|form| line(form, newest(form))).collect()))
}

/// A form with its questions.
#[utoipa::path(get, path = "/api/v1/packs/{id}/forms/{form}", tag = "packs", params(("id" = String, Path), ("form" = String, Path), FormParams),
    responses((status = 200, body = FormView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn read(
    State(app): State<App>,
    SignedIn(_): SignedIn,
    Named((id, form)): Named<(String, String)>,
    Params(params): Params<FormParams>,
) -> Result<Json<FormView>, Problem> {
    let pack = app.service.packs().current(&id, app.service.now()).ok_or_else(Problem::not_found)?;
    let newest = pack.forms.current(&form).ok_or_else(Problem::not_found)?;
    let version = params.version.unwrap_or(newest.version);
    let found = pack.forms.find(&form, version).ok_or_else(Problem::not_found)?;
    Ok(Json(FormView {
        line: line(found, found.version == newest.version),
        sections: found
            .sections
            .iter()
            .map(|section| SectionView {
                id: section.id.clone(),
                name: section.name.clone(),
                help: section.help.clone(),
                when: text(section.when.as_ref()),
                questions: section.questions.iter().map(question).collect(),
            })
            .collect(),
        rules: found
            .rules
            .iter()
            .map(|rule| RuleView {
                code: rule.code.clone(),
                require: rule.require.text.clone(),
                text: rule.text.clone(),
            })
            .collect(),
    }))
}

fn line(form: &Form, newest: bool) -> FormLine {
    FormLine {
        id: form.id.clone(),
        version: form.version,
        newest,
        name: form.name.clone(),
        purpose: form.purpose.clone(),
        source: form.source.clone(),
        confidence: form.confidence,
        side: form.side,
        written_by: form.written_by.clone(),
        reviewed_by: form.reviewed_by.clone(),
        read_by: form.read_by.clone(),
    }
}

fn text(condition: Option<&Condition>) -> Option<String> {
    condition.map(|condition| condition.text.clone())
}

fn named(choices: &[Choice]) -> Vec<NamedView> {
    choices.iter().map(|choice| NamedView { id: choice.id.clone(), name: choice.name.clone() }).collect()
}

fn question(question: &Question) -> QuestionView {
    let count = |n: usize| i64::try_from(n).ok();
    let (kind, options, (min, max), rows) = match &question.kind {
        Kind::Text => ("text", &[][..], (None, None), &[][..]),
        Kind::LongText => ("long_text", &[][..], (None, None), &[][..]),
        Kind::Date => ("date", &[][..], (None, None), &[][..]),
        Kind::DateTime => ("date_time", &[][..], (None, None), &[][..]),
        Kind::YesNo => ("yes_no", &[][..], (None, None), &[][..]),
        Kind::Person => ("person", &[][..], (None, None), &[][..]),
        Kind::Choice(options) => ("choice", options.as_slice(), (None, None), &[][..]),
        Kind::Choices(options) => ("choices", options.as_slice(), (None, None), &[][..]),
        Kind::Number(limits) => ("number", &[][..], (limits.min, limits.max), &[][..]),
        Kind::Table(table) => match &table.rows {
            Rows::Added { at_least, at_most } => {
                ("table", &[][..], (count(*at_least), count(*at_most)), &[][..])
            }
            Rows::Given(rows) => ("table", &[][..], (None, None), rows.as_slice()),
        },
    };
    QuestionView {
        id: question.id.clone(),
        name: question.name.clone(),
        help: question.help.clone(),
        source: question.source.clone(),
        kind,
        required: question.required == Required::Always,
        required_when: match &question.required {
            Required::When(condition) => Some(condition.text.clone()),
            _ => None,
        },
        when: text(question.when.as_ref()),
        class: question.class,
        means: question.means,
        past: question.past,
        options: named(options),
        unit: match &question.kind {
            Kind::Number(limits) => limits.unit.clone(),
            _ => None,
        },
        min,
        max,
        rows: named(rows),
        columns: question.columns().iter().map(self::question).collect(),
    }
}
