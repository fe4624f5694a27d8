use crate::format::ReadError;
use crate::recipient::RecipientError;
use crate::tree::Key;

/// Why a configuration cannot be used. Names the rule, never what the file says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// None or several of the places that a file can be published to.
    #[error("{place}: exactly one of s3_bucket, gcs_bucket and vault_path must be set")]
    Destination {
        /// Where, in words.
        place: String,
    },
    /// A field of another type than it has.
    #[error("{place}: {field} must be {expected}")]
    Field {
        /// Where, in words.
        place: String,
        /// The field.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// There are creation rules, but none for this path.
    #[error("no matching creation rules found")]
    NoCreationRule,
    /// No destination rule is for this path.
    #[error("no matching destination found")]
    NoDestination,
    /// No YAML.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A recipient that is none.
    #[error("{place}")]
    Recipient {
        /// Where, in words.
        place: String,
        /// Why.
        source: RecipientError,
    },
    /// A `path_regex` that does not compile.
    #[error("{place}: path_regex is no regular expression that Go knows")]
    Regex {
        /// Where, in words.
        place: String,
    },
    /// More than one rule for what is encrypted.
    #[error("{place}: {first} and {second} exclude each other")]
    TwoRules {
        /// Where, in words.
        place: String,
        /// One of the fields.
        first: &'static str,
        /// Another one.
        second: &'static str,
    },
}

/// What a person should know of a configuration that works.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// A key without meaning, perhaps misspelt.
    #[error("{place}: the key {key} means nothing")]
    UnknownKey {
        /// Where, in words.
        place: String,
        /// The key.
        key: Key,
    },
}
