//! The endpoints, one file each, in the order of the contract.

pub(crate) mod root;

mod credentials;

use super::route::Route;

/// The table of routes.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        credentials::list::route(),
        credentials::create::route(),
        credentials::read::route(),
    ]
}
