//! The audit log: one Merkle log per organisation (RFC 6962), and one of the deployment.
//!
//! An event's number is the index of its leaf: no gaps, taken under the lock of the log head as the
//! last step before the commit. Inner hashes are kept for complete subtrees of 256 leaves and their
//! powers only, so appending costs next to nothing and a proof reads at most a few hundred rows.

use std::cell::RefCell;
use std::collections::BTreeSet;

use keydance_core::event::Event;
use keydance_core::id::OrganisationId;
use keydance_core::time::Timestamp;
use keydance_crypto::digest::Hash;
use keydance_crypto::merkle::{self, Frontier, ProofError, Subtree};

use crate::error::{Error, Result};
use crate::recorded::{self, RowKey};
use crate::tx::{Change, StagedFor, Tx};
use crate::value::{Row, Value};

/// How much of a log a running process has seen: a database that shows less was rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    size: u64,
    epoch: i64,
}

/// The state of a log.
#[derive(Clone, Debug)]
pub struct Head {
    /// The number of events.
    pub size: u64,
    /// The root hash over them.
    pub root: Hash,
}

/// A signed checkpoint as kept.
#[derive(Clone, Debug)]
pub struct CheckpointRow {
    /// The number of events it covers.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// One event as kept.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// Its number.
    pub seq: u64,
    /// The exact bytes that were hashed: canonical JSON.
    pub body: String,
}

/// Which events are wanted. Everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// From this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub to: Option<Timestamp>,
    /// By this principal, execution or machine.
    pub actor: Option<String>,
    /// The word of the action.
    pub action: Option<String>,
    /// About the object with this id.
    pub object: Option<String>,
    /// About this flow.
    pub flow: Option<String>,
    /// The word of the outcome.
    pub outcome: Option<String>,
    /// Only those that have this principal as actor, or are about an object one of these owns.
    pub visible_to: Option<Visibility>,
}

/// What somebody who may not read the whole log may see of it.
#[derive(Clone, Debug)]
pub struct Visibility {
    /// What this principal did.
    pub actor: String,
    /// And what was done to credentials and flows of these owners.
    pub owners: Vec<keydance_core::owner::Owner>,
}

/// Appends what use cases left, under the lock of the log head.
pub(crate) fn append(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    staged: StagedFor,
    seen: Option<&Seen>,
) -> Result<Seen> {
    tx.enter(organisation)?;
    let events = complete(tx, staged.changes)?;
    let (epoch, size, mut frontier) = lock_head(tx)?;
    if staged.epoch.is_some_and(|decided_at| decided_at != epoch) {
        return Err(Error::Conflict);
    }
    if seen.is_some_and(|seen| size < seen.size || epoch < seen.epoch) {
        return Err(Error::RolledBack);
    }
    let mut tiles = Vec::new();
    let mut bodies = Vec::with_capacity(events.len());
    for (event, seq) in events.iter().zip(size..) {
        let mut body = Vec::with_capacity(1024);
        event.write(seq, &mut body);
        tiles.extend(frontier.append(merkle::leaf_hash(&body)));
        bodies.push(String::from_utf8(body).map_err(|_| Error::Corrupt { column: 0 })?);
    }
    insert_events(tx, &events, &bodies, size)?;
    insert_tiles(tx, &tiles)?;
    let seen = Seen {
        size: frontier.size(),
        epoch: epoch + staged.closings.min(1),
    };
    let frontier = frontier.to_bytes();
    let values = [
        tx.org()?,
        seen.epoch.into(),
        signed(seen.size)?.into(),
        (&frontier).into(),
    ];
    let sql = "update organisation set epoch = $2, log_size = $3, log_frontier = $4 where id = $1";
    tx.change(sql, &values)?;
    Ok(seen)
}

/// The events, each with what the rows it changed hold now: the same as when the lock is taken,
/// because nobody else can change them before the commit.
fn complete(tx: &mut Tx<'_>, changes: Vec<Change>) -> Result<Vec<Event>> {
    let touched: BTreeSet<&RowKey> = changes.iter().flat_map(|change| &change.rows).collect();
    if touched.is_empty() {
        return Ok(changes.into_iter().map(|change| change.event).collect());
    }
    let digests = recorded::digests(tx, &touched)?;
    let event = |change: Change| {
        let rows = recorded::row_digests(&change.rows, &digests);
        change.event.rows(rows)
    };
    Ok(changes.into_iter().map(event).collect())
}

fn lock_head(tx: &mut Tx<'_>) -> Result<(i64, u64, Frontier)> {
    let org = tx.org()?;
    let sql = "select epoch, log_size, log_frontier from organisation where id = $1 FOR LOCK";
    let head = tx.find(sql, &[org], |row| {
        let size = u64::try_from(row.get::<i64>(1)?).map_err(|_| Error::Corrupt { column: 1 })?;
        let bytes: Vec<u8> = row.get(2)?;
        let frontier = read_frontier(&bytes, size)?;
        Ok((row.get::<i64>(0)?, size, frontier))
    })?;
    head.ok_or_else(|| Error::Unavailable("the organisation is gone".to_owned()))
}

