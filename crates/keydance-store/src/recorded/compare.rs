//! The rows of the database against what the log says of them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use keydance_core::event::recorded_rows;
use keydance_crypto::digest::Hash;
use keydance_crypto::merkle::{Frontier, leaf_hash};

use super::{RowKey, Table};
use crate::error::{Error, Result};
use crate::log::{CheckpointRow, EventFilter, Head, Log};
use crate::value::{Value, each};

/// A row that is not as the log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The table.
    pub table: Table,
    /// The columns of the row's key.
    pub key: Vec<String>,
    /// What is wrong with it.
    pub fault: Fault,
    /// The number of the last event about it.
    pub seq: Option<u64>,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It holds something else than the event that changed it last says.
    Differs,
    /// It is in the database and in no event.
    Extra,
    /// It should be there and is not.
    Missing,
}

/// How the database compares with its log.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Size and root of the log, computed from its events.
    pub head: Head,
    /// The newest checkpoint, and the root of the log when it had that size, if it is as long.
    pub checkpoint: Signed,
    /// How many rows were compared.
    pub rows: u64,
    /// Those that are not as the log says.
    pub findings: Vec<Finding>,
}

/// What the log says last of each row: its digest, and in which event.
type Said = BTreeMap<RowKey, (Option<Hash>, u64)>;

/// A checkpoint, and the root of the log at its size once that is known.
type Signed = Option<(CheckpointRow, Option<Hash>)>;

/// How much is read at once.
const PAGE: i64 = 1_000;

impl Log<'_, '_> {
    /// Reads the whole log of the organisation entered, and compares each row it vouches for with
    /// what its last event says. Holds one digest for each row in memory.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if an event is missing or is none, else those of the database.
    pub fn compare(&mut self) -> Result<Comparison> {
        let mut checkpoint = self.checkpoint()?.map(|newest| (newest, None));
        let (head, mut said) = self.said(&mut checkpoint)?;
        let mut rows = 0;
        let mut findings = Vec::new();
        for table in Table::EVERY {
            let mut after = table.before_all();
            while let Some(page) = self.rows_after(table, &after)? {
                rows += page.len() as u64;
                for (row, digest) in page {
                    after.clone_from(&row.key);
                    findings.extend(judge(row, digest, &mut said));
                }
            }
        }
        findings.extend(missing(said));
        Ok(Comparison {
            head,
            checkpoint,
            rows,
            findings,
        })
    }

    fn said(&mut self, checkpoint: &mut Signed) -> Result<(Head, Said)> {
        let (mut frontier, mut said) = (Frontier::new(), Said::new());
        let all = EventFilter::default();
        loop {
            let events = self.events(&all, frontier.size().checked_sub(1), PAGE)?;
            if events.is_empty() {
                break;
            }
            for event in events {
                if event.seq != frontier.size() {
                    return Err(Error::Corrupt { column: 0 });
                }
                frontier.append(leaf_hash(event.body.as_bytes()));
                remember(&event.body, event.seq, &mut said)?;
                if let Some((newest, root)) = checkpoint
                    && newest.size == frontier.size()
                {
                    *root = Some(frontier.root());
                }
            }
        }
        let head = Head {
            size: frontier.size(),
            root: frontier.root(),
        };
        Ok((head, said))
    }

    fn rows_after(&mut self, table: Table, key: &[String]) -> Result<Option<Vec<(RowKey, Hash)>>> {
        let tx = &mut *self.0;
        let values: [Value<'_>; 3] = [
            tx.org()?,
            each([key.iter().map(String::as_str)]),
            PAGE.into(),
        ];
        let rows = tx.query(table.after(), &values, |row| table.digest(row))?;
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }
}

fn remember(body: &str, seq: u64, said: &mut Said) -> Result<()> {
    let corrupt = || Error::Corrupt { column: 1 };
    for row in recorded_rows(body).map_err(|_| corrupt())? {
        // A table of a later release: what it says is for that release to compare.
        let Some(table) = Table::EVERY.into_iter().find(|t| t.name() == row.table) else {
            continue;
        };
        let key = RowKey {
            table,
            key: row.key,
        };
        said.insert(key, (row.digest, seq));
    }
    Ok(())
}

fn judge(row: RowKey, digest: Hash, said: &mut Said) -> Option<Finding> {
    let (fault, seq) = match said.entry(row.clone()) {
        Entry::Vacant(_) => (Fault::Extra, None),
        Entry::Occupied(entry) => match entry.remove() {
            (Some(known), _) if known == digest => return None,
            (Some(_), seq) => (Fault::Differs, Some(seq)),
            (None, seq) => (Fault::Extra, Some(seq)),
        },
    };
    Some(finding(row, fault, seq))
}

fn missing(said: Said) -> impl Iterator<Item = Finding> {
    said.into_iter()
        .filter(|(_, (digest, _))| digest.is_some())
        .map(|(row, (_, seq))| finding(row, Fault::Missing, Some(seq)))
}

fn finding(row: RowKey, fault: Fault, seq: Option<u64>) -> Finding {
    Finding {
        table: row.table,
        key: row.key,
        fault,
        seq,
    }
}
