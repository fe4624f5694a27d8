//! The MAC: a hash of all plaintexts in order, stored encrypted among the metadata.

use sha2::{Digest as _, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::cipher::{Cipher, Iv, OpenError, SealError, Workspace};
use crate::random::Random;
use crate::scalar::{Kind, Plaintext};
use crate::tree::{Text, Time};

/// What the MAC covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacScope {
    /// Every value.
    #[default]
    All,
    /// The values that the rule selects for encryption: `mac_only_encrypted: true`.
    Encrypted,
}

/// The MAC of a tree, 128 upper-case hex digits. It is a hash of secrets: wiped, never printed.
#[expect(
    missing_debug_implementations,
    reason = "a hash of secrets is never printed"
)]
pub struct Mac(Zeroizing<String>);

/// Why a file is not what was encrypted. Never a MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    /// Values, their order, or the scope were changed.
    #[error("MAC mismatch: the values are not those that were encrypted")]
    Mismatch,
    /// The field is empty.
    #[error("MAC mismatch: the file has no MAC")]
    Missing,
    /// The field, the key, or the time of the last change is not the right one.
    #[error("MAC mismatch: the MAC does not decrypt: {0}")]
    Undecipherable(OpenError),
}

/// A MAC in the making.
pub(crate) struct Hasher {
    hash: Sha512,
    scope: MacScope,
}

impl Mac {
    /// The value of the metadata field `mac` for a file changed at this time, in whole seconds.
    pub fn seal(
        &self,
        cipher: &Cipher,
        last_modified: Time,
        random: &mut dyn Random,
    ) -> Result<Text, SealError> {
        let plaintext = Plaintext {
            kind: Kind::Str,
            bytes: self.expose().as_bytes(),
        };
        let aad = last_modified.whole_seconds().to_string();
        cipher.encrypt(plaintext, aad.as_bytes(), &Iv::random(random)?)
    }

    /// Compares with the metadata fields `mac` and `lastmodified`, in constant time.
    pub fn verify(
        &self,
        cipher: &Cipher,
        stored: &[u8],
        last_modified: Time,
    ) -> Result<(), MacError> {
        if stored.is_empty() {
            return Err(MacError::Missing);
        }
        let aad = last_modified.whole_seconds().to_string();
        let mut workspace = Workspace::default();
        let opened = cipher.decrypt(stored, aad.as_bytes(), &mut workspace);
        let Plaintext { kind, bytes } = opened.map_err(MacError::Undecipherable)?.plaintext;
        let equal = kind == Kind::Str && bool::from(bytes.ct_eq(self.expose().as_bytes()));
        equal.then_some(()).ok_or(MacError::Mismatch)
    }

    /// The digits.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl Hasher {
    pub(crate) fn new(scope: MacScope) -> Self {
        let mut hash = Sha512::new();
        if scope == MacScope::Encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        Self { hash, scope }
    }

    /// Takes the plaintext of the next value, of which the rule says whether it is encrypted.
    pub(crate) fn update(&mut self, plaintext: &[u8], encrypted: bool) {
        if encrypted || self.scope == MacScope::All {
            self.hash.update(plaintext);
        }
    }

    pub(crate) fn finish(self) -> Mac {
        let mut hash = self.hash.finalize();
        let mut hex = Zeroizing::new(String::with_capacity(128));
        let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
        let digits = nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16));
        hex.extend(digits.map(|digit| digit.to_ascii_uppercase()));
        hash.as_mut_slice().zeroize();
        Mac(hex)
    }
}

/// SHA-256 of `sops`; starts the hash of what is encrypted, so that the scope is covered too.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
    0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_key::DataKey;
    use crate::random::SystemRandom;

    fn cipher(byte: u8) -> Cipher {
        Cipher::new(&DataKey::copy_of(&[byte; 32]))
    }

    fn mac(scope: MacScope, parts: &[(&str, bool)]) -> Mac {
        let mut hasher = Hasher::new(scope);
        for (part, encrypted) in parts {
            hasher.update(part.as_bytes(), *encrypted);
        }
        hasher.finish()
    }

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    #[test]
    fn the_start_of_what_is_encrypted_only_is_a_hash_of_sops() {
        assert_eq!(sha2::Sha256::digest("sops").as_slice(), ONLY_ENCRYPTED);
    }

    #[test]
    fn macs_are_those_of_stock() {
        let parts = [("hello421.5True", true), ("plain", false), ("xy", true)];
        assert_eq!(
            mac(MacScope::All, &parts).expose(),
            "8E43A33FE6C0CBD5290CDB4AA06A2CA756792D15CDB7A1CFE631C29C2BB6CB75\
             48E884B7F30DE87762BED63CC8735B02935D7B1D41B4587AA7676954FE7919D3"
        );
        assert_eq!(
            mac(MacScope::Encrypted, &parts).expose(),
            "592FA695679E343CF42B7E28D68A634180CB893DA26F4857C68AB26177D57F2A\
             083B245A5A1BDE839CC4EE67A2BF229BF31C4C3AF2FB7511F9A7589F3E0081EF"
        );
    }

    #[test]
    fn a_mac_is_bound_to_the_key_and_the_second_of_the_change() {
        let mac = mac(MacScope::All, &[("hello", true)]);
        let changed = at("2026-01-02T03:04:05.999+00:00");
        let stored = mac.seal(&cipher(1), changed, &mut SystemRandom).unwrap();
        let verify = |cipher: &Cipher, at| mac.verify(cipher, stored.expose(), at);
        assert_eq!(verify(&cipher(1), at("2026-01-02T03:04:05Z")), Ok(()));
        let error = Err(MacError::Undecipherable(OpenError::NotAuthentic));
        assert_eq!(verify(&cipher(1), at("2026-01-02T03:04:06Z")), error);
        assert_eq!(verify(&cipher(1), at("2026-01-02T04:04:05+01:00")), error);
        assert_eq!(verify(&cipher(2), at("2026-01-02T03:04:05Z")), error);
    }

    #[test]
    fn another_mac_and_no_mac_are_mismatches() {
        let (one, other) = (mac(MacScope::All, &[]), mac(MacScope::Encrypted, &[]));
        let changed = at("2026-01-02T03:04:05+02:00");
        let stored = one.seal(&cipher(1), changed, &mut SystemRandom).unwrap();
        assert_eq!(one.verify(&cipher(1), stored.expose(), changed), Ok(()));
        assert_eq!(
            other.verify(&cipher(1), stored.expose(), changed),
            Err(MacError::Mismatch)
        );
        assert_eq!(one.verify(&cipher(1), b"", changed), Err(MacError::Missing));
        let error = MacError::Undecipherable(OpenError::NotCiphertext);
        assert_eq!(one.verify(&cipher(1), b"nonsense", changed), Err(error));
    }
}
