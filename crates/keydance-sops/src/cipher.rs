//! AES-256-GCM as SOPS has it: an IV of 32 bytes, the key path as associated data, the tag apart.

use aes::Aes256;
use aes_gcm::AesGcm;
use aes_gcm::aead::consts::U32;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use zeroize::Zeroize as _;

use any_iv::AnyIv;

use crate::data_key::DataKey;
use crate::enc::{self, Enc, Form};
use crate::random::{Random, RandomError};
use crate::scalar::{Kind, Plaintext};
use crate::tree::Text;

mod any_iv;

/// The data key of one file, expanded once for all its values. Wiped on drop.
#[expect(missing_debug_implementations, reason = "a key is never printed")]
pub struct Cipher {
    gcm: AesGcm<Aes256, U32>,
    any_iv: AnyIv,
}

/// An initialisation vector of the length that is written, 32 bytes. It is public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iv([u8; 32]);

/// Why a text does not decrypt. Never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Wrong key, other place, or changed bytes.
    #[error("the ciphertext belongs to another key or place, or was changed")]
    NotAuthentic,
    /// A scalar other than a string, or a string of another form.
    #[error("a ciphertext was expected")]
    NotCiphertext,
    /// Parts that are no base64, or a tag of another length than 16 bytes.
    #[error("the parts of the ciphertext are malformed")]
    Malformed,
    /// A plaintext that does not spell a value of its kind.
    #[error("the plaintext is no value of the kind {}", .0.word())]
    NotOfKind(Kind),
    /// A kind of value that is not known.
    #[error("the ciphertext is of an unknown type")]
    UnknownKind,
}

/// Why a value cannot be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// No IV.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// More than 64 GiB, which is what GCM can encrypt under one IV.
    #[error("the value is longer than 64 GiB")]
    TooLong,
}

/// What an encrypted scalar holds.
pub(crate) struct Opened<'w> {
    pub(crate) plaintext: Plaintext<'w>,
    /// The IV, if it has the length that is written.
    pub(crate) iv: Option<Iv>,
    pub(crate) form: Form,
}

/// Room to decrypt one value after another; what was decrypted is wiped.
#[derive(Default)]
pub(crate) struct Workspace {
    data: Vec<u8>,
    iv: Vec<u8>,
}

pub(crate) type Tag = [u8; 16];

/// The tag is wrong, or the message longer than GCM allows.
struct Refused;

impl Cipher {
    /// Expands a key.
    #[must_use]
    pub fn new(key: &DataKey) -> Self {
        let aes = Aes256::new(key.expose().into());
        Self {
            gcm: AesGcm::from(aes.clone()),
            any_iv: AnyIv::new(aes),
        }
    }

    /// The text of a scalar encrypted under an IV that no other plaintext is encrypted under.
    pub(crate) fn encrypt(
        &self,
        plaintext: Plaintext<'_>,
        aad: &[u8],
        iv: &Iv,
    ) -> Result<Text, SealError> {
        let mut data = vec![0; plaintext.bytes.len()];
        let buffer = InOutBuf::new(plaintext.bytes, &mut data).map_err(|_| SealError::TooLong)?;
        let tag = self
            .gcm
            .encrypt_inout_detached(iv.as_bytes().into(), aad, buffer);
        let tag = tag.map_err(|_| SealError::TooLong)?.into();
        Ok(Text::from(enc::text(plaintext.kind, &data, iv, &tag)))
    }

    /// What the text of an encrypted scalar holds.
    pub(crate) fn decrypt<'w>(
        &self,
        text: &[u8],
        aad: &[u8],
        workspace: &'w mut Workspace,
    ) -> Result<Opened<'w>, OpenError> {
        let enc = Enc::recognise(text).ok_or(OpenError::NotCiphertext)?;
        let kind = Kind::of_word(enc.kind).ok_or(OpenError::UnknownKind)?;
        let (tag, form) = workspace.decode(&enc).ok_or(OpenError::Malformed)?;
        let Workspace { data, iv } = workspace;
        self.open(iv, aad, data, &tag)
            .map_err(|Refused| OpenError::NotAuthentic)?;
        let iv = iv.as_slice().try_into().ok().map(Iv);
        Ok(Opened {
            plaintext: Plaintext { kind, bytes: data },
            iv,
            form,
        })
    }

    fn open(&self, iv: &[u8], aad: &[u8], buffer: &mut [u8], tag: &Tag) -> Result<(), Refused> {
        let Ok(iv) = iv.try_into() else {
            return self.any_iv.open(iv, aad, buffer, tag);
        };
        self.gcm
            .decrypt_inout_detached(iv, aad, buffer.into(), tag.into())
            .map_err(|_| Refused)
    }
}

impl Iv {
    /// An IV of these bytes, which must be random or belong to the same plaintext already.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A random IV.
    pub fn random(random: &mut dyn Random) -> Result<Self, RandomError> {
        let mut bytes = [0; 32];
        random.fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Workspace {
    /// Fills the room with the parts of a ciphertext, which is not empty.
    fn decode(&mut self, enc: &Enc<'_>) -> Option<(Tag, Form)> {
        self.make_room(enc.data.len());
        self.iv.clear();
        let mut tag = Vec::with_capacity(32);
        let forms = [
            enc::decode(enc.data, &mut self.data).ok()?,
            enc::decode(enc.iv, &mut self.iv).ok()?,
            enc::decode(enc.tag, &mut tag).ok()?,
            if enc.rest.is_empty() {
                Form::Exact
            } else {
                Form::Loose
            },
        ];
        let form = if forms.contains(&Form::Loose) {
            Form::Loose
        } else {
            Form::Exact
        };
        Some((tag.try_into().ok()?, form))
    }

    /// Empties the room for data, so large that decoding `len` characters does not make it grow:
    /// a growing vector would leave the last value behind.
    fn make_room(&mut self, len: usize) {
        if self.data.capacity() < len.max(64) {
            self.data.zeroize();
            self.data = Vec::with_capacity(len.max(64).next_power_of_two());
        }
        self.data.clear();
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.data.zeroize();
    }
}

#[cfg(test)]
mod tests;
