//! The one encoding of fields that are hashed or authenticated together:
//! `tag u8 ‖ length u16 BE ‖ value`, in increasing tag order (contract "security", 2.3).

use zeroize::Zeroizing;

use crate::digest::{self, Hash};

/// A field that a list cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Tags must increase.
    #[error("list tag {tag} is out of order")]
    Order {
        /// The tag that came too late.
        tag: u8,
    },
    /// A value has at most 65,535 bytes.
    #[error("the value of list tag {tag} is too long")]
    Length {
        /// The tag of the value.
        tag: u8,
    },
}

/// Fields in the encoding above. Wiped on drop, since a value may be secret.
#[derive(Default)]
#[expect(missing_debug_implementations, reason = "a value may be secret")]
pub struct List {
    bytes: Zeroizing<Vec<u8>>,
    last_tag: Option<u8>,
}

impl List {
    /// A list without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The list with one more field, whose tag must be higher than all before.
    pub fn with(mut self, tag: u8, value: &[u8]) -> Result<Self, ListError> {
        if self.last_tag.is_some_and(|last| tag <= last) {
            return Err(ListError::Order { tag });
        }
        let length = u16::try_from(value.len()).map_err(|_| ListError::Length { tag })?;
        self.reserve(value.len().saturating_add(3));
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
        self.last_tag = Some(tag);
        Ok(self)
    }

    /// The encoded list.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the encoded list, as events carry it of a row.
    #[must_use]
    pub fn digest(&self) -> Hash {
        digest::sha256(&self.bytes)
    }

    /// Makes room without `Vec`'s reallocation, which would leave an unwiped copy behind.
    fn reserve(&mut self, more: usize) {
        let needed = self.bytes.len().saturating_add(more);
        if needed > self.bytes.capacity() {
            let capacity = needed.max(self.bytes.capacity().saturating_mul(2)).max(256);
            let mut grown = Zeroizing::new(Vec::with_capacity(capacity));
            grown.extend_from_slice(&self.bytes);
            self.bytes = grown;
        }
    }
}

#[cfg(test)]
impl List {
    /// A list of arbitrary bytes, to show what is refused.
    pub(crate) fn dangerous_from_bytes(bytes: &[u8]) -> Self {
        Self {
            bytes: Zeroizing::new(bytes.to_vec()),
            last_tag: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_tag_length_value() {
        let list = List::new().with(1, b"ab").unwrap().with(9, b"").unwrap();
        assert_eq!(list.as_bytes(), b"\x01\x00\x02ab\x09\x00\x00");
        assert_eq!(list.digest(), digest::sha256(b"\x01\x00\x02ab\x09\x00\x00"));
    }

    #[test]
    fn tags_out_of_order_and_long_values_are_refused() {
        let list = List::new().with(2, b"x").unwrap();
        assert_eq!(list.with(2, b"y").err(), Some(ListError::Order { tag: 2 }));
        let long = vec![0; 65_536];
        assert_eq!(
            List::new().with(1, &long).err(),
            Some(ListError::Length { tag: 1 })
        );
        assert!(List::new().with(1, &long[1..]).is_ok());
    }
}
