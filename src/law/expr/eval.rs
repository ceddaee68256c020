//! Evaluation in three values.

use chrono::{Days, Months, NaiveDate};

use super::{Comparison, Expr, Var};
use crate::record::Value;

/// What an expression can ask. Every answer may be "not known".
///
/// The law answers from a case; the model checker answers from an abstract state in which most things are not known.
pub trait Facts {
    /// The value of a name.
    fn value(&self, var: &Var) -> Option<Value>;
    /// Whether a name has a value at all.
    fn has(&self, var: &Var) -> Option<bool>;
    /// Whether a safeguard is met now.
    fn met(&self, safeguard: &str) -> Option<bool>;
    /// Whether an event has happened in this case.
    fn done(&self, event: &str) -> Option<bool>;
    /// Whether an event has happened since the present stage was entered.
    fn done_in_stage(&self, event: &str) -> Option<bool>;
    /// Whether a clock runs and has not passed its due day.
    fn running(&self, clock: &str) -> Option<bool>;
    /// Whether a clock runs and has passed its due day.
    fn overdue(&self, clock: &str) -> Option<bool>;
    /// The due day of a running clock.
    fn due(&self, clock: &str) -> Option<NaiveDate>;
    /// Whether a document has been made and no copy of it is still owed.
    fn made(&self, document: &str) -> Option<bool>;
    /// Whether it has also been received by everyone on whom it must be served.
    fn served(&self, document: &str) -> Option<bool>;
}

/// Whether a condition holds; `None` when something it needs is not known.
pub fn holds(expr: &Expr, facts: &impl Facts) -> Option<bool> {
    match expr {
        Expr::Not(a) => holds(a, facts).map(|a| !a),
        Expr::And(a, b) => match holds(a, facts) {
            Some(false) => Some(false),
            left => match (left, holds(b, facts)) {
                (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
        },
        Expr::Or(a, b) => match holds(a, facts) {
            Some(true) => Some(true),
            left => match (left, holds(b, facts)) {
                (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        },
        Expr::Has(var) => facts.has(var),
        Expr::Met(id) => facts.met(id),
        Expr::Done(id) => facts.done(id),
        Expr::DoneInStage(id) => facts.done_in_stage(id),
        Expr::Running(id) => facts.running(id),
        Expr::Overdue(id) => facts.overdue(id),
        Expr::Made(id) => facts.made(id),
        Expr::Served(id) => facts.served(id),
        other => match eval(other, facts) {
            Some(Value::Bool(yes)) => Some(yes),
            _ => None,
        },
    }
}

/// The value of an expression; `None` when something it needs is not known or does not fit a calendar.
pub fn eval(expr: &Expr, facts: &impl Facts) -> Option<Value> {
    match expr {
        Expr::Lit(value) => Some(value.clone()),
        Expr::Var(var) => facts.value(var),
        Expr::Compare(how, a, b) => compare(*how, &eval(a, facts)?, &eval(b, facts)?).map(Value::Bool),
        Expr::In(a, options) => eval(a, facts).map(|value| Value::Bool(options.contains(&value))),
        Expr::Add(a, b) => int(a, facts)?.checked_add(int(b, facts)?).map(Value::Int),
        Expr::Subtract(a, b) => int(a, facts)?.checked_sub(int(b, facts)?).map(Value::Int),
        Expr::If(c, a, b) => {
            if holds(c, facts)? {
                eval(a, facts)
            } else {
                eval(b, facts)
            }
        }
        Expr::Due(clock) => facts.due(clock).map(Value::Date),
        Expr::AddDays(date, n) => {
            let (date, n) = (day(date, facts)?, int(n, facts)?);
            let days = Days::new(n.unsigned_abs());
            if n < 0 { date.checked_sub_days(days) } else { date.checked_add_days(days) }.map(Value::Date)
        }
        Expr::AddMonths(date, n) => {
            let (date, n) = (day(date, facts)?, int(n, facts)?);
            let months = Months::new(u32::try_from(n.unsigned_abs()).ok()?);
            if n < 0 { date.checked_sub_months(months) } else { date.checked_add_months(months) }
                .map(Value::Date)
        }
        _ => holds(expr, facts).map(Value::Bool),
    }
}

fn int(expr: &Expr, facts: &impl Facts) -> Option<i64> {
    match eval(expr, facts)? {
        Value::Int(n) => Some(n),
        _ => None,
    }
}

fn day(expr: &Expr, facts: &impl Facts) -> Option<NaiveDate> {
    match eval(expr, facts)? {
        Value::Date(date) => Some(date),
        Value::Time(time) => Some(time.date()),
        _ => None,
    }
}

fn compare(how: Comparison, a: &Value, b: &Value) -> Option<bool> {
    let order = match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        // A minute stands for its day where a day is meant, as the parser promises.
        (Value::Date(a), Value::Time(b)) => a.cmp(&b.date()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Choice(a), Value::Choice(b)) => a.cmp(b),
        _ => return None,
    };
    Some(match how {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    })
}
