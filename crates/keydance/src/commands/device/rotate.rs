//! `keydance device rotate`.

use keydance_git::event::RotateDevice;
use keydance_git::roster::DeviceName;
use keydance_sops::random::SystemRandom;

use crate::commands::{Context, event};
use crate::failure::Failure;
use crate::output::Output;

/// Put a device in the place of another one of the same person
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The device that goes, as PERSON/DEVICE
    device: DeviceName,
    #[command(flatten)]
    request: super::request::Given,
    /// Leave the old one open; run it again without this when the new one works
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    event: event::Flags,
}

/// Puts it there.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let request = args.request.read(context)?;
    let rotate = RotateDevice {
        old: args.device.clone(),
        request: request.ok_or_else(|| Failure::usage("rotate needs --request"))?,
        keep: args.keep,
    };
    args.event
        .run(context, |scene| rotate.plan(scene, &mut SystemRandom))
}
