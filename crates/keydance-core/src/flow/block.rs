//! Why a flow is blocked.

use std::fmt;
use std::str::FromStr;

/// Why a flow starts nothing until it is changed or checked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockReason {
    /// A credential it needs is known to be in wrong hands.
    CredentialCompromised,
    /// A credential it needs is gone.
    CredentialDeleted,
    /// One of its owners does not own a credential it needs any more.
    CredentialOwnerRemoved,
    /// The rule did not hold when it was to start.
    DeniedAtStart,
    /// A grant it rests on was closed.
    GrantClosed,
    /// A grant it rests on has run out.
    GrantExpired,
    /// Somebody said so.
    Manual,
    /// One of its owners is frozen.
    OwnerFrozen,
}

impl BlockReason {
    /// Every reason.
    pub const EVERY: [Self; 8] = [
        Self::CredentialCompromised,
        Self::CredentialDeleted,
        Self::CredentialOwnerRemoved,
        Self::DeniedAtStart,
        Self::GrantClosed,
        Self::GrantExpired,
        Self::Manual,
        Self::OwnerFrozen,
    ];

    /// The word of the wire and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CredentialCompromised => "credential_compromised",
            Self::CredentialDeleted => "credential_deleted",
            Self::CredentialOwnerRemoved => "credential_owner_removed",
            Self::DeniedAtStart => "denied_at_start",
            Self::GrantClosed => "grant_closed",
            Self::GrantExpired => "grant_expired",
            Self::Manual => "manual",
            Self::OwnerFrozen => "owner_frozen",
        }
    }
}

/// No reason has that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such reason")]
pub struct BlockReasonError;

impl FromStr for BlockReason {
    type Err = BlockReasonError;
    fn from_str(word: &str) -> Result<Self, BlockReasonError> {
        let mut every = Self::EVERY.into_iter();
        every
            .find(|reason| reason.as_str() == word)
            .ok_or(BlockReasonError)
    }
}

impl fmt::Display for BlockReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_round_trip() {
        for reason in BlockReason::EVERY {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }
}
