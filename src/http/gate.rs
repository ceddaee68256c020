//! What each route asks of the policy. `routes.rs` says it of every route; this holds requests to it.

use axum::extract::MatchedPath;
use axum::http::request::Parts;

use super::{App, Problem, Route, every_route};
use crate::access::{Action, Kind, Resource};
use crate::casework::Caller;

/// What a method of a route asks of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Nothing: anybody may call it, for this reason.
    Nothing(&'static str),
    /// This action. What it is done to is of the action's kind: the service itself is asked about before the handler
    /// runs, a case or an office by the use case, which alone knows it.
    May(Action),
}

/// Whether each route says of each of its methods what it asks.
pub(super) const fn complete(routes: &[Route]) -> bool {
    let mut rest = routes;
    while let [route, others @ ..] = rest {
        if route.methods.is_empty() || route.methods.len() != route.asks.len() {
            return false;
        }
        rest = others;
    }
    true
}

/// What a request's route asks. A route that is not in the list asks for what nobody may.
fn asked(parts: &Parts) -> Option<Asks> {
    let path = parts.extensions.get::<MatchedPath>()?.as_str();
    let route = every_route().find(|route| route.path == path)?;
    let method = parts.method.as_str();
    let place = route.methods.iter().position(|named| named.eq_ignore_ascii_case(method))?;
    route.asks.get(place).copied()
}

/// Lets a signed-in caller through to the handler.
///
/// # Errors
/// The problem that the caller gets.
pub(super) async fn pass(app: &App, parts: &Parts, caller: &Caller) -> Result<(), Problem> {
    match asked(parts) {
        None => Err(Problem::not_found()),
        Some(Asks::May(action)) if action.kind() == Kind::Service => {
            Box::pin(app.service.ask(caller, action, Resource::Service)).await?;
            Ok(())
        }
        Some(_) => Ok(()),
    }
}
