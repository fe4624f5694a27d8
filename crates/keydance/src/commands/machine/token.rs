//! `keydance machine token`.

use keydance_api::Data;
use keydance_api::token::AccessToken;
use keydance_core::permission::Permission;
use serde_json::json;

use crate::client::segment;
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Issue an access token for one and show it, once
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id
    machine: String,
    /// What it is called
    #[arg(long, default_value = "command line")]
    name: String,
    /// What it may do; may be repeated
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<Permission>,
    /// How long it lives, at most 90d
    #[arg(long, value_name = "TIME", default_value = "12h")]
    expires_in: String,
}

/// Issues it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let permissions = args
        .permissions
        .iter()
        .map(|permission| permission.as_str());
    let body = json!({
        "name": args.name,
        "permissions": permissions.collect::<Vec<_>>(),
        "expiresIn": args.expires_in,
    });
    let path = format!("/machine-identities/{}/tokens", segment(&args.machine));
    Ok(Output::new(
        &client.post(path).json(&body)?.send::<Data<AccessToken>>()?,
    ))
}
