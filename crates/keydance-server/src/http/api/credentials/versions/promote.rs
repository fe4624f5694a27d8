//! `POST /credentials/{id}/versions/{number}/promote`: a pending version is put to use.

use keydance_core::event::Action;

use super::step;
use crate::engine::versions::Step;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    let path = "/credentials/{id}/versions/{number}/promote";
    step(
        path,
        "promoteVersion",
        Action::CredentialVersionPromoted,
        Step::Promote,
    )
    .summary("Puts a pending version to use")
}
