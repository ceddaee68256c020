//! From text to a resolved, typed expression.

use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr, LiteralValue, SelectExpr, SourceInfo};
use cel::parser::Parser;
use std::collections::BTreeMap;

use super::{ChildFact, Comparison, DecisionFact, Expr, Region, Type, Var};
use crate::record::Value;

/// Longest expression that is read, in characters. Real ones are a line.
const LONGEST: usize = 2_000;

/// What is wrong with an expression, and where within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprFlaw {
    /// Characters from the start of the expression.
    pub offset: usize,
    /// What was found and what was expected.
    pub message: String,
}

/// The names that an expression may use at the place where it stands.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Declared facts.
    pub facts: BTreeMap<String, Type>,
    /// States per region.
    pub states: BTreeMap<Region, Vec<String>>,
    /// Inputs of the act; empty where there are none.
    pub inputs: BTreeMap<String, Type>,
    /// Evidence fields; empty where there are none.
    pub evidence: BTreeMap<String, Type>,
    /// Roles.
    pub roles: Vec<String>,
    /// Safeguards, events and clocks that functions may name.
    pub safeguards: Vec<String>,
    /// Events.
    pub events: Vec<String>,
    /// Clocks.
    pub clocks: Vec<String>,
    /// Documents.
    pub documents: Vec<String>,
    /// Whether `act.*` and `decision.*` have a meaning here.
    pub in_act: bool,
}

/// Reads `text` as an expression of type `wanted`.
///
/// # Errors
/// The first flaw found: syntax, an unknown name or option, or a type that does not fit.
pub fn parse(text: &str, names: &Names, wanted: &Type) -> Result<Expr, ExprFlaw> {
    if text.chars().count() > LONGEST {
        return Err(ExprFlaw {
            offset: 0,
            message: format!("an expression has at most {LONGEST} characters"),
        });
    }
    let (root, source) =
        Parser::default().max_recursion_depth(32).parse_with_source_info(text).map_err(|errors| {
            errors.errors.first().map_or_else(
                || ExprFlaw { offset: 0, message: "this is not an expression".into() },
                |first| ExprFlaw {
                    offset: usize::try_from(first.pos.1.max(1) - 1).unwrap_or_default(),
                    message: format!("this is not an expression: {}", first.msg.trim()),
                },
            )
        })?;
    let reader = Reader { names, source: &source };
    let (expr, found) = reader.read(&root)?;
    reader.fit(&root, expr, &found, wanted)
}

struct Reader<'a> {
    names: &'a Names,
    source: &'a SourceInfo,
}

type Typed = (Expr, Type);

