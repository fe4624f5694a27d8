//! `keydance group`.

mod add;
mod delete;
mod join;
mod list;
mod part;
mod rename;
mod show;

use clap::Subcommand;
use keydance_api::credential::Owner;

use super::Context;
use crate::client::segment;
use crate::failure::Failure;
use crate::output::Output;

/// Groups of persons, machine identities and groups
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a group
    Add(add::Args),
    /// Show every group
    List(list::Args),
    /// Show who is in a group
    Show(show::Args),
    /// Put somebody into a group
    Join(join::Args),
    /// Take somebody out of a group
    Part(part::Args),
    /// Give a group another name
    Rename(rename::Args),
    /// Delete a group that owns nothing
    Delete(delete::Args),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Add(args) => add::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Show(args) => show::run(&args, context),
            Self::Join(args) => join::run(&args, context),
            Self::Part(args) => part::run(&args, context),
            Self::Rename(args) => rename::run(&args, context),
            Self::Delete(args) => delete::run(&args, context),
        }
    }
}

/// The path of a membership.
fn member_path(group: &str, member: &Owner) -> String {
    let (group, id) = (segment(group), segment(&member.id));
    format!("/groups/{group}/members/{}/{id}", member.kind)
}
