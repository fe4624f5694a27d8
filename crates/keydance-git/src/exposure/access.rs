//! Who can open what at some moment, by the keys there are and not by what a roster wants.

use std::collections::{BTreeMap, BTreeSet};

use super::Exposure;
use super::keys::{Keys, recipients};
use super::row::Level;
use super::ways::{Way, Ways};
use crate::repository::ObjectId;

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// As files are in a commit, with the keys that are in it or were before.
    Commit(ObjectId),
    /// As files are at the first protected tip, with the keys that are anywhere.
    Now,
    /// As files were at the first protected tip, with the keys that were anywhere; in seconds since
    /// 1970, by what commits say of themselves.
    Time(i64),
}

/// What the repository was at some moment.
#[derive(Debug)]
pub struct Moment {
    /// Blobs by path.
    files: BTreeMap<u32, u32>,
    /// The commits whose keys count.
    among: Vec<bool>,
}

/// Somebody can open a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Who.
    pub principal: String,
    /// From the top of the repository.
    pub path: String,
    /// Alone, or only together with others.
    pub level: Level,
    /// Why, shortest first.
    pub way: Vec<Way>,
}

/// What was asked for is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AtError {
    /// No commit of the history with this id, or none at that time.
    #[error("there was no commit")]
    Commit,
    /// No encrypted file at a path.
    #[error("there is no encrypted file {0}")]
    Path(String),
    /// No value at a place in a file.
    #[error("there is no value {key} in {path}")]
    Key {
        /// The path of the file.
        path: String,
        /// The keys, a dot between two.
        key: String,
    },
}

impl Moment {
    /// Whether what is in a commit counts.
    pub(super) fn has(&self, commit: u32) -> bool {
        self.among[commit as usize]
    }
}

