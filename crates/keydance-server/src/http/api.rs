//! The endpoints, one file each, in the order of the contract.

pub(crate) mod root;

mod audit;
mod credentials;
mod enrol;
mod environments;
mod executions;
mod flows;
mod groups;
mod machine_identities;
mod me;
mod persons;
mod tokens;

use super::route::Route;

/// The table of routes.
pub(crate) fn routes() -> Vec<Route> {
    let parts = [credentials(), flows(), executions(), people(), access()];
    parts.into_iter().flatten().collect()
}

fn credentials() -> Vec<Route> {
    vec![
        credentials::list::route(),
        credentials::create::route(),
        credentials::delete_any::route(),
        credentials::read::route(),
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
    ]
}

fn flows() -> Vec<Route> {
    vec![
        flows::list::route(),
        flows::create::route(),
        flows::check::route(),
        flows::read::route(),
        flows::put::route(),
        flows::patch::route(),
        flows::delete::route(),
        flows::recheck::route(),
        flows::block::route(),
    ]
}

fn executions() -> Vec<Route> {
    vec![
        executions::start::route(),
        executions::end_all::route(),
        executions::list::route(),
        executions::read::route(),
        executions::end::route(),
        executions::renew::route(),
        executions::credentials::route(),
        executions::credential::route(),
    ]
}

fn people() -> Vec<Route> {
    vec![
        environments::list::route(),
        environments::create::route(),
        environments::delete::route(),
        groups::list::route(),
        groups::create::route(),
        groups::read::route(),
        groups::update::route(),
        groups::close::route(),
        groups::list_members::route(),
        groups::add_member::route(),
        groups::remove_member::route(),
        persons::list::route(),
        persons::create::route(),
        persons::read::route(),
        persons::update::route(),
        persons::freeze::route(),
        persons::unfreeze::route(),
        persons::enrolment::route(),
        enrol::route(),
        machine_identities::list::route(),
        machine_identities::create::route(),
        machine_identities::update::route(),
        machine_identities::close::route(),
        machine_identities::issue_token::route(),
    ]
}

fn access() -> Vec<Route> {
    vec![
        tokens::list::route(),
        tokens::create::route(),
        tokens::revoke::route(),
        tokens::introspect::route(),
        me::route(),
        audit::list::route(),
        audit::checkpoint::route(),
        audit::proof::route(),
        audit::consistency::route(),
    ]
}
