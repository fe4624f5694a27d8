//! `keydance execution`.

mod end;
mod list;
mod renew;
mod show;
mod start;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Executions: flows while they run
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start one and show its token, once
    Start(start::Args),
    /// Keep one going for some minutes
    Renew(renew::Args),
    /// End one, or all of a flow
    End(end::Args),
    /// Show those of your flows
    List(list::Args),
    /// Show one
    Show(show::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Start(args) => start::run(&args, context),
            Self::Renew(args) => renew::run(&args, context),
            Self::End(args) => end::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Show(args) => show::run(&args, context),
        }
    }
}
