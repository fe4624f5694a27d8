//! `DELETE /flows/{id}/executions`: every execution of a flow ends, whoever started it.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_core::event::Action;

use crate::engine::Code;
use crate::http::api::flows::flow_id;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::DELETE,
        "/flows/{id}/executions",
        "endExecutions",
        handler,
    )
    .summary("Ends every execution of a flow")
    .records(Action::ExecutionEnded)
    .status(204)
    .codes(&[Code::MissingPermission, Code::NotOwner])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    app.end_executions(&session, flow_id(&id)?).await?;
    Ok(answer::nothing())
}
