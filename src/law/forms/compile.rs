//! From the files in `forms/` to [`Forms`]: names resolved, conditions typed, every flaw noted with its place.

use serde_saphyr::Spanned;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::model::{
    Choice, Condition, Form, Forms, Kind, Limits, Means, Offered, Question, Required, Rows, Rule, Section,
    Side, Table,
};
use super::source::{EvidenceForFile, FormFile, OfChildFile, QuestionFile, QuestionKind};
use crate::law::expr::{ChildFact, Expr, Names, Type, Var};
use crate::law::pack::compile::Compiler;
use crate::law::pack::source::{ClassName, FieldKind, Name, OptionFile, StaffRole};
use crate::law::pack::{Catalogue, Role, Safeguard};

/// Rows of a table that says nothing of its most.
const MOST_ROWS: u32 = 50;

/// What is known of the form that is being read.
struct Within<'a> {
    file: &'a str,
    names: Names,
    class: ClassName,
    /// Inside a table.
    column: bool,
}

impl Compiler {
    /// The forms of a pack.
    pub(in crate::law) fn forms(
        &mut self,
        files: &[(String, FormFile)],
        roles: &Catalogue<Role>,
        safeguards: &Catalogue<Safeguard>,
    ) -> Forms {
        let mut seen = BTreeSet::new();
        let mut forms = Vec::new();
        for (file, form) in files {
            let place = Self::place(file, &form.id);
            if !seen.insert((form.id.value.clone(), form.version)) {
                self.flaw(
                    place.clone(),
                    format!("form '{}' is declared twice in version {}", form.id.value, form.version),
                );
            }
            if form.version == 0 {
                self.flaw(place, "versions of a form count from 1");
            }
            forms.push(Arc::new(self.form(file, form, roles, safeguards)));
        }
        Forms::new(forms)
    }

    fn form(
        &mut self,
        file: &str,
        form: &FormFile,
        roles: &Catalogue<Role>,
        safeguards: &Catalogue<Safeguard>,
    ) -> Form {
        let place = Self::place(file, &form.id);
        self.all_names(file, form);
        let mut names = Names::default();
        for question in form.sections.iter().flat_map(|section| &section.questions) {
            declare(&mut names, question);
        }
        let mut sections = Vec::new();
        for section in &form.sections {
            let at = Self::place(file, &section.id);
            let within = Within { file, names: names.clone(), class: section.class, column: false };
            if section.questions.is_empty() {
                self.flaw(at.clone(), "a section has at least one question");
            }
            sections.push(Section {
                id: section.id.value.clone(),
                name: self.text(&at, "name", &section.name),
                help: section.help.as_ref().map(|help| self.text(&at, "help", help)),
                when: self.asked(&within, section.when.as_ref()),
                questions: section.questions.iter().map(|q| self.question(&within, q)).collect(),
                at,
            });
        }
        let within = Within { file, names, class: ClassName::Legal, column: false };
        let rules = form.rules.iter().filter_map(|rule| {
            let at = Self::place(file, &rule.code);
            Some(Rule {
                code: rule.code.value.clone(),
                require: self.asked(&within, Some(&rule.require))?,
                text: self.text(&at, "text", &rule.text),
                at,
            })
        });
        let rules = rules.collect();
        let mut listed = |names: &[Name]| -> Vec<String> {
            names.iter().filter_map(|role| self.known(file, role, "role", |ids| &ids.roles)).collect()
        };
        let (written_by, reviewed_by, read_by) =
            (listed(&form.written_by), listed(&form.reviewed_by), listed(&form.read_by));
        let compiled = Form {
            id: form.id.value.clone(),
            version: form.version,
            name: self.text(&place, "name", &form.name),
            purpose: self.text(&place, "purpose", &form.purpose),
            source: self.sourced(&place, &form.source),
            confidence: form.confidence,
            side: self.side(file, &form.written_by, roles, &place),
            written_by,
            reviewed_by,
            read_by,
            evidence_for: form
                .evidence_for
                .iter()
                .filter_map(|offered| self.offered(&within, offered, safeguards))
                .collect(),
            of_child: self.of_child(&within, &form.of_child),
            sections,
            rules,
            at: place,
        };
        let walled =
            |question: &Question| matches!(question.class, ClassName::Screening | ClassName::Counselling);
        if compiled.side == Side::Prosecution
            && let Some((_, question)) = compiled.questions().find(|(_, question)| walled(question))
        {
            let at = question.at.clone();
            self.flaw(at, "only a form of social workers has answers that stay with them");
        }
        self.circles(&compiled);
        compiled
    }

