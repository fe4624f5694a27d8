//! Values that must not leak: wiped on drop, never copied, printed or compared by accident.

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::locked::Region;
use crate::random::{self, RandomError};

/// A secret of any length, held in memory of exactly its length and wiped on drop.
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct SecretBytes(Zeroizing<Box<[u8]>>);

impl SecretBytes {
    /// Copies the secret; the original stays the caller's to wipe.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(Box::from(bytes)))
    }

    /// `len` zero bytes to be filled in place.
    pub(crate) fn zeroed(len: usize) -> Self {
        Self(Zeroizing::new(vec![0; len].into_boxed_slice()))
    }

    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The secret, to be written in place.
    pub(crate) fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// The length in bytes, which is not secret.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the secret has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both are equal, in a time that depends on the lengths only.
    #[must_use]
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}

/// Takes the bytes over; spare capacity is wiped, not left behind by a reallocation.
impl From<Vec<u8>> for SecretBytes {
    fn from(mut bytes: Vec<u8>) -> Self {
        if bytes.len() == bytes.capacity() {
            return Self(Zeroizing::new(bytes.into_boxed_slice()));
        }
        let exact = Self::copy_of(&bytes);
        bytes.zeroize();
        exact
    }
}

impl From<String> for SecretBytes {
    fn from(text: String) -> Self {
        Self::from(text.into_bytes())
    }
}

/// A secret key of 32 bytes, in memory of its own and wiped on drop.
#[expect(missing_debug_implementations, reason = "a key is never printed")]
pub struct Key32(Storage);

enum Storage {
    Heap(Box<Zeroizing<[u8; 32]>>),
    Locked(Region),
}

impl Key32 {
    /// Copies the key; the original stays the caller's to wipe.
    #[must_use]
    pub fn copy_of(bytes: &[u8; 32]) -> Self {
        // Filled in place: a key moved into its box would stay behind on the stack.
        let mut key = Box::new(Zeroizing::new([0; 32]));
        key.copy_from_slice(bytes);
        Self(Storage::Heap(key))
    }

    /// A new random key.
    pub fn random() -> Result<Self, RandomError> {
        let mut key = Box::new(Zeroizing::new([0; 32]));
        random::fill(key.as_mut_slice())?;
        Ok(Self(Storage::Heap(key)))
    }

    /// A key that lives in a locked region.
    pub(crate) fn in_region(region: Region) -> Self {
        Self(Storage::Locked(region))
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        match &self.0 {
            Storage::Heap(bytes) => bytes,
            Storage::Locked(region) => region.bytes(),
        }
    }

    /// Whether both are equal, in constant time.
    #[must_use]
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_compare_by_content_and_length() {
        let secret = SecretBytes::copy_of(b"correct horse");
        assert!(secret.ct_eq(&SecretBytes::from(b"correct horse".to_vec())));
        assert!(!secret.ct_eq(&SecretBytes::copy_of(b"correct horsf")));
        assert!(!secret.ct_eq(&SecretBytes::copy_of(b"correct hors")));
    }

    #[test]
    fn a_vector_with_spare_capacity_becomes_exact() {
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(b"secret");
        assert_eq!(SecretBytes::from(bytes).expose(), b"secret");
    }

    #[test]
    fn random_keys_differ() {
        let key = Key32::random().unwrap();
        assert!(!key.ct_eq(&Key32::random().unwrap()));
        assert!(key.ct_eq(&Key32::copy_of(key.expose())));
    }
}
