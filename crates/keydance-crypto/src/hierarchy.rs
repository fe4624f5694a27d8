//! References to keys, and new keys with theirs (contract "security", 2.1).

use crate::random::{self, RandomError};
use crate::secret::Key32;

/// Which key, and which of its generations, opens an envelope; stored in the row that owns the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyRef {
    /// 16 random bytes, the same for all generations of a key.
    pub id: [u8; 16],
    /// Counted from 1.
    pub generation: u32,
}

/// A random key together with its reference, to be sealed and stored.
#[expect(missing_debug_implementations, reason = "a key is never printed")]
pub struct NewKey {
    /// How envelopes name it.
    pub reference: KeyRef,
    /// The key.
    pub key: Key32,
}

/// A key cannot have another generation, or there were no random bytes for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewKeyError {
    /// All 2^32 − 1 generations are used up.
    #[error("the key has no further generation")]
    Exhausted,
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

impl NewKey {
    /// The first generation of a new key.
    pub fn first() -> Result<Self, RandomError> {
        let id = *random::bytes()?;
        Ok(Self {
            reference: KeyRef { id, generation: 1 },
            key: Key32::random()?,
        })
    }

    /// The generation after `current`.
    pub fn after(current: KeyRef) -> Result<Self, NewKeyError> {
        let generation = current
            .generation
            .checked_add(1)
            .ok_or(NewKeyError::Exhausted)?;
        Ok(Self {
            reference: KeyRef {
                generation,
                ..current
            },
            key: Key32::random()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_generation_keeps_the_id_and_changes_the_key() {
        let first = NewKey::first().unwrap();
        let second = NewKey::after(first.reference).unwrap();
        assert_eq!(first.reference.generation, 1);
        assert_eq!(
            second.reference,
            KeyRef {
                generation: 2,
                ..first.reference
            }
        );
        assert!(!first.key.ct_eq(&second.key));
    }

    #[test]
    fn the_last_generation_has_no_next() {
        let last = KeyRef {
            id: [0; 16],
            generation: u32::MAX,
        };
        assert_eq!(NewKey::after(last).err(), Some(NewKeyError::Exhausted));
    }
}
