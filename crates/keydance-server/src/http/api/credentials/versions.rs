pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod read;

// The steps in the life of a version.
pub(crate) mod destroy;
pub(crate) mod disable;
pub(crate) mod enable;
pub(crate) mod promote;
pub(crate) mod restore;

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use keydance_api::credential::Version;
use keydance_core::event::Action;

use crate::engine::Code;
use crate::engine::versions::{Place, Step};
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

/// The path of a version, as a handler gets it.
type VersionPath = Path<(String, String)>;

fn place(Path((id, number)): VersionPath) -> Place {
    (id.parse().ok(), number.parse().ok())
}

/// A route that takes one step with a version.
fn step(path: &'static str, operation: &'static str, action: Action, step: Step) -> Route {
    let handler = move |State(app): State<App>,
                        Authenticated(session): Authenticated,
                        path: VersionPath,
                        body: Body| async move {
        let changed = app.change_version(&session, place(path), step, body.once);
        Outcome::<Response>::Ok(answer::once(changed.await?, StatusCode::OK))
    };
    Route::new(Method::POST, path, operation, handler)
        .records(action)
        .answers::<Version>()
        .codes(&[
            Code::IdempotencyMismatch,
            Code::NotOwner,
            Code::VersionState,
        ])
}
