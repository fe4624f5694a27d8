//! `DELETE /machine-identities/{id}`: closes a machine identity, at once and for good.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::http::body::if_match;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::DELETE,
        "/machine-identities/{id}",
        "closeMachineIdentity",
        handler,
    )
    .summary("Closes a machine identity: its access tokens and executions end")
    .access(Access::Permission(Permission::MachinesManage))
    .records(Action::MachineIdentityClosed)
    .status(204)
    .codes(&[Code::PreconditionFailed])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Outcome<Response> {
    app.close_machine(&session, id, if_match(&headers)?).await?;
    Ok(answer::nothing())
}
