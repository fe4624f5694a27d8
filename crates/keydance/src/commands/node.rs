//! `keydance node`: machines of a repository.

use clap::Subcommand;
use keydance_git::event::Join;
use keydance_git::roster::{MachineKind, MachineName, Name, Principal};
use keydance_sops::random::SystemRandom;

use super::{Context, device, event};
use crate::failure::Failure;
use crate::output::Output;

/// What to do with a machine.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Enrol(Enrol),
}

/// Let a machine into a group of this repository
#[derive(Debug, clap::Args)]
pub(crate) struct Enrol {
    /// The group of such machines
    #[arg(long, value_name = "GROUP")]
    class: Name,
    /// What the machine is called
    #[arg(long, value_name = "NAME")]
    name: Name,
    #[command(flatten)]
    request: device::request::Given,
    #[command(flatten)]
    event: event::Flags,
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        let Self::Enrol(args) = self;
        let join = Join {
            who: Principal::Machine(MachineName {
                kind: MachineKind::Node,
                name: args.name.clone(),
            }),
            groups: vec![args.class.clone()],
            until: None,
            request: args.request.read(context)?,
            new_generation: false,
        };
        args.event
            .run(context, |scene| join.plan(scene, &mut SystemRandom))
    }
}
