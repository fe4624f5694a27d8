//! Which values somebody can have read, from everything the repository ever held.
//!
//! Pure: from a [`History`] to rows. Keys do not expire, and reading leaves no trace; so whoever
//! could fetch a ciphertext and what opens it counts as having read it.

use std::collections::BTreeSet;

use crate::history::{HEAD, History};
use epoch::Epochs;
use keys::{Keys, Locks};
use occurrence::Occurrence;
use order::Order;

pub use access::{Access, At, AtError, Moment};
pub use row::{Current, Level, Row, RowView, Rows};
pub use ways::{MAX_WAYS, Way};

mod access;
mod epoch;
mod keys;
mod occurrence;
mod order;
mod row;
mod ways;

/// Everything that follows from a history, whoever is asked for.
#[derive(Debug)]
pub struct Exposure<'h> {
    history: &'h History,
    order: Order,
    locks: Locks<'h>,
    epochs: Epochs,
    occurrences: Vec<Occurrence>,
    /// The latest commits of each blob.
    last: Vec<Vec<u32>>,
    /// The occurrences of each blob.
    places: Lists,
    /// The blobs that hold each version of a value.
    holders: Lists,
    /// The protected refs that are there, with their tips.
    protected: Vec<(String, u32)>,
}

/// What no history of one repository can show.
pub const NOT_COVERED: [&str; 7] = [
    "forks and clones that others have",
    "other remotes",
    "backups",
    "decrypted copies",
    "the content of submodules",
    "objects of Git LFS",
    "files that were never SOPS files",
];

impl<'h> Exposure<'h> {
    /// Of a history; what is current is at the tips of these refs. Without any of them, at what is
    /// checked out.
    #[must_use]
    pub fn new(history: &'h History, protected: &[String]) -> Self {
        let order = Order::new(&history.commits);
        let protected = tips(history, protected);
        let tips: Vec<u32> = protected.iter().map(|(_, tip)| *tip).collect();
        let occurrences = occurrence::all(history, &tips);
        let blobs = history.facts.blobs.len();
        let of = |commits: fn(&Occurrence) -> &Vec<u32>| {
            let mut lists = vec![Vec::new(); blobs];
            for occurrence in &occurrences {
                lists[occurrence.blob as usize].extend_from_slice(commits(occurrence));
            }
            lists
        };
        let first = order.earliest(of(|occurrence| &occurrence.first));
        let last = order.latest(of(|occurrence| &occurrence.last));
        let at = |(at, it): (usize, &Occurrence)| (it.blob, u32::try_from(at).unwrap_or(u32::MAX));
        let places = Lists::new(blobs, || occurrences.iter().enumerate().map(at));
        Self {
            history,
            order,
            locks: Locks::new(history, first),
            epochs: Epochs::new(history),
            last,
            places,
            holders: holders(history),
            occurrences,
            protected,
        }
    }

    /// What somebody can have read: a person, a machine identity, a device, a group, or whoever
    /// `unknown:RECIPIENT` is. Nothing if nobody of that name was ever there.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<Rows<'_>> {
        let keys = self.locks.of(name)?;
        Some(Rows::new(self, name, keys))
    }

    /// Everybody that any roster names.
    #[must_use]
    pub fn principals(&self) -> BTreeSet<String> {
        let principals = self.locks.principals().into_iter();
        principals.map(|it| self.history.facts.text(it)).collect()
    }

    /// The recipients that files are encrypted to and nobody is known to have, as
    /// `unknown:RECIPIENT`, each with how many versions of files are encrypted to it.
    #[must_use]
    pub fn unknown(&self) -> Vec<(String, usize)> {
        let unknown = self.locks.unknown().into_iter();
        let told =
            unknown.map(|(it, files)| (format!("unknown:{}", self.history.facts.text(it)), files));
        told.collect()
    }

    /// The paths whose content looks like a SOPS file or roster and cannot be read, each once.
    #[must_use]
    pub fn unreadable(&self) -> BTreeSet<String> {
        let facts = &self.history.facts;
        let unreadable =
            |blob: &&crate::history::Blob| blob.content == crate::history::Content::Unreadable;
        let blobs = facts.blobs.iter().filter(unreadable);
        blobs.map(|blob| facts.text(blob.path)).collect()
    }
}

/// The tips that define what is current.
fn tips(history: &History, protected: &[String]) -> Vec<(String, u32)> {
    let references = history.references.iter();
    let named = references
        .filter(|(name, _)| protected.contains(name))
        .cloned();
    let named: Vec<_> = named.collect();
    if !named.is_empty() {
        return named;
    }
    let head = history.references.iter().filter(|(name, _)| name == HEAD);
    head.cloned().collect()
}

/// The blobs that hold each version, each once.
fn holders(history: &History) -> Lists {
    let facts = &history.facts;
    let blobs = 0..u32::try_from(facts.blobs.len()).unwrap_or(u32::MAX);
    Lists::new(facts.versions.len(), || {
        blobs.clone().flat_map(|blob| {
            let file = facts.encrypted(blob);
            let values = file.into_iter().flat_map(|file| &file.values);
            values.map(move |value| (value.version, blob))
        })
    })
}

/// A list for each of many numbers, all in one.
#[derive(Debug)]
struct Lists {
    ends: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// From pairs of a number and an item of its list, which are gone through twice.
    fn new<I: Iterator<Item = (u32, u32)>>(len: usize, pairs: impl Fn() -> I) -> Self {
        let mut ends = vec![0_u32; len + 1];
        pairs().for_each(|(number, _)| ends[number as usize + 1] += 1);
        for at in 1..ends.len() {
            ends[at] += ends[at - 1];
        }
        let mut items = vec![0; ends[len] as usize];
        let mut next = ends.clone();
        for (number, item) in pairs() {
            items[next[number as usize] as usize] = item;
            next[number as usize] += 1;
        }
        Self { ends, items }
    }

    fn of(&self, number: u32) -> &[u32] {
        let at = number as usize;
        &self.items[self.ends[at] as usize..self.ends[at + 1] as usize]
    }
}

#[cfg(test)]
mod tests;
