//! `PUT /flows/{id}`: a flow under an id of a foreign repository, new or in place of what is there.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use keydance_api::flow::{Flow, NewFlow};
use keydance_core::event::Action;

use super::{PERSIST_CODES, flow_id, persist};
use crate::http::App;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    Route::new(Method::PUT, "/flows/{id}", "putFlow", handler)
        .summary(
            "Stores a flow under this id, new (201) or in place of the one that is there (200)",
        )
        .records(Action::FlowUpdated)
        .query(&["endExecutions"])
        .body::<NewFlow>()
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
    let (flow, is_new) = app.put_flow(&session, flow_id(&id)?, persist).await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(super::tagged(status, &flow, flow.tag))
}
