//! `PATCH /persons/{id}`: another name, e-mail address or other permissions.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::principal::{Person, PersonChange as Document};
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use crate::engine::Code;
use crate::engine::persons::PersonChange;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::PATCH, "/persons/{id}", "changePerson", handler)
        .summary("Changes name, e-mail address or permissions of a person")
        .access(Access::Permission(Permission::PersonsManage))
        .records(Action::PersonUpdated)
        .body::<Document>()
        .answers::<Person>()
        .codes(&[Code::PreconditionFailed])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(id): Path<String>,
    body: Body,
) -> Outcome<Response> {
    let change = PersonChange::parse(&body.fields)?;
    let (document, tag) = app
        .change_person(&session, id, change, body.if_match)
        .await?;
    Ok(answer::tagged(document, tag))
}
