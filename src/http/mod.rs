//! Turns requests into use cases and answers into pages and JSON. Knows nothing of SQL, keys or law.
//!
//! [`pages`] are for people, [`api`] for programs; both call the same use cases.
//! [`routes`] is the one list of all routes, [`gate`] what each asks of the policy; [`problem`] the only table of status codes.

pub mod api;
pub mod caller;
mod gate;
pub mod metrics;
mod openapi;
mod pages;
mod problem;
mod routes;
mod said;
pub mod sealer;
mod server;
mod session;

pub use gate::Asks;
pub use openapi::document as openapi;
pub use pages::PAGES;
pub use problem::Problem;
pub use routes::{ROUTES, Route, every_route, router};
pub use server::{ServeError, bind, run};
pub use session::COOKIE;

use std::sync::Arc;

use crate::casework::Service;
use crate::demo::Door;

/// What every handler is given. Each request clones it many times over, on its way through the layers.
#[derive(Clone)]
pub struct App(Arc<Reach>);

impl App {
    /// Handlers that can reach this.
    pub fn new(reach: Reach) -> Self {
        Self(Arc::new(reach))
    }
}

impl std::ops::Deref for App {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.0
    }
}

/// What every handler can reach.
pub struct Reach {
    /// The use cases.
    pub service: Service,
    /// Renders the metrics page.
    pub metrics: metrics::Metrics,
    /// Where sealed records are worked on; none in the sealer itself.
    pub sealer: Option<sealer::SealerLink>,
    /// Whether a proxy in front says in `X-Forwarded-For` from which address a request comes.
    pub behind_proxy: bool,
    /// The door through which one becomes somebody in a demo; no other service has one.
    pub door: Option<Arc<Door>>,
}
