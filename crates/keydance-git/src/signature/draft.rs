//! A signature in the making: what is to be signed, and by whom.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use keydance_sops::file::{File, FileError};
use keydance_sops::format::{Format, ReadOptions};

use super::rights::{holder_of, may_sign};
use super::{Digest, Signed, Signer, Statement, path_of};
use crate::event::GitError;
use crate::event::git::Git;
use crate::roster::{ROSTER_FILE, Roster, RosterError};

/// A file of the working copy that is to be signed.
#[derive(Debug)]
pub struct Draft {
    /// Where the signatures go.
    pub place: PathBuf,
    signed: Signed,
}

/// Why a file cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// They have.
    #[error("{0} has signed it already")]
    Already(Signer),
    /// It is no encrypted file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(String),
    /// It is not in the repository.
    #[error("it is outside of the repository")]
    Outside,
    /// No roster that was committed.
    #[error("there is no {ROSTER_FILE} in this repository")]
    NoRoster,
    /// The roster is none.
    #[error("{ROSTER_FILE}: {0}")]
    Roster(#[from] RosterError),
    /// Nobody has the key.
    #[error("no device or machine in the roster signs with that key")]
    UnknownKey,
    /// They may not.
    #[error("{0} is no writer of it")]
    NoWriter(Signer),
}

impl Draft {
    /// What somebody with this SSH public key is to sign about a file; `program` is the path of
    /// git. The roster in force is the approved one; where none is trusted,
    /// that of the last commit.
    ///
    /// A file that others have signed as it is gets one more signature.
    ///
    /// # Errors
    ///
    /// If they may not sign it, or it is no encrypted file.
    pub fn of(
        program: &Path,
        file: &Path,
        public_key: &str,
        now: Timestamp,
        approved: Option<Vec<u8>>,
    ) -> Result<Self, DraftError> {
        let io = |error: std::io::Error| DraftError::Io(error.to_string());
        let file = fs::canonicalize(file).map_err(io)?;
        let bytes = fs::read(&file).map_err(io)?;
        let folder = file.parent().unwrap_or(&file);
        let git = Git::new(program, folder);
        let root = git.run(&["rev-parse", "--path-format=absolute", "--show-toplevel"])?;
        let root = PathBuf::from(String::from_utf8_lossy(&root).trim_end_matches('\n'));
        let root = fs::canonicalize(root).map_err(io)?;
        let path = file.strip_prefix(&root).map_err(|_| DraftError::Outside)?;
        let path = path.to_str().ok_or(DraftError::Outside)?;
        let git = git.within(&root);
        let in_force = match approved {
            None => blob(&git, "HEAD", ROSTER_FILE)?,
            approved => approved,
        };
        let roster_text = match in_force {
            Some(text) => text,
            // Before the first commit there is only the one that begins.
            None => fs::read(root.join(ROSTER_FILE)).map_err(|_| DraftError::NoRoster)?,
        };
        let roster = Roster::parse(&roster_text)?;
        let key = public_key.split(' ').nth(1).unwrap_or_default();
        let (signer, _) = holder_of(&roster, key, now).ok_or(DraftError::UnknownKey)?;
        if !may_sign(&roster, path, &signer, now) {
            return Err(DraftError::NoWriter(signer));
        }
        let place = root.join(path_of(path));
        let statement = Statement {
            path: path.to_owned(),
            sha256: Digest::of(&bytes),
            version: 1,
            previous: Vec::new(),
            recipients: recipients(path, &bytes)?,
            roster: Digest::of(&roster_text),
            signer,
            signed_at: Timestamp::from_second(now.as_second()).unwrap_or(now),
        };
        let signed = after(&git, statement, fs::read(&place).ok().as_deref())?;
        Ok(Self { place, signed })
    }

    /// What is signed.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.signed.statement
    }

    /// The file of signatures with one more.
    #[must_use]
    pub fn signed(mut self, armored: String) -> Vec<u8> {
        self.signed.signatures.push(armored);
        self.signed.to_bytes()
    }
}

/// A statement about a file as the next one after those of the commits that the next commit will
/// have as parents, or the one that is there if it is about the same.
fn after(git: &Git, new: Statement, existing: Option<&[u8]>) -> Result<Signed, DraftError> {
    let existing = existing.and_then(|bytes| Signed::parse(bytes).ok());
    if let Some(existing) = existing.filter(|it| is_about(&it.statement, &new)) {
        return match existing.statement.signer == new.signer {
            true => Err(DraftError::Already(new.signer)),
            false => Ok(existing),
        };
    }
    let mut statement = new;
    let place = path_of(&statement.path);
    for parent in ["HEAD", "MERGE_HEAD"] {
        let Some(bytes) = blob(git, parent, &place)? else {
            continue;
        };
        let version = Signed::parse(&bytes).map_or(0, |it| it.statement.version);
        statement.version = statement.version.max(version.saturating_add(1));
        let digest = Digest::of(&bytes);
        if !statement.previous.contains(&digest) {
            statement.previous.push(digest);
        }
    }
    Ok(Signed {
        statement,
        signatures: Vec::new(),
    })
}

fn is_about(one: &Statement, other: &Statement) -> bool {
    let what = |it: &Statement| (it.path.clone(), it.sha256, it.recipients, it.roster);
    what(one) == what(other)
}

fn recipients(path: &str, bytes: &[u8]) -> Result<Digest, FileError> {
    if path == ROSTER_FILE {
        return Ok(Digest::of_recipients(None));
    }
    let file = File::read(Format::of_path(path), bytes, &ReadOptions::default())?;
    Ok(Digest::of_recipients(Some(&file.metadata)))
}

/// A file of a commit, if both are there.
fn blob(git: &Git, commit: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
    let name = format!("{commit}:{path}");
    let found = git.find(&["rev-parse", "-q", "--verify", &name])?;
    match found {
        None => Ok(None),
        Some(id) => {
            let id = String::from_utf8_lossy(&id).trim_end().to_owned();
            git.run(&["cat-file", "blob", &id]).map(Some)
        }
    }
}
