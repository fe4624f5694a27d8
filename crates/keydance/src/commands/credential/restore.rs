//! `keydance credential restore`.

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Make the value of a retiring version current again, as a new version
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
    /// The number of the version
    version: u32,
}

/// Restores it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let version = args.version;
    let path = format!("/credentials/{id}/versions/{version}/restore");
    let body = client.post(path).send_for_body()?;
    let sentence = format!("the value of version {version} of credential {id} is current again");
    Ok(Output::new(&Say::new(sentence, body)))
}
