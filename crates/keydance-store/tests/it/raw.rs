//! Plain SQL beside the store, as an operator or an attacker would run it.

use keydance_store::Location;
use tokio::runtime::{Builder, Runtime};

/// A connection that knows nothing of the store.
pub(crate) enum Raw {
    Sqlite(rusqlite::Connection),
    Postgres(Runtime, tokio_postgres::Client),
}

/// Why the database refused, with its own words.
#[derive(Debug)]
#[expect(dead_code, reason = "the words are for who reads a failed test")]
pub(crate) enum Refused {
    /// A key or a trigger: the rule this is about.
    ByRule(String),
    /// A check of a row.
    ByCheck(String),
    /// A row like it is there.
    Exists(String),
    /// Another transaction got in the way.
    Conflict(String),
    /// Anything else, which no test expects.
    Otherwise(String),
}

impl Raw {
    pub(crate) fn open(location: &Location) -> Self {
        match location {
            Location::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection
                    .busy_timeout(std::time::Duration::from_secs(20))
                    .unwrap();
                connection
                    .execute_batch("pragma foreign_keys = on")
                    .unwrap();
                Self::Sqlite(connection)
            }
            Location::Postgres(url) => {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                let client = runtime.block_on(async {
                    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
                        .await
                        .unwrap();
                    drop(tokio::spawn(connection));
                    client
                });
                Self::Postgres(runtime, client)
            }
        }
    }

    /// Sees an organisation from now on.
    pub(crate) fn enter(&mut self, organisation: impl std::fmt::Display) {
        if matches!(self, Self::Postgres(..)) {
            self.run(&format!("set keydance.org = '{organisation}'"))
                .unwrap();
        }
    }

    /// Runs statements, separated by semicolons.
    pub(crate) fn run(&mut self, sql: &str) -> Result<(), Refused> {
        match self {
            Self::Sqlite(connection) => connection
                .execute_batch(sql)
                .map_err(|error| by_sqlite(&error)),
            Self::Postgres(runtime, client) => runtime
                .block_on(client.batch_execute(sql))
                .map_err(|error| by_postgres(&error)),
        }
    }

    /// Runs statements in a transaction of their own; deferred keys are checked at its end.
    pub(crate) fn transact(&mut self, begin: &str, sql: &str) -> Result<(), Refused> {
        let done = self.run(&format!("{begin}; {sql}; commit"));
        if done.is_err() {
            // There may be no transaction left to end.
            drop(self.run("rollback"));
        }
        done
    }

    /// The answer to a query, each column as text.
    pub(crate) fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare(sql).unwrap();
                let count = statement.column_count();
                let text = |row: &rusqlite::Row<'_>| {
                    (0..count).map(|at| Ok(shown(row.get_ref(at)?))).collect()
                };
                statement
                    .query_map([], text)
                    .unwrap()
                    .map(Result::unwrap)
                    .collect()
            }
            Self::Postgres(runtime, client) => {
                let answer = runtime.block_on(client.simple_query(sql)).unwrap();
                answer
                    .iter()
                    .filter_map(|message| match message {
                        tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
                        _ => None,
                    })
                    .map(|row| {
                        let text = |at| row.get(at).unwrap_or_default().to_owned();
                        (0..row.len()).map(text).collect()
                    })
                    .collect()
            }
        }
    }

    /// The only number of an answer.
    pub(crate) fn number(&mut self, sql: &str) -> i64 {
        self.rows(sql)[0][0].parse().unwrap()
    }
}

fn shown(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

fn by_sqlite(error: &rusqlite::Error) -> Refused {
    use rusqlite::ffi;
    let said = error.to_string();
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return Refused::Otherwise(said);
    };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY | ffi::SQLITE_CONSTRAINT_TRIGGER => Refused::ByRule(said),
        ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_NOTNULL => Refused::ByCheck(said),
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Refused::Exists(said),
        _ if failure.code == rusqlite::ErrorCode::DatabaseBusy => Refused::Conflict(said),
        _ => Refused::Otherwise(said),
    }
}

fn by_postgres(error: &tokio_postgres::Error) -> Refused {
    let code = error.code().map(|code| code.code().to_owned());
    let said = error
        .as_db_error()
        .map_or_else(|| error.to_string(), |said| said.message().to_owned());
    match code.as_deref() {
        Some("23000" | "23503") => Refused::ByRule(said),
        Some("23502" | "23514") => Refused::ByCheck(said),
        Some("23505") => Refused::Exists(said),
        Some("40001" | "40P01") => Refused::Conflict(said),
        _ => Refused::Otherwise(said),
    }
}
