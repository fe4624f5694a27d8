//! `keydance device`: what holds the private key of a person or machine.

pub(crate) mod enrol;
pub(crate) mod key;
mod lost;
pub(crate) mod request;
mod rotate;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// What to do with a device.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Enrol(enrol::Args),
    Lost(lost::Args),
    Rotate(rotate::Args),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Enrol(args) => enrol::run(&args, context),
            Self::Lost(args) => lost::run(&args, context),
            Self::Rotate(args) => rotate::run(&args, context),
        }
    }
}
