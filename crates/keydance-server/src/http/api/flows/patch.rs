//! `PATCH /flows/{id}`: top-level fields of a flow, each replaced whole.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use keydance_api::flow::{Flow, FlowChange};
use keydance_core::event::Action;

use super::{PERSIST_CODES, flow_id, persist};
use crate::engine::flows::Change;
use crate::http::App;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    Route::new(Method::PATCH, "/flows/{id}", "patchFlow", handler)
        .summary("Replaces top-level fields of a flow; the guard decides on the result")
        .records(Action::FlowUpdated)
        .query(&["endExecutions"])
        .body::<FlowChange>()
        .answers::<Flow>()
        .codes(PERSIST_CODES)
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
    mut body: Body,
) -> Outcome<Response> {
    let mut persist = persist(&mut body, &headers, &query)?;
    let change = Change::Fields(std::mem::take(&mut persist.document));
    let flow = app
        .change_flow(&session, flow_id(&id)?, change, persist)
        .await?;
    Ok(super::tagged(StatusCode::OK, &flow, flow.tag))
}