    /// No two sections and questions of a form share a name: answers are kept by it.
    fn all_names(&mut self, file: &str, form: &FormFile) {
        let mut names = Vec::new();
        for section in &form.sections {
            names.push((file, &section.id));
            for question in &section.questions {
                names.push((file, &question.id));
                names.extend(question.columns.iter().map(|column| (file, &column.id)));
            }
        }
        for name in self.declare("name", names.into_iter()) {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if name.is_empty() || !name.chars().all(plain) {
                let at = Self::place(file, &form.id);
                self.flaw(at, format!("'{name}': names are small letters, digits and _"));
            }
        }
    }

    /// Whose side of the evidence wall a form is written on. Nobody writes on both.
    fn side(
        &mut self,
        file: &str,
        written_by: &[Name],
        roles: &Catalogue<Role>,
        place: &crate::law::pack::Where,
    ) -> Side {
        let mut sides = Vec::new();
        for name in written_by {
            let Some(role) = roles.find(&name.value) else { continue };
            let side = match role.staff.as_slice() {
                [StaffRole::SocialWorker] => Side::SocialWork,
                [StaffRole::Prosecutor] => Side::Prosecution,
                _ => {
                    let at = Self::place(file, name);
                    self.flaw(at, "a form is written in a role of social workers or of prosecutors");
                    continue;
                }
            };
            sides.push(side);
        }
        if written_by.is_empty() {
            self.flaw(place.clone(), "a form names who writes it in `written_by`");
        }
        if sides.contains(&Side::SocialWork) && sides.contains(&Side::Prosecution) {
            self.flaw(
                place.clone(),
                "social workers and prosecutors do not write the same form: it would stand on both sides of the evidence wall",
            );
        }
        sides.first().copied().unwrap_or(Side::SocialWork)
    }

    fn question(&mut self, within: &Within<'_>, question: &QuestionFile) -> Question {
        let at = Self::place(within.file, &question.id);
        if let Some(source) = &question.source {
            self.sourced(&at, source);
        }
        let class = if within.column { within.class } else { question.class.unwrap_or(within.class) };
        if within.column && question.class.is_some() {
            self.flaw(at.clone(), "a column has the class of its table; give the table the class");
        }
        if question.required && question.required_when.is_some() {
            self.flaw(at.clone(), "`required` or `required_when`, not both");
        }
        if matches!(question.means, Some(Means::Consent | Means::ConflictStatement))
            && question.kind != QuestionKind::YesNo
            && !(question.means == Some(Means::ConflictStatement)
                && matches!(
                    question.kind,
                    QuestionKind::Choice | QuestionKind::LongText | QuestionKind::Text
                ))
        {
            self.flaw(
                at.clone(),
                "a consent is a `yes_no`; a conflict statement is that, a `choice` or a text",
            );
        }
        if question.means == Some(Means::Score) && question.kind != QuestionKind::Number {
            self.flaw(at.clone(), "a score is a `number`");
        }
        if question.past && !matches!(question.kind, QuestionKind::Date | QuestionKind::DateTime) {
            self.flaw(at.clone(), "only a `date` or `date_time` can be `past`");
        }
        Question {
            id: question.id.value.clone(),
            name: self.text(&at, "name", &question.name),
            help: question.help.as_ref().map(|help| self.text(&at, "help", help)),
            source: question.source.clone(),
            kind: self.answer_kind(&Within { class, names: within.names.clone(), ..*within }, question),
            required: match &question.required_when {
                Some(when) => self.asked(within, Some(when)).map_or(Required::Never, Required::When),
                None if question.required => Required::Always,
                None => Required::Never,
            },
            when: self.asked(within, question.when.as_ref()),
            class,
            means: question.means,
            past: question.past,
            at,
        }
    }

