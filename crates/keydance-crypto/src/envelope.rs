//! The envelope `KDE1`: the one form in which a secret is stored (contract "security", 2.2–2.6).
//!
//! ```text
//!   0  magic "KDE1" · 4 format 01 · 5 suite 01 · 6 kind · 7 flags (bit 0 padded) · 8 key id (16)
//!  24  key generation u32 BE · 28 length of ciphertext and tag u32 BE
//!  32  salt (32) · 64 commitment (32) · 96 iv (12) · 108 ciphertext ‖ tag (16)
//!
//! okm = HKDF-SHA-512(key, salt, "keydance/envelope/1" ‖ bytes[0..32) ‖ context, 64)
//!     = message key ‖ commitment
//! AES-256-GCM(message key, iv, AAD = bytes[0..96) ‖ context)
//! ```
//!
//! Every message has a key of its own, so no nonce repeats under a key. The commitment binds key
//! and context: GCM alone lets one ciphertext open under two keys, and differently.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA512, KeyType, Salt};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::context::{Context, Kind};
use crate::hierarchy::KeyRef;
use crate::random::{self, RandomError};
use crate::secret::{Key32, SecretBytes};

mod padding;
mod refusal;

pub use padding::MAX_PLAINTEXT;
pub use refusal::{OpenError, Refusal};

/// A plaintext was not sealed, and nothing of it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A payload has at most [`MAX_PLAINTEXT`] bytes; larger ones are sealed in chunks.
    #[error("the payload is too long for one envelope")]
    TooLong,
    /// Kinds 02 to 04 carry exactly 32 bytes.
    #[error("an envelope of this kind carries a key of 32 bytes")]
    NotAKey,
    /// Generations are counted from 1.
    #[error("the sealing key has generation 0")]
    Generation,
    /// No salt or iv.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The crypto provider failed.
    #[error("the crypto provider failed")]
    Provider,
}

/// Seals `plaintext` for the place `context` under the key that `reference` names.
pub fn seal(
    key: &Key32,
    reference: KeyRef,
    context: &Context,
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    let salt = random::bytes()?;
    let iv = random::bytes()?;
    seal_with(key, reference, context, plaintext, (&salt, &iv))
}

/// Seals the key `inner` under `key`: kinds 02 to 04.
pub fn seal_key(
    key: &Key32,
    reference: KeyRef,
    context: &Context,
    inner: &Key32,
) -> Result<Vec<u8>, SealError> {
    if context.kind() == Kind::Payload {
        return Err(SealError::NotAKey);
    }
    seal(key, reference, context, inner.expose())
}

/// Opens an envelope found at the place `context`, in a row that names the key `expected`.
///
/// # Errors
/// One opaque error for whatever is wrong; [`OpenError::refusal`] tells which, for the event only.
pub fn open(
    key: &Key32,
    expected: KeyRef,
    context: &Context,
    envelope: &[u8],
) -> Result<SecretBytes, OpenError> {
    let parts = Parts::split(envelope).ok_or(Refusal::Length)?;
    parts.check(context.kind(), expected)?;
    let derived =
        derive(key, parts.salt, parts.header, context).map_err(|_| Refusal::Commitment)?;
    if !bool::from(derived.commitment.ct_eq(parts.commitment)) {
        return Err(Refusal::Commitment.into());
    }
    let padded = parts.decrypt(&derived, context)?;
    if context.kind() != Kind::Payload {
        return Ok(padded);
    }
    let plaintext = padding::strip(padded.expose()).ok_or(Refusal::Padding)?;
    Ok(SecretBytes::copy_of(plaintext))
}

/// Opens an envelope of kinds 02 to 04 and gives the key in it; otherwise as [`open`].
pub fn open_key(
    key: &Key32,
    expected: KeyRef,
    context: &Context,
    envelope: &[u8],
) -> Result<Key32, OpenError> {
    if context.kind() == Kind::Payload {
        return Err(Refusal::Kind.into());
    }
    let inner = open(key, expected, context, envelope)?;
    let inner = inner.expose().try_into().map_err(|_| Refusal::Length)?;
    Ok(Key32::copy_of(inner))
}

/// Sealing with a given salt and iv. Private: the known answers need it, nobody else may.
fn seal_with(
    key: &Key32,
    reference: KeyRef,
    context: &Context,
    plaintext: &[u8],
    (salt, iv): (&[u8; 32], &[u8; 12]),
) -> Result<Vec<u8>, SealError> {
    if reference.generation == 0 {
        return Err(SealError::Generation);
    }
    let mut sealed = body(context.kind(), plaintext)?;
    let length = sealed.len().saturating_add(TAG);
    let header = header(context.kind(), reference, length)?;
    let derived = derive(key, salt, &header, context).map_err(|_| SealError::Provider)?;

    let mut envelope = Vec::with_capacity(PREFIX.saturating_add(length));
    envelope.extend_from_slice(&header);
    envelope.extend_from_slice(salt);
    envelope.extend_from_slice(derived.commitment.as_slice());
    let aad = [envelope.as_slice(), context.as_bytes()].concat();
    let tag = derived
        .cipher
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(*iv),
            Aad::from(aad),
            sealed.expose_mut(),
        )
        .map_err(|_| SealError::Provider)?;
    envelope.extend_from_slice(iv);
    envelope.extend_from_slice(sealed.expose());
    envelope.extend_from_slice(tag.as_ref());
    Ok(envelope)
}

