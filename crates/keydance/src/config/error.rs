//! What is wrong with a configuration.

use std::io;
use std::path::PathBuf;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A switch that would turn protection off.
    #[error("{0} is set, and this service does not start without encryption and masking")]
    Forbidden(&'static str),
    /// The file cannot be read.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        cause: io::Error,
    },
    /// The file is not what it should be. The message of the parser shows line and column.
    #[error("{}: {message}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// What and where.
        message: String,
    },
    /// A key that does not exist.
    #[error("{place}: there is no setting {key}{}", meant(nearest.as_deref()))]
    UnknownKey {
        /// The file with the line, or the flag.
        place: String,
        /// The key.
        key: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// A value that the key does not take.
    #[error("{place}: {message}")]
    Value {
        /// The variable or flag.
        place: String,
        /// What is wrong.
        message: String,
    },
    /// A secret where others can read it.
    #[error("{place}: a database URL with a password does not belong here")]
    PasswordInUrl {
        /// The file or flag.
        place: String,
    },
    /// `--set` without `=`.
    #[error("--set {0}: write --set KEY=VALUE")]
    NotAssigned(String),
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}

impl ConfigError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::PasswordInUrl { .. } => Some(
                "write the URL into a file that only you can read and set database.url_file, or set \
                 KEYDANCE_DATABASE_URL"
                    .to_owned(),
            ),
            Self::UnknownKey { nearest: None, .. } => {
                Some("keydance serve --check-config prints every setting".to_owned())
            }
            _ => None,
        }
    }
}
