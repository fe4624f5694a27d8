//! `POST /flows/{id}/block`: nothing of a flow runs until it is stored or checked again.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::flow::{BlockFlow, Flow};
use keydance_core::event::Action;

use super::flow_id;
use crate::engine::Code;
use crate::engine::fields::optional_name;
use crate::http::App;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/flows/{id}/block", "blockFlow", handler)
        .summary("Blocks a flow by hand and ends its executions")
        .records(Action::FlowBlocked)
        .body::<BlockFlow>()
        .answers::<Flow>()
        .codes(&[Code::MissingPermission, Code::NotOwner])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let note = optional_name(&body.fields, "reason")?;
    let flow = app.block_flow(&session, flow_id(&id)?, note).await?;
    Ok(super::tagged(StatusCode::OK, &flow, flow.tag))
}