/// What is encrypted: a key as it is, a payload padded.
fn body(kind: Kind, plaintext: &[u8]) -> Result<SecretBytes, SealError> {
    match kind {
        Kind::Payload => padding::pad(plaintext).ok_or(SealError::TooLong),
        Kind::CredentialKey | Kind::OrganisationKey | Kind::RootKey if plaintext.len() == 32 => {
            Ok(SecretBytes::copy_of(plaintext))
        }
        Kind::CredentialKey | Kind::OrganisationKey | Kind::RootKey => Err(SealError::NotAKey),
    }
}

fn header(kind: Kind, reference: KeyRef, length: usize) -> Result<[u8; 32], SealError> {
    let length = u32::try_from(length).map_err(|_| SealError::TooLong)?;
    let fixed = [MAGIC.as_slice(), &[FORMAT, SUITE, kind as u8, flags(kind)]].concat();
    let named = [
        &reference.id[..],
        &reference.generation.to_be_bytes(),
        &length.to_be_bytes(),
    ];
    let header = [fixed.as_slice(), &named.concat()].concat();
    header.try_into().map_err(|_| SealError::Provider)
}

fn flags(kind: Kind) -> u8 {
    u8::from(kind == Kind::Payload)
}

/// An envelope cut at its fixed offsets; nothing else is checked yet.
struct Parts<'a> {
    header: &'a [u8; 32],
    salt: &'a [u8; 32],
    commitment: &'a [u8; 32],
    iv: &'a [u8; 12],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG],
    /// The first 96 bytes, which the tag covers.
    authenticated: &'a [u8],
}

impl<'a> Parts<'a> {
    fn split(envelope: &'a [u8]) -> Option<Self> {
        let (authenticated, _) = envelope.split_at_checked(96)?;
        let (header, rest) = envelope.split_first_chunk()?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (commitment, rest) = rest.split_first_chunk()?;
        let (iv, rest) = rest.split_first_chunk()?;
        let (ciphertext, tag) = rest.split_last_chunk()?;
        Some(Self {
            header,
            salt,
            commitment,
            iv,
            ciphertext,
            tag,
            authenticated,
        })
    }

    /// Length, then every field of the header against what the caller's row says.
    fn check(&self, kind: Kind, expected: KeyRef) -> Result<(), Refusal> {
        let [
            m0,
            m1,
            m2,
            m3,
            format,
            suite,
            found_kind,
            found_flags,
            named @ ..,
        ] = *self.header;
        let (id, numbers) = named.split_at(16);
        let (generation, length) = numbers.split_at(4);
        let sealed = self.ciphertext.len().saturating_add(TAG);
        let length_matches = u32::try_from(sealed).is_ok_and(|n| n.to_be_bytes() == *length);
        let checks = [
            (length_matches && self.size_fits(kind), Refusal::Length),
            ([m0, m1, m2, m3] == MAGIC, Refusal::Magic),
            (format == FORMAT, Refusal::Format),
            (suite == SUITE, Refusal::Suite),
            (found_kind == kind as u8, Refusal::Kind),
            (found_flags == flags(kind), Refusal::Flags),
            (*id == expected.id, Refusal::KeyId),
            (
                *generation == expected.generation.to_be_bytes(),
                Refusal::Generation,
            ),
        ];
        checks
            .into_iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, refusal)| Err(refusal))
    }

    fn size_fits(&self, kind: Kind) -> bool {
        match kind {
            Kind::Payload => padding::is_padded_size(self.ciphertext.len()),
            Kind::CredentialKey | Kind::OrganisationKey | Kind::RootKey => {
                self.ciphertext.len() == 32
            }
        }
    }

    fn decrypt(&self, derived: &Derived, context: &Context) -> Result<SecretBytes, Refusal> {
        let aad = [self.authenticated, context.as_bytes()].concat();
        let mut plaintext = SecretBytes::zeroed(self.ciphertext.len());
        derived
            .cipher
            .open_separate_gather(
                Nonce::assume_unique_for_key(*self.iv),
                Aad::from(aad),
                self.ciphertext,
                self.tag,
                plaintext.expose_mut(),
            )
            .map_err(|_| Refusal::Ciphertext)?;
        Ok(plaintext)
    }
}

/// The key and commitment of one message.
struct Derived {
    cipher: LessSafeKey,
    commitment: Zeroizing<[u8; 32]>,
}

fn derive(
    key: &Key32,
    salt: &[u8; 32],
    header: &[u8; 32],
    context: &Context,
) -> Result<Derived, aws_lc_rs::error::Unspecified> {
    let prk = Salt::new(HKDF_SHA512, salt).extract(key.expose());
    let mut okm = Zeroizing::new([0; 64]);
    prk.expand(&[INFO, header, context.as_bytes()], Okm64)?
        .fill(okm.as_mut_slice())?;
    let (message_key, commitment) = okm.split_at(32);
    Ok(Derived {
        cipher: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, message_key)?),
        commitment: Zeroizing::new(
            commitment
                .try_into()
                .map_err(|_| aws_lc_rs::error::Unspecified)?,
        ),
    })
}

struct Okm64;

impl KeyType for Okm64 {
    fn len(&self) -> usize {
        64
    }
}

const MAGIC: [u8; 4] = *b"KDE1";
const FORMAT: u8 = 1;
/// HKDF-SHA-512, AES-256-GCM, tag of 128 bits, commitment of 32 bytes.
const SUITE: u8 = 1;
const INFO: &[u8] = b"keydance/envelope/1";
const TAG: usize = 16;
/// Everything before the ciphertext.
const PREFIX: usize = 108;

#[cfg(test)]
mod tests;
