//! What every commit of the repository held, and who could open it.
//!
//! Commits are walked once, as differences against each of their parents; every distinct blob is
//! read once. What is kept of a blob are facts: who it is encrypted to, and a mark for each
//! ciphertext. No plaintext is kept, and no hash of one without a key.
//!
//! Everything is numbered in the order it was met, so that a later walk only adds to it.

use std::collections::BTreeSet;

use keydance_sops::random::{Random, RandomError};

use crate::repository::{Gaps, ObjectId, Repository, RepositoryError};
use facts::Reader;
use table::Table;
use walk::Walk;

pub(crate) use facts::{Claim, Content, Encrypted, Generation, Mark, Version, Wrap};

mod cache;
mod codec;
mod facts;
mod fingerprint;
mod table;
mod walk;

/// What every commit of the repository held.
#[derive(Debug, Default)]
pub struct History {
    pub(crate) facts: Facts,
    /// Each behind its parents.
    pub(crate) commits: Vec<Commit>,
    pub(crate) references: Vec<(String, u32)>,
    /// What could not be looked into.
    pub skipped: Skipped,
    /// What the repository lacks.
    pub gaps: Gaps,
}

/// What is known of blobs, and the words it is told in.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Paths, keys, recipients and names.
    pub(crate) texts: Table<Box<[u8]>>,
    /// The digests that tell versions of values apart.
    pub(crate) digests: Table<[u8; 16]>,
    /// What belongs to each digest.
    pub(crate) versions: Vec<Version>,
    pub(crate) ids: Table<ObjectId>,
    /// What belongs to each id, and the path it was first met at.
    pub(crate) blobs: Vec<Blob>,
}

/// A file as it was once, and where that was first.
#[derive(Debug)]
pub(crate) struct Blob {
    pub(crate) path: u32,
    pub(crate) content: Content,
}

/// A commit, with what it changed of files that matter.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) id: ObjectId,
    /// Seconds since 1970.
    pub(crate) time: i64,
    pub(crate) parents: Vec<u32>,
    pub(crate) changes: Vec<Change>,
}

/// Another blob at a path than in one of the parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which of the parents; 0 for a commit without any.
    pub(crate) parent: u32,
    pub(crate) path: u32,
    pub(crate) old: Option<u32>,
    pub(crate) new: Option<u32>,
}

/// What could not be looked into. Never empty of meaning: whoever reads rows must see it.
#[derive(Debug, Default)]
pub struct Skipped {
    /// Paths that were submodules in some commit.
    pub submodules: BTreeSet<String>,
    /// Paths that were symbolic links in some commit.
    pub symlinks: BTreeSet<String>,
    /// Blobs that are larger than [`MAX_BLOB_LEN`].
    pub too_large: BTreeSet<String>,
    /// Paths whose content is not in this repository.
    pub missing: BTreeSet<String>,
}

/// How many bytes of a blob are looked into at most; sops itself would not handle more well.
pub const MAX_BLOB_LEN: usize = 16 << 20;

/// What is checked out.
pub(crate) const HEAD: &str = "HEAD";

/// Why history was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The cache is not there to be used.
    #[error("what was read before cannot be kept in the git folder: {0}")]
    Cache(std::io::Error),
    /// A part of it is not in this repository.
    #[error("this repository is a {} clone, so that a part of its history is not here",
        if .0.is_shallow { "shallow" } else { "partial" })]
    Incomplete(Gaps),
    /// There are no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The repository did not answer.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// What to do where a part of history is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Go on with what there is.
    Accept,
    /// Refuse.
    Refuse,
}

impl History {
    /// Reads what is new since the last time; everything, if there was none.
    ///
    /// # Errors
    ///
    /// If a part of it is not here and that is to be refused, or git or the cache fails.
    pub fn read(
        repository: &Repository,
        missing: Missing,
        random: &mut dyn Random,
    ) -> Result<Self, HistoryError> {
        let gaps = repository.gaps()?;
        if missing == Missing::Refuse && gaps != Gaps::default() {
            return Err(HistoryError::Incomplete(gaps));
        }
        let (mut cache, mut history) = cache::open(repository.common_folder(), random)?;
        let known = history.extent();
        let walk = Walk::new(repository, &history)?;
        let reader = Reader::new(cache.fingerprint());
        history.learn(walk, repository, &reader)?;
        // With gaps, a later walk could find what is missing now.
        if gaps == Gaps::default() {
            cache.append(&history, known)?;
        }
        history.gaps = gaps;
        history.locate(repository)?;
        Ok(history)
    }

    /// The number of commits, and of blobs that matter.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.commits.len(), self.facts.blobs.len())
    }

    /// The commit with an id.
    pub(crate) fn find(&self, id: ObjectId) -> Option<u32> {
        let at = self.commits.iter().position(|commit| commit.id == id)?;
        u32::try_from(at).ok()
    }

    /// Finds the refs of today.
    fn locate(&mut self, repository: &Repository) -> Result<(), RepositoryError> {
        let numbers = self.numbers();
        let references = repository.references()?.into_iter();
        let located = references.filter_map(|it| Some((it.name, *numbers.get(&it.commit)?)));
        self.references = located.collect();
        if let Ok(head) = repository.resolve(HEAD)
            && let Some(number) = numbers.get(&head)
        {
            self.references.push((HEAD.to_owned(), *number));
        }
        Ok(())
    }

    fn numbers(&self) -> std::collections::HashMap<ObjectId, u32> {
        (0..)
            .zip(&self.commits)
            .map(|(at, commit)| (commit.id, at))
            .collect()
    }
}

impl Skipped {
    fn all(&self) -> [&BTreeSet<String>; 4] {
        [
            &self.submodules,
            &self.symlinks,
            &self.too_large,
            &self.missing,
        ]
    }

    fn all_mut(&mut self) -> [&mut BTreeSet<String>; 4] {
        let Self {
            submodules,
            symlinks,
            too_large,
            missing,
        } = self;
        [submodules, symlinks, too_large, missing]
    }
}

impl Facts {
    /// A text as people see it.
    pub(crate) fn text(&self, number: u32) -> String {
        String::from_utf8_lossy(self.texts.item(number)).into_owned()
    }

    /// What an encrypted blob says; nothing of other blobs.
    pub(crate) fn encrypted(&self, blob: u32) -> Option<&Encrypted> {
        match &self.blobs[blob as usize].content {
            Content::Encrypted(encrypted) => Some(encrypted),
            Content::Roster(_) | Content::Unreadable => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod made;
#[cfg(test)]
mod tests;
