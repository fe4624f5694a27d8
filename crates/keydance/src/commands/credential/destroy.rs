//! `keydance credential destroy`.

use serde_json::json;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// Destroy the value of a version for good
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
    /// The number of the version
    version: u32,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Destroys it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let version = args.version;
    if args.dry_run {
        let sentence = format!("would destroy version {version} of credential {id} for good");
        let plan = json!({ "would": "destroy", "credential": id, "version": version });
        return Ok(Output::new(&Say::new(sentence, plan)));
    }
    let question = format!("destroy version {version} of credential {id} for good?");
    terminal::confirm(&question, args.yes)?;
    let path = format!("/credentials/{id}/versions/{version}/destroy");
    let body = client.post(path).send_for_body()?;
    let sentence = format!("destroyed version {version} of credential {id}");
    Ok(Output::new(&Say::new(sentence, body)))
}