impl Exposure<'_> {
    /// What the repository was at some moment.
    ///
    /// # Errors
    ///
    /// If there was no commit.
    pub fn moment(&self, at: At) -> Result<Moment, AtError> {
        let history = self.history;
        let tip = self.protected.first().map(|(_, tip)| *tip);
        let (commit, among) = match at {
            At::Commit(id) => {
                let commit = history.find(id).ok_or(AtError::Commit)?;
                (commit, self.order.before(&[commit]))
            }
            At::Now => (tip.ok_or(AtError::Commit)?, self.order.all()),
            At::Time(time) => {
                let is_then = |commit: u32| history.commits[commit as usize].time <= time;
                let commit = self
                    .line(tip.ok_or(AtError::Commit)?)
                    .find(|it| is_then(*it));
                let then = history.commits.iter().map(|commit| commit.time <= time);
                (
                    commit.ok_or(AtError::Commit)?,
                    then.chain([false]).collect(),
                )
            }
        };
        let files = self.files(commit);
        Ok(Moment { files, among })
    }

    /// Everybody who can open a file, or read a value in it.
    ///
    /// # Errors
    ///
    /// If there is no such file or value.
    pub fn who_can(
        &self,
        path: &str,
        key: Option<&str>,
        moment: &Moment,
    ) -> Result<Vec<Access>, AtError> {
        let blob = self.file(path, moment)?;
        let is_plain = key.map_or(Ok(false), |key| self.is_plain(path, blob, key))?;
        let unknown = self.unknown().into_iter().map(|(name, _)| name);
        let names = self.principals().into_iter().chain(unknown);
        let access = names.filter_map(|name| {
            let mut access = self.access(&name, path, blob, moment);
            if is_plain {
                access = Some(Access {
                    way: vec![vec!["plaintext".to_owned()]],
                    principal: name,
                    path: path.to_owned(),
                    level: Level::Delivered,
                });
            }
            access
        });
        Ok(access.collect())
    }

    /// Every file that somebody can open; nothing if nobody of that name was ever there.
    #[must_use]
    pub fn what_can(&self, name: &str, moment: &Moment) -> Option<Vec<Access>> {
        let keys = self.locks.of(name)?;
        let ways = Ways::new(&self.locks, name, &keys);
        let files = moment.files.iter().filter_map(|(path, blob)| {
            let path = self.history.facts.text(*path);
            self.opened((name, &keys, &ways), &path, *blob, moment)
        });
        Some(files.collect())
    }

    /// Why somebody can open a file; nothing if they cannot.
    ///
    /// # Errors
    ///
    /// If there is no such file.
    pub fn why(&self, name: &str, path: &str, moment: &Moment) -> Result<Option<Access>, AtError> {
        Ok(self.access(name, path, self.file(path, moment)?, moment))
    }

    /// Which groups a file is encrypted to, or other recipients, as people know them.
    ///
    /// # Errors
    ///
    /// If there is no such file.
    pub fn readers(&self, path: &str, moment: &Moment) -> Result<Vec<String>, AtError> {
        let facts = &self.history.facts;
        let file = facts.encrypted(self.file(path, moment)?);
        let names = file.into_iter().flat_map(recipients).map(|recipient| {
            let of_group = self
                .locks
                .identities
                .iter()
                .find(|(_, it)| it.recipient == recipient);
            match of_group {
                Some((_, it)) => format!("@{}#{}", facts.text(it.group), it.number),
                None => facts.text(recipient),
            }
        });
        Ok(names.collect())
    }

    fn file(&self, path: &str, moment: &Moment) -> Result<u32, AtError> {
        let number = self.history.facts.texts.find(path.as_bytes());
        let blob = number.and_then(|number| moment.files.get(&number).copied());
        let blob = blob.filter(|blob| self.history.facts.encrypted(*blob).is_some());
        blob.ok_or_else(|| AtError::Path(path.to_owned()))
    }

    fn is_plain(&self, path: &str, blob: u32, key: &str) -> Result<bool, AtError> {
        let facts = &self.history.facts;
        let file = facts.encrypted(blob);
        let versions = file.into_iter().flat_map(|file| &file.values).map(|value| {
            let version = facts.versions[value.version as usize];
            (
                facts.text(version.place).replace('\0', "."),
                version.is_plain,
            )
        });
        let found = versions
            .filter(|(place, _)| place == key)
            .map(|(_, is_plain)| is_plain);
        let found: BTreeSet<bool> = found.collect();
        found.last().copied().ok_or_else(|| AtError::Key {
            path: path.to_owned(),
            key: key.to_owned(),
        })
    }

    fn access(&self, name: &str, path: &str, blob: u32, moment: &Moment) -> Option<Access> {
        let keys = self.locks.of(name)?;
        let ways = Ways::new(&self.locks, name, &keys);
        self.opened((name, &keys, &ways), path, blob, moment)
    }

    fn opened(
        &self,
        (name, keys, ways): (&str, &Keys, &Ways<'_>),
        path: &str,
        blob: u32,
        moment: &Moment,
    ) -> Option<Access> {
        let is_alone = self.locks.opens(keys, blob, &moment.among)?;
        let file = self.history.facts.encrypted(blob)?;
        let opened = recipients(file)
            .into_iter()
            .filter(|it| keys.opened.contains_key(it));
        Some(Access {
            principal: name.to_owned(),
            path: path.to_owned(),
            level: if is_alone {
                Level::Delivered
            } else {
                Level::Could
            },
            way: ways.to(&opened.collect()),
        })
    }

    /// A commit, its first parent, and so on.
    fn line(&self, commit: u32) -> impl Iterator<Item = u32> {
        let parent = |commit: &u32| {
            self.history.commits[*commit as usize]
                .parents
                .first()
                .copied()
        };
        std::iter::successors(Some(commit), parent)
    }

    /// The files that matter in a commit.
    fn files(&self, commit: u32) -> BTreeMap<u32, u32> {
        let line: Vec<u32> = self.line(commit).collect();
        let mut files = BTreeMap::new();
        for commit in line.into_iter().rev() {
            let changes = self.history.commits[commit as usize].changes.iter();
            for change in changes.filter(|change| change.parent == 0) {
                match change.new {
                    Some(blob) => files.insert(change.path, blob),
                    None => files.remove(&change.path),
                };
            }
        }
        files
    }
}
