//! Which files have one data key: whoever could open one of them can open all of them with the key
//! they may have kept.

use std::collections::{HashMap, HashSet};

use crate::history::{Encrypted, Facts, History};

/// Blobs by data key.
#[derive(Debug)]
pub(crate) struct Epochs {
    /// Of each blob: those with the same number have the same key for certain.
    pub(crate) certain: Vec<u32>,
    /// Of each blob: those with the same number have the same key, unless the contrary shows.
    pub(crate) assumed: Vec<u32>,
}

impl Epochs {
    /// Equal ciphertexts or equal wrapped keys show that a key is the same.
    pub(crate) fn new(history: &History) -> Self {
        let facts = &history.facts;
        let mut certain = Union::new(facts.blobs.len());
        let mut marks: HashMap<u64, u32> = HashMap::new();
        let mut wraps = HashMap::new();
        for (blob, file) in encrypted(facts) {
            for value in file
                .values
                .iter()
                .filter(|value| !is_plain(facts, value.version))
            {
                certain.join(*marks.entry(value.mark).or_insert(blob), blob);
            }
            for wrap in file.groups.iter().flatten() {
                certain.join(*wraps.entry(*wrap).or_insert(blob), blob);
            }
        }
        drop(marks);
        let mut assumed = certain.clone();
        for (old, new) in successions(history) {
            if assumed.find(old) != assumed.find(new) && !shows_other_key(facts, old, new) {
                assumed.join(old, new);
            }
        }
        Self {
            certain: certain.all(),
            assumed: assumed.all(),
        }
    }
}

fn encrypted(facts: &Facts) -> impl Iterator<Item = (u32, &Encrypted)> {
    let blobs = 0..u32::try_from(facts.blobs.len()).unwrap_or(u32::MAX);
    blobs.filter_map(|blob| Some((blob, facts.encrypted(blob)?)))
}

fn is_plain(facts: &Facts, version: u32) -> bool {
    facts.versions[version as usize].is_plain
}

/// Blobs that followed one another at a path, each pair once.
fn successions(history: &History) -> HashSet<(u32, u32)> {
    let changes = history.commits.iter().flat_map(|commit| &commit.changes);
    changes
        .filter_map(|change| Some((change.old?, change.new?)))
        .collect()
}

/// Whether the same version of a value has another ciphertext in the other blob. Files of which one
/// is none have nothing to share.
fn shows_other_key(facts: &Facts, one: u32, other: u32) -> bool {
    let (Some(one), Some(other)) = (facts.encrypted(one), facts.encrypted(other)) else {
        return true;
    };
    let values = one
        .values
        .iter()
        .filter(|value| !is_plain(facts, value.version));
    let known: HashMap<u32, u64> = values.map(|value| (value.version, value.mark)).collect();
    let mut values = other.values.iter();
    values.any(|value| {
        known
            .get(&value.version)
            .is_some_and(|mark| *mark != value.mark)
    })
}

/// Sets that are joined, each named by one of its members.
#[derive(Clone)]
struct Union(Vec<u32>);

impl Union {
    fn new(len: usize) -> Self {
        Self((0..).take(len).collect())
    }

    /// Halves the way of whoever is on it, so that ways stay short.
    fn find(&mut self, mut at: u32) -> u32 {
        while self.0[at as usize] != at {
            let above = self.0[at as usize];
            self.0[at as usize] = self.0[above as usize];
            at = above;
        }
        at
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.find(one), self.find(other));
        let (low, high) = (one.min(other), one.max(other));
        self.0[high as usize] = low;
    }

    fn all(mut self) -> Vec<u32> {
        (0..).take(self.0.len()).map(|at| self.find(at)).collect()
    }
}
