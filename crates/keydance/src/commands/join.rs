//! `keydance join`.

use jiff::Timestamp;
use keydance_git::event::Join;
use keydance_git::roster::{Name, Principal, parse_time};
use keydance_sops::random::SystemRandom;

use super::{Context, device, event};
use crate::failure::Failure;
use crate::output::Output;

/// Let a person into groups of this repository, or give them another device
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The person, or a machine like node:web-1
    name: Principal,
    /// The groups, separated by commas
    #[arg(long, value_name = "GROUPS", value_delimiter = ',')]
    groups: Vec<Name>,
    #[command(flatten)]
    request: device::request::Given,
    /// Until when, as a time or date [default: for good]
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// Give the groups another identity, so that nothing older opens
    #[arg(long)]
    new_generation: bool,
    #[command(flatten)]
    event: event::Flags,
}

/// Lets them in.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let request = args.request.read(context)?;
    let join = Join {
        who: args.name.clone(),
        groups: args.groups.clone(),
        until: args.until,
        request,
        new_generation: args.new_generation,
    };
    args.event
        .run(context, |scene| join.plan(scene, &mut SystemRandom))
}

fn time(text: &str) -> Result<Timestamp, String> {
    parse_time(text).ok_or_else(|| "a time like 2026-11-22T10:00:00Z, or a date".to_owned())
}
