//! What reading a pack's forms shows: questions that nobody is ever asked, scores that decide, voices that are not heard.

use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use crate::law::expr::{ChildFact, Expr, Facts, Var, holds};
use crate::law::forms::{Condition, Form, Kind, Means, Question, Required, Section};
use crate::law::pack::Pack;
use crate::record::Value;

/// Combinations of answers that are tried for one question; with more, it counts as one that can be asked.
const MOST: usize = 20_000;

/// Reads the forms of a pack.
pub(super) fn forms(pack: &Pack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for form in pack.forms.all() {
        findings.extend(versions(pack, form));
        findings.extend(voices(form));
        findings.extend(scores(form));
        findings.extend(never_asked(form));
        findings.extend(rules(form));
        if form.read_by.is_empty() {
            let (zh, en) = (
                format!("表单{}公开后没有角色可以阅读", form.id),
                format!("nobody reads the form {} once it is released", form.id),
            );
            findings.push(Finding::error("form-never-read", &form.at, zh, en));
        }
    }
    findings
}

/// An answer is pinned to its version of a form, so that none may be missing.
fn versions(pack: &Pack, form: &Form) -> Option<Finding> {
    let before = form.version.checked_sub(1).filter(|before| *before > 0)?;
    pack.forms.find(&form.id, before).is_none().then(|| {
        let (zh, en) = (
            format!("表单{}缺少第{before}版，按该版填写的内容将无法读取", form.id),
            format!(
                "version {before} of the form {} is missing: what was written under it cannot be read",
                form.id
            ),
        );
        Finding::error("form-version-missing", &form.at, zh, en)
    })
}

/// What is reviewed is used against or for a child: it names conflicts of interest, what the child says, and who disagrees.
fn voices(form: &Form) -> Vec<Finding> {
    if form.reviewed_by.is_empty() {
        return Vec::new();
    }
    let asked = |means: Means, must: bool| {
        form.questions().any(|(_, question)| {
            question.means == Some(means) && (!must || question.required == Required::Always)
        })
    };
    let mut findings = Vec::new();
    if !asked(Means::ConflictStatement, true) {
        let (zh, en) = (
            format!("表单{}没有必填的利害关系说明", form.id),
            format!("the form {} does not ask for a statement on conflicts of interest", form.id),
        );
        findings.push(Finding::error("form-without-conflict-statement", &form.at, zh, en));
    }
    if !asked(Means::ChildWords, false) {
        let (zh, en) = (
            format!("表单{}没有记录未成年人自己的话", form.id),
            format!("the form {} has no place for the child's own words", form.id),
        );
        findings.push(Finding::error("form-without-child-words", &form.at, zh, en));
    }
    if !asked(Means::Disagreement, false) {
        let (zh, en) = (
            format!("表单{}没有记录不同意见", form.id),
            format!("the form {} has no place for disagreement", form.id),
        );
        findings.push(Finding::error("form-without-disagreement", &form.at, zh, en));
    }
    findings
}

/// A score informs and never decides.
fn scores(form: &Form) -> Vec<Finding> {
    let all =
        || form.questions().flat_map(|(_, question)| std::iter::once(question).chain(question.columns()));
    let scores: BTreeSet<&str> =
        all().filter(|q| q.means == Some(Means::Score)).map(|q| q.id.as_str()).collect();
    let reads = |expr: &Expr| {
        expr.vars().into_iter().any(|var| matches!(var, Var::Input(name) if scores.contains(name.as_str())))
    };
    let mut places = Vec::new();
    for section in &form.sections {
        places.extend(section.when.iter().filter(|when| reads(&when.expr)).map(|_| &section.at));
    }
    for question in all() {
        places.extend(question.conditions().filter(|condition| reads(&condition.expr)).map(|_| &question.at));
    }
    places.extend(form.rules.iter().filter(|rule| reads(&rule.require.expr)).map(|rule| &rule.at));
    let offers = form.evidence_for.iter().flat_map(|offered| &offered.fields);
    places.extend(offers.filter(|(_, expr)| reads(expr)).map(|_| &form.at));
    places.extend(form.of_child.iter().filter(|(_, expr)| reads(expr)).map(|_| &form.at));
    places
        .into_iter()
        .map(|at| {
            Finding::error(
                "form-score-decides",
                at,
                "分值仅供参考，不得据以设定条件",
                "a score informs and never decides: no condition looks at one",
            )
        })
        .collect()
}

