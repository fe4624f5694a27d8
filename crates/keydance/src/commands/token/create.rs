//! `keydance token create`.

use keydance_api::Data;
use keydance_api::token::AccessToken;
use keydance_core::permission::Permission;
use serde_json::json;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;

/// Issue one that may do no more than you, and show it, once
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What it is called
    name: String,
    /// What it may do; may be repeated
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<Permission>,
    /// How long it lives, at most 90d
    #[arg(long, value_name = "TIME", default_value = "12h")]
    expires_in: String,
    /// Only for this credential; may be repeated
    #[arg(long = "credential", value_name = "ID")]
    credentials: Vec<String>,
    /// Only for this environment; may be repeated
    #[arg(long = "environment", value_name = "NAME")]
    environments: Vec<String>,
}

/// Issues it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let permissions = args
        .permissions
        .iter()
        .map(|permission| permission.as_str());
    let mut body = json!({
        "name": args.name,
        "permissions": permissions.collect::<Vec<_>>(),
        "expiresIn": args.expires_in,
    });
    if !args.credentials.is_empty() {
        let ids = args
            .credentials
            .iter()
            .map(|named| reference::credential(&client, named));
        body["credentials"] = ids.collect::<Result<Vec<_>, _>>()?.into();
    }
    if !args.environments.is_empty() {
        body["environments"] = args.environments.clone().into();
    }
    Ok(Output::new(
        &client
            .post("/tokens")
            .json(&body)?
            .send::<Data<AccessToken>>()?,
    ))
}
