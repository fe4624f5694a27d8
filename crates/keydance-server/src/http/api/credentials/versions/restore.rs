//! `POST /credentials/{id}/versions/{number}/restore`: an earlier value is put to use again.

use keydance_core::event::Action;

use super::step;
use crate::engine::versions::Step;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    let path = "/credentials/{id}/versions/{number}/restore";
    step(
        path,
        "restoreVersion",
        Action::CredentialVersionRestored,
        Step::Restore,
    )
    .summary("Makes a new current version with the value of an earlier one")
}
