//! What several requests have.

use std::path::PathBuf;

use keydance_sops::format::Format;

/// Where the content comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Files, folders and globs as they were typed; exactly one where a command takes one.
    Files(Vec<PathBuf>),
    Stdin,
}

/// Where the result goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    File(PathBuf),
    InPlace,
    /// Nobody looks at it: a later mode of the old style has the last word.
    Nowhere,
    Stdout,
}

/// Formats that were named; where none was, the name of the file decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Types {
    pub(crate) input: Option<Format>,
    pub(crate) output: Option<Format>,
}

/// Who unwraps data keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Services {
    /// Whether this machine itself does.
    pub(crate) local: bool,
    /// Addresses of others, as they were typed.
    pub(crate) remote: Vec<String>,
}

/// How a file is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) services: Services,
    /// Kinds of recipients in the order in which they are tried, none twice; empty for the default.
    pub(crate) order: Vec<String>,
    /// Whether the file may have been changed by somebody.
    pub(crate) ignore_mac: bool,
}

/// Recipients by kind, each as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) kms: Vec<String>,
    pub(crate) gcp_kms: Vec<String>,
    pub(crate) hckms: Vec<String>,
    pub(crate) azure_kv: Vec<String>,
    pub(crate) pgp: Vec<String>,
    pub(crate) hc_vault: Vec<String>,
    pub(crate) age: Vec<String>,
    /// The AWS profile of the keys in `kms`.
    pub(crate) aws_profile: Option<String>,
    /// The encryption context of the keys in `kms`: pairs of name and value.
    pub(crate) context: Vec<(String, String)>,
}

/// How a file is made that is not encrypted yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Creation {
    /// Instead of those of the configuration, unless empty.
    pub(crate) keys: Keys,
    /// Groups that it takes, if not as the configuration says.
    pub(crate) threshold: Option<u32>,
    pub(crate) rules: Rules,
}

/// Which values are encrypted, as far as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) unencrypted_suffix: Option<String>,
    pub(crate) encrypted_suffix: Option<String>,
    pub(crate) unencrypted_regex: Option<String>,
    pub(crate) encrypted_regex: Option<String>,
    pub(crate) unencrypted_comment_regex: Option<String>,
    pub(crate) encrypted_comment_regex: Option<String>,
    pub(crate) mac_only_encrypted: bool,
}
