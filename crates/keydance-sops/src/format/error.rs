//! Why a file could not be read or written. Never a value or a line of input.

use std::fmt;

use crate::tree::Key;

/// Where in the input something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why bytes are no file of a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A key that stands twice in one map.
    #[error("{at}: the key {key} stands on line {first} already")]
    DuplicateKey {
        /// The later place.
        at: Position,
        /// The line of the earlier place, counted from 1.
        first: usize,
        /// The key.
        key: Key,
    },
    /// A plain file with keys that only an encrypted one has.
    #[error("the input has sops metadata already")]
    Encrypted,
    /// Not one document.
    #[error("the input holds no document")]
    NoDocument,
    /// A top level that is a list or scalar, or only comments.
    #[error("{at}: the top level of a document must be a map")]
    NotAMap {
        /// Where the document starts.
        at: Position,
    },
    /// No metadata where an encrypted file has them.
    #[error("sops metadata not found")]
    NoMetadata,
    /// Metadata or flattened keys that contradict each other.
    #[error("the metadata are malformed: {0}")]
    Metadata(&'static str),
    /// A map key that is no string.
    #[error("{at}: a key is no string; quote it")]
    NonStringKey {
        /// Where the key stands.
        at: Position,
    },
    /// An integer from 2^63 to 2^64-1.
    #[error("{at}: an integer does not fit 64 bits with sign")]
    IntegerTooLarge {
        /// Where the integer stands.
        at: Position,
    },
    /// Text that breaks the rules of the format.
    #[error("{at}: {problem}")]
    Syntax {
        /// Where.
        at: Position,
        /// What, without any of the input.
        problem: &'static str,
    },
    /// Input that is too long.
    #[error("the input is longer than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Input beyond another limit.
    #[error("the input exceeds the limit of {limit}")]
    TooLarge {
        /// The limit in words, its unit included.
        limit: &'static str,
    },
}

/// Why a tree cannot be written in a format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A map or list where only scalars can stand.
    #[error("the value of {key} is a map or list, which this format cannot hold")]
    NotAScalar {
        /// The key.
        key: Key,
    },
    /// A key that reads back as something else.
    #[error("the key {key} cannot be written in this format")]
    Key {
        /// The key.
        key: Key,
    },
    /// Not one document where there must be one.
    #[error("the format holds exactly one document, not {count}")]
    DocumentCount {
        /// How many there are.
        count: usize,
    },
    /// A tree of another shape than the format has.
    #[error("{0}")]
    Shape(&'static str),
}
