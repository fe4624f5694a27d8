//! `GET /credentials/{id}/versions/{number}`: one version, masked or in clear.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::credential::Credential;
use keydance_core::event::Action;

use super::{VersionPath, place};
use crate::engine::Code;
use crate::http::App;
use crate::http::api::credentials::read::opened;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    Route::new(
        Method::GET,
        "/credentials/{id}/versions/{number}",
        "readVersion",
        handler,
    )
    .summary("Reads one version of a credential: masked, or in clear with the permission to")
    .records(Action::CredentialRevealed)
    .answers::<Credential>()
    .codes(&[Code::NotOwner, Code::VersionState])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    path: VersionPath,
) -> Outcome<Response> {
    Ok(opened(app.read_version(&session, place(path)).await?))
}
