//! Whether something is asked must not hang on its own answer.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Condition, Form, Question};
use crate::law::expr::Var;
use crate::law::pack::compile::Compiler;

impl Compiler {
    /// No condition of a form goes in a circle, among its questions or among the columns of a table.
    pub(super) fn circles(&mut self, form: &Form) {
        let mut found = circular(form.questions().map(|(section, question)| {
            (question, section.when.iter().chain(&question.when).collect::<Vec<_>>())
        }));
        for (_, table) in form.questions() {
            found.extend(circular(
                table.columns().iter().map(|column| (column, column.when.iter().collect())),
            ));
        }
        for question in found {
            let said = format!(
                "whether '{}' is asked hangs on its own answer: the conditions go in a circle",
                question.id
            );
            self.flaw(question.at.clone(), said);
        }
    }
}

/// Questions from which a way leads back to themselves.
fn circular<'a>(all: impl Iterator<Item = (&'a Question, Vec<&'a Condition>)>) -> Vec<&'a Question> {
    let mut looks: BTreeMap<&str, (&Question, BTreeSet<&str>)> = BTreeMap::new();
    for (question, conditions) in all {
        let at = conditions.into_iter().flat_map(|condition| condition.expr.vars());
        let at = at.filter_map(|var| match var {
            Var::Input(name) => name.split('.').next(),
            _ => None,
        });
        looks.insert(&question.id, (question, at.collect()));
    }
    let leads_back = |id: &str| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = vec![id];
        while let Some(id) = next.pop() {
            for at in looks.get(id).into_iter().flat_map(|(_, at)| at) {
                if reached.insert(*at) {
                    next.push(at);
                }
            }
        }
        reached.contains(id)
    };
    looks.iter().filter(|(id, _)| leads_back(id)).map(|(_, (question, _))| *question).collect()
}
