//! `POST /flows/{id}/recheck`: the guard decides again; a block is lifted if it allows the flow.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use keydance_api::flow::Flow;
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
    Route::new(Method::POST, "/flows/{id}/recheck", "recheckFlow", handler)
        .summary("Lets the guard decide again; a block is lifted if it allows the flow")
        .records(Action::FlowUpdated)
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
    let persist = persist(&mut body, &headers, &query)?;
    let flow = app
        .change_flow(&session, flow_id(&id)?, Change::Recheck, persist)
        .await?;
    Ok(super::tagged(StatusCode::OK, &flow, flow.tag))
}
