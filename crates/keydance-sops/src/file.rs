//! An encrypted file: read, opened with its data key, sealed again, written.
//!
//! [`File`] → [`Unverified`] → [`Opened`] → [`File`]: what was decrypted cannot be used before its
//! MAC was compared, or the comparison refused by name.

use crate::cipher::{self, Cipher};
use crate::data_key::DataKey;
use crate::format::{Encrypted, Format, Onto, ReadError, ReadOptions, WriteError, WriteOptions};
use crate::ivs::Ivs;
use crate::mac::{MacError, MacScope};
use crate::metadata::{Metadata, MetadataError, VERSION};
use crate::random::Random;
use crate::select::Rule;
use crate::tree::{Time, Tree};
use crate::walk::{self, DecryptError, Decrypted, EncryptError, Scheme, Warning};

/// An encrypted file.
///
/// One value is changed; whatever did not change keeps its ciphertext:
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let bytes = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/3.13.3/layout.yaml"));
/// # let identity = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/keys/alice.txt"));
/// use keydance_sops::age::AgeIdentities;
/// use keydance_sops::edit::{Change, set};
/// use keydance_sops::file::File;
/// use keydance_sops::format::{Format, ReadOptions, WriteOptions};
/// use keydance_sops::keys::{DECRYPTION_ORDER, recover};
/// use keydance_sops::path::TreePath;
/// use keydance_sops::random::SystemRandom;
/// use keydance_sops::tree::Time;
///
/// let mut alice = AgeIdentities::without_passphrases();
/// alice.add("alice.txt", identity)?;
///
/// let file = File::read(Format::Yaml, bytes, &ReadOptions::default())?;
/// let recovered = recover(&file.metadata, &alice, &DECRYPTION_ORDER)?;
/// let mut opened = file.open(&recovered.key)?.verify()?;
/// let change = set(&mut opened.tree, &TreePath::parse("[\"number\"]")?, 43.into())?;
/// assert_eq!(change, Change::Changed);
///
/// let now = Time::parse("2026-01-02T03:04:05Z")?;
/// let file = opened.seal(&recovered.key, now, &mut SystemRandom)?;
/// let written = file.write(&WriteOptions::default())?;
/// let [before, after] = [&bytes[..], &written].map(String::from_utf8_lossy);
/// let changed = before.lines().zip(after.lines()).filter(|(before, after)| before != after);
/// let keys = changed.map(|(line, _)| line.trim().split(':').next().unwrap_or_default());
/// assert_eq!(keys.collect::<Vec<_>>(), ["number", "lastmodified", "mac"]);
/// # Ok(())
/// # }
/// ```
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct File {
    /// How it is written down.
    pub format: Format,
    /// The encrypted content.
    pub tree: Tree,
    /// Everything under `sops`.
    pub metadata: Metadata,
}

/// A decrypted file whose MAC has not been looked at yet.
#[must_use]
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct Unverified {
    opened: Opened,
    integrity: Result<(), MacError>,
}

/// A decrypted file.
#[expect(missing_debug_implementations, reason = "secrets are never printed")]
pub struct Opened {
    /// How it is written down.
    pub format: Format,
    /// The plain content.
    pub tree: Tree,
    /// Everything under `sops`.
    pub metadata: Metadata,
    /// What was odd, and is not reason enough to refuse the file.
    pub warnings: Vec<Warning>,
    pub(crate) ivs: Ivs,
}

/// Why bytes are no encrypted file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// They are not in the format.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What stands under `sops` is no metadata.
    #[error("the sops metadata are malformed: {0}")]
    Metadata(#[from] MetadataError),
}

/// Why a file was not encrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The MAC was not encrypted.
    #[error("the MAC cannot be encrypted: {0}")]
    Mac(cipher::SealError),
    /// A value was not encrypted.
    #[error(transparent)]
    Tree(#[from] EncryptError),
}

impl File {
    /// Reads an encrypted file.
    pub fn read(format: Format, bytes: &[u8], options: &ReadOptions) -> Result<Self, FileError> {
        let Encrypted {
            tree,
            metadata,
            has_other_copies,
        } = format.read_encrypted(bytes, options)?;
        let metadata = Metadata {
            has_other_copies,
            ..Metadata::from_map(metadata)?
        };
        Ok(Self {
            format,
            tree,
            metadata,
        })
    }