fn never_asked(form: &Form) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (section, question) in form.questions() {
        let conditions: Vec<&Condition> = section.when.iter().chain(&question.when).collect();
        if possible(form, None, &conditions) {
            for column in question.columns() {
                let inside: Vec<&Condition> = conditions.iter().copied().chain(&column.when).collect();
                if column.when.is_some() && !possible(form, Some(question), &inside) {
                    findings.push(unasked(column));
                }
            }
        } else {
            findings.push(unasked(question));
        }
    }
    findings
}

fn unasked(question: &Question) -> Finding {
    let (zh, en) =
        (format!("“{}”在任何情况下都不会被问到", question.id), format!("'{}' is never asked", question.id));
    if question.required == Required::Never {
        Finding::warning("form-question-never-asked", &question.at, zh, en)
    } else {
        Finding::error("form-question-never-asked", &question.at, zh, en)
    }
}

/// A rule that cannot hold keeps everything from being submitted; one that always holds does nothing.
fn rules(form: &Form) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in &form.rules {
        if !possible(form, None, &[&rule.require]) {
            let (zh, en) = (
                format!("规则{}在任何情况下都不能满足", rule.code),
                format!("the rule {} never holds", rule.code),
            );
            findings.push(Finding::error("form-rule-never-holds", &rule.at, zh, en));
        }
        let not = Expr::Not(Box::new(rule.require.expr.clone()));
        let not = Condition { text: String::new(), expr: not };
        if !possible(form, None, &[&not]) {
            let (zh, en) = (
                format!("规则{}总是满足，不起作用", rule.code),
                format!("the rule {} always holds and does nothing", rule.code),
            );
            findings.push(Finding::warning("form-rule-always-holds", &rule.at, zh, en));
        }
    }
    findings
}

/// Whether some answers make all of these conditions hold, where what is answered is also asked.
fn possible(form: &Form, table: Option<&Question>, conditions: &[&Condition]) -> bool {
    let mut all: Vec<&Expr> = conditions.iter().map(|condition| &condition.expr).collect();
    let mut involved: BTreeMap<&str, (Option<&Section>, &Question)> = BTreeMap::new();
    let mut place = 0;
    while let Some(expr) = all.get(place).copied() {
        place += 1;
        for var in expr.vars() {
            let Var::Input(name) = var else { continue };
            let base = name.split('.').next().unwrap_or_default();
            if involved.contains_key(base) {
                continue;
            }
            let own = form.questions().find(|(_, question)| question.id == base);
            let column = || table.into_iter().flat_map(Question::columns).find(|column| column.id == base);
            let Some((section, question)) =
                own.map(|(section, question)| (Some(section), question)).or_else(|| Some((None, column()?)))
            else {
                continue;
            };
            involved.insert(&question.id, (section, question));
            all.extend(
                section.into_iter().flat_map(|s| &s.when).chain(&question.when).map(|when| &when.expr),
            );
        }
    }
    let mut choices: Vec<(Var, Vec<Option<Value>>)> = Vec::new();
    let mut tried = 1_usize;
    for var in all.iter().flat_map(|expr| expr.vars()) {
        if choices.iter().any(|(known, _)| known == var) {
            continue;
        }
        let Some(values) = values(var, &involved, &all) else { return true };
        tried = tried.saturating_mul(values.len());
        choices.push((var.clone(), values));
    }
    tried > MOST || (0..tried).any(|n| works(n, &choices, conditions, &involved))
}

