//! `DELETE /executions/{id}`: the execution opens nothing any more.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_core::event::Action;

use super::execution_id;
use crate::engine::Code;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::DELETE, "/executions/{id}", "endExecution", handler)
        .summary("Ends an execution and its token")
        .records(Action::ExecutionEnded)
        .status(204)
        .codes(&[Code::MissingPermission, Code::NotOwner])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    app.end_execution(&session, execution_id(&id)?).await?;
    Ok(answer::nothing())
}
