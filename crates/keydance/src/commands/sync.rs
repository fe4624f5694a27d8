//! `keydance sync`.

use keydance_git::event::{NewGroup, sync};
use keydance_git::roster::{Glob, Name, Principal};
use keydance_sops::random::SystemRandom;

use super::{Context, event};
use crate::failure::Failure;
use crate::output::Output;

/// Make everything in this repository follow from its roster again
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Begin a group of this name
    #[arg(long, value_name = "NAME", requires_all = ["members", "admins"])]
    new_group: Option<Name>,
    /// Who is in it: persons, machines and @groups, separated by commas
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "new_group"
    )]
    members: Vec<Principal>,
    /// Who may change it: persons, separated by commas
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "new_group"
    )]
    admins: Vec<Name>,
    /// The files it reads, like secrets/payments/**
    #[arg(long = "match", value_name = "GLOB", requires = "new_group")]
    glob: Option<Glob>,
    #[command(flatten)]
    event: event::Flags,
}

/// Makes it so.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let Some(name) = &args.new_group else {
        return args
            .event
            .run(context, |scene| sync(scene, &mut SystemRandom));
    };
    let group = NewGroup {
        name: name.clone(),
        members: args.members.clone(),
        admins: args.admins.clone(),
        glob: args.glob.clone(),
    };
    args.event
        .run(context, |scene| group.plan(scene, &mut SystemRandom))
}
