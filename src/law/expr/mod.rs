//! Conditions and amounts in packs: a typed, total, side-effect-free subset of CEL.
//!
//! The `cel` crate reads the syntax; [`parse`] resolves every name against what the pack declares and refuses the rest,
//! so that at run time nothing can fail but a value being unknown. Evaluation is Kleene's three-valued logic:
//! `None` is "not known", which the law never takes for "yes".

mod eval;
mod parse;
#[cfg(test)]
mod tests;

pub use eval::{Facts, eval, holds};
pub use parse::{ExprFlaw, Names, parse};

use crate::record::Value;

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// A day.
    Date,
    /// A minute of a day.
    Time,
    /// Free text: only `has()` may look at it.
    Text,
    /// One of these options.
    Choice(Vec<String>),
    /// A string literal that has not met a choice yet.
    Literal,
}

/// A resolved name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Var {
    /// `child.<name>`: what every jurisdiction knows of the child.
    Child(ChildFact),
    /// `case.<fact>`: a fact that the pack declares.
    Fact(String),
    /// `case.offence_on`.
    OffenceOn,
    /// `case.stage_from`: the legal day of the act with which the present stage was entered.
    StageFrom,
    /// `case.held`: the measure stands in a phase of custody.
    Held,
    /// `case.main`, `case.measure`, `case.remedy`, `case.record`: the state of a region.
    State(Region),
    /// `input.<field>`: recorded with the act.
    Input(String),
    /// `ev.<field>`: recorded as evidence of the safeguard.
    Evidence(String),
    /// `act.on`: the legal day of the act.
    ActOn,
    /// `act.by`: the role that acts.
    ActBy,
    /// `decision.<name>`: what the decision record holds.
    Decision(DecisionFact),
}

/// The four regions of a case.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The proceeding.
    Main,
    /// The child's liberty.
    Measure,
    /// Challenges to a decision.
    Remedy,
    /// The file itself.
    Record,
}

impl Region {
    /// All four, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Main, Self::Measure, Self::Remedy, Self::Record];

    /// Name used in packs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Measure => "measure",
            Self::Remedy => "remedy",
            Self::Record => "record",
        }
    }
}

impl ChildFact {
    /// Its name in conditions, after `child.`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Born => "born",
            Self::BirthProved => "birth_proved",
            Self::AgeAtOffence => "age_at_offence",
            Self::AgeNow => "age_now",
            Self::NeedsInterpreter => "needs_interpreter",
            Self::NeedsAccommodation => "needs_accommodation",
            Self::PregnantOrCaring => "pregnant_or_caring",
        }
    }
}

/// What every jurisdiction knows of the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChildFact {
    /// `sex`.
    Sex,
    /// `born`.
    Born,
    /// `birth_proved`.
    BirthProved,
    /// `age_at_offence`, as the pack counts age.
    AgeAtOffence,
    /// `age_now`, on the day of the act.
    AgeNow,
    /// `needs_interpreter`.
    NeedsInterpreter,
    /// `needs_accommodation`.
    NeedsAccommodation,
    /// `pregnant_or_caring`.
    PregnantOrCaring,
}

/// What a decision record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DecisionFact {
    /// Reasons are written.
    HasReasons,
    /// Who approves did not draft.
    ApproverNotDrafter,
    /// At least one alternative is named with the reason why it is not enough.
    HasAlternatives,
    /// The child's own view is recorded.
    HasChildView,
    /// The persons concerned are told how to challenge it.
    ReviewRouteNotified,
    /// Diversion was considered.
    DiversionConsidered,
}

/// A resolved, typed expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A literal.
    Lit(Value),
    /// A name.
    Var(Var),
    /// Whether a name has a value.
    Has(Var),
    /// `!a`.
    Not(Box<Self>),
    /// `a && b`.
    And(Box<Self>, Box<Self>),
    /// `a || b`.
    Or(Box<Self>, Box<Self>),
    /// A comparison.
    Compare(Comparison, Box<Self>, Box<Self>),
    /// `a + b` on whole numbers.
    Add(Box<Self>, Box<Self>),
    /// `a - b` on whole numbers.
    Subtract(Box<Self>, Box<Self>),
    /// `c ? a : b`.
    If(Box<Self>, Box<Self>, Box<Self>),
    /// `a in [..]`.
    In(Box<Self>, Vec<Value>),
    /// `met('S03')`.
    Met(String),
    /// `done('T02')`.
    Done(String),
    /// `done_in_stage('T02')`.
    DoneInStage(String),
    /// `running('K26')`.
    Running(String),
    /// `overdue('K07')`.
    Overdue(String),
    /// `due('K32')`.
    Due(String),
    /// `made('D22')`.
    Made(String),
    /// `served('D16')`.
    Served(String),
    /// `add_days(date, n)`.
    AddDays(Box<Self>, Box<Self>),
    /// `add_months(date, n)`.
    AddMonths(Box<Self>, Box<Self>),
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Expr {
    /// Calls `visit` on this expression and all below it.
    pub fn walk(&self, visit: &mut impl FnMut(&Self)) {
        visit(self);
        match self {
            Self::Not(a) | Self::In(a, _) => a.walk(visit),
            Self::And(a, b)
            | Self::Or(a, b)
            | Self::Compare(_, a, b)
            | Self::Add(a, b)
            | Self::Subtract(a, b)
            | Self::AddDays(a, b)
            | Self::AddMonths(a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
            Self::If(a, b, c) => {
                a.walk(visit);
                b.walk(visit);
                c.walk(visit);
            }
            Self::Lit(_)
            | Self::Var(_)
            | Self::Has(_)
            | Self::Met(_)
            | Self::Done(_)
            | Self::DoneInStage(_)
            | Self::Running(_)
            | Self::Overdue(_)
            | Self::Due(_)
            | Self::Made(_)
            | Self::Served(_) => {}
        }
    }

    /// The names it looks at.
    pub fn vars(&self) -> Vec<&Var> {
        fn collect<'a>(expr: &'a Expr, found: &mut Vec<&'a Var>) {
            match expr {
                Expr::Var(var) | Expr::Has(var) => found.push(var),
                Expr::Not(a) | Expr::In(a, _) => collect(a, found),
                Expr::And(a, b)
                | Expr::Or(a, b)
                | Expr::Compare(_, a, b)
                | Expr::Add(a, b)
                | Expr::Subtract(a, b)
                | Expr::AddDays(a, b)
                | Expr::AddMonths(a, b) => {
                    collect(a, found);
                    collect(b, found);
                }
                Expr::If(a, b, c) => {
                    collect(a, found);
                    collect(b, found);
                    collect(c, found);
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        collect(self, &mut found);
        found
    }
}
