//! `DELETE /environments/{name}`: an environment that was never used goes away.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::DELETE,
        "/environments/{name}",
        "deleteEnvironment",
        handler,
    )
    .summary("Removes an environment that never had a value")
    .access(Access::Permission(Permission::EnvironmentsManage))
    .records(Action::EnvironmentDeleted)
    .status(204)
    .codes(&[Code::CredentialInUse])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(name): Path<String>,
) -> Outcome<Response> {
    app.delete_environment(&session, name.parse().ok()).await?;
    Ok(answer::nothing())
}