impl Reader<'_> {
    fn flaw(&self, at: &IdedExpr, message: impl Into<String>) -> ExprFlaw {
        let offset = self.source.offset_for(at.id).map_or(0, |(start, _)| start as usize);
        ExprFlaw { offset, message: message.into() }
    }

    fn fit(&self, at: &IdedExpr, expr: Expr, found: &Type, wanted: &Type) -> Result<Expr, ExprFlaw> {
        match (expr, found, wanted) {
            (Expr::Lit(Value::Choice(option)), Type::Literal, Type::Choice(options)) => {
                if options.contains(&option) {
                    Ok(Expr::Lit(Value::Choice(option)))
                } else {
                    Err(self.flaw(at, format!("'{option}' is not one of {}", list(options))))
                }
            }
            // Where a day is expected, a known minute gives its day.
            (expr, Type::Choice(_), Type::Choice(_)) | (expr, Type::Time, Type::Date) => Ok(expr),
            (expr, found, wanted) if found == wanted => Ok(expr),
            (_, found, wanted) => {
                Err(self.flaw(at, format!("this is {}, expected {}", describe(found), describe(wanted))))
            }
        }
    }

    fn typed(&self, at: &IdedExpr, wanted: &Type) -> Result<Box<Expr>, ExprFlaw> {
        let (expr, found) = self.read(at)?;
        self.fit(at, expr, &found, wanted).map(Box::new)
    }

    fn read(&self, at: &IdedExpr) -> Result<Typed, ExprFlaw> {
        match &at.expr {
            Cel::Literal(LiteralValue::Boolean(yes)) => {
                Ok((Expr::Lit(Value::Bool(yes.into_inner())), Type::Bool))
            }
            Cel::Literal(LiteralValue::Int(n)) => Ok((Expr::Lit(Value::Int(n.into_inner())), Type::Int)),
            Cel::Literal(LiteralValue::String(s)) => {
                Ok((Expr::Lit(Value::Choice(s.clone().into_inner().clone())), Type::Literal))
            }
            Cel::Select(select) if select.test => {
                let (var, _) = self.name(at, select)?;
                Ok((Expr::Has(var), Type::Bool))
            }
            Cel::Select(select) => {
                let (var, found) = self.name(at, select)?;
                if found == Type::Text {
                    return Err(self.flaw(at, "a text can only be asked for with has(…)"));
                }
                Ok((Expr::Var(var), found))
            }
            Cel::Call(call) => self.call(at, call),
            Cel::Ident(name) => Err(self.flaw(
                at,
                format!(
                    "unknown name '{name}'; names start with child., case., input., ev., act. or decision."
                ),
            )),
            _ => Err(self.flaw(at, "this kind of expression is not allowed in a pack")),
        }
    }

    fn name(&self, at: &IdedExpr, select: &SelectExpr) -> Result<(Var, Type), ExprFlaw> {
        // A second dot asks for one option of several, or for the rows of a table: both are declared with their dot.
        let (space, field) = match &select.operand.expr {
            Cel::Ident(space) => (space, select.field.clone()),
            Cel::Select(inner) if !inner.test => match &inner.operand.expr {
                Cel::Ident(space) if space == "input" => (space, format!("{}.{}", inner.field, select.field)),
                _ => return Err(self.dots(at)),
            },
            _ => return Err(self.dots(at)),
        };
        let field = field.as_str();
        let found = match space.as_str() {
            "child" => child(field),
            "case" => self.case(field),
            "input" => self.names.inputs.get(field).map(|t| (Var::Input(field.into()), t.clone())),
            "ev" => self.names.evidence.get(field).map(|t| (Var::Evidence(field.into()), t.clone())),
            "act" if self.names.in_act => match field {
                "on" => Some((Var::ActOn, Type::Date)),
                "by" => Some((Var::ActBy, Type::Choice(self.names.roles.clone()))),
                _ => None,
            },
            "decision" if self.names.in_act => decision(field).map(|fact| (Var::Decision(fact), Type::Bool)),
            _ => None,
        };
        found.ok_or_else(|| {
            let known: Vec<String> = match space.as_str() {
                "input" => self.names.inputs.keys().cloned().collect(),
                "ev" => self.names.evidence.keys().cloned().collect(),
                "case" => self.names.facts.keys().cloned().collect(),
                _ => Vec::new(),
            };
            let hint =
                if known.is_empty() { String::new() } else { format!("; expected one of {}", list(&known)) };
            self.flaw(at, format!("unknown name '{space}.{field}' here{hint}"))
        })
    }

    fn dots(&self, at: &IdedExpr) -> ExprFlaw {
        self.flaw(at, "a name has one dot: child.sex, case.returns, input.months")
    }

    fn case(&self, field: &str) -> Option<(Var, Type)> {
        let region = |region: Region| {
            let states = self.names.states.get(&region).cloned().unwrap_or_default();
            Some((Var::State(region), Type::Choice(states)))
        };
        match field {
            "offence_on" => Some((Var::OffenceOn, Type::Date)),
            "stage_from" => Some((Var::StageFrom, Type::Date)),
            "held" => Some((Var::Held, Type::Bool)),
            "main" => region(Region::Main),
            "measure" => region(Region::Measure),
            "remedy" => region(Region::Remedy),
            "record" => region(Region::Record),
            _ => self.names.facts.get(field).map(|t| (Var::Fact(field.into()), t.clone())),
        }
    }

    fn call(&self, at: &IdedExpr, call: &CallExpr) -> Result<Typed, ExprFlaw> {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        if call.target.is_some() {
            return Err(self.flaw(at, format!("'{}' is not a function of packs", call.func_name)));
        }
        match (call.func_name.as_str(), call.args.as_slice()) {
            ("_&&_", [a, b]) => {
                Ok((Expr::And(self.typed(a, &Type::Bool)?, self.typed(b, &Type::Bool)?), Type::Bool))
            }
            ("_||_", [a, b]) => {
                Ok((Expr::Or(self.typed(a, &Type::Bool)?, self.typed(b, &Type::Bool)?), Type::Bool))
            }
            ("!_", [a]) => Ok((Expr::Not(self.typed(a, &Type::Bool)?), Type::Bool)),
            ("_==_", [a, b]) => self.compare(Equal, a, b),
            ("_!=_", [a, b]) => self.compare(NotEqual, a, b),
            ("_<_", [a, b]) => self.compare(Less, a, b),
            ("_<=_", [a, b]) => self.compare(LessOrEqual, a, b),
            ("_>_", [a, b]) => self.compare(Greater, a, b),
            ("_>=_", [a, b]) => self.compare(GreaterOrEqual, a, b),
            ("_+_", [a, b]) => {
                Ok((Expr::Add(self.typed(a, &Type::Int)?, self.typed(b, &Type::Int)?), Type::Int))
            }
            ("_-_", [a, b]) => {
                Ok((Expr::Subtract(self.typed(a, &Type::Int)?, self.typed(b, &Type::Int)?), Type::Int))
            }
            ("_?_:_", [c, a, b]) => {
                let condition = self.typed(c, &Type::Bool)?;
                let (yes, found) = self.read(a)?;
                let no = self.typed(b, &found)?;
                Ok((Expr::If(condition, Box::new(yes), no), found))
            }
            ("@in", [a, b]) => self.within(at, a, b),
            ("add_days", [date, n]) => {
                Ok((Expr::AddDays(self.typed(date, &Type::Date)?, self.typed(n, &Type::Int)?), Type::Date))
            }
            ("add_months", [date, n]) => {
                Ok((Expr::AddMonths(self.typed(date, &Type::Date)?, self.typed(n, &Type::Int)?), Type::Date))
            }
            ("met", [id]) => Ok((Expr::Met(self.reference(id, &self.names.safeguards)?), Type::Bool)),
            ("done", [id]) => Ok((Expr::Done(self.reference(id, &self.names.events)?), Type::Bool)),
            ("done_in_stage", [id]) => {
                Ok((Expr::DoneInStage(self.reference(id, &self.names.events)?), Type::Bool))
            }
            ("running", [id]) => Ok((Expr::Running(self.reference(id, &self.names.clocks)?), Type::Bool)),
            ("overdue", [id]) => Ok((Expr::Overdue(self.reference(id, &self.names.clocks)?), Type::Bool)),
            ("due", [id]) => Ok((Expr::Due(self.reference(id, &self.names.clocks)?), Type::Date)),
            ("made", [id]) => Ok((Expr::Made(self.reference(id, &self.names.documents)?), Type::Bool)),
            ("served", [id]) => Ok((Expr::Served(self.reference(id, &self.names.documents)?), Type::Bool)),
            (name, args) => {
                Err(self
                    .flaw(at, format!("'{name}' with {} arguments is not a function of packs", args.len())))
            }
        }
    }

    fn reference(&self, at: &IdedExpr, known: &[String]) -> Result<String, ExprFlaw> {
        match &at.expr {
            Cel::Literal(LiteralValue::String(s)) => {
                let id = s.clone().into_inner().clone();
                if known.contains(&id) {
                    Ok(id)
                } else {
                    Err(self.flaw(at, format!("'{id}' is not declared in this pack")))
                }
            }
            _ => Err(self.flaw(at, "expected a code in single quotes, for example 'K19'")),
        }
    }

    fn compare(&self, how: Comparison, a: &IdedExpr, b: &IdedExpr) -> Result<Typed, ExprFlaw> {
        let ((left, left_type), (right, right_type)) = (self.read(a)?, self.read(b)?);
        let (left, right, both) = if let (Type::Literal, Type::Choice(_)) = (&left_type, &right_type) {
            (self.fit(a, left, &left_type, &right_type)?, right, right_type)
        } else {
            let right = self.fit(b, right, &right_type, &left_type)?;
            (left, right, left_type)
        };
        let ordered = matches!(both, Type::Int | Type::Date | Type::Time);
        if !ordered && !matches!(how, Comparison::Equal | Comparison::NotEqual) {
            return Err(self.flaw(a, format!("{} has no order; only == and != compare it", describe(&both))));
        }
        Ok((Expr::Compare(how, Box::new(left), Box::new(right)), Type::Bool))
    }

    fn within(&self, at: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> Result<Typed, ExprFlaw> {
        let (value, found) = self.read(a)?;
        let Cel::List(options) = &b.expr else {
            return Err(self.flaw(b, "expected a list in brackets after 'in'"));
        };
        let mut values = Vec::new();
        for option in &options.elements {
            match *self.typed(option, &found)? {
                Expr::Lit(literal) => values.push(literal),
                _ => return Err(self.flaw(option, "a list holds literals only")),
            }
        }
        if values.is_empty() {
            return Err(self.flaw(at, "an empty list holds nothing: the condition is never true"));
        }
        Ok((Expr::In(Box::new(value), values), Type::Bool))
    }
}

