//! `keydance token`.

mod create;
mod list;
mod revoke;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Access tokens of yours
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Issue one that may do no more than you, and show it, once
    Create(create::Args),
    /// Show yours, without the secrets
    List(list::Args),
    /// End one at once
    Revoke(revoke::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Create(args) => create::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Revoke(args) => revoke::run(&args, context),
        }
    }
}
