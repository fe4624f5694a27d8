//! Rows the log vouches for. Whatever use case changes one touches it, and the use case's event says
//! what the row holds from then on; so whoever edits the database by hand is found.

mod compare;
mod tables;

pub use compare::{Comparison, Fault, Finding};
pub use tables::Table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use keydance_core::event::RowDigest;
use keydance_crypto::digest::{Hash, sha256};

use crate::error::{Error, Result};
use crate::tx::Tx;
use crate::value::{Row, Value, each};
use tables::Column;

/// A row by its table and the columns of its key, as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowKey {
    table: Table,
    key: Vec<String>,
}

impl RowKey {
    pub(crate) fn new<const N: usize>(table: Table, key: [&dyn Display; N]) -> Self {
        let key = key.iter().map(|column| column.to_string()).collect();
        Self { table, key }
    }
}

impl Tx<'_> {
    /// Says that a row is not what it was.
    pub(crate) fn touch<const N: usize>(
        &mut self,
        table: Table,
        key: [&dyn Display; N],
    ) -> Result<()> {
        let organisation = self.organisation()?;
        self.stage_row(organisation, RowKey::new(table, key));
        Ok(())
    }

    /// Runs a statement that changes rows of a table and returns their keys. Says how many.
    pub(crate) fn execute_on(
        &mut self,
        table: Table,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64> {
        let columns = table.key_columns();
        let changed = self.query(sql, values, |row| {
            let key = (0..columns).map(|at| row.get(at)).collect::<Result<_>>()?;
            Ok(RowKey { table, key })
        })?;
        let count = changed.len() as u64;
        let organisation = self.organisation()?;
        for key in changed {
            self.stage_row(organisation, key);
        }
        Ok(count)
    }

    /// Changes exactly one row so, or says that it changed meanwhile.
    pub(crate) fn change_on(
        &mut self,
        table: Table,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<()> {
        match self.execute_on(table, sql, values)? {
            1 => Ok(()),
            _ => Err(Error::Changed),
        }
    }
}

/// What these rows of the organisation entered hold: one statement for each table.
pub(crate) fn digests(tx: &mut Tx<'_>, keys: &BTreeSet<&RowKey>) -> Result<BTreeMap<RowKey, Hash>> {
    let mut by_table: BTreeMap<Table, Vec<&RowKey>> = BTreeMap::new();
    for key in keys {
        by_table.entry(key.table).or_default().push(key);
    }
    tx.gather(|tx| {
        let mut found = BTreeMap::new();
        for (table, keys) in &by_table {
            let wanted = each(keys.iter().map(|key| key.key.iter().map(String::as_str)));
            let values = [tx.org()?, wanted];
            found.extend(tx.query(table.by_key(), &values, |row| table.digest(row))?);
        }
        Ok(found)
    })
}

/// What the log is to say about rows: those gone have no digest.
pub(crate) fn row_digests(keys: &[RowKey], found: &BTreeMap<RowKey, Hash>) -> Vec<RowDigest> {
    let row = |key: &RowKey| RowDigest {
        table: key.table.name().into(),
        key: key.key.clone(),
        digest: found.get(key).copied(),
    };
    keys.iter().map(row).collect()
}

impl Table {
    /// The key of a row and SHA-256 of all its columns: a list of `tag u8 ‖ length u16 BE ‖ value`
    /// in increasing tag order, numbers as 8 bytes, nulls left out (security contract 2.3, 3.1).
    fn digest(self, row: &Row<'_>) -> Result<(RowKey, Hash)> {
        let mut list = Vec::with_capacity(256);
        let mut key = Vec::with_capacity(self.key_columns());
        for at in 0..self.key_columns() {
            let text: String = row.get(at)?;
            field(&mut list, at, text.as_bytes());
            key.push(text);
        }
        for (column, at) in self.columns().iter().zip(self.key_columns()..) {
            match column {
                Column::Number => {
                    if let Some(number) = row.get::<Option<i64>>(at)? {
                        field(&mut list, at, &number.to_be_bytes());
                    }
                }
                Column::Text => {
                    if let Some(text) = row.get::<Option<String>>(at)? {
                        field(&mut list, at, text.as_bytes());
                    }
                }
                Column::Bytes => {
                    if let Some(bytes) = row.get::<Option<Vec<u8>>>(at)? {
                        field(&mut list, at, &bytes);
                    }
                }
            }
        }
        Ok((RowKey { table: self, key }, sha256(&list)))
    }
}

/// A value too long for the length stands there as its digest: a length no shorter value has.
fn field(list: &mut Vec<u8>, at: usize, value: &[u8]) {
    let tag = u8::try_from(at + 1).unwrap_or(u8::MAX);
    list.push(tag);
    match u16::try_from(value.len()) {
        Ok(length) if length < u16::MAX => {
            list.extend(length.to_be_bytes());
            list.extend(value);
        }
        _ => {
            list.extend(u16::MAX.to_be_bytes());
            list.extend(sha256(value));
        }
    }
}
