//! `keydance audit`.

mod chain;
mod export;
mod file;
mod list;
mod verify;
mod verify_database;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// The audit log: who did what
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show events, newest last
    List(list::Args),
    /// Write the whole log with a signed checkpoint
    Export(export::Args),
    /// Prove that nothing in the log was changed, added or taken out
    Verify(verify::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::List(args) => list::run(&args, context),
            Self::Export(args) => export::run(&args, context),
            Self::Verify(args) => verify::run(&args, context),
        }
    }
}
