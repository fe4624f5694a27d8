//! The endpoints, one file each, in the order of the contract.

pub(crate) mod root;

mod credentials;
mod environments;
mod executions;
mod flows;

use super::route::Route;

/// The table of routes.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        credentials::list::route(),
        credentials::create::route(),
        credentials::delete_any::route(),
        credentials::read::route(),
        flows::list::route(),
        flows::create::route(),
        flows::check::route(),
        flows::read::route(),
        flows::put::route(),
        flows::patch::route(),
        flows::delete::route(),
        flows::recheck::route(),
        flows::block::route(),
        executions::start::route(),
        executions::end_all::route(),
        executions::list::route(),
        executions::read::route(),
        executions::end::route(),
        executions::renew::route(),
        executions::credentials::route(),
        executions::credential::route(),
        credentials::update::route(),
        credentials::delete::route(),
        credentials::undelete::route(),
        credentials::add_owner::route(),
        credentials::remove_owner::route(),
        credentials::versions::list::route(),
        credentials::versions::create::route(),
        credentials::versions::read::route(),
        credentials::versions::promote::route(),
        credentials::versions::restore::route(),
        credentials::versions::disable::route(),
        credentials::versions::enable::route(),
        credentials::versions::destroy::route(),
        environments::list::route(),
        environments::create::route(),
        environments::delete::route(),
    ]
}
