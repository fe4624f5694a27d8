//! Carrying out a plan whole or not at all, whatever happens meanwhile.
//!
//! Everything new is in git's object database before anything changes; what is to be done is in
//! one file beside the repository. Then the branch is moved, if it still is where it was; then the
//! files of the working copy are replaced, one after the other; then the index follows. A process
//! that dies in between leaves the file, and [`Journal::resume`] does the rest, or
//! [`Journal::abort`] takes back what was done.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::event::GitError;
use crate::event::{Checkout, EventError, Plan};

mod files;
mod objects;

use files::Worktree;

/// What is being done, held by one process at a time.
#[derive(Debug)]
pub struct Journal<'c> {
    checkout: &'c Checkout,
    record: Record,
    /// Locked as long as this is there.
    _lock: File,
}

/// How far it is: what the caller is told before each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'s> {
    /// The branch is moved to the new commit.
    Branch,
    /// A file of the working copy is replaced.
    File(&'s str),
    /// The index follows.
    Index,
    /// The journal is put away.
    Finish,
}

/// Whether a plan ends in a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It does.
    Commit,
    /// Only files change, for whoever wants to look at them first.
    Files,
}

/// Why a plan was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The branch is somewhere else by now.
    #[error("{branch} was moved meanwhile, so nothing was changed")]
    BranchMoved {
        /// The branch.
        branch: String,
    },
    /// Another process is at it.
    #[error("another keydance is changing this repository")]
    Busy,
    /// A file is neither as it was nor as it is to be.
    #[error("{0} was changed meanwhile")]
    Changed(String),
    /// Where the checkout is not what it was.
    #[error(transparent)]
    Event(#[from] EventError),
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A file cannot be read or written.
    #[error("{path}: {problem}")]
    Io {
        /// Its path.
        path: String,
        /// Why.
        problem: String,
    },
    /// The caller stopped it.
    #[error("stopped before it was done")]
    Stopped,
    /// There is an event that has not ended.
    #[error("`{0}` has not ended")]
    Unfinished(String),
    /// The journal is one of another version.
    #[error("the journal was written by another version")]
    Version,
}

/// What is on the disk.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    version: u32,
    title: String,
    reason: Option<String>,
    branch: String,
    /// The tip before; nothing before the first commit.
    old: Option<String>,
    /// The commit that is to be the tip; nothing if there is to be none.
    new: Option<String>,
    files: Vec<FileRecord>,
}

/// A file that changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct FileRecord {
    path: String,
    mode: String,
    /// The id of its content before; nothing if it was not there.
    before: Option<String>,
    /// The id of its content afterwards.
    after: String,
}

/// Where a branch is that is to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tip {
    /// Somebody built on the new commit.
    Beyond,
    /// Somebody moved it before it was moved here.
    Elsewhere,
    /// It was moved.
    New,
    /// It was not moved yet.
    Old,
}

const VERSION: u32 = 1;

impl<'c> Journal<'c> {
    /// Writes down what is to be done. Nothing has changed then.
    ///
    /// # Errors
    ///
    /// If another event has not ended, or git refuses to make the commit.
    pub fn begin(
        checkout: &'c Checkout,
        plan: &Plan,
        ending: Ending,
    ) -> Result<Self, JournalError> {
        let lock = lock(checkout)?;
        if let Some(record) = read(checkout)? {
            return Err(JournalError::Unfinished(record.title));
        }
        let record = Record::of(checkout, plan, ending)?;
        write(checkout, &record)?;
        Ok(Self {
            checkout,
            record,
            _lock: lock,
        })
    }

    /// What another process left undone, if anything.
    ///
    /// # Errors
    ///
    /// If a process is still at it.
    pub fn find(checkout: &'c Checkout) -> Result<Option<Self>, JournalError> {
        if !place(checkout).exists() {
            return Ok(None);
        }
        let lock = lock(checkout)?;
        let journal = read(checkout)?.map(|record| Self {
            checkout,
            record,
            _lock: lock,
        });
        Ok(journal)
    }

