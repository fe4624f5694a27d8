//! `keydance group add`.

use keydance_api::Data;
use keydance_api::group::Group;
use serde_json::json;

use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Add a group
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What people will call it
    name: String,
}

/// Adds it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let body = json!({ "name": args.name });
    let group = context
        .client()?
        .post("/groups")
        .json(&body)?
        .send::<Data<Group>>()?;
    Ok(Output::new(&group))
}
