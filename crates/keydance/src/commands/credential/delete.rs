//! `keydance credential delete`.

use serde_json::json;

use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// Delete it, or give up your part in it if there are other owners
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id or name
    credential: String,
    /// Delete it for every owner
    #[arg(long)]
    entire: bool,
    /// Even if flows need it, which blocks those flows
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Deletes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::credential(&client, &args.credential)?;
    let for_whom = if args.entire { " for every owner" } else { "" };
    if args.dry_run {
        let sentence = format!("would delete credential {id}{for_whom}");
        let plan = json!({ "would": "delete", "credential": id, "entire": args.entire });
        return Ok(Output::new(&Say::new(sentence, plan)));
    }
    terminal::confirm(&format!("delete credential {id}{for_whom}?"), args.yes)?;
    let effect = client
        .delete(format!("/credentials/{id}"))
        .switch("entire", args.entire)
        .switch("force", args.force)
        .send_for_header("x-keydance-effect")?;
    let sentence = match effect.as_deref() {
        Some("owner-removed") => {
            format!("you own credential {id} no more; its other owners keep it")
        }
        _ => format!("deleted credential {id}{for_whom}"),
    };
    Ok(Output::new(&Say::done(sentence)))
}
