//! Why an envelope was not opened.

use core::fmt;

/// What was wrong, in the order of checking. For the audit event; never for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not a size that this kind can have, or not the size its header states.
    Length,
    /// Not an envelope.
    Magic,
    /// An unknown format.
    Format,
    /// An unknown suite.
    Suite,
    /// Another kind than belongs at this place.
    Kind,
    /// Flags that this kind does not have.
    Flags,
    /// Another key than the row names.
    KeyId,
    /// Another generation of the key than the row names.
    Generation,
    /// The key or the place is not the one it was sealed for.
    Commitment,
    /// The ciphertext or iv was changed.
    Ciphertext,
    /// The padding is not the smallest that fits.
    Padding,
}

impl Refusal {
    /// Its word in an audit event.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Magic => "magic",
            Self::Format => "format",
            Self::Suite => "suite",
            Self::Kind => "kind",
            Self::Flags => "flags",
            Self::KeyId => "key-id",
            Self::Generation => "generation",
            Self::Commitment => "commitment",
            Self::Ciphertext => "ciphertext",
            Self::Padding => "padding",
        }
    }
}

/// An envelope did not open. Text and `Debug` say no more than that.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the envelope does not open")]
pub struct OpenError(Refusal);

impl OpenError {
    /// The reason, for the audit event only.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        self.0
    }
}

impl From<Refusal> for OpenError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl fmt::Debug for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenError")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_does_not_tell_its_reason_by_accident() {
        let error = OpenError::from(Refusal::Commitment);
        assert_eq!(
            format!("{error} {error:?}"),
            "the envelope does not open OpenError"
        );
        assert_eq!(error.refusal().as_str(), "commitment");
    }
}
