//! `POST /flows`: a new flow under an id of ours.

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use keydance_api::flow::{Flow, NewFlow};
use keydance_core::event::Action;

use super::{PERSIST_CODES, persist};
use crate::engine::idempotency::Answer;
use crate::http::App;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/flows", "createFlow", handler)
        .summary("Stores a new flow, if each of its owners owns each credential it references")
        .records(Action::FlowCreated)
        .body::<NewFlow>()
        .status(201)
        .answers::<Flow>()
        .codes(PERSIST_CODES)
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
    headers: HeaderMap,
    mut body: Body,
) -> Outcome<Response> {
    let persist = persist(&mut body, &headers, &query)?;
    Ok(match app.create_flow(&session, persist, body.once).await? {
        Answer::Fresh(flow) => super::tagged(StatusCode::CREATED, &flow, flow.tag),
        Answer::Repeated(flow) => super::answer(StatusCode::CREATED, flow),
    })
}