    /// The event in a line.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.record.title
    }

    /// The commit it ends in, if it ends in one.
    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        self.record.new.as_deref()
    }

    /// Does what is left to do; `watch` is told before each step, and may stop it there.
    ///
    /// # Errors
    ///
    /// If the branch or a file is neither as it was nor as it is to be. Whatever was not done is
    /// still to be done, or to be taken back.
    pub fn resume(
        &self,
        watch: &mut dyn FnMut(Step<'_>) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        if self.tip()? == Tip::Elsewhere {
            self.put_away()?;
            return Err(self.moved());
        }
        let worktree = Worktree::new(self.checkout, &self.record.files)?;
        worktree.refuse_others()?;
        watch(Step::Branch)?;
        self.move_branch()?;
        worktree.replace(&mut |path| watch(Step::File(path)))?;
        worktree.sweep();
        watch(Step::Index)?;
        if self.record.new.is_some() {
            self.index(|file| Some(file.after.as_str()))?;
        }
        watch(Step::Finish)?;
        self.put_away()
    }

    /// Takes back what was done.
    ///
    /// # Errors
    ///
    /// If the branch or a file is neither as it was nor as it is to be.
    pub fn abort(&self) -> Result<(), JournalError> {
        match self.tip()? {
            // Files are touched after the branch, so nothing was.
            Tip::Elsewhere => return self.put_away(),
            Tip::Beyond => return Err(self.moved()),
            Tip::New | Tip::Old => {}
        }
        let worktree = Worktree::new(self.checkout, &self.record.files)?;
        worktree.refuse_others()?;
        self.move_branch_back()?;
        worktree.restore()?;
        worktree.sweep();
        if self.record.new.is_some() {
            self.index(|file| file.before.as_deref())?;
        }
        self.put_away()
    }

    /// Where the branch is. Without a commit it stays where it is.
    fn tip(&self) -> Result<Tip, JournalError> {
        let Some(new) = &self.record.new else {
            return Ok(Tip::New);
        };
        let (git, branch) = (&self.checkout.git, self.record.branch.as_str());
        let tip = git.find(&[
            "rev-parse",
            "-q",
            "--verify",
            &format!("{branch}^{{commit}}"),
        ])?;
        let tip = tip.map(|id| String::from_utf8_lossy(&id).trim_end().to_owned());
        if tip == self.record.old {
            return Ok(Tip::Old);
        }
        match tip {
            Some(tip) if tip == *new => Ok(Tip::New),
            Some(tip) => {
                let is_beyond = git.find(&["merge-base", "--is-ancestor", new, &tip])?;
                Ok(is_beyond.map_or(Tip::Elsewhere, |_| Tip::Beyond))
            }
            None => Ok(Tip::Elsewhere),
        }
    }

    fn moved(&self) -> JournalError {
        JournalError::BranchMoved {
            branch: self.record.branch.clone(),
        }
    }

    /// Moves the branch to the new commit, unless it is there or beyond.
    fn move_branch(&self) -> Result<(), JournalError> {
        let Record { old, new, .. } = &self.record;
        match (self.tip()?, new) {
            (Tip::Old, Some(new)) => self.update(old.as_deref(), Some(new)),
            _ => Ok(()),
        }
    }

    fn move_branch_back(&self) -> Result<(), JournalError> {
        let Record { old, new, .. } = &self.record;
        match (self.tip()?, new) {
            (Tip::New, Some(new)) => self.update(Some(new), old.as_deref()),
            _ => Ok(()),
        }
    }

    /// Moves the branch from one tip to another; git refuses if it is elsewhere by now.
    fn update(&self, from: Option<&str>, to: Option<&str>) -> Result<(), JournalError> {
        let (git, branch) = (&self.checkout.git, self.record.branch.as_str());
        let message = format!("keydance: {}", self.record.title);
        let none = "0".repeat(from.or(to).map_or(40, str::len));
        let from = from.unwrap_or(&none);
        let done = match to {
            Some(to) => git.run(&["update-ref", "-m", &message, branch, to, from]),
            None => git.run(&["update-ref", "-m", &message, "-d", branch, from]),
        };
        done.map(drop).map_err(|_| self.moved())
    }

    /// Gives the index the files as they are after or before.
    fn index(&self, blob: impl Fn(&FileRecord) -> Option<&str>) -> Result<(), JournalError> {
        let lines = objects::index_lines(&self.record.files, blob);
        let arguments = ["update-index", "-z", "--index-info"];
        self.checkout.git.run_with(&arguments, &lines, &[])?;
        Ok(())
    }

    fn put_away(&self) -> Result<(), JournalError> {
        let place = place(self.checkout);
        fs::remove_file(&place).map_err(|error| failed(&place, &error))?;
        sync_folder(&self.checkout.private_folder())
    }
}

