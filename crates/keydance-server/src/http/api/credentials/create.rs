//! `POST /credentials`: a new credential, owned by the caller.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::credential::{Credential, NewCredential as Document};
use keydance_core::event::Action;

use crate::engine::Code;
use crate::engine::credentials::NewCredential;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::POST, "/credentials", "createCredential", handler)
        .summary("Creates a credential owned by the caller")
        .records(Action::CredentialCreated)
        .body::<Document>()
        .answers::<Credential>()
        .codes(&[
            Code::AlreadyExists,
            Code::AuthClientNotFound,
            Code::IdempotencyMismatch,
            Code::LastOwner,
            Code::MaskedValue,
            Code::OwnerNotAllowed,
            Code::UnknownEnvironment,
            Code::UnknownType,
        ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    body: Body,
) -> Outcome<Response> {
    let new = NewCredential::parse(body.fields, &session)?;
    let created = app.create_credential(&session, new, body.once).await?;
    Ok(answer::once(created, StatusCode::OK))
}
