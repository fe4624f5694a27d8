//! `POST /credentials/{id}/versions/{number}/destroy`: its bytes are gone.

use keydance_core::event::Action;

use super::step;
use crate::engine::versions::Step;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    let path = "/credentials/{id}/versions/{number}/destroy";
    step(
        path,
        "destroyVersion",
        Action::CredentialVersionDestroyed,
        Step::Destroy,
    )
    .summary("Destroys the bytes of a version that is not in use")
}
