//! `keydance credential`.

mod create;
mod delete;
mod destroy;
mod disable;
mod get;
mod list;
mod restore;
mod set;
mod transfer;
mod value;
mod versions;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::output::Output;

/// Credentials: what is kept secret
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Keep a new credential
    Create(create::Args),
    /// Show one
    Get(get::Args),
    /// Show those you own
    List(list::Args),
    /// Change its value, name, domain or binding
    Set(set::Args),
    /// Show its versions
    Versions(versions::Args),
    /// Make the value of a retiring version current again
    Restore(restore::Args),
    /// Stop handing out a version, at once
    Disable(disable::Args),
    /// Destroy the value of a version for good
    Destroy(destroy::Args),
    /// Add and remove owners
    Transfer(transfer::Args),
    /// Delete it, or give up your part in it
    Delete(delete::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Create(args) => create::run(&args, context),
            Self::Get(args) => get::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Set(args) => set::run(&args, context),
            Self::Versions(args) => versions::run(&args, context),
            Self::Restore(args) => restore::run(&args, context),
            Self::Disable(args) => disable::run(&args, context),
            Self::Destroy(args) => destroy::run(&args, context),
            Self::Transfer(args) => transfer::run(&args, context),
            Self::Delete(args) => delete::run(&args, context),
        }
    }
}
