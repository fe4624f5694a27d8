//! The data key: the one secret that opens every value of a file.

use keydance_crypto::secret::Key32;
use zeroize::Zeroizing;

use crate::random::{Random, RandomError};

/// The key of one file, 32 bytes in memory of their own, wiped on drop.
#[expect(missing_debug_implementations, reason = "a key is never printed")]
pub struct DataKey(Key32);

/// What a recipient unwrapped is no data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a data key has {expected} bytes, not {len}", expected = DataKey::LEN)]
pub struct DataKeyError {
    /// The length of what was unwrapped, in bytes.
    pub len: usize,
}

impl DataKey {
    /// The length in bytes.
    pub const LEN: usize = 32;

    /// A new random key.
    pub fn random(random: &mut dyn Random) -> Result<Self, RandomError> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        random.fill(bytes.as_mut_slice())?;
        Ok(Self::copy_of(&bytes))
    }

    /// Copies the key; the original stays the caller's to wipe.
    #[must_use]
    pub fn copy_of(bytes: &[u8; Self::LEN]) -> Self {
        Self(Key32::copy_of(bytes))
    }

    /// Copies what a recipient unwrapped, if it has the length of a key.
    pub fn parse(bytes: &[u8]) -> Result<Self, DataKeyError> {
        let bytes = bytes
            .try_into()
            .map_err(|_| DataKeyError { len: bytes.len() })?;
        Ok(Self::copy_of(bytes))
    }

    /// The key itself.
    #[must_use]
    pub fn expose(&self) -> &[u8; Self::LEN] {
        self.0.expose()
    }

    /// Whether both are equal, in constant time.
    #[must_use]
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn random_keys_differ() {
        let key = DataKey::random(&mut SystemRandom).unwrap();
        assert!(!key.ct_eq(&DataKey::random(&mut SystemRandom).unwrap()));
        assert!(key.ct_eq(&DataKey::copy_of(key.expose())));
    }

    #[test]
    fn only_32_bytes_are_a_data_key() {
        assert!(DataKey::parse(&[7; 32]).is_ok());
        for len in [0, 16, 31, 33, 64] {
            assert_eq!(
                DataKey::parse(&vec![7; len]).err(),
                Some(DataKeyError { len })
            );
        }
    }
}
