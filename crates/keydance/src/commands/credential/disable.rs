//! `keydance credential disable`.

use serde_json::json;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Stop handing out a version, at once
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
    /// The number of the version
    version: u32,
    /// Hand it out again
    #[arg(long)]
    undo: bool,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Disables it, or enables it again.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let version = args.version;
    let verb = if args.undo { "enable" } else { "disable" };
    if args.dry_run {
        let sentence = format!("would {verb} version {version} of credential {id}");
        let plan = json!({ "would": verb, "credential": id, "version": version });
        return Ok(Output::new(&Say::new(sentence, plan)));
    }
    let path = format!("/credentials/{id}/versions/{version}/{verb}");
    let body = client.post(path).send_for_body()?;
    let sentence = format!("{verb}d version {version} of credential {id}");
    Ok(Output::new(&Say::new(sentence, body)))
}
