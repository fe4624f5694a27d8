//! What git calls an object.

use std::fmt;

/// The id of an object: 20 bytes, or 32 in a repository of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    bytes: [u8; Self::MAX_LEN],
    len: u8,
}

impl ObjectId {
    const MAX_LEN: usize = 32;

    /// Reads the hexadecimal form of a whole id.
    #[must_use]
    pub fn parse(hex: &[u8]) -> Option<Self> {
        if !matches!(hex.len(), 40 | 64) {
            return None;
        }
        let mut bytes = [0; Self::MAX_LEN];
        for (byte, digits) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            let digit = |at: usize| char::from(digits[at]).to_digit(16);
            *byte = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
        }
        let len = u8::try_from(hex.len() / 2).ok()?;
        Some(Self { bytes, len })
    }

    /// From the bytes themselves.
    #[must_use]
    pub fn from_bytes(of: &[u8]) -> Option<Self> {
        if !matches!(of.len(), 20 | 32) {
            return None;
        }
        let mut bytes = [0; Self::MAX_LEN];
        bytes[..of.len()].copy_from_slice(of);
        let len = u8::try_from(of.len()).ok()?;
        Some(Self { bytes, len })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether it stands for no object, as in a difference for a file that was not there.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.bytes == [0; Self::MAX_LEN]
    }
}

/// Writes it in hexadecimal.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