    /// Decrypts every value with the data key of the file.
    pub fn open(self, key: &DataKey) -> Result<Unverified, DecryptError> {
        let Self {
            format,
            mut tree,
            metadata,
        } = self;
        let cipher = Cipher::new(key);
        let rule = effective(metadata.rule.as_ref());
        let scheme = Scheme {
            cipher: &cipher,
            rule: &rule,
            mac_scope: metadata.mac_scope,
        };
        let Decrypted { mac, ivs, warnings } = walk::decrypt(&mut tree, scheme)?;
        let integrity = match metadata.last_modified {
            Some(time) => mac.verify(&cipher, metadata.mac.expose(), time),
            None => Err(MacError::Missing),
        };
        let opened = Opened {
            format,
            tree,
            metadata,
            warnings,
            ivs,
        };
        Ok(Unverified { opened, integrity })
    }

    /// States the rule that a file without one has, as every write of a file that was there does.
    pub(crate) fn state_rule(&mut self) {
        self.metadata.rule = Some(effective(self.metadata.rule.as_ref()));
    }

    /// Writes the file.
    pub fn write(&self, options: &WriteOptions) -> Result<Vec<u8>, WriteError> {
        self.format
            .write(&self.tree, Some(&self.metadata.to_map()), options)
    }

    /// Writes the file in the place of another one, whose layout may be kept.
    pub fn write_onto(
        &self,
        onto: Onto<'_>,
        options: &WriteOptions,
    ) -> Result<Vec<u8>, WriteError> {
        let metadata = self.metadata.to_map();
        self.format
            .write_onto(onto, &self.tree, Some(&metadata), options)
    }
}

impl Unverified {
    /// The file, if its MAC is the one of its content.
    pub fn verify(self) -> Result<Opened, MacError> {
        self.integrity.map(|()| self.opened)
    }

    /// The file, whatever its MAC says: somebody may have changed it without the data key.
    #[must_use]
    pub fn dangerous_ignore_mac(self) -> Opened {
        self.opened
    }
}

impl Opened {
    /// A file that was never encrypted yet.
    #[must_use]
    pub fn new(format: Format, tree: Tree, metadata: Metadata) -> Self {
        Self {
            format,
            tree,
            metadata,
            warnings: Vec::new(),
            ivs: Ivs::new(),
        }
    }

    /// Encrypts every value the rule selects. Values that did not change keep their ciphertext if
    /// the data key is the one they were decrypted with.
    pub fn seal(
        self,
        key: &DataKey,
        now: Time,
        random: &mut dyn Random,
    ) -> Result<File, SealError> {
        let Self {
            format,
            mut tree,
            mut metadata,
            mut ivs,
            ..
        } = self;
        let cipher = Cipher::new(key);
        let now = now.whole_seconds();
        // The one case in which stock writes no rule, and heeds none: a binary file encrypted for
        // the first time. There is nothing in it to choose from.
        let first_binary = format == Format::Binary && metadata.last_modified.is_none();
        if first_binary {
            metadata.rule = None;
            metadata.mac_scope = MacScope::All;
        }
        let rule = effective(metadata.rule.as_ref());
        let scheme = Scheme {
            cipher: &cipher,
            rule: &rule,
            mac_scope: metadata.mac_scope,
        };
        let mac = walk::encrypt(&mut tree, scheme, &mut ivs, random)?;
        metadata.mac = mac.seal(&cipher, now, random).map_err(SealError::Mac)?;
        metadata.last_modified = Some(now);
        metadata.rule = (!first_binary).then_some(rule);
        if metadata.version.is_empty() {
            VERSION.clone_into(&mut metadata.version);
        }
        Ok(File {
            format,
            tree,
            metadata,
        })
    }
}

/// The rule of a file; one that names none has the default.
pub(crate) fn effective(rule: Option<&Rule>) -> Rule {
    let default = || Rule::UnencryptedSuffix(Rule::DEFAULT_SUFFIX.to_owned());
    rule.cloned().unwrap_or_else(default)
}

#[cfg(test)]
mod tests;
