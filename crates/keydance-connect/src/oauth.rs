//! Tokens of OAuth, as clouds hand them out.

use keydance_sops::key_service::KeyError;
use serde::Deserialize;
use ureq::http::Request;
use zeroize::Zeroizing;

use crate::http::{Answer, Http, unsendable};

/// What proves who calls. Never shown.
pub(crate) type Token = Zeroizing<String>;

/// Asks a server for a token, with a form.
pub(crate) fn token(http: &Http, uri: &str, form: &[(&str, &str)]) -> Result<Token, KeyError> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    let body = Zeroizing::new(body.extend_pairs(form).finish());
    let request = Request::post(uri)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.as_bytes())
        .map_err(unsendable)?;
    of_answer(&http.send(request)?)
}

/// The token in an answer.
pub(crate) fn of_answer(answer: &Answer) -> Result<Token, KeyError> {
    if answer.is_success() {
        let Issued { access_token } = answer.json()?;
        return Ok(Zeroizing::new(access_token));
    }
    let reason = answer.json::<Refusal>().ok();
    let reason = reason.map(|refusal| match refusal.error_description {
        Some(description) => format!("{}: {description}", refusal.error),
        None => refusal.error,
    });
    let refusal = answer.refusal(reason);
    Err(KeyError::Failed(format!("there is no token: {refusal}")))
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
}
