//! A subcommand of `sops`: what it takes, and what it is for.

use super::Face;
use super::completion::Shell;
use super::flags::{Flag, HELP};

/// A subcommand, or `sops` itself.
#[derive(Debug)]
pub(crate) struct Subcommand {
    /// As it is typed.
    pub(crate) name: &'static str,
    /// What it is.
    pub(crate) verb: Verb,
    /// Its positional arguments, as help shows them.
    pub(crate) takes: &'static str,
    /// What it does, in a line.
    pub(crate) about: &'static str,
    /// Its flags; `--help` is one of each.
    flags: &'static [&'static [Flag]],
    /// Its own subcommands.
    below: &'static [Self],
    /// Whether sops does not know it.
    ours: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Completion(Shell),
    Decrypt,
    Diff,
    Edit,
    Encrypt,
    ExecEnv,
    ExecFile,
    FileStatus,
    /// Nothing without a subcommand.
    Group,
    GroupsAdd,
    GroupsDelete,
    Help,
    KeyService,
    MergeDriver,
    MergeResolve,
    /// Whatever the flags say; `edit` if they say nothing.
    OldStyle,
    Publish,
    Recipients,
    Replace,
    Rotate,
    Set,
    TextConv,
    Unset,
    UpdateKeys,
    Verify,
}

impl Subcommand {
    pub(super) const fn new(
        verb: Verb,
        name: &'static str,
        takes: &'static str,
        about: &'static str,
        flags: &'static [&'static [Flag]],
    ) -> Self {
        Self {
            name,
            verb,
            takes,
            about,
            flags,
            below: &[],
            ours: false,
        }
    }

    pub(super) const fn above(mut self, below: &'static [Self]) -> Self {
        self.below = below;
        self
    }

    pub(super) const fn ours(mut self) -> Self {
        self.ours = true;
        self
    }

    /// The flags it has under this name of the program.
    pub(crate) fn flags(&self, face: Face) -> impl Iterator<Item = &'static Flag> {
        let flags = self.flags.iter().copied().flatten().chain(&[HELP]);
        flags.filter(move |flag| !flag.ours || face == Face::Keydance)
    }

    /// The flag with this name, and which of its spellings that is.
    pub(crate) fn flag(&self, face: Face, name: &str) -> Option<(&'static Flag, &'static str)> {
        let flags = self.flags(face);
        let mut spelt = flags.flat_map(|flag| flag.names().map(move |spelling| (flag, spelling)));
        spelt.find(|(_, spelling)| *spelling == name)
    }

    /// The subcommands it has under this name of the program.
    pub(crate) fn below(&self, face: Face) -> impl Iterator<Item = &'static Self> {
        let below = self.below.iter();
        below.filter(move |each| !each.ours || face == Face::Keydance)
    }
}
