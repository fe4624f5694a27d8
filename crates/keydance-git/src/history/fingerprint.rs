//! Telling versions of values apart.

use aws_lc_rs::hmac;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Makes marks of values. Those of plain values need a key, or they would tell the value to
/// whoever guesses it.
pub(crate) struct Fingerprint(hmac::Key);

impl Fingerprint {
    pub(crate) fn new(key: &Zeroizing<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()))
    }

    /// Of a plain value at a place.
    pub(crate) fn plain(&self, place: &[u8], value: &[u8]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [place, value] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut half = [0; 16];
        half.copy_from_slice(&context.sign().as_ref()[..16]);
        half
    }
}

/// Of an encrypted value: half of the SHA-256 of what makes two ciphertexts one version. Whoever
/// forges two that are equal makes versions merge, which shows more exposure, never less.
pub(crate) fn encrypted(aad: &[u8], kind: &[u8], iv: &[u8]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in [aad, kind, iv] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

/// Of a ciphertext or a wrapped key: the first 8 bytes of its SHA-256. Equal marks join epochs,
/// which again only ever shows more.
pub(crate) fn mark(text: &[u8]) -> u64 {
    let mut start = [0; 8];
    start.copy_from_slice(&Sha256::digest(text)[..8]);
    u64::from_be_bytes(start)
}
