//! `keydance device lost`.

use keydance_git::event::LoseDevice;
use keydance_git::roster::DeviceName;
use keydance_sops::random::SystemRandom;

use crate::commands::{Context, event};
use crate::failure::Failure;
use crate::output::Output;

/// Take from a device everything it can open in this repository; its owner stays
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The device, as PERSON/DEVICE
    device: DeviceName,
    #[command(flatten)]
    event: event::Flags,
}

/// Takes it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    args.event.need_reason()?;
    let lose = LoseDevice {
        device: args.device.clone(),
    };
    args.event
        .run(context, |scene| lose.plan(scene, &mut SystemRandom))
}
