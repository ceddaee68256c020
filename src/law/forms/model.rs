//! A form once every name is resolved.

use std::sync::Arc;

pub use super::source::Means;
use crate::law::expr::{ChildFact, Expr};
use crate::law::pack::Where;
use crate::law::pack::source::{ClassName, Confidence};
use crate::record::Text;

/// A form in one version.
#[derive(Clone, Debug)]
pub struct Form {
    /// Name.
    pub id: String,
    /// Version, from 1.
    pub version: u32,
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
    /// Roles that return or adopt it; with none it is released without review.
    pub reviewed_by: Vec<String>,
    /// Roles that read it once it is released.
    pub read_by: Vec<String>,
    /// Parts.
    pub sections: Vec<Section>,
    /// What must hold between answers.
    pub rules: Vec<Rule>,
    /// As which evidence it offers itself.
    pub evidence_for: Vec<Offered>,
    /// What its answers say of the child.
    pub of_child: Vec<(ChildFact, Expr)>,
    /// Where it is declared.
    pub at: Where,
}

/// A side of the evidence wall: what is not released stays on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The child's social worker.
    SocialWork,
    /// The prosecution.
    Prosecution,
}

/// A part of a form.
#[derive(Clone, Debug)]
pub struct Section {
    /// Name.
    pub id: String,
    /// Visible name.
    pub name: Text,
    /// What the writer should know.
    pub help: Option<Text>,
    /// Shown only if this holds.
    pub when: Option<Condition>,
    /// Questions in their order.
    pub questions: Vec<Question>,
    /// Where it is declared.
    pub at: Where,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Name.
    pub id: String,
    /// The question.
    pub name: Text,
    /// What the writer should know.
    pub help: Option<Text>,
    /// Where it comes from, if not from the form's own source.
    pub source: Option<String>,
    /// Type of the answer.
    pub kind: Kind,
    /// Whether it must be answered where it is asked.
    pub required: Required,
    /// Asked only if this holds.
    pub when: Option<Condition>,
    /// Sensitivity class. Columns have that of their table.
    pub class: ClassName,
    /// What the answer means to the service.
    pub means: Option<Means>,
    /// May not lie in the future.
    pub past: bool,
    /// Where it is declared.
    pub at: Where,
}

/// Whether a question must be answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Required {
    /// Always, where it is asked.
    Always,
    /// If this holds.
    When(Condition),
    /// Never.
    Never,
}

/// A condition: as it is written, for clients that evaluate it, and as it is understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As written, in CEL syntax.
    pub text: String,
    /// As understood.
    pub expr: Expr,
}

/// The type of an answer.
#[derive(Clone, Debug)]
pub enum Kind {
    /// One line.
    Text,
    /// Free text.
    LongText,
    /// A day.
    Date,
    /// A minute of a day.
    DateTime,
    /// Yes or no.
    YesNo,
    /// One of these.
    Choice(Vec<Choice>),
    /// Some of these.
    Choices(Vec<Choice>),
    /// A whole number.
    Number(Limits),
    /// A person.
    Person,
    /// Rows of answers.
    Table(Table),
}

/// An option, or a given row.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Code.
    pub id: String,
    /// Visible name.
    pub name: Text,
}

/// Limits of a number.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Unit.
    pub unit: Option<Text>,
    /// Smallest.
    pub min: Option<i64>,
    /// Largest.
    pub max: Option<i64>,
}

/// Rows of answers to the same questions.
#[derive(Clone, Debug)]
pub struct Table {
    /// Which rows there are.
    pub rows: Rows,
    /// Questions of each row.
    pub columns: Vec<Question>,
}

/// Which rows a table has.
#[derive(Clone, Debug)]
pub enum Rows {
    /// Those that the writer adds; the answer is a list.
    Added {
        /// Fewest.
        at_least: usize,
        /// Most.
        at_most: usize,
    },
    /// One for each of these; the answer is a map by their codes. All must be there where the table must be answered.
    Given(Vec<Choice>),
}

/// Something that must hold between answers.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Code.
    pub code: String,
    /// What must hold.
    pub require: Condition,
    /// What the rule says.
    pub text: Text,
    /// Where it is declared.
    pub at: Where,
}

/// As which evidence a released form offers itself.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The safeguard.
    pub safeguard: String,
    /// Fields of its evidence, each from the answers.
    pub fields: Vec<(String, Expr)>,
}

impl Form {
    /// All questions of all sections in their order, with their section; without the columns of tables.
    pub fn questions(&self) -> impl Iterator<Item = (&Section, &Question)> {
        self.sections.iter().flat_map(|section| section.questions.iter().map(move |q| (section, q)))
    }

    /// The question with this name, if it is not a column of a table.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().map(|(_, question)| question).find(|question| question.id == id)
    }

    /// The section with this name.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }
}

impl Question {
    /// Conditions that decide whether it is asked and whether it must be answered.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let required = match &self.required {
            Required::When(condition) => Some(condition),
            _ => None,
        };
        self.when.iter().chain(required)
    }

    /// Columns, if it is a table.
    pub fn columns(&self) -> &[Self] {
        match &self.kind {
            Kind::Table(table) => &table.columns,
            _ => &[],
        }
    }
}

/// The forms of a pack, every version that is kept.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    forms: Vec<Arc<Form>>,
}

impl Forms {
    pub(super) fn new(mut forms: Vec<Arc<Form>>) -> Self {
        forms.sort_by(|a, b| (&a.id, a.version).cmp(&(&b.id, b.version)));
        Self { forms }
    }

    /// A form in one version.
    pub fn find(&self, id: &str, version: u32) -> Option<&Arc<Form>> {
        self.forms.iter().find(|form| form.id == id && form.version == version)
    }

    /// The newest version of a form: what is begun now is begun under it.
    pub fn current(&self, id: &str) -> Option<&Arc<Form>> {
        self.forms.iter().rev().find(|form| form.id == id)
    }

    /// Every version of every form, by name and version.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<Form>> {
        self.forms.iter()
    }

    /// The newest version of every form.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Form>> {
        self.forms.iter().filter(|form| self.current(&form.id).is_some_and(|new| new.version == form.version))
    }
}
