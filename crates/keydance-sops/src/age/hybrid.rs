//! Post-quantum recipients: the stanza `mlkem768x25519`, HPKE in base mode over X-Wing (contract
//! "sops", 1.9).

use std::collections::HashSet;

use age::secrecy::ExposeSecret as _;
use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bech32::{ToBase32 as _, Variant};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use zeroize::Zeroizing;

use super::identity::bech32_data;

const TAG: &str = "mlkem768x25519";
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";

/// The file key with the tag of ChaCha20-Poly1305.
const BODY_LEN: usize = FILE_KEY_BYTES + 16;

/// An `age1pq1…` recipient.
pub(super) struct Recipient(<XWing as Kem>::PublicKey);

/// An `AGE-SECRET-KEY-PQ-1…` identity: the 32-byte seed of an X-Wing key.
pub(super) struct Identity(<XWing as Kem>::PrivateKey);

impl Recipient {
    /// Reads a recipient; `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let data = bech32_data("age1pq", text)?;
        <XWing as Kem>::PublicKey::from_bytes(&data).ok().map(Self)
    }
}

impl age::Recipient for Recipient {
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (encapsulation, body) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.0,
            INFO,
            file_key.expose_secret(),
            &[],
        )
        .map_err(|_| EncryptError::Io(std::io::ErrorKind::Other.into()))?;
        let stanza = Stanza {
            tag: TAG.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(encapsulation.to_bytes())],
            body,
        };
        Ok((vec![stanza], HashSet::from(["postquantum".to_owned()])))
    }
}

impl Identity {
    /// Reads an identity; `None` if it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let data = bech32_data("age-secret-key-pq-", text)?;
        <XWing as Kem>::PrivateKey::from_bytes(&data).ok().map(Self)
    }

    /// The recipient whose identity this is.
    pub(super) fn recipient(&self) -> Option<String> {
        let data = XWing::sk_to_pk(&self.0).to_bytes().to_base32();
        bech32::encode("age1pq", data, Variant::Bech32).ok()
    }

    fn open(&self, encapsulation: &[u8], body: &[u8]) -> Option<Result<FileKey, DecryptError>> {
        let Ok(encapsulation) = <XWing as Kem>::EncappedKey::from_bytes(encapsulation) else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        // Fails for the key of somebody else: X-Wing rejects implicitly.
        let file_key = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.0,
            &encapsulation,
            INFO,
            body,
            &[],
        );
        let file_key = Zeroizing::new(file_key.ok()?);
        let file_key: &[u8; FILE_KEY_BYTES] = file_key.as_slice().try_into().ok()?;
        Some(Ok(FileKey::init_with_mut(|bytes| *bytes = *file_key)))
    }
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != TAG {
            return None;
        }
        let [encapsulation] = stanza.args.as_slice() else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        // The engine refuses padding and trailing bits, so there is one spelling.
        let Ok(encapsulation) = BASE64_STANDARD_NO_PAD.decode(encapsulation) else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        if stanza.body.len() != BODY_LEN {
            return Some(Err(DecryptError::InvalidHeader));
        }
        self.open(&encapsulation, &stanza.body)
    }
}
