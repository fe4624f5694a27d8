//! Three-way merge: two changes of one file become one file.
//!
//! What is merged are the plain trees, and beside them who can open the file and how it is
//! encrypted. The MACs of all sides are compared before anything is merged, and nothing that was
//! encrypted on either side is ever left plain.

use std::collections::HashSet;

use crate::file::{File, Opened, SealError};
use crate::format::WriteError;
use crate::ivs::{Fingerprint, fingerprint};
use crate::key_service::KeyService;
use crate::keys::{Recovered, WrapError};
use crate::mac::MacError;
use crate::random::{Random, RandomError};
use crate::select::Rule;
use crate::tree::{Key, Time, Tree};
use crate::walk::{DecryptError, KeyPath, plain_leaves};

pub use conflict::{CONFLICT_KEY, conflicts};
use keeper::{Held, Keys, Means};
pub use tree::{MergedTree, merge_trees};

// The trees.
mod align;
mod conflict;
mod list;
mod sequence;
mod tree;

// Who can open the file, and how it is encrypted.
mod keeper;
mod settings;

/// A version of a file, with the data key that its recipients gave.
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct Version {
    /// The file.
    pub file: File,
    /// Its data key.
    pub recovered: Recovered,
}

/// What is merged.
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct Versions {
    /// What both changes began with; nothing if both made the file.
    pub base: Option<Version>,
    /// The one change, whose order and format the outcome has.
    pub ours: Version,
    /// The other change.
    pub theirs: Version,
}

/// A merged file.
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct Merged {
    /// It, valid and encrypted even where there are conflicts.
    pub file: File,
    /// Where markers stand for values that both sides changed.
    pub conflicts: Vec<KeyPath>,
    /// Whether it has a data key that no side had.
    pub data_key_is_new: bool,
}

/// One of the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// What both began with.
    Base,
    /// Ours.
    Ours,
    /// Theirs.
    Theirs,
}

/// Why there is no merged file. Never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// The versions are in different formats.
    #[error("the versions are in different formats")]
    Format,
    /// A version does not decrypt.
    #[error("{which}: {error}")]
    Decrypt {
        /// Which.
        which: Which,
        /// Why.
        error: DecryptError,
    },
    /// A conflict that cannot be written down.
    #[error("both sides changed a value: {0}")]
    Inexpressible(WriteError),
    /// Somebody changed a version without its data key.
    #[error("{which}: {error}")]
    Mac {
        /// Which.
        which: Which,
        /// What is wrong with its MAC.
        error: MacError,
    },
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Nobody would be left in a key group, counted from 1.
    #[error("together, both sides removed every recipient of key group {0}")]
    NoRecipients(usize),
    /// The merged file was not encrypted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Both sides changed something that has no place for a marker.
    #[error("both sides changed {0}, and not alike")]
    Settings(String),
    /// It takes a new data key, and nobody knows how to wrap one for a list of recipients.
    #[error("a recipient was removed, which takes a new data key; those in {0} cannot get one")]
    UnknownRecipients(Key),
    /// The merged rule would leave legible what a side has encrypted.
    #[error("{0}: would no longer be encrypted, because of what the other side changed")]
    WouldExpose(KeyPath),
    /// The data key was not wrapped for somebody.
    #[error(transparent)]
    Wrap(#[from] WrapError),
}

/// Merges two changes of a file.
///
/// Values that a side has under the merged file's data key keep their bytes.
///
/// # Errors
///
/// If nothing may be merged: then each side stays what it is.
pub fn merge(
    versions: Versions,
    service: &dyn KeyService,
    now: Time,
    random: &mut dyn Random,
) -> Result<Merged, MergeError> {
    let Versions { base, ours, theirs } = versions;
    let (mut ours, our_key) = opened(ours, Which::Ours)?;
    let (mut theirs, their_key) = opened(theirs, Which::Theirs)?;
    let (base, base_key) = match base {
        Some(base) => opened(base, Which::Base).map(|(file, key)| (Some(file), Some(key)))?,
        None => (None, None),
    };
    let is_other = |file: &Opened| file.format != ours.format;
    if is_other(&theirs) || base.as_ref().is_some_and(is_other) {
        return Err(MergeError::Format);
    }
    let MergedTree {
        mut tree,
        conflicts,
    } = merged_tree(base.as_ref(), &ours, &theirs)?;
    let base_metadata = base.as_ref().map(|file| &file.metadata);
    let settings = settings::merged(base_metadata, &ours.metadata, &theirs.metadata)?;
    let readers = settings::readers(base_metadata, &ours.metadata, &theirs.metadata)?;
    check_exposure([&mut ours, &mut theirs], &mut tree, &settings.rule)?;
    let chosen = Keys {
        base: base_key,
        ours: our_key,
        theirs: their_key,
    }
    .keep(
        Held {
            base: base_metadata,
            ours: &ours.metadata,
            theirs: &theirs.metadata,
        },
        &readers,
        random,
    )?;
    let Opened { metadata, ivs, .. } = theirs;
    ours.ivs.join(&ivs);
    ours.tree = tree;
    let data_key_is_new = chosen.is_new();
    let means = Means {
        service,
        now,
        random: &mut *random,
    };
    let key = chosen.wrap(&mut ours.metadata, metadata, readers, means)?;
    settings.apply(&mut ours.metadata);
    let file = ours.seal(&key, now, random)?;
    Ok(Merged {
        file,
        conflicts,
        data_key_is_new,
    })
}

fn opened(version: Version, which: Which) -> Result<(Opened, Recovered), MergeError> {
    let Version { file, recovered } = version;
    let unverified = file.open(&recovered.key);
    let unverified = unverified.map_err(|error| MergeError::Decrypt { which, error })?;
    let opened = unverified
        .verify()
        .map_err(|error| MergeError::Mac { which, error })?;
    Ok((opened, recovered))
}

fn merged_tree(
    base: Option<&Opened>,
    ours: &Opened,
    theirs: &Opened,
) -> Result<MergedTree, MergeError> {
    let nothing = Tree::default();
    let base = base.map_or(&nothing, |file| &file.tree);
    merge_trees(ours.format, base, &ours.tree, &theirs.tree).map_err(MergeError::Inexpressible)
}

/// Refuses a merged tree in which something would be legible that is so on neither side: the one
/// may have changed the rule, or removed a comment that the rule looks at, and the other a value.
fn check_exposure(sides: [&mut Opened; 2], tree: &mut Tree, rule: &Rule) -> Result<(), MergeError> {
    let mut legible: HashSet<Fingerprint> = HashSet::new();
    for side in sides {
        let Opened { tree, metadata, .. } = side;
        let rule = crate::file::effective(metadata.rule.as_ref());
        let noted = plain_leaves(tree, &rule, |aad, plaintext| {
            legible.insert(fingerprint(aad, plaintext));
            Ok(())
        });
        noted.map_err(MergeError::WouldExpose)?;
    }
    let checked = plain_leaves(tree, rule, |aad, plaintext| {
        match legible.contains(&fingerprint(&conflict::unmarked(aad), plaintext)) {
            true => Ok(()),
            false => Err(KeyPath::of_aad(aad)),
        }
    });
    checked.map_err(MergeError::WouldExpose)
}

impl std::fmt::Display for Which {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Base => "the version both began with",
            Self::Ours => "our version",
            Self::Theirs => "their version",
        })
    }
}

#[cfg(test)]
mod tests;