fn child(field: &str) -> Option<(Var, Type)> {
    let (fact, found) = match field {
        "sex" => (ChildFact::Sex, Type::Choice(vec!["girl".into(), "boy".into()])),
        "born" => (ChildFact::Born, Type::Date),
        "birth_proved" => (ChildFact::BirthProved, Type::Bool),
        "age_at_offence" => (ChildFact::AgeAtOffence, Type::Int),
        "age_now" => (ChildFact::AgeNow, Type::Int),
        "needs_interpreter" => (ChildFact::NeedsInterpreter, Type::Bool),
        "needs_accommodation" => (ChildFact::NeedsAccommodation, Type::Bool),
        "pregnant_or_caring" => (ChildFact::PregnantOrCaring, Type::Bool),
        _ => return None,
    };
    Some((Var::Child(fact), found))
}

fn decision(field: &str) -> Option<DecisionFact> {
    Some(match field {
        "has_reasons" => DecisionFact::HasReasons,
        "approver_not_drafter" => DecisionFact::ApproverNotDrafter,
        "has_alternatives" => DecisionFact::HasAlternatives,
        "has_child_view" => DecisionFact::HasChildView,
        "review_route_notified" => DecisionFact::ReviewRouteNotified,
        "diversion_considered" => DecisionFact::DiversionConsidered,
        _ => return None,
    })
}

fn list(options: &[String]) -> String {
    options.iter().map(|o| format!("'{o}'")).collect::<Vec<_>>().join(", ")
}

fn describe(found: &Type) -> String {
    match found {
        Type::Bool => "a yes/no value".into(),
        Type::Int => "a whole number".into(),
        Type::Date => "a date".into(),
        Type::Time => "a time".into(),
        Type::Text => "a text".into(),
        Type::Choice(options) => format!("one of {}", list(options)),
        Type::Literal => "a text in quotes".into(),
    }
}