impl Record {
    fn of(checkout: &Checkout, plan: &Plan, ending: Ending) -> Result<Self, JournalError> {
        let paths: Vec<&str> = plan.changes.keys().map(String::as_str).collect();
        let entries = checkout.entries(&paths)?;
        let contents = plan
            .changes
            .values()
            .map(|change| change.content.as_slice());
        let blobs = objects::store(checkout, contents)?;
        let files = paths.iter().zip(blobs).map(|(path, after)| {
            let entry = entries.get(*path);
            FileRecord {
                path: (*path).to_owned(),
                mode: entry.map_or_else(|| "100644".to_owned(), |entry| entry.mode.clone()),
                before: entry.map(|entry| entry.blob.clone()),
                after,
            }
        });
        let mut record = Self {
            version: VERSION,
            title: plan.title.clone(),
            reason: plan.reason.clone(),
            branch: checkout.branch.clone(),
            old: checkout.head.clone(),
            new: None,
            files: files.collect(),
        };
        if ending == Ending::Commit {
            record.new = Some(objects::commit(checkout, &record)?);
        }
        Ok(record)
    }
}

fn place(checkout: &Checkout) -> PathBuf {
    checkout.private_folder().join("event.json")
}

/// Takes the lock that one process holds while it changes the repository.
fn lock(checkout: &Checkout) -> Result<File, JournalError> {
    let folder = checkout.private_folder();
    fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    let place = folder.join("event.lock");
    let file = File::options().create(true).append(true).open(&place);
    let file = file.map_err(|error| failed(&place, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(JournalError::Busy),
        Err(fs::TryLockError::Error(error)) => Err(failed(&place, &error)),
    }
}

fn read(checkout: &Checkout) -> Result<Option<Record>, JournalError> {
    let place = place(checkout);
    let bytes = match fs::read(&place) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&place, &error)),
    };
    let record: Record = serde_json::from_slice(&bytes).map_err(|_| JournalError::Version)?;
    match record.version {
        VERSION => Ok(Some(record)),
        _ => Err(JournalError::Version),
    }
}

/// Writes the record so that it is there whole or not at all.
fn write(checkout: &Checkout, record: &Record) -> Result<(), JournalError> {
    let place = place(checkout);
    let bytes = serde_json::to_vec(record).map_err(|_| JournalError::Version)?;
    let temporary = place.with_extension("new");
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, &place)
    });
    written.map_err(|error| failed(&place, &error))?;
    sync_folder(&checkout.private_folder())
}

fn sync_folder(folder: &Path) -> Result<(), JournalError> {
    let synced = File::open(folder).and_then(|file| file.sync_all());
    synced.map_err(|error| failed(folder, &error))
}

fn failed(path: &Path, error: &io::Error) -> JournalError {
    JournalError::Io {
        path: path.display().to_string(),
        problem: error.to_string(),
    }
}
