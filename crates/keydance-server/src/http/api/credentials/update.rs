//! `PATCH /credentials/{id}`: other fields, owners, or another value in one environment.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::credential::{Credential, CredentialPatch as Document};
use keydance_core::event::Action;

use crate::engine::Code;
use crate::engine::credentials::CredentialPatch;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::PATCH,
        "/credentials/{id}",
        "updateCredential",
        handler,
    )
    .summary("Changes a credential: its fields, its owners, or its value in one environment")
    .records(Action::CredentialUpdated)
    .body::<Document>()
    .answers::<Credential>()
    .codes(&[
        Code::AuthClientNotFound,
        Code::CredentialInUse,
        Code::EnvironmentValueMissing,
        Code::LastOwner,
        Code::MaskedValue,
        Code::NotOwner,
        Code::OwnerInUse,
        Code::OwnerNotAllowed,
        Code::PreconditionFailed,
        Code::TypeImmutable,
        Code::UnknownEnvironment,
        Code::VersionState,
    ])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let patch = CredentialPatch::parse(body.fields, &session)?;
    let changed = app.update_credential(&session, id.parse().ok(), patch, body.if_match);
    let changed = changed.await?;
    let tag = changed.tag;
    Ok(answer::tagged(changed, tag))
}
