//! Requests to look at files as they are.

use std::path::PathBuf;

use keydance_sops::format::Format;

use super::parts::{Opening, Services, Types};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileStatus {
    /// Files, folders and globs as they were typed; one under the name `sops`.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) input_type: Option<Format>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verify {
    /// Files, folders and globs as they were typed.
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) input_type: Option<Format>,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Recipients {
    /// Files, folders and globs as they were typed.
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) input_type: Option<Format>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Diff {
    pub(crate) old: PathBuf,
    pub(crate) new: PathBuf,
    pub(crate) types: Types,
    /// Whether values are shown.
    pub(crate) reveal: bool,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MergeDriver {
    pub(crate) base: PathBuf,
    /// Read, and written with the result.
    pub(crate) ours: PathBuf,
    pub(crate) theirs: PathBuf,
    /// The path of the file in the repository.
    pub(crate) path: PathBuf,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TextConv {
    pub(crate) file: PathBuf,
    pub(crate) services: Services,
}
