//! The embedded database.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, OpenFlags, ToSql, ffi};

use super::Access;
use crate::error::{Error, Result};
use crate::migrations;
use crate::value::{Row, Value};

/// The oldest SQLite whose write-ahead log is known to be sound for us (3.51.3).
const OLDEST: i32 = 3_051_003;

/// How long to wait for another process that writes: the operator's own commands.
const BUSY: Duration = Duration::from_secs(10);

/// Set on every connection. `synchronous = full` makes each commit durable before it is acknowledged.
/// A checkpoint copies every page that changed, and with ids at random all of them do: after 32 MiB
/// that costs the same as after the usual 4.
const SETTINGS: &str = "
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma secure_delete = on;
    pragma trusted_schema = off;
    pragma mmap_size = 0;
    pragma wal_autocheckpoint = 8192;
    pragma temp_store = memory;
    pragma cache_size = -16384;";

pub(crate) struct Sqlite {
    connection: rusqlite::Connection,
    /// What each statement reads in the words of SQLite; there are as many as in this program.
    texts: HashMap<&'static str, String>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, access: Access) -> Result<Self> {
        if rusqlite::version_number() < OLDEST {
            return Err(Error::Unavailable(format!(
                "SQLite {} is too old",
                rusqlite::version()
            )));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(classify)?;
        connection.busy_timeout(BUSY).map_err(classify)?;
        connection.set_prepared_statement_cache_capacity(256);
        // Without this guarantee statements are planned anew whenever other values are bound.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(classify)?;
        connection.execute_batch(SETTINGS).map_err(classify)?;
        lower_every_language(&connection).map_err(classify)?;
        let guarded: i64 = connection
            .query_row("pragma foreign_keys", [], |row| row.get(0))
            .map_err(classify)?;
        if guarded != 1 {
            return Err(Error::Unavailable(
                "SQLite does not enforce foreign keys".to_owned(),
            ));
        }
        if access == Access::ReadOnly {
            connection
                .execute_batch("pragma query_only = on")
                .map_err(classify)?;
        }
        Ok(Self {
            connection,
            texts: HashMap::new(),
        })
    }

    pub(crate) fn query<T>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.prepare(sql)?;
        let mut rows = statement
            .query(rusqlite::params_from_iter(values))
            .map_err(classify)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(classify)? {
            found.push(map(&Row::Sqlite(row))?);
        }
        Ok(found)
    }

    pub(crate) fn execute(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let mut statement = self.prepare(sql)?;
        let changed = statement
            .execute(rusqlite::params_from_iter(values))
            .map_err(classify)?;
        Ok(changed as u64)
    }

    pub(crate) fn command(&self, sql: &'static str) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(classify)?;
        statement.execute([]).map(drop).map_err(classify)
    }

    fn prepare(&mut self, sql: &'static str) -> Result<CachedStatement<'_>> {
        let text = self.texts.entry(sql).or_insert_with(|| ours(sql));
        self.connection.prepare_cached(text).map_err(classify)
    }

    /// An I/O error here leaves open what is on the disk, so nothing may be acknowledged any more.
    pub(crate) fn commit(&self) -> Result<()> {
        match self.connection.execute_batch("commit") {
            Ok(()) => Ok(()),
            Err(rusqlite::Error::SqliteFailure(failure, _))
                if failure.code == ErrorCode::SystemIoFailure =>
            {
                Err(Error::Unknown)
            }
            Err(other) => Err(classify(other)),
        }
    }

    pub(crate) fn migrate(&self) -> Result<()> {
        self.command("begin immediate")?;
        let applied: i64 = self
            .connection
            .query_row("pragma user_version", [], |row| row.get(0))
            .map_err(classify)?;
        for migration in migrations::missing(migrations::SQLITE, applied)? {
            self.connection
                .execute_batch(migration.sql)
                .map_err(classify)?;
            self.connection
                .pragma_update(None, "user_version", migration.number)
                .map_err(classify)?;
        }
        self.commit()
    }
}

/// SQLite's own `lower` knows ASCII only; PostgreSQL's knows every letter.
fn lower_every_language(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("lower", 1, flags, |call| {
        Ok(call
            .get::<Option<String>>(0)?
            .map(|text| text.to_lowercase()))
    })
}

/// `$1` is a named parameter to SQLite; `?1` is the first one.
fn ours(sql: &'static str) -> String {
    sql.replace("EACH(", "json_each(")
        .replace("FOR LOCK", "")
        .replace("as BYTES", "as blob")
        .replace('$', "?")
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "map_err hands errors over by value"
)]
fn classify(error: rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(failure, _) = &error else {
        return Error::Unavailable(error.to_string());
    };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Error::Exists,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY | ffi::SQLITE_CONSTRAINT_TRIGGER => Error::Referenced,
        _ if failure.code == ErrorCode::DatabaseBusy => Error::Conflict,
        _ => Error::Unavailable(error.to_string()),
    }
}
