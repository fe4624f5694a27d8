//! `[guard]`: what the flow guard allows.

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::quantity::Seconds;

/// The keys of this section.
pub(crate) const KEYS: &[Key] = &[Key::new(
    "guard.execution_max_lifetime",
    "how long an execution can be renewed",
)];

/// What the flow guard allows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Guard {
    /// How long an execution can be renewed.
    pub(crate) execution_max_lifetime: Seconds,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            execution_max_lifetime: Seconds::days(30),
        }
    }
}
