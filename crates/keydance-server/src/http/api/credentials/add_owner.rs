//! `POST /credentials/{id}/owners`: another owner.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::credential::{Credential, NewOwner};
use keydance_core::event::Action;
use keydance_core::owners;
use serde_json::Value;

use super::changed;
use crate::engine::{Code, Error};
use crate::http::App;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/credentials/{id}/owners",
        "addOwner",
        handler,
    )
    .summary("Adds an owner to a credential")
    .records(Action::CredentialOwnerAdded)
    .body::<NewOwner>()
    .answers::<Credential>()
    .codes(&[
        Code::IdempotencyMismatch,
        Code::NotOwner,
        Code::OwnerNotAllowed,
    ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let owner = owners::entry(&Value::Object(body.fields), &session.caller.identity);
    let owner = owner.map_err(Error::from)?;
    let answer = app.add_owner(&session, id.parse().ok(), owner, body.once);
    Ok(changed(answer.await?))
}
