//! `POST /machine-identities`: a new machine identity, without an access token.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::principal::{MachineIdentity, NewMachineIdentity};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::machine_identities::NewMachine;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/machine-identities",
        "createMachineIdentity",
        handler,
    )
    .summary("Makes a machine identity")
    .access(Access::Permission(Permission::MachinesManage))
    .records(Action::MachineIdentityCreated)
    .body::<NewMachineIdentity>()
    .status(201)
    .answers::<MachineIdentity>()
    .codes(&[Code::AlreadyExists, Code::IdempotencyMismatch])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    body: Body,
) -> Outcome<Response> {
    let new = NewMachine::parse(&body.fields)?;
    let created = app.create_machine(&session, new, body.once).await?;
    Ok(answer::once(created, StatusCode::CREATED))
}