    fn answer_kind(&mut self, within: &Within<'_>, question: &QuestionFile) -> Kind {
        let at = Self::place(within.file, &question.id);
        let chooses = matches!(question.kind, QuestionKind::Choice | QuestionKind::Choices);
        if chooses == question.options.is_empty() {
            self.flaw(at.clone(), "a choice has options, and only a choice has them");
        }
        let number = question.kind == QuestionKind::Number;
        let limited = question.unit.is_some() || question.min.is_some() || question.max.is_some();
        if limited && !number {
            self.flaw(at.clone(), "only a number has a unit and limits");
        }
        let tabled = !question.columns.is_empty()
            || !question.rows.is_empty()
            || question.at_least.is_some()
            || question.at_most.is_some();
        if tabled != (question.kind == QuestionKind::Table) {
            self.flaw(at.clone(), "a table has columns, and only a table has columns and rows");
        }
        match question.kind {
            QuestionKind::Text => Kind::Text,
            QuestionKind::LongText => Kind::LongText,
            QuestionKind::Date => Kind::Date,
            QuestionKind::DateTime => Kind::DateTime,
            QuestionKind::YesNo => Kind::YesNo,
            QuestionKind::Person => Kind::Person,
            QuestionKind::Choice => Kind::Choice(self.choices(within.file, &question.options)),
            QuestionKind::Choices => Kind::Choices(self.choices(within.file, &question.options)),
            QuestionKind::Number => {
                if question.min.zip(question.max).is_some_and(|(min, max)| min > max) {
                    self.flaw(at.clone(), "the smallest number is above the largest");
                }
                Kind::Number(Limits {
                    unit: question.unit.as_ref().map(|unit| self.text(&at, "unit", unit)),
                    min: question.min,
                    max: question.max,
                })
            }
            QuestionKind::Table => Kind::Table(self.table(within, question)),
        }
    }

    fn table(&mut self, within: &Within<'_>, question: &QuestionFile) -> Table {
        let at = Self::place(within.file, &question.id);
        if within.column {
            self.flaw(at.clone(), "a table inside a table is not possible");
        }
        if question.columns.is_empty() {
            self.flaw(at.clone(), "a table has at least one column");
        }
        let (least, most) = (question.at_least.unwrap_or(0), question.at_most.unwrap_or(MOST_ROWS));
        let rows = if question.rows.is_empty() {
            if least > most || most == 0 {
                self.flaw(at, "the fewest rows are more than the most");
            }
            Rows::Added {
                at_least: usize::try_from(least).unwrap_or(usize::MAX),
                at_most: usize::try_from(most).unwrap_or(usize::MAX),
            }
        } else {
            if question.at_least.is_some() || question.at_most.is_some() {
                self.flaw(at, "a table whose rows are given counts no rows");
            }
            Rows::Given(self.choices(within.file, &question.rows))
        };
        let mut names = within.names.clone();
        for column in &question.columns {
            declare(&mut names, column);
        }
        let inner = Within { file: within.file, names, class: within.class, column: true };
        Table { rows, columns: question.columns.iter().map(|column| self.question(&inner, column)).collect() }
    }

    fn choices(&mut self, file: &str, options: &[OptionFile]) -> Vec<Choice> {
        self.declare("option", options.iter().map(|option| (file, &option.id)));
        options
            .iter()
            .map(|option| {
                let at = Self::place(file, &option.id);
                Choice { id: option.id.value.clone(), name: self.text(&at, "option", &option.name) }
            })
            .collect()
    }

