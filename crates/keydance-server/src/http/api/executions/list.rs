//! `GET /executions?flow=`: the executions of a flow.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::execution::Execution;
use keydance_core::permission::Permission;

use crate::engine::{Code, Error};
use crate::http::api::flows::flow_id;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/executions", "listExecutions", handler)
        .summary("Lists the executions of a flow, oldest first")
        .access(Access::Permission(Permission::FlowsRead))
        .query(&["flow", "page[number]", "page[size]"])
        .answers_list::<Execution>()
        .codes(&[Code::NotOwner])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<Response> {
    query.only_filters(&[])?;
    let flow = query
        .get("flow")
        .ok_or_else(|| Error::invalid_field("flow", "required"))?;
    let found = app
        .list_executions(&session, flow_id(flow)?, query.page())
        .await?;
    Ok(answer::page(found.entries, found.total, query.page()))
}
