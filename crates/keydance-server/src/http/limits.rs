//! Bounds that hold before anybody is authenticated.

use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::App;
use super::problem::Problem;
use crate::engine::{Code, Error};

/// Headers of a request at most.
const MAX_HEADERS: usize = 100;

/// Refuses what is too large before anything else is looked at.
pub(crate) async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let declared = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    let declared = declared
        .and_then(|length| length.parse::<usize>().ok())
        .unwrap_or(0);
    if declared > app.settings().body_limit || request.headers().len() > MAX_HEADERS {
        let error = Error::new(Code::TooLarge, "The request is too large.");
        return Problem(error).into_response();
    }
    if names_nul(request.uri().path()) {
        return Problem(Error::new(Code::NotFound, "There is nothing at this path."))
            .into_response();
    }
    if request.uri().query().is_some_and(names_nul) {
        let error = Error::invalid_field("query", "must hold no NUL character");
        return Problem(error).into_response();
    }
    next.run(request).await
}

/// No id, name or filter holds a NUL character, and PostgreSQL keeps none in a text.
fn names_nul(text: &str) -> bool {
    text.contains("%00")
}
