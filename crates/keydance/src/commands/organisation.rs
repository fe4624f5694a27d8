//! `keydance organisation`: an operator's commands on the deployment itself. They work while the
//! server runs.

mod create;
mod list;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Organisations of this deployment
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an organisation with its administrator
    Create(create::Args),
    /// Every organisation
    List(list::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Create(args) => create::run(&args, context),
            Self::List(args) => list::run(&args, context),
        }
    }
}