/// One combination, counted through like a number with a digit for each name.
fn works(
    mut n: usize,
    choices: &[(Var, Vec<Option<Value>>)],
    conditions: &[&Condition],
    involved: &BTreeMap<&str, (Option<&Section>, &Question)>,
) -> bool {
    let mut given = Given(BTreeMap::new());
    for (var, values) in choices {
        if let Some(Some(value)) = values.get(n % values.len()) {
            given.0.insert(var, value.clone());
        }
        n /= values.len();
    }
    let hold = |condition: &Condition| holds(&condition.expr, &given) == Some(true);
    conditions.iter().all(|condition| hold(condition))
        && involved.iter().all(|(id, (section, question))| {
            let answered = given.0.keys().any(
                |var| matches!(var, Var::Input(name) if name == id || name.starts_with(&format!("{id}."))),
            );
            let asked = section.iter().flat_map(|s| &s.when).chain(&question.when).all(hold);
            !answered || asked
        })
}

/// What a name may be: nothing, or some value; `None` where there are too many to try.
fn values(
    var: &Var,
    involved: &BTreeMap<&str, (Option<&Section>, &Question)>,
    all: &[&Expr],
) -> Option<Vec<Option<Value>>> {
    let choice = |id: &str| Some(Value::Choice(id.to_owned()));
    let both = [Some(Value::Bool(true)), Some(Value::Bool(false))];
    let mut found = match var {
        Var::Child(fact) => {
            return match fact {
                ChildFact::Sex => Some(vec![choice("girl"), choice("boy")]),
                ChildFact::Born => None,
                ChildFact::AgeAtOffence | ChildFact::AgeNow => Some(numbers(all, Some(0), Some(99))),
                _ => Some(both.to_vec()),
            };
        }
        Var::Input(name) => {
            let (base, rest) = name.split_once('.').map_or((name.as_str(), None), |(a, b)| (a, Some(b)));
            let (_, question) = involved.get(base)?;
            match (&question.kind, rest) {
                (Kind::Date | Kind::DateTime, _) => return None,
                (Kind::YesNo, _) | (Kind::Choices(_), Some(_)) => both.to_vec(),
                (Kind::Choice(options), _) => options.iter().map(|option| choice(&option.id)).collect(),
                (Kind::Number(limits), _) => numbers(all, limits.min, limits.max),
                (Kind::Table(_), Some(_)) => numbers(all, Some(0), None),
                _ => vec![Some(Value::Recorded)],
            }
        }
        _ => return None,
    };
    found.push(None);
    Some(found)
}

/// Numbers around those that conditions name, within limits.
fn numbers(all: &[&Expr], min: Option<i64>, max: Option<i64>) -> Vec<Option<Value>> {
    let mut near: BTreeSet<i64> = [min.unwrap_or(0), max.unwrap_or(1_000_000)].into();
    for expr in all {
        expr.walk(&mut |part| {
            if let Expr::Lit(Value::Int(n)) = part {
                near.extend([n.saturating_sub(1), *n, n.saturating_add(1)]);
            }
            if let Expr::In(_, list) = part {
                near.extend(list.iter().filter_map(|value| match value {
                    Value::Int(n) => Some(*n),
                    _ => None,
                }));
            }
        });
    }
    let within = |n: &i64| min.is_none_or(|min| *n >= min) && max.is_none_or(|max| *n <= max);
    near.into_iter().filter(within).map(|n| Some(Value::Int(n))).collect()
}

/// Answers that are tried.
struct Given<'a>(BTreeMap<&'a Var, Value>);

impl Facts for Given<'_> {
    fn value(&self, var: &Var) -> Option<Value> {
        self.0.get(var).cloned()
    }

    fn has(&self, var: &Var) -> Option<bool> {
        Some(self.0.contains_key(var))
    }

    fn met(&self, _: &str) -> Option<bool> {
        None
    }

    fn done(&self, _: &str) -> Option<bool> {
        None
    }

    fn done_in_stage(&self, _: &str) -> Option<bool> {
        None
    }

    fn running(&self, _: &str) -> Option<bool> {
        None
    }

    fn overdue(&self, _: &str) -> Option<bool> {
        None
    }

    fn due(&self, _: &str) -> Option<NaiveDate> {
        None
    }

    fn made(&self, _: &str) -> Option<bool> {
        None
    }

    fn served(&self, _: &str) -> Option<bool> {
        None
    }
}
