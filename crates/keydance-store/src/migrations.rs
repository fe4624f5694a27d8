//! The schema, step by step, for each database.

use crate::error::{Error, Result};

/// One step of the schema.
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) sql: &'static str,
}

pub(crate) const SQLITE: &[Migration] = &[Migration {
    number: 1,
    sql: include_str!("../migrations/sqlite/0001_main_job.sql"),
}];

pub(crate) const POSTGRES: &[Migration] = &[Migration {
    number: 1,
    sql: include_str!("../migrations/postgres/0001_main_job.sql"),
}];

/// The steps after the last one applied. A database from a newer program is refused.
pub(crate) fn missing(
    all: &'static [Migration],
    applied: i64,
) -> Result<impl Iterator<Item = &'static Migration>> {
    if applied > all.len() as i64 {
        return Err(Error::Unavailable(format!(
            "the database is at schema {applied}, this program knows {}; run a newer keydance",
            all.len()
        )));
    }
    Ok(all
        .iter()
        .filter(move |migration| migration.number > applied))
}
