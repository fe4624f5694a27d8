//! Identities of age itself as pairs: the text that opens, and the recipient that is told others.

use std::fmt;

use age::x25519;
use bech32::{Bech32Writer, ToBase32 as _, Variant};
use zeroize::Zeroizing;

use super::hybrid;
use crate::random::{Random, RandomError};

/// Which of its own kinds of identity age makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NativeKind {
    /// `age1pq1…`: what is encrypted today cannot be opened by a quantum computer later.
    PostQuantum,
    /// `age1…`.
    #[default]
    X25519,
}

/// An identity of age itself.
#[expect(missing_debug_implementations, reason = "an identity is never printed")]
pub struct NativeIdentity {
    text: Zeroizing<String>,
    recipient: String,
}

impl NativeIdentity {
    /// A new one.
    pub fn new(kind: NativeKind, random: &mut dyn Random) -> Result<Self, RandomError> {
        let prefix = match kind {
            NativeKind::PostQuantum => "age-secret-key-pq-",
            NativeKind::X25519 => "age-secret-key-",
        };
        let mut seed = Zeroizing::new([0; 32]);
        random.fill(seed.as_mut_slice())?;
        // Longer than any, so that it never moves and leaves a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(128));
        write_bech32(prefix, seed.as_slice(), &mut text).map_err(|_| RandomError)?;
        text.make_ascii_uppercase();
        Self::parse(&text).ok_or(RandomError)
    }

    /// Reads one, `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`; nothing if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let recipient = if text.starts_with("AGE-SECRET-KEY-PQ-1") {
            hybrid::Identity::parse(text)?.recipient()?
        } else {
            let identity: x25519::Identity = text.parse().ok()?;
            identity.to_public().to_string()
        };
        Some(Self {
            text: Zeroizing::new(text.to_owned()),
            recipient,
        })
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// The identity itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

/// Writes data character by character, so that nothing in between holds them.
fn write_bech32(prefix: &str, data: &[u8], text: &mut String) -> Result<(), fmt::Error> {
    let mut writer = Bech32Writer::new(prefix, Variant::Bech32, text)?;
    data.write_base32(&mut writer)?;
    writer.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::age::AgeIdentities;
    use crate::key_service::KeyService as _;
    use crate::random::SystemRandom;
    use crate::recipient::Recipient;

    #[test]
    fn a_new_identity_opens_what_is_encrypted_to_its_recipient() {
        for kind in [NativeKind::PostQuantum, NativeKind::X25519] {
            let identity = NativeIdentity::new(kind, &mut SystemRandom).unwrap();
            let mut identities = AgeIdentities::without_passphrases();
            identities
                .add("here", identity.expose().as_bytes())
                .unwrap();
            let recipient = Recipient::Age {
                recipient: identity.recipient().to_owned(),
            };
            let enc = identities.wrap(&recipient, b"a data key").unwrap();
            assert_eq!(
                **identities.unwrap(&recipient, &enc).unwrap(),
                *b"a data key"
            );
            let again = NativeIdentity::parse(identity.expose()).unwrap();
            assert_eq!(again.recipient(), identity.recipient());
        }
    }

    #[test]
    fn what_is_no_identity_is_none() {
        for text in ["", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1QQ", "age1abc"] {
            assert!(NativeIdentity::parse(text).is_none(), "{text}");
        }
    }
}
