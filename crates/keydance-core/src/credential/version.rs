//! The life of one version of a credential (contract 10.2).

use std::fmt;
use std::str::FromStr;

/// Where a version is in its life. At most one version per environment is current.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionState {
    /// Stored, not yet in use.
    Pending,
    /// The one that is handed out.
    Current,
    /// Replaced; can be brought back as a copy.
    Retiring,
    /// Not handed out, can be enabled again.
    Disabled,
    /// Seen dead at the target; set by a rotation plan only.
    Revoked,
    /// Its bytes are gone.
    Destroyed,
}

/// The version's state does not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not possible for a version that is {0}")]
pub struct VersionError(pub VersionState);

impl VersionState {
    /// Every state, in the order of life.
    pub const EVERY: [Self; 6] = [
        Self::Pending,
        Self::Current,
        Self::Retiring,
        Self::Disabled,
        Self::Revoked,
        Self::Destroyed,
    ];

    /// The word of the wire and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Current => "current",
            Self::Retiring => "retiring",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
            Self::Destroyed => "destroyed",
        }
    }

    /// Puts a pending version to use. The one that was current must [`retire`](Self::retire).
    ///
    /// # Errors
    /// It is not pending.
    pub fn promote(self) -> Result<Self, VersionError> {
        self.step(&[Self::Pending], Self::Current)
    }

    /// Makes room for another current version.
    ///
    /// # Errors
    /// It is not current.
    pub fn retire(self) -> Result<Self, VersionError> {
        self.step(&[Self::Current], Self::Retiring)
    }

    /// The state of the new version that takes over the value of this one.
    ///
    /// # Errors
    /// It is not retiring.
    pub fn restore(self) -> Result<Self, VersionError> {
        self.step(&[Self::Retiring], Self::Current)
    }

    /// Stops handing it out, at once.
    ///
    /// # Errors
    /// It is disabled already, revoked or destroyed.
    pub fn disable(self) -> Result<Self, VersionError> {
        self.step(
            &[Self::Pending, Self::Current, Self::Retiring],
            Self::Disabled,
        )
    }

    /// Takes a disabled version back: retiring if its environment has a current one, else current.
    ///
    /// # Errors
    /// It is not disabled.
    pub fn enable(self, has_current: bool) -> Result<Self, VersionError> {
        let next = if has_current {
            Self::Retiring
        } else {
            Self::Current
        };
        self.step(&[Self::Disabled], next)
    }

    /// Gives up its bytes.
    ///
    /// # Errors
    /// It may still be in use (pending, current) or is destroyed already.
    pub fn destroy(self) -> Result<Self, VersionError> {
        self.step(
            &[Self::Retiring, Self::Disabled, Self::Revoked],
            Self::Destroyed,
        )
    }

    fn step(self, from: &[Self], to: Self) -> Result<Self, VersionError> {
        if from.contains(&self) {
            Ok(to)
        } else {
            Err(VersionError(self))
        }
    }
}

/// No state has that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such state of a version")]
pub struct StateError;

impl FromStr for VersionState {
    type Err = StateError;
    fn from_str(word: &str) -> Result<Self, StateError> {
        Self::EVERY
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or(StateError)
    }
}

impl fmt::Display for VersionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::VersionState::*;
    use super::*;

    type Step = fn(VersionState) -> Result<VersionState, VersionError>;

    fn possible_from(step: Step) -> Vec<VersionState> {
        let every = VersionState::EVERY.into_iter();
        every.filter(|state| step(*state).is_ok()).collect()
    }

    #[test]
    fn each_step_is_possible_from_exactly_its_states() {
        assert_eq!(possible_from(VersionState::promote), [Pending]);
        assert_eq!(possible_from(VersionState::retire), [Current]);
        assert_eq!(possible_from(VersionState::restore), [Retiring]);
        assert_eq!(possible_from(|s| s.enable(true)), [Disabled]);
        assert_eq!(
            possible_from(VersionState::disable),
            [Pending, Current, Retiring]
        );
        assert_eq!(
            possible_from(VersionState::destroy),
            [Retiring, Disabled, Revoked]
        );
    }

    #[test]
    fn an_enabled_version_never_becomes_a_second_current_one() {
        assert_eq!(Disabled.enable(true), Ok(Retiring));
        assert_eq!(Disabled.enable(false), Ok(Current));
    }

    #[test]
    fn words_survive_a_round_trip() {
        for state in VersionState::EVERY {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
}
