//! Requests about who can open a file, and to hand it on.

use std::ffi::OsString;
use std::path::PathBuf;

use keydance_sops::format::Format;

use super::parts::{Destination, Keys, Opening, Services, Types};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UpdateKeys {
    /// Files, folders and globs as they were typed.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) input_type: Option<Format>,
    /// Whether nobody is asked.
    pub(crate) yes: bool,
    pub(crate) threshold_from_config: bool,
    pub(crate) services: Services,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GroupsAdd {
    pub(crate) file: PathBuf,
    pub(crate) destination: Destination,
    pub(crate) keys: Keys,
    pub(crate) threshold: Option<u32>,
    pub(crate) services: Services,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GroupsDelete {
    pub(crate) file: PathBuf,
    pub(crate) destination: Destination,
    /// The first is 0.
    pub(crate) index: u32,
    pub(crate) threshold: Option<u32>,
    pub(crate) services: Services,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ExecEnv {
    pub(crate) file: PathBuf,
    /// For `/bin/sh -c`.
    pub(crate) command: OsString,
    /// Whether the command gets no other variables.
    pub(crate) pristine: bool,
    pub(crate) user: Option<String>,
    pub(crate) waiting: Waiting,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ExecFile {
    pub(crate) file: PathBuf,
    pub(crate) types: Types,
    /// For `/bin/sh -c`; `{}` stands for the path.
    pub(crate) command: OsString,
    /// Whether the content goes through a fifo, not a file.
    pub(crate) fifo: bool,
    /// The name of the fifo or file.
    pub(crate) filename: Option<PathBuf>,
    pub(crate) user: Option<String>,
    pub(crate) waiting: Waiting,
    pub(crate) opening: Opening,
}

/// What becomes of the process while a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// It becomes the command.
    Becomes,
    /// It ends at once.
    Ends,
    /// It waits.
    Waits,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Publish {
    pub(crate) path: PathBuf,
    pub(crate) recursive: bool,
    pub(crate) yes: bool,
    pub(crate) omit_extensions: bool,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KeyService {
    pub(crate) listen: Listen,
    /// Whether each request is asked about.
    pub(crate) prompt: bool,
    /// Whether other machines may reach it.
    pub(crate) insecure: bool,
}

/// An address to listen on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    Tcp(String),
    Unix(PathBuf),
}
