//! The REST face of the credential service. It translates: requests into calls of the engine, results
//! into answers. It decides nothing.

mod answer;
mod body;
mod caller;
mod limits;
mod openapi;
mod paging;
mod problem;
mod request_id;
mod route;
mod router;

// The endpoints, one file each.
mod api;

pub use openapi::document;
pub use problem::status;
pub use route::{Access, Route};
pub use router::{router, routes, serve};

use std::sync::Arc;

use crate::engine::Engine;

/// What every handler may reach.
pub(crate) type App = Arc<Engine>;
