//! `keydance environment`.

mod add;
mod delete;
mod list;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Environments: one value of a credential for each
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add an environment
    Add(add::Args),
    /// Show every environment
    List(list::Args),
    /// Delete one that holds no values
    Delete(delete::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Add(args) => add::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Delete(args) => delete::run(&args, context),
        }
    }
}
