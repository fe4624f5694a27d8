//! `POST /credentials/{id}/versions/{number}/disable`: it is not handed out any more.

use keydance_core::event::Action;

use super::step;
use crate::engine::versions::Step;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    let path = "/credentials/{id}/versions/{number}/disable";
    step(
        path,
        "disableVersion",
        Action::CredentialVersionDisabled,
        Step::Disable,
    )
    .summary("Stops handing out a version, at once")
}
