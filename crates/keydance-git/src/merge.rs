//! Merging two changes of one encrypted file when git asks for it, with the identities of groups.
//!
//! Nothing is merged that cannot be opened: whoever lacks a key leaves the file as it is on their
//! own side, for somebody who has it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use jiff::Timestamp;
use keydance_sops::file::{File, FileError};
use keydance_sops::format::{Format, Onto, ReadError, ReadOptions, WriteError, WriteOptions};
use keydance_sops::key_service::KeyService;
use keydance_sops::keys::{DECRYPTION_ORDER, recover};
use keydance_sops::merge::{self, MergeError, Version, Versions, Which};
use keydance_sops::metadata::Metadata;
use keydance_sops::random::Random;
use keydance_sops::tree::Time;

use crate::check::Owners;
use crate::event::GitError;
use crate::event::git::Git;
use crate::group_identity::{GROUPS_FOLDER, Keyring};
use crate::roster::{ROSTER_FILE, Roster};

pub use text::shown;

mod text;

/// Three versions of a file.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "files are never printed")]
pub struct Three<'a> {
    /// Where the file is in the repository, which says how it is written down.
    pub path: &'a str,
    /// What both changes began with; empty if both made the file.
    pub base: &'a [u8],
    /// Our version.
    pub ours: &'a [u8],
    /// Their version.
    pub theirs: &'a [u8],
}

/// A merged file.
#[derive(Debug)]
pub struct MergedFile {
    /// It, encrypted, in the layout of ours.
    pub bytes: Vec<u8>,
    /// The keys on the way to values that both sides changed, joined with `:`.
    pub conflicts: Vec<String>,
}

/// Why nothing was merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeFileError {
    /// A version is no encrypted file.
    #[error("{which}: {error}")]
    File {
        /// Which.
        which: Which,
        /// Why.
        error: FileError,
    },
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// No key at hand opens a version.
    #[error("{which} can only be opened by {}", .openers.join(", "))]
    Locked {
        /// Which.
        which: Which,
        /// Who could: names of the roster, or recipients.
        openers: Vec<String>,
    },
    /// The versions do not go together.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// The merged file cannot be written down.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// The repository that a merge is in, as far as it needs it.
#[derive(Debug)]
pub struct Surroundings {
    git: Git,
    root: PathBuf,
    roster: Option<Roster>,
}

impl Surroundings {
    /// Those around a folder; `program` is the path of git.
    ///
    /// # Errors
    ///
    /// If there is no repository. One without a roster is fine.
    pub fn of(program: &Path, folder: &Path) -> Result<Self, GitError> {
        let git = Git::new(program, folder);
        let root = git.run(&["rev-parse", "--path-format=absolute", "--show-toplevel"])?;
        let root = PathBuf::from(String::from_utf8_lossy(&root).trim_end_matches('\n'));
        let roster = fs::read(root.join(ROSTER_FILE)).ok();
        Ok(Self {
            git: git.within(&root),
            roster: roster.and_then(|text| Roster::parse(&text).ok()),
            root,
        })
    }

    /// The files of group identities in the working copy, by path.
    #[must_use]
    pub fn identities(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        // A folder that is not there, or a file that cannot be read, opens nothing.
        drop(self.collect(&mut files));
        files
    }

    fn collect(&self, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
        for group in fs::read_dir(self.root.join(GROUPS_FOLDER))? {
            let group = group?;
            for file in fs::read_dir(group.path())? {
                let place = file?.path();
                let path = place.strip_prefix(&self.root).unwrap_or(&place);
                let bytes = fs::read(&place)?;
                files.insert(path.to_string_lossy().into_owned(), bytes);
            }
        }
        Ok(())
    }

