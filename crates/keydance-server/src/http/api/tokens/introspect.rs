//! `POST /tokens/introspect`: what a token stands for, in the form the asking service expects: an
//! account object for JSON, RFC 7662 for a form.

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::{BodyExt as _, Limited};
use keydance_api::token::TokenQuestion;
use keydance_core::permission::Permission;
use keydance_core::problem::REQUIRED;
use keydance_crypto::token::AccessToken;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::engine::tokens::{Inspected, Purpose};
use crate::engine::{Code, Error, fields};
use crate::http::App;
use crate::http::body::Body;
use crate::http::caller::Authenticated;
use crate::http::problem::{Outcome, Problem};
use crate::http::route::{Access, Route};

pub(crate) fn route() -> Route {
    Route::new(
        Method::POST,
        "/tokens/introspect",
        "introspectToken",
        handler,
    )
    .summary("Says what a token stands for: an account object for JSON, RFC 7662 for a form")
    .access(Access::Permission(Permission::TokenIntrospect))
    .body::<TokenQuestion>()
}

async fn handler(
    State(app): State<App>,
    Authenticated(session): Authenticated,
    question: Question,
) -> Outcome<Response> {
    // What is no token of ours stands for nothing.
    let token = AccessToken::parse(&question.token).ok();
    let inspected = app.inspect_token(&session, token).await?;
    match (question.form, inspected) {
        (Form::Account, Some(inspected)) => Ok(Json(account(&inspected)).into_response()),
        (Form::Account, None) => Err(Problem(Error::not_found("account"))),
        (Form::Rfc7662, Some(inspected)) => Ok(Json(rfc_7662(&inspected)).into_response()),
        (Form::Rfc7662, None) => Ok(Json(json!({ "active": false })).into_response()),
    }
}

/// The token asked about and how the answer is to look.
struct Question {
    token: Zeroizing<String>,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    Account,
    Rfc7662,
}

impl FromRequest<App> for Question {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (token, form) = if is_form(request.headers()) {
            (
                of_form(request, app.settings().body_limit).await?,
                Form::Rfc7662,
            )
        } else {
            let body = Body::from_request(request, app).await?;
            let token = fields::text(&body.fields, "token")?;
            (token.map(str::to_owned), Form::Account)
        };
        let token = token.ok_or_else(|| Error::invalid_field("token", REQUIRED))?;
        let token = Zeroizing::new(token);
        Ok(Self { token, form })
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

async fn of_form(request: Request, limit: usize) -> Result<Option<String>, Error> {
    let body = Limited::new(request.into_body(), limit).collect().await;
    let body = body.map_err(|_| Error::new(Code::TooLarge, "The body is too large."))?;
    let bytes = body.to_bytes();
    let mut pairs = form_urlencoded::parse(&bytes);
    let token = pairs.find(|(name, _)| name == "token");
    Ok(token.map(|(_, token)| token.into_owned()))
}

/// What the IAM of the Open Integration Hub answers.
fn account(inspected: &Inspected) -> Value {
    let mut account = json!({
        "_id": inspected.subject,
        "username": inspected.username,
        "permissions": inspected.permissions,
        "roles": [],
        "exp": seconds(inspected),
    });
    add_origin(&mut account, inspected);
    account
}

fn rfc_7662(inspected: &Inspected) -> Value {
    let mut claims = json!({ "permissions": inspected.permissions });
    add_origin(&mut claims, inspected);
    json!({
        "active": true,
        "sub": inspected.subject,
        "username": inspected.username,
        "token_type": "Bearer",
        "exp": seconds(inspected),
        "claims": claims,
    })
}

fn add_origin(claims: &mut Value, inspected: &Inspected) {
    if let Some(tenant) = &inspected.tenant {
        claims["tenant"] = json!(tenant);
    }
    if let Purpose::Flow(flow) = inspected.purpose {
        claims["purpose"] = json!("flow");
        claims["flowId"] = json!(flow);
    }
}

fn seconds(inspected: &Inspected) -> i64 {
    inspected.expires_at.as_millis() / 1000
}
