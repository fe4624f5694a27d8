//! `[limits]`: how often somebody may call; 0 is no limit.

use serde::{Deserialize, Serialize};

use super::key::Key;

/// The keys of this section.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        "limits.account_token",
        "calls per second of an access token",
    ),
    Key::new(
        "limits.execution_token",
        "calls per second of an execution token",
    ),
    Key::new(
        "limits.failed_authentication",
        "failed authentications per minute from an address",
    ),
];

/// How often somebody may call; 0 is no limit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Calls per second of an access token.
    pub(crate) account_token: u32,
    /// Calls per second of an execution token.
    pub(crate) execution_token: u32,
    /// Failed authentications per minute from an address.
    pub(crate) failed_authentication: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            account_token: 100,
            execution_token: 1000,
            failed_authentication: 20,
        }
    }
}
