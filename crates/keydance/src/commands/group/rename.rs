//! `keydance group rename`.

use keydance_api::Data;
use keydance_api::group::Group;
use serde_json::json;

use crate::client::segment;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;

/// Give a group another name
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, or its name with @ before it
    group: String,
    /// The new name
    name: String,
}

/// Renames it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::group(&client, &args.group)?;
    let request = client.patch(format!("/groups/{}", segment(&id)));
    let group = request
        .json(&json!({ "name": args.name }))?
        .send::<Data<Group>>()?;
    Ok(Output::new(&group))
}