    /// A condition of a form: it looks at answers and at the child, and at nothing else of the case.
    fn asked(&mut self, within: &Within<'_>, text: Option<&Name>) -> Option<Condition> {
        let text = text?;
        let expr = self.expression(within.file, text, &within.names, &Type::Bool)?;
        self.only_answers(within.file, text, &expr);
        Some(Condition { text: text.value.clone(), expr })
    }

    fn only_answers(&mut self, file: &str, text: &Spanned<String>, expr: &Expr) {
        if expr.vars().iter().any(|var| !matches!(var, Var::Input(_) | Var::Child(_))) {
            let at = Self::place(file, text);
            self.flaw(at, "a form looks at its answers (input.…) and at the child (child.…) only");
        }
    }

    fn of_child(&mut self, within: &Within<'_>, said: &OfChildFile) -> Vec<(ChildFact, Expr)> {
        let said = [
            (ChildFact::NeedsInterpreter, &said.needs_interpreter),
            (ChildFact::NeedsAccommodation, &said.needs_accommodation),
            (ChildFact::PregnantOrCaring, &said.pregnant_or_caring),
        ];
        let mut facts = Vec::new();
        for (fact, text) in said {
            let Some(text) = text else { continue };
            if let Some(expr) = self.expression(within.file, text, &within.names, &Type::Bool) {
                self.only_answers(within.file, text, &expr);
                facts.push((fact, expr));
            }
        }
        facts
    }

    fn offered(
        &mut self,
        within: &Within<'_>,
        offered: &EvidenceForFile,
        safeguards: &Catalogue<Safeguard>,
    ) -> Option<Offered> {
        let id = self.known(within.file, &offered.safeguard, "safeguard", |ids| &ids.safeguards)?;
        let safeguard = safeguards.find(&id)?;
        let mut fields = Vec::new();
        for (name, text) in &offered.fields {
            let Some(field) = safeguard.evidence.iter().find(|field| &field.id == name) else {
                let at = Self::place(within.file, text);
                self.flaw(at, format!("'{name}' is not a field of the evidence of {id}"));
                continue;
            };
            let wanted = match field.kind {
                FieldKind::Bool => Type::Bool,
                FieldKind::Int => Type::Int,
                FieldKind::Date => Type::Date,
                FieldKind::Time => Type::Time,
                FieldKind::Text => Type::Text,
                FieldKind::Choice => {
                    Type::Choice(field.options.iter().map(|(option, _)| option.clone()).collect())
                }
            };
            if wanted == Type::Text {
                let at = Self::place(within.file, text);
                self.flaw(at, "the words of a text are not carried over; a person writes them");
                continue;
            }
            if let Some(expr) = self.expression(within.file, text, &within.names, &wanted) {
                self.only_answers(within.file, text, &expr);
                fields.push((name.clone(), expr));
            }
        }
        Some(Offered { safeguard: id, fields })
    }
}

/// What conditions may ask of a question.
fn declare(names: &mut Names, question: &QuestionFile) {
    let id = &question.id.value;
    let ids = |options: &[OptionFile]| options.iter().map(|option| option.id.value.clone()).collect();
    let own = match question.kind {
        QuestionKind::Date => Type::Date,
        QuestionKind::DateTime => Type::Time,
        QuestionKind::YesNo => Type::Bool,
        QuestionKind::Number => Type::Int,
        QuestionKind::Choice => Type::Choice(ids(&question.options)),
        // Only whether there is an answer can be asked.
        QuestionKind::Text
        | QuestionKind::LongText
        | QuestionKind::Person
        | QuestionKind::Choices
        | QuestionKind::Table => Type::Text,
    };
    names.inputs.insert(id.clone(), own);
    if question.kind == QuestionKind::Choices {
        for option in &question.options {
            names.inputs.insert(format!("{id}.{}", option.id.value), Type::Bool);
        }
    }
    if question.kind == QuestionKind::Table {
        names.inputs.insert(format!("{id}.rows"), Type::Int);
    }
}
