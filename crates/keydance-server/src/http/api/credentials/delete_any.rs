//! `DELETE /credentials`: everything an owner has, for administrators.

use axum::extract::State;
use axum::http::Method;
use keydance_core::event::Action;
use keydance_core::permission::Permission;

use super::owner;
use crate::http::App;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};

pub(crate) fn route() -> Route {
    Route::new(
        Method::DELETE,
        "/credentials",
        "deleteCredentialsOf",
        handler,
    )
    .summary("Removes every entry of an owner; what is left to nobody is deleted")
    .access(Access::Permission(Permission::DeleteAny))
    .records(Action::CredentialOwnerRemoved)
    .query(&["userId", "type"])
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    query: Query,
) -> Outcome<&'static str> {
    app.disown(&session, owner(&query, "userId")?).await?;
    Ok("OK")
}
