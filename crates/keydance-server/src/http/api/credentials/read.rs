//! `GET /credentials/{id}`: one credential, masked or in clear, for its owners and for executions.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use keydance_api::credential::Credential;
use keydance_core::event::Action;

use crate::engine::Code;
use crate::engine::read::{Opened, Request, Through};
use crate::http::caller::{Bearer, counted_from};
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/credentials/{id}", "readCredential", handler)
        .summary("Reads a credential: masked, or in clear with the permission to; an execution gets the value")
        .access(Access::CallerOrExecution)
        .records(Action::CredentialRevealed)
        .query(&["environment"])
        .answers::<Credential>()
        .codes(&[
            Code::EnvironmentValueMissing,
            Code::FlowBlocked,
            Code::FlowGuardDenied,
            Code::NotOwner,
            Code::UnknownEnvironment,
            Code::VersionState,
        ])
}

async fn handler(
    State(app): State<App>,
    bearer: Bearer,
    Path(id): Path<String>,
    query: Query,
    headers: HeaderMap,
) -> Outcome<Response> {
    let request = Request {
        token: bearer.token,
        credential: id.parse().ok(),
        through: Through::Credential,
        environment: query.environment(),
        step: step(&headers),
        context: bearer.context,
    };
    let read = app.read_credential(request).await;
    Ok(opened(read.map_err(|error| {
        counted_from(&app, bearer.address, error)
    })?))
}

/// The step of the flow, as the caller calls it, in printable characters.
pub(crate) fn step(headers: &HeaderMap) -> Option<String> {
    let step = headers.get("x-keydance-step")?.to_str().ok()?;
    (1..=256).contains(&step.len()).then(|| step.to_owned())
}

/// The answer to a read.
pub(crate) fn opened(opened: Opened) -> Response {
    match opened {
        Opened::Document(document) => {
            let tag = document.tag;
            answer::tagged(document, tag)
        }
        Opened::HandedOut(value) => answer::data(value),
    }
}
