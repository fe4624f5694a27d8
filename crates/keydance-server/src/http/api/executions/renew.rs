//! `POST /executions/{id}/renew`: five more minutes for the same token.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::execution::{RenewExecution, RenewedExecution};
use keydance_core::event::Action;
use serde_json::Value;

use super::execution_id;
use crate::engine::{Code, Error};
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/executions/{id}/renew",
        "renewExecution",
        handler,
    )
    .summary("Extends the token of an execution by up to five minutes, or issues another one")
    .records(Action::ExecutionRenewed)
    .body::<RenewExecution>()
    .answers::<RenewedExecution>()
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
    body: Body,
) -> Outcome<Response> {
    let rotate = match body.fields.get("rotate") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(rotate)) => *rotate,
        Some(_) => return Err(Error::invalid_field("rotate", "must be true or false").into()),
    };
    Ok(answer::data(
        app.renew_execution(&session, execution_id(&id)?, rotate)
            .await?,
    ))
}
