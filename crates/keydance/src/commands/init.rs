//! `keydance init`.

use std::path::PathBuf;

use keydance_git::event::Init;
use keydance_git::roster::{DeviceName, Glob, Name, parse_recipient};
use keydance_sops::random::SystemRandom;

use super::{Context, device, event};
use crate::failure::Failure;
use crate::output::Output;

/// Begin an organisation in this repository, with you and one group
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the organisation is called
    organisation: Name,
    /// You and this device, as PERSON/DEVICE
    #[arg(long, value_name = "DEVICE")]
    device: DeviceName,
    /// The first group, whose admins decide about what belongs to no group
    #[arg(long, value_name = "NAME", default_value = "admins")]
    group: Name,
    /// The files it reads
    #[arg(long = "match", value_name = "GLOB", default_value = "secrets/**")]
    glob: Glob,
    /// The SSH key you sign with [default: ~/.ssh/id_ed25519 if it is there]
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// Make keys that a quantum computer cannot break
    #[arg(long)]
    post_quantum: bool,
    #[command(flatten)]
    event: event::Flags,
}

/// Begins it.
pub(crate) fn run(args: &Args, context: &Context) -> Result<Output, Failure> {
    let kind = device::enrol::kind(args.post_quantum);
    let signing = match device::enrol::signing_key(context, args.signing_key.as_deref()) {
        Ok(key) => Some(device::enrol::public_half(&key)?),
        Err(_) if args.signing_key.is_none() => None,
        Err(failure) => return Err(failure),
    };
    let recipient = device::key::recipient(context, &args.device.to_string(), kind)?;
    let init = Init {
        organisation: args.organisation.clone(),
        device: args.device.clone(),
        recipient: parse_recipient(&recipient)
            .ok_or_else(|| Failure::unexpected("the key of this device has no recipient"))?,
        signing,
        group: args.group.clone(),
        glob: args.glob.clone(),
        kind,
    };
    args.event.run_on(context, |checkout, own, now| {
        init.plan(checkout, own, now, &mut SystemRandom)
    })
}
