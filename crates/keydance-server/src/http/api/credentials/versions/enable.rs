//! `POST /credentials/{id}/versions/{number}/enable`: a disabled version comes back.

use keydance_core::event::Action;

use super::step;
use crate::engine::versions::Step;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    let path = "/credentials/{id}/versions/{number}/enable";
    step(
        path,
        "enableVersion",
        Action::CredentialVersionEnabled,
        Step::Enable,
    )
    .summary("Takes a disabled version back")
}
