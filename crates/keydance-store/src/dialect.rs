//! The two databases behind one connection. Nothing above knows which one it is.
//!
//! One SQL text serves both. It may use `$1 …` placeholders, types text, integer and bytes, and
//! these words, which are replaced before a statement is prepared:
//!
//! | word | meaning |
//! |---|---|
//! | `EACH($1) e` | a table with one row for each entry of the JSON list of lists `$1`; `e.value->>0` is the first column as text |
//! | `as BYTES` | the type of bytes in a cast |
//! | `EACH($1) e cross join t` | each entry once, and what fits it in `t`: SQLite, left to itself, reads the list anew for each row |
//! | `FOR LOCK` | lock the rows read until the end of the transaction |

mod postgres;
mod sqlite;

use std::path::PathBuf;

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

use crate::error::{Error, Result};
use crate::value::{Row, Value};

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A file of the embedded database.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL server, `postgres://…`.
    Postgres(String),
}

/// What weakens a database without keeping it from working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Row-level security, which keeps organisations apart, does not hold the account.
    BypassesRowSecurity,
    /// Text is kept in this encoding, which does not have every letter.
    Encoding(String),
    /// The account is a superuser, whom nothing holds.
    Superuser,
}

impl Location {
    /// What weakens the database there; it must be there, and nothing in it changes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it cannot be asked.
    pub fn weaknesses(&self) -> Result<Vec<Weakness>> {
        match self {
            // A file has no accounts, and its text is UTF-8.
            Self::Sqlite(_) => Ok(Vec::new()),
            Self::Postgres(url) => Postgres::open(url, Access::ReadOnly)?.weaknesses(),
        }
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    ReadOnly,
    ReadWrite,
}

/// One open connection.
pub(crate) enum Connection {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

impl Connection {
    /// Connects; makes the file of the embedded database if it is missing.
    pub(crate) fn open(location: &Location, access: Access) -> Result<Self> {
        Ok(match location {
            Location::Sqlite(path) => Self::Sqlite(Box::new(Sqlite::open(path, access)?)),
            Location::Postgres(url) => Self::Postgres(Box::new(Postgres::open(url, access)?)),
        })
    }

    /// Runs a statement and maps each row of its answer.
    pub(crate) fn query<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self {
            Self::Sqlite(connection) => connection.query(sql, values, map),
            Self::Postgres(connection) => connection.query(sql, values, map),
        }
    }

    /// Runs a statement and says how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        match self {
            Self::Sqlite(connection) => connection.execute(sql, values),
            Self::Postgres(connection) => connection.execute(sql, values),
        }
    }

    /// Inserts many rows. `sql` is the whole statement for one row, with its only `values (…)`. They
    /// may go out with the next statement, which then fails if the insertion does.
    pub(crate) fn insert_many(&mut self, sql: &'static str, rows: &[Vec<Value<'_>>]) -> Result<()> {
        match self {
            Self::Sqlite(connection) => rows
                .iter()
                .try_for_each(|row| connection.execute(sql, row).map(drop)),
            Self::Postgres(connection) => connection.insert_many(sql, rows),
        }
    }

    /// Runs a statement without values or answer: begin, commit, savepoints.
    pub(crate) fn command(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.command(sql),
            Self::Postgres(connection) => connection.command(sql),
        }
    }

    /// Runs a command that nothing depends on before the next statement; it may go out with that one,
    /// which then fails if the command does.
    pub(crate) fn command_later(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.command(sql),
            Self::Postgres(connection) => connection.command_later(sql),
        }
    }

    /// Waits for what went out late.
    pub(crate) fn settle(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => connection.settle(),
        }
    }

    /// Whether queries are now only written down, to be sent together.
    pub(crate) fn start_gathering(&mut self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(connection) => connection.start_gathering(),
        }
    }

    /// Sends the queries written down. Asked again, they have their answers.
    pub(crate) fn send_gathered(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => connection.send_gathered(),
        }
    }

    /// Forgets what was gathered.
    pub(crate) fn end_gathering(&mut self) {
        if let Self::Postgres(connection) = self {
            connection.end_gathering();
        }
    }

    /// Begins a transaction that may write, or one that sees one moment and writes nothing; on a
    /// new connection if the old one was lost meanwhile.
    pub(crate) fn begin(&mut self, location: &Location, access: Access) -> Result<()> {
        if self.is_open() {
            match self.try_begin(access) {
                Err(Error::Unavailable(_)) => {}
                begun => return begun,
            }
        }
        *self = Self::open(location, access)?;
        self.try_begin(access)
    }

    fn try_begin(&mut self, access: Access) -> Result<()> {
        if let Self::Postgres(connection) = self {
            connection.forget();
            connection.renew_plans()?;
        }
        self.command(match (self.is_postgres(), access) {
            (false, Access::ReadOnly) => "begin",
            (false, Access::ReadWrite) => "begin immediate",
            (true, Access::ReadOnly) => "begin isolation level repeatable read read only",
            (true, Access::ReadWrite) => "begin",
        })
    }

    fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Commits. [`Error::Unknown`](crate::Error::Unknown) if it cannot be known whether it did.
    pub(crate) fn commit(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.commit(),
            Self::Postgres(connection) => connection.commit(),
        }
    }

    /// Lets the rest of the transaction see the rows of one organisation, where the database itself
    /// keeps organisations apart.
    pub(crate) fn enter(&mut self, organisation: &str) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => connection.setting("keydance.org", organisation),
        }
    }

    /// Lets the rest of the transaction see the access tokens with these ids, separated by blanks.
    pub(crate) fn show_tokens(&mut self, ids: &str) -> Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(connection) => connection.setting("keydance.tokens", ids),
        }
    }

    /// Applies the migrations that are missing.
    pub(crate) fn migrate(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.migrate(),
            Self::Postgres(connection) => connection.migrate(),
        }
    }

    /// Whether the connection still works as far as is known without asking.
    fn is_open(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(connection) => connection.is_open(),
        }
    }
}