fn read_frontier(bytes: &[u8], size: u64) -> Result<Frontier> {
    if size == 0 && bytes.is_empty() {
        return Ok(Frontier::new());
    }
    let frontier = Frontier::from_bytes(bytes).map_err(|_| Error::Corrupt { column: 2 })?;
    if frontier.size() == size {
        Ok(frontier)
    } else {
        Err(Error::Corrupt { column: 2 })
    }
}

fn insert_events(tx: &mut Tx<'_>, events: &[Event], bodies: &[String], first: u64) -> Result<()> {
    let org = tx.org()?;
    let mut rows = Vec::with_capacity(events.len());
    for ((event, body), seq) in events.iter().zip(bodies).zip(first..) {
        let summary = event.summary();
        rows.push(vec![
            org.clone(),
            signed(seq)?.into(),
            summary.at.as_millis().into(),
            summary.action.as_str().into(),
            summary.outcome.as_str().into(),
            summary.actor.into(),
            summary.object.into(),
            summary.flow.map(|id| id.to_string()).into(),
            body.into(),
        ]);
    }
    tx.insert_many(
        "insert into event (org, seq, at, action, outcome, actor, object, flow, body)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &rows,
    )
}

fn insert_tiles(tx: &mut Tx<'_>, tiles: &[Subtree]) -> Result<()> {
    let org = tx.org()?;
    let mut rows = Vec::with_capacity(tiles.len());
    for tile in tiles {
        let (level, position) = (i64::from(tile.level), signed(tile.index)?);
        let hash = tile.hash.as_slice();
        rows.push(vec![
            org.clone(),
            level.into(),
            position.into(),
            hash.into(),
        ]);
    }
    let sql = "insert into log_tile (org, level, position, hash) values ($1, $2, $3, $4)";
    tx.insert_many(sql, &rows)
}

/// Events by every filter, and one more condition.
macro_rules! events_where {
    ($condition:literal) => {
        concat!(
            "select ev.seq, ev.body from event ev where ev.org = $1 and ev.seq > $2
               and (cast($3 as bigint) is null or ev.at >= $3)
               and (cast($4 as bigint) is null or ev.at < $4)
               and (cast($5 as text) is null or ev.actor = $5)
               and (cast($6 as text) is null or ev.action = $6)
               and (cast($7 as text) is null or ev.object = $7)
               and (cast($8 as text) is null or ev.flow = $8)
               and (cast($9 as text) is null or ev.outcome = $9)
               and ",
            $condition,
            " order by ev.seq limit $12"
        )
    };
}

/// The door to the log of the organisation entered.
#[derive(Debug)]
pub struct Log<'t, 'c>(pub(crate) &'t mut Tx<'c>);

impl<'c> Tx<'c> {
    /// The door to the log of the organisation entered.
    pub fn log(&mut self) -> Log<'_, 'c> {
        Log(self)
    }
}

impl Log<'_, '_> {
    /// Size and root of the log.
    ///
    /// # Errors
    /// Those of the database.
    pub fn head(&mut self) -> Result<Head> {
        let org = self.0.org()?;
        let sql = "select log_size, log_frontier from organisation where id = $1";
        let frontier = self.0.find(sql, &[org], |row| {
            let size =
                u64::try_from(row.get::<i64>(0)?).map_err(|_| Error::Corrupt { column: 0 })?;
            read_frontier(&row.get::<Vec<u8>>(1)?, size)
        })?;
        let frontier = frontier.unwrap_or_default();
        Ok(Head {
            size: frontier.size(),
            root: frontier.root(),
        })
    }

