//! The outermost layer: the id of a request, headers of every answer, and the body of every error.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::{App, problem};
use crate::engine::{Code, Error};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: given by the caller, or made here.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// Gives the request its id, and the answer what every answer has.
pub(crate) async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = given(&request).unwrap_or_else(made);
    let is_api = request.uri().path().starts_with(&app.settings().api_base);
    request.extensions_mut().insert(RequestId(id.clone()));
    let has_body = has_body(&request);
    let response = next.run(request).await;
    let mut response = finished(response, &id);
    let status = response.status();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    if has_body && may_leave_unread(status) {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if is_api {
        let value = HeaderValue::from_static("no-store, no-cache, must-revalidate, private");
        headers.insert(header::CACHE_CONTROL, value);
    }
    response
}

/// Errors of handlers, and those of the framework itself, get their body here.
fn finished(mut response: Response, id: &str) -> Response {
    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        return problem::write(&error, id);
    }
    let error = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            Error::new(Code::MethodNotAllowed, "This path has no such method.")
        }
        StatusCode::NOT_FOUND => Error::new(Code::NotFound, "There is nothing at this path."),
        StatusCode::PAYLOAD_TOO_LARGE => Error::new(Code::TooLarge, "The body is too large."),
        StatusCode::BAD_REQUEST => Error::invalid_field("path", "cannot be read"),
        _ => return response,
    };
    let allow = response.headers_mut().remove(header::ALLOW);
    let mut written = problem::write(&error, id);
    if let Some(allow) = allow {
        written.headers_mut().insert(header::ALLOW, allow);
    }
    written
}

fn has_body(request: &Request) -> bool {
    let length = request.headers().get(header::CONTENT_LENGTH);
    length.is_some_and(|length| length != "0")
        || request.headers().contains_key(header::TRANSFER_ENCODING)
}

/// Refusals that come before the body is read: what is left of it ends the connection, and the
/// client is told so rather than left to find out with its next request.
fn may_leave_unread(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::TOO_MANY_REQUESTS
    )
}

fn given(request: &Request) -> Option<String> {
    let id = request.headers().get(&REQUEST_ID)?.to_str().ok()?;
    let acceptable = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    ((1..=64).contains(&id.len()) && id.bytes().all(acceptable)).then(|| id.to_owned())
}

fn made() -> String {
    let random = keydance_crypto::random::bytes::<8>();
    random.map_or_else(
        |_| "unknown".to_owned(),
        |id| format!("{:016x}", u64::from_be_bytes(*id)),
    )
}
