//! Answers by sensitivity class: each class is sealed under its own key of the case.

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

use crate::casework::{CaseworkError, Service, cipher};
use crate::law::forms::Form;
use crate::law::pack::ClassName;
use crate::store::{self, AssessmentPartRow, AssessmentRow, Side};
use crate::vault::{Class, Place as Sealed};

pub(super) type Answers = Map<String, Json>;

/// The vault's class of an answer.
pub(super) fn class(name: ClassName) -> Class {
    cipher::class_of(name).unwrap_or(Class::Legal)
}

/// Every class of a form with its answers, also where there are none: an answer that was taken back must not come back.
fn split(form: &Form, answers: &Answers) -> BTreeMap<u8, (Class, Answers)> {
    let mut parts: BTreeMap<u8, (Class, Answers)> = BTreeMap::new();
    for (_, question) in form.questions() {
        let class = class(question.class);
        let (_, part) = parts.entry(class.code()).or_insert_with(|| (class, Answers::new()));
        if let Some(answer) = answers.get(&question.id) {
            part.insert(question.id.clone(), answer.clone());
        }
    }
    parts
}

pub(super) fn place(row: &AssessmentPartRow, class: Class) -> Sealed<'static> {
    let table = if row.no == 0 { "assessment_draft" } else { "assessment_version" };
    Sealed { class, case: row.case_id, row: row.id, table, column: "body", kind: "json" }
}

/// What is sealed of a part. Its version's number goes with it, so that it is taken for no other.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Part {
    no: i64,
    answers: Answers,
}

impl Service {
    /// Seals answers: the draft as number 0, which takes the place of the parts `before`; a submitted version under its own.
    pub(super) async fn seal_answers(
        &self,
        of: &AssessmentRow,
        no: i64,
        form: &Form,
        answers: &Answers,
        before: &[AssessmentPartRow],
    ) -> Result<Vec<Side>, CaseworkError> {
        let mut sides = Vec::new();
        for (code, (class, answers)) in split(form, answers) {
            let code = i64::from(code);
            let there = before.iter().find(|part| part.class == code).map(|part| part.id);
            let row = AssessmentPartRow {
                id: there.unwrap_or_else(|| self.new_id()),
                assessment_id: of.id,
                case_id: of.case_id,
                no,
                class: code,
                body: Vec::new(),
            };
            let body = cipher::seal(self.keys(), &place(&row, class), &Part { no, answers }).await?;
            sides.push(store::put_assessment_part(&AssessmentPartRow { body, ..row }));
        }
        Ok(sides)
    }

    /// Opens the parts of those classes that may be read.
    pub(super) async fn open_answers(
        &self,
        parts: impl Iterator<Item = &AssessmentPartRow>,
        readable: &[Class],
    ) -> Result<Answers, CaseworkError> {
        let mut answers = Answers::new();
        for row in parts {
            let class = i16::try_from(row.class).ok().and_then(Class::from_code);
            let Some(class) = class.filter(|class| readable.contains(class)) else { continue };
            let part: Part = cipher::open(self.keys(), &place(row, class), &row.body).await?;
            if part.no != row.no {
                return Err(CaseworkError::Corrupt { what: "version of an assessment" });
            }
            answers.extend(part.answers);
        }
        Ok(answers)
    }
}
