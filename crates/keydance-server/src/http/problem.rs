//! Errors as answers: one status for each code.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::engine::{Code, Error};

/// An error on its way out. The body, with the request id, is written by the outermost layer.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) Error);

/// What every handler answers.
pub(crate) type Outcome<T> = Result<T, Problem>;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    /// Leaves the error with the answer for [`write`](Self::write).
    fn into_response(self) -> Response {
        let mut response = status(self.0.code()).into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

use std::sync::Arc;

/// The whole answer for an error.
pub(crate) fn write(error: &Error, request_id: &str) -> Response {
    let status = status(error.code());
    if status.is_server_error() {
        let cause = error.cause().unwrap_or_default();
        tracing::error!(
            code = error.code().as_str(),
            cause,
            request_id,
            "request failed"
        );
    }
    let body = keydance_api::Problem {
        message: error.message().to_owned(),
        code: error.code().as_str().to_owned(),
        request_id: request_id.to_owned(),
        details: error.details().to_vec(),
    };
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = retry_after(error, status) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn retry_after(error: &Error, status: StatusCode) -> Option<u64> {
    let always = matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    );
    error.retry_after().or(always.then_some(1))
}

/// The status of each code (contract 2.2).
pub fn status(code: Code) -> StatusCode {
    match code {
        Code::AuthClientNotFound
        | Code::BadJson
        | Code::MaskedValue
        | Code::OwnerNotAllowed
        | Code::ReferenceNotAnId
        | Code::TypeImmutable
        | Code::UnknownEnvironment
        | Code::UnknownType
        | Code::ValidationFailed => StatusCode::BAD_REQUEST,
        Code::AuthMalformed | Code::AuthMissing | Code::TokenInvalid => StatusCode::UNAUTHORIZED,
        Code::FlowBlocked
        | Code::FlowGuardDenied
        | Code::MissingPermission
        | Code::NotOwner
        | Code::TokenScope => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::AlreadyExists
        | Code::CredentialInUse
        | Code::EnvironmentValueMissing
        | Code::FlowHasExecutions
        | Code::IdempotencyMismatch
        | Code::LastOwner
        | Code::NoPersonalOwnership
        | Code::OwnerInUse
        | Code::VersionState => StatusCode::CONFLICT,
        Code::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::AuditUnavailable | Code::Sealed | Code::Unavailable => {
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
