//! `[organisation]`: what the first start makes.

use serde::{Deserialize, Serialize};

use super::key::Key;

/// The keys of this section.
pub(crate) const KEYS: &[Key] = &[Key::new(
    "organisation.name",
    "the name of the organisation that the first start makes",
)];

/// What the first start makes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Organisation {
    /// The name of the organisation that the first start makes.
    pub(crate) name: String,
}

impl Default for Organisation {
    fn default() -> Self {
        Self {
            name: "main".to_owned(),
        }
    }
}
