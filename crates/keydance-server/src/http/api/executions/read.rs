//! `GET /executions/{id}`: one execution, without its token.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::execution::Execution;
use keydance_core::permission::Permission;

use super::execution_id;
use crate::engine::Code;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/executions/{id}", "readExecution", handler)
        .summary("Shows an execution to the owners of its flow")
        .access(Access::Permission(Permission::FlowsRead))
        .answers::<Execution>()
        .codes(&[Code::NotOwner])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    Ok(answer::data(
        app.find_execution(&session, execution_id(&id)?).await?,
    ))
}
