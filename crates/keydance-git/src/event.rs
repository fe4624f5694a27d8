//! What changes who can open what: joining, leaving, devices that come, change and get lost.
//!
//! An event is a [`Plan`] first, computed without changing anything: which files become what. A
//! plan is carried out by the [journal](crate::journal), whole or not at all, and ends in one
//! commit. Made a second time, a plan is empty.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keydance_sops::key_service::KeyService;

use crate::group_identity::{GROUPS_FOLDER, IdentityError};
use crate::roster::{
    DraftError, Name, NameError, ROSTER_FILE, ReferenceError, Roster, RosterError,
};

pub use checkout::{Checkout, Entry};
pub use device::{LoseDevice, RotateDevice};
pub use git::GitError;
pub use init::Init;
pub use join::Join;
pub use leave::Leave;
pub use request::{REQUEST_NAMESPACE, Request, RequestError};
pub use sync::{NewGroup, sync};

// The events.
mod device;
mod init;
mod join;
mod leave;
mod sync;

// What all of them do to files.
pub(crate) mod attributes;
mod rekey;
mod settle;

// Where they do it.
mod checkout;
pub(crate) mod git;

// What a newcomer hands over.
mod request;

/// An organisation as it is before an event: its files, and the keys of whoever runs it.
#[expect(missing_debug_implementations, reason = "keys are never printed")]
pub struct Scene<'s> {
    /// The working copy.
    pub checkout: &'s Checkout,
    /// The keys of whoever runs the event, without those of groups.
    pub own: &'s dyn KeyService,
    /// The time.
    pub now: Timestamp,
    /// The text of the roster.
    pub text: Vec<u8>,
    /// What it says.
    pub roster: Roster,
    /// The files of group identities, by path.
    pub identities: BTreeMap<String, Vec<u8>>,
}

/// What an event does, before it is done.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The event in a line: what its commit is called.
    pub title: String,
    /// Why it is done, if somebody said so.
    pub reason: Option<String>,
    /// Files and what becomes of them, in the order of their paths. Files that stay are not in it.
    pub changes: BTreeMap<String, Change>,
    /// Groups that get another identity, and its number.
    pub generations: BTreeMap<Name, u32>,
    /// What whoever runs it should know.
    pub notes: Vec<String>,
    /// What is not done when this is done: values that somebody still knows.
    pub residue: Vec<String>,
}

/// What becomes of a file.
#[derive(Clone, Debug)]
pub struct Change {
    /// Why.
    pub kind: ChangeKind,
    /// Its content afterwards.
    pub content: Vec<u8>,
}

/// Why a file changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is made from the roster.
    Generated,
    /// A group has another identity.
    NewIdentity,
    /// It has another data key.
    Rekeyed,
    /// Its data key is wrapped for others too.
    Rewrapped,
    /// The roster.
    Roster,
}

impl ChangeKind {
    /// The kind in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::NewIdentity => "new identity",
            Self::Rekeyed => "new data key",
            Self::Rewrapped => "re-wrapped",
            Self::Roster => "roster",
        }
    }
}

/// Why an event cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The roster says so already in another way.
    #[error("{0}")]
    Conflict(String),
    /// The roster cannot be changed like that.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A data file.
    #[error("{path}: {problem}")]
    File {
        /// Its path.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
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
    /// The identity of a group.
    #[error("the group {group}: {problem}")]
    Identity {
        /// The group.
        group: Name,
        /// What is wrong.
        problem: IdentityError,
    },
    /// A name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// No branch is checked out.
    #[error("no branch is checked out")]
    NoBranch,
    /// Something else than a file.
    #[error("{0} is no regular file, or longer than 64 MiB")]
    NoFile(String),
    /// The file of a group's current identity is not there.
    #[error("the file {0} of a current identity is not there")]
    NoIdentity(String),
    /// No organisation.
    #[error("there is no keydance.yaml at the top of this repository")]
    NoRoster,
    /// No repository.
    #[error("not in a git repository: {0}")]
    NoRepository(String),
    /// Whoever leaves would make the new keys.
    #[error("{0} cannot do this: whoever leaves would know the new keys")]
    Own(String),
    /// A reference.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The roster is none.
    #[error("{ROSTER_FILE}: {0}")]
    Roster(#[from] RosterError),
    /// There are changes that are not committed.
    #[error("changes that are not committed are in the way: {}", .0.join(", "))]
    Unclean(Vec<String>),
    /// Nobody has this name.
    #[error("there is no {what} {name}")]
    Unknown {
        /// What it would be.
        what: &'static str,
        /// The name.
        name: String,
    },
}

impl<'s> Scene<'s> {
    /// Reads the organisation of a working copy.
    ///
    /// # Errors
    ///
    /// If there is none, or its roster is wrong.
    pub fn read(
        checkout: &'s Checkout,
        own: &'s dyn KeyService,
        now: Timestamp,
    ) -> Result<Self, EventError> {
        let text = checkout.read(ROSTER_FILE)?.ok_or(EventError::NoRoster)?;
        let roster = Roster::parse(&text)?;
        let mut identities = BTreeMap::new();
        for path in checkout.files_in(GROUPS_FOLDER)? {
            if let Some(bytes) = checkout.read(&path)? {
                identities.insert(path, bytes);
            }
        }
        Ok(Self {
            checkout,
            own,
            now,
            text,
            roster,
            identities,
        })
    }
}

impl Plan {
    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many files change for this reason.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.changes
            .values()
            .filter(|change| change.kind == kind)
            .count()
    }

    /// Notes the files whose values somebody still knows who no longer should.
    pub(crate) fn note_known_values(&mut self, who: &impl std::fmt::Display) {
        let count = self.count(ChangeKind::Rekeyed);
        if count > 0 {
            let files = if count == 1 { "file" } else { "files" };
            self.residue.push(format!(
                "{who} may know every value in {count} {files} and in the history: replace what is \
                 still used"
            ));
        }
    }

    pub(crate) fn put(&mut self, path: impl Into<String>, kind: ChangeKind, content: Vec<u8>) {
        self.changes.insert(path.into(), Change { kind, content });
    }
}
