//! `keydance machine`.

mod add;
mod delete;
mod list;
mod token;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Machine identities: services, nodes and pipelines
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a machine identity
    Add(add::Args),
    /// Show every machine identity
    List(list::Args),
    /// Issue an access token for one and show it, once
    Token(token::Args),
    /// Close one; its tokens end
    Delete(delete::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Add(args) => add::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Token(args) => token::run(&args, context),
            Self::Delete(args) => delete::run(&args, context),
        }
    }
}
