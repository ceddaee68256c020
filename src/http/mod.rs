//! Turns requests into use cases and answers into JSON. Knows nothing of SQL, keys or law.
//!
//! [`routes`] is the one list of all routes; [`problem`] the only table of status codes.

pub mod api;
pub mod caller;
pub mod metrics;
mod openapi;
mod problem;
mod routes;
pub mod sealer;
mod server;

pub use openapi::document as openapi;
pub use problem::Problem;
pub use routes::{ROUTES, Route, router};
pub use server::{ServeError, bind, run};

use crate::casework::Service;

/// What every handler can reach.
#[derive(Clone)]
pub struct App {
    /// The use cases.
    pub service: Service,
    /// Renders the metrics page.
    pub metrics: metrics::Metrics,
    /// Where sealed records are worked on; none in the sealer itself.
    pub sealer: Option<sealer::SealerLink>,
}
