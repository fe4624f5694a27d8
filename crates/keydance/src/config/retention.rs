//! `[retention]`: how long things stay that nobody reaches any more.

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::quantity::Seconds;

/// The keys of this section.
pub(crate) const KEYS: &[Key] = &[Key::new(
    "retention.deleted",
    "time until the values of a deleted credential are destroyed",
)];

/// How long things stay that nobody reaches any more.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Retention {
    /// Time until the values of a deleted credential are destroyed.
    pub(crate) deleted: Seconds,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            deleted: Seconds::days(30),
        }
    }
}
