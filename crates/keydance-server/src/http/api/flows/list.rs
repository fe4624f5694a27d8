//! `GET /flows`: the flows the caller owns.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use keydance_api::flow::Flow;
use keydance_core::permission::Permission;

use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/flows", "listFlows", handler)
        .summary("Lists the flows the caller owns, also through groups and the organisation")
        .access(Access::Permission(Permission::FlowsRead))
        .query(&["page[number]", "page[size]"])
        .answers_list::<Flow>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<Response> {
    query.only_filters(&[])?;
    let found = app.list_flows(&session, query.page()).await?;
    Ok(answer::page(found.entries, found.total, query.page()))
}
