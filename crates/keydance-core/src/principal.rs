//! Persons and machine identities (contract 10.9).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What kind of principal someone is. Both appear as `USER` in owner entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// A machine identity.
    Machine,
    /// A human being.
    Person,
}

/// What a machine identity stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MachineKind {
    /// A computer.
    Node,
    /// A build or deployment pipeline.
    Pipeline,
    /// A running program.
    Service,
}

/// Whether a person still counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonStatus {
    /// Present.
    Active,
    /// Held off for now: tokens, sessions and executions have ended.
    Frozen,
    /// Gone, for good.
    Left,
}

/// The person's status does not allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not possible for a person who is {0}")]
pub struct PersonError(pub PersonStatus);

/// No kind or status has that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown word")]
pub struct WordError;

impl PersonStatus {
    /// The word of the wire and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Frozen => "frozen",
            Self::Left => "left",
        }
    }

    /// Holds the person off. Freezing twice is freezing once.
    ///
    /// # Errors
    /// The person has left.
    pub fn freeze(self) -> Result<Self, PersonError> {
        self.unless_left(Self::Frozen)
    }

    /// Lets the person back in.
    ///
    /// # Errors
    /// The person has left.
    pub fn unfreeze(self) -> Result<Self, PersonError> {
        self.unless_left(Self::Active)
    }

    fn unless_left(self, next: Self) -> Result<Self, PersonError> {
        if self == Self::Left {
            Err(PersonError(self))
        } else {
            Ok(next)
        }
    }
}

impl FromStr for PersonStatus {
    type Err = WordError;
    fn from_str(word: &str) -> Result<Self, WordError> {
        let every = [Self::Active, Self::Frozen, Self::Left];
        let found = every.into_iter().find(|status| status.as_str() == word);
        found.ok_or(WordError)
    }
}

impl fmt::Display for PersonStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl MachineKind {
    /// The word of the wire and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Pipeline => "pipeline",
            Self::Service => "service",
        }
    }
}

impl FromStr for MachineKind {
    type Err = WordError;
    fn from_str(word: &str) -> Result<Self, WordError> {
        let every = [Self::Node, Self::Pipeline, Self::Service];
        let found = every.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or(WordError)
    }
}

impl fmt::Display for MachineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An e-mail address: 3 to 254 bytes, something on both sides of one `@`, no blanks. It is told to
/// people, never used to recognise them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// The text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct EmailError;

impl Email {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;
    fn try_from(text: String) -> Result<Self, EmailError> {
        let is_plain = !text.contains(|c: char| c.is_control() || c.is_whitespace());
        match text.split_once('@') {
            Some((local, domain))
                if is_plain
                    && text.len() <= 254
                    && !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@') =>
            {
                Ok(Self(text))
            }
            _ => Err(EmailError),
        }
    }
}

impl FromStr for Email {
    type Err = EmailError;
    fn from_str(text: &str) -> Result<Self, EmailError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_left_comes_back_by_no_step() {
        assert_eq!(PersonStatus::Active.freeze(), Ok(PersonStatus::Frozen));
        assert_eq!(PersonStatus::Frozen.unfreeze(), Ok(PersonStatus::Active));
        assert!(PersonStatus::Left.freeze().is_err());
        assert!(PersonStatus::Left.unfreeze().is_err());
    }

    #[test]
    fn words_survive_a_round_trip() {
        for word in ["active", "frozen", "left"] {
            assert_eq!(word.parse::<PersonStatus>().unwrap().as_str(), word);
        }
        for word in ["node", "pipeline", "service"] {
            assert_eq!(word.parse::<MachineKind>().unwrap().as_str(), word);
        }
    }

    #[test]
    fn an_address_has_one_at_sign_and_no_blanks() {
        assert!("ana@example.org".parse::<Email>().is_ok());
        for text in ["", "@", "ana", "ana@", "@x", "a@b@c", "a b@c", "a@b\n"] {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
    }
}
