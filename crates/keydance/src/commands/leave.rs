//! `keydance leave`.

use keydance_git::event::Leave;
use keydance_git::roster::Principal;
use keydance_sops::random::SystemRandom;

use super::{Context, event};
use crate::failure::Failure;
use crate::output::Output;

/// Take from a person or machine everything they can open in this repository
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The person, or a machine like node:web-1
    name: Principal,
    #[command(flatten)]
    event: event::Flags,
}

/// Takes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    args.event.need_reason()?;
    let leave = Leave {
        who: args.name.clone(),
    };
    args.event
        .run(context, |scene| leave.plan(scene, &mut SystemRandom))
}