    /// The same, and those that only a commit of some ref has: while git merges, the working copy
    /// is not yet what it will be.
    ///
    /// # Errors
    ///
    /// If git cannot be asked.
    pub fn all_identities(&self) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        let mut files = self.identities();
        let listed = [
            "rev-list",
            "--objects",
            "--all",
            "HEAD",
            "--",
            GROUPS_FOLDER,
        ];
        let listed = self.git.run(&listed)?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        // The newest commits come first, and of each path its newest content counts.
        for (blob, path) in listed.lines().filter_map(|line| line.split_once(' ')) {
            if path.ends_with(".yaml") && !files.contains_key(path) {
                let bytes = self.git.run(&["cat-file", "blob", blob])?;
                files.insert(path.to_owned(), bytes);
            }
        }
        Ok(files)
    }

    /// Merges three versions with the keys of whoever asks.
    ///
    /// # Errors
    ///
    /// If nothing may be merged: then ours stays what it is.
    pub fn merge(
        &self,
        three: Three<'_>,
        own: &dyn KeyService,
        now: Timestamp,
        random: &mut dyn Random,
    ) -> Result<MergedFile, MergeFileError> {
        let here = self.identities();
        let ring = Keyring::new(own, here.values().cloned());
        match three.merge(&ring, now, random) {
            Err(MergeFileError::Locked { .. }) => {}
            ended => return ended,
        }
        let all = self.all_identities()?;
        let ring = Keyring::new(own, all.values().cloned());
        let merged = three.merge(&ring, now, random);
        merged.map_err(|error| self.with_names(error, &all, now))
    }

    /// Names whoever could open the file as the roster does.
    fn with_names(
        &self,
        error: MergeFileError,
        identities: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
    ) -> MergeFileError {
        match (error, &self.roster) {
            (MergeFileError::Locked { which, openers }, Some(roster)) => {
                let owners = Owners::of(roster, identities, now);
                let named = openers.iter().map(|text| owners.name_of_text(text));
                let named: BTreeSet<String> = named.collect();
                MergeFileError::Locked {
                    which,
                    openers: named.into_iter().collect(),
                }
            }
            (error, _) => error,
        }
    }
}

impl Three<'_> {
    fn merge(
        self,
        service: &dyn KeyService,
        now: Timestamp,
        random: &mut dyn Random,
    ) -> Result<MergedFile, MergeFileError> {
        let base = match self.base {
            [] => None,
            base => Some(self.version(base, Which::Base, service)?),
        };
        let versions = Versions {
            base,
            ours: self.version(self.ours, Which::Ours, service)?,
            theirs: self.version(self.theirs, Which::Theirs, service)?,
        };
        let merged = merge::merge(versions, service, Time::utc(now), random)?;
        let onto = Onto {
            original: self.ours,
            layout: keydance_sops::format::Layout::Automatic,
        };
        let bytes = merged.file.write_onto(onto, &WriteOptions::default())?;
        let conflicts = merged.conflicts.iter().map(ToString::to_string);
        Ok(MergedFile {
            bytes,
            conflicts: conflicts.collect(),
        })
    }

    fn version(
        self,
        bytes: &[u8],
        which: Which,
        service: &dyn KeyService,
    ) -> Result<Version, MergeFileError> {
        let format = Format::of_path(self.path);
        let file = File::read(format, bytes, &ReadOptions::default());
        let file = file.map_err(|error| MergeFileError::File { which, error })?;
        match recover(&file.metadata, service, &DECRYPTION_ORDER) {
            Ok(recovered) => Ok(Version { file, recovered }),
            Err(_) => Err(MergeFileError::Locked {
                which,
                openers: openers(&file.metadata),
            }),
        }
    }
}

fn openers(metadata: &Metadata) -> Vec<String> {
    let wrappings = metadata.wrappings();
    wrappings
        .map(|wrapping| crate::roster::recipient_text(&wrapping.recipient))
        .collect()
}

impl MergeFileError {
    /// Whether a version is not encrypted at all, so that git could merge it as text.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let Self::File { error, .. } = self else {
            return false;
        };
        *error == FileError::Read(ReadError::NoMetadata)
    }
}
