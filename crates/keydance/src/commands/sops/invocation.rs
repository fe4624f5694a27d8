//! What was typed, and what it means.

mod content;
mod looking;
mod old_style;
mod sharing;

// What several of them take.
mod parts;
mod positionals;

use std::ffi::OsString;

use super::arguments::Arguments;
use super::environment::Environment;
use super::failure::Failure;
use super::options::Options;
use super::request::{
    Decrypt, Diff, Edit, Encrypt, ExecEnv, ExecFile, FileStatus, GroupsAdd, GroupsDelete,
    KeyService, MergeDriver, OldStyle, Publish, Recipients, Replace, Request, Rotate, Set,
    TextConv, Unset, UpdateKeys, Verify,
};
use super::subcommand::Verb;
use super::{Face, flags, help};

/// What is to be done, and how.
pub(crate) struct Invocation {
    pub(crate) request: Request,
    pub(crate) options: Options,
    /// What is worth saying before it is done.
    pub(crate) warnings: Vec<String>,
}

impl Invocation {
    /// Understands what stands after the name of the program.
    ///
    /// # Errors
    /// It makes no sense.
    pub(crate) fn parse(
        face: Face,
        typed: impl IntoIterator<Item = OsString>,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let mut arguments = Arguments::parse(face, typed, environment)?;
        let options = Options::of(&arguments)?;
        Ok(Self {
            request: request(&mut arguments)?,
            options,
            warnings: arguments.warnings,
        })
    }
}

fn request(arguments: &mut Arguments<'_>) -> Result<Request, Failure> {
    if arguments.switch(&flags::HELP) {
        return Ok(Request::Help(help::of(arguments)));
    }
    if arguments.switch(&flags::VERSION) {
        return Ok(Request::Version);
    }
    Ok(match arguments.subcommand.verb {
        Verb::Completion(shell) => Request::Completion(shell),
        Verb::Decrypt => Request::Decrypt(Decrypt::meant(arguments)?),
        Verb::Diff => Request::Diff(Diff::meant(arguments)?),
        Verb::Edit => Request::Edit(Edit::meant(arguments)?),
        Verb::Encrypt => Request::Encrypt(Encrypt::meant(arguments)?),
        Verb::ExecEnv => Request::ExecEnv(ExecEnv::meant(arguments)?),
        Verb::ExecFile => Request::ExecFile(ExecFile::meant(arguments)?),
        Verb::FileStatus => Request::FileStatus(FileStatus::meant(arguments)?),
        Verb::Group => Request::Help(help::of(arguments)),
        Verb::GroupsAdd => Request::GroupsAdd(GroupsAdd::meant(arguments)?),
        Verb::GroupsDelete => Request::GroupsDelete(GroupsDelete::meant(arguments)?),
        Verb::Help => Request::Help(help::about(arguments)?),
        Verb::KeyService => Request::KeyService(KeyService::meant(arguments)?),
        Verb::MergeDriver => Request::MergeDriver(MergeDriver::meant(arguments)?),
        Verb::MergeResolve => Request::MergeResolve(Edit::meant(arguments)?),
        Verb::OldStyle => Request::OldStyle(OldStyle::meant(arguments)?),
        Verb::Publish => Request::Publish(Publish::meant(arguments)?),
        Verb::Recipients => Request::Recipients(Recipients::meant(arguments)?),
        Verb::Replace => Request::Replace(Replace::meant(arguments)?),
        Verb::Rotate => Request::Rotate(Rotate::meant(arguments)?),
        Verb::Set => Request::Set(Set::meant(arguments)?),
        Verb::TextConv => Request::TextConv(TextConv::meant(arguments)?),
        Verb::Unset => Request::Unset(Unset::meant(arguments)?),
        Verb::UpdateKeys => Request::UpdateKeys(UpdateKeys::meant(arguments)?),
        Verb::Verify => Request::Verify(Verify::meant(arguments)?),
    })
}

#[cfg(test)]
mod tests;
