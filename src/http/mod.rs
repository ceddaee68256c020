//! Turns requests into use cases and answers into JSON. Knows nothing of SQL, keys or law.
//!
//! [`routes`] is the one list of all routes, [`gate`] what each asks of the policy; [`problem`] the only table of status codes.

pub mod api;
pub mod caller;
mod gate;
pub mod metrics;
mod openapi;
mod problem;
mod routes;
mod server;
mod session;

pub use gate::Asks;
pub use openapi::document as openapi;
pub use problem::Problem;
pub use routes::{ROUTES, Route, router};
pub use server::{ServeError, bind, run};
pub use session::COOKIE;

use crate::casework::Service;

/// What every handler can reach.
#[derive(Clone)]
pub struct App {
    /// The use cases.
    pub service: Service,
    /// Renders the metrics page.
    pub metrics: metrics::Metrics,
    /// Whether a proxy in front says in `X-Forwarded-For` from which address a request comes.
    pub behind_proxy: bool,
}
