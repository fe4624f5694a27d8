//! `keydance abort`.

use keydance_git::journal::Journal;
use serde_json::json;

use super::{checkout, of_journal};
use crate::commands::Context;
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;

/// Take back what another process left undone in this repository
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A folder in the repository [default: the current one]
    #[arg(long, value_name = "DIR")]
    repo: Option<std::path::PathBuf>,
}

/// Takes it back.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let checkout = checkout(context, args.repo.as_deref())?;
    let Some(journal) = Journal::find(&checkout).map_err(|error| of_journal(&error))? else {
        return Ok(Output::new(&Say::new(
            "nothing to do",
            json!({ "data": null }),
        )));
    };
    journal.abort().map_err(|error| of_journal(&error))?;
    let data = json!({ "data": { "event": journal.title() } });
    Ok(Output::new(&Say::new(
        format!("taken back: {}", journal.title()),
        data,
    )))
}
