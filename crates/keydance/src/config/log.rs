//! `[log]`: what the server says while it runs.

use serde::{Deserialize, Serialize};

use super::key::Key;

/// The keys of this section.
pub(crate) const KEYS: &[Key] = &[
    Key::new(
        "log.format",
        "auto (text on a terminal, otherwise JSON), json or text",
    ),
    Key::new("log.level", "error, warn, info, debug or trace"),
];

/// What the server says while it runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Log {
    /// How it is written.
    pub(crate) format: LogFormat,
    /// How much of it.
    pub(crate) level: LogLevel,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Text on a terminal, otherwise JSON.
    #[default]
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    /// Failures.
    Error,
    /// And what may become one.
    Warn,
    /// And what happens.
    #[default]
    Info,
    /// And how.
    Debug,
    /// And everything else.
    Trace,
}
