//! `keydance credential versions`.

use keydance_api::credential::Version;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Listing;

/// Show its versions, without values
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
}

/// Lists them.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let versions = client.get(format!("/credentials/{id}/versions"));
    Ok(Output::new(&versions.send::<Listing<Version>>()?))
}
