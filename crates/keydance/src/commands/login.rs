//! `keydance login`.

use keydance_api::Data;
use keydance_api::principal::Me;
use keydance_api::token::AccessToken;
use serde_json::json;
use zeroize::Zeroizing;

use super::Context;
use crate::client::Client;
use crate::failure::{Failure, Kind};
use crate::login::Login;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// Store a server and an access token for later commands
///
/// Asks for an enrolment code (kd_e_…) or an access token, or reads it from standard input. A code
/// is exchanged for an access token of yours.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the new access token is called, if a code is exchanged for one
    #[arg(long, default_value = "command line")]
    name: String,
}

/// Checks the token with the server before it is stored.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let url = Login::find(&context.global, &context.environment)?.url;
    let anonymous = Login { url, token: None };
    let client = Client::new(anonymous, context.allow_http())?;
    let typed = terminal::secret("Enrolment code or access token")?;
    let typed = Zeroizing::new(typed.trim().to_owned());
    let token = if typed.starts_with("kd_e_") {
        enrol(&client, &typed, &args.name)?
    } else if typed.starts_with("kd_") {
        typed
    } else {
        return Err(
            Failure::usage("that is neither an enrolment code nor an access token")
                .hint("both start with kd_; who administers your organisation can enrol you"),
        );
    };
    let client = client.with_token(token.clone());
    let me: Data<Me> = client.get("/me").send()?.value;
    let url = client.url().to_owned();
    let login = Login {
        url: url.clone(),
        token: Some(token),
    };
    let path = login.store(&context.environment)?;
    let id = me.data.id;
    let sentence = format!("logged in to {url} as {id}; stored in {}", path.display());
    Ok(Output::new(&Say::new(
        sentence,
        json!({ "url": url, "id": id, "file": path }),
    )))
}

fn enrol(client: &Client, code: &str, name: &str) -> Result<Zeroizing<String>, Failure> {
    let body = json!({ "code": code, "name": name });
    let made: Data<AccessToken> = client.post("/enrol").json(&body)?.send()?.value;
    let token = made.data.token.map(Zeroizing::new);
    token.ok_or_else(|| Failure::new(Kind::Failed, "the server gave no access token"))
}
