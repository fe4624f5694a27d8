//! Identities behind a passphrase, opened once and only if they may help.

use std::fmt;
use std::io::Read as _;
use std::sync::OnceLock;

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::{Decryptor, scrypt, ssh};
use age_core::format::{FileKey, Stanza};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use keydance_crypto::digest::sha256;
use zeroize::Zeroizing;

use super::Ask;
use super::identity::{self, Identity, IdentityError};

/// The most that is spent on a passphrase: 2 to the power of this, as age itself has it. It writes 18.
const MAX_WORK_FACTOR: u8 = 22;

/// What a passphrase is asked for.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Question<'a> {
    /// What is protected by it.
    pub kind: ProtectedKind,
    /// The place it was found in.
    pub place: &'a str,
    /// The protected text as it stands there, so that an agent can know it again.
    pub text: &'a [u8],
}

/// What can be protected by a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtectedKind {
    /// An age file that holds identities.
    AgeFile,
    /// An SSH private key.
    SshKey,
}

/// Does not show the text.
impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("kind", &self.kind)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// Identities that a passphrase opens.
pub(super) struct Protected {
    place: String,
    text: Vec<u8>,
    lock: Lock,
    /// The outcome of the one attempt. A refused or wrong passphrase is not asked for again, nor is
    /// its derivation repeated.
    opened: OnceLock<Result<Vec<Identity>, String>>,
}

enum Lock {
    AgeFile,
    SshKey {
        key: ssh::EncryptedKey,
        /// Kind of the key and hash of its public half, as they stand in its stanzas.
        stanza: (&'static str, String),
    },
}

impl Protected {
    /// An age file that is protected by a passphrase.
    pub(super) fn age_file(place: &str, text: &[u8]) -> Result<Self, IdentityError> {
        match Decryptor::new_buffered(ArmoredReader::new(text)) {
            Ok(file) if file.is_scrypt() => Ok(Self::new(place, text, Lock::AgeFile)),
            _ => Err(IdentityError::NoPassphrase {
                place: place.to_owned(),
            }),
        }
    }

    /// An SSH private key; `None` if it is of a kind that age does not have.
    pub(super) fn ssh_key(place: &str, text: &[u8], key: ssh::EncryptedKey) -> Option<Self> {
        let stanza = match ssh::Recipient::try_from(ssh::Identity::Encrypted(key.clone())).ok()? {
            ssh::Recipient::SshEd25519(public, _) => ("ssh-ed25519", short_hash(&public)),
            ssh::Recipient::SshRsa(public, _) => ("ssh-rsa", short_hash(&public)),
        };
        Some(Self::new(place, text, Lock::SshKey { key, stanza }))
    }

    fn new(place: &str, text: &[u8], lock: Lock) -> Self {
        Self {
            place: place.to_owned(),
            text: text.to_vec(),
            lock,
            opened: OnceLock::new(),
        }
    }

    /// The file key, if one of the identities behind the passphrase has it.
    pub(super) fn unwrap(&self, stanzas: &[Stanza], ask: &Ask) -> Result<Option<FileKey>, String> {
        if !self.may_help(stanzas) {
            return Ok(None);
        }
        let identities = match self.opened.get_or_init(|| self.open(ask)) {
            Ok(identities) => identities,
            Err(problem) => return Err(format!("{}: {problem}", self.place)),
        };
        for identity in identities {
            if let Some(file_key) = identity.unwrap(stanzas)? {
                return Ok(Some(file_key));
            }
        }
        Ok(None)
    }

    /// An SSH key is known before it is opened; what an age file holds is not.
    fn may_help(&self, stanzas: &[Stanza]) -> bool {
        match &self.lock {
            Lock::AgeFile => true,
            Lock::SshKey {
                stanza: (kind, hash),
                ..
            } => stanzas
                .iter()
                .any(|stanza| stanza.tag == *kind && stanza.args.first() == Some(hash)),
        }
    }

    fn open(&self, ask: &Ask) -> Result<Vec<Identity>, String> {
        let kind = match self.lock {
            Lock::AgeFile => ProtectedKind::AgeFile,
            Lock::SshKey { .. } => ProtectedKind::SshKey,
        };
        let question = Question {
            kind,
            place: &self.place,
            text: &self.text,
        };
        let passphrase = ask(&question).ok_or("no passphrase was given")?;
        let passphrase = SecretString::from(passphrase.as_str());
        match &self.lock {
            Lock::AgeFile => self.open_age_file(passphrase),
            Lock::SshKey { key, .. } => match key.decrypt(passphrase) {
                Ok(key) => Ok(vec![Identity::Ssh(ssh::Identity::Unencrypted(key))]),
                Err(_) => Err("the passphrase is wrong".to_owned()),
            },
        }
    }

    fn open_age_file(&self, passphrase: SecretString) -> Result<Vec<Identity>, String> {
        let mut scrypt = scrypt::Identity::new(passphrase);
        scrypt.set_max_work_factor(MAX_WORK_FACTOR);
        let text = Decryptor::new_buffered(ArmoredReader::new(self.text.as_slice()))
            .and_then(|file| file.decrypt(std::iter::once(&scrypt as &dyn age::Identity)))
            .map_err(|error| match error {
                age::DecryptError::ExcessiveWork { .. } => "its passphrase takes too much work",
                _ => "the passphrase is wrong",
            })
            .and_then(|reader| {
                // Shorter than the file it was encrypted in, so that growing leaves no copies behind.
                let mut text = Zeroizing::new(Vec::with_capacity(self.text.len()));
                match reader
                    .take(IdentityError::LIMIT as u64)
                    .read_to_end(&mut text)
                {
                    Ok(_) => Ok(text),
                    Err(_) => Err("the file was changed or cut off"),
                }
            })?;
        let found = identity::read_lines(&self.place, &text).map_err(|error| error.to_string())?;
        if !found.plugins.is_empty() {
            return Err("identities of plugins cannot stand in a protected file".to_owned());
        }
        Ok(found.identities)
    }
}

/// The first four bytes of the SHA-256, as a stanza names an SSH key.
fn short_hash(public: &[u8]) -> String {
    let hash = sha256(public);
    BASE64_STANDARD_NO_PAD.encode(hash.first_chunk::<4>().unwrap_or(&[0; 4]))
}
