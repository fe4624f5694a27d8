//! Requests about what is in a file.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::Request;
use super::parts::{Creation, Destination, Input, Keys, Opening, Services, Types};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Encrypt {
    pub(crate) input: Input,
    pub(crate) destination: Destination,
    pub(crate) filename_override: Option<PathBuf>,
    pub(crate) types: Types,
    pub(crate) creation: Creation,
    pub(crate) services: Services,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decrypt {
    pub(crate) input: Input,
    pub(crate) destination: Destination,
    pub(crate) filename_override: Option<PathBuf>,
    pub(crate) types: Types,
    /// A path within the file, as it was typed.
    pub(crate) extract: Option<String>,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) file: PathBuf,
    pub(crate) filename_override: Option<PathBuf>,
    pub(crate) types: Types,
    /// If the file is not there yet.
    pub(crate) creation: Creation,
    pub(crate) show_master_keys: bool,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Set {
    pub(crate) file: PathBuf,
    pub(crate) filename_override: Option<PathBuf>,
    pub(crate) types: Types,
    /// A path within the file, as it was typed.
    pub(crate) path: String,
    pub(crate) value: NewValue,
    /// The type of the value, if it is not what JSON says.
    pub(crate) value_type: Option<ValueType>,
    pub(crate) idempotent: bool,
    /// Whether the file is made if it is not there.
    pub(crate) create: bool,
    pub(crate) opening: Opening,
}

/// Where a value is that is JSON.
#[derive(PartialEq, Eq)]
pub(crate) enum NewValue {
    File(PathBuf),
    Stdin,
    Typed(Zeroizing<String>),
}

impl fmt::Debug for NewValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "File",
            Self::Stdin => "Stdin",
            Self::Typed(_) => "Typed",
        })
    }
}

/// A type of scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueType {
    Bool,
    Float,
    Int,
    String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unset {
    pub(crate) file: PathBuf,
    pub(crate) types: Types,
    /// A path within the file, as it was typed.
    pub(crate) path: String,
    pub(crate) idempotent: bool,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Replace {
    pub(crate) file: PathBuf,
    /// The plain content.
    pub(crate) plain: Input,
    pub(crate) types: Types,
    pub(crate) opening: Opening,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rotate {
    /// Files, folders and globs as they were typed; one under the name `sops`.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) destination: Destination,
    pub(crate) filename_override: Option<PathBuf>,
    pub(crate) types: Types,
    pub(crate) add: Keys,
    pub(crate) remove: Keys,
    /// Whether recipients of an unknown kind are removed instead of refused.
    pub(crate) drop_unknown: bool,
    pub(crate) opening: Opening,
}

/// `sops -e`, `-d`, `-r`, `--set`, or none of them for `edit`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OldStyle {
    pub(crate) file: PathBuf,
    /// The name by which its rule is found.
    pub(crate) name: PathBuf,
    /// One, or several to be run one after the other: the last one has the last word.
    pub(crate) modes: Vec<Request>,
    /// Whether the file must have a creation rule that can be loaded: all but decrypting.
    pub(crate) rule: bool,
    /// Whether recipients are added or removed, which takes a file that is there.
    pub(crate) changes_recipients: bool,
}
