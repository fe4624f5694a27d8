//! `keydance flow`.

mod block;
mod check;
mod delete;
mod document;
mod list;
mod put;
mod recheck;
mod show;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Flows: what may use credentials
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Store a flow, if its owners may use what it references
    Put(put::Args),
    /// Ask whether a flow would be stored or started, and store nothing
    Check(check::Args),
    /// Show those you own
    List(list::Args),
    /// Show one, and whether it may run
    Show(show::Args),
    /// Stop it now: its executions end and none starts
    Block(block::Args),
    /// Let a blocked flow run again, if the rule holds
    Recheck(recheck::Args),
    /// Delete it; its executions end
    Delete(delete::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Put(args) => put::run(&args, context),
            Self::Check(args) => check::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Show(args) => show::run(&args, context),
            Self::Block(args) => block::run(&args, context),
            Self::Recheck(args) => recheck::run(&args, context),
            Self::Delete(args) => delete::run(&args, context),
        }
    }
}
