//! `GET /audit/{seq}/proof`: the proof that an event is in the log.

use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::Response;
use keydance_api::audit::InclusionProof;

use crate::engine::Error;
use crate::http::caller::Authenticated;
use crate::http::paging::Query;
use crate::http::problem::Outcome;
use crate::http::route::Route;
use crate::http::{App, answer};

pub(crate) fn route() -> Route {
    Route::new(Method::GET, "/audit/{seq}/proof", "proveEvent", handler)
        .summary("Proves that an event is in the log of a size")
        .query(&["size"])
        .answers::<InclusionProof>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    Path(seq): Path<String>,
    query: Query,
) -> Outcome<Response> {
    let seq = seq.parse().map_err(|_| Error::not_found("event"))?;
    let size = query.number("size")?;
    Ok(answer::data(app.prove_event(&session, seq, size).await?))
}
