//! What can go wrong with the store.

/// Why the store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The database refused: a row with that key is there already.
    #[error("a row with this key exists already")]
    Exists,
    /// The database refused: a row that others rely on would be missing.
    #[error("another row relies on this one, or it relies on a missing one")]
    Referenced,
    /// A row changed or went away between reading and writing it.
    #[error("the row changed meanwhile")]
    Changed,
    /// Another transaction got in the way; the whole transaction is to be repeated.
    #[error("another transaction got in the way")]
    Conflict,
    /// A row holds what this program never writes.
    #[error("column {column} of a row does not hold what it should")]
    Corrupt {
        /// The position of the column in the statement.
        column: usize,
    },
    /// The database shows less history than this process has seen.
    #[error("the database shows less history than was seen before")]
    RolledBack,
    /// It is not known whether the transaction was committed.
    #[error("the outcome of the commit is unknown")]
    Unknown,
    /// The database cannot be used now.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
}

/// The result of asking the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;
