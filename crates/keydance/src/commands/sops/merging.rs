//! Merging two changes of an encrypted file: what the merge driver of git does, and `edit` when
//! somebody else wrote the file meanwhile.

use std::path::Path;

use keydance_sops::format::Format;
use keydance_sops::key_service::KeyService;
use keydance_sops::merge::{MergeError, Merged, Version, Versions, Which, merge};
use keydance_sops::metadata::Metadata;
use keydance_sops::random::SystemRandom;
use keydance_sops::walk::KeyPath;

use super::failure::{Exit, Failure};
use super::layout::{Before, written};
use super::opening::recover_key;
use super::request::Opening;
use super::session::Session;

/// The bytes of three versions of a file.
#[derive(Clone, Copy)]
pub(super) struct Three<'a> {
    /// What both changes began with; empty if both made the file.
    pub(super) base: &'a [u8],
    pub(super) ours: &'a [u8],
    pub(super) theirs: &'a [u8],
}

/// A merged file.
pub(super) struct Outcome {
    pub(super) bytes: Vec<u8>,
    /// Where both sides changed a value.
    pub(super) conflicts: Vec<KeyPath>,
}

/// A file that is merged.
#[derive(Clone, Copy)]
pub(super) struct Subject<'s> {
    pub(super) session: &'s Session,
    pub(super) services: &'s dyn KeyService,
    pub(super) opening: &'s Opening,
    /// What it is called.
    pub(super) name: &'s Path,
    pub(super) format: Format,
}

impl Subject<'_> {
    /// Merges three versions. The layout is that of ours.
    ///
    /// # Errors
    /// A version is no encrypted file, cannot be opened, or was changed without its key; or what
    /// both changed has no place for a marker.
    pub(super) fn merged(&self, three: Three<'_>) -> Result<Outcome, Failure> {
        let Three { base, ours, theirs } = three;
        if ours == theirs || theirs == base {
            return Ok(Outcome::of(ours));
        }
        if ours == base {
            return Ok(Outcome::of(theirs));
        }
        let versions = Versions {
            ours: self.version(ours, Which::Ours)?,
            theirs: self.version(theirs, Which::Theirs)?,
            base: match base {
                [] => None,
                base => Some(self.version(base, Which::Base)?),
            },
        };
        let (now, mut random) = (Session::now(), SystemRandom);
        let merged = merge(versions, self.services, now, &mut random);
        let Merged {
            file, conflicts, ..
        } = merged.map_err(|error| self.about(&error))?;
        let before = Before {
            bytes: ours,
            format: self.format,
        };
        let bytes = written(self.session, self.name, &file, before)?;
        Ok(Outcome { bytes, conflicts })
    }

    fn version(&self, bytes: &[u8], which: Which) -> Result<Version, Failure> {
        let file = self.session.parse(self.name, self.format, bytes)?;
        let order = &self.opening.order;
        let recovered = recover_key(self.name, &file.metadata, self.services, order);
        let recovered = recovered.map_err(|failure| {
            failure.hint(format!(
                "{which} can be opened by {}",
                openers(&file.metadata)
            ))
        })?;
        Ok(Version { file, recovered })
    }

    fn about(&self, error: &MergeError) -> Failure {
        let name = self.name.display();
        let exit = match error {
            MergeError::Decrypt { .. } => Exit::Decryption,
            MergeError::Inexpressible(_) => Exit::Inexpressible,
            MergeError::Mac { .. } => Exit::Mac,
            MergeError::Random(_) => Exit::Internal,
            MergeError::Seal(_) => Exit::Encryption,
            _ => Exit::Failed,
        };
        Failure::new(exit, format!("{name}: {error}"))
    }
}

impl Outcome {
    fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
            conflicts: Vec::new(),
        }
    }

    /// Where both sides changed a value, for people.
    pub(super) fn places(&self) -> String {
        let places: Vec<String> = self.conflicts.iter().map(ToString::to_string).collect();
        places.join(", ")
    }
}

/// Who can open a file, each by the text that names them there.
fn openers(metadata: &Metadata) -> String {
    let identities = metadata
        .wrappings()
        .map(|wrapping| wrapping.recipient.identity());
    identities.collect::<Vec<String>>().join(", ")
}
