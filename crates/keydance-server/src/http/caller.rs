//! Who is calling, from the headers of a request.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use keydance_crypto::token::AccessToken;

use super::App;
use super::problem::Problem;
use super::request_id::RequestId;
use crate::engine::{Code, Error, RequestContext, Session};

/// The access token of a request, not verified yet: for the routes that execution tokens open.
pub(crate) struct Bearer {
    pub(crate) token: AccessToken,
    pub(crate) context: RequestContext,
    pub(crate) address: Option<IpAddr>,
}

/// An authenticated person or machine identity.
pub(crate) struct Authenticated(pub(crate) Session);

/// What is known of a request whoever sends it.
pub(crate) struct Anonymous(pub(crate) RequestContext);

impl FromRequestParts<App> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let context = context(parts);
        let token = read(parts).map_err(|error| counted(app, parts, error))?;
        let address = address(parts).map(|address| address.ip());
        Ok(Self {
            token,
            context,
            address,
        })
    }
}

impl FromRequestParts<App> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Bearer { token, context, .. } = Bearer::from_request_parts(parts, app).await?;
        let session = app.authenticate(token, context).await;
        session
            .map(Self)
            .map_err(|error| counted(app, parts, error))
    }
}

impl FromRequestParts<App> for Anonymous {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self(context(parts)))
    }
}

fn context(parts: &Parts) -> RequestContext {
    let id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
    RequestContext {
        request_id: id.unwrap_or_default(),
        source: address(parts).map(|a| a.ip().to_string()),
        path: parts.uri.path().to_owned(),
    }
}

fn address(parts: &Parts) -> Option<SocketAddr> {
    parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0)
}

fn read(parts: &Parts) -> Result<AccessToken, Error> {
    let malformed = || Error::new(Code::AuthMalformed, "Invalid authorization header");
    let header = parts.headers.get(AUTHORIZATION);
    let header =
        header.ok_or_else(|| Error::new(Code::AuthMissing, "Missing authorization header."))?;
    let text = header.to_str().map_err(|_| malformed())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(malformed());
    }
    AccessToken::parse(token.trim()).map_err(|_| Error::new(Code::TokenInvalid, "Token invalid."))
}

/// A failed authentication counts against the address it came from.
pub(crate) fn counted(app: &App, parts: &Parts, error: Error) -> Problem {
    counted_from(app, address(parts).map(|address| address.ip()), error)
}

/// The same for a route that authenticates by itself.
pub(crate) fn counted_from(app: &App, address: Option<IpAddr>, error: Error) -> Problem {
    let failed = matches!(
        error.code(),
        Code::AuthMalformed | Code::AuthMissing | Code::TokenInvalid
    );
    match address {
        Some(address) if failed => {
            Problem(app.failed_authentication(address).err().unwrap_or(error))
        }
        _ => Problem(error),
    }
}
