//! `keydance credential get`.

use keydance_api::Data;
use keydance_api::credential::Credential;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;

/// Show one
///
/// Secrets are in clear if your token may see them (secrets.secret.readRaw), otherwise masked.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
    /// The environment of the value [default: default]
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
}

/// Reads it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let request = client.get(format!("/credentials/{id}"));
    let request = request.query("environment", args.environment.as_deref());
    Ok(Output::new(&request.send::<Data<Credential>>()?))
}
