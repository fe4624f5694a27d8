//! Identities as texts: what the lines of a key file and SSH private keys are.

use age::{Identity as _, ssh, x25519};
use age_core::format::{FileKey, Stanza};
use bech32::{FromBase32 as _, Variant};
use zeroize::Zeroizing;

use super::hybrid;
use super::protected::Protected;

/// Why a text gave no identities. Says where, never what stands there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A line is something else.
    #[error("{place}: line {line} is no age identity")]
    Line {
        /// Where the text is from.
        place: String,
        /// The line, from 1.
        line: usize,
    },
    /// An age file that needs no passphrase, or is damaged.
    #[error("{place}: not an age file that is protected by a passphrase")]
    NoPassphrase {
        /// Where the text is from.
        place: String,
    },
    /// An SSH private key that cannot be used.
    #[error("{place}: {problem}")]
    Ssh {
        /// Where the text is from.
        place: String,
        /// What is wrong with it, and what to do.
        problem: &'static str,
    },
    /// Longer than [`LIMIT`](Self::LIMIT).
    #[error("{place}: longer than 16 MiB")]
    TooLong {
        /// Where the text is from.
        place: String,
    },
}

impl IdentityError {
    /// The longest text that is read, in bytes.
    pub const LIMIT: usize = 16 << 20;
}

/// An `AGE-PLUGIN-NAME-1…` identity, which only the program `age-plugin-NAME` understands.
#[expect(missing_debug_implementations, reason = "an identity is never printed")]
pub struct PluginIdentity {
    name: String,
    text: Zeroizing<String>,
}

impl PluginIdentity {
    /// Reads an identity whose name is of `[a-z0-9-]`; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (hrp, _, variant) = bech32::decode(text).ok()?;
        let name = hrp.strip_prefix("age-plugin-")?.strip_suffix('-')?;
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if variant != Variant::Bech32 || name.is_empty() || !name.bytes().all(is_plain) {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            text: Zeroizing::new(text.to_owned()),
        })
    }

    /// The name of the plugin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The identity itself, as the plugin is told it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

/// An identity that is ready for use.
pub(super) enum Identity {
    Hybrid(Box<hybrid::Identity>),
    Ssh(ssh::Identity),
    X25519(x25519::Identity),
}

impl Identity {
    /// The file key, if a stanza is for this identity; an error if one is and cannot be opened.
    pub(super) fn unwrap(&self, stanzas: &[Stanza]) -> Result<Option<FileKey>, &'static str> {
        match self {
            Self::Hybrid(identity) => identity.unwrap_stanzas(stanzas),
            Self::Ssh(identity) => identity.unwrap_stanzas(stanzas),
            Self::X25519(identity) => identity.unwrap_stanzas(stanzas),
        }
        .transpose()
        .map_err(|_| "the age file has a stanza that cannot be opened")
    }
}

impl Identity {
    /// The native recipient whose identity this is.
    pub(super) fn recipient(&self) -> Option<String> {
        match self {
            Self::X25519(identity) => Some(identity.to_public().to_string()),
            Self::Hybrid(_) | Self::Ssh(_) => None,
        }
    }
}

/// What stands in a text.
#[derive(Default)]
pub(super) struct Found {
    pub(super) identities: Vec<Identity>,
    pub(super) protected: Vec<Protected>,
    pub(super) plugins: Vec<PluginIdentity>,
}

/// Reads a text of any of the kinds, by how it begins.
pub(super) fn read(place: &str, text: &[u8]) -> Result<Found, IdentityError> {
    let start = text.trim_ascii_start();
    if start.starts_with(b"age-encryption.org/") || start.starts_with(b"-----BEGIN AGE ") {
        let protected = Protected::age_file(place, start)?;
        return Ok(Found {
            protected: vec![protected],
            ..Found::default()
        });
    }
    if start.starts_with(b"-----BEGIN ") {
        return read_ssh(place, start);
    }
    read_lines(place, text)
}

/// Reads identities separated by blanks or line breaks, skipping lines that begin with `#`.
pub(super) fn read_lines(place: &str, text: &[u8]) -> Result<Found, IdentityError> {
    let mut found = Found::default();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let refuse = || IdentityError::Line {
            place: place.to_owned(),
            line: index.saturating_add(1),
        };
        let line = std::str::from_utf8(line).map_err(|_| refuse())?.trim();
        if line.starts_with('#') {
            continue;
        }
        for word in line.split_ascii_whitespace() {
            found.add(word).ok_or_else(refuse)?;
        }
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, word: &str) -> Option<()> {
        if word.starts_with("AGE-SECRET-KEY-PQ-1") {
            let identity = hybrid::Identity::parse(word)?;
            self.identities.push(Identity::Hybrid(Box::new(identity)));
        } else if word.starts_with("AGE-SECRET-KEY-1") {
            self.identities.push(Identity::X25519(word.parse().ok()?));
        } else {
            self.plugins.push(PluginIdentity::parse(word)?);
        }
        Some(())
    }
}

fn read_ssh(place: &str, text: &[u8]) -> Result<Found, IdentityError> {
    let refuse = |problem| IdentityError::Ssh {
        place: place.to_owned(),
        problem,
    };
    let mut found = Found::default();
    match ssh::Identity::from_buffer(text, None) {
        Ok(ssh::Identity::Encrypted(key)) => {
            found
                .protected
                .push(Protected::ssh_key(place, text, key).ok_or_else(|| {
                    refuse("age has SSH keys of the kinds ssh-ed25519 and ssh-rsa only")
                })?);
        }
        Ok(ssh::Identity::Unsupported(key)) => return Err(refuse(unsupported(&key))),
        Ok(identity) => found.identities.push(Identity::Ssh(identity)),
        Err(_) => {
            return Err(refuse(
                "not a private key of OpenSSH; `ssh-keygen -p` rewrites most others",
            ));
        }
    }
    Ok(found)
}

fn unsupported(key: &ssh::UnsupportedKey) -> &'static str {
    match key {
        ssh::UnsupportedKey::EncryptedPem => {
            "an SSH key in the old protected format; `ssh-keygen -p` rewrites it"
        }
        ssh::UnsupportedKey::EncryptedSsh(_) => {
            "an SSH key protected by a cipher that is not supported"
        }
        ssh::UnsupportedKey::Hardware(_) => "an SSH key that stays in its security key",
        ssh::UnsupportedKey::Type(_) => {
            "age has SSH keys of the kinds ssh-ed25519 and ssh-rsa only"
        }
    }
}

/// The data of a Bech32 text with this prefix, in lower case, whatever the case of the text.
pub(super) fn bech32_data(prefix: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    match bech32::decode(text).ok()? {
        (hrp, data, Variant::Bech32) if hrp == prefix => {
            Vec::from_base32(&data).ok().map(Zeroizing::new)
        }
        _ => None,
    }
}