    /// Events that pass a filter after a number, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn events(
        &mut self,
        filter: &EventFilter,
        after: Option<u64>,
        count: i64,
    ) -> Result<Vec<EventRow>> {
        let visible = filter.visible_to.as_ref();
        let owners = visible.map(|visible| {
            crate::value::each(
                visible
                    .owners
                    .iter()
                    .map(|o| [o.kind.to_row(), o.id.clone()]),
            )
        });
        let after = after.map_or(Ok(-1), signed)?;
        let values = [
            self.0.org()?,
            after.into(),
            filter.from.map(Timestamp::as_millis).into(),
            filter.to.map(Timestamp::as_millis).into(),
            filter.actor.as_ref().into(),
            filter.action.as_ref().into(),
            filter.object.as_ref().into(),
            filter.flow.as_ref().into(),
            filter.outcome.as_ref().into(),
            visible.map(|visible| &visible.actor).into(),
            owners.unwrap_or(Value::Null),
            count.into(),
        ];
        let sql = match (&filter.object, &filter.actor, visible) {
            (_, _, Some(_)) => events_where!(
                "(ev.actor = cast($10 as text) or exists (select 1 from EACH($11) e cross join credential_owner o
                    where o.org = $1 and o.owner_type = e.value->>0 and o.owner_id = e.value->>1
                    and o.credential = ev.object and o.live = 1)
                  or exists (select 1 from EACH($11) e cross join flow_owner o
                    where o.org = $1 and o.owner_type = e.value->>0 and o.owner_id = e.value->>1
                    and o.flow = ev.object and o.live = 1))"
            ),
            _ => events_where!("cast($10 as text) is null and cast($11 as text) is null"),
        };
        self.0.query(sql, &values, event)
    }

    /// The events with these numbers, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn range(&mut self, from: u64, to: u64) -> Result<Vec<EventRow>> {
        let values = [self.0.org()?, signed(from)?.into(), signed(to)?.into()];
        let sql =
            "select seq, body from event where org = $1 and seq >= $2 and seq < $3 order by seq";
        self.0.query(sql, &values, event)
    }

    /// The proof that an event is in the log of a size: hashes from the leaf to the root.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inclusion_proof(&mut self, seq: u64, size: u64) -> Result<Vec<Hash>> {
        let log = RefCell::new(self);
        let nodes = |level, index| log.borrow_mut().subtree(level, index);
        merkle::inclusion_proof(&nodes, seq, size).map_err(unproved)
    }

    /// The proof that the log of an older size is the beginning of that of a newer one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn consistency_proof(&mut self, old: u64, new: u64) -> Result<Vec<Hash>> {
        let log = RefCell::new(self);
        let nodes = |level, index| log.borrow_mut().subtree(level, index);
        merkle::consistency_proof(&nodes, old, new).map_err(unproved)
    }

    /// The hash of a complete subtree of `2^level` leaves.
    fn subtree(&mut self, level: u8, index: u64) -> Result<Hash> {
        let below = level % 8;
        let base = level - below;
        let (from, to) = (index << below, (index + 1) << below);
        let hashes = if base == 0 {
            let events = self.range(from, to)?;
            events
                .iter()
                .map(|event| merkle::leaf_hash(event.body.as_bytes()))
                .collect()
        } else {
            self.tiles(base, from, to)?
        };
        if hashes.len() as u64 != to - from {
            return Err(Error::Corrupt { column: 0 });
        }
        let mut frontier = Frontier::new();
        for hash in hashes {
            frontier.append(hash);
        }
        Ok(frontier.root())
    }

    fn tiles(&mut self, level: u8, from: u64, to: u64) -> Result<Vec<Hash>> {
        let values = [
            self.0.org()?,
            i64::from(level).into(),
            signed(from)?.into(),
            signed(to)?.into(),
        ];
        let sql = "select hash from log_tile
            where org = $1 and level = $2 and position >= $3 and position < $4 order by position";
        self.0.query(sql, &values, |row| {
            row.get::<Vec<u8>>(0)?
                .try_into()
                .map_err(|_| Error::Corrupt { column: 0 })
        })
    }

    /// Keeps a signed checkpoint.
    ///
    /// # Errors
    /// Those of the database.
    pub fn insert_checkpoint(&mut self, checkpoint: &CheckpointRow, now: Timestamp) -> Result<()> {
        let values = [
            self.0.org()?,
            signed(checkpoint.size)?.into(),
            (&checkpoint.note).into(),
            now.as_millis().into(),
        ];
        let sql = "insert into checkpoint (org, size, note, at) values ($1, $2, $3, $4)
            on conflict do nothing";
        self.0.execute(sql, &values).map(drop)
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// Those of the database.
    pub fn checkpoint(&mut self) -> Result<Option<CheckpointRow>> {
        let org = self.0.org()?;
        let sql = "select size, note from checkpoint where org = $1 order by size desc limit 1";
        self.0.find(sql, &[org], |row| {
            let size =
                u64::try_from(row.get::<i64>(0)?).map_err(|_| Error::Corrupt { column: 0 })?;
            Ok(CheckpointRow {
                size,
                note: row.get(1)?,
            })
        })
    }
}

fn event(row: &Row<'_>) -> Result<EventRow> {
    let seq = u64::try_from(row.get::<i64>(0)?).map_err(|_| Error::Corrupt { column: 0 })?;
    Ok(EventRow {
        seq,
        body: row.get(1)?,
    })
}

fn unproved(error: ProofError<Error>) -> Error {
    match error {
        ProofError::Nodes(error) => error,
        ProofError::Range => Error::Corrupt { column: 0 },
    }
}

fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::Corrupt { column: 0 })
}
