//! `[seal]`: what unseals the root key.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::key::Key;

/// The keys of this section.
pub(crate) const KEYS: &[Key] = &[Key::new(
    "seal.key_file",
    "the file that unseals the root key; root.key in the data folder unless set",
)];

/// What unseals the root key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Seal {
    /// The file that unseals the root key; `root.key` in the data folder unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_file: Option<PathBuf>,
}
