//! `keydance person`.

mod add;
mod enrol;
mod freeze;
mod list;
mod show;
mod unfreeze;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Persons of your organisation
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a person; `enrol` lets them in
    Add(add::Args),
    /// Show everybody
    List(list::Args),
    /// Show one
    Show(show::Args),
    /// Issue the one-time code with which a person gets an access token
    Enrol(enrol::Args),
    /// End a person's tokens and executions at once
    Freeze(freeze::Args),
    /// Let a frozen person in again
    Unfreeze(unfreeze::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Add(args) => add::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Show(args) => show::run(&args, context),
            Self::Enrol(args) => enrol::run(&args, context),
            Self::Freeze(args) => freeze::run(&args, context),
            Self::Unfreeze(args) => unfreeze::run(&args, context),
        }
    }
}
