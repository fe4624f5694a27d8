//! `keydance group part`.

use crate::commands::reference::OwnerArg;
use crate::commands::{Context, reference};
use crate::failure::Failure;
use crate::output::Output;
use crate::render::Say;
use crate::terminal;

/// Take somebody out of a group
///
/// What they could reach through it they can reach no more; what they have seen stays seen.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, or its name with @ before it
    group: String,
    /// USER:id, or GROUP:id for a group within the group
    member: OwnerArg,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Ends the membership.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let client = context.client()?;
    let id = reference::group(&client, &args.group)?;
    let member = &args.member.0;
    let who = format!("{}:{}", member.kind, member.id);
    terminal::confirm(&format!("take {who} out of group {id}?"), args.yes)?;
    let body = client
        .delete(super::member_path(&id, member))
        .send_for_body()?;
    Ok(Output::new(&Say::new(
        format!("{who} is out of group {id}"),
        body,
    )))
}
