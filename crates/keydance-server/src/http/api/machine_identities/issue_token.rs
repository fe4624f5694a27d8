//! `POST /machine-identities/{id}/tokens`: an access token of a machine identity, shown once.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::token::{AccessToken, NewAccessToken};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::tokens::NewToken;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/machine-identities/{id}/tokens",
        "issueMachineToken",
        handler,
    )
    .summary("Issues an access token of a machine identity")
    .access(Access::Permission(Permission::MachinesManage))
    .records(Action::TokenIssued)
    .body::<NewAccessToken>()
    .status(201)
    .answers::<AccessToken>()
    .codes(&[Code::IdempotencyMismatch, Code::TokenScope])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let new = NewToken::parse(&body.fields)?;
    let created = app
        .issue_machine_token(&session, id, new, body.once)
        .await?;
    Ok(answer::once(created, StatusCode::CREATED))
}
