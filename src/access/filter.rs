//! What is left of the policy when everything is known but the case, as a condition that a database can be asked.

use cedar_policy::pst::{BinaryOp, Clause, Expr, Literal, UnaryOp, Var};
use cedar_policy::{Effect, TpeResponse};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::OfficeTree;
use crate::record::{Filter, Post};

/// The policies that are left when everything is known but the case: one that permits, and none that forbids.
pub(super) fn read_residual(response: &TpeResponse<'_>, offices: &OfficeTree) -> Result<Filter, String> {
    let (mut permitted, mut forbidden) = (Filter::Nothing, Filter::Nothing);
    for policy in response.policies() {
        let read = policy.to_pst().map_err(|error| error.to_string())?;
        let mut condition = Filter::Everything;
        for clause in read.body().clauses() {
            let clause = match clause {
                Clause::When(expr) => Reader { offices }.read(expr),
                Clause::Unless(expr) => Reader { offices }.read(expr).map(|filter| !filter),
            };
            condition = condition.and(clause.map_err(|what| format!("{}: {what}", policy.id()))?);
        }
        match policy.effect() {
            Effect::Permit => permitted = permitted.or(condition),
            Effect::Forbid => forbidden = forbidden.or(condition),
        }
    }
    Ok(permitted.and(!forbidden))
}

/// What a case's column holds.
#[derive(Clone, Copy)]
enum Column {
    Case,
    Office,
    Post(Post),
}

struct Reader<'a> {
    offices: &'a OfficeTree,
}

impl Reader<'_> {
    /// Anything that is not among the few forms below is refused: a list would not be what the policy says.
    fn read(&self, expr: &Expr) -> Result<Filter, String> {
        let strange = || format!("a list cannot be asked for by {expr}");
        Ok(match expr {
            Expr::Literal(Literal::Bool(true)) => Filter::Everything,
            Expr::Literal(Literal::Bool(false)) => Filter::Nothing,
            Expr::UnaryOp { op: UnaryOp::Not, expr } => !self.read(expr)?,
            Expr::BinaryOp { op: BinaryOp::And, left, right } => self.read(left)?.and(self.read(right)?),
            Expr::BinaryOp { op: BinaryOp::Or, left, right } => self.read(left)?.or(self.read(right)?),
            Expr::BinaryOp { op: BinaryOp::Contains, left, right } => {
                let column = column(right).ok_or_else(strange)?;
                within(column, identities(left).ok_or_else(strange)?)
            }
            Expr::BinaryOp { op: BinaryOp::Eq, left, right } => {
                let (column, same) = column(left)
                    .zip(identities(right))
                    .or_else(|| column(right).zip(identities(left)))
                    .ok_or_else(strange)?;
                within(column, same)
            }
            Expr::BinaryOp { op: BinaryOp::NotEq, left, right } => {
                let equal = Expr::BinaryOp { op: BinaryOp::Eq, left: left.clone(), right: right.clone() };
                !self.read(&equal)?
            }
            Expr::BinaryOp { op: BinaryOp::In, left, right } => match column(left) {
                Some(Column::Office) => {
                    let tops = identities(right).ok_or_else(strange)?;
                    // An office that is not in the tree is below nothing but itself.
                    let below = tops.iter().flat_map(|top| self.offices.subtree(*top));
                    Filter::offices(below.chain(tops.iter().copied()).collect())
                }
                Some(column) => within(column, identities(right).ok_or_else(strange)?),
                None => return Err(strange()),
            },
            Expr::GetAttr { expr, attr } if is_case(expr) && attr == "sealed" => Filter::Sealed,
            Expr::GetAttr { expr, attr } if is_case(expr) && attr == "handed_over" => Filter::HandedOver,
            Expr::HasAttr { expr, attrs } if is_case(expr) && attrs.tail.is_empty() => {
                Filter::Filled(post(&attrs.head).ok_or_else(strange)?)
            }
            _ => return Err(strange()),
        })
    }
}

fn within(column: Column, ids: BTreeSet<Uuid>) -> Filter {
    match column {
        Column::Case => Filter::cases(ids),
        Column::Office => Filter::offices(ids),
        Column::Post(post) => Filter::held(post, ids),
    }
}

fn is_case(expr: &Expr) -> bool {
    matches!(expr, Expr::Var(Var::Resource))
}

fn post(attribute: &str) -> Option<Post> {
    match attribute {
        "lead" => Some(Post::Lead),
        "second" => Some(Post::Second),
        "social_worker" => Some(Post::SocialWorker),
        "approver" => Some(Post::Approver),
        _ => None,
    }
}

fn column(expr: &Expr) -> Option<Column> {
    match expr {
        Expr::Var(Var::Resource) => Some(Column::Case),
        Expr::GetAttr { expr, attr } if is_case(expr) && attr == "office" => Some(Column::Office),
        Expr::GetAttr { expr, attr } if is_case(expr) => post(attr).map(Column::Post),
        _ => None,
    }
}

/// The identities of an entity or a set of entities.
fn identities(expr: &Expr) -> Option<BTreeSet<Uuid>> {
    match expr {
        Expr::Literal(Literal::EntityUID(uid)) => {
            Uuid::try_parse(&uid.eid).ok().map(|id| BTreeSet::from([id]))
        }
        Expr::Set(all) => all
            .iter()
            .map(|one| match &**one {
                Expr::Literal(Literal::EntityUID(uid)) => Uuid::try_parse(&uid.eid).ok(),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}
