//! `GET /flows/{id}`: one flow, for its owners.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::flow::Flow;
use keydance_core::permission::Permission;

use super::flow_id;
use crate::engine::Code;
use crate::http::App;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/flows/{id}", "readFlow", handler)
        .summary("Shows a flow to its owners")
        .access(Access::Permission(Permission::FlowsRead))
        .answers::<Flow>()
        .codes(&[Code::NotOwner])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
) -> Outcome<Response> {
    let flow = app.find_flow(&session, flow_id(&id)?).await?;
    Ok(super::tagged(StatusCode::OK, &flow, flow.tag))
}
