//! `POST /tokens`: an access token of the caller, shown once.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::token::{AccessToken, NewAccessToken};
use keydance_core::event::Action;

use crate::engine::Code;
use crate::engine::tokens::NewToken;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/tokens", "issueToken", handler)
        .summary("Issues an access token of the caller; it ends with the one used")
        .records(Action::TokenIssued)
        .body::<NewAccessToken>()
        .status(201)
        .answers::<AccessToken>()
        .codes(&[
            Code::IdempotencyMismatch,
            Code::MissingPermission,
            Code::TokenScope,
        ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    body: Body,
) -> Outcome<Response> {
    let new = NewToken::parse(&body.fields)?;
    let created = app.issue_token(&session, new, body.once).await?;
    Ok(answer::once(created, StatusCode::CREATED))
}
