//! `DELETE /flows/{id}`: the flow runs nothing and references nothing any more.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use keydance_core::event::Action;

use super::flow_id;
use crate::engine::Code;
use crate::http::body::if_match;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::DELETE, "/flows/{id}", "deleteFlow", handler)
        .summary("Deletes a flow and ends its executions")
        .records(Action::FlowDeleted)
        .status(204)
        .codes(&[
            Code::MissingPermission,
            Code::NotOwner,
            Code::PreconditionFailed,
        ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Outcome<Response> {
    app.delete_flow(&session, flow_id(&id)?, if_match(&headers)?)
        .await?;
    Ok(answer::nothing())
}
