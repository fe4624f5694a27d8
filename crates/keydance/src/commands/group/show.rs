//! `keydance group show`.

use keydance_api::group::Membership;

use crate::client::segment;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Listing;

/// Show who is in a group
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, or its name with @ before it
    group: String,
    /// At this time instead of now
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

/// Lists its members.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::group(&client, &args.group)?;
    let members = client.get(format!("/groups/{}/members", segment(&id)));
    let members = members.query("at", args.at.as_deref());
    Ok(Output::new(&members.send::<Listing<Membership>>()?))
}
