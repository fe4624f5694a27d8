//! `GET /executions/{id}/credentials/{credentialId}`: a value, for the token of its execution.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use keydance_api::credential::HandedOut;
use keydance_core::event::Action;

use crate::engine::Code;
use crate::engine::read::{Request, Through};
use crate::http::App;
use crate::http::api::credentials::read::{opened, step};
use crate::http::caller::{Bearer, counted_from};
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::{Access, Route};

pub(crate) fn route() -> Route {
    let path = "/executions/{id}/credentials/{credentialId}";
    Route::new(Method::GET, path, "handOutCredential", handler)
        .summary("Hands a value out to the execution whose token is shown")
        .access(Access::Execution)
        .records(Action::CredentialHandedOut)
        .query(&["environment"])
        .answers::<HandedOut>()
        .codes(&[
            Code::EnvironmentValueMissing,
            Code::FlowBlocked,
            Code::FlowGuardDenied,
            Code::UnknownEnvironment,
            Code::VersionState,
        ])
}

async fn handler(
    State(app): State<App>,
    bearer: Bearer,
    Path((id, credential)): Path<(String, String)>,
    query: Query,
    headers: HeaderMap,
) -> Outcome<Response> {
    let request = Request {
        token: bearer.token,
        credential: credential.parse().ok(),
        through: Through::Execution(id.parse().ok()),
        environment: query.environment(),
        step: step(&headers),
        context: bearer.context,
    };
    let read = app.read_credential(request).await;
    Ok(opened(read.map_err(|error| {
        counted_from(&app, bearer.address, error)
    })?))
}
